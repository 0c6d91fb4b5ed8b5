//! Vaults and savings through the trait, as the proxy does it.

use levmine_lending::{Amount, Context, HealthFactor, LendingError, LendingMarket, Refusal};
use levmine_maker::MakerMarket;
use levmine_market::{Account, Actor, PriceBook};
use levmine_math::{Ray, U256, Wad};

use crate::markets::{ALICE, BOB, START, asset, build, call, later, prices, tokens};

const TERMS: &str = "vault_type = \"ETH-A\"\ncollateral = \"WETH\"\nliquidation_ratio = \"150%\"\n\
                     stability_fee = \"5%\"\nsavings_rate = \"3%\"\ndebt_floor = 1_000\ndebt_ceiling = 1_000_000\n";

fn market() -> MakerMarket {
    build(&format!("{TERMS}outsiders = {{ collateral = 500, debt = 100_000 }}"))
}

fn wad(dai: u64) -> Amount {
    Amount::Exact(tokens(asset("DAI"), dai))
}

fn code<T: std::fmt::Debug>(result: Result<T, LendingError>) -> (Option<&'static str>, Option<Refusal>) {
    let error = result.expect_err("refused");
    (error.code(), error.refusal())
}

/// 10 ETH at 2,000, 10,000 DAI drawn.
fn opened(prices: &PriceBook) -> MakerMarket {
    let mut market = market();
    let ctx = Context { now: START, prices };
    let weth = asset("WETH");
    market.supply(ALICE.into(), weth, Amount::Exact(tokens(weth, 10)), &ctx).expect("locked");
    market.borrow(ALICE.into(), asset("DAI"), wad(10_000), &ctx).expect("drawn");
    market
}

#[test]
fn every_limit_has_its_own_name() {
    let prices = prices(2_000);
    let (weth, dai) = (asset("WETH"), asset("DAI"));
    let ctx = Context { now: START, prices: &prices };
    let mut market = opened(&prices);
    let mut draw = |amount| code(market.borrow(ALICE.into(), dai, amount, &ctx));
    assert_eq!(draw(wad(900_001)), (Some("Vat/ceiling-exceeded"), Some(Refusal::CapExceeded)));
    assert_eq!(draw(wad(5_000)), (Some("Vat/not-safe"), Some(Refusal::InsufficientCollateral)));
    assert_eq!(draw(Amount::All).1, Some(Refusal::InvalidAmount));
    let small = code(market.borrow(BOB.into(), dai, wad(100), &ctx));
    assert_eq!(small.0, Some("Vat/not-safe"));
    market.supply(BOB.into(), weth, Amount::Exact(tokens(weth, 10)), &ctx).expect("locked");
    let small = code(market.borrow(BOB.into(), dai, wad(100), &ctx));
    assert_eq!(small, (Some("Vat/dust"), Some(Refusal::TooSmall)));
    // A repayment that would leave less than the least debt.
    let rest = code(market.repay(ALICE.into(), dai, wad(9_500), &ctx));
    assert_eq!(rest.0, Some("Vat/dust"));
    let none = code(market.repay(BOB.into(), dai, wad(1), &ctx));
    assert_eq!(none.1, Some(Refusal::NoDebt));
    let out = code(market.withdraw(ALICE.into(), weth, Amount::All, &ctx));
    assert_eq!(out.0, Some("Vat/not-safe"));
    let more = code(market.withdraw(BOB.into(), weth, Amount::Exact(tokens(weth, 11)), &ctx));
    assert_eq!(more.1, Some(Refusal::Arithmetic));
    let thief = Actor { caller: BOB, owner: ALICE };
    assert_eq!(
        code(market.withdraw(thief, weth, Amount::Exact(U256::ONE), &ctx)).0,
        Some("Vat/not-allowed-u")
    );
    assert_eq!(code(market.borrow(thief, dai, wad(1), &ctx)).0, Some("Vat/not-allowed-u"));
    let nothing = PriceBook::new();
    let blind = market.borrow(ALICE.into(), dai, wad(1), &Context { now: START, prices: &nothing });
    assert!(matches!(blind, Err(LendingError::Market(_))), "{blind:?}");
}

#[test]
fn whoever_is_allowed_may_draw_and_take() {
    let prices = prices(2_000);
    let (weth, dai) = (asset("WETH"), asset("DAI"));
    let ctx = Context { now: START, prices: &prices };
    let mut market = opened(&prices);
    call(&mut market, "vat.hope", "by = \"alice\"\nusr = \"bob\"", START).expect("hoped");
    let friend = Actor { caller: BOB, owner: ALICE };
    let drawn = market.borrow(friend, dai, wad(1_000), &ctx).expect("allowed");
    assert!(
        matches!(drawn.transfers.as_slice(), [transfer] if transfer.to == levmine_market::Party::Account(BOB))
    );
    market.withdraw(friend, weth, Amount::Exact(tokens(weth, 1)), &ctx).expect("allowed");
    // Anybody may pay, and add collateral.
    call(&mut market, "vat.nope", "by = \"alice\"\nusr = \"bob\"", START).expect("taken back");
    market.supply(friend, weth, Amount::Exact(tokens(weth, 1)), &ctx).expect("anybody's");
    market.repay(friend, dai, Amount::All, &ctx).expect("anybody's");
    assert_eq!(market.debt(ALICE, dai, START).expect("read"), U256::ZERO);
}

