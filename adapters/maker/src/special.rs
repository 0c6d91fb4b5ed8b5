//! The contracts' own functions, by name: `vat.frob`, `jug.drip`, `clip.take` and so on, with the contracts' arguments.
//!
//! `file` with two arguments is `vat.file`, with the vault type as the first one `vat.file_ilk`. `pip.set` stands for
//! whatever sets the price.

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::{Context, LendingError};
use levmine_market::{Account, Dump};
use levmine_math::U256;

use crate::dss::{
    Dss, Pip, abacus, auth, cat, clip, dog, flap, flip, flop, join, jug, pot, spotter, vat, vow,
};
use crate::error::{Contract, MakerError, Result};
use crate::market::MakerMarket;
use crate::math::Int;
use crate::state::names::contract;
use crate::who::{IlkId, Who};

/// Runs one of them; those of contracts that the version does not have are unsupported.
pub(crate) fn run(
    market: &mut MakerMarket,
    name: &str,
    fields: &mut Fields<'_>,
    accounts: &dyn Fn(&str) -> Account,
    ctx: &Context<'_>,
) -> Result<Result<Dump, LendingError>, ConfigError> {
    let unsupported = || LendingError::Unsupported { protocol: crate::PROTOCOL, operation: "this operation" };
    let Some((of, function)) = name.split_once('.') else { return Ok(Err(unsupported())) };
    let dutch = market.dss.revision.dutch();
    let there = match of {
        "dog" | "clip" | "calc" => dutch,
        "cat" | "flip" => !dutch,
        _ => true,
    };
    if !there {
        return Ok(Err(unsupported()));
    }
    let by = match fields.optional("by") {
        Some(node) => who(&market.dss, accounts, node)?,
        None => Who::Nobody,
    };
    let now = market.clock(ctx.now);
    let mut call = Call { market, fields, accounts, by, now };
    let done = match of {
        "vat" => call.vat(function)?,
        "jug" | "spotter" | "pip" => call.rates(of, function)?,
        "gemjoin" | "daijoin" => call.join(of, function)?,
        "pot" => call.pot(function)?,
        "vow" => call.vow(function)?,
        "dog" | "cat" => call.liquidator(of, function)?,
        "clip" | "calc" => call.clip(of, function)?,
        "flip" => call.flip(function)?,
        "flapper" | "flopper" => call.settlement(of, function)?,
        _ => None,
    };
    Ok(done.map_or_else(|| Err(unsupported()), |done| done.map_err(LendingError::from)))
}

/// An address by name: a contract, `admin`, `0`, or an account.
fn who(dss: &Dss, accounts: &dyn Fn(&str) -> Account, node: &Node) -> Result<Who, ConfigError> {
    let name = node.digits().or_else(|_| node.text())?;
    Ok(contract(dss, name).unwrap_or_else(|| accounts(name).into()))
}

/// What came of a call; `None` for a function that does not exist.
type Answer = Result<Option<Result<Dump>>, ConfigError>;

struct Call<'a, 'f> {
    market: &'a mut MakerMarket,
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
    by: Who,
    now: u64,
}

fn nothing(done: Result<()>) -> Result<Dump> {
    done.map(|()| Dump::Table(Vec::new()))
}

fn named(name: &'static str) -> impl FnOnce(U256) -> Dump {
    move |value| Dump::table([(name, Dump::text(value))])
}

fn numbered(id: u64) -> Dump {
    Dump::table([("id", Dump::text(id))])
}

impl Call<'_, '_> {
    /// Runs a function of a contract, all or nothing.
    fn act(&mut self, function: impl FnOnce(&mut Dss, Who, u64) -> Result<Dump>) -> Answer {
        let (by, now) = (self.by, self.now);
        Ok(Some(self.market.transact(now, |dss| function(dss, by, now))))
    }

    fn quietly(&mut self, function: impl FnOnce(&mut Dss, Who, u64) -> Result<()>) -> Answer {
        self.act(|dss, by, now| nothing(function(dss, by, now)))
    }

