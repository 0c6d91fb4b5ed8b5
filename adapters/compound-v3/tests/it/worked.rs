//! Worked examples, by hand, with their numbers: the USDC market on Ethereum.

use levmine_compound_v3::accrual::{accrued, rate, utilization};
use levmine_compound_v3::principal::{
    present_value_borrow, present_value_supply, principal_value_borrow, principal_value_supply,
};
use levmine_compound_v3::{CompoundV3Market, Curve, Signed, Totals};
use levmine_lending::{Context, HealthFactor, LendingMarket, LiquidationCall};
use levmine_market::{PriceBook, TokenAmount};
use levmine_math::Wad;

use crate::markets::{ALICE, BOB, START, asset, build, prices, set, u};

const SUPPLY_INDEX: u64 = 1_050_000_000_000_000;
const BORROW_INDEX: u64 = 1_080_000_000_000_000;

/// The preset with a state: its indexes, its totals, and one borrower with 16,400 of debt against 10 WETH.
fn market() -> CompoundV3Market {
    build(
        r#"
        preset = "mainnet-usdc"
        [state]
        baseSupplyIndex = "1050000000000000"
        baseBorrowIndex = "1080000000000000"
        totalSupplyBase = "400000000000000"
        totalBorrowBase = "300000000000000"
        cash = "100000000000000"
        [state.users.alice]
        principal = "-15185185186"
        collateral = { WETH = "10000000000000000000" }
        [state.collaterals.WETH]
        totalSupplyAsset = "10000000000000000000"
        held = "10000000000000000000"
        "#,
    )
}

fn book(market: &CompoundV3Market, weth: u64) -> PriceBook {
    let mut book = prices();
    set(&mut book, asset(market, "WETH"), weth);
    book
}

#[test]
fn the_constructor_divides_yearly_rates() {
    let market = market();
    let params = market.comet().params();
    let supply = Curve {
        kink: 800_000_000_000_000_000,
        base: 0,
        slope_low: 1_030_568_239,
        slope_high: 12_683_916_793,
    };
    let borrow = Curve {
        kink: 800_000_000_000_000_000,
        base: 475_646_879,
        slope_low: 1_109_842_719,
        slope_high: 7_927_447_995,
    };
    assert_eq!((params.supply, params.borrow), (supply, borrow));
}

#[test]
fn a_day_of_interest() {
    let market = market();
    let (params, totals) = (market.comet().params(), *market.comet().totals());
    let supplied = present_value_supply(totals.base_supply_index, totals.total_supply_base);
    let borrowed = present_value_borrow(totals.base_borrow_index, totals.total_borrow_base);
    assert_eq!((supplied, borrowed), (Ok(u(420_000_000_000_000)), Ok(u(324_000_000_000_000))));
    let used = utilization(&totals).expect("a utilization");
    assert_eq!(used, u(771_428_571_428_571_428));
    assert_eq!(rate(&params.supply, used), Ok(795_009_784));
    assert_eq!(rate(&params.borrow, used), Ok(1_331_811_262));
    let next = accrued(params, &totals, START.time.0 + 86_400).expect("accrued");
    assert_eq!(
        (next.base_supply_index, next.base_borrow_index),
        (1_050_072_123_287_604, 1_080_124_273_972_479)
    );
    // Above the kink.
    let high = u(900_000_000_000_000_000);
    assert_eq!(rate(&params.supply, high), Ok(2_092_846_270));
    assert_eq!(rate(&params.borrow, high), Ok(2_156_265_853));
}

#[test]
fn principals_are_rounded_against_the_account() {
    assert_eq!(principal_value_supply(SUPPLY_INDEX, u(1_000_000_000)), Ok(952_380_952));
    assert_eq!(present_value_supply(SUPPLY_INDEX, 952_380_952), Ok(u(999_999_999)));
    assert_eq!(principal_value_borrow(BORROW_INDEX, u(1_000_000_000)), Ok(925_925_926));
    assert_eq!(present_value_borrow(BORROW_INDEX, 925_925_926), Ok(u(1_000_000_000)));
    assert_eq!(principal_value_borrow(BORROW_INDEX, u(16_400_000_000)), Ok(15_185_185_186));
}

