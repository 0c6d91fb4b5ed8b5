//! Worked examples, by hand, with their numbers.

use levmine_compound_v2::accrual::{accrue_interest, borrow_balance, exchange_rate};
use levmine_compound_v2::liquidity::{hypothetical, oracle_price};
use levmine_compound_v2::rates::Balances;
use levmine_compound_v2::{CompoundV2Market, Holding, Market, RateModel};
use levmine_config::parse_json;
use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall};
use levmine_market::{Account, Actor, Assets, BuildContext, Moment, PriceBook};
use levmine_math::U256;
use serde_json::json;

use crate::markets::{START, asset, price, special, u};

const ALICE: Account = Account::new(0);
const BOB: Account = Account::new(1);

fn state(state: &serde_json::Value) -> CompoundV2Market {
    let venue = json!({ "state": state });
    let node = parse_json("state.json", &venue.to_string()).expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    CompoundV2Market::decode(&mut node.fields().expect("a table"), &ctx)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// 0 % and 5 % at a kink of 80 %, then 109 %.
fn jump() -> RateModel {
    let percent = |share: u128| u(share * 10_000_000_000_000_000);
    RateModel::jump_v2([u(0), percent(5), percent(109), percent(80)], u(2_102_400)).expect("a model")
}

/// 200 million in cash, 600 million owed, 10 million reserves.
fn usdc() -> Market {
    let market = state(&json!({ "markets": { "USDC": {
        "cash": "200000000000000",
        "totalBorrows": "600000000000000",
        "totalReserves": "10000000000000",
        "totalSupply": "3500000000000000000",
        "borrowIndex": "1080000000000000000",
        "accrualBlockNumber": "15000000",
        "initialExchangeRateMantissa": "200000000000000",
        "reserveFactorMantissa": "75000000000000000",
        "interestRateModel": {
            "baseRatePerBlock": "0", "multiplierPerBlock": "29727929984",
            "jumpMultiplierPerBlock": "518455098934", "kink": "800000000000000000",
        },
    } } }));
    *market.pool().markets().first().expect("a market")
}

#[test]
fn rates_on_both_sides_of_the_kink() {
    let model = jump();
    let per_block = RateModel::Jump {
        base: u(0),
        multiplier: u(29_727_929_984),
        jump_multiplier: u(518_455_098_934),
        kink: u(800_000_000_000_000_000),
    };
    assert_eq!(model, per_block);
    let of = usdc().balances();
    assert_eq!(model.utilization(&of).expect("fits"), u(759_493_670_886_075_949));
    assert_eq!(model.borrow_rate(&of).expect("a rate"), u(22_578_174_671));
    assert_eq!(model.supply_rate(&of, u(75_000_000_000_000_000)).expect("a rate"), u(15_861_882_205));
    let full = Balances { cash: u(50_000_000_000_000), borrows: u(750_000_000_000_000), ..of };
    assert_eq!(model.utilization(&full).expect("fits"), u(949_367_088_607_594_936));
    assert_eq!(model.borrow_rate(&full).expect("a rate"), u(101_222_472_688));
}

#[test]
fn a_day_of_interest() {
    let mut market = usdc();
    accrue_interest(&mut market, 15_007_200).expect("accrued");
    assert_eq!(market.total_borrows - u(600_000_000_000_000), u(97_537_714_578));
    assert_eq!(market.total_borrows, u(600_097_537_714_578));
    assert_eq!(market.total_reserves, u(10_007_315_328_593));
    assert_eq!(market.borrow_index, u(1_080_175_567_886_241_696));
    assert_eq!(market.accrual_block, 15_007_200);
}

/// The market of the examples, where Alice has something and nothing accrues.
fn still() -> CompoundV2Market {
    state(&json!({
        "markets": { "USDC": {
            "cash": "200000000000000",
            "totalBorrows": "600000000000000",
            "totalReserves": "10000000000000",
            "totalSupply": "3500000000000000000",
            "accrualBlockNumber": START.block.to_string(),
            "interestRateModel": { "baseRatePerBlock": "0", "multiplierPerBlock": "0" },
        } },
        "users": { "alice": {}, "bob": { "markets": { "USDC": { "accountTokens": "3500000000000000000" } } } },
    }))
}

#[test]
fn what_is_put_in_comes_out_less_a_fraction() {
    let prices = PriceBook::new();
    let ctx = Context { now: START, prices: &prices };
    let mut market = still();
    assert_eq!(exchange_rate(&usdc()).expect("a rate"), u(225_714_285_714_285));
    let usdc = asset(&market, "USDC");
    let tokens =
        |market: &CompoundV2Market, owner| market.pool().user(owner).expect("acted").holding(0).tokens;
    market.supply(ALICE.into(), usdc, Amount::Exact(u(1_000_000_000)), &ctx).expect("supplied");
    assert_eq!(tokens(&market, ALICE), u(4_430_379_746_835));
    let mut all = market.clone();
    let paid = all.withdraw(ALICE.into(), usdc, Amount::All, &ctx).expect("withdrawn");
    assert_eq!(paid.amount, u(999_999_999));
    // The amount that was put in can be taken out, for as many cTokens as it brought.
    market.withdraw(ALICE.into(), usdc, Amount::Exact(u(1_000_000_000)), &ctx).expect("withdrawn");
    assert_eq!(tokens(&market, ALICE), u(0));
    // One cToken unit is worth nothing.
    let one = json!({ "by": "1", "asset": "USDC", "tokens": "1" });
    let paid = special(&mut market, "redeem", &one, &ctx).expect("redeemed");
    assert_eq!(paid, levmine_market::Dump::text(0));
    // And the least amount would cost more than nothing, but is rounded to nothing where a unit is worth more.
    let least = json!({ "by": "1", "asset": "USDC", "amount": "0" });
    special(&mut market, "redeemUnderlying", &least, &ctx).expect("nothing for nothing");
}

#[test]
fn a_debt_grows_with_the_index() {
    let mut market = usdc();
    let holding =
        Holding { principal: u(500_000_000), interest_index: market.borrow_index, ..Holding::default() };
    market.borrow_index = u(1_083_700_000_000_000_000);
    // 501712962.96…, rounded down.
    assert_eq!(borrow_balance(&market, &holding).expect("a balance"), u(501_712_962));
}

/// Ether as collateral at the rate of the example, dollars owed.
fn ether(owed: &str) -> CompoundV2Market {
    ether_with_total(owed, None)
}

/// The same where the total owed is told on its own.
fn ether_with_total(owed: &str, total: Option<&str>) -> CompoundV2Market {
    let total = total.unwrap_or(owed);
    let model = json!({ "baseRatePerBlock": "0", "multiplierPerBlock": "0" });
    let block = START.block.to_string();
    state(&json!({
        "markets": {
            "WETH": {
                "cash": "1020000000000000000000",
                "totalSupply": "5000000000000",
                "accrualBlockNumber": block,
                "collateralFactorMantissa": "825000000000000000",
                "interestRateModel": model,
            },
            "USDC": {
                "cash": "1000000000000",
                "totalSupply": "5000000000000000",
                "totalBorrows": total,
                "accrualBlockNumber": block,
                "interestRateModel": model,
            },
        },
        "users": {
            "alice": {
                "assetsIn": ["WETH", "USDC"],
                "markets": {
                    "WETH": { "accountTokens": "49019607843" },
                    "USDC": { "principal": owed },
                },
            },
            "bob": {},
        },
    }))
}

fn book(ether: u64) -> PriceBook {
    let mut book = PriceBook::new();
    book.set(levmine_market::Asset::new("WETH", 18).expect("an asset"), price(ether));
    book.set(levmine_market::Asset::new("USDC", 6).expect("an asset"), price(100));
    book
}

#[test]
fn what_ten_ether_carry() {
    let market = ether("17000000000");
    let prices = book(200_000);
    let weth = market.pool().markets().first().expect("a market");
    assert_eq!(exchange_rate(weth).expect("a rate"), u(204_000_000_000_000_000_000_000_000));
    assert_eq!(oracle_price(&prices, weth.asset).expect("a price"), u(2_000_000_000_000_000_000_000));
    let user = market.pool().user(ALICE).expect("acted");
    let sums = hypothetical(market.pool(), user, None, &prices).expect("sums").expect("told");
    // 4.6e10 are lost to the cToken's units.
    assert_eq!(sums.collateral, u(16_499_999_999_953_800_000_000));
    assert_eq!(sums.shortfall(), u(500_000_000_046_200_000_000));
}

#[test]
fn a_seizure_and_its_share() {
    let mut market = ether("17000000000");
    let prices = book(200_000);
    let ctx = Context { now: START, prices: &prices };
    let (weth, usdc) = (asset(&market, "WETH"), asset(&market, "USDC"));
    let call = LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: usdc,
        collateral: weth,
        repay: Amount::Exact(u(1_000_000_000)),
        keep_supplied: true,
    };
    let done = market.liquidate(&call, &ctx).expect("liquidated");
    let tokens = |owner| market.pool().user(owner).expect("acted").holding(0).tokens;
    assert_eq!(tokens(BOB), u(2_572_941_176));
    assert_eq!(u(49_019_607_843) - tokens(ALICE), u(2_647_058_823));
    let reserves = market.pool().markets().first().expect("a market").total_reserves;
    assert_eq!(reserves, u(15_119_999_988_000_000));
    assert_eq!(done.protocol_fee.first().expect("a fee").raw, u(15_119_999_988_000_000));
    assert_eq!(
        market.pool().markets().first().expect("a market").total_supply,
        u(5_000_000_000_000 - 74_117_647)
    );
}