    fn vat(&mut self, function: &str) -> Answer {
        match function {
            "hope" => {
                let usr = self.who("usr")?;
                self.quietly(|dss, by, _| {
                    vat::hope(dss, by, usr);
                    Ok(())
                })
            }
            "nope" => {
                let usr = self.who("usr")?;
                self.quietly(|dss, by, _| {
                    vat::nope(dss, by, usr);
                    Ok(())
                })
            }
            "frob" => match self.change()? {
                Some(change) => self.quietly(|dss, by, _| vat::frob(dss, by, &change)),
                None => Ok(Some(Err(MakerError::IlkNotInit))),
            },
            "grab" => match self.change()? {
                Some(change) => self.quietly(|dss, by, _| {
                    auth(by, Contract::Vat)?;
                    vat::grab(dss, &change)
                }),
                None => Ok(Some(Err(MakerError::IlkNotInit))),
            },
            "fork" => {
                let (ilk, sides) = (self.ilk()?, (self.who("src")?, self.who("dst")?));
                let (dink, dart) = (self.int("dink")?, self.int("dart")?);
                self.quietly(|dss, by, _| vat::fork(dss, by, ilk, sides, dink, dart))
            }
            "flux" => {
                let (ilk, src, dst) = (self.ilk()?, self.who("src")?, self.who("dst")?);
                let wad = self.word("wad")?;
                self.quietly(|dss, by, _| vat::flux(dss, by, ilk, src, dst, wad))
            }
            "move" => {
                let (src, dst, rad) = (self.who("src")?, self.who("dst")?, self.word("rad")?);
                self.quietly(|dss, by, _| vat::shift(dss, by, src, dst, rad))
            }
            "heal" => {
                let rad = self.word("rad")?;
                self.quietly(|dss, by, _| vat::heal(dss, by, rad))
            }
            "file" => self.file(Contract::Vat, vat::file),
            "file_ilk" => self.file_ilk(Contract::Vat, vat::file_ilk),
            _ => Ok(None),
        }
    }

    fn rates(&mut self, of: &str, function: &str) -> Answer {
        match (of, function) {
            ("jug", "drip") => {
                let ilk = self.ilk()?;
                self.act(|dss, _, now| jug::drip(dss, ilk, now).map(named("rate")))
            }
            ("jug", "file") => self.file(Contract::Jug, jug::file),
            ("jug", "file_ilk") => {
                let now = self.now;
                self.file_ilk(Contract::Jug, |dss, ilk, what, data| jug::file_ilk(dss, ilk, what, data, now))
            }
            ("spotter", "poke") => {
                let ilk = self.ilk()?;
                self.quietly(|dss, _, _| spotter::poke(dss, ilk))
            }
            ("spotter", "file") => self.file(Contract::Spotter, spotter::file),
            ("spotter", "file_ilk") => self.file_ilk(Contract::Spotter, spotter::file_ilk),
            ("pip", "set") => {
                let (ilk, val) = (self.ilk()?, self.word("val")?);
                let has = self.fields.required("has", "true or false")?.boolean()?;
                self.quietly(|dss, _, _| {
                    dss.ilk_mut(ilk)?.pip = Pip { val, has };
                    Ok(())
                })
            }
            _ => Ok(None),
        }
    }

    fn join(&mut self, of: &str, function: &str) -> Answer {
        match (of, function) {
            ("gemjoin", "join") => {
                let (ilk, usr, amt) = (self.ilk()?, self.who("usr")?, self.word("amt")?);
                self.quietly(|dss, by, _| join::join_gem(dss, by, ilk, usr, amt))
            }
            ("gemjoin", "exit") => {
                let (ilk, usr, amt) = (self.ilk()?, self.who("usr")?, self.word("amt")?);
                self.quietly(|dss, by, _| join::exit_gem(dss, by, ilk, usr, amt))
            }
            ("daijoin", "join") => {
                let (usr, wad) = (self.who("usr")?, self.word("wad")?);
                self.quietly(|dss, by, _| join::join_dai(dss, by, usr, wad))
            }
            ("daijoin", "exit") => {
                let (usr, wad) = (self.who("usr")?, self.word("wad")?);
                self.quietly(|dss, by, _| join::exit_dai(dss, by, usr, wad))
            }
            _ => Ok(None),
        }
    }

    fn pot(&mut self, function: &str) -> Answer {
        match function {
            "drip" => self.act(|dss, _, now| pot::drip(dss, now).map(named("chi"))),
            "join" => {
                let wad = self.word("wad")?;
                self.quietly(|dss, by, now| pot::join(dss, by, wad, now))
            }
            "exit" => {
                let wad = self.word("wad")?;
                self.quietly(|dss, by, _| pot::exit(dss, by, wad))
            }
            "file" => {
                let now = self.now;
                self.file(Contract::Pot, |dss, what, data| pot::file(dss, what, data, now))
            }
            _ => Ok(None),
        }
    }

