use levmine_amm::{
    Added, AmmError, Amounts, Capabilities, Collected, Deposit, Fees, Followed, Pool, PoolRecord, Quote,
    Rate, Removal, Removed, Swap, Worth,
};
use levmine_config::{ConfigError, Fields};
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, PriceBook, TokenAmount, Transfer, Transfers};
use levmine_math::{Rounding, U256, Wad, mul, mul_div, mul_shift};
use smallvec::{SmallVec, smallvec};

use crate::contract::{Core, Trade};
use crate::error::{V3Error, unknown};
use crate::liquidity_amounts::amounts_for_liquidity;
use crate::manager::{Addition, Manager, Token, check_slippage};
use crate::oracle::timestamp;
use crate::params::{Coins, rate, sqrt_of_fraction};
use crate::record::Before;
use crate::swap_math::{Exactly, WHOLE};
use crate::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, ratio, usable_ticks};
use crate::{DESCRIPTOR, PROTOCOL, decode, special, zap};

/// The largest amount that the contract's signed integers hold.
const MOST: U256 = U256::from_limbs([u64::MAX, u64::MAX, u64::MAX, u64::MAX >> 1]);

/// A pool with its position manager: the venue.
#[derive(Debug, Clone)]
pub struct UniswapV3Pool {
    name: Box<str>,
    coins: Coins,
    pub(crate) core: Core,
    pub(crate) manager: Manager,
    pub(crate) before: Before,
}

impl UniswapV3Pool {
    /// A pool over `core`, whose positions are named after `name`.
    #[must_use]
    pub fn new(name: &str, coins: Coins, core: Core, manager: Manager) -> Self {
        Self { name: name.into(), coins, core, manager, before: Before::default() }
    }

    /// The contract, in its own units and order.
    #[must_use]
    pub const fn core(&self) -> &Core {
        &self.core
    }

    /// The contract, for what only it can do.
    pub const fn core_mut(&mut self) -> &mut Core {
        &mut self.core
    }

    /// The position manager.
    #[must_use]
    pub const fn manager(&self) -> &Manager {
        &self.manager
    }

    /// The coins, their order and the prices in their words.
    #[must_use]
    pub const fn coin_order(&self) -> &Coins {
        &self.coins
    }

    /// The share of the position with this number.
    ///
    /// # Errors
    ///
    /// [`AmmError::Market`] for a name that is too long with it.
    pub fn share_of(&self, id: u64) -> Result<Asset, AmmError> {
        Ok(Asset::new(&format!("{}#{id}", self.name), 0)?)
    }

    /// Whether the contract's first token is sold.
    #[inline(always)]
    fn direction(&self, sell: Asset, buy: Asset) -> Result<bool, AmmError> {
        let [token0, token1] = self.coins.tokens();
        if sell == token0 && buy == token1 {
            Ok(true)
        } else if sell == token1 && buy == token0 {
            Ok(false)
        } else {
            Err(self.wrong_coins(sell, buy))
        }
    }

    #[cold]
    fn wrong_coins(&self, sell: Asset, buy: Asset) -> AmmError {
        match [sell, buy].into_iter().find(|asset| !self.coins.shown().contains(asset)) {
            Some(asset) => unknown(asset),
            None => V3Error::SameCoin.into(),
        }
    }

    fn token(&self, share: Asset) -> Result<&Token, AmmError> {
        self.manager.of_share(share).ok_or_else(|| unknown(share))
    }

    /// Two amounts, from the order shown to the contract's.
    fn two(&self, amounts: &[U256]) -> Result<[U256; 2], V3Error> {
        match amounts {
            [one, other] => Ok(self.coins.turned([*one, *other])),
            _ => Err(V3Error::NotTwoAmounts { given: amounts.len() }),
        }
    }

    fn shown(&self, amounts: [U256; 2]) -> Amounts {
        SmallVec::from_slice(&self.coins.turned(amounts))
    }

    /// The ticks of a deposit's range: of the position it goes into, of its prices, or all of them.
    pub(crate) fn ticks_of(&self, deposit: &Deposit) -> Result<[i32; 2], AmmError> {
        if let Some(share) = deposit.into {
            let token = self.token(share)?;
            return Ok([token.lower, token.upper]);
        }
        let spacing = self.core.terms().tick_spacing();
        match &deposit.range {
            Some(range) => Ok(self.coins.ticks(range, spacing)?),
            None => Ok(usable_ticks(spacing)),
        }
    }

