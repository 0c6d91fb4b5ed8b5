//! Replacing a collateral, or what a debt is in, without closing the position.

use levmine_lending::LendingMarketExt;
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::U256;
use rust_decimal::Decimal;

use super::{flash_lender, with_flash_loans};
use crate::fraction::{part_of, scale};
use crate::route::{Hop, along, best_exact_out, best_route, least_for};
use crate::{Action, AmountSpec, Step, StepError, World};

/// Replaces a collateral by another.
#[derive(Debug, Clone, PartialEq)]
pub struct CollateralSwap {
    /// The market.
    pub at: VenueId,
    /// How much of the collateral that goes.
    pub from: AmountSpec,
    /// The collateral that comes.
    pub to: Asset,
}

/// Replaces a debt by one in another asset.
#[derive(Debug, Clone, PartialEq)]
pub struct DebtSwap {
    /// The market.
    pub at: VenueId,
    /// How much of the debt that goes.
    pub from: AmountSpec,
    /// The asset of the debt that comes.
    pub to: Asset,
}

impl CollateralSwap {
    /// A flash loan of the new collateral goes in first, and what the old one is sold for pays it back: the debt stays as it
    /// is. Where nobody lends the new collateral, the debt is paid by flash loan and borrowed again, fee included.
    pub(crate) fn actions(&self, world: &World) -> Result<Vec<Action>, StepError> {
        let at = self.at;
        let asset = self.from.asset();
        let supplied = world.lending(at)?.supplied(world.farmer, asset, world.now)?;
        let given = TokenAmount::new(asset, some_of(&self.from, supplied, "collateral_swap")?);
        let (route, got) = best_route(world, given, self.to)?;
        let whole = given.raw == supplied;
        let out = if whole { AmountSpec::All(asset) } else { AmountSpec::Exact(given) };
        let change = |first: Vec<Action>, last: Vec<Action>| -> Vec<Action> {
            let out = Action::Withdraw { at, amount: out.clone() };
            let sold = along(world, AmountSpec::Received(asset), &route);
            first.into_iter().chain([out]).chain(sold).chain(last).collect()
        };
        let put = |amount| Action::Supply { at, amount };
        let position = world.lending(at)?.position(world.farmer, world.now)?;
        let owed: Vec<TokenAmount> = position.debts.iter().copied().filter(|debt| !debt.is_zero()).collect();
        if owed.is_empty() {
            return Ok(change(Vec::new(), vec![put(AmountSpec::Received(self.to))]));
        }
        if let Some((lender, loan)) = loan_for(world, TokenAmount::new(self.to, got)) {
            let loan = AmountSpec::Exact(loan);
            let steps = plain(change(vec![put(loan.clone())], Vec::new()));
            return Ok(vec![Action::Flash { at: lender, amount: loan, steps }]);
        }
        with_flash_loans(world, &owed, |back| {
            let repaid = owed.iter().map(|debt| Action::Repay { at, amount: AmountSpec::All(debt.asset) });
            let borrowed = back.iter().map(|back| Action::Borrow { at, amount: AmountSpec::Exact(*back) });
            let last = [put(AmountSpec::Received(self.to))].into_iter().chain(borrowed).collect();
            Ok(change(repaid.collect(), last))
        })
    }
}

/// The largest loan that `got` pays back with its fee, and who gives it.
fn loan_for(world: &World, got: TokenAmount) -> Option<(VenueId, TokenAmount)> {
    let (lender, fee) = flash_lender(world, got).ok()?;
    let market = world.lending(lender).ok()?;
    let first = TokenAmount::new(got.asset, got.raw.checked_sub(fee)?);
    // The fee of the smaller loan is a little smaller; what that leaves is lent too, up to what a rounding takes.
    let most = got.raw.checked_sub(market.flash_fee(first).ok()?)?;
    let fits = |raw: &U256| {
        let fee = market.flash_fee(TokenAmount::new(got.asset, *raw));
        fee.is_ok_and(|fee| raw.saturating_add(fee) <= got.raw)
    };
    let next = (0..4_u64).map(|less| most.saturating_sub(U256::from(less))).find(fits);
    let loan = TokenAmount::new(got.asset, next.unwrap_or(first.raw));
    (!loan.is_zero()).then_some((lender, loan))
}

