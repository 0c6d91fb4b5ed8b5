use levmine_amm::{
    Added, AmmError, Amounts, Capabilities, Deposit, Fees, Pool, Quote, Rate, Refusal, Removal, Removed, Swap,
};
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, PriceBook, TokenAmount, Transfer, Transfers};
use levmine_math::{Bps, Rounding, U256, Wad, add, mul, mul_div, sqrt_floor, sub};
use smallvec::smallvec;

const NAME: &str = "constant-product-stub";

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Constant product stub",
    summary: "Two coins whose reserves keep their product, for tests",
    versions: &["1"],
    presets: &[],
    parameters: &[],
};

/// Two coins whose reserves keep their product; without a fee unless one is set.
#[derive(Debug, Clone)]
pub struct ConstantProduct {
    coins: [Asset; 2],
    reserves: [U256; 2],
    share: Asset,
    shares: U256,
    fee: Bps,
}

impl ConstantProduct {
    /// A pool with these reserves; the shares (the root of their product) are outsiders'.
    #[must_use]
    pub fn new(first: (Asset, U256), second: (Asset, U256), share: Asset) -> Self {
        let shares = first.1.checked_mul(second.1).map(sqrt_floor).unwrap_or_default();
        Self { coins: [first.0, second.0], reserves: [first.1, second.1], share, shares, fee: Bps::ZERO }
    }

    /// The same with a fee on what goes in, all of it the liquidity providers'.
    #[must_use]
    pub const fn with_fee(mut self, fee: Bps) -> Self {
        self.fee = fee;
        self
    }

    /// The reserves of the coin sold and the coin bought.
    fn pair(&self, sell: Asset, buy: Asset) -> Result<(U256, U256), AmmError> {
        let ([a, b], [x, y]) = (self.coins, self.reserves);
        if sell == a && buy == b {
            Ok((x, y))
        } else if sell == b && buy == a {
            Ok((y, x))
        } else {
            let asset = if sell == a || sell == b { buy } else { sell };
            Err(AmmError::UnknownAsset { protocol: NAME, asset })
        }
    }

    fn must_be_share(&self, asset: Asset) -> Result<(), AmmError> {
        if asset == self.share { Ok(()) } else { Err(AmmError::UnknownAsset { protocol: NAME, asset }) }
    }

    fn fees(&self, sell: TokenAmount) -> Result<Fees, AmmError> {
        let liquidity = TokenAmount::new(sell.asset, self.fee.mul_int(sell.raw, Rounding::Up)?);
        Ok(Fees { liquidity, protocol: TokenAmount::zero(sell.asset) })
    }

    fn swap(&mut self, trader: Account, quote: Quote) -> Result<Swap, AmmError> {
        let Quote { sell, buy, .. } = quote;
        let [first, _] = self.coins;
        let [x, y] = self.reserves;
        self.reserves = if sell.asset == first {
            [add(x, sell.raw)?, sub(y, buy.raw)?]
        } else {
            [sub(x, buy.raw)?, add(y, sell.raw)?]
        };
        Ok(Swap { quote, transfers: smallvec![Transfer::pay(trader, sell), Transfer::receive(trader, buy)] })
    }

    fn parts(&self, shares: U256) -> Result<Amounts, AmmError> {
        if shares > self.shares {
            return Err(refused(Refusal::InsufficientBalance, "TOO_MANY_SHARES"));
        }
        let part = |reserve: &U256| mul_div(*reserve, shares, self.shares, Rounding::Down);
        Ok(self.reserves.iter().map(part).collect::<Result<_, _>>()?)
    }
}

fn refused(refusal: Refusal, code: &'static str) -> AmmError {
    AmmError::Refused { protocol: NAME, refusal, code, source: code.into() }
}

