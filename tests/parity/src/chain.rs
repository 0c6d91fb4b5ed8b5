//! A chain in memory: accounts without keys, blocks at will, real bytecode.

use std::fmt;

use revm::Database;
use revm::context::result::ExecutionResult;
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::database::{CacheDB, EmptyDB};
use revm::handler::{ExecuteCommitEvm, ExecuteEvm, MainBuilder, MainnetContext, MainnetEvm};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, Log, TxKind, U256};
use revm::state::{AccountInfo, Bytecode};

use crate::abi::{self, Value};
use crate::artifact::Artifact;
use crate::{ParityError, Reason};

type State = CacheDB<EmptyDB>;

/// Room for the largest deployment, and so small that a call which burns all of it does not overflow anything.
const GAS: u64 = 1 << 40;

/// What a call returns: its words, or the reason of its failure.
pub type Answer = Result<Vec<U256>, Reason>;

/// Finds the reason of a refusal in what a call returned and in its events.
pub type Refused<'a> = dyn Fn(&Call, &[U256], &[Log]) -> Option<Reason> + 'a;

/// One call of a transaction.
#[derive(Debug, Clone)]
pub struct Call {
    /// Who calls.
    pub from: Address,
    /// Whom.
    pub to: Address,
    /// The function, like `transfer(address,uint256)`.
    pub function: &'static str,
    /// Its arguments.
    pub arguments: Vec<Value>,
}

impl Call {
    /// A call.
    #[must_use]
    pub const fn new(from: Address, to: Address, function: &'static str, arguments: Vec<Value>) -> Self {
        Self { from, to, function, arguments }
    }
}

/// The chain.
pub struct Chain {
    machine: MainnetEvm<MainnetContext<State>>,
    time: u64,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain").field("time", &self.time).finish_non_exhaustive()
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// An empty chain at time 1.
    #[must_use]
    pub fn new() -> Self {
        let mut cfg = CfgEnv::new_with_spec(SpecId::CANCUN);
        cfg.disable_nonce_check = true;
        // Contracts act as callers where a wallet of theirs approves something.
        cfg.disable_eip3607 = true;
        cfg.limit_contract_code_size = Some(usize::MAX);
        cfg.limit_contract_initcode_size = Some(usize::MAX);
        cfg.tx_gas_limit_cap = Some(u64::MAX);
        let context: MainnetContext<State> = Context::new(CacheDB::default(), SpecId::CANCUN);
        let block = BlockEnv { gas_limit: u64::MAX, basefee: 0, ..BlockEnv::default() };
        let machine = context.with_cfg(cfg).with_block(block).build_mainnet();
        Self { machine, time: 1 }
    }

    /// The time of the block that is built.
    #[must_use]
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// Lets the following transactions happen at `time`.
    pub fn set_time(&mut self, time: u64) {
        self.time = time;
        self.machine.ctx.modify_block(|block| {
            block.timestamp = U256::from(time);
            block.number = U256::from(time / 12);
        });
    }

    /// Deploys a contract from a package's artifact.
    ///
    /// # Errors
    ///
    /// [`ParityError::Call`] where the constructor fails.
    pub fn deploy(
        &mut self,
        from: Address,
        artifact: &Artifact,
        libraries: &[(&str, Address)],
        arguments: &[Value],
    ) -> Result<Address, ParityError> {
        let mut code = artifact.bytecode(libraries)?;
        code.extend(abi::encode(arguments));
        let transaction = self.transaction(from, TxKind::Create, code);
        let result = self.machine.transact_commit(transaction).map_err(machine)?;
        let address = result.created_address();
        match (answer(result), address) {
            (Ok(_), Some(address)) => Ok(address),
            (Ok(_), None) => Err(failed("a constructor", &Reason::Nothing)),
            (Err(reason), _) => Err(failed("a constructor", &reason)),
        }
    }

    /// Puts `code` at an address.
    pub fn install(&mut self, address: Address, code: Vec<u8>) {
        let info = AccountInfo::from_bytecode(Bytecode::new_raw(code.into()));
        self.state().insert_account_info(address, info);
    }

    /// The code at an address.
    ///
    /// # Errors
    ///
    /// [`ParityError::Machine`].
    pub fn code(&mut self, of: Address) -> Result<Vec<u8>, ParityError> {
        let account = self.state().basic(of).map_err(machine)?.unwrap_or_default();
        let code = match account.code {
            Some(code) => code,
            None => self.state().code_by_hash(account.code_hash).map_err(machine)?,
        };
        Ok(code.original_bytes().to_vec())
    }

    /// Sends `calls` in one block, all or nothing: the first that fails undoes those before it.
    ///
    /// # Errors
    ///
    /// [`ParityError::Machine`]; a contract that refuses is an answer.
    pub fn send(&mut self, calls: &[Call]) -> Result<Result<Vec<Vec<U256>>, Reason>, ParityError> {
        self.send_unless(calls, &|_, _, _| None)
    }

