//! The presets are the markets of their numbers: a market's number is the hash of what makes it up.

#![allow(clippy::expect_used, reason = "in a test a broken expectation is a failure")]

use levmine_config::parse_toml;
use levmine_market::{Assets, BuildContext, Moment};
use levmine_morpho_blue::{ADAPTER, Irm, MorphoBlueMarket};
use revm::primitives::{Address, keccak256};

use crate::abi::{Value, encode};
use crate::artifact::bytes_of_hex;

/// `AdaptiveCurveIrm` on Ethereum.
const MODEL: &str = "870aC11D48B15DB9a138Cf899d20F13F79Ba00BC";

/// Preset and its oracle on Ethereum.
const ORACLES: [(&str, &str); 3] = [
    ("wsteth-weth", "2a01EB9496094dA03c4E364Def50f5aD1280AD72"),
    ("wsteth-usdc", "48F7E36EB6B826B2dF4B2E630B62Cd25e89E40e2"),
    ("wbtc-usdc", "dDDd770BADd886dF3864029e4B377B5F6a2B6b83"),
];

fn address(digits: &str) -> Address {
    Address::from_slice(&bytes_of_hex(digits).expect("digits"))
}

/// The token on Ethereum.
fn token(symbol: &str) -> Address {
    address(match symbol {
        "WETH" => "C02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2",
        "wstETH" => "7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0",
        "USDC" => "A0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
        _ => "2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599",
    })
}

#[test]
fn presets_are_the_markets_of_their_numbers() {
    for (preset, oracle) in ORACLES {
        let node = parse_toml("venue", &format!("preset = \"{preset}\"")).expect("a table");
        let assets = Assets::standard();
        let ctx = BuildContext { venue: "venue", assets: &assets, now: Moment::default() };
        let market = MorphoBlueMarket::decode(&mut node.fields().expect("a table"), &ctx).expect("a market");
        let params = market.state().params;
        assert_eq!(params.irm(), Irm::AdaptiveCurve);
        let parts = [
            token(params.loan().symbol()).into(),
            token(params.collateral().symbol()).into(),
            address(oracle).into(),
            address(MODEL).into(),
            Value::from(params.lltv()),
        ];
        let number = keccak256(encode(&parts)).to_string();
        let listed = ADAPTER.descriptor.presets.iter().find(|listed| listed.name == preset).expect("listed");
        assert!(listed.source.contains(&number), "{preset} is {number}");
    }
}
