//! Numbers worked out by hand.

use levmine_aave_v2::accrual::{compounded_interest, linear_interest};
use levmine_aave_v2::liquidation::{LiquidationInput, liquidation_amounts};
use levmine_aave_v2::rates::{RateInput, calculate};
use levmine_aave_v2::stable::StableDebt;
use levmine_aave_v2::{AaveV2Error, Curve, InEther, Oracle};
use levmine_lending::{Amount, Context, HealthFactor, LendingMarket};
use levmine_market::{Actor, TokenAmount};
use levmine_math::{U256, Wad};

use crate::markets::{ALICE, START, asset, decode, in_ether, prices, small};

const RAY_PER_BPS: u128 = 100_000_000_000_000_000_000_000;

fn u(digits: &str) -> U256 {
    U256::from_str_radix(digits, 10).expect("digits")
}

/// The rate per second is rounded down before it is multiplied, unlike in later versions.
#[test]
fn debt_compounds_over_the_rate_per_second() {
    let rate = u("57777777777777777777777778");
    for (dt, factor) in [
        (0, "1000000000000000000000000000"),
        (1, "1000000001832121314617509442"),
        (2, "1000000003664242632591687395"),
        (12, "1000000021985455996950236350"),
        (86_400, "1000158307810780978822686400"),
        (31_536_000, "1059478276684617470984536000"),
    ] {
        let dt: u64 = dt;
        assert_eq!(compounded_interest(rate, dt), Ok(u(factor)), "{dt}");
    }
    assert_eq!(linear_interest(rate, 86_400), Ok(u("1000158295281582952815829528")));
}

#[test]
fn rates_below_and_above_the_optimum() {
    let curve = Curve {
        optimal: 9_000 * RAY_PER_BPS,
        base: 0,
        slope1: 400 * RAY_PER_BPS,
        slope2: 6_000 * RAY_PER_BPS,
        stable_slope1: 200 * RAY_PER_BPS,
        stable_slope2: 6_000 * RAY_PER_BPS,
        market_rate: 390 * RAY_PER_BPS,
    };
    let input = |available: u64, debt: u64| RateInput {
        available: U256::from(available),
        stable_debt: U256::ZERO,
        variable_debt: U256::from(debt),
        average_stable_rate: U256::ZERO,
        reserve_factor: 1_000,
    };
    // 45 % of 90 %: half of the first slopes; suppliers get 2 % · 45 % · 90 %.
    let half = calculate(&curve, &input(550_000_000, 450_000_000)).expect("rates");
    assert_eq!(half.variable, u("20000000000000000000000000"));
    assert_eq!(half.stable, u("49000000000000000000000000"));
    assert_eq!(half.supply, u("8100000000000000000000000"));
    // 95 %: the first slopes and half of the second.
    let high = calculate(&curve, &input(50_000_000, 950_000_000)).expect("rates");
    assert_eq!(high.variable, u("340000000000000000000000000"));
    assert_eq!(high.stable, u("359000000000000000000000000"));
    // Nothing is owed: the rates are the bases, and suppliers get nothing.
    let none = calculate(&curve, &input(50_000_000, 0)).expect("rates");
    assert_eq!((none.variable, none.supply), (U256::ZERO, U256::ZERO));
    // A strategy without an optimum divides by zero even then.
    let none = Curve { optimal: 0, ..curve };
    assert_eq!(calculate(&none, &input(1, 0)), Err(AaveV2Error::DivisionByZero));
}

#[test]
fn a_stable_debt_grows_at_its_own_rate() {
    let debt = StableDebt { principal: U256::from(1_000_000_000), rate: 500 * RAY_PER_BPS, updated: 0 };
    // Three terms of e^0.05, the last of them with a rounded third power: 1 + 0.05 + 0.00125 + 0.0000209.
    assert_eq!(debt.balance(31_536_000), Ok(U256::from(1_051_270_909)));
    assert_eq!(debt.balance(0), Ok(U256::from(1_000_000_000)));
}

