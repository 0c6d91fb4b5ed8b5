//! Liquidations and their auctions through the trait.
//!
//! A Dutch auction is a sale as the trait means it. An English one is mapped as far as it goes: the price is that of the
//! least bid that would be accepted, to buy is to make that bid, and to restart is what ends a standstill, `tick` or
//! `deal`.

use levmine_lending::{Sale, SaleId, SaleOutcome};
use levmine_market::{Account, Asset, TokenAmount, Transfer, Transfers};
use levmine_math::{Rounding, U256, Wad, mul_div};

use super::{bring_dai, take_dai};
use crate::dss::{Dss, Flip, Lot, cat, clip, dog, flip, join, jug, vat};
use crate::error::{Contract, MakerError, Result};
use crate::math::{BLN, RAY, WAD, add, mul, quotient, sub, wad_up};
use crate::who::{IlkId, Who};

/// The vault type whose auctions they are, the DAI token, and the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hall {
    pub(crate) ilk: IlkId,
    pub(crate) dai: Asset,
    pub(crate) now: u64,
}

/// What a liquidation did.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) id: u64,
    /// Collateral taken, base units, rounded down.
    pub(crate) seized: U256,
    /// The keeper's reward, wad.
    pub(crate) reward: U256,
}

impl Hall {
    fn gem(self, dss: &Dss, units: U256) -> Result<TokenAmount> {
        Ok(TokenAmount::new(dss.ilk(self.ilk)?.join.asset, units))
    }

    fn units(self, dss: &Dss, wad: U256) -> Result<U256> {
        Ok(quotient(wad, dss.ilk(self.ilk)?.join.unit())?)
    }

    /// Takes an unsafe vault; the reward leaves as DAI at once, whole wad.
    pub(crate) fn liquidate(self, dss: &mut Dss, borrower: Who, keeper: Who) -> Result<Opened> {
        let Self { ilk, now, .. } = self;
        jug::drip(dss, ilk, now)?;
        let ink = dss.ilk(ilk)?.urns.get(borrower).ink;
        let before = dss.vat.dai.get(keeper);
        let id = if dss.revision.dutch() {
            dog::bark(dss, ilk, borrower, keeper, now)?
        } else {
            cat::bite(dss, ilk, borrower, now)?
        };
        let taken = sub(ink, dss.ilk(ilk)?.urns.get(borrower).ink)?;
        let reward = take_dai(dss, keeper, before)?;
        Ok(Opened { id, seized: self.units(dss, taken)?, reward })
    }

    /// The running auctions.
    pub(crate) fn sales(self, dss: &Dss) -> Result<Vec<Sale>> {
        let store = dss.ilk(self.ilk)?;
        if !dss.revision.dutch() {
            return store.flip.bids.iter().map(|(id, lot)| self.english(dss, id, &lot)).collect();
        }
        let sale = |(id, sale): (u64, clip::Sale)| {
            let (stalled, price) = sale.status(store, self.now)?;
            Ok(Sale {
                id: SaleId(id),
                borrower: sale.usr.account(),
                lot: self.gem(dss, self.units(dss, sale.lot)?)?,
                tab: Some(TokenAmount::new(self.dai, wad_up(sale.tab))),
                pay_with: self.dai,
                price: Wad::from_raw(levmine_math::div(price, BLN, Rounding::Up)?),
                stalled,
            })
        };
        store.clip.sales.iter().map(sale).collect()
    }

    fn english(self, dss: &Dss, id: u64, lot: &Lot) -> Result<Sale> {
        let offer = Offer::of(lot, dss.ilk(self.ilk)?.flip.beg)?;
        Ok(Sale {
            id: SaleId(id),
            borrower: lot.usr.account(),
            lot: self.gem(dss, self.units(dss, offer.lot)?)?,
            // To bid all that is asked for does not end it: then the lot shrinks.
            tab: None,
            pay_with: self.dai,
            price: offer.price()?,
            stalled: lot.bid.lapsed(self.now) || lot.bid.won(self.now),
        })
    }

    /// Buys from a Dutch auction, or makes the least bid of an English one.
    pub(crate) fn buy(
        self,
        dss: &mut Dss,
        buyer: Account,
        id: u64,
        amount: U256,
        most: Wad,
    ) -> Result<SaleOutcome> {
        if dss.revision.dutch() {
            self.take(dss, buyer, id, amount, most)
        } else {
            self.bid(dss, buyer, id, amount, most)
        }
    }

    fn take(self, dss: &mut Dss, buyer: Account, id: u64, amount: U256, most: Wad) -> Result<SaleOutcome> {
        let Self { ilk, dai, now } = self;
        let who = Who::from(buyer);
        let store = dss.ilk(ilk)?;
        let sale = store.clip.running(id)?;
        // The whole lot with its fraction of a base unit, where all base units are wanted.
        let amt =
            if amount >= self.units(dss, sale.lot)? { sale.lot } else { mul(amount, store.join.unit())? };
        let max = most.raw().saturating_mul(BLN);
        let (_, price) = sale.status(store, now)?;
        // What is not allowed is refused below, in the contract's own order; nothing is brought for it.
        let owe = sale.purchase(amt, price, store.clip.chost).map_or(U256::ZERO, |purchase| purchase.owe);
        let paid = bring_dai(dss, who, owe)?;
        vat::hope(dss, who, Who::Clip(ilk));
        let bought = clip::take(dss, who, ilk, id, (amt, max), who, now)?;
        let left = (sub(sale.tab, bought.owe)?, sub(sale.lot, bought.slice)?);
        let ended = left.0.is_zero() || left.1.is_zero();
        let returned = if ended { left.1 } else { U256::ZERO };
        let units = self.units(dss, bought.slice)?;
        join::exit_gem(dss, who, ilk, who, units)?;
        let transfers = [
            Transfer::burn(buyer, TokenAmount::new(dai, paid)),
            Transfer::receive(buyer, self.gem(dss, units)?),
        ];
        Ok(SaleOutcome {
            bought: units,
            paid,
            returned: self.units(dss, returned)?,
            bad_debt: if left.1.is_zero() { wad_up(left.0) } else { U256::ZERO },
            ended,
            transfers: transfers.into_iter().collect(),
        })
    }