#[test]
fn a_debt_reads_as_it_grows_and_is_paid_to_the_last() {
    let prices = prices(2_000);
    let dai = asset("DAI");
    let mut market = opened(&prices);
    let year = later(31_536_000);
    let owed = market.debt(ALICE, dai, year).expect("read");
    let grown = tokens(dai, 10_500);
    assert!(owed.abs_diff(grown) < U256::from(10_000_u64), "{owed}");
    let ctx = Context { now: year, prices: &prices };
    let paid =
        market.repay(ALICE.into(), dai, Amount::Exact(grown * U256::from(2)), &ctx).expect("paid").amount;
    assert!(paid <= owed && owed - paid <= U256::from(2), "{paid} of {owed}");
    assert!(market.position(ALICE, year).expect("read").debts.is_empty());
    // The fees are the system's.
    assert!(market.dss().vat.dai.get(levmine_maker::Who::Vow) > tokens(dai, 500) * Ray::ONE.raw());
}

#[test]
fn dai_inside_pays_along() {
    let prices = prices(2_000);
    let dai = asset("DAI");
    let ctx = Context { now: START, prices: &prices };
    let mut market = opened(&prices);
    // Six thousand of what was drawn go back inside as they are.
    let arguments = format!("by = \"alice\"\nusr = \"alice\"\nwad = \"{}\"", tokens(dai, 6_000));
    call(&mut market, "daijoin.join", &arguments, START).expect("joined");
    let paid = market.repay(ALICE.into(), dai, Amount::All, &ctx).expect("paid").amount;
    assert_eq!(paid, tokens(dai, 4_000));
}

#[test]
fn health_is_the_vats_own_comparison() {
    let cheap = prices(1_500);
    let mut market = opened(&prices(2_000));
    let health = market.health(ALICE, &Context { now: START, prices: &cheap }).expect("valued");
    // 10 × 1,500 ÷ 1.5 is just the debt: exactly one is safe.
    assert_eq!(health.factor, HealthFactor::Of(Wad::ONE));
    assert!(!health.liquidatable);
    assert_eq!(health.collateral, Wad::from_raw(tokens(asset("DAI"), 15_000)));
    assert_eq!(health.liquidation_limit, Wad::from_raw(tokens(asset("DAI"), 10_000)));
    let health = market.health(ALICE, &Context { now: later(60), prices: &cheap }).expect("valued");
    assert!(health.liquidatable && health.factor < HealthFactor::Of(Wad::ONE), "{health:?}");
    // With a target price of 2 dollars for a DAI the same collateral bears half.
    call(
        &mut market,
        "spotter.file",
        "by = \"admin\"\nwhat = \"par\"\ndata = \"2000000000000000000000000000\"",
        START,
    )
    .expect("filed");
    let dear = prices(2_000);
    let health = market.health(ALICE, &Context { now: START, prices: &dear }).expect("valued");
    assert_eq!(health.debt, Wad::from_raw(tokens(asset("DAI"), 20_000)));
    assert!(health.liquidatable);
    let nobody = market.health(Account::new(9), &Context { now: START, prices: &dear }).expect("valued");
    assert_eq!(nobody.factor, HealthFactor::NoDebt);
}

#[test]
fn savings_earn_what_the_system_pays() {
    let prices = prices(2_000);
    let dai = asset("DAI");
    let ctx = Context { now: START, prices: &prices };
    let mut market = opened(&prices);
    market.supply(ALICE.into(), dai, wad(5_000), &ctx).expect("saved");
    let year = later(31_536_000);
    let saved = market.supplied(ALICE, dai, year).expect("read");
    assert!(saved.abs_diff(tokens(dai, 5_150)) < U256::from(10_000_u64), "{saved}");
    assert_eq!(market.dss().vat.sin.get(levmine_maker::Who::Vow), U256::ZERO);
    let other = Actor { caller: BOB, owner: ALICE };
    let ctx = Context { now: year, prices: &prices };
    assert_eq!(code(market.withdraw(other, dai, Amount::All, &ctx)).1, Some(Refusal::Unauthorized));
    assert_eq!(code(market.supply(other, dai, wad(1), &ctx)).1, Some(Refusal::Unauthorized));
    let taken = market.withdraw(ALICE.into(), dai, Amount::All, &ctx).expect("taken").amount;
    assert_eq!(taken, saved);
    assert!(market.dss().vat.sin.get(levmine_maker::Who::Vow) > tokens(dai, 149) * Ray::ONE.raw());
}

#[test]
fn flash_mints_come_back() {
    let prices = prices(2_000);
    let dai = asset("DAI");
    let ctx = Context { now: START, prices: &prices };
    let mut market = opened(&prices);
    let supply = market.issued()[0].raw;
    let amount = levmine_market::TokenAmount::new(dai, tokens(dai, 500_000_000));
    assert_eq!(market.flash_fee(amount).expect("free"), U256::ZERO);
    let more = levmine_market::TokenAmount::new(dai, amount.raw + U256::ONE);
    assert_eq!(code(market.flash_borrow(ALICE, more, &ctx)).0, Some("DssFlash/ceiling-exceeded"));
    let weth = levmine_market::TokenAmount::new(asset("WETH"), U256::ONE);
    assert_eq!(code(market.flash_borrow(ALICE, weth, &ctx)).0, Some("DssFlash/token-unsupported"));
    let (loan, _) = market.flash_borrow(ALICE, amount, &ctx).expect("minted");
    assert_eq!(market.issued()[0].raw, supply + amount.raw);
    assert_eq!(code(market.flash_borrow(BOB, amount, &ctx)).0, Some("DssFlash/reentrancy-guard"));
    market.flash_repay(loan, &ctx).expect("burned");
    assert_eq!(market.issued()[0].raw, supply);
    assert_eq!(market.dss().vat.vice, U256::ZERO);
    assert!(!market.dss().flash.locked);
}