    fn adding(&self, deposit: &Deposit, now: Moment) -> Result<Addition, AmmError> {
        let desired = self.two(&deposit.amounts)?;
        let clock = timestamp(now.time.0);
        let min = [U256::ZERO; 2];
        let addition = if let Some(share) = deposit.into {
            self.manager.adding(&self.core, Ok(self.token(share)?), desired, min, clock)?
        } else {
            let ticks = self.ticks_of(deposit)?;
            let share = self.share_of(self.manager.next_id())?;
            self.manager.adding(&self.core, Err((share, ticks)), desired, min, clock)?
        };
        if U256::from(addition.liquidity) < deposit.min_shares {
            let (liquidity, min) = (addition.liquidity, deposit.min_shares);
            return Err(V3Error::TooFewShares { liquidity, min }.into());
        }
        Ok(addition)
    }

    /// The largest swap in a direction: as far as there are ticks.
    fn end(zero_for_one: bool) -> U256 {
        if zero_for_one { MIN_SQRT_RATIO + U256::ONE } else { MAX_SQRT_RATIO - U256::ONE }
    }

    #[inline]
    fn quote_of(sell: Asset, buy: Asset, trade: &Trade) -> Quote {
        Quote {
            sell: TokenAmount::new(sell, trade.amount_in),
            buy: TokenAmount::new(buy, trade.amount_out),
            fees: Fees {
                liquidity: TokenAmount::new(sell, trade.fee),
                protocol: TokenAmount::new(sell, trade.protocol_fee),
            },
        }
    }

    #[inline]
    fn quote(&self, sell: Asset, buy: Asset, exactly: Exactly) -> Result<Quote, AmmError> {
        let zero_for_one = self.direction(sell, buy)?;
        let trade = self.core.quote(zero_for_one, exactly, Self::end(zero_for_one))?;
        check_bought(exactly, &trade)?;
        Ok(Self::quote_of(sell, buy, &trade))
    }

    /// Swaps if `accept` takes the trade.
    fn swap(
        &mut self,
        trader: Account,
        [sell, buy]: [Asset; 2],
        exactly: Exactly,
        now: Moment,
        accept: impl FnOnce(&Trade) -> Result<(), V3Error>,
    ) -> Result<Swap, AmmError> {
        let zero_for_one = self.direction(sell, buy)?;
        let limit = Self::end(zero_for_one);
        let trade = crate::swap::run::<true>(&self.core, zero_for_one, exactly, limit)?;
        check_bought(exactly, &trade)?;
        accept(&trade)?;
        crate::swap::commit(&mut self.core, &trade, timestamp(now.time.0));
        let quote = Self::quote_of(sell, buy, &trade);
        let transfers = smallvec![Transfer::pay(trader, quote.sell), Transfer::receive(trader, quote.buy)];
        Ok(Swap { quote, transfers })
    }

    fn receive(&self, provider: Account, amounts: [U256; 2], transfers: &mut Transfers) {
        for (coin, amount) in self.coins.shown().iter().zip(self.coins.turned(amounts)) {
            if !amount.is_zero() {
                transfers.push(Transfer::receive(provider, TokenAmount::new(*coin, amount)));
            }
        }
    }
}

/// The router's checks: in its callback that something is paid, and then of an exact output.
#[inline]
fn check_bought(exactly: Exactly, trade: &Trade) -> Result<(), V3Error> {
    match exactly {
        _ if trade.amount_in.is_zero() => Err(V3Error::NothingToSwapWith),
        Exactly::Out(asked) if trade.amount_out != asked => {
            Err(V3Error::NotAllBought { bought: trade.amount_out, asked })
        }
        _ => Ok(()),
    }
}

impl Pool for UniswapV3Pool {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn ticks_crossed(&self, sell: TokenAmount, buy: Asset, _now: Moment) -> u32 {
        let Ok(zero_for_one) = self.direction(sell.asset, buy) else { return 0 };
        let trade = self.core.quote(zero_for_one, Exactly::In(sell.raw), Self::end(zero_for_one));
        trade.map_or(0, |trade| u32::try_from(trade.ticks_crossed).unwrap_or(u32::MAX))
    }

