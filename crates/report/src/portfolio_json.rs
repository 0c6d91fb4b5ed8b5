use levmine_composer::World;
use levmine_engine::PartOutcome;
use levmine_market::{MARKS_PER_BASE_UNIT, Mark};
use serde_json::{Map, Value, json};

use crate::accuracy::accuracy_json;
use crate::portfolio_text::fixed;
use crate::step::amount_json;
use crate::{PortfolioView, RunView, run_json};

/// The report of a run of a portfolio as JSON, `"schema": "levmine.portfolio/1"`. Amounts in the portfolio's asset are
/// strings of base units, statistics strings with six places, null where there is none. Each strategy's own run stands
/// under `run` as its own report would be.
#[must_use]
pub fn portfolio_json(view: &PortfolioView<'_>) -> Value {
    let PortfolioView { portfolio, scenario, notes, outcome, world } = view;
    let parts: Map<String, Value> = outcome
        .parts
        .iter()
        .map(|(cause, part)| (cause.name().to_string(), json!(part.to_string())))
        .collect();
    let strategies: Vec<Value> =
        outcome.strategies.iter().map(|part| strategy(part, scenario, world)).collect();
    let matrix: Vec<Vec<Value>> =
        outcome.correlation.iter().map(|row| row.iter().map(|one| statistic(*one)).collect()).collect();
    let concentration: Vec<Value> = outcome
        .concentration
        .iter()
        .map(|one| {
            json!({
                "of": one.of.name(),
                "name": one.name,
                "opening_ppm": one.opening,
                "highest_ppm": one.highest,
                "highest_time": one.at.0,
            })
        })
        .collect();
    let tokens: Vec<Value> = outcome
        .tokens
        .iter()
        .map(|token| {
            json!({
                "asset": token.asset.symbol(),
                "held": base_units(token.held),
                "owed": base_units(token.owed),
            })
        })
        .collect();
    let limits: Vec<Value> = outcome
        .limits
        .iter()
        .map(|used| {
            json!({
                "of": used.limit.of.name(),
                "name": used.limit.name,
                "most_ppm": used.limit.most,
                "highest_ppm": used.highest.as_ref().map(|(parts, _, _)| parts),
                "highest_name": used.highest.as_ref().map(|(_, name, _)| name),
                "highest_time": used.highest.as_ref().map(|(_, _, at)| at.0),
                "steps_above": used.steps_above,
            })
        })
        .collect();
    let breaches: Vec<Value> = outcome
        .breaches
        .iter()
        .map(|breach| {
            json!({
                "limit": breach.limit,
                "name": breach.name,
                "from": breach.from.0,
                "to": breach.to.map(|to| to.0),
                "highest_ppm": breach.highest,
                "highest_time": breach.at.0,
            })
        })
        .collect();
    let series: Vec<Value> =
        outcome.series.iter().map(|(time, equity)| json!([time.0, base_units(*equity)])).collect();
    json!({
        "schema": "levmine.portfolio/1",
        "portfolio": portfolio,
        "scenario": scenario,
        "notes": notes,
        "from": outcome.span.0.0,
        "to": outcome.span.1.0,
        "quote": { "asset": outcome.asset.symbol(), "decimals": outcome.asset.decimals() },
        "start_equity": outcome.start_equity.to_string(),
        "final_equity": outcome.final_equity.to_string(),
        "attribution": parts,
        "max_drawdown_ppm": outcome.max_drawdown.0,
        "max_drawdown_time": outcome.max_drawdown.1.0,
        "volatility": statistic(outcome.volatility),
        "correlation": matrix,
        "strategies": strategies,
        "concentration": concentration,
        "tokens": tokens,
        "limits": limits,
        "breaches": breaches,
        "accuracy": accuracy_json(&outcome.accuracy),
        "audit": {
            "movements": outcome.audit.movements,
            "holdings": outcome.audit.balances,
            "supplies": outcome.audit.supplies,
        },
        "series": { "columns": ["time", "equity"], "rows": series },
    })
}

fn strategy(part: &PartOutcome, scenario: &str, world: &World) -> Value {
    let view = RunView { strategy: &part.name, scenario, notes: &[], outcome: &part.outcome, world };
    json!({
        "name": part.name,
        "weight": part.weight.normalize().to_string(),
        "capital": part.capital.iter().map(amount_json).collect::<Vec<_>>(),
        "start_equity": part.start_equity.to_string(),
        "final_equity": part.final_equity.to_string(),
        "volatility": statistic(part.volatility),
        "variance_part": statistic(part.contribution),
        "run": run_json(&view),
    })
}

fn statistic(value: Option<f64>) -> Value {
    match fixed(value, 6) {
        none if none == "-" => Value::Null,
        text => json!(text),
    }
}

fn base_units(mark: Mark) -> String {
    (mark / i128::from(MARKS_PER_BASE_UNIT)).to_string()
}
