//! A venue's table, read into a market.

use std::sync::Arc;

use levmine_config::{ConfigError, Fields, Node, parse_percent};
use levmine_lending::LendingMarket;
use levmine_market::{Account, Asset, BuildContext, Parameter, Roster};
use levmine_math::{Rounding, U256, Wad, parse_units, pow10, units_from_decimal};
use rust_decimal::Decimal;

use crate::dss::{
    Abacus, Calc, Cat, CatIlk, Clip, Dog, DogIlk, Dss, Flapper, Flash, Flip, Flopper, Ilk, Join, JugIlk, Pip,
    Pot, SpotterIlk, Token, Urn, Vat, VaultType, Vow,
};
use crate::fee::per_second;
use crate::ledger::Ledger;
use crate::market::MakerMarket;
use crate::math::{RAY, WAD, wmul};
use crate::presets;
use crate::revision::Revision;
use crate::state;
use crate::who::{IlkId, Who};

/// Everybody else in a market built from parameters: one outsider with a vault.
pub const CROWD: Account = Account::outsider(0x7fff_aa04);

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "preset",
        accepted: "the name of a preset, like \"eth-a-2022-11-09\"",
        meaning: "a vault type on a day; the other keys change it",
    },
    Parameter {
        key: "version",
        accepted: "\"2.0\", \"1.2.8\", \"1.0.2\"; without it \"2.0\", or the preset's",
        meaning: "the contracts: Dutch auctions (2.0), English ones by debt (1.2.8) or by lots (1.0.2)",
    },
    Parameter {
        key: "vault_type",
        accepted: "a name like \"ETH-A\"",
        meaning: "what the vault type is called",
    },
    Parameter { key: "collateral", accepted: "an asset with up to 18 decimals", meaning: "what is locked" },
    Parameter {
        key: "liquidation_ratio",
        accepted: "a percentage above 100%",
        meaning: "collateral over debt below which a vault is liquidated",
    },
    Parameter {
        key: "stability_fee",
        accepted: "a percentage per year from 0% to 100%",
        meaning: "what debt grows by",
    },
    Parameter {
        key: "savings_rate",
        accepted: "a percentage per year",
        meaning: "what supplied DAI grows by",
    },
    Parameter { key: "debt_floor", accepted: "DAI", meaning: "the least debt of a vault" },
    Parameter { key: "debt_ceiling", accepted: "DAI", meaning: "the most debt of the vault type" },
    Parameter { key: "total_ceiling", accepted: "DAI", meaning: "the most DAI of all vault types" },
    Parameter {
        key: "liquidation_penalty",
        accepted: "a percentage",
        meaning: "what a liquidation adds to the debt",
    },
    Parameter {
        key: "auction",
        accepted: "in 2.0: buf, cusp, cut, chip (percentages), tail, step, tau (seconds), tip, hole, Hole (DAI), shape \
                   (\"linear\", \"stairstep\", \"exponential\"); before: beg (percentage), ttl, tau (seconds), and lump \
                   (tokens) or dunk, box (DAI)",
        meaning: "the auctions, in the contracts' words; without them as in the presets",
    },
    Parameter {
        key: "flash_mint_limit",
        accepted: "DAI; 0 is none",
        meaning: "the most that can be minted for a moment; without it 500 million in 2.0",
    },
    Parameter {
        key: "outsiders",
        accepted: "collateral (tokens), debt (DAI)",
        meaning: "the vault of everybody else when the venue begins",
    },
    Parameter {
        key: "vault_types.<name>",
        accepted: "collateral (an asset), shape",
        meaning: "further vault types of a state",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contracts' integers, instead of all figures above",
    },
];

/// What a market is built from.
#[derive(Debug)]
pub(crate) struct Setup {
    /// The contracts without vault types.
    pub(crate) dss: Dss,
    /// The market's vault type.
    pub(crate) vault: VaultType,
    /// Collateral (base units) and debt (wad) of everybody else.
    pub(crate) others: (U256, U256),
}

/// So many basis points with `decimals` decimals.
pub(crate) fn bps(decimals: u32, bps: u64) -> Option<U256> {
    pow10(decimals.checked_sub(4)?).ok()?.checked_mul(U256::from(bps))
}

/// So many DAI in rad.
pub(crate) fn dai(whole: u64) -> Option<U256> {
    pow10(45).ok()?.checked_mul(U256::from(whole))
}

