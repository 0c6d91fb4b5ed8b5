use levmine_composer::{OracleView, Strategy, StrategyFile, Venue, World, read_incentives};
use levmine_engine::{
    EngineError, Explanation, Happening, OracleSpec, Outcome, PricePath, Scenario, ScenarioFile, Timeline,
    When, explain, read_events, read_hazards, run,
};
use levmine_market::gas::Chain;
use levmine_market::{Asset, Assets, BlockClock, Timestamp};
use levmine_report::RunView;

use crate::missing::Askers;
use crate::{LevmineError, Registry, others};

/// A strategy and a scenario with everything loaded: ready to run, as often as wanted.
#[derive(Debug)]
pub struct Job {
    /// The strategy.
    pub strategy: Strategy,
    /// The scenario.
    pub scenario: Scenario,
    world: World,
    /// The assets that steps can name, shares included.
    pub(crate) assets: Assets,
    /// Who asks for prices.
    pub(crate) askers: Askers,
}

/// A run with the world it left.
#[derive(Debug)]
pub struct Ran {
    /// What came out.
    pub outcome: Outcome,
    /// The world at the end.
    pub world: World,
}

/// An opened strategy with its world.
#[derive(Debug)]
pub struct Explained {
    /// What the opening did.
    pub explanation: Explanation,
    /// The world after it.
    pub world: World,
}

