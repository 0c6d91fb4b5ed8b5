//! A whole day of the WETH reserve of Aave V3 on Polygon, from its own events: every rate and both indexes after every
//! update.
//!
//! The events tell neither the totals of the reserve nor the loans that only touched it. Both follow from the rates, which
//! carry 27 digits of the utilization:
//!
//! - The largest single operation of the day (a repayment) moves the utilization so far that one pair of integers alone,
//!   scaled debt and liquidity, gives the recorded rates before *and* after it. With the flows between, that is the state
//!   in the morning. Everything after is a prediction.
//! - A flash loan is paid out of the liquidity while its receiver acts: the rates of an operation inside are those without
//!   the loan, which gives its size. Its premium, and the index after it, are then predictions again.
//! - Debt that a liquidation repays has an update of the reserve and no event of the four kinds.
//!
//! The total of the aTokens shows itself only in what a premium adds to the supply index; it is the one number that fits
//! all premiums of the day.

use std::collections::BTreeMap;

use levmine::lending::{Amount, Context, FlashLoan, LendingMarket};
use levmine::market::{Asset, PriceBook, TokenAmount};
use levmine::math::U256;
use levmine_aave_v3::rates::{RateInput, calculate};
use levmine_aave_v3::{AaveV3Market, Curve, Params};

use super::aave_v3::{EVERYBODY, Recorded, at, largest, listing, market, prices, rules};
use super::data::{Row, csv, json, tell};

const UPDATES: &str = "vectors/aave_v3_polygon_weth_reserve_data_updated_2024_01_06.csv";
const EVENTS: &str = "vectors/aave_v3_polygon_weth_pool_events_2024_01_06.csv";
const REPORT: &str = "params/aave_v3_polygon_2023_10_31.json";

/// The premium of Polygon, and the part of it that is the protocol's: 4 basis points of the premium.
const PREMIUMS: &str = "flash_loan_premium = \"0.05%\"\nflash_loan_premium_to_protocol = \"0.04%\"";

/// An operation that left an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Supply(U256),
    Withdraw(U256),
    /// With the rate that the event tells.
    Borrow(U256, u128),
    Repay(U256),
    RepayWithATokens(U256),
}

impl Act {
    fn read(event: Row<'_>) -> Self {
        let words: Vec<String> = serde_json::from_str(event.text("data_words")).unwrap();
        let word = |at: usize| words[at].parse::<U256>().unwrap();
        match (event.text("event"), words.len()) {
            ("Supply", 2) => Self::Supply(word(1)),
            ("Withdraw", 1) => Self::Withdraw(word(0)),
            ("Borrow", 4) => {
                assert_eq!(word(2), U256::from(2), "a variable rate");
                Self::Borrow(word(1), word(3).try_into().unwrap())
            }
            ("Repay", 2) if word(1).is_zero() => Self::Repay(word(0)),
            ("Repay", 2) => Self::RepayWithATokens(word(0)),
            other => panic!("{other:?}"),
        }
    }

    fn amount(&self) -> U256 {
        let (Self::Supply(amount)
        | Self::Withdraw(amount)
        | Self::Borrow(amount, _)
        | Self::Repay(amount)
        | Self::RepayWithATokens(amount)) = self;
        *amount
    }
}

/// One update of the reserve: what `ReserveDataUpdated` tells, and the operation behind it.
#[derive(Debug, Clone)]
struct Update {
    time: u64,
    tx: String,
    supply_rate: u128,
    borrow_rate: u128,
    supply_index: u128,
    borrow_index: u128,
    act: Option<Act>,
}

/// The updates in their order, each with its operation: the event that follows it in its transaction, before the next
/// update.
fn updates() -> Option<Vec<Update>> {
    let (updates, events) = (csv(UPDATES)?, csv(EVENTS)?);
    let mut logs: BTreeMap<(String, u64), Act> = BTreeMap::new();
    for event in events.rows() {
        let key = (event.text("tx").to_string(), event.number("log_index"));
        assert_eq!(logs.insert(key, Act::read(event)), None);
    }
    let rows: Vec<Row<'_>> = updates.rows().collect();
    let mut list = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let (tx, log) = (row.text("tx"), row.number::<u64>("log_index"));
        let next = rows.get(at + 1).filter(|next| next.text("tx") == tx);
        let end = next.map_or(u64::MAX, |next| next.number("log_index"));
        let keys: Vec<_> =
            logs.range((tx.to_string(), log)..(tx.to_string(), end)).map(|(key, _)| key.clone()).collect();
        assert!(keys.len() <= 1, "two operations for one update in {tx}");
        list.push(Update {
            time: row.number("ts"),
            tx: tx.into(),
            supply_rate: row.number("liquidity_rate_ray"),
            borrow_rate: row.number("variable_borrow_rate_ray"),
            supply_index: row.number("liquidity_index_ray"),
            borrow_index: row.number("variable_borrow_index_ray"),
            act: keys.first().and_then(|key| logs.remove(key)),
        });
    }
    assert!(logs.is_empty(), "an operation without an update: {logs:?}");
    Some(list)
}

