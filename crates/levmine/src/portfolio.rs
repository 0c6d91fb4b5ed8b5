//! Portfolios: loading the strategies, building one world for all of them, giving each its capital.

use levmine_books::{Books, BooksError, Rules};
use levmine_composer::{ExitBy, Strategy, StrategyFile, World, look_alikes, read_strategy};
use levmine_config::{ConfigError, Node, parse_toml};
use levmine_engine::{
    Allocation, CASH, EngineError, Measured, NOT_CASH, PortfolioFile, PortfolioOutcome, Scenario, Weighted,
    WeightedFile, is_cash, is_portfolio, opening_prices, read_portfolio, run_portfolio,
};
use levmine_market::{Mark, PriceBook, TokenAmount};
use levmine_math::{Rounding, U256, Wad, mul_div};
use levmine_source::{HistorySource, TextSource};
use rust_decimal::Decimal;

use crate::load::{beside, load_strategy};
use crate::missing::Askers;
use crate::{Job, LevmineError, LoadOptions, Registry, StrategyFrom, load};

/// What a file holds, with everything loaded.
#[derive(Debug)]
pub enum Loaded {
    /// One strategy.
    Strategy(Box<Job>),
    /// Several with weights.
    Portfolio(Box<PortfolioJob>),
}

/// A portfolio and a scenario with everything loaded: ready to run, as often as wanted.
#[derive(Debug)]
pub struct PortfolioJob {
    /// The strategies with their capital and the limits.
    pub allocation: Allocation,
    /// The scenario.
    pub scenario: Scenario,
    world: World,
    askers: Askers,
}

/// A run of a portfolio with the world it left.
#[derive(Debug)]
pub struct PortfolioRan {
    /// What came out.
    pub outcome: PortfolioOutcome,
    /// The world at the end.
    pub world: World,
}

impl PortfolioJob {
    /// The world before anything happened.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Runs the strategies together through the scenario.
    ///
    /// # Errors
    ///
    /// [`LevmineError::Config`] when a step that stands in a file cannot be done; [`LevmineError::Engine`] when a limit is
    /// exceeded by the openings, or the run has no answer.
    pub fn run(&self) -> Result<PortfolioRan, LevmineError> {
        let mut world = self.world.fork();
        let outcome = run_portfolio(&mut world, &self.allocation, &self.scenario)
            .map_err(|error| self.askers.blame(error))?;
        Ok(PortfolioRan { outcome, world })
    }

    /// As [`PortfolioJob::run`], with the record that books need ([`World::keep_record`]).
    ///
    /// # Errors
    ///
    /// As [`PortfolioJob::run`].
    pub fn run_for_books(&self) -> Result<PortfolioRan, LevmineError> {
        let mut world = self.world.fork();
        world.keep_record();
        let outcome = run_portfolio(&mut world, &self.allocation, &self.scenario)
            .map_err(|error| self.askers.blame(error))?;
        Ok(PortfolioRan { outcome, world })
    }
}

impl PortfolioRan {
    /// The books of one of the strategies, by its place in the portfolio. The world is left with its farmer in his seat.
    ///
    /// # Errors
    ///
    /// As [`Books::keep`]; [`BooksError::NoRecord`] also where there is no such strategy.
    pub fn books(&mut self, part: usize, rules: Rules) -> Result<Books, LevmineError> {
        // Accounts are given out in the order of the strategies.
        let (farmer, of) = (self.world.farmers().get(part).copied(), self.outcome.strategies.get(part));
        let (Some(farmer), Some(of)) = (farmer, of) else {
            return Err(BooksError::NoRecord { values: 0, entries: 0 }.into());
        };
        self.world.take_seat(farmer);
        Ok(Books::keep(&self.world, &of.outcome, rules)?)
    }
}

/// Loads a strategy or a portfolio, whichever the file holds, and everything that a run of it needs.
///
/// # Errors
///
/// [`LevmineError`] for whatever is not accepted, with its place.
pub async fn load_any<S: TextSource + HistorySource>(
    registry: &Registry,
    options: &LoadOptions,
    source: &S,
) -> Result<Loaded, LevmineError> {
    if let StrategyFrom::File(path) = &options.strategy {
        let root = parse_toml(path, &source.text(path).await?)?;
        if is_portfolio(&root) {
            let job = load_portfolio(registry, path, &root, options, source).await?;
            return Ok(Loaded::Portfolio(Box::new(job)));
        }
    }
    Ok(Loaded::Strategy(Box::new(load(registry, options, source).await?)))
}

