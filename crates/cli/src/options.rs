use clap::{Args, ValueEnum};
use levmine::config::{parse_date, parse_duration};
use levmine::engine::CandlePath;
use levmine::market::Timestamp;
use levmine::source::Files;
use levmine::{
    CRISES, Job, LoadOptions, Loaded, PriceOverride, Registry, ScenarioFrom, StrategyFrom, load, load_any,
};

use crate::output::{Failure, block_on};

/// What is run.
#[derive(Debug, Args)]
pub(crate) struct JobArguments {
    /// The strategy file, or for `run` a portfolio file; without it the built-in strategy
    strategy: Option<String>,
    /// The scenario file; without it the built-in one, or nothing but the prices given
    #[arg(long)]
    scenario: Option<String>,
    /// A price or a price history: WETH=prices.csv, USDC=1, or DAI=file.csv#column (may be given several times)
    #[arg(long, value_name = "ASSET=FILE", value_parser = price)]
    prices: Vec<PriceOverride>,
    /// Begin at this UTC date or time
    #[arg(long, value_parser = date)]
    from: Option<u64>,
    /// End at this UTC date or time
    #[arg(long, value_parser = date)]
    to: Option<u64>,
    /// Even steps of this length, like 1h; without it a step at every price
    #[arg(long, value_parser = parse_duration)]
    step: Option<u64>,
    /// Accept gaps up to this length in histories given with --prices, like 6h
    #[arg(long, value_parser = parse_duration)]
    max_gap: Option<u64>,
    /// Which way prices go through the candles of histories given with --prices
    #[arg(long, value_enum, default_value_t = Way::Close)]
    path: Way,
    /// The folder that data/ means in scenarios; without it, a folder of that name beside the scenario
    #[arg(long, env = "LEVMINE_DATA")]
    data: Option<String>,
}

/// In which worlds strategies are tried.
#[derive(Debug, Args)]
pub(crate) struct WorldArguments {
    /// A scenario file (may be given several times)
    #[arg(long)]
    scenario: Vec<String>,
    /// The folder that data/ means in scenarios: there, crises are hour by hour where a history is at hand
    #[arg(long, env = "LEVMINE_DATA")]
    data: Option<String>,
}

impl WorldArguments {
    pub(crate) fn options(&self, strategy: Option<String>, policies: Option<String>) -> LoadOptions {
        LoadOptions {
            strategy: strategy.map_or(StrategyFrom::Builtin, StrategyFrom::File),
            data: self.data.clone(),
            policies,
            ..LoadOptions::default()
        }
    }

    fn files(&self) -> Vec<ScenarioFrom> {
        self.scenario.iter().cloned().map(ScenarioFrom::File).collect()
    }

    pub(crate) fn crises() -> Vec<ScenarioFrom> {
        CRISES.iter().map(levmine::Crisis::scenario).collect()
    }

    /// The scenarios that were named, or every crisis.
    pub(crate) fn scenarios_or_crises(&self) -> Vec<ScenarioFrom> {
        if self.scenario.is_empty() { Self::crises() } else { self.files() }
    }

    /// The scenarios that were named, or the built-in one.
    pub(crate) fn scenarios_or_default(&self) -> Vec<ScenarioFrom> {
        if self.scenario.is_empty() { vec![ScenarioFrom::Default] } else { self.files() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Way {
    /// From close to close
    Close,
    /// Open, both extremes, close: sees what happens within
    Ohlc,
}

fn price(text: &str) -> Result<PriceOverride, String> {
    match text.split_once('=') {
        Some((symbol, value)) if !symbol.is_empty() && !value.is_empty() => {
            Ok(PriceOverride { symbol: symbol.into(), value: value.into() })
        }
        _ => Err("accepted: ASSET=FILE or ASSET=PRICE".into()),
    }
}

fn date(text: &str) -> Result<u64, String> {
    parse_date(text)
}

impl JobArguments {
    /// Loads the strategy that is to be run.
    pub(crate) fn load(&self, registry: &Registry) -> Result<Job, Failure> {
        block_on(load(registry, &self.options(), &Files::new()))
    }

    /// Loads the strategy or the portfolio that is to be run.
    pub(crate) fn load_any(&self, registry: &Registry) -> Result<Loaded, Failure> {
        block_on(load_any(registry, &self.options(), &Files::new()))
    }

    fn options(&self) -> LoadOptions {
        LoadOptions {
            strategy: self.strategy.clone().map_or(StrategyFrom::Builtin, StrategyFrom::File),
            scenario: self.scenario.clone().map_or(ScenarioFrom::Default, ScenarioFrom::File),
            prices: self.prices.clone(),
            from: self.from.map(Timestamp),
            to: self.to.map(Timestamp),
            step: self.step,
            max_gap: self.max_gap,
            way: if self.path == Way::Ohlc { CandlePath::Ohlc } else { CandlePath::Close },
            data: self.data.clone(),
            policies: None,
        }
    }
}
