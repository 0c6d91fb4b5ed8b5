//! A farmer who supplies and borrows USDC and WETH on Aave V3 Polygon from the first recorded minute of three days on, the
//! market driven by the recorded rates.
//!
//! What the market must give is worked out here from the rows alone, in plain integers: the interest of a number of seconds,
//! linear for supply and of three terms for debt, and what a scaled balance is worth at an index. The seconds of the touches
//! come from the adapter; that they are right, and the only ones, is checked here against the indexes of the rows.

use levmine::engine::{RateRecord, Scenario};
use levmine::lending::{Link, ReserveRecord, Touch};
use levmine::market::{Asset, Timestamp};
use levmine::math::{Ray, U256};
use levmine::{Job, LoadOptions, Ran, Registry, ScenarioFrom, StrategyFrom, load};
use levmine_tests::SuiteFiles;

use super::data::{csv, source, tell};

const FIRST_MINUTE: u64 = 1_691_971_200;

/// Rounds half up: `a · b ÷ 10^27`.
fn ray_mul(a: U256, b: U256) -> U256 {
    (a * b + (Ray::ONE.raw() >> 1)) / Ray::ONE.raw()
}

/// Rounds half up: `a · 10^27 ÷ b`.
fn ray_div(a: U256, b: U256) -> U256 {
    (a * Ray::ONE.raw() + (b >> 1)) / b
}

fn year() -> U256 {
    U256::from(365 * 24 * 3_600_u64)
}

fn supply_after(index: U256, rate: U256, seconds: u64) -> U256 {
    ray_mul(Ray::ONE.raw() + rate * U256::from(seconds) / year(), index)
}

/// The binomial series of `(1 + rate ÷ year)^seconds` to three terms.
fn debt_after(index: U256, rate: U256, seconds: u64) -> U256 {
    let n = U256::from(seconds);
    let less = |by: u64| U256::from(seconds.saturating_sub(by));
    let square = ray_mul(rate, rate) / (year() * year());
    let cube = ray_mul(square, rate) / year();
    let second = n * less(1) * square / U256::from(2_u64);
    let third = n * less(1) * less(2) * cube / U256::from(6_u64);
    ray_mul(Ray::ONE.raw() + rate * n / year() + second + third, index)
}

/// A row: its minute, the rates and the indexes of supply and debt.
#[derive(Clone, Copy, PartialEq)]
struct Row {
    minute: u64,
    rates: [U256; 2],
    indexes: [U256; 2],
}

fn rows(symbol: &str) -> Option<Vec<Row>> {
    let table = csv(&format!("aave/aave_v3_polygon_{symbol}_1m_2023_08_14_16.csv"))?;
    let rows = table.rows().map(|row| Row {
        minute: row.number("ts"),
        rates: [row.number("liquidity_rate_ray"), row.number("variable_borrow_rate_ray")],
        indexes: [row.number("liquidity_index_ray"), row.number("variable_borrow_index_ray")],
    });
    Some(rows.collect())
}

