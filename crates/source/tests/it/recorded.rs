//! The recorded histories, where they are at hand.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::LazyLock;

use levmine_market::Timestamp;
use levmine_source::{
    Absurdity, Policy, RateState, Reading, Report, Samples as _, Shape, SourceError, Stamp, parse_gas,
    parse_history, parse_rates,
};

use crate::{lenient, price};

const HOUR: u64 = 3_600;

/// The bytes of a recorded file; without it, a line that says so, and for all files together if none is there.
fn recorded(file: &str) -> Option<Vec<u8>> {
    static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
        let folder = std::env::var_os("LEVMINE_DATA").map_or_else(beside, PathBuf::from);
        if folder.is_dir() {
            return Some(folder);
        }
        skipped("the recorded histories are not there (LEVMINE_DATA tells where to look)");
        None
    });
    let bytes = std::fs::read(FOLDER.as_ref()?.join(file));
    if bytes.is_err() {
        skipped(&format!("{file} is not there"));
    }
    bytes.ok()
}

/// Says what is not tested. Past the macros, whose output the test harness keeps to itself.
fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {what}");
}

fn prices(
    file: &str,
    column: Option<&str>,
    reading: &Reading,
) -> Option<Result<levmine_source::History, SourceError>> {
    let shape = Shape { column: column.map(Into::into), ..Shape::default() };
    Some(parse_history(file, &recorded(file)?, &shape, reading))
}

/// What a report must say: rows, first and last time, step, number of gaps and the longest of them in seconds, line of
/// the longest, number of absurd rows.
struct Expected(usize, u64, u64, u64, (usize, u64, u32), usize);

fn check(file: &str, report: &Report, expected: &Expected) {
    let Expected(rows, first, last, step, (gaps, longest, line), absurd) = *expected;
    assert_eq!(report.rows, rows, "{file}");
    assert_eq!((report.first, report.last), (Timestamp(first), Timestamp(last)), "{file}");
    assert_eq!(report.step, Some(step), "{file}");
    assert_eq!(report.gaps.len(), gaps, "{file}");
    let found =
        report.gaps.iter().max_by_key(|gap| gap.length()).map_or((0, 0), |gap| (gap.length(), gap.line));
    assert_eq!(found, (longest, line), "{file}");
    assert_eq!(report.absurd.len(), absurd, "{file}: {report}");
    assert!(
        report.duplicates.is_empty() && report.unit_changes.is_empty() && report.unterminated.is_none(),
        "{file}"
    );
    assert_eq!(report.cut_times.count, 0, "{file}");
    // What is accepted by default is what has no gap and no absurd row.
    assert_eq!(report.judge(&Policy::default()).is_ok(), gaps == 0 && absurd == 0, "{file}");
}

