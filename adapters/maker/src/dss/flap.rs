//! `Flapper`: surplus auctions, DAI for MKR that is burned.
//!
//! Source: dss `flap.sol`, tags 1.0.2 and 1.2.8 and the master branch of 2022-05-18 (`lid`, `fill`).

use levmine_math::U256;

use super::bids::{Bid, span, until};
use super::{Dss, tokens, vat};
use crate::error::{Contract, MakerError, Result};
use crate::ledger::Ledger;
use crate::math::{add, sub};
use crate::who::Who;

const CONTRACT: Contract = Contract::Flapper;

/// The surplus auctions.
#[derive(Debug, Clone, Default)]
pub struct Flapper {
    /// The least raise, wad.
    pub beg: U256,
    /// Seconds in which a bid can be outbid.
    pub ttl: u64,
    /// Seconds an auction runs at most.
    pub tau: u64,
    /// How many auctions there have been.
    pub kicks: u64,
    /// Most DAI in all auctions, rad; in 2.0.
    pub lid: U256,
    /// DAI in all auctions, rad; in 2.0.
    pub fill: U256,
    /// The auctions, by number.
    pub bids: Ledger<u64, Bid>,
}

/// `Flapper.kick`: starts an auction of the Vow's DAI. Returns its number.
pub(crate) fn kick(dss: &mut Dss, lot: U256, bid: U256, now: u64) -> Result<u64> {
    let limited = dss.revision.limits_surplus_auctions();
    let flapper = &mut dss.flapper;
    if flapper.kicks == u64::MAX {
        return Err(MakerError::TooManyAuctions { contract: CONTRACT });
    }
    if limited {
        let fill = add(flapper.fill, lot)?;
        if fill > flapper.lid {
            return Err(MakerError::OverLid { fill, lid: flapper.lid });
        }
        flapper.fill = fill;
    }
    let id = flapper.kicks.saturating_add(1);
    flapper.kicks = id;
    let end = until(now, flapper.tau)?;
    flapper.bids.set(id, Bid { bid, lot, guy: Who::Vow, tic: 0, end });
    vat::shift(dss, Who::Flapper, Who::Vow, Who::Flapper, lot)?;
    Ok(id)
}

/// `Flapper.tick`: an auction without bids begins anew.
pub(crate) fn tick(dss: &mut Dss, id: u64, now: u64) -> Result<()> {
    let mut bid = dss.flapper.bids.get(id);
    bid.tick(CONTRACT, now, dss.flapper.tau)?;
    dss.flapper.bids.set(id, bid);
    Ok(())
}

/// `Flapper.tend`: more MKR for the DAI.
pub(crate) fn tend(dss: &mut Dss, by: Who, id: u64, (lot, bid): (U256, U256), now: u64) -> Result<()> {
    let last = dss.flapper.bids.get(id);
    last.open(CONTRACT, now)?;
    if lot != last.lot {
        return Err(MakerError::LotNotMatching { contract: CONTRACT, lot, offered: last.lot });
    }
    last.rises(CONTRACT, bid, dss.flapper.beg, false)?;
    if by != last.guy || !dss.revision.spares_own_bids() {
        tokens::move_mkr(dss, by, last.guy, last.bid)?;
    }
    tokens::move_mkr(dss, by, Who::Flapper, sub(bid, last.bid)?)?;
    let tic = until(now, dss.flapper.ttl)?;
    dss.flapper.bids.set(id, Bid { bid, guy: by, tic, ..last });
    Ok(())
}

/// `Flapper.deal`: the winner receives the DAI, the MKR is burned.
pub(crate) fn deal(dss: &mut Dss, id: u64, now: u64) -> Result<()> {
    let bid = dss.flapper.bids.get(id);
    bid.must_be_won(CONTRACT, now)?;
    vat::shift(dss, Who::Flapper, Who::Flapper, bid.guy, bid.lot)?;
    dss.flapper.bids.set(id, Bid::default());
    if dss.revision.limits_surplus_auctions() {
        dss.flapper.fill = sub(dss.flapper.fill, bid.lot)?;
    }
    Ok(())
}

/// `Flapper.file(what, data)`; times keep their low 48 bits.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256) -> Result<()> {
    let limited = dss.revision.limits_surplus_auctions();
    let flapper = &mut dss.flapper;
    match what {
        "beg" => flapper.beg = data,
        "ttl" => flapper.ttl = span(data),
        "tau" => flapper.tau = span(data),
        "lid" if limited => flapper.lid = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: CONTRACT }),
    }
    Ok(())
}