/// Contracts without anything in them; the English settlement auctions as their constructors leave them.
fn blank(revision: Revision) -> Dss {
    Dss {
        revision,
        time: 0,
        vat: Vat::default(),
        ilks: Vec::new(),
        base: U256::ZERO,
        par: U256::ZERO,
        pot: Pot::default(),
        vow: Vow::default(),
        dog: Dog::default(),
        cat: Cat::default(),
        flapper: Flapper::default(),
        flopper: Flopper::default(),
        flash: Flash::default(),
        dai: Token::default(),
        mkr: Token::default(),
        wallets: false,
    }
}

fn blank_vault(name: &str, asset: Asset, shape: Abacus) -> VaultType {
    VaultType {
        name: Arc::from(name),
        vat: Ilk::default(),
        urns: Ledger::default(),
        gem: Ledger::default(),
        join: Join { asset, held: U256::ZERO, wallets: Ledger::default() },
        jug: JugIlk::default(),
        spotter: SpotterIlk::default(),
        pip: Pip::default(),
        dog: DogIlk::default(),
        clip: Clip::default(),
        calc: Calc { shape, ..Calc::default() },
        cat: CatIlk::default(),
        flip: Flip::default(),
    }
}

impl Setup {
    /// A vault type with the auctions of November 2022 (2.0), of the end of 2020 (1.2.8) or of March 2020 (1.0.2), and
    /// a penalty of 13 %.
    pub(crate) fn new(revision: Revision, name: &str, asset: Asset) -> Self {
        let figure = |value: Option<U256>| value.unwrap_or_default();
        let mut dss = blank(revision);
        dss.par = RAY;
        (dss.pot.dsr, dss.pot.chi) = (RAY, RAY);
        let hours = |hours: u64| hours * 3_600;
        let beg = figure(bps(18, 10_500));
        (dss.flapper.beg, dss.flapper.ttl, dss.flapper.tau) = (beg, hours(3), hours(48));
        (dss.flopper.beg, dss.flopper.ttl, dss.flopper.tau) = (beg, hours(3), hours(48));
        dss.flopper.pad = figure(bps(18, 15_000));
        let mut vault = blank_vault(name, asset, Abacus::Stairstep);
        vault.vat.rate = RAY;
        vault.jug.duty = RAY;
        match revision {
            Revision::V2_0 => {
                dss.flapper.lid = figure(dai(10_000_000_000));
                dss.dog.hole = figure(dai(70_000_000));
                dss.flash.max = figure(pow10(18).ok()).saturating_mul(U256::from(500_000_000_u64));
                vault.dog =
                    DogIlk { chop: figure(bps(18, 11_300)), hole: figure(dai(40_000_000)), dirt: U256::ZERO };
                vault.clip = Clip {
                    buf: figure(bps(27, 11_000)),
                    tail: U256::from(7_200),
                    cusp: figure(bps(27, 4_500)),
                    chip: figure(bps(18, 10)),
                    tip: figure(dai(250)),
                    ..Clip::default()
                };
                vault.calc.step = U256::from(90);
                vault.calc.cut = figure(bps(27, 9_900));
            }
            Revision::V1_2_8 => {
                dss.cat.limit = figure(dai(15_000_000));
                vault.cat =
                    CatIlk { chop: figure(bps(18, 11_300)), lump: U256::ZERO, dunk: figure(dai(50_000)) };
                vault.flip =
                    Flip { beg: figure(bps(18, 10_300)), ttl: hours(4), tau: hours(6), ..Flip::default() };
            }
            Revision::V1_0_2 => {
                vault.cat = CatIlk {
                    chop: figure(bps(27, 11_300)),
                    lump: WAD.saturating_mul(U256::from(50)),
                    dunk: U256::ZERO,
                };
                vault.flip =
                    Flip { beg: figure(bps(18, 10_300)), ttl: 600, tau: hours(6), ..Flip::default() };
            }
        }
        Self { dss, vault, others: (U256::ZERO, U256::ZERO) }
    }

    /// Ratio, factor per second, least debt, ceiling.
    pub(crate) fn terms(&mut self, mat: U256, duty: U256, dust: U256, line: U256) {
        self.vault.spotter.mat = mat;
        self.vault.jug.duty = duty;
        self.vault.vat.dust = dust;
        self.vault.vat.line = line;
    }

