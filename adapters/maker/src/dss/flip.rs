//! `Flipper`: English auctions of collateral. First more DAI is bid for the whole lot (`tend`), then, once all that is
//! asked for is bid, a smaller lot for it (`dent`).
//!
//! Source: dss `flip.sol`, tags 1.0.2 and 1.2.8.

use levmine_math::U256;

use super::bids::{Bid, span, until};
use super::{Dss, cat, vat};
use crate::error::{Contract, MakerError, Result};
use crate::ledger::Ledger;
use crate::math::sub;
use crate::who::{IlkId, Who};

const CONTRACT: Contract = Contract::Flipper;

/// The auctions of one vault type.
#[derive(Debug, Clone, Default)]
pub struct Flip {
    /// The least raise, wad: 1.03 is 3 %.
    pub beg: U256,
    /// Seconds in which a bid can be outbid.
    pub ttl: u64,
    /// Seconds an auction runs at most.
    pub tau: u64,
    /// How many auctions there have been.
    pub kicks: u64,
    /// The auctions, by number.
    pub bids: Ledger<u64, Lot>,
}

/// An auction of collateral.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lot {
    /// The bid that stands.
    pub bid: Bid,
    /// Whose vault it was.
    pub usr: Who,
    /// Who receives the DAI.
    pub gal: Who,
    /// All DAI asked for, rad.
    pub tab: U256,
}

fn get(dss: &Dss, ilk: IlkId, id: u64) -> Result<Lot> {
    Ok(dss.ilk(ilk)?.flip.bids.get(id))
}

fn set(dss: &mut Dss, ilk: IlkId, id: u64, lot: Lot) -> Result<()> {
    dss.ilk_mut(ilk)?.flip.bids.set(id, lot);
    Ok(())
}

/// `Flipper.kick`: starts an auction of what the Cat holds. Returns its number.
pub(crate) fn kick(dss: &mut Dss, ilk: IlkId, usr: Who, tab: U256, lot: U256, now: u64) -> Result<u64> {
    let flip = &mut dss.ilk_mut(ilk)?.flip;
    let id = flip.kicks.checked_add(1).ok_or(MakerError::TooManyAuctions { contract: CONTRACT })?;
    flip.kicks = id;
    let bid = Bid { bid: U256::ZERO, lot, guy: Who::Cat, tic: 0, end: until(now, flip.tau)? };
    flip.bids.set(id, Lot { bid, usr, gal: Who::Vow, tab });
    vat::flux(dss, Who::Flip(ilk), ilk, Who::Cat, Who::Flip(ilk), lot)?;
    Ok(id)
}

/// `Flipper.tick`: an auction without bids begins anew.
pub(crate) fn tick(dss: &mut Dss, ilk: IlkId, id: u64, now: u64) -> Result<()> {
    let tau = dss.ilk(ilk)?.flip.tau;
    let mut lot = get(dss, ilk, id)?;
    lot.bid.tick(CONTRACT, now, tau)?;
    set(dss, ilk, id, lot)
}

/// The new bidder repays the one before. In 1.0.2 also oneself, which takes a balance.
fn repay_last(dss: &mut Dss, ilk: IlkId, by: Who, last: Bid) -> Result<()> {
    if by == last.guy && dss.revision.spares_own_bids() {
        return Ok(());
    }
    vat::shift(dss, Who::Flip(ilk), by, last.guy, last.bid)
}

/// `Flipper.tend`: more DAI for the whole lot. The DAI goes to the Vow at once.
pub(crate) fn tend(
    dss: &mut Dss,
    by: Who,
    ilk: IlkId,
    id: u64,
    (lot, bid): (U256, U256),
    now: u64,
) -> Result<()> {
    let mut auction = get(dss, ilk, id)?;
    let last = auction.bid;
    last.open(CONTRACT, now)?;
    if lot != last.lot {
        return Err(MakerError::LotNotMatching { contract: CONTRACT, lot, offered: last.lot });
    }
    if bid > auction.tab {
        return Err(MakerError::HigherThanTab { bid, tab: auction.tab });
    }
    let Flip { beg, ttl, .. } = dss.ilk(ilk)?.flip;
    last.rises(CONTRACT, bid, beg, bid == auction.tab)?;
    repay_last(dss, ilk, by, last)?;
    vat::shift(dss, Who::Flip(ilk), by, auction.gal, sub(bid, last.bid)?)?;
    auction.bid = Bid { bid, guy: by, tic: until(now, ttl)?, ..last };
    set(dss, ilk, id, auction)
}

/// `Flipper.dent`: a smaller lot for all that is asked for. The difference becomes the vault owner's free collateral.
pub(crate) fn dent(
    dss: &mut Dss,
    by: Who,
    ilk: IlkId,
    id: u64,
    (lot, bid): (U256, U256),
    now: u64,
) -> Result<()> {
    let mut auction = get(dss, ilk, id)?;
    let last = auction.bid;
    last.open(CONTRACT, now)?;
    if bid != last.bid {
        return Err(MakerError::NotMatchingBid { contract: CONTRACT, bid, offered: last.bid });
    }
    if bid != auction.tab {
        return Err(MakerError::TendNotFinished { bid, tab: auction.tab });
    }
    let Flip { beg, ttl, .. } = dss.ilk(ilk)?.flip;
    last.falls(CONTRACT, lot, beg)?;
    repay_last(dss, ilk, by, last)?;
    vat::flux(dss, Who::Flip(ilk), ilk, Who::Flip(ilk), auction.usr, sub(last.lot, lot)?)?;
    auction.bid = Bid { lot, guy: by, tic: until(now, ttl)?, ..last };
    set(dss, ilk, id, auction)
}

/// `Flipper.deal`: the winner receives the lot.
pub(crate) fn deal(dss: &mut Dss, ilk: IlkId, id: u64, now: u64) -> Result<()> {
    let auction = get(dss, ilk, id)?;
    auction.bid.must_be_won(CONTRACT, now)?;
    cat::claw(dss, auction.tab)?;
    vat::flux(dss, Who::Flip(ilk), ilk, Who::Flip(ilk), auction.bid.guy, auction.bid.lot)?;
    set(dss, ilk, id, Lot::default())
}

/// `Flipper.yank`: governance takes an auction over and repays its bidder.
pub(crate) fn yank(dss: &mut Dss, by: Who, ilk: IlkId, id: u64) -> Result<()> {
    let auction = get(dss, ilk, id)?;
    if auction.bid.guy == Who::Nobody {
        return Err(MakerError::GuyNotSet { contract: CONTRACT });
    }
    if auction.bid.bid >= auction.tab {
        return Err(MakerError::AlreadyDentPhase { tab: auction.tab });
    }
    cat::claw(dss, auction.tab)?;
    vat::flux(dss, Who::Flip(ilk), ilk, Who::Flip(ilk), by, auction.bid.lot)?;
    vat::shift(dss, Who::Flip(ilk), by, auction.bid.guy, auction.bid.bid)?;
    set(dss, ilk, id, Lot::default())
}

/// `Flipper.file(what, data)`; times keep their low 48 bits.
pub(crate) fn file(dss: &mut Dss, ilk: IlkId, what: &str, data: U256) -> Result<()> {
    let flip = &mut dss.ilk_mut(ilk)?.flip;
    match what {
        "beg" => flip.beg = data,
        "ttl" => flip.ttl = span(data),
        "tau" => flip.tau = span(data),
        _ => return Err(MakerError::FileUnrecognizedParam { contract: CONTRACT }),
    }
    Ok(())
}
