//! Markets that break one promise each, and the check that must catch it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use levmine_lending::{
    Amount, Capabilities, Change, Context, FlashLoan, Flow, Health, HealthFactor, LendingError,
    LendingMarket, LiquidationCall, LiquidationOutcome, Listing, Position, Rates, Receipt, Refusal, Sale,
    SaleId, SaleOutcome, Setting,
};
use levmine_market::{
    Account, Actor, Asset, Descriptor, Dump, Moment, Party, Price, PriceBook, TokenAmount, Transfers,
};
use levmine_math::{U256, Wad};
use levmine_testkit::lending::{LendingSetup, check, conformance};
use levmine_testkit::{Verdict, stub};

/// What is wrong with the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    RefusesToGiveAllBack,
    NeverLiquidates,
    HalfApplies,
    LosesAWeiOnWithdraw,
    ReceiptLies,
    ForkSharesState,
    ReadsAreStale,
    PositionForgetsDebts,
    DumpIsRandom,
    RunsBackwards,
    DeclaresModes,
    HidesFlashLoans,
    LetsStrangersTake,
    DelegatesWithoutLimit,
    IgnoresTheSwitch,
    MintsFromItsHoldings,
    MisnamesUnknownAssets,
    PanicsOnHugeAmounts,
    GivesOnSupply,
    ForgivesDebt,
    OverpaidDebtIsSupplied,
    FactorUpsideDown,
    IgnoresTheLimit,
    SuppliesShrink,
    TimeHeals,
    HealthIsBlind,
    HealthPanics,
    HidesBadDebt,
    FlashFeeLies,
    SaleUnderstatesItsPrice,
    FlowsGoNowhere,
    FlowsFailSilently,
    FlowsAreGiven,
    GovernanceGives,
}

/// A market with a fault; its copies share its state where that is the fault.
#[derive(Debug)]
struct Broken {
    inner: Arc<Mutex<Box<dyn LendingMarket>>>,
    fault: Fault,
    seen: Moment,
}

static COUNTER: AtomicU64 = AtomicU64::new(0);
const OUTSIDER: Account = Account::outsider(77);

impl Broken {
    fn boxed(market: Box<dyn LendingMarket>, fault: Fault) -> Box<dyn LendingMarket> {
        Box::new(Self { inner: Arc::new(Mutex::new(market)), fault, seen: stub::START })
    }

    fn inner(&self) -> MutexGuard<'_, Box<dyn LendingMarket>> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn look(&self, now: Moment) -> Moment {
        if self.is(Fault::ReadsAreStale) { stub::START } else { now }
    }

    /// Seconds since the start.
    fn age(now: Moment) -> U256 {
        U256::from(now.time.since(stub::START.time))
    }

    fn refuse<T>(&self, refusal: Refusal) -> Result<T, LendingError> {
        Err(LendingError::Refused { protocol: "broken", refusal, code: "BROKEN", source: "broken".into() })
    }
}

