//! Steps at pools that put liquidity in and take it out.

use levmine_amm::{Amounts, Deposit, PriceRange, Removal};
use levmine_market::{Asset, Price, Reason, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, Wad, mul, mul_div, pow10};
use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::Run;
use crate::fraction::part_of;
use crate::{AmountSpec, Placement, StepError, World};

impl Run<'_> {
    pub(super) fn add_liquidity(
        &mut self,
        at: VenueId,
        amounts: Amounts,
        place: Placement,
    ) -> Result<(), StepError> {
        let farmer = self.world.farmer;
        self.costs.traded = true;
        self.world.takes(at, None)?;
        let deposit = deposit_of(self.world, at, amounts, place)?;
        self.world.with_pool(at, Reason::AddLiquidity, |pool, now| {
            let added = pool.add_liquidity(farmer, &deposit, now)?;
            Ok(((), added.transfers))
        })
    }

    pub(super) fn remove_liquidity(
        &mut self,
        at: VenueId,
        part: Decimal,
        to: Option<Asset>,
    ) -> Result<(), StepError> {
        let farmer = self.world.farmer;
        let mut done = false;
        for share in self.shares_at(at)? {
            let raw = part_of(self.world.wallet(share), part)?;
            if raw.is_zero() {
                continue;
            }
            done = true;
            let shares = TokenAmount::new(share, raw);
            let collects = self.world.pool(at)?.capabilities().collects_fees;
            // Fees go first: a position without liquidity is a share that is gone.
            if collects
                && self.world.pool(at)?.earned(share, self.world.now)?.iter().any(|fee| !fee.is_zero())
            {
                self.world.with_pool(at, Reason::RemoveLiquidity, |pool, now| {
                    Ok(((), pool.collect(farmer, share, now)?.transfers))
                })?;
            }
            self.world.with_pool(at, Reason::RemoveLiquidity, |pool, now| {
                let removal = match to {
                    None => Removal::Proportional { min: Amounts::new() },
                    Some(coin) => Removal::OneCoin { coin, min: U256::ZERO },
                };
                let removed = pool.remove_liquidity(farmer, shares, &removal, now)?;
                Ok(((), removed.transfers))
            })?;
        }
        self.costs.traded = true;
        if done {
            return Ok(());
        }
        let pool = self.world.pool(at)?;
        let asset = pool.share().or_else(|| pool.coins().first().copied()).unwrap_or(self.world.quote);
        Err(StepError::Nothing { asset, verb: "remove" })
    }

    /// The pool's share, or those of the positions in the wallet.
    fn shares_at(&self, at: VenueId) -> Result<Vec<Asset>, StepError> {
        match self.world.pool(at)?.share() {
            Some(share) => Ok(vec![share]),
            None => self.positions(at),
        }
    }

    pub(super) fn zap(
        &mut self,
        at: VenueId,
        amounts: &[AmountSpec],
        place: Placement,
        depth: usize,
    ) -> Result<(), StepError> {
        let first = self.world.journal.entries().len();
        let mut amounts = self.coins_of_wallet(at, amounts, "zap")?;
        let place = fixed(self.world, at, place)?;
        let pool = self.world.pool(at)?;
        let coins: SmallVec<[Asset; 4]> = pool.coins().into();
        let deposit = deposit_of(self.world, at, amounts.clone(), place)?;
        if let Some((sell, buy)) = pool.zap_swap_for(&deposit, self.world.now)? {
            let had = self.world.wallet(buy);
            self.swap(at, sell, buy, None)?;
            let got = self.world.wallet(buy).saturating_sub(had);
            for (coin, amount) in coins.iter().zip(&mut amounts) {
                if *coin == sell.asset {
                    *amount = amount.saturating_sub(sell.raw);
                } else if *coin == buy {
                    *amount = amount.saturating_add(got);
                }
            }
            self.record("swap", at, depth + 1, first);
        }
        let first = self.world.journal.entries().len();
        self.add_liquidity(at, amounts, place)?;
        self.record("add_liquidity", at, depth + 1, first);
        Ok(())
    }
}

/// The deposit of these amounts at a placement.
fn deposit_of(world: &World, at: VenueId, amounts: Amounts, place: Placement) -> Result<Deposit, StepError> {
    let range = range_of(world, at, place)?;
    let into = if let Placement::Into(position) = place { Some(position) } else { None };
    Ok(Deposit { range, into, ..Deposit::of(amounts) })
}

/// The placement with prices instead of a width, so that a swap in between does not move it.
fn fixed(world: &World, at: VenueId, place: Placement) -> Result<Placement, StepError> {
    Ok(match range_of(world, at, place)? {
        Some(range) => Placement::Between(range.low, range.high),
        None => place,
    })
}

/// The price range of a placement at a pool, if it has one.
pub(crate) fn range_of(
    world: &World,
    at: VenueId,
    place: Placement,
) -> Result<Option<PriceRange>, StepError> {
    match place {
        Placement::Everywhere | Placement::Into(_) => Ok(None),
        Placement::Between(low, high) => Ok(Some(PriceRange { low, high })),
        Placement::Around(width) => {
            let price = pool_price(world, at)?;
            let side = |part: Decimal| -> Result<Price, StepError> {
                let part = Wad::from_decimal(part, Rounding::Down)?;
                Ok(Price(price.0.mul(part, Rounding::Down)?))
            };
            Ok(Some(PriceRange { low: side(Decimal::ONE - width)?, high: side(Decimal::ONE + width)? }))
        }
    }
}

/// The pool's own price of a whole first coin in whole second coins, rounded down.
fn pool_price(world: &World, at: VenueId) -> Result<Price, StepError> {
    let pool = world.pool(at)?;
    let &[first, second] = pool.coins() else {
        return Err(pool.unsupported("price ranges with other than two coins").into());
    };
    let rate = pool.spot_rate(first, second, world.now)?;
    let up = mul(Wad::ONE.raw(), pow10(u32::from(first.decimals()))?)?;
    let down = pow10(u32::from(second.decimals()))?;
    let per = mul_div(rate.buy, up, rate.sell, Rounding::Down)?;
    Ok(Price(Wad::from_raw(per / down)))
}
