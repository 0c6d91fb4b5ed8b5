//! What steps cost in gas, by what they are, and on which chain.

use levmine_market::gas::{Chain, DataFee, GasUse, INTRINSIC_GAS};
use levmine_market::{Cause, VenueId};
use levmine_math::U256;
use levmine_testkit::stub::{usdc, wbtc, weth};

use crate::support::{done, holds, rich, some, world};

const SUPPLY: &str = "do = \"supply\", at = \"bank\", amount = \"1 WETH\"";
const BORROW: &str = "do = \"borrow\", at = \"bank\", amount = \"500 USDC\"";
const REPAY: &str = "do = \"repay\", at = \"bank\", amount = \"100 USDC\"";
const SWAP: &str = "do = \"swap\", at = \"pool\", from = \"100 USDC\", to = \"WETH\"";
const APPROVAL: u64 = 25_000;

#[test]
fn the_first_of_its_kind_costs_more() {
    let mut world = rich();
    let mut units = |step: &str| done(&mut world, &[step]).gas_units;
    assert_eq!(units(SUPPLY), 164_191 + APPROVAL);
    assert_eq!(units(SUPPLY), 139_678);
    assert_eq!(units(BORROW), 245_394);
    assert_eq!(units(BORROW), 209_306);
    assert_eq!(units(REPAY), 145_712 + APPROVAL);
    assert_eq!(units("do = \"repay\", at = \"bank\", amount = \"all USDC\""), 151_358);
    assert_eq!(units("do = \"withdraw\", at = \"bank\", amount = \"1 WETH\""), 172_007);
    assert_eq!(units("do = \"withdraw\", at = \"bank\", amount = \"all WETH\""), 155_251);
    // With a debt, health is asked for.
    assert_eq!(units(SUPPLY), 164_191);
    assert_eq!(units(BORROW), 245_394);
    assert_eq!(units("do = \"withdraw\", at = \"bank\", amount = \"0.1 WETH\""), 220_789);
}

#[test]
fn a_transaction_pays_for_itself_once() {
    let (mut alone, mut together) = (rich(), rich());
    let each: u64 = [SUPPLY, BORROW, SWAP].iter().map(|step| done(&mut alone, &[step]).gas_units).sum();
    assert_eq!(done(&mut together, &[SUPPLY, BORROW, SWAP]).gas_units, each - 2 * INTRINSIC_GAS);
}

#[test]
fn a_further_hop_costs_less_than_a_swap_of_its_own() {
    let mut world = world(&[some(usdc(), 10_000)]);
    let route = [
        "do = \"swap\", at = \"pool\", from = \"1000 USDC\", to = \"WETH\"",
        "do = \"swap\", at = \"other\", from = \"all WETH\", to = \"WBTC\"",
    ];
    assert_eq!(done(&mut world, &route).gas_units, 135_000 + 50_000 + 2 * APPROVAL);
    // What was bought some other time is no hop.
    let back = ["do = \"swap\", at = \"other\", from = \"all WBTC\", to = \"WETH\"", SWAP];
    assert_eq!(done(&mut world, &back).gas_units, 135_000 + (135_000 - INTRINSIC_GAS) + APPROVAL);
    let _ = (weth(), wbtc());
}

#[test]
fn shares_need_no_approval_where_they_come_from() {
    let mut world = rich();
    let zap = done(&mut world, &["do = \"zap\", at = \"pool\", amount = \"1000 USDC\""]);
    // A swap and an addition, and both coins approved.
    assert_eq!(zap.gas_units, 135_000 + (175_000 - INTRINSIC_GAS) + 2 * APPROVAL);
    let out = done(&mut world, &["do = \"remove_liquidity\", at = \"pool\", part = \"all\""]);
    assert_eq!(out.gas_units, 155_000);
}

