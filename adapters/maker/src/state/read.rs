//! The state read back. Every number that is not there is zero.

use levmine_config::{ConfigError, Node};
use levmine_market::Roster;
use levmine_math::U256;

use super::names::who;
use super::words::{Word, Words, narrow, word};
use crate::dss::{Bid, Dss, Lot, Sale, Urn, VaultType};
use crate::ledger::Ledger;
use crate::who::{IlkId, Who};

type Read<T = ()> = Result<T, ConfigError>;

/// The tables of a state.
const TABLES: [&str; 20] = [
    "time", "wallets", "users", "vat", "gem", "jug", "spotter", "pip", "pot", "vow", "dog", "clip", "calc",
    "cat", "flip", "flapper", "flopper", "flash", "dai", "mkr",
];

/// Reads a state into contracts that hold nothing yet, but have their vault types.
pub(crate) fn read(dss: &mut Dss, node: &Node) -> Read<Roster> {
    let mut reader = Reader { names: Roster::default() };
    // Accounts are numbered in the order of `users`, wherever that stands.
    for (key, value) in node.entries()? {
        if key == "users" {
            for (name, _) in value.entries()? {
                who(dss, &mut reader.names, name);
            }
        }
    }
    for (key, value) in node.entries()? {
        reader.table(dss, key, value)?;
    }
    Ok(reader.names)
}

struct Reader {
    names: Roster,
}

/// Sets the number of this name; false where there is none.
fn set(value: &mut impl Words, key: &str, node: &Node) -> Read<bool> {
    for (name, place) in value.words() {
        if name != key {
            continue;
        }
        match place {
            Word::Big(place) => *place = word(node)?,
            Word::Small(place) => *place = time(node)?,
            Word::Flag(place) => *place = !narrow(node, 1)?.is_zero(),
        }
        return Ok(true);
    }
    Ok(false)
}

/// A time or a count: 62 bits are far more than there are of either, and leave room to add.
fn time(node: &Node) -> Read<u64> {
    narrow(node, 62).map(|value| u64::try_from(value).unwrap_or(u64::MAX))
}

fn unknown<T>(value: &mut impl Words, more: &[&str], key: &str, node: &Node) -> Read<T> {
    let words: Vec<_> = value.words().iter().map(|(name, _)| *name).collect();
    Err(node.unknown_name(key, words.into_iter().chain(more.iter().copied())))
}

/// A table of nothing but numbers.
fn plain(value: &mut impl Words, node: &Node) -> Read {
    for (key, item) in node.entries()? {
        if !set(value, key, item)? {
            return unknown(value, &[], key, item);
        }
    }
    Ok(())
}

fn ilk<'a>(dss: &'a mut Dss, name: &str, node: &Node) -> Read<&'a mut VaultType> {
    let Some(IlkId(at)) = dss.find(name) else {
        return Err(node.unknown_name(name, dss.ilks.iter().map(|ilk| &*ilk.name)));
    };
    dss.ilks.get_mut(usize::from(at)).ok_or_else(|| node.invalid("the name of a vault type"))
}

/// Every item of a table whose keys are vault types.
fn by_ilk(dss: &mut Dss, node: &Node, mut of: impl FnMut(&mut VaultType, &Node) -> Read) -> Read {
    for (name, item) in node.entries()? {
        of(ilk(dss, name, item)?, item)?;
    }
    Ok(())
}

fn number(key: &str, node: &Node) -> Read<u64> {
    let accepted = "a number below 2^62 as the key";
    key.parse().ok().filter(|id| *id < 1 << 62).ok_or_else(|| node.invalid(accepted))
}

impl Reader {
    fn balances(&mut self, dss: &Dss, node: &Node) -> Read<Ledger<Who, U256>> {
        let mut ledger = Ledger::default();
        for (name, item) in node.entries()? {
            ledger.set(who(dss, &mut self.names, name), word(item)?);
        }
        Ok(ledger)
    }

    fn who(&mut self, dss: &Dss, node: &Node) -> Read<Who> {
        let name = node.digits().or_else(|_| node.text())?;
        Ok(who(dss, &mut self.names, name))
    }

