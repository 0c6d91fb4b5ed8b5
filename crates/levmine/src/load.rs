//! Loading a strategy, a scenario and the histories they name.

use std::path::Path;

use levmine_composer::{StrategyFile, read_strategy};
use levmine_config::{ConfigError, parse_toml};
use levmine_engine::{
    Candle, CandlePath, DOLLARS, FileSeries, OracleSpec, PricePath, PriceSpec, ScenarioFile, dollars, expand,
    no_portfolio, read_scenario,
};
use levmine_market::{Asset, Assets, Price, Timestamp};
use levmine_math::{Rounding, Wad};
use levmine_source::{
    History, HistorySource, OnAbsurd, Policy, Reading, Request, Samples, SourceError, Stamp, TextSource,
};
use rust_decimal::Decimal;

use crate::fees::load_fees;
use crate::findings::tell;
use crate::{Job, LevmineError, Registry, SCENARIO, STRATEGY};

/// Where the strategy comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StrategyFrom {
    /// The built-in one.
    #[default]
    Builtin,
    /// A file.
    File(String),
}

/// Where the scenario comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ScenarioFrom {
    /// The built-in one, unless prices are given otherwise.
    #[default]
    Default,
    /// A file.
    File(String),
    /// A text that is at hand, with its name.
    Text {
        /// What messages call it.
        name: String,
        /// What it says.
        text: String,
    },
}

/// A price given beside the scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceOverride {
    /// The asset's symbol.
    pub symbol: String,
    /// A price, or the file of a history (`#column` for one of several columns).
    pub value: String,
}

/// What is to be loaded, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// The strategy.
    pub strategy: StrategyFrom,
    /// The scenario.
    pub scenario: ScenarioFrom,
    /// Prices that replace those of the scenario.
    pub prices: Vec<PriceOverride>,
    /// When to begin.
    pub from: Option<Timestamp>,
    /// When to end.
    pub to: Option<Timestamp>,
    /// Even steps in seconds.
    pub step: Option<u64>,
    /// The longest gap of a history given in `prices` that is accepted, in seconds.
    pub max_gap: Option<u64>,
    /// Which way prices go through the candles of a history given in `prices`.
    pub way: CandlePath,
    /// The folder that `data/` means in scenarios; without it, a folder of that name beside the scenario.
    pub data: Option<String>,
    /// Policies that are taken instead of the strategy's: "none", or "condition: action" with ; between them.
    pub policies: Option<String>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            strategy: StrategyFrom::default(),
            scenario: ScenarioFrom::default(),
            prices: Vec::new(),
            from: None,
            to: None,
            step: None,
            max_gap: None,
            way: CandlePath::Close,
            data: None,
            policies: None,
        }
    }
}

/// Loads everything a run needs.
///
/// # Errors
///
/// [`LevmineError`] for whatever is not accepted, with its place.
pub async fn load<S: TextSource + HistorySource>(
    registry: &Registry,
    options: &LoadOptions,
    source: &S,
) -> Result<Job, LevmineError> {
    let strategy = match &options.strategy {
        StrategyFrom::Builtin => read_strategy(&parse_toml("built-in strategy", STRATEGY)?)?,
        StrategyFrom::File(path) => {
            let root = parse_toml(path, &source.text(path).await?)?;
            no_portfolio(&root)?;
            read_strategy(&root)?
        }
    };
    let strategy = match &options.policies {
        Some(text) => strategy.with_policies(text)?,
        None => strategy,
    };
    load_strategy(registry, strategy, options, source).await
}

/// Loads everything a run of `strategy` needs.
pub(crate) async fn load_strategy<S: TextSource + HistorySource>(
    registry: &Registry,
    strategy: StrategyFile,
    options: &LoadOptions,
    source: &S,
) -> Result<Job, LevmineError> {
    let (base, mut file) = scenario_file(&strategy, options, source).await?;
    let mut notes = Vec::new();
    let mut prices = Vec::new();
    let histories = Histories {
        base: base.as_deref(),
        assets: &strategy.assets,
        data: options.data.as_deref(),
        span: (file.from, file.to),
        source,
    };
    for (asset, spec) in &file.prices {
        prices.push(histories.price(*asset, spec, &mut notes).await?);
    }
    for (i, given) in options.prices.iter().enumerate() {
        if options.prices.iter().take(i).any(|other| other.symbol == given.symbol) {
            return Err(LevmineError::Option {
                option: "--prices".into(),
                read: format!("{} twice", given.symbol),
                accepted: "each asset once".into(),
            });
        }
        let path = overridden(&strategy, given, options, source, &mut notes).await?;
        prices.retain(|known| known.asset() != path.asset());
        prices.push(path);
    }
    for (asset, other) in &file.relative {
        let find = |asset| prices.iter().find(|path: &&PricePath| path.asset() == asset);
        // A price given beside the scenario is in US dollars.
        if options.prices.iter().any(|given| given.symbol == asset.symbol()) {
            continue;
        }
        let (Some(path), Some(per)) = (find(*asset), find(*other)) else { continue };
        let bad = || LevmineError::Option {
            option: format!("the price of {asset} in {other}"),
            read: "figures whose product is none".into(),
            accepted: DOLLARS.into(),
        };
        let path = path.priced_in(per).map_err(|_| bad())?;
        let most = Wad::from_decimal(Decimal::from(1_000_000_000_000_000_u64), Rounding::Down);
        let fits = |price: &Price| !price.0.is_zero() && most.as_ref().is_ok_and(|most| price.0 <= *most);
        if !path.points().iter().all(|(_, price)| fits(price)) {
            return Err(bad());
        }
        prices.retain(|known| known.asset() != path.asset());
        prices.push(path);
    }
    fill_in(&strategy, &mut prices, &mut notes);
    let mut oracle = Vec::new();
    for (asset, spec) in &file.oracle {
        match spec {
            OracleSpec::View(_) => {}
            OracleSpec::Price(spec) => oracle.push(histories.price(*asset, spec, &mut notes).await?),
        }
    }
    crate::others::read_histories(&mut file, &histories, &mut notes).await?;
    crate::records::load_rates(&mut file, &histories, &mut notes).await?;
    crate::records::load_trades(&mut file, &histories, &mut notes).await?;
    load_fees(&mut file, &histories, &prices, &mut notes).await?;
    Job::new(registry, strategy, file, prices, oracle, notes)
}

