//! Farms: collateral is put up, something is borrowed against it, and put to work somewhere else.

use levmine_amm::AmmError;
use levmine_market::{Asset, TokenAmount, VenueId};

use super::shares;
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
            0 => {
                self.check_coins(world)?;
                self.sell_own(world).map(Some)
            }
            1 => {
                self.check_reach(world)?;
                Ok(Some(vec![Action::Supply { at: self.at, amount: self.supply(world)? }]))
            }
            2 => Ok(Some(vec![Action::Borrow { at: self.at, amount: self.borrow(world)? }])),
            _ => match self.into.get(round.saturating_sub(3)) {
                None => Ok(None),
                Some(at) if round == 3 => self.first(world, *at).map(Some),
                Some(at) => self.next(world, *at, round.saturating_sub(4)).map(Some),
            },
        }
    }

    /// What goes into a pool in its proportion must be its coins.
    fn check_coins(&self, world: &World) -> Result<(), StepError> {
        let Some(Ok(pool)) = self.into.first().map(|at| world.pool(*at)) else { return Ok(()) };
        let wanted: &[Asset] = match (self.kind, self.own) {
            (FarmKind::DeltaNeutral, _) => &[self.collateral, self.borrow],
            (_, Own::Pool) => &[self.borrow],
            _ => &[],
        };
        match wanted.iter().find(|coin| !pool.coins().contains(coin)) {
            Some(coin) => {
                Err(AmmError::UnknownAsset { protocol: pool.descriptor().name, asset: *coin }.into())
            }
            None => Ok(()),
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
                let is_sized = self.supply.is_none() && pool.coins().contains(&self.collateral);
                let fits = self.kind == FarmKind::DeltaNeutral || self.own == Own::Pool && is_sized;
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