async fn load_portfolio<S: TextSource + HistorySource>(
    registry: &Registry,
    path: &str,
    root: &Node,
    options: &LoadOptions,
    source: &S,
) -> Result<PortfolioJob, LevmineError> {
    let file = read_portfolio(root)?;
    let mut strategies = Vec::with_capacity(file.strategies.len());
    for part in &file.strategies {
        let path = beside(Some(path), &part.file);
        let text = source.text(&path).await.map_err(|error| ConfigError::Invalid {
            place: part.place.clone(),
            read: format!("\"{}\"", part.file),
            accepted: format!("a strategy file that can be read; {error}"),
        })?;
        let root = parse_toml(&path, &text)?;
        if is_portfolio(&root) {
            return Err(ConfigError::Invalid {
                place: part.place.clone(),
                read: format!("\"{}\"", part.file),
                accepted: "a strategy, not another portfolio".into(),
            }
            .into());
        }
        let mut strategy = read_strategy(&root)?;
        strategy.name = part.name.clone().unwrap_or(strategy.name);
        if is_cash(&strategy.name) {
            return Err(ConfigError::Invalid {
                place: part.place.clone(),
                read: format!("\"{}\", whose name is \"{}\"", part.file, strategy.name),
                accepted: format!("{NOT_CASH}; `name` beside `file` gives it one"),
            }
            .into());
        }
        refuse_namesake(&strategies, &strategy, &file)?;
        strategies.push(strategy);
    }
    let merged = StrategyFile::merge(&file.name, &strategies)?.ok_or(EngineError::NoStrategies)?;
    let capital = file.amount(&merged.assets)?;
    let alike = look_alikes(&merged.venues);
    let mut notes: Vec<String> = alike
        .into_iter()
        .map(|(one, other)| {
            format!("{one} and {other} have equal tables but are two venues, which do not move each other")
        })
        .collect();
    let job = load_strategy(registry, merged, options, source).await?;
    let (mut scenario, assets) = (job.scenario.clone(), job.assets.clone());
    scenario.notes.append(&mut notes);
    check_names(&file, job.world())?;
    let names: Vec<String> = job.world().venues().iter().map(|slot| slot.name.clone()).collect();
    let mut askers = job.askers.clone();
    let prices = opening_prices(&mut job.world().fork(), &scenario).map_err(|error| askers.blame(error))?;
    let allocated = allocate(&file, capital, &strategies, &prices, &askers)?;
    let mut parts = Vec::with_capacity(allocated.len() + 1);
    for (strategy, part) in allocated.iter().zip(&file.strategies) {
        let strategy = strategy.resolve(&names, &assets)?;
        askers = askers.and(&strategy);
        parts.push(Weighted { strategy, weight: part.weight });
    }
    parts.extend(idle(capital, &parts));
    let world = job.world().fork();
    let allocation = Allocation { name: file.name, asset: capital.asset, parts, limits: file.limits };
    Ok(PortfolioJob { allocation, scenario, world, askers })
}

/// A name is given to tell strategies apart. Those that go by their files' own names are told apart by their numbers.
fn refuse_namesake(
    before: &[StrategyFile],
    strategy: &StrategyFile,
    file: &PortfolioFile,
) -> Result<(), ConfigError> {
    let Some(part) = file.strategies.get(before.len()) else { return Ok(()) };
    let name = strategy.name.trim();
    let is_same = |(other, of): (&StrategyFile, &WeightedFile)| {
        (part.name.is_some() || of.name.is_some()) && other.name.trim().eq_ignore_ascii_case(name)
    };
    match before.iter().zip(&file.strategies).position(is_same) {
        None => Ok(()),
        Some(other) => Err(ConfigError::Invalid {
            place: part.named.clone(),
            read: format!("\"{name}\""),
            accepted: format!("a name that no other strategy has; that of number {} is the same", other + 1),
        }),
    }
}

