//! What 3pool said on chain that swaps would pay.

use levmine::amm::Pool;
use levmine::market::{Asset, Assets, BuildContext, Dump, Moment, Timestamp};
use levmine::math::U256;
use levmine_curve_stableswap::{ADAPTER, CurvePool};

use super::data::{json, tell};

fn text(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToString::to_string)
}

/// The state of the block, with A on its way there long ago, and every `get_dy` that was asked.
#[test]
fn get_dy_of_3pool() {
    let file = "vectors/curve_3pool_block_24407242_get_dy.json";
    let Some(recorded) = json(file) else { return };
    let state = &recorded["state"];
    let list = |key: &str| {
        let items = state[key].as_array().unwrap().iter().map(|item| format!("\"{}\"", text(item)));
        items.collect::<Vec<_>>().join(", ")
    };
    let number = |key: &str| format!("\"{}\"", text(&state[key]));
    let table = format!(
        "coins = [\"DAI\", \"USDC\", \"USDT\"]\n[state]\nstored_balances = [{}]\ntotal_supply = {}\nfee = {}\n\
         admin_fee = {}\ninitial_A = {}\nfuture_A = {}\ninitial_A_time = {}\nfuture_A_time = {}",
        list("balances"),
        number("lp_token_total_supply"),
        number("fee"),
        number("admin_fee"),
        number("initial_a"),
        number("future_a"),
        number("initial_a_time"),
        number("future_a_time"),
    );
    let node = levmine::config::parse_toml("state.toml", &table).unwrap();
    let now = state["block_timestamp"].as_u64().unwrap();
    let moment = Moment { time: Timestamp(now), block: 24_407_242 };
    let assets = Assets::standard();
    let context = BuildContext { venue: "pool", assets: &assets, now: moment };
    let mut fields = node.fields().unwrap();
    let pool = CurvePool::decode(&mut fields, &context).unwrap();
    fields.finish().unwrap();

    let contract = pool.market().pool();
    assert_eq!(contract.amp(now).unwrap(), U256::from(state["a_coefficient"].as_u64().unwrap()));
    assert_eq!(pool.market().virtual_price(now).unwrap().to_string(), text(&state["virtual_price"]));
    let place = |symbol: &str| {
        let coins = ["DAI", "USDC", "USDT"];
        coins.iter().position(|coin| *coin == symbol).unwrap()
    };
    let mut asked = 0;
    for quotes in recorded["quotes"].as_array().unwrap() {
        for (question, answer) in quotes["entries"].as_object().unwrap() {
            let parts: Vec<&str> = question.split('|').collect();
            let [_, "get_dy", coins, dx] = parts[..] else { panic!("{question}") };
            let (sell, buy) = coins.split_once("->").unwrap();
            let dx: U256 = dx.parse().unwrap();
            let dy = contract.get_dy([place(sell), place(buy)], dx, contract.own_rates(), now).unwrap();
            assert_eq!(dy.to_string(), text(&answer["value"]), "{question}");
            asked += 1;
        }
    }
    assert_eq!(asked, 18);
    tell("curve_3pool_block_24407242_get_dy.json: 20 figures equal: 18 quotes, A and the virtual price");

    // The preset is that block.
    let node = levmine::config::parse_toml("preset.toml", "preset = \"3pool\"").unwrap();
    let preset = (ADAPTER.build)(&mut node.fields().unwrap(), &context).unwrap();
    let of = |dump: Dump, key: &str| dump.get(key).cloned();
    for key in ["stored_balances", "total_supply", "fee", "admin_fee", "future_A"] {
        assert_eq!(of(preset.dump(), key), of(pool.dump(), key), "{key}");
    }
    assert_eq!(preset.coins().iter().map(Asset::symbol).collect::<Vec<_>>(), ["DAI", "USDC", "USDT"]);
}