/// The reserve: its asset, its parameters, its price. No operation depends on the price: the one account is healthy.
struct Weth {
    asset: Asset,
    params: Params,
    curve: Curve,
    book: PriceBook,
}

impl Weth {
    fn new(report: &serde_json::Value) -> Self {
        let asset = Asset::new("WETH", 18).unwrap();
        let (params, curve) = listing(report, "WETH");
        Self { asset, params, curve, book: prices(&[(asset, 200_000_000_000)]) }
    }

    /// A market right after an update, with these totals: one account has and owes everything.
    fn market(&self, update: &Update, supplied: U256, owed: U256, held: U256) -> AaveV3Market {
        let recorded = Recorded {
            asset: self.asset,
            params: self.params,
            curve: self.curve,
            time: update.time,
            supply_rate: update.supply_rate,
            borrow_rate: update.borrow_rate,
            supply_index: update.supply_index,
            borrow_index: update.borrow_index,
            scaled_supply: supplied,
            scaled_debt: owed,
            held,
        };
        market("3.0", PREMIUMS, &[recorded], &[vec![(supplied, owed)]])
    }

    fn ctx(&self, time: u64) -> Context<'_> {
        Context { now: at(time), prices: &self.book }
    }

    fn act(&self, market: &mut AaveV3Market, act: Act, time: u64) {
        let (asset, ctx, amount) = (self.asset, self.ctx(time), Amount::Exact(act.amount()));
        let everybody = EVERYBODY.into();
        let done = match act {
            Act::Supply(_) => market.supply(everybody, asset, amount, &ctx),
            Act::Withdraw(_) => market.withdraw(everybody, asset, amount, &ctx),
            Act::Borrow(..) => market.borrow(everybody, asset, amount, &ctx),
            Act::Repay(_) => market.repay(everybody, asset, amount, &ctx),
            Act::RepayWithATokens(amount) => {
                let text = format!("by = \"everybody\"\nasset = \"{asset}\"\namount = \"{amount}\"");
                let node = levmine::config::parse_toml("act.toml", &text).unwrap();
                let mut fields = node.fields().unwrap();
                market.special("repayWithATokens", &mut fields, &|_| EVERYBODY, &ctx).unwrap().unwrap();
                return;
            }
        };
        assert_eq!(done.unwrap_or_else(|error| panic!("{act:?}: {error}")).amount, act.amount());
    }

    fn lend(&self, market: &mut AaveV3Market, amount: U256, time: u64) -> FlashLoan {
        let amount = TokenAmount::new(self.asset, amount);
        market.flash_borrow(EVERYBODY, amount, &self.ctx(time)).unwrap().0
    }

    fn rates(&self, market: &AaveV3Market, time: u64) -> [u128; 2] {
        let rates = market.rates(self.asset, at(time)).unwrap();
        [rates.supply, rates.borrow].map(|rate| rate.raw().try_into().unwrap())
    }

    fn owed(&self, market: &AaveV3Market, time: u64) -> U256 {
        market.rates(self.asset, at(time)).unwrap().borrowed
    }

    /// The rates at these totals, as the adapter has them.
    fn rates_at(&self, total_debt: U256, liquidity: U256) -> [u128; 2] {
        let input = RateInput {
            total_debt,
            liquidity,
            added: U256::ZERO,
            taken: U256::ZERO,
            unbacked: U256::ZERO,
            reserve_factor: self.params.reserve_factor,
        };
        let output = calculate(rules(), &self.curve, &input).unwrap();
        [output.supply, output.borrow].map(|rate| rate.try_into().unwrap())
    }

    /// The most liquidity at which borrowers still pay `rate`; the adapter's rate falls with every unit more.
    fn liquidity_at(&self, debt: U256, rate: u128) -> U256 {
        largest(debt << 7_usize, |liquidity| self.rates_at(debt, liquidity)[1] >= rate)
    }
}

