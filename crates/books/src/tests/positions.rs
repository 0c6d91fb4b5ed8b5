//! What is put in, borrowed, seized, staked.

use levmine_market::Reason;
use levmine_testkit::stub::{asset, dai, usdc, weth};

use super::sheet::{BANK, STAKING, Sheet, dollars, of, owed, staked, supplied};
use crate::{Expense, Income, Method, ShareRule, Why};

fn keep(sheet: &Sheet) -> super::sheet::Kept<'_> {
    sheet.keep(Method::Fifo, ShareRule::Disposal)
}

/// Ten ether that cost 20,000 are supplied.
fn ten_supplied() -> Sheet {
    let mut sheet = Sheet::new(&[(of("10", weth()), 20_000)]);
    let ten = of("10", weth());
    sheet.operation(BANK, Reason::Supply, &[(ten, 20_000)], &[], &[], &[supplied(ten, 20_000)]);
    sheet
}

#[test]
fn interest_comes_back_first() {
    let mut sheet = ten_supplied();
    // It has grown to eleven; four come back: one is interest, worth a quarter of 10,000.
    let (eleven, seven) = (supplied(of("11", weth()), 27_500), supplied(of("7", weth()), 17_500));
    sheet.operation(BANK, Reason::Withdraw, &[], &[(of("4", weth()), 10_000)], &[eleven], &[seven]);
    sheet.operation(BANK, Reason::Withdraw, &[], &[(of("7", weth()), 17_500)], &[seven], &[]);
    let kept = keep(&sheet);
    assert_eq!(kept.income(Income::Interest), dollars(2_500));
    assert_eq!(kept.disposals(), [], "a deposit is no disposal");
    assert_eq!(kept.held(weth()), (of("11", weth()).raw, dollars(22_500)));
}

#[test]
fn a_position_that_ends_short_is_a_loss() {
    let mut sheet = ten_supplied();
    // Only nine are there, and come back: one ether is gone.
    let nine = supplied(of("9", weth()), 18_000);
    sheet.operation(BANK, Reason::Withdraw, &[], &[(of("9", weth()), 18_000)], &[nine], &[]);
    let kept = keep(&sheet);
    assert_eq!(kept.disposals(), [(Why::Lost, of("1", weth()), 0, dollars(2_000))]);
    assert_eq!(kept.income(Income::Interest), 0);
}

#[test]
fn a_debt_is_neither_income_nor_a_disposal() {
    let mut sheet = Sheet::new(&[(of("10", weth()), 10_000)]);
    let five = of("5", weth());
    sheet.operation(BANK, Reason::Borrow, &[], &[(five, 10_000)], &[], &[owed(five, 10_000)]);
    // The ether has doubled; what was borrowed goes back as it came, one's own lots stay.
    let now = owed(five, 20_000);
    sheet.operation(BANK, Reason::Repay, &[(five, 20_000)], &[], &[now], &[]);
    for method in Method::ALL {
        let kept = sheet.keep(*method, ShareRule::Disposal);
        assert_eq!(kept.disposals(), [], "{method}");
        assert_eq!(kept.debts(), [(Why::Repayment, five, dollars(10_000), dollars(10_000))], "{method}");
        assert_eq!(kept.held(weth()).1, dollars(10_000), "{method}");
    }
}

#[test]
fn a_short_sale_gains_when_the_debt_is_paid() {
    let mut sheet = Sheet::new(&[(of("5000", usdc()), 5_000)]);
    let one = of("1", weth());
    sheet.operation(BANK, Reason::Borrow, &[], &[(one, 2_000)], &[], &[owed(one, 2_000)]);
    sheet.swap((one, 2_000), (of("2000", usdc()), 2_000));
    sheet.swap((of("1650", usdc()), 1_650), (of("1.1", weth()), 1_650));
    // The debt has grown by a tenth, which is interest: worth 150.
    let grown = of("1.1", weth());
    sheet.operation(BANK, Reason::Repay, &[(grown, 1_650)], &[], &[owed(grown, 1_650)], &[]);
    let kept = keep(&sheet);
    assert_eq!(kept.expense(Expense::Interest), dollars(150));
    assert_eq!(kept.debts(), [(Why::Repayment, one, dollars(2_000), dollars(1_500))]);
    // Sold at what it was worth when it was borrowed, and interest paid with what had cost as much.
    assert_eq!(kept.gains(), 0);
    assert_eq!(kept.held(weth()).0, of("0", weth()).raw);
}