#[test]
fn every_price_file_is_read_with_its_known_defects() {
    let files = [
        (
            "btcusd_1h_glassnode_2019_12_2020_06.csv",
            None,
            Expected(5_112, 1_575_158_400, 1_593_558_000, HOUR, (0, 0, 0), 0),
        ),
        (
            "btcusdt_1h_binance_2021_2022.csv",
            None,
            Expected(15_257, 1_617_566_400, 1_672_527_600, HOUR, (4, 5 * HOUR, 3_123), 0),
        ),
        (
            "dai_usd_1h_coingecko_2021_2023.csv",
            None,
            Expected(18_848, 1_609_460_390, 1_677_366_254, HOUR, (50, 43_852, 15_465), 0),
        ),
        (
            "ethusd_1d_etherscan_2016_2023.csv",
            None,
            Expected(2_922, 1_451_606_400, 1_703_980_800, 24 * HOUR, (0, 0, 0), 0),
        ),
        (
            "ethusd_1h_glassnode_2017_2018.csv",
            None,
            Expected(17_389, 1_483_228_800, 1_546_297_200, HOUR, (4, 104 * HOUR, 11_179), 0),
        ),
        (
            "ethusdc_1h_binance_2018_2021.csv",
            None,
            Expected(20_158, 1_544_842_800, 1_617_577_200, HOUR, (15, 11 * HOUR, 3_620), 0),
        ),
        (
            "ethusdt_1h_binance_2021_2023.csv",
            None,
            Expected(23_989, 1_617_566_400, 1_703_966_400, HOUR, (5, 5 * HOUR, 3_123), 0),
        ),
        (
            "ethusdt_1h_binance_2024_05_06.csv",
            None,
            Expected(1_160, 1_715_616_000, 1_719_788_400, HOUR, (0, 0, 0), 0),
        ),
        (
            "linkusdt_1h_binance_2021_2023.csv",
            None,
            Expected(23_988, 1_617_570_000, 1_703_966_400, HOUR, (5, 5 * HOUR, 3_122), 0),
        ),
        (
            "maticusdt_1h_binance_2021_2023.csv",
            None,
            Expected(23_988, 1_617_570_000, 1_703_966_400, HOUR, (5, 5 * HOUR, 3_122), 0),
        ),
        (
            "stablecoins_1d_defillama_2020_2023.csv",
            Some("usd-coin"),
            Expected(943, 1_609_200_000, 1_690_675_200, 24 * HOUR, (1, 48 * HOUR, 25), 0),
        ),
        (
            "stablecoins_1d_defillama_2020_2023.csv",
            Some("dai"),
            Expected(943, 1_609_200_000, 1_690_675_200, 24 * HOUR, (1, 48 * HOUR, 25), 0),
        ),
        (
            "stablecoins_1d_defillama_2020_2023.csv",
            Some("tether"),
            Expected(943, 1_609_200_000, 1_690_675_200, 24 * HOUR, (1, 48 * HOUR, 25), 0),
        ),
        (
            "stablecoins_1d_defillama_2020_2023.csv",
            Some("binance-usd"),
            Expected(943, 1_609_200_000, 1_690_675_200, 24 * HOUR, (1, 48 * HOUR, 25), 0),
        ),
        (
            "steth_eth_ratio_1h_derived_2021_2023.csv",
            Some("ratio"),
            Expected(18_405, 1_609_471_801, 1_677_366_250, 3_601, (228, 71_655, 475), 2),
        ),
        (
            "steth_usd_1h_coingecko_2021_2023.csv",
            None,
            Expected(18_410, 1_609_471_801, 1_677_366_250, 3_601, (229, 71_655, 475), 0),
        ),
        (
            "sushiusdt_1h_binance_2021_2023.csv",
            None,
            Expected(23_988, 1_617_570_000, 1_703_966_400, HOUR, (5, 5 * HOUR, 3_122), 0),
        ),
        (
            "uniusdt_1h_binance_2021_2023.csv",
            None,
            Expected(23_988, 1_617_570_000, 1_703_966_400, HOUR, (5, 5 * HOUR, 3_122), 0),
        ),
        (
            "usdc_usd_15m_2023_03_09_19.csv",
            None,
            Expected(808, 1_678_338_000, 1_679_183_100, 900, (88, 8_100, 192), 434),
        ),
        (
            "usdcusdt_1h_binance_2021_2023.csv",
            None,
            Expected(19_993, 1_617_570_000, 1_703_966_400, HOUR, (6, 3_996 * HOUR, 12_933), 2),
        ),
        (
            "weth_usd_1h_coingecko_2021_2023.csv",
            None,
            Expected(18_861, 1_609_460_789, 1_677_366_252, 3_601, (27, 43_766, 15_477), 1),
        ),
    ];
    for (file, column, expected) in files {
        let Some(history) = prices(&format!("prices/{file}"), column, &lenient()) else { continue };
        let report = history.unwrap().report().clone();
        check(file, &report, &expected);
        assert_eq!(report.cut_values.count, 0, "{file}: no digit is lost");
    }
}

