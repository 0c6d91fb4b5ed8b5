//! Which operation comes next.

use levmine_math::U256;
use levmine_yearn::v2;

use super::YearnTwin;
use super::contracts::{ACCOUNTS, STRATEGIES, account};
use crate::random::Random;
use crate::{Operation, ParityError};

/// What nobody holds: gifts stay below it, so that the bank never runs dry.
const LARGEST_GIFT_BITS: usize = 200;

fn bounded(amount: U256) -> U256 {
    let over = amount.bit_len().saturating_sub(LARGEST_GIFT_BITS);
    amount >> over
}

/// The amount, one more, one less, or something else.
fn near(random: &mut Random, amount: U256) -> U256 {
    match random.below(6) {
        0 => amount.saturating_add(U256::ONE),
        1 => amount.saturating_sub(U256::ONE),
        2 => random.amount(amount),
        _ => amount,
    }
}

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &mut YearnTwin, random: &mut Random) -> Result<Operation, ParityError> {
    let time = twin.now.saturating_add(random.wait());
    let model = twin.model()?.clone();
    let is_empty = model.total_supply.is_zero();
    let has_strategies = model.strategies.iter().any(|strategy| strategy.activation > 0);
    let name = random.weighted(&[
        (if is_empty { 60 } else { 16 }, "vault.deposit"),
        (if is_empty { 2 } else { 20 }, "vault.withdraw"),
        (if has_strategies { 26 } else { 1 }, "report"),
        (14, "earn"),
        (4, "lose"),
        (2, "donate"),
        (5, "strategy_config"),
        (if has_strategies { 2 } else { 25 }, "add_strategy"),
        (4, "update_strategy_debt_ratio"),
        (1, "update_strategy_performance_fee"),
        (1, "update_strategy_min_debt_per_harvest"),
        (1, "update_strategy_max_debt_per_harvest"),
        (1, "set_performance_fee"),
        (1, "set_management_fee"),
        (1, "set_locked_profit_degradation"),
        (1, "set_deposit_limit"),
        (if model.emergency_shutdown { 6 } else { 1 }, "set_emergency_shutdown"),
        (1, "revoke_strategy"),
        (1, "remove_strategy_from_queue"),
        (2, "add_strategy_to_queue"),
    ]);
    let drawn = Operation::new(name, time);
    let total = model.total_assets().unwrap_or(U256::MAX);
    match name {
        "vault.deposit" => deposit(twin, drawn, random, &model, total),
        "vault.withdraw" => withdraw(twin, drawn, random),
        "donate" => {
            let part = total >> 5_usize;
            Ok(drawn.amount("amount", bounded(random.amount(part))))
        }
        "set_performance_fee" | "set_management_fee" => Ok(drawn.amount("fee", bps(random))),
        "set_locked_profit_degradation" => {
            let usual = U256::from(46_000_000_000_000_u64);
            let all = U256::from(1_000_000_000_000_000_000_u64);
            let some = random.amount(all);
            Ok(drawn.amount("degradation", random.pick(&[U256::ZERO, usual, usual, all, some])))
        }
        "set_deposit_limit" => {
            let limit = if random.chance(70) { U256::MAX } else { near(random, total) };
            Ok(drawn.amount("limit", limit))
        }
        "set_emergency_shutdown" => Ok(drawn.with("active", !model.emergency_shutdown)),
        _ => of_strategy(drawn, random, &model, total),
    }
}

fn bps(random: &mut Random) -> U256 {
    let some = random.below(10_001);
    U256::from(random.pick(&[0, 50, 100, 200, 500, 1_000, 2_000, 5_000, 9_000, 10_000, 10_001, some]))
}

fn deposit(
    twin: &mut YearnTwin,
    drawn: Operation,
    random: &mut Random,
    model: &v2::Vault,
    total: U256,
) -> Result<Operation, ParityError> {
    let who = random.pick(&ACCOUNTS);
    let wallet = twin.contracts.balance(twin.contracts.asset, account(who))?;
    let amount = if model.total_supply.is_zero() && random.chance(80) {
        random.bits(twin.bits, twin.bits.saturating_add(2))
    } else if random.chance(8) {
        near(random, model.deposit_limit.saturating_sub(total))
    } else {
        random.amount(total)
    };
    Ok(drawn.by(who).amount("amount", amount).amount("wallet", wallet))
}

