//! Strategy files.
//!
//! A file is read in two passes: the first finds the venues, so that they can be built; the second reads the steps and
//! policies, which name venues and the shares that pools issue.

use levmine_config::{ConfigError, Fields, Node, Place, parse_percent};
use levmine_market::{Asset, Assets, Price, TokenAmount, VenueId};
use levmine_math::{U256, Wad, parse_units};
use rust_decimal::Decimal;

use crate::cover::read_covers;
use crate::merge::{scaled, scaled_covers};
use crate::policy::{Terms, read_keeper, read_policy};
use crate::{Action, AmountSpec, Cover, ExitBy, Placement, Plan, Policy, Step, recipe};

/// What the farmer begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capital {
    /// The amounts; the first one's asset is the quote, in which equity is counted.
    pub amounts: Vec<TokenAmount>,
}

impl Capital {
    /// The assets, the quote first.
    #[must_use]
    pub fn assets(&self) -> Vec<Asset> {
        self.amounts.iter().map(|amount| amount.asset).collect()
    }
}

/// A venue as the file describes it.
#[derive(Debug, Clone)]
pub struct VenueSpec {
    /// Its name in the file.
    pub name: String,
    /// The whole table, with `protocol`.
    pub table: Node,
    /// The incentives that it carries; not for the adapter.
    pub incentives: Option<Node>,
}

/// A strategy file after the first pass.
#[derive(Debug, Clone)]
pub struct StrategyFile {
    /// The name for people.
    pub name: String,
    /// What the farmer begins with.
    pub capital: Capital,
    /// The standard assets and those of the file.
    pub assets: Assets,
    /// What lies beside the capital for policies that add collateral.
    pub reserve: Vec<TokenAmount>,
    /// How the position is left.
    pub exit: ExitBy,
    /// The venues, in the order of the file.
    pub venues: Vec<VenueSpec>,
    /// What exact amounts in steps are multiplied and divided by: one, unless the capital is another than the file's.
    pub(crate) scale: (U256, U256),
    pub(crate) open: Option<Node>,
    pub(crate) policies: Option<Node>,
    pub(crate) covers: Option<Node>,
    pub(crate) keeper: Terms,
    /// Where an asset stands that must have a price.
    pub(crate) asked: Vec<(Asset, Place)>,
}

/// What a person wants done.
#[derive(Debug, Clone, PartialEq)]
pub struct Strategy {
    /// The name for people.
    pub name: String,
    /// What the farmer begins with.
    pub capital: Capital,
    /// What lies beside the capital, in an account of its own, for policies that add collateral.
    pub reserve: Vec<TokenAmount>,
    /// How the position is left.
    pub exit: ExitBy,
    /// The opening plan: one transaction.
    pub open: Plan,
    /// What looks after the position, in order.
    pub policies: Vec<Policy>,
    /// Protection that is bought before the opening, in order.
    pub covers: Vec<Cover>,
    /// What its keeper is told where a policy says nothing else.
    pub keeper: Terms,
}

