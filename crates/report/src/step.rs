use levmine_composer::{Executed, Transaction, World};
use levmine_market::{Asset, TokenAmount};
use serde_json::{Value, json};

use crate::{Table, amount, units};

/// The steps of a transaction with what they moved, a line each.
#[must_use]
pub fn transaction_text(world: &World, done: &Transaction) -> String {
    let mut table = Table::new(2, &[]);
    for step in &done.steps {
        let verb = format!("{}{}", "  ".repeat(step.depth), step.verb.replace('_', " "));
        table.row([verb, world.name(step.at).to_string(), moved(step)]);
    }
    if table.is_empty() {
        table.row(["nothing to do"]);
    }
    table.text()
}

fn moved(step: &Executed) -> String {
    let list = |amounts: &[TokenAmount]| amounts.iter().map(|a| amount(*a)).collect::<Vec<_>>().join(" + ");
    match (step.paid.is_empty(), step.received.is_empty()) {
        (true, true) => String::new(),
        (false, true) => list(&step.paid),
        (true, false) => format!("-> {}", list(&step.received)),
        (false, false) => format!("{} -> {}", list(&step.paid), list(&step.received)),
    }
}

/// A transaction as JSON.
#[must_use]
pub fn transaction_json(world: &World, quote: Asset, done: &Transaction) -> Value {
    let list = |amounts: &[TokenAmount]| amounts.iter().map(amount_json).collect::<Vec<_>>();
    let steps: Vec<Value> = done
        .steps
        .iter()
        .map(|step| {
            json!({
                "verb": step.verb,
                "venue": world.name(step.at),
                "depth": step.depth,
                "paid": list(&step.paid),
                "received": list(&step.received),
            })
        })
        .collect();
    json!({ "steps": steps, "gas_units": done.gas_units, "gas_cost": units(done.gas_cost, quote).replace(',', ""), "gas_data": units(done.gas_data, quote).replace(',', "") })
}

pub(crate) fn amount_json(amount: &TokenAmount) -> Value {
    json!({
        "asset": amount.asset.symbol(),
        "raw": amount.raw.to_string(),
        "amount": units(amount.raw, amount.asset).replace(',', ""),
    })
}