    fn table(&mut self, dss: &mut Dss, key: &str, node: &Node) -> Read {
        match key {
            "time" => dss.time = time(node)?,
            "wallets" => dss.wallets = node.boolean()?,
            "users" => {}
            "vat" => self.vat(dss, node)?,
            "gem" => self.gem(dss, node)?,
            "jug" => {
                for (key, item) in node.entries()? {
                    match key.as_str() {
                        "base" => dss.base = word(item)?,
                        name => plain(&mut ilk(dss, name, item)?.jug, item)?,
                    }
                }
            }
            "spotter" => {
                for (key, item) in node.entries()? {
                    match key.as_str() {
                        "par" => dss.par = word(item)?,
                        name => plain(&mut ilk(dss, name, item)?.spotter, item)?,
                    }
                }
            }
            "pip" => by_ilk(dss, node, |ilk, item| plain(&mut ilk.pip, item))?,
            "calc" => by_ilk(dss, node, |ilk, item| plain(&mut ilk.calc, item))?,
            "pot" => {
                for (key, item) in node.entries()? {
                    if key == "pie" {
                        dss.pot.pie = self.balances(dss, item)?;
                    } else if !set(&mut dss.pot, key, item)? {
                        return unknown(&mut dss.pot, &["pie"], key, item);
                    }
                }
            }
            "vow" => {
                for (key, item) in node.entries()? {
                    if key == "sin" {
                        for (era, rad) in item.entries()? {
                            dss.vow.queue.set(number(era, rad)?, word(rad)?);
                        }
                    } else if !set(&mut dss.vow, key, item)? {
                        return unknown(&mut dss.vow, &["sin"], key, item);
                    }
                }
            }
            "dog" => {
                for (key, item) in node.entries()? {
                    if !set(&mut dss.dog, key, item)? {
                        plain(&mut ilk(dss, key, item)?.dog, item)?;
                    }
                }
            }
            "cat" => {
                for (key, item) in node.entries()? {
                    if !set(&mut dss.cat, key, item)? {
                        plain(&mut ilk(dss, key, item)?.cat, item)?;
                    }
                }
            }
            "clip" => self.clips(dss, node)?,
            "flip" => self.flips(dss, node)?,
            "flapper" => {
                for (key, item) in node.entries()? {
                    if key == "bid" {
                        dss.flapper.bids = self.bids(dss, item)?;
                    } else if !set(&mut dss.flapper, key, item)? {
                        return unknown(&mut dss.flapper, &["bid"], key, item);
                    }
                }
            }
            "flopper" => {
                for (key, item) in node.entries()? {
                    if key == "bid" {
                        dss.flopper.bids = self.bids(dss, item)?;
                    } else if !set(&mut dss.flopper, key, item)? {
                        return unknown(&mut dss.flopper, &["bid"], key, item);
                    }
                }
            }
            "flash" => plain(&mut dss.flash, node)?,
            "dai" => {
                for (key, item) in node.entries()? {
                    match key.as_str() {
                        "totalSupply" => dss.dai.supply = word(item)?,
                        name => {
                            let who = who(dss, &mut self.names, name);
                            dss.dai.wallets.set(who, word(item)?);
                        }
                    }
                }
            }
            "mkr" => dss.mkr.wallets = self.balances(dss, node)?,
            _ => return Err(node.unknown_name(key, TABLES)),
        }
        Ok(())
    }

    fn vat(&mut self, dss: &mut Dss, node: &Node) -> Read {
        for (key, item) in node.entries()? {
            match key.as_str() {
                "dai" => dss.vat.dai = self.balances(dss, item)?,
                "sin" => dss.vat.sin = self.balances(dss, item)?,
                "can" => {
                    for (owner, agents) in item.entries()? {
                        let owner = who(dss, &mut self.names, owner);
                        for (agent, allowed) in agents.entries()? {
                            let agent = who(dss, &mut self.names, agent);
                            dss.vat.can.set((owner, agent), !narrow(allowed, 1)?.is_zero());
                        }
                    }
                }
                "ilk" => by_ilk(dss, item, |ilk, item| plain(&mut ilk.vat, item))?,
                "urn" => {
                    for (name, urns) in item.entries()? {
                        for (owner, item) in urns.entries()? {
                            let owner = who(dss, &mut self.names, owner);
                            let mut urn = Urn::default();
                            plain(&mut urn, item)?;
                            ilk(dss, name, urns)?.urns.set(owner, urn);
                        }
                    }
                }
                "gem" => {
                    for (name, item) in item.entries()? {
                        let gem = self.balances(dss, item)?;
                        ilk(dss, name, item)?.gem = gem;
                    }
                }
                _ if set(&mut dss.vat, key, item)? => {}
                _ => return unknown(&mut dss.vat, &["dai", "sin", "can", "ilk", "urn", "gem"], key, item),
            }
        }
        Ok(())
    }