/// Reads a strategy file, first pass: everything but the steps and policies.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_strategy(root: &Node) -> Result<StrategyFile, ConfigError> {
    let mut fields = root.fields()?;
    let mut assets = Assets::standard();
    let name = fields.required("name", "a name in quotes")?.text()?.to_string();
    let capital = fields.required("capital", "an amount like \"10000 USDC\"")?;
    let own = fields.optional("assets");
    let reserve = fields.optional("reserve");
    let exit = fields.optional("exit").map(recipe::read::exit_by).transpose()?.unwrap_or_default();
    let venues = fields.required("venues", "a table of venues, each with its `protocol`")?;
    let open = fields.optional("open").cloned();
    let policies = fields.optional("policy").cloned();
    let covers = fields.optional("cover").cloned();
    let keeper = fields.optional("keeper").map(read_keeper).transpose()?.unwrap_or_default();
    fields.finish()?;
    for (symbol, node) in own.map(Node::entries).transpose()?.unwrap_or_default() {
        if symbol.contains('#') {
            return Err(node.invalid("a symbol without #, which is how positions at pools are called"));
        }
    }
    for (symbol, decimals) in own.map(Node::entries).transpose()?.unwrap_or_default() {
        let places = decimals.parse("a number of decimals from 0 to 36")?;
        let asset = Asset::new(symbol, places).map_err(|error| decimals.invalid(error.to_string()))?;
        if let Some(known) = assets.get(symbol).filter(|known| *known != asset) {
            let places = known.decimals();
            return Err(
                decimals.invalid(format!("a token that is not known yet; {symbol} has {places} decimals"))
            );
        }
        assets.insert(asset);
    }
    let mut asked = Vec::new();
    let mut amounts = |node: &Node| -> Result<Vec<TokenAmount>, ConfigError> {
        let amounts = read_amounts(node, &assets)?;
        asked.extend(amounts.iter().map(|amount| (amount.asset, node.place.clone())));
        Ok(amounts)
    };
    let capital = Capital { amounts: amounts(capital)? };
    let reserve = reserve.map(amounts).transpose()?.unwrap_or_default();
    let venues = read_venues(venues)?;
    let scale = (U256::ONE, U256::ONE);
    Ok(StrategyFile {
        name,
        capital,
        assets,
        reserve,
        exit,
        venues,
        scale,
        open,
        policies,
        covers,
        keeper,
        asked,
    })
}

fn read_amounts(node: &Node, assets: &Assets) -> Result<Vec<TokenAmount>, ConfigError> {
    let nodes = node.list().unwrap_or_else(|_| std::slice::from_ref(node));
    let mut amounts: Vec<TokenAmount> = Vec::new();
    for node in nodes {
        let accepted =
            "an amount like \"10000 USDC\", or a list of them; the first is what equity is counted in";
        let (number, symbol) = node.text()?.split_once(' ').ok_or_else(|| node.invalid(accepted))?;
        let asset = assets.get(symbol.trim()).ok_or_else(|| assets.unknown(node, symbol.trim()))?;
        let raw = parse_units(number, asset.decimals())
            .map_err(|error| node.invalid(format!("{accepted}; {error}")))?;
        // Marks are millionths of a base unit in 127 bits, and there must be room above the capital.
        if raw.is_zero() || raw.bit_len() > 100 {
            return Err(node.invalid(format!("{accepted}; above zero and below 2^100 base units")));
        }
        if amounts.iter().any(|amount| amount.asset == asset) {
            return Err(node.invalid("each asset once"));
        }
        amounts.push(TokenAmount::new(asset, raw));
    }
    if amounts.is_empty() {
        return Err(node.invalid("at least one amount"));
    }
    Ok(amounts)
}

fn read_venues(node: &Node) -> Result<Vec<VenueSpec>, ConfigError> {
    let entries = node.entries()?;
    if entries.is_empty() || entries.len() > 256 {
        return Err(node.invalid("1 to 256 venues"));
    }
    entries
        .iter()
        .map(|(name, table)| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || name.len() > 16 || !name.chars().all(plain) {
                return Err(table.invalid("a venue name of 1 to 16 letters, digits, - and _"));
            }
            let incentives = table.fields()?.optional("incentives").cloned();
            Ok(VenueSpec { name: name.clone(), table: table.clone(), incentives })
        })
        .collect()
}

impl StrategyFile {
    /// The assets that must have a price because the strategy begins with them, and where they stand.
    #[must_use]
    pub fn asks_for(&self) -> &[(Asset, Place)] {
        &self.asked
    }

    /// The same strategy with other policies: "none", or conditions and actions as they are told among the events,
    /// `health_factor < 1.2: deleverage to 1.6`, with `;` between several. `every 7d: compound` acts by time;
    /// `ltv > 70% and gas < 90 gwei for 2h: close` has two conditions that must hold for so long.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with what was read and what is accepted.
    pub fn with_policies(mut self, text: &str) -> Result<Self, ConfigError> {
        self.policies = if text.trim() == "none" { None } else { Some(policies_of(text)?) };
        Ok(self)
    }

