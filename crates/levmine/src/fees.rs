//! Loading what transactions cost: the price of gas, and on rollups that of data.

use levmine_config::ConfigError;
use levmine_engine::{
    DataPaths, FeeSpec, FeeWorld, GasFile, GasModel, GasPath, GasSource, PricePath, ScenarioFile, Timeline,
    model_path, posted_prices,
};
use levmine_market::Timestamp;
use levmine_market::gas::{Chain, ChainKind};
use levmine_math::{U256, format_units};
use levmine_source::{HistorySource, OnAbsurd, Policy, Reading, Request, Samples, SourceError, Stamp};

use crate::LevmineError;
use crate::findings::tell;
use crate::load::Histories;

/// Ethereum's base fee where a scenario on a rollup does not say it, in wei.
const USUAL_L1: u64 = 20_000_000_000;
/// Its blob base fee: the least there is.
const USUAL_BLOB: u64 = 1;

/// Loads the fees of a scenario into it.
///
/// # Errors
///
/// [`LevmineError`] for a file that is not accepted, with its place.
pub(crate) async fn load_fees<S: HistorySource>(
    file: &mut ScenarioFile,
    histories: &Histories<'_, S>,
    prices: &[PricePath],
    notes: &mut Vec<String>,
) -> Result<(), LevmineError> {
    let FeeSpec { chain, is_named, gas, l1_base_fee, blob_base_fee, price_per_unit, batches, .. } =
        file.fees.clone();
    let covered = Timeline::span(prices);
    let from = file.from.or(covered.map(|(from, _)| from)).unwrap_or_default();
    let to = file.to.or(covered.map(|(_, to)| to)).unwrap_or(from).max(from);
    let span = (from, to);
    let world = |chain: &Chain| FeeWorld {
        market: chain.fee_market,
        milliseconds_per_block: chain.milliseconds_per_block,
        prices,
        span,
        seed: file.seed,
    };
    let here = Loader { histories, world: world(&chain) };
    let there = Loader { histories, world: world(&Chain::default()) };
    let mut usual = |what: &str, wei: u64| {
        let gwei = format_units(U256::from(wei), 9);
        notes.push(format!("no {what} was given: {gwei} gwei is taken on {} throughout", chain.title));
        vec![(Timestamp(0), U256::from(wei))]
    };
    let usual_gas = (gas.is_none() && is_named)
        .then(|| usual("gas price", u64::try_from(chain.usual_gas_price).unwrap_or(u64::MAX)));
    let is_rollup = chain.kind != ChainKind::Layer1 && price_per_unit.is_none();
    let usual_l1 = (is_rollup && l1_base_fee.is_none()).then(|| usual("base fee of Ethereum", USUAL_L1));
    let usual_blob =
        (is_rollup && blob_base_fee.is_none()).then(|| usual("blob base fee of Ethereum", USUAL_BLOB));
    // Each model draws from a stream of its own.
    let gas = here.path(gas, usual_gas, 0, notes).await?;
    let l1 = there.path(l1_base_fee, usual_l1, 1, notes).await?;
    let blob = there.path(blob_base_fee, usual_blob, 2, notes).await?;
    let (l1, blob) = match (chain.kind, price_per_unit) {
        (ChainKind::Layer1, _) => (GasPath::new(), GasPath::new()),
        (ChainKind::OpStack(..), _) => (l1, blob),
        (ChainKind::Nitro, Some(given)) => (there.path(Some(given), None, 3, notes).await?, GasPath::new()),
        (ChainKind::Nitro, None) => {
            let posted = posted_prices(&l1, &blob, &batches, span);
            let posted = posted.map_err(|error| LevmineError::Option {
                option: "the price of data on Arbitrum".into(),
                read: error.to_string(),
                accepted: "batches and base fees whose costs fit, at most twenty million batches".into(),
            })?;
            (posted, GasPath::new())
        }
    };
    (file.gas, file.data) = (gas, DataPaths { l1, blob });
    Ok(())
}

/// Loads the fees of one chain.
struct Loader<'a, S> {
    histories: &'a Histories<'a, S>,
    world: FeeWorld<'a>,
}

impl<S: HistorySource> Loader<'_, S> {
    async fn path(
        &self,
        source: Option<GasSource>,
        usual: Option<GasPath>,
        stream: u32,
        notes: &mut Vec<String>,
    ) -> Result<GasPath, LevmineError> {
        match source {
            None => Ok(usual.unwrap_or_default()),
            Some(GasSource::Path(path)) => Ok(path),
            Some(GasSource::File(file)) => self.recorded(&file, notes).await,
            Some(GasSource::Model(model)) => self.modelled(&model, stream),
        }
    }

    fn modelled(&self, model: &GasModel, stream: u32) -> Result<GasPath, LevmineError> {
        let refused = |read: String, accepted: &str| {
            LevmineError::Config(ConfigError::Invalid {
                place: model.place.clone(),
                read,
                accepted: accepted.into(),
            })
        };
        if let Some(crash) = &model.crash
            && self.world.prices.iter().all(|path| path.asset() != crash.of)
        {
            let read = format!("a crash of {}, of which there is no price", crash.of);
            return Err(refused(read, "an asset that has a price in the scenario"));
        }
        model_path(model, &self.world, stream)
            .map_err(|error| refused(error.to_string(), "a model whose points and fees can be worked out"))
    }

    async fn recorded(&self, file: &GasFile, notes: &mut Vec<String>) -> Result<GasPath, LevmineError> {
        let path = self.histories.path(&file.file);
        let (from, to) = self.world.span;
        let reading = Reading {
            stamp: file.stamped_at_close.then_some(Stamp::Close),
            from: Some(from),
            to: Some(to),
            policy: Policy { max_gap: file.max_gap, absurd: OnAbsurd::Refuse },
        };
        let request = Request { file: path.clone(), format: None, reading };
        let history = self.histories.source.gas(&request).await.map_err(|error| match error {
            // A file that a scenario names is missed there: the place that names it helps more than the path alone.
            SourceError::Unreadable { file: read, reason } => LevmineError::Config(ConfigError::Invalid {
                place: file.place.clone(),
                read: format!("\"{read}\", which cannot be read: {reason}"),
                accepted: "a file of gas prices that can be read".into(),
            }),
            error => error.into(),
        })?;
        tell(&path, history.report(), "the price before {each} holds through", notes);
        Ok(history.iter().map(|point| (point.time, U256::from(point.wei))).collect())
    }
}
