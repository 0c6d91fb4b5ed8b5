//! What the three English auctions (`Flipper`, `Flapper`, `Flopper`) share.

use levmine_math::U256;

use crate::error::{Contract, MakerError, Result};
use crate::math::{WAD, mul};
use crate::who::Who;

/// 2^48: times are kept in so many bits.
const TIMES: u64 = 1 << 48;

/// The bid that stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bid {
    /// What is paid: DAI (rad) in `Flipper` and `Flopper`, MKR (wad) in `Flapper`.
    pub bid: U256,
    /// What is given for it: collateral (wad), DAI (rad), MKR (wad).
    pub lot: U256,
    /// Who bids.
    pub guy: Who,
    /// Until when another bid can come, Unix seconds; 0 before the first.
    pub tic: u64,
    /// Until when the auction runs, Unix seconds.
    pub end: u64,
}

/// `uint48(now) + span`, which must fit 48 bits.
pub(crate) fn until(now: u64, span: u64) -> Result<u64> {
    let end = (now % TIMES).checked_add(span % TIMES).filter(|end| *end < TIMES);
    let (a, b) = (U256::from(now), U256::from(span));
    Ok(end.ok_or(levmine_math::MathError::Overflow { operation: "uint48", a, b })?)
}

/// A time that governance files: its low 48 bits.
pub(crate) fn span(data: U256) -> u64 {
    u64::try_from(super::clip::low_bits(data, 48)).unwrap_or(0)
}

impl Bid {
    /// Bids can come.
    pub(crate) fn open(&self, contract: Contract, now: u64) -> Result<()> {
        if self.guy == Who::Nobody {
            return Err(MakerError::GuyNotSet { contract });
        }
        if self.tic <= now && self.tic != 0 {
            return Err(MakerError::AlreadyFinishedTic { contract, tic: self.tic, now });
        }
        if self.end <= now {
            return Err(MakerError::AlreadyFinishedEnd { contract, end: self.end, now });
        }
        Ok(())
    }

    /// Whether somebody has won.
    pub(crate) fn won(&self, now: u64) -> bool {
        self.tic != 0 && (self.tic < now || self.end < now)
    }

    pub(crate) fn must_be_won(&self, contract: Contract, now: u64) -> Result<()> {
        if self.won(now) { Ok(()) } else { Err(MakerError::NotFinished { contract }) }
    }

    /// Whether the time is over without a bid.
    pub(crate) fn lapsed(&self, now: u64) -> bool {
        self.end < now && self.tic == 0
    }

    /// `tick`: an auction without bids begins anew.
    pub(crate) fn tick(&mut self, contract: Contract, now: u64, tau: u64) -> Result<()> {
        if self.end >= now {
            return Err(MakerError::NotFinished { contract });
        }
        if self.tic != 0 {
            return Err(MakerError::BidAlreadyPlaced { contract });
        }
        self.end = until(now, tau)?;
        Ok(())
    }

    /// A bid is higher, and high enough unless `final_` says that no higher one is possible.
    pub(crate) fn rises(&self, contract: Contract, bid: U256, beg: U256, is_final: bool) -> Result<()> {
        if bid <= self.bid {
            return Err(MakerError::BidNotHigher { contract, bid, highest: self.bid });
        }
        if mul(bid, WAD)? < mul(beg, self.bid)? && !is_final {
            return Err(MakerError::InsufficientIncrease { contract, bid, highest: self.bid });
        }
        Ok(())
    }

    /// A lot is lower, and low enough.
    pub(crate) fn falls(&self, contract: Contract, lot: U256, beg: U256) -> Result<()> {
        if lot >= self.lot {
            return Err(MakerError::LotNotLower { contract, lot, lowest: self.lot });
        }
        if mul(beg, lot)? > mul(self.lot, WAD)? {
            return Err(MakerError::InsufficientDecrease { contract, lot, lowest: self.lot });
        }
        Ok(())
    }
}
