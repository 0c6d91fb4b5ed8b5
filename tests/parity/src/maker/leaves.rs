//! Everything the contracts store, read through their getters, beside the adapter's dump.

use levmine_market::Dump;
use revm::primitives::{Address, U256};

use super::contracts::{Contracts, bytes32};
use super::path::{find, keys};
use crate::abi::{self, Value};
use crate::twin::Comparison;
use crate::{Call, ParityError};

/// How many of the last auctions of a kind are compared.
const AUCTIONS: u64 = 8;

/// A getter, and the leaves that its words are; none for a word that is not compared.
struct Getter {
    call: Call,
    leaves: Vec<Option<Leaf>>,
}

struct Leaf {
    at: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Who,
}

/// Reads everything and compares it.
pub(super) fn compare(
    found: &mut Comparison,
    contracts: &mut Contracts,
    dump: &Dump,
    eras: &[u64],
) -> Result<(), ParityError> {
    let getters = getters(contracts, dump, eras);
    let calls: Vec<Call> = getters.iter().map(|getter| getter.call.clone()).collect();
    let answers = contracts
        .chain
        .simulate(&calls)?
        .map_err(|reason| ParityError::Call { call: "a getter".into(), reason: reason.to_string() })?;
    for (getter, words) in getters.iter().zip(&answers) {
        for (leaf, word) in getter.leaves.iter().zip(words) {
            let Some(Leaf { at, kind }) = leaf else { continue };
            let ours = find(dump, &keys(at));
            if *kind == Kind::Who {
                let theirs = contracts.name(abi::address(*word));
                found.text(|| at.clone(), &theirs, ours.as_deref().unwrap_or("0"));
                continue;
            }
            let ours = ours.map_or(Some(U256::ZERO), |text| U256::from_str_radix(&text, 10).ok());
            found.number(|| at.clone(), *word, ours.unwrap_or(U256::MAX));
        }
    }
    Ok(())
}

fn number(at: String) -> Option<Leaf> {
    Some(Leaf { at, kind: Kind::Number })
}

