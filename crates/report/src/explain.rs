use std::fmt::Write;

use levmine_composer::World;
use levmine_engine::{Explanation, LiquidationPoint, MarketView};
use levmine_lending::HealthFactor;
use levmine_market::{Cause, Price};
use levmine_math::{U256, Wad};
use serde_json::{Map, Value, json};

use crate::step::amount_json;
use crate::{Table, health, leverage, marks, percent_of, price, transaction_json, transaction_text, units};

/// An explanation with everything that is told of it.
#[derive(Debug, Clone, Copy)]
pub struct ExplainView<'a> {
    /// The strategy's name.
    pub strategy: &'a str,
    /// The scenario's name.
    pub scenario: &'a str,
    /// What the opening did.
    pub explanation: &'a Explanation,
    /// The world after it.
    pub world: &'a World,
}

/// The expanded steps, what they cost, and how far each market is from liquidation.
#[must_use]
pub fn explain_text(view: &ExplainView<'_>) -> String {
    let ExplainView { strategy, scenario, explanation, world } = view;
    let quote = world.quote;
    let mut text = format!("{strategy}\n{scenario}, opened at {}\n\nSteps\n", world.now.time);
    text.push_str(&transaction_text(world, &explanation.opening));
    let mut table = Table::new(2, &[1]);
    table.row(["capital", &marks(explanation.start, quote), quote.symbol()]);
    table.row(["equity after opening", &marks(explanation.equity, quote), quote.symbol()]);
    for cause in Cause::ALL {
        let cost = explanation.costs.part(cause);
        if cost != 0 {
            table.row([format!("  {cause}"), marks(cost, quote), quote.to_string()]);
        }
    }
    table.row(["assets", &marks(explanation.assets, quote), quote.symbol()]);
    table.row(["leverage", &leverage(explanation.assets, explanation.equity)]);
    let _ = write!(text, "\nPosition\n{}", table.text());
    for market in &explanation.markets {
        let _ = write!(text, "\nAt {}\n{}", world.name(market.at), market_text(market));
    }
    text
}

fn market_text(market: &MarketView) -> String {
    let mut table = Table::new(2, &[1]);
    for supplied in &market.position.supplied {
        let kind = if supplied.collateral { "supplied as collateral" } else { "supplied" };
        let (raw, asset) = (supplied.amount.raw, supplied.amount.asset);
        table.row([kind.to_string(), units(raw, asset), asset.to_string()]);
    }
    for debt in &market.position.debts {
        table.row(["owed".to_string(), units(debt.raw, debt.asset), debt.asset.to_string()]);
    }
    table.row(["loan-to-value".to_string(), share(market.health.debt, market.health.collateral)]);
    let limit = share(market.health.borrow_limit, market.health.collateral);
    table.row(["  may borrow up to".to_string(), limit]);
    let threshold = share(market.health.liquidation_limit, market.health.collateral);
    table.row(["  liquidated above".to_string(), threshold]);
    table.row(["health factor".to_string(), health(market.health.factor)]);
    for point in &market.liquidation {
        let asset = point.asset;
        let way = if point.at < point.now { "falls" } else { "rises" };
        let name = format!("liquidated if {asset} {way} to");
        table.row([
            name,
            price(point.at),
            format!("US dollars, {} from {}", change(point), price(point.now)),
        ]);
    }
    if market.liquidation.is_empty() && market.health.factor != HealthFactor::NoDebt {
        table.row(["no price of a single asset alone leads to liquidation"]);
    }
    table.text()
}

fn share(a: Wad, b: Wad) -> String {
    percent_of(signed(a.raw()), signed(b.raw()))
}

fn change(point: &LiquidationPoint) -> String {
    let (now, at) = (signed(point.now.0.raw()), signed(point.at.0.raw()));
    let change = at.saturating_sub(now);
    format!("{}{}", if change > 0 { "+" } else { "" }, percent_of(change, now))
}

fn signed(raw: U256) -> i128 {
    i128::try_from(raw).unwrap_or(i128::MAX)
}

/// The explanation as JSON, `"schema": "levmine.explain/1"`.
#[must_use]
pub fn explain_json(view: &ExplainView<'_>) -> Value {
    let ExplainView { strategy, scenario, explanation, world } = view;
    let quote = world.quote;
    let whole = |mark| marks(mark, quote).replace(',', "");
    let costs: Map<String, Value> = Cause::ALL
        .iter()
        .map(|cause| (cause.name().to_string(), json!(whole(explanation.costs.part(*cause)))))
        .collect();
    let wad = |value: Wad| value.raw().to_string();
    let markets: Vec<Value> = explanation
        .markets
        .iter()
        .map(|market| {
            let points: Vec<Value> = market
                .liquidation
                .iter()
                .map(|point| {
                    let text = |price: Price| price.0.raw().to_string();
                    json!({ "asset": point.asset.symbol(), "price": text(point.now), "liquidation_price": text(point.at) })
                })
                .collect();
            json!({
                "venue": world.name(market.at),
                "supplied": market.position.supplied.iter().map(|s| amount_json(&s.amount)).collect::<Vec<_>>(),
                "debts": market.position.debts.iter().map(amount_json).collect::<Vec<_>>(),
                "collateral_value": wad(market.health.collateral),
                "debt_value": wad(market.health.debt),
                "borrow_limit": wad(market.health.borrow_limit),
                "liquidation_limit": wad(market.health.liquidation_limit),
                "health_factor": match market.health.factor {
                    HealthFactor::NoDebt => Value::Null,
                    HealthFactor::Of(factor) => json!(wad(factor)),
                },
                "liquidation": points,
            })
        })
        .collect();
    json!({
        "schema": "levmine.explain/1",
        "strategy": strategy,
        "scenario": scenario,
        "time": world.now.time.0,
        "quote": { "asset": quote.symbol(), "decimals": quote.decimals() },
        "opening": transaction_json(world, quote, &explanation.opening),
        "capital": whole(explanation.start),
        "equity": whole(explanation.equity),
        "assets": whole(explanation.assets),
        "costs": costs,
        "markets": markets,
    })
}
