//! The market in which a record begins.

use serde_json::{Map, Value, json};

use crate::ParityError;
use crate::recorded::{lacks, list_at, number_at, table_at, text_at};

/// The venue's table. The parameters are told in a person's terms, and the state leaves the bitmaps out: that the
/// configurations are the recorded ones, bit for bit, is compared before the first operation.
pub(super) fn venue(file: &Value) -> Result<Value, ParityError> {
    let setup = &file["setup"];
    let mut reserves = Map::new();
    for reserve in list_at(setup, "reserves")? {
        reserves.insert(text_at(reserve, "symbol")?.into(), listing(reserve)?);
    }
    let mut categories = Map::new();
    for category in list_at(setup, "eModes")? {
        let mut table = json!({
            "max_ltv": percent(category, "ltv")?,
            "liquidation_threshold": percent(category, "liquidationThreshold")?,
            "liquidation_bonus": bonus(category, "liquidationBonus")?,
            "collateral": category["collateralAssets"],
            "borrowable": category["borrowableAssets"],
        });
        if let Some(isolated) = category.get("isolated") {
            table["isolated"] = isolated.clone();
        }
        categories.insert(text_at(category, "id")?.into(), table);
    }
    let mut venue = json!({
        "version": text_at(file, "version")?,
        "reserves": reserves,
        "categories": categories,
        "flash_loan_premium": percent(setup, "flashLoanPremium")?,
        "state": state(setup)?,
    });
    if setup.get("flashLoanPremiumToProtocol").is_some() {
        venue["flash_loan_premium_to_protocol"] = percent(setup, "flashLoanPremiumToProtocol")?;
    }
    Ok(venue)
}

fn listing(reserve: &Value) -> Result<Value, ParityError> {
    let mut table = json!({
        "max_ltv": percent(reserve, "ltv")?,
        "liquidation_threshold": percent(reserve, "liquidationThreshold")?,
        "liquidation_bonus": bonus(reserve, "liquidationBonus")?,
        "liquidation_protocol_fee": percent(reserve, "liquidationProtocolFee")?,
        "reserve_factor": percent(reserve, "reserveFactor")?,
        "optimal_utilization": percent(reserve, "optimalUsageRatio")?,
        "base_rate": percent(reserve, "baseVariableBorrowRate")?,
        "slope1": percent(reserve, "variableRateSlope1")?,
        "slope2": percent(reserve, "variableRateSlope2")?,
        "supply_cap": cap(text_at(reserve, "supplyCap")?),
        "borrow_cap": cap(text_at(reserve, "borrowCap")?),
        "borrowable": reserve["borrowingEnabled"],
        "flash_loans": reserve["flashLoanEnabled"],
    });
    if reserve.get("debtCeiling").is_some() {
        let cents = small(reserve, "debtCeiling")?;
        table["debt_ceiling"] = json!(cap(&(cents / 100).to_string()));
    }
    if let Some(flag) = reserve.get("borrowableInIsolation") {
        table["borrowable_in_isolation"] = flag.clone();
    }
    Ok(table)
}

fn state(setup: &Value) -> Result<Value, ParityError> {
    let mut reserves = table_at(setup, "reservesState")?.clone();
    for (symbol, reserve) in &mut reserves {
        let reserve = reserve.as_object_mut().ok_or_else(|| lacks(symbol))?;
        reserve.remove("configuration").ok_or_else(|| lacks("configuration"))?;
    }
    let mut users = Map::new();
    for (name, fields) in table_at(setup, "usersState")? {
        let mut user = json!({ "scaledSupply": {}, "scaledDebt": {} });
        for (key, value) in fields.as_object().ok_or_else(|| lacks(name))? {
            match key.split_once('.') {
                None => user[key] = value.clone(),
                Some(("wallet", _)) => {}
                Some((token, asset)) => user[token][asset] = value.clone(),
            }
        }
        users.insert(name.clone(), user);
    }
    let mut state = json!({ "reserves": reserves, "users": users });
    if list_at(setup, "users")?.iter().any(|name| name == "umbrella") {
        state["umbrella"] = json!("umbrella");
    }
    Ok(state)
}

fn small(table: &Value, key: &str) -> Result<u64, ParityError> {
    u64::try_from(number_at(table, key)?).map_err(|_| lacks(key))
}

/// Basis points as a percentage.
fn percent(table: &Value, key: &str) -> Result<Value, ParityError> {
    Ok(percentage(small(table, key)?))
}

/// Basis points that hold the 100 %, without them.
fn bonus(table: &Value, key: &str) -> Result<Value, ParityError> {
    small(table, key)?.checked_sub(10_000).map(percentage).ok_or_else(|| lacks(key))
}

fn percentage(bps: u64) -> Value {
    json!(format!("{}.{:02}%", bps / 100, bps % 100))
}

/// A limit, of which 0 means that there is none.
fn cap(limit: &str) -> &str {
    if limit == "0" { "none" } else { limit }
}
