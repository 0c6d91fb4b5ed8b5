//! Refusals carry the contract's own words, and change nothing.

use levmine_math::{Bps, U256};
use levmine_vault::{Refusal, Vault, VaultError};

use crate::support::{ALICE, asset, at, build, shares, special};

fn refused(vault: &dyn Vault, error: &VaultError, code: &str, refusal: Refusal) {
    assert_eq!((error.code(), error.refusal()), (Some(code), Some(refusal)), "{error}");
    assert!(error.to_string().starts_with("yearn refuses: "), "{error} {vault:?}");
}

#[test]
fn deposits() {
    for (preset, limit, nothing) in [
        ("v2-2021-09", "no data", "no data"),
        ("v3-2024-10", "exceed deposit limit", "cannot deposit zero"),
        ("tokenized-2024-10", "ERC4626: deposit more than max", "ZERO_SHARES"),
    ] {
        let most = if preset.starts_with("tokenized") { "5" } else { "10000005" };
        let mut vault = build(&format!("preset = {preset:?}\ndeposit_limit = {most:?}")).expect("a vault");
        let (before, amount) = (vault.dump(), asset(&*vault, 5_000_001));
        let error = vault.deposit(ALICE, amount, at(1)).expect_err("the limit");
        refused(&*vault, &error, limit, Refusal::LimitReached);
        let amount = asset(&*vault, 0);
        let error = vault.deposit(ALICE, amount, at(1)).expect_err("nothing");
        refused(&*vault, &error, nothing, Refusal::InvalidAmount);
        assert_eq!(vault.dump(), before);
        let amount = asset(&*vault, 5_000_000);
        assert_eq!(vault.max_deposit(amount.asset, at(1)).expect("a limit"), amount.raw);
        vault.deposit(ALICE, amount, at(1)).expect("the limit itself");
    }
}

#[test]
fn losses() {
    let losing = |vault: &mut dyn Vault| {
        let config = match vault.version() {
            "3.0.4" => "\"deposit_cap\": \"0\"",
            "tokenized-3.0.4" => {
                "\"available_withdraw_limit\": \"9000000000000000\", \"available_deposit_limit\": \"0\""
            }
            _ => "\"delegated_assets\": \"0\"",
        };
        let arguments =
            format!("{{\"exit_loss_bps\": \"100\", \"liquid_limit\": \"{}\", {config}}}", U256::MAX);
        special(vault, "strategy_config", &arguments, at(1)).expect("a setting");
    };
    for (preset, code) in
        [("v2-2023-01", "no data"), ("v3-2024-10", "too much loss"), ("tokenized-2024-10", "too much loss")]
    {
        let mut vault = build(&format!("preset = {preset:?}")).expect("a vault");
        losing(&mut *vault);
        let all = shares(&*vault, 5_000_000_000_000);
        let error = vault.redeem(ALICE, all, Bps::new(1), at(2)).expect_err("a loss");
        refused(&*vault, &error, code, Refusal::Loss);
        let done = vault.redeem(ALICE, all, Bps::new(100), at(2)).expect("a loss that is accepted");
        assert!(!done.loss.is_zero(), "{preset}");
        assert_eq!(done.received.raw + done.loss, all.raw, "{preset}");
    }
}

#[test]
fn closed() {
    let mut vault = build("preset = \"v2-2021-03\"").expect("a vault");
    special(&mut *vault, "set_emergency_shutdown", "{\"active\": true}", at(1)).expect("a switch");
    let amount = asset(&*vault, 1_000_000);
    let error = vault.deposit(ALICE, amount, at(2)).expect_err("shut");
    refused(&*vault, &error, "no data", Refusal::Closed);
    assert_eq!(vault.max_deposit(amount.asset, at(2)).expect("a limit"), U256::ZERO);
    let some = shares(&*vault, 1_000_000);
    vault.redeem(ALICE, some, Bps::ZERO, at(2)).expect("leaving is always possible");

    let mut vault = build("preset = \"v3-2024-10\"").expect("a vault");
    special(&mut *vault, "shutdown_vault", "{}", at(1)).expect("a switch");
    let error = vault.deposit(ALICE, amount, at(2)).expect_err("shut");
    refused(&*vault, &error, "exceed deposit limit", Refusal::LimitReached);
    let error = special(&mut *vault, "shutdown_vault", "{}", at(3)).expect_err("once only");
    refused(&*vault, &error, "no data", Refusal::Closed);
}

#[test]
fn roles() {
    let mut vault = build("preset = \"v3-2024-10\"").expect("a vault");
    let arguments = "{\"by\": \"bob\", \"amount\": \"1\"}";
    let error = special(&mut *vault, "set_minimum_total_idle", arguments, at(1)).expect_err("no role");
    refused(&*vault, &error, "not allowed", Refusal::NotAllowed);
    let mut vault = build("preset = \"tokenized-2024-10\"").expect("a vault");
    let error = special(&mut *vault, "report", "{\"by\": \"bob\"}", at(1)).expect_err("no keeper");
    refused(&*vault, &error, "!keeper", Refusal::NotAllowed);
}

#[test]
fn debt_is_bought_and_lent_again() {
    let mut vault = build("preset = \"v3-2024-10\"").expect("a vault");
    let done = special(&mut *vault, "buy_debt", "{\"amount\": \"1000000000000\"}", at(1)).expect("a sale");
    assert_eq!(crate::support::json(&done), "{\"paid\":\"1000000000000\",\"shares\":\"1000000000000\"}");
    special(&mut *vault, "set_auto_allocate", "{\"auto_allocate\": true}", at(1)).expect("a switch");
    let amount = asset(&*vault, 1_000_000);
    vault.deposit(ALICE, amount, at(2)).expect("a deposit");
    assert_eq!(crate::support::number(&vault.dump(), "total_idle"), U256::ZERO);
    let error = special(&mut *vault, "buy_debt", "{\"amount\": \"0\"}", at(3)).expect_err("nothing");
    assert_eq!(error.code(), Some("nothing to buy with"));
}
