use levmine_amm::{
    Added, AmmError, Amounts, Capabilities, Deposit, Fees, Pool, Quote, Rate, Removal, Removed, Swap,
};
use levmine_config::{ConfigError, Fields};
use levmine_market::{
    Account, Asset, BuildContext, Descriptor, Dump, Moment, PriceBook, TokenAmount, Transfer, Transfers,
};
use levmine_math::{U256, Wad};
use smallvec::{SmallVec, smallvec};

use crate::contract::{Payment, Swapped};
use crate::error::CurveError;
use crate::market::{Market, Underlying};
use crate::per_coin::PerCoin;
use crate::{DESCRIPTOR, Generation, PROTOCOL, decode, slope, special, spot, transfers, valuation};

/// A pool with the names of its coins and of its share: the venue. A metapool's venue is both contracts, its own and the
/// base pool's.
#[derive(Debug, Clone)]
pub struct CurvePool {
    coins: SmallVec<[Asset; 4]>,
    base_coins: SmallVec<[Asset; 4]>,
    share: Asset,
    market: Market,
}

/// Where a trade takes place.
#[derive(Debug, Clone, Copy)]
enum Trade {
    /// Between coins of the pool.
    Direct([usize; 2]),
    /// Over the base pool: 0 is the metapool's own coin, 1 and more the base pool's.
    Underlying([usize; 2]),
}

impl CurvePool {
    /// A pool over `market`, whose coins are in the contract's order; `base_coins` are those of the base pool of a metapool.
    ///
    /// # Errors
    ///
    /// [`CurveError::NotOneEach`] unless each coin has a name.
    pub fn new(
        coins: &[Asset],
        base_coins: &[Asset],
        share: Asset,
        market: Market,
    ) -> Result<Self, CurveError> {
        let base = market.base().map_or(0, |base| base.pool.coins());
        for (given, coins) in [(coins.len(), market.pool().coins()), (base_coins.len(), base)] {
            if given != coins {
                return Err(CurveError::NotOneEach { given, coins });
            }
        }
        Ok(Self {
            coins: SmallVec::from_slice(coins),
            base_coins: SmallVec::from_slice(base_coins),
            share,
            market,
        })
    }

    /// Reads a pool from a venue table.
    ///
    /// # Errors
    ///
    /// A key that is missing or unknown, or a value that is not accepted.
    pub fn decode(fields: &mut Fields<'_>, context: &BuildContext<'_>) -> Result<Self, ConfigError> {
        decode::decode(fields, context)
    }

    /// The contracts, in their own units.
    #[must_use]
    pub const fn market(&self) -> &Market {
        &self.market
    }

    /// The contracts, for what only they can do.
    pub fn market_mut(&mut self) -> &mut Market {
        &mut self.market
    }

    /// The coins of the base pool of a metapool.
    #[must_use]
    pub fn base_coins(&self) -> &[Asset] {
        &self.base_coins
    }

    fn generation(&self) -> Generation {
        self.market.pool().params().generation()
    }

    fn trade(&self, sell: Asset, buy: Asset) -> Result<Trade, AmmError> {
        let of = |coins: &[Asset], asset| coins.iter().position(|coin| *coin == asset);
        if let (Some(i), Some(j)) = (of(&self.coins, sell), of(&self.coins, buy)) {
            return Ok(Trade::Direct([i, j]));
        }
        let underlying = |asset| match of(&self.coins, asset) {
            Some(0) => Some(0),
            _ => of(&self.base_coins, asset).map(|at| at.saturating_add(1)),
        };
        match (underlying(sell), underlying(buy)) {
            (Some(i), Some(j)) if !self.base_coins.is_empty() => Ok(Trade::Underlying([i, j])),
            _ => {
                let knows = |asset: &Asset| self.coins.contains(asset) || self.base_coins.contains(asset);
                Err(match [sell, buy].into_iter().find(|asset| !knows(asset)) {
                    Some(asset) => unknown(asset),
                    None => self.unsupported("trading the base pool's share for its coins"),
                })
            }
        }
    }

    fn check_share(&self, shares: TokenAmount) -> Result<(), AmmError> {
        if shares.asset == self.share { Ok(()) } else { Err(unknown(shares.asset)) }
    }

    fn amount(&self, coin: usize, raw: U256) -> TokenAmount {
        TokenAmount::new(self.coins.get(coin).copied().unwrap_or(self.share), raw)
    }

    /// What of a payment of the pool arrives.
    fn arrives(&self, coin: usize, amount: U256) -> U256 {
        self.market.pool().arrives(coin, amount).unwrap_or(amount)
    }

