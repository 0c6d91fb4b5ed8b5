//! An operation as calls of the contracts.

use levmine_math::U256;
use revm::primitives::Address;

use super::contracts::{Contracts, DEPLOYER, account, comp, oracle_price};
use super::listing::{BLOCKS_PER_YEAR, Curve};
use crate::abi::Value;
use crate::{Call, Operation, ParityError};

/// What cannot be read off an operation alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// The cTokens of whoever withdraws everything.
    pub(super) tokens: U256,
    /// The cTokens that a liquidator will get and makes tokens of.
    pub(super) seized: U256,
    /// The decimals of the operation's asset.
    pub(super) decimals: u8,
}

/// The calls that an operation stands for.
pub(super) fn calls(
    contracts: &mut Contracts,
    operation: &Operation,
    asked: Asked,
) -> Result<Vec<Call>, ParityError> {
    let (comptroller, oracle) = (contracts.comptroller, contracts.oracle);
    let caller = || operation.who().map(account);
    let by_admin = |to: Address, function, arguments| Ok(vec![Call::new(DEPLOYER, to, function, arguments)]);
    let number = |key| operation.number(key).map(Value::from);
    match operation.name() {
        "accrue" => {
            let accrue = |ctoken| Call::new(DEPLOYER, ctoken, "accrueInterest()", Vec::new());
            return Ok(contracts.markets.iter().map(|tokens| accrue(tokens.ctoken)).collect());
        }
        "claim" => {
            let holder = caller()?;
            let arguments = vec![holder.into()];
            return Ok(vec![Call::new(holder, comptroller, "claimComp(address)", arguments)]);
        }
        "liquidate" => return liquidate(contracts, operation, asked),
        "fundComp" => {
            let arguments = vec![comptroller.into(), number("amount")?];
            return Ok(vec![Call::new(caller()?, comp(), "transfer(address,uint256)", arguments)]);
        }
        "_grantComp" => {
            let arguments = vec![caller()?.into(), number("amount")?];
            return by_admin(comptroller, "_grantComp(address,uint256)", arguments);
        }
        "_setCloseFactor" => {
            let factor = vec![number("newCloseFactorMantissa")?];
            return by_admin(comptroller, "_setCloseFactor(uint256)", factor);
        }
        "_setLiquidationIncentive" => {
            let incentive = vec![number("newLiquidationIncentiveMantissa")?];
            return by_admin(comptroller, "_setLiquidationIncentive(uint256)", incentive);
        }
        "_setTransferPaused" => {
            return by_admin(comptroller, "_setTransferPaused(bool)", vec![operation.flag("state")?.into()]);
        }
        "_setSeizePaused" => {
            return by_admin(comptroller, "_setSeizePaused(bool)", vec![operation.flag("state")?.into()]);
        }
        _ => {}
    }
    let tokens = contracts.tokens(operation.text("asset")?)?;
    let ctoken = tokens.ctoken;
    let by_user = |function, arguments| Ok(vec![Call::new(caller()?, ctoken, function, arguments)]);
    let amount = || operation.number_or_all("amount").map(Value::from);
    let list = |value: Value| Value::List(vec![value]);
    match operation.name() {
        "supply" => by_user("mint(uint256)", vec![amount()?]),
        "withdraw" if operation.text("amount")? == "all" => {
            by_user("redeem(uint256)", vec![asked.tokens.into()])
        }
        "withdraw" => by_user("redeemUnderlying(uint256)", vec![amount()?]),
        "redeem" => by_user("redeem(uint256)", vec![number("tokens")?]),
        "borrow" => by_user("borrow(uint256)", vec![amount()?]),
        "repay" => match operation.text("on_behalf_of") {
            Ok(owner) => {
                by_user("repayBorrowBehalf(address,uint256)", vec![account(owner).into(), amount()?])
            }
            Err(_) => by_user("repayBorrow(uint256)", vec![amount()?]),
        },
        "set_collateral" => {
            let (function, argument) = if operation.flag("enabled")? {
                ("enterMarkets(address[])", list(ctoken.into()))
            } else {
                ("exitMarket(address)", ctoken.into())
            };
            Ok(vec![Call::new(caller()?, comptroller, function, vec![argument])])
        }
        "transfer" => {
            let to = account(operation.text("to")?);
            by_user("transfer(address,uint256)", vec![to.into(), number("tokens")?])
        }
        "accrueInterest" => by_admin(ctoken, "accrueInterest()", Vec::new()),
        "donate" => {
            let arguments = vec![ctoken.into(), amount()?];
            Ok(vec![Call::new(caller()?, tokens.underlying, "transfer(address,uint256)", arguments)])
        }
        "set_price" => {
            let price = super::price::read(operation.text("price")?).ok_or_else(|| operation.unknown())?;
            let price = oracle_price(price, asked.decimals);
            let arguments = vec![tokens.underlying.into(), price.into()];
            by_admin(oracle, "setDirectPrice(address,uint256)", arguments)
        }
        "_addReserves" => by_user("_addReserves(uint256)", vec![amount()?]),
        "_reduceReserves" => by_admin(ctoken, "_reduceReserves(uint256)", vec![amount()?]),
        "_setReserveFactor" => {
            by_admin(ctoken, "_setReserveFactor(uint256)", vec![number("newReserveFactorMantissa")?])
        }
        "_setInterestRateModel" => {
            let model = contracts.model(&curve(operation)?)?;
            by_admin(ctoken, "_setInterestRateModel(address)", vec![model.into()])
        }
        "_setCollateralFactor" => by_admin(
            comptroller,
            "_setCollateralFactor(address,uint256)",
            vec![ctoken.into(), number("newCollateralFactorMantissa")?],
        ),
        "_setMarketBorrowCaps" => by_admin(
            comptroller,
            "_setMarketBorrowCaps(address[],uint256[])",
            vec![list(ctoken.into()), list(number("newBorrowCap")?)],
        ),
        "_setMintPaused" => by_admin(
            comptroller,
            "_setMintPaused(address,bool)",
            vec![ctoken.into(), operation.flag("state")?.into()],
        ),
        "_setBorrowPaused" => by_admin(
            comptroller,
            "_setBorrowPaused(address,bool)",
            vec![ctoken.into(), operation.flag("state")?.into()],
        ),
        "_setCompSpeeds" => by_admin(
            comptroller,
            "_setCompSpeeds(address[],uint256[],uint256[])",
            vec![list(ctoken.into()), list(number("supplySpeed")?), list(number("borrowSpeed")?)],
        ),
        _ => Err(operation.unknown()),
    }
}

