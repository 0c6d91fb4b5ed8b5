use std::fmt::Write as _;

use levmine_market::{Account, Asset, BlockClock, Dump, Moment, Party, TokenAmount, Transfer, Transfers};
use levmine_math::{Bps, U256};
use levmine_vault::{
    Claimed, Deposited, Harvested, Operation, Redeemed, Refusal, RequestId, Requested, Vault, VaultError,
    apply,
};
use proptest::test_runner::{TestCaseError, TestError};

use super::VaultSetup;
use crate::books::{ACTORS, Books, FRESH, Ledger, Posting, difference};
use crate::generate::vault::{Action, Step, held, plenty, steps};
use crate::settings;
use crate::suite::{Outcome, Stop};

const AFTER: &str = "\n    after:\n      ";
const DAY: u64 = 86_400;

/// What an operation answered.
#[derive(Debug)]
#[allow(missing_docs, reason = "named as the outcomes")]
pub enum Done {
    Deposited(Deposited),
    Redeemed(Redeemed),
    Requested(Requested),
    Claimed(Claimed),
    Harvested(Harvested),
    /// Anything else; the tokens that moved.
    Moved(Transfers),
}

impl Done {
    /// The tokens that moved.
    #[must_use]
    pub fn transfers(&self) -> &[Transfer] {
        match self {
            Self::Deposited(done) => &done.transfers,
            Self::Redeemed(done) => &done.transfers,
            Self::Requested(done) => &done.transfers,
            Self::Claimed(done) => &done.transfers,
            Self::Harvested(done) => &done.transfers,
            Self::Moved(transfers) => transfers,
        }
    }

    fn run(vault: &mut dyn Vault, operation: &Operation, now: Moment) -> Result<Self, VaultError> {
        Ok(match operation {
            Operation::Deposit(who, amount) => Self::Deposited(vault.deposit(*who, *amount, now)?),
            Operation::Mint(who, asset, shares) => Self::Deposited(vault.mint(*who, *asset, *shares, now)?),
            Operation::Redeem(who, shares, loss) => Self::Redeemed(vault.redeem(*who, *shares, *loss, now)?),
            Operation::Withdraw(who, amount, loss) => {
                Self::Redeemed(vault.withdraw(*who, *amount, *loss, now)?)
            }
            Operation::Request(who, shares) => Self::Requested(vault.request_redeem(*who, *shares, now)?),
            Operation::ClaimRequest(who, id) => Self::Claimed(vault.claim_request(*who, *id, now)?),
            Operation::Claim(who) => Self::Claimed(vault.claim(*who, now)?),
            Operation::Harvest(who) => Self::Harvested(vault.harvest(*who, now)?),
            other => Self::Moved(apply(vault, other, now)?),
        })
    }
}

/// What came of an operation that broke no promise.
#[derive(Debug)]
pub enum Settled {
    /// It was done.
    Done(Done),
    /// The vault refused; nothing changed.
    Refused(VaultError),
    /// The vault would have done it, but a wallet did not have the tokens; everything was taken back.
    Unpaid,
}

/// All that can be read of a vault, for comparisons.
#[derive(Debug, PartialEq)]
pub(crate) struct Sight {
    dump: Dump,
    holdings: Vec<TokenAmount>,
    issued: Vec<TokenAmount>,
    reads: String,
}

impl Sight {
    pub(crate) fn of(vault: &dyn Vault, now: Moment) -> Self {
        let mut reads = String::new();
        for account in ACTORS.into_iter().chain([FRESH]) {
            let staked: Vec<_> =
                vault.assets().iter().map(|asset| vault.staked(account, *asset, now)).collect();
            let _ = write!(
                reads,
                "{account}: {staked:?}, {:?}, {:?}, {}; ",
                vault.claimable(account, now),
                vault.requests(account, now),
                vault.balance(account)
            );
        }
        Self { dump: vault.dump(), holdings: vault.holdings(), issued: vault.issued(), reads }
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
            .or_else(|| Some(format!("reads: {} became {}", self.reads, after.reads)))
    }

    /// Whether something but the dump differs.
    pub(crate) fn differs_beside_the_dump(&self, after: &Self) -> bool {
        self.holdings != after.holdings || self.issued != after.issued || self.reads != after.reads
    }

    pub(crate) fn dump(&self) -> &Dump {
        &self.dump
    }
}