    /// Reads the steps and policies, second pass. `venues` are the names in the order of their ids, `assets` all that can
    /// be named, pool shares included.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the place, what was read and what is accepted.
    pub fn resolve(&self, venues: &[String], assets: &Assets) -> Result<Strategy, ConfigError> {
        let main = self.capital.amounts.first().map(|amount| amount.asset);
        let reader = Reader { venues, assets, main, scale: self.scale };
        let open = match &self.open {
            Some(node) => reader.steps(node)?,
            None => Vec::new(),
        };
        let policies = match &self.policies {
            Some(node) => {
                let read = |node| read_policy(node, assets, self.keeper);
                node.list()?.iter().map(read).collect::<Result<_, _>>()?
            }
            None => Vec::new(),
        };
        let covers = match &self.covers {
            Some(node) => scaled_covers(read_covers(node, venues, assets)?, self.scale),
            None => Vec::new(),
        };
        Ok(Strategy {
            covers,
            name: self.name.clone(),
            capital: self.capital.clone(),
            reserve: self.reserve.clone(),
            exit: self.exit,
            open: Plan { steps: open },
            policies,
            keeper: self.keeper,
        })
    }
}

/// The parts of a text between semicolons that stand outside of quotes.
fn outside_quotes(text: &str) -> Vec<&str> {
    let (mut quote, mut parts, mut begin) = (None, Vec::new(), 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ';') => {
                parts.push(text.get(begin..at).unwrap_or_default());
                begin = at.saturating_add(1);
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    parts.push(text.get(begin..).unwrap_or_default());
    parts
}

/// The node of `[[policy]]` tables that say the same.
fn policies_of(text: &str) -> Result<Node, ConfigError> {
    let mut tables = String::new();
    for policy in outside_quotes(text) {
        let place = Place { file: "the policies".into(), line: 0, path: "policy".into() };
        let (trigger, action) = policy.split_once(':').ok_or_else(|| ConfigError::Invalid {
            place,
            read: format!("\"{}\"", policy.trim()),
            accepted: "\"none\", or a condition and an action like \"health_factor < 1.2: deleverage to 1.6\", with ; \
                between several"
                .into(),
        })?;
        let quoted = |text: &str| format!("{:?}", text.trim());
        let trigger = match trigger.trim().strip_prefix("every ") {
            Some(time) => format!("every = {}", quoted(time)),
            None => {
                let (when, hold) = trigger.split_once(" for ").unwrap_or((trigger, ""));
                let conditions: Vec<String> = when.split(" and ").map(quoted).collect();
                let hold = if hold.is_empty() { String::new() } else { format!("\nfor = {}", quoted(hold)) };
                format!("when = [{}]{hold}", conditions.join(", "))
            }
        };
        tables.push_str(&format!("[[policy]]\n{trigger}\ndo = {}\n", quoted(action)));
    }
    let root = levmine_config::parse_toml("the policies", &tables)?;
    let mut fields = root.fields()?;
    Ok(fields.required("policy", "a list of policies")?.clone())
}

pub(crate) struct Reader<'a> {
    venues: &'a [String],
    assets: &'a Assets,
    main: Option<Asset>,
    scale: (U256, U256),
}

const VERBS: [&str; 17] = [
    "swap",
    "supply",
    "withdraw",
    "borrow",
    "repay",
    "add_liquidity",
    "remove_liquidity",
    "zap",
    "collect",
    "deposit",
    "redeem",
    "request",
    "claim",
    "harvest",
    "batch",
    "flash",
    "set_mode",
];