impl LendingMarket for Broken {
    fn descriptor(&self) -> &'static Descriptor {
        self.inner().descriptor()
    }

    fn version(&self) -> &'static str {
        self.inner().version()
    }

    fn capabilities(&self) -> Capabilities {
        let mut can = self.inner().capabilities();
        can.modes |= self.is(Fault::DeclaresModes);
        can.flash_loans &= !self.is(Fault::HidesFlashLoans);
        can
    }

    fn fork(&self) -> Box<dyn LendingMarket> {
        let inner = if self.is(Fault::ForkSharesState) {
            self.inner.clone()
        } else {
            Arc::new(Mutex::new(self.inner().fork()))
        };
        Box::new(Self { inner, fault: self.fault, seen: self.seen })
    }

    fn assets(&self) -> Vec<Asset> {
        self.inner().assets()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        match self.inner().listing(asset) {
            Err(LendingError::UnknownAsset { protocol, .. }) if self.is(Fault::MisnamesUnknownAssets) => {
                Err(LendingError::UnknownAsset { protocol, asset: stub::weth() })
            }
            answer => answer,
        }
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        self.inner().rates(asset, now)
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        let supplied = self.inner().supplied(owner, asset, self.look(now))?;
        Ok(if self.is(Fault::SuppliesShrink) { supplied.saturating_sub(Self::age(now)) } else { supplied })
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        self.inner().debt(owner, asset, self.look(now))
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        let mut position = self.inner().position(owner, self.look(now))?;
        if self.is(Fault::PositionForgetsDebts) {
            position.debts.clear();
        }
        Ok(position)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        assert!(!self.is(Fault::HealthPanics) || ctx.prices.iter().next().is_some(), "no prices");
        let mut health = self.inner().health(owner, ctx)?;
        if let HealthFactor::Of(factor) = &mut health.factor {
            match self.fault {
                Fault::FactorUpsideDown => {
                    *factor = Wad::ONE.div(*factor, levmine_math::Rounding::Down).unwrap_or(Wad::MAX);
                }
                Fault::TimeHeals => {
                    *factor =
                        Wad::from_raw(factor.raw() + Self::age(ctx.now) * U256::from(1_000_000_000_000_u64))
                }
                _ => {}
            }
        }
        health.liquidatable &= !self.is(Fault::HealthIsBlind);
        Ok(health)
    }

    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        if self.is(Fault::RunsBackwards) && now < self.seen {
            let asset = self.assets()[0];
            return self.inner().approve_borrow(OUTSIDER, OUTSIDER, asset, U256::from(now.time.0));
        }
        self.seen = self.seen.max(now);
        self.inner().accrue(now)
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let mut receipt = self.inner().supply(actor, asset, amount, ctx)?;
        if self.is(Fault::GivesOnSupply) {
            let gift = Actor { caller: OUTSIDER, owner: actor.owner };
            let gift = self.inner().supply(gift, asset, Amount::Exact(U256::from(10)), ctx)?;
            receipt.transfers.extend(gift.transfers);
        }
        if self.is(Fault::ReceiptLies) {
            receipt.amount += U256::ONE;
        }
        Ok(receipt)
    }

    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        if self.is(Fault::RefusesToGiveAllBack) && amount == Amount::All {
            return self.refuse(Refusal::InsufficientBalance);
        }
        let by = if self.is(Fault::LetsStrangersTake) { Actor::from(actor.owner) } else { actor };
        let mut receipt = self.inner().withdraw(by, asset, amount, ctx)?;
        for transfer in &mut receipt.transfers {
            transfer.to = Party::Account(actor.caller);
            if self.is(Fault::LosesAWeiOnWithdraw) {
                transfer.amount.raw = transfer.amount.raw.saturating_sub(U256::ONE);
            }
        }
        Ok(receipt)
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        if self.is(Fault::PanicsOnHugeAmounts) && amount == Amount::Exact(U256::ONE << 255_usize) {
            panic!("too much");
        }
        if self.is(Fault::DelegatesWithoutLimit) {
            self.inner().approve_borrow(actor.owner, actor.caller, asset, U256::MAX)?;
        }
        let mut dear = PriceBook::new();
        for (known, price) in ctx.prices.iter() {
            let double = Price(Wad::from_raw(price.0.raw() * U256::from(2)));
            dear.set(known, if known == asset { price } else { double });
        }
        let blind = Context { now: ctx.now, prices: &dear };
        let ctx = if self.is(Fault::IgnoresTheLimit) { &blind } else { ctx };
        let answer = self.inner().borrow(actor, asset, amount, ctx);
        if answer.is_err() && self.is(Fault::HalfApplies) {
            let asset = self.assets()[0];
            let _ = self.inner().approve_borrow(actor.owner, OUTSIDER, asset, U256::ONE);
        }
        let mut receipt = answer?;
        if self.is(Fault::ForgivesDebt) {
            let gift = Actor { caller: OUTSIDER, owner: actor.owner };
            let gift = self.inner().repay(gift, asset, Amount::Exact(U256::from(10)), ctx)?;
            receipt.transfers.extend(gift.transfers);
        }
        if self.is(Fault::MintsFromItsHoldings) {
            for transfer in &mut receipt.transfers {
                transfer.from = Party::Venue;
            }
        }
        Ok(receipt)
    }

    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let mut receipt = self.inner().repay(actor, asset, amount, ctx)?;
        if let (Fault::OverpaidDebtIsSupplied, Amount::Exact(asked)) = (self.fault, amount) {
            let rest = asked - receipt.amount;
            if !rest.is_zero() {
                let supplied = self.inner().supply(actor, asset, Amount::Exact(rest), ctx)?;
                receipt.transfers.extend(supplied.transfers);
                receipt.amount = asked;
            }
        }
        Ok(receipt)
    }

    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome, LendingError> {
        if self.is(Fault::NeverLiquidates) {
            return self.refuse(Refusal::Closed);
        }
        let mut outcome = self.inner().liquidate(call, ctx)?;
        if self.is(Fault::HidesBadDebt) {
            outcome.bad_debt.clear();
        }
        Ok(outcome)
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        self.inner().holdings()
    }

    fn issued(&self) -> Vec<TokenAmount> {
        self.inner().issued()
    }

    fn dump(&self) -> Dump {
        let dump = self.inner().dump();
        if self.is(Fault::DumpIsRandom) {
            return Dump::table([
                ("count", Dump::text(COUNTER.fetch_add(1, Ordering::Relaxed))),
                ("inner", dump),
            ]);
        }
        dump
    }

    fn set_collateral(
        &mut self,
        owner: Account,
        asset: Asset,
        on: bool,
        ctx: &Context<'_>,
    ) -> Result<(), LendingError> {
        if self.is(Fault::IgnoresTheSwitch) {
            return Ok(());
        }
        self.inner().set_collateral(owner, asset, on, ctx)
    }

    fn set_mode(&mut self, owner: Account, mode: u8, ctx: &Context<'_>) -> Result<(), LendingError> {
        self.inner().set_mode(owner, mode, ctx)
    }

    fn approve_borrow(
        &mut self,
        owner: Account,
        to: Account,
        asset: Asset,
        amount: U256,
    ) -> Result<(), LendingError> {
        self.inner().approve_borrow(owner, to, asset, amount)
    }

    fn flash_fee(&self, amount: TokenAmount) -> Result<U256, LendingError> {
        let fee = self.inner().flash_fee(amount)?;
        Ok(if self.is(Fault::FlashFeeLies) { fee + U256::ONE } else { fee })
    }

    fn flash_borrow(
        &mut self,
        borrower: Account,
        amount: TokenAmount,
        ctx: &Context<'_>,
    ) -> Result<(FlashLoan, Transfers), LendingError> {
        self.inner().flash_borrow(borrower, amount, ctx)
    }

    fn flash_repay(&mut self, loan: FlashLoan, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        self.inner().flash_repay(loan, ctx)
    }

    fn govern(&mut self, change: &Change, ctx: &Context<'_>) -> Result<(), LendingError> {
        if self.is(Fault::GovernanceGives)
            && let Setting::MaxLtv(_) = change.to
        {
            // Somebody gets something by it.
            let somebody = levmine_testkit::lending::Sandbox::actors()[0];
            let asset = change.asset.unwrap_or(stub::weth());
            let actor = Actor { caller: OUTSIDER, owner: somebody };
            return self.inner().supply(actor, asset, Amount::Exact(U256::from(7_u64)), ctx).map(drop);
        }
        self.inner().govern(change, ctx)
    }

    fn flow(&mut self, flow: Flow, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        if let (Fault::FlowsGoNowhere, Amount::Exact(amount)) = (self.fault, flow.amount) {
            return Ok(Receipt { amount, transfers: Transfers::new() });
        }
        if self.is(Fault::FlowsAreGiven) && flow.kind == levmine_lending::FlowKind::Supply {
            let somebody = levmine_testkit::lending::Sandbox::actors()[0];
            let actor = Actor { caller: OUTSIDER, owner: somebody };
            return self.inner().supply(actor, flow.asset, flow.amount, ctx);
        }
        match self.inner().flow(flow, ctx) {
            Err(_) if self.is(Fault::FlowsFailSilently) => {
                Ok(Receipt { amount: U256::ZERO, transfers: Transfers::new() })
            }
            answer => answer,
        }
    }

    fn sales(&self, ctx: &Context<'_>) -> Result<Vec<Sale>, LendingError> {
        let mut sales = self.inner().sales(ctx)?;
        for sale in &mut sales {
            if self.is(Fault::SaleUnderstatesItsPrice) {
                sale.price = Wad::from_raw(sale.price.raw() - U256::ONE);
            }
        }
        Ok(sales)
    }

    fn buy(
        &mut self,
        buyer: Account,
        sale: SaleId,
        amount: U256,
        max_price: Wad,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        self.inner().buy(buyer, sale, amount, max_price, ctx)
    }

    fn restart_sale(
        &mut self,
        caller: Account,
        sale: SaleId,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        self.inner().restart_sale(caller, sale, ctx)
    }
}

