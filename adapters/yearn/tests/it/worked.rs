//! The worked examples of the sheet, with the arithmetic that it shows.

use levmine_math::{Rounding, U256};
use levmine_yearn::{Contract, v2, v3};

use crate::support::{START, units, vault};

const MILLION: u128 = 1_000_000_000_000;

fn v2_state(version: &str) -> String {
    format!(
        "version = \"{version}\"\nasset = \"USDC\"\n[state]\nvault_token_balance = \"{}\"\ntotal_idle = \"{}\"\n\
         total_debt = \"{}\"\ntotal_supply = \"{}\"\nlocked_profit = \"100000000000\"\nlast_report = \"{START}\"\n",
        2 * MILLION,
        2 * MILLION,
        8 * MILLION,
        9 * MILLION
    )
}

fn of_v2(table: &str) -> v2::Vault {
    match vault(table).contract().clone() {
        Contract::V2(vault) => vault,
        other => panic!("{other:?}"),
    }
}

/// Example 1: 10,000,000 of assets of which 100,000 are locked, 9,000,000 shares.
#[test]
fn v2_locked_profit() {
    let vault = of_v2(&v2_state("0.4.6"));
    for (seconds, locked, free, price, shares, value) in [
        (0, 100_000_000_000, 9_900_000_000_000, 1_100_000, 909_090_909, 999_999_999),
        (3_600, 83_440_000_000, 9_916_560_000_000, 1_101_840, 907_572_787, 999_999_999),
        (10_800, 50_320_000_000, 9_949_680_000_000, 1_105_520, 904_551_704, 999_999_999),
        (21_739, 600_000, 9_999_999_400_000, 1_111_111, 900_000_054, 999_999_999),
        (21_740, 0, 10_000_000_000_000, 1_111_111, 900_000_000, 1_000_000_000),
    ] {
        let now = START + seconds;
        assert_eq!(vault.locked_at(now), Ok(units(locked)), "{seconds}");
        assert_eq!(vault.free_funds(now), Ok(units(free)), "{seconds}");
        assert_eq!(vault.price_per_share(now), Ok(units(price)), "{seconds}");
        let mut after = vault.clone();
        let done = after.deposit(units(1_000_000_000), U256::MAX, now).expect("a deposit");
        assert_eq!(done.shares, units(shares), "{seconds}");
        assert_eq!(after.share_value(done.shares, now), Ok(units(value)), "{seconds}");
    }
}

/// Example 2: a gain of 50,000 on 8,000,000 of debt after a week, 2% a year and 20% of gains.
#[test]
fn v2_fees() {
    let table = format!(
        "{}management_fee = \"200\"\nperformance_fee = \"2000\"\ndebt_ratio = \"8000\"\n\
         [[state.strategies]]\ndebt_ratio = \"8000\"\ntotal_debt = \"{}\"\ntoken_balance = \"{}\"\n\
         last_report = \"{START}\"\nactivation = \"{START}\"\n",
        v2_state("0.4.6").replace("locked_profit = \"100000000000\"", "locked_profit = \"0\""),
        8 * MILLION,
        8 * MILLION + 50_000_000_000,
    );
    let mut vault = of_v2(&table);
    let report = v2::Report { gain: units(50_000_000_000), loss: U256::ZERO, debt_payment: U256::ZERO };
    let done = vault.report(0, report, START + 7 * 86_400).expect("a report");
    // 8,000,000e6 · 604,800 · 200 ÷ 10,000 ÷ 31,556,952 = 3,066,455,847, and 20% of the gain
    assert_eq!(done.fees, units(3_066_455_847 + 10_000_000_000));
    // 13,066,455,847 · 9,000,000e6 ÷ 10,000,000e6
    assert_eq!(done.fee_shares, units(11_759_810_262));
    assert_eq!(vault.locked_profit, units(36_933_544_153));
    assert_eq!(vault.rewards_shares, units(11_759_810_262));
}

fn of_v3(table: &str) -> v3::Vault {
    match vault(table).contract().clone() {
        Contract::V3(vault) => vault,
        other => panic!("{other:?}"),
    }
}

