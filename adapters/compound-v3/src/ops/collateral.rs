//! Supplying, withdrawing and transferring collateral. None of them accrues interest: the checks see stored
//! indexes.

use levmine_market::PriceBook;
use levmine_math::{U256, add};

use super::Route;
use crate::casts::{add128, safe128, sub128};
use crate::error::{CometError, Result};
use crate::state::{Action, Comet, Stock};

impl Comet {
    /// Supplies collateral.
    ///
    /// Source: `Comet.supplyInternal`, `supplyCollateral`.
    ///
    /// # Errors
    ///
    /// [`CometError::Paused`], [`CometError::Unauthorized`], [`CometError::DoesNotFit`],
    /// [`CometError::SupplyCapExceeded`], [`CometError::Panic`].
    pub fn supply_collateral(&mut self, route: Route, number: usize, amount: U256) -> Result<()> {
        self.must_not_be_paused(Action::Supply)?;
        self.must_have_permission(route.from, route.operator)?;
        let units = safe128(amount)?;
        let (listed, stock) = (*self.collateral(number)?, self.stock(number)?);
        let held = add(stock.held, amount)?;
        let supplied = add128(stock.total_supply_asset, units)?;
        if supplied > listed.supply_cap {
            return Err(CometError::SupplyCapExceeded {
                asset: listed.asset,
                supplied,
                cap: listed.supply_cap,
            });
        }
        let mut user = self.user(route.to);
        user.set_balance(number, add128(user.balance(number), units)?);
        self.set_stock(number, Stock { total_supply_asset: supplied, held });
        self.users.insert(route.to, user);
        Ok(())
    }

    /// Withdraws collateral.
    ///
    /// Source: `Comet.withdrawInternal`, `withdrawCollateral`.
    ///
    /// # Errors
    ///
    /// [`CometError::Paused`], [`CometError::Unauthorized`], [`CometError::DoesNotFit`],
    /// [`CometError::Panic`] for more than the account has, [`CometError::BadPrice`],
    /// [`CometError::NotCollateralized`].
    pub fn withdraw_collateral(
        &mut self,
        route: Route,
        number: usize,
        amount: U256,
        prices: &PriceBook,
    ) -> Result<()> {
        self.must_not_be_paused(Action::Withdraw)?;
        self.must_have_permission(route.from, route.operator)?;
        let units = safe128(amount)?;
        let (asset, stock) = (self.collateral(number)?.asset, self.stock(number)?);
        let mut user = self.user(route.from);
        user.set_balance(number, sub128(user.balance(number), units)?);
        let total_supply_asset = sub128(stock.total_supply_asset, units)?;
        if !self.covers_borrow(&self.totals, &user, prices)? {
            return Err(CometError::NotCollateralized { account: route.from });
        }
        let held = Self::paid_out(asset, stock.held, amount)?;
        self.set_stock(number, Stock { total_supply_asset, held });
        self.users.insert(route.from, user);
        Ok(())
    }

    /// Moves collateral from one position to another.
    ///
    /// Source: `Comet.transferInternal`, `transferCollateral`.
    ///
    /// # Errors
    ///
    /// As [`Self::withdraw_collateral`], and [`CometError::NoSelfTransfer`].
    pub fn transfer_collateral(
        &mut self,
        route: Route,
        number: usize,
        amount: U256,
        prices: &PriceBook,
    ) -> Result<()> {
        self.must_be_transferable(route)?;
        let units = safe128(amount)?;
        self.collateral(number)?;
        let (mut from, mut to) = (self.user(route.from), self.user(route.to));
        from.set_balance(number, sub128(from.balance(number), units)?);
        to.set_balance(number, add128(to.balance(number), units)?);
        if !self.covers_borrow(&self.totals, &from, prices)? {
            return Err(CometError::NotCollateralized { account: route.from });
        }
        self.users.extend([(route.from, from), (route.to, to)]);
        Ok(())
    }
}