impl Job {
    /// Builds the venues and puts strategy and scenario together.
    ///
    /// # Errors
    ///
    /// [`LevmineError`] for what an adapter, a step or a policy does not accept.
    pub fn new(
        registry: &Registry,
        file: StrategyFile,
        scenario: ScenarioFile,
        prices: Vec<PricePath>,
        oracle_prices: Vec<PricePath>,
        mut notes: Vec<String>,
    ) -> Result<Self, LevmineError> {
        let chain = scenario.fees.chain;
        let clock = chain.clock;
        let start = scenario.from.or(Timeline::span(&prices).map(|(from, _)| from)).unwrap_or_default();
        let (venues, assets) = registry.build(&file, &clock, start)?;
        let names: Vec<String> = venues.iter().map(|slot| slot.name.clone()).collect();
        let strategy = file.resolve(&names, &assets)?;
        let traders = others::traders(&scenario, &venues)?;
        let others = others::others(&scenario, &venues)?;
        let rates = crate::records::rates(&scenario.rates, &venues, start)?;
        let trades = crate::records::trades(&scenario.trades, &venues, start)?;
        let quote = strategy.capital.amounts.first().map(|amount| amount.asset);
        let quote = quote.ok_or(LevmineError::Engine(EngineError::NoTimes))?;
        let mut world =
            World::new(venues, quote, clock, start).map_err(|error| EngineError::at(start, error))?;
        let mut incentives = Vec::new();
        for (id, spec) in world.venue_ids().zip(&file.venues) {
            let is_priced = |asset| prices.iter().any(|path| path.asset() == asset);
            if let Ok(vault) = world.vault(id)
                && let Some(reward) = vault.rewards().into_iter().find(|reward| !is_priced(*reward))
            {
                let accepted = format!("a venue whose reward, {reward}, has a price in the scenario");
                return Err(spec.table.invalid(accepted).into());
            }
            let Some(node) = &spec.incentives else { continue };
            for (incentive, node) in read_incentives(id, node, &assets)?.into_iter().zip(node.list()?) {
                if let Some(accepted) = world.cannot_pay(&incentive) {
                    return Err(node.invalid(accepted).into());
                }
                let token = incentive.per_day.asset;
                if !is_priced(token) {
                    let accepted =
                        format!("a reward that has a price in the scenario, which {token} has not");
                    return Err(node.invalid(accepted).into());
                }
                incentives.push(incentive);
            }
        }
        world.set_incentives(incentives);
        let askers = Askers::new(&file, &scenario, &world).and(&strategy);
        for (asset, spec) in &scenario.oracle {
            let issues = |slot: &levmine_composer::Slot| matches!(&slot.venue, Venue::Vault(vault) if vault.asset_of(*asset).is_some());
            if matches!(spec, OracleSpec::View(OracleView::ByRate(_))) && !world.venues().iter().any(issues) {
                return Err(LevmineError::Option {
                    option: format!("the oracle's price of {asset}"),
                    read: "\"rate\"".into(),
                    accepted: "the share of a vault of this strategy, or a price".into(),
                });
            }
        }
        let priced: Vec<_> = prices.iter().map(PricePath::asset).collect();
        let (twin, follows) = followers(&scenario, &prices, &assets);
        let events = match &scenario.events {
            Some(node) => read_events(node, &world, &assets, &priced, twin)?,
            None => Vec::new(),
        };
        notes.extend(events.iter().filter_map(|event| beside_the_run(event, start, scenario.to)));
        let hazards = scenario.hazards.as_ref().map(|node| read_hazards(node, &world)).transpose()?;
        let has_price = |symbol: &str| {
            assets.get(symbol).filter(|asset| prices.iter().any(|path| path.asset() == *asset))
        };
        world.chain = chain;
        world.gas_asset = match scenario.fees.gas_token {
            Some(token) => has_price(token.symbol()),
            None => chain.gas_tokens.iter().find_map(|symbol| has_price(symbol)),
        };
        if world.gas_asset.is_none() && !scenario.gas.is_empty() {
            let token = scenario.fees.gas_token;
            let token = token
                .as_ref()
                .map_or_else(|| chain.gas_tokens.first().copied().unwrap_or("ETH"), |token| token.symbol());
            notes.push(format!(
                "gas costs nothing here: it is paid in {token}, and the scenario has no price of {token}"
            ));
        }
        notes.extend(other_pace(&file, &world, &chain));
        let paths = prices.iter().enumerate();
        // ETH and WETH share one path where only one was given; one note is enough.
        let told =
            paths.filter(|(i, path)| prices.iter().take(*i).all(|other| other.points() != path.points()));
        notes.extend(told.filter_map(|(_, path)| held_to_the_end(path, scenario.to)));
        let scenario = Scenario {
            name: scenario.name,
            from: scenario.from,
            to: scenario.to,
            step: scenario.step,
            prices,
            oracle_views: scenario
                .oracle
                .iter()
                .filter_map(|(_, spec)| match spec {
                    OracleSpec::View(view) => Some(*view),
                    OracleSpec::Price(_) => None,
                })
                .collect(),
            oracle_prices,
            chain,
            gas: scenario.gas,
            data: scenario.data,
            traders,
            events,
            hazards: hazards.unwrap_or_default(),
            watched: scenario.watched,
            follows,
            others,
            seed: scenario.seed,
            rates,
            trades,
            notes,
        };
        Ok(Self { strategy, scenario, world, assets, askers })
    }

    /// The world before anything happened.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Runs the strategy through the scenario.
    ///
    /// # Errors
    ///
    /// [`LevmineError::Config`] when a step that stands in the file cannot be done; [`LevmineError::Engine`] when the run
    /// has no answer.
    pub fn run(&self) -> Result<Ran, LevmineError> {
        let mut world = self.world.fork();
        let outcome =
            run(&mut world, &self.strategy, &self.scenario).map_err(|error| self.askers.blame(error))?;
        Ok(Ran { outcome, world })
    }

    /// As [`Job::run`], with the record that books need ([`World::keep_record`]).
    ///
    /// # Errors
    ///
    /// As [`Job::run`].
    pub fn run_for_books(&self) -> Result<Ran, LevmineError> {
        let mut world = self.world.fork();
        world.keep_record();
        let outcome =
            run(&mut world, &self.strategy, &self.scenario).map_err(|error| self.askers.blame(error))?;
        Ok(Ran { outcome, world })
    }

    /// A run of this job with everything that reports tell of it.
    #[must_use]
    pub fn view<'a>(&'a self, ran: &'a Ran) -> RunView<'a> {
        RunView {
            strategy: &self.strategy.name,
            scenario: &self.scenario.name,
            notes: &self.scenario.notes,
            outcome: &ran.outcome,
            world: &ran.world,
        }
    }

