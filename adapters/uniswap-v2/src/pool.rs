use levmine_amm::{
    Added, AmmError, Amounts, Capabilities, Deposit, Fees, Pool, Quote, Rate, Removal, Removed, Swap,
};
use levmine_config::{ConfigError, Fields};
use levmine_market::{
    Account, Asset, Descriptor, Dump, Moment, Party, PriceBook, TokenAmount, Transfer, Transfers,
};
use levmine_math::{U256, Wad};
use smallvec::{SmallVec, smallvec};

use crate::error::PairError;
use crate::pair::{Pair, Side};
use crate::{DESCRIPTOR, PROTOCOL, decode, library, oracle, special, valuation, zap};

/// A pair with the names of its coins and of its share: the venue.
#[derive(Debug, Clone)]
pub struct UniswapV2Pool {
    coins: [Asset; 2],
    share: Asset,
    pair: Pair,
}

impl UniswapV2Pool {
    /// A pool over `pair`, whose coins are in the contract's order.
    #[must_use]
    pub const fn new(coins: [Asset; 2], share: Asset, pair: Pair) -> Self {
        Self { coins, share, pair }
    }

    /// The pair, in the contract's own units.
    #[must_use]
    pub const fn pair(&self) -> &Pair {
        &self.pair
    }

    /// The pair, for what only it can do.
    pub const fn pair_mut(&mut self) -> &mut Pair {
        &mut self.pair
    }

    #[inline(always)]
    fn side(&self, sell: Asset, buy: Asset) -> Result<Side, AmmError> {
        let [first, second] = self.coins;
        if sell == first && buy == second {
            Ok(Side::First)
        } else if sell == second && buy == first {
            Ok(Side::Second)
        } else {
            Err(self.wrong_coins(sell, buy))
        }
    }

    #[cold]
    fn wrong_coins(&self, sell: Asset, buy: Asset) -> AmmError {
        match [sell, buy].into_iter().find(|asset| !self.coins.contains(asset)) {
            Some(asset) => unknown(asset),
            None => PairError::IdenticalCoins.into(),
        }
    }

    fn check_share(&self, shares: TokenAmount) -> Result<(), AmmError> {
        if shares.asset == self.share { Ok(()) } else { Err(unknown(shares.asset)) }
    }

    /// Puts the fee beside the amounts: it is within what is sold.
    #[inline(always)]
    fn quote(&self, sell: TokenAmount, buy: TokenAmount) -> Quote {
        let fee = self.pair.fee().within(sell.raw);
        let protocol = self.pair.protocol_fee().map_or(U256::ZERO, |part| part.part_of(fee));
        let amount = |raw| TokenAmount::new(sell.asset, raw);
        let fees = Fees { liquidity: amount(fee.wrapping_sub(protocol)), protocol: amount(protocol) };
        Quote { sell, buy, fees }
    }

    fn protocol_mint(&self, transfers: &mut Transfers, shares: U256) {
        if !shares.is_zero() {
            let amount = TokenAmount::new(self.share, shares);
            transfers.push(Transfer { from: Party::Issuer, to: Party::Venue, amount });
        }
    }
}

fn unknown(asset: Asset) -> AmmError {
    AmmError::UnknownAsset { protocol: PROTOCOL, asset }
}

fn clock(now: Moment) -> u32 {
    oracle::timestamp(now.time.0)
}

/// Exactly one amount for each coin.
fn two(amounts: &[U256]) -> Result<[U256; 2], PairError> {
    amounts.try_into().map_err(|_| PairError::NotTwoAmounts { given: amounts.len() })
}