#[test]
fn interest_on_debts_is_paid_first() {
    let mut sheet = Sheet::new(&[(of("5000", usdc()), 5_000)]);
    let debt = of("1000", usdc());
    sheet.operation(BANK, Reason::Borrow, &[], &[(debt, 1_000)], &[], &[owed(debt, 1_000)]);
    let (stood, left) = (owed(of("1100", usdc()), 1_100), owed(of("800", usdc()), 800));
    sheet.operation(BANK, Reason::Repay, &[(of("300", usdc()), 300)], &[], &[stood], &[left]);
    let kept = keep(&sheet);
    assert_eq!(kept.expense(Expense::Interest), dollars(100));
    let owes: Vec<_> = kept.keeper.debts.values().copied().collect();
    assert_eq!(owes, [(of("800", usdc()).raw, dollars(800))]);
}

#[test]
fn a_market_may_take_a_supply_for_a_debt_and_lend_by_a_withdrawal() {
    let mut sheet = Sheet::new(&[(of("5000", usdc()), 5_000)]);
    let (debt, put) = (of("1000", usdc()), of("1500", usdc()));
    sheet.operation(BANK, Reason::Withdraw, &[], &[(debt, 1_000)], &[], &[owed(debt, 1_000)]);
    let left = supplied(of("500", usdc()), 500);
    sheet.operation(BANK, Reason::Supply, &[(put, 1_500)], &[], &[owed(debt, 1_000)], &[left]);
    let kept = keep(&sheet);
    assert_eq!(kept.keeper.lines, []);
    assert_eq!(kept.keeper.put_in(BANK, usdc()), of("500", usdc()).raw);
    assert_eq!(kept.held(usdc()).0, of("5000", usdc()).raw);
}

#[test]
fn a_flash_loan_is_nothing_but_its_fee() {
    let mut sheet = Sheet::new(&[(of("10", weth()), 10_000), (of("9", usdc()), 9)]);
    let five = of("5", weth());
    sheet.operation(BANK, Reason::FlashLoan, &[], &[(five, 10_000)], &[], &[]);
    let with_fee = (of("5.005", weth()), 10_010);
    sheet.operation(BANK, Reason::FlashLoan, &[with_fee], &[], &[], &[]);
    for method in Method::ALL {
        let kept = sheet.keep(*method, ShareRule::Disposal);
        assert_eq!(kept.expense(Expense::FlashFee), dollars(10), "{method}");
        // The fee is paid with ether that cost 5.
        let fee = (Why::FlashFee, of("0.005", weth()), dollars(10), dollars(5));
        assert_eq!(kept.disposals(), [fee], "{method}");
    }
}

/// Ten ether that cost 20,000 stand against 12,000 dollars; the ether falls to 1,500.
fn borrowed() -> Sheet {
    let mut sheet = ten_supplied();
    let ten = supplied(of("10", weth()), 20_000);
    let debt = of("12000", usdc());
    let after = [ten, owed(debt, 12_000)];
    sheet.operation(BANK, Reason::Borrow, &[], &[(debt, 12_000)], &[ten], &after);
    sheet
}

#[test]
fn seized_collateral_goes_for_the_debt_that_is_repaid() {
    let mut sheet = borrowed();
    let before = [supplied(of("10", weth()), 15_000), owed(of("12000", usdc()), 12_000)];
    let after = [supplied(of("5.8", weth()), 8_700), owed(of("6000", usdc()), 6_000)];
    sheet.operation(BANK, Reason::Liquidation, &[], &[], &before, &after);
    let kept = keep(&sheet);
    // 4.2 ether that cost 8,400 for 6,000.
    let seized = (Why::Liquidation, of("4.2", weth()), dollars(6_000), dollars(8_400));
    assert_eq!(kept.disposals(), [seized]);
    assert_eq!(kept.keeper.put_in(BANK, weth()), of("5.8", weth()).raw);
}

