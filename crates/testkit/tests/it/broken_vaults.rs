//! Vaults that break one promise each, and the check that must catch it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use levmine_market::{Account, Asset, Descriptor, Dump, Moment, Party, TokenAmount, Transfer, Transfers};
use levmine_math::{Bps, U256};
use levmine_testkit::vault::{VaultSetup, check, conformance};
use levmine_testkit::{Verdict, stub};
use levmine_vault::{
    Capabilities, Claimed, Deposited, Harvested, Redeemed, Refusal, Request, RequestId, Requested, Vault,
    VaultError,
};

/// What is wrong with the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    RefusesDeposits,
    RefusesRedemptions,
    HalfApplies,
    LosesAWeiOnRedeem,
    MintsForeignTokens,
    TakesFromOthers,
    OutcomeLies,
    ForkSharesState,
    DumpIsRandom,
    ReadsAreStale,
    DumpIsSilent,
    ForgetsOnRebuild,
    RunsBackwards,
    HidesExact,
    DeclaresAQueue,
    HidesTheShare,
    MisnamesUnknownAssets,
    PanicsOnHugeAmounts,
    GivesForNothing,
    IgnoresTheLimit,
    PreviewPromisesMore,
    DepositsGiveGifts,
    LargeDepositsGetLess,
    ValueOfManyIsLess,
    ValueIsDoubled,
    MintIsCheap,
    ValueFalls,
    HarvestHidesFees,
    HidesLosses,
    PaysTwice,
    PaysEarly,
    PaysAnybody,
    ClaimPaysHalf,
    EverybodyEarns,
    BalancesAreTooLarge,
    TransfersLoseHalf,
    OnlySomeGain,
}

/// A vault with a fault; its copies share its state where that is the fault.
#[derive(Debug)]
struct Broken {
    inner: Arc<Mutex<Box<dyn Vault>>>,
    assets: Vec<Asset>,
    fault: Fault,
    operations: u64,
    seen: Moment,
}

static COUNTER: AtomicU64 = AtomicU64::new(0);
const OUTSIDER: Account = Account::outsider(77);

impl Broken {
    fn boxed(vault: Box<dyn Vault>, fault: Fault) -> Box<dyn Vault> {
        let assets = vault.assets().to_vec();
        let inner = Arc::new(Mutex::new(vault));
        Box::new(Self { inner, assets, fault, operations: 0, seen: stub::START })
    }

    fn inner(&self) -> MutexGuard<'_, Box<dyn Vault>> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn refuse<T>(&self, refusal: Refusal) -> Result<T, VaultError> {
        Err(VaultError::Refused { protocol: "broken", refusal, code: "BROKEN", source: "broken".into() })
    }

    /// A token out of nowhere, through an outsider's pocket, so that the books agree.
    fn gift(&self, to: Account) -> Transfer {
        let asset = self.assets[0];
        let (from, to) = (Party::Account(OUTSIDER), Party::Account(to));
        Transfer { from, to, amount: TokenAmount::new(asset, stub::tokens(asset, 1_000_000)) }
    }

    fn first(&self) -> TokenAmount {
        TokenAmount::new(self.assets[0], U256::from(1_000_000_000_000_u64))
    }
}

