use levmine_amm::{AmmError, Operation, Pool, apply};
use levmine_market::{
    Account, Asset, BlockClock, Dump, Moment, Party, PriceBook, TokenAmount, Transfer, Transfers,
};
use levmine_math::U256;
use proptest::test_runner::{TestCaseError, TestError};

use super::PoolSetup;
use crate::books::{ACTORS, Books, FRESH, Posting, difference};
use crate::generate::pool::{Step, steps};
use crate::settings;
use crate::suite::{Outcome, Stop};

const AFTER: &str = "\n    after:\n      ";

/// What came of an operation that broke no promise.
#[derive(Debug)]
pub enum Settled {
    /// It was done; the tokens that moved.
    Done(Transfers),
    /// The pool refused; nothing changed.
    Refused(AmmError),
    /// The pool would have done it, but a wallet did not have the tokens; everything was taken back.
    Unpaid,
}

/// All that can be read of a pool, for comparisons.
#[derive(Debug, PartialEq)]
pub(crate) struct Sight {
    dump: Dump,
    amounts: Vec<Vec<TokenAmount>>,
    reserves: Vec<U256>,
}

impl Sight {
    pub(crate) fn of(pool: &dyn Pool) -> Self {
        Self {
            dump: pool.dump(),
            amounts: vec![pool.holdings(), pool.issued()],
            reserves: pool.reserves().to_vec(),
        }
    }

    /// What differs, if anything.
    pub(crate) fn change(&self, after: &Self) -> Option<String> {
        if self == after {
            return None;
        }
        difference(&self.dump, &after.dump).or_else(|| {
            Some(format!(
                "{:?} {:?} became {:?} {:?}",
                self.amounts, self.reserves, after.amounts, after.reserves
            ))
        })
    }
}

/// A pool with wallets around it. Every operation is journalled, audited, and undone where a wallet cannot pay.
#[derive(Debug)]
pub struct Sandbox {
    /// The pool.
    pub pool: Box<dyn Pool>,
    /// What coins cost outside.
    pub prices: PriceBook,
    /// The block.
    pub now: Moment,
    clock: BlockClock,
    books: Books,
    log: Vec<String>,
}

impl Sandbox {
    /// A copy of the setup's pool, with full wallets.
    ///
    /// # Errors
    ///
    /// What is wrong with the pool's holdings.
    pub fn new(setup: &PoolSetup) -> Result<Self, String> {
        let pool = setup.pool.fork();
        let books = Books::open(setup.start.time, &pool.holdings(), &pool.issued(), pool.coins())?;
        let clock = BlockClock { origin: setup.start, milliseconds_per_block: 12_000 };
        Ok(Self { pool, prices: setup.prices.clone(), now: setup.start, clock, books, log: Vec::new() })
    }