    fn bid(self, dss: &mut Dss, buyer: Account, id: u64, amount: U256, most: Wad) -> Result<SaleOutcome> {
        let Self { ilk, dai, now } = self;
        let who = Who::from(buyer);
        let store = dss.ilk(ilk)?;
        let (lot, Flip { beg, .. }) = (store.flip.bids.get(id), &store.flip);
        lot.bid.open(Contract::Flipper, now)?;
        if lot.bid.guy == who {
            return Err(MakerError::AlreadyLeading { id });
        }
        let offer = Offer::of(&lot, *beg)?;
        if amount < self.units(dss, offer.lot)? || amount.is_zero() {
            return Err(MakerError::LotNotMatching {
                contract: Contract::Flipper,
                lot: amount,
                offered: offer.lot,
            });
        }
        let price = offer.price()?;
        if most < price {
            let (bid, highest) = (most.raw(), price.raw());
            return Err(MakerError::InsufficientIncrease { contract: Contract::Flipper, bid, highest });
        }
        let paid = bring_dai(dss, who, offer.pay)?;
        let last = lot.bid.guy;
        let before = dss.vat.dai.get(last);
        vat::hope(dss, who, Who::Flip(ilk));
        if offer.dent {
            flip::dent(dss, who, ilk, id, (offer.lot, offer.pay), now)?;
        } else {
            flip::tend(dss, who, ilk, id, (offer.lot, offer.pay), now)?;
        }
        let mut transfers: Transfers =
            [Transfer::burn(buyer, TokenAmount::new(dai, paid))].into_iter().collect();
        if let Some(account) = last.account() {
            let repaid = take_dai(dss, last, before)?;
            transfers.push(Transfer::mint(account, TokenAmount::new(dai, repaid)));
        }
        Ok(SaleOutcome {
            bought: U256::ZERO,
            paid,
            returned: if offer.dent { self.units(dss, sub(lot.bid.lot, offer.lot)?)? } else { U256::ZERO },
            bad_debt: U256::ZERO,
            ended: false,
            transfers,
        })
    }

    /// Restarts a stalled Dutch auction; of an English one, begins anew what nobody bid for, or ends what is won.
    pub(crate) fn restart(self, dss: &mut Dss, caller: Account, id: u64) -> Result<SaleOutcome> {
        let Self { ilk, dai, now } = self;
        let mut outcome = SaleOutcome {
            bought: U256::ZERO,
            paid: U256::ZERO,
            returned: U256::ZERO,
            bad_debt: U256::ZERO,
            ended: false,
            transfers: Transfers::new(),
        };
        if dss.revision.dutch() {
            let who = Who::from(caller);
            let before = dss.vat.dai.get(who);
            clip::redo(dss, ilk, id, who, now)?;
            let reward = take_dai(dss, who, before)?;
            if !reward.is_zero() {
                outcome.transfers.push(Transfer::mint(caller, TokenAmount::new(dai, reward)));
            }
            return Ok(outcome);
        }
        let lot = dss.ilk(ilk)?.flip.bids.get(id);
        if lot == Lot::default() {
            return Err(MakerError::GuyNotSet { contract: Contract::Flipper });
        }
        if !lot.bid.won(now) {
            flip::tick(dss, ilk, id, now)?;
            return Ok(outcome);
        }
        flip::deal(dss, ilk, id, now)?;
        outcome.ended = true;
        outcome.bad_debt = wad_up(sub(lot.tab, lot.bid.bid)?);
        if let Some(winner) = lot.bid.guy.account() {
            outcome.bought = self.units(dss, lot.bid.lot)?;
            join::exit_gem(dss, lot.bid.guy, ilk, lot.bid.guy, outcome.bought)?;
            outcome.transfers.push(Transfer::receive(winner, self.gem(dss, outcome.bought)?));
        }
        Ok(outcome)
    }
}

/// The least bid that an English auction accepts next.
#[derive(Debug, Clone, Copy)]
struct Offer {
    /// Collateral, wad.
    lot: U256,
    /// DAI, rad.
    pay: U256,
    /// Everything asked for is bid: now the lot falls.
    dent: bool,
}

impl Offer {
    fn of(lot: &Lot, beg: U256) -> Result<Self> {
        let (bid, tab) = (lot.bid.bid, lot.tab);
        if bid < tab {
            let raised = mul_div(bid, beg, WAD, Rounding::Up)?.max(add(bid, U256::ONE)?);
            return Ok(Self { lot: lot.bid.lot, pay: raised.min(tab), dent: false });
        }
        let lowered = mul_div(lot.bid.lot, WAD, beg.max(U256::ONE), Rounding::Down)?;
        Ok(Self { lot: lowered.min(lot.bid.lot.saturating_sub(U256::ONE)), pay: tab, dent: true })
    }

    /// DAI for one token, 18 decimals, rounded up.
    fn price(&self) -> Result<Wad> {
        if self.lot.is_zero() {
            return Ok(Wad::MAX);
        }
        Ok(Wad::from_raw(mul_div(self.pay, WAD, mul(self.lot, RAY)?, Rounding::Up)?))
    }
}
