//! What a transaction costs: worked examples, and figures of the sources' own tests.

use levmine_market::gas::{
    BLOB_GAS, BlobRules, CHAINS, Calldata, Chain, DataFee, FeeMarket, GasUse, INTRINSIC_GAS, NitroL1Pricing,
    NitroL2Pricing, OpStackFork, OpStackScalars, Posting, SIGNATURE_AND_HEADER, ecotone_fee, estimated_size,
    fake_exponential, fast_lz_size, fee_paid, fjord_fee, operator_fee, operator_fee_jovian, poster_gas,
    price_paid, usual_units,
};
use levmine_math::U256;

const GWEI: u64 = 1_000_000_000;

fn wei(value: u64) -> U256 {
    U256::from(value)
}

fn scalars(base_fee: u32, blob_base_fee: u32) -> OpStackScalars {
    OpStackScalars { base_fee, blob_base_fee, operator: 0, operator_constant: 0 }
}

#[test]
fn the_base_fee_follows_how_full_a_block_was() {
    let next = |base, used| FeeMarket::ETHEREUM.next_base_fee(wei(base), used, 15_000_000).unwrap();
    assert_eq!(next(30 * GWEI, 30_000_000), wei(33_750_000_000));
    assert_eq!(next(30 * GWEI, 15_000_000), wei(30_000_000_000));
    assert_eq!(next(30 * GWEI, 10_000_000), wei(28_750_000_000));
    assert_eq!(next(7, 30_000_000), wei(8));
    let mut base = wei(10 * GWEI);
    for _ in 0..20 {
        base = FeeMarket::ETHEREUM.next_base_fee(base, 30_000_000, 15_000_000).unwrap();
    }
    assert_eq!(base, wei(105_450_938_402));
    // An empty block of a chain whose fee moves by a 250th.
    assert_eq!(FeeMarket::OPTIMISM.next_base_fee(wei(1_000), 0, 5).unwrap(), wei(996));
}

#[test]
fn the_tip_is_paid_as_far_as_the_highest_fee_leaves_room() {
    let paid = |max| fee_paid(21_000, wei(30 * GWEI), wei(2 * GWEI), wei(max)).unwrap();
    assert_eq!(paid(100 * GWEI), Some(wei(21_000 * 32 * GWEI)));
    assert_eq!(paid(31 * GWEI), Some(wei(21_000 * 31 * GWEI)));
    assert_eq!(paid(30 * GWEI), Some(wei(21_000 * 30 * GWEI)));
    assert_eq!(paid(30 * GWEI - 1), None);
    assert_eq!(price_paid(wei(5), wei(1), U256::MAX), Some(wei(6)));
}

#[test]
fn the_blob_fee_grows_by_the_factor_e_for_each_update_fraction() {
    let fee = |rules: BlobRules, excess| rules.base_fee(excess).unwrap();
    assert_eq!(fee(BlobRules::CANCUN, 0), wei(1));
    assert_eq!(fee(BlobRules::CANCUN, 10_000_000), wei(19));
    assert_eq!(fee(BlobRules::PRAGUE, 10_000_000), wei(7));
    assert_eq!(fee(BlobRules::CANCUN, 66_000_000), wei(385_284_928));
    // The proposal's own cases: e^1 and e^2 of 1, rounded down, and a factor.
    let fake = |f, n, d| fake_exponential(wei(f), wei(n), wei(d)).unwrap();
    assert_eq!([fake(1, 1, 1), fake(1, 2, 1), fake(38_493, 0, 1_000)], [wei(2), wei(6), wei(38_493)]);
    assert_eq!(fake(10, 8, 2), wei(542));
}

#[test]
fn the_excess_of_blobs_follows_their_number() {
    let next = |rules: BlobRules, excess, blobs, base: u64| {
        rules.next_excess(excess, blobs * BLOB_GAS, wei(base)).unwrap()
    };
    assert_eq!(next(BlobRules::CANCUN, 0, 2, GWEI), 0);
    assert_eq!(next(BlobRules::CANCUN, 5 * BLOB_GAS, 6, GWEI), 8 * BLOB_GAS);
    // Since Osaka it does not fall while a blob costs less than 8,192 units of execution gas: 6 × 3 ÷ 9 on top.
    assert_eq!(next(BlobRules::PRAGUE, BLOB_GAS, 6, GWEI), BLOB_GAS);
    assert_eq!(next(BlobRules::OSAKA, BLOB_GAS, 6, GWEI), 3 * BLOB_GAS);
    // At 16 wei the reserve equals the price of one wei, and the old rule holds.
    assert_eq!(next(BlobRules::OSAKA, 0, 6, 16), 0);
    assert_eq!(next(BlobRules::OSAKA, 0, 6, 17), 2 * BLOB_GAS);
}

