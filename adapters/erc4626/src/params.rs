use levmine_market::Asset;
use levmine_math::U256;

use crate::{Erc4626Error, Yield};

/// What stays as it is all the vault's life. Checked once, here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// A list of one, for the trait.
    asset: [Asset; 1],
    share: Asset,
    offset: u8,
    limit: U256,
    earns: Yield,
}

impl Params {
    /// The parameters of a vault that takes `asset` and gives `share` for it, with as many decimals more as the share has:
    /// `_decimalsOffset`. No limit, and nothing earned.
    ///
    /// # Errors
    ///
    /// [`Erc4626Error::SameToken`]; [`Erc4626Error::Decimals`] where the share has fewer than the asset.
    pub fn new(asset: Asset, share: Asset) -> Result<Self, Erc4626Error> {
        if asset == share {
            return Err(Erc4626Error::SameToken { asset });
        }
        let (given, needed) = (share.decimals(), asset.decimals());
        let offset = given.checked_sub(needed).ok_or(Erc4626Error::Decimals { given, needed })?;
        Ok(Self { asset: [asset], share, offset, limit: U256::MAX, earns: Yield::NONE })
    }

    /// The same with a limit on what the vault holds, in base units of the asset: `maxDeposit` is what is left of it, and
    /// `maxMint` the shares for that, rounded down. 2^256 − 1 for none.
    #[must_use]
    pub const fn with_limit(mut self, limit: U256) -> Self {
        self.limit = limit;
        self
    }

    /// The same with a rate at which somebody transfers assets in.
    #[must_use]
    pub const fn earning(mut self, earns: Yield) -> Self {
        self.earns = earns;
        self
    }

    /// What can be deposited.
    #[must_use]
    pub const fn assets(&self) -> &[Asset; 1] {
        &self.asset
    }

    /// The one asset.
    #[must_use]
    pub const fn asset(&self) -> Asset {
        let [asset] = self.asset;
        asset
    }

    /// The share token.
    #[must_use]
    pub const fn share(&self) -> Asset {
        self.share
    }

    /// `_decimalsOffset`: the share's decimals beyond the asset's.
    #[must_use]
    pub const fn offset(&self) -> u8 {
        self.offset
    }

    /// The most that the vault may hold after a deposit, in base units; 2^256 − 1 for no limit.
    #[must_use]
    pub const fn limit(&self) -> U256 {
        self.limit
    }

    /// What the assets earn.
    #[must_use]
    pub const fn earns(&self) -> Yield {
        self.earns
    }
}
