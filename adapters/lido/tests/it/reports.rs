//! Reports that make themselves.

use levmine_lido::{FRAME, GENESIS, frame_end};
use levmine_market::{Account, Moment, Party, Timestamp};
use levmine_math::U256;
use levmine_vault::Vault;
use serde_json::json;

use crate::state::{START, amount, asset, later, read};

const ALICE: Account = Account::new(0);

#[test]
fn frames_end_at_the_same_time_of_every_day() {
    assert_eq!(FRAME, 86_400);
    assert_eq!(frame_end(GENESIS), GENESIS);
    assert_eq!(frame_end(GENESIS - 1), GENESIS - FRAME);
    assert_eq!(frame_end(GENESIS + 10 * FRAME + 5), GENESIS + 10 * FRAME);
    assert_eq!(frame_end(5), 0);
    assert_eq!(frame_end(u64::MAX) % FRAME, GENESIS % FRAME);
}

#[test]
fn a_year_earns_the_rate_less_the_fee() {
    let mut lido = read(&json!({ "pooled_ether": "1000000", "apr": "4%" })).expect("a venue");
    let one = amount("wstETH", 1_000);
    for day in 1..=365 {
        lido.accrue(later(day)).expect("nothing to fail");
    }
    let worth = lido.value(one, later(365)).expect("worth").raw;
    // 0.9 · 4 % a year, of which validators' principal grows daily: between simple and daily compounded.
    let (simple, compounded) = (1_036_000_000_000_000_000_u64, 1_036_656_000_000_000_000_u64);
    assert!(worth > U256::from(simple) && worth < U256::from(compounded), "{worth}");
}

#[test]
fn a_report_is_made_once_and_in_any_number_of_steps() {
    let venue = json!({ "pooled_ether": "1000000", "apr": "4%", "execution_apr": "1%" });
    let (mut daily, mut once) = (read(&venue).expect("a venue"), read(&venue).expect("a venue"));
    for hour in 1..=30 * 24 {
        let now = Moment { time: START.time.plus(hour * 3_600), block: START.block };
        daily.accrue(now).expect("nothing to fail");
    }
    once.accrue(later(30)).expect("nothing to fail");
    assert_eq!(daily.dump(), once.dump());
    assert!(once.accrue(later(29)).expect("nothing").is_empty());
    assert_eq!(daily.dump(), once.dump());
}

#[test]
fn rates_change_on_their_dates() {
    let venue = json!({ "pooled_ether": "1000000", "apr": [
        { "from": "2023-07-01", "rate": "0%" }, { "from": "2023-07-06T12:00:11", "rate": "7.3%" },
    ] });
    let mut lido = read(&venue).expect("a venue");
    let moved = lido.accrue(later(6)).expect("nothing to fail");
    assert!(moved.iter().all(|transfer| transfer.amount.is_zero()));
    let moved = lido.accrue(later(7)).expect("nothing to fail");
    // A whole day at 7.3 % of a million: 200 ether, a tenth of it as the fee.
    assert_eq!(moved[0].amount, amount("WETH", 200_000));
    assert_eq!(moved[0].to, Party::Venue);
    let fee = moved[2].amount;
    assert_eq!((moved[2].from, fee.asset), (Party::Issuer, asset("stETH")));
    let twenty = amount("stETH", 20_000).raw;
    assert!(fee.raw <= twenty && fee.raw + U256::from(2) >= twenty, "{fee}");
}

#[test]
fn penalties_lower_everybody() {
    let venue = json!({ "pooled_ether": "1000000", "apr": "0%",
                        "penalties": [{ "at": "2023-07-03", "amount": "1000" }] });
    let mut lido = read(&venue).expect("a venue");
    lido.accrue(later(1)).expect("nothing to fail");
    assert_eq!(lido.value(amount("wstETH", 1_000), later(1)).expect("worth").raw, amount("stETH", 1_000).raw);
    lido.accrue(later(3)).expect("nothing to fail");
    assert_eq!(lido.value(amount("wstETH", 1_000), later(3)).expect("worth").raw, amount("stETH", 999).raw);
}

