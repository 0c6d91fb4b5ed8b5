//! Absorption: the market takes all collateral of an account, credits a part of its value, and closes the
//! position.

use levmine_market::Account;
use levmine_math::{U256, add};
use smallvec::SmallVec;

use super::World;
use crate::accrual::{accrued, update_base_principal};
use crate::casts::{add104, mul_div, signed256, sub128};
use crate::collateral::collateral_value;
use crate::error::{CometError, Result};
use crate::params::{MAX_ASSETS, share_of};
use crate::principal::{present_value, present_value_supply, principal_value, repay_and_supply_amount};
use crate::signed::Signed;
use crate::state::{Action, Comet, Stock, Totals, User};

/// What the absorption of one account did, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absorbed {
    /// What was owed.
    pub debt: U256,
    /// What the seized collateral was credited with, in base.
    pub credited: U256,
    /// Collateral seized, by number.
    pub seized: [u128; MAX_ASSETS],
    /// What the account then has as a supply, as its balance reads.
    pub returned: U256,
}

impl Absorbed {
    /// The part of the debt that the credit covers.
    #[must_use]
    pub fn repaid(&self) -> U256 {
        self.debt.min(self.credited)
    }

    /// The part of the debt that the reserves bear.
    #[must_use]
    pub fn bad_debt(&self) -> U256 {
        self.debt.saturating_sub(self.credited)
    }
}

/// The accounts of one call, as far as they are changed.
type Changed = SmallVec<[(Account, User); 1]>;

impl Comet {
    /// Absorbs accounts, all or none. Each must be liquidatable at indexes accrued to now.
    ///
    /// Source: `Comet.absorb`. The absorber's points, a measure of gas spent, are not kept.
    ///
    /// # Errors
    ///
    /// [`CometError::Paused`], [`CometError::NotLiquidatable`], [`CometError::BadPrice`],
    /// [`CometError::Market`], [`CometError::DoesNotFit`], [`CometError::Panic`].
    pub fn absorb(&mut self, accounts: &[Account], world: World<'_>) -> Result<SmallVec<[Absorbed; 1]>> {
        self.must_not_be_paused(Action::Absorb)?;
        let mut totals = accrued(&self.params, &self.totals, world.now)?;
        let mut stocks = self.stocks.clone();
        let mut changed = Changed::new();
        let mut outcomes = SmallVec::new();
        for account in accounts {
            let known = changed.iter().rev().find(|(known, _)| known == account).map(|(_, user)| *user);
            let mut user = known.unwrap_or_else(|| self.user(*account));
            outcomes.push(self.absorb_one(*account, &mut totals, &mut stocks, &mut user, world)?);
            changed.push((*account, user));
        }
        self.totals = totals;
        self.stocks = stocks;
        self.users.extend(changed);
        Ok(outcomes)
    }

    /// Source: `Comet.absorbInternal`.
    fn absorb_one(
        &self,
        account: Account,
        totals: &mut Totals,
        stocks: &mut [Stock],
        user: &mut User,
        world: World<'_>,
    ) -> Result<Absorbed> {
        if self.is_safe(totals, user, world.prices)? {
            return Err(CometError::NotLiquidatable { account });
        }
        let old = user.principal;
        let old_balance = present_value(totals, old)?;
        let base_price = self.price(self.params.base, world.prices)?;
        let base_scale = U256::from(self.params.base_scale);
        let mut value_credited = U256::ZERO;
        let seized = user.collateral;
        for ((listed, stock), balance) in self.params.collaterals.iter().zip(stocks).zip(&seized) {
            if *balance == 0 {
                continue;
            }
            stock.total_supply_asset = sub128(stock.total_supply_asset, *balance)?;
            let value = collateral_value(*balance, self.price(listed.asset, world.prices)?, listed)?;
            value_credited = add(value_credited, share_of(value, listed.liquidation_factor)?)?;
        }
        let credited = mul_div(value_credited, base_scale, base_price)?;
        let new_balance = match old_balance.add(signed256(credited)?)? {
            // What the collateral does not cover is borne by the reserves.
            Signed::Minus(_) => Signed::ZERO,
            covered => covered,
        };
        let new = principal_value(totals, new_balance)?;
        update_base_principal(&self.params, totals, user, new)?;
        user.collateral = [0; MAX_ASSETS];
        let (repaid, supplied) = repay_and_supply_amount(old, new);
        totals.total_supply_base = add104(totals.total_supply_base, supplied)?;
        totals.total_borrow_base = sub128(totals.total_borrow_base, repaid)?;
        let debt = match old_balance {
            Signed::Minus(debt) => debt,
            Signed::Plus(_) => U256::ZERO,
        };
        // The event's value of what the reserves paid out must fit, too.
        mul_div(add(debt, new_balance.or_zero())?, base_price, base_scale)?;
        let returned = present_value_supply(totals.base_supply_index, new.unsigned_abs())?;
        Ok(Absorbed { debt, credited, seized, returned })
    }
}
