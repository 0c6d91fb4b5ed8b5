use levmine_market::{Account, Asset, TokenAmount, Transfers};
use levmine_math::{U256, Wad};
use smallvec::SmallVec;

use crate::Amount;

/// A request to liquidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationCall {
    /// Who liquidates.
    pub liquidator: Account,
    /// Whose position it is.
    pub borrower: Account,
    /// The debt to repay. Markets with one debt asset, and markets that seize for themselves, require that one.
    pub debt: Asset,
    /// The collateral to seize. Markets that seize everything ignore it.
    pub collateral: Asset,
    /// How much debt to repay; `All` is as much as the rules allow. Markets in which the liquidator pays nothing
    /// ignore it.
    pub repay: Amount,
    /// Take the seized collateral as a supply in the market instead of as tokens, where the market knows that.
    pub keep_supplied: bool,
}

/// What a liquidation did. An outcome and not an error: bad debt is an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LiquidationOutcome {
    /// Debt that was extinguished against payment (by the liquidator, or by the market's reserves).
    pub repaid: SmallVec<[TokenAmount; 1]>,
    /// Collateral that left the borrower's position.
    pub seized: SmallVec<[TokenAmount; 1]>,
    /// The part of what was seized that the protocol kept as its fee.
    pub protocol_fee: SmallVec<[TokenAmount; 1]>,
    /// What the borrower gets back as a supply because the seized collateral was worth more than the debt.
    pub returned: SmallVec<[TokenAmount; 1]>,
    /// Debt that was written off and is borne by lenders, reserves or the treasury.
    pub bad_debt: SmallVec<[TokenAmount; 1]>,
    /// The sale that was opened, where the collateral is auctioned.
    pub sale: Option<SaleId>,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// A running sale of seized collateral, by the market's own number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SaleId(pub u64);

/// A running sale of seized collateral: a Dutch auction, an English auction or a store front.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// Its number.
    pub id: SaleId,
    /// Whose position it came from, where the market remembers.
    pub borrower: Option<Account>,
    /// What is for sale.
    pub lot: TokenAmount,
    /// What is still asked for all of it, where the sale ends when that much has been paid.
    pub tab: Option<TokenAmount>,
    /// The asset paid with.
    pub pay_with: Asset,
    /// The price of one whole token of the lot, in whole tokens of `pay_with`, 18 decimals, rounded up.
    pub price: Wad,
    /// The sale stands still until somebody restarts it.
    pub stalled: bool,
}

/// What a purchase or a restart did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleOutcome {
    /// Collateral bought, in base units of the lot's asset.
    pub bought: U256,
    /// Paid, in base units of the asset paid with.
    pub paid: U256,
    /// Collateral that went back to the borrower.
    pub returned: U256,
    /// Debt that stays unpaid because the sale ended without covering it.
    pub bad_debt: U256,
    /// Whether the sale has ended.
    pub ended: bool,
    /// The tokens that moved.
    pub transfers: Transfers,
}
