//! Venue tables, dumps and replays.

use levmine_config::parse_toml;
use levmine_market::{BlockClock, Dump, Step};
use proptest::prelude::*;

use crate::support::{at, build, build_curve, n};

fn message(table: &str) -> String {
    build(table).expect_err(table).to_string()
}

/// A dump as a table of a file.
fn toml(dump: &Dump) -> String {
    match dump {
        Dump::Text(text) => format!("{text:?}"),
        Dump::Boolean(value) => value.to_string(),
        Dump::List(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Dump::Table(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

#[test]
fn every_preset_builds_and_dumps_what_it_reads() {
    for preset in levmine_curve_stableswap::DESCRIPTOR.presets {
        let table = format!("preset = \"{}\"", preset.name);
        let dump = build(&table).expect(preset.name).dump();
        let again = build(&format!("{table}\nstate = {}", toml(&dump))).expect(preset.name);
        assert_eq!(again.dump(), dump, "{}", preset.name);
    }
}

#[test]
fn a_pool_of_ones_own() {
    let pool = build_curve(
        "coins = [\"DAI\", \"USDC\"]\nversion = \"ng-7.0.0\"\nbalances = [\"100\", \"200.5\"]\nA = 700\nfee = \"0.005%\"\nadmin_fee = \"20%\"\noffpeg_fee_multiplier = \"2.5\"\nvirtual_price = \"1.25\"\nma_exp_time = 600",
    )
    .expect("a pool");
    let state = pool.market().pool().state();
    assert_eq!(
        (state.fee, state.admin_fee, state.multiplier),
        (n("500000"), n("2000000000"), n("25000000000"))
    );
    assert_eq!(state.ramp.future, n("70000"));
    assert_eq!(&state.held[..], [n("100000000000000000000"), n("200500000")]);
    let price = pool.market().virtual_price(at(0).time.0).expect("a price");
    assert!(price.abs_diff(n("1250000000000000000")) <= n("10"), "{price}");
    assert_eq!(state.oracle.expect("averages").price_window, n("600"));
}

#[test]
fn what_is_not_accepted() {
    assert!(message("preset = \"3pol\"").contains("did you mean \"3pool\""));
    assert!(message("preset = \"3pool\"\ncoins = [\"DAI\", \"USDC\"]").contains("its own"));
    assert!(message("coins = [\"DAI\"]").contains("two to eight"));
    assert!(message("coins = [\"DAI\", \"DAI\"]").contains("another coin"));
    assert!(message("coins = [\"DAI\", \"USDC\"]\nbalances = [\"1\"]").contains("whole tokens"));
    assert!(message("coins = [\"DAI\", \"USDC\"]\nA = 0").contains("999999"));
    assert!(message("coins = [\"DAI\", \"USDC\"]\nfee = \"51%\"").contains("50%"));
    assert!(message("coins = [\"DAI\", \"USDC\"]\nversion = \"v9\"").contains("3pool"));
    assert!(message("coins = [\"DAI\", \"USDC\"]\nbase = {}").contains("no base pool"));
    assert!(message("coins = [\"DAI\", \"3Crv\"]\nversion = \"meta\"").contains("`base` is missing"));
    assert!(message("coins = [\"DAI\", \"USDC\"]\nasset_types = [\"plain\", \"plain\"]").contains("newest"));
    assert!(message("coins = [\"DAI\", \"USDC\"]\noffpeg_fee_multiplier = \"2\"").contains("does not rise"));
    assert!(
        message("coins = [\"DAI\", \"USDC\"]\nsupply = \"1\"\nvirtual_price = \"1\"").contains("not both")
    );
    assert!(message("coins = [\"DAI\", \"USDC\"]\nstate = { base = {} }").contains("no base pool"));
    assert!(message("coins = [\"DAI\", \"USDC\"]\nbalances = [\"1\", \"0\"]").contains("divides"));
}

fn run(table: &str, operations: &str) -> Vec<Step> {
    let node = parse_toml("replay.toml", operations).expect("valid");
    let operations = &node.entries().expect("a table").first().expect("ops").1;
    let mut pool = build(table).expect("a pool");
    let mut steps = Vec::new();
    let mut emit = |step| steps.push(step);
    levmine_amm::replay(&mut *pool, operations, at(0), &BlockClock::ETHEREUM, &mut emit).expect("readable");
    steps
}

#[test]
fn operations_of_the_protocol_have_its_names() {
    let steps = run(
        "preset = \"3pool-2022\"",
        r#"
        [[ops]]
        op = "exchange"
        i = 0
        j = 1
        dx = "1000000000000000000000"
        [[ops]]
        op = "swap_exact_in"
        sell = "DAI"
        buy = "USDC"
        amount = "1000000000000000000000"
        min = "1000000000"
        [[ops]]
        op = "ramp_A"
        by = "bob"
        A = 3000
        t_end = 1700200000
        [[ops]]
        op = "ramp_A"
        A = 3000
        t_end = 1700200000
        [[ops]]
        op = "get_virtual_price"
        [[ops]]
        op = "kill_me"
        [[ops]]
        op = "exchange"
        i = 0
        j = 1
        dx = "1"
        [[ops]]
        op = "withdraw_admin_fees"
        [[ops]]
        op = "remove_liquidity"
        shares = "1000000000000000000"
    "#,
    );
    let code = |step: usize| steps[step].result.clone().expect_err("refused").0;
    assert_eq!(code(1), "Exchange resulted in fewer coins than expected");
    assert_eq!(code(2), "no data");
    assert!(steps[3].result.is_ok());
    assert_eq!(code(6), "no data");
    let claimed = steps[7].result.clone().expect("paid");
    assert!(matches!(claimed.get("claimed"), Some(Dump::List(items)) if items[1] != Dump::text(0)));
    assert!(steps[8].result.is_ok(), "a stopped pool still pays in proportion");
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u128>().prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        Just("\"0.3%\"".to_string()),
        Just("\"ng-7.0.0\"".to_string()),
        Just("\"meta\"".to_string()),
        Just("\"gusd\"".to_string()),
        Just("[\"DAI\", \"USDC\"]".to_string()),
        Just("[\"oracle\", \"erc4626\"]".to_string()),
        Just("[\"5000\", \"10000000\"]".to_string()),
        Just("[]".to_string()),
        Just("true".to_string()),
        Just("{ coins = [\"DAI\", \"USDC\"], balances = [\"1\", \"2\"] }".to_string()),
        Just("{ stored_balances = [\"9\", \"8\"], total_supply = \"7\" }".to_string()),
        "[ -~]{0,12}".prop_map(|text| format!("{text:?}")),
        Just(format!("\"{}\"", "9".repeat(90))),
    ]
}

fn entry() -> impl Strategy<Value = (String, String)> {
    let keys: Vec<&str> =
        levmine_curve_stableswap::DESCRIPTOR.parameters.iter().map(|parameter| parameter.key).collect();
    (prop::sample::select(keys), value()).prop_map(|(key, value)| (key.to_string(), value))
}

fn state_entry() -> impl Strategy<Value = (String, String)> {
    let dump = build("preset = \"gusd\"").expect("a pool").dump();
    let Dump::Table(entries) = dump else { panic!("a table") };
    let keys: Vec<String> = entries
        .into_iter()
        .map(|(key, _)| key)
        .chain(["last_prices".into(), "ma_last_time".into()])
        .collect();
    (prop::sample::select(keys), value())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn the_decoder_never_panics(more in prop::collection::vec(entry(), 0..6)) {
        let table: String = more.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        if let Ok(pool) = build(&table) {
            prop_assert!(pool.share().is_some());
        }
    }

    #[test]
    fn mutated_states_never_panic(preset in prop::sample::select(vec!["gusd", "3pool", "steth", "susd"]), entries in prop::collection::vec(state_entry(), 0..4), amount in any::<u128>()) {
        let state: Vec<String> = entries.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        if let Ok(mut pool) = build(&format!("preset = \"{preset}\"\nstate = {{ {} }}", state.join(", "))) {
            let (sell, buy) = (pool.coins()[0], pool.coins()[1]);
            let selling = levmine_market::TokenAmount::new(sell, levmine_math::U256::from(amount));
            let before = pool.dump();
            if pool.swap_exact_in(levmine_market::Account::new(1), selling, buy, levmine_math::U256::ZERO, at(9)).is_err() {
                prop_assert_eq!(pool.dump(), before);
            }
            let _ = pool.spot_rate(sell, buy, at(9));
        }
    }
}
