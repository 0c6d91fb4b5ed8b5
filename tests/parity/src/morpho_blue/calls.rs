//! An operation as calls of the contract.

use levmine_math::{Rounding, mul_div};
use revm::primitives::{Address, U256};

use super::contracts::{CREATE, Contracts, SET_FEE, account};
use crate::abi::Value;
use crate::{Call, Operation, ParityError};

const SUPPLY: &str = "supply((address,address,address,address,uint256),uint256,uint256,address,bytes)";
const WITHDRAW: &str = "withdraw((address,address,address,address,uint256),uint256,uint256,address,address)";
const BORROW: &str = "borrow((address,address,address,address,uint256),uint256,uint256,address,address)";
const REPAY: &str = "repay((address,address,address,address,uint256),uint256,uint256,address,bytes)";
const LIQUIDATE: &str = "liquidate((address,address,address,address,uint256),address,uint256,uint256,bytes)";
const SUPPLY_COLLATERAL: &str =
    "supplyCollateral((address,address,address,address,uint256),uint256,address,bytes)";
const WITHDRAW_COLLATERAL: &str =
    "withdrawCollateral((address,address,address,address,uint256),uint256,address,address)";
const ACCRUE: &str = "accrueInterest((address,address,address,address,uint256))";

/// A position as the contract has it.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    supply_shares: U256,
    borrow_shares: U256,
    collateral: U256,
}

/// The calls that an operation stands for. Where the trait says "everything" or "at most", these are the calls of
/// somebody who has asked the contract first, in the same block.
pub(super) fn calls(contracts: &mut Contracts, operation: &Operation) -> Result<Vec<Call>, ParityError> {
    let call = match operation.name() {
        "supply" | "withdraw" | "borrow" | "repay" => plain(contracts, operation)?,
        "liquidate" => liquidate(contracts, operation)?,
        "flash_loan" => {
            let token = token(contracts, operation)?;
            let data = Value::Bytes(crate::abi::encode(&[token.into()]));
            let arguments = vec![token.into(), operation.number("amount")?.into(), data];
            let function = "flashLoan(address,uint256,bytes)";
            Call::new(caller(operation)?, contracts.borrower, function, arguments)
        }
        "setPrice" => set_price(contracts, operation.number("price")?),
        "donate" => {
            let arguments = vec![contracts.morpho.into(), operation.number("amount")?.into()];
            Call::new(
                caller(operation)?,
                token(contracts, operation)?,
                "transfer(address,uint256)",
                arguments,
            )
        }
        _ => own_function(contracts, operation)?,
    };
    Ok(vec![call])
}

/// The oracle's new price.
pub(super) fn set_price(contracts: &Contracts, price: U256) -> Call {
    Call::new(account("gov"), contracts.oracle, "setPrice(uint256)", vec![price.into()])
}

