//! Worked examples, by hand, with their numbers.

use levmine_config::parse_json;
use levmine_lending::{Amount, Context, HealthFactor, LendingMarket, LiquidationCall};
use levmine_market::{Account, Actor, Dump, Moment, PriceBook, Timestamp};
use levmine_math::U256;
use levmine_morpho_blue::irm::{INITIAL_RATE_AT_TARGET, borrow_rate, w_exp};
use levmine_morpho_blue::liquidation::{by_repaid, by_seized};
use levmine_morpho_blue::risk::cover;
use levmine_morpho_blue::shares::Side;
use levmine_morpho_blue::wad::taylor_compounded;
use levmine_morpho_blue::{Irm, MorphoBlueMarket, Params, Position, Totals, accrual, ratio};
use serde_json::{Value, json};

use crate::markets::{START, asset, bitcoin, decode_json, dollars, prices, u};

const WHOLE: u128 = 1_000_000;
const TETHER: u128 = 1_000_000_000_000;
/// Dollars of six decimals for a token of eighteen, on the scale of the oracle.
const PRICE: u128 = 1_000_000_000_000_000_000_000_000;
const ETHER: u128 = 1_000_000_000_000_000_000;

fn params(lltv: u64) -> Params {
    Params::new(asset("USDC"), asset("WETH"), Irm::AdaptiveCurve, lltv).expect("an LLTV below one")
}

fn side(assets: u128, shares: u128) -> Side {
    Side { assets, shares }
}

fn totals(supply: Side, borrow: Side, rate_at_target: u64) -> Totals {
    Totals {
        supply,
        borrow,
        last_update: START.time.0,
        fee: 0,
        rate_at_target,
        loan_held: U256::ZERO,
        collateral_held: U256::ZERO,
        ownerless_shares: U256::ZERO,
    }
}

const SUPPLY: Side = Side { assets: 10_000_000 * WHOLE, shares: 9_800_000 * TETHER };
const BORROW: Side = Side { assets: 9_000_000 * WHOLE, shares: 8_700_000 * TETHER };

#[test]
fn shares_round_against_who_acts() {
    let thousand = u(1_000 * WHOLE);
    assert_eq!(side(0, 0).to_shares_down(thousand), Ok(u(1_000_000_000_000_000)));
    let shares = SUPPLY.to_shares_down(thousand).expect("shares");
    assert_eq!(shares, u(980_000_000_000_001));
    let after = side(SUPPLY.assets + 1_000 * WHOLE, SUPPLY.shares + 980_000_000_000_001);
    assert_eq!(after.to_assets_down(shares), Ok(u(999_999_999)));
    assert_eq!(SUPPLY.to_shares_up(thousand), Ok(u(980_000_000_000_002)));
    assert_eq!(BORROW.to_shares_up(thousand), Ok(u(966_666_666_666_671)));
    assert_eq!(BORROW.to_shares_down(thousand), Ok(u(966_666_666_666_670)));
}

#[test]
fn the_exponential_is_a_polynomial_of_second_order() {
    let one = 1_000_000_000_000_000_000_i128;
    for (x, expected) in [
        (0, 1_000_000_000_000_000_000_u128),
        (one, 2_707_864_291_678_420_188),
        (-one, 370_113_253_479_550_356),
        (one / 10, 1_105_000_000_000_000_000),
        // Where it ends on both sides.
        (-41_446_531_673_892_822_313, 0),
        (i128::MIN, 0),
    ] {
        assert_eq!(w_exp(x), u(expected), "{x}");
    }
    let cap = "57716089161558943949701069502944508345128422502756744429568";
    let cap = U256::from_str_radix(cap, 10).expect("digits");
    assert_eq!(w_exp(93_859_467_695_000_404_319), cap);
    assert_eq!(w_exp(i128::MAX), cap);
    assert!(w_exp(93_859_467_695_000_404_318) < cap);
    // Just above its lower end it is one wei or nothing: 2^-60 of 1.15.
    assert_eq!(w_exp(-41_446_531_673_892_822_312), U256::ZERO);
}

