use levmine::report::{RunView, run_text};
use levmine::{LoadOptions, Registry, ScenarioFrom, StrategyFrom, load};

use crate::{Case, Data, Suite, SuiteError, SuiteFiles};

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The report of the run.
    Report(String),
    /// The case needs histories that are not here.
    NoData,
}

/// Runs a case with the adapters of this repository and returns its report.
///
/// # Errors
///
/// [`SuiteError::Levmine`] for files that are not accepted, and for a run without an answer.
pub async fn tell(suite: &Suite, case: &Case, data: &Data) -> Result<Told, SuiteError> {
    if case.data && *data == Data::Absent {
        return Ok(Told::NoData);
    }
    let options = LoadOptions {
        strategy: StrategyFrom::File(case.strategy.clone()),
        scenario: ScenarioFrom::File(case.scenario.clone()),
        ..LoadOptions::default()
    };
    let files = SuiteFiles::new(&suite.folder, data);
    let job = load(&Registry::builtin(), &options, &files).await?;
    let ran = job.run()?;
    Ok(Told::Report(run_text(&RunView {
        strategy: &job.strategy.name,
        scenario: &job.scenario.name,
        notes: &job.scenario.notes,
        outcome: &ran.outcome,
        world: &ran.world,
    })))
}