    fn swap_now(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        min: U256,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        let second = now.time.0;
        let trade = self.trade(sell.asset, buy)?;
        if sell.is_zero() {
            // Old contracts go through with nothing, and may round a unit of 18 decimals to the caller's favour.
            return Err(CurveError::Nothing.into());
        }
        match trade {
            Trade::Direct(coins) => {
                let done = self.market.exchange(coins, sell.raw, min, Payment::Taken, second)?;
                let Swapped { received, paid, fee, admin_fee } = done;
                let [_, j] = coins;
                let arrived = self.arrives(j, paid);
                let quote =
                    quote(sell, TokenAmount::new(buy, arrived), TokenAmount::new(buy, fee), admin_fee);
                let mut moved = Transfers::new();
                transfers::pay(&mut moved, trader, sell, received);
                transfers::receive(&mut moved, trader, TokenAmount::new(buy, paid), arrived);
                Ok(Swap { quote, transfers: moved })
            }
            Trade::Underlying(coins) => {
                let done = self.market.exchange_underlying(coins, sell.raw, min, second)?;
                let Underlying { paid, minted, burned, fee, admin_fee } = done;
                let base_share = self.amount(crate::BASE_SHARE, minted);
                let fee_coin = if burned.is_zero() { buy } else { base_share.asset };
                let quote =
                    quote(sell, TokenAmount::new(buy, paid), TokenAmount::new(fee_coin, fee), admin_fee);
                let mut moved: Transfers = smallvec![Transfer::pay(trader, sell)];
                transfers::base_shares(&mut moved, base_share, burned);
                moved.push(Transfer::receive(trader, quote.buy));
                Ok(Swap { quote, transfers: moved })
            }
        }
    }

    fn preview(&self) -> Self {
        self.clone()
    }

    fn remove_now(
        &mut self,
        provider: Account,
        shares: TokenAmount,
        removal: &Removal,
        now: Moment,
    ) -> Result<Removed, AmmError> {
        self.check_share(shares)?;
        if shares.is_zero() {
            // Some contracts do nothing for nothing; a removal that removes nothing is no removal.
            return Err(CurveError::Nothing.into());
        }
        let (count, second) = (self.coins.len(), now.time.0);
        let mut claimed = PerCoin::zero(count);
        let (burned, amounts) = match removal {
            Removal::Proportional { min } => {
                let none = PerCoin::zero(count);
                let min: &[U256] = if min.is_empty() { &none } else { min };
                let removed = self.market.remove_liquidity(shares.raw, min, true, second)?;
                claimed = removed.claimed;
                (removed.burned, removed.amounts)
            }
            Removal::OneCoin { coin, min } => {
                let Some(i) = self.coins.iter().position(|known| known == coin) else {
                    return Err(unknown(*coin));
                };
                if !self.capabilities().remove_one_coin {
                    return Err(self.unsupported("removing one coin"));
                }
                let removed = self.market.remove_one(shares.raw, i, *min, second)?;
                (shares.raw, PerCoin::zero(count).with(i, removed.paid))
            }
            Removal::Exactly { amounts } => {
                let removed = self.market.remove_imbalance(amounts, shares.raw, second)?;
                (removed.burned, removed.amounts)
            }
        };
        let burned = TokenAmount::new(self.share, burned);
        let mut moved: Transfers = smallvec![Transfer::burn(provider, burned)];
        let mut arrived = Amounts::new();
        for (at, amount) in amounts.iter().enumerate() {
            let arrives = self.arrives(at, *amount);
            arrived.push(arrives);
            transfers::receive(&mut moved, provider, self.amount(at, *amount), arrives);
            transfers::claimed(&mut moved, self.amount(at, claimed.at(at)));
        }
        Ok(Removed { shares: burned, amounts: arrived, transfers: moved })
    }
}

fn unknown(asset: Asset) -> AmmError {
    AmmError::UnknownAsset { protocol: PROTOCOL, asset }
}

/// The fee stays in the coin that the pool gives; the owner's part of it is his at once.
fn quote(sell: TokenAmount, buy: TokenAmount, fee: TokenAmount, admin: U256) -> Quote {
    let liquidity = TokenAmount::new(fee.asset, fee.raw.saturating_sub(admin));
    Quote { sell, buy, fees: Fees { liquidity, protocol: TokenAmount::new(fee.asset, admin) } }
}

