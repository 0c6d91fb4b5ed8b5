use std::fmt::Debug;

use levmine_config::{ConfigError, Fields};
use levmine_market::gas::GasUse;
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, Price, PriceBook, TokenAmount, Transfers};
use levmine_math::{U256, Wad};
use smallvec::SmallVec;

use crate::{AmmError, Capabilities, Followed, PoolRecord};

/// One amount for each coin, in base units, in the order of [`Pool::coins`].
pub type Amounts = SmallVec<[U256; 3]>;

/// An exchange rate as a fraction of base units: `buy ÷ sell`. Both can be large; neither is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Base units of what is bought.
    pub buy: U256,
    /// Base units of what is sold.
    pub sell: U256,
}

/// Fees of a swap, each in the asset in which the pool takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// What stays with the liquidity providers.
    pub liquidity: TokenAmount,
    /// What the protocol takes, at once or when it next collects.
    pub protocol: TokenAmount,
}

/// What a swap would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// What goes in.
    pub sell: TokenAmount,
    /// What comes out.
    pub buy: TokenAmount,
    /// The fees within.
    pub fees: Fees,
}

/// What a swap did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    /// Amounts and fees.
    pub quote: Quote,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// A range of prices: of one whole token of the first coin, in whole tokens of the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceRange {
    /// The lower end.
    pub low: Price,
    /// The upper end.
    pub high: Price,
}

/// Liquidity to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// The most to put in of each coin.
    pub amounts: Amounts,
    /// The fewest shares to accept.
    pub min_shares: U256,
    /// The price range, for pools in which liquidity has one.
    pub range: Option<PriceRange>,
    /// The position to put it into, where positions have a share of their own; a new one where nothing is said. The
    /// range is then the position's.
    pub into: Option<Asset>,
}

impl Deposit {
    /// These amounts, over all prices, any number of shares.
    #[must_use]
    pub fn of(amounts: Amounts) -> Self {
        Self { amounts, min_shares: U256::ZERO, range: None, into: None }
    }
}

/// What adding liquidity did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// What went in of each coin; the rest was left with the caller.
    pub used: Amounts,
    /// The shares received.
    pub shares: TokenAmount,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// How liquidity comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// All coins in the pool's proportion, at least these amounts.
    Proportional {
        /// The least to accept of each coin; empty for any.
        min: Amounts,
    },
    /// One coin, at least so much of it.
    OneCoin {
        /// The coin.
        coin: Asset,
        /// The least to accept.
        min: U256,
    },
    /// Exactly these amounts, for at most the shares given.
    Exactly {
        /// The amounts.
        amounts: Amounts,
    },
}

/// What removing liquidity did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The shares burned.
    pub shares: TokenAmount,
    /// What came out of each coin.
    pub amounts: Amounts,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// What collecting fees did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// What was paid of each coin.
    pub amounts: Amounts,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// What a holder of shares has at a pool. Amounts are of each of its coins, in base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    /// What the shares would pay out, fees that wait beside them not included.
    pub coins: Amounts,
    /// The fees that wait; nothing (also no zeros) where they stay in the liquidity.
    pub earned: Amounts,
}

/// A pool in which coins are swapped and liquidity is provided.
///
/// # What an implementor guarantees
///
/// - **All or nothing.** An operation that answers `Err` has left every integer of the state as it was.
/// - **Exact.** Integers, rounding and the order of checks are those of the contract version that the descriptor names;
///   where the contract reverts, the answer is [`AmmError::Refused`] with the contract's own name of the reason, or
///   [`AmmError::Math`] where its arithmetic fails.
/// - **A quote is the swap.** `quote_*` answers exactly what the swap of the same arguments then does, error or not.
/// - **Conservation.** Every token that moves is among the returned transfers, shares included: they are minted and
///   burned by [`levmine_market::Party::Issuer`]. [`Pool::holdings`] is what the contracts hold, [`Pool::issued`] what
///   exists of each share.
/// - **Pure.** No input or output, no clock, no randomness.
/// - **No panic, no endless iteration** on any input.
///
/// # What a caller may assume
///
/// - A round trip never profits; more in never gives less out.
/// - Shares are held in wallets like any token; the pool does not know whose they are.
/// - `fork` is independent.
pub trait Pool: Debug + Send + Sync {
    /// What the adapter says about itself.
    fn descriptor(&self) -> &'static Descriptor;

    /// The contract version modelled, one of the descriptor's.
    fn version(&self) -> &'static str;

    /// What this pool can do.
    fn capabilities(&self) -> Capabilities;

    /// An independent copy.
    fn fork(&self) -> Box<dyn Pool>;