/// Seizes cTokens, and makes tokens of them where they are not kept.
fn liquidate(contracts: &Contracts, operation: &Operation, asked: Asked) -> Result<Vec<Call>, ParityError> {
    let debt = contracts.tokens(operation.text("debt")?)?.ctoken;
    let collateral = contracts.tokens(operation.text("collateral")?)?.ctoken;
    let caller = account(operation.who()?);
    let borrower = account(operation.text("borrower")?);
    let arguments = vec![borrower.into(), operation.number("repay")?.into(), collateral.into()];
    let mut calls = vec![Call::new(caller, debt, "liquidateBorrow(address,uint256,address)", arguments)];
    if !operation.flag("keep_supplied")? {
        calls.push(Call::new(caller, collateral, "redeem(uint256)", vec![asked.seized.into()]));
    }
    Ok(calls)
}

/// The rate model of an operation: the contract with yearly rates comes to the same as the one with rates per block.
fn curve(operation: &Operation) -> Result<Curve, ParityError> {
    let model = operation.to_json()["model"].clone();
    let read = |key: &str| {
        let text = model[key].as_str().ok_or_else(|| operation.lacks(key))?;
        U256::from_str_radix(text, 10).map_err(|_| operation.lacks(key))
    };
    let yearly = |key| read(key).map(|rate| rate.saturating_mul(U256::from(BLOCKS_PER_YEAR)));
    let (base, multiplier) = (yearly("baseRatePerBlock")?, yearly("multiplierPerBlock")?);
    if model.get("kink").is_none() {
        return Ok(Curve::WhitePaper([base, multiplier]));
    }
    Ok(Curve::Jump([base, multiplier, yearly("jumpMultiplierPerBlock")?, read("kink")?]))
}
