//! Venue tables.

use levmine_market::Dump;
use levmine_uniswap_v2::DESCRIPTOR;
use proptest::prelude::*;

use crate::support::{ALICE, at, build, build_named, cases, coin, sell};

/// The dump as a `state` table.
fn state_table(dump: &Dump) -> String {
    let Dump::Table(entries) = dump else { panic!("a table") };
    let lines = entries.iter().map(|(key, value)| match value {
        Dump::Text(text) => format!("{key} = \"{text}\"\n"),
        other => panic!("{other:?}"),
    });
    lines.collect()
}

#[test]
fn every_preset_is_built_and_survives_a_round_trip() {
    for preset in DESCRIPTOR.presets {
        let mut pool = build(&format!("preset = \"{}\"", preset.name)).expect(preset.name);
        let buy = coin(&*pool, 1);
        let some = sell(&*pool, 0, 1_000_000_000_u64);
        pool.swap_exact_in(ALICE, some, buy, levmine_math::U256::ZERO, at(77)).expect("a swap");
        let dump = pool.dump();
        let again = build(&format!("preset = \"{}\"\n[state]\n{}", preset.name, state_table(&dump)));
        assert_eq!(again.expect(preset.name).dump(), dump);
    }
    assert_eq!(DESCRIPTOR.presets.len(), 8);
}

#[test]
fn forks_are_parameters() {
    let pancake = build(
        "coins = [\"WETH\", \"USDC\"]\nreserves = [\"5000\", \"10000000\"]\nfee = \"0.25%\"\nprotocol_fee = \"8/25\"",
    );
    let pool = pancake.expect("a pool");
    let one = sell(&*pool, 0, 1_000_000_000_000_000_000_u64);
    let quote = pool.quote_exact_in(one, coin(&*pool, 1), at(0)).expect("a quote");
    // 10^18·9975·R1 ÷ (R0·10^4 + 10^18·9975)
    assert_eq!(quote.buy.raw, levmine_math::U256::from(1_994_602_076));
    assert_eq!(quote.fees.protocol.raw, levmine_math::U256::from(800_000_000_000_000_u64));
    assert_eq!(quote.fees.liquidity.raw, levmine_math::U256::from(1_700_000_000_000_000_u64));
}

#[test]
fn errors_say_where_what_and_what_else() {
    let message = |table: &str| build(table).expect_err(table).to_string();
    assert!(message("preset = \"weth-usd\"").contains("did you mean \"weth-usd"));
    assert!(message("preset = \"weth-usdc\"\nfees = \"0.3%\"").contains("did you mean `fee`"));
    assert!(message("coins = [\"WETH\", \"USDC\"]").contains("`reserves` is missing"));
    assert!(message("coins = [\"WETH\", \"WETH\"]\nreserves = [\"1\", \"1\"]").contains("another coin"));
    assert!(message("coins = [\"WETH\"]\nreserves = [\"1\", \"1\"]").contains("two symbols"));
    let pair = |rest: &str| message(&format!("coins = [\"WETH\", \"USDC\"]\n{rest}"));
    assert!(pair("reserves = [\"1\", \"0.0000001\"]").contains("more than the token's 6 decimals"));
    assert!(pair("reserves = [\"1\", \"-1\"]").contains("test.toml:2: reserves[1]"));
    assert!(pair("reserves = [\"1\", \"0\"]").contains("too small for a share"));
    assert!(pair("reserves = [\"5192296858534828\", \"1\"]").contains("2^112"));
    for fee in ["0.305%", "100%", "-1%", "0.3", "three"] {
        let read = pair(&format!("reserves = [\"1\", \"1\"]\nfee = \"{fee}\""));
        assert!(read.contains("percentage"), "{read}");
    }
    for fee in ["0/6", "7/6", "1", "on", "1/6/2", "99999/99999"] {
        let read = pair(&format!("reserves = [\"1\", \"1\"]\nprotocol_fee = \"{fee}\""));
        assert!(read.contains("\"off\" or a fraction"), "{read}");
    }
    assert!(pair("reserves = [\"1\", \"1\"]\nversion = \"v3\"").contains("v2"));
    assert!(pair("reserves = [\"1\", \"1\"]\n[state]\nreserve0 = 1").contains("not both"));
    assert!(pair("[state]\nreserve0 = 1\nreserve1 = 1").contains("`totalSupply` is missing"));
    let short = "[state]\nreserve0 = 1\nreserve1 = 1\ntotalSupply = 10\npairShares = 11";
    assert!(pair(short).contains("a pair can hold"));
    let long =
        build_named("a-very-long-venue-name", "preset = \"weth-usdc\"").expect_err("too long").to_string();
    assert!(long.contains("at most 20"), "{long}");
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u128>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("\"0.3%\"".to_string()),
        Just("\"1/6\"".to_string()),
        Just("[\"WETH\", \"USDC\"]".to_string()),
        Just("[\"5000\", \"10000000\"]".to_string()),
        Just("[]".to_string()),
        Just("true".to_string()),
        Just("{ reserve0 = 1, reserve1 = 1, totalSupply = 1 }".to_string()),
        Just(
            "{ reserve0 = 9, reserve1 = 9, totalSupply = 5000, kLast = 99, protocolFee = \"1/6\" }"
                .to_string()
        ),
        "[ -~]{0,12}".prop_map(|text| format!("{text:?}")),
        Just(format!("\"{}\"", "9".repeat(90))),
    ]
}

fn entry() -> impl Strategy<Value = String> {
    let keys = vec!["preset", "coins", "reserves", "fee", "protocol_fee", "state", "version", "other"];
    (prop::sample::select(keys), value()).prop_map(|(key, value)| format!("{key} = {value}\n"))
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn the_decoder_never_panics(entries in prop::collection::vec(entry(), 0..6), named in any::<bool>()) {
        let mut table: String = entries.concat();
        if named {
            table.push_str("coins = [\"WETH\", \"USDC\"]\n");
        }
        if let Ok(pool) = build(&table) {
            prop_assert!(pool.share().is_some());
        }
    }

    #[test]
    fn any_state_survives_a_round_trip(
        reserves in prop::array::uniform2(0..(1_u128 << 112)),
        extra in prop::array::uniform3(any::<u64>()),
        supply in any::<u128>(),
        time in any::<u32>(),
    ) {
        let [reserve0, reserve1] = reserves;
        let [balance0, cumulative, k_last] = extra;
        let table = format!(
            "coins = [\"DAI\", \"USDC\"]\n[state]\nreserve0 = \"{reserve0}\"\nreserve1 = \"{reserve1}\"\n\
             totalSupply = \"{supply}\"\nbalance0 = \"{balance0}\"\nprice0CumulativeLast = \"{cumulative}\"\n\
             kLast = \"{k_last}\"\nblockTimestampLast = {time}\nprotocolFee = \"1/6\"",
        );
        let dump = build(&table).expect("a pool").dump();
        let again = build(&format!("coins = [\"DAI\", \"USDC\"]\n[state]\n{}", state_table(&dump)));
        prop_assert_eq!(again.expect("a pool").dump(), dump);
    }
}