impl Vault for Broken {
    fn descriptor(&self) -> &'static Descriptor {
        self.inner().descriptor()
    }

    fn version(&self) -> &'static str {
        self.inner().version()
    }

    fn capabilities(&self) -> Capabilities {
        let mut can = self.inner().capabilities();
        can.exact &= !self.is(Fault::HidesExact);
        can.queue |= self.is(Fault::DeclaresAQueue);
        can.losses &= !self.is(Fault::HidesLosses);
        can
    }

    fn fork(&self) -> Box<dyn Vault> {
        let inner = if self.is(Fault::ForkSharesState) {
            self.inner.clone()
        } else {
            Arc::new(Mutex::new(self.inner().fork()))
        };
        Box::new(Self {
            inner,
            assets: self.assets.clone(),
            fault: self.fault,
            operations: self.operations,
            seen: self.seen,
        })
    }

    fn assets(&self) -> &[Asset] {
        &self.assets
    }

    fn share(&self, asset: Asset) -> Option<Asset> {
        if self.is(Fault::HidesTheShare) { None } else { self.inner().share(asset) }
    }

    fn staked(&self, account: Account, asset: Asset, now: Moment) -> U256 {
        self.inner().staked(account, asset, now)
    }

    fn rewards(&self) -> Vec<Asset> {
        self.inner().rewards()
    }

    fn value(&self, shares: TokenAmount, now: Moment) -> Result<TokenAmount, VaultError> {
        let mut worth = self.inner().value(shares, now)?;
        match self.fault {
            Fault::ValueIsDoubled => worth.raw *= U256::from(2),
            Fault::ValueFalls => worth.raw /= U256::from(1 + self.operations),
            Fault::ValueOfManyIsLess if shares.raw > stub::tokens(shares.asset, 1_000) => {
                worth.raw /= U256::from(10);
            }
            _ => {}
        }
        Ok(worth)
    }

    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        assert!(!(self.is(Fault::PanicsOnHugeAmounts) && amount.raw == U256::MAX), "too much");
        let mut shares = self.inner().preview_deposit(amount, now)?;
        match self.fault {
            Fault::PreviewPromisesMore => shares += U256::ONE,
            Fault::LargeDepositsGetLess if amount.raw > stub::tokens(amount.asset, 1_000) => {
                shares /= U256::from(1_000);
            }
            _ => {}
        }
        Ok(shares)
    }

    fn preview_redeem(&self, shares: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        self.inner().preview_redeem(shares, now)
    }

    fn max_deposit(&self, asset: Asset, now: Moment) -> Result<U256, VaultError> {
        match self.inner().max_deposit(asset, now) {
            Err(VaultError::UnknownAsset { protocol, .. }) if self.is(Fault::MisnamesUnknownAssets) => {
                Err(VaultError::UnknownAsset { protocol, asset: self.assets[0] })
            }
            Ok(most) if self.is(Fault::IgnoresTheLimit) => Ok(most / U256::from(2)),
            answer => answer,
        }
    }

    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError> {
        if self.is(Fault::RunsBackwards) || self.is(Fault::OnlySomeGain) {
            self.seen = now;
        }
        self.inner().accrue(now)
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        if self.is(Fault::RefusesDeposits) {
            return self.refuse(Refusal::Closed);
        }
        let answer = self.inner().deposit(account, amount, now);
        if answer.is_err() && self.is(Fault::HalfApplies) {
            let _ = self.inner().deposit(OUTSIDER, self.first(), now);
        }
        let mut deposited = answer?;
        self.operations += 1;
        match self.fault {
            Fault::MintsForeignTokens => {
                let token = TokenAmount::new(stub::wbtc(), U256::ONE);
                deposited.transfers.push(Transfer::mint(account, token));
            }
            Fault::OutcomeLies => deposited.shares += U256::ONE,
            _ => {}
        }
        Ok(deposited)
    }

    fn mint(
        &mut self,
        account: Account,
        asset: Asset,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        if self.is(Fault::MintIsCheap) {
            // The asset of half of the shares buys them all.
            let half = TokenAmount::new(shares.asset, shares.raw / U256::from(2));
            let mut minted = self.inner().mint(account, asset, half, now)?;
            minted.shares = shares.raw;
            return Ok(minted);
        }
        self.inner().mint(account, asset, shares, now)
    }

    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        if self.is(Fault::RefusesRedemptions) {
            return self.refuse(Refusal::Closed);
        }
        let max_loss = if self.is(Fault::HidesLosses) { Bps::ONE } else { max_loss };
        if self.is(Fault::GivesForNothing) && shares.is_zero() {
            let transfers = [self.gift(account)].into_iter().collect();
            let received = TokenAmount::new(self.assets[0], U256::ONE);
            return Ok(Redeemed { shares: U256::ZERO, received, loss: U256::ZERO, transfers });
        }
        let stake = self.inner().share(self.assets[0]).is_none();
        let before = self.inner().fork();
        let mut redeemed = self.inner().redeem(account, shares, max_loss, now)?;
        self.operations += 1;
        match self.fault {
            Fault::DepositsGiveGifts => redeemed.transfers.push(self.gift(account)),
            Fault::LosesAWeiOnRedeem => {
                if let Some(last) = redeemed.transfers.last_mut() {
                    last.amount.raw = last.amount.raw.saturating_sub(U256::ONE);
                }
            }
            Fault::TakesFromOthers => {
                let robbed = Transfer::pay(Account::new(9_002), self.first());
                redeemed.transfers.push(robbed);
                let received = Transfer::receive(account, self.first());
                redeemed.transfers.push(received);
            }
            Fault::PaysTwice if stake => {
                // Paid out of an outsider's pocket, and the stake stays.
                *self.inner() = before;
                for transfer in &mut redeemed.transfers {
                    transfer.from = Party::Account(OUTSIDER);
                }
            }
            _ => {}
        }
        Ok(redeemed)
    }

    fn withdraw(
        &mut self,
        account: Account,
        amount: TokenAmount,
        max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.inner().withdraw(account, amount, max_loss, now)
    }

    fn request_redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Requested, VaultError> {
        self.inner().request_redeem(account, shares, now)
    }

    fn requests(&self, account: Account, now: Moment) -> Result<Vec<Request>, VaultError> {
        self.inner().requests(account, now)
    }

    fn claim_request(&mut self, account: Account, id: RequestId, now: Moment) -> Result<Claimed, VaultError> {
        if self.is(Fault::PaysEarly) {
            let late = Moment { time: now.time.plus(10 * 86_400), ..now };
            return self.inner().claim_request(account, id, late);
        }
        if self.is(Fault::PaysAnybody) {
            for owner in (9_001..=9_004).chain([9_101]).map(Account::new) {
                if self.inner().requests(owner, now)?.iter().any(|request| request.id == id) {
                    let mut claimed = self.inner().claim_request(owner, id, now)?;
                    for transfer in &mut claimed.transfers {
                        transfer.to = Party::Account(account);
                    }
                    return Ok(claimed);
                }
            }
        }
        self.inner().claim_request(account, id, now)
    }

    fn harvest(&mut self, caller: Account, now: Moment) -> Result<Harvested, VaultError> {
        let mut harvested = self.inner().harvest(caller, now)?;
        if self.is(Fault::HarvestHidesFees) {
            // A hundredth of everything goes to somebody, as a redemption of shares that nobody gave.
            let vault = self.inner().fork();
            let share = vault.issued()[0];
            let part = TokenAmount::new(share.asset, share.raw / U256::from(100));
            let taken = self.inner().redeem(OUTSIDER, part, Bps::ONE, now)?;
            self.inner().deposit(OUTSIDER, self.first(), now)?;
            harvested.transfers.extend(taken.transfers);
            harvested.transfers.push(Transfer::pay(OUTSIDER, self.first()));
        }
        Ok(harvested)
    }

    fn claimable(&self, account: Account, now: Moment) -> Result<Vec<TokenAmount>, VaultError> {
        let now = if self.is(Fault::ReadsAreStale) { stub::START } else { now };
        let mut all = self.inner().claimable(account, now)?;
        if self.is(Fault::EverybodyEarns) {
            for amount in &mut all {
                amount.raw += U256::ONE;
            }
        }
        Ok(all)
    }

    fn claim(&mut self, account: Account, now: Moment) -> Result<Claimed, VaultError> {
        let mut claimed = self.inner().claim(account, now)?;
        if self.is(Fault::ClaimPaysHalf) {
            let mut rest = Vec::new();
            for transfer in &mut claimed.transfers {
                let half = transfer.amount.raw / U256::from(2);
                let mut other = *transfer;
                other.amount.raw -= half;
                other.to = Party::Account(OUTSIDER);
                transfer.amount.raw = half;
                rest.push(other);
            }
            claimed.transfers.extend(rest);
            for amount in &mut claimed.received {
                amount.raw /= U256::from(2);
            }
        }
        Ok(claimed)
    }

    fn rebasing(&self) -> Option<Asset> {
        self.inner().rebasing()
    }

    fn balance(&self, holder: Account) -> U256 {
        let balance = self.inner().balance(holder);
        match self.fault {
            Fault::BalancesAreTooLarge => balance * U256::from(100_000),
            Fault::OnlySomeGain if holder == Account::new(9_002) => {
                let days = self.seen.time.since(stub::START.time) / 86_400;
                balance + balance * U256::from(days) / U256::from(1_000)
            }
            _ => balance,
        }
    }

    fn transfer(&mut self, from: Account, to: Account, amount: U256, now: Moment) -> Result<(), VaultError> {
        self.inner().transfer(from, to, amount, now)?;
        if self.is(Fault::TransfersLoseHalf) {
            self.inner().transfer(to, OUTSIDER, amount / U256::from(2), now)?;
        }
        Ok(())
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        self.inner().holdings()
    }

    fn issued(&self) -> Vec<TokenAmount> {
        self.inner().issued()
    }

    fn dump(&self) -> Dump {
        let dump = self.inner().dump();
        match self.fault {
            Fault::DumpIsRandom => {
                Dump::table([("count", Dump::text(COUNTER.fetch_add(1, Ordering::Relaxed))), ("inner", dump)])
            }
            Fault::DumpIsSilent => Dump::table::<&str>([]),
            Fault::RunsBackwards => Dump::table([("seen", Dump::text(self.seen.time)), ("inner", dump)]),
            _ => dump,
        }
    }
}

