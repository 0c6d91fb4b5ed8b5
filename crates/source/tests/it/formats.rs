use levmine_market::Timestamp;
use levmine_source::{
    Format, Point, Reading, Samples as _, Shape, Stamp, TimeUnit, UnitChange, parse_history,
};

use crate::{price, read, read_leniently, refusal};

const T: u64 = 1_617_566_400;

fn candle() -> Point {
    Point {
        time: Timestamp(T),
        open: price("2061.43"),
        high: price("2066.61"),
        low: price("2051.24"),
        close: price("2062.56"),
        line: 1,
    }
}

#[test]
fn klines_are_read_by_place_in_every_unit() {
    for time in ["1617566400", "1617566400000", "1617566400000000", "2021-04-04 20:00:00"] {
        let text =
            format!("{time},2061.43,2066.61000000,2051.24,2062.56,13961.8,1617569999999,2.8e7,1,2,3,0\n");
        let history = read(&text).unwrap();
        assert!(history.has_candles());
        assert_eq!(history.iter().collect::<Vec<_>>(), [candle()], "{time}");
    }
    let five = "1617566400,2061.43,2066.61,2051.24,2062.56";
    assert_eq!(read(five).unwrap().sample(0), Some(candle()));
}

#[test]
fn candles_are_read_by_name_wherever_they_stand() {
    let text = "symbol,Close,Low,High,Open,Open Time\nETH,2062.56,2051.24,2066.61,2061.43,1617566400\n";
    let at_line_two = Point { line: 2, ..candle() };
    assert_eq!(read(text).unwrap().sample(0), Some(at_line_two));
    for format in [Format::Klines, Format::Candles] {
        let shape = Shape { format: Some(format), ..Shape::default() };
        let history = parse_history("x.csv", text.as_bytes(), &shape, &Reading::default()).unwrap();
        assert_eq!(history.sample(0), Some(at_line_two), "{format}");
    }
}

#[test]
fn dialects_say_the_same() {
    let same = [
        "ts,price\n1617566400,2061.43\n1617570000,2062.65\n",
        "ts,price\r\n1617566400,2061.43\r\n1617570000,2062.65\r\n",
        "\u{feff}ts;price\n1617566400;2061.43\n1617570000;2062.65\n",
        "ts\tprice\n1617566400\t2061.43\n1617570000\t2062.65\n",
        "\"ts\", \"price\"\n\"1617566400\",\"2061.43\"\n 1617570000 , 2062.65 \n",
        ",price\n1617566400,2061.43\n1617570000,2062.65\n",
        "Date,Close\n2021-04-04T20:00:00Z,2061.43\n2021-04-04 21:00,2062.65\n",
        "volume,price_usd,time\n1,2061.43,1617566400\n2,2062.65,1617570000\n",
        "anything,ts\n2061.43,1617566400\n2062.65,1617570000\n",
    ];
    for text in same {
        let history = read(text).unwrap();
        assert!(!history.has_candles());
        let seen: Vec<_> =
            history.iter().map(|point| (point.time.0, point.open, point.close, point.line)).collect();
        let (first, second) = (price("2061.43"), price("2062.65"));
        assert_eq!(seen, [(T, first, first, 2), (T + 3_600, second, second, 3)], "{text}");
        assert!(history.report().is_clean(), "{text}");
    }
    let blank_lines = read("\n1617566400,2061.43\n\n \r\n1617570000,2062.65\n\n").unwrap();
    assert_eq!(blank_lines.iter().map(|point| point.line).collect::<Vec<_>>(), [2, 5]);
}