impl Pool for ConstantProduct {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            exact_out: true,
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
        Some(self.share)
    }

    fn reserves(&self) -> Amounts {
        Amounts::from_slice(&self.reserves)
    }

    fn spot_rate(&self, sell: Asset, buy: Asset, _now: Moment) -> Result<Rate, AmmError> {
        let (x, y) = self.pair(sell, buy)?;
        if x.is_zero() || y.is_zero() {
            return Err(refused(Refusal::InsufficientLiquidity, "EMPTY"));
        }
        Ok(Rate { buy: y, sell: x })
    }

    fn quote_exact_in(&self, sell: TokenAmount, buy: Asset, _now: Moment) -> Result<Quote, AmmError> {
        let (x, y) = self.pair(sell.asset, buy)?;
        if sell.is_zero() {
            return Err(refused(Refusal::InvalidAmount, "NOTHING_IN"));
        }
        let fees = self.fees(sell)?;
        let net = sub(sell.raw, fees.liquidity.raw)?;
        let out = mul_div(y, net, add(x, net)?, Rounding::Down)?;
        if out.is_zero() {
            return Err(refused(Refusal::InsufficientLiquidity, "NOTHING_OUT"));
        }
        add(x, sell.raw)?;
        Ok(Quote { sell, buy: TokenAmount::new(buy, out), fees })
    }

    fn quote_exact_out(&self, sell: Asset, buy: TokenAmount, _now: Moment) -> Result<Quote, AmmError> {
        let (x, y) = self.pair(sell, buy.asset)?;
        if buy.is_zero() {
            return Err(refused(Refusal::InvalidAmount, "NOTHING_OUT"));
        }
        if buy.raw >= y {
            return Err(refused(Refusal::InsufficientLiquidity, "NOT_SO_MUCH"));
        }
        let net = mul_div(x, buy.raw, sub(y, buy.raw)?, Rounding::Up)?;
        let gross = mul_div(net, Bps::ONE.raw(), Bps::ONE.sub(self.fee)?.raw(), Rounding::Up)?;
        add(x, gross)?;
        let sell = TokenAmount::new(sell, gross);
        let fees = self.fees(sell)?;
        Ok(Quote { sell, buy, fees })
    }

    fn swap_exact_in(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        min_buy: U256,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        let quote = self.quote_exact_in(sell, buy, now)?;
        if quote.buy.raw < min_buy {
            return Err(refused(Refusal::Slippage, "TOO_LITTLE"));
        }
        self.swap(trader, quote)
    }

    fn swap_exact_out(
        &mut self,
        trader: Account,
        sell: Asset,
        max_sell: U256,
        buy: TokenAmount,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        let quote = self.quote_exact_out(sell, buy, now)?;
        if quote.sell.raw > max_sell {
            return Err(refused(Refusal::Slippage, "TOO_MUCH"));
        }
        self.swap(trader, quote)
    }

    fn add_liquidity(
        &mut self,
        provider: Account,
        deposit: &Deposit,
        _now: Moment,
    ) -> Result<Added, AmmError> {
        let &[a, b] = deposit.amounts.as_slice() else {
            return Err(refused(Refusal::InvalidAmount, "TWO_COINS"));
        };
        let [x, y] = self.reserves;
        let (shares, used) = if self.shares.is_zero() {
            (sqrt_floor(mul(a, b)?), [a, b])
        } else {
            let by_coin = |amount, reserve| mul_div(amount, self.shares, reserve, Rounding::Down);
            let shares = by_coin(a, x)?.min(by_coin(b, y)?);
            let used = |reserve| mul_div(reserve, shares, self.shares, Rounding::Up);
            (shares, [used(x)?, used(y)?])
        };
        if shares.is_zero() {
            return Err(refused(Refusal::InvalidAmount, "NO_SHARES"));
        }
        if shares < deposit.min_shares {
            return Err(refused(Refusal::Slippage, "TOO_FEW_SHARES"));
        }
        let (reserves, total) = ([add(x, used[0])?, add(y, used[1])?], add(self.shares, shares)?);
        (self.reserves, self.shares) = (reserves, total);
        let shares = TokenAmount::new(self.share, shares);
        let mut transfers: Transfers = (self.coins.iter().zip(used))
            .map(|(coin, amount)| Transfer::pay(provider, TokenAmount::new(*coin, amount)))
            .collect();
        transfers.push(Transfer::mint(provider, shares));
        Ok(Added { used: Amounts::from_slice(&used), shares, transfers })
    }

    fn preview_remove(&self, shares: TokenAmount, _now: Moment) -> Result<Amounts, AmmError> {
        self.must_be_share(shares.asset)?;
        if shares.is_zero() {
            return Err(refused(Refusal::InvalidAmount, "NO_SHARES"));
        }
        self.parts(shares.raw)
    }

    fn remove_liquidity(
        &mut self,
        provider: Account,
        shares: TokenAmount,
        removal: &Removal,
        now: Moment,
    ) -> Result<Removed, AmmError> {
        let Removal::Proportional { min } = removal else {
            return Err(self.unsupported("removing in other amounts than the pool's proportion"));
        };
        let amounts = self.preview_remove(shares, now)?;
        if amounts.iter().zip(min).any(|(amount, min)| amount < min) {
            return Err(refused(Refusal::Slippage, "TOO_LITTLE"));
        }
        let mut reserves = self.reserves;
        for (reserve, amount) in reserves.iter_mut().zip(&amounts) {
            *reserve = sub(*reserve, *amount)?;
        }
        self.shares = sub(self.shares, shares.raw)?;
        self.reserves = reserves;
        let mut transfers: Transfers = smallvec![Transfer::burn(provider, shares)];
        for (coin, amount) in self.coins.iter().zip(&amounts) {
            transfers.push(Transfer::receive(provider, TokenAmount::new(*coin, *amount)));
        }
        Ok(Removed { shares, amounts, transfers })
    }

    /// Twice the root of the product of the two sides' values, in proportion to the shares.
    fn fair_value(&self, shares: TokenAmount, prices: &PriceBook, _now: Moment) -> Result<Wad, AmmError> {
        self.must_be_share(shares.asset)?;
        if self.shares.is_zero() {
            return Ok(Wad::ZERO);
        }
        let side = |coin, reserve| prices.value(TokenAmount::new(coin, reserve)).map(Wad::raw);
        let ([a, b], [x, y]) = (self.coins, self.reserves);
        let root = sqrt_floor(mul(side(a, x)?, side(b, y)?)?);
        Ok(Wad::from_raw(mul_div(mul(root, U256::from(2))?, shares.raw, self.shares, Rounding::Down)?))
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        self.coins.iter().zip(self.reserves).map(|(coin, reserve)| TokenAmount::new(*coin, reserve)).collect()
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.share, self.shares)]
    }

    fn dump(&self) -> Dump {
        let [x, y] = self.reserves;
        Dump::table([
            ("reserve0", Dump::text(x)),
            ("reserve1", Dump::text(y)),
            ("shares", Dump::text(self.shares)),
        ])
    }
}