    /// The contracts with everybody else's vault in them.
    fn build(mut self, now: u64) -> Dss {
        let (held, debt) = self.others;
        let ink = held.saturating_mul(self.vault.join.unit());
        let rad = debt.saturating_mul(RAY);
        let crowd = Who::from(CROWD);
        let vault = &mut self.vault;
        vault.join.held = held;
        vault.urns.set(crowd, Urn { ink, art: debt });
        vault.vat.art = debt;
        vault.jug.rho = now;
        vault.clip.chost = wmul(vault.vat.dust, vault.dog.chop).unwrap_or_default();
        let dss = &mut self.dss;
        dss.pot.rho = now;
        dss.time = now;
        dss.vat.debt = rad;
        dss.vat.dai.set(Who::DaiJoin, rad);
        dss.dai.supply = debt;
        if dss.vat.ceiling.is_zero() {
            // Other vault types' ceilings: far beyond this one's.
            dss.vat.ceiling = vault.vat.line.saturating_add(dai(10_000_000_000).unwrap_or_default());
        }
        dss.ilks.push(self.vault);
        self.dss
    }
}

/// Builds a market from a venue table.
///
/// # Errors
///
/// Whatever the table says that is not accepted, with its place.
pub(crate) fn build(
    fields: &mut Fields<'_>,
    ctx: &BuildContext<'_>,
) -> Result<Box<dyn LendingMarket>, ConfigError> {
    Ok(Box::new(market(fields, ctx)?))
}

pub(crate) fn market(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<MakerMarket, ConfigError> {
    let dai = ctx.assets.get("DAI").filter(|asset| asset.decimals() == 18);
    let dai = dai.or_else(|| Asset::new("DAI", 18).ok());
    let version = fields.optional("version").map(version).transpose()?;
    let preset = fields.optional("preset").map(presets::setup).transpose()?;
    let preset = match (preset, version) {
        (Some(preset), Some((node, version))) if preset.dss.revision != version => {
            return Err(node.invalid(format!("\"{}\", the preset's version", preset.dss.revision.name())));
        }
        (preset, _) => preset,
    };
    let named = fields.optional("vault_type");
    let state = fields.optional("state");
    let own = match fields.optional("collateral") {
        Some(node) => Some(collateral(node, ctx, dai)?),
        None => preset.as_ref().map(|preset| preset.vault.join.asset),
    };
    let Some(own) = own else {
        let accepted = "an asset like \"WETH\"; or take a `preset`";
        return Err(fields.required("collateral", accepted).err().unwrap_or_else(|| missing(fields)));
    };
    let name = match (named, &preset) {
        (Some(node), _) => vault_name(node, node.text()?)?.to_string(),
        (None, Some(preset)) => preset.vault.name.to_string(),
        (None, None) => format!("{}-A", own.symbol()),
    };
    let given = preset.is_some();
    let revision = version.map_or(Revision::V2_0, |(_, version)| version);
    let mut setup = preset.unwrap_or_else(|| Setup::new(revision, &name, own));
    (setup.vault.name, setup.vault.join.asset) = (Arc::from(name.as_str()), own);
    figures(&mut setup, fields, given || state.is_some())?;
    let others = vault_types(fields, ctx, dai, &name)?;
    let shape = setup.vault.calc.shape;
    let (dss, names) = match state {
        None => {
            let mut dss = setup.build(ctx.now.time.0);
            dss.ilks.extend(others);
            (dss, Roster::default())
        }
        Some(node) => {
            let mut dss = blank(setup.dss.revision);
            dss.ilks.push(blank_vault(&name, own, shape));
            dss.ilks.extend(others);
            let names = state::read::read(&mut dss, node)?;
            (dss, names)
        }
    };
    let Some(dai) = dai else { return Err(missing(fields)) };
    Ok(MakerMarket { dss, ilk: IlkId(0), dai, names: Arc::new(names.into_known()) })
}

fn missing(fields: &Fields<'_>) -> ConfigError {
    ConfigError::Missing {
        place: fields.place().clone(),
        key: "collateral".into(),
        accepted: "an asset like \"WETH\"".into(),
    }
}

fn version(node: &Node) -> Result<(&Node, Revision), ConfigError> {
    let name = node.digits()?;
    let version = Revision::from_name(name).ok_or_else(|| node.unknown_name(name, Revision::NAMES))?;
    Ok((node, version))
}

fn collateral(node: &Node, ctx: &BuildContext<'_>, dai: Option<Asset>) -> Result<Asset, ConfigError> {
    let asset = ctx.assets.read(node)?;
    if asset.decimals() > 18 || Some(asset) == dai {
        return Err(node.invalid("an asset with at most 18 decimals that is not DAI"));
    }
    Ok(asset)
}

/// A name that no contract has in the tables of a state.
fn vault_name<'a>(node: &Node, name: &'a str) -> Result<&'a str, ConfigError> {
    const TAKEN: [&str; 8] = ["base", "par", "Hole", "Dirt", "box", "litter", "", "Line"];
    let plain = name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_graphic());
    if plain && !TAKEN.contains(&name) { Ok(name) } else { Err(node.invalid("a name like \"ETH-A\"")) }
}