/// 1.101 ether for each of 31,250 validators is believed, not more.
#[test]
fn an_unbelievable_loss_is_not_reported() {
    let venue = |amount: &str| json!({ "pooled_ether": "1000000", "apr": "0%", "penalties": [{ "at": "2023-07-03", "amount": amount }] });
    for (lost, is_reported) in [("34406.25", true), ("34406.250000000000000001", false)] {
        let mut lido = read(&venue(lost)).expect("a venue");
        lido.accrue(later(4)).expect("nothing to fail");
        let whole = amount("stETH", 1_000).raw;
        let worth = lido.value(amount("wstETH", 1_000), later(4)).expect("worth").raw;
        assert_eq!(worth < whole, is_reported, "{lost}");
    }
}

#[test]
fn a_request_does_not_earn_and_bears_losses() {
    let venue = |amount: &str| {
        json!({ "pooled_ether": "1000000", "apr": "4%", "withdrawal_delay": "3d",
                "penalties": [{ "at": "2023-07-03", "amount": amount }] })
    };
    for (lost, most) in [("0", 100_000), ("10000", 99_100)] {
        let mut lido = read(&venue(lost)).expect("a venue");
        lido.deposit(ALICE, amount("WETH", 200_000), START).expect("staked");
        let id = lido.request_redeem(ALICE, amount("stETH", 100_000), START).expect("requested").id;
        let early = lido.claim_request(ALICE, id, later(2)).expect_err("too early");
        assert_eq!(early.code(), Some("RequestNotFoundOrNotFinalized"));
        lido.accrue(later(5)).expect("nothing to fail");
        let ready = lido.requests(ALICE, later(5)).expect("a list");
        assert!(ready[0].is_ready);
        let paid = lido.claim_request(ALICE, id, later(5)).expect("paid").received[0];
        if lost == "0" {
            assert_eq!(paid, amount("WETH", most));
        } else {
            assert!(paid.raw < amount("WETH", most).raw, "{paid}");
        }
    }
}

/// The buffer is empty, so validators leave for it.
#[test]
fn what_the_buffer_lacks_comes_from_validators() {
    let mut lido =
        read(&json!({ "pooled_ether": "320000", "apr": "0%", "withdrawal_delay": "1d" })).expect("a venue");
    assert!(lido.state().buffered.is_zero());
    let world = Account::outsider(7);
    lido.transfer(world, ALICE, amount("stETH", 5_000).raw, START).expect("moved");
    let ask = amount("stETH", 4_999);
    let id = lido.request_redeem(ALICE, ask, START).expect("requested").id;
    let before = lido.state().cl_balance;
    lido.accrue(later(3)).expect("nothing to fail");
    assert_eq!(lido.state().queue.locked_ether, ask.raw);
    assert_eq!(before - lido.state().cl_balance, ask.raw);
    assert_eq!(lido.claim_request(ALICE, id, later(3)).expect("paid").received[0].raw, ask.raw);
}

#[test]
fn the_preset_waits_for_withdrawals() {
    let begin = Moment { time: Timestamp(1_651_363_200), block: 14_688_000 };
    let mut lido = read(&json!({ "preset": "ethereum" })).expect("a venue");
    let rate = lido.value(amount("wstETH", 1_000), begin).expect("worth").raw;
    assert_eq!(rate, amount("stETH", 1_068).raw);
    lido.deposit(ALICE, amount("WETH", 10_000), begin).expect("staked");
    lido.request_redeem(ALICE, amount("stETH", 9_000), begin).expect("requested");
    assert!(
        !lido.requests(ALICE, Moment { time: Timestamp(1_683_000_000), block: 0 }).expect("a list")[0]
            .is_ready
    );
}

#[test]
fn many_days_at_once_are_bounded() {
    let mut lido =
        read(&json!({ "pooled_ether": "1000", "apr": "4%", "withdrawal_delay": "3d" })).expect("a venue");
    let end = Moment { time: Timestamp(u64::MAX), block: u64::MAX };
    assert!(lido.accrue(end).expect("nothing to fail").len() <= 3 * 400);
    lido.deposit(ALICE, amount("WETH", 1), end).expect("staked");
}