impl DebtSwap {
    /// Borrows the new asset first where the market allows it beside the old debt; else a flash loan of the old asset, or of
    /// the new one, stands in between.
    pub(crate) fn actions(&self, world: &World) -> Result<Vec<Action>, StepError> {
        let (at, asset) = (self.at, self.from.asset());
        let market = world.lending(at)?;
        let debt = market.debt(world.farmer, asset, world.now)?;
        let paid = TokenAmount::new(asset, some_of(&self.from, debt, "debt_swap")?);
        let repaid = match paid.raw == debt {
            true => AmountSpec::All(asset),
            false => AmountSpec::Exact(paid),
        };
        let repay = Action::Repay { at, amount: repaid };
        let price = self.price_of(world, paid)?;
        let headroom = market.borrow_headroom(world.farmer, self.to, &world.context())?;
        if headroom >= price.amount.raw {
            let borrow = Action::Borrow { at, amount: AmountSpec::Exact(price.amount) };
            return Ok([borrow].into_iter().chain(price.buy(world)).chain([repay]).collect());
        }
        if let Ok((lender, fee)) = flash_lender(world, paid) {
            let back = TokenAmount::new(asset, levmine_math::add(paid.raw, fee)?);
            let price = self.price_of(world, back)?;
            let borrow = Action::Borrow { at, amount: AmountSpec::Exact(price.amount) };
            let steps = [repay, borrow].into_iter().chain(price.buy(world)).collect();
            return Ok(vec![Action::Flash {
                at: lender,
                amount: AmountSpec::Exact(paid),
                steps: plain(steps),
            }]);
        }
        let (lender, fee) = flash_lender(world, price.amount)?;
        let back = TokenAmount::new(self.to, levmine_math::add(price.amount.raw, fee)?);
        let borrow = Action::Borrow { at, amount: AmountSpec::Exact(back) };
        let amount = AmountSpec::Exact(price.amount);
        let steps = price.buy(world).into_iter().chain([repay, borrow]).collect();
        Ok(vec![Action::Flash { at: lender, amount, steps: plain(steps) }])
    }

    /// What buying exactly `buy` takes of the new asset, and how.
    fn price_of(&self, world: &World, buy: TokenAmount) -> Result<Purchase, StepError> {
        if let Some((at, needed)) = best_exact_out(world, self.to, buy) {
            let amount = TokenAmount::new(self.to, needed);
            return Ok(Purchase { amount, way: Way::Exact(at, buy) });
        }
        // Twice what it is worth is more than any way that is worth going.
        let value = scale(world.oracle.value(buy)?, Decimal::TWO)?;
        let most = TokenAmount::new(self.to, world.units_of(value, self.to)?);
        let Some((route, least)) = least_for(world, most, buy) else {
            let none = StepError::NoRoute { from: self.to, to: buy.asset };
            return Err(best_route(world, most, buy.asset).err().unwrap_or(none));
        };
        Ok(Purchase { amount: TokenAmount::new(self.to, least), way: Way::Route(route) })
    }
}

/// A purchase: what it takes, and how it is made.
struct Purchase {
    amount: TokenAmount,
    way: Way,
}

enum Way {
    Exact(VenueId, TokenAmount),
    Route(Vec<Hop>),
}

impl Purchase {
    fn buy(&self, world: &World) -> Vec<Action> {
        match &self.way {
            Way::Exact(at, buy) => vec![Action::SwapFor { at: *at, from: self.amount.asset, buy: *buy }],
            Way::Route(route) => along(world, AmountSpec::Exact(self.amount), route),
        }
    }
}

fn plain(actions: Vec<Action>) -> Vec<Step> {
    actions.into_iter().map(|action| Step { action, place: None }).collect()
}

/// A part of what is there, in base units; never nothing.
fn some_of(amount: &AmountSpec, there: U256, verb: &'static str) -> Result<U256, StepError> {
    let asset = amount.asset();
    let raw = match amount {
        AmountSpec::Exact(exact) => exact.raw.min(there),
        AmountSpec::Part(part, _) => part_of(there, *part)?,
        AmountSpec::All(_) => there,
        _ => {
            let accepted = "\"1000 USDC\", \"all USDC\" or \"60% USDC\"";
            return Err(StepError::WrongAmount { form: amount.to_string(), verb, accepted });
        }
    };
    if raw.is_zero() { Err(StepError::Nothing { asset, verb }) } else { Ok(raw) }
}