#[test]
fn every_row_is_what_the_file_says() {
    let file = "prices/ethusdt_1h_binance_2021_2023.csv";
    let Some(bytes) = recorded(file) else { return };
    let history = parse_history(file, &bytes, &Shape::default(), &lenient()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let rows = text.lines().skip(1);
    assert_eq!(rows.clone().count(), history.len());
    for ((row, point), line) in rows.zip(history.iter()).zip(2..) {
        let fields: Vec<&str> = row.split(',').collect();
        assert_eq!((point.time.0.to_string().as_str(), point.line), (fields[0], line));
        let values = [point.open, point.high, point.low, point.close];
        assert_eq!(values, [fields[1], fields[2], fields[3], fields[4]].map(price), "{line}");
    }
}

#[test]
fn the_bad_print_of_june_2022_is_the_only_one() {
    let Some(history) = prices("prices/weth_usd_1h_coingecko_2021_2023.csv", None, &lenient()) else {
        return;
    };
    let history = history.unwrap();
    let absurd = &history.report().absurd;
    let found: Vec<_> =
        absurd.iter().map(|absurd| (absurd.line, absurd.time.to_string(), absurd.what)).collect();
    assert_eq!(found, [(12_674, "2022-06-13T04:02:22Z".into(), Absurdity::Spike { basis_points: 2_635 })]);
    assert_eq!(history.price_at(absurd[0].time), Some(price("1067.6295398736934")));
}

#[test]
fn a_part_without_the_hole_is_accepted() {
    let file = "prices/usdcusdt_1h_binance_2021_2023.csv";
    let Some(whole) = prices(file, None, &Reading::default()) else { return };
    assert_eq!(
        whole.unwrap_err().to_string(),
        "prices/usdcusdt_1h_binance_2021_2023.csv:12933: no row between 2022-09-26T02:00:00Z and \
         2023-03-11T14:00:00Z: read a gap of 3996h (and 5 more); accepted: at most 1h 30m, which is 1.5 usual steps; to \
         accept it, write max_gap = \"3996h\" or --max-gap 3996h"
    );
    // The first hour after the hole, and the hour before it.
    let (after, before) = (Timestamp(1_678_543_200), Timestamp(1_678_539_600));
    let to = Some(Timestamp(after.0 + 24 * HOUR));
    let part = |from| prices(file, None, &Reading { from: Some(from), to, ..Reading::default() });
    assert_eq!(part(after).map(|history| history.map(|history| history.len())), Some(Ok(25)));
    assert!(matches!(part(before), Some(Err(SourceError::Gap { .. }))));
}

#[test]
fn closes_can_be_read_where_candles_contradict_themselves() {
    let file = "prices/usdc_usd_15m_2023_03_09_19.csv";
    let Some(candles) = prices(file, None, &lenient()) else { return };
    let absurd = candles.unwrap().report().absurd.clone();
    assert!(
        absurd.iter().all(|absurd| matches!(absurd.what, Absurdity::OutsideRange | Absurdity::HighBelowLow))
    );
    let closes = prices(file, Some("close"), &lenient()).unwrap().unwrap();
    assert_eq!((closes.len(), closes.report().absurd.len()), (808, 0));
    let lowest = closes.iter().map(|point| point.close).min().unwrap();
    assert_eq!(lowest, price("0.900761114779558"));
}

#[test]
fn the_daily_file_tells_the_end_of_its_days() {
    let reading = Reading { stamp: Some(Stamp::Open), ..Reading::default() };
    let Some(daily) = prices("prices/ethusd_1d_etherscan_2016_2023.csv", None, &reading) else { return };
    let Some(hourly) = prices("prices/ethusdt_1h_binance_2021_2023.csv", None, &lenient()) else { return };
    let (daily, hourly) = (daily.unwrap(), hourly.unwrap());
    // Midnights on which both know a price: moved by a day, they agree within the 1.8 % that the file is known for.
    let mut compared = 0;
    for point in daily.iter().filter(|point| hourly.times().binary_search(&point.time).is_ok()) {
        let other = hourly.price_at(point.time).unwrap();
        let (a, b) = (point.open.0.raw(), other.0.raw());
        let difference = a.max(b) - a.min(b);
        assert!(
            difference * levmine_math::U256::from(1_000) < a * levmine_math::U256::from(20),
            "{}",
            point.time
        );
        compared += 1;
    }
    assert!(compared > 990, "{compared}");
}

#[test]
fn every_rate_file_is_read_with_its_known_defects() {
    let files = [
        (
            "aave_v2_dai_ethereum_1h_2020_2026.csv",
            Expected(28_274, 1_606_832_522, 1_768_907_147, 3_828, (6_419, 758_340, 22_058), 7),
        ),
        (
            "aave_v2_usdc_ethereum_1h_2020_2026.csv",
            Expected(38_440, 1_606_832_636, 1_768_907_147, 3_636, (4_391, 758_064, 25_215), 10),
        ),
        (
            "aave_v2_weth_ethereum_1h_2020_2023.csv",
            Expected(22_399, 1_606_774_830, 1_688_169_503, HOUR, (494, 63_348, 6), 2),
        ),
        (
            "aave_v3_polygon_usdc_1m_2023_08_14_16.csv",
            Expected(4_320, 1_691_971_200, 1_692_230_340, 60, (0, 0, 0), 0),
        ),
        (
            "aave_v3_polygon_weth_1m_2023_08_14_16.csv",
            Expected(4_320, 1_691_971_200, 1_692_230_340, 60, (0, 0, 0), 0),
        ),
        (
            "aave_v3_usdc_ethereum_1h_2023_2024.csv",
            Expected(11_982, 1_674_806_231, 1_719_790_655, 3_624, (826, 21_204, 2_143), 0),
        ),
        (
            "aave_v3_weth_ethereum_1h_2023_2024.csv",
            Expected(12_254, 1_674_806_111, 1_719_791_819, 3_612, (554, 12_876, 3_011), 0),
        ),
    ];
    for (file, expected) in files {
        let Some(bytes) = recorded(&format!("aave/{file}")) else { continue };
        let history = parse_rates(file, &bytes, &lenient()).unwrap();
        check(file, history.report(), &expected);
        let per_minute = file.contains("_1m_");
        // The first snapshot of a market has no rates yet.
        let unknown: Vec<_> =
            history.iter().filter(|point| point.supply.is_none()).map(|point| point.line).collect();
        assert_eq!(unknown, if per_minute { vec![] } else { vec![2] }, "{file}");
        assert_eq!(history.report().empty.count, if per_minute { 0 } else { 3 }, "{file}");
        assert_eq!(history.report().cut_values.count, 0, "{file}: no digit is lost");
        let exact = |state| matches!(state, RateState::Indices { .. });
        assert!(history.iter().all(|point| exact(point.state) == per_minute), "{file}");
    }
}

#[test]
fn every_gas_file_is_read() {
    let files = [
        (
            "ethereum_avg_gas_1d_2016_2023.csv",
            0,
            Expected(2_922, 1_451_606_400, 1_703_980_800, 24 * HOUR, (0, 0, 0), 0),
        ),
        // Written from floats: most have digits below a wei.
        (
            "polygon_gas_1m_2023_08_14_17.csv",
            5_617,
            Expected(5_760, 1_691_971_200, 1_692_316_740, 60, (0, 0, 0), 0),
        ),
    ];
    for (file, cut, expected) in files {
        let Some(bytes) = recorded(&format!("gas/{file}")) else { continue };
        let history = parse_gas(file, &bytes, &Reading::default()).unwrap();
        check(file, history.report(), &expected);
        assert_eq!(history.report().cut_values.count, cut, "{file}");
    }
}
