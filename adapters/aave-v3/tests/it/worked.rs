//! Worked examples, by hand, with their numbers.

use levmine_aave_v3::accrual::{compounded_interest, linear_interest};
use levmine_aave_v3::liquidation::{LiquidationInput, liquidation_amounts};
use levmine_aave_v3::rates::{RateInput, calculate};
use levmine_aave_v3::{AaveV3Market, Compounding, Curve, Rules, Version};
use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall};
use levmine_market::{Account, Actor, Moment, Price, PriceBook, Timestamp, TokenAmount};
use levmine_math::{Bps, Ray, Rounding, U256, pow10};

use crate::markets::{START, asset, decode};

const RAY_PER_BPS: u128 = 100_000_000_000_000_000_000_000;
const ALICE: Account = Account::new(0);
const BOB: Account = Account::new(1);

fn u(value: u128) -> U256 {
    U256::from(value)
}

fn rules(version: Version) -> &'static Rules {
    version.rules()
}

fn usdc_rates(version: Version, available: u128, debt: u128) -> (U256, U256) {
    let curve = Curve {
        optimal: 9_000 * RAY_PER_BPS,
        base: 0,
        slope1: 650 * RAY_PER_BPS,
        slope2: 3_500 * RAY_PER_BPS,
    };
    let input = RateInput {
        total_debt: u(debt),
        liquidity: u(available),
        added: U256::ZERO,
        taken: U256::ZERO,
        unbacked: U256::ZERO,
        reserve_factor: 1_000,
    };
    let rates = calculate(rules(version), &curve, &input).expect("rates");
    (rates.borrow, rates.supply)
}

#[test]
fn rates_on_both_sides_of_the_kink() {
    let below = |version| usdc_rates(version, 200_000_000_000_000, 800_000_000_000_000);
    let borrow = u(57_777_777_777_777_777_777_777_778);
    assert_eq!(below(Version::V3_5), (borrow, u(41_600_000_000_000_000_000_000_000)));
    assert_eq!(below(Version::V3_3), (borrow, u(41_600_000_000_000_000_000_000_000)));
    // Through the average of variable and stable debt the last three digits move.
    assert_eq!(below(Version::V3_0), (borrow, u(41_599_999_999_999_999_999_999_800)));
    let above = usdc_rates(Version::V3_5, 30_000_000_000_000, 970_000_000_000_000);
    assert_eq!(above, (u(310_000_000_000_000_000_000_000_000), u(270_630_000_000_000_000_000_000_000)));
}

#[test]
fn interest_compounds_by_version() {
    let rate = u(57_777_777_777_777_777_777_777_778);
    for (dt, binomial, exponential, linear) in [
        (
            1,
            1_000_000_001_832_121_314_617_509_442,
            1_000_000_001_832_121_316_295_843_699,
            1_000_000_001_832_121_314_617_509_442,
        ),
        (
            2,
            1_000_000_003_664_242_632_591_687_395,
            1_000_000_003_664_242_635_948_355_915,
            1_000_000_003_664_242_629_235_018_884,
        ),
        (
            12,
            1_000_000_021_985_455_996_950_236_355,
            1_000_000_021_985_456_017_090_247_906,
            1_000_000_021_985_455_775_410_113_309,
        ),
        (
            86_400,
            1_000_158_307_810_780_978_822_727_128,
            1_000_158_307_810_942_116_459_438_578,
            1_000_158_295_281_582_952_815_829_528,
        ),
        (
            31_536_000,
            1_059_478_276_684_617_470_999_401_778,
            1_059_479_059_899_405_578_417_924_097,
            1_057_777_777_777_777_777_777_777_778,
        ),
    ] {
        assert_eq!(compounded_interest(Compounding::Binomial, rate.to(), dt), Ok(u(binomial)), "{dt} s");
        assert_eq!(
            compounded_interest(Compounding::Exponential, rate.to(), dt),
            Ok(u(exponential)),
            "{dt} s"
        );
        assert_eq!(linear_interest(rate, dt), Ok(u(linear)), "{dt} s");
    }
    assert_eq!(compounded_interest(Compounding::Binomial, rate.to(), 0), linear_interest(rate, 0));
}

