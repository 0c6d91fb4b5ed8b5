//! What goes wrong with venues.

use levmine_composer::{Governance, StepError, World};
use levmine_lending::{Amount, Flow, FlowKind, Rates};
use levmine_market::{Asset, VenueId};
use levmine_math::{Rounding, U256, Wad, mul_div};

use super::Happenings;
use crate::scenario::{Happening, What};
use crate::{Event, EventKind};

impl Happenings<'_> {
    /// An event begins.
    pub(super) fn strike_with(
        &mut self,
        world: &mut World,
        which: usize,
        happening: &Happening,
    ) -> Result<(), StepError> {
        let mut text = happening.text.clone();
        match &happening.what {
            What::Pause(at) => world.pause(*at, true),
            What::Exploit(at, part) => return self.exploit(world, *at, *part),
            What::Drain(at, part) => {
                let refused = world.drain(*at, *part)?;
                if refused > 0 {
                    text = format!("{text} ({refused} positions could not leave)");
                }
            }
            What::Rewards(at, times) => {
                world.scale_incentives(*at, *times)?;
                // A venue without rewards of its own has only its incentives.
                let _ = world.govern(*at, &Governance::Rewards(*times));
            }
            What::Govern(at, change) => {
                if let Err(error) = world.govern(*at, &Governance::Lending(*change)) {
                    text = format!("{text} FAILED: {error}");
                }
            }
            _ => {}
        }
        if happening.end.is_some()
            && let Some(turn) = self.turns.iter().find(|turn| turn.which == which && !turn.begins)
        {
            text = format!("{text}, until {}", turn.time);
        }
        self.tell(world, text);
        Ok(())
    }

    /// A venue is robbed, and what the covers on it pay is claimed.
    pub(crate) fn exploit(&mut self, world: &mut World, at: VenueId, part: Wad) -> Result<(), StepError> {
        let lost = world.exploit(at, part)?;
        // Others lose what stands in the pool, too: it is as thin as its holdings are.
        if world.pool(at).is_ok() {
            world.drain(at, part)?;
        }
        let (time, equity) = (world.now.time, world.portfolio.equity());
        for (farmer, lost) in lost {
            let event = Event { time, equity, kind: EventKind::Exploit { at, part, lost } };
            self.log.push((Some(farmer), event));
        }
        Ok(())
    }

    /// An event ends.
    pub(super) fn lift(
        &mut self,
        world: &mut World,
        which: usize,
        happening: &Happening,
    ) -> Result<(), StepError> {
        match &happening.what {
            What::Pause(at) => {
                let still = self.holding().any(|what| matches!(what, What::Pause(other) if other == at));
                world.pause(*at, still);
            }
            What::Outage(grace) if *grace > 0 => {
                self.grace = Some(world.now.time.plus(*grace));
                world.shelter(true);
            }
            What::Utilization(at, asset, _) => {
                let (withdrawn, borrowed) = self.taken.get_mut(which).map(std::mem::take).unwrap_or_default();
                // What a market does not take back (a cap, a pause) stays outside.
                let _ = flow(world, *at, FlowKind::Supply, *asset, withdrawn);
                let _ = flow(world, *at, FlowKind::Repay, *asset, borrowed);
            }
            _ => {}
        }
        self.tell(world, format!("{} is over", happening.text));
        Ok(())
    }

    /// Keeps what holds in this step.
    pub(super) fn hold(&mut self, world: &mut World) -> Result<(), StepError> {
        self.hold_chain(world);
        for (which, happening) in self.list.iter().enumerate() {
            let active = self.active.get(which).is_some_and(|active| *active);
            if let (true, What::Utilization(at, asset, part)) = (active, happening.what) {
                let (withdrawn, borrowed) = squeeze(world, at, asset, part)?;
                if let Some(sum) = self.taken.get_mut(which) {
                    *sum = (sum.0.saturating_add(withdrawn), sum.1.saturating_add(borrowed));
                }
            }
        }
        Ok(())
    }
}

/// What the others have taken out of a market for an event, to be brought back when it ends: what they withdrew and what
/// they borrowed.
pub(super) type Taken = (U256, U256);

/// Lets the others take out of a market what is more than its utilization leaves, and returns how much that was. They
/// withdraw what they supplied; where nothing is lent yet, or they have not so much, they borrow.
fn squeeze(world: &mut World, at: VenueId, asset: Asset, part: Wad) -> Result<Taken, StepError> {
    let rates = world.lending(at)?.rates(asset, world.now)?;
    let Rates { available, borrowed, .. } = rates;
    // available ÷ (available + borrowed) is what is left: 1 − part.
    let keeps = mul_div(borrowed, Wad::ONE.sub(part)?.raw(), part.raw(), Rounding::Up)?;
    let more = available.saturating_sub(keeps);
    if !borrowed.is_zero() && flow(world, at, FlowKind::Withdraw, asset, more) {
        return Ok((more, U256::ZERO));
    }
    let lent = part.mul_int(available.saturating_add(borrowed), Rounding::Down)?;
    let more = lent.saturating_sub(borrowed);
    if flow(world, at, FlowKind::Borrow, asset, more) {
        return Ok((U256::ZERO, more));
    }
    Ok((U256::ZERO, U256::ZERO))
}

fn flow(world: &mut World, at: VenueId, kind: FlowKind, asset: Asset, raw: U256) -> bool {
    !raw.is_zero() && world.flow(at, Flow { kind, asset, amount: Amount::Exact(raw) }).is_ok()
}
