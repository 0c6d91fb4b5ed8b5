//! The vault and the adapter in the same state.

use levmine_config::parse_json;
use levmine_market::{Assets, BlockClock, BuildContext, Dump, Moment, Step, Timestamp};
use levmine_math::U256;
use levmine_vault::Vault;
use levmine_yearn::{Contract, YearnVault, v2};
use serde_json::{Value, json};

use super::contracts::{Contracts, GOVERNANCE, STRATEGIES, account};
use super::{draw, state};
use crate::random::Random;
use crate::recorded::read_table;
use crate::twin::{Comparison, Twin};
use crate::{Call, Chain, Operation, ParityError};

/// When the vault begins.
const START: u64 = 1_700_000_000;

/// A vault and its model.
#[derive(Debug)]
pub struct YearnTwin {
    pub(super) contracts: Contracts,
    vault: YearnVault,
    pub(super) now: u64,
    /// The magnitude of a first deposit, in bits.
    pub(super) bits: u64,
}

/// The venue as it begins.
fn venue() -> Value {
    let strategies: Vec<Value> = (0..STRATEGIES).map(|_| json!({ "activation": "0" })).collect();
    json!({
        "version": "0.3.4",
        "asset": "WETH",
        "state": {
            "vault_token_balance": "0",
            "total_debt": "0",
            "total_supply": "0",
            "last_report": START.to_string(),
            "management_fee": "200",
            "performance_fee": "1000",
            "queue": [],
            "strategies": strategies,
        },
    })
}

impl YearnTwin {
    /// A new vault without deposits and strategies.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let assets = Assets::standard();
        let now = Moment { time: Timestamp(START), block: 0 };
        let context = BuildContext { venue: "venue", assets: &assets, now };
        let vault = read_table(&venue(), |fields| YearnVault::decode(fields, &context))?;
        let bits = 2 + random.below(110);
        Ok(Self { contracts: Contracts::deploy(START)?, vault, now: START, bits })
    }

    /// The contracts' side.
    pub const fn chain(&mut self) -> &mut Chain {
        &mut self.contracts.chain
    }

    /// The adapter's side in the contract's integers.
    pub(super) fn model(&self) -> Result<&v2::Vault, ParityError> {
        match self.vault.contract() {
            Contract::V2(vault) => Ok(vault),
            _ => {
                Err(ParityError::Operation { operation: "the vault".into(), problem: "is not of V2".into() })
            }
        }
    }

    /// What the contracts are called with.
    fn calls(&self, operation: &Operation) -> Result<Vec<Call>, ParityError> {
        let contracts = &self.contracts;
        let index = || operation.small("strategy").map(|at| usize::try_from(at).unwrap_or(usize::MAX));
        let strategy = || index().map(|at| contracts.strategy(at));
        let number = |key: &str| operation.number(key).map(crate::abi::Value::from);
        let by_governance =
            |function, arguments| Ok::<_, ParityError>(vec![contracts.call(GOVERNANCE, function, arguments)]);
        match operation.name() {
            "vault.deposit" => {
                let by = account(operation.who()?);
                Ok(vec![contracts.call(by, "deposit(uint256)", vec![number("amount")?])])
            }
            "vault.withdraw" => {
                let by = account(operation.who()?);
                let arguments = vec![number("max_shares")?, by.into(), number("max_loss_bps")?];
                Ok(vec![contracts.call(by, "withdraw(uint256,address,uint256)", arguments)])
            }
            "report" => {
                let arguments = vec![number("gain")?, number("loss")?, number("debt_payment")?];
                Ok(vec![contracts.call(strategy()?, "report(uint256,uint256,uint256)", arguments)])
            }
            "earn" => Ok(vec![contracts.gift(strategy()?, operation.number("amount")?)]),
            "lose" => Ok(vec![contracts.loss(strategy()?, operation.number("amount")?)]),
            "donate" => Ok(vec![contracts.gift(contracts.vault, operation.number("amount")?)]),
            "strategy_config" => {
                let arguments =
                    vec![number("delegated_assets")?, number("exit_loss_bps")?, number("liquid_limit")?];
                let to = strategy()?;
                Ok(vec![Call::new(to, to, "configure(uint256,uint256,uint256)", arguments)])
            }
            "set_performance_fee" => by_governance("setPerformanceFee(uint256)", vec![number("fee")?]),
            "set_management_fee" => by_governance("setManagementFee(uint256)", vec![number("fee")?]),
            "set_locked_profit_degradation" => {
                by_governance("setLockedProfitDegration(uint256)", vec![number("degradation")?])
            }
            "set_deposit_limit" => by_governance("setDepositLimit(uint256)", vec![number("limit")?]),
            "set_emergency_shutdown" => {
                by_governance("setEmergencyShutdown(bool)", vec![operation.flag("active")?.into()])
            }
            "update_strategy_performance_fee" => by_governance(
                "updateStrategyPerformanceFee(address,uint256)",
                vec![strategy()?.into(), number("fee")?],
            ),
            "update_strategy_debt_ratio" => by_governance(
                "updateStrategyDebtRatio(address,uint256)",
                vec![strategy()?.into(), number("debt_ratio")?],
            ),
            "update_strategy_min_debt_per_harvest" => by_governance(
                "updateStrategyMinDebtPerHarvest(address,uint256)",
                vec![strategy()?.into(), number("min")?],
            ),
            "update_strategy_max_debt_per_harvest" => by_governance(
                "updateStrategyMaxDebtPerHarvest(address,uint256)",
                vec![strategy()?.into(), number("max")?],
            ),
            "add_strategy" => by_governance(
                "addStrategy(address,uint256,uint256,uint256,uint256)",
                vec![
                    strategy()?.into(),
                    number("debt_ratio")?,
                    number("min")?,
                    number("max")?,
                    number("fee")?,
                ],
            ),
            "revoke_strategy" => by_governance("revokeStrategy(address)", vec![strategy()?.into()]),
            "add_strategy_to_queue" => by_governance("addStrategyToQueue(address)", vec![strategy()?.into()]),
            "remove_strategy_from_queue" => {
                by_governance("removeStrategyFromQueue(address)", vec![strategy()?.into()])
            }
            _ => Err(operation.unknown()),
        }
    }

    /// Lets the adapter do it.
    fn replay(&mut self, operation: &Operation) -> Result<Step, ParityError> {
        let text = Value::Array(vec![operation.to_json()]).to_string();
        let node = parse_json("operation", &text)?;
        let start = Moment { time: Timestamp(operation.time()), block: 0 };
        let mut last = None;
        let clock = BlockClock::ETHEREUM;
        levmine_vault::replay(&mut self.vault, &node, start, &clock, &mut |step| last = Some(step))?;
        last.ok_or_else(|| operation.unknown())
    }
}

