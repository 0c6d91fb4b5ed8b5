use levmine_market::Timestamp;
use levmine_source::{Reading, Samples as _, Stamp, VolumeColumn, parse_volumes};

use crate::lenient;

const MINUTES: &str = "ts,inAmount0,inAmount1,closeTick\n1691884800,0,1066799650715290921,201101\n\
                       1691884860,0,0,201101\n1691884920,2500001,7,201102\n";

fn both() -> [VolumeColumn; 2] {
    [("inAmount0".into(), 0), ("inAmount1".into(), 0)]
}

#[test]
fn what_was_sold_of_each_coin_is_read_in_base_units() {
    let history = parse_volumes("x.csv", MINUTES.as_bytes(), &both(), &Reading::default()).unwrap();
    let traded: Vec<[u128; 2]> = history.iter().map(|point| point.traded).collect();
    assert_eq!(traded, [[0, 1_066_799_650_715_290_921], [0, 0], [2_500_001, 7]]);
    assert_eq!(history.report().step, Some(60));
    let third = history.sample(2).unwrap();
    assert_eq!((third.time, third.line), (Timestamp(1_691_884_920), 4));
}

#[test]
fn whole_tokens_become_base_units() {
    let text = b"ts,volume\n1617566400,13961.8437\n1617570000,0.0000001\n";
    let history = parse_volumes("x.csv", text, &[("volume".into(), 6)], &Reading::default()).unwrap();
    assert_eq!(history.iter().map(|point| point.traded[0]).collect::<Vec<_>>(), [13_961_843_700, 0]);
    assert_eq!((history.report().cut_values.count, history.report().cut_values.line), (1, 3));
}

#[test]
fn a_time_can_be_the_end_of_its_step() {
    let reading = Reading { stamp: Some(Stamp::Close), ..Reading::default() };
    let history = parse_volumes("x.csv", MINUTES.as_bytes(), &both(), &reading).unwrap();
    assert_eq!(history.first(), Some(Timestamp(1_691_884_740)));
}

#[test]
fn what_cannot_be_a_volume_is_refused() {
    let refusal = |text: &str, column: &str| {
        parse_volumes("x.csv", text.as_bytes(), &[(column.into(), 0)], &lenient()).unwrap_err().to_string()
    };
    let message = refusal(MINUTES, "inAmount2");
    assert!(message.contains("inamount2") || message.contains("inAmount2"), "{message}");
    assert!(message.contains("inamount0"), "{message}");
    assert!(refusal("ts,v\n1691884800,-1\n", "v").contains("x.csv:2"), "negative");
    assert!(refusal("ts,v\n1691884800,\n", "v").contains("x.csv:2"), "empty");
    assert!(refusal("ts,v\n", "v").contains("x.csv"), "no rows");
    assert!(refusal("ts,v\n1691884860,1\n1691884800,1\n", "v").contains("x.csv:3"), "disorder");
    assert!(refusal("ts,v\n1691884860,1\n1691884860,2\n", "v").contains("x.csv:3"), "conflict");
    let gap = parse_volumes(
        "x.csv",
        b"ts,v\n1691884800,1\n1691884860,1\n1691884920,1\n1691890000,1\n",
        &[("v".into(), 0)],
        &Reading::default(),
    );
    assert!(gap.unwrap_err().to_string().contains("x.csv"), "a gap");
}