#[test]
fn the_curve_moves_with_time() {
    let day = 86_400;
    for (borrowed, elapsed, rate, end) in [
        (90, day, 1_268_391_679, 1_268_391_679),
        (95, day, 3_282_363_632, 1_358_243_031),
        (50, day, 820_441_068, 1_193_519_224),
        (100, 5 * day, 7_338_724_560, 2_516_027_586),
    ] {
        let totals = totals(side(100, 100), side(borrowed, 100), INITIAL_RATE_AT_TARGET);
        let answer = borrow_rate(&totals, elapsed).expect("a rate");
        assert_eq!((answer.average, answer.at_target), (rate, end), "{borrowed} %");
    }
    // The first call of all only sets the rate at target; at no utilization a quarter of it is charged.
    let fresh = totals(side(0, 0), side(0, 0), 0);
    let answer = borrow_rate(&fresh, 1_000_000).expect("a rate");
    assert_eq!((answer.average, answer.at_target), (317_097_919, INITIAL_RATE_AT_TARGET));
    // Its bounds, and the whole range of time.
    let full = totals(side(100, 100), side(100, 100), INITIAL_RATE_AT_TARGET);
    assert_eq!(borrow_rate(&full, u64::MAX).map(|rate| rate.at_target), Ok(63_419_583_967));
    let empty = totals(side(100, 100), side(0, 0), INITIAL_RATE_AT_TARGET);
    assert_eq!(borrow_rate(&empty, u64::MAX).map(|rate| rate.at_target), Ok(31_709_791));
}

#[test]
fn interest_is_a_series_of_three_terms_and_the_fee_is_paid_in_shares() {
    assert_eq!(taylor_compounded(u(3_282_363_632), 86_400), Ok(u(283_636_435_013_632)));
    let mut totals = totals(SUPPLY, side(9_500_000 * WHOLE, BORROW.shares), INITIAL_RATE_AT_TARGET);
    totals.fee = 100_000_000_000_000_000;
    let accrued = accrual::accrue(&params(860_000_000_000_000_000), &mut totals, START.time.0 + 86_400);
    let accrued = accrued.expect("no overflow").expect("interest");
    assert_eq!(accrued.borrow_rate, u(3_282_363_632));
    assert_eq!(accrued.interest, u(2_694_546_132));
    assert_eq!(accrued.fee_shares, u(264_001_497_960_629));
    assert_eq!(totals.supply.assets, SUPPLY.assets + 2_694_546_132);
    assert_eq!(totals.supply.shares, SUPPLY.shares + 264_001_497_960_629);
    assert_eq!(totals.borrow, side(9_500_000 * WHOLE + 2_694_546_132, BORROW.shares));
    assert_eq!(totals.last_update, START.time.0 + 86_400);
}

#[test]
fn the_incentive_follows_from_the_lltv() {
    for (lltv, incentive) in [
        (945, 1_016_776_817_488_561_260_u128),
        (915, 1_026_167_265_264_238_070),
        (860, 1_043_841_336_116_910_229),
        (770, 1_074_113_856_068_743_286),
        (625, 1_126_760_563_380_281_690),
        (385, 1_150_000_000_000_000_000),
        (0, 1_150_000_000_000_000_000),
    ] {
        assert_eq!(params(lltv * 1_000_000_000_000_000).incentive(), u(incentive), "{lltv}");
    }
}

/// The market of the examples with one debt of 17,300 dollars against ten tokens.
fn examples() -> (Params, Totals, Position) {
    let shares = BORROW.to_shares_up(u(17_300 * WHOLE)).expect("shares");
    assert_eq!(shares, u(16_723_333_333_333_398));
    let shares = u128::try_from(shares).expect("narrow");
    let borrow = side(BORROW.assets + 17_300 * WHOLE, BORROW.shares + shares);
    let position = Position { supply_shares: U256::ZERO, borrow_shares: shares, collateral: 10 * ETHER };
    (params(860_000_000_000_000_000), totals(SUPPLY, borrow, INITIAL_RATE_AT_TARGET), position)
}

