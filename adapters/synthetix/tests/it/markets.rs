//! Markets that several tests begin with.

use levmine_config::{Node, parse_toml};
use levmine_lending::{Context, LendingError, LendingMarket};
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad, parse_units};
use levmine_synthetix::SynthetixMarket;

pub(crate) const START: Moment = Moment { time: Timestamp(1_700_000_000), block: 18_000_000 };

pub(crate) const ALICE: Account = Account::new(1);
pub(crate) const BOB: Account = Account::new(2);
pub(crate) const KEEPER: Account = Account::new(3);

/// A pool of 500 %, 150 %, without a least time of staking, and with 1,000 sETH at 2,000 dollars in it.
pub(crate) const POOL: &str = r#"
    issuance_ratio = "500%"
    liquidation_ratio = "150%"
    liquidation_penalty = "30%"
    self_liquidation_penalty = "10%"
    liquidation_delay = "12h"
    minimum_stake_time = 0
    exchange_fee = "0.3%"
    synths = { sETH = "WETH" }
    outsiders = { snx = 100_000_000, debt = 50_000_000, synths = { sETH = { supply = 1_000, price = 2_000 } } }
"#;

pub(crate) fn asset(symbol: &str) -> Asset {
    Assets::standard().get(symbol).unwrap_or_else(|| Asset::new(symbol, 18).expect("a symbol"))
}

pub(crate) fn node(text: &str) -> Node {
    parse_toml("venue.toml", text).expect("valid")
}

pub(crate) fn try_build(text: &str) -> Result<SynthetixMarket, String> {
    let node = node(text);
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "pool", assets: &assets, now: START };
    let mut fields = node.fields().expect("a table");
    let market = SynthetixMarket::decode(&mut fields, &ctx).map_err(|error| error.to_string())?;
    fields.finish().map_err(|error| error.to_string())?;
    Ok(market)
}

pub(crate) fn build(text: &str) -> SynthetixMarket {
    try_build(text).expect("a market")
}

/// An amount in whole tokens, with up to 18 places.
pub(crate) fn units(amount: &str) -> U256 {
    parse_units(amount, 18).expect("an amount")
}

pub(crate) fn big(digits: &str) -> U256 {
    U256::from_str_radix(digits, 10).expect("an integer")
}

/// The prices of SNX and ether, and sUSD at a dollar.
pub(crate) fn prices(snx: &str, weth: &str) -> PriceBook {
    let mut prices = PriceBook::new();
    for (symbol, price) in [("SNX", snx), ("WETH", weth), ("sUSD", "1"), ("sETH", weth)] {
        prices.set(asset(symbol), Price(Wad::from_raw(units(price))));
    }
    prices
}

pub(crate) fn later(seconds: u64) -> Moment {
    Moment { time: Timestamp(START.time.0 + seconds), block: START.block + seconds / 12 }
}

/// Calls a contract's function.
pub(crate) fn call(
    market: &mut SynthetixMarket,
    name: &str,
    arguments: &str,
    now: Moment,
) -> Result<Dump, LendingError> {
    let node = node(arguments);
    let mut fields = node.fields().expect("a table");
    let prices = PriceBook::new();
    let accounts = |name: &str| match name {
        "alice" => ALICE,
        "bob" => BOB,
        "keeper" => KEEPER,
        other => panic!("nobody is called {other}"),
    };
    let done =
        market.special(name, &mut fields, &accounts, &Context { now, prices: &prices }).expect("arguments");
    if !matches!(done, Err(LendingError::Unsupported { .. })) {
        fields.finish().expect("no argument is left over");
    }
    done
}
