use levmine_config::{Node, parse_json, parse_toml};
use levmine_lido::ADAPTER;
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Timestamp, TokenAmount};
use levmine_math::U256;
use levmine_testkit::vault::{VaultSetup, conformance};
use levmine_vault::Vault;

/// A summer's day after withdrawals began.
const START: Moment = Moment { time: Timestamp(1_688_212_800), block: 17_600_000 };

/// The keys that a state is rebuilt beside.
const RATES: [(&str, &str); 2] = [("apr", "4%"), ("execution_apr", "1%")];

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

fn rebuilt(dump: &Dump, delay: &str) -> Result<Box<dyn Vault>, String> {
    let mut document = serde_json::json!({ "withdrawal_delay": delay, "state": json(dump) });
    for (key, rate) in RATES {
        document[key] = rate.into();
    }
    build(&parse_json("dump.json", &document.to_string()).map_err(|error| error.to_string())?)
}

fn setup(venue: &str, delay: &str, exceptions: &[(&'static str, &str)]) -> VaultSetup {
    let rates: String = RATES.iter().map(|(key, rate)| format!("{key} = \"{rate}\"\n")).collect();
    let text = format!("{rates}withdrawal_delay = \"{delay}\"\n{venue}");
    let node = parse_toml("venue.toml", &text).expect("valid TOML");
    let mut setup = VaultSetup::new(build(&node).expect("a venue"), START);
    setup.rebuild = Some(match delay {
        "never" => |dump: &Dump| rebuilt(dump, "never"),
        _ => |dump: &Dump| rebuilt(dump, "3d"),
    });
    // What is left of a balance is rounded anew, and may be a wei more than the part taken away leaves room for.
    let wei = |symbol: &str| (Asset::new(symbol, 18).expect("an asset"), U256::from(2));
    setup.rounding = vec![wei("WETH"), wei("stETH")];
    setup.exceptions = exceptions.iter().map(|(name, reason)| (*name, (*reason).into())).collect();
    setup
}

/// stETH in the queue still exists, so that it would be counted beside the request for it.
const COVERED: (&str, &str) =
    ("shares_are_covered", "stETH in the queue exists until it is burned, beside its request");
const SHARED: (&str, &str) =
    ("rebases_are_shared", "a report that pays requests burns their stETH, so less exists, and nobody loses");

#[test]
fn the_promises_of_the_trait_are_kept_by_the_preset() {
    let large = ("ordinary_use_works", "a hundredth of the stake limit is more than a request may be");
    conformance(&setup("preset = \"ethereum\"", "3d", &[COVERED, SHARED, large]));
}

#[test]
fn the_promises_of_the_trait_are_kept_by_a_small_pool() {
    conformance(&setup(SMALL, "3d", &[COVERED, SHARED]));
}

/// Nothing leaves the queue, so what exists changes by rewards alone.
#[test]
fn the_promises_of_the_trait_are_kept_while_nothing_is_withdrawn() {
    let closed = "before withdrawals there is no way back but the market";
    let closed =
        ["ordinary_use_works", "the_queue_conserves", "random_life_is_lively"].map(|name| (name, closed));
    conformance(&setup(SMALL, "never", &[&closed[..], &[COVERED]].concat()));
}

const SMALL: &str = "pooled_ether = 1_000\nrate = 1.3\nwsteth = 10";

/// What the exceptions leave out: requests and all stETH outside of the queue are covered by the ether there is.
#[test]
fn requests_are_covered() {
    let setup = setup(SMALL, "3d", &[]);
    let mut vault = setup.vault;
    let (weth, steth) = (vault.assets()[0], vault.assets()[1]);
    let ether = |raw: u64| U256::from(raw) * U256::from(10_u64.pow(15));
    let mut now = START;
    for day in 0..40_u64 {
        let account = Account::new((day % 3) as u32);
        vault.accrue(now).expect("nothing to fail");
        vault.deposit(account, TokenAmount::new(weth, ether(7_000 + day)), now).expect("staked");
        let request = TokenAmount::new(steth, ether(3_000 + 977 * (day % 4)));
        vault.request_redeem(account, request, now).expect("requested");
        for request in vault.requests(account, now).expect("a list").iter().filter(|it| it.is_ready) {
            assert!(request.amount.raw <= ether(6_000));
            vault.claim_request(account, request.id, now).expect("paid");
        }
        let total = |amounts: &[TokenAmount], asset| {
            amounts.iter().filter(|it| it.asset == asset).fold(U256::ZERO, |sum, it| sum + it.raw)
        };
        let owners = [0, 1, 2].map(Account::new);
        let ready = owners.iter().flat_map(|owner| vault.requests(*owner, now).expect("a list"));
        let ready = ready.filter(|it| it.is_ready).fold(U256::ZERO, |sum, it| sum + it.amount.raw);
        let shares = total(&vault.issued(), steth);
        assert!(shares + ready <= total(&vault.holdings(), weth), "day {day}");
        now = Moment { time: now.time.plus(86_400), block: now.block + 7_200 };
    }
    assert!(vault.requests(Account::new(0), now).expect("a list").len() < 4, "older ones are paid");
}

#[test]
fn a_vault_without_reports_stands_still() {
    let node = parse_toml("venue.toml", "pooled_ether = 1_000").expect("valid TOML");
    let mut vault = build(&node).expect("a venue");
    let before = vault.dump();
    let later = Moment { time: START.time.plus(86_400 * 30), block: START.block + 1 };
    assert!(vault.accrue(later).expect("nothing to fail").is_empty());
    assert_eq!(vault.dump(), before);
}