#[test]
fn health_rounds_against_the_borrower() {
    let (params, totals, position) = examples();
    let cover = cover(&params, &totals, &position, u(2_000 * PRICE)).expect("cover");
    assert_eq!(cover.max_borrow, u(17_200_000_000));
    assert_eq!(cover.borrowed, u(17_300_000_001));
    assert!(!cover.is_healthy());
}

#[test]
fn liquidations_by_collateral_and_by_shares() {
    let (params, totals, position) = examples();
    let price = u(2_000 * PRICE);
    let shares = by_seized(&params, &totals, u(5 * ETHER), price).expect("shares");
    assert_eq!(shares, u(9_260_666_667_633_369));
    assert_eq!(totals.borrow.to_assets_up(shares), Ok(u(9_580_000_002)));
    let seized = by_repaid(&params, &totals, U256::from(position.borrow_shares), price);
    assert_eq!(seized, Ok(u(9_029_227_557_000_000_000)));
    // At a price of zero collateral is free, and shares divide by zero.
    assert_eq!(by_seized(&params, &totals, u(5 * ETHER), U256::ZERO), Ok(U256::ZERO));
    assert_eq!(by_repaid(&params, &totals, u(1), U256::ZERO).map_err(|e| e.code()), Err("Panic(0x12)"));
}

/// The same market as a venue: lenders, everybody else who borrows, and bob.
fn venue(price: u128) -> MorphoBlueMarket {
    let (_, totals, bob) = examples();
    decode_json(&json!({
        "loan": "USDC",
        "collateral": "WETH",
        "lltv": "86%",
        "irm": "none",
        "state": {
            "totalSupplyAssets": totals.supply.assets.to_string(),
            "totalBorrowAssets": totals.borrow.assets.to_string(),
            "lastUpdate": START.time.0.to_string(),
            "oraclePrice": u(price * PRICE).to_string(),
            "owner": "gov",
            "users": {
                "alice": { "supplyShares": totals.supply.shares.to_string() },
                "bob": {
                    "borrowShares": bob.borrow_shares.to_string(),
                    "collateral": bob.collateral.to_string(),
                },
                "carol": { "borrowShares": BORROW.shares.to_string() },
            },
        },
    }))
    .expect("a market")
}

const ALICE: Account = Account::new(0);
const BOB: Account = Account::new(1);
const DAVE: Account = Account::new(4);

/// Runs a special operation.
fn special(market: &mut MorphoBlueMarket, name: &str, arguments: &Value) -> Result<Dump, String> {
    let node = parse_json("op.json", &arguments.to_string()).expect("valid");
    let mut fields = node.fields().expect("a table");
    let accounts = |name: &str| {
        // The owner is numbered right after the users.
        let names = ["alice", "bob", "carol", "gov", "dave"];
        let number = names.iter().position(|known| *known == name).expect("a known name");
        Account::new(u32::try_from(number).expect("few names"))
    };
    let book = PriceBook::new();
    let ctx = Context { now: START, prices: &book };
    let done = market.special(name, &mut fields, &accounts, &ctx).expect("readable");
    fields.finish().expect("nothing left");
    done.map_err(|error| error.code().unwrap_or("no reason").to_string())
}

fn text(dump: &Dump, key: &str) -> String {
    match dump.get(key) {
        Some(Dump::Text(text)) => text.clone(),
        other => panic!("{key}: {other:?}"),
    }
}

