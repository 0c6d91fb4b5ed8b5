//! No input makes a parser panic or hang, and what is accepted is in order.

use levmine_market::Timestamp;
use levmine_source::{
    Format, Reading, Samples, Shape, Stamp, parse_gas, parse_history, parse_pool, parse_rates,
};
use proptest::prelude::*;

use crate::lenient;

/// Reads a text in every way, and checks what every history promises.
fn read_in_every_way(bytes: &[u8], from: Option<u64>, to: Option<u64>) {
    let formats = [None, Some(Format::Klines), Some(Format::Candles), Some(Format::Prices)];
    let columns = [None, Some("close".to_string()), Some("open".to_string())];
    for stamp in [None, Some(Stamp::Open), Some(Stamp::Close)] {
        let reading = Reading { stamp, from: from.map(Timestamp), to: to.map(Timestamp), ..lenient() };
        for format in formats {
            for column in columns.clone() {
                let shape = Shape { format, column };
                let strict = Reading { policy: Reading::default().policy, ..reading };
                let history = parse_history("x", bytes, &shape, &reading);
                let judged = parse_history("x", bytes, &shape, &strict);
                match history {
                    Ok(history) => {
                        check(&history, &reading);
                        let report = history.report();
                        assert_eq!(judged.is_ok(), report.judge(&strict.policy).is_ok());
                        assert_eq!(
                            (report.rows, Some(report.first), Some(report.last)),
                            (history.len(), history.first(), history.last())
                        );
                        assert!(!report.to_string().is_empty());
                        assert!(
                            history.iter().all(|point| !point.open.0.is_zero() && !point.close.0.is_zero())
                        );
                    }
                    Err(error) => {
                        assert!(judged.is_err());
                        assert!(error.to_string().starts_with('x'));
                    }
                }
            }
        }
        if let Ok(history) = parse_rates("x", bytes, &reading) {
            check(&history, &reading);
        }
        if let Ok(history) = parse_pool("x", bytes, &reading) {
            check(&history, &reading);
            assert!(history.iter().all(|point| point.open.abs() <= 887_272 && point.close.abs() <= 887_272));
        }
        if let Ok(history) = parse_gas("x", bytes, &reading) {
            check(&history, &reading);
        }
    }
}

fn check<S: Samples>(history: &S, reading: &Reading) {
    assert!(!history.is_empty());
    assert!(history.times().windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(history.iter().count(), history.len());
    assert!(reading.from.is_none_or(|from| history.at(from).is_some()));
    assert!(reading.from.is_none_or(|from| history.times().get(1).is_none_or(|second| *second > from)));
    assert!(reading.to.is_none_or(|to| history.last().is_some_and(|last| last <= to)));
}

const SEEDS: [&str; 11] = [
    "ts,price_usd\n1617566400,2061.43\n1617570000,2062.65\n1617573600,2076.8\n1617577200,2070.73\n",
    "ts,open,high,low,close,volume\n1617566400,2061.43,2066.61,2051.24,2062.56,1\n1617570000,2062.65,2078.33,2057.58,2076.8,2\n1617573600,2076.8,2077.28,2056.48,2070.73,3\n",
    "1617566400000,2061.43,2066.61,2051.24,2062.56,1,1617569999999,2,3,4,5,0\r\n1617570000000000,2062.65,2078.33,2057.58,2076.8,2,1617573599999999,2,3,4,5,0\r\n",
    "\u{feff}\"Date\";\"Close\"\n\"2021-04-04T20:00:00.000Z\";\"2061.43\"\n\"2021-04-04 21:00\";\"6.1e-05\"\n",
    "ts,supplied_usd,borrowed_usd,supply_apr_pct,variable_borrow_apr_pct,token_balance\n1606832522,0.0,0.0,,,0\n1606841582,4.02,1.0,0.28125007,1.25000015,4000000158284721664\n",
    "ts,netAmount0,netAmount1,closeTick,openTick,lowestTick,highestTick,inAmount0,inAmount1,currentLiquidity\n1617566400,-1970524626,1066799650715290921,201101,201101,201101,201101,0,1066799650715290921,2391553663290390168\n1617566460,0,0,-1,201101,201101,201101,0,0,2391553663290390168\n",
    "{\"code\":\"0\",\"data\":[[\"1617570000000\",\"2062.65\",\"2078.33\",\"2057.58\",\"2076.8\",\"2\",\"1\",\"2\",\"0\"],\n[\"1617566400000\",\"2061.43\",\"2066.61\",\"2051.24\",\"2062.56\",\"1\",\"1\",\"2\",\"1\"]]}",
    "ts,o,h,l,c,vol,volCcy,volCcyQuote,confirm\n1617570000000,2062.65,2078.33,2057.58,2076.8,2,1,2,1\n1617566400000,2061.43,2066.61,2051.24,2062.56,1,1,2,1\n",
    "{\"coins\":{\"ethereum:0x6b17\":{\"symbol\":\"DAI\",\"prices\":[{\"timestamp\":1617566400,\"price\":1.0007},\n{\"timestamp\":1617652800,\"price\":0.9998}]}}}",
    "{\"status\":\"success\",\"data\":[{\"timestamp\":\"2021-04-04T20:00:00.000Z\",\"close\":4.5,\"open\":null},{\"timestamp\":\"2021-04-05\",\"close\":4.75}]}",
    "ts,gas_price_gwei\n1691971200,53.089213505000004\n1691971260,41.89087952689285\n",
];

/// A change to a text: bytes from `at` on are removed, and others put there.
fn mutation() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let telling = proptest::sample::select(b"0123456789,;\t\"\n\r.-+eETZ: \xff\0#x[]{}\\n".to_vec());
    let bytes =
        prop_oneof![proptest::collection::vec(telling, 0..6), proptest::collection::vec(any::<u8>(), 0..3)];
    (0_usize..400, 0_usize..12, bytes)
}

