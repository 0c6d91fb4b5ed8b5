//! An operation as calls of the contracts.

use revm::primitives::{Address, U256};

use super::contracts::{ACCOUNTS, Contracts, DEPLOYER, RECEIVER, account, ray_per_bps};
use crate::abi::Value;
use crate::{Call, Operation, ParityError};

/// Borrowing at the variable rate.
const VARIABLE: u64 = 2;

/// The calls that an operation stands for.
pub(super) fn calls(contracts: &mut Contracts, operation: &Operation) -> Result<Vec<Call>, ParityError> {
    let name = operation.name();
    let (pool, configurator, oracle) = (contracts.pool, contracts.configurator, contracts.oracle);
    if name == "mintToTreasury" {
        let mut assets = Vec::new();
        for symbol in operation.names("assets") {
            assets.push(Value::from(contracts.tokens(symbol)?.underlying));
        }
        let anybody = account(ACCOUNTS[0]);
        return Ok(vec![Call::new(anybody, pool, "mintToTreasury(address[])", vec![Value::List(assets)])]);
    }
    if let Some(calls) = of_all_reserves(operation, configurator)? {
        return Ok(calls);
    }
    if name == "set_mode" {
        let arguments = vec![operation.small("mode")?.into()];
        return Ok(vec![Call::new(caller(operation)?, pool, "setUserEMode(uint8)", arguments)]);
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
    if name == "setReserveInterestRate" || name == "setReserveInterestRateStrategy" {
        let unit = if name == "setReserveInterestRate" { ray_per_bps() } else { U256::ONE };
        let mut curve = [U256::ZERO; 4];
        let keys =
            ["optimalUsageRatio", "baseVariableBorrowRate", "variableRateSlope1", "variableRateSlope2"];
        for (place, key) in curve.iter_mut().zip(keys) {
            *place = operation.number(key)?.saturating_mul(unit);
        }
        let asset = contracts.tokens(operation.text("asset")?)?.underlying;
        let strategy = contracts.strategy(curve)?;
        let function = "setReserveInterestRateStrategyAddress(address,address)";
        return Ok(vec![Call::new(DEPLOYER, configurator, function, vec![asset.into(), strategy.into()])]);
    }
    let tokens = contracts.tokens(operation.text("asset")?)?;
    let asset = Value::from(tokens.underlying);
    let by_user =
        |to: Address, function, arguments| Ok(vec![Call::new(caller(operation)?, to, function, arguments)]);
    let by_admin = |function, arguments| Ok(vec![Call::new(DEPLOYER, configurator, function, arguments)]);
    let amount = || operation.number_or_all("amount").map(Value::from);
    let owner = || owner(operation).map(Value::from);
    let zero = || Value::from(0_u64);
    match name {
        "supply" => {
            by_user(pool, "supply(address,uint256,address,uint16)", vec![asset, amount()?, owner()?, zero()])
        }
        "withdraw" => by_user(pool, "withdraw(address,uint256,address)", vec![asset, amount()?, owner()?]),
        "borrow" => by_user(
            pool,
            "borrow(address,uint256,uint256,uint16,address)",
            vec![asset, amount()?, VARIABLE.into(), zero(), owner()?],
        ),
        "repay" => by_user(
            pool,
            "repay(address,uint256,uint256,address)",
            vec![asset, amount()?, VARIABLE.into(), owner()?],
        ),
        "repayWithATokens" => by_user(
            pool,
            "repayWithATokens(address,uint256,uint256)",
            vec![asset, amount()?, VARIABLE.into()],
        ),
        "set_collateral" => {
            let enabled = operation.flag("enabled")?;
            by_user(pool, "setUserUseReserveAsCollateral(address,bool)", vec![asset, enabled.into()])
        }
        "approve_borrow" => {
            let delegatee = account(operation.text("delegatee")?);
            by_user(tokens.debt, "approveDelegation(address,uint256)", vec![delegatee.into(), amount()?])
        }
        "flash_loan" => by_user(
            pool,
            "flashLoanSimple(address,address,uint256,bytes,uint16)",
            vec![RECEIVER.into(), asset, amount()?, Value::Bytes(Vec::new()), zero()],
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
            Ok(vec![Call::new(DEPLOYER, oracle, function, vec![asset, price.into()])])
        }
        "setReserveFactor" => by_admin(
            "setReserveFactor(address,uint256)",
            vec![asset, operation.small("reserveFactor")?.into()],
        ),
        "setLiquidationProtocolFee" => by_admin(
            "setLiquidationProtocolFee(address,uint256)",
            vec![asset, operation.small("fee")?.into()],
        ),
        "setSupplyCap" => {
            by_admin("setSupplyCap(address,uint256)", vec![asset, operation.small("cap")?.into()])
        }
        "setBorrowCap" => {
            by_admin("setBorrowCap(address,uint256)", vec![asset, operation.small("cap")?.into()])
        }
        "setReserveFreeze" => {
            by_admin("setReserveFreeze(address,bool)", vec![asset, operation.flag("freeze")?.into()])
        }
        "setReservePause" => {
            by_admin("setReservePause(address,bool)", vec![asset, operation.flag("paused")?.into()])
        }
        "setReserveActive" => {
            by_admin("setReserveActive(address,bool)", vec![asset, operation.flag("active")?.into()])
        }
        "setReserveBorrowing" => {
            by_admin("setReserveBorrowing(address,bool)", vec![asset, operation.flag("enabled")?.into()])
        }
        "setReserveFlashLoaning" => {
            by_admin("setReserveFlashLoaning(address,bool)", vec![asset, operation.flag("enabled")?.into()])
        }
        "setBorrowableInIsolation" => {
            let borrowable = operation.flag("borrowable")?;
            by_admin("setBorrowableInIsolation(address,bool)", vec![asset, borrowable.into()])
        }
        "setSiloedBorrowing" => {
            by_admin("setSiloedBorrowing(address,bool)", vec![asset, operation.flag("siloed")?.into()])
        }
        "setDebtCeiling" => {
            let ceiling = operation.small("debtCeiling")?;
            by_admin("setDebtCeiling(address,uint256)", vec![asset, ceiling.into()])
        }
        "setAssetEModeCategory" => {
            let category = operation.small("categoryId")?;
            by_admin("setAssetEModeCategory(address,uint8)", vec![asset, category.into()])
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

/// What governance sets for the whole pool.
fn of_all_reserves(operation: &Operation, configurator: Address) -> Result<Option<Vec<Call>>, ParityError> {
    let call = |function, arguments| Call::new(DEPLOYER, configurator, function, arguments);
    Ok(match operation.name() {
        "setFlashLoanPremium" => {
            let part = operation.small("premiumToProtocol")?;
            Some(vec![
                call("updateFlashloanPremiumTotal(uint128)", vec![operation.small("premium")?.into()]),
                call("updateFlashloanPremiumToProtocol(uint128)", vec![part.into()]),
            ])
        }
        "setEModeCategory" => Some(vec![call(
            "setEModeCategory(uint8,uint16,uint16,uint16,address,string)",
            vec![
                operation.small("categoryId")?.into(),
                operation.small("ltv")?.into(),
                operation.small("liquidationThreshold")?.into(),
                operation.small("liquidationBonus")?.into(),
                Address::ZERO.into(),
                "category".into(),
            ],
        )]),
        _ => None,
    })
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
    let is_amount = matches!(operation.name(), "withdraw" | "repay" | "repayWithATokens");
    answers.last()?.first().copied().filter(|_| is_amount)
}
