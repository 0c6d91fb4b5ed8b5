/// What a pool can do. Declared by the adapter; the conformance suite holds the adapter to it, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Swaps to an exact output.
    pub exact_out: bool,
    /// Liquidity is one fungible share for everybody; otherwise each price range has a share of its own.
    pub fungible_shares: bool,
    /// Liquidity can be added in amounts that are out of proportion.
    pub unbalanced_add: bool,
    /// Liquidity can be removed in one coin.
    pub remove_one_coin: bool,
    /// Liquidity can be removed in chosen amounts.
    pub remove_amounts: bool,
    /// The pool keeps accumulators from which an average price over time can be read.
    pub price_accumulators: bool,
    /// Fees wait beside the liquidity until they are collected ([`crate::Pool::collect`]); otherwise they stay in it.
    pub collects_fees: bool,
    /// Balances of a coin may change by themselves, and the pool follows ([`crate::Pool::rebase`]).
    pub rebasing_coins: bool,
}
