use levmine_engine::{EventKind, Lateness, Outcome};
use levmine_lending::HealthFactor;
use levmine_market::{MARKS_PER_BASE_UNIT, VenueId};
use serde_json::{Map, Value, json};

use crate::accuracy::accuracy_json;
use crate::gas::gas_json;
use crate::run_text::describe;
use crate::step::amount_json;
use crate::{RunView, transaction_json};

/// The report of a run as JSON, `"schema": "levmine.run/1"`. Amounts in the quote asset are strings of base units.
#[must_use]
pub fn run_json(view: &RunView<'_>) -> Value {
    let RunView { strategy, scenario, notes, outcome, world } = view;
    let name = |at: VenueId| world.name(at).to_string();
    let parts: Map<String, Value> = outcome
        .parts
        .iter()
        .map(|(cause, part)| (cause.name().to_string(), json!(part.to_string())))
        .collect();
    let events: Vec<Value> = outcome
        .events
        .iter()
        .map(|event| {
            let mut line = json!({
                "time": event.time.0,
                "kind": match event.kind {
                    EventKind::Policy { .. } => "policy",
                    EventKind::PolicyFailed { .. } => "policy_failed",
                    EventKind::PolicyDecided { .. } => "policy_decided",
                    EventKind::PolicyDropped { .. } => "policy_dropped",
                    EventKind::PolicyLate { .. } => "policy_late",
                    EventKind::PolicyGaveWay { .. } => "policy_gave_way",
                    EventKind::VolatilityUnknown { .. } => "volatility_unknown",
                    EventKind::Liquidation { .. } => "liquidation",
                    EventKind::LiquidationDeclined { .. } => "liquidation_declined",
                    EventKind::OthersRefused { .. } => "others_refused",
                    EventKind::Sale { .. } => "sale",
                    EventKind::World { .. } => "world",
                    EventKind::Exploit { .. } => "exploit",
                    EventKind::Sandwich(_) => "sandwich",
                    EventKind::Cover(_) => "cover",
                },
                "text": describe(world, outcome, event),
                "equity": base_units(event.equity),
            });
            if let (Value::Object(line), EventKind::Liquidation { at, outcome: done, penalty }) =
                (&mut line, &event.kind)
            {
                let list = |amounts: &[levmine_market::TokenAmount]| {
                    amounts.iter().map(amount_json).collect::<Vec<_>>()
                };
                line.insert("venue".into(), json!(name(*at)));
                line.insert("repaid".into(), json!(list(&done.repaid)));
                line.insert("seized".into(), json!(list(&done.seized)));
                line.insert("bad_debt".into(), json!(list(&done.bad_debt)));
                line.insert("penalty".into(), json!(base_units(*penalty)));
            }
            if let Value::Object(line) = &mut line {
                crate::trouble::details(line, world, &event.kind);
                of_policy(&event.kind, line);
            }
            line
        })
        .collect();
    let left = |amounts: &[(VenueId, levmine_market::TokenAmount)]| {
        amounts
            .iter()
            .map(|(at, amount)| json!({ "venue": name(*at), "amount": amount_json(amount) }))
            .collect::<Vec<_>>()
    };
    let reasons = outcome.settlement.reasons.iter();
    let reasons: Vec<Value> = reasons.map(|(at, why)| json!({ "venue": name(*at), "reason": why })).collect();
    let series: Vec<Value> = outcome
        .samples
        .iter()
        .map(|sample| json!([sample.time.0, base_units(sample.equity), factor(sample.health)]))
        .collect();
    let lowest = outcome.metrics.lowest_health;
    json!({
        "schema": "levmine.run/1",
        "strategy": strategy,
        "scenario": scenario,
        "notes": notes,
        "from": outcome.span.0.0,
        "to": outcome.span.1.0,
        "quote": { "asset": outcome.quote.symbol(), "decimals": outcome.quote.decimals() },
        "start_equity": outcome.start_equity.to_string(),
        "final_equity": outcome.final_equity.to_string(),
        "attribution": parts,
        "gas": gas_json(world, outcome),
        "opening": transaction_json(world, outcome.quote, &outcome.opening),
        "events": events,
        "metrics": {
            "steps": outcome.metrics.steps,
            "lowest_health_factor": lowest.map(|(health, _)| factor(health)),
            "lowest_health_factor_time": lowest.map(|(_, time)| time.0),
            "max_drawdown_ppm": outcome.metrics.max_drawdown.0,
            "max_drawdown_time": outcome.metrics.max_drawdown.1.0,
            "liquidations": outcome.metrics.liquidations,
            "policy_actions": outcome.metrics.policy_acts,
            "policy_failures": outcome.metrics.policy_failures,
            "policy_decisions": outcome.metrics.policy_decisions,
            "policy_drops": outcome.metrics.policy_drops,
            "policy_late": outcome.metrics.policy_late,
            "policy_gave_way": outcome.metrics.policy_gave_way,
            "events_left_out": outcome.metrics.events_left_out,
        },
        "wallet": outcome.wallet.iter().map(amount_json).collect::<Vec<_>>(),
        "owed": left(&outcome.settlement.owed),
        "bad_debt": left(&outcome.settlement.bad_debt),
        "stranded": left(&outcome.settlement.stranded),
        "stranded_because": reasons,
        "unpaid_premium": outcome.settlement.unpaid_premium.to_string(),
        "accuracy": accuracy_json(&outcome.accuracy),
        "audit": audit(outcome),
        "series": { "columns": ["time", "equity", "health_factor"], "rows": series },
    })
}

