//! Aave V3 markets in a recorded state.

use std::fmt::Write;

use levmine::config::{parse_json, parse_toml};
use levmine::market::{Account, Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine::math::U256;
use levmine_aave_v3::{AaveV3Market, Curve, Params, Rules, Version};

use super::data::integer;

/// 3.0.2 was deployed when everything here was recorded, save the last days of the hourly file; its formulas are 3.0's.
pub(super) fn rules() -> &'static Rules {
    Version::V3_0.rules()
}

/// Everybody: all balances of a market whose single accounts are not recorded.
pub(super) const EVERYBODY: Account = Account::new(0);

/// One in ray.
pub(super) const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

pub(super) fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(seconds), block: 0 }
}

/// What governance had set for the asset, in a configuration report: the bitmap's parameters, and the curve.
pub(super) fn listing(report: &serde_json::Value, symbol: &str) -> (Params, Curve) {
    let reserves = report["reserves"].as_object().unwrap();
    let reserve = reserves.values().find(|reserve| reserve["symbol"] == symbol).unwrap();
    let strategy = &report["strategies"][reserve["interestRateStrategy"].as_str().unwrap()];
    let number = |key: &str| integer(&reserve[key]).try_into().unwrap();
    let short = |key: &str| integer(&reserve[key]).try_into().unwrap();
    let rate = |key: &str| integer(&strategy[key]).try_into().unwrap();
    let params = Params {
        decimals: integer(&reserve["decimals"]).try_into().unwrap(),
        ltv: short("ltv"),
        liquidation_threshold: short("liquidationThreshold"),
        liquidation_bonus: short("liquidationBonus"),
        liquidation_protocol_fee: short("liquidationProtocolFee"),
        reserve_factor: short("reserveFactor"),
        supply_cap: number("supplyCap"),
        borrow_cap: number("borrowCap"),
        debt_ceiling: number("debtCeiling"),
        active: true,
        borrowing: true,
        flash_loans: true,
        ..Params::default()
    };
    let curve = Curve {
        optimal: rate("optimalUsageRatio"),
        base: rate("baseVariableBorrowRate"),
        slope1: rate("variableRateSlope1"),
        slope2: rate("variableRateSlope2"),
    };
    (params, curve)
}

/// One reserve of a state: indexes and rates in ray, totals in base units as the contracts keep them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recorded {
    pub(super) asset: Asset,
    pub(super) params: Params,
    pub(super) curve: Curve,
    pub(super) time: u64,
    pub(super) supply_rate: u128,
    pub(super) borrow_rate: u128,
    pub(super) supply_index: u128,
    pub(super) borrow_index: u128,
    pub(super) scaled_supply: U256,
    pub(super) scaled_debt: U256,
    pub(super) held: U256,
}

/// An account of a state: scaled supply and scaled debt, in the order of the reserves. What it supplied is collateral.
pub(super) type Balances = Vec<(U256, U256)>;

/// A market of these reserves and accounts; the accounts are numbered from 0.
pub(super) fn market(version: &str, head: &str, reserves: &[Recorded], users: &[Balances]) -> AaveV3Market {
    let rules = Version::from_name(version).unwrap().rules();
    let mut text = format!("version = \"{version}\"\n{head}\n");
    for reserve in reserves {
        let Recorded { params, curve, .. } = reserve;
        let _ = writeln!(text, "[state.reserves.{}]", reserve.asset);
        for (key, value) in [
            ("configuration", params.bitmap(0, rules)),
            ("optimalUsageRatio", U256::from(curve.optimal)),
            ("baseVariableBorrowRate", U256::from(curve.base)),
            ("variableRateSlope1", U256::from(curve.slope1)),
            ("variableRateSlope2", U256::from(curve.slope2)),
            ("lastUpdateTimestamp", U256::from(reserve.time)),
            ("currentLiquidityRate", U256::from(reserve.supply_rate)),
            ("currentVariableBorrowRate", U256::from(reserve.borrow_rate)),
            ("liquidityIndex", U256::from(reserve.supply_index)),
            ("variableBorrowIndex", U256::from(reserve.borrow_index)),
            ("aTokenScaledTotalSupply", reserve.scaled_supply),
            ("vTokenScaledTotalSupply", reserve.scaled_debt),
            ("underlyingHeld", reserve.held),
        ] {
            let _ = writeln!(text, "{key} = \"{value}\"");
        }
    }
    for (number, balances) in users.iter().enumerate() {
        let bits = balances.iter().enumerate().fold(0_u128, |bits, (id, (supply, debt))| {
            bits | u128::from(!debt.is_zero()) << (2 * id) | u128::from(!supply.is_zero()) << (2 * id + 1)
        });
        let list = |pick: fn(&(U256, U256)) -> U256| {
            let named = reserves.iter().zip(balances).map(|(r, b)| format!("{} = \"{}\"", r.asset, pick(b)));
            named.collect::<Vec<_>>().join(", ")
        };
        let (supplied, owed) = (list(|b| b.0), list(|b| b.1));
        let _ = writeln!(text, "[state.users.user{number}]\nuserConfiguration = \"{bits}\"");
        let _ = writeln!(text, "scaledSupply = {{ {supplied} }}\nscaledDebt = {{ {owed} }}");
    }
    let node = parse_toml("recorded.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut assets = Assets::standard();
    for reserve in reserves {
        assets.insert(reserve.asset);
    }
    let mut fields = node.fields().unwrap();
    let ctx = BuildContext { venue: "aave", assets: &assets, now: at(reserves[0].time) };
    let market = AaveV3Market::decode(&mut fields, &ctx).unwrap_or_else(|error| panic!("{error}\n{text}"));
    fields.finish().unwrap();
    market
}

/// A price book of these prices with 8 decimals.
pub(super) fn prices(list: &[(Asset, u128)]) -> PriceBook {
    let mut book = PriceBook::new();
    for (asset, price) in list {
        book.set(*asset, Price::from_decimals(U256::from(*price), 8).unwrap());
    }
    book
}

/// A market as a venue's table in JSON describes it.
pub(super) fn preset(name: &str) -> AaveV3Market {
    let text = format!("{{\"preset\": \"{name}\"}}");
    let node = parse_json("preset.json", &text).unwrap();
    let mut fields = node.fields().unwrap();
    let ctx = BuildContext { venue: "aave", assets: &Assets::standard(), now: at(1_698_710_400) };
    let market = AaveV3Market::decode(&mut fields, &ctx).unwrap();
    fields.finish().unwrap();
    market
}

/// The largest number up to `most` for which `holds`, which holds for all below too.
pub(super) fn largest(most: U256, holds: impl Fn(U256) -> bool) -> U256 {
    let (mut low, mut high) = (U256::ZERO, most);
    while low < high {
        let middle = high - ((high - low) >> 1_usize);
        if holds(middle) { low = middle } else { high = middle - U256::ONE }
    }
    low
}
