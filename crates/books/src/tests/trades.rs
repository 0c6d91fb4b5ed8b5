//! Swaps, pools, vaults, single entries.

use levmine_market::{Holder, Outside, Reason};
use levmine_testkit::stub::{asset, dai, usdc, weth};

use super::sheet::{LIQUID, POOL, SAVINGS, Sheet, dollars, of, queued};
use crate::{Expense, Income, Method, Origin, ShareRule, TaxWhat, Why};

/// 10,000 dollars; one ether each bought for 1,000, 2,000 and 1,200; one sold for 1,500.
fn three_lots() -> Sheet {
    let mut sheet = Sheet::new(&[(of("10000", usdc()), 10_000)]);
    for paid in [1_000, 2_000, 1_200] {
        // The ether is worth 10 less: what a purchase costs is what is paid, fees and all.
        sheet.swap((of(&paid.to_string(), usdc()), paid), (of("1", weth()), paid - 10));
    }
    sheet.swap((of("1", weth()), 1_510), (of("1500", usdc()), 1_500));
    sheet
}

#[test]
fn each_method_takes_its_own_lots() {
    let sheet = three_lots();
    // 1,500 − 1,000; 1,500 − 1,200; 1,500 − 2,000; 1,500 − 4,200 ÷ 3.
    for (method, gain) in
        [(Method::Fifo, 500), (Method::Lifo, 300), (Method::Hifo, -500), (Method::Average, 100)]
    {
        let kept = sheet.keep(method, ShareRule::Disposal);
        assert_eq!(kept.gains(), dollars(gain), "{method}");
        assert_eq!(kept.held(weth()).1, dollars(4_200 - 1_500 + gain), "{method}");
        assert_eq!(kept.disposals().len(), 1, "money is no disposal");
    }
}

#[test]
fn every_line_names_its_entry_and_its_lot() {
    let sheet = three_lots();
    let kept = sheet.keep(Method::Lifo, ShareRule::Disposal);
    let [line] = kept.keeper.lines.as_slice() else { panic!("one line") };
    // Entry 0 is the capital, 1 to 6 are the purchases, 7 is what was sold.
    assert_eq!((line.source.entry, line.at), (Some(7), Some(POOL)));
    let TaxWhat::Disposal { origin: Some(Origin::Acquired(lot)), .. } = line.what else { panic!("a lot") };
    assert_eq!((lot.entry, line.source.transaction - lot.transaction), (Some(6), 1));
}

#[test]
fn a_disposal_that_takes_two_lots_is_two_lines() {
    let mut sheet = Sheet::new(&[(of("10000", usdc()), 10_000)]);
    sheet.swap((of("1000", usdc()), 1_000), (of("1", weth()), 1_000));
    sheet.swap((of("2000", usdc()), 2_000), (of("1", weth()), 2_000));
    sheet.swap((of("1.5", weth()), 4_500), (of("4500", usdc()), 4_500));
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    // 4,500 by quantity: 3,000 for the first ether, 1,500 for half of the second.
    assert_eq!(
        kept.disposals(),
        [
            (Why::Swap, of("1", weth()), dollars(3_000), dollars(1_000)),
            (Why::Swap, of("0.5", weth()), dollars(1_500), dollars(1_000)),
        ]
    );
}

#[test]
fn one_token_for_another_goes_at_the_value_of_what_is_given() {
    let mut sheet = Sheet::new(&[(of("1", weth()), 1_800)]);
    // Given 2,000, received 1,990: the ten are part of what the DAI cost.
    sheet.swap((of("1", weth()), 2_000), (of("1990", dai()), 1_990));
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!(kept.disposals(), [(Why::Swap, of("1", weth()), dollars(2_000), dollars(1_800))]);
    assert_eq!(kept.held(dai()).1, dollars(2_000));
}

/// An ether that cost 1,000 and 2,000 dollars go into the pool while the ether is worth 2,000; later 0.5 ether and 4,000
/// dollars come out, the ether at 8,000.
fn in_and_out() -> Sheet {
    let share = asset("LP-WETH-USDC", 18);
    let mut sheet = Sheet::new(&[(of("1", weth()), 1_000), (of("2000", usdc()), 2_000)]);
    let coins = [(of("1", weth()), 2_000), (of("2000", usdc()), 2_000)];
    sheet.operation(POOL, Reason::AddLiquidity, &coins, &[(of("7", share), 3_999)], &[], &[]);
    let coins = [(of("0.5", weth()), 4_000), (of("4000", usdc()), 4_000)];
    sheet.operation(POOL, Reason::RemoveLiquidity, &[(of("7", share), 0)], &coins, &[], &[]);
    sheet
}