/// The attack on empty markets: a few cToken units, a gift that makes each of them worth a fortune, a loan against them,
/// and nearly all of the gift taken back for one unit too few.
#[test]
fn a_gift_to_an_empty_market_is_taken_back_with_a_loan() {
    let model = json!({ "baseRatePerBlock": "0", "multiplierPerBlock": "0" });
    let block = START.block.to_string();
    let mut market = state(&json!({
        "markets": {
            "WBTC": {
                "accrualBlockNumber": block, "collateralFactorMantissa": "700000000000000000",
                "interestRateModel": model,
            },
            "USDC": {
                "cash": "1000000000000", "totalSupply": "5000000000000000", "accrualBlockNumber": block,
                "interestRateModel": model,
            },
        },
        "users": { "alice": { "assetsIn": ["WBTC"] } },
    }));
    let mut prices = PriceBook::new();
    let (wbtc, usdc) = (asset(&market, "WBTC"), asset(&market, "USDC"));
    prices.set(wbtc, price(2_000_000));
    prices.set(usdc, price(100));
    let ctx = Context { now: START, prices: &prices };
    // 4 satoshi make 200 cToken units at 0.02; 198 of them go back.
    market.supply(ALICE.into(), wbtc, Amount::Exact(u(4)), &ctx).expect("supplied");
    let back = json!({ "by": "0", "asset": "WBTC", "tokens": "198" });
    special(&mut market, "redeem", &back, &ctx).expect("redeemed");
    let gift = u(50_000_000_000);
    special(&mut market, "donate", &json!({ "asset": "WBTC", "amount": gift.to_string() }), &ctx)
        .expect("given");
    let tokens = |market: &CompoundV2Market| market.pool().user(ALICE).expect("acted").holding(0).tokens;
    assert_eq!(tokens(&market), u(2));
    // 500 bitcoins carry 7 million dollars; the market lends all it has.
    market.borrow(ALICE.into(), usdc, Amount::Exact(u(1_000_000_000_000)), &ctx).expect("borrowed");
    // Half of the cash and a satoshi less than both units' worth burn only one unit, and the other still carries the loan.
    let cash = market.pool().markets().first().expect("a market").cash;
    let most = cash - u(1);
    let paid = market.withdraw(ALICE.into(), wbtc, Amount::Exact(most), &ctx);
    assert!(paid.is_ok(), "{paid:?}");
    assert_eq!(tokens(&market), u(1));
    let left = market.pool().markets().first().expect("a market").cash;
    assert_eq!(left, u(1));
    let health = market.health(ALICE, &ctx).expect("health");
    assert!(health.liquidatable && health.debt > health.collateral, "{health:?}");
}