fn setup(market: Box<dyn LendingMarket>, fault: Fault) -> LendingSetup {
    LendingSetup::new(Broken::boxed(market, fault), stub::prices(), stub::START)
}

#[track_caller]
fn caught(market: fn() -> Box<dyn LendingMarket>, fault: Fault, by: &str) {
    let verdict = check(&setup(market(), fault), by);
    assert!(matches!(verdict, Verdict::Failed(_)), "{fault:?} should fail {by}, found {verdict:?}");
}

#[test]
fn each_fault_is_caught_by_its_check() {
    use Fault::*;
    for (fault, by) in [
        (RefusesToGiveAllBack, "ordinary_use_works"),
        (NeverLiquidates, "random_life_is_lively"),
        (HalfApplies, "all_or_nothing"),
        (LosesAWeiOnWithdraw, "conservation"),
        (ReceiptLies, "receipts_match_the_tokens"),
        (ForkSharesState, "fork_is_independent"),
        (ReadsAreStale, "reads_are_pure"),
        (PositionForgetsDebts, "positions_agree_with_reads"),
        (DumpIsRandom, "dump_is_deterministic"),
        (RunsBackwards, "time_does_not_run_backwards"),
        (HidesFlashLoans, "unsupported_is_declared"),
        (LetsStrangersTake, "strangers_cannot_take"),
        (DelegatesWithoutLimit, "delegated_credit_is_limited"),
        (IgnoresTheSwitch, "collateral_switch_counts"),
        (MisnamesUnknownAssets, "unknown_assets_are_named"),
        (PanicsOnHugeAmounts, "zero_and_huge_amounts_are_refused_without_panic"),
        (HealthPanics, "zero_and_huge_amounts_are_refused_without_panic"),
        (GivesOnSupply, "supply_then_withdraw_never_profits"),
        (ForgivesDebt, "borrow_then_repay_never_profits"),
        (OverpaidDebtIsSupplied, "repaying_more_than_the_debt_pays_the_debt"),
        (FactorUpsideDown, "more_debt_never_raises_health"),
        (FactorUpsideDown, "more_collateral_never_lowers_health"),
        (FactorUpsideDown, "falling_collateral_never_raises_health"),
        (IgnoresTheLimit, "the_borrow_limit_holds"),
        (SuppliesShrink, "indexes_never_fall"),
        (TimeHeals, "interest_never_helps_the_borrower"),
        (HealthIsBlind, "health_agrees_with_liquidation"),
        (NeverLiquidates, "liquidation_conserves_and_reports_bad_debt"),
        (HidesBadDebt, "liquidation_conserves_and_reports_bad_debt"),
        (FlashFeeLies, "flash_loan_returns_with_fee"),
        (FlowsGoNowhere, "flows_move_utilization_and_rates"),
        (FlowsFailSilently, "flows_end_at_what_there_is"),
        (FlowsAreGiven, "flows_are_nobody_elses"),
        (GovernanceGives, "changes_count_from_now_on"),
    ] {
        caught(stub::pooled, fault, by);
    }
    caught(stub::vault, DeclaresModes, "unsupported_is_declared");
    caught(stub::vault, MintsFromItsHoldings, "minted_assets_go_through_the_issuer");
    caught(stub::vault, SaleUnderstatesItsPrice, "sales_keep_their_price");
    caught(stub::absorber, SaleUnderstatesItsPrice, "sales_keep_their_price");
    caught(stub::absorber, HidesBadDebt, "liquidation_conserves_and_reports_bad_debt");
}