/// A vault with wallets around it. Every operation is journalled, audited, and undone where a wallet cannot pay.
///
/// Balances of a rebasing share are the vault's own: what they are more or less than the transfers say is written as a
/// rebase after each operation, and before each one the vault is brought to the moment.
#[derive(Debug)]
pub struct Sandbox {
    /// The vault.
    pub vault: Box<dyn Vault>,
    /// The block.
    pub now: Moment,
    clock: BlockClock,
    patience: u64,
    ordinary: Vec<(Asset, U256)>,
    books: Books,
    /// How much of the rebasing share exists by what is written.
    exists: U256,
    log: Vec<String>,
}

impl Sandbox {
    /// A copy of the setup's vault, with full wallets of everything that the vault does not issue itself.
    ///
    /// # Errors
    ///
    /// What is wrong with the vault's holdings.
    pub fn new(setup: &VaultSetup) -> Result<Self, String> {
        let vault = setup.vault.fork();
        let shares: Vec<Asset> = vault.assets().iter().filter_map(|asset| vault.share(*asset)).collect();
        let foreign: Vec<Asset> =
            vault.assets().iter().copied().filter(|asset| !shares.contains(asset)).collect();
        let books = Books::open(setup.start.time, &vault.holdings(), &vault.issued(), &foreign)?;
        let clock = BlockClock { origin: setup.start, milliseconds_per_block: setup.milliseconds_per_block };
        let mut sandbox = Self {
            vault,
            now: setup.start,
            clock,
            patience: setup.patience,
            ordinary: setup.ordinary.clone(),
            books,
            exists: U256::ZERO,
            log: Vec::new(),
        };
        sandbox.exists = sandbox.vault.rebasing().map(|token| sandbox.issued(token)).unwrap_or_default();
        Ok(sandbox)
    }

