//! `Flopper`: debt auctions, new MKR for DAI.
//!
//! Source: dss `flop.sol`, tags 1.0.2 and 1.2.8 and the master branch of 2022-05-18.

use levmine_math::U256;

use super::bids::{Bid, span, until};
use super::{Dss, tokens, vat, vow};
use crate::error::{Contract, MakerError, Result};
use crate::ledger::Ledger;
use crate::math::{WAD, mul};
use crate::who::Who;

const CONTRACT: Contract = Contract::Flopper;

/// The debt auctions.
#[derive(Debug, Clone, Default)]
pub struct Flopper {
    /// The least lowering, wad.
    pub beg: U256,
    /// What the lot grows to where nobody bid, wad.
    pub pad: U256,
    /// Seconds in which a bid can be outbid.
    pub ttl: u64,
    /// Seconds an auction runs at most.
    pub tau: u64,
    /// How many auctions there have been.
    pub kicks: u64,
    /// The auctions, by number.
    pub bids: Ledger<u64, Bid>,
}

/// `Flopper.kick`: starts an auction for `gal`. Returns its number.
pub(crate) fn kick(dss: &mut Dss, gal: Who, lot: U256, bid: U256, now: u64) -> Result<u64> {
    let flopper = &mut dss.flopper;
    let id = flopper.kicks.checked_add(1).ok_or(MakerError::TooManyAuctions { contract: CONTRACT })?;
    flopper.kicks = id;
    let end = until(now, flopper.tau)?;
    flopper.bids.set(id, Bid { bid, lot, guy: gal, tic: 0, end });
    Ok(id)
}

/// `Flopper.tick`: an auction without bids begins anew with more MKR.
pub(crate) fn tick(dss: &mut Dss, id: u64, now: u64) -> Result<()> {
    let Flopper { pad, tau, .. } = dss.flopper;
    let mut bid = dss.flopper.bids.get(id);
    bid.tick(CONTRACT, now, tau)?;
    bid.lot = mul(pad, bid.lot)? / WAD;
    dss.flopper.bids.set(id, bid);
    Ok(())
}

/// `Flopper.dent`: less MKR for the DAI. Since 1.2.8 the first bid settles debt in auctions at once.
pub(crate) fn dent(dss: &mut Dss, by: Who, id: u64, (lot, bid): (U256, U256), now: u64) -> Result<()> {
    let last = dss.flopper.bids.get(id);
    last.open(CONTRACT, now)?;
    if bid != last.bid {
        return Err(MakerError::NotMatchingBid { contract: CONTRACT, bid, offered: last.bid });
    }
    last.falls(CONTRACT, lot, dss.flopper.beg)?;
    let newer = dss.revision.spares_own_bids();
    if by != last.guy || !newer {
        vat::shift(dss, Who::Flopper, by, last.guy, bid)?;
        if newer && last.tic == 0 {
            let ash = dss.vow.ash;
            vow::kiss(dss, bid.min(ash))?;
        }
    }
    let tic = until(now, dss.flopper.ttl)?;
    dss.flopper.bids.set(id, Bid { lot, guy: by, tic, ..last });
    Ok(())
}

/// `Flopper.deal`: the winner receives new MKR.
pub(crate) fn deal(dss: &mut Dss, id: u64, now: u64) -> Result<()> {
    let bid = dss.flopper.bids.get(id);
    bid.must_be_won(CONTRACT, now)?;
    tokens::mint_mkr(dss, bid.guy, bid.lot)?;
    dss.flopper.bids.set(id, Bid::default());
    Ok(())
}

/// `Flopper.file(what, data)`; times keep their low 48 bits.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256) -> Result<()> {
    let flopper = &mut dss.flopper;
    match what {
        "beg" => flopper.beg = data,
        "pad" => flopper.pad = data,
        "ttl" => flopper.ttl = span(data),
        "tau" => flopper.tau = span(data),
        _ => return Err(MakerError::FileUnrecognizedParam { contract: CONTRACT }),
    }
    Ok(())
}