impl Reader<'_> {
    fn steps(&self, node: &Node) -> Result<Vec<Step>, ConfigError> {
        node.list()?.iter().map(|node| self.step(node)).collect()
    }

    fn step(&self, node: &Node) -> Result<Step, ConfigError> {
        let mut fields = node.fields()?;
        let known: Vec<&str> = VERBS.iter().chain(&recipe::read::VERBS).copied().collect();
        let verb = fields.required("do", &known.join(", "))?;
        let action = match verb.text()? {
            "swap" => Action::Swap {
                at: self.venue(&mut fields, "at")?,
                from: self
                    .amount(fields.required("from", "how much to sell, like \"60%\" or \"all USDC\"")?)?,
                to: self.asset(&mut fields, "to")?,
                max_slippage: fields.optional("max_slippage").map(|node| node.read(slippage)).transpose()?,
            },
            "supply" => {
                Action::Supply { at: self.venue(&mut fields, "at")?, amount: self.how_much(&mut fields)? }
            }
            "withdraw" => {
                Action::Withdraw { at: self.venue(&mut fields, "at")?, amount: self.how_much(&mut fields)? }
            }
            "borrow" => {
                Action::Borrow { at: self.venue(&mut fields, "at")?, amount: self.how_much(&mut fields)? }
            }
            "repay" => {
                Action::Repay { at: self.venue(&mut fields, "at")?, amount: self.how_much(&mut fields)? }
            }
            "add_liquidity" => Action::AddLiquidity {
                at: self.venue(&mut fields, "at")?,
                amounts: self.amounts(&mut fields)?,
                place: placement(&mut fields)?,
            },
            "zap" => Action::Zap {
                at: self.venue(&mut fields, "at")?,
                amounts: self.amounts(&mut fields)?,
                place: placement(&mut fields)?,
            },
            "remove_liquidity" => Action::RemoveLiquidity {
                at: self.venue(&mut fields, "at")?,
                part: fields.required("part", "the part of the shares, like \"50%\"")?.read(part)?,
                to: fields.optional("to").map(|node| self.assets.read(node)).transpose()?,
            },
            "collect" => Action::Collect { at: self.venue(&mut fields, "at")? },
            "claim" => Action::Claim { at: self.venue(&mut fields, "at")? },
            "harvest" => Action::Harvest { at: self.venue(&mut fields, "at")? },
            "deposit" => {
                Action::Deposit { at: self.venue(&mut fields, "at")?, amount: self.how_much(&mut fields)? }
            }
            "redeem" => Action::Redeem {
                at: self.venue(&mut fields, "at")?,
                amount: self.how_much(&mut fields)?,
                max_loss: fields
                    .optional("max_loss")
                    .map(|node| node.read(slippage))
                    .transpose()?
                    .unwrap_or(Decimal::new(1, 4)),
            },
            "request" => {
                Action::Request { at: self.venue(&mut fields, "at")?, amount: self.how_much(&mut fields)? }
            }
            "batch" => Action::Batch {
                at: self.venue(&mut fields, "at")?,
                steps: self.steps(fields.required("steps", "a list of steps")?)?,
            },
            "flash" => Action::Flash {
                at: self.venue(&mut fields, "at")?,
                amount: self.how_much(&mut fields)?,
                steps: self.steps(fields.required("steps", "a list of steps")?)?,
            },
            "set_mode" => Action::SetMode {
                at: self.venue(&mut fields, "at")?,
                mode: fields
                    .required("mode", "a category from 0 to 255")?
                    .parse("a category from 0 to 255")?,
            },
            other => match recipe::read::recipe(self, verb, &mut fields)? {
                Some(recipe) => Action::Recipe(recipe),
                None => return Err(verb.unknown_name(other, known)),
            },
        };
        fields.finish()?;
        Ok(Step { action, place: Some(node.place.clone()) })
    }

    pub(crate) fn venue(&self, fields: &mut Fields<'_>, key: &'static str) -> Result<VenueId, ConfigError> {
        let accepted = format!("one of the venues: {}", self.venues.join(", "));
        self.venue_of(fields.required(key, &accepted)?)
    }

    pub(crate) fn venue_of(&self, node: &Node) -> Result<VenueId, ConfigError> {
        let name = node.text()?;
        let found = self.venues.iter().position(|venue| venue == name).and_then(|at| u16::try_from(at).ok());
        found.map(VenueId).ok_or_else(|| node.unknown_name(name, self.venues.iter().map(String::as_str)))
    }

    pub(crate) fn asset(&self, fields: &mut Fields<'_>, key: &'static str) -> Result<Asset, ConfigError> {
        self.assets.read(fields.required(key, "an asset like WETH")?)
    }

    fn how_much(&self, fields: &mut Fields<'_>) -> Result<AmountSpec, ConfigError> {
        self.amount(fields.required("amount", "an amount like \"all WETH\" or \"USDC to ltv 55%\"")?)
    }

    pub(crate) fn amount(&self, node: &Node) -> Result<AmountSpec, ConfigError> {
        let main = self.main.ok_or_else(|| node.invalid("a strategy with capital"))?;
        let amount = node.read(|text| AmountSpec::read(text, self.assets, main))?;
        scaled(amount, self.scale, node)
    }

    /// `amount` for one coin or `amounts` for several.
    fn amounts(&self, fields: &mut Fields<'_>) -> Result<Vec<AmountSpec>, ConfigError> {
        match (fields.optional("amount"), fields.optional("amounts")) {
            (Some(one), None) => Ok(vec![self.amount(one)?]),
            (None, Some(list)) => {
                let mut amounts: Vec<AmountSpec> = Vec::new();
                for node in list.list()? {
                    let amount = self.amount(node)?;
                    if amounts.iter().any(|known| known.asset() == amount.asset()) {
                        return Err(node.invalid("each asset once"));
                    }
                    amounts.push(amount);
                }
                if amounts.is_empty() {
                    return Err(list.invalid("at least one amount"));
                }
                Ok(amounts)
            }
            (Some(node), Some(_)) => Err(node.invalid("either `amount` or `amounts`")),
            (None, None) => {
                fields.required("amount", "an amount like \"all USDC\", or `amounts` with a list of them")?;
                Ok(Vec::new())
            }
        }
    }
}