#[test]
fn the_op_stack_charges_for_data() {
    let op = scalars(5_227, 1_014_213);
    assert_eq!(estimated_size(250), wei(166_539_400));
    assert_eq!(fjord_fee(250, &op, wei(20 * GWEI), wei(1)).unwrap(), wei(278_560_462_184));
    assert_eq!(estimated_size(100), wei(100_000_000));
    assert_eq!(fjord_fee(100, &op, wei(20 * GWEI), wei(GWEI)).unwrap(), wei(268_685_300_000));
    let data = Calldata { zero: 100, non_zero: 150 };
    let fee = ecotone_fee(data, &scalars(1_368, 810_949), wei(20 * GWEI), wei(1)).unwrap();
    assert_eq!(fee, wei(76_608_000_141));
    // op-geth's own test: 480 units of calldata at 1,000 and 10 million wei, and the smallest transaction of Fjord.
    let data = Calldata { zero: 0, non_zero: 30 };
    let (l1, blob) = (wei(GWEI), wei(10_000_000));
    assert_eq!(ecotone_fee(data, &scalars(2, 3), l1, blob).unwrap(), wei(960_900));
    assert_eq!(fjord_fee(31, &scalars(2, 3), l1, blob).unwrap(), wei(3_203_000));
}

#[test]
fn the_operator_fee_is_by_gas_and_by_transaction() {
    let scalars =
        OpStackScalars { operator: 1_439_103_868, operator_constant: 1_256_417_826_609, ..scalars(0, 0) };
    // 1,618 × 1,439,103,868 ÷ 10^6 = 2,328,470.05…
    assert_eq!(operator_fee(1_618, &scalars), wei(2_328_470 + 1_256_417_826_609));
    assert_eq!(operator_fee_jovian(1_618, &scalars), wei(161_800 * 1_439_103_868 + 1_256_417_826_609));
    let fee = |fork| {
        let fee = DataFee::OpStack { fork, scalars, l1_base_fee: U256::ZERO, blob_base_fee: U256::ZERO };
        fee.charge(1_618, wei(1), SIGNATURE_AND_HEADER).unwrap()
    };
    assert_eq!(fee(OpStackFork::Fjord).execution, wei(1_618));
    assert_eq!(fee(OpStackFork::Isthmus).execution, wei(1_618 + 2_328_470 + 1_256_417_826_609));
}

/// The transaction 0x8eb9dd4eb6d33f4dc25fb015919e4b1e9f7542f9b0322bf6622e268cd116b594 of OP Mainnet.
const TRANSACTION: &str = "02f901550a758302df1483be21b88304743f94f80e51afb613d764fa61751affd3313c190a86bb870151bd62fd12adb8e41e\
    f24f3f000000000000000000000000000000000000000000000000000000000000006e000000000000000000000000af88d0\
    65e77c8cc2239327c5edb3a432268e5831000000000000000000000000000000000000000000000000000000000003c1e500\
    0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\
    000000000000000000000000a000000000000000000000000000000000000000000000000000000000000000148c89ed219d\
    02f1a5be012c689b4f5b731827bebe000000000000000000000000c001a033fd89cb37c31b2cba46b6466e040c61fc9b2a36\
    75a7f5f493ebd5ad77c497f8a07cdf65680e238392693019b4092f610222e71b7cec06449cb922b93b6a12744e";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter_map(|c| char::from(c).to_digit(16)).map(|d| d as u8).collect();
    digits.chunks(2).map(|two| two[0] << 4 | two[1]).collect()
}

#[test]
fn fast_lz_compresses_as_the_chain_does() {
    assert_eq!(fast_lz_size(&[]), 0);
    assert_eq!(fast_lz_size(&[1; 1_000]), 21);
    assert_eq!(fast_lz_size(&[0; 1_000]), 21);
    assert_eq!(fast_lz_size(&[0xfa, 0xca, 0xde]), 4);
    assert_eq!(fast_lz_size(&bytes(TRANSACTION)), 202);
    // Without repetition there is a byte more for every 32.
    let distinct: Vec<u8> = (0..=255).collect();
    assert_eq!(fast_lz_size(&distinct), 256 + 8);
}

