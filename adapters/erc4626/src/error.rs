use levmine_market::Asset;
use levmine_math::U256;
use levmine_vault::{Refusal, VaultError};

use crate::PROTOCOL;

/// Why the contracts refuse, with the values in base units: a variant for each reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum Erc4626Error {
    /// A vault cannot be deposited in itself.
    #[error("{asset} is both the asset and its share")]
    SameToken {
        /// The token.
        asset: Asset,
    },
    /// The share's decimals are the asset's and the offset.
    #[error("a share of {given} decimals; the asset's and the offset make {needed}")]
    Decimals {
        /// Those of the share.
        given: u8,
        /// What they must be.
        needed: u8,
    },
    /// `deposit` of more than `maxDeposit`.
    #[error("a deposit of {assets} is above the most, {most}")]
    DepositAboveMost {
        /// What is deposited.
        assets: U256,
        /// The most.
        most: U256,
    },
    /// `mint` of more than `maxMint`.
    #[error("{shares} shares to be minted are above the most, {most}")]
    MintAboveMost {
        /// The shares.
        shares: U256,
        /// The most.
        most: U256,
    },
    /// `withdraw` of more than `maxWithdraw`; here what all shares together are worth.
    #[error("a withdrawal of {assets} is above the most, {most}")]
    WithdrawAboveMost {
        /// What is withdrawn.
        assets: U256,
        /// The most.
        most: U256,
    },
    /// `redeem` of more than `maxRedeem`; here all shares together.
    #[error("{shares} shares to be redeemed are above the most, {most}")]
    RedeemAboveMost {
        /// The shares.
        shares: U256,
        /// The most.
        most: U256,
    },
    /// The asset's own refusal: nobody can have so much.
    #[error("nobody has the {assets} to be transferred beside the {held} that the vault has")]
    TransferAboveBalance {
        /// What is to be transferred.
        assets: U256,
        /// What the vault has.
        held: U256,
    },
    /// More is to be burned, or lost, than there is.
    #[error("{amount} are to be burned of {held}")]
    BurnAboveBalance {
        /// What is to be burned.
        amount: U256,
        /// What there is.
        held: U256,
    },
    /// A quotient beyond 256 bits.
    #[error("{amount} times {numerator} over {denominator} does not fit 256 bits")]
    Quotient {
        /// What is converted.
        amount: U256,
        /// What it is multiplied with.
        numerator: U256,
        /// What it is divided by.
        denominator: U256,
    },
    /// The compiler's checked arithmetic: a sum beyond 256 bits.
    #[error("a sum does not fit 256 bits")]
    Panic,
}

impl Erc4626Error {
    /// The contract's own name of the reason, as it stands in a revert; upper-case names for what only the workbench
    /// checks.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SameToken { .. } => "SAME_TOKEN",
            Self::Decimals { .. } => "DECIMALS",
            Self::DepositAboveMost { .. } => "ERC4626: deposit more than max",
            Self::MintAboveMost { .. } => "ERC4626: mint more than max",
            Self::WithdrawAboveMost { .. } => "ERC4626: withdraw more than max",
            Self::RedeemAboveMost { .. } => "ERC4626: redeem more than max",
            Self::TransferAboveBalance { .. } => "ERC20: transfer amount exceeds balance",
            Self::BurnAboveBalance { .. } => "ERC20: burn amount exceeds balance",
            Self::Quotient { .. } => "Math: mulDiv overflow",
            Self::Panic => "Panic(0x11)",
        }
    }

    /// The kind of refusal in the words that all vaults share.
    #[must_use]
    pub const fn refusal(&self) -> Refusal {
        match self {
            Self::SameToken { .. } | Self::Decimals { .. } => Refusal::InvalidAmount,
            Self::DepositAboveMost { .. } | Self::MintAboveMost { .. } => Refusal::LimitReached,
            Self::WithdrawAboveMost { .. }
            | Self::RedeemAboveMost { .. }
            | Self::TransferAboveBalance { .. }
            | Self::BurnAboveBalance { .. } => Refusal::InsufficientBalance,
            Self::Quotient { .. } | Self::Panic => Refusal::Arithmetic,
        }
    }
}

impl From<Erc4626Error> for VaultError {
    #[cold]
    fn from(error: Erc4626Error) -> Self {
        Self::Refused {
            protocol: PROTOCOL,
            refusal: error.refusal(),
            code: error.code(),
            source: Box::new(error),
        }
    }
}
