//! Pools that break one promise each, and the check that must catch it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use levmine_amm::{
    Added, AmmError, Amounts, Capabilities, Deposit, Pool, Quote, Rate, Refusal, Removal, Removed, Swap,
    Worth,
};
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, Party, PriceBook, TokenAmount, Transfer};
use levmine_math::{U256, Wad};
use levmine_testkit::amm::{PoolSetup, check, conformance};
use levmine_testkit::{Verdict, stub};

/// What is wrong with the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    RefusesToSwap,
    RefusesToRemove,
    HalfApplies,
    LosesAWeiOnSwap,
    MintsCoins,
    ForkSharesState,
    DumpIsRandom,
    HidesExactOut,
    DeclaresOneCoin,
    DeclaresCollectedFees,
    MisnamesUnknownAssets,
    PanicsOnHugeAmounts,
    IgnoresMin,
    QuotePromisesMore,
    SwapsGiveGifts,
    LargeOrdersGetLess,
    ExactOutAsksTooLittle,
    SpotIsPessimistic,
    RemovalsGiveGifts,
    SharesComeFromOwnPocket,
    PreviewPromisesMore,
    WorthPromisesMore,
    ValueFalls,
    ValueIsTheSpotValue,
    NeverMoves,
    ZapSellsHalf,
}

/// A pool with a fault; its copies share its state where that is the fault.
#[derive(Debug)]
struct Broken {
    inner: Arc<Mutex<Box<dyn Pool>>>,
    coins: Vec<Asset>,
    fault: Fault,
    operations: u64,
}

static COUNTER: AtomicU64 = AtomicU64::new(0);
const OUTSIDER: Account = Account::outsider(77);

impl Broken {
    fn boxed(pool: Box<dyn Pool>, fault: Fault) -> Box<dyn Pool> {
        let coins = pool.coins().to_vec();
        Box::new(Self { inner: Arc::new(Mutex::new(pool)), coins, fault, operations: 0 })
    }

    fn inner(&self) -> MutexGuard<'_, Box<dyn Pool>> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn gift(to: Account, coin: Asset) -> Transfer {
        let (from, to) = (Party::Account(OUTSIDER), Party::Account(to));
        Transfer { from, to, amount: TokenAmount::new(coin, stub::tokens(coin, 1_000_000)) }
    }

    /// Where it never moves, swaps are priced as at the start.
    fn priced(&self) -> Box<dyn Pool> {
        if self.is(Fault::NeverMoves) { stub::pool() } else { self.inner().fork() }
    }
}