/// The scaled debt and the liquidity right before the largest operation, a repayment: the only ones that give the
/// recorded rates before and after it.
fn totals_before(weth: &Weth, updates: &[Update], largest_at: usize) -> (U256, U256) {
    let (before, after) = (&updates[largest_at - 1], &updates[largest_at]);
    let act = after.act.unwrap();
    assert!(matches!(act, Act::Repay(_)), "{act:?}");
    // Liquidity that gives the rates before; one unit to either side for the digits that a rate does not carry.
    let owed = |scaled| weth.owed(&weth.market(before, scaled, scaled, U256::ZERO), before.time);
    let rates_after = |scaled: U256, held| {
        let mut market = weth.market(before, scaled << 4_usize, scaled, held);
        weth.act(&mut market, act, after.time);
        weth.rates(&market, after.time)
    };
    // The more is owed, the less the repayment lowers the rate.
    let most = U256::ONE << 80_usize;
    let about = largest(most, |scaled| {
        let debt = owed(scaled);
        debt <= act.amount() << 1_usize
            || rates_after(scaled, weth.liquidity_at(debt, before.borrow_rate))[1] < after.borrow_rate
    });
    let mut found = Vec::new();
    for scaled in (0..2_001_u64).map(|offset| about + U256::from(offset) - U256::from(1_000)) {
        let debt = owed(scaled);
        let liquidity = weth.liquidity_at(debt, before.borrow_rate);
        for held in [liquidity - U256::ONE, liquidity, liquidity + U256::ONE] {
            let recorded = [before.supply_rate, before.borrow_rate];
            if weth.rates_at(debt, held) == recorded
                && rates_after(scaled, held) == [after.supply_rate, after.borrow_rate]
            {
                found.push((scaled, held));
            }
        }
    }
    let [only] = found[..] else { panic!("{} states give the recorded rates: {found:?}", found.len()) };
    only
}

/// The scaled debt and the liquidity right after the first update: back from the largest operation by what every
/// operation between changes.
fn totals_of_the_morning(weth: &Weth, updates: &[Update]) -> (U256, U256) {
    let amount = |update: &Update| update.act.map_or(U256::ZERO, |act| act.amount());
    let largest_at = (1..updates.len()).max_by_key(|at| amount(&updates[*at])).unwrap();
    let (mut scaled, _) = totals_before(weth, updates, largest_at);
    let plenty = scaled << 2_usize;
    for at in (1..largest_at).rev() {
        let Some(act) = updates[at].act else { continue };
        let mut market = weth.market(&updates[at - 1], plenty, plenty >> 2_usize, plenty);
        let before = market.pool().reserves()[0].scaled_debt;
        weth.act(&mut market, act, updates[at].time);
        scaled = scaled + before - market.pool().reserves()[0].scaled_debt;
    }
    let first = &updates[0];
    let debt = weth.owed(&weth.market(first, scaled, scaled, U256::ZERO), first.time);
    let liquidity = weth.liquidity_at(debt, first.borrow_rate);
    let near = [liquidity - U256::ONE, liquidity, liquidity + U256::ONE];
    let mut exact =
        near.into_iter().filter(|held| weth.rates_at(debt, *held) == [first.supply_rate, first.borrow_rate]);
    let held = exact.next().expect("liquidity that gives the first rates");
    assert_eq!(exact.next(), None, "one liquidity only");
    (scaled, held)
}

/// What an update was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// An operation.
    Act(Act),
    /// An operation while a flash loan of this size was out.
    ActInside(Act, U256),
    /// The return of the flash loan.
    Return,
    /// A repayment of this size without an event of its own.
    Liquidated(U256),
}

/// Finds what every update after the first was, by the rates alone.
fn steps(weth: &Weth, updates: &[Update], mut market: AaveV3Market) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut loan: Option<FlashLoan> = None;
    for (number, update) in updates.iter().enumerate().skip(1) {
        let recorded = [update.supply_rate, update.borrow_rate];
        let rates = |market: &AaveV3Market| weth.rates(market, update.time);
        let step = match (update.act, loan.take()) {
            (Some(act), out) => {
                assert!(out.is_none(), "{}: two operations inside of one loan", update.tx);
                let mut after = market.clone();
                weth.act(&mut after, act, update.time);
                if rates(&after) == recorded {
                    Step::Act(act)
                } else {
                    let returns = updates
                        .get(number + 1)
                        .is_some_and(|next| next.tx == update.tx && next.act.is_none());
                    assert!(returns, "{}: other rates, and no flash loan", update.tx);
                    let held = after.pool().reserves()[0].held;
                    let left = weth.liquidity_at(weth.owed(&after, update.time), update.borrow_rate);
                    Step::ActInside(act, held - left)
                }
            }
            (None, Some(out)) => {
                loan = Some(out);
                Step::Return
            }
            (None, None) => {
                let paid = largest(weth.owed(&market, update.time) >> 1_usize, |amount| {
                    let mut after = market.clone();
                    amount.is_zero() || {
                        weth.act(&mut after, Act::Repay(amount), update.time);
                        rates(&after)[1] >= update.borrow_rate
                    }
                });
                Step::Liquidated(paid)
            }
        };
        loan = apply(weth, &mut market, step, loan, update.time);
        assert_eq!(rates(&market), recorded, "{number} {}: {step:?}", update.tx);
        steps.push(step);
    }
    assert_eq!(loan, None);
    steps
}

