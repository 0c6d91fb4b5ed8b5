//! The conformance suite of vaults.

use levmine_market::Dump;
use levmine_masterchef::MasterChefVault;
use levmine_testkit::vault::{Rebuild, VaultSetup, conformance};
use levmine_vault::Vault;
use serde_json::json;

use crate::chefs::{START, decode, decode_json, farm, fork, value};

/// Every rounding is against who acts: no allowance.
fn check(vault: MasterChefVault, rebuild: Rebuild) {
    conformance(&VaultSetup::new(Box::new(vault), START).rebuilt_by(rebuild));
}

fn rebuilt(terms: serde_json::Value, dump: &Dump) -> Result<Box<dyn Vault>, String> {
    let mut table = terms;
    table["state"] = value(dump);
    decode_json(&table).map(|vault| Box::new(vault) as Box<dyn Vault>).map_err(|error| error.to_string())
}

#[test]
fn two_pools_among_many() {
    check(farm(), |dump| rebuilt(json!({}), dump));
}

#[test]
fn a_fork_that_takes_its_own_reward() {
    check(fork(), |dump| {
        let precision = "1000000000000000000";
        let terms =
            json!({ "reward": "CAKE", "precision": precision, "bonus_multiplier": 3, "dev_divisor": 11 });
        rebuilt(terms, dump)
    });
}

#[test]
fn no_rewards_yet_and_nobody_else() {
    let text = "per_day = \"1000\"\nstart = \"2021-03-05\"\npools = [{ stake = \"ODD\", alloc = 1 }]";
    check(decode(text).expect("a chef"), |dump| rebuilt(json!({}), dump));
}
