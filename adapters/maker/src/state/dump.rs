//! The state written out: tables by contract, vault type, account and number; what is zero is left out.

use std::collections::{BTreeMap, BTreeSet};

use levmine_market::{Account, Dump};
use levmine_math::U256;

use super::names::name;
use super::words::write;
use crate::dss::{Bid, Dss, VaultType};
use crate::ledger::Ledger;
use crate::who::Who;

type Entries = Vec<(String, Dump)>;

/// Writes the whole state; `names` has what accounts were called in the file.
pub(crate) fn dump(dss: &Dss, names: &BTreeMap<Account, String>) -> Dump {
    Writer { dss, names }.state()
}

struct Writer<'a> {
    dss: &'a Dss,
    names: &'a BTreeMap<Account, String>,
}

impl Writer<'_> {
    fn state(&self) -> Dump {
        let dss = self.dss;
        let mut state = vec![
            ("time".to_string(), Dump::text(dss.time)),
            ("wallets".to_string(), Dump::Boolean(dss.wallets)),
        ];
        let users = self.accounts().into_iter();
        let users = Dump::table(users.map(|account| (self.name(account.into()), Dump::Table(Vec::new()))));
        put(&mut state, "users", users);
        put(&mut state, "vat", self.vat());
        put(&mut state, "gem", self.by_ilk(Vec::new(), |ilk| self.gem(ilk)));
        put(&mut state, "jug", self.by_ilk(one("base", dss.base), |ilk| write(ilk.jug)));
        put(&mut state, "spotter", self.by_ilk(one("par", dss.par), |ilk| write(ilk.spotter)));
        put(&mut state, "pip", self.by_ilk(Vec::new(), |ilk| write(ilk.pip)));
        let mut pot = write(dss.pot.clone());
        put(&mut pot, "pie", self.balances(&dss.pot.pie));
        put(&mut state, "pot", Dump::Table(pot));
        let mut vow = write(dss.vow.clone());
        put(
            &mut vow,
            "sin",
            Dump::table(dss.vow.queue.iter().map(|(era, rad)| (era.to_string(), Dump::text(rad)))),
        );
        put(&mut state, "vow", Dump::Table(vow));
        put(&mut state, "dog", self.by_ilk(write(dss.dog), |ilk| write(ilk.dog)));
        put(&mut state, "clip", self.by_ilk(Vec::new(), |ilk| self.clip(ilk)));
        put(&mut state, "calc", self.by_ilk(Vec::new(), |ilk| write(ilk.calc)));
        put(&mut state, "cat", self.by_ilk(write(dss.cat), |ilk| write(ilk.cat)));
        put(&mut state, "flip", self.by_ilk(Vec::new(), |ilk| self.flip(ilk)));
        let mut flapper = write(dss.flapper.clone());
        put(&mut flapper, "bid", self.bids(&dss.flapper.bids));
        put(&mut state, "flapper", Dump::Table(flapper));
        let mut flopper = write(dss.flopper.clone());
        put(&mut flopper, "bid", self.bids(&dss.flopper.bids));
        put(&mut state, "flopper", Dump::Table(flopper));
        put(&mut state, "flash", Dump::Table(write(dss.flash)));
        let mut dai = one("totalSupply", dss.dai.supply);
        dai.extend(entries(self.balances(&dss.dai.wallets)));
        put(&mut state, "dai", Dump::Table(dai));
        put(&mut state, "mkr", self.balances(&dss.mkr.wallets));
        Dump::Table(state)
    }

    fn name(&self, who: Who) -> String {
        name(self.dss, self.names, who)
    }

    /// All accounts, in order of their numbers.
    fn accounts(&self) -> BTreeSet<Account> {
        let dss = self.dss;
        let mut all = BTreeSet::new();
        let mut see = |who: Who| all.extend(who.account());
        for ledger in [&dss.vat.dai, &dss.vat.sin, &dss.pot.pie, &dss.dai.wallets, &dss.mkr.wallets] {
            ledger.iter().for_each(|(who, _)| see(who));
        }
        for ((owner, agent), _) in dss.vat.can.iter() {
            see(owner);
            see(agent);
        }
        for ilk in &dss.ilks {
            ilk.urns.iter().for_each(|(who, _)| see(who));
            ilk.gem.iter().chain(ilk.join.wallets.iter()).for_each(|(who, _)| see(who));
            ilk.clip.sales.iter().for_each(|(_, sale)| see(sale.usr));
            for (_, lot) in ilk.flip.bids.iter() {
                [lot.bid.guy, lot.usr, lot.gal].into_iter().for_each(&mut see);
            }
        }
        for (_, bid) in dss.flapper.bids.iter().chain(dss.flopper.bids.iter()) {
            see(bid.guy);
        }
        all
    }

    fn balances(&self, ledger: &Ledger<Who, U256>) -> Dump {
        Dump::table(ledger.iter().map(|(who, amount)| (self.name(who), Dump::text(amount))))
    }

    fn by_ilk(&self, mut before: Entries, of: impl Fn(&VaultType) -> Entries) -> Dump {
        for ilk in &self.dss.ilks {
            put(&mut before, &ilk.name, Dump::Table(of(ilk)));
        }
        Dump::Table(before)
    }

    fn vat(&self) -> Dump {
        let dss = self.dss;
        let mut vat = write(dss.vat.clone());
        put(&mut vat, "dai", self.balances(&dss.vat.dai));
        put(&mut vat, "sin", self.balances(&dss.vat.sin));
        let mut can: Entries = Vec::new();
        for ((owner, agent), _) in dss.vat.can.iter() {
            let owner = self.name(owner);
            let agent = (self.name(agent), Dump::text(1));
            match can.last_mut() {
                Some((last, Dump::Table(agents))) if *last == owner => agents.push(agent),
                _ => can.push((owner, Dump::Table(vec![agent]))),
            }
        }
        put(&mut vat, "can", Dump::Table(can));
        put(&mut vat, "ilk", self.by_ilk(Vec::new(), |ilk| write(ilk.vat)));
        let urns = |ilk: &VaultType| {
            ilk.urns.iter().map(|(who, urn)| (self.name(who), Dump::Table(write(urn)))).collect()
        };
        put(&mut vat, "urn", self.by_ilk(Vec::new(), urns));
        put(&mut vat, "gem", self.by_ilk(Vec::new(), |ilk| entries(self.balances(&ilk.gem))));
        Dump::Table(vat)
    }

    fn gem(&self, ilk: &VaultType) -> Entries {
        let mut gem = one("gemjoin", ilk.join.held);
        gem.extend(entries(self.balances(&ilk.join.wallets)));
        gem
    }

    fn clip(&self, ilk: &VaultType) -> Entries {
        let mut clip = write(ilk.clip.clone());
        clip.extend(one("count", U256::from(ilk.clip.active.len())));
        let sales = ilk.clip.sales.iter().map(|(id, sale)| {
            let mut entries = write(sale);
            let at = ilk.clip.active.iter().position(|active| *active == id).unwrap_or_default();
            entries.extend(one("pos", U256::from(at)));
            self.put_who(&mut entries, "usr", sale.usr);
            (id.to_string(), Dump::Table(entries))
        });
        put(&mut clip, "sale", Dump::table(sales));
        clip
    }

    fn flip(&self, ilk: &VaultType) -> Entries {
        let mut flip = write(ilk.flip.clone());
        let lots = ilk.flip.bids.iter().map(|(id, lot)| {
            let mut entries = write(lot);
            for (key, who) in [("guy", lot.bid.guy), ("usr", lot.usr), ("gal", lot.gal)] {
                self.put_who(&mut entries, key, who);
            }
            (id.to_string(), Dump::Table(entries))
        });
        put(&mut flip, "bid", Dump::table(lots));
        flip
    }

    fn bids(&self, bids: &Ledger<u64, Bid>) -> Dump {
        Dump::table(bids.iter().map(|(id, bid)| {
            let mut entries = write(bid);
            self.put_who(&mut entries, "guy", bid.guy);
            (id.to_string(), Dump::Table(entries))
        }))
    }

    fn put_who(&self, entries: &mut Entries, key: &str, who: Who) {
        if who != Who::Nobody {
            entries.push((key.to_string(), Dump::text(self.name(who))));
        }
    }
}

/// An entry, unless it is zero.
fn one(key: &str, value: U256) -> Entries {
    if value.is_zero() { Vec::new() } else { vec![(key.to_string(), Dump::text(value))] }
}

/// Adds a table, unless it is empty.
fn put(entries: &mut Entries, key: &str, table: Dump) {
    if !matches!(&table, Dump::Table(inner) if inner.is_empty()) {
        entries.push((key.to_string(), table));
    }
}

fn entries(table: Dump) -> Entries {
    match table {
        Dump::Table(entries) => entries,
        _ => Vec::new(),
    }
}