#[test]
fn the_estimate_of_a_compressed_size_is_near_fast_lz() {
    let text = bytes(TRANSACTION);
    let (exact, about) = (fast_lz_size(&text), Calldata::of(&text).compressed());
    assert!(about.abs_diff(exact) * 5 <= exact, "{about} for {exact}");
    // Calls as the estimate takes them to be: words that are an address, an amount or small.
    for words in [2_u32, 4, 8, 12, 40] {
        let mut call = vec![0xa9, 0x05, 0x9c, 0xbb];
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8 | 1
        };
        call.extend((0..115).map(|_| random()));
        for word in 0..words {
            let filled = [20, 9, 5, 14][word as usize % 4];
            call.extend(std::iter::repeat_n(0, 32 - filled));
            call.extend((0..filled).map(|_| random()));
        }
        let about = Calldata::call(words).plus(SIGNATURE_AND_HEADER);
        assert_eq!(about.len(), call.len() as u64);
        let (exact, about) = (fast_lz_size(&call), about.compressed());
        assert!(about.abs_diff(exact) * 5 <= exact, "{words} words: {about} for {exact}");
    }
}

#[test]
fn nitro_charges_for_data_in_gas() {
    // 300 bytes at 20 gwei a unit: 96,000 gwei, at 0.01 gwei a unit of gas 9.6 million of them.
    assert_eq!(poster_gas(300, wei(20 * GWEI), wei(10_000_000)).unwrap(), 9_600_000);
    assert_eq!(poster_gas(1, wei(1), wei(17)).unwrap(), 0);
    assert_eq!(poster_gas(1, wei(1), U256::ZERO).unwrap(), 0);
    let fee = DataFee::Nitro { price_per_unit: wei(10) };
    let fee = fee.charge(100, wei(7), Calldata { zero: 0, non_zero: 31 }).unwrap();
    // 32 compressed bytes cost 5,120 wei, which are 731 units of gas and a rest.
    assert_eq!((fee.execution, fee.data), (wei(700), wei(731 * 7)));
    assert_eq!(fee.total().unwrap(), wei(700 + 5_117));
}

#[test]
fn nitros_price_of_data_settles_where_it_pays_the_poster() {
    let mut pricing = NitroL1Pricing::new(u128::from(20 * GWEI));
    // By hand: 1,000,000 units collected 20 × 10^15 wei, 10^7 go to the reward, 30 × 10^15 are spent: a deficit of
    // 10,000,010,000,000 thousand wei. −deficit ÷ 160 million rounds down to 62,500,062 of desired and −10,000,000,010 of
    // actual change a unit; (62,500,062 + 10,000,000,010) × 10^6 ÷ (16 × 10^6 + 10^6).
    let batch = |spent| Posting { units: 1_000_000, spent };
    pricing.update(batch(30_000_000_000_000_000)).unwrap();
    assert_eq!(pricing.last_surplus, -10_000_000_010_000_000 + 10_000_000 - 10_000_000);
    assert_eq!(pricing.price_per_unit, 20_000_000_000 + (62_500_000 + 10_000_000_010) / 17);
    // The poster goes on to pay 30 gwei: the price ends within a part in a hundred of that and the reward.
    for _ in 0..5_000 {
        pricing.update(batch(30_000_000_000_000_000)).unwrap();
    }
    assert!(pricing.price_per_unit.abs_diff(30_000_000_010) < 300_000_000, "{}", pricing.price_per_unit);
    assert!(pricing.last_surplus.abs() < 1_000_000_000_000_000, "{}", pricing.last_surplus);
    // Nothing is posted: nothing changes but the books. A price does not fall below zero.
    let before = pricing.price_per_unit;
    pricing.update(Posting { units: 0, spent: 0 }).unwrap();
    assert_eq!(pricing.price_per_unit, before);
    let mut rich = NitroL1Pricing { funds: 1_000_000_000_000_000_000_000, ..NitroL1Pricing::new(5) };
    rich.update(batch(0)).unwrap();
    assert_eq!(rich.price_per_unit, 0);
}

