use levmine_amm::{Followed, PoolRecord};
use levmine_composer::{StepError, World};
use levmine_market::{Asset, Timestamp, VenueId};
use levmine_math::{Rounding, U256, mul_div};

use crate::{Accuracy, Compared};

/// A pool whose trades are those of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeRecord {
    /// The pool.
    pub at: VenueId,
    /// What was done in each span of time, and when that ended; oldest first.
    pub rows: Vec<(Timestamp, PoolRecord)>,
}

/// Sums of both coins, in the order in which the pool shows them.
type Two = [U256; 2];

const MILLION: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);

/// What `own` of all liquidity earns of fees, in millionths of a base unit, rounded down.
fn part_of(fees: &Two, [own, all]: [u128; 2]) -> Two {
    if own == 0 {
        return [U256::ZERO; 2];
    }
    let part = U256::from(own).saturating_mul(MILLION);
    fees.map(|fee| {
        if fee.is_zero() {
            return fee;
        }
        mul_div(fee, part, U256::from(all), Rounding::Down).unwrap_or_default()
    })
}

fn add(sum: &mut Two, more: &Two) {
    for (sum, more) in sum.iter_mut().zip(more) {
        if !more.is_zero() {
            *sum = sum.saturating_add(*more);
        }
    }
}

/// Trades as was recorded.
pub(crate) struct Trades<'a> {
    record: &'a TradeRecord,
    passed: usize,
    begun: bool,
    earned: Two,
    /// What waited for the farmers when it was last looked.
    waited: Two,
    sums: Sums,
}

/// What following came to, summed up.
#[derive(Default)]
struct Sums {
    sold: Two,
    bought: Two,
    recorded: Two,
    corrected: Two,
    /// The farmers' part of the fees by the liquidity in range, in millionths of a base unit.
    expected: Two,
    traded: u64,
    corrections: u64,
    left_out: u64,
}

impl Sums {
    fn count(&mut self, done: &Followed) {
        self.traded += u64::from(done.sold.iter().any(|sold| !sold.is_zero()));
        self.corrections += u64::from(done.corrected.iter().any(|moved| !moved.is_zero()));
        add(&mut self.sold, &done.sold);
        add(&mut self.bought, &done.bought);
        add(&mut self.recorded, &done.recorded);
        add(&mut self.corrected, &done.corrected);
        add(&mut self.expected, &part_of(&done.fees, done.part));
    }
}

impl<'a> Trades<'a> {
    pub(crate) fn new(record: &'a TradeRecord) -> Self {
        let none = [U256::ZERO; 2];
        Self { record, passed: 0, begun: false, earned: none, waited: none, sums: Sums::default() }
    }

    /// Before the first step: the pool as it was then, without the trades that led there.
    pub(crate) fn begin(&mut self, world: &mut World, now: Timestamp) -> Result<(), StepError> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        world.leave_to_record(self.record.at);
        self.passed = self.record.rows.partition_point(|(time, _)| *time <= now);
        let Some((_, last)) = self.passed.checked_sub(1).and_then(|last| self.record.rows.get(last)) else {
            return Ok(());
        };
        let quiet = PoolRecord { sold: [U256::ZERO; 2], bought: [U256::ZERO; 2], ..*last };
        world.follow_trades(self.record.at, &quiet, |_| ())
    }

    /// Trades what has been recorded up to now. What the farmers earn by it is counted once it has been booked:
    /// [`Self::count_earned`].
    pub(crate) fn follow(&mut self, world: &mut World) -> Result<(), StepError> {
        let now = world.now.time;
        self.waited = world.waiting_fees(self.record.at);
        while let Some((_, record)) = self.record.rows.get(self.passed).filter(|(time, _)| *time <= now) {
            self.passed += 1;
            // What the record knows of a time in which nobody could trade here did not happen.
            if world.is_paused(self.record.at) {
                self.sums.left_out += 1;
                continue;
            }
            let sums = &mut self.sums;
            world.follow_trades(self.record.at, record, |done| sums.count(done))?;
        }
        Ok(())
    }

    /// Counts what has come to wait for the farmers since trades were followed: not the single units that are rounded off when
    /// somebody else collects between the same ticks.
    pub(crate) fn count_earned(&mut self, world: &World) {
        let ([now0, now1], [was0, was1]) = (world.waiting_fees(self.record.at), self.waited);
        add(&mut self.earned, &[now0.saturating_sub(was0), now1.saturating_sub(was1)]);
    }

    /// How near it came.
    pub(crate) fn accuracy(&self, world: &World) -> Option<Accuracy> {
        let &[first, second] = world.pool(self.record.at).ok()?.coins() else { return None };
        let with = |[a, b]: Two, [c, d]: Two| [a.saturating_add(c), b.saturating_add(d)];
        let mut compared = Vec::new();
        for (what, [own, other], [recorded, recorded_other]) in [
            ("paid out", self.sums.bought, self.sums.recorded),
            (
                "put in, corrections of the price included",
                with(self.sums.sold, self.sums.corrected),
                self.sums.sold,
            ),
            (
                "fees earned, beside the part of the liquidity",
                self.earned,
                self.sums.expected.map(|part| part / MILLION),
            ),
        ] {
            let line = |coin: Asset, own, recorded| Compared {
                what: format!("{coin} {what}"),
                own,
                recorded,
                decimals: coin.decimals(),
            };
            compared.push(line(first, own, recorded));
            compared.push(line(second, other, recorded_other));
        }
        let mut counts = vec![
            ("spans with trades", self.sums.traded),
            ("spans whose price was brought to the recorded tick", self.sums.corrections),
        ];
        if self.sums.left_out > 0 {
            counts.push(("spans in which the pool was paused, left out", self.sums.left_out));
        }
        Some(Accuracy { subject: format!("trades at {}", world.name(self.record.at)), compared, counts })
    }
}
