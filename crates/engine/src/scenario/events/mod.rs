//! Things that go wrong: `[[event]]` in scenario files.
//!
//! One small grammar: `do` is a sentence that begins with one of [`VERBS`], `at` or `after` says when it begins, `until`
//! or `for` when it ends. Venues and their assets are named, so events are read when the venues are there.

mod circle;
mod settings;
mod words;

use std::cell::RefCell;

use levmine_composer::{Governance, Venue, World};
use levmine_config::{ConfigError, Node, parse_date, parse_delay, parse_duration};
use levmine_lending::Change;
use levmine_market::{Asset, Assets, Price, Timestamp, VenueId};
use levmine_math::{U256, Wad};

use self::settings::{SETTINGS, setting};
use self::words::{factor, gwei, lag, multiple, positive, share};

/// When an event begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At this time.
    At(Timestamp),
    /// So many seconds later: than the run's beginning, or than the event's own.
    After(u64),
}

/// Something that goes wrong in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// When it begins.
    pub begin: When,
    /// When it ends; never, or nothing that could end, where nothing is said.
    pub end: Option<When>,
    /// What it is.
    pub what: What,
    /// The same in the words of the file.
    pub text: String,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The market's price of an asset, times this.
    Shock(Asset, Wad),
    /// The market's price of an asset is this: in US dollars, or whole tokens of the other asset.
    Peg(Asset, Wad, Option<Asset>),
    /// The gas price, times this.
    GasTimes(Wad),
    /// The gas price is this, in wei.
    GasAt(U256),
    /// The oracle goes on saying what it last said: of one asset, or of all.
    OracleStuck(Option<Asset>),
    /// The oracle says what the market's price was so many seconds before: of one asset, or of all.
    OracleLags(u64, Option<Asset>),
    /// The oracle says what it should, times this.
    OracleWrong(Asset, Wad),
    /// Nobody can do anything at a venue.
    Pause(VenueId),
    /// A venue loses this part of all that was put into it.
    Exploit(VenueId, Wad),
    /// This part of the others' liquidity leaves a pool.
    Drain(VenueId, Wad),
    /// What a venue's incentives, and the venue itself, pay as rewards, times this.
    Rewards(VenueId, Wad),
    /// Governance changes a parameter.
    Govern(VenueId, Change),
    /// This part of what a lending market has of an asset is lent out: the others take the rest.
    Utilization(VenueId, Asset, Wad),
    /// The chain stands still; for so many seconds afterwards its lending markets shelter borrowers.
    Outage(u64),
    /// Somebody trades around the farmer's swaps.
    Sandwich,
}

/// The first words of `do`.
const VERBS: [&str; 12] = [
    "shock",
    "depeg",
    "gas",
    "oracle",
    "pause",
    "exploit",
    "drain",
    "rewards",
    "govern",
    "utilization",
    "outage",
    "sandwich",
];

impl What {
    /// Whether it can end.
    pub(crate) const fn ends(&self) -> bool {
        self.lasts() && !matches!(self, Self::Rewards(..) | Self::Govern(..))
    }

    /// Whether it holds from its moment on. The others happen once.
    const fn lasts(&self) -> bool {
        !matches!(self, Self::Exploit(..) | Self::Drain(..))
    }
}

/// Reads the events of a scenario for the venues of `world`; `prices` are the assets that have a price in it, and an event
/// of the first of `twin`, which has the price of the second, is one of the second.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_events(
    node: &Node,
    world: &World,
    assets: &Assets,
    prices: &[Asset],
    twin: Option<(Asset, Asset)>,
) -> Result<Vec<Happening>, ConfigError> {
    let reader = Reader { world, assets, prices, twin, governed: RefCell::new(None) };
    let mut events = Vec::new();
    let mut nodes = Vec::new();
    for node in node.list()? {
        events.extend(reader.event(node)?);
        nodes.resize(events.len(), node);
    }
    circle::refuse(&events, &nodes, world.now.time)?;
    Ok(events)
}

struct Reader<'a> {
    world: &'a World,
    assets: &'a Assets,
    prices: &'a [Asset],
    twin: Option<(Asset, Asset)>,
    /// The world after the changes that were read so far.
    governed: RefCell<Option<World>>,
}