    fn vow(&mut self, function: &str) -> Answer {
        match function {
            "flog" => {
                let era = self.word("era")?;
                self.quietly(|dss, _, now| vow::flog(dss, era, now))
            }
            "heal" => {
                let rad = self.word("rad")?;
                self.quietly(|dss, _, _| vow::heal(dss, rad))
            }
            "kiss" => {
                let rad = self.word("rad")?;
                self.quietly(|dss, _, _| vow::kiss(dss, rad))
            }
            "flop" => self.act(|dss, _, now| vow::flop(dss, now).map(numbered)),
            "flap" => self.act(|dss, _, now| vow::flap(dss, now).map(numbered)),
            "file" => self.file(Contract::Vow, vow::file),
            _ => Ok(None),
        }
    }

    fn liquidator(&mut self, of: &str, function: &str) -> Answer {
        match (of, function) {
            ("dog", "bark") => {
                let (ilk, urn, keeper) = (self.ilk()?, self.who("urn")?, self.who("kpr")?);
                self.act(|dss, _, now| dog::bark(dss, ilk, urn, keeper, now).map(numbered))
            }
            ("dog", "file") => self.file(Contract::Dog, dog::file),
            ("dog", "file_ilk") => self.file_ilk(Contract::Dog, dog::file_ilk),
            ("cat", "bite") => {
                let (ilk, urn) = (self.ilk()?, self.who("urn")?);
                self.act(|dss, _, now| cat::bite(dss, ilk, urn, now).map(numbered))
            }
            ("cat", "file") => self.file(Contract::Cat, cat::file),
            ("cat", "file_ilk") => self.file_ilk(Contract::Cat, cat::file_ilk),
            _ => Ok(None),
        }
    }

    fn clip(&mut self, of: &str, function: &str) -> Answer {
        match (of, function) {
            ("clip", "take") => {
                let (ilk, id, who) = (self.ilk()?, self.id()?, self.who("who")?);
                let limits = (self.word("amt")?, self.word("max")?);
                self.quietly(|dss, by, now| clip::take(dss, by, ilk, id, limits, who, now).map(drop))
            }
            ("clip", "redo") => {
                let (ilk, id, keeper) = (self.ilk()?, self.id()?, self.who("kpr")?);
                self.quietly(|dss, _, now| clip::redo(dss, ilk, id, keeper, now))
            }
            ("clip", "yank") => {
                let (ilk, id) = (self.ilk()?, self.id()?);
                self.quietly(|dss, by, _| {
                    auth(by, Contract::Clipper)?;
                    clip::yank(dss, by, ilk, id)
                })
            }
            ("clip", "upchost") => {
                let ilk = self.ilk()?;
                self.quietly(|dss, _, _| clip::upchost(dss, ilk))
            }
            ("clip", "file") => self.file_ilk(Contract::Clipper, clip::file),
            ("clip", "getStatus") => {
                let (ilk, id) = (self.ilk()?, self.id()?);
                self.act(|dss, _, now| {
                    let (redo, price, lot, tab) = clip::status(dss, ilk, id, now)?;
                    Ok(Dump::table([
                        ("needsRedo", Dump::Boolean(redo)),
                        ("price", Dump::text(price)),
                        ("lot", Dump::text(lot)),
                        ("tab", Dump::text(tab)),
                    ]))
                })
            }
            ("calc", "price") => {
                let (ilk, top, dur) = (self.ilk()?, self.word("top")?, self.word("dur")?);
                self.act(|dss, _, _| abacus::price(dss, ilk, top, dur).map(named("price")))
            }
            _ => Ok(None),
        }
    }

    fn flip(&mut self, function: &str) -> Answer {
        if function == "file" {
            return self.file_ilk(Contract::Flipper, flip::file);
        }
        let (ilk, id) = (self.ilk()?, self.id()?);
        match function {
            "tend" => {
                let offer = (self.word("lot")?, self.word("bid")?);
                self.quietly(|dss, by, now| flip::tend(dss, by, ilk, id, offer, now))
            }
            "dent" => {
                let offer = (self.word("lot")?, self.word("bid")?);
                self.quietly(|dss, by, now| flip::dent(dss, by, ilk, id, offer, now))
            }
            "deal" => self.quietly(|dss, _, now| flip::deal(dss, ilk, id, now)),
            "tick" => self.quietly(|dss, _, now| flip::tick(dss, ilk, id, now)),
            "yank" => self.quietly(|dss, by, _| {
                auth(by, Contract::Flipper)?;
                flip::yank(dss, by, ilk, id)
            }),
            _ => Ok(None),
        }
    }