    fn gem(&mut self, dss: &mut Dss, node: &Node) -> Read {
        for (name, table) in node.entries()? {
            for (key, item) in table.entries()? {
                let amount = word(item)?;
                if key == "gemjoin" {
                    ilk(dss, name, item)?.join.held = amount;
                } else {
                    let who = who(dss, &mut self.names, key);
                    ilk(dss, name, item)?.join.wallets.set(who, amount);
                }
            }
        }
        Ok(())
    }

    fn clips(&mut self, dss: &mut Dss, node: &Node) -> Read {
        for (name, table) in node.entries()? {
            for (key, item) in table.entries()? {
                match key.as_str() {
                    // The number of running auctions follows from the auctions.
                    "count" => drop(word(item)?),
                    "sale" => {
                        let mut places = Vec::new();
                        for (id, item) in item.entries()? {
                            let id = number(id, item)?;
                            let (sale, pos) = self.sale(dss, item)?;
                            places.push((pos, id));
                            ilk(dss, name, item)?.clip.sales.set(id, sale);
                        }
                        places.sort_unstable();
                        places.dedup_by_key(|(_, id)| *id);
                        let clip = &mut ilk(dss, name, item)?.clip;
                        clip.active = places.into_iter().map(|(_, id)| id).collect();
                    }
                    _ => {
                        let clip = &mut ilk(dss, name, item)?.clip;
                        if !set(clip, key, item)? {
                            return unknown(clip, &["count", "sale"], key, item);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn sale(&mut self, dss: &Dss, node: &Node) -> Read<(Sale, u64)> {
        let (mut sale, mut pos) = (Sale::default(), 0);
        for (key, item) in node.entries()? {
            match key.as_str() {
                "usr" => sale.usr = self.who(dss, item)?,
                "pos" => pos = time(item)?,
                _ if set(&mut sale, key, item)? => {}
                _ => return unknown(&mut sale, &["usr", "pos"], key, item),
            }
        }
        if sale.usr == Who::Nobody {
            return Err(node.invalid("an auction with `usr`, the account whose vault it was"));
        }
        Ok((sale, pos))
    }

    fn flips(&mut self, dss: &mut Dss, node: &Node) -> Read {
        for (name, table) in node.entries()? {
            for (key, item) in table.entries()? {
                if key == "bid" {
                    for (id, item) in item.entries()? {
                        let id = number(id, item)?;
                        let lot = self.lot(dss, item)?;
                        ilk(dss, name, item)?.flip.bids.set(id, lot);
                    }
                    continue;
                }
                let flip = &mut ilk(dss, name, item)?.flip;
                if !set(flip, key, item)? {
                    return unknown(flip, &["bid"], key, item);
                }
            }
        }
        Ok(())
    }

    fn lot(&mut self, dss: &Dss, node: &Node) -> Read<Lot> {
        let mut lot = Lot::default();
        for (key, item) in node.entries()? {
            match key.as_str() {
                "guy" => lot.bid.guy = self.who(dss, item)?,
                "usr" => lot.usr = self.who(dss, item)?,
                "gal" => lot.gal = self.who(dss, item)?,
                _ if set(&mut lot, key, item)? => {}
                _ => return unknown(&mut lot, &["guy", "usr", "gal"], key, item),
            }
        }
        Ok(lot)
    }

    fn bids(&mut self, dss: &Dss, node: &Node) -> Read<Ledger<u64, Bid>> {
        let mut bids = Ledger::default();
        for (id, table) in node.entries()? {
            let mut bid = Bid::default();
            for (key, item) in table.entries()? {
                match key.as_str() {
                    "guy" => bid.guy = self.who(dss, item)?,
                    _ if set(&mut bid, key, item)? => {}
                    _ => return unknown(&mut bid, &["guy"], key, item),
                }
            }
            bids.set(number(id, table)?, bid);
        }
        Ok(bids)
    }
}