/// Where liquidity is to work: `range = "20%"` around the pool's price, or `range = ["1600", "2400"]`, prices of a whole
/// first coin in whole second coins.
pub(crate) fn placement(fields: &mut Fields<'_>) -> Result<Placement, ConfigError> {
    const RANGE: &str = "a width around the price, like \"20%\", or two prices, the lower one first, like \
        [\"1600\", \"2400\"]";
    let Some(node) = fields.optional("range") else { return Ok(Placement::Everywhere) };
    let Ok(list) = node.list() else {
        return node.read(|text| match parse_percent(text) {
            Ok(width) if width > Decimal::ZERO && width < Decimal::ONE => Ok(Placement::Around(width)),
            _ => Err(RANGE.into()),
        });
    };
    let price = |node: &Node| -> Result<Price, ConfigError> {
        let raw = node.read(|text| parse_units(text, 18).map_err(|error| format!("{RANGE}; {error}")))?;
        Ok(Price(Wad::from_raw(raw)))
    };
    match list {
        [low, high] => {
            let (low, high) = (price(low)?, price(high)?);
            if low < high { Ok(Placement::Between(low, high)) } else { Err(node.invalid(RANGE)) }
        }
        _ => Err(node.invalid(RANGE)),
    }
}

fn part(text: &str) -> Result<Decimal, String> {
    let part = if text == "all" { Decimal::ONE } else { parse_percent(text)? };
    if part > Decimal::ZERO && part <= Decimal::ONE {
        Ok(part)
    } else {
        Err("above 0% and at most 100%".into())
    }
}

fn slippage(text: &str) -> Result<Decimal, String> {
    match parse_percent(text) {
        Ok(part) if (Decimal::ZERO..=Decimal::ONE).contains(&part) => Ok(part),
        _ => Err("a percentage from 0% to 100%, like \"1%\"".into()),
    }
}