#[test]
fn one_column_of_several_is_read_by_its_name() {
    let text = "ts,usd-coin,dai\n1617566400,1.001,0.999\n1617570000,1.002,0.998\n";
    let column = |name: &str| {
        let shape = Shape { column: Some(name.into()), ..Shape::default() };
        parse_history("a/x.csv", text.as_bytes(), &shape, &Reading::default())
    };
    assert_eq!(column("dai").unwrap().price_at(Timestamp(T)), Some(price("0.999")));
    assert_eq!(column("USD-Coin").unwrap().price_at(Timestamp(T)), Some(price("1.001")));
    assert_eq!(
        column("usd-con").unwrap_err().to_string(),
        "a/x.csv:1: read the column name `usd-con`; accepted: one of usd-coin, dai (write x.csv#usd-coin); did you \
         mean `usd-coin`?"
    );
    assert_eq!(
        refusal(text),
        "x.csv:1: read several columns that could be the price; accepted: one of usd-coin, dai (write x.csv#usd-coin)"
    );
}

#[test]
fn a_candle_files_close_counts_from_the_end_of_its_step() {
    let text = "ts,open,high,low,close\n1617566400,1,4,1,2\n1617570000,2,4,2,3\n";
    let at = |column: &str, stamp| {
        let shape = Shape { column: Some(column.into()), ..Shape::default() };
        let reading = Reading { stamp, ..Reading::default() };
        let history = parse_history("x.csv", text.as_bytes(), &shape, &reading).unwrap();
        history.sample(0).map(|point| (point.time.0, point.open))
    };
    assert_eq!(at("close", None), Some((T + 3_600, price("2"))));
    assert_eq!(at("close", Some(Stamp::Close)), Some((T, price("2"))));
    assert_eq!(at("open", None), Some((T, price("1"))));
    assert_eq!(at("open", Some(Stamp::Close)), Some((T - 3_600, price("1"))));
}

#[test]
fn the_stamp_tells_which_end_of_the_step_is_written() {
    let candles = "1617566400,1,4,1,2\n1617570000,2,4,2,3\n";
    let prices = "1617566400,1\n1617570000,2\n";
    let first = |text: &str, stamp| {
        let reading = Reading { stamp, ..Reading::default() };
        parse_history("x.csv", text.as_bytes(), &Shape::default(), &reading).map(|history| {
            assert_eq!(history.first(), Some(history.report().first));
            history.report().first.0
        })
    };
    assert_eq!(first(candles, None), Ok(T));
    assert_eq!(first(candles, Some(Stamp::Open)), Ok(T));
    assert_eq!(first(candles, Some(Stamp::Close)), Ok(T - 3_600));
    assert_eq!(first(prices, None), Ok(T));
    assert_eq!(first(prices, Some(Stamp::Close)), Ok(T));
    assert_eq!(first(prices, Some(Stamp::Open)), Ok(T + 3_600));
    assert_eq!(
        first("1617566400,1\n", Some(Stamp::Open)).unwrap_err().to_string(),
        "x.csv: read stamp = \"open\", and the times cannot be moved by a step: the file has only one row"
    );
    assert!(first("1973-03-03,1,1,1,1\n2199-12-31,1,1,1,1\n", Some(Stamp::Close)).is_err());
}

#[test]
fn a_day_stamped_at_its_beginning_is_known_at_its_end() {
    let text = "ts,price\n2020-03-11,194\n2020-03-12,107\n2020-03-13,133\n";
    let reading = Reading { stamp: Some(Stamp::Open), ..Reading::default() };
    let history = parse_history("x.csv", text.as_bytes(), &Shape::default(), &reading).unwrap();
    let noon = Timestamp(1_583_971_200 + 43_200);
    assert_eq!(history.price_at(noon), Some(price("194")));
    assert_eq!(
        history.report().to_string(),
        "x.csv: 3 rows, 2020-03-12T00:00:00Z to 2020-03-14T00:00:00Z, usual step 1d, each counting from 1d after the \
         time written"
    );
}

#[test]
fn a_change_of_unit_is_told() {
    let history = read("1617566400000,1\n1617566460000000,1\n1617566520,1\n").unwrap();
    assert_eq!(history.times(), [Timestamp(T), Timestamp(T + 60), Timestamp(T + 120)]);
    let change = |line, from, to| UnitChange { line, from, to };
    assert_eq!(
        history.report().unit_changes,
        [
            change(2, TimeUnit::Milliseconds, TimeUnit::Microseconds),
            change(3, TimeUnit::Microseconds, TimeUnit::Seconds)
        ]
    );
    assert!(history.report().to_string().contains(
        "x.csv:2: read times in microseconds after times in milliseconds; each is taken in its own unit"
    ));
}