/// Which policy an event is about, and what else a program may want to know of it.
fn of_policy(kind: &EventKind, line: &mut Map<String, Value>) {
    let at = match kind {
        EventKind::Policy { policy, transactions, .. } => {
            line.insert("transactions".into(), json!(transactions));
            policy
        }
        EventKind::PolicyFailed { policy, reason, .. } => {
            line.insert("reason".into(), json!(reason));
            policy
        }
        EventKind::PolicyDecided { policy, acts, .. } => {
            line.insert("acts_from".into(), json!(acts.0));
            policy
        }
        EventKind::PolicyDropped { policy, decided, idle, .. } => {
            line.insert("decided".into(), json!(decided.0));
            line.insert("reason".into(), json!(if *idle { "nothing_to_do" } else { "trigger_over" }));
            policy
        }
        EventKind::PolicyLate { policy, why, .. } => {
            let reason = match why {
                Lateness::Delayed { .. } => "delayed",
                Lateness::Failed => "failed",
                Lateness::Holding => "holding",
                Lateness::Resting => "resting",
            };
            line.insert("reason".into(), json!(reason));
            if let Lateness::Delayed { decided } = why {
                line.insert("decided".into(), json!(decided.0));
            }
            policy
        }
        EventKind::PolicyGaveWay { policy, to, opposes, .. } => {
            line.insert("gave_way_to".into(), json!(to));
            line.insert("reason".into(), json!(if *opposes { "opposes" } else { "trigger" }));
            policy
        }
        EventKind::VolatilityUnknown { policy, .. } => policy,
        _ => return,
    };
    line.insert("policy".into(), json!(at));
}

fn audit(outcome: &Outcome) -> Value {
    json!({
        "movements": outcome.audit.movements,
        "holdings": outcome.audit.balances,
        "supplies": outcome.audit.supplies,
    })
}

pub(crate) fn base_units(mark: i128) -> String {
    (mark / i128::from(MARKS_PER_BASE_UNIT)).to_string()
}

/// The health factor in wad as a decimal string; null without debt.
fn factor(health: HealthFactor) -> Value {
    match health {
        HealthFactor::NoDebt => Value::Null,
        HealthFactor::Of(factor) => json!(factor.raw().to_string()),
    }
}