#[test]
fn nitros_gas_price_is_exponential_in_the_backlog() {
    let price = |backlog| NitroL2Pricing::ONE.base_fee(backlog).unwrap();
    assert_eq!(price(70_000_000), wei(10_000_000));
    // One inertia beyond what is tolerated: 1 + 1 + 1/2 + 1/6 + 1/24, each rounded down to a basis point.
    assert_eq!(price(70_000_000 + 714_000_000), wei(27_083_000));
    // Half of it: 1 + 1/2 + 1/8 + 1/48 + 1/384.
    assert_eq!(price(70_000_000 + 357_000_000), wei(16_484_000));
    assert!(price(u64::MAX) >= price(u64::MAX - 1));
}

#[test]
fn hostile_numbers_are_refused_or_bounded() {
    let huge = U256::MAX;
    assert!(FeeMarket::ETHEREUM.next_base_fee(huge, u64::MAX, 0).is_err());
    assert!(FeeMarket { denominator: 0, elasticity: 0 }.next_base_fee(wei(1), 0, u64::MAX).is_ok());
    assert!(fee_paid(u64::MAX, huge, huge, huge).is_err());
    assert!(BlobRules::CANCUN.base_fee(u64::MAX).is_err());
    assert!(BlobRules { update_fraction: 0, ..BlobRules::CANCUN }.base_fee(1).is_err());
    assert_eq!(
        BlobRules { max: 0, ..BlobRules::OSAKA }.next_excess(u64::MAX, u64::MAX, wei(1)),
        Ok(u64::MAX - 6 * BLOB_GAS)
    );
    assert!(fake_exponential(huge, huge, wei(1)).is_err());
    let most = scalars(u32::MAX, u32::MAX);
    let data = Calldata { zero: u32::MAX, non_zero: u32::MAX };
    assert!(ecotone_fee(data, &most, huge, huge).is_err() && fjord_fee(u64::MAX, &most, huge, huge).is_err());
    assert!(ecotone_fee(data, &most, wei(u64::MAX), wei(u64::MAX)).is_ok());
    let operator = OpStackScalars { operator: u32::MAX, operator_constant: u64::MAX, ..most };
    assert!(operator_fee(u64::MAX, &operator) < operator_fee_jovian(u64::MAX, &operator));
    assert!(poster_gas(u64::MAX, huge, wei(1)).is_err());
    assert_eq!(poster_gas(u64::MAX, wei(u64::MAX), wei(1)), Ok(u64::MAX));
    assert!(NitroL1Pricing::new(u128::MAX).update(Posting { units: 1, spent: 0 }).is_err());
    let still = NitroL1Pricing { equilibration_units: 0, inertia: 0, ..NitroL1Pricing::new(1) };
    let mut odd = still;
    assert!(odd.update(Posting { units: u64::MAX, spent: u128::MAX }).is_err());
    assert_eq!(odd, still);
    assert!(odd.update(Posting { units: 1, spent: 1 }).is_ok());
    let odd = NitroL2Pricing { min_base_fee: u128::MAX, speed_limit: 0, tolerance: u64::MAX, inertia: 0 };
    assert!(odd.base_fee(u64::MAX).is_ok());
    let none = Calldata::default();
    assert!(none.is_empty() && none.compressed() == 0 && data.plus(data) == data);
    assert!(DataFee::None.charge(u64::MAX, huge, none).is_err());
}

#[test]
fn every_operation_costs_more_than_a_transaction_that_does_nothing() {
    let uses = [
        GasUse::Swap { is_further_hop: true, ticks_crossed: 0 },
        GasUse::AddLiquidity { makes_position: true },
        GasUse::Withdraw { is_full: true, with_debt: false },
        GasUse::Approve,
        GasUse::Setting,
    ];
    assert!(uses.iter().all(|operation| usual_units(*operation) > INTRINSIC_GAS));
}

#[test]
fn chains_have_their_own_names_tokens_and_blocks() {
    for chain in CHAINS {
        assert_eq!(Chain::from_name(chain.name), Some(chain));
        assert!(!chain.gas_tokens.is_empty() && chain.usual_gas_price > 0);
    }
    assert_eq!(Chain::from_name("solana"), None);
    let block =
        |name: &str, time| Chain::from_name(name).unwrap().clock.at(levmine_market::Timestamp(time)).block;
    // A minute is 30 blocks on OP Mainnet and Base; contracts on Arbitrum see Ethereum's.
    for name in ["optimism", "base"] {
        assert_eq!(block(name, 1_700_000_060) - block(name, 1_700_000_000), 30);
    }
    assert_eq!(block("arbitrum", 1_700_000_060) - block("arbitrum", 1_700_000_000), 5);
    assert_eq!(block("polygon", 1_704_499_578), 51_986_202);
}
