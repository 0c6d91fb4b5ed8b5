//! Shares of shares: what a vault's token stands for, and what it costs.
//!
//! A share leads back to what was put in for it. Where that ends at an asset with a price, the share's price follows: what
//! the vault says a whole share is worth, at the asset's price. Where it ends at a pool's share, the farmer's part in that
//! pool is what counts ([`World::look_through`]).

use levmine_market::{Asset, Price, PriceBook, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, Wad, pow10};
use levmine_vault::Vault;

use crate::trouble::times;
use crate::{StepError, World};

/// A vault's share and what it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VaultShare {
    /// The share.
    pub share: Asset,
    /// What was put in for it.
    pub asset: Asset,
    /// The vault.
    pub vault: VenueId,
    /// Whether it ends at a pool's share.
    pub of_pool: bool,
}

impl World {
    /// All vault shares, each after what it is made of.
    pub(crate) fn find_vault_shares(&self) -> Vec<VaultShare> {
        let mut found: Vec<VaultShare> = Vec::new();
        let mut open: Vec<VaultShare> = Vec::new();
        for id in self.venue_ids() {
            let Some(vault) = self.find_vault(id) else { continue };
            for asset in vault.assets() {
                if let Some(share) = vault.share(*asset) {
                    open.push(VaultShare { share, asset: *asset, vault: id, of_pool: false });
                }
            }
        }
        while !open.is_empty() {
            let waits = |one: &VaultShare| open.iter().any(|other| other.share == one.asset);
            let Some(at) = open.iter().position(|one| !waits(one)) else { break };
            let mut ready = open.remove(at);
            let below = found.iter().find(|known| known.share == ready.asset);
            ready.of_pool =
                below.map_or_else(|| self.pool_of_share(ready.asset).is_some(), |below| below.of_pool);
            found.push(ready);
        }
        found
    }

    /// The pool's share that `amount` stands for, if it is the share of a vault above one; else `amount` itself.
    ///
    /// # Errors
    ///
    /// [`StepError::Vault`] where a vault's arithmetic fails.
    pub fn look_through(&self, amount: TokenAmount) -> Result<TokenAmount, StepError> {
        let mut amount = amount;
        for link in self.vault_shares.iter().rev().filter(|link| link.of_pool) {
            if link.share == amount.asset {
                let kept = self.kept_by_share(link.share, link.asset, link.vault);
                amount = self.vault(link.vault)?.value(amount, self.now)?;
                amount.raw =
                    if kept == Wad::ONE { amount.raw } else { kept.mul_int(amount.raw, Rounding::Down)? };
            }
        }
        Ok(amount)
    }

    /// Whether the price of `asset` follows from a vault.
    pub(crate) fn is_derived(&self, asset: Asset) -> bool {
        self.vault_shares.iter().any(|link| link.share == asset && !link.of_pool)
            && !self.given.contains(&asset)
    }

    /// Writes the prices of vault shares into `book`, as far as it has prices of what they are made of. A share in `fixed`
    /// keeps its price.
    pub(crate) fn derive_prices(&self, book: &mut PriceBook, fixed: &[Asset]) -> Result<(), StepError> {
        for link in &self.vault_shares {
            if fixed.contains(&link.share) {
                continue;
            }
            let Some(price) = book.find(link.asset) else { continue };
            let price = price_of_share(self.vault(link.vault)?, *link, price, self)?;
            let kept = self.kept_by_share(link.share, link.asset, link.vault);
            book.set(link.share, if kept == Wad::ONE { price } else { times(price, kept)? });
        }
        Ok(())
    }
}

/// What a whole share costs where its asset costs `price`; rounds down.
fn price_of_share(
    vault: &dyn Vault,
    link: VaultShare,
    price: Price,
    world: &World,
) -> Result<Price, StepError> {
    // A share of few decimals is asked for in larger numbers, so that its worth has eighteen significant places.
    let places = u32::from(link.share.decimals());
    let whole = TokenAmount::new(link.share, pow10(places.max(18))?);
    let worth = vault.value(whole, world.now)?;
    let unit = pow10(u32::from(link.asset.decimals()).saturating_add(places.max(18) - places))?;
    let value = levmine_math::mul_div(worth.raw, price.0.raw(), unit, levmine_math::Rounding::Down)?;
    Ok(Price(levmine_math::Wad::from_raw(value.min(U256::MAX))))
}