fn vault_types(
    fields: &mut Fields<'_>,
    ctx: &BuildContext<'_>,
    dai: Option<Asset>,
    own: &str,
) -> Result<Vec<VaultType>, ConfigError> {
    let mut types: Vec<VaultType> = Vec::new();
    let Some(node) = fields.optional("vault_types") else { return Ok(types) };
    for (name, table) in node.entries()? {
        let name = vault_name(table, name)?;
        if name == own || types.iter().any(|known| &*known.name == name) || types.len() >= 256 {
            return Err(table.invalid("a vault type of another name, 256 at most"));
        }
        let mut fields = table.fields()?;
        let asset = collateral(fields.required("collateral", "an asset like \"WETH\"")?, ctx, dai)?;
        let shape = fields.optional("shape").map(shape).transpose()?.unwrap_or_default();
        fields.finish()?;
        types.push(blank_vault(name, asset, shape));
    }
    Ok(types)
}

fn shape(node: &Node) -> Result<Abacus, ConfigError> {
    let name = node.text()?;
    let found = Abacus::NAMES.iter().find(|(known, _)| *known == name);
    found.map(|(_, shape)| *shape).ok_or_else(|| node.unknown_name(name, Abacus::NAMES.map(|(name, _)| name)))
}

/// The figures a person writes.
fn figures(setup: &mut Setup, fields: &mut Fields<'_>, complete: bool) -> Result<(), ConfigError> {
    let accepted = "a percentage above 100% and up to 100000%";
    let ratio = if complete {
        fields.optional("liquidation_ratio")
    } else {
        Some(fields.required("liquidation_ratio", accepted)?)
    };
    if let Some(node) = ratio {
        let ratio = share(node, 27, accepted)?;
        if ratio <= RAY {
            return Err(node.invalid(accepted));
        }
        setup.vault.spotter.mat = ratio;
    }
    let accepted = "a percentage per year from 0% to 100%";
    let fee = if complete {
        fields.optional("stability_fee")
    } else {
        Some(fields.required("stability_fee", accepted)?)
    };
    if let Some(node) = fee {
        setup.vault.jug.duty = factor(node, accepted)?;
    }
    if let Some(node) = fields.optional("savings_rate") {
        setup.dss.pot.dsr = factor(node, accepted)?;
    }
    if let Some(node) = fields.optional("debt_floor") {
        setup.vault.vat.dust = amount(node, 45)?;
    }
    match fields.optional("debt_ceiling") {
        Some(node) => setup.vault.vat.line = amount(node, 45)?,
        None if complete => {}
        None => setup.vault.vat.line = dai(1_000_000_000).unwrap_or_default(),
    }
    if let Some(node) = fields.optional("total_ceiling") {
        setup.dss.vat.ceiling = amount(node, 45)?;
    }
    if let Some(node) = fields.optional("flash_mint_limit") {
        setup.dss.flash.max = amount(node, 18)?;
    }
    if let Some(node) = fields.optional("liquidation_penalty") {
        let accepted = "a percentage from 0% to 100000%";
        let (penalty, ray) = (share(node, 18, accepted)?, share(node, 27, accepted)?);
        match setup.dss.revision {
            Revision::V2_0 => setup.vault.dog.chop = penalty.saturating_add(WAD),
            Revision::V1_2_8 => setup.vault.cat.chop = penalty.saturating_add(WAD),
            Revision::V1_0_2 => setup.vault.cat.chop = ray.saturating_add(RAY),
        }
    }
    if let Some(node) = fields.optional("auction") {
        auction(setup, node)?;
    }
    if let Some(node) = fields.optional("outsiders") {
        let mut fields = node.fields()?;
        let decimals = setup.vault.join.asset.decimals();
        let locked = amount(fields.required("collateral", "whole tokens")?, decimals)?;
        let drawn = amount(fields.required("debt", "whole DAI")?, 18)?;
        fields.finish()?;
        setup.others = (locked, drawn);
    }
    Ok(())
}