    /// Opens the strategy at the scenario's beginning and says what that did.
    ///
    /// # Errors
    ///
    /// As [`Job::run`].
    pub fn explain(&self) -> Result<Explained, LevmineError> {
        let mut world = self.world.fork();
        let explanation =
            explain(&mut world, &self.strategy, &self.scenario).map_err(|error| self.askers.blame(error))?;
        Ok(Explained { explanation, world })
    }
}

/// An asset and the one whose price it has, or has its price in.
type Pair = (Asset, Asset);

/// Ether and wrapped ether where they share one price, the one that was filled in first; and all assets whose prices follow
/// another's.
fn followers(scenario: &ScenarioFile, prices: &[PricePath], assets: &Assets) -> (Option<Pair>, Vec<Pair>) {
    let path = |symbol| {
        let asset = assets.get(symbol)?;
        prices.iter().find(|path| path.asset() == asset)
    };
    let twin = match (path("ETH"), path("WETH")) {
        (Some(ether), Some(wrapped)) if ether.points() == wrapped.points() => {
            Some((ether.asset(), wrapped.asset()))
        }
        _ => None,
    };
    // A price that was given beside the scenario instead follows nothing, but it still begins from there.
    let follows = scenario.relative.iter().copied().chain(twin).map(|(asset, other)| {
        let other = twin.filter(|(ether, _)| *ether == other).map_or(other, |(_, wrapped)| wrapped);
        (asset, other)
    });
    (twin, follows.filter(|(asset, other)| asset != other).collect())
}

/// Notes on presets whose figures are per block of Ethereum, where blocks come at another pace.
fn other_pace(file: &StrategyFile, world: &World, chain: &Chain) -> Vec<String> {
    let pace = chain.clock.milliseconds_per_block;
    let counts_blocks = |slot: &levmine_composer::Slot| {
        slot.venue.descriptor().parameters.iter().any(|parameter| parameter.key == "block_time")
    };
    let venues = world.venues().iter().zip(&file.venues).filter(|(slot, spec)| {
        let has_preset = spec.table.fields().is_ok_and(|mut fields| fields.optional("preset").is_some());
        pace != BlockClock::ETHEREUM.milliseconds_per_block && counts_blocks(slot) && has_preset
    });
    let seconds = levmine_math::format_units(levmine_math::U256::from(pace), 3);
    let told = venues.map(|(slot, _)| {
        format!(
            "{}: what its preset says per block holds for a block on {}, which takes {seconds} s and not 12",
            slot.name, chain.title
        )
    });
    told.collect()
}

/// A note on a price that ends so early that holding it until the end says more about the file than about the market:
/// earlier by more than the path's own longest step.
fn held_to_the_end(path: &PricePath, to: Option<Timestamp>) -> Option<String> {
    let (&(first, _), &(last, _), to) = (path.points().first()?, path.points().last()?, to?);
    let longest = path.points().windows(2).filter_map(|two| match two {
        [(before, _), (after, _)] => Some(after.since(*before)),
        _ => None,
    });
    let constant = path.points().len() == 1 && first == Timestamp(0);
    (!constant && to.since(last) > longest.max().unwrap_or(0))
        .then(|| format!("the price of {} ends at {last} and is held until {to}", path.asset()))
}

/// A note on an event that is no part of the run, because it lies after the end or was over before the beginning.
fn beside_the_run(event: &Happening, from: Timestamp, to: Option<Timestamp>) -> Option<String> {
    let When::At(begin) = event.begin else { return None };
    if let Some(to) = to.filter(|to| begin > *to) {
        return Some(format!("the event \"{}\" at {begin} lies after the end, {to}", event.text));
    }
    let end = match event.end? {
        When::At(end) => end,
        When::After(seconds) => begin.plus(seconds),
    };
    let over = end <= from;
    over.then(|| format!("the event \"{}\" was over at {end}, before the beginning, {from}", event.text))
}
