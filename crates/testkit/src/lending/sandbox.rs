use std::fmt::Write as _;

use levmine_lending::{Amount, Context, Done, LendingError, LendingMarket, Operation};
use levmine_market::{Account, Actor, Asset, BlockClock, Dump, Moment, Party, Price, PriceBook, TokenAmount};
use levmine_math::{Rounding, U256, Wad, mul_div, pow10};
use proptest::test_runner::{TestCaseError, TestError};

use super::LendingSetup;
use crate::books::{ACTORS, Books, FRESH, Posting, difference};
use crate::generate::lending::{Step, steps, worth};
use crate::settings;
use crate::suite::{Outcome, Stop, ensure};

const AFTER: &str = "\n    after:\n      ";

/// What came of an operation that broke no promise.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one lives at a time, and patterns reach into it")]
pub enum Settled {
    /// It was done.
    Done(Done),
    /// The market refused; nothing changed.
    Refused(LendingError),
    /// The market would have done it, but a wallet did not have the tokens; everything was taken back.
    Unpaid,
}

/// All that can be read of a market, for comparisons.
#[derive(Debug, PartialEq)]
pub(crate) struct Sight {
    dump: Dump,
    holdings: Vec<TokenAmount>,
    issued: Vec<TokenAmount>,
    reads: String,
}

impl Sight {
    pub(crate) fn of(market: &dyn LendingMarket, now: Moment) -> Self {
        let mut reads = String::new();
        for account in ACTORS.into_iter().chain([FRESH]) {
            let _ = write!(reads, "{account}: {:?}; ", market.position(account, now));
        }
        Self { dump: market.dump(), holdings: market.holdings(), issued: market.issued(), reads }
    }

    /// What differs, if anything.
    pub(crate) fn change(&self, after: &Self) -> Option<String> {
        if self == after {
            return None;
        }
        difference(&self.dump, &after.dump)
            .or_else(|| {
                (self.holdings != after.holdings)
                    .then(|| format!("holdings: {:?} became {:?}", self.holdings, after.holdings))
            })
            .or_else(|| {
                (self.issued != after.issued)
                    .then(|| format!("issued: {:?} became {:?}", self.issued, after.issued))
            })
            .or_else(|| Some(format!("positions: {} became {}", self.reads, after.reads)))
    }
}

/// A market with wallets around it. Every operation is journalled, audited, and undone where a wallet cannot pay.
#[derive(Debug)]
pub struct Sandbox {
    /// The market.
    pub market: Box<dyn LendingMarket>,
    /// What the oracle says.
    pub prices: PriceBook,
    /// The block.
    pub now: Moment,
    initial: PriceBook,
    clock: BlockClock,
    books: Books,
    log: Vec<String>,
}

impl Sandbox {
    /// A copy of the setup's market, with full wallets.
    ///
    /// # Errors
    ///
    /// What is wrong with the market's holdings.
    pub fn new(setup: &LendingSetup) -> Result<Self, String> {
        let market = setup.market.fork();
        let mut assets = market.assets();
        // What a sale is paid with need not be an asset of the market.
        assets.extend(market.issued().iter().map(|amount| amount.asset));
        assets.sort();
        assets.dedup();
        let books = Books::open(setup.start.time, &market.holdings(), &market.issued(), &assets)?;
        Ok(Self {
            market,
            prices: setup.prices.clone(),
            now: setup.start,
            initial: setup.prices.clone(),
            clock: BlockClock { origin: setup.start, milliseconds_per_block: setup.milliseconds_per_block },
            books,
            log: Vec::new(),
        })
    }

