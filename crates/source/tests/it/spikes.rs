use levmine_source::Absurdity;

use crate::{read, read_leniently};

const T: u64 = 1_617_566_400;
const NONE: [u32; 0] = [];

/// The lines of the spikes in prices of one minute each.
fn spikes(prices: &[f64]) -> Vec<u32> {
    let text: String =
        (0..).zip(prices).map(|(minute, price)| format!("{},{price}\n", T + minute * 60)).collect();
    let history = read_leniently(&text).unwrap();
    let is_spike = |what| matches!(what, Absurdity::Spike { .. });
    assert!(history.report().absurd.iter().all(|absurd| is_spike(absurd.what)));
    history.report().absurd.iter().map(|absurd| absurd.line).collect()
}

#[test]
fn a_print_that_jumps_and_is_back_is_a_spike() {
    assert_eq!(spikes(&[100.0, 100.0, 112.0, 100.0, 100.0]), [3]);
    assert_eq!(spikes(&[100.0, 100.0, 88.0, 100.0, 100.0]), [3]);
    assert_eq!(spikes(&[100.0, 100.0, 112.0, 103.0, 103.0]), [3]);
    assert_eq!(spikes(&[100.0, 112.0, 100.0, 112.0, 100.0, 100.0, 100.0, 100.0, 100.0, 100.0]), [2, 4]);
}

#[test]
fn what_stays_is_none() {
    assert_eq!(spikes(&[100.0, 100.0, 109.9, 100.0, 100.0]), NONE);
    // A quarter of the jump of 12 is left at 103.
    assert_eq!(spikes(&[100.0, 100.0, 112.0, 103.1, 103.1]), NONE);
    assert_eq!(spikes(&[100.0, 100.0, 200.0, 200.0, 200.0, 200.0, 100.0]), NONE);
    assert_eq!(spikes(&[100.0, 100.0, 100.0, 112.0]), NONE);
    assert_eq!(spikes(&[112.0, 100.0, 100.0, 100.0]), NONE);
    assert_eq!(spikes(&[100.0]), NONE);
}

#[test]
fn two_or_three_rows_must_be_far_away() {
    assert_eq!(spikes(&[100.0, 100.0, 152.0, 155.0, 100.0, 100.0]), [3, 4]);
    assert_eq!(spikes(&[100.0, 100.0, 10.0, 9.0, 11.0, 100.0]), [3, 4, 5]);
    assert_eq!(spikes(&[100.0, 100.0, 148.0, 155.0, 100.0, 100.0]), NONE);
    assert_eq!(spikes(&[100.0, 100.0, 155.0, 148.0, 100.0, 100.0]), NONE);
    assert_eq!(spikes(&[100.0, 100.0, 155.0, 60.0, 100.0, 100.0]), NONE);
    assert_eq!(spikes(&[100.0, 100.0, 155.0, 155.0, 155.0, 155.0, 100.0]), NONE);
}

#[test]
fn a_market_that_moves_much_is_allowed_more() {
    // Moves of 1 %: forty of them are 40 %.
    let wild = |peak: f64| [100.0, 101.0, 100.0, 101.0, 100.0, peak, 100.0, 101.0, 100.0, 101.0];
    assert_eq!(spikes(&wild(139.0)), NONE);
    assert_eq!(spikes(&wild(141.0)), [6]);
    // Moves of 5 %: a jump of 50 % is none in the market, but one above it is.
    let wilder = |peak: f64| [100.0, 105.0, 100.0, 105.0, 100.0, peak, 100.0, 105.0, 100.0, 105.0];
    assert_eq!(spikes(&wilder(149.0)), NONE);
    assert_eq!(spikes(&wilder(151.0)), [6]);
}

#[test]
fn a_jump_is_told_in_percent() {
    let history =
        read_leniently("1617566400,100\n1617566460,80\n1617566520,100\n1617566580,100\n1617566640,100\n")
            .unwrap();
    let what = history.report().absurd.first().map(|absurd| absurd.what);
    assert_eq!(what, Some(Absurdity::Spike { basis_points: 2_500 }));
    let text = history.report().to_string();
    assert!(text.contains("read a jump by 25.00 % that is soon back; accepted: prices that stay"), "{text}");
}

#[test]
fn trade_that_leads_there_and_back_is_none() {
    let around = |row: &str| {
        let rows = ["100,100,100,100", row, "100,100,100,100", "100,100,100,100", "100,100,100,100"];
        let rows = (0..).zip(rows).map(|(minute, row)| format!("{},{row}\n", T + minute * 60));
        rows.collect::<String>()
    };
    assert!(read(&around("100,131,99,130")).is_ok());
    assert!(read(&around("130,131,120,130")).is_err());
    assert!(read(&around("130,131,109,130")).is_ok());
    assert!(read(&around("130,131,111,130")).is_err());
    assert!(read(&around("80,89,79,85")).is_err());
    assert!(read(&around("80,92,79,85")).is_ok());
}