    /// The coins, in the pool's order.
    fn coins(&self) -> &[Asset];

    /// The share token, where all liquidity is one fungible share.
    fn share(&self) -> Option<Asset>;

    /// What trades are priced from: the reserves of each coin, in base units.
    fn reserves(&self) -> Amounts;

    /// The marginal exchange rate of `sell` into `buy` now, before any fee.
    ///
    /// # Errors
    ///
    /// [`AmmError::UnknownAsset`]; [`AmmError::Refused`] for an empty pool.
    fn spot_rate(&self, sell: Asset, buy: Asset, now: Moment) -> Result<Rate, AmmError>;

    /// What selling exactly `sell` for `buy` would do.
    ///
    /// # Errors
    ///
    /// As [`Pool::swap_exact_in`] without a limit.
    fn quote_exact_in(&self, sell: TokenAmount, buy: Asset, now: Moment) -> Result<Quote, AmmError>;

    /// What buying exactly `buy` with `sell` would do.
    ///
    /// # Errors
    ///
    /// As [`Pool::swap_exact_out`] without a limit.
    fn quote_exact_out(&self, sell: Asset, buy: TokenAmount, now: Moment) -> Result<Quote, AmmError>;

    /// Sells exactly `sell` for `buy`.
    ///
    /// # Errors
    ///
    /// [`AmmError::UnknownAsset`], [`AmmError::Refused`] (with [`crate::Refusal::Slippage`] below `min_buy`),
    /// [`AmmError::Math`].
    fn swap_exact_in(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        min_buy: U256,
        now: Moment,
    ) -> Result<Swap, AmmError>;

    /// Buys exactly `buy` with `sell`.
    ///
    /// # Errors
    ///
    /// [`AmmError::UnknownAsset`], [`AmmError::Refused`] (with [`crate::Refusal::Slippage`] above `max_sell`),
    /// [`AmmError::Unsupported`], [`AmmError::Math`].
    fn swap_exact_out(
        &mut self,
        trader: Account,
        sell: Asset,
        max_sell: U256,
        buy: TokenAmount,
        now: Moment,
    ) -> Result<Swap, AmmError>;

    /// Adds liquidity from the provider's wallet; shares go to the same wallet.
    ///
    /// # Errors
    ///
    /// [`AmmError::Refused`], [`AmmError::Math`].
    fn add_liquidity(&mut self, provider: Account, deposit: &Deposit, now: Moment)
    -> Result<Added, AmmError>;

    /// What [`Pool::remove_liquidity`] of these shares in the pool's proportion would pay of each coin.
    ///
    /// # Errors
    ///
    /// As [`Pool::remove_liquidity`].
    fn preview_remove(&self, shares: TokenAmount, now: Moment) -> Result<Amounts, AmmError>;

    /// Burns shares of the provider's wallet and pays the coins to it. Fees that wait beside the liquidity
    /// ([`Pool::earned`]) keep waiting: who removes everything collects first.
    ///
    /// # Errors
    ///
    /// [`AmmError::Refused`], [`AmmError::Unsupported`], [`AmmError::Math`].
    fn remove_liquidity(
        &mut self,
        provider: Account,
        shares: TokenAmount,
        removal: &Removal,
        now: Moment,
    ) -> Result<Removed, AmmError>;

    /// The fees that wait for the holder of `share`, of each coin; nothing (also no zeros) where fees stay in the
    /// liquidity.
    ///
    /// # Errors
    ///
    /// [`AmmError::UnknownAsset`] for a share that this pool has not issued.
    fn earned(&self, share: Asset, now: Moment) -> Result<Amounts, AmmError> {
        let _ = (share, now);
        Ok(Amounts::new())
    }

    /// What `shares` would pay out and the fees that wait for their holder: [`Pool::preview_remove`] and [`Pool::earned`]
    /// in one, for those who mark positions in every step. A pool that looks at the same numbers for both overrides it.
    ///
    /// # Errors
    ///
    /// Those of [`Pool::preview_remove`], then those of [`Pool::earned`].
    fn worth(&self, shares: TokenAmount, now: Moment) -> Result<Worth, AmmError> {
        Ok(Worth { coins: self.preview_remove(shares, now)?, earned: self.earned(shares.asset, now)? })
    }

    /// Pays the fees that wait for the holder of `share` to the provider, who holds it.
    ///
    /// # Errors
    ///
    /// [`AmmError::Refused`], [`AmmError::Unsupported`], [`AmmError::UnknownAsset`].
    fn collect(&mut self, provider: Account, share: Asset, now: Moment) -> Result<Collected, AmmError> {
        let _ = (provider, share, now);
        Err(self.unsupported("collecting fees"))
    }

