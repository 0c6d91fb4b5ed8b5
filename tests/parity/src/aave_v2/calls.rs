//! An operation as calls of the contracts.

use revm::primitives::{Address, U256};

use super::contracts::{ACCOUNTS, Contracts, DEPLOYER, RECEIVER, account};
use crate::abi::Value;
use crate::{Call, Operation, ParityError};

const STABLE: u64 = 1;
const VARIABLE: u64 = 2;

/// The arguments of a strategy, in the order of its constructor.
pub(super) const CURVE: [&str; 6] = [
    "optimalUtilizationRate",
    "baseVariableBorrowRate",
    "variableRateSlope1",
    "variableRateSlope2",
    "stableRateSlope1",
    "stableRateSlope2",
];

/// The calls that an operation stands for.
pub(super) fn calls(contracts: &mut Contracts, operation: &Operation) -> Result<Vec<Call>, ParityError> {
    let name = operation.name();
    let (pool, configurator) = (contracts.pool, contracts.configurator);
    if name == "setPoolPause" {
        let arguments = vec![operation.flag("paused")?.into()];
        return Ok(vec![Call::new(DEPLOYER, configurator, "setPoolPause(bool)", arguments)]);
    }
    if name == "liquidate" {
        let collateral = contracts.tokens(operation.text("collateral")?)?.underlying;
        let debt = contracts.tokens(operation.text("debt")?)?.underlying;
        let arguments = vec![
            collateral.into(),
            debt.into(),
            account(operation.text("borrower")?).into(),
            operation.number_or_all("repay")?.into(),
            operation.flag("keep_supplied")?.into(),
        ];
        let function = "liquidationCall(address,address,address,uint256,bool)";
        return Ok(vec![Call::new(caller(operation)?, pool, function, arguments)]);
    }
    if name == "setReserveInterestRateStrategy" {
        let mut curve = [U256::ZERO; 6];
        for (place, key) in curve.iter_mut().zip(CURVE) {
            *place = operation.number(key)?;
        }
        let asset = contracts.tokens(operation.text("asset")?)?.underlying;
        let strategy = contracts.strategy(curve)?;
        let function = "setReserveInterestRateStrategyAddress(address,address)";
        return Ok(vec![Call::new(DEPLOYER, configurator, function, vec![asset.into(), strategy.into()])]);
    }
    of_reserve(contracts, operation)
}

