//! The presets against the recorded parameters.

use levmine_config::{Node, parse_json};
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_maker::{DESCRIPTOR, VaultType, Who};
use levmine_math::{U256, Wad};

use crate::data;
use crate::markets::{ALICE, START, asset, big, build, prices, tokens};

const RAY: &str = "1000000000000000000000000000";

fn table<'a>(node: &'a Node, key: &str) -> &'a Node {
    let entries = node.entries().expect("a table");
    entries.iter().find(|(name, _)| name == key).map(|(_, node)| node).unwrap_or_else(|| panic!("no {key}"))
}

fn figure(node: &Node, key: &str) -> U256 {
    big(table(node, key).digits().expect("a number"))
}

/// Basis points with so many decimals.
fn bps(value: U256, decimals: u32) -> U256 {
    value * U256::from(10).pow(U256::from(decimals - 4))
}

fn rad(dai: U256) -> U256 {
    dai * U256::from(10).pow(U256::from(45))
}

fn agree(day: &str, vault: &VaultType, recorded: &Node) {
    let of = |key| figure(recorded, key);
    let name = format!("{} of {day}", vault.name);
    assert_eq!(vault.spotter.mat, bps(of("mat"), 27), "{name}");
    assert_eq!(vault.vat.dust, rad(of("dust")), "{name}");
    assert_eq!(vault.dog.chop, Wad::ONE.raw() + bps(of("chop"), 18), "{name}");
    assert_eq!(vault.dog.hole, rad(of("dog_hole")), "{name}");
    assert_eq!(vault.clip.buf, bps(of("clip_buf"), 27), "{name}");
    assert_eq!(vault.clip.tail, of("clip_tail"), "{name}");
    assert_eq!(vault.clip.cusp, bps(of("clip_cusp"), 27), "{name}");
    assert_eq!(vault.clip.chip, bps(of("clip_chip"), 18), "{name}");
    assert_eq!(vault.clip.tip, rad(of("clip_tip")), "{name}");
    assert_eq!(vault.calc.step, of("calc_step"), "{name}");
    assert_eq!(vault.calc.cut, bps(of("calc_cut"), 27), "{name}");
    let debt = vault.vat.art * big(RAY);
    assert_eq!(vault.vat.line, debt + rad(of("aL_gap")).min(rad(of("aL_line")) - debt), "{name}");
    // The fee of a year, compounded by the second, is the recorded one to a millionth of a basis point.
    let year =
        levmine_math::ray_pow(levmine_math::Ray::from_raw(vault.jug.duty), 31_536_000).expect("fits").raw();
    let fee = big(RAY) + bps(of("pct"), 27);
    assert!(year.abs_diff(fee) < U256::from(10).pow(U256::from(20)), "{name}: {year} and {fee}");
}

#[test]
fn presets_have_the_recorded_parameters() {
    let Some(path) = data::folder("params/maker_ilk_parameters_2022_2023.json") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let days = parse_json("parameters", &text).expect("JSON");
    let mut compared = 0;
    for preset in DESCRIPTOR.presets {
        let found = days.entries().expect("days").iter().find(|(day, _)| day == preset.date);
        let Some((day, types)) = found else { continue };
        let market = build(&format!("preset = \"{}\"", preset.name));
        let vault = &market.dss().ilks[0];
        agree(day, vault, table(types, &vault.name));
        compared += 1;
    }
    println!("{compared} presets compared with the recorded parameters");
    assert_eq!(compared, 12);
}

/// The factors as governance filed them.
#[test]
fn fees_are_the_factors_on_chain() {
    for (preset, duty, dsr) in [
        ("eth-a-2022-05-11", "1000000000705562181084137268", "1000000000003170820659990704"),
        ("eth-a-2022-11-09", "1000000000472114805215157978", "1000000000003170820659990704"),
        ("eth-a-2023-03-11", "1000000000472114805215157978", "1000000000315522921573372069"),
        ("eth-a-2020-03-12", "1000000002440418608258400030", "1000000002440418608258400030"),
    ] {
        let market = build(&format!("preset = \"{preset}\""));
        assert_eq!(market.dss().ilks[0].jug.duty, big(duty), "{preset}");
        assert_eq!(market.dss().pot.dsr, big(dsr), "{preset}");
    }
}

#[test]
fn every_preset_lends_and_balances() {
    for preset in DESCRIPTOR.presets {
        let mut market = build(&format!("preset = \"{}\"", preset.name));
        assert_eq!(market.version(), if preset.name == "eth-a-2020-03-12" { "1.0.2" } else { "2.0" });
        let gem = market.assets()[0];
        let prices = prices(1_000);
        let ctx = Context { now: START, prices: &prices };
        // Sixty thousand dollars of debt against three times as much.
        let amount = if gem == asset("WETH") { tokens(gem, 180) } else { tokens(gem, 9) };
        market.supply(ALICE.into(), gem, Amount::Exact(amount), &ctx).expect("locked");
        let drawn =
            market.borrow(ALICE.into(), asset("DAI"), Amount::Exact(tokens(asset("DAI"), 60_000)), &ctx);
        let room = market.rates(asset("DAI"), START).expect("rates").available;
        assert_eq!(drawn.is_ok(), preset.name != "wbtc-a-2024-08-12", "{}: {room} {drawn:?}", preset.name);
        let dss = market.dss();
        let inside: U256 = dss.vat.dai.iter().map(|(_, rad)| rad).sum();
        assert_eq!(inside, dss.vat.debt, "{}", preset.name);
        assert_eq!(dss.vat.dai.get(Who::DaiJoin), dss.dai.supply * big(RAY), "{}", preset.name);
    }
}
