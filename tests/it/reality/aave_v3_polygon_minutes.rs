//! Two reserves of Aave V3 on Polygon, minute by minute for three days in August 2023: how the indexes go from one change
//! to the next.
//!
//! A row is the reserve as its last update before the end of that minute left it. The second of the update is not
//! recorded; the debt index tells it, where the update follows the one of the row before: then some whole number of
//! seconds at the earlier rate gives the debt index to the last digit, and the supply index too unless a flash loan's
//! premium raised it. Where none does, there was another update between, whose rates are not recorded.
//!
//! The rates of WETH follow from one curve in every row. Those of USDC do not: part of its debt still was at stable rates,
//! which suppliers get too, and which neither these files nor the adapter know.

use levmine::market::Asset;
use levmine::math::U256;
use levmine_aave_v3::accrual::sync_indexes;
use levmine_aave_v3::rates::{RateInput, calculate};
use levmine_aave_v3::{Curve, Reserve};

use super::aave_v3::{RAY, Recorded, largest, market, rules};
use super::data::{Row, csv, tell};

/// The reserve after the last update of a row's minute.
fn reserve(template: Reserve, row: Row<'_>) -> Reserve {
    Reserve {
        last_update: row.number("ts"),
        liquidity_rate: row.number("liquidity_rate_ray"),
        borrow_rate: row.number("variable_borrow_rate_ray"),
        liquidity_index: row.number("liquidity_index_ray"),
        borrow_index: row.number("variable_borrow_index_ray"),
        ..template
    }
}

/// Any reserve with debt: an index does not depend on how much.
fn template() -> Reserve {
    let one = U256::from(1_000_000_u64);
    let recorded = Recorded {
        asset: Asset::new("WETH", 18).unwrap(),
        params: levmine_aave_v3::Params { decimals: 18, active: true, ..Default::default() },
        curve: Default::default(),
        time: 0,
        supply_rate: 0,
        borrow_rate: 0,
        supply_index: RAY,
        borrow_index: RAY,
        scaled_supply: one,
        scaled_debt: one,
        held: one,
    };
    market("3.0", "", &[recorded], &[vec![(one, one)]]).pool().reserves()[0]
}

/// Both indexes so many seconds later.
fn indexes(before: &Reserve, seconds: u64) -> [u128; 2] {
    let mut reserve = *before;
    sync_indexes(rules(), &mut reserve, before.last_update + seconds).unwrap();
    [reserve.liquidity_index, reserve.borrow_index]
}

/// The curve of WETH in August 2023: 1 %, and 3.8 % up to a utilization of 80 %.
const WETH: Curve =
    Curve { optimal: RAY / 10 * 8, base: RAY / 100, slope1: RAY / 1_000 * 38, slope2: RAY / 10 * 8 };

/// Whether the recorded borrow rate implies the recorded supply rate: some utilization gives both on this curve, at a
/// reserve factor of 15 %. The rate of the whole debt loses a unit of its last digit on its way through the average.
fn rates_agree(curve: &Curve, reserve: &Reserve) -> bool {
    let total_debt = U256::from(10).pow(U256::from(30));
    let rates = |liquidity| {
        let zero = U256::ZERO;
        let input = RateInput {
            total_debt,
            liquidity,
            added: zero,
            taken: zero,
            unbacked: zero,
            reserve_factor: 1_500,
        };
        calculate(rules(), curve, &input).unwrap()
    };
    let (low, high) = (U256::from(reserve.liquidity_rate - 1), U256::from(reserve.liquidity_rate + 1));
    // Both rates fall with every unit of liquidity more.
    let most = largest(total_debt << 7_usize, |liquidity| {
        rates(liquidity).borrow >= U256::from(reserve.borrow_rate)
    });
    let least =
        largest(most, |liquidity| rates(liquidity).borrow > U256::from(reserve.borrow_rate)) + U256::ONE;
    rates(most).supply <= high && rates(least).supply >= low
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    rows: usize,
    /// No update in that minute.
    unchanged: usize,
    /// Both indexes exact.
    exact: usize,
    /// The debt index exact, the supply index raised by a flash loan's premium.
    raised: usize,
    /// More than one update since the row before.
    several: usize,
}

fn replay(file: &str, curve: Option<&Curve>) -> Option<(Counts, u32)> {
    let table = csv(file)?;
    let template = template();
    let mut counts = Counts { rows: table.rows().len(), ..Counts::default() };
    let mut rows = table.rows();
    let mut last = reserve(template, rows.next().unwrap());
    let mut rates = u32::from(curve.is_some_and(|curve| rates_agree(curve, &last)));
    // In which seconds of its minute the last update can have been, both ends included.
    let (mut earliest, mut latest) = (0_i64, 59_i64);
    for row in rows {
        let next = reserve(template, row);
        if (Reserve { last_update: last.last_update, ..next }) == last {
            counts.unchanged += 1;
            continue;
        }
        rates += u32::from(curve.is_some_and(|curve| rates_agree(curve, &next)));
        let minutes = next.last_update - last.last_update;
        let reached = |seconds: &u64| indexes(&last, *seconds)[1] <= next.borrow_index;
        // The minutes say how many seconds it was, to less than a minute.
        let window = minutes.saturating_sub(59)..=minutes + 59;
        let seconds = window.clone().rfind(reached).unwrap_or_else(|| panic!("{minutes} s: too early"));
        assert!(!reached(&(seconds + 1)), "{minutes} s: too late");
        let [supply, debt] = indexes(&last, seconds);
        if debt == next.borrow_index {
            assert!(supply <= next.liquidity_index, "{}", next.last_update);
            if supply == next.liquidity_index {
                counts.exact += 1
            } else {
                counts.raised += 1
            }
            // The seconds since the update before keep to the minute of the row, all along the chain.
            let passed = i64::try_from(seconds).unwrap() - i64::try_from(minutes).unwrap();
            (earliest, latest) = ((earliest + passed).max(0), (latest + passed).min(59));
            assert!(earliest <= latest, "{}: the seconds do not fit the minutes", next.last_update);
        } else {
            // Between two whole seconds of the earlier rate: the interval had another rate in it.
            counts.several += 1;
            (earliest, latest) = (0, 59);
        }
        last = next;
    }
    Some((counts, rates))
}

fn check(symbol: &str, curve: Option<&Curve>, expected: &Counts, expected_rates: u32) {
    let file = format!("aave/aave_v3_polygon_{symbol}_1m_2023_08_14_16.csv");
    let Some((counts, rates)) = replay(&file, curve) else { return };
    tell(&format!(
        "aave-v3 polygon {symbol} by minutes: {} rows, 1 to begin from, {} without an update, {} exact, {} with the debt \
         index exact and the supply index raised by a flash loan, {} with several updates; the rates of {rates} by one curve",
        counts.rows, counts.unchanged, counts.exact, counts.raised, counts.several,
    ));
    assert_eq!((&counts, rates), (expected, expected_rates));
    assert_eq!(counts.rows, 1 + counts.unchanged + counts.exact + counts.raised + counts.several);
}

#[test]
fn usdc() {
    check(
        "usdc",
        None,
        &Counts { rows: 4_320, unchanged: 2_000, exact: 1_269, raised: 24, several: 1_026 },
        0,
    );
}

#[test]
fn weth() {
    check(
        "weth",
        Some(&WETH),
        &Counts { rows: 4_320, unchanged: 3_126, exact: 843, raised: 32, several: 318 },
        1_194,
    );
}