    /// An independent copy.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            vault: self.vault.fork(),
            now: self.now,
            clock: self.clock,
            patience: self.patience,
            ordinary: self.ordinary.clone(),
            books: self.books.clone(),
            exists: self.exists,
            log: self.log.clone(),
        }
    }

    /// The accounts whose wallets are full and that act in random sequences.
    #[must_use]
    pub fn actors() -> [Account; 4] {
        ACTORS
    }

    /// Lets time pass.
    pub fn wait(&mut self, seconds: u64) {
        self.now = self.clock.at(self.now.time.plus(seconds));
        self.log.push(format!("wait {seconds} s"));
    }

    /// What an actor has in the wallet; of a rebasing share what the vault's ledger says.
    #[must_use]
    pub fn wallet(&self, account: Account, asset: Asset) -> U256 {
        self.books.balance(account, asset)
    }

    /// What an actor can redeem for `asset`: shares in the wallet, or its stake.
    #[must_use]
    pub fn held(&self, account: Account, asset: Asset) -> TokenAmount {
        held(&*self.vault, account, asset, &|account, asset| self.wallet(account, asset), self.now)
    }

    /// How much there is of a token that the vault issues.
    #[must_use]
    pub fn issued(&self, asset: Asset) -> U256 {
        let issued = self.vault.issued();
        issued.iter().find(|it| it.asset == asset).map(|it| it.raw).unwrap_or_default()
    }

    /// Does an operation as a transaction.
    ///
    /// # Errors
    ///
    /// The promise that the vault broke: it changed although it refused, or its transfers do not add up.
    pub fn act(&mut self, operation: &Operation) -> Result<Settled, String> {
        let before = Sight::of(&*self.vault, self.now);
        let undo = self.vault.fork();
        let outcome = Done::run(&mut *self.vault, operation, self.now);
        let mut done = match outcome {
            Ok(done) => done,
            Err(error) => {
                self.log.push(format!("{operation:?} → {error}"));
                return match before.change(&Sight::of(&*self.vault, self.now)) {
                    None => Ok(Settled::Refused(error)),
                    Some(change) => Err(format!(
                        "all_or_nothing: {operation:?} answered \"{error}\"; expected an unchanged vault, found {change}"
                    )),
                };
            }
        };
        if self.vault.rebasing().is_some() && *operation != Operation::Accrue {
            // What balances have become by themselves is in the wallets before anybody acts.
            self.vault = undo.fork();
            if let Settled::Done(_) = self.act(&Operation::Accrue)? {
                done = Done::run(&mut *self.vault, operation, self.now).map_err(|error| {
                    format!(
                        "{operation:?}: expected the same with and without accruing first, found it done, and \"{error}\""
                    )
                })?;
            } else {
                // It cannot accrue, and yet it acts: as it did at first.
                done = Done::run(&mut *self.vault, operation, self.now).map_err(|error| error.to_string())?;
            }
        }
        self.log.push(format!("{operation:?} → {}", moved(done.transfers())));
        if let Some(broken) = self.misdirected(operation, done.transfers()) {
            return Err(format!("conservation: {operation:?} {broken}"));
        }
        match self.write(done.transfers()) {
            Ok(Posting::Kept) => Ok(Settled::Done(done)),
            Ok(Posting::Unpaid) => {
                self.vault = undo;
                if self.vault.rebasing().is_some() {
                    // The accrual before it stays: it is written.
                    let _ = self.vault.accrue(self.now);
                }
                Ok(Settled::Unpaid)
            }
            Err(error) => Err(format!("conservation: {operation:?} was done, but {error}")),
        }
    }

    /// Moves the rebasing share from one wallet to another.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn transfer(&mut self, from: Account, to: Account, amount: U256) -> Result<Settled, String> {
        let Some(token) = self.vault.rebasing() else {
            return Err(format!("transfer: {} keeps no ledger", self.vault.descriptor().name));
        };
        self.act(&Operation::Accrue)?;
        let before = Sight::of(&*self.vault, self.now);
        let what = format!("a transfer of {amount} base units from {from} to {to}");
        if let Err(error) = self.vault.transfer(from, to, amount, self.now) {
            self.log.push(format!("{what} → {error}"));
            return match before.change(&Sight::of(&*self.vault, self.now)) {
                None => Ok(Settled::Refused(error)),
                Some(change) => Err(format!(
                    "all_or_nothing: {what} answered \"{error}\"; expected an unchanged vault, found {change}"
                )),
            };
        }
        self.log.push(format!("{what} → done"));
        // A base unit too small to be a share can be transferred by who has none: nothing moves then.
        let had = amount.min(self.wallet(from, token));
        let moved = Transfer {
            from: Party::Account(from),
            to: Party::Account(to),
            amount: TokenAmount::new(token, had),
        };
        let transfers: Transfers = [moved].into_iter().collect();
        match self.write(&transfers) {
            Ok(Posting::Kept) => Ok(Settled::Done(Done::Moved(transfers))),
            Ok(Posting::Unpaid) => Err(format!("conservation: {what} was done, and cannot be written")),
            Err(error) => Err(format!("conservation: {what} was done, but {error}")),
        }
    }

    /// What is wrong with where the tokens come from and go to.
    fn misdirected(&self, operation: &Operation, transfers: &[Transfer]) -> Option<String> {
        let issued = self.vault.issued();
        let actor = match operation {
            Operation::Deposit(who, _)
            | Operation::Mint(who, ..)
            | Operation::Redeem(who, ..)
            | Operation::Withdraw(who, ..)
            | Operation::Request(who, _)
            | Operation::ClaimRequest(who, _)
            | Operation::Claim(who)
            | Operation::Harvest(who) => Some(*who),
            _ => None,
        };
        transfers.iter().find_map(|Transfer { from, to, amount }| {
            let issues = *from == Party::Issuer || *to == Party::Issuer;
            if issues && !issued.iter().any(|known| known.asset == amount.asset) {
                return Some(format!(
                    "mints or burns {}, which is not among the issued tokens {issued:?}",
                    amount.asset
                ));
            }
            match from {
                Party::Account(payer)
                    if !payer.is_outsider() && Some(*payer) != actor && !amount.is_zero() =>
                {
                    Some(format!("takes {amount} out of the wallet of {payer}, who did not act"))
                }
                _ => None,
            }
        })
    }

    fn write(&mut self, transfers: &[Transfer]) -> Result<Posting, String> {
        self.books.begin(self.now.time);
        let (holdings, issued) = (self.vault.holdings(), self.vault.issued());
        let Some(asset) = self.vault.rebasing() else {
            return self.books.post(transfers, &holdings, &issued);
        };
        let balance = |account| self.vault.balance(account);
        let ledger = Ledger { asset, issued_before: self.exists, balance: &balance };
        let posting = self.books.post_rebased(transfers, &holdings, &issued, &ledger)?;
        if let Posting::Kept = posting {
            self.exists = self.issued(asset);
        }
        Ok(posting)
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
            Step::Wait(seconds) => {
                self.wait(*seconds);
                Ok(None)
            }
            Step::Act(draft) => self.resolve(draft).map(|action| self.enact(&action)).transpose(),
        }
    }

    /// Does what a draft has become.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn enact(&mut self, action: &Action) -> Result<Settled, String> {
        match action {
            Action::Do(operation) => self.act(operation),
            Action::Transfer(from, to, amount) => self.transfer(*from, *to, *amount),
        }
    }

    /// What a draft is now.
    #[must_use]
    pub fn resolve(&self, draft: &crate::generate::vault::Draft) -> Option<Action> {
        draft.resolve(&*self.vault, &ACTORS, &|account, asset| self.wallet(account, asset), self.now)
    }

    /// A deposit that nobody wonders at, in base units: what the setup says, or a hundredth of what is there; at most what
    /// the vault takes.
    #[must_use]
    pub fn ordinary(&self, asset: Asset) -> U256 {
        let large = plenty(&*self.vault, asset, self.now);
        let told = self.ordinary.iter().find(|(known, _)| *known == asset).map(|(_, units)| *units);
        told.map_or(large / U256::from(100), |units| units.min(large)).max(U256::ONE)
    }

    /// Deposits up to `amount` of `asset`; what is issued by the vault itself is deposited for first.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn enter(
        &mut self,
        account: Account,
        asset: Asset,
        amount: U256,
    ) -> Result<Option<Deposited>, String> {
        if self.wallet(account, asset) < amount
            && let Some(below) = self.vault.asset_of(asset).filter(|below| *below != asset)
        {
            let needed = self.vault.value(TokenAmount::new(asset, amount), self.now);
            let needed = needed.map(|worth| worth.raw.saturating_add(U256::from(10)));
            self.enter(account, below, needed.unwrap_or_else(|_| self.ordinary(below)))?;
        }
        let amount = amount.min(self.wallet(account, asset));
        Ok(match self.act(&Operation::Deposit(account, TokenAmount::new(asset, amount)))? {
            Settled::Done(Done::Deposited(deposited)) => Some(deposited),
            _ => None,
        })
    }

    /// Takes shares (or a stake) back, at once where that is possible and through the queue otherwise; what was paid,
    /// or why nothing was.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn leave(
        &mut self,
        account: Account,
        shares: TokenAmount,
    ) -> Result<Result<TokenAmount, String>, String> {
        for _ in 0..2 {
            match self.act(&Operation::Redeem(account, shares, Bps::ONE))? {
                Settled::Done(Done::Redeemed(redeemed)) => return Ok(Ok(redeemed.received)),
                Settled::Refused(error) if error.refusal() == Some(Refusal::TooEarly) => self.wait(DAY),
                Settled::Refused(VaultError::Unsupported { .. }) => break,
                settled => return Ok(Err(format!("redeeming {shares} was answered with {settled:?}"))),
            }
        }
        let Settled::Done(Done::Requested(requested)) = self.act(&Operation::Request(account, shares))?
        else {
            return Ok(Err(format!("{shares} can be taken back neither at once nor through a queue")));
        };
        if !self.wait_for(account, requested.id)? {
            return Ok(Err(format!("{} was not ready within {} days", requested.id, self.patience)));
        }
        Ok(match self.act(&Operation::ClaimRequest(account, requested.id))? {
            Settled::Done(Done::Claimed(claimed)) => {
                claimed.received.first().copied().ok_or_else(|| "the queue paid nothing".into())
            }
            settled => Err(format!("claiming {} was answered with {settled:?}", requested.id)),
        })
    }

    /// Lets days pass until a request is ready; whether that came.
    ///
    /// # Errors
    ///
    /// As [`Self::act`].
    pub fn wait_for(&mut self, account: Account, id: RequestId) -> Result<bool, String> {
        for day in 0..=self.patience {
            let requests = self.vault.requests(account, self.now).map_err(|error| error.to_string())?;
            if requests.iter().any(|request| request.id == id && request.is_ready) {
                return Ok(true);
            }
            if day < self.patience {
                self.wait(DAY);
                self.act(&Operation::Accrue)?;
            }
        }
        Ok(false)
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

/// Ends a check with a message that tells how it came to that.
pub(crate) fn told<T>(sandbox: &Sandbox, result: Result<T, String>) -> Result<T, Stop> {
    result.map_err(|message| Stop::Broken(sandbox.story(&message)))
}

/// Lives random sequences, each from the setup's state; in half of them the actors have deposited before.
pub(crate) fn random_lives(
    setup: &VaultSetup,
    name: &str,
    most: usize,
    live: impl Fn(&mut Sandbox, &[Step]) -> Result<(), String>,
) -> Outcome {
    let empty = Sandbox::new(setup)?;
    let mut settled = empty.fork();
    for account in ACTORS {
        for asset in settled.vault.assets().to_vec() {
            let amount = settled.ordinary(asset);
            // What is broken already here is for the checks to find, each by its name.
            let _ = settled.enter(account, asset, amount);
        }
    }
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

/// Lives random sequences and looks with `probe` when each is over.
pub(crate) fn after_random_life(
    setup: &VaultSetup,
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