fn setup(fault: Fault) -> VaultSetup {
    use Fault::*;
    let vault = match fault {
        PaysTwice | ClaimPaysHalf | EverybodyEarns | ReadsAreStale => stub::staking(),
        PaysEarly | PaysAnybody | BalancesAreTooLarge | TransfersLoseHalf | OnlySomeGain => stub::liquid(),
        HidesLosses => Box::new(
            stub::Savings::new(stub::dai(), stub::asset("saDAI", 18), stub::START)
                .with_deposits(stub::tokens(stub::dai(), 3_000_000), stub::tokens(stub::dai(), 2_000_000))
                .with_exit_loss(Bps::new(30)),
        ),
        _ => stub::savings(),
    };
    let setup = VaultSetup::new(Broken::boxed(vault, fault), stub::START);
    if fault == ForgetsOnRebuild { setup.rebuilt_by(|_| Ok(stub::savings())) } else { setup }
}

#[test]
fn each_fault_is_caught_by_its_check() {
    use Fault::*;
    for (fault, by) in [
        (RefusesDeposits, "ordinary_use_works"),
        (RefusesRedemptions, "random_life_is_lively"),
        (HalfApplies, "all_or_nothing"),
        (LosesAWeiOnRedeem, "conservation"),
        (MintsForeignTokens, "conservation"),
        (TakesFromOthers, "conservation"),
        (OutcomeLies, "outcomes_match_the_tokens"),
        (ForkSharesState, "fork_is_independent"),
        (DumpIsRandom, "reads_are_pure"),
        (ReadsAreStale, "claims_pay_what_was_claimable"),
        (DumpIsRandom, "dump_is_deterministic"),
        (DumpIsSilent, "dump_tells_every_change"),
        (ForgetsOnRebuild, "dump_round_trips"),
        (RunsBackwards, "time_does_not_run_backwards"),
        (HidesExact, "unsupported_is_declared"),
        (DeclaresAQueue, "unsupported_is_declared"),
        (DeclaresAQueue, "the_queue_conserves"),
        (HidesTheShare, "tokens_are_as_declared"),
        (MisnamesUnknownAssets, "unknown_assets_are_named"),
        (PanicsOnHugeAmounts, "zero_and_huge_amounts_are_refused_without_panic"),
        (GivesForNothing, "zero_and_huge_amounts_are_refused_without_panic"),
        (IgnoresTheLimit, "deposit_limits_hold"),
        (PreviewPromisesMore, "previews_promise_no_more"),
        (DepositsGiveGifts, "deposit_then_redeem_never_profits"),
        (LargeDepositsGetLess, "more_in_never_gives_less"),
        (ValueOfManyIsLess, "value_is_monotonic_in_shares"),
        (ValueIsDoubled, "shares_are_covered"),
        (MintIsCheap, "exact_operations_invert"),
        (ValueFalls, "the_others_lose_nothing"),
        (HarvestHidesFees, "harvest_lowers_no_price_but_by_loss_and_fees"),
        (HidesLosses, "losses_are_bounded"),
        (PaysTwice, "nothing_leaves_twice"),
        (PaysEarly, "the_queue_conserves"),
        (PaysAnybody, "the_queue_conserves"),
        (ClaimPaysHalf, "claims_pay_what_was_claimable"),
        (EverybodyEarns, "strangers_earn_nothing"),
        (BalancesAreTooLarge, "the_ledger_sums_up"),
        (TransfersLoseHalf, "the_ledger_sums_up"),
        (OnlySomeGain, "rebases_are_shared"),
    ] {
        let verdict = check(&setup(fault), by);
        assert!(matches!(verdict, Verdict::Failed(_)), "{fault:?} should fail {by}, found {verdict:?}");
    }
}

#[test]
fn every_check_has_a_fault_that_it_catches() {
    let source = include_str!("broken_vaults.rs");
    for (name, _) in levmine_testkit::vault::names() {
        assert!(source.contains(&format!("\"{name}\"")), "no fault is there for {name}");
    }
}

#[test]
fn the_whole_suite_panics_with_the_story() {
    let setup = setup(Fault::LosesAWeiOnRedeem);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| conformance(&setup)))
        .expect_err("a broken vault does not conform");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.contains("FAILED conservation"), "{message}");
    assert!(message.contains("Deposit("), "the operations that led there: {message}");
    assert!(!message.contains("FAILED all_or_nothing"), "{message}");
}
