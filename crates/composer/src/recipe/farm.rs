//! Farms: collateral is put up, something is borrowed against it, and put to work somewhere else.

use levmine_amm::{Amounts, Deposit};
use levmine_lending::{Amount, LendingMarketExt};
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, Wad};
use rust_decimal::Decimal;

use super::shares;
use crate::execute::range_of;
use crate::fraction::{fine_ratio, ratio, unscale};
use crate::route::{along, best_route};
use crate::{Action, AmountSpec, Placement, StepError, Target, Venue, World};

/// Borrows against a collateral and puts what is borrowed to work somewhere else.
#[derive(Debug, Clone, PartialEq)]
pub struct Farm {
    /// Which of them it is.
    pub kind: FarmKind,
    /// The lending market.
    pub at: VenueId,
    /// The collateral.
    pub collateral: Asset,
    /// How much of it is put up; what the recipe works out where nothing is said.
    pub supply: Option<AmountSpec>,
    /// What is borrowed.
    pub borrow: Asset,
    /// How much.
    pub much: Borrowed,
    /// What becomes of the farmer's own coins.
    pub own: Own,
    /// Where it is put to work, one after the other: a pool, then what takes the pool's shares.
    pub into: Vec<VenueId>,
    /// Where liquidity is to work, in pools with price ranges.
    pub place: Placement,
}

/// The kinds of farm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FarmKind {
    /// Liquidity in a pool, one side of it borrowed.
    LeveragedLp,
    /// Liquidity in a pool, all of its volatile side borrowed.
    DeltaNeutral,
    /// A synthetic drawn against a collateral, in a pool or a vault.
    Cdp,
    /// Liquidity that is itself the collateral, opened in one batch of the bank.
    Homora,
}

/// How much is borrowed.
#[derive(Debug, Clone, PartialEq)]
pub enum Borrowed {
    /// Until a target is met; a leverage is everything held over equity.
    To(Target),
    /// An amount.
    Amount(AmountSpec),
}

/// What becomes of the farmer's own coins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// They are the collateral; only what is borrowed goes on.
    Collateral,
    /// A part is the collateral, the rest goes into the pool beside what is borrowed.
    Pool,
    /// All of them go into the pool, and its shares are the collateral.
    Shares,
}

impl FarmKind {
    /// The verb in files.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::LeveragedLp => "leveraged_lp",
            Self::DeltaNeutral => "delta_neutral",
            Self::Cdp => "cdp_farm",
            Self::Homora => "homora_farm",
        }
    }
}

impl Farm {
    pub(crate) fn round(&self, world: &World, round: usize) -> Result<Option<Vec<Action>>, StepError> {
        if self.own == Own::Shares {
            return if round == 0 { shares::actions(self, world).map(Some) } else { Ok(None) };
        }
        match round {
            0 => self.sell_own(world).map(Some),
            1 => Ok(Some(vec![Action::Supply { at: self.at, amount: self.supply(world)? }])),
            2 => Ok(Some(vec![Action::Borrow { at: self.at, amount: self.borrow(world)? }])),
            _ => match self.into.get(round.saturating_sub(3)) {
                None => Ok(None),
                Some(at) if round == 3 => self.first(world, *at).map(Some),
                Some(at) => self.next(world, *at, round.saturating_sub(4)).map(Some),
            },
        }
    }

    /// What a delta-neutral farm borrows and lays into the pool cancels out; what it has of that coin beforehand would not.
    fn sell_own(&self, world: &World) -> Result<Vec<Action>, StepError> {
        let own = TokenAmount::new(self.borrow, world.wallet(self.borrow));
        if self.kind != FarmKind::DeltaNeutral || own.is_zero() {
            return Ok(Vec::new());
        }
        let (route, _) = best_route(world, own, self.collateral)?;
        Ok(along(world, AmountSpec::All(self.borrow), &route))
    }

    /// How much is put up. Where the rest of it goes into the pool: so much that the pool takes the rest together with what
    /// is borrowed. With V the worth of the collateral coin in the wallet, W that of the borrowed coin, R the pool's value of
    /// the first for one of the second, and l the loan-to-value, s is put up where V − s = R·(l·s + W).
    fn supply(&self, world: &World) -> Result<AmountSpec, StepError> {
        match (&self.supply, self.own) {
            (Some(amount), _) => return Ok(amount.clone()),
            (None, Own::Pool) => {}
            (None, _) => return Ok(AmountSpec::All(self.collateral)),
        }
        let held = |asset| world.oracle.value(TokenAmount::new(asset, world.wallet(asset)));
        let (own, other) = (held(self.collateral)?, held(self.borrow)?);
        let per = self.proportion(world)?;
        let beside = crate::fraction::scale(other, per)?;
        let put = match &self.much {
            Borrowed::To(Target::Leverage(_)) | Borrowed::Amount(_) => {
                let more = world.oracle.value(self.exact_debt(world)?)?;
                own.sub(beside.add(crate::fraction::scale(more, per)?)?).unwrap_or(Wad::ZERO)
            }
            Borrowed::To(Target::Ltv(to)) => {
                unscale(own.sub(beside).unwrap_or(Wad::ZERO), Decimal::ONE + per * *to)?
            }
            Borrowed::To(Target::HealthFactor(to)) => {
                let ltv = self.threshold(world)?.checked_div(*to).unwrap_or(Decimal::ONE);
                unscale(own.sub(beside).unwrap_or(Wad::ZERO), Decimal::ONE + per * ltv)?
            }
        };
        let raw = world.units_of(put, self.collateral)?.min(world.wallet(self.collateral));
        if raw.is_zero() {
            return Err(StepError::Nothing { asset: self.collateral, verb: "supply" });
        }
        Ok(AmountSpec::Exact(TokenAmount::new(self.collateral, raw)))
    }