#[test]
fn bad_debt_is_shared_by_all_suppliers_at_once() {
    let mut market = venue(1_500);
    let all = json!({ "by": "dave", "borrower": "bob", "seizedAssets": (10 * ETHER).to_string(), "repaidShares": "0" });
    let done = special(&mut market, "callLiquidate", &all).expect("liquidated");
    assert_eq!(text(&done, "repaidAssets"), "14370000002");
    assert_eq!(text(&done, "badDebtShares"), "2832333332366678");
    assert_eq!(text(&done, "badDebtAssets"), "2929999999");
    assert_eq!(market.state().totals.supply.assets, 9_997_070_000_001);
    assert_eq!(market.state().position(BOB), Position::default());
    // One base unit of collateral less seized, and nothing is written off.
    let mut market = venue(1_500);
    let but_one = json!({ "by": "dave", "borrower": "bob", "seizedAssets": (10 * ETHER - 1).to_string(), "repaidShares": "0" });
    let done = special(&mut market, "callLiquidate", &but_one).expect("liquidated");
    assert_eq!(text(&done, "badDebtAssets"), "0");
    assert_eq!(market.state().totals.supply.assets, SUPPLY.assets);
    assert_eq!(market.state().position(BOB).collateral, 1);
}

#[test]
fn the_trait_liquidates_all_that_the_rules_allow() {
    for (price, seized, repaid, bad_debt) in [
        // Enough collateral: the whole debt, by shares.
        (2_000, 9_029_227_557_000_000_000_u128, 17_300_000_001_u128, None),
        // Too little: all of it, and bad debt.
        (1_500, 10 * ETHER, 14_370_000_002, Some(2_929_999_999_u128)),
        // Nothing: free.
        (0, 10 * ETHER, 0, Some(17_300_000_001)),
    ] {
        let mut market = venue(price);
        let book = PriceBook::new();
        let ctx = Context { now: START, prices: &book };
        let call = LiquidationCall {
            liquidator: DAVE,
            borrower: BOB,
            debt: asset("USDC"),
            collateral: asset("WETH"),
            repay: Amount::All,
            keep_supplied: false,
        };
        let outcome = market.liquidate(&call, &ctx).expect("liquidated");
        let raw = |amounts: &[levmine_market::TokenAmount]| amounts.first().map(|amount| amount.raw);
        assert_eq!(raw(&outcome.seized), Some(u(seized)), "{price}");
        assert_eq!(raw(&outcome.repaid), Some(u(repaid)), "{price}");
        assert_eq!(raw(&outcome.bad_debt), bad_debt.map(u), "{price}");
    }
}

#[test]
fn a_debt_is_closed_by_shares() {
    let mut market = venue(2_000);
    let book = PriceBook::new();
    let ctx = Context { now: START, prices: &book };
    let owed = market.debt(BOB, asset("USDC"), START).expect("a debt");
    assert_eq!(owed, u(17_300_000_001));
    // The contract refuses as many assets as its own view says: they are worth more shares than there are.
    let by_assets = json!({ "by": "bob", "onBehalf": "bob", "assets": owed.to_string() });
    assert_eq!(special(&mut market, "callRepay", &by_assets), Err("Panic(0x11)".into()));
    // A base unit less leaves dust.
    let mut dusty = market.clone();
    let less = Amount::Exact(owed - U256::ONE);
    let receipt = dusty.repay(Actor::from(BOB), asset("USDC"), less, &ctx).expect("repaid");
    assert_eq!(receipt.amount, owed - U256::ONE);
    assert_eq!(dusty.state().position(BOB).borrow_shares, 1);
    for amount in [Amount::All, Amount::Exact(owed), Amount::Exact(U256::MAX)] {
        let mut market = market.clone();
        let receipt = market.repay(Actor::from(BOB), asset("USDC"), amount, &ctx).expect("repaid");
        assert_eq!(receipt.amount, owed);
        assert_eq!(market.state().position(BOB).borrow_shares, 0);
    }
}