    /// As [`Chain::send`], for contracts that return codes instead of failing: where `refused` finds a reason in what a
    /// call returned and in its events, all is undone as by a caller who looks at the code.
    ///
    /// # Errors
    ///
    /// As [`Chain::send`].
    pub fn send_unless(
        &mut self,
        calls: &[Call],
        refused: &Refused<'_>,
    ) -> Result<Result<Vec<Vec<U256>>, Reason>, ParityError> {
        let answers = self.run(calls, refused)?;
        let state = self.machine.finalize();
        if answers.is_ok() {
            self.machine.commit(state);
        }
        Ok(answers)
    }

    /// What `calls` would answer; nothing changes.
    ///
    /// # Errors
    ///
    /// As [`Chain::send`].
    pub fn simulate(&mut self, calls: &[Call]) -> Result<Result<Vec<Vec<U256>>, Reason>, ParityError> {
        let answers = self.run(calls, &|_, _, _| None)?;
        self.machine.finalize();
        Ok(answers)
    }

    /// Sends one call that must succeed.
    ///
    /// # Errors
    ///
    /// [`ParityError::Call`] where it does not.
    pub fn must(
        &mut self,
        from: Address,
        to: Address,
        function: &'static str,
        arguments: Vec<Value>,
    ) -> Result<Vec<U256>, ParityError> {
        match self.send(&[Call::new(from, to, function, arguments)])? {
            Ok(answers) => Ok(answers.into_iter().next().unwrap_or_default()),
            Err(reason) => Err(failed(function, &reason)),
        }
    }

    /// Reads from a contract.
    ///
    /// # Errors
    ///
    /// [`ParityError::Call`] where it refuses to tell.
    pub fn read(
        &mut self,
        to: Address,
        function: &'static str,
        arguments: Vec<Value>,
    ) -> Result<Vec<U256>, ParityError> {
        match self.simulate(&[Call::new(Address::ZERO, to, function, arguments)])? {
            Ok(answers) => Ok(answers.into_iter().next().unwrap_or_default()),
            Err(reason) => Err(failed(function, &reason)),
        }
    }

    /// Reads one word.
    ///
    /// # Errors
    ///
    /// As [`Chain::read`], and where nothing is returned.
    pub fn word(
        &mut self,
        to: Address,
        function: &'static str,
        arguments: Vec<Value>,
    ) -> Result<U256, ParityError> {
        let words = self.read(to, function, arguments)?;
        words.first().copied().ok_or_else(|| failed(function, &Reason::Text("nothing is returned".into())))
    }

    /// Reads a text from a function without arguments.
    ///
    /// # Errors
    ///
    /// As [`Chain::read`].
    pub fn text(&mut self, of: Address, signature: &str) -> Result<String, ParityError> {
        let data = abi::call(signature, &[]);
        let transaction = self.transaction(Address::ZERO, TxKind::Call(of), data);
        let result = self.machine.transact(transaction).map_err(machine)?.result;
        match result {
            ExecutionResult::Success { output, .. } => Ok(abi::text(output.data())),
            other => Err(failed(signature, &Reason::Text(format!("{other:?}")))),
        }
    }

    /// Writes into a contract's storage.
    ///
    /// # Errors
    ///
    /// [`ParityError::Machine`].
    pub fn set_storage(&mut self, of: Address, slot: U256, value: U256) -> Result<(), ParityError> {
        self.state().insert_account_storage(of, slot, value).map_err(machine)
    }

    fn state(&mut self) -> &mut State {
        &mut self.machine.ctx.journaled_state.database
    }

    fn run(
        &mut self,
        calls: &[Call],
        refused: &Refused<'_>,
    ) -> Result<Result<Vec<Vec<U256>>, Reason>, ParityError> {
        let mut answers = Vec::with_capacity(calls.len());
        for call in calls {
            let Call { from, to, function, arguments } = call;
            let data = abi::call(function, arguments);
            let transaction = self.transaction(*from, TxKind::Call(*to), data);
            match self.machine.transact_one(transaction) {
                Ok(result) => {
                    let events = result.logs().to_vec();
                    match answer(result) {
                        Ok(words) => match refused(call, &words, &events) {
                            None => answers.push(words),
                            Some(reason) => return Ok(Err(reason)),
                        },
                        Err(reason) => return Ok(Err(reason)),
                    }
                }
                Err(error) => {
                    self.machine.finalize();
                    return Err(machine(error));
                }
            }
        }
        Ok(Ok(answers))
    }

    fn transaction(&self, from: Address, kind: TxKind, data: Vec<u8>) -> TxEnv {
        TxEnv {
            caller: from,
            kind,
            data: Bytes::from(data),
            gas_limit: GAS,
            gas_price: 0,
            ..TxEnv::default()
        }
    }
}

fn answer(result: ExecutionResult) -> Answer {
    match result {
        ExecutionResult::Success { output, .. } => Ok(abi::words(output.data())),
        ExecutionResult::Revert { output, .. } => Err(Reason::of_output(&output)),
        ExecutionResult::Halt { reason, .. } => Err(Reason::Halt(format!("{reason:?}"))),
    }
}

fn machine(error: impl fmt::Debug) -> ParityError {
    ParityError::Machine { problem: format!("{error:?}") }
}

fn failed(call: &str, reason: &Reason) -> ParityError {
    ParityError::Call { call: call.into(), reason: reason.to_string() }
}
