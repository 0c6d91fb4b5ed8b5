//! Two reserves of Aave V3 on Polygon, minute by minute for three days in August 2023: how the indexes go from one change
//! to the next.
//!
//! A row is the reserve as its last update before the end of that minute left it. The second of the update is not
//! recorded; the debt index tells it, where the update follows the one of the row before: then some whole number of
//! seconds at the earlier rate gives the debt index to the last digit, and the supply index too unless a flash loan's
//! premium raised it. Where none does, there was another update between, whose rates are not recorded. Where it was one,
//! and the curve is known, the two indexes tell its second and its rate: one unknown rate must give both.
//!
//! The rates of WETH follow from one curve in every row. Those of USDC do not: part of its debt still was at stable rates,
//! which suppliers get too, and which neither these files nor the adapter know.

use levmine::market::Asset;
use levmine::math::U256;
use levmine_aave_v3::accrual::sync_indexes;
use levmine_aave_v3::rates::{RateInput, RateOutput, calculate};
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

/// So much debt that no digit of a rate is lost; a rate depends on its proportion to the liquidity only.
const DEBT: U256 = U256::from_limbs([0, 1 << 36, 0, 0]);

/// The rates beside this liquidity, at a reserve factor of 15 %.
fn rates(curve: &Curve, liquidity: U256) -> RateOutput {
    let zero = U256::ZERO;
    let input = RateInput {
        total_debt: DEBT,
        liquidity,
        added: zero,
        taken: zero,
        unbacked: zero,
        reserve_factor: 1_500,
    };
    calculate(rules(), curve, &input).unwrap()
}

/// Whether the recorded borrow rate implies the recorded supply rate: some utilization gives both on this curve. The
/// rate of the whole debt loses a unit of its last digit on its way through the average.
fn rates_agree(curve: &Curve, reserve: &Reserve) -> bool {
    let (low, high) = (U256::from(reserve.liquidity_rate - 1), U256::from(reserve.liquidity_rate + 1));
    // Both rates fall with every unit of liquidity more.
    let most = largest(DEBT << 7_usize, |liquidity| {
        rates(curve, liquidity).borrow >= U256::from(reserve.borrow_rate)
    });
    let least = largest(most, |liquidity| rates(curve, liquidity).borrow > U256::from(reserve.borrow_rate))
        + U256::ONE;
    rates(curve, most).supply <= high && rates(curve, least).supply >= low
}

/// The ways in which one more update explains both indexes: after how many seconds in all, of which so many at the
/// recorded rates and the rest at the rates which that update left. Its borrow rate is what the debt index asks for; its
/// supply rate then follows from the curve, and the supply index must agree.
fn with_one_between(
    curve: &Curve,
    last: &Reserve,
    next: &Reserve,
    seconds: std::ops::RangeInclusive<u64>,
) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    for (all, first) in seconds.flat_map(|all| (1..all).map(move |first| (all, first))) {
        if let Some(rate) = about(curve, last, next, first, all - first)
            && agrees(curve, last, next, (first, all - first), rate)
        {
            found.push((all, first));
        }
    }
    found
}

/// The borrow rate of the update between, nearly, where the supply index does not speak against it. Most splits end
/// here; what is left is decided by the adapter.
fn about(curve: &Curve, last: &Reserve, next: &Reserve, first: u64, second: u64) -> Option<u128> {
    let ray = |number: u128| number as f64 / RAY as f64;
    let growth = |from: u128, to: u128| (to - from) as f64 / from as f64 * 31_536_000.0;
    let (first, second) = (first as f64, second as f64);
    let borrow = (growth(last.borrow_index, next.borrow_index) - ray(last.borrow_rate) * first) / second;
    let utilization = (borrow - ray(curve.base)) / ray(curve.slope1) * ray(curve.optimal);
    if !(0.0..ray(curve.optimal)).contains(&utilization) {
        return None;
    }
    let supply = ray(last.liquidity_rate) * first + borrow * utilization * 0.85 * second;
    let recorded = growth(last.liquidity_index, next.liquidity_index);
    let near = (supply - recorded).abs() < recorded * 3e-7 + 3e-7;
    near.then_some((borrow * RAY as f64) as u128)
}

/// Whether some borrow rate near `rate` for `second` seconds gives the debt index to the last digit, and its supply rate
/// the supply index to one unit of a rate's last digit.
fn agrees(curve: &Curve, last: &Reserve, next: &Reserve, (first, second): (u64, u64), rate: u128) -> bool {
    let mut middle = *last;
    sync_indexes(rules(), &mut middle, last.last_update + first).unwrap();
    let at =
        |borrow_rate, liquidity_rate| indexes(&Reserve { borrow_rate, liquidity_rate, ..middle }, second);
    let below = rate / 100_000;
    let debt = |above: U256| at(rate - below + above.to::<u128>(), 0)[1];
    let most = largest(U256::from(2 * below), |above| debt(above) <= next.borrow_index);
    if debt(most) != next.borrow_index {
        return false;
    }
    let least = largest(most, |above| debt(above) < next.borrow_index) + U256::ONE;
    let supply = |above: U256| {
        let borrow = U256::from(rate - below) + above;
        let liquidity = largest(DEBT << 7_usize, |liquidity| rates(curve, liquidity).borrow >= borrow);
        rates(curve, liquidity).supply.to::<u128>()
    };
    (at(rate, supply(least) - 1)[0]..=at(rate, supply(most) + 1)[0]).contains(&next.liquidity_index)
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
    /// One more update since the row before: its second and its rates are found, and both indexes agree.
    one_between: usize,
    /// Several updates since the row before.
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
            let all = |seconds: i64| u64::try_from(i64::try_from(minutes).unwrap() + seconds).unwrap();
            let window = all(-latest)..=all(59 - earliest);
            let found = curve.map(|curve| with_one_between(curve, &last, &next, window)).unwrap_or_default();
            match found[..] {
                [] => counts.several += 1,
                [_] => counts.one_between += 1,
                _ => panic!("{}: {found:?}", next.last_update),
            }
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
         index exact and the supply index raised by a flash loan, {} with one update between that is found, {} with several; the rates of {rates} by one curve",
        counts.rows, counts.unchanged, counts.exact, counts.raised, counts.one_between, counts.several,
    ));
    assert_eq!((&counts, rates), (expected, expected_rates));
    assert_eq!(
        counts.rows,
        1 + counts.unchanged + counts.exact + counts.raised + counts.one_between + counts.several
    );
}

#[test]
fn usdc() {
    check(
        "usdc",
        None,
        &Counts { rows: 4_320, unchanged: 2_000, exact: 1_269, raised: 24, one_between: 0, several: 1_026 },
        0,
    );
}

#[test]
fn weth() {
    check(
        "weth",
        Some(&WETH),
        &Counts { rows: 4_320, unchanged: 3_126, exact: 843, raised: 32, one_between: 181, several: 137 },
        1_194,
    );
}
