//! A chain that stands: nobody transacts, and time passes.

use levmine_market::{Mark, Timestamp, VenueId};

use crate::World;

impl World {
    /// Says whether the chain stands from now on: nobody can transact.
    pub fn halt(&mut self, halted: bool) {
        let now = self.now.time;
        match self.trouble.stood {
            Some((_, None)) if halted => {}
            Some((since, None)) => self.trouble.stood = Some((since, Some(now))),
            _ if halted => self.trouble.stood = Some((now, None)),
            _ => {}
        }
    }

    /// Whether the chain stands.
    #[must_use]
    pub const fn is_halted(&self) -> bool {
        matches!(self.trouble.stood, Some((_, None)))
    }

    /// The first moment from `time` on at which somebody could transact, as far as the last standstill tells; `None` where
    /// it has not come yet.
    pub(crate) fn first_moment(&self, time: Timestamp) -> Option<Timestamp> {
        match self.trouble.stood {
            Some((since, until)) if since <= time && until.is_none_or(|until| time < until) => until,
            _ => Some(time),
        }
    }

    /// What stays open at the end because the chain stands, in marks, and takes it off `left`, which is what is left at each
    /// venue, debts subtracted. Nothing of it is lost: as long as somebody owns more there than he owes, he will have it when
    /// the chain goes on, so it counts at its marks.
    pub(crate) fn stays_open(&self, left: &mut Vec<(VenueId, Mark)>) -> Mark {
        let mut open: Mark = 0;
        if self.is_halted() {
            left.retain(|(_, mark)| {
                open = open.saturating_add((*mark).max(0));
                *mark < 0
            });
        }
        open
    }
}