    /// The value of the collateral's coin that the pool takes for one of the borrowed coin.
    fn proportion(&self, world: &World) -> Result<Decimal, StepError> {
        let Some(at) = self.into.first().filter(|at| world.pool(**at).is_ok()) else {
            return Ok(Decimal::ZERO);
        };
        let pool = world.pool(*at)?;
        // Of both coins the same worth, and a size that moves nothing: what it takes of each is the proportion.
        let worth = world.oracle.value(TokenAmount::new(self.collateral, world.wallet(self.collateral)))?;
        let mut amounts = Amounts::from_elem(U256::ZERO, pool.coins().len());
        let mut places = (None, None);
        for (place, (coin, amount)) in pool.coins().iter().zip(&mut amounts).enumerate() {
            if *coin == self.collateral || *coin == self.borrow {
                *amount = world.units_of(worth, *coin)?;
                let side = if *coin == self.collateral { &mut places.0 } else { &mut places.1 };
                *side = Some(place);
            }
        }
        let (Some(own), Some(borrowed)) = places else { return Ok(Decimal::ZERO) };
        let range = range_of(world, *at, self.place)?;
        let deposit = Deposit { range, ..Deposit::of(amounts) };
        let used = pool.fork().add_liquidity(world.farmer, &deposit, world.now)?.used;
        let value = |asset, place: usize| {
            let raw = used.get(place).copied().unwrap_or(U256::ZERO);
            world.oracle.value(TokenAmount::new(asset, raw))
        };
        let per = fine_ratio(value(self.collateral, own)?, value(self.borrow, borrowed)?);
        Ok(per.clamp(Decimal::ZERO, Decimal::ONE_THOUSAND))
    }

    /// The part of the collateral's value above which its debt is liquidated, as the market counts it for the farmer.
    fn threshold(&self, world: &World) -> Result<Decimal, StepError> {
        let (market, ctx) = (world.lending(self.at)?, world.context());
        let mut copy = market.fork();
        let amount = Amount::Exact(world.wallet(self.collateral));
        copy.supply_as_collateral(world.farmer.into(), self.collateral, amount, &ctx)?;
        let health = copy.health(world.farmer, &ctx)?;
        Ok(ratio(health.liquidation_limit, health.collateral))
    }

    fn borrow(&self, world: &World) -> Result<AmountSpec, StepError> {
        Ok(match &self.much {
            Borrowed::To(Target::Ltv(to)) => AmountSpec::ToLtv(self.borrow, *to),
            Borrowed::To(Target::HealthFactor(to)) => AmountSpec::ToHealth(self.borrow, *to),
            Borrowed::To(Target::Leverage(_)) => AmountSpec::Exact(self.exact_debt(world)?),
            Borrowed::Amount(amount) => amount.clone(),
        })
    }

    /// What is borrowed where that does not depend on the collateral.
    pub(super) fn exact_debt(&self, world: &World) -> Result<TokenAmount, StepError> {
        match &self.much {
            Borrowed::Amount(AmountSpec::Exact(amount)) => Ok(*amount),
            Borrowed::To(Target::Leverage(to)) => {
                let value = world.room_to_leverage(*to)?;
                Ok(TokenAmount::new(self.borrow, world.units_of(value, self.borrow)?))
            }
            Borrowed::Amount(amount) => {
                let accepted =
                    "an exact amount, like \"4000 USDC\", where the recipe works out the collateral";
                Err(StepError::WrongAmount { form: amount.to_string(), verb: self.kind.verb(), accepted })
            }
            Borrowed::To(_) => Err(StepError::Nothing { asset: self.borrow, verb: "borrow" }),
        }
    }