#[test]
fn entering_and_leaving_a_pool_are_disposals() {
    let sheet = in_and_out();
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    let share = asset("LP-WETH-USDC", 18);
    // In: the ether goes at 2,000, the shares cost 4,000. Out: the shares go at 8,000.
    assert_eq!(
        kept.disposals(),
        [
            (Why::Liquidity, of("1", weth()), dollars(2_000), dollars(1_000)),
            (Why::Liquidity, of("7", share), dollars(8_000), dollars(4_000)),
        ]
    );
    assert_eq!(kept.held(weth()).1, dollars(4_000));
}

#[test]
fn entering_and_leaving_a_pool_can_be_a_deposit() {
    let sheet = in_and_out();
    let kept = sheet.keep(Method::Fifo, ShareRule::Deposit);
    // The shares cost 1,000 + 2,000. Money of 4,000 is more than that: a gain of 1,000, and the ether cost nothing.
    let share = asset("LP-WETH-USDC", 18);
    assert_eq!(kept.disposals(), [(Why::Liquidity, of("7", share), dollars(4_000), dollars(3_000))]);
    assert_eq!(kept.held(weth()), (of("0.5", weth()).raw, 0));
    let mut sheet = Sheet::new(&[(of("1", weth()), 1_000), (of("2000", usdc()), 2_000)]);
    let coins = [(of("1", weth()), 2_000), (of("2000", usdc()), 2_000)];
    sheet.operation(POOL, Reason::AddLiquidity, &coins, &[(of("7", share), 3_999)], &[], &[]);
    // Half of the shares: cost 1,500, of which 900 come as money and 600 stay with the ether.
    let coins = [(of("0.6", weth()), 1_200), (of("900", usdc()), 900)];
    sheet.operation(POOL, Reason::RemoveLiquidity, &[(of("3.5", share), 0)], &coins, &[], &[]);
    let kept = sheet.keep(Method::Fifo, ShareRule::Deposit);
    assert_eq!(kept.disposals(), []);
    assert_eq!(kept.held(weth()).1, dollars(600));
    assert_eq!(kept.held(share).1, dollars(1_500));
}

#[test]
fn what_a_pool_gives_back_at_once_was_not_given() {
    let share = asset("LP-WETH-USDC", 18);
    let mut sheet = Sheet::new(&[(of("1", weth()), 1_000), (of("2000", usdc()), 2_000)]);
    let coins = [(of("1", weth()), 2_000), (of("1600", usdc()), 1_600)];
    let come = [(of("0.2", weth()), 400), (of("7", share), 3_200)];
    sheet.operation(POOL, Reason::AddLiquidity, &coins, &come, &[], &[]);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    let gone = (Why::Liquidity, of("0.8", weth()), dollars(1_600), dollars(800));
    assert_eq!(kept.disposals(), [gone]);
    assert_eq!(kept.held(share).1, dollars(3_200));
    assert_eq!(kept.held(weth()), (of("0.2", weth()).raw, dollars(200)));
}

#[test]
fn collected_fees_are_income() {
    let mut sheet = Sheet::new(&[(of("10", usdc()), 10)]);
    let fees = [(of("0.01", weth()), 20), (of("5", usdc()), 5)];
    sheet.operation(POOL, Reason::RemoveLiquidity, &[], &fees, &[], &[]);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!(kept.income(Income::TradingFees), dollars(25));
    assert_eq!(kept.held(weth()).1, dollars(20));
}

#[test]
fn a_vault_share_costs_what_was_put_in() {
    let share = asset("saUSDC", 6);
    let mut sheet = Sheet::new(&[(of("1000", usdc()), 1_000)]);
    let put = [(of("1000", usdc()), 1_000)];
    sheet.operation(SAVINGS, Reason::Deposit, &put, &[(of("800", share), 999)], &[], &[]);
    let got = [(of("1100", usdc()), 1_100)];
    sheet.operation(SAVINGS, Reason::Redeem, &[(of("800", share), 1_105)], &got, &[], &[]);
    for rule in [ShareRule::Disposal, ShareRule::Deposit] {
        let kept = sheet.keep(Method::Fifo, rule);
        let gone = (Why::Vault, of("800", share), dollars(1_100), dollars(1_000));
        assert_eq!(kept.disposals(), [gone], "{rule}: money settles everything");
    }
}