impl Pool for CurvePool {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation, self.coins().len())
    }

    fn version(&self) -> &'static str {
        self.generation().name()
    }

    fn capabilities(&self) -> Capabilities {
        let params = self.market.pool().params();
        Capabilities {
            exact_out: false,
            fungible_shares: true,
            unbalanced_add: true,
            remove_one_coin: params.generation() != Generation::Susd,
            remove_amounts: true,
            price_accumulators: false,
            collects_fees: false,
            rebasing_coins: params.is_live(),
        }
    }

    fn fork(&self) -> Box<dyn Pool> {
        Box::new(self.clone())
    }

    fn coins(&self) -> &[Asset] {
        &self.coins
    }

    fn share(&self) -> Option<Asset> {
        Some(self.share)
    }

    fn reserves(&self) -> Amounts {
        let balances = self.market.pool().balances();
        Amounts::from_slice(&balances.unwrap_or_else(|_| PerCoin::zero(self.coins.len())))
    }

    fn spot_rate(&self, sell: Asset, buy: Asset, now: Moment) -> Result<Rate, AmmError> {
        match self.trade(sell, buy)? {
            Trade::Direct(coins) => Ok(spot::rate(&self.market, coins, now.time.0)?),
            Trade::Underlying(_) => Err(self.unsupported("marginal rates over the base pool")),
        }
    }

    fn quote_exact_in(&self, sell: TokenAmount, buy: Asset, now: Moment) -> Result<Quote, AmmError> {
        Ok(self.preview().swap_now(transfers::OUTSIDE, sell, buy, U256::ZERO, now)?.quote)
    }

    fn quote_exact_out(&self, sell: Asset, buy: TokenAmount, _now: Moment) -> Result<Quote, AmmError> {
        self.trade(sell, buy.asset)?;
        Err(self.unsupported("swaps to an exact output"))
    }

    fn swap_exact_in(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        min_buy: U256,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        self.swap_now(trader, sell, buy, min_buy, now)
    }

    fn swap_exact_out(
        &mut self,
        _trader: Account,
        sell: Asset,
        _max_sell: U256,
        buy: TokenAmount,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        self.quote_exact_out(sell, buy, now)?;
        Err(self.unsupported("swaps to an exact output"))
    }

    fn add_liquidity(
        &mut self,
        provider: Account,
        deposit: &Deposit,
        now: Moment,
    ) -> Result<Added, AmmError> {
        if deposit.range.is_some() {
            return Err(self.unsupported("liquidity in a price range"));
        }
        // A contract takes a deposit too small for a share as a gift; here it is refused as one that mints too little.
        let min = deposit.min_shares.max(U256::ONE);
        let added = self.market.add_liquidity(&deposit.amounts, min, now.time.0)?;
        let mut moved = Transfers::new();
        for (at, amount) in deposit.amounts.iter().enumerate() {
            transfers::pay(&mut moved, provider, self.amount(at, *amount), added.received.at(at));
        }
        let shares = TokenAmount::new(self.share, added.minted);
        moved.push(Transfer::mint(provider, shares));
        Ok(Added { used: deposit.amounts.clone(), shares, transfers: moved })
    }

    fn preview_remove(&self, shares: TokenAmount, now: Moment) -> Result<Amounts, AmmError> {
        let removal = Removal::Proportional { min: Amounts::new() };
        Ok(self.preview().remove_now(transfers::OUTSIDE, shares, &removal, now)?.amounts)
    }

    fn remove_liquidity(
        &mut self,
        provider: Account,
        shares: TokenAmount,
        removal: &Removal,
        now: Moment,
    ) -> Result<Removed, AmmError> {
        self.remove_now(provider, shares, removal, now)
    }

    fn rebase(&mut self, held: TokenAmount, _now: Moment) -> Result<(), AmmError> {
        if !self.market.pool().params().is_live() {
            return Err(self.unsupported("coins whose balances change by themselves"));
        }
        let Some(coin) = self.coins.iter().position(|coin| *coin == held.asset) else {
            return Err(unknown(held.asset));
        };
        Ok(self.market.pool_mut().rebase(coin, held.raw)?)
    }

    /// `shares × D ÷ supply × min(price ÷ rate)`: the virtual price at the least of the outside prices. **Rounds down**.
    fn fair_value(&self, shares: TokenAmount, prices: &PriceBook, now: Moment) -> Result<Wad, AmmError> {
        if let Some(base) = self.market.base()
            && shares.asset == self.amount(crate::BASE_SHARE, U256::ZERO).asset
        {
            return valuation::base_value(&base.pool, &self.base_coins, shares.raw, prices, now.time.0);
        }
        self.check_share(shares)?;
        valuation::fair_value(&self.market, &self.coins, &self.base_coins, shares.raw, prices, now.time.0)
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let own = self.coins.iter().zip(self.market.pool().state().held.iter());
        let base = self.market.base().map(|base| base.pool.state().held);
        let base = self.base_coins.iter().zip(base.iter().flat_map(|held| held.iter()));
        own.chain(base).map(|(coin, raw)| TokenAmount::new(*coin, *raw)).collect()
    }

    fn issued(&self) -> Vec<TokenAmount> {
        let mut issued = vec![TokenAmount::new(self.share, self.market.pool().state().supply)];
        if let Some(base) = self.market.base() {
            issued.push(self.amount(crate::BASE_SHARE, base.pool.state().supply));
        }
        issued
    }

    fn dump(&self) -> Dump {
        decode::dump(&self.market)
    }

    fn amount_to_rate(&self, sell: Asset, buy: Asset, rate: Rate, now: Moment) -> Option<U256> {
        match self.trade(sell, buy).ok()? {
            Trade::Direct(coins) => slope::amount_to_rate(&self.market, coins, rate, now.time.0),
            Trade::Underlying(_) => None,
        }
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        _accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, AmmError>, ConfigError> {
        match special::run(&mut self.market, name, arguments, now.time.0)? {
            Some(result) => Ok(result.map_err(AmmError::from)),
            None => Ok(Err(self.unsupported("this operation"))),
        }
    }
}