impl Pool for Broken {
    fn descriptor(&self) -> &'static Descriptor {
        self.inner().descriptor()
    }

    fn version(&self) -> &'static str {
        self.inner().version()
    }

    fn capabilities(&self) -> Capabilities {
        let mut can = self.inner().capabilities();
        can.exact_out &= !self.is(Fault::HidesExactOut);
        can.collects_fees |= self.is(Fault::DeclaresCollectedFees);
        can.remove_one_coin |= self.is(Fault::DeclaresOneCoin);
        can
    }

    fn fork(&self) -> Box<dyn Pool> {
        let inner = if self.is(Fault::ForkSharesState) {
            self.inner.clone()
        } else {
            Arc::new(Mutex::new(self.inner().fork()))
        };
        Box::new(Self { inner, coins: self.coins.clone(), fault: self.fault, operations: self.operations })
    }

    fn coins(&self) -> &[Asset] {
        &self.coins
    }

    fn share(&self) -> Option<Asset> {
        self.inner().share()
    }

    fn reserves(&self) -> Amounts {
        self.inner().reserves()
    }

    fn spot_rate(&self, sell: Asset, buy: Asset, now: Moment) -> Result<Rate, AmmError> {
        match self.priced().spot_rate(sell, buy, now) {
            Err(AmmError::UnknownAsset { protocol, .. }) if self.is(Fault::MisnamesUnknownAssets) => {
                Err(AmmError::UnknownAsset { protocol, asset: self.coins[0] })
            }
            Ok(rate) if self.is(Fault::SpotIsPessimistic) => {
                Ok(Rate { buy: rate.buy / U256::from(2), ..rate })
            }
            answer => answer,
        }
    }

    fn quote_exact_in(&self, sell: TokenAmount, buy: Asset, now: Moment) -> Result<Quote, AmmError> {
        assert!(!(self.is(Fault::PanicsOnHugeAmounts) && sell.raw == U256::MAX), "too much");
        let mut quote = self.priced().quote_exact_in(sell, buy, now)?;
        if self.is(Fault::QuotePromisesMore) {
            quote.buy.raw += U256::ONE;
        }
        if self.is(Fault::LargeOrdersGetLess) && sell.raw > self.inner().reserves()[0] / U256::from(100) {
            quote.buy.raw /= U256::from(1_000);
        }
        Ok(quote)
    }

    fn quote_exact_out(&self, sell: Asset, buy: TokenAmount, now: Moment) -> Result<Quote, AmmError> {
        let mut quote = self.priced().quote_exact_out(sell, buy, now)?;
        if self.is(Fault::ExactOutAsksTooLittle) {
            quote.sell.raw /= U256::from(2);
        }
        Ok(quote)
    }

    fn swap_exact_in(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        min_buy: U256,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        if self.is(Fault::RefusesToSwap) {
            let refusal = Refusal::Closed;
            return Err(AmmError::Refused {
                protocol: "broken",
                refusal,
                code: "BROKEN",
                source: "broken".into(),
            });
        }
        let min_buy = if self.is(Fault::IgnoresMin) { U256::ZERO } else { min_buy };
        let answer = self.inner().swap_exact_in(trader, sell, buy, min_buy, now);
        if answer.is_err() && self.is(Fault::HalfApplies) {
            let little = TokenAmount::new(self.coins[0], U256::from(1_000_000_000_000_000_u64));
            let _ = self.inner().swap_exact_in(OUTSIDER, little, self.coins[1], U256::ZERO, now);
        }
        let mut swap = answer?;
        self.operations += 1;
        match self.fault {
            Fault::SwapsGiveGifts => swap.transfers.push(Self::gift(trader, buy)),
            Fault::LosesAWeiOnSwap => {
                if let Some(last) = swap.transfers.last_mut() {
                    last.amount.raw = last.amount.raw.saturating_sub(U256::ONE);
                }
            }
            Fault::MintsCoins => {
                for transfer in &mut swap.transfers {
                    if transfer.from == Party::Venue {
                        transfer.from = Party::Issuer;
                    }
                }
            }
            _ => {}
        }
        Ok(swap)
    }

    fn swap_exact_out(
        &mut self,
        trader: Account,
        sell: Asset,
        max_sell: U256,
        buy: TokenAmount,
        now: Moment,
    ) -> Result<Swap, AmmError> {
        self.operations += 1;
        self.inner().swap_exact_out(trader, sell, max_sell, buy, now)
    }

    fn add_liquidity(
        &mut self,
        provider: Account,
        deposit: &Deposit,
        now: Moment,
    ) -> Result<Added, AmmError> {
        let mut added = self.inner().add_liquidity(provider, deposit, now)?;
        if self.is(Fault::SharesComeFromOwnPocket) {
            // The right number of shares, but handed over and taken back first: others' shares are burned.
            let shares = added.shares;
            added.transfers.push(Transfer::mint(OUTSIDER, shares));
            added.transfers.push(Transfer::burn(OUTSIDER, shares));
        }
        Ok(added)
    }

    fn preview_remove(&self, shares: TokenAmount, now: Moment) -> Result<Amounts, AmmError> {
        let mut amounts = self.inner().preview_remove(shares, now)?;
        if let (Fault::PreviewPromisesMore, Some(amount)) = (self.fault, amounts.first_mut()) {
            *amount += U256::ONE;
        }
        Ok(amounts)
    }

    fn worth(&self, shares: TokenAmount, now: Moment) -> Result<Worth, AmmError> {
        let mut worth = self.inner().worth(shares, now)?;
        if let (Fault::WorthPromisesMore, Some(amount)) = (self.fault, worth.coins.first_mut()) {
            *amount += U256::ONE;
        }
        Ok(worth)
    }

    fn remove_liquidity(
        &mut self,
        provider: Account,
        shares: TokenAmount,
        removal: &Removal,
        now: Moment,
    ) -> Result<Removed, AmmError> {
        if self.is(Fault::RefusesToRemove) {
            let refusal = Refusal::Closed;
            return Err(AmmError::Refused {
                protocol: "broken",
                refusal,
                code: "BROKEN",
                source: "broken".into(),
            });
        }
        let mut removed = self.inner().remove_liquidity(provider, shares, removal, now)?;
        if self.is(Fault::RemovalsGiveGifts) {
            removed.transfers.push(Self::gift(provider, self.coins[0]));
        }
        Ok(removed)
    }

    fn fair_value(&self, shares: TokenAmount, prices: &PriceBook, now: Moment) -> Result<Wad, AmmError> {
        let value = self.inner().fair_value(shares, prices, now)?;
        match self.fault {
            Fault::ValueFalls => Ok(Wad::from_raw(value.raw() / U256::from(1 + self.operations))),
            Fault::ValueIsTheSpotValue => {
                let side = prices.value(TokenAmount::new(self.coins[0], self.reserves()[0]))?;
                Ok(Wad::from_raw(side.raw() * U256::from(2)))
            }
            _ => Ok(value),
        }
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

    fn zap_swap(&self, amounts: &Amounts, now: Moment) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
        if self.is(Fault::ZapSellsHalf) {
            let half = amounts.first().copied().unwrap_or_default() / U256::from(2);
            return Ok((!half.is_zero()).then(|| (TokenAmount::new(self.coins[0], half), self.coins[1])));
        }
        self.inner().zap_swap(amounts, now)
    }
}