/// A scenario of the file, the built-in one, or an empty one when all prices are given beside it.
async fn scenario_file<S: TextSource>(
    strategy: &StrategyFile,
    options: &LoadOptions,
    source: &S,
) -> Result<(Option<String>, ScenarioFile), LevmineError> {
    let (base, mut file) = match &options.scenario {
        ScenarioFrom::File(path) => {
            let root = parse_toml(path, &source.text(path).await?)?;
            (Some(path.clone()), read_scenario(&root, &strategy.assets)?)
        }
        ScenarioFrom::Text { name, text } => {
            (None, read_scenario(&parse_toml(name, text)?, &strategy.assets)?)
        }
        ScenarioFrom::Default if options.prices.is_empty() => {
            (None, read_scenario(&parse_toml("built-in scenario", SCENARIO)?, &strategy.assets)?)
        }
        ScenarioFrom::Default => {
            let empty = ScenarioFile { name: "given prices".into(), ..ScenarioFile::default() };
            (None, empty)
        }
    };
    file.from = options.from.or(file.from);
    file.to = options.to.or(file.to);
    file.step = options.step.or(file.step);
    if let (Some(from), Some(to)) = (file.from, file.to)
        && to <= from
    {
        return Err(LevmineError::Option {
            option: "the end of the run".into(),
            read: to.to_string(),
            accepted: format!("a time after its beginning, {from}"),
        });
    }
    Ok((base, file))
}

pub(crate) fn beside(base: Option<&str>, file: &str) -> String {
    let folder = base.and_then(|base| Path::new(base).parent());
    folder.map_or_else(|| file.to_string(), |folder| folder.join(file).to_string_lossy().into_owned())
}

async fn overridden<S: HistorySource>(
    strategy: &StrategyFile,
    given: &PriceOverride,
    options: &LoadOptions,
    source: &S,
    notes: &mut Vec<String>,
) -> Result<PricePath, LevmineError> {
    let bad = |accepted: String| LevmineError::Option {
        option: "--prices".into(),
        read: format!("{}={}", given.symbol, given.value),
        accepted,
    };
    let Some(asset) = strategy.assets.get(&given.symbol) else {
        let near = levmine_config::nearest(&given.symbol, strategy.assets.symbols());
        let near = near.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default();
        return Err(bad(format!("ASSET=FILE or ASSET=PRICE with a known asset{near}")));
    };
    if let Ok(number) = Decimal::from_str_exact(&given.value) {
        let price = dollars(number).ok_or_else(|| bad(DOLLARS.into()))?;
        return Ok(PricePath::constant(asset, price));
    }
    let series = FileSeries {
        place: levmine_config::Place { file: "--prices".into(), line: 0, path: given.symbol.clone() },
        file: given.value.clone(),
        way: options.way,
        max_gap: options.max_gap,
        stamped_at_close: false,
        drops_absurd: false,
    };
    let read =
        from_file(&strategy.assets, asset, &given.value, &series, (options.from, options.to), source, notes)
            .await;
    read.map_err(Missing::into_error)
}

/// Where the histories are that a scenario names.
pub(crate) struct Histories<'a, S> {
    base: Option<&'a str>,
    assets: &'a Assets,
    data: Option<&'a str>,
    /// The part that matters.
    pub(crate) span: (Option<Timestamp>, Option<Timestamp>),
    /// What reads them.
    pub(crate) source: &'a S,
}

impl<S> Histories<'_, S> {
    /// The path of a file that the scenario names.
    pub(crate) fn path(&self, file: &str) -> String {
        match (file.strip_prefix("data/"), self.data) {
            (Some(file), Some(data)) => Path::new(data).join(file).to_string_lossy().into_owned(),
            _ => beside(self.base, file),
        }
    }
}