fn getters(contracts: &Contracts, dump: &Dump, eras: &[u64]) -> Vec<Getter> {
    let mut all = Vec::new();
    let mut get = |of: Address, function: &'static str, arguments: Vec<Value>, leaves: Vec<Option<Leaf>>| {
        all.push(Getter { call: Call::new(Address::ZERO, of, function, arguments), leaves });
    };
    let Contracts { vat, jug, spotter, pot, vow, cat, flapper, flopper, dai, mkr, .. } = *contracts;
    let one = |at: &str| vec![number(at.into())];
    for (of, function, at) in [
        (vat, "debt()", "vat.debt"),
        (vat, "vice()", "vat.vice"),
        (vat, "Line()", "vat.Line"),
        (jug, "base()", "jug.base"),
        (spotter, "par()", "spotter.par"),
        (pot, "Pie()", "pot.Pie"),
        (pot, "dsr()", "pot.dsr"),
        (pot, "chi()", "pot.chi"),
        (pot, "rho()", "pot.rho"),
        (vow, "Sin()", "vow.Sin"),
        (vow, "Ash()", "vow.Ash"),
        (vow, "wait()", "vow.wait"),
        (vow, "dump()", "vow.dump"),
        (vow, "sump()", "vow.sump"),
        (vow, "bump()", "vow.bump"),
        (vow, "hump()", "vow.hump"),
        (cat, "box()", "cat.box"),
        (cat, "litter()", "cat.litter"),
        (flapper, "beg()", "flapper.beg"),
        (flapper, "ttl()", "flapper.ttl"),
        (flapper, "tau()", "flapper.tau"),
        (flapper, "kicks()", "flapper.kicks"),
        (flopper, "beg()", "flopper.beg"),
        (flopper, "pad()", "flopper.pad"),
        (flopper, "ttl()", "flopper.ttl"),
        (flopper, "tau()", "flopper.tau"),
        (flopper, "kicks()", "flopper.kicks"),
        (dai, "totalSupply()", "dai.totalSupply"),
    ] {
        get(of, function, Vec::new(), one(at));
    }
    for era in eras {
        get(vow, "sin(uint256)", vec![(*era).into()], one(&format!("vow.sin.{era}")));
    }
    let names = contracts.names();
    for name in &names {
        let Ok(address) = contracts.address(name) else { continue };
        let who = || vec![Value::from(address)];
        get(vat, "dai(address)", who(), one(&format!("vat.dai.{name}")));
        get(vat, "sin(address)", who(), one(&format!("vat.sin.{name}")));
        get(pot, "pie(address)", who(), one(&format!("pot.pie.{name}")));
        get(dai, "balanceOf(address)", who(), one(&format!("dai.{name}")));
        // What the surplus auctions hold between a bid and its end is not kept by the adapter.
        if name != "flapper" {
            get(mkr, "balanceOf(address)", who(), one(&format!("mkr.{name}")));
        }
    }
    for ilk in &contracts.ilks {
        let i = ilk.name;
        let key = || vec![bytes32(i)];
        let words = |of: &str, names: &[&str]| {
            names
                .iter()
                .map(|name| if name.is_empty() { None } else { number(format!("{of}.{i}.{name}")) })
                .collect()
        };
        get(vat, "ilks(bytes32)", key(), words("vat.ilk", &["Art", "rate", "spot", "line", "dust"]));
        get(jug, "ilks(bytes32)", key(), words("jug", &["duty", "rho"]));
        get(spotter, "ilks(bytes32)", key(), words("spotter", &["", "mat"]));
        get(cat, "ilks(bytes32)", key(), words("cat", &["", "chop", "dunk"]));
        for (function, name) in [("beg()", "beg"), ("ttl()", "ttl"), ("tau()", "tau"), ("kicks()", "kicks")] {
            get(ilk.flip, function, Vec::new(), words("flip", &[name]));
        }
        let holder = vec![Value::from(ilk.join)];
        get(ilk.token, "balanceOf(address)", holder, one(&format!("gem.{i}.gemjoin")));
        for name in &names {
            let Ok(address) = contracts.address(name) else { continue };
            let of = vec![bytes32(i), address.into()];
            get(vat, "gem(bytes32,address)", of.clone(), one(&format!("vat.gem.{i}.{name}")));
            let urn = ["ink", "art"].map(|word| number(format!("vat.urn.{i}.{name}.{word}"))).into();
            get(vat, "urns(bytes32,address)", of, urn);
            get(ilk.token, "balanceOf(address)", vec![address.into()], one(&format!("gem.{i}.{name}")));
        }
        for id in last(dump, &format!("flip.{i}.kicks")) {
            let words = ["bid", "lot", "guy", "tic", "end", "usr", "gal", "tab"];
            get(ilk.flip, "bids(uint256)", vec![id.into()], auction(&format!("flip.{i}"), id, &words));
        }
    }
    for (of, name) in [(flapper, "flapper"), (flopper, "flopper")] {
        for id in last(dump, &format!("{name}.kicks")) {
            let words = ["bid", "lot", "guy", "tic", "end"];
            get(of, "bids(uint256)", vec![id.into()], auction(name, id, &words));
        }
    }
    all
}

fn last(dump: &Dump, kicks: &str) -> std::ops::RangeInclusive<u64> {
    let kicks = find(dump, &keys(kicks)).and_then(|text| text.parse().ok()).unwrap_or(0_u64);
    kicks.saturating_sub(AUCTIONS).max(1)..=kicks.saturating_add(1)
}

fn auction(of: &str, id: u64, words: &[&str]) -> Vec<Option<Leaf>> {
    let leaf = |word: &&str| {
        let kind = if ["guy", "usr", "gal"].contains(word) { Kind::Who } else { Kind::Number };
        Some(Leaf { at: format!("{of}.bid.{id}.{word}"), kind })
    };
    words.iter().map(leaf).collect()
}
