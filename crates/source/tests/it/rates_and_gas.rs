use levmine_market::Timestamp;
use levmine_math::{Ray, U256, Wad};
use levmine_source::{
    Absurdity, GasPoint, RateHistory, RatePoint, RateState, Reading, Samples as _, SourceError, Stamp,
    parse_gas, parse_rates,
};

use crate::lenient;

const T: u64 = 1_606_841_582;
const SNAPSHOT: &str = "ts,hour_ts,supplied_usd,borrowed_usd,token_balance,supply_apr_pct,variable_borrow_apr_pct,stable_borrow_apr_pct";
const INDICES: &str =
    "ts,liquidity_rate_ray,variable_borrow_rate_ray,liquidity_index_ray,variable_borrow_index_ray";

fn rates(header: &str, rows: &str) -> Result<RateHistory, SourceError> {
    parse_rates("x.csv", format!("{header}\n{rows}").as_bytes(), &lenient())
}

#[test]
fn percent_of_a_snapshot_become_ray_exactly() {
    let row = "1606841582,1606842000,4.02,1.0,4000000158284721664,0.28125007,1.25000015,4.62500007\n";
    let point = RatePoint {
        time: Timestamp(T),
        line: 2,
        supply: Some(Ray::new(2_812_500_700_000_000_000_000_000)),
        variable_borrow: Some(Ray::new(12_500_001_500_000_000_000_000_000)),
        stable_borrow: Some(Ray::new(46_250_000_700_000_000_000_000_000)),
        state: RateState::Snapshot {
            supplied: Wad::new(4_020_000_000_000_000_000),
            borrowed: Wad::new(1_000_000_000_000_000_000),
            balance: Some(U256::from(4_000_000_158_284_721_664_u64)),
        },
    };
    let history = rates(SNAPSHOT, row).unwrap();
    assert_eq!(history.iter().collect::<Vec<_>>(), [point]);
    // 1 ÷ 4.02, rounded down.
    assert_eq!(point.utilization(), Some(Wad::new(248_756_218_905_472_636)));
    assert!(history.report().is_clean());
}

#[test]
fn empty_rates_are_not_known_and_told() {
    let rows = "1606832522,1,0.0,0.0,0,,,\n1606841582,1,4,1,4,0.0,1.25,\n";
    let history = rates(SNAPSHOT, rows).unwrap();
    let points: Vec<_> = history.iter().collect();
    assert_eq!(points[0].supply.or(points[0].variable_borrow).or(points[0].stable_borrow), None);
    assert_eq!(points[0].utilization(), None);
    assert_eq!((points[1].supply, points[1].stable_borrow), (Some(Ray::ZERO), None));
    assert_eq!((history.report().empty.count, history.report().empty.line), (4, 2));
    let text = history.report().to_string();
    assert!(text.contains("x.csv:2: read an empty field; taken as not known, here first, 4 times"), "{text}");
    let error = rates(SNAPSHOT, "1606841582,1,,1,4,0.0,1.25,\n").unwrap_err().to_string();
    assert!(
        error.starts_with("x.csv:2: column `supplied_usd`: read \"\"; accepted: a decimal number"),
        "{error}"
    );
}

#[test]
fn the_contracts_integers_are_kept_to_the_last_digit() {
    let row = "1691971200,48602666889132299337496032,60159494125793762168078696,1023969313696843928663736399,1037601547227823743676216603\n";
    let history = rates(INDICES, row).unwrap();
    let point = history.sample(0).unwrap();
    assert_eq!(point.supply, Some(Ray::new(48_602_666_889_132_299_337_496_032)));
    assert_eq!(point.variable_borrow, Some(Ray::new(60_159_494_125_793_762_168_078_696)));
    assert_eq!(point.stable_borrow, None);
    let liquidity = Ray::new(1_023_969_313_696_843_928_663_736_399);
    let variable_borrow = Ray::new(1_037_601_547_227_823_743_676_216_603);
    assert_eq!(point.state, RateState::Indices { liquidity, variable_borrow });
    assert_eq!(point.utilization(), None);
}