impl<S: HistorySource> Histories<'_, S> {
    /// The price that a scenario describes.
    async fn price(
        &self,
        asset: Asset,
        spec: &PriceSpec,
        notes: &mut Vec<String>,
    ) -> Result<PricePath, LevmineError> {
        let (series, here) = match spec {
            PriceSpec::Path(path) => return Ok(path.clone()),
            PriceSpec::File(series) => (series, None),
            PriceSpec::FileOr(series, path) => (series, Some(path)),
        };
        let path = self.path(&series.file);
        match from_file(self.assets, asset, &path, series, self.span, self.source, notes).await {
            Err(Missing::NotThere(error)) => match here {
                Some(here) => {
                    let file = &series.file;
                    notes.push(format!("{file} is not at hand: {asset} follows the figures in the scenario"));
                    Ok(here.clone())
                }
                None => Err(error),
            },
            Err(Missing::Otherwise(error)) => Err(error),
            Ok(path) => Ok(path),
        }
    }
}

/// Why there is no history.
enum Missing {
    /// There is no such file.
    NotThere(LevmineError),
    Otherwise(LevmineError),
}

impl Missing {
    fn into_error(self) -> LevmineError {
        match self {
            Self::NotThere(error) | Self::Otherwise(error) => error,
        }
    }
}

async fn from_file<S: HistorySource>(
    assets: &Assets,
    asset: Asset,
    path: &str,
    series: &FileSeries,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    source: &S,
    notes: &mut Vec<String>,
) -> Result<PricePath, Missing> {
    let reading = Reading {
        stamp: series.stamped_at_close.then_some(Stamp::Close),
        from,
        to,
        policy: Policy {
            max_gap: series.max_gap,
            absurd: if series.drops_absurd { OnAbsurd::Keep } else { OnAbsurd::Refuse },
        },
    };
    let request = Request { file: path.into(), format: None, reading };
    let coins = crate::records::coins(&request, series, assets, asset).map_err(Missing::Otherwise)?;
    if let Some(coins) = coins {
        let path = crate::records::tick_prices(asset, coins, &request, series, source, notes).await;
        return path.map_err(Missing::Otherwise);
    }
    let history = source.history(&request).await.map_err(|error| {
        // A file that a scenario names is missed there: the place that names it helps more than the path alone.
        match error {
            SourceError::Unreadable { file, reason } => {
                Missing::NotThere(LevmineError::Config(ConfigError::Invalid {
                    place: series.place.clone(),
                    read: format!("\"{file}\", which cannot be read: {reason}"),
                    accepted: "a file of prices that can be read".into(),
                }))
            }
            error => Missing::Otherwise(error.into()),
        }
    })?;
    let report = history.report();
    tell(path, report, "the price before {each} holds through", notes);
    let absurd: Vec<Timestamp> = report.absurd.iter().map(|row| row.time).collect();
    if !absurd.is_empty() {
        let lines: Vec<String> = report.absurd.iter().map(|row| row.line.to_string()).collect();
        let (rows, lines) = (if lines.len() == 1 { "line" } else { "lines" }, lines.join(", "));
        notes.push(format!("{path}: {rows} {lines} left out: no market trades so far from its neighbours"));
    }
    Ok(PricePath::new(asset, points(&history, series.way, &absurd)))
}

fn points(history: &History, way: CandlePath, without: &[Timestamp]) -> Vec<(Timestamp, Price)> {
    let kept = history.iter().filter(|point| !without.contains(&point.time));
    if !history.has_candles() {
        return kept.map(|point| (point.time, point.open)).collect();
    }
    let candles: Vec<Candle> = kept
        .map(|point| Candle {
            time: point.time,
            open: point.open,
            high: point.high,
            low: point.low,
            close: point.close,
        })
        .collect();
    expand(&candles, history.report().step.unwrap_or(0), way)
}

/// Prices that need not be written: wrapped ether costs what ether does, and a dollar coin without a price a dollar.
fn fill_in(strategy: &StrategyFile, prices: &mut Vec<PricePath>, notes: &mut Vec<String>) {
    let (ether, wrapped) = (strategy.assets.get("ETH"), strategy.assets.get("WETH"));
    for (missing, known) in [(wrapped, ether), (ether, wrapped)] {
        let (Some(missing), Some(known)) = (missing, known) else { continue };
        if prices.iter().any(|path| path.asset() == missing) {
            continue;
        }
        if let Some(path) = prices.iter().find(|path| path.asset() == known) {
            prices.push(PricePath::new(missing, path.points().to_vec()));
        }
    }
    for symbol in ["USDC", "USDT", "DAI"] {
        let Some(asset) = strategy.assets.get(symbol) else { continue };
        if prices.iter().all(|path| path.asset() != asset) {
            let used = strategy.capital.assets().contains(&asset);
            prices.push(PricePath::constant(asset, Price::ONE));
            if used {
                notes.push(format!("no price of {symbol} was given: 1 US dollar is taken throughout"));
            }
        }
    }
}
