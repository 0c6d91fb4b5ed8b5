//! Running texts without files, within a time.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use levmine::report::{ExplainView, RunView, explain_json, explain_text, run_json, run_text, step_json};
use levmine::source::{
    GasHistory, History, HistorySource, RateHistory, Request, Shape, SourceError, TextSource, VolumeColumn,
    VolumeHistory, parse_history, parse_rates, parse_volumes,
};
use levmine::{Job, LevmineError, LoadOptions, PriceOverride, Registry, ScenarioFrom, StrategyFrom, load};

/// Texts by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts(pub(crate) BTreeMap<String, String>);

impl Texts {
    fn find(&self, file: &str) -> Result<&String, SourceError> {
        let missing =
            || SourceError::Unreadable { file: file.into(), reason: "there is no such file".into() };
        self.0.get(file).ok_or_else(missing)
    }
}

#[async_trait]
impl TextSource for Texts {
    async fn text(&self, path: &str) -> Result<String, SourceError> {
        self.find(path).cloned()
    }
}

#[async_trait]
impl HistorySource for Texts {
    async fn history(&self, request: &Request) -> Result<History, SourceError> {
        let (path, column) = request.path_and_column();
        let shape = Shape { format: request.format, column: column.map(Into::into) };
        parse_history(path, self.find(path)?.as_bytes(), &shape, &request.reading)
    }

    async fn rates(&self, request: &Request) -> Result<RateHistory, SourceError> {
        parse_rates(&request.file, self.find(&request.file)?.as_bytes(), &request.reading)
    }

    async fn gas(&self, request: &Request) -> Result<GasHistory, SourceError> {
        self.find(&request.file).and(Err(SourceError::Unreadable {
            file: request.file.clone(),
            reason: "gas is not asked for".into(),
        }))
    }

    async fn volumes(
        &self,
        request: &Request,
        columns: &[VolumeColumn],
    ) -> Result<VolumeHistory, SourceError> {
        parse_volumes(&request.file, self.find(&request.file)?.as_bytes(), columns, &request.reading)
    }
}

/// What a case asks of the program.
#[derive(Debug, Clone)]
pub(crate) enum Case {
    /// A strategy in a scenario, with prices given beside them.
    Run { strategy: String, scenario: Option<String>, prices: Vec<(String, String)>, history: String },
    /// A replay.
    Replay(String),
}

/// Longer than any case may take, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Does what `case` asks on a thread of its own. Returns the refusal, if it is one; panics where the program panics or
/// does not come to an end.
pub(crate) fn ask(case: &Case) -> Result<(), LevmineError> {
    let (tell, told) = mpsc::channel();
    let asked = case.clone();
    let worker = thread::spawn(move || {
        let _ = tell.send(answer(&asked));
    });
    match told.recv_timeout(PATIENCE) {
        Ok(answer) => answer,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("no answer within {PATIENCE:?}: {case:#?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let _ = worker.join();
            panic!("the program panicked: {case:#?}")
        }
    }
}

fn answer(case: &Case) -> Result<(), LevmineError> {
    match case {
        Case::Replay(text) => {
            let steps = levmine::replay(&Registry::builtin(), "replay", text)?;
            for step in &steps {
                assert!(step_json(step).starts_with('{'));
            }
            Ok(())
        }
        Case::Run { strategy, scenario, prices, history } => {
            let mut texts = Texts::default();
            texts.0.insert("s.toml".into(), strategy.clone());
            texts.0.insert("c.toml".into(), scenario.clone().unwrap_or_default());
            texts.0.insert("p.csv".into(), history.clone());
            let options = LoadOptions {
                strategy: StrategyFrom::File("s.toml".into()),
                scenario: scenario
                    .as_ref()
                    .map_or(ScenarioFrom::Default, |_| ScenarioFrom::File("c.toml".into())),
                prices: prices
                    .iter()
                    .map(|(symbol, value)| PriceOverride { symbol: symbol.clone(), value: value.clone() })
                    .collect(),
                ..LoadOptions::default()
            };
            both(&job(&options, &texts)?)
        }
    }
}

pub(crate) fn job(options: &LoadOptions, texts: &Texts) -> Result<Job, LevmineError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(load(&Registry::builtin(), options, texts))
}

/// Explains and runs, and writes both in both ways; what the report says must add up.
fn both(job: &Job) -> Result<(), LevmineError> {
    let explained = job.explain()?;
    let view = ExplainView {
        strategy: &job.strategy.name,
        scenario: &job.scenario.name,
        explanation: &explained.explanation,
        world: &explained.world,
    };
    assert!(!explain_text(&view).is_empty() && explain_json(&view).is_object());
    let ran = job.run()?;
    let outcome = &ran.outcome;
    let parts: i128 = outcome.parts.iter().map(|(_, part)| part).sum();
    assert_eq!(parts, outcome.final_equity - outcome.start_equity, "{:?}", outcome.parts);
    assert!(outcome.final_equity >= 0, "{}", outcome.final_equity);
    // What was booked under its cause is the change, before rounding to whole base units can hide a difference.
    let unbooked = outcome.attribution.total() - (outcome.final_equity - outcome.start_equity) * 1_000_000;
    assert!(unbooked.abs() < 2_000_000, "{unbooked} marks: {:?}", outcome.attribution);
    let view = RunView {
        strategy: &job.strategy.name,
        scenario: &job.scenario.name,
        notes: &job.scenario.notes,
        outcome,
        world: &ran.world,
    };
    assert!(!run_text(&view).is_empty() && run_json(&view).is_object());
    Ok(())
}