fn mutate(seed: &str, mutations: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for (at, remove, put) in mutations {
        let at = at % (bytes.len() + 1);
        let end = (at + remove).min(bytes.len());
        bytes.splice(at..end, put.iter().copied());
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_in_every_way(&bytes, None, None);
    }

    #[test]
    fn any_text_of_telling_characters_is_read_or_refused(text in "[0-9,;\t\"\n\r.eT: -]{0,120}") {
        read_in_every_way(text.as_bytes(), None, None);
    }

    #[test]
    fn changed_files_are_read_or_refused(
        seed in proptest::sample::select(SEEDS.to_vec()),
        mutations in proptest::collection::vec(mutation(), 0..4),
        from in proptest::option::of(1_606_000_000_u64..1_618_000_000),
        to in proptest::option::of(1_606_000_000_u64..1_618_000_000),
    ) {
        read_in_every_way(&mutate(seed, &mutations), from, to);
    }

    #[test]
    fn rows_of_any_times_and_prices_are_read_or_refused(
        rows in proptest::collection::vec((any::<u64>(), any::<u128>(), 0_u8..40), 1..30),
        sorted in any::<bool>(),
    ) {
        let mut rows = rows;
        if sorted {
            rows.iter_mut().for_each(|row| row.0 = 100_000_000 + row.0 % 7_000_000_000);
            rows.sort_unstable();
        }
        let text: String = rows.iter().map(|(time, price, places)| format!("{time},{price}e-{places}\n")).collect();
        read_in_every_way(text.as_bytes(), None, None);
    }

    #[test]
    fn what_is_written_is_what_is_read(
        first in 100_000_000_u64..4_000_000_000,
        rows in proptest::collection::vec((1_u64..100_000, 1_u128..u128::MAX / 1_000_000_000), 1..40),
    ) {
        let mut time = first;
        let mut text = String::from("ts,price\n");
        let mut expected = Vec::new();
        for (distance, raw) in rows {
            time += distance;
            let (whole, fraction) = (raw / 1_000_000_000_000_000_000, raw % 1_000_000_000_000_000_000);
            text += &format!("{time},{whole}.{fraction:018}\n");
            expected.push((Timestamp(time), levmine_math::U256::from(raw)));
        }
        let history = parse_history("x", text.as_bytes(), &Shape::default(), &lenient()).unwrap();
        let read: Vec<_> = history.iter().map(|point| (point.time, point.open.0.raw())).collect();
        prop_assert_eq!(read, expected);
        prop_assert!(history.report().cut_values.count == 0);
    }
}

#[test]
fn long_lines_and_many_quotes_take_no_time() {
    let commas = ",".repeat(1 << 20);
    let quotes = "\"".repeat(1 << 20);
    let digits = "9".repeat(1 << 20);
    for text in [
        commas.clone(),
        quotes.clone(),
        digits.clone(),
        format!("1617566400,0.{digits}\n1617566401,{digits}"),
    ] {
        read_in_every_way(text.as_bytes(), None, None);
    }
    let ragged = format!("ts,price\n{}", "1617566400,1\n".repeat(100_000));
    let history = parse_history("x", ragged.as_bytes(), &Shape::default(), &lenient()).unwrap();
    assert_eq!((history.len(), history.report().duplicates.len()), (1, 99_999));
}