    fn version(&self) -> &'static str {
        "v3"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            exact_out: true,
            fungible_shares: false,
            unbalanced_add: false,
            remove_one_coin: false,
            remove_amounts: false,
            price_accumulators: true,
            collects_fees: true,
            rebasing_coins: false,
        }
    }

    fn fork(&self) -> Box<dyn Pool> {
        Box::new(self.clone())
    }

    fn coins(&self) -> &[Asset] {
        self.coins.shown()
    }

    fn share(&self) -> Option<Asset> {
        None
    }

    /// The virtual reserves: those of a pool over all prices that would trade as this one does within its tick,
    /// `L ÷ √P` and `L · √P`, **rounded down**. What the pool really holds is told by its holdings.
    fn reserves(&self) -> Amounts {
        let state = self.core.state();
        let liquidity = U256::from(state.liquidity);
        let first = (liquidity << 96_usize).checked_div(state.sqrt_price).unwrap_or_default();
        let second = mul_shift(liquidity, state.sqrt_price, 96, Rounding::Down).unwrap_or_default();
        self.shown([first, second])
    }

    fn spot_rate(&self, sell: Asset, buy: Asset, _now: Moment) -> Result<Rate, AmmError> {
        let zero_for_one = self.direction(sell, buy)?;
        let sqrt_price = self.core.unlocked()?;
        // Rounded up either way: no swap is better than this.
        if zero_for_one {
            return Ok(rate(sqrt_price, Rounding::Up));
        }
        let Rate { buy, sell } = rate(sqrt_price, Rounding::Down);
        Ok(Rate { buy: sell, sell: buy })
    }

    #[inline]
    fn quote_exact_in(&self, sell: TokenAmount, buy: Asset, _now: Moment) -> Result<Quote, AmmError> {
        self.quote(sell.asset, buy, Exactly::In(sell.raw))
    }

    #[inline]
    fn quote_exact_out(&self, sell: Asset, buy: TokenAmount, _now: Moment) -> Result<Quote, AmmError> {
        self.quote(sell, buy.asset, Exactly::Out(buy.raw))
    }

    fn swap_exact_in(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        min_buy: U256,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        self.swap(trader, [sell.asset, buy], Exactly::In(sell.raw), now, |trade| {
            if trade.amount_out < min_buy {
                return Err(V3Error::TooLittleReceived { buy: trade.amount_out, min: min_buy });
            }
            Ok(())
        })
    }

    fn swap_exact_out(
        &mut self,
        trader: Account,
        sell: Asset,
        max_sell: U256,
        buy: TokenAmount,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        self.swap(trader, [sell, buy.asset], Exactly::Out(buy.raw), now, |trade| {
            if trade.amount_in > max_sell {
                return Err(V3Error::TooMuchRequested { sell: trade.amount_in, max: max_sell });
            }
            Ok(())
        })
    }

    fn add_liquidity(
        &mut self,
        provider: Account,
        deposit: &Deposit,
        now: Moment,
    ) -> Result<Added, AmmError> {
        let addition = self.adding(deposit, now)?;
        let (liquidity, amounts) = (addition.liquidity, addition.amounts);
        let token = self.manager.add(&mut self.core, addition, timestamp(now.time.0));
        let used = self.shown(amounts);
        let mut transfers = Transfers::new();
        for (coin, amount) in self.coins.shown().iter().zip(&used) {
            if !amount.is_zero() {
                transfers.push(Transfer::pay(provider, TokenAmount::new(*coin, *amount)));
            }
        }
        let shares = TokenAmount::new(token.share, U256::from(liquidity));
        transfers.push(Transfer::mint(provider, shares));
        Ok(Added { used, shares, transfers })
    }

    /// The coins alone; the fees that wait are told by [`Pool::earned`].
    fn preview_remove(&self, shares: TokenAmount, _now: Moment) -> Result<Amounts, AmmError> {
        let token = self.token(shares.asset)?;
        Ok(self.shown(Manager::preview(&self.core, token, shares.raw)?.map(U256::from)))
    }

    /// `decreaseLiquidity`, and the collection of what it gives. Fees stay where they are until they are collected, also
    /// when all liquidity is gone; a token without either is burned.
    fn remove_liquidity(
        &mut self,
        provider: Account,
        shares: TokenAmount,
        removal: &Removal,
        now: Moment,
    ) -> Result<Removed, AmmError> {
        let clock = timestamp(now.time.0);
        let token = self.token(shares.asset)?;
        let min = match removal {
            Removal::Proportional { min } if min.is_empty() => [U256::ZERO; 2],
            Removal::Proportional { min } => self.two(min)?,
            Removal::OneCoin { .. } => return Err(self.unsupported("removing one coin")),
            Removal::Exactly { .. } => return Err(self.unsupported("removing chosen amounts")),
        };
        let removing = self.manager.decreasing(&self.core, token, shares.raw, clock)?;
        check_slippage(removing.amounts, min)?;
        let paid = Manager::paying(&self.core, &removing)?;
        self.manager.remove(&mut self.core, removing, paid, clock);
        let paid = paid.map(U256::from);
        let mut transfers: Transfers = smallvec![Transfer::burn(provider, shares)];
        self.receive(provider, paid, &mut transfers);
        Ok(Removed { shares, amounts: self.shown(paid), transfers })
    }

    fn earned(&self, share: Asset, _now: Moment) -> Result<Amounts, AmmError> {
        let token = self.token(share)?;
        Ok(self.shown(Manager::earned(&self.core, token)?.map(U256::from)))
    }

    fn worth(&self, shares: TokenAmount, _now: Moment) -> Result<Worth, AmmError> {
        let token = self.token(shares.asset)?;
        let [coins, earned] = Manager::worth(&self.core, token, shares.raw)?.map(|two| two.map(U256::from));
        Ok(Worth { coins: self.shown(coins), earned: self.shown(earned) })
    }

    fn collect(&mut self, provider: Account, share: Asset, _now: Moment) -> Result<Collected, AmmError> {
        let token = self.token(share)?;
        let collecting = Manager::collecting(&self.core, token, [u128::MAX; 2])?;
        let paid = collecting.paid.map(U256::from);
        let token = self.manager.collect(&mut self.core, collecting);
        self.manager.forget_if_cleared(token);
        let mut transfers = Transfers::new();
        self.receive(provider, paid, &mut transfers);
        Ok(Collected { amounts: self.shown(paid), transfers })
    }

    /// What the shares would hold if the pool stood at the outside price, and their part of the fees that wait, at the
    /// outside prices. **Rounds down**.
    fn fair_value(&self, shares: TokenAmount, prices: &PriceBook, now: Moment) -> Result<Wad, AmmError> {
        let token = self.token(shares.asset)?;
        let [first, second] = *self.coins.shown();
        let sqrt_price = self.coins.sqrt_price_outside([prices.price(first)?, prices.price(second)?])?;
        let asked = u128::try_from(shares.raw)
            .map_err(|_| V3Error::NotEnoughLiquidity { asked: shares.raw, liquidity: token.liquidity })?;
        let held = amounts_for_liquidity(sqrt_price, ratio(token.lower), ratio(token.upper), asked)?;
        let fees = self.earned(shares.asset, now)?;
        let mut value = Wad::ZERO;
        for ((coin, held), fees) in self.coins.shown().iter().zip(self.coins.turned(held)).zip(fees) {
            let part = match U256::from(token.liquidity) {
                all if all.is_zero() || all == shares.raw => fees,
                all => mul_div(fees, shares.raw, all, Rounding::Down)?,
            };
            let amount = TokenAmount::new(*coin, levmine_math::add(held, part)?);
            value = value.add(prices.value(amount)?)?;
        }
        Ok(value)
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let balances = self.coins.turned(self.core.state().balances);
        self.coins.shown().iter().zip(balances).map(|(coin, raw)| TokenAmount::new(*coin, raw)).collect()
    }

    fn issued(&self) -> Vec<TokenAmount> {
        let of = |token: &Token| TokenAmount::new(token.share, U256::from(token.liquidity));
        self.manager.tokens().iter().map(of).collect()
    }

    fn dump(&self) -> Dump {
        decode::dump(self)
    }

    fn follow(
        &mut self,
        trader: Account,
        record: &PoolRecord,
        now: Moment,
    ) -> Result<(Followed, Transfers), AmmError> {
        crate::record::follow(self, trader, record, timestamp(now.time.0))
    }

    /// For liquidity over all prices.
    fn zap_swap(&self, amounts: &Amounts, now: Moment) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
        self.zap_swap_for(&Deposit::of(amounts.clone()), now)
    }

    fn zap_swap_for(
        &self,
        deposit: &Deposit,
        _now: Moment,
    ) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
        let amounts = self.two(&deposit.amounts)?;
        let ticks = self.ticks_of(deposit)?;
        let [token0, token1] = self.coins.tokens();
        Ok(zap::amount_to_swap(&self.core, amounts, ticks)?.map(|(zero_for_one, amount)| {
            let (sell, buy) = if zero_for_one { (token0, token1) } else { (token1, token0) };
            (TokenAmount::new(sell, amount), buy)
        }))
    }

    fn amount_to_rate(&self, sell: Asset, buy: Asset, rate: Rate, _now: Moment) -> Option<U256> {
        let zero_for_one = self.direction(sell, buy).ok()?;
        let start = self.core.unlocked().ok()?;
        let kept = U256::from(WHOLE.saturating_sub(self.core.terms().fee()));
        let (bought, sold) = (mul(rate.buy, U256::from(WHOLE)).ok()?, mul(rate.sell, kept).ok()?);
        // The price of the first token at which the last unit, its fee taken off, brings the rate.
        let root = if zero_for_one {
            sqrt_of_fraction(bought, sold).0.wrapping_add(U256::ONE)
        } else {
            sqrt_of_fraction(sold, bought).0
        };
        let limit = root.clamp(MIN_SQRT_RATIO + U256::ONE, MAX_SQRT_RATIO - U256::ONE);
        if if zero_for_one { limit >= start } else { limit <= start } {
            return Some(U256::ZERO);
        }
        Some(self.core.quote(zero_for_one, Exactly::In(MOST), limit).ok()?.amount_in)
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        _accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, AmmError>, ConfigError> {
        match special::run(self, name, arguments, timestamp(now.time.0))? {
            Some(result) => Ok(result),
            None => Ok(Err(AmmError::Unsupported { protocol: PROTOCOL, operation: "this operation" })),
        }
    }
}