/// What the adapter returns under this name is the first word that the contract returns.
fn output(name: &str) -> Option<&'static str> {
    match name {
        "vault.deposit" => Some("shares"),
        "vault.withdraw" => Some("value"),
        "report" => Some("debt_outstanding"),
        _ => None,
    }
}

impl Twin for YearnTwin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        draw::operation(self, random)
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.contracts.chain.set_time(self.now);
        let mut found = Comparison::default();
        let calls = self.calls(operation)?;
        let answers = self.contracts.chain.send(&calls)?;
        let step = self.replay(operation)?;
        match (&answers, &step.result) {
            (Ok(answers), Ok(result)) => {
                if let Some(key) = output(operation.name()) {
                    let word = answers.first().and_then(|words| words.first()).copied().unwrap_or(U256::MAX);
                    found.dumped(|| format!("the returned {key}"), word, result.get(key));
                }
            }
            (answers, result) => {
                // The vault gives no reasons, nor does its arithmetic.
                let contract = match answers {
                    Ok(_) => "done".into(),
                    Err(reason) if reason.to_string() == "no reason" => "no data".into(),
                    Err(reason) => reason.to_string(),
                };
                let adapter = match result {
                    Ok(_) => "done",
                    Err((code, _)) if code == "ARITHMETIC" => "no data",
                    Err((code, _)) => code,
                };
                found.text(|| "the outcome".into(), &contract, adapter);
                found.refusal = Some(contract);
            }
        }
        state::compare(&mut found, self, &step.state)?;
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.vault.dump()
    }

    fn beginning(&self) -> Value {
        let mut venue = venue();
        venue["protocol"] = json!("yearn");
        json!({ "start": START, "venue": venue })
    }
}