/// Functions with the contract's own arguments.
fn own_function(contracts: &Contracts, operation: &Operation) -> Result<Call, ParityError> {
    let params = contracts.params(operation.optional("lltv"));
    let amount = |key| Value::from(operation.optional(key).unwrap_or_default());
    let who = |key| operation.text(key).map(|name| Value::from(account(name)));
    let receiver = || operation.text("receiver").map_or_else(|_| caller(operation), |name| Ok(account(name)));
    let pair = || [amount("assets"), amount("shares")];
    let none = || Value::Bytes(Vec::new());
    let [assets, shares] = pair();
    let (function, arguments) = match operation.name() {
        "callSupply" => (SUPPLY, vec![params, assets, shares, who("onBehalf")?, none()]),
        "callWithdraw" => (WITHDRAW, vec![params, assets, shares, who("onBehalf")?, receiver()?.into()]),
        "callBorrow" => (BORROW, vec![params, assets, shares, who("onBehalf")?, receiver()?.into()]),
        "callRepay" => (REPAY, vec![params, assets, shares, who("onBehalf")?, none()]),
        "callLiquidate" => (
            LIQUIDATE,
            vec![params, who("borrower")?, amount("seizedAssets"), amount("repaidShares"), none()],
        ),
        "supplyCollateral" => (SUPPLY_COLLATERAL, vec![params, assets, who("onBehalf")?, none()]),
        "withdrawCollateral" => {
            (WITHDRAW_COLLATERAL, vec![params, assets, who("onBehalf")?, receiver()?.into()])
        }
        "accrueInterest" => (ACCRUE, vec![params]),
        "setAuthorization" => (
            "setAuthorization(address,bool)",
            vec![who("authorized")?, operation.flag("isAuthorized")?.into()],
        ),
        "setFee" => (SET_FEE, vec![contracts.params(None), amount("fee")]),
        "setFeeRecipient" => ("setFeeRecipient(address)", vec![who("feeRecipient")?]),
        "setOwner" => ("setOwner(address)", vec![who("owner")?]),
        "enableLltv" => ("enableLltv(uint256)", vec![amount("lltv")]),
        "enableIrm" => ("enableIrm(address)", vec![model(operation)?.into()]),
        "createMarket" => {
            let own = contracts.params(operation.optional("lltv"));
            let params = match operation.text("irm") {
                Ok(_) => contracts.params_with(model(operation)?, operation.optional("lltv")),
                Err(_) => own,
            };
            (CREATE, vec![params])
        }
        _ => return Err(operation.unknown()),
    };
    Ok(Call::new(caller(operation)?, contracts.morpho, function, arguments))
}

fn model(operation: &Operation) -> Result<Address, ParityError> {
    Ok(Contracts::model(operation.text("irm")? == "adaptive-curve"))
}

/// What the trait's plain operations stand for.
fn plain(contracts: &mut Contracts, operation: &Operation) -> Result<Call, ParityError> {
    let (name, caller) = (operation.name(), caller(operation)?);
    let owner = operation.text("on_behalf_of").map_or(caller, account);
    let params = contracts.params(None);
    let is_loan = token(contracts, operation)? == contracts.loan;
    let all = matches!(operation.text("amount"), Ok("all"));
    let amount = if all { U256::ZERO } else { operation.number("amount")? };
    let none = || Value::Bytes(Vec::new());
    let nothing = || Value::from(0_u64);
    let (function, arguments) = match (name, is_loan) {
        ("supply", true) => (SUPPLY, vec![params, amount.into(), nothing(), owner.into(), none()]),
        ("supply", false) => (SUPPLY_COLLATERAL, vec![params, amount.into(), owner.into(), none()]),
        ("withdraw", true) => {
            let shares = if all { position(contracts, owner)?.supply_shares } else { U256::ZERO };
            (WITHDRAW, vec![params, amount.into(), shares.into(), owner.into(), caller.into()])
        }
        ("withdraw", false) => {
            let amount = if all { position(contracts, owner)?.collateral } else { amount };
            (WITHDRAW_COLLATERAL, vec![params, amount.into(), owner.into(), caller.into()])
        }
        ("borrow", true) => (BORROW, vec![params, amount.into(), nothing(), owner.into(), caller.into()]),
        ("repay", true) => {
            let has = position(contracts, owner)?.borrow_shares;
            let closes = !amount.is_zero() && !has.is_zero() && amount >= worth_of(contracts, has)?;
            let (assets, shares) = if all || closes { (U256::ZERO, has) } else { (amount, U256::ZERO) };
            (REPAY, vec![params, assets.into(), shares.into(), owner.into(), none()])
        }
        _ => return Err(operation.unknown()),
    };
    Ok(Call::new(caller, contracts.morpho, function, arguments))
}