impl Pool for UniswapV2Pool {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "v2"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            exact_out: true,
            fungible_shares: true,
            unbalanced_add: false,
            remove_one_coin: false,
            remove_amounts: false,
            price_accumulators: true,
            collects_fees: false,
            rebasing_coins: false,
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
        SmallVec::from_iter(self.pair.state().reserves.map(U256::from))
    }

    fn spot_rate(&self, sell: Asset, buy: Asset, _now: Moment) -> Result<Rate, AmmError> {
        let [sold, bought] = self.side(sell, buy)?.order(self.pair.state().reserves);
        if sold == 0 || bought == 0 {
            return Err(PairError::NoReserves { reserve0: sold, reserve1: bought }.into());
        }
        Ok(Rate { buy: U256::from(bought), sell: U256::from(sold) })
    }

    fn quote_exact_in(&self, sell: TokenAmount, buy: Asset, _now: Moment) -> Result<Quote, AmmError> {
        let out = self.pair.exact_in(self.side(sell.asset, buy)?, sell.raw)?;
        Ok(self.quote(sell, TokenAmount::new(buy, out)))
    }

    fn quote_exact_out(&self, sell: Asset, buy: TokenAmount, _now: Moment) -> Result<Quote, AmmError> {
        let sold = self.pair.exact_out(self.side(sell, buy.asset)?, buy.raw)?;
        Ok(self.quote(TokenAmount::new(sell, sold), buy))
    }

    fn swap_exact_in(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        min_buy: U256,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        let side = self.side(sell.asset, buy)?;
        let out = match self.pair.exact_in(side, sell.raw) {
            Ok(out) if out >= min_buy => out,
            answer => {
                // The router looks at the limit before the pair looks at anything.
                let [reserve_in, reserve_out] = side.order(self.pair.state().reserves);
                let buy = library::amount_out(sell.raw, reserve_in, reserve_out, self.pair.fee())?;
                if buy < min_buy {
                    return Err(PairError::TooLittleBought { buy, min: min_buy }.into());
                }
                answer?
            }
        };
        self.pair.trade(side, sell.raw, out, clock(now))?;
        Ok(swap(trader, self.quote(sell, TokenAmount::new(buy, out))))
    }

    fn swap_exact_out(
        &mut self,
        trader: Account,
        sell: Asset,
        max_sell: U256,
        buy: TokenAmount,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        let side = self.side(sell, buy.asset)?;
        let [reserve_in, reserve_out] = side.order(self.pair.state().reserves);
        let sold = library::amount_in(buy.raw, reserve_in, reserve_out, self.pair.fee())?;
        if sold > max_sell {
            return Err(PairError::TooMuchSold { sell: sold, max: max_sell }.into());
        }
        self.pair.trade(side, sold, buy.raw, clock(now))?;
        Ok(swap(trader, self.quote(TokenAmount::new(sell, sold), buy)))
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
        let desired = two(&deposit.amounts)?;
        let used = library::optimal_deposit(desired, self.pair.state().reserves)?;
        let minted = self.pair.preview_mint(used)?;
        if minted.shares < deposit.min_shares {
            return Err(PairError::TooFewShares { shares: minted.shares, min: deposit.min_shares }.into());
        }
        let minted = self.pair.mint(used, clock(now))?;

        let mut transfers = Transfers::new();
        for (coin, amount) in self.coins.into_iter().zip(used) {
            transfers.push(Transfer::pay(provider, TokenAmount::new(coin, amount)));
        }
        self.protocol_mint(&mut transfers, minted.protocol);
        self.protocol_mint(&mut transfers, minted.locked);
        let shares = TokenAmount::new(self.share, minted.shares);
        transfers.push(Transfer::mint(provider, shares));
        Ok(Added { used: SmallVec::from_iter(used), shares, transfers })
    }

    fn preview_remove(&self, shares: TokenAmount, _now: Moment) -> Result<Amounts, AmmError> {
        self.check_share(shares)?;
        Ok(SmallVec::from_iter(self.pair.preview_burn(shares.raw)?.amounts))
    }

    fn remove_liquidity(
        &mut self,
        provider: Account,
        shares: TokenAmount,
        removal: &Removal,
        now: Moment,
    ) -> Result<Removed, AmmError> {
        self.check_share(shares)?;
        let min = match removal {
            Removal::Proportional { min } if min.is_empty() => [U256::ZERO; 2],
            Removal::Proportional { min } => two(min)?,
            Removal::OneCoin { .. } => return Err(self.unsupported("removing one coin")),
            Removal::Exactly { .. } => return Err(self.unsupported("removing chosen amounts")),
        };
        let burned = self.pair.preview_burn(shares.raw)?;
        let ([amount0, amount1], [min0, min1]) = (burned.amounts, min);
        if amount0 < min0 {
            return Err(PairError::TooLittleOfFirst { amount: amount0, min: min0 }.into());
        }
        if amount1 < min1 {
            return Err(PairError::TooLittleOfSecond { amount: amount1, min: min1 }.into());
        }
        let burned = self.pair.burn(shares.raw, clock(now))?;

        let mut transfers = Transfers::new();
        self.protocol_mint(&mut transfers, burned.protocol);
        transfers.push(Transfer::burn(provider, shares));
        if !burned.donated.is_zero() {
            let amount = TokenAmount::new(self.share, burned.donated);
            transfers.push(Transfer { from: Party::Venue, to: Party::Issuer, amount });
        }
        for (coin, amount) in self.coins.into_iter().zip(burned.amounts) {
            transfers.push(Transfer::receive(provider, TokenAmount::new(coin, amount)));
        }
        Ok(Removed { shares, amounts: SmallVec::from_iter(burned.amounts), transfers })
    }

    /// `2·√(R0·p0·R1·p1) ÷ S` for each share, on the stored reserves. **Rounds down**.
    ///
    /// S is the supply with the protocol's shares that are due: what a burn would divide by. So the value does not
    /// fall when somebody's mint or burn collects them. Without a protocol fee S is `totalSupply`.
    fn fair_value(&self, shares: TokenAmount, prices: &PriceBook, _now: Moment) -> Result<Wad, AmmError> {
        self.check_share(shares)?;
        let [coin0, coin1] = self.coins;
        let prices = [prices.price(coin0)?, prices.price(coin1)?];
        let state = self.pair.state();
        let decimals = [coin0.decimals(), coin1.decimals()];
        let supply = self.pair.supply_with_pending()?;
        Ok(valuation::fair_value(shares.raw, supply, state.reserves, decimals, prices)?)
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let ([coin0, coin1], state) = (self.coins, self.pair.state());
        let [balance0, balance1] = state.balances;
        let shares = state.locked_shares.saturating_add(state.own_shares).saturating_add(state.fee_to_shares);
        vec![
            TokenAmount::new(coin0, balance0),
            TokenAmount::new(coin1, balance1),
            TokenAmount::new(self.share, shares),
        ]
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.share, self.pair.state().total_supply)]
    }

    fn dump(&self) -> Dump {
        decode::dump(&self.pair)
    }

    fn zap_swap(&self, amounts: &Amounts, _now: Moment) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
        let amounts = two(amounts)?;
        let Some((amount, first)) =
            zap::amount_to_swap(amounts, self.pair.state().reserves, self.pair.fee())?
        else {
            return Ok(None);
        };
        let side = if first { Side::First } else { Side::Second };
        let [sell, buy] = side.order(self.coins);
        // A surplus that buys nothing is left over.
        if self.pair.exact_in(side, amount).is_err() {
            return Ok(None);
        }
        Ok(Some((TokenAmount::new(sell, amount), buy)))
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        _accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, AmmError>, ConfigError> {
        match special::run(&mut self.pair, self.coins, name, arguments, clock(now))? {
            Some(result) => Ok(result.map_err(AmmError::from)),
            None => Ok(Err(self.unsupported("this operation"))),
        }
    }
}

#[inline]
fn swap(trader: Account, quote: Quote) -> Swap {
    let transfers = smallvec![Transfer::pay(trader, quote.sell), Transfer::receive(trader, quote.buy)];
    Swap { quote, transfers }
}
