//! Trades over a metapool's base pool, by the trait.

use std::collections::BTreeMap;

use levmine_amm::Pool;
use levmine_curve_stableswap::CurvePool;
use levmine_market::{Account, Asset, Party, TokenAmount, Transfer};
use levmine_math::U256;

use crate::support::{at, build, build_curve, units};

const ALICE: Account = Account::new(1);

/// What the venue holds, and what exists of what it issues.
fn books(pool: &dyn Pool) -> (BTreeMap<Asset, U256>, BTreeMap<Asset, U256>) {
    let table =
        |amounts: Vec<TokenAmount>| amounts.into_iter().map(|amount| (amount.asset, amount.raw)).collect();
    (table(pool.holdings()), table(pool.issued()))
}

/// The books after these transfers.
fn moved(
    (mut held, mut issued): (BTreeMap<Asset, U256>, BTreeMap<Asset, U256>),
    transfers: &[Transfer],
) -> (BTreeMap<Asset, U256>, BTreeMap<Asset, U256>) {
    for Transfer { from, to, amount } in transfers {
        let change = |books: &mut BTreeMap<Asset, U256>, up: bool| {
            let entry = books.entry(amount.asset).or_default();
            *entry = if up { *entry + amount.raw } else { *entry - amount.raw };
        };
        match from {
            Party::Venue => change(&mut held, false),
            Party::Issuer => change(&mut issued, true),
            Party::Account(_) => {}
        }
        match to {
            Party::Venue => change(&mut held, true),
            Party::Issuer => change(&mut issued, false),
            Party::Account(_) => {}
        }
    }
    (held, issued)
}

fn trade(pool: &mut CurvePool, sell: (&str, u8), amount: U256, buy: (&str, u8)) -> U256 {
    let asset = |(symbol, decimals)| Asset::new(symbol, decimals).expect("an asset");
    let before = books(pool);
    let selling = TokenAmount::new(asset(sell), amount);
    let quote = pool.quote_exact_in(selling, asset(buy), at(5)).expect("a quote");
    let swap = pool.swap_exact_in(ALICE, selling, asset(buy), U256::ZERO, at(5)).expect("a swap");
    assert_eq!(swap.quote, quote);
    assert_eq!(moved(before, &swap.transfers), books(pool), "{sell:?} for {buy:?}");
    swap.quote.buy.raw
}

#[test]
fn every_token_over_the_base_pool_is_told() {
    for table in [
        "preset = \"gusd\"",
        "version = \"ng-meta-7.0.0\"\ncoins = [\"GUSD\", \"3Crv\"]\nbalances = [\"2000000\", \"1500000\"]\nA = 100\nbase = { version = \"ng-7.0.0\", coins = [\"DAI\", \"USDC\", \"USDT\"], balances = [\"75000000\", \"75000000\", \"75000000\"], A = 2000 }",
    ] {
        let mut pool = build_curve(table).expect("a pool");
        let (gusd, usdc, dai) = (("GUSD", 2), ("USDC", 6), ("DAI", 18));
        let got = trade(&mut pool, gusd, units(10_000, 2), usdc);
        assert!(got > units(9_900, 6) && got < units(10_100, 6), "{got}");
        trade(&mut pool, dai, units(50_000, 18), gusd);
        trade(&mut pool, usdc, units(1_000, 6), dai);
        trade(&mut pool, gusd, units(700, 2), ("3Crv", 18));
    }
}

#[test]
fn what_the_venue_does_not_trade() {
    let pool = build("preset = \"gusd\"").expect("a pool");
    let [gusd, share] = pool.coins() else { panic!("two coins") };
    let usdc = Asset::new("USDC", 6).expect("an asset");
    let one = |asset| TokenAmount::new(asset, units(1, 18));
    let error = pool.quote_exact_in(one(*share), usdc, at(0)).expect_err("no swap").to_string();
    assert!(error.contains("base pool's share"), "{error}");
    let error = pool.spot_rate(*gusd, usdc, at(0)).expect_err("no rate").to_string();
    assert!(error.contains("marginal rates over the base pool"), "{error}");
    let weth = Asset::new("WETH", 18).expect("an asset");
    assert!(pool.quote_exact_in(one(weth), usdc, at(0)).expect_err("unknown").to_string().contains("WETH"));
}