    /// An independent copy.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            market: self.market.fork(),
            prices: self.prices.clone(),
            now: self.now,
            initial: self.initial.clone(),
            clock: self.clock,
            books: self.books.clone(),
            log: self.log.clone(),
        }
    }

    /// The accounts whose wallets are full and that act in random sequences.
    #[must_use]
    pub fn actors() -> [Account; 4] {
        ACTORS
    }

    /// What an operation may know now.
    #[must_use]
    pub fn ctx(&self) -> Context<'_> {
        Context { now: self.now, prices: &self.prices }
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) {
        self.now = self.clock.at(self.now.time.plus(seconds));
        self.log.push(format!("wait {seconds} s"));
    }

    /// Sets a price to so many thousandths of what it was at the start.
    pub fn reprice(&mut self, asset: Asset, thousandths: u32) {
        let Some(Price(price)) = self.initial.find(asset) else { return };
        let price = mul_div(price.raw(), U256::from(thousandths), U256::from(1_000), Rounding::Down)
            .unwrap_or(price.raw())
            .max(U256::ONE);
        self.prices.set(asset, Price(Wad::from_raw(price)));
        self.log.push(format!("the price of {asset} becomes {}", Wad::from_raw(price)));
    }

    /// What an actor has in the wallet.
    #[must_use]
    pub fn wallet(&self, account: Account, asset: Asset) -> U256 {
        self.books.balance(account, asset)
    }

    /// Does an operation as a transaction.
    ///
    /// # Errors
    ///
    /// The promise that the market broke: it changed although it refused, or its transfers do not add up.
    pub fn act(&mut self, operation: &Operation) -> Result<Settled, String> {
        let before = Sight::of(&*self.market, self.now);
        let undo = self.market.fork();
        let ctx = Context { now: self.now, prices: &self.prices };
        let outcome = operation.run(&mut *self.market, &ctx);
        self.log.push(match &outcome {
            Ok(Done::Moved(receipt)) => format!("{operation:?} → {} base units", receipt.amount),
            Ok(_) => format!("{operation:?} → done"),
            Err(error) => format!("{operation:?} → {error}"),
        });
        let done = match outcome {
            Ok(done) => done,
            Err(error) => {
                let after = Sight::of(&*self.market, self.now);
                return match before.change(&after) {
                    None => Ok(Settled::Refused(error)),
                    Some(change) => Err(format!(
                        "all_or_nothing: {operation:?} answered \"{error}\"; expected an unchanged market, found {change}"
                    )),
                };
            }
        };
        let issued = self.market.issued();
        for transfer in done.transfers() {
            let issues = transfer.from == Party::Issuer || transfer.to == Party::Issuer;
            if issues && !issued.iter().any(|amount| amount.asset == transfer.amount.asset) {
                return Err(format!(
                    "conservation: {operation:?} mints or burns {}, which is not among the issued assets {issued:?}",
                    transfer.amount.asset
                ));
            }
        }
        self.books.begin(self.now.time);
        match self.books.post(done.transfers(), &self.market.holdings(), &issued) {
            Ok(Posting::Kept) => Ok(Settled::Done(done)),
            Ok(Posting::Unpaid) => {
                self.market = undo;
                Ok(Settled::Unpaid)
            }
            Err(error) => Err(format!("conservation: {operation:?} was done, but {error}")),
        }
    }

    /// Does an operation; whether it was done.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn succeeds(&mut self, operation: &Operation) -> Result<bool, String> {
        Ok(matches!(self.act(operation)?, Settled::Done(_)))
    }

    /// Does one random step.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn step(&mut self, step: &Step) -> Result<Option<Settled>, String> {
        match step {
            Step::Wait(seconds) => self.wait(*seconds),
            Step::Price(place, thousandths) => {
                let assets = self.market.assets();
                let place = usize::from(*place).checked_rem(assets.len());
                if let Some(asset) = place.and_then(|place| assets.get(place)) {
                    self.reprice(*asset, *thousandths);
                }
            }
            Step::Act(draft) => {
                let operation = draft.resolve(&*self.market, &ACTORS, &self.ctx());
                return operation.map(|operation| self.act(&operation)).transpose();
            }
        }
        Ok(None)
    }

    /// Opens a position of `owner` that owes about `part` thousandths of what it may, in assets of its own choice.
    ///
    /// Returns the collateral and the debt; `None` where the market allows no size that was tried.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn open_position(&mut self, owner: Account, part: u32) -> Result<Option<(Asset, Asset)>, String> {
        let listings: Vec<_> =
            self.market.assets().into_iter().filter_map(|asset| self.market.listing(asset).ok()).collect();
        let collaterals = listings.iter().filter(|listing| listing.suppliable && listing.max_ltv.is_some());
        for collateral in collaterals.map(|listing| listing.asset) {
            for debt in listings.iter().filter(|listing| listing.borrowable).map(|listing| listing.asset) {
                if debt == collateral {
                    continue;
                }
                for thousands in [1_000_u64, 100, 10, 1] {
                    let start = self.fork();
                    if self.open_with(owner, collateral, debt, thousands, part)? {
                        return Ok(Some((collateral, debt)));
                    }
                    *self = start;
                }
            }
        }
        Ok(None)
    }

    fn open_with(
        &mut self,
        owner: Account,
        collateral: Asset,
        debt: Asset,
        thousands: u64,
        part: u32,
    ) -> Result<bool, String> {
        let value = U256::from(thousands).saturating_mul(pow10(21).unwrap_or_default());
        let units = worth(Wad::from_raw(value), collateral, &self.prices);
        let actor = Actor::from(owner);
        if !self.succeeds(&Operation::Supply(actor, collateral, Amount::Exact(units)))? {
            return Ok(false);
        }
        if self.market.capabilities().collateral_switch {
            self.succeeds(&Operation::SetCollateral(owner, collateral, true))?;
        }
        let Ok(health) = self.market.health(owner, &self.ctx()) else { return Ok(false) };
        let units = worth(health.borrow_limit, debt, &self.prices);
        let units = mul_div(units, U256::from(part), U256::from(1_000), Rounding::Down).unwrap_or_default();
        self.succeeds(&Operation::Borrow(actor, debt, Amount::Exact(units)))
    }

    /// Lets the collateral lose value until `owner` can be liquidated; whether that worked.
    pub fn sink(&mut self, owner: Account, collateral: Asset) -> bool {
        for thousandths in [900, 800, 700, 600, 500, 400, 300, 200, 100, 50, 20] {
            self.reprice(collateral, thousandths);
            if self.market.health(owner, &self.ctx()).is_ok_and(|health| health.liquidatable) {
                return true;
            }
        }
        false
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

/// Ends a check with a message that tells how it came to that.
pub(crate) fn told<T>(sandbox: &Sandbox, result: Result<T, String>) -> Result<T, Stop> {
    result.map_err(|message| Stop::Broken(sandbox.story(&message)))
}

/// Lives random sequences of up to `most` steps, each from the setup's state, and looks with `probe` when it is over.
pub(crate) fn after_random_life(
    setup: &LendingSetup,
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

/// Lives random sequences, each from the setup's state.
pub(crate) fn random_lives(
    setup: &LendingSetup,
    name: &str,
    most: usize,
    live: impl Fn(&mut Sandbox, &[Step]) -> Result<(), String>,
) -> Outcome {
    let empty = Sandbox::new(setup)?;
    let mut settled = empty.fork();
    for (owner, part) in ACTORS.into_iter().zip([500, 950, 800]) {
        let opened = settled.open_position(owner, part);
        told(&settled, opened)?;
    }
    // Half of the lives begin with positions, half with nothing.
    let strategy = (proptest::bool::ANY, steps(most));
    let result = settings::runner(name).run(&strategy, |(begun, life)| {
        let mut sandbox = if begun { settled.fork() } else { empty.fork() };
        live(&mut sandbox, &life).map_err(|message| TestCaseError::fail(sandbox.story(&message)))
    });
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Fail(reason, (_, life))) => Err(Stop::Broken(format!(
            "{}\n    shrunk to the steps {life:?} (seed {})",
            reason.message(),
            settings::seed()
        ))),
        Err(TestError::Abort(reason)) => Err(Stop::Broken(format!("the random sequences gave up: {reason}"))),
    }
}

/// A sandbox in which an actor has a position; excluded where none can be opened.
pub(crate) fn with_position(
    setup: &LendingSetup,
    part: u32,
) -> Result<(Sandbox, Account, Asset, Asset), Stop> {
    let mut sandbox = Sandbox::new(setup)?;
    let owner = ACTORS[0];
    let opened = sandbox.open_position(owner, part);
    match told(&sandbox, opened)? {
        Some((collateral, debt)) => Ok((sandbox, owner, collateral, debt)),
        None => Err(Stop::Broken(sandbox.story(
            "a position of a thousand to a million can be opened; the market refused every size of every pair",
        ))),
    }
}

/// Holds `found` at most to `most`, by value and with words.
pub(crate) fn at_most(what: &str, found: U256, most: U256) -> Result<(), String> {
    ensure!(found <= most, "{what}: expected at most {most}, found {found}");
    Ok(())
}