impl Reader<'_> {
    fn event(&self, node: &Node) -> Result<Vec<Happening>, ConfigError> {
        let mut fields = node.fields()?;
        let sentence = fields.required("do", &format!("a sentence that begins with {}", VERBS.join(", ")))?;
        let (at, after) = (fields.optional("at"), fields.optional("after"));
        let (until, lasts) = (fields.optional("until"), fields.optional("for"));
        let grace = fields.optional("grace");
        let optional = fields.optional("optional").map(Node::boolean).transpose()?.unwrap_or(false);
        fields.finish()?;
        let begin = match (at, after) {
            (Some(node), None) => When::At(Timestamp(node.read(parse_date)?)),
            (None, Some(node)) => When::After(node.read(parse_delay)?),
            _ => return Err(node.invalid("exactly one of `at`, a time, and `after`, like \"30d\"")),
        };
        let end = match (until, lasts) {
            (None, None) => None,
            (Some(node), None) => Some(When::At(Timestamp(node.read(parse_date)?))),
            (None, Some(node)) => Some(When::After(node.read(parse_duration)?)),
            (Some(node), Some(_)) => return Err(node.invalid("either `until` or `for`")),
        };
        if let (When::At(begin), Some(When::At(end)), Some(node)) = (begin, end, until)
            && end <= begin
        {
            return Err(node.invalid(format!("a time after the event's beginning, {begin}")));
        }
        let text = sentence.text()?.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut happenings = Vec::new();
        for (mut what, text) in self.whats(sentence, &text, optional)? {
            match (&mut what, grace) {
                (What::Outage(seconds), Some(node)) => *seconds = node.read(parse_delay)?,
                (_, Some(node)) => return Err(node.invalid("nothing: only an outage has a time of grace")),
                (_, None) => {}
            }
            match (until.or(lasts), what.ends()) {
                (Some(node), false) => return Err(node.invalid("nothing: this event does not end")),
                (None, true) if matches!(what, What::Outage(_)) => {
                    return Err(node.invalid("an outage that ends: with `until` or `for`"));
                }
                _ => {}
            }
            if let (When::At(time), Some(node), false) = (begin, at, what.lasts())
                && time < self.world.now.time
            {
                // Nobody could say what the run finds there: the farmer was not there to lose anything.
                let start = self.world.now.time;
                let accepted =
                    format!("a time from the beginning of the run on, {start}; \"{text}\" happens once");
                return Err(node.invalid(accepted));
            }
            happenings.push(Happening { begin, end, what, text });
        }
        Ok(happenings)
    }

    /// What a sentence means, with its words: once, or at every venue where it can be for a `*` in the venue's place. One
    /// that is optional is left out where it cannot be.
    fn whats(&self, node: &Node, text: &str, optional: bool) -> Result<Vec<(What, String)>, ConfigError> {
        let words: Vec<&str> = text.split(' ').collect();
        let [verb, "*", rest @ ..] = words.as_slice() else {
            return match self.what(node, text) {
                Ok(what) => Ok(vec![(what, text.into())]),
                Err(_) if optional && words.first().is_some_and(|verb| VERBS.contains(verb)) => {
                    Ok(Vec::new())
                }
                Err(error) => Err(error),
            };
        };
        let at = |name: &str| [&[*verb, name], rest].concat().join(" ");
        let all = self.world.venues().iter().map(|slot| at(&slot.name));
        let found: Vec<_> = all.filter_map(|text| Some((self.what(node, &text).ok()?, text))).collect();
        if found.is_empty() && !(optional && VERBS.contains(verb)) {
            return Err(node.invalid(format!("what can be at one of the venues, like {}", form(verb))));
        }
        Ok(found)
    }

    fn what(&self, node: &Node, text: &str) -> Result<What, ConfigError> {
        let words: Vec<&str> = text.split(' ').collect();
        Ok(match words.as_slice() {
            ["shock", asset, by] => What::Shock(self.priced(node, asset)?, factor(node, by)?),
            ["depeg", asset, "to", price] => {
                What::Peg(self.priced(node, asset)?, positive(node, price)?, None)
            }
            ["depeg", asset, "to", price, other] => {
                let (asset, other) = (self.priced(node, asset)?, self.priced(node, other)?);
                if asset == other {
                    return Err(node.invalid("the price of an asset in another one"));
                }
                What::Peg(asset, positive(node, price)?, Some(other))
            }
            ["gas", price, "gwei"] => What::GasAt(gwei(node, price)?),
            ["gas", times] => What::GasTimes(multiple(node, times)?),
            ["oracle", "stuck"] => What::OracleStuck(None),
            ["oracle", "stuck", asset] => What::OracleStuck(Some(self.priced(node, asset)?)),
            ["oracle", "lags", by] => What::OracleLags(lag(node, by)?, None),
            ["oracle", "lags", by, asset] => {
                What::OracleLags(lag(node, by)?, Some(self.priced(node, asset)?))
            }
            ["oracle", "wrong", asset, by] => What::OracleWrong(self.priced(node, asset)?, factor(node, by)?),
            ["pause", venue] => What::Pause(self.venue(node, venue)?),
            ["exploit", venue, part] => What::Exploit(self.venue(node, venue)?, share(node, part)?),
            ["drain", pool, part] => What::Drain(self.pool(node, pool)?, share(node, part)?),
            ["rewards", venue, times] => self.rewards(node, venue, times)?,
            ["govern", venue, rest @ ..] => self.govern(node, venue, rest)?,
            ["utilization", venue, asset, part] => self.utilization(node, venue, asset, part)?,
            ["outage"] => What::Outage(0),
            ["sandwich"] => What::Sandwich,
            [verb, ..] if VERBS.contains(verb) => return Err(node.invalid(form(verb))),
            [verb, ..] => return Err(node.unknown_name(verb, VERBS)),
            [] => return Err(node.invalid(form(""))),
        })
    }

    fn priced(&self, node: &Node, symbol: &str) -> Result<Asset, ConfigError> {
        let asset = self.assets.get(symbol).ok_or_else(|| self.assets.unknown(node, symbol))?;
        if self.prices.contains(&asset) {
            return Ok(self.twin.filter(|(one, _)| *one == asset).map_or(asset, |(_, other)| other));
        }
        Err(node.invalid(format!("an asset with a price in the scenario, which {symbol} has not")))
    }

    fn venue(&self, node: &Node, name: &str) -> Result<VenueId, ConfigError> {
        let names = || self.world.venues().iter().map(|slot| slot.name.as_str());
        self.world.find(name).ok_or_else(|| node.unknown_name(name, names()))
    }

    fn pool(&self, node: &Node, name: &str) -> Result<VenueId, ConfigError> {
        let at = self.venue(node, name)?;
        let pools = self.world.venues().iter().filter(|slot| matches!(slot.venue, Venue::Pool(_)));
        self.world
            .pool(at)
            .map(|_| at)
            .map_err(|_| node.unknown_name(name, pools.map(|slot| slot.name.as_str())))
    }

    fn rewards(&self, node: &Node, venue: &str, times: &str) -> Result<What, ConfigError> {
        let at = self.venue(node, venue)?;
        let times = multiple(node, times)?;
        let mut trial = self.world.fork();
        let own = trial.govern(at, &Governance::Rewards(times));
        let incentives = trial.scale_incentives(at, times).unwrap_or_default();
        match own {
            Err(error) if incentives == 0 => {
                Err(node
                    .invalid(format!("a venue with incentives, or with rewards that can change; {error}")))
            }
            _ => Ok(What::Rewards(at, times)),
        }
    }

    fn utilization(&self, node: &Node, venue: &str, asset: &str, part: &str) -> Result<What, ConfigError> {
        let at = self.venue(node, venue)?;
        let asset = self.assets.get(asset).ok_or_else(|| self.assets.unknown(node, asset))?;
        let moves = self.world.lending(at).is_ok_and(|market| market.capabilities().flows);
        let market = self.world.lending(at).ok().filter(|market| moves && market.listing(asset).is_ok());
        if market.is_none() {
            let accepted = format!(
                "a lending market whose other users can move, and an asset of it; not {venue} {asset}"
            );
            return Err(node.invalid(accepted));
        }
        Ok(What::Utilization(at, asset, share(node, part)?))
    }

    fn govern(&self, node: &Node, venue: &str, rest: &[&str]) -> Result<What, ConfigError> {
        let at = self.venue(node, venue)?;
        let (asset, rest) = match rest {
            [first, rest @ ..] if !SETTINGS.contains(first) => {
                (Some(self.assets.get(first).ok_or_else(|| self.assets.unknown(node, first))?), rest)
            }
            rest => (None, rest),
        };
        let change = Change { asset, to: setting(node, asset, rest)? };
        // Whether the venue can change it so is asked now and not in the middle of a run.
        let mut governed = self.governed.borrow_mut();
        let world = governed.get_or_insert_with(|| with_prices(self.world));
        if let Err(error) = world.govern(at, &Governance::Lending(change)) {
            return Err(node.invalid(format!("a change that the venue can make; {error}")));
        }
        Ok(What::Govern(at, change))
    }
}