#[test]
fn suppliers_may_act_for_those_who_allow_it() {
    let mut market = venue(2_000);
    let take = json!({ "by": "dave", "onBehalf": "alice", "assets": "5", "receiver": "dave" });
    assert_eq!(special(&mut market, "callWithdraw", &take), Err("unauthorized".into()));
    let allow = |on: bool| json!({ "by": "alice", "authorized": "dave", "isAuthorized": on });
    special(&mut market, "setAuthorization", &allow(true)).expect("allowed");
    assert_eq!(special(&mut market, "setAuthorization", &allow(true)), Err("already set".into()));
    special(&mut market, "callWithdraw", &take).expect("taken");
    special(&mut market, "setAuthorization", &allow(false)).expect("forbidden");
    assert_eq!(special(&mut market, "callWithdraw", &take), Err("unauthorized".into()));
    let nobody = json!({ "by": "dave", "onBehalf": "zero address", "assets": "5" });
    assert_eq!(special(&mut market, "callSupply", &nobody), Err("zero address".into()));
    let nowhere = json!({ "by": "alice", "onBehalf": "alice", "assets": "5", "receiver": "zero address" });
    assert_eq!(special(&mut market, "callWithdraw", &nowhere), Err("zero address".into()));
    let elsewhere = json!({ "by": "alice", "onBehalf": "alice", "assets": "5", "lltv": "1" });
    assert_eq!(special(&mut market, "callWithdraw", &elsewhere), Err("market not created".into()));
}

#[test]
fn a_donation_changes_nothing_but_the_balance() {
    let mut market = venue(2_000);
    let before = market.state().clone();
    special(&mut market, "donate", &json!({ "by": "dave", "asset": "USDC", "amount": "1000" }))
        .expect("given");
    let mut expected = before;
    expected.totals.loan_held += u(1_000);
    assert_eq!(*market.state(), expected);
}

#[test]
fn a_price_book_gives_the_oracles_price() {
    // 42,850.1 ÷ 0.9999 = 42,854.385438543854385438…, with 36 + 6 − 8 decimals.
    let market = bitcoin();
    let price = ratio(&market.state().params, &prices()).expect("a price");
    assert_eq!(price.to_string(), "428543854385438543854385438543854385438");
    // Rounded down at the last place, and through more than 256 bits.
    let odd = Params::new(asset("ODD"), asset("RAW"), Irm::Zero, 0).expect("an LLTV");
    let mut book = prices();
    book.set(asset("ODD"), dollars("7"));
    let price = ratio(&odd, &book).expect("a price").to_string();
    assert_eq!(price, "428571".repeat(12));
    book.set(asset("ODD"), dollars("0"));
    assert!(ratio(&odd, &book).is_err());
}

#[test]
fn rates_and_health_in_a_persons_terms() {
    let market = bitcoin();
    let rates = market.rates(asset("USDC"), START).expect("rates");
    assert_eq!(rates.utilization.to_string(), "0.6");
    // (1 − 0.75 · ⅓) of 4 %: 3 %, and 60 % of it to the suppliers.
    assert_eq!(rates.borrow.to_decimal().expect("fits").round_dp(8).to_string(), "0.03000000");
    assert_eq!(rates.supply.to_decimal().expect("fits").round_dp(8).to_string(), "0.01800000");
    assert_eq!(rates.available, u(20_000_000 * WHOLE));
    let book = prices();
    let ctx = Context { now: START, prices: &book };
    let health = market.health(levmine_morpho_blue::BORROWERS, &ctx).expect("health");
    // 2,000 · 42,850.1 = 85,700,200 dollars (less what six decimals lose); 30,000,000 · 0.9999 of debt.
    assert_eq!(health.collateral.to_decimal().expect("fits").round_dp(4).to_string(), "85700200.0000");
    assert_eq!(health.debt.to_string(), "29997000");
    // 85,700,200 · 0.86 ÷ 29,997,000.
    let HealthFactor::Of(factor) = health.factor else { panic!("a factor") };
    assert_eq!(factor.to_decimal().expect("fits").round_dp(6).to_string(), "2.456985");
    assert!(!health.liquidatable);
    let later = Moment { time: Timestamp(START.time.0 + 31_536_000), block: 0 };
    assert!(
        market.debt(levmine_morpho_blue::BORROWERS, asset("USDC"), later).expect("a debt")
            > u(30_000_000 * WHOLE)
    );
    assert_eq!(market.supplied(ALICE, asset("USDC"), START).expect("nothing"), U256::ZERO);
}
