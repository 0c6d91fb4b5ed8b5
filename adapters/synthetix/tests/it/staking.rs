//! Staking, minting and liquidation as a strategy sees them.

use levmine_lending::{
    Amount, Context, HealthFactor, LendingMarket, LendingMarketExt, LiquidationCall, Refusal,
    best_liquidation,
};
use levmine_market::{Account, Party, TokenAmount};
use levmine_math::{U256, Wad};
use levmine_synthetix::CROWD;

use crate::markets::{ALICE, BOB, KEEPER, POOL, START, asset, build, call, later, prices, units};

#[test]
fn health_is_by_the_liquidation_ratio_until_the_flag() {
    let mut market = build(POOL);
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    market.supply(ALICE.into(), snx, Amount::Exact(units("10000")), &ctx).expect("staked");
    let amount = market.amount_to_ltv(ALICE, susd, Wad::from_raw(units("0.2")), &ctx).expect("an amount");
    assert_eq!(amount, units("10000"));
    assert_eq!(market.borrow_headroom(ALICE, susd, &ctx).expect("room"), amount);
    market.borrow(ALICE.into(), susd, Amount::Exact(amount), &ctx).expect("minted");
    let health = market.health(ALICE, &ctx).expect("health");
    assert_eq!(health.borrow_limit, Wad::from_raw(units("10000")));
    assert_eq!(health.factor, HealthFactor::Of(Wad::from_raw(units("3.33333333333333333"))));
    // At the limit nothing can be taken out, and not a wei be minted.
    assert_eq!(market.max_withdraw(ALICE, snx, &ctx).expect("room"), U256::ZERO);
    let refused = market.withdraw(ALICE.into(), snx, Amount::Exact(U256::ONE), &ctx).expect_err("locked");
    assert_eq!(refused.code(), Some("Cannot transfer staked or escrowed SNX"));
    // 150 % is at 1.5 dollars.
    let price = market.liquidation_price(ALICE, snx, &ctx).expect("readable").expect("a price");
    let border = Wad::from_raw(units("1.5"));
    assert!(price.0 <= border && price.0 > Wad::from_raw(units("1.499999")), "{price:?}");
}

#[test]
fn a_flag_and_its_delay_come_before_the_liquidation() {
    let mut market = build(POOL);
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    market.supply(ALICE.into(), snx, Amount::Exact(units("10000")), &ctx).expect("staked");
    market.borrow(ALICE.into(), susd, Amount::Exact(units("10000")), &ctx).expect("minted");
    let cheap = prices("1.45", "2000");
    let fallen = Context { now: later(60), prices: &cheap };
    let call = best_liquidation(&market, KEEPER, ALICE, &fallen).expect("readable").expect("a call");
    let flag = market.liquidate(&call, &fallen).expect("flagged");
    assert!(flag.transfers.is_empty() && flag.repaid.is_empty() && flag.seized.is_empty());
    // Until the delay is over nobody can do anything, and who is flagged must go back to 500 %.
    let health = market.health(ALICE, &fallen).expect("health");
    assert!(health.liquidatable);
    assert!(health.factor < HealthFactor::Of(Wad::from_raw(units("0.3"))), "{health:?}");
    assert_eq!(best_liquidation(&market, KEEPER, ALICE, &fallen).expect("readable"), None);
    let waits = market.liquidate(&call, &fallen).expect_err("too early");
    assert_eq!((waits.code(), waits.refusal()), (Some("Not open for liquidation"), Some(Refusal::Closed)));
    // SNX has recovered a little; that does not help.
    let better = prices("2", "2000");
    let open = Context { now: later(60 + 43_201), prices: &better };
    let before = market.holdings();
    let call = best_liquidation(&market, KEEPER, ALICE, &open).expect("readable").expect("a call");
    let done = market.liquidate(&call, &open).expect("liquidated");
    // V = (10,000 − 30) × 2 = 19,940: (10,000 − 3,988) ÷ 0.74 = 8,124.32… of debt.
    assert_eq!(done.repaid[0].raw, units("8124.324324324324324324"));
    assert!(done.bad_debt.is_empty());
    let total: U256 = done.transfers.iter().map(|transfer| transfer.amount.raw).sum();
    assert_eq!(total, units("30"));
    assert!(done.transfers.iter().all(|it| it.from == Party::Venue && it.to == Party::Account(KEEPER)));
    assert_eq!(market.holdings()[0].raw, before[0].raw - total);
    assert_eq!(market.system().staker(KEEPER).snx, U256::ZERO);
    assert!(done.returned.is_empty(), "nothing came out of escrow");
    // The crowd has the SNX, but for the part that comes back to Alice on the shares she still has. Rewards per share have
    // 18 decimals, and there are 50 million shares.
    let [back, crowd] = [ALICE, CROWD].map(|owner| market.system().earned(owner).expect("rewards"));
    assert!((done.seized[0].raw - total - crowd - back) < units("0.0000000001"));
    // It backs her debt, but is no supply that could be taken out: a claim moves it into escrow, and a year later out.
    let collateral = market.health(ALICE, &open).expect("health").collateral;
    let supplied = market.supplied(ALICE, snx, open.now).expect("a supply");
    assert_eq!(collateral.raw(), (supplied + back) * U256::from(2));
    assert_eq!(market.claimable(ALICE, open.now).expect("readable")[0].raw, back);
    assert!(market.claim(ALICE, open.now).expect("claimed").is_empty());
    assert!(market.claimable(ALICE, open.now).expect("readable").is_empty());
    let free = later(60 + 43_201 + 31_536_000);
    assert_eq!(market.claimable(ALICE, free).expect("readable")[0].raw, back);
    market.claim(ALICE, free).expect("vested");
    assert_eq!(market.supplied(ALICE, snx, free).expect("a supply"), supplied + back);
}

