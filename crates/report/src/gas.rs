//! What transactions have cost.

use levmine_composer::{GasSpent, World};
use levmine_engine::{Outcome, PolicyCosts};
use levmine_market::Asset;
use levmine_math::U256;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{Table, percent_of, units};

/// The section of a report; nothing where nothing was paid.
pub(crate) fn gas_text(world: &World, outcome: &Outcome) -> Option<String> {
    let (all, quote) = (outcome.gas.all, outcome.quote);
    if all.cost.is_zero() {
        return None;
    }
    let mut table = Table::new(2, &[1]);
    let counted = |count: u64| count.to_string();
    table.row([
        "transactions".into(),
        counted(all.transactions.into()),
        format!("of {} units of gas", grouped(all.units)),
    ]);
    let each = format!("{quote}, {} each on average", units(each(all), quote));
    table.row(["cost".into(), units(all.cost, quote), each]);
    if !all.data.is_zero() {
        let part = percent_of(signed(all.data), signed(all.cost));
        table.row(["of that for data".into(), units(all.data, quote), format!("{quote}, {part}")]);
    }
    let unpaid = outcome.settlement.unpaid_gas;
    if !unpaid.is_zero() {
        let why = format!("{quote}, because nothing was left to pay it with");
        table.row(["of that unpaid".into(), units(unpaid, quote), why]);
    }
    let mut text = format!("\nGas on {}\n{}", world.chain.title, table.text());
    for policy in &outcome.gas.policies {
        for line in policy_lines(policy, outcome) {
            text.push_str(&line);
        }
    }
    Some(text)
}

/// `each "every 7d: compound" cost 1.10 USDC on average`, what that is in a year, and when it pays.
fn policy_lines(policy: &PolicyCosts, outcome: &Outcome) -> Vec<String> {
    let quote = outcome.quote;
    let (acts, times) = (policy.acts, if policy.acts == 1 { "once" } else { "times" });
    let times = if acts == 1 { times.to_string() } else { format!("{acts} {times}") };
    let cost = units(policy.spent.cost / U256::from(acts.max(1)), quote);
    let mut lines = vec![format!("  each \"{}\" cost {cost} {quote} on average, {times}", policy.text)];
    if let Some(year) = policy.per_year {
        let part = percent_of(signed(year), outcome.start_equity);
        lines.push(format!(
            "    so often for a year: {} {quote}, {part} of the capital at the start",
            units(year, quote)
        ));
    }
    if let Some(compounding) = policy.compounding {
        let (rate, gain) = (percent(compounding.rate), percent(compounding.gain));
        lines.push(match compounding.from {
            Some(from) => format!(
                "    pays above a capital of {} {quote}: to the {rate} a year that waited to be put to work it adds {gain}",
                units(from, quote)
            ),
            None => format!("    pays at no capital: to the {rate} a year that waited to be put to work it adds nothing"),
        });
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The costs as JSON; amounts are strings of base units of the quote asset.
pub(crate) fn gas_json(world: &World, outcome: &Outcome) -> Value {
    let spent = |spent: GasSpent| {
        json!({
            "transactions": spent.transactions,
            "units": spent.units,
            "cost": spent.cost.to_string(),
            "data": spent.data.to_string(),
        })
    };
    let all = outcome.gas.all;
    let policies: Vec<Value> = outcome
        .gas
        .policies
        .iter()
        .map(|policy| {
            json!({
                "policy": policy.policy,
                "text": policy.text,
                "acts": policy.acts,
                "spent": spent(policy.spent),
                "cost_per_year": policy.per_year.map(|cost| cost.to_string()),
                "compounding": policy.compounding.map(|compounding| json!({
                    "rate": compounding.rate.normalize().to_string(),
                    "gain": compounding.gain.normalize().to_string(),
                    "pays_above": compounding.from.map(|from| from.to_string()),
                })),
            })
        })
        .collect();
    json!({
        "chain": world.chain.name,
        "all": spent(all),
        "average_cost": each(all).to_string(),
        "unpaid": outcome.settlement.unpaid_gas.to_string(),
        "policies": policies,
    })
}

fn each(spent: GasSpent) -> U256 {
    spent.cost / U256::from(spent.transactions.max(1))
}

fn signed(raw: U256) -> i128 {
    i128::try_from(raw).unwrap_or(i128::MAX)
}

/// `12.34%`, and more places where they would all be zeros.
fn percent(fraction: Decimal) -> String {
    let percent = fraction.saturating_mul(Decimal::ONE_HUNDRED);
    let places = if percent.abs() < Decimal::new(1, 1) { 4 } else { 2 };
    format!("{:.1$}%", percent.trunc_with_scale(places), places as usize)
}

/// `4,123,456`.
fn grouped(number: u64) -> String {
    Asset::new("GAS", 0).map_or_else(|_| number.to_string(), |none| units(U256::from(number), none))
}