    /// Tells the pool that its contracts now hold `held` of a coin whose balances change by themselves (a rebase, or a
    /// transfer that arrived short). Moves no token: whoever runs the pool journals the difference.
    ///
    /// # Errors
    ///
    /// [`AmmError::Unsupported`] where such a coin would break the pool, [`AmmError::UnknownAsset`], [`AmmError::Math`].
    fn rebase(&mut self, held: TokenAmount, now: Moment) -> Result<(), AmmError> {
        let _ = (held, now);
        Err(self.unsupported("coins whose balances change by themselves"))
    }

    /// The fair value of `shares` in the numeraire, 18 decimals, from outside prices alone: moving the pool does not
    /// move it. Rounds down.
    ///
    /// # Errors
    ///
    /// [`AmmError::Market`] for a missing price, [`AmmError::Math`].
    fn fair_value(&self, shares: TokenAmount, prices: &PriceBook, now: Moment) -> Result<Wad, AmmError>;

    /// The tokens the pool's contracts hold, every one that they can hold, zero or not.
    fn holdings(&self) -> Vec<TokenAmount>;

    /// How much exists of each share that the pool has issued.
    fn issued(&self) -> Vec<TokenAmount>;

    /// The whole state in the contract's own integers.
    fn dump(&self) -> Dump;

    /// The swap that, done before adding `amounts`, leaves the least over: what to sell and for which coin. `None`
    /// when nothing need be swapped. Two-coin pools; the default searches over the quotes.
    ///
    /// # Errors
    ///
    /// [`AmmError::Unsupported`] with more coins, [`AmmError::Refused`] for an empty pool.
    fn zap_swap(&self, amounts: &Amounts, now: Moment) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
        crate::zap::zap_search(self, amounts, now)
    }

    /// The same for a deposit as it will be made: into its range, or the range of the position that it goes into. The
    /// default is for pools whose liquidity has no range.
    ///
    /// # Errors
    ///
    /// As [`Pool::zap_swap`], and those of the range.
    fn zap_swap_for(&self, deposit: &Deposit, now: Moment) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
        self.zap_swap(&deposit.amounts, now)
    }

    /// How much of `sell` to sell for `buy` until the last base unit, its fee taken off, brings no more than `rate`: zero
    /// where it does not now, and `None` where the pool cannot tell without a search. Asked by [`crate::arbitrage`].
    fn amount_to_rate(&self, sell: Asset, buy: Asset, rate: Rate, now: Moment) -> Option<U256> {
        let _ = (sell, buy, rate, now);
        None
    }

    /// Does what was recorded in a span of time: others' liquidity becomes what it was, `trader` sells what was sold, in both
    /// directions, and where the price then is not in the recorded tick, `trader` brings it there without a fee, so that
    /// the fees are those of the recorded volume alone. Returns what it came to, and the tokens that moved in all, changes of
    /// others' liquidity included.
    ///
    /// # Errors
    ///
    /// [`AmmError::Unsupported`] for a pool without ticks; [`AmmError::Refused`], [`AmmError::Math`].
    fn follow(
        &mut self,
        trader: Account,
        record: &PoolRecord,
        now: Moment,
    ) -> Result<(Followed, Transfers), AmmError> {
        let _ = (trader, record, now);
        Err(self.unsupported("following recorded trades"))
    }

    /// An operation that only this protocol has (donations, sync, governance), by the name its README gives. Used by
    /// replays. Returns what the contract returns.
    ///
    /// # Errors
    ///
    /// [`AmmError::Unsupported`] for a name it does not know; the outer error for arguments that cannot be read.
    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, AmmError>, ConfigError> {
        let _ = (name, arguments, accounts, now);
        Ok(Err(self.unsupported("this operation")))
    }

    /// The units of gas that an operation costs here, as [`GasUse`] counts them; `None` where nothing better than
    /// [`levmine_market::gas::usual_units`] is known.
    fn gas_units(&self, operation: GasUse) -> Option<u64> {
        let _ = operation;
        None
    }

    /// How many ticks with liquidity a swap would cross: none in pools without ticks, and where it is refused.
    fn ticks_crossed(&self, sell: TokenAmount, buy: Asset, now: Moment) -> u32 {
        let _ = (sell, buy, now);
        0
    }

    /// The error for an operation that this pool does not have.
    fn unsupported(&self, operation: &'static str) -> AmmError {
        AmmError::Unsupported { protocol: self.descriptor().name, operation }
    }
}