#[test]
fn a_position_before_and_after_it_can_be_liquidated() {
    let market = market();
    // From 8 to 18 decimals.
    let wad = |value: u128| Wad::new(value * 10_000_000_000);
    let safe = book(&market, 200_000_000_000);
    let health = market.health(ALICE, &Context { now: START, prices: &safe }).expect("a health");
    assert_eq!(health.debt, wad(1_639_836_000_000));
    assert_eq!(health.collateral, wad(2_000_000_000_000));
    assert_eq!(health.borrow_limit, wad(1_650_000_000_000));
    assert_eq!(health.liquidation_limit, wad(1_790_000_000_000));
    assert_eq!(health.factor, HealthFactor::Of(Wad::new(1_091_572_571_891_335_475)));
    assert!(!health.liquidatable);
    assert_eq!(market.comet().is_borrow_collateralized(ALICE, &safe), Ok(true));
    let low = book(&market, 183_000_000_000);
    let health = market.health(ALICE, &Context { now: START, prices: &low }).expect("a health");
    assert_eq!(health.liquidation_limit, wad(1_637_850_000_000));
    assert!(health.liquidatable);
    assert_eq!(market.comet().is_liquidatable(ALICE, &low), Ok(true));
}

fn absorb(weth: u64) -> (CompoundV3Market, levmine_lending::LiquidationOutcome) {
    let mut market = market();
    let book = book(&market, weth);
    let usdc = asset(&market, "USDC");
    let call = LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: usdc,
        collateral: usdc,
        repay: levmine_lending::Amount::All,
        keep_supplied: false,
    };
    let outcome = market.liquidate(&call, &Context { now: START, prices: &book }).expect("absorbed");
    (market, outcome)
}

#[test]
fn an_absorption_leaves_the_surplus() {
    let (market, outcome) = absorb(183_000_000_000);
    let (usdc, weth) = (asset(&market, "USDC"), asset(&market, "WETH"));
    let of = |asset, raw| vec![TokenAmount::new(asset, u(raw))];
    assert_eq!(outcome.repaid.to_vec(), of(usdc, 16_400_000_000));
    assert_eq!(outcome.seized.to_vec(), of(weth, 10_000_000_000_000_000_000));
    assert_eq!(outcome.returned.to_vec(), of(usdc, 986_738_672));
    assert!(outcome.bad_debt.is_empty() && outcome.transfers.is_empty());
    let user = market.comet().user(ALICE);
    assert_eq!((user.principal, user.assets_in()), (939_751_117, 0));
    let totals = market.comet().totals();
    assert_eq!(totals.total_supply_base, 400_000_000_000_000 + 939_751_117);
    assert_eq!(totals.total_borrow_base, 300_000_000_000_000 - 15_185_185_186);
    assert_eq!(market.comet().stocks()[2].reserves(), Ok(u(10_000_000_000_000_000_000)));
}

#[test]
fn an_absorption_charges_the_deficit_to_the_reserves() {
    let (market, outcome) = absorb(160_000_000_000);
    let usdc = asset(&market, "USDC");
    assert_eq!(outcome.repaid.to_vec(), vec![TokenAmount::new(usdc, u(15_201_520_152))]);
    assert_eq!(outcome.bad_debt.to_vec(), vec![TokenAmount::new(usdc, u(1_198_479_848))]);
    assert!(outcome.returned.is_empty());
    assert_eq!(market.comet().user(ALICE).principal, 0);
    // Cash and what suppliers have stay; what borrowers owe falls by the whole debt.
    let Totals { base_borrow_index, total_borrow_base, .. } = *market.comet().totals();
    let owed = present_value_borrow(base_borrow_index, total_borrow_base).expect("owed");
    assert_eq!(market.comet().reserves(START.time.0), Ok(Signed::Plus(owed - u(320_000_000_000_000))));
}

#[test]
fn a_quote_of_the_store_front() {
    let market = market();
    let book = book(&market, 183_000_000_000);
    let offer = market.comet().offer(2, &book).expect("an offer");
    assert_eq!(offer.discounted_price, u(178_425_000_000));
    assert_eq!(offer.quote(u(1_000_000_000)), Ok(u(560_403_530_895_334_174)));
}