const USDC: &str = r#"
[reserves.USDC]
max_ltv = "77%"
liquidation_threshold = "80%"
liquidation_bonus = "4.5%"
reserve_factor = "10%"
optimal_utilization = "90%"
slope1 = "6.5%"
slope2 = "35%"
"#;

#[test]
fn a_day_in_the_life_of_a_reserve() {
    for (version, borrow_index, accrued) in [
        ("3.5", 1_070_169_389_357_708_064_611_599_278_u128, 11_291_336_944_u128),
        ("3.0", 1_070_169_389_357_535_647_340_318_027, 11_291_336_933),
    ] {
        let mut market = decode(&format!(
            r#"
            version = "{version}"
            {USDC}
            [state.reserves.USDC]
            liquidityIndex = "1050000000000000000000000000"
            variableBorrowIndex = "1070000000000000000000000000"
            currentLiquidityRate = "41600000000000000000000000"
            currentVariableBorrowRate = "57777777777777777777777778"
            lastUpdateTimestamp = 1000
            vTokenScaledTotalSupply = "700000000000000"
            underlyingHeld = "200000000000000"
            "#
        ))
        .expect("a market");
        market.accrue(Moment { time: Timestamp(87_400), block: 0 }).expect("accrues");
        let [reserve] = market.pool().reserves() else { panic!("one reserve") };
        assert_eq!(reserve.liquidity_index, 1_050_119_671_232_876_712_328_767_123);
        assert_eq!(reserve.borrow_index, borrow_index);
        assert_eq!(reserve.accrued_to_treasury, accrued);
    }
}

/// A market of one index, in which amounts are scaled.
fn scaled_market(version: &str) -> AaveV3Market {
    decode(&format!(
        r#"
        version = "{version}"
        {USDC}
        [state.reserves.USDC]
        liquidityIndex = "1052345678901234567890123456"
        variableBorrowIndex = "1052345678901234567890123456"
        underlyingHeld = "1000000000"
        [state.users.alice]
        "#
    ))
    .expect("a market")
}

#[test]
fn amounts_scale_by_version() {
    let now = Moment::default();
    let prices = PriceBook::new();
    let ctx = Context { now, prices: &prices };
    for (version, amount, scaled, read_back) in [
        ("3.0", 1_000_000, 950_258, 1_000_000),
        ("3.5", 1_000_000, 950_258, 999_999),
        ("3.0", 3, 3, 3),
        ("3.5", 3, 2, 2),
        ("3.0", 1, 1, 1),
    ] {
        let mut market = scaled_market(version);
        let usdc = asset(&market, "USDC");
        market.supply(Actor::from(ALICE), usdc, Amount::Exact(u(amount)), &ctx).expect("supplied");
        assert_eq!(market.pool().user(ALICE).expect("acted").supplied(0), scaled);
        assert_eq!(market.supplied(ALICE, usdc, now).expect("a balance"), u(read_back));
    }
    // One unit scales to nothing when it is rounded down.
    let mut market = scaled_market("3.5");
    let usdc = asset(&market, "USDC");
    let refused = market.supply(Actor::from(ALICE), usdc, Amount::Exact(u(1)), &ctx).expect_err("too small");
    assert_eq!(refused.code(), Some("InvalidAmount"));
}

/// WETH, WBTC and USDC with one account's position, prices in whole cents.
fn position(version: &str, supplied: &[(&str, &str)], debt: &str) -> AaveV3Market {
    let supply: String =
        supplied.iter().map(|(symbol, scaled)| format!("{symbol} = \"{scaled}\"\n")).collect();
    let reserve = |symbol: &str, ltv: &str, threshold: &str, bonus: &str, fee: &str| {
        format!(
            r#"
            [reserves.{symbol}]
            max_ltv = "{ltv}%"
            liquidation_threshold = "{threshold}%"
            liquidation_bonus = "{bonus}%"
            liquidation_protocol_fee = "{fee}%"
            reserve_factor = "10%"
            optimal_utilization = "80%"
            slope1 = "0%"
            slope2 = "0%"
            [state.reserves.{symbol}]
            underlyingHeld = "1000000000000000000000000"
            "#
        )
    };
    // Bits: WETH 0 and 1, WBTC 2 and 3, USDC 4 and 5.
    let configuration =
        supplied.iter().fold(16, |bits, (symbol, _)| bits | if *symbol == "WETH" { 2 } else { 8 });
    decode(&format!(
        r#"
        version = "{version}"
        {}{}{}
        [state.users.alice]
        userConfiguration = {configuration}
        [state.users.alice.scaledSupply]
        {supply}
        [state.users.alice.scaledDebt]
        USDC = "{debt}"
        "#,
        reserve("WETH", "80.5", "83", "5", "10"),
        reserve("WBTC", "73", "78", "5", "10"),
        reserve("USDC", "77", "80", "4.5", "20"),
    ))
    .unwrap_or_else(|error| panic!("{error}"))
}