/// What the SNX is not worth is borne by the other stakers.
#[test]
fn a_deep_fall_leaves_bad_debt() {
    let mut market = build(POOL);
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    market.supply(ALICE.into(), snx, Amount::Exact(units("10000")), &ctx).expect("staked");
    market.borrow(ALICE.into(), susd, Amount::Exact(units("10000")), &ctx).expect("minted");
    let cheap = prices("0.5", "2000");
    for seconds in [60, 60 + 43_201] {
        let ctx = Context { now: later(seconds), prices: &cheap };
        let call = best_liquidation(&market, KEEPER, ALICE, &ctx).expect("readable").expect("a call");
        let done = market.liquidate(&call, &ctx).expect("done");
        if seconds > 60 {
            // 9,970 SNX at half a dollar.
            assert_eq!(done.repaid[0].raw, units("4985"));
            assert_eq!(done.bad_debt[0].raw, units("5015"));
        }
    }
    assert_eq!(market.debt(ALICE, susd, later(60)).expect("a debt"), U256::ZERO);
}

#[test]
fn who_names_himself_liquidates_himself() {
    let mut market = build(POOL);
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    market.supply(ALICE.into(), snx, Amount::Exact(units("10000")), &ctx).expect("staked");
    market.borrow(ALICE.into(), susd, Amount::Exact(units("10000")), &ctx).expect("minted");
    let cheap = prices("3", "2000");
    let ctx = Context { now: later(60), prices: &cheap };
    let call = LiquidationCall {
        liquidator: ALICE,
        borrower: ALICE,
        debt: susd,
        collateral: snx,
        repay: Amount::All,
        keep_supplied: false,
    };
    let done = market.liquidate(&call, &ctx).expect("liquidated");
    assert!(done.transfers.is_empty());
    assert_eq!(done.repaid[0].raw, units("5128.205128205128205124"));
    let health = market.health(ALICE, &ctx).expect("health");
    assert!(health.debt.raw() <= health.borrow_limit.raw() + units("2"), "{health:?}");
}

