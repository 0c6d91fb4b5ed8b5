//! Markets that several tests begin with.

use levmine_config::{Node, parse_toml};
use levmine_lending::{Context, LendingError, LendingMarket};
use levmine_maker::MakerMarket;
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad, pow10};

pub(crate) const START: Moment = Moment { time: Timestamp(1_700_000_000), block: 18_000_000 };

pub(crate) const ALICE: Account = Account::new(1);
pub(crate) const BOB: Account = Account::new(2);
pub(crate) const KEEPER: Account = Account::new(3);

pub(crate) fn asset(symbol: &str) -> Asset {
    Assets::standard().get(symbol).expect("a known asset")
}

pub(crate) fn node(text: &str) -> Node {
    parse_toml("venue.toml", text).expect("valid")
}

pub(crate) fn try_build(text: &str) -> Result<MakerMarket, String> {
    let node = node(text);
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let mut fields = node.fields().expect("a table");
    let market = MakerMarket::decode(&mut fields, &ctx).map_err(|error| error.to_string())?;
    fields.finish().map_err(|error| error.to_string())?;
    Ok(market)
}

pub(crate) fn build(text: &str) -> MakerMarket {
    try_build(text).expect("a market")
}

/// So many whole tokens.
pub(crate) fn tokens(asset: Asset, whole: u64) -> U256 {
    U256::from(whole) * pow10(asset.decimals().into()).expect("a unit")
}

pub(crate) fn big(digits: &str) -> U256 {
    U256::from_str_radix(digits, 10).expect("an integer")
}

pub(crate) fn dollars(whole: u64) -> Price {
    Price(Wad::from_raw(U256::from(whole) * Wad::ONE.raw()))
}

pub(crate) fn prices(weth: u64) -> PriceBook {
    let mut prices = PriceBook::new();
    prices.set(asset("WETH"), dollars(weth));
    prices.set(asset("WBTC"), dollars(weth * 20));
    prices.set(asset("DAI"), dollars(1));
    prices
}

pub(crate) fn later(seconds: u64) -> Moment {
    Moment { time: Timestamp(START.time.0 + seconds), block: START.block + seconds / 12 }
}

/// Calls a contract's function; accounts by the number in their name, as `account 1`.
pub(crate) fn call(
    market: &mut MakerMarket,
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
