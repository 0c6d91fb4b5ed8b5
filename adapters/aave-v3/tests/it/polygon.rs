//! The WETH reserve of Aave V3 on Polygon on 2024-01-06 (3.0.2): every step of its two indexes, as its events tell them.

use std::collections::BTreeMap;

use levmine_aave_v3::accrual::{normalized_debt, normalized_income};
use levmine_aave_v3::{Reserve, Version};
use levmine_math::U256;

use crate::data;
use crate::markets::small;

const UPDATES: &str = "vectors/aave_v3_polygon_weth_reserve_data_updated_2024_01_06.csv";
const EVENTS: &str = "vectors/aave_v3_polygon_weth_pool_events_2024_01_06.csv";

#[test]
fn index_steps() {
    let (Some(updates), Some(events)) = (data::folder(UPDATES), data::folder(EVENTS)) else { return };
    let read = |path| std::fs::read_to_string(path).expect("readable");
    let (updates, events) = (read(updates), read(events));
    // The logs of supplies, withdrawals, loans and repayments, by transaction.
    let mut acts: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for line in events.lines().skip(1) {
        let mut columns = line.split(',').skip(2);
        let log = columns.next().expect("log_index").parse().expect("a number");
        acts.entry(columns.next().expect("tx")).or_default().push(log);
    }
    let rows: Vec<Vec<&str>> = updates.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let small = small("3.0");
    let template = *small.pool().reserves().first().expect("a reserve");
    let at = |row: &[&str]| {
        let number = |column: usize| row[column].parse::<u128>().expect("a number");
        Reserve {
            last_update: row[0].parse().expect("a time"),
            liquidity_rate: number(4),
            borrow_rate: number(6),
            liquidity_index: number(7),
            borrow_index: number(8),
            ..template
        }
    };
    let rules = Version::V3_0.rules();
    let (mut equal, mut raised) = (0, 0);
    for (step, pair) in rows.windows(2).enumerate() {
        let (before, after) = (at(&pair[0]), at(&pair[1]));
        let income = normalized_income(&before, after.last_update).expect("an index");
        let debt = normalized_debt(rules, &before, after.last_update).expect("an index");
        assert_eq!(debt, U256::from(after.borrow_index), "step {step}");
        let recorded = U256::from(after.liquidity_index);
        if income == recorded {
            equal += 1;
            continue;
        }
        // A flash loan's premium raises the supply index beside its growth. Such an update is nobody's supply,
        // withdrawal, loan or repayment: no such event follows it before the next update.
        assert!(recorded > income, "step {step}");
        let (tx, log): (&str, u64) = (pair[1][3], pair[1][2].parse().expect("a number"));
        let next = rows
            .get(step + 2)
            .filter(|row| row[3] == tx)
            .map_or(u64::MAX, |row| row[2].parse().expect("a number"));
        let own = acts.get(tx).into_iter().flatten().any(|act| (log..next).contains(act));
        assert!(!own, "step {step}");
        raised += 1;
    }
    println!("{} index steps: {equal} equal, {raised} raised by flash-loan premiums", equal + raised);
    assert_eq!((equal, raised), (413, 31));
}
