//! Refusals that no recorded run has: siloed borrowing, pauses, inactive reserves, grace periods, ceilings.

use levmine_aave_v3::AaveV3Market;
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingError, LendingMarket, LiquidationCall};
use levmine_market::{Account, Actor, Moment, Price};
use levmine_math::U256;

use crate::markets::{SMALL, START, asset, decode, prices};

const ALICE: Account = Account::new(0);
const BOB: Account = Account::new(1);

fn market(version: &str, changes: &str) -> AaveV3Market {
    // Each change is a line more in the table of its reserve.
    let text = changes.lines().fold(SMALL.to_string(), |text, change| {
        let (symbol, line) = change.trim().split_once(": ").expect("SYMBOL: line");
        text.replace(&format!("[reserves.{symbol}]\n"), &format!("[reserves.{symbol}]\n{line}\n"))
    });
    decode(&format!("version = \"{version}\"\n{text}")).unwrap_or_else(|error| panic!("{error}"))
}

fn units(amount: u128) -> Amount {
    Amount::Exact(U256::from(amount))
}

fn code<T>(result: Result<T, LendingError>) -> Option<&'static str> {
    result.err().and_then(|error| error.code())
}

fn special(
    market: &mut AaveV3Market,
    name: &str,
    arguments: &str,
    ctx: &Context<'_>,
) -> Result<(), LendingError> {
    let node = parse_toml("op.toml", arguments).expect("valid");
    let mut fields = node.fields().expect("a table");
    market.special(name, &mut fields, &|_| BOB, ctx).expect("readable").map(|_| ())
}

const WETH_10: u128 = 10_000_000_000_000_000_000;

#[test]
fn a_siloed_asset_is_borrowed_alone() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    for (version, name) in [("3.0", "SILOED_BORROWING_VIOLATION"), ("3.7", "SiloedBorrowingViolation")] {
        let mut market = market(version, "WBTC: siloed = true");
        let [weth, usdc, wbtc] = ["WETH", "USDC", "WBTC"].map(|symbol| asset(&market, symbol));
        let alice = Actor::from(ALICE);
        market.supply(alice, weth, units(WETH_10), &ctx).expect("supplied");
        market.borrow(alice, wbtc, units(100), &ctx).expect("borrowed alone");
        market.borrow(alice, wbtc, units(100), &ctx).expect("more of the same");
        assert_eq!(code(market.borrow(alice, usdc, units(100), &ctx)), Some(name));
        market.repay(alice, wbtc, Amount::All, &ctx).expect("repaid");
        market.borrow(alice, usdc, units(100), &ctx).expect("borrowed");
        assert_eq!(code(market.borrow(alice, wbtc, units(100), &ctx)), Some(name));
    }
}

#[test]
fn paused_and_inactive_reserves_do_nothing() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let mut market = market("3.3", "WETH: paused = true\nUSDC: active = false");
    let [weth, usdc] = ["WETH", "USDC"].map(|symbol| asset(&market, symbol));
    let alice = Actor::from(ALICE);
    assert_eq!(code(market.supply(alice, weth, units(1), &ctx)), Some("RESERVE_PAUSED"));
    assert_eq!(code(market.supply(alice, usdc, units(1), &ctx)), Some("RESERVE_INACTIVE"));
    assert_eq!(code(market.borrow(alice, weth, units(1), &ctx)), Some("RESERVE_PAUSED"));
    let amount = levmine_market::TokenAmount::new(weth, U256::from(1));
    assert_eq!(code(market.flash_borrow(ALICE, amount, &ctx)), Some("RESERVE_PAUSED"));
    special(&mut market, "setReservePause", "asset = \"WETH\"\npaused = false", &ctx).expect("unpaused");
    market.supply(alice, weth, units(1), &ctx).expect("supplied");
}

#[test]
fn liquidations_wait_for_the_grace_period() {
    let mut prices = prices();
    let mut market = market("3.3", "");
    let [weth, usdc] = ["WETH", "USDC"].map(|symbol| asset(&market, symbol));
    let alice = Actor::from(ALICE);
    let ctx = Context { now: START, prices: &prices };
    market.supply(alice, weth, units(WETH_10), &ctx).expect("supplied");
    market.borrow(alice, usdc, units(14_000_000_000), &ctx).expect("borrowed");
    special(&mut market, "setReservePause", "asset = \"WETH\"\npaused = false\ngracePeriod = 3600", &ctx)
        .expect("unpaused");
    prices.set(weth, Price::from_decimals(U256::from(150_000_000_000_u64), 8).expect("a price"));
    let call = LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: usdc,
        collateral: weth,
        repay: Amount::All,
        keep_supplied: false,
    };
    let at = |seconds| Moment { time: START.time.plus(seconds), block: 0 };
    let during = Context { now: at(3_600), prices: &prices };
    assert_eq!(code(market.liquidate(&call, &during)), Some("LIQUIDATION_GRACE_SENTINEL_CHECK_FAILED"));
    let after = Context { now: at(3_601), prices: &prices };
    market.liquidate(&call, &after).expect("liquidated");
}

#[test]
fn an_isolated_collateral_has_a_ceiling() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let mut market = market("3.5", "WETH: debt_ceiling = 1_000\nUSDC: borrowable_in_isolation = true");
    let [weth, usdc, wbtc] = ["WETH", "USDC", "WBTC"].map(|symbol| asset(&market, symbol));
    let alice = Actor::from(ALICE);
    market.supply(alice, weth, units(WETH_10), &ctx).expect("supplied");
    // Isolated assets do not become collateral by themselves.
    assert_eq!(code(market.borrow(alice, usdc, units(1), &ctx)), Some("LtvValidationFailed"));
    market.set_collateral(ALICE, weth, true, &ctx).expect("enabled");
    market.borrow(alice, usdc, units(1_000_000_000), &ctx).expect("up to the ceiling");
    assert_eq!(code(market.borrow(alice, usdc, units(10_000), &ctx)), Some("DebtCeilingExceeded"));
    // Below a cent it does not count.
    market.borrow(alice, usdc, units(9_999), &ctx).expect("borrowed");
    assert_eq!(code(market.borrow(alice, wbtc, units(1), &ctx)), Some("AssetNotBorrowableInIsolation"));
    // Nothing joins an isolated collateral.
    market.supply(alice, wbtc, units(100), &ctx).expect("supplied");
    assert_eq!(code(market.set_collateral(ALICE, wbtc, true, &ctx)), Some("UserInIsolationModeOrLtvZero"));
}

#[test]
fn nobody_withdraws_for_somebody_else() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let mut market = market("3.5", "");
    let weth = asset(&market, "WETH");
    market.supply(Actor::from(ALICE), weth, units(WETH_10), &ctx).expect("supplied");
    let stranger = Actor { caller: BOB, owner: ALICE };
    let refused = market.withdraw(stranger, weth, units(1), &ctx).expect_err("refused");
    assert_eq!(refused.refusal(), Some(levmine_lending::Refusal::Unauthorized));
}