fn auction(setup: &mut Setup, node: &Node) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let accepted = "a percentage from 0% to 100000%";
    let revision = setup.dss.revision;
    let (vault, dss) = (&mut setup.vault, &mut setup.dss);
    if revision.dutch() {
        for (key, place, decimals) in [
            ("buf", &mut vault.clip.buf, 27),
            ("cusp", &mut vault.clip.cusp, 27),
            ("cut", &mut vault.calc.cut, 27),
            ("chip", &mut vault.clip.chip, 18),
        ] {
            if let Some(node) = fields.optional(key) {
                *place = share(node, decimals, accepted)?;
            }
        }
        for (key, place) in
            [("tail", &mut vault.clip.tail), ("step", &mut vault.calc.step), ("tau", &mut vault.calc.tau)]
        {
            if let Some(node) = fields.optional(key) {
                *place = U256::from(seconds(node)?);
            }
        }
        for (key, place) in
            [("tip", &mut vault.clip.tip), ("hole", &mut vault.dog.hole), ("Hole", &mut dss.dog.hole)]
        {
            if let Some(node) = fields.optional(key) {
                *place = amount(node, 45)?;
            }
        }
        if let Some(node) = fields.optional("shape") {
            vault.calc.shape = shape(node)?;
        }
        return fields.finish();
    }
    if let Some(node) = fields.optional("beg") {
        vault.flip.beg = share(node, 18, accepted)?.saturating_add(WAD);
    }
    for (key, place) in [("ttl", &mut vault.flip.ttl), ("tau", &mut vault.flip.tau)] {
        if let Some(node) = fields.optional(key) {
            *place = seconds(node)?;
        }
    }
    if revision == Revision::V1_0_2 {
        if let Some(node) = fields.optional("lump") {
            vault.cat.lump = amount(node, 18)?;
        }
    } else {
        for (key, place) in [("dunk", &mut vault.cat.dunk), ("box", &mut dss.cat.limit)] {
            if let Some(node) = fields.optional(key) {
                *place = amount(node, 45)?;
            }
        }
    }
    fields.finish()
}

fn seconds(node: &Node) -> Result<u64, ConfigError> {
    let accepted = "seconds, from 1 to 1000000000";
    let seconds: u64 = node.parse(accepted)?;
    if (1..=1_000_000_000).contains(&seconds) { Ok(seconds) } else { Err(node.invalid(accepted)) }
}

/// A percentage with so many decimals.
fn share(node: &Node, decimals: u8, accepted: &str) -> Result<U256, ConfigError> {
    let fraction = node.read(parse_percent)?;
    if fraction.is_sign_negative() || fraction > Decimal::ONE_THOUSAND {
        return Err(node.invalid(accepted));
    }
    units_from_decimal(fraction, decimals, Rounding::Down).map_err(|_| node.invalid(accepted))
}

/// A yearly percentage as the factor per second.
fn factor(node: &Node, accepted: &str) -> Result<U256, ConfigError> {
    per_second(node.read(parse_percent)?).ok_or_else(|| node.invalid(accepted))
}

/// An amount in whole tokens, with so many decimals.
fn amount(node: &Node, decimals: u8) -> Result<U256, ConfigError> {
    let accepted = || node.invalid("an amount in whole tokens like 1_000.5, below 10^15");
    let places = decimals.min(18);
    let amount = parse_units(node.digits()?.trim(), places).map_err(|_| accepted())?;
    let unit = pow10(u32::from(places)).map_err(|_| accepted())?;
    if amount >= Wad::new(1_000_000_000_000_000).raw().saturating_mul(unit) {
        return Err(accepted());
    }
    let more = pow10(u32::from(decimals.saturating_sub(18))).map_err(|_| accepted())?;
    amount.checked_mul(more).ok_or_else(accepted)
}