/// Gives each strategy its weight of the capital: its own capital and its reserve, scaled to that value at the opening prices.
fn allocate(
    file: &PortfolioFile,
    capital: TokenAmount,
    strategies: &[StrategyFile],
    prices: &PriceBook,
    askers: &Askers,
) -> Result<Vec<StrategyFile>, LevmineError> {
    let mut left = capital.raw;
    let whole = file.strategies.iter().map(|part| part.weight).sum::<Decimal>() == Decimal::ONE;
    let mut allocated = Vec::with_capacity(strategies.len());
    for (i, (strategy, part)) in strategies.iter().zip(&file.strategies).enumerate() {
        // Nothing of the whole is lost to rounding: the last strategy has what the others leave.
        let raw = if whole && i + 1 == strategies.len() {
            left
        } else {
            let weight = Wad::from_decimal(part.weight, Rounding::Down).map_err(too_much)?;
            mul_div(capital.raw, weight.raw(), Wad::ONE.raw(), Rounding::Down).map_err(too_much)?
        };
        left = left.saturating_sub(raw);
        allocated.push(scale(strategy, TokenAmount::new(capital.asset, raw), part, prices, askers)?);
    }
    Ok(allocated)
}

fn scale(
    strategy: &StrategyFile,
    target: TokenAmount,
    part: &WeightedFile,
    prices: &PriceBook,
    askers: &Askers,
) -> Result<StrategyFile, LevmineError> {
    let quote = target.asset;
    let mark = |amount: TokenAmount| {
        prices.mark(amount, quote).map_err(|error| match error {
            levmine_market::MarketError::NoPrice { asset } => askers.blame(EngineError::NoPrice { asset }),
            error => EngineError::from(error).into(),
        })
    };
    let mut own: Mark = 0;
    for amount in strategy.capital.amounts.iter().chain(&strategy.reserve) {
        own = own.saturating_add(mark(*amount)?);
    }
    let (up, down) = (mark(target)?, own);
    let too_little = || ConfigError::Invalid {
        place: part.place.clone(),
        read: format!("{}% of the capital", (part.weight * Decimal::ONE_HUNDRED).normalize()),
        accepted:
            "a weight with which at least one base unit of each asset of the strategy's capital remains"
                .into(),
    };
    let mut amounts = Vec::with_capacity(strategy.capital.amounts.len());
    let (up, down) = (U256::from(up.unsigned_abs()), U256::from(down.unsigned_abs()));
    for amount in &strategy.capital.amounts {
        // One asset that is the portfolio's own needs no price.
        let alone = strategy.capital.amounts.len() == 1 && strategy.reserve.is_empty();
        let raw = if alone && amount.asset == quote {
            target.raw
        } else {
            mul_div(amount.raw, up, down, Rounding::Down).map_err(|_| too_little())?
        };
        if raw.is_zero() {
            return Err(too_little().into());
        }
        amounts.push(TokenAmount::new(amount.asset, raw));
    }
    Ok(strategy.with_capital(amounts, up, down))
}

/// What no strategy has been given waits in the portfolio's asset, as a strategy that does nothing.
fn idle(capital: TokenAmount, parts: &[Weighted]) -> Option<Weighted> {
    let weight = Decimal::ONE - parts.iter().map(|part| part.weight).sum::<Decimal>();
    if weight <= Decimal::ZERO {
        return None;
    }
    let part = Wad::from_decimal(weight, Rounding::Down).ok()?;
    let raw = mul_div(capital.raw, part.raw(), Wad::ONE.raw(), Rounding::Down).ok()?;
    let capital = levmine_composer::Capital { amounts: vec![TokenAmount::new(capital.asset, raw)] };
    let open = levmine_composer::Plan { steps: Vec::new() };
    let (reserve, exit, policies) = (Vec::new(), ExitBy::default(), Vec::new());
    let (covers, name, keeper) = (Vec::new(), CASH.into(), levmine_composer::policy::Terms::default());
    let strategy = Strategy { name, capital, reserve, exit, open, policies, covers, keeper };
    (!raw.is_zero()).then_some(Weighted { strategy, weight })
}

/// A limit on something that is not there would never be exceeded.
fn check_names(file: &PortfolioFile, world: &World) -> Result<(), ConfigError> {
    let venues: Vec<&str> = world.venues().iter().map(|slot| slot.name.as_str()).collect();
    let protocols: Vec<&str> = world.venues().iter().map(|slot| slot.venue.descriptor().name).collect();
    for (of, name, node) in &file.named {
        let known = match of {
            Measured::Protocol => &protocols,
            Measured::Venue => &venues,
            // Tokens come and go with rewards: any known one will do.
            Measured::Asset => continue,
        };
        if !known.contains(&name.as_str()) {
            let mut names = known.clone();
            names.sort_unstable();
            names.dedup();
            return Err(node.unknown_name(name, names.into_iter().chain(["each"])));
        }
    }
    Ok(())
}

fn too_much(error: levmine_math::MathError) -> EngineError {
    EngineError::from(levmine_market::MarketError::from(error))
}