#[test]
fn rates_that_cannot_be_right_are_found() {
    let found = |header: &str, rows: &str| -> Vec<_> {
        let history = rates(header, rows).unwrap();
        assert_eq!(
            history.report().judge(&Reading::default().policy).is_ok(),
            history.report().absurd.is_empty()
        );
        history.report().absurd.iter().map(|absurd| (absurd.line, absurd.what)).collect()
    };
    let rows = "1606832522,1,4,4,4,1,1,1\n1606836122,1,4,4.01,4,1,1,1\n";
    assert_eq!(found(SNAPSHOT, rows), [(3, Absurdity::BorrowedAboveSupplied)]);
    let same = "1606832522,1,1,1000,1000\n1606832582,1,1,1000,1000\n";
    assert_eq!(found(INDICES, same), []);
    let supply_fell = "1606832522,1,1,1000,1000\n1606832582,1,1,999,1000\n1606832642,1,1,1000,1000\n";
    assert_eq!(found(INDICES, supply_fell), [(3, Absurdity::IndexFell)]);
    let debt_fell = "1606832522,1,1,1000,1000\n1606832582,1,1,1000,999\n";
    assert_eq!(found(INDICES, debt_fell), [(3, Absurdity::IndexFell)]);
}

#[test]
fn rates_follow_the_same_rules_as_prices() {
    let row = |time: u64, rate: &str| format!("{time},1,4,1,4,{rate},1,1\n");
    let again = rates(SNAPSHOT, &(row(T, "1") + &row(T, "1.0"))).unwrap();
    assert_eq!((again.len(), again.report().duplicates.len()), (1, 1));
    let conflict = rates(SNAPSHOT, &(row(T, "1") + &row(T, "2")));
    assert!(matches!(conflict, Err(SourceError::Conflict { line: 3, .. })));
    let disorder = rates(SNAPSHOT, &(row(T, "1") + &row(T - 1, "1")));
    assert!(matches!(disorder, Err(SourceError::Disorder { line: 3, .. })));
    let text = format!("{SNAPSHOT}\n{}{}{}", row(T, "1"), row(T + 60, "1"), row(T + 120, "2"));
    let reading = Reading { stamp: Some(Stamp::Open), from: Some(Timestamp(T + 130)), ..Reading::default() };
    let moved = parse_rates("x.csv", text.as_bytes(), &reading).unwrap();
    let seen: Vec<_> = moved.iter().map(|point| (point.time.0, point.line)).collect();
    assert_eq!(seen, [(T + 120, 3), (T + 180, 4)]);
    assert_eq!(moved.times(), [Timestamp(T + 120), Timestamp(T + 180)]);
    for header in ["ts,price", "ts,liquidity_rate_ray", "ts,supplied_usd,borrowed_usd,supply_apr_pct"] {
        let error = rates(header, "").unwrap_err();
        assert!(matches!(error, SourceError::Header { line: 1, .. }), "{error}");
    }
    assert!(matches!(rates(SNAPSHOT, ""), Err(SourceError::NoRows { .. })));
}

#[test]
fn gas_is_kept_in_wei() {
    let gas = |text: &str| parse_gas("x.csv", text.as_bytes(), &Reading::default());
    let point = |wei| Some(GasPoint { time: Timestamp(1_691_971_200), wei, line: 2 });
    let exact = gas("ts,avg_gas_price_wei\n1691971200,54747565393\n").unwrap();
    assert_eq!(exact.sample(0), point(54_747_565_393));
    assert!(exact.report().is_clean());
    let cut = gas("ts,gas_price_gwei\n1691971200,53.089213505000004\n").unwrap();
    assert_eq!((cut.sample(0), cut.report().cut_values.count), (point(53_089_213_505), 1));
    assert_eq!(gas("ts,gwei\n1691971200,0\n").unwrap().sample(0), point(0));
    for refused in [
        "ts,gas_price\n1691971200,1\n",
        "ts,a_wei,b_wei\n1691971200,1,2\n",
        "1691971200,1\n",
        "ts,gwei\n1691971200,-1\n",
        "ts,gwei\n1691971200,\n",
        "ts,gwei\n",
    ] {
        assert!(gas(refused).is_err(), "{refused}");
    }
    let reading = Reading { stamp: Some(Stamp::Close), ..Reading::default() };
    let text = b"ts,gwei\n1691971200,1\n1691971260,2\n1691971320,2\n";
    let moved = parse_gas("x.csv", text, &reading).unwrap();
    assert_eq!(moved.first(), Some(Timestamp(1_691_971_140)));
    let reading = Reading { from: Some(Timestamp(1_691_971_261)), ..Reading::default() };
    let part = parse_gas("x.csv", text, &reading).unwrap();
    assert_eq!(
        part.iter().map(|point| (point.line, point.wei)).collect::<Vec<_>>(),
        [(3, 2_000_000_000), (4, 2_000_000_000)]
    );
    assert!(gas("ts,gwei\n1691971200,1\n1691971260,2\n1691971320,2\n1691971500,2\n").is_err());
    assert_eq!(gas("ts,gwei\n1691971200,1\n1691971200,1\n").unwrap().report().duplicates.len(), 1);
    assert!(gas("ts,gwei\n1691971200,1\n1691971200,2\n").is_err());
}