#[test]
fn debt_that_is_written_off_is_a_gain_of_its_own() {
    let mut sheet = borrowed();
    // 100 of the debt are interest. Everything is seized for 11,000; 1,100 are written off, the interest among them.
    let before = [supplied(of("10", weth()), 11_500), owed(of("12100", usdc()), 12_100)];
    let operation = sheet.operation(BANK, Reason::Liquidation, &[], &[], &before, &[]);
    operation.forgiven = vec![of("1100", usdc())];
    let kept = keep(&sheet);
    // Interest is paid first: 100 of the 11,000.
    assert_eq!(kept.expense(Expense::Interest), dollars(100));
    let seized = (Why::Liquidation, of("10", weth()), dollars(11_000), dollars(20_000));
    assert_eq!(kept.disposals(), [seized]);
    assert_eq!(kept.debts(), [(Why::Forgiven, of("1100", usdc()), dollars(1_100), 0)]);
}

#[test]
fn interest_that_is_seized_was_income() {
    let mut sheet = borrowed();
    let before = [supplied(of("11", weth()), 16_500), owed(of("12000", usdc()), 12_000)];
    let after = [supplied(of("7", weth()), 10_500), owed(of("6000", usdc()), 6_000)];
    sheet.operation(BANK, Reason::Liquidation, &[], &[], &before, &after);
    let kept = keep(&sheet);
    // One of the four was interest, at 1,500; the lots taken are the oldest: four at 2,000.
    assert_eq!(kept.income(Income::Interest), dollars(1_500));
    assert_eq!(kept.gains(), dollars(6_000 - 8_000));
    assert_eq!(kept.keeper.put_in(BANK, weth()), of("7", weth()).raw);
}

#[test]
fn what_comes_back_of_a_seizure_is_part_of_what_was_received() {
    let mut sheet = borrowed();
    // Everything is seized; 2,000 dollars come back as a supply.
    let before = [supplied(of("10", weth()), 15_000), owed(of("12000", usdc()), 12_000)];
    let after = [supplied(of("2000", usdc()), 2_000)];
    sheet.operation(BANK, Reason::Liquidation, &[], &[], &before, &after);
    let kept = keep(&sheet);
    let seized = (Why::Liquidation, of("10", weth()), dollars(14_000), dollars(20_000));
    assert_eq!(kept.disposals(), [seized]);
    assert_eq!(kept.held(usdc()).0, of("14000", usdc()).raw);
}

#[test]
fn a_debt_in_another_asset_gains_or_loses_by_its_price() {
    let mut sheet = ten_supplied();
    let ten = supplied(of("10", weth()), 20_000);
    let debt = of("5000", dai());
    let after = [ten, owed(debt, 5_000)];
    sheet.operation(BANK, Reason::Borrow, &[], &[(debt, 5_000)], &[ten], &after);
    sheet.swap((debt, 5_000), (of("5000", usdc()), 5_000));
    // The DAI costs 1.10 when it is repaid by the liquidator.
    let before = [ten, owed(debt, 5_500)];
    let after = [supplied(of("7", weth()), 14_000)];
    sheet.operation(BANK, Reason::Liquidation, &[], &[], &before, &after);
    let kept = keep(&sheet);
    assert_eq!(kept.debts(), [(Why::Liquidation, debt, dollars(5_000), dollars(5_500))]);
    // Three ether that cost 6,000 for 5,500.
    assert_eq!(kept.gains(), dollars(-500));
}

#[test]
fn a_stake_comes_back_and_its_rewards_are_income() {
    let reward = asset("RWD", 18);
    let mut sheet = Sheet::new(&[(of("10", weth()), 10_000)]);
    let (ten, four) = (staked(of("10", weth()), 20_000), staked(of("4", weth()), 8_000));
    sheet.operation(STAKING, Reason::Deposit, &[(of("10", weth()), 20_000)], &[], &[], &[ten]);
    let come = [(of("6", weth()), 12_000), (of("3", reward), 30)];
    sheet.operation(STAKING, Reason::Redeem, &[], &come, &[ten], &[four]);
    sheet.operation(STAKING, Reason::Reward, &[], &[(of("1", reward), 10)], &[four], &[four]);
    let kept = keep(&sheet);
    assert_eq!((kept.income(Income::Reward), kept.income(Income::Yield)), (dollars(40), 0));
    assert_eq!(kept.disposals(), []);
    assert_eq!(kept.keeper.put_in(STAKING, weth()), of("4", weth()).raw);
    // What a stake has grown by is income when it comes back.
    sheet.operation(
        STAKING,
        Reason::Redeem,
        &[],
        &[(of("5", weth()), 10_000)],
        &[staked(of("5", weth()), 10_000)],
        &[],
    );
    assert_eq!(keep(&sheet).income(Income::Yield), dollars(2_000));
}
