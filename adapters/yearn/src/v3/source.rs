//! A strategy of the vault as the ERC-4626 vault that it is: the least that `VaultV3` needs of one.

use levmine_math::{MathError, Rounding, U256, add, mul_div_narrow, sub};

use crate::scale::BPS;

type Result<T> = std::result::Result<T, MathError>;

/// An ERC-4626 vault whose total assets are what it holds. Base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The asset that it holds.
    pub assets: U256,
    /// Its shares.
    pub supply: U256,
    /// Those that the vault holds.
    pub vault_shares: U256,
    /// The most that can be freed at once; 2^256 − 1 for everything.
    pub liquid_limit: U256,
    /// The most that it takes at once.
    pub deposit_cap: U256,
    /// What is destroyed of whatever it frees, in basis points.
    pub exit_loss: U256,
}

/// What a redemption from a strategy did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Freed {
    pub(super) paid: U256,
    pub(super) destroyed: U256,
}

impl Source {
    /// An empty one that can be left at any time without a loss.
    pub(crate) const EMPTY: Self = Self {
        assets: U256::ZERO,
        supply: U256::ZERO,
        vault_shares: U256::ZERO,
        liquid_limit: U256::MAX,
        deposit_cap: U256::MAX,
        exit_loss: U256::ZERO,
    };

    /// `convertToAssets`. **Rounds down**.
    pub(super) fn to_assets(&self, shares: U256) -> Result<U256> {
        if self.supply.is_zero() {
            return Ok(shares);
        }
        mul_div_narrow(shares, self.assets, self.supply, Rounding::Down)
    }

    /// `convertToShares`, rounded as told: one share for a unit where there are none, and none where they are worth nothing.
    pub(super) fn to_shares(&self, assets: U256, rounding: Rounding) -> Result<U256> {
        if self.supply.is_zero() {
            return Ok(assets);
        }
        if self.assets.is_zero() {
            return Ok(U256::ZERO);
        }
        mul_div_narrow(assets, self.supply, self.assets, rounding)
    }

    /// What the vault's shares are worth. **Rounds down**.
    ///
    /// # Errors
    ///
    /// [`MathError`] where the product does not fit.
    pub fn position(&self) -> Result<U256> {
        self.to_assets(self.vault_shares)
    }

    /// `convertToAssets(maxRedeem)`: what the vault can take out.
    pub(super) fn withdrawable(&self) -> Result<U256> {
        let shares = if self.liquid_limit == U256::MAX {
            self.vault_shares
        } else {
            self.vault_shares.min(self.to_shares(self.liquid_limit, Rounding::Down)?)
        };
        self.to_assets(shares)
    }

    /// `deposit`. Returns nothing: the vault looks at its own balance.
    pub(super) fn deposit(&mut self, assets: U256) -> Result<()> {
        let shares = self.to_shares(assets, Rounding::Down)?;
        self.assets = add(self.assets, assets)?;
        self.supply = add(self.supply, shares)?;
        self.vault_shares = add(self.vault_shares, shares)?;
        Ok(())
    }

    /// Redeems as many shares as `assets` need by `previewWithdraw`, or all of the vault's: `_withdraw_from_strategy`.
    pub(super) fn free(&mut self, assets: U256) -> Result<Freed> {
        let shares = self.to_shares(assets, Rounding::Up)?.min(self.vault_shares);
        let out = self.to_assets(shares)?;
        self.supply = sub(self.supply, shares)?;
        self.vault_shares = sub(self.vault_shares, shares)?;
        self.assets = sub(self.assets, out)?;
        let destroyed = mul_div_narrow(out, self.exit_loss, BPS, Rounding::Down)?;
        Ok(Freed { paid: sub(out, destroyed)?, destroyed })
    }
}