#[test]
fn rewards_follow_the_speed() {
    let block = START.block.to_string();
    let mut market = state(&json!({
        "compBalance": "1000000000000000000000",
        "markets": { "USDC": {
            "cash": "1000000000", "totalSupply": "5000000000000", "totalBorrows": "0",
            "accrualBlockNumber": block,
            "interestRateModel": { "baseRatePerBlock": "0", "multiplierPerBlock": "0" },
            "compSupplySpeed": "10000000000000000", "compSupplyState": { "block": block },
            "compBorrowState": { "block": block },
        } },
        "users": {
            "alice": { "markets": { "USDC": { "accountTokens": "2000000000000" } } },
            "bob": { "markets": { "USDC": { "accountTokens": "3000000000000" } } },
        },
    }));
    let later = Moment { block: START.block + 100, ..START };
    // 100 blocks at 0.01 COMP: 1 COMP, two fifths of it Alice's.
    let claimable = market.claimable(ALICE, later).expect("rewards");
    assert_eq!(claimable.first().expect("COMP").raw, u(400_000_000_000_000_000));
    let paid = market.claim(ALICE, later).expect("claimed");
    assert_eq!(paid.first().expect("COMP").amount.raw, u(400_000_000_000_000_000));
    assert!(market.claimable(ALICE, later).expect("rewards").is_empty());
    assert_eq!(market.pool().settings().comp_balance, u(999_600_000_000_000_000_000));
    let claimable = market.claimable(BOB, later).expect("rewards");
    assert_eq!(claimable.first().expect("COMP").raw, u(600_000_000_000_000_000));
}

#[test]
fn the_last_to_repay_can_find_the_total_too_small() {
    let prices = book(200_000);
    let ctx = Context { now: START, prices: &prices };
    let mut market = ether("17000000000");
    let usdc = asset(&market, "USDC");
    let actor = Actor::from(ALICE);
    let more = market.repay(actor, usdc, Amount::Exact(u(17_000_000_001)), &ctx).expect_err("too much");
    assert_eq!(more.code(), Some("REPAY_BORROW_NEW_ACCOUNT_BORROW_BALANCE_CALCULATION_FAILED"));
    let done = market.clone().repay(actor, usdc, Amount::Exact(U256::MAX), &ctx).expect("all of it");
    assert_eq!(done.amount, u(17_000_000_000));
    // Debts are rounded one by one and the total on its own: here it is a unit short.
    let mut short = ether_with_total("17000000000", Some("16999999999"));
    let refused = short.repay(actor, usdc, Amount::All, &ctx).expect_err("the total is too small");
    assert_eq!(refused.code(), Some("REPAY_BORROW_NEW_TOTAL_BALANCE_CALCULATION_FAILED"));
    short.repay(actor, usdc, Amount::Exact(u(16_999_999_999)), &ctx).expect("all but a unit");
}