#[test]
fn what_waits_in_a_queue_is_disposed_of_when_it_pays() {
    let share = asset("eWETH", 18);
    let mut sheet = Sheet::new(&[(of("2", share), 3_000)]);
    let waits = [queued(of("2", weth()), 4_000)];
    sheet.operation(LIQUID, Reason::Redeem, &[(of("2", share), 4_000)], &[], &[], &waits);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!((kept.disposals(), kept.held(share).1), (vec![], dollars(3_000)));
    sheet.operation(LIQUID, Reason::Redeem, &[], &[(of("2", weth()), 4_200)], &waits, &[]);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!(kept.disposals(), [(Why::Vault, of("2", share), dollars(4_200), dollars(3_000))]);
    assert_eq!(kept.held(weth()).1, dollars(4_200));
}

#[test]
fn what_comes_by_itself_is_income_and_what_goes_by_itself_is_lost() {
    let share = asset("eWETH", 18);
    let issuer = Holder::Outside(Outside::Issuer(LIQUID));
    let mut sheet = Sheet::new(&[(of("1", share), 2_000)]);
    sheet.single(issuer, of("0.1", share), 210, false, Reason::Rebase);
    sheet.single(Holder::Outside(Outside::Incentives(POOL)), of("3", dai()), 3, false, Reason::Reward);
    sheet.single(issuer, of("0.5", share), 1_100, true, Reason::Rebase);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!((kept.income(Income::Rebase), kept.income(Income::Reward)), (dollars(210), dollars(3)));
    assert_eq!(kept.disposals(), [(Why::Lost, of("0.5", share), 0, dollars(1_000))]);
}

#[test]
fn gas_is_an_expense_and_what_pays_it_is_disposed_of() {
    let gas = Holder::Outside(Outside::Gas);
    let mut sheet = Sheet::new(&[(of("1", weth()), 1_000), (of("50", usdc()), 50)]);
    sheet.single(gas, of("20", usdc()), 20, true, Reason::Gas);
    sheet.single(gas, of("0.1", weth()), 200, true, Reason::Gas);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!(kept.expense(Expense::Gas), dollars(220));
    // Money needs no line; the ether is given away at what it pays.
    assert_eq!(kept.disposals(), [(Why::Gas, of("0.1", weth()), dollars(200), dollars(100))]);
}

#[test]
fn a_reserve_is_capital_that_lies_beside_the_wallet() {
    let mut sheet = Sheet::new(&[(of("10", usdc()), 10)]);
    let reserve = Holder::Wallet(sheet.world.farmer.reserve());
    let ether = of("2", weth());
    sheet.between(Holder::Outside(Outside::Capital), reserve, ether, 3_000, Reason::Capital);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!((kept.keeper.capital, kept.held(weth()).1), (dollars(3_010), dollars(3_000)));
    // The ether has gained when it is needed: no lots change.
    sheet.single(reserve, of("0.5", weth()), 1_000, false, Reason::Capital);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!((kept.keeper.capital, kept.held(weth()).1), (dollars(3_010), dollars(3_000)));
    assert_eq!(kept.keeper.lines, []);
}

#[test]
fn cover_costs_a_premium_and_pays_a_claim_and_what_was_stolen_is_lost() {
    let seller = Holder::Outside(Outside::Cover);
    let mut sheet = Sheet::new(&[(of("2", weth()), 2_000), (of("100", usdc()), 100)]);
    sheet.single(seller, of("30", usdc()), 30, true, Reason::Cover);
    sheet.single(Holder::Outside(Outside::Loss(POOL)), of("1.5", weth()), 3_000, true, Reason::Exploit);
    sheet.single(seller, of("900", usdc()), 900, false, Reason::Cover);
    let kept = sheet.keep(Method::Fifo, ShareRule::Disposal);
    assert_eq!(kept.expense(Expense::CoverPremium), dollars(30));
    assert_eq!(kept.income(Income::CoverPayout), dollars(900));
    assert_eq!(kept.disposals(), [(Why::Lost, of("1.5", weth()), 0, dollars(1_500))]);
}

#[test]
fn the_ledger_has_no_entries_of_others() {
    let mut sheet = Sheet::new(&[(of("10", usdc()), 10)]);
    let stranger = Holder::Wallet(levmine_market::Account::new(77));
    sheet.between(Holder::Outside(Outside::Capital), stranger, of("5", usdc()), 5, Reason::Capital);
    sheet.single(Holder::Outside(Outside::Gas), of("1", usdc()), 1, true, Reason::Gas);
    let ledger = crate::ledger::ledger(&sheet.world, &sheet.record);
    let indices: Vec<usize> = ledger.iter().map(|line| line.index).collect();
    assert_eq!(indices, [0, 2], "entries keep their places in the journal");
    sheet.keep(Method::Fifo, ShareRule::Disposal);
}