fn of_reserve(contracts: &Contracts, operation: &Operation) -> Result<Vec<Call>, ParityError> {
    let (pool, configurator) = (contracts.pool, contracts.configurator);
    let tokens = contracts.tokens(operation.text("asset")?)?;
    let asset = Value::from(tokens.underlying);
    let by_user =
        |to: Address, function, arguments| Ok(vec![Call::new(caller(operation)?, to, function, arguments)]);
    let by_admin = |function, arguments| Ok(vec![Call::new(DEPLOYER, configurator, function, arguments)]);
    let amount = || operation.number_or_all("amount").map(Value::from);
    let owner = || owner(operation).map(Value::from);
    let zero = || Value::from(0_u64);
    let name = operation.name();
    match name {
        "supply" => {
            by_user(pool, "deposit(address,uint256,address,uint16)", vec![asset, amount()?, owner()?, zero()])
        }
        "withdraw" => by_user(pool, "withdraw(address,uint256,address)", vec![asset, amount()?, owner()?]),
        "borrow" | "borrowStable" => by_user(
            pool,
            "borrow(address,uint256,uint256,uint16,address)",
            vec![asset, amount()?, rate_mode(name == "borrowStable"), zero(), owner()?],
        ),
        "repay" | "repayStable" => by_user(
            pool,
            "repay(address,uint256,uint256,address)",
            vec![asset, amount()?, rate_mode(name == "repayStable"), owner()?],
        ),
        "swapBorrowRateMode" => {
            let stable = operation.text("rateMode")? == "stable";
            by_user(pool, "swapBorrowRateMode(address,uint256)", vec![asset, rate_mode(stable)])
        }
        "rebalanceStableBorrowRate" => {
            let user = account(operation.text("user")?).into();
            let function = "rebalanceStableBorrowRate(address,address)";
            Ok(vec![Call::new(account(ACCOUNTS[0]), pool, function, vec![asset, user])])
        }
        "set_collateral" => {
            let enabled = operation.flag("enabled")?;
            by_user(pool, "setUserUseReserveAsCollateral(address,bool)", vec![asset, enabled.into()])
        }
        "approve_borrow" | "approveStableBorrow" => {
            let token = if name == "approve_borrow" { tokens.debt } else { tokens.stable };
            let delegatee = account(operation.text("delegatee")?);
            by_user(token, "approveDelegation(address,uint256)", vec![delegatee.into(), amount()?])
        }
        "flash_loan" => by_user(
            pool,
            "flashLoan(address,address[],uint256[],uint256[],address,bytes,uint16)",
            vec![
                RECEIVER.into(),
                Value::List(vec![asset]),
                Value::List(vec![amount()?]),
                Value::List(vec![zero()]),
                RECEIVER.into(),
                Value::Bytes(Vec::new()),
                zero(),
            ],
        ),
        "transferAToken" => {
            let to = account(operation.text("to")?);
            by_user(tokens.supply, "transfer(address,uint256)", vec![to.into(), amount()?])
        }
        "donate" => {
            by_user(tokens.underlying, "transfer(address,uint256)", vec![tokens.supply.into(), amount()?])
        }
        "set_price" => {
            let price = super::price::read(operation.text("price")?).ok_or_else(|| operation.unknown())?;
            let function = "setAssetPrice(address,uint256)";
            Ok(vec![Call::new(DEPLOYER, contracts.oracle, function, vec![asset, price.into()])])
        }
        "setMarketBorrowRate" => {
            let arguments = vec![asset, operation.number("rate")?.into()];
            let function = "setMarketBorrowRate(address,uint256)";
            Ok(vec![Call::new(DEPLOYER, contracts.rates, function, arguments)])
        }
        "setReserveFactor" => by_admin(
            "setReserveFactor(address,uint256)",
            vec![asset, operation.small("reserveFactor")?.into()],
        ),
        "setReserveActive" => {
            let active = operation.flag("active")?;
            by_admin(
                if active { "activateReserve(address)" } else { "deactivateReserve(address)" },
                vec![asset],
            )
        }
        "setReserveFreeze" => {
            let freeze = operation.flag("freeze")?;
            by_admin(if freeze { "freezeReserve(address)" } else { "unfreezeReserve(address)" }, vec![asset])
        }
        "setReserveBorrowing" if operation.flag("enabled")? => {
            let stable = operation.flag("stableRate")?.into();
            by_admin("enableBorrowingOnReserve(address,bool)", vec![asset, stable])
        }
        "setReserveBorrowing" => by_admin("disableBorrowingOnReserve(address)", vec![asset]),
        "setReserveStableRate" => {
            let enabled = operation.flag("enabled")?;
            let function = if enabled {
                "enableReserveStableRate(address)"
            } else {
                "disableReserveStableRate(address)"
            };
            by_admin(function, vec![asset])
        }
        "setReserveCollateral" => by_admin(
            "configureReserveAsCollateral(address,uint256,uint256,uint256)",
            vec![
                asset,
                operation.small("ltv")?.into(),
                operation.small("liquidationThreshold")?.into(),
                operation.small("liquidationBonus")?.into(),
            ],
        ),
        _ => Err(operation.unknown()),
    }
}

fn rate_mode(stable: bool) -> Value {
    Value::from(if stable { STABLE } else { VARIABLE })
}

/// Who sends the transaction.
fn caller(operation: &Operation) -> Result<Address, ParityError> {
    operation.who().map(account)
}

/// Whose position changes.
fn owner(operation: &Operation) -> Result<Address, ParityError> {
    Ok(match operation.text("on_behalf_of") {
        Ok(owner) => account(owner),
        Err(_) => caller(operation)?,
    })
}

/// Whether what a function returns is an amount to compare.
pub(super) fn returned(operation: &Operation, answers: &[Vec<U256>]) -> Option<U256> {
    let is_amount = matches!(operation.name(), "withdraw" | "repay" | "repayStable");
    answers.last()?.first().copied().filter(|_| is_amount)
}