/// 10 ether at a threshold of 82.5 % and half of a debt of 9 ether's worth: 10 % bonus, all in wei.
#[test]
fn a_liquidation_takes_the_bonus_before_it_divides() {
    let input = LiquidationInput {
        collateral_price: u("1000000000000000000"),
        collateral_unit: u("1000000000000000000"),
        debt_price: u("526816777279338"),
        debt_unit: u("1000000"),
        repay: u("8541945000"),
        collateral: u("10000000000000000000"),
        bonus: 10_500,
    };
    // 8541.945 · 0.000526816777279338 · 1.05 ether, rounded down to a wei.
    let done = liquidation_amounts(&input).expect("amounts");
    assert_eq!((done.seized, done.repaid), (u("4725041933427222574"), u("8541945000")));
    // With less collateral all of it is seized, and the repayment is what it covers without the bonus, half up.
    let little = LiquidationInput { collateral: u("1000000000000000000"), ..input };
    let done = liquidation_amounts(&little).expect("amounts");
    // 1 ÷ 0.000526816777279338 = 1898.193153, ÷ 1.05 = 1807.803003.
    assert_eq!((done.seized, done.repaid), (u("1000000000000000000"), u("1807803003")));
}

#[test]
fn dollars_are_read_in_ether() {
    let book = prices();
    let market = small();
    let oracle = InEther::new(&book, market.pool().ether()).expect("ether has a price");
    // 1.00012345 ÷ 2635.12345678, rounded down to a wei.
    assert_eq!(oracle.price(asset(&market, "USDC")), Ok(u("379535709200549")));
    assert_eq!(oracle.price(asset(&market, "WETH")), Ok(u("1000000000000000000")));
}

/// 10 ether carry 8 ether of dollars at an LTV of 80 %; the factor is 8.25 ÷ 8.
#[test]
fn a_position_at_its_limit() {
    let mut market = small();
    let book = in_ether(&[("USDC", 6, 500_000_000_000_000), ("WBTC", 8, 1), ("LINK", 18, 1)]);
    let ctx = Context { now: START, prices: &book };
    let (weth, usdc) = (asset(&market, "WETH"), asset(&market, "USDC"));
    let alice = Actor::from(ALICE);
    market.supply(alice, weth, Amount::Exact(u("10000000000000000000")), &ctx).expect("supplied");
    // 16,000 dollars of half a thousandth of an ether are 8 ether; a unit more is too much.
    let more = market.borrow(alice, usdc, Amount::Exact(U256::from(16_000_000_001_u64)), &ctx);
    assert_eq!(more.err().and_then(|error| error.code()), Some("11"));
    market.borrow(alice, usdc, Amount::Exact(U256::from(16_000_000_000_u64)), &ctx).expect("borrowed");
    let health = market.health(ALICE, &ctx).expect("health");
    assert_eq!(health.factor, HealthFactor::Of(Wad::from_raw(u("1031250000000000000"))));
    assert_eq!(health.liquidation_limit, Wad::from_raw(u("8250000000000000000")));
    assert!(!health.liquidatable);
}

/// 9 basis points, rounded down: nothing up to 1,111 base units.
#[test]
fn a_flash_loan_costs_nine_basis_points() {
    let mut market = small();
    let usdc = asset(&market, "USDC");
    for (amount, fee) in [(1_111_u64, 0), (1_112, 1), (1_234_567, 1_111), (1_000_000_000, 900_000)] {
        let fee_asked = market.flash_fee(TokenAmount::new(usdc, U256::from(amount)));
        assert_eq!(fee_asked.expect("a fee"), U256::from(fee), "{amount}");
    }
    let book = prices();
    let ctx = Context { now: START, prices: &book };
    let loan = TokenAmount::new(usdc, U256::from(10_000_000_000_000_u64));
    let (loan, _) = market.flash_borrow(ALICE, loan, &ctx).expect("lent");
    market.flash_repay(loan, &ctx).expect("paid back");
    // 9,000 dollars over 300,000,000: the index grows by 0.00003.
    let id = market.pool().reserve_id(usdc).expect("listed");
    let index = market.pool().reserve(id).expect("listed").liquidity_index;
    assert_eq!(index, 1_000_030_000_000_000_000_000_000_000);
}

/// Where suppliers earn nothing, borrowers' index stands still: with a reserve factor of 100 %.
#[test]
fn without_a_supply_rate_the_borrow_index_stands_still() {
    let text = crate::markets::SMALL.replacen("reserve_factor = \"10%\"", "reserve_factor = \"100%\"", 1);
    let mut market = decode(&text).expect("a market");
    let later = levmine_market::Moment { time: START.time.plus(31_536_000), block: 0 };
    market.accrue(later).expect("accrued");
    let [weth, usdc] = [0, 1].map(|id| *market.pool().reserve(id).expect("listed"));
    assert_eq!(weth.borrow_index, 1_000_000_000_000_000_000_000_000_000);
    assert!(usdc.borrow_index > 1_000_000_000_000_000_000_000_000_000);
}