#[test]
fn files_of_another_shape_are_refused() {
    for (text, message) in [
        (
            "",
            "x.csv: holds no row; accepted: a file with a time and a price, or with a time, open, high, low and close",
        ),
        (
            "\n\n",
            "x.csv: holds no row; accepted: a file with a time and a price, or with a time, open, high, low and close",
        ),
        (
            "ts,price\n",
            "x.csv: holds no row; accepted: a file with a time and a price, or with a time, open, high, low and close",
        ),
        (
            "price,amount\n1,2\n",
            "x.csv:1: read the columns \"price,amount\"; accepted: a column for the time with the name ts, timestamp, time, date, datetime, unix or open_time",
        ),
        (
            "ts\n1617566400\n",
            "x.csv:1: read the columns \"ts\"; accepted: a column for the price beside the time",
        ),
        (
            "1617566400,1,2\n",
            "x.csv:1: read the columns of a file without header, 3 in number; accepted: two columns (time, price), or at least five (time, open, high, low, close), or a header with names",
        ),
        (
            "ts,avg_gas_price_wei\n1617566400,1\n",
            "x.csv:1: read the columns \"ts,avg_gas_price_wei\"; accepted: a column with a price; this one holds gas prices, which are read as gas",
        ),
        (
            "x1617566400,2061\n1617570000,2062\n",
            "x.csv:1: column `1`: read \"x1617566400\"; accepted: Unix seconds, milliseconds, microseconds or nanoseconds between 1973-03-03 and 2199-12-31, or a date like 2021-04-04, 2021-04-04 20:00 or 2021-04-04T20:00:00Z",
        ),
        (
            "ts,price,price\n1617566400,1,2\n",
            "x.csv:1: read the columns \"ts,price,price\"; accepted: names of which each stands once",
        ),
        (
            "ts,\"price\n1617566400,1\n",
            "x.csv:1: read a quote that is not closed before the field or the line ends; accepted: fields in \"…\" or without quotes",
        ),
    ] {
        assert_eq!(refusal(text), message);
    }
    let utf16 = parse_history("x.csv", b"\xff\xfet\0s\0", &Shape::default(), &Reading::default());
    assert_eq!(utf16.unwrap_err().to_string(), "x.csv:1: not UTF-8; accepted: a text saved as UTF-8");
    for (format, text) in [
        (Format::Candles, "ts,price\n1617566400,1\n"),
        (Format::Candles, "1617566400,1,1,1,1\n"),
        (Format::Klines, "1617566400,1,1,1\n"),
        (Format::Prices, "1617566400,1,1,1,1\n"),
    ] {
        let shape = Shape { format: Some(format), ..Shape::default() };
        assert!(
            parse_history("x.csv", text.as_bytes(), &shape, &Reading::default()).is_err(),
            "{format}: {text}"
        );
    }
    let shape = Shape { format: Some(Format::Prices), ..Shape::default() };
    let closes = b"ts,open,close\n1617566400,1,2\n";
    let closes = parse_history("x.csv", closes, &shape, &Reading::default()).unwrap();
    assert_eq!(closes.sample(0).map(|point| point.open), Some(price("2")));
}

#[test]
fn what_is_cut_off_is_told() {
    let history =
        read_leniently("1617566400.9,1.0000000000000000009\n1617566401,2\n1617566402123,3\n").unwrap();
    assert_eq!(history.sample(0).map(|point| (point.time.0, point.open)), Some((T, price("1"))));
    let report = history.report();
    assert_eq!((report.cut_times.count, report.cut_times.line), (2, 1));
    assert_eq!((report.cut_values.count, report.cut_values.line), (1, 1));
    let text = report.to_string();
    assert!(text.contains("x.csv:1: read parts of a second; cut off, here first, 2 times"), "{text}");
    assert!(text.ends_with("x.csv:1: read more places than are kept; cut off"), "{text}");
}