fn book(market: &AaveV3Market, answers: &[(&str, u128)]) -> PriceBook {
    let mut book = PriceBook::new();
    for (symbol, answer) in answers {
        book.set(asset(market, symbol), Price::from_decimals(u(*answer), 8).expect("a price"));
    }
    book
}

#[test]
fn a_position_of_two_collaterals() {
    for (version, debt, health, available) in [
        (Version::V3_0, 2_999_412_343_130, 1_593_512_146_120_031_960, 1_530_587_656_870),
        (Version::V3_5, 2_999_412_343_131, 1_593_645_505_576_034_244, 1_530_587_656_869),
    ] {
        let supplied = [("WETH", "10000000000000000000"), ("WBTC", "100000000")];
        let market = position(rules(version).name, &supplied, "30000123456");
        let prices =
            book(&market, &[("WETH", 200_000_000_000), ("WBTC", 4_000_000_000_000), ("USDC", 99_980_000)]);
        let data = market.pool().account_data(ALICE, &prices, 0).expect("account data");
        assert_eq!(data.collateral, u(6_000_000_000_000));
        assert_eq!(data.debt, u(debt));
        assert_eq!((data.ltv, data.threshold), (u(7_550), u(7_966)));
        assert_eq!(data.health_factor, u(health));
        assert_eq!(data.available_borrows(rules(version)), Ok(u(available)));
    }
}

#[test]
fn what_a_liquidation_seizes() {
    let weth = u(1_000_000_000_000_000_000);
    let input = |price: u128, repay: u128| LiquidationInput {
        collateral_price: u(price),
        collateral_unit: weth,
        debt_price: u(99_980_000),
        debt_unit: u(1_000_000),
        repay: u(repay),
        collateral: weth * u(10),
        bonus: 10_500,
        protocol_fee: 1_000,
    };
    // Half: the collateral suffices.
    for (version, liquidator, fee) in [
        (Version::V3_0, 4_353_295_833_333_333_333, 20_829_166_666_666_667),
        (Version::V3_7, 4_353_295_833_333_333_332, 20_829_166_666_666_667),
    ] {
        let amounts =
            liquidation_amounts(rules(version), &input(150_000_000_000, 6_250_000_000)).expect("amounts");
        assert_eq!((amounts.to_liquidator, amounts.protocol_fee), (u(liquidator), u(fee)));
        assert_eq!(amounts.repaid, u(6_250_000_000));
    }
    // All: the collateral does not suffice and the repayment shrinks.
    for (version, liquidator, fee) in [
        (Version::V3_0, 9_952_380_952_380_952_381, 47_619_047_619_047_619),
        (Version::V3_7, 9_952_380_952_380_952_380, 47_619_047_619_047_620),
    ] {
        let amounts =
            liquidation_amounts(rules(version), &input(120_000_000_000, 12_500_000_000)).expect("amounts");
        assert_eq!((amounts.to_liquidator, amounts.protocol_fee), (u(liquidator), u(fee)));
        assert_eq!(amounts.repaid, u(11_430_857_600));
    }
}