#[test]
fn every_check_has_a_fault_that_it_catches() {
    // The table above, seen from the checks: a new check needs a new fault.
    let source = include_str!("broken_lending.rs");
    for (name, _) in levmine_testkit::lending::names() {
        assert!(source.contains(&format!("\"{name}\"")), "no fault is there for {name}");
    }
}

#[test]
fn the_whole_suite_panics_with_the_story() {
    let setup = setup(stub::pooled(), Fault::LosesAWeiOnWithdraw);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| conformance(&setup)))
        .expect_err("a broken market does not conform");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.contains("FAILED conservation"), "{message}");
    assert!(message.contains("Withdraw("), "the operations that led there: {message}");
    assert!(message.contains("shrunk to the steps"), "{message}");
    assert!(!message.contains("FAILED all_or_nothing"), "{message}");
}

#[test]
fn exceptions_are_shown_as_skipped() {
    let setup = setup(stub::pooled(), Fault::FlashFeeLies)
        .except("flash_loan_returns_with_fee", "it lies on purpose");
    let report = conformance(&setup);
    assert!(report.skipped().any(|name| name == "flash_loan_returns_with_fee"));
    assert!(report.to_string().contains("it lies on purpose"));
}

#[test]
fn one_wrong_capability_skips_or_fails_but_is_never_silent() {
    let report = levmine_testkit::lending::report(&setup(stub::pooled(), Fault::HidesFlashLoans));
    assert!(report.failed().any(|name| name == "unsupported_is_declared"));
    assert!(report.skipped().any(|name| name == "flash_loan_returns_with_fee"));
}
