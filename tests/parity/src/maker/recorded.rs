//! Records of Maker: the contracts' own functions, and a flat map of everything that they store.

use std::collections::BTreeSet;

use levmine_lending::{Context, LendingError, LendingMarket};
use levmine_maker::MakerMarket;
use levmine_market::{Assets, BuildContext, Dump, Moment, PriceBook, Timestamp};
use serde_json::{Map, Value, json};

use super::path::{find, keys};
use crate::recorded::{Accounts, Recording, dump_json, lacks, list_at, read_table, table_at, text_at};
use crate::{Operation, ParityError, Recorded};

/// What is compared with records.
pub const RECORDED: &[Recorded] = &[
    version("1.0.2", "dss 1.0.2", &["flip_black_", "flip_lump_"]),
    version("1.2.8", "dss 1.2.8", &["flip_box_"]),
    version("2.0", "dss of 2022-05-18", &["clip_", "pot_", "vault_"]),
];

const fn version(version: &'static str, contracts: &'static str, files: &'static [&'static str]) -> Recorded {
    Recorded { protocol: "maker", version, contracts, files, open }
}

struct MakerRecording {
    market: MakerMarket,
    /// The market's state after the last operation.
    dump: Dump,
    assets: Assets,
    accounts: Accounts,
    /// The venue's table without the state.
    terms: Map<String, Value>,
    /// All leaves that the record ever lists; the adapter must not store anything else.
    leaves: BTreeSet<String>,
    now: Moment,
}

fn open(file: &Value) -> Result<Box<dyn Recording>, ParityError> {
    let setup = &file["setup"];
    let start = setup["t0"].as_u64().ok_or_else(|| lacks("t0"))?;
    let users: Vec<&str> = list_at(setup, "users")?.iter().filter_map(Value::as_str).collect();
    let mut state = json!({ "wallets": true, "time": start.to_string(), "users": {} });
    for user in &users {
        state["users"][user] = json!({});
    }
    let mut leaves = BTreeSet::new();
    for (leaf, value) in table_at(setup, "state")? {
        leaves.insert(leaf.clone());
        put(&mut state, &keys(leaf), value);
    }
    for step in list_at(file, "ops")? {
        leaves.extend(step["state"].as_object().into_iter().flat_map(Map::keys).cloned());
    }
    let (assets, terms) = terms(file)?;
    let market = build(&terms, &state, &assets)?;
    Ok(Box::new(MakerRecording {
        dump: market.dump(),
        market,
        assets,
        accounts: Accounts::of(users, file),
        terms,
        leaves,
        now: Moment { time: Timestamp(start), block: 0 },
    }))
}

/// The venue's table without the state: version, vault types, and tokens named after them.
fn terms(file: &Value) -> Result<(Assets, Map<String, Value>), ParityError> {
    let version = match text_at(file, "version")? {
        version if version.contains("1.0.2") => "1.0.2",
        version if version.contains("1.2.8") => "1.2.8",
        _ => "2.0",
    };
    let mut assets = Assets::standard();
    let mut types = Vec::new();
    for (name, ilk) in table_at(&file["setup"], "ilks")? {
        let symbol = format!("{name}.token");
        let decimals = ilk["decimals"].as_u64().and_then(|decimals| u8::try_from(decimals).ok());
        let asset = levmine_market::Asset::new(&symbol, decimals.ok_or_else(|| lacks("decimals"))?);
        assets.insert(asset.map_err(|_| lacks(name))?);
        let shape = match ilk.get("abacus").and_then(Value::as_str) {
            Some("LinearDecrease") => "linear",
            Some("ExponentialDecrease") => "exponential",
            _ => "stairstep",
        };
        types.push((name.clone(), json!({ "collateral": symbol, "shape": shape })));
    }
    let mut terms = Map::new();
    terms.insert("version".into(), version.into());
    // One vault type is the market's own; as long as only the contracts' functions are called, which one means nothing.
    terms.insert("vault_type".into(), "none".into());
    terms.insert("collateral".into(), "WETH".into());
    terms.insert("vault_types".into(), Value::Object(types.into_iter().collect()));
    Ok((assets, terms))
}

fn build(terms: &Map<String, Value>, state: &Value, assets: &Assets) -> Result<MakerMarket, ParityError> {
    let ctx = BuildContext { venue: "venue", assets, now: Moment::default() };
    let mut venue = terms.clone();
    venue.insert("state".into(), state.clone());
    read_table(&Value::Object(venue), |fields| MakerMarket::decode(fields, &ctx))
}

fn put(state: &mut Value, path: &[String], value: &Value) {
    let place = path.iter().fold(state, |place, key| &mut place[key.as_str()]);
    *place = value.clone();
}

/// The first leaf of a dump that the record never lists.
fn stray(dump: &Dump, at: &str, known: &BTreeSet<String>) -> Option<String> {
    match dump {
        Dump::Table(entries) => entries.iter().find_map(|(key, value)| {
            let place = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
            stray(value, &place, known)
        }),
        _ if known.contains(at) || at == "time" || at == "wallets" => None,
        _ => Some(at.into()),
    }
}

impl Recording for MakerRecording {
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        self.now.time = Timestamp(operation.time());
        let prices = PriceBook::new();
        let ctx = Context { now: self.now, prices: &prices };
        let (market, accounts) = (&mut self.market, &self.accounts);
        let done = read_table(&operation.arguments(), |fields| {
            market.special(operation.name(), fields, &|name| accounts.account(name), &ctx)
        })?;
        self.dump = self.market.dump();
        if let Some(stray) = stray(&self.dump, "", &self.leaves) {
            return Err(ParityError::Recorded {
                place: stray,
                problem: "is stored, but never recorded".into(),
            });
        }
        Ok(match done {
            Ok(out) => Ok(dump_json(&out)),
            // The contracts' checked arithmetic reverts without a text.
            Err(LendingError::Math(_)) => Err(String::new()),
            Err(LendingError::Unsupported { .. }) => return Err(operation.unknown()),
            Err(error) => Err(error.code().unwrap_or("no reason").to_string()),
        })
    }

    fn field(&mut self, names: &[&str]) -> Result<Option<String>, ParityError> {
        // The state is flat; zeros are left out.
        let leaf = names.join(".");
        Ok(Some(find(&self.dump, &keys(&leaf)).unwrap_or_else(|| "0".into())))
    }

    fn dump(&self) -> Dump {
        self.dump.clone()
    }

    fn absent(&self, _: &[&str]) -> Option<&'static str> {
        Some("0")
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        Ok(Some(build(&self.terms, &dump_json(&self.dump), &self.assets)?.dump()))
    }
}