fn withdraw(twin: &mut YearnTwin, drawn: Operation, random: &mut Random) -> Result<Operation, ParityError> {
    let who = random.pick(&ACCOUNTS);
    let balance = twin.contracts.balance(twin.contracts.vault, account(who))?;
    let max_loss = random.pick(&[0, 1, 1, 50, 500, 10_000, 10_000, 10_000, 10_001]);
    let shares = if random.chance(10) { U256::MAX } else { random.amount(balance) };
    Ok(drawn
        .by(who)
        .amount("max_shares", shares)
        .amount("max_loss_bps", U256::from(max_loss))
        .amount("balance", balance))
}

fn of_strategy(
    drawn: Operation,
    random: &mut Random,
    model: &v2::Vault,
    total: U256,
) -> Result<Operation, ParityError> {
    let index = usize::try_from(random.below(STRATEGIES as u64)).unwrap_or_default();
    let Some(strategy) = model.strategies.get(index) else { return Err(drawn.unknown()) };
    let numbered = drawn.amount("strategy", U256::from(index));
    Ok(match numbered.name() {
        "report" => report(numbered, random, model, index),
        "earn" => {
            let part = if strategy.balance.is_zero() { total } else { strategy.balance } >> 5_usize;
            numbered.amount("amount", bounded(random.amount(part)))
        }
        "lose" => {
            let part = random.amount(strategy.balance >> 3_usize);
            numbered.amount("amount", part.min(strategy.balance))
        }
        "strategy_config" => {
            let delegated = if random.chance(50) { U256::ZERO } else { near(random, strategy.total_debt) };
            let exit = if random.chance(50) { 0 } else { random.below(700) };
            let liquid = if random.chance(60) { U256::MAX } else { random.amount(strategy.balance) };
            numbered
                .amount("delegated_assets", delegated)
                .amount("exit_loss_bps", U256::from(exit))
                .amount("liquid_limit", liquid)
        }
        "add_strategy" => {
            let ratio = random.pick(&[0, 1_000, 2_500, 5_000, 9_500, 10_000, 10_001]);
            let left = 10_000_u64.saturating_sub(u64::try_from(model.debt_ratio).unwrap_or(u64::MAX));
            let ratio = if random.chance(70) { ratio.min(left) } else { ratio };
            let min = if random.chance(80) { U256::ZERO } else { random.amount(total >> 4_usize) };
            let max = if random.chance(80) { U256::MAX } else { random.amount(total) };
            numbered
                .amount("debt_ratio", U256::from(ratio))
                .amount("min", min)
                .amount("max", max)
                .amount("fee", bps(random))
        }
        "update_strategy_debt_ratio" => numbered.amount("debt_ratio", bps(random)),
        "update_strategy_performance_fee" => numbered.amount("fee", bps(random)),
        "update_strategy_min_debt_per_harvest" => {
            numbered.amount("min", random.amount(strategy.max_debt_per_harvest.min(total)))
        }
        "update_strategy_max_debt_per_harvest" => {
            let max = if random.chance(50) { U256::MAX } else { random.amount(total) };
            numbered.amount("max", max)
        }
        _ => numbered,
    })
}

/// Mostly what an honest strategy would report, sometimes anything.
fn report(drawn: Operation, random: &mut Random, model: &v2::Vault, index: usize) -> Operation {
    let Some(strategy) = model.strategies.get(index) else { return drawn };
    let (has, owes) = (strategy.balance, strategy.total_debt);
    let mut gain = has.saturating_sub(owes);
    let mut loss = owes.saturating_sub(has);
    let outstanding = model.debt_outstanding(index).unwrap_or_default();
    let mut payment = outstanding.min(has.saturating_sub(gain));
    match random.below(10) {
        0 => gain = random.amount(has),
        1 => loss = random.amount(owes),
        2 => payment = near(random, outstanding),
        3 => payment = random.amount(has),
        4 => (gain, loss, payment) = (random.amount(has), random.amount(owes), random.amount(has)),
        _ => {}
    }
    drawn.amount("gain", gain).amount("loss", loss).amount("debt_payment", payment)
}