fn setup(fault: Fault) -> PoolSetup {
    PoolSetup::new(Broken::boxed(stub::pool(), fault), stub::prices(), stub::START)
}

#[test]
fn each_fault_is_caught_by_its_check() {
    use Fault::*;
    for (fault, by) in [
        (RefusesToSwap, "ordinary_use_works"),
        (RefusesToRemove, "random_life_is_lively"),
        (HalfApplies, "all_or_nothing"),
        (LosesAWeiOnSwap, "conservation"),
        (MintsCoins, "conservation"),
        (ForkSharesState, "fork_is_independent"),
        (DumpIsRandom, "reads_are_pure"),
        (DumpIsRandom, "dump_is_deterministic"),
        (HidesExactOut, "unsupported_is_declared"),
        (DeclaresOneCoin, "unsupported_is_declared"),
        (DeclaresCollectedFees, "fees_are_paid_when_collected"),
        (MisnamesUnknownAssets, "unknown_assets_are_named"),
        (PanicsOnHugeAmounts, "zero_and_huge_amounts_are_refused_without_panic"),
        (IgnoresMin, "limits_are_kept"),
        (QuotePromisesMore, "quote_is_the_swap"),
        (SwapsGiveGifts, "round_trip_never_profits"),
        (LargeOrdersGetLess, "more_in_never_gives_less"),
        (ExactOutAsksTooLittle, "exact_out_inverts_exact_in"),
        (SpotIsPessimistic, "the_spot_rate_is_never_beaten"),
        (RemovalsGiveGifts, "add_then_remove_never_profits"),
        (SharesComeFromOwnPocket, "shares_are_conserved"),
        (PreviewPromisesMore, "previews_are_removals"),
        (WorthPromisesMore, "previews_are_removals"),
        (ValueFalls, "the_others_lose_nothing"),
        (ValueIsTheSpotValue, "fair_value_ignores_swaps"),
        (NeverMoves, "arbitrage_moves_to_the_price"),
        (ZapSellsHalf, "zap_leaves_little"),
    ] {
        let verdict = check(&setup(fault), by);
        assert!(matches!(verdict, Verdict::Failed(_)), "{fault:?} should fail {by}, found {verdict:?}");
    }
}

#[test]
fn every_check_has_a_fault_that_it_catches() {
    let source = include_str!("broken_pools.rs");
    for (name, _) in levmine_testkit::amm::names() {
        assert!(source.contains(&format!("\"{name}\"")), "no fault is there for {name}");
    }
}

#[test]
fn the_whole_suite_panics_with_the_story() {
    let setup = setup(Fault::LosesAWeiOnSwap);
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| conformance(&setup)))
        .expect_err("a broken pool does not conform");
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(message.contains("FAILED conservation"), "{message}");
    assert!(message.contains("SwapExactIn("), "the operations that led there: {message}");
    assert!(!message.contains("FAILED all_or_nothing"), "{message}");
}
