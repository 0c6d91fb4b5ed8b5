//! `Clipper`: Dutch auctions of collateral.
//!
//! Source: dss `clip.sol`, master branch of 2022-05-18.

use levmine_math::U256;

use super::{Dss, VaultType, dog, spotter, vat};
use crate::error::{Contract, MakerError, Result};
use crate::ledger::Ledger;
use crate::math::{add, mul, quotient, rdiv, rmul, sub, wmul};
use crate::who::{IlkId, Who};

/// The auctions of one vault type.
#[derive(Debug, Clone, Default)]
pub struct Clip {
    /// The first price over the oracle's, ray.
    pub buf: U256,
    /// Seconds after which an auction needs a restart.
    pub tail: U256,
    /// The part of the first price below which an auction needs a restart, ray.
    pub cusp: U256,
    /// What a keeper gets of the DAI asked for, wad (a `uint64`).
    pub chip: U256,
    /// What a keeper gets on top, rad (a `uint192`).
    pub tip: U256,
    /// The least debt with its penalty, as last looked up, rad.
    pub chost: U256,
    /// How many auctions there have been.
    pub kicks: u64,
    /// 1: nothing starts; 2: nor restarts; 3: nor is bought.
    pub stopped: U256,
    /// The running auctions, in the contract's order.
    pub active: Vec<u64>,
    /// The auctions, by number.
    pub sales: Ledger<u64, Sale>,
}

/// An auction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sale {
    /// DAI asked for, rad.
    pub tab: U256,
    /// Collateral for sale, wad.
    pub lot: U256,
    /// Whose vault it was.
    pub usr: Who,
    /// When it began, Unix seconds.
    pub tic: u64,
    /// The first price, ray.
    pub top: U256,
}

/// What a purchase takes and pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Purchase {
    /// Collateral bought, wad.
    pub(crate) slice: U256,
    /// DAI owed, rad.
    pub(crate) owe: U256,
}

impl Sale {
    /// Whether the auction needs a restart, and its price at `now`, ray.
    ///
    /// Source: `Clipper.status`.
    pub(crate) fn status(&self, store: &VaultType, now: u64) -> Result<(bool, U256)> {
        let elapsed = sub(U256::from(now), U256::from(self.tic))?;
        let price = store.calc.price(self.top, elapsed)?;
        let clip = &store.clip;
        Ok((elapsed > clip.tail || rdiv(price, self.top)? < clip.cusp, price))
    }

    /// What a purchase of up to `amt` at `price` takes and pays. Never more than the DAI asked for, where the rest of a
    /// unit's price is the vault's gain; and never so much that a rest too small to be bought would be left.
    pub(crate) fn purchase(&self, amt: U256, price: U256, chost: U256) -> Result<Purchase> {
        let Self { tab, lot, .. } = *self;
        let slice = lot.min(amt);
        let owe = mul(slice, price)?;
        if owe > tab {
            return Ok(Purchase { slice: quotient(tab, price)?, owe: tab });
        }
        if owe < tab && slice < lot && tab - owe < chost {
            if tab <= chost {
                return Err(MakerError::NoPartialPurchase { tab, least: chost });
            }
            let owe = tab - chost;
            return Ok(Purchase { slice: quotient(owe, price)?, owe });
        }
        Ok(Purchase { slice, owe })
    }
}

impl Clip {
    /// The running auction of this number.
    pub(crate) fn running(&self, id: u64) -> Result<Sale> {
        let sale = self.sales.get(id);
        if sale.usr == Who::Nobody { Err(MakerError::NotRunningAuction { id }) } else { Ok(sale) }
    }

    fn not_stopped(&self, level: u64) -> Result<()> {
        if self.stopped < U256::from(level) {
            Ok(())
        } else {
            Err(MakerError::StoppedIncorrect { stopped: self.stopped })
        }
    }

    /// Takes an auction off the list; the last one gets its place.
    fn remove(&mut self, id: u64) {
        if let Some(at) = self.active.iter().position(|active| *active == id) {
            self.active.swap_remove(at);
        }
        self.sales.set(id, Sale::default());
    }
}

/// `Clipper.kick`: starts an auction and rewards the keeper. Returns its number.
pub(crate) fn kick(
    dss: &mut Dss,
    ilk: IlkId,
    tab: U256,
    lot: U256,
    usr: Who,
    keeper: Who,
    now: u64,
) -> Result<u64> {
    let par = dss.par;
    let store = dss.ilk_mut(ilk)?;
    store.clip.not_stopped(1)?;
    if tab.is_zero() {
        return Err(MakerError::ZeroTab);
    }
    if lot.is_zero() {
        return Err(MakerError::ZeroLot);
    }
    if usr == Who::Nobody {
        return Err(MakerError::ZeroUsr);
    }
    let id =
        store.clip.kicks.checked_add(1).ok_or(MakerError::TooManyAuctions { contract: Contract::Clipper })?;
    let top = rmul(spotter::feed(store, par)?, store.clip.buf)?;
    if top.is_zero() {
        return Err(MakerError::ZeroTopPrice);
    }
    let clip = &mut store.clip;
    clip.kicks = id;
    clip.active.push(id);
    clip.sales.set(id, Sale { tab, lot, usr, tic: now, top });
    reward(dss, ilk, tab, keeper)?;
    Ok(id)
}