/// A copy of `world` whose oracle knows every asset that a market lists: a contract that asks whether there is a price is not
/// to refuse a change because no run has begun yet. None of them asks how high it is.
fn with_prices(world: &World) -> World {
    let mut copy = world.fork();
    for id in world.venue_ids() {
        let listed = world.lending(id).map(|market| market.assets()).unwrap_or_default();
        listed.into_iter().for_each(|asset| copy.oracle.set(asset, Price::ONE));
    }
    copy
}

/// What a sentence looks like that begins with `verb`.
fn form(verb: &str) -> String {
    let form = match verb {
        "shock" => "\"shock WETH -30%\"",
        "depeg" => "\"depeg USDC to 0.88\" or \"depeg stETH to 0.94 WETH\"",
        "gas" => "\"gas x20\" or \"gas 700 gwei\"",
        "oracle" => {
            "\"oracle stuck\", \"oracle lags 1h\" (each with an asset after it or of all), or \"oracle wrong WETH -3%\""
        }
        "pause" => "\"pause VENUE\"",
        "exploit" => "\"exploit VENUE 40%\"",
        "drain" => "\"drain POOL 90%\"",
        "rewards" => "\"rewards VENUE x0.5\"",
        "govern" => {
            "\"govern VENUE WETH liquidation_threshold 75%\", with `supply_cap` and `borrow_cap` a number of tokens or none, with `frozen` and `borrowable` yes or no, with `curve` three rates and the kink, like \"curve 0% 4% 60% kink 90%\""
        }
        "utilization" => "\"utilization VENUE USDC 100%\"",
        "outage" => "\"outage\"",
        "sandwich" => "\"sandwich\"",
        _ => return format!("a sentence that begins with {}", VERBS.join(", ")),
    };
    form.into()
}