    /// Puts what is borrowed, and own coins where they go too, into the first venue.
    fn first(&self, world: &World, at: VenueId) -> Result<Vec<Action>, StepError> {
        let borrowed = AmountSpec::Received(self.borrow);
        match &world.venues().get(usize::from(at.0)).map(|slot| &slot.venue) {
            Some(Venue::Pool(pool)) => {
                let amounts: Vec<AmountSpec> = match self.own {
                    Own::Collateral if pool.coins().contains(&self.borrow) => vec![borrowed],
                    Own::Collateral => {
                        let to = pool.coins().first().copied().unwrap_or(self.borrow);
                        return self
                            .by_way_of(world, to, |amount| laid_in(world, at, vec![amount], self.place));
                    }
                    _ => own_coins(world, pool.coins()),
                };
                let place = self.place;
                // What fits already needs no swap, and a swap would change how much of a borrowed coin is held.
                let fits =
                    self.kind == FarmKind::DeltaNeutral || self.own == Own::Pool && self.supply.is_none();
                Ok(vec![match fits {
                    true => Action::AddLiquidity { at, amounts, place },
                    false => laid_in(world, at, amounts, place)?,
                }])
            }
            Some(Venue::Vault(vault)) => {
                let amount = if self.own == Own::Pool { AmountSpec::All(self.borrow) } else { borrowed };
                if vault.assets().contains(&self.borrow) {
                    return Ok(vec![Action::Deposit { at, amount }]);
                }
                let to = vault.assets().first().copied().unwrap_or(self.borrow);
                self.by_way_of(world, to, |amount| Ok(Action::Deposit { at, amount }))
            }
            _ => Ok(vec![Action::Supply { at, amount: borrowed }]),
        }
    }

    /// Changes what is borrowed into an asset that a venue takes.
    fn by_way_of(
        &self,
        world: &World,
        to: Asset,
        last: impl FnOnce(AmountSpec) -> Result<Action, StepError>,
    ) -> Result<Vec<Action>, StepError> {
        let borrowed = TokenAmount::new(self.borrow, world.wallet(self.borrow));
        let (route, _) = best_route(world, borrowed, to)?;
        let mut actions = along(world, AmountSpec::Received(self.borrow), &route);
        actions.push(last(AmountSpec::Received(to))?);
        Ok(actions)
    }

    /// Puts the share of the venue before into this one.
    fn next(&self, world: &World, at: VenueId, before: usize) -> Result<Vec<Action>, StepError> {
        let share = self.share_after(world, before)?;
        let amount = AmountSpec::Received(share);
        Ok(vec![match world.lending(at) {
            Ok(_) => Action::Supply { at, amount },
            Err(_) => Action::Deposit { at, amount },
        }])
    }

    /// What the venue at this place of the list gives for what goes into it.
    fn share_after(&self, world: &World, place: usize) -> Result<Asset, StepError> {
        let at = self.into.get(place).copied().unwrap_or(self.at);
        let stakes = |asset| StepError::Nothing { asset, verb: "deposit" };
        if let Ok(pool) = world.pool(at) {
            return pool.share().ok_or_else(|| pool.unsupported("staking positions in price ranges").into());
        }
        let vault = world.vault(at)?;
        let put = match place.checked_sub(1) {
            Some(before) => self.share_after(world, before)?,
            None if vault.assets().contains(&self.borrow) => self.borrow,
            None => vault.assets().first().copied().unwrap_or(self.borrow),
        };
        vault.share(put).ok_or_else(|| stakes(put))
    }
}

/// Lays coins into a pool: swapped until they fit in a pool of two, as they are in a pool of more, which takes any.
pub(crate) fn laid_in(
    world: &World,
    at: VenueId,
    amounts: Vec<AmountSpec>,
    place: Placement,
) -> Result<Action, StepError> {
    Ok(match world.pool(at)?.coins().len() {
        2 => Action::Zap { at, amounts, place },
        _ => Action::AddLiquidity { at, amounts, place },
    })
}

/// All that the wallet holds of a pool's coins.
pub(super) fn own_coins(world: &World, coins: &[Asset]) -> Vec<AmountSpec> {
    let held = coins.iter().filter(|coin| !world.wallet(**coin).is_zero());
    held.map(|coin| AmountSpec::All(*coin)).collect()
}

impl World {
    /// The value by which everything held may grow by borrowing until it is `leverage` times the equity. Marked anew, for
    /// in the middle of a transaction the portfolio is as it was before.
    pub(crate) fn room_to_leverage(&self, leverage: Decimal) -> Result<Wad, StepError> {
        let mut copy = self.fork();
        copy.rebuild_portfolio()?;
        crate::policy::leverage_room(&copy, leverage)
    }
}

/// Halves the range in which an amount lies until it is found: the largest for which `holds`, at most `most`.
pub(crate) fn largest_that(
    most: U256,
    halvings: usize,
    mut holds: impl FnMut(U256) -> Result<bool, StepError>,
) -> Result<U256, StepError> {
    if most.is_zero() || holds(most)? {
        return Ok(most);
    }
    let (mut low, mut high) = (U256::ZERO, most);
    for _ in 0..halvings {
        let gap = high.saturating_sub(low);
        if gap <= U256::ONE {
            break;
        }
        let middle = levmine_math::add(
            low,
            levmine_math::mul_div(gap, U256::ONE, U256::from(2_u64), Rounding::Down)?,
        )?;
        if holds(middle)? { low = middle } else { high = middle }
    }
    Ok(low)
}
