//! Pools that exist nowhere: a weighted curve, and a concentrated one with any number of coins.

use levmine_amm::{
    Added, AmmError, Amounts, Capabilities, Deposit, Fees, Pool, Quote, Rate, Refusal, Removal, Removed, Swap,
};
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, PriceBook, TokenAmount, Transfer, Transfers};
use levmine_math::{Rounding, U256, Wad, mul_div, sqrt_ceil};

static DESCRIPTOR: Descriptor = Descriptor {
    name: "toy",
    title: "Toy",
    summary: "a pool for tests",
    versions: &["1"],
    presets: &[],
    parameters: &[],
};

/// The curve between two coins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Curve {
    /// R0²·R1 is constant: the first coin weighs twice. 0.3 % of what is sold stays.
    Weighted,
    /// A constant product of so many times the reserves: flat, until a reserve is empty. 0.04 % of what is bought stays.
    Concentrated(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toy {
    pub(crate) coins: Vec<Asset>,
    /// What is there.
    pub(crate) reserves: Vec<U256>,
    /// What a concentrated curve pretends is there besides.
    pub(crate) pretended: Vec<U256>,
    pub(crate) curve: Curve,
}

impl Toy {
    pub(crate) fn new(coins: &[(&str, u8)], reserves: &[u128], curve: Curve) -> Self {
        let coins = coins.iter().map(|(symbol, decimals)| Asset::new(symbol, *decimals).expect("an asset"));
        let reserves: Vec<U256> = reserves.iter().copied().map(U256::from).collect();
        let pretended = match curve {
            Curve::Weighted => vec![U256::ZERO; reserves.len()],
            Curve::Concentrated(factor) => {
                reserves.iter().map(|reserve| reserve * U256::from(factor - 1)).collect()
            }
        };
        Self { coins: coins.collect(), reserves, pretended, curve }
    }

    fn place(&self, asset: Asset) -> Result<usize, AmmError> {
        let place = self.coins.iter().position(|coin| *coin == asset);
        place.ok_or(AmmError::UnknownAsset { protocol: "toy", asset })
    }

    fn depth(&self, at: usize) -> U256 {
        self.reserves[at] + self.pretended[at]
    }

    /// What comes out, and the fee.
    fn out(&self, from: usize, to: usize, sold: U256) -> Result<(U256, Fees), AmmError> {
        let (deep_in, deep_out) = (self.depth(from), self.depth(to));
        let fee_of =
            |amount: U256, parts: u64| mul_div(amount, U256::from(parts), U256::from(10_000), Rounding::Up);
        let (out, fee, fee_coin) = match self.curve {
            Curve::Weighted => {
                let fee = fee_of(sold, 30)?;
                let after = deep_in + sold.saturating_sub(fee);
                let left = if from == 0 {
                    let once = mul_div(deep_out, deep_in, after, Rounding::Up)?;
                    mul_div(once, deep_in, after, Rounding::Up)?
                } else {
                    sqrt_ceil(mul_div(deep_out * deep_out, deep_in, after, Rounding::Up)?)
                };
                (deep_out.saturating_sub(left), fee, from)
            }
            Curve::Concentrated(_) => {
                let whole = mul_div(sold, deep_out, deep_in + sold, Rounding::Down)?;
                let fee = fee_of(whole, 4)?;
                (whole.saturating_sub(fee), fee, to)
            }
        };
        if out.is_zero() || out >= self.reserves[to] {
            return Err(refused(if out.is_zero() {
                Refusal::InvalidAmount
            } else {
                Refusal::InsufficientLiquidity
            }));
        }
        let coin = self.coins[fee_coin];
        let fees = Fees { liquidity: TokenAmount::new(coin, fee), protocol: TokenAmount::zero(coin) };
        Ok((out, fees))
    }
}

fn refused(refusal: Refusal) -> AmmError {
    AmmError::Refused { protocol: "toy", refusal, code: "NO", source: "no".into() }
}

impl Pool for Toy {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            exact_out: false,
            fungible_shares: true,
            unbalanced_add: false,
            remove_one_coin: false,
            remove_amounts: false,
            price_accumulators: false,
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
        None
    }

    fn reserves(&self) -> Amounts {
        self.reserves.iter().copied().collect()
    }

    fn spot_rate(&self, sell: Asset, buy: Asset, _now: Moment) -> Result<Rate, AmmError> {
        let (from, to) = (self.place(sell)?, self.place(buy)?);
        let double = |at: usize| if self.curve == Curve::Weighted && at == 0 { 2 } else { 1 };
        // The coin that weighs twice moves the price twice as fast.
        let buy = self.depth(to) * U256::from(double(from));
        Ok(Rate { buy, sell: self.depth(from) * U256::from(double(to)) })
    }

    fn quote_exact_in(&self, sell: TokenAmount, buy: Asset, _now: Moment) -> Result<Quote, AmmError> {
        let (out, fees) = self.out(self.place(sell.asset)?, self.place(buy)?, sell.raw)?;
        Ok(Quote { sell, buy: TokenAmount::new(buy, out), fees })
    }

    fn quote_exact_out(&self, _sell: Asset, _buy: TokenAmount, _now: Moment) -> Result<Quote, AmmError> {
        Err(self.unsupported("exact-out swaps"))
    }

    fn swap_exact_in(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        _min_buy: U256,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        let quote = self.quote_exact_in(sell, buy, now)?;
        let (from, to) = (self.place(sell.asset)?, self.place(buy)?);
        self.reserves[from] += sell.raw;
        self.reserves[to] -= quote.buy.raw;
        let transfers =
            Transfers::from_iter([Transfer::pay(trader, sell), Transfer::receive(trader, quote.buy)]);
        Ok(Swap { quote, transfers })
    }

    fn swap_exact_out(
        &mut self,
        _trader: Account,
        _sell: Asset,
        _max_sell: U256,
        _buy: TokenAmount,
        _now: Moment,
    ) -> Result<Swap, AmmError> {
        Err(self.unsupported("exact-out swaps"))
    }

    fn add_liquidity(&mut self, _: Account, _: &Deposit, _: Moment) -> Result<Added, AmmError> {
        Err(self.unsupported("adding liquidity"))
    }

    fn preview_remove(&self, _: TokenAmount, _: Moment) -> Result<Amounts, AmmError> {
        Err(self.unsupported("removing liquidity"))
    }

    fn remove_liquidity(
        &mut self,
        _: Account,
        _: TokenAmount,
        _: &Removal,
        _: Moment,
    ) -> Result<Removed, AmmError> {
        Err(self.unsupported("removing liquidity"))
    }

    fn fair_value(&self, _: TokenAmount, _: &PriceBook, _: Moment) -> Result<Wad, AmmError> {
        Err(self.unsupported("a fair value"))
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        self.coins.iter().zip(&self.reserves).map(|(coin, raw)| TokenAmount::new(*coin, *raw)).collect()
    }

    fn issued(&self) -> Vec<TokenAmount> {
        Vec::new()
    }

    fn dump(&self) -> Dump {
        Dump::List(self.reserves.iter().map(Dump::text).collect())
    }
}