    /// An independent copy.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            pool: self.pool.fork(),
            prices: self.prices.clone(),
            now: self.now,
            clock: self.clock,
            books: self.books.clone(),
            log: self.log.clone(),
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) {
        self.now = self.clock.at(self.now.time.plus(seconds));
        self.log.push(format!("wait {seconds} s"));
    }

    /// What an actor has in the wallet.
    #[must_use]
    pub fn wallet(&self, account: Account, asset: Asset) -> U256 {
        self.books.balance(account, asset)
    }

    /// The shares that an actor has.
    #[must_use]
    pub fn shares(&self, account: Account) -> Vec<TokenAmount> {
        let coins = self.pool.coins();
        self.books.wallet(account).into_iter().filter(|amount| !coins.contains(&amount.asset)).collect()
    }

    /// Does an operation as a transaction.
    ///
    /// # Errors
    ///
    /// The promise that the pool broke: it changed although it refused, or its transfers do not add up.
    pub fn act(&mut self, operation: &Operation) -> Result<Settled, String> {
        let before = Sight::of(&*self.pool);
        let undo = self.pool.fork();
        let outcome = apply(&mut *self.pool, operation, self.now);
        self.log.push(match &outcome {
            Ok(transfers) => format!("{operation:?} → {}", moved(transfers)),
            Err(error) => format!("{operation:?} → {error}"),
        });
        let transfers = match outcome {
            Ok(transfers) => transfers,
            Err(error) => {
                return match before.change(&Sight::of(&*self.pool)) {
                    None => Ok(Settled::Refused(error)),
                    Some(change) => Err(format!(
                        "all_or_nothing: {operation:?} answered \"{error}\"; expected an unchanged pool, found {change}"
                    )),
                };
            }
        };
        let coins = self.pool.coins();
        for Transfer { from, to, amount } in &transfers {
            // Coins are somebody else's tokens: a pool can neither mint nor burn them; shares it can only.
            let issues = *from == Party::Issuer || *to == Party::Issuer;
            if issues && coins.contains(&amount.asset) {
                return Err(format!("conservation: {operation:?} mints or burns {}, a coin", amount.asset));
            }
        }
        self.books.begin(self.now.time);
        match self.books.post(&transfers, &self.pool.holdings(), &self.pool.issued()) {
            Ok(Posting::Kept) => Ok(Settled::Done(transfers)),
            Ok(Posting::Unpaid) => {
                self.pool = undo;
                Ok(Settled::Unpaid)
            }
            Err(error) => Err(format!("conservation: {operation:?} was done, but {error}")),
        }
    }

    /// Does one random step.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn step(&mut self, step: &Step) -> Result<Option<Settled>, String> {
        match step {
            Step::Wait(seconds) => self.wait(*seconds),
            Step::Act(draft) => {
                let operation = self.resolve(draft);
                return operation.map(|operation| self.act(&operation)).transpose();
            }
        }
        Ok(None)
    }

    /// The operation that a draft is now.
    #[must_use]
    pub fn resolve(&self, draft: &crate::generate::pool::Draft) -> Option<Operation> {
        draft.resolve(&*self.pool, &ACTORS, &|account| self.shares(account), self.now)
    }

    /// A message with the operations that led here.
    #[must_use]
    pub fn story(&self, message: &str) -> String {
        // What a copy has already told is not told again.
        if message.contains(AFTER) {
            return message.into();
        }
        format!("{message}{AFTER}{}", self.log.join("\n      "))
    }
}

fn moved(transfers: &[Transfer]) -> String {
    let one = |transfer: &Transfer| format!("{:?} to {:?}: {}", transfer.from, transfer.to, transfer.amount);
    transfers.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What the account without a history receives and pays in a trade on a copy.
pub(crate) fn net(
    sandbox: &mut Sandbox,
    operation: &Operation,
    coin: Asset,
) -> Result<Option<(U256, U256)>, String> {
    let before = sandbox.wallet(FRESH, coin);
    let Settled::Done(_) = sandbox.act(operation)? else { return Ok(None) };
    let after = sandbox.wallet(FRESH, coin);
    Ok(Some((before.saturating_sub(after), after.saturating_sub(before))))
}

/// Ends a check with a message that tells how it came to that.
pub(crate) fn told<T>(sandbox: &Sandbox, result: Result<T, String>) -> Result<T, Stop> {
    result.map_err(|message| Stop::Broken(sandbox.story(&message)))
}

/// Lives random sequences, each from the setup's state.
pub(crate) fn random_lives(
    setup: &PoolSetup,
    name: &str,
    most: usize,
    live: impl Fn(&mut Sandbox, &[Step]) -> Result<(), String>,
) -> Outcome {
    let begin = Sandbox::new(setup)?;
    let result = settings::runner(name).run(&steps(most), |life| {
        let mut sandbox = begin.fork();
        live(&mut sandbox, &life).map_err(|message| TestCaseError::fail(sandbox.story(&message)))
    });
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, life)) => Err(Stop::Broken(format!(
            "{}\n    shrunk to the steps {life:?} (seed {})",
            reason.message(),
            settings::seed()
        ))),
        Err(TestError::Abort(reason)) => Err(Stop::Broken(format!("the random sequences gave up: {reason}"))),
    }
}

/// Lives random sequences and looks with `probe` when each is over.
pub(crate) fn after_random_life(
    setup: &PoolSetup,
    name: &str,
    most: usize,
    probe: impl Fn(&mut Sandbox) -> Result<(), String>,
) -> Outcome {
    random_lives(setup, name, most, |sandbox, life| {
        for step in life {
            sandbox.step(step)?;
        }
        probe(sandbox)
    })
}
