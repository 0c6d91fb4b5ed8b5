//! Histories of pools with ticks.

use levmine_source::{Policy, PoolPoint, Reading, Samples as _, Stamp, parse_pool};

const HEADER: &str = "timestamp,netAmount0,netAmount1,closeTick,openTick,lowestTick,highestTick,inAmount0,inAmount1,currentLiquidity\n";

fn row(time: u64, rest: &str) -> String {
    format!("{time},{rest}\n")
}

const ONE: &str =
    "-1970524626,1066799650715290921,201102,201101,201100,201103,0,1066799650715290921,2391553663290390168";
const QUIET: &str = "0,0,-7,201101,201101,201101,0,0,0";

fn read(rows: &[String], reading: &Reading) -> Result<Vec<PoolPoint>, String> {
    let text = HEADER.to_string() + &rows.concat();
    let history = parse_pool("x.csv", text.as_bytes(), reading).map_err(|error| error.to_string())?;
    Ok(history.iter().collect())
}

#[test]
fn a_span_is_known_at_its_end() {
    let rows = [row(1_691_884_800, ONE), row(1_691_884_860, QUIET)];
    let points = read(&rows, &Reading::default()).unwrap();
    assert_eq!(points[0].time.0, 1_691_884_860);
    assert_eq!(points[0].sold, [0, 1_066_799_650_715_290_921]);
    assert_eq!(points[0].net, [-1_970_524_626, 1_066_799_650_715_290_921]);
    assert_eq!(points[0].bought(), [1_970_524_626, 0]);
    assert_eq!(
        [points[0].open, points[0].low, points[0].high, points[0].close],
        [201_101, 201_100, 201_103, 201_102]
    );
    assert_eq!((points[0].liquidity, points[1].close, points[1].line), (2_391_553_663_290_390_168, -7, 3));
    let reading = Reading { stamp: Some(Stamp::Close), ..Reading::default() };
    assert_eq!(read(&rows, &reading).unwrap()[0].time.0, 1_691_884_800);
}

#[test]
fn a_missing_span_is_a_gap() {
    let rows = [row(1_691_884_800, ONE), row(1_691_884_860, QUIET), row(1_691_884_980, QUIET)];
    assert!(read(&rows, &Reading::default()).unwrap_err().contains("max_gap = \"2m\""));
    let policy = Policy { max_gap: Some(120), ..Policy::default() };
    assert_eq!(read(&rows, &Reading { policy, ..Reading::default() }).unwrap().len(), 3);
}

#[test]
fn fields_that_cannot_be_are_refused() {
    for (from, to, told) in [
        ("201102", "887273", "column `closetick`: read \"887273\"; accepted: a tick, from -887272 to 887272"),
        ("201102", "1.5", "accepted: an integer of at most 127 bits"),
        ("201102", "--5", "accepted: an integer"),
        (
            "-1970524626",
            "1970524626",
            "column `netamount0`: read \"1970524626\"; accepted: at most what was sold",
        ),
        ("2391553663290390168", "-1", "a number that is not negative"),
        ("-1970524626", "", "accepted: an integer"),
    ] {
        let error = read(&[row(1_691_884_800, &ONE.replacen(from, to, 1))], &Reading::default()).unwrap_err();
        assert!(error.starts_with("x.csv:2: ") && error.contains(told), "{to}: {error}");
    }
    let error = parse_pool("x.csv", b"ts,closeTick\n1,2\n", &Reading::default()).unwrap_err().to_string();
    assert!(error.contains("netAmount0") && error.contains("currentLiquidity"), "{error}");
    let twice = [row(1_691_884_800, ONE), row(1_691_884_800, QUIET)];
    assert!(read(&twice, &Reading::default()).unwrap_err().contains("again, with other values"));
    assert_eq!(
        read(
            &[row(1_691_884_800, ONE), row(1_691_884_800, ONE), row(1_691_884_860, QUIET)],
            &Reading::default()
        )
        .unwrap()
        .len(),
        2
    );
}
