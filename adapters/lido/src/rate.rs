//! What a share is worth.

use levmine_math::{Rounding, U256, mul_div_narrow};

use crate::error::{LidoError, Result};

/// The greatest amount that the contracts do not convert: 2^128 − 1.
pub const UINT128_MAX: U256 = U256::from_limbs([u64::MAX, u64::MAX, 0, 0]);

/// Ether over shares: what the protocol holds itself, over the shares that stand for it. External ether and external
/// shares are in the same proportion and change nothing.
///
/// Source: `Lido._getShareRateNumerator`, `_getShareRateDenominator`, V3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareRate {
    /// Internal ether, in wei.
    pub ether: U256,
    /// Internal shares.
    pub shares: U256,
}

impl ShareRate {
    /// The shares of an amount of ether, in wei. Rounds down, against whoever converts.
    ///
    /// Source: `StETH.getSharesByPooledEth`.
    ///
    /// # Errors
    ///
    /// [`LidoError::EtherTooLarge`]; [`LidoError::Panic`] where there is no ether.
    pub fn shares_of(self, ether: U256) -> Result<U256> {
        if ether >= UINT128_MAX {
            return Err(LidoError::EtherTooLarge { amount: ether });
        }
        Ok(mul_div_narrow(ether, self.shares, self.ether, Rounding::Down)?)
    }

    /// The ether of an amount of shares, in wei. Rounds down, against whoever converts.
    ///
    /// Source: `StETH.getPooledEthByShares`.
    ///
    /// # Errors
    ///
    /// [`LidoError::SharesTooLarge`]; [`LidoError::Panic`] where there are no shares.
    pub fn ether_of(self, shares: U256) -> Result<U256> {
        self.ether_rounded(shares, Rounding::Down)
    }

    /// The same, rounded up: in favour of the protocol, to which it is brought.
    ///
    /// Source: `StETH.getPooledEthBySharesRoundUp`.
    ///
    /// # Errors
    ///
    /// As [`ShareRate::ether_of`].
    pub fn ether_of_up(self, shares: U256) -> Result<U256> {
        self.ether_rounded(shares, Rounding::Up)
    }

    fn ether_rounded(self, shares: U256, rounding: Rounding) -> Result<U256> {
        if shares >= UINT128_MAX {
            return Err(LidoError::SharesTooLarge { shares });
        }
        Ok(mul_div_narrow(shares, self.ether, self.shares, rounding)?)
    }
}