/// Applies a step and returns the flash loan that is out afterwards.
fn apply(
    weth: &Weth,
    market: &mut AaveV3Market,
    step: Step,
    loan: Option<FlashLoan>,
    time: u64,
) -> Option<FlashLoan> {
    match step {
        Step::Act(act) => weth.act(market, act, time),
        Step::Liquidated(amount) => weth.act(market, Act::Repay(amount), time),
        Step::ActInside(act, amount) => {
            let loan = weth.lend(market, amount, time);
            weth.act(market, act, time);
            return Some(loan);
        }
        Step::Return => {
            market.flash_repay(loan.expect("a loan that is out"), &weth.ctx(time)).unwrap();
        }
    }
    None
}

/// Replays the day from a total of aTokens, and returns the supply index that the adapter has after the first return of
/// a loan where it is not the recorded one, with the recorded one.
fn first_difference(
    weth: &Weth,
    updates: &[Update],
    steps: &[Step],
    mut market: AaveV3Market,
) -> Option<(u128, u128)> {
    let mut loan = None;
    for (update, step) in updates[1..].iter().zip(steps) {
        loan = apply(weth, &mut market, *step, loan, update.time);
        let index = market.pool().reserves()[0].liquidity_index;
        if index != update.supply_index {
            return Some((index, update.supply_index));
        }
    }
    None
}

#[test]
fn every_update_of_a_day() {
    let (Some(updates), Some(report)) = (updates(), json(REPORT)) else { return };
    let weth = Weth::new(&report);
    let (owed, held) = totals_of_the_morning(&weth, &updates);
    let first = &updates[0];
    let start = |supplied| weth.market(first, supplied, owed, held);
    let total = held + weth.owed(&start(owed), first.time);
    let steps = steps(&weth, &updates, start(total));

    // More aTokens leave less of a premium for each: the index falls as the total rises.
    let supplied = largest(total << 1_usize, |supplied| {
        supplied < owed
            || first_difference(&weth, &updates, &steps, start(supplied))
                .is_some_and(|(index, recorded)| index > recorded)
    }) + U256::ONE;

    let mut market = start(supplied);
    // What suppliers and treasury are owed is what the pool holds and is owed, save a fraction of a thousandth of WETH.
    let claims = market.supplied(EVERYBODY, weth.asset, at(first.time)).unwrap();
    assert!(claims.abs_diff(total) < U256::from(1_000_000_000_000_000_u64), "{claims} {total}");

    let (mut acts, mut inside, mut round, mut liquidated, mut loans, mut borrows) = (0, 0, 0, 0, 0, 0);
    let mut loan = None;
    for (update, step) in updates[1..].iter().zip(&steps) {
        let before = market.pool().reserves()[0];
        loan = apply(&weth, &mut market, *step, loan, update.time);
        let reserve = market.pool().reserves()[0];
        assert_eq!(
            weth.rates(&market, update.time),
            [update.supply_rate, update.borrow_rate],
            "{}",
            update.tx
        );
        let indexes = [reserve.liquidity_index, reserve.borrow_index];
        assert_eq!(indexes, [update.supply_index, update.borrow_index], "{}: {step:?}", update.tx);
        assert_eq!(reserve.last_update, update.time);
        match step {
            Step::Act(_) => acts += 1,
            Step::ActInside(_, amount) => {
                // Nothing here knows that people borrow round amounts.
                round += usize::from((*amount % U256::from(1_000_000_000_000_000_u64)).is_zero());
                inside += 1;
            }
            Step::Liquidated(amount) => {
                assert_eq!(*amount, U256::from(27_992_487_296_908_127_u64));
                liquidated += 1;
            }
            Step::Return => {
                // In the second of the operation inside: the premium alone has raised the index.
                assert_eq!(before.last_update, update.time);
                assert!(reserve.liquidity_index > before.liquidity_index);
                loans += 1;
            }
        }
        if let Some(Act::Borrow(_, told)) = update.act {
            assert_eq!(told, update.borrow_rate, "{}", update.tx);
            borrows += 1;
        }
    }
    tell(&format!(
        "aave-v3 polygon WETH 2024-01-06: {} updates, 1 to begin from, {} operations exact ({inside} of them within a \
         flash loan), {loans} returns of flash loans exact ({round} of round amounts), {liquidated} repayment by a liquidation; rates and indexes \
         of all; {} events",
        updates.len(),
        acts + inside,
        updates.iter().filter(|update| update.act.is_some()).count(),
    ));
    assert_eq!((updates.len(), acts, inside, loans, liquidated, borrows), (445, 381, 31, 31, 1, 33));
    assert_eq!(round, 20);
}
