use levmine::report::{
    Column, PortfolioView, Variant, compare_text, compare_worlds_text, portfolio_text, run_text,
};
use levmine::source::TextSource;
use levmine::{
    Job, LoadOptions, Loaded, Ran, Registry, ScenarioFrom, StrategyFrom, Trial, load, load_any, trials,
};

use crate::{Case, Comparison, Data, SideBySide, Suite, SuiteError, SuiteFiles};

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
/// [`SuiteError::Levmine`] for files that are not accepted, and for a run without an answer; [`SuiteError::NotRefused`]
/// where just that was expected.
pub async fn tell(suite: &Suite, case: &Case, data: &Data) -> Result<Told, SuiteError> {
    if case.data && *data == Data::Absent {
        return Ok(Told::NoData);
    }
    let files = SuiteFiles::new(&suite.folder, recorded(case, data));
    match (report(case, &files).await, case.refused) {
        (Ok(text), false) => Ok(Told::Report(text)),
        (Ok(_), true) => Err(SuiteError::NotRefused),
        (Err(SuiteError::Levmine(error)), true) => Ok(Told::Report(format!("error: {error}\n"))),
        (Err(error), _) => Err(error),
    }
}

/// The report of a strategy or of a portfolio, whichever the case names.
async fn report(case: &Case, files: &SuiteFiles) -> Result<String, SuiteError> {
    match load_any(&Registry::builtin(), &options(case), files).await? {
        Loaded::Strategy(job) => {
            let ran = job.run()?;
            Ok(run_text(&job.view(&ran)))
        }
        Loaded::Portfolio(job) => {
            let ran = job.run()?;
            Ok(portfolio_text(&PortfolioView {
                portfolio: &job.allocation.name,
                scenario: &job.scenario.name,
                notes: &job.scenario.notes,
                outcome: &ran.outcome,
                world: &ran.world,
            }))
        }
    }
}

/// Runs one strategy once for each column of a table, and returns what came out side by side.
///
/// # Errors
///
/// As [`tell`], and [`SuiteError::Lines`] where the strategy's venue does not have the two lines that change.
pub async fn tell_table(suite: &Suite, table: &SideBySide, data: &Data) -> Result<Told, SuiteError> {
    let case = &table.case;
    if case.data && *data == Data::Absent {
        return Ok(Told::NoData);
    }
    let files = SuiteFiles::new(&suite.folder, recorded(case, data));
    let strategy = files.text(&case.strategy).await?;
    let (mut outcomes, mut heading) = (Vec::new(), String::new());
    for [protocol, preset] in &table.columns {
        let changed = with_protocol(&strategy, &table.venue, protocol, preset).ok_or_else(|| {
            SuiteError::Lines { strategy: case.strategy.clone(), venue: table.venue.clone() }
        })?;
        let (job, ran) = run(case, &files.clone().with(&case.strategy, changed)).await?;
        if heading.is_empty() {
            heading = format!("{}\n{}\n\n", job.strategy.name, job.scenario.name);
        }
        outcomes.push((format!("{protocol} {preset}"), ran.outcome));
    }
    let columns: Vec<_> =
        outcomes.iter().map(|(name, outcome)| Column { name: name.as_str(), outcome }).collect();
    Ok(Told::Report(heading + &compare_text(&columns)))
}

/// Runs every variant of a strategy in every scenario, and returns what came out side by side.
///
/// # Errors
///
/// As [`tell`].
pub async fn tell_comparison(
    suite: &Suite,
    comparison: &Comparison,
    data: &Data,
) -> Result<Told, SuiteError> {
    if comparison.data && *data == Data::Absent {
        return Ok(Told::NoData);
    }
    let files = SuiteFiles::new(&suite.folder, if comparison.data { data } else { &Data::Absent });
    let scenarios: Vec<ScenarioFrom> = comparison.scenarios.iter().cloned().map(ScenarioFrom::File).collect();
    let mut tried = Vec::new();
    for policies in &comparison.policies {
        let options = LoadOptions {
            strategy: StrategyFrom::File(comparison.strategy.clone()),
            data: Some("data".into()),
            policies: Some(policies.clone()),
            ..LoadOptions::default()
        };
        tried.push((policies, trials(&Registry::builtin(), &options, &scenarios, &files).await?));
    }
    let variants: Vec<Variant<'_>> = tried
        .iter()
        .map(|(name, tried)| Variant {
            name: (*name).clone(),
            worlds: tried.iter().map(Trial::world).collect(),
        })
        .collect();
    Ok(Told::Report(compare_worlds_text(&variants)))
}

/// Histories are read only where the case says so: without them the figures in the scenario must give the same report
/// everywhere.
fn recorded<'a>(case: &Case, data: &'a Data) -> &'a Data {
    if case.data { data } else { &Data::Absent }
}

async fn run(case: &Case, files: &SuiteFiles) -> Result<(Job, Ran), SuiteError> {
    let job = load(&Registry::builtin(), &options(case), files).await?;
    let ran = job.run()?;
    Ok((job, ran))
}

fn options(case: &Case) -> LoadOptions {
    LoadOptions {
        strategy: StrategyFrom::File(case.strategy.clone()),
        scenario: ScenarioFrom::File(case.scenario.clone()),
        data: Some("data".into()),
        ..LoadOptions::default()
    }
}

/// The strategy's text with another `protocol` and `preset` in the table of a venue; `None` where that table does not
/// have both of them, each in a line of its own.
fn with_protocol(strategy: &str, venue: &str, protocol: &str, preset: &str) -> Option<String> {
    let header = format!("[venues.{venue}]");
    let (mut inside, mut changed) = (false, [0; 2]);
    let lines = strategy.lines().map(|line| {
        if line.starts_with('[') {
            inside = line.trim_end() == header;
        }
        for (at, (key, value)) in [("protocol", protocol), ("preset", preset)].into_iter().enumerate() {
            if inside && line.starts_with(&format!("{key} = ")) {
                changed[at] += 1;
                return format!("{key} = \"{value}\"\n");
            }
        }
        format!("{line}\n")
    });
    let text = lines.collect();
    (changed == [1, 1]).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::with_protocol;

    #[test]
    fn only_the_two_lines_of_the_venue_change() {
        let text = "[venues.pool]\nprotocol = \"p\"\npreset = \"q\"\n[venues.bank]\nprotocol = \"a\"\npreset = \"b\"\n[[open]]\n";
        let changed = with_protocol(text, "bank", "c", "d");
        let expected = text.replace("\"a\"", "\"c\"").replace("\"b\"", "\"d\"");
        assert_eq!(changed.as_deref(), Some(expected.as_str()));
        assert_eq!(with_protocol(text, "other", "c", "d"), None);
        assert_eq!(with_protocol("[venues.bank]\nprotocol = \"a\"\n", "bank", "c", "d"), None);
    }
}
