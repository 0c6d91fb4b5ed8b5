//! Inventories: whatever the order, nothing is lost.

use levmine_market::{Mark, Timestamp, VenueId};
use levmine_math::U256;
use levmine_testkit::stub::weth;
use proptest::prelude::*;

use crate::{BooksError, Inventory, Lender, Method, Origin, Source};

const SOURCE: Source = Source { time: Timestamp(0), transaction: 1, entry: Some(1) };

#[derive(Debug, Clone, Copy)]
enum Act {
    Add(u64, u64),
    Borrow(u8, u64, u64),
    /// So many millionths of what is there, for so much.
    Sell(u32, u64),
    GiveBack(u8, u32),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (1..u64::MAX, 0..u64::MAX).prop_map(|(raw, cost)| Act::Add(raw, cost)),
        1 => (1..1_000_u64, 0..1_000_u64).prop_map(|(raw, cost)| Act::Add(raw, cost)),
        1 => (0..3_u8, 1..u64::MAX, 0..u64::MAX).prop_map(|(who, raw, cost)| Act::Borrow(who, raw, cost)),
        3 => (0..=1_000_000_u32, 0..u64::MAX).prop_map(|(part, proceeds)| Act::Sell(part, proceeds)),
        1 => (0..3_u8, 0..=1_000_000_u32).prop_map(|(who, part)| Act::GiveBack(who, part)),
    ]
}

/// What came in less what was given, over the whole sequence, everything sold for nothing in the end.
fn through(method: Method, acts: &[Act]) -> Result<(U256, Mark), BooksError> {
    let mut inventory = Inventory::new(weth(), method);
    let (mut taken_in_all, mut gain): (U256, Mark) = (U256::ZERO, 0);
    let millionth = |held: U256, part: u32| held * U256::from(part) / U256::from(1_000_000);
    let (mut paid, mut cost_taken): (Mark, Mark) = (0, 0);
    for act in acts {
        let before = inventory.cost();
        let lender = |who: u8| Lender::Market(VenueId(u16::from(who)));
        let (taken, proceeds) = match *act {
            Act::Add(raw, cost) => {
                inventory.add(U256::from(raw), cost.into(), SOURCE)?;
                paid += Mark::from(cost);
                (Vec::new(), 0)
            }
            Act::Borrow(who, raw, cost) => {
                inventory.borrow(lender(who), U256::from(raw), cost.into())?;
                paid += Mark::from(cost);
                (Vec::new(), 0)
            }
            Act::Sell(part, proceeds) => (inventory.take(millionth(inventory.held(), part))?, proceeds),
            Act::GiveBack(who, part) => {
                (inventory.give_back(lender(who), millionth(inventory.held(), part))?, 0)
            }
        };
        for taken in &taken {
            assert!(taken.cost >= 0 && !taken.raw.is_zero());
            taken_in_all += taken.raw;
            cost_taken += taken.cost;
        }
        if !taken.is_empty() {
            assert_eq!(inventory.cost() + taken.iter().map(|taken| taken.cost).sum::<Mark>(), before);
        }
        gain += Mark::from(proceeds);
        let lots: U256 = inventory.lots().fold(U256::ZERO, |sum, lot| sum + lot.amount.raw);
        assert_eq!(lots, inventory.held(), "the lots are what is held");
        assert_eq!(paid - cost_taken, inventory.cost(), "no mark is lost");
    }
    let rest = inventory.held();
    for taken in inventory.take(rest)? {
        taken_in_all += taken.raw;
        cost_taken += taken.cost;
    }
    assert_eq!((inventory.held(), inventory.cost()), (U256::ZERO, 0), "nothing is left");
    assert_eq!(inventory.lots().count(), 0);
    Ok((taken_in_all, gain - cost_taken))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_everything_is_sold_all_methods_agree(acts in prop::collection::vec(act(), 0..40)) {
        let results: Vec<_> = Method::ALL.iter().map(|method| through(*method, &acts)).collect();
        for result in &results {
            prop_assert_eq!(result, &results[0]);
        }
    }

    #[test]
    fn the_dearest_first_never_gains_more_than_another(
        lots in prop::collection::vec((1..1_000_000_u64, 0..1_000_000_u64), 1..20),
        part in 1..1_000_000_u32,
    ) {
        let cost = |method| -> Result<Mark, BooksError> {
            let mut inventory = Inventory::new(weth(), method);
            for (raw, cost) in &lots {
                inventory.add(U256::from(*raw), (*cost).into(), SOURCE)?;
            }
            let sold = inventory.held() * U256::from(part) / U256::from(1_000_000);
            Ok(inventory.take(sold)?.iter().map(|taken| taken.cost).sum())
        };
        // Each part of a lot rounds down by less than one mark.
        let dearest = cost(Method::Hifo).expect("sold") + 1;
        for method in Method::ALL {
            prop_assert!(cost(*method).expect("sold") <= dearest, "{method}");
        }
    }
}

#[test]
fn more_than_there_is_cannot_be_taken() {
    let mut inventory = Inventory::new(weth(), Method::Fifo);
    inventory.add(U256::from(5), 10, SOURCE).expect("added");
    let short = inventory.take(U256::from(6)).expect_err("too much");
    assert!(matches!(short, BooksError::Short { available, .. } if available == U256::from(5)));
    assert!(inventory.give_back(Lender::Flash(VenueId(0)), U256::from(6)).is_err());
    assert_eq!((inventory.held(), inventory.cost()), (U256::from(5), 10));
}

#[test]
fn what_is_borrowed_goes_first_and_comes_back_as_it_was() {
    let lender = Lender::Market(VenueId(0));
    let mut inventory = Inventory::new(weth(), Method::Fifo);
    inventory.add(U256::from(5), 10, SOURCE).expect("added");
    inventory.borrow(lender, U256::from(3), 30).expect("borrowed");
    let sold = inventory.take(U256::from(1)).expect("sold");
    assert_eq!(
        sold.iter().map(|taken| (taken.origin, taken.cost)).collect::<Vec<_>>(),
        [(Origin::Borrowed(lender), 10)]
    );
    let back = inventory.give_back(lender, U256::from(3)).expect("given back");
    let back: Vec<_> = back.iter().map(|taken| (taken.origin, taken.raw, taken.cost)).collect();
    let (two, one) = (U256::from(2), U256::from(1));
    assert_eq!(back, [(Origin::Borrowed(lender), two, 20), (Origin::Acquired(SOURCE), one, 2)]);
}