#[test]
fn a_refused_transaction_costs_nothing_and_approves_nothing() {
    let mut world = rich();
    world.gas_asset = Some(weth());
    world.gas_price = U256::from(1_000_000_000_u64);
    let before = world.gas.spent();
    let too_much = "do = \"borrow\", at = \"bank\", amount = \"900000 USDC\"";
    crate::support::refused(&mut world, &[SUPPLY, too_much]);
    assert_eq!(world.gas.spent(), before);
    assert_eq!(done(&mut world, &[SUPPLY]).gas_units, 164_191 + APPROVAL);
}

#[test]
fn a_rollup_charges_for_data_and_it_is_booked_as_gas() {
    let mut world = rich();
    world.gas_asset = Some(weth());
    world.gas_price = U256::from(1_000_000_u64);
    let optimism = Chain::from_name("optimism").unwrap();
    world.data_fee = optimism.data_fee(U256::from(20_000_000_000_u64), U256::ONE);
    let supplied = done(&mut world, &[SUPPLY]);
    // 189,191 units at 0.001 gwei are 0.189191 × 10^12 wei, 0.000378 USDC. The transaction has 115 bytes of its own, an
    // approval of two words and, in one with it, a supply of four and two: 8 words. (4 + 4 + 115 + 96) bytes are not zero and
    // 160 are: compressed 219 + 7 + 24 = 250. By Fjord 166,539,400 × (5,227 × 16 × 20 gwei + 1,014,213) ÷ 10^12 =
    // 278,560,462,184 wei, 0.000557 USDC; the whole is rounded down and a base unit added.
    assert_eq!(supplied.gas_units, 189_191);
    assert_eq!((supplied.gas_cost, supplied.gas_data), (U256::from(935 + 1), U256::from(557)));
    let spent = world.gas.spent();
    assert_eq!(
        (spent.transactions, spent.units, spent.cost, spent.data),
        (1, 189_191, supplied.gas_cost, supplied.gas_data)
    );
    assert_eq!(world.portfolio.attribution.part(Cause::Gas), -936 * 1_000_000);
    holds(&world);
}

#[test]
fn nitro_charges_for_data_in_gas() {
    let mut world = rich();
    world.gas_asset = Some(weth());
    world.gas_price = U256::from(10_000_000_u64);
    world.data_fee = DataFee::Nitro { price_per_unit: U256::from(2_000_000_000_u64) };
    let supplied = done(&mut world, &[SUPPLY]);
    // 250 bytes are 4,000 units at 2 gwei: 8 × 10^12 wei, 0.016 USDC beside 1.89191 × 10^12 of execution.
    assert_eq!((supplied.gas_cost, supplied.gas_data), (U256::from(19_783 + 1), U256::from(16_000)));
    holds(&world);
}

#[test]
fn what_a_policy_spends_is_its_own() {
    let mut world = rich();
    world.gas_asset = Some(weth());
    world.gas_price = U256::from(20_000_000_000_u64);
    done(&mut world, &[SUPPLY]);
    world.gas.policy = Some(3);
    let two = [done(&mut world, &[BORROW]), done(&mut world, &[REPAY])];
    world.gas.policy = None;
    let cost = two[0].gas_cost + two[1].gas_cost;
    assert_eq!((world.gas.spent_by(3).transactions, world.gas.spent_by(3).cost), (2, cost));
    assert_eq!(world.gas.spent_by(2), world.gas.spent_by(9));
    assert_eq!(world.gas.spent().transactions, 3);
}

#[test]
fn what_an_operation_would_cost_is_told_beforehand() {
    let mut world = rich();
    let (bank, swap) = (VenueId(0), GasUse::Swap { is_further_hop: false, ticks_crossed: 0 });
    assert_eq!(world.gas_cost(bank, GasUse::Liquidate { is_full: true }).unwrap(), U256::ZERO);
    world.gas_asset = Some(weth());
    world.gas_price = U256::from(20_000_000_000_u64);
    // 135,000 units at 20 gwei and 2,000 dollars.
    assert_eq!(world.gas_cost(VenueId(1), swap).unwrap(), U256::from(5_400_001_u64));
    assert_eq!(world.gas_units(VenueId(99), swap), 135_000);
}
