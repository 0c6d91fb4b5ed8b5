//! A record's setup as a venue's table.

use levmine_market::{Asset, Assets};
use levmine_math::{U256, format_units};
use serde_json::{Map, Value, json};

use crate::ParityError;
use crate::recorded::{lacks, list_at, number_at, table_at, text_at};

/// Who governs in all records.
pub(super) const GOVERNOR: &str = "gov";

/// A record's assets by the names that its operations use.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) base: Asset,
    pub(super) collaterals: Vec<Asset>,
    pub(super) rewards: Asset,
}

impl Tokens {
    pub(super) fn of(setup: &Value) -> Result<Self, ParityError> {
        Ok(Self {
            base: asset(&setup["base"])?,
            collaterals: list_at(setup, "collaterals")?.iter().map(asset).collect::<Result<_, _>>()?,
            rewards: asset(&setup["rewardToken"])?,
        })
    }

    pub(super) fn known(&self) -> Assets {
        let mut assets = Assets::standard();
        for asset in self.collaterals.iter().chain([&self.base, &self.rewards]) {
            assets.insert(*asset);
        }
        assets
    }
}

fn asset(table: &Value) -> Result<Asset, ParityError> {
    let decimals = text_at(table, "decimals")?.parse().map_err(|_| lacks("decimals"))?;
    Asset::new(text_at(table, "symbol")?, decimals).map_err(|_| lacks("symbol"))
}

/// What the constructor was given, in a person's terms, without any state.
pub(super) fn venue(setup: &Value, tokens: &Tokens) -> Result<Map<String, Value>, ParityError> {
    let decimals = tokens.base.decimals();
    let whole = |key: &str| Ok::<_, ParityError>(json!(format_units(number_at(setup, key)?, decimals)));
    let factor = |key: &str| percent(setup, key);
    let mut rates = Map::new();
    for side in ["supply", "borrow"] {
        rates.insert(format!("{side}_kink"), factor(&format!("{side}Kink"))?);
        for (ours, theirs) in [("base", "Base"), ("slope_low", "SlopeLow"), ("slope_high", "SlopeHigh")] {
            rates.insert(format!("{side}_{ours}"), factor(&format!("{side}PerYearInterestRate{theirs}"))?);
        }
    }
    let mut collaterals = Map::new();
    for (listed, asset) in list_at(setup, "collaterals")?.iter().zip(&tokens.collaterals) {
        let table = json!({
            "borrow_collateral_factor": percent(listed, "borrowCollateralFactor")?,
            "liquidate_collateral_factor": percent(listed, "liquidateCollateralFactor")?,
            "liquidation_factor": percent(listed, "liquidationFactor")?,
            "supply_cap": format_units(number_at(listed, "supplyCap")?, asset.decimals()),
        });
        collaterals.insert(asset.symbol().into(), table);
    }
    let speed = |key: &str| Ok::<_, ParityError>(format_units(number_at(setup, key)?, 15));
    let venue = json!({
        "base": tokens.base.symbol(),
        "store_front_price_factor": factor("storeFrontPriceFactor")?,
        "target_reserves": whole("targetReserves")?,
        "base_borrow_min": whole("baseBorrowMin")?,
        "rates": rates,
        "collaterals": collaterals,
        "rewards": {
            "token": tokens.rewards.symbol(),
            "base_tracking_supply_speed": speed("baseTrackingSupplySpeed")?,
            "base_tracking_borrow_speed": speed("baseTrackingBorrowSpeed")?,
            "base_min_for_rewards": whole("baseMinForRewards")?,
            "multiplier": format_units(number_at(&setup["rewardToken"], "multiplier")?, 18),
            "funded": 0,
        },
    });
    venue.as_object().cloned().ok_or_else(|| lacks("setup"))
}

/// The state at the beginning: nobody has anything yet, and the rewards never run out.
pub(super) fn state(setup: &Value) -> Result<Value, ParityError> {
    let names = table_at(setup, "accounts")?.keys();
    let users: Map<String, Value> = names.map(|name| (name.clone(), json!({}))).collect();
    Ok(json!({
        "users": users,
        "lastAccrualTime": text_at(setup, "time")?,
        "governor": GOVERNOR,
        "rewardsHeld": (U256::ONE << 200_usize).to_string(),
    }))
}

/// An integer with 18 decimals as a percentage.
fn percent(table: &Value, key: &str) -> Result<Value, ParityError> {
    Ok(json!(format!("{}%", format_units(number_at(table, key)?, 16))))
}