/// A trader's gain is every staker's debt.
#[test]
fn traders_gains_are_stakers_debts() {
    let mut market = build(POOL);
    let (snx, susd, seth) = (asset("SNX"), asset("sUSD"), asset("sETH"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    market.supply(ALICE.into(), snx, Amount::Exact(units("1000000")), &ctx).expect("staked");
    market.borrow(ALICE.into(), susd, Amount::Exact(units("1000000")), &ctx).expect("minted");
    let receipt =
        market.exchange(BOB, TokenAmount::new(susd, units("500000")), seth, &ctx).expect("exchanged");
    assert_eq!(receipt.amount, units("249.25"));
    let transfers = receipt.transfers.as_slice();
    assert_eq!([transfers[0].to, transfers[1].from, transfers[2].from], [Party::Issuer; 3]);
    assert_eq!((transfers[2].to, transfers[2].amount.raw), (Party::Venue, units("1500")));
    // 51 million are owed: 1 of 51 by Alice. Ether rises by a half: 1,249.25 sETH are worth 1,249,250 dollars more.
    let dear = prices("5", "3000");
    let later_ctx = Context { now: later(3_600), prices: &dear };
    market.publish(&later_ctx).expect("published");
    let debt = market.debt(ALICE, susd, later(3_600)).expect("a debt");
    let expected = units("1000000") + units("1249250") / U256::from(51);
    assert!(debt.abs_diff(expected) < U256::from(1_000_000), "{debt} {expected}");
    // Back into sUSD: 249.25 × 3,000, less the fee.
    let back =
        market.exchange(BOB, TokenAmount::new(seth, receipt.amount), susd, &later_ctx).expect("exchanged");
    assert_eq!(back.amount, units("745506.75"));
}

#[test]
fn exchanges_are_refused_by_the_contracts_words() {
    let mut market = build(POOL);
    let (snx, susd, seth) = (asset("SNX"), asset("sUSD"), asset("sETH"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    let mut code = |sell, amount: U256, buy, ctx: &Context<'_>| {
        let error = market.exchange(BOB, TokenAmount::new(sell, amount), buy, ctx).expect_err("refused");
        error.code()
    };
    let one = units("1");
    assert_eq!(code(susd, one, susd, &ctx), Some("Can't be same synth"));
    assert_eq!(code(susd, U256::ZERO, seth, &ctx), Some("Zero amount"));
    assert_eq!(code(susd, units("48000001"), seth, &ctx), Some("SafeMath: subtraction overflow"));
    assert_eq!(code(snx, one, seth, &ctx), Some("no reason"));
    // The price of ether is not published any more.
    let mut stale = levmine_market::PriceBook::new();
    stale.set(snx, levmine_market::Price::ONE);
    let ctx = Context { now: later(90_001), prices: &stale };
    assert_eq!(code(susd, one, seth, &ctx), Some("src/dest rate stale or flagged"));
}

#[test]
fn a_least_time_lies_between_minting_and_burning() {
    let mut market = build(&POOL.replace("minimum_stake_time = 0", "minimum_stake_time = \"24h\""));
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    market.supply(ALICE.into(), snx, Amount::Exact(units("10000")), &ctx).expect("staked");
    market.borrow(ALICE.into(), susd, Amount::Exact(units("1000")), &ctx).expect("minted");
    let early = Context { now: later(86_399), prices: &book };
    let refused = market.repay(ALICE.into(), susd, Amount::All, &early).expect_err("too early");
    assert_eq!(refused.code(), Some("Minimum stake time not reached"));
    let due = Context { now: later(86_400), prices: &book };
    market.repay(ALICE.into(), susd, Amount::All, &due).expect("paid");
    market.withdraw(ALICE.into(), snx, Amount::All, &due).expect("out");
    assert!(market.position(ALICE, later(86_400)).expect("readable").supplied.is_empty());
}

#[test]
fn nobody_acts_for_others_but_with_snx_for_them() {
    let mut market = build(POOL);
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    let actor = levmine_market::Actor { caller: BOB, owner: ALICE };
    market.supply(actor, snx, Amount::Exact(units("10000")), &ctx).expect("given");
    assert_eq!(market.supplied(ALICE, snx, START).expect("readable"), units("10000"));
    for refused in [
        market.borrow(actor, susd, Amount::Exact(units("1")), &ctx),
        market.repay(actor, susd, Amount::Exact(units("1")), &ctx),
        market.withdraw(actor, snx, Amount::Exact(units("1")), &ctx),
    ] {
        assert_eq!(refused.expect_err("refused").refusal(), Some(Refusal::Unauthorized));
    }
    let nobody = Account::new(77);
    let refused = market.repay(nobody.into(), susd, Amount::All, &ctx).expect_err("no debt");
    assert_eq!(refused.code(), Some("No debt to forgive"));
}

/// What leaves the supply is what was seized less what came out of escrow, also where who flagged himself is paid by himself.
#[test]
fn escrow_is_taken_after_the_wallet() {
    let mut market = build(POOL);
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    market.supply(ALICE.into(), snx, Amount::Exact(units("6000")), &ctx).expect("staked");
    let escrow = "to = \"alice\"\namount = \"4000000000000000000000\"\nduration = \"31536000\"";
    call(&mut market, "createEscrow", escrow, START).expect("in escrow");
    market.borrow(ALICE.into(), susd, Amount::Exact(units("10000")), &ctx).expect("minted");
    call(&mut market, "setPrice", "asset = \"SNX\"\nanswer = \"145000000\"", later(60)).expect("priced");
    call(&mut market, "flag", "by = \"alice\"\naccount = \"alice\"", later(60)).expect("flagged");
    let cheap = prices("1.45", "2000");
    let open = Context { now: later(43_300), prices: &cheap };
    let before = market.supplied(ALICE, snx, open.now).expect("a supply");
    let against = best_liquidation(&market, KEEPER, ALICE, &open).expect("readable").expect("a call");
    let done = market.liquidate(&against, &open).expect("liquidated");
    let after = market.supplied(ALICE, snx, open.now).expect("a supply");
    assert_eq!(before + done.returned[0].raw, after + done.seized[0].raw);
    // Only the liquidator's 20 left; the flag's 10 went from Alice to Alice.
    assert_eq!(done.transfers.len(), 1);
    assert_eq!(done.transfers[0].amount.raw, units("20"));
    assert_eq!(after, units("10"));
    let rest = market.system().staker(ALICE).escrowed;
    assert_eq!(rest, units("4000") - done.returned[0].raw);
    assert!(!rest.is_zero());
    let entries = &market.system().staker(ALICE).entries;
    assert_eq!((entries.len(), entries[0].amount, entries[1].amount), (2, U256::ZERO, rest));
    assert_eq!(entries[0].end_time, entries[1].end_time);
}
