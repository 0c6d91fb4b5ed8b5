//! An operation as calls of the contract.

use levmine_math::U256;
use revm::primitives::Address;

use super::contracts::{Contracts, account};
use crate::abi::Value;
use crate::{Call, Operation, ParityError};

const DEPOSIT: &str = "deposit(uint256,uint256)";
const WITHDRAW: &str = "withdraw(uint256,uint256)";

/// The calls that an operation stands for; `pools` is what is staked in each, `own` where the caller has a stake.
pub(super) fn calls(
    contracts: &Contracts,
    operation: &Operation,
    pools: &[&'static str],
    own: &[usize],
) -> Result<Vec<Call>, ParityError> {
    let by = account(operation.who()?);
    let amount = |key| operation.number(key).map(Value::from);
    let call = |function, arguments| Call::new(by, contracts.chef, function, arguments);
    let flag = |key| operation.flag(key).map(Value::from);
    let who = |key| operation.text(key).map(|name| Value::from(account(name)));
    // The first pool of an asset.
    let pool = || {
        let symbol = operation.text("asset")?;
        let pid = pools.iter().position(|known| *known == symbol);
        pid.map(|pid| Value::from(U256::from(pid))).ok_or_else(|| operation.lacks("asset"))
    };
    Ok(match operation.name() {
        "deposit" => {
            let approval = contracts.approve(by, operation.text("asset")?)?;
            vec![approval, call(DEPOSIT, vec![pool()?, amount("amount")?])]
        }
        "redeem" => vec![call(WITHDRAW, vec![pool()?, amount("shares")?])],
        "claim" => own.iter().map(|pid| call(DEPOSIT, vec![U256::from(*pid).into(), 0_u64.into()])).collect(),
        "callDeposit" => {
            let pid = operation.number("pid")?;
            let staked = usize::try_from(pid).ok().and_then(|pid| pools.get(pid));
            let approval = staked.map(|symbol| contracts.approve(by, symbol)).transpose()?;
            let deposit = call(DEPOSIT, vec![pid.into(), amount("amount")?]);
            approval.into_iter().chain([deposit]).collect()
        }
        "callWithdraw" => vec![call(WITHDRAW, vec![amount("pid")?, amount("amount")?])],
        "emergencyWithdraw" => vec![call("emergencyWithdraw(uint256)", vec![amount("pid")?])],
        "updatePool" => vec![call("updatePool(uint256)", vec![amount("pid")?])],
        // A fork's owner updates all pools before he writes his rate.
        "massUpdatePools" | "setSushiPerBlock" => vec![call("massUpdatePools()", Vec::new())],
        "add" => {
            let token = contracts.token(operation.text("lpToken")?)?;
            let arguments = vec![amount("allocPoint")?, token.into(), flag("withUpdate")?];
            vec![call("add(uint256,address,bool)", arguments)]
        }
        "set" => {
            let arguments = vec![amount("pid")?, amount("allocPoint")?, flag("withUpdate")?];
            vec![call("set(uint256,uint256,bool)", arguments)]
        }
        "dev" => vec![call("dev(address)", vec![who("devaddr")?])],
        "transferOwnership" => vec![call("transferOwnership(address)", vec![who("newOwner")?])],
        "renounceOwnership" => vec![call("renounceOwnership()", Vec::new())],
        "donate" => {
            let token: Address = contracts.token(operation.text("asset")?)?;
            let arguments = vec![contracts.chef.into(), amount("amount")?];
            vec![Call::new(by, token, "transfer(address,uint256)", arguments)]
        }
        _ => return Err(operation.unknown()),
    })
}