#[test]
fn half_or_all_of_a_debt_is_liquidated() {
    let call = |market: &AaveV3Market| LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: asset(market, "USDC"),
        collateral: asset(market, "WETH"),
        repay: Amount::All,
        keep_supplied: false,
    };
    let healthy_half = |version: &str, price: u128| {
        let mut market = position(version, &[("WETH", "10000000000000000000")], "12500000000");
        let prices = book(&market, &[("WETH", price), ("USDC", 99_980_000)]);
        let health = market.pool().account_data(ALICE, &prices, 0).expect("account data").health_factor;
        let ctx = Context { now: Moment::default(), prices: &prices };
        let call = call(&market);
        let outcome =
            market.liquidate(&call, &Context { now: Moment { time: Timestamp(1), block: 0 }, ..ctx });
        (health, outcome.expect("liquidated"))
    };
    let (health, outcome) = healthy_half("3.0", 150_000_000_000);
    assert_eq!(health, u(996_199_239_847_969_594));
    let usdc = outcome.repaid.first().expect("repaid").asset;
    assert_eq!(outcome.repaid.as_slice(), [TokenAmount::new(usdc, u(6_250_000_000))]);
    assert!(outcome.bad_debt.is_empty());

    let (health, outcome) = healthy_half("3.0", 120_000_000_000);
    assert_eq!(health, u(796_959_391_878_375_675));
    assert_eq!(outcome.repaid.as_slice(), [TokenAmount::new(usdc, u(11_430_857_600))]);
    assert!(outcome.bad_debt.is_empty());

    // Since 3.3 the rest is written off.
    let (_, outcome) = healthy_half("3.3", 120_000_000_000);
    assert_eq!(outcome.bad_debt.as_slice(), [TokenAmount::new(usdc, u(1_069_142_400))]);
}

#[test]
fn flash_loan_premiums() {
    for (version, premium) in [("3.0", 617), ("3.4", 617), ("3.5", 618)] {
        let market = decode(&format!("version = \"{version}\"\nflash_loan_premium = \"0.05%\"\n{USDC}"))
            .expect("a market");
        let amount = TokenAmount::new(asset(&market, "USDC"), u(1_234_567));
        assert_eq!(market.flash_fee(amount).expect("a fee"), u(premium));
    }
}

#[test]
fn the_primitives_round_half_up() {
    let half_up = Rounding::HalfUp;
    assert_eq!(Bps::new(5_000).mul_int(u(1), half_up), Ok(u(1)));
    assert_eq!(Bps::new(4_999).mul_int(u(1), half_up), Ok(u(0)));
    let half = 500_000_000_000_000_000_000_000_000;
    assert_eq!(Ray::new(half).mul_int(u(1), half_up), Ok(u(1)));
    assert_eq!(Ray::new(half - 1).mul_int(u(1), half_up), Ok(u(0)));
}

#[test]
fn a_debt_reads_back_against_the_borrower_since_3_5() {
    for (version, owed) in [("3.0", 3), ("3.5", 4)] {
        let market = decode(&format!(
            r#"
            version = "{version}"
            {USDC}
            [state.reserves.USDC]
            variableBorrowIndex = "1052345678901234567890123456"
            [state.users.alice.scaledDebt]
            USDC = 3
            "#
        ))
        .expect("a market");
        let debt = market.debt(ALICE, asset(&market, "USDC"), Moment::default());
        assert_eq!(debt.expect("a debt"), u(owed));
    }
}

/// A debt of 10,000 needs collateral of 12,987.01 at an LTV of 77 %: 12,987 half up, 12,988 since 3.5.
#[test]
fn the_collateral_that_a_loan_needs_rounds_up_since_3_5() {
    for (version, refused) in [("3.0", None), ("3.4", None), ("3.5", Some("CollateralCannotCoverNewBorrow"))]
    {
        let mut market = decode(&format!(
            r#"
            version = "{version}"
            {USDC}
            [liquidity.USDC]
            supplied = 1_000
            "#
        ))
        .expect("a market");
        let usdc = asset(&market, "USDC");
        // One base unit is worth one base unit of the numeraire.
        let prices = book(&market, &[("USDC", 1_000_000)]);
        let ctx = Context { now: START, prices: &prices };
        market.supply(Actor::from(ALICE), usdc, Amount::Exact(u(12_987)), &ctx).expect("supplied");
        let borrowed = market.borrow(Actor::from(ALICE), usdc, Amount::Exact(u(10_000)), &ctx);
        assert_eq!(borrowed.err().and_then(|error| error.code()), refused, "{version}");
    }
}

#[test]
fn time_does_not_run_backwards() {
    let mut market = scaled_market("3.5");
    market.accrue(Moment { time: Timestamp(1_000), block: 0 }).expect("accrues");
    let before = market.dump();
    market.accrue(Moment { time: Timestamp(999), block: 0 }).expect("does nothing");
    assert_eq!(market.dump(), before);
    assert_eq!(pow10(6).expect("fits"), market.pool().reserves().first().expect("USDC").params.unit());
}