/// Example 3: a gain of 100,000 of which 10,000 are fees, locked for ten days.
#[test]
fn v3_report_and_unlocking() {
    let table = format!(
        "version = \"3.0.4\"\nasset = \"USDC\"\n[state]\nvault_token_balance = \"{}\"\ntotal_idle = \"{}\"\n\
         total_debt = \"{}\"\nraw_total_supply = \"{}\"\nprofit_max_unlock_time = \"864000\"\n\
         accountant = {{ attached = true, performance_fee_bps = \"1000\" }}\n\
         [[state.strategies]]\ncurrent_debt = \"{}\"\nvault_strategy_shares = \"{}\"\n\
         strategy_total_supply = \"{}\"\nstrategy_total_assets = \"{}\"\n",
        2 * MILLION,
        2 * MILLION,
        8 * MILLION,
        19 * MILLION / 2,
        8 * MILLION,
        8 * MILLION,
        8 * MILLION,
        8 * MILLION + 100_000_000_000,
    );
    let mut vault = of_v3(&table);
    assert_eq!(vault.price_per_share(START), Ok(units(1_052_631)));
    let done = vault.process_report(v3::Subject::Strategy(0), START).expect("a report");
    assert_eq!((done.gain, done.fees), (units(100_000_000_000), units(10_000_000_000)));
    // 95,000,000,000 lock the gain, 9,500,000,000 burn for the fees and are issued as fees
    assert_eq!((done.issued, done.fee_shares), (units(85_500_000_000), units(9_500_000_000)));
    assert_eq!(vault.total_supply, units(9_595_000_000_000));
    assert_eq!(vault.unlocking.rate, units(98_958_333_333_333_333));
    for (seconds, unlocked, price) in [
        (0, 0, 1_052_631),
        (86_400, 8_549_999_999, 1_053_570),
        (432_000, 42_749_999_999, 1_057_342),
        (863_999, 85_499_901_041, 1_062_095),
        (864_000, 85_500_000_000, 1_062_095),
    ] {
        let now = START + seconds;
        assert_eq!(vault.unlocked_shares(now), Ok(units(unlocked)), "{seconds}");
        assert_eq!(vault.price_per_share(now), Ok(units(price)), "{seconds}");
    }
    assert_eq!(vault.supply_at(START + 86_400), Ok(units(9_586_450_000_001)));
    assert_eq!(vault.to_assets(U256::ZERO, Rounding::Up, START), Ok(U256::ZERO));
}

/// Example 4: who takes 1,234,567 out of a strategy that has lost 5% bears his part of that, rounded up.
#[test]
fn v3_share_of_a_loss_that_is_not_reported() {
    let table = "version = \"3.0.4\"\nasset = \"USDC\"\n[state]\nvault_token_balance = \"0\"\ntotal_idle = \"0\"\n\
                 total_debt = \"1000000000000\"\nraw_total_supply = \"1000000000000\"\n\
                 [[state.strategies]]\ncurrent_debt = \"1000000000000\"\nvault_strategy_shares = \"1000000000000\"\n\
                 strategy_total_supply = \"1000000000000\"\nstrategy_total_assets = \"950001000000\"\n";
    let mut vault = of_v3(table);
    assert_eq!(vault.unrealised_loss(0, units(1_234_567)), Ok(units(61_729)));
    let done = vault.redeem(units(1_234_567), units(1_234_567), units(10_000), START).expect("accepted");
    assert_eq!((done.assets, done.loss), (units(1_234_567 - 61_729), units(61_729)));
}

/// 0.3.4 issues shares on all assets, and redeems them for what is not locked.
#[test]
fn v2_0_3_4_issues_on_total_assets() {
    let mut vault = of_v2(&v2_state("0.3.4").replace("total_idle = \"2000000000000\"\n", ""));
    assert_eq!(vault.price_per_share(START), Ok(units(1_100_000)));
    // 1000e6 · 9,000,000e6 ÷ 10,000,000e6
    let done = vault.deposit(units(1_000_000_000), U256::MAX, START).expect("a deposit");
    assert_eq!(done.shares, units(900_000_000));
    assert!(vault.share_value(done.shares, START).expect("fits") < units(1_000_000_000));
}

/// Before 0.4.4 a donation raises the price at once; from then on it does not.
#[test]
fn donations_count_where_the_balance_does() {
    for (version, price) in [("0.3.4", 1_211_111), ("0.4.3", 1_211_111), ("0.4.6", 1_100_000)] {
        let state = v2_state(version);
        let state =
            if version == "0.4.6" { state } else { state.replace("total_idle = \"2000000000000\"\n", "") };
        let mut vault = of_v2(&state);
        vault.balance += units(MILLION);
        assert_eq!(vault.price_per_share(START), Ok(units(price)), "{version}");
    }
}
