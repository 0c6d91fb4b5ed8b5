//! Venues in memory, for tests that need a market or a pool but no protocol.
//!
//! | stub | like | has |
//! |---|---|---|
//! | [`Pooled`] | Aave | any asset lent and borrowed, switches, modes, delegation, flash loans |
//! | [`Vault`] | Maker | a minted debt, Dutch auctions that stall |
//! | [`Absorber`] | Comet | one base asset, seizes for itself, sells from a store front |
//! | [`ConstantProduct`] | Uniswap V2 | two coins, one share, any fee, also none |
//! | [`Savings`] | a yield vault | shares, exact amounts, harvests with fees, a limit, a loss by leaving |
//! | [`Staking`] | a mining pool | stakes in its books, rewards that it mints |
//! | [`Liquid`] | liquid staking | a rebasing share, a queue |
//!
//! Their rates are fixed and their rules the simplest that keep every promise of the traits; they equal no contract.

mod absorber;
mod constant_product;
mod grid;
mod liquid;
mod pooled;
mod savings;
mod staking;
mod vault;

pub use absorber::Absorber;
pub use constant_product::ConstantProduct;
pub use liquid::Liquid;
pub use pooled::{Pooled, PooledTerms};
pub use savings::Savings;
pub use staking::Staking;
pub use vault::{Vault, VaultTerms};

use levmine_amm::Pool;
use levmine_lending::LendingMarket;
use levmine_market::{Asset, Moment, Price, PriceBook, Timestamp};
use levmine_math::{Bps, U256, Wad};

/// The moment at which the ready-made stubs begin.
pub const START: Moment = Moment { time: Timestamp(1_700_000_000), block: 18_000_000 };

/// The asset of this symbol; panics if there cannot be one.
#[must_use]
pub fn asset(symbol: &str, decimals: u8) -> Asset {
    match Asset::new(symbol, decimals) {
        Ok(asset) => asset,
        Err(error) => panic!("{error}"),
    }
}

/// WETH, 18 decimals.
#[must_use]
pub fn weth() -> Asset {
    asset("WETH", 18)
}

/// WBTC, 8 decimals.
#[must_use]
pub fn wbtc() -> Asset {
    asset("WBTC", 8)
}

/// USDC, 6 decimals.
#[must_use]
pub fn usdc() -> Asset {
    asset("USDC", 6)
}

/// DAI, 18 decimals.
#[must_use]
pub fn dai() -> Asset {
    asset("DAI", 18)
}

/// So many whole tokens of an asset, in base units.
#[must_use]
pub fn tokens(asset: Asset, whole: u64) -> U256 {
    let unit = levmine_math::pow10(u32::from(asset.decimals())).unwrap_or(U256::ONE);
    U256::from(whole).saturating_mul(unit)
}

/// So many dollars.
#[must_use]
pub fn dollars(whole: u64) -> Price {
    Price(Wad::from_raw(U256::from(whole).saturating_mul(Wad::ONE.raw())))
}

/// WETH at 2,000, WBTC at 40,000, USDC and DAI at 1 dollar.
#[must_use]
pub fn prices() -> PriceBook {
    let mut prices = PriceBook::new();
    prices.set(weth(), dollars(2_000));
    prices.set(wbtc(), dollars(40_000));
    prices.set(usdc(), dollars(1));
    prices.set(dai(), dollars(1));
    prices
}

/// A [`Pooled`] market of WETH, WBTC and USDC with outsiders' supplies of some tens of millions in each.
///
/// WETH: 80 % maximal LTV, 85 % threshold, 5 % bonus. WBTC: 70, 75, 10. USDC: 75, 80, 4. All earn 2 % and cost 4 %.
#[must_use]
pub fn pooled() -> Box<dyn LendingMarket> {
    let terms =
        |asset, max_ltv, threshold, bonus| PooledTerms::new(asset).collateral(max_ltv, threshold, bonus);
    let market = Pooled::new(
        [
            terms(weth(), 8_000, 8_500, 500),
            terms(wbtc(), 7_000, 7_500, 1_000),
            terms(usdc(), 7_500, 8_000, 400),
        ],
        START,
    )
    .with_liquidity(weth(), tokens(weth(), 20_000))
    .with_liquidity(wbtc(), tokens(wbtc(), 1_000))
    .with_liquidity(usdc(), tokens(usdc(), 50_000_000));
    Box::new(market)
}

/// A [`Vault`] that mints DAI against WETH, of which fifty million exist.
#[must_use]
pub fn vault() -> Box<dyn LendingMarket> {
    Box::new(Vault::new(VaultTerms::new(weth(), dai()), START).with_issued(tokens(dai(), 50_000_000)))
}

/// An [`Absorber`] that lends USDC against WETH and WBTC, with fifty million USDC supplied.
#[must_use]
pub fn absorber() -> Box<dyn LendingMarket> {
    Box::new(Absorber::new(usdc(), &[weth(), wbtc()], START).with_liquidity(tokens(usdc(), 50_000_000)))
}

/// A [`Savings`] vault of USDC that earns 10 % a year, with five million in it and room for forty more.
#[must_use]
pub fn savings() -> Box<dyn levmine_vault::Vault> {
    let vault = Savings::new(usdc(), asset("saUSDC", 6), START)
        .with_deposits(tokens(usdc(), 5_000_000), tokens(usdc(), 4_000_000))
        .with_limit(tokens(usdc(), 45_000_000))
        .with_fee(Bps::new(1_000));
    Box::new(vault)
}

/// A [`Staking`] contract that mints a token RWD for staked WETH, of which a thousand are staked.
#[must_use]
pub fn staking() -> Box<dyn levmine_vault::Vault> {
    Box::new(Staking::new(weth(), asset("RWD", 18), START).with_stake(tokens(weth(), 1_000)))
}

/// A [`Liquid`] staking token eWETH of ten thousand staked WETH.
#[must_use]
pub fn liquid() -> Box<dyn levmine_vault::Vault> {
    Box::new(Liquid::new(weth(), asset("eWETH", 18), START).with_deposits(tokens(weth(), 10_000)))
}

/// A [`ConstantProduct`] pool of WETH and USDC at 2,000 without a fee, twenty million dollars on each side.
#[must_use]
pub fn pool() -> Box<dyn Pool> {
    Box::new(ConstantProduct::new(
        (weth(), tokens(weth(), 10_000)),
        (usdc(), tokens(usdc(), 20_000_000)),
        asset("LP-WETH-USDC", 18),
    ))
}
