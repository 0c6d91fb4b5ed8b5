//! A pair of Aave V3 reserves and a Uniswap V3 position over three recorded days of Polygon, minute by minute: rates, trades and
//! prices as they were, the health factor read in every step, nobody else there. The row says what one step costs.
//!
//! Needs the recorded data: the folder that `LEVMINE_DATA` names, else `shared/data` beside the checkout.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench that cannot begin has nothing to measure"
)]

use std::path::PathBuf;

use async_trait::async_trait;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use levmine::source::{
    Files, GasHistory, History, HistorySource, PoolHistory, RateHistory, Request, SourceError, TextSource,
    VolumeColumn, VolumeHistory,
};
use levmine::{Job, LoadOptions, Registry, ScenarioFrom, StrategyFrom, load};

fn main() {
    divan::main();
}

/// The files of the scenario suite; histories below `data/` come from the data's folder.
struct Suite {
    texts: Files,
    data: Files,
}

impl Suite {
    fn request(request: &Request) -> Request {
        Request { file: request.file.trim_start_matches("data/").into(), ..request.clone() }
    }
}

#[async_trait]
impl TextSource for Suite {
    async fn text(&self, path: &str) -> Result<String, SourceError> {
        self.texts.text(path).await
    }
}

#[async_trait]
impl HistorySource for Suite {
    async fn history(&self, request: &Request) -> Result<History, SourceError> {
        self.data.history(&Self::request(request)).await
    }

    async fn rates(&self, request: &Request) -> Result<RateHistory, SourceError> {
        self.data.rates(&Self::request(request)).await
    }

    async fn gas(&self, request: &Request) -> Result<GasHistory, SourceError> {
        self.data.gas(&Self::request(request)).await
    }

    async fn volumes(
        &self,
        request: &Request,
        columns: &[VolumeColumn],
    ) -> Result<VolumeHistory, SourceError> {
        self.data.volumes(&Self::request(request), columns).await
    }

    async fn pool(&self, request: &Request) -> Result<PoolHistory, SourceError> {
        self.data.pool(&Self::request(request)).await
    }
}

/// The job, or `None` where there is no data, which is said.
fn job() -> Option<Job> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let beside = root.canonicalize().unwrap().parent().unwrap().join("shared/data");
    let data = std::env::var_os("LEVMINE_DATA").map_or(beside, PathBuf::from);
    if !data.is_dir() {
        println!("skipped: recorded minutes: no data");
        return None;
    }
    let suite = Suite { texts: Files::below(root.join("tests/scenarios/history")), data: Files::below(data) };
    let options = LoadOptions {
        strategy: StrategyFrom::File("aave-and-v3.toml".into()),
        scenario: ScenarioFrom::File("polygon-minutes.toml".into()),
        ..LoadOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    Some(runtime.block_on(load(&Registry::builtin(), &options, &suite)).unwrap())
}

/// Per step: rates followed, trades followed, prices moved, everything marked, health read; opening and unwinding included.
#[divan::bench]
fn aave_and_v3_minute(bencher: Bencher<'_, '_>) {
    let Some(job) = job() else { return };
    let steps = job.run().unwrap().outcome.metrics.steps;
    bencher.counter(ItemsCount::new(steps)).bench_local(|| black_box(job.run().unwrap()));
}

/// The same without the trades: what rates, prices and health cost.
#[divan::bench]
fn aave_and_v3_minute_without_trades(bencher: Bencher<'_, '_>) {
    let Some(mut job) = job() else { return };
    job.scenario.trades.clear();
    let steps = job.run().unwrap().outcome.metrics.steps;
    bencher.counter(ItemsCount::new(steps)).bench_local(|| black_box(job.run().unwrap()));
}
