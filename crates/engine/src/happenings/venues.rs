//! What goes wrong with venues.

use levmine_composer::{Governance, StepError, World};
use levmine_lending::{Amount, Flow, FlowKind, Rates};
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, Wad, mul_div};

use super::Happenings;
use crate::scenario::{Happening, What, When};
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
        if let When::At(time) = happening.begin
            && self.turns.iter().any(|turn| turn.which == which && turn.begins && turn.time > time)
        {
            text = format!("{text}, since {time}");
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
    pub(super) fn lift(&mut self, world: &mut World, which: usize, happening: &Happening) {
        match &happening.what {
            What::Pause(at) => {
                let still = self.holding().any(|what| matches!(what, What::Pause(other) if other == at));
                world.pause(*at, still);
            }
            What::Outage(grace) if *grace > 0 => {
                self.grace = Some(world.now.time.plus(*grace));
                world.shelter(true);
            }
            What::Utilization(..) => {
                self.owing |= self.taken.get(which).is_some_and(|taken| !taken.is_none())
            }
            _ => {}
        }
        self.tell(world, format!("{} is over", happening.text));
    }

    /// Keeps what holds in this step, after all that has begun and ended in it.
    pub(super) fn hold(&mut self, world: &mut World) -> Result<(), StepError> {
        self.hold_chain(world);
        if self.owing {
            self.bring_back(world);
        }
        for (which, happening) in self.list.iter().enumerate() {
            let active = self.active.get(which).is_some_and(|active| *active);
            if let (true, What::Utilization(at, asset, part)) = (active, happening.what) {
                let (withdrawn, borrowed) = squeeze(world, at, asset, part)?;
                if let Some(taken) = self.taken.get_mut(which) {
                    taken.withdrawn = taken.withdrawn.saturating_add(withdrawn);
                    taken.borrowed = taken.borrowed.saturating_add(borrowed);
                }
            }
        }
        Ok(())
    }

    /// Brings back what was taken for events that are over. What a market does not take (it is paused, the chain stands, a
    /// cap) is tried again in each step, and told when it begins to wait and when it is back.
    fn bring_back(&mut self, world: &mut World) {
        self.owing = false;
        for (which, happening) in self.list.iter().enumerate() {
            let What::Utilization(at, asset, _) = happening.what else { continue };
            let over = self.active.get(which).is_some_and(|active| !active);
            let Some(taken) = self.taken.get_mut(which).filter(|taken| over && !taken.is_none()) else {
                continue;
            };
            let late = std::mem::replace(&mut taken.late, true);
            let text = &happening.text;
            // Nobody puts anything into a market that has been robbed.
            if world.kept(at) < Wad::ONE {
                if !late {
                    self.tell(world, format!("{text}: what was taken stays out: the market was robbed"));
                }
                continue;
            }
            let refused = taken.give(world, at, asset);
            self.owing |= refused.is_some();
            match refused {
                Some(reason) if !late => {
                    self.tell(world, format!("{text}: what was taken cannot be brought back yet: {reason}"));
                }
                None if late => self.tell(world, format!("{text}: what was taken is brought back")),
                _ => {}
            }
        }
    }

    /// Tells what was taken for events that are over and is still outside.
    pub(super) fn tell_what_stays_out(&mut self, world: &World) {
        for (which, happening) in self.list.iter().enumerate() {
            let What::Utilization(_, asset, _) = happening.what else { continue };
            let over = self.active.get(which).is_some_and(|active| !active);
            let Some(taken) = self.taken.get(which).filter(|taken| over && !taken.is_none()) else {
                continue;
            };
            let sum = TokenAmount::new(asset, taken.withdrawn.saturating_add(taken.borrowed));
            self.tell(world, format!("{}: what was taken was never brought back: {sum}", happening.text));
        }
    }
}

/// What the others have taken out of a market for an event, to be brought back when it ends.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken {
    /// What they withdrew.
    withdrawn: U256,
    /// What they borrowed.
    borrowed: U256,
    /// Whether it should have been brought back by now.
    late: bool,
}

impl Taken {
    fn is_none(&self) -> bool {
        self.withdrawn.is_zero() && self.borrowed.is_zero()
    }

    /// Brings it back, as far as the market takes it, and says why it did not take the rest.
    fn give(&mut self, world: &mut World, at: VenueId, asset: Asset) -> Option<String> {
        let mut refused = None;
        for (kind, raw) in [(FlowKind::Supply, &mut self.withdrawn), (FlowKind::Repay, &mut self.borrowed)] {
            if raw.is_zero() {
                continue;
            }
            match world.flow(at, Flow { kind, asset, amount: Amount::Exact(*raw) }) {
                Ok(_) => *raw = U256::ZERO,
                Err(error) => refused = Some(error.to_string()),
            }
        }
        refused
    }
}

/// Lets the others take out of a market what is more than its utilization leaves, and returns what they withdrew and what
/// they borrowed. They withdraw what they supplied; where nothing is lent yet, or they have not so much, they borrow.
fn squeeze(world: &mut World, at: VenueId, asset: Asset, part: Wad) -> Result<(U256, U256), StepError> {
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
