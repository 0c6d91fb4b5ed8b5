//! What public interfaces answer: OKX's candles, DefiLlama's charts, and rows in JSON.

use levmine_market::Timestamp;
use levmine_source::{Reading, Samples as _, Shape, parse_history, parse_rates};

use crate::{price, read, refusal};

const OKX: &str = r#"{"code":"0","msg":"","data":[
 ["1617573600000","2076.8","2077.28","2056.48","2070.73","3","1","2","0"],
 ["1617570000000","2062.65","2078.33","2057.58","2076.8","2","1","2","1"],
 ["1617566400000","2061.43","2066.61","2051.24","2062.56","1","1","2","1"]
]}"#;

/// Times and closes.
fn closes(text: &str) -> Vec<(u64, String)> {
    let history = read(text).unwrap_or_else(|error| panic!("{error}"));
    assert!(history.has_candles());
    history.iter().map(|point| (point.time.0, point.close.0.to_string())).collect()
}

#[test]
fn okx_candles_come_newest_first_and_without_the_one_that_is_not_complete() {
    let expected = [(1_617_566_400, "2062.56".to_string()), (1_617_570_000, "2076.8".to_string())];
    assert_eq!(closes(OKX), expected);
    let history = read(OKX).unwrap();
    let report = history.report();
    assert_eq!((report.unconfirmed.count, report.unconfirmed.line), (1, 2));
    assert!(!report.is_clean());
    assert!(report.to_string().contains(":2: read a candle that is not confirmed; left out"), "{report}");
    assert_eq!(history.iter().map(|point| point.line).collect::<Vec<_>>(), [4, 3]);
    // As a table, newest or oldest first.
    let csv = "ts,o,h,l,c,vol,volCcy,volCcyQuote,confirm\n\
               1617573600000,2076.8,2077.28,2056.48,2070.73,3,1,2,0\n\
               1617570000000,2062.65,2078.33,2057.58,2076.8,2,1,2,1\n\
               1617566400000,2061.43,2066.61,2051.24,2062.56,1,1,2,1\n";
    assert_eq!(closes(csv), expected);
    let mut lines: Vec<&str> = csv.lines().collect();
    lines[1..].reverse();
    assert_eq!(closes(&(lines.join("\n") + "\n")), expected);
    // Candles of an index have no volumes.
    let index = r#"{"code":"0","data":[["1617570000000","1","2","1","2","1"],["1617566400000","1","1","1","1","1"]]}"#;
    assert_eq!(closes(index).len(), 2);
}

#[test]
fn other_files_newest_first_are_refused() {
    let text = "ts,price\n1617570000,2062.65\n1617566400,2061.43\n";
    assert!(refusal(text).contains("accepted: rows sorted by time, the oldest first"), "{}", refusal(text));
    let klines = r#"[[1617570000000,"1","1","1","1"],[1617566400000,"1","1","1","1"]]"#;
    assert!(refusal(klines).contains("oldest first"));
}

#[test]
fn klines_are_read_from_lists_too() {
    let klines = r#"[[1617566400000,"2061.43","2066.61","2051.24","2062.56","1",1617569999999,"2",3,"4","5","0"],
        [1617570000000,"2062.65","2078.33","2057.58","2076.8","1",1617573599999,"2",3,"4","5","0"]]"#;
    assert_eq!(closes(klines)[1], (1_617_570_000, "2076.8".into()));
}

#[test]
fn prices_of_defillama_are_those_of_a_coin() {
    let one = r#"{"coins":{"ethereum:0x6B17":{"decimals":18,"symbol":"DAI","confidence":0.99,"prices":[
        {"timestamp":1617566400,"price":1.0007},{"timestamp":1617652800,"price":0.999812345678901234}]}}}"#;
    let history = read(one).unwrap();
    let read_prices: Vec<_> = history.iter().map(|point| (point.time.0, point.open)).collect();
    // Every digit, not those of a float.
    assert_eq!(
        read_prices,
        [(1_617_566_400, price("1.0007")), (1_617_652_800, price("0.999812345678901234"))]
    );
    let two = one.replace(
        "}]}}}",
        r#"}]},"coingecko:ethereum":{"symbol":"ETH","prices":[{"timestamp":1617566400,"price":2061.43}]}}}"#,
    );
    let of = |column: &str| {
        let shape = Shape { column: Some(column.into()), ..Shape::default() };
        parse_history("x.json", two.as_bytes(), &shape, &Reading::default()).map(|history| history.len())
    };
    assert_eq!((of("DAI"), of("eth"), of("ethereum:0x6B17")), (Ok(2), Ok(1), Ok(2)));
    for text in [of("BTC").unwrap_err().to_string(), refusal(&two)] {
        assert!(text.contains("ETH") && text.contains("DAI"), "{text}");
    }
}

#[test]
fn yields_of_defillama_are_columns() {
    let chart = r#"{"status":"success","data":[
        {"timestamp":"2022-05-03T00:00:00.000Z","tvlUsd":1234567,"apy":4.5,"apyBase":1.25,"apyReward":null},
        {"timestamp":"2022-05-04T00:00:00.000Z","tvlUsd":1234568,"apy":4.75,"apyBase":1.5,"apyReward":3.25}]}"#;
    let of = |column: &str| {
        let shape = Shape { column: Some(column.into()), ..Shape::default() };
        parse_history("x.json", chart.as_bytes(), &shape, &Reading::default())
    };
    let history = of("apy").unwrap();
    assert_eq!(history.price_at(Timestamp(1_651_622_400)), Some(price("4.75")));
    assert!(of("apyReward").unwrap_err().to_string().starts_with("x.json:2: column `apyreward`"));
    let all = refusal(chart);
    assert!(all.contains("read several columns") && all.contains("apy, apybase, apyreward, tvlusd"), "{all}");
    assert!(parse_rates("x.json", chart.as_bytes(), &Reading::default()).is_err());
}

#[test]
fn what_is_no_such_document_is_refused_with_its_line() {
    for (text, told) in [
        ("{\"code\":\"0\",\n\"data\":[[\"1\",]]}", "x.csv:2: read JSON: "),
        ("{\"code\":\"51001\",\"msg\":\"no such instrument\"}", "accepted: a list of rows"),
        ("{\"data\":3}", "read JSON: "),
        ("[1,2,3]", "accepted: a list of rows"),
        ("[]", "holds no row"),
        ("[[1617566400,1],[1617570000]]", "read 1 fields; accepted: 2"),
        ("[[1617566400,1],{\"a\":1}]", "accepted: a list of rows"),
        ("[{\"ts\":1617566400,\"price\":[1]}]", "read \"[1]\""),
        ("[{\"ts\":1617566400,\"price\":\"1\\u0030\"}]", "accepted: a price"),
        ("{", "read JSON: "),
    ] {
        let refused = refusal(text);
        assert!(refused.contains(told), "{text}: {refused}");
    }
}