/// The job of the suite, with the recorded indexes or those that grow by rates alone.
fn job(indexes: &str) -> Job {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = SuiteFiles::new(&root.join("scenarios/history"), &source());
    let options = LoadOptions {
        strategy: StrategyFrom::File("aave-polygon.toml".into()),
        scenario: ScenarioFrom::File(format!("polygon-minutes-{indexes}.toml")),
        ..LoadOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(load(&Registry::builtin(), &options, &files)).unwrap()
}

fn record(scenario: &Scenario, symbol: &str) -> RateRecord {
    scenario.rates.iter().find(|record| record.asset.symbol() == symbol).unwrap().clone()
}

/// Every change of the file is a touch with its row's figures, in its row's minute.
fn changes_are_touches(rows: &[Row], touches: &[Touch]) {
    let changed =
        rows.windows(2).filter(|two| Row { minute: two[0].minute, ..two[1] } != two[0]).map(|two| &two[1]);
    let told: Vec<&Row> = rows.first().into_iter().chain(changed).collect();
    assert_eq!(told.len(), touches.len());
    for (row, touch) in told.iter().zip(touches) {
        assert_eq!(touch.indexes.unwrap().map(Ray::raw), row.indexes, "{}", row.minute);
        assert_eq!([touch.supply_rate, touch.borrow_rate].map(Ray::raw), row.rates, "{}", row.minute);
        assert!((row.minute..row.minute + 60).contains(&touch.time.0), "{}: {}", row.minute, touch.time);
    }
}

/// How many links are exact, raised and broken; each as its name says, by the formulas above, and the seconds of the first two
/// the only ones that are.
fn links(touches: &[Touch]) -> [usize; 3] {
    let mut counts = [0; 3];
    for two in touches.windows(2) {
        let [before, after] = [two[0], two[1]];
        let [[supply, debt], [next_supply, next_debt]] =
            [before, after].map(|touch| touch.indexes.unwrap().map(Ray::raw));
        let seconds = after.time.since(before.time);
        let debt_at = |seconds| debt_after(debt, before.borrow_rate.raw(), seconds);
        let grown = supply_after(supply, before.supply_rate.raw(), seconds);
        match after.link {
            Link::Exact | Link::Raised => {
                assert_eq!(debt_at(seconds), next_debt, "{}", after.time);
                assert!(debt_at(seconds - 1) < next_debt && debt_at(seconds + 1) > next_debt);
                let raised = after.link == Link::Raised;
                assert!(if raised { grown < next_supply } else { grown == next_supply }, "{}", after.time);
                counts[usize::from(raised)] += 1;
            }
            Link::Broken => {
                // No second of the two minutes gives it: whichever it was, another rate was in force in between.
                let minutes = after.time.0 / 60 * 60 - before.time.0 / 60 * 60;
                let around = minutes.saturating_sub(59)..=minutes + 59;
                assert!(around.clone().any(|seconds| debt_at(seconds) < next_debt));
                let exact = around.filter(|seconds| debt_at(*seconds) == next_debt);
                // One that does would not keep to the minutes of its neighbours, or the supply index would have fallen.
                assert_eq!(exact.count(), 0, "{}", after.time);
                counts[2] += 1;
            }
            Link::First | Link::Unknown => panic!("{}", after.time),
        }
    }
    counts
}

/// What the wallet paid or received of an asset while the position was taken apart, step by step.
fn moved(ran: &Ran, verb: &str, asset: Asset) -> Vec<U256> {
    let steps = ran.outcome.unwinding.iter().flat_map(|transaction| &transaction.steps);
    steps
        .filter(|step| step.verb == verb)
        .flat_map(|step| step.paid.iter().chain(&step.received))
        .filter(|amount| amount.asset == asset)
        .map(|amount| amount.raw)
        .collect()
}

/// Takes a scaled balance apart in these amounts at an index: the last must be what is left, to the base unit. Returns the
/// whole balance.
fn taken_apart(scaled: U256, index: U256, amounts: &[U256]) -> U256 {
    let (last, parts) = amounts.split_last().unwrap();
    let left = parts.iter().fold(scaled, |left, part| left - ray_div(*part, index));
    assert_eq!(*last, ray_mul(left, index));
    ray_mul(scaled, index)
}

/// The index at `time`, from the last touch that is not after it.
fn index_at(touches: &[Touch], time: Timestamp) -> [U256; 2] {
    let last = touches.iter().rfind(|touch| touch.time <= time).unwrap();
    let [supply, debt] = last.indexes.unwrap().map(Ray::raw);
    let seconds = time.since(last.time);
    [supply_after(supply, last.supply_rate.raw(), seconds), debt_after(debt, last.borrow_rate.raw(), seconds)]
}

#[test]
fn indexes_and_balances() {
    for (symbol, places, supplied, borrowed, expected) in
        [("usdc", 6, 10_000_u64, 4_000_u64, [1_269, 24, 1_026]), ("weth", 18, 5, 2, [843, 32, 318])]
    {
        let Some(rows) = rows(symbol) else { return };
        let mut job = job("recorded");
        let record = record(&job.scenario, &symbol.to_uppercase());
        changes_are_touches(&rows, &record.touches);
        assert_eq!(links(&record.touches), expected);
        // To the second of the last touch: the index that was recorded then is the index at the end.
        let last = record.touches.last().unwrap();
        job.scenario.to = Some(last.time);
        let begin = job.scenario.from.unwrap();
        assert_eq!(begin.0, FIRST_MINUTE + 60);
        let ran = job.run().unwrap();
        let accuracy = ran.outcome.accuracy.iter().find(|of| of.subject.starts_with(record.asset.symbol()));
        for (compared, recorded) in accuracy.unwrap().compared.iter().zip(rows.last().unwrap().indexes) {
            assert_eq!((compared.own, compared.recorded), (recorded, recorded), "{}", compared.what);
        }
        // The wei: an amount is scaled by the index of the opening and is worth its part of the last recorded one.
        let unit = U256::from(10_u64).pow(U256::from(places));
        let [supply, debt] = index_at(&record.touches, begin);
        let [last_supply, last_debt] = last.indexes.unwrap().map(Ray::raw);
        let scaled = |amount: u64, index| ray_div(U256::from(amount) * unit, index);
        let owed = taken_apart(scaled(borrowed, debt), last_debt, &moved(&ran, "repay", record.asset));
        let had = taken_apart(scaled(supplied, supply), last_supply, &moved(&ran, "withdraw", record.asset));
        tell(&format!(
            "aave-v3 polygon {symbol} followed: both recorded indexes at the end to the last digit, supply {had} and debt \
             {owed} to the base unit; {} changes, of which {} follow from the rates before to the last digit, {} were \
             raised by a premium, {} lack rates in between",
            expected.iter().sum::<usize>(),
            expected[0],
            expected[1],
            expected[2]
        ));
    }
}

/// By rates alone the indexes end where each row's own step leads, one after the other; what is missing then is what the steps
/// that do not follow lack, to first order.
#[test]
fn rates_alone() {
    for symbol in ["usdc", "weth"] {
        if rows(symbol).is_none() {
            return;
        }
        let job = job("grown");
        let record = record(&job.scenario, &symbol.to_uppercase());
        let mut own = record.touches[0].indexes.unwrap().map(Ray::raw);
        let mut lacking = [U256::ZERO; 2];
        for two in record.touches.windows(2) {
            let (rates, seconds) = ([two[0].supply_rate, two[0].borrow_rate], two[1].time.since(two[0].time));
            let [supply, debt] = two[0].indexes.unwrap().map(Ray::raw);
            let [next_supply, next_debt] = two[1].indexes.unwrap().map(Ray::raw);
            own =
                [supply_after(own[0], rates[0].raw(), seconds), debt_after(own[1], rates[1].raw(), seconds)];
            if two[1].link != Link::Exact {
                lacking[0] += next_supply.saturating_sub(supply_after(supply, rates[0].raw(), seconds));
                lacking[1] += next_debt.abs_diff(debt_after(debt, rates[1].raw(), seconds));
            }
        }
        let ran = job.run().unwrap();
        let accuracy = ran.outcome.accuracy.iter().find(|of| of.subject.starts_with(record.asset.symbol()));
        for ((compared, own), lacking) in accuracy.unwrap().compared.iter().zip(own).zip(lacking) {
            assert_eq!(compared.own, own, "{symbol} {}", compared.what);
            // Nothing but those steps: a thousandth of what they lack is more than their interest.
            let short = compared.recorded.abs_diff(own);
            assert!(
                short <= lacking + lacking / U256::from(1_000_u64),
                "{symbol} {}: {short}",
                compared.what
            );
        }
    }
}

/// The touches of a record that was made: each second is found, whatever the rates, and a rate that changes twice between two
/// rows is not explained away.
#[test]
fn a_record_that_was_made() {
    let market = super::aave_v3::preset("polygon");
    let ray = |billionths: u64| Ray::new(u128::from(billionths) * 1_000_000_000_000_000_000);
    let mut indexes = [Ray::ONE.raw(), Ray::ONE.raw()];
    let mut rows = Vec::new();
    let mut times = Vec::new();
    let mut time = FIRST_MINUTE + 7;
    for step in 0..200_u64 {
        let minute = time / 60 * 60;
        let rates = [ray(20_000_000 + step * 1_000), ray(40_000_000 + step * 3_000)];
        rows.push(ReserveRecord {
            from: Timestamp(minute),
            to: Timestamp(minute + 59),
            supply_rate: rates[0],
            borrow_rate: rates[1],
            indexes: Some(indexes.map(Ray::from_raw)),
        });
        times.push(time);
        let seconds = 60 + step * 37 % 173;
        let between = if step == 150 { seconds / 2 } else { seconds };
        indexes = [
            supply_after(indexes[0], rates[0].raw(), between),
            debt_after(indexes[1], rates[1].raw(), between),
        ];
        if step == 150 {
            let other = [ray(21_000_017), ray(43_000_019)].map(Ray::raw);
            indexes = [
                supply_after(indexes[0], other[0], seconds - between),
                debt_after(indexes[1], other[1], seconds - between),
            ];
        }
        if step == 100 {
            indexes[0] += U256::from(1_000_000_u64);
        }
        time += seconds;
    }
    use levmine::lending::LendingMarket;
    let touches = market.touches(&rows).unwrap();
    let found: Vec<u64> = touches.iter().map(|touch| touch.time.0).collect();
    assert_eq!(found, times);
    let odd = touches.iter().enumerate().filter(|(_, touch)| touch.link != Link::Exact);
    let odd: Vec<_> = odd.map(|(at, touch)| (at, touch.link)).collect();
    assert_eq!(odd, [(0, Link::First), (101, Link::Raised), (151, Link::Broken)]);
}
