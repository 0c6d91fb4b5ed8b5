use levmine_config::{Node, parse_json, parse_toml};
use levmine_lido::{ADAPTER, Lido};
use levmine_market::{Asset, Assets, BuildContext, Dump, Moment, Timestamp};
use levmine_math::U256;
use levmine_testkit::vault::{VaultSetup, conformance};
use levmine_vault::Vault;

/// A summer's day after withdrawals began.
const START: Moment = Moment { time: Timestamp(1_688_212_800), block: 17_600_000 };

/// The keys that a state is rebuilt beside.
const RATES: &str = r#"
apr = "4%"
execution_apr = "1%"
withdrawal_delay = "3d"
"#;

fn build(node: &Node) -> Result<Box<dyn Vault>, String> {
    let mut fields = node.fields().map_err(|error| error.to_string())?;
    let assets = Assets::standard();
    let context = BuildContext { venue: "lido", assets: &assets, now: START };
    let vault = (ADAPTER.build)(&mut fields, &context).map_err(|error| error.to_string())?;
    fields.finish().map_err(|error| error.to_string())?;
    Ok(vault)
}

fn json(dump: &Dump) -> serde_json::Value {
    match dump {
        Dump::Text(text) => text.as_str().into(),
        Dump::Boolean(value) => (*value).into(),
        Dump::List(items) => items.iter().map(json).collect(),
        Dump::Table(entries) => {
            serde_json::Value::Object(entries.iter().map(|(key, item)| (key.clone(), json(item))).collect())
        }
    }
}

fn rebuild(dump: &Dump) -> Result<Box<dyn Vault>, String> {
    let document = serde_json::json!({
        "apr": "4%",
        "execution_apr": "1%",
        "withdrawal_delay": "3d",
        "state": json(dump),
    });
    build(&parse_json("dump.json", &document.to_string()).map_err(|error| error.to_string())?)
}

fn setup(venue: &str) -> VaultSetup {
    let node = parse_toml("venue.toml", &format!("{RATES}{venue}")).expect("valid TOML");
    let mut setup = VaultSetup::new(build(&node).expect("a venue"), START);
    setup.rebuild = Some(rebuild);
    // A share is worth more than a wei: what is left of a balance is rounded anew, and may be a wei more than the part
    // taken away leaves room for.
    let wei = |symbol: &str| (Asset::new(symbol, 18).expect("an asset"), U256::from(2));
    setup.rounding = vec![wei("WETH"), wei("stETH")];
    setup
}

#[test]
fn the_promises_of_the_trait_are_kept_by_the_preset() {
    conformance(&setup("preset = \"ethereum\""));
}

#[test]
fn the_promises_of_the_trait_are_kept_by_a_small_pool() {
    conformance(&setup("pooled_ether = 1_000\nrate = 1.3\nwsteth = 10"));
}

#[test]
fn a_vault_without_reports_stands_still() {
    let node = parse_toml("venue.toml", "pooled_ether = 1_000").expect("valid TOML");
    let mut vault = build(&node).expect("a venue");
    let before = vault.dump();
    let later = Moment { time: START.time.plus(86_400 * 30), block: START.block + 1 };
    assert!(vault.accrue(later).expect("nothing to fail").is_empty());
    assert_eq!(vault.dump(), before);
    let _ = Lido::decode;
}