    fn settlement(&mut self, of: &str, function: &str) -> Answer {
        match (of, function) {
            ("flapper", "file") => return self.file(Contract::Flapper, flap::file),
            ("flopper", "file") => return self.file(Contract::Flopper, flop::file),
            _ => {}
        }
        let id = self.id()?;
        match (of, function) {
            ("flapper", "tend") => {
                let offer = (self.word("lot")?, self.word("bid")?);
                self.quietly(|dss, by, now| flap::tend(dss, by, id, offer, now))
            }
            ("flapper", "deal") => self.quietly(|dss, _, now| flap::deal(dss, id, now)),
            ("flapper", "tick") => self.quietly(|dss, _, now| flap::tick(dss, id, now)),
            ("flopper", "dent") => {
                let offer = (self.word("lot")?, self.word("bid")?);
                self.quietly(|dss, by, now| flop::dent(dss, by, id, offer, now))
            }
            ("flopper", "deal") => self.quietly(|dss, _, now| flop::deal(dss, id, now)),
            ("flopper", "tick") => self.quietly(|dss, _, now| flop::tick(dss, id, now)),
            _ => Ok(None),
        }
    }

    /// `file(what, data)` of a contract.
    fn file(&mut self, contract: Contract, file: impl FnOnce(&mut Dss, &str, U256) -> Result<()>) -> Answer {
        let (what, data) = (self.what()?, self.word("data")?);
        self.quietly(|dss, by, _| {
            auth(by, contract)?;
            file(dss, &what, data)
        })
    }

    /// `file(ilk, what, data)` of a contract.
    fn file_ilk(
        &mut self,
        contract: Contract,
        file: impl FnOnce(&mut Dss, IlkId, &str, U256) -> Result<()>,
    ) -> Answer {
        let (ilk, what, data) = (self.ilk()?, self.what()?, self.word("data")?);
        self.quietly(|dss, by, _| {
            auth(by, contract)?;
            file(dss, ilk, &what, data)
        })
    }

    /// The arguments of `frob` and `grab`; `None` for a vault type that was never set up.
    fn change(&mut self) -> Result<Option<vat::Change>, ConfigError> {
        let name = self.fields.required("ilk", ILK)?.text()?;
        let ilk = self.market.dss.find(name);
        let (u, v, w) = (self.who("u")?, self.who("v")?, self.who("w")?);
        let (dink, dart) = (self.int("dink")?, self.int("dart")?);
        Ok(ilk.map(|ilk| vat::Change { ilk, u, v, w, dink, dart }))
    }

    fn ilk(&mut self) -> Result<IlkId, ConfigError> {
        let node = self.fields.required("ilk", ILK)?;
        let (name, dss) = (node.text()?, &self.market.dss);
        dss.find(name).ok_or_else(|| node.unknown_name(name, dss.ilks.iter().map(|ilk| &*ilk.name)))
    }

    fn who(&mut self, key: &'static str) -> Result<Who, ConfigError> {
        who(&self.market.dss, self.accounts, self.fields.required(key, "the name of an account")?)
    }

    fn what(&mut self) -> Result<String, ConfigError> {
        Ok(self.fields.required("what", "the name of a parameter")?.text()?.to_string())
    }

    fn word(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        crate::state::words::word(self.fields.required(key, crate::state::words::ACCEPTED)?)
    }

    /// The number of an auction; one beyond 64 bits never ran.
    fn id(&mut self) -> Result<u64, ConfigError> {
        self.word("id").map(|id| u64::try_from(id).unwrap_or(u64::MAX))
    }

    fn int(&mut self, key: &'static str) -> Result<Int, ConfigError> {
        let accepted = "an integer from −2^255 to 2^255 − 1";
        let node = self.fields.required(key, accepted)?;
        Int::parse(node.digits()?.trim()).ok_or_else(|| node.invalid(accepted))
    }
}

const ILK: &str = "the name of a vault type, like \"ETH-A\"";