/// The keeper's reward: `tip + tab × chip ÷ 10^18`, rounded down, at the Vow's cost.
fn reward(dss: &mut Dss, ilk: IlkId, tab: U256, keeper: Who) -> Result<()> {
    let Clip { tip, chip, .. } = dss.ilk(ilk)?.clip;
    if tip.is_zero() && chip.is_zero() {
        return Ok(());
    }
    vat::suck(dss, Who::Vow, keeper, add(tip, wmul(tab, chip)?)?)
}

/// `Clipper.redo`: restarts a stalled auction at the oracle's price; a keeper is rewarded unless the rest is small.
pub(crate) fn redo(dss: &mut Dss, ilk: IlkId, id: u64, keeper: Who, now: u64) -> Result<()> {
    let par = dss.par;
    let store = dss.ilk_mut(ilk)?;
    store.clip.not_stopped(2)?;
    let mut sale = store.clip.running(id)?;
    if !sale.status(store, now)?.0 {
        return Err(MakerError::CannotReset { id });
    }
    let feed = spotter::feed(store, par)?;
    sale.top = rmul(feed, store.clip.buf)?;
    sale.tic = now;
    if sale.top.is_zero() {
        return Err(MakerError::ZeroTopPrice);
    }
    store.clip.sales.set(id, sale);
    let Clip { tip, chip, chost, .. } = store.clip;
    if (!tip.is_zero() || !chip.is_zero()) && sale.tab >= chost && mul(sale.lot, feed)? >= chost {
        reward(dss, ilk, sale.tab, keeper)?;
    }
    Ok(())
}

/// `Clipper.take`: buys up to `amt` of the lot at a price of at most `max`; `who` receives it, the caller pays.
pub(crate) fn take(
    dss: &mut Dss,
    by: Who,
    ilk: IlkId,
    id: u64,
    (amt, max): (U256, U256),
    who: Who,
    now: u64,
) -> Result<Purchase> {
    let store = dss.ilk(ilk)?;
    store.clip.not_stopped(3)?;
    let mut sale = store.clip.running(id)?;
    let (done, price) = sale.status(store, now)?;
    if done {
        return Err(MakerError::NeedsReset { id });
    }
    if max < price {
        return Err(MakerError::TooExpensive { price, most: max });
    }
    let purchase = sale.purchase(amt, price, store.clip.chost)?;
    let Purchase { slice, owe } = purchase;
    let tab = sub(sale.tab, owe)?;
    let lot = sub(sale.lot, slice)?;
    let clip = Who::Clip(ilk);
    vat::flux(dss, clip, ilk, clip, who, slice)?;
    vat::shift(dss, clip, by, Who::Vow, owe)?;
    dog::digs(dss, ilk, if lot.is_zero() { add(tab, owe)? } else { owe })?;
    if lot.is_zero() {
        dss.ilk_mut(ilk)?.clip.remove(id);
    } else if tab.is_zero() {
        vat::flux(dss, clip, ilk, clip, sale.usr, lot)?;
        dss.ilk_mut(ilk)?.clip.remove(id);
    } else {
        (sale.tab, sale.lot) = (tab, lot);
        dss.ilk_mut(ilk)?.clip.sales.set(id, sale);
    }
    Ok(purchase)
}

/// `Clipper.getStatus`: whether a restart is needed, price (ray), lot (wad), tab (rad).
pub(crate) fn status(dss: &Dss, ilk: IlkId, id: u64, now: u64) -> Result<(bool, U256, U256, U256)> {
    let store = dss.ilk(ilk)?;
    let sale = store.clip.sales.get(id);
    let (done, price) = sale.status(store, now)?;
    Ok((sale.usr != Who::Nobody && done, price, sale.lot, sale.tab))
}

/// `Clipper.upchost`: looks the least debt with its penalty up.
pub(crate) fn upchost(dss: &mut Dss, ilk: IlkId) -> Result<()> {
    let store = dss.ilk_mut(ilk)?;
    store.clip.chost = wmul(store.vat.dust, store.dog.chop)?;
    Ok(())
}

/// `Clipper.yank`: governance takes an auction's collateral.
pub(crate) fn yank(dss: &mut Dss, by: Who, ilk: IlkId, id: u64) -> Result<()> {
    let sale = dss.ilk(ilk)?.clip.running(id)?;
    dog::digs(dss, ilk, sale.tab)?;
    vat::flux(dss, Who::Clip(ilk), ilk, Who::Clip(ilk), by, sale.lot)?;
    dss.ilk_mut(ilk)?.clip.remove(id);
    Ok(())
}

/// `Clipper.file(what, data)`; `chip` keeps its low 64 bits and `tip` its low 192.
pub(crate) fn file(dss: &mut Dss, ilk: IlkId, what: &str, data: U256) -> Result<()> {
    let clip = &mut dss.ilk_mut(ilk)?.clip;
    match what {
        "buf" => clip.buf = data,
        "tail" => clip.tail = data,
        "cusp" => clip.cusp = data,
        "chip" => clip.chip = low_bits(data, 64),
        "tip" => clip.tip = low_bits(data, 192),
        "stopped" => clip.stopped = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Clipper }),
    }
    Ok(())
}

pub(crate) fn low_bits(data: U256, bits: usize) -> U256 {
    data & ((U256::ONE << bits).wrapping_sub(U256::ONE))
}