/// By shares; by all collateral where the shares do not go through for want of it.
fn liquidate(contracts: &mut Contracts, operation: &Operation) -> Result<Call, ParityError> {
    let caller = caller(operation)?;
    let borrower = account(operation.text("borrower")?);
    let Position { borrow_shares, collateral, .. } = position(contracts, borrower)?;
    let shares = match operation.text("repay") {
        Ok("all") => borrow_shares,
        _ => {
            let assets = operation.number("repay")?;
            if assets >= worth_of(contracts, borrow_shares)? {
                borrow_shares
            } else {
                let [supply, total] = debt(contracts)?;
                mul_div(assets, total, supply, Rounding::Down).map_err(|_| operation.unknown())?
            }
        }
    };
    let params = contracts.params(None);
    let morpho = contracts.morpho;
    let call = |seized: U256, shares: U256| {
        let arguments =
            vec![params.clone(), borrower.into(), seized.into(), shares.into(), Value::Bytes(Vec::new())];
        Call::new(caller, morpho, LIQUIDATE, arguments)
    };
    let by_shares = call(U256::ZERO, shares);
    let refused = contracts.chain.simulate(std::slice::from_ref(&by_shares))?.err();
    let too_much = refused.is_some_and(|reason| {
        let reason = reason.to_string();
        reason.starts_with("Panic") || reason == "max uint128 exceeded"
    });
    Ok(if too_much && !collateral.is_zero() { call(collateral, U256::ZERO) } else { by_shares })
}

/// The position as it is once interest is accrued; as it is stored where that fails.
fn position(contracts: &mut Contracts, owner: Address) -> Result<Position, ParityError> {
    let arguments = vec![contracts.id(), owner.into()];
    let words = after_accrual(contracts, "position(bytes32,address)", arguments)?;
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    Ok(Position { supply_shares: word(0), borrow_shares: word(1), collateral: word(2) })
}

/// All debt in base units and in shares, both with what is virtual, once interest is accrued.
fn debt(contracts: &mut Contracts) -> Result<[U256; 2], ParityError> {
    let arguments = vec![contracts.id()];
    let words = after_accrual(contracts, "market(bytes32)", arguments)?;
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    Ok([word(2).saturating_add(U256::ONE), word(3).saturating_add(U256::from(1_000_000))])
}

/// What shares of the debt cost, rounded up.
fn worth_of(contracts: &mut Contracts, shares: U256) -> Result<U256, ParityError> {
    let [assets, all] = debt(contracts)?;
    let fault = |error: levmine_math::MathError| ParityError::Operation {
        operation: "a debt".into(),
        problem: error.to_string(),
    };
    mul_div(shares, assets, all, Rounding::Up).map_err(fault)
}

fn after_accrual(
    contracts: &mut Contracts,
    function: &'static str,
    arguments: Vec<Value>,
) -> Result<Vec<U256>, ParityError> {
    let accrue = Call::new(Address::ZERO, contracts.morpho, ACCRUE, vec![contracts.params(None)]);
    let read = Call::new(Address::ZERO, contracts.morpho, function, arguments);
    if let Ok(answers) = contracts.chain.simulate(&[accrue, read.clone()])? {
        return Ok(answers.into_iter().nth(1).unwrap_or_default());
    }
    let answers = contracts.chain.simulate(&[read])?;
    Ok(answers.ok().and_then(|answers| answers.into_iter().next()).unwrap_or_default())
}

fn token(contracts: &Contracts, operation: &Operation) -> Result<Address, ParityError> {
    match operation.text("asset")? {
        super::LOAN => Ok(contracts.loan),
        super::COLLATERAL => Ok(contracts.collateral),
        _ => Err(operation.unknown()),
    }
}

/// Who sends the transaction.
fn caller(operation: &Operation) -> Result<Address, ParityError> {
    operation.who().map(account)
}

/// The words that a function returns, by name.
pub(super) fn returned(operation: &Operation, words: &[U256]) -> Vec<(&'static str, U256)> {
    let keys: &[&'static str] = match operation.name() {
        "supply" | "withdraw" | "borrow" | "repay" => &["assets"],
        "callSupply" | "callWithdraw" | "callBorrow" | "callRepay" => &["assets", "shares"],
        "liquidate" | "callLiquidate" => &["seizedAssets", "repaidAssets"],
        _ => &[],
    };
    keys.iter().copied().zip(words.iter().copied()).collect()
}
