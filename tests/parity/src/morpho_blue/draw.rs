//! Which operation comes next.

use levmine_lending::Context;
use levmine_market::{Moment, Timestamp};
use levmine_math::{Rounding, U256, mul_div, pow10};
use levmine_morpho_blue::risk::{ORACLE_PRICE_SCALE, cover};
use levmine_morpho_blue::{Irm, Oracle, Position, State, Totals, ratio};

use super::contracts::ACCOUNTS;
use super::{COLLATERAL, LLTVS, LOAN, MorphoBlueTwin, model};
use crate::Operation;
use crate::random::Random;

/// The first operations fill the market.
const WARM_UP: u64 = 10;

/// Amounts that leave a wallet stay far below what every wallet has.
const LARGEST_GIFT_BITS: usize = 200;

/// Those who lend and borrow.
const USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// The market as it is at the time of the operation that is drawn.
struct View<'a> {
    twin: &'a MorphoBlueTwin,
    state: &'a State,
    totals: Totals,
    time: u64,
    price: U256,
}

impl View<'_> {
    fn position(&self, name: &str) -> Position {
        self.state.position(model::account(name))
    }

    /// What the supply shares of an account are worth.
    fn supplied(&self, name: &str) -> U256 {
        self.totals.supply.to_assets_down(self.position(name).supply_shares).unwrap_or_default()
    }

    fn owed(&self, name: &str) -> U256 {
        let shares = U256::from(self.position(name).borrow_shares);
        self.totals.borrow.to_assets_up(shares).unwrap_or_default()
    }

    /// What may still be borrowed on an account's credit.
    fn free_credit(&self, name: &str) -> U256 {
        cover(&self.state.params, &self.totals, &self.position(name), self.price)
            .map_or(U256::ZERO, |cover| cover.max_borrow.saturating_sub(cover.borrowed))
    }

    fn is_unhealthy(&self, name: &str) -> bool {
        cover(&self.state.params, &self.totals, &self.position(name), self.price)
            .is_ok_and(|cover| !cover.is_healthy())
    }

    fn liquidity(&self) -> U256 {
        U256::from(self.totals.supply.assets.saturating_sub(self.totals.borrow.assets))
    }

    /// The base units of the loan asset that operations of this sequence are usually about.
    fn usual(&self) -> U256 {
        U256::ONE << usize::try_from(self.twin.loan_bits).unwrap_or(0)
    }

    /// The same in collateral.
    fn usual_collateral(&self) -> U256 {
        let price = self.price.max(U256::ONE);
        mul_div(self.usual(), ORACLE_PRICE_SCALE, price, Rounding::Up)
            .unwrap_or(U256::MAX)
            .min(U256::ONE << 126_usize)
            .max(U256::from(10))
    }

    /// Whether the adapter would do it.
    fn accepts(&self, drawn: &Operation) -> bool {
        let now = Moment { time: Timestamp(self.time), block: 0 };
        let ctx = Context { now, prices: &self.twin.prices };
        matches!(model::act(&mut self.twin.market.clone(), drawn, self.twin.assets, &ctx), Ok(Ok(_)))
    }

    /// The largest amount up to `most` that the adapter accepts, by bisection on copies.
    fn limit(&self, most: U256, operation: impl Fn(U256) -> Operation) -> U256 {
        let (mut low, mut high) = (U256::ZERO, most);
        while high > low {
            let middle = high - (high - low) / U256::from(2);
            if self.accepts(&operation(middle)) { low = middle } else { high = middle - U256::ONE }
        }
        low
    }
}

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &MorphoBlueTwin, random: &mut Random) -> Operation {
    let time = twin.now.saturating_add(wait(twin, random));
    let state = twin.market.state();
    let moment = Moment { time: Timestamp(time), block: 0 };
    let totals = twin.market.expected(moment).map_or(state.totals, |(totals, _)| totals);
    let price = Oracle::of(state, &twin.prices).price().unwrap_or_default();
    let view = View { twin, state, totals, time, price };
    let name = name(&view, random);
    let who = who(&view, random, name);
    let drawn = Operation::new(name, time).by(who);
    match name {
        "supply" | "callSupply" | "supplyCollateral" => supply(&view, random, drawn, who),
        "withdraw" | "callWithdraw" | "withdrawCollateral" => withdraw(&view, random, drawn, who),
        "borrow" | "callBorrow" => borrow(&view, random, drawn, who),
        "repay" | "callRepay" => repay(&view, random, drawn, who),
        "liquidate" | "callLiquidate" => liquidate(&view, random, drawn),
        "set_price" | "setPrice" => price_move(&view, random, time),
        "flash_loan" | "donate" => {
            let is_loan = random.chance(60);
            let held = if is_loan { state.totals.loan_held } else { state.totals.collateral_held };
            let whole = if name == "donate" { view.usual() } else { held };
            let amount = at_most(random.amount(whole), LARGEST_GIFT_BITS);
            drawn.with("asset", if is_loan { LOAN } else { COLLATERAL }).amount("amount", amount)
        }
        "accrueInterest" => other_market(random, drawn),
        _ => governance(&view, random, drawn),
    }
}

fn name(view: &View<'_>, random: &mut Random) -> &'static str {
    if view.state.totals.last_update == 0 && random.chance(30) {
        return "createMarket";
    }
    if view.twin.drawn <= WARM_UP {
        return random.pick(&["supply", "callSupply", "supply", "supplyCollateral"]);
    }
    let name = random.weighted(&[
        (10, "supply"),
        (6, "callSupply"),
        (4, "supplyCollateral"),
        (8, "withdraw"),
        (5, "callWithdraw"),
        (3, "withdrawCollateral"),
        (10, "borrow"),
        (8, "callBorrow"),
        (6, "repay"),
        (7, "callRepay"),
        (7, "liquidate"),
        (9, "callLiquidate"),
        (10, "setPrice"),
        (2, "flash_loan"),
        (2, "donate"),
        (3, "accrueInterest"),
        (3, "setAuthorization"),
        (2, "setFee"),
        (1, "setFeeRecipient"),
        (1, "setOwner"),
        (1, "enableLltv"),
        (1, "enableIrm"),
        (1, "createMarket"),
    ]);
    let unhealthy = USERS.into_iter().any(|name| view.is_unhealthy(name));
    let any = |means: &dyn Fn(&str) -> bool| USERS.into_iter().any(means);
    let meaningless = match name {
        "withdraw" | "callWithdraw" => !any(&|who| !view.position(who).supply_shares.is_zero()),
        "withdrawCollateral" => !any(&|who| view.position(who).collateral != 0),
        "borrow" | "callBorrow" => {
            view.liquidity().is_zero() || !any(&|who| !view.free_credit(who).is_zero())
        }
        "repay" | "callRepay" => !any(&|who| view.position(who).borrow_shares != 0),
        _ => false,
    };
    if meaningless && random.chance(85) {
        // Rather what gives it a meaning.
        return random.pick(&["supply", "supply", "callSupply", "supplyCollateral", price_name(view)]);
    }
    match name {
        // Where nobody can be liquidated, somebody soon can be.
        "liquidate" | "callLiquidate" if !unhealthy && random.chance(70) => price_name(view),
        "setPrice" if unhealthy && random.chance(70) => random.pick(&["liquidate", "callLiquidate"]),
        "setPrice" => price_name(view),
        name => name,
    }
}

fn price_name(view: &View<'_>) -> &'static str {
    if view.state.oracle_price.is_some() { "setPrice" } else { "set_price" }
}

/// Somebody, rather whose position the operation means something to.
fn who(view: &View<'_>, random: &mut Random, name: &str) -> &'static str {
    let means = |who: &&'static str| match name {
        "withdraw" | "callWithdraw" => !view.position(who).supply_shares.is_zero(),
        "withdrawCollateral" => view.position(who).collateral != 0,
        "borrow" | "callBorrow" => !view.free_credit(who).is_zero(),
        "repay" | "callRepay" => view.position(who).borrow_shares != 0,
        _ => true,
    };
    let owner = ACCOUNTS.into_iter().find(|name| Some(model::account(name)) == view.state.owner);
    if name.starts_with("set") && name != "setAuthorization" || name.starts_with("enable") {
        return owner.filter(|_| random.chance(85)).unwrap_or_else(|| random.pick(&USERS));
    }
    let fitting: Vec<&str> = ["alice", "bob", "carol", "dave", "fees"].into_iter().filter(means).collect();
    if fitting.is_empty() || random.chance(6) { random.pick(&USERS) } else { random.pick(&fitting) }
}

fn wait(twin: &MorphoBlueTwin, random: &mut Random) -> u64 {
    let longest = 1_u64 << twin.wait_bits;
    let wait = random.wait();
    if random.chance(2) { wait } else { wait.min(longest) }
}

/// The amount, halved until it has no more than `bits`.
fn at_most(amount: U256, bits: usize) -> U256 {
    amount >> amount.bit_len().saturating_sub(bits)
}

/// The amount, a unit more, or a unit less.
fn near(random: &mut Random, amount: U256) -> U256 {
    match random.below(4) {
        0 | 1 => amount,
        2 => amount.saturating_add(U256::ONE),
        _ => amount.saturating_sub(U256::ONE),
    }
}

/// Rarely the arguments of a market that was not created.
fn other_market(random: &mut Random, drawn: Operation) -> Operation {
    if random.chance(2) { drawn.amount("lltv", random.bits(1, 62)) } else { drawn }
}

/// For whom, in the words of the contract.
fn on_behalf(view: &View<'_>, random: &mut Random, drawn: Operation, who: &str) -> Operation {
    let trusting = USERS
        .into_iter()
        .find(|owner| *owner != who && view.state.is_authorized(model::account(who), model::account(owner)));
    let owner = match (random.below(100), trusting) {
        (0, _) => "zero address",
        (1..35, Some(owner)) => owner,
        (1..9, None) => random.pick(&USERS),
        _ => who,
    };
    other_market(random, drawn.with("onBehalf", owner))
}

/// The same in the words of the trait.
fn on_behalf_of(view: &View<'_>, random: &mut Random, drawn: Operation, who: &str) -> Operation {
    match on_behalf(view, random, Operation::new("", 0), who).text("onBehalf") {
        Ok(owner) if owner != who && owner != "zero address" => drawn.with("on_behalf_of", owner),
        _ => drawn,
    }
}

fn receiver(random: &mut Random, drawn: Operation) -> Operation {
    match random.below(100) {
        0 => drawn.with("receiver", "zero address"),
        1..10 => drawn.with("receiver", random.pick(&ACCOUNTS)),
        _ => drawn,
    }
}

/// By assets or by shares; rarely both or neither.
fn pair(random: &mut Random, drawn: Operation, assets: U256, shares: U256) -> Operation {
    match random.below(100) {
        0 => drawn.amount("assets", assets).amount("shares", shares),
        1 => drawn.amount("assets", U256::ZERO).amount("shares", U256::ZERO),
        2..50 => drawn.amount("shares", shares),
        _ => drawn.amount("assets", assets),
    }
}

fn supply(view: &View<'_>, random: &mut Random, drawn: Operation, who: &str) -> Operation {
    let warm = view.twin.drawn <= WARM_UP && random.chance(90);
    let size = |random: &mut Random, whole: U256| if warm { whole } else { random.amount(whole) };
    let edge = |random: &mut Random, total: u128| {
        let room = U256::from(u128::MAX).saturating_sub(U256::from(total));
        near(random, room)
    };
    match drawn.name() {
        "supplyCollateral" => {
            let amount = if random.chance(1) {
                edge(random, view.position(who).collateral)
            } else {
                size(random, view.usual_collateral())
            };
            on_behalf(view, random, drawn, who).amount("assets", amount)
        }
        "callSupply" => {
            let assets = size(random, view.usual());
            let shares = view.totals.supply.to_shares_up(assets.min(view.usual())).unwrap_or(assets);
            let shares = if random.chance(50) { shares } else { random.amount(shares) };
            let drawn = on_behalf(view, random, drawn, who);
            pair(random, drawn, assets, shares)
        }
        _ => {
            let drawn = on_behalf_of(view, random, drawn, who);
            if random.chance(45) {
                let amount = size(random, view.usual_collateral());
                return drawn.with("asset", COLLATERAL).amount("amount", amount);
            }
            let drawn = drawn.with("asset", LOAN);
            if random.chance(1) {
                return drawn.with("amount", "all");
            }
            let amount = if random.chance(1) {
                edge(random, view.totals.supply.assets)
            } else {
                size(random, view.usual())
            };
            drawn.amount("amount", amount)
        }
    }
}

fn withdraw(view: &View<'_>, random: &mut Random, drawn: Operation, who: &str) -> Operation {
    let position = view.position(who);
    let assets = view.supplied(who);
    let most = if random.chance(40) { assets.min(view.liquidity()) } else { assets };
    match drawn.name() {
        "withdrawCollateral" => {
            let drawn = on_behalf(view, random, drawn, who);
            let drawn = receiver(random, drawn);
            let whole = U256::from(position.collateral);
            let amount = if random.chance(40) {
                let limit = view.limit(whole, |amount| drawn.clone().amount("assets", amount));
                near(random, limit)
            } else {
                random.amount(whole)
            };
            drawn.amount("assets", amount)
        }
        "callWithdraw" => {
            let drawn = on_behalf(view, random, drawn, who);
            let drawn = receiver(random, drawn);
            let shares = if random.chance(35) {
                near(random, position.supply_shares)
            } else {
                random.amount(position.supply_shares)
            };
            let assets = if random.chance(35) { near(random, most) } else { random.amount(most) };
            pair(random, drawn, assets, shares)
        }
        _ => {
            let is_loan = random.chance(60);
            let drawn =
                on_behalf_of(view, random, drawn, who).with("asset", if is_loan { LOAN } else { COLLATERAL });
            let whole = if is_loan { most } else { U256::from(position.collateral) };
            match random.below(10) {
                0 | 1 => drawn.with("amount", "all"),
                2..5 => {
                    let limit = view.limit(whole, |amount| drawn.clone().amount("amount", amount));
                    drawn.amount("amount", near(random, limit))
                }
                _ => drawn.amount("amount", random.amount(whole)),
            }
        }
    }
}

fn borrow(view: &View<'_>, random: &mut Random, drawn: Operation, who: &str) -> Operation {
    let is_call = drawn.name() == "callBorrow";
    let drawn = if is_call {
        let drawn = on_behalf(view, random, drawn, who);
        receiver(random, drawn)
    } else {
        on_behalf_of(view, random, drawn, who).with("asset", LOAN)
    };
    let key = if is_call { "onBehalf" } else { "on_behalf_of" };
    let owner = drawn.text(key).unwrap_or(who).to_string();
    let credit = view.free_credit(&owner);
    let whole = match random.below(4) {
        0 => view.liquidity(),
        1 => credit,
        _ => credit.min(view.liquidity()),
    };
    if !is_call {
        if random.chance(1) {
            return drawn.with("amount", "all");
        }
        let amount = if random.chance(35) {
            let limit = view.limit(view.liquidity(), |amount| drawn.clone().amount("amount", amount));
            near(random, limit)
        } else {
            random.amount(whole)
        };
        return drawn.amount("amount", amount);
    }
    let assets = random.amount(whole);
    let shares = view.totals.borrow.to_shares_down(whole).unwrap_or(whole);
    let shares = if random.chance(30) {
        let most = shares.saturating_add(shares >> 3_usize).saturating_add(U256::from(1_000_000));
        let limit = view.limit(most, |amount| drawn.clone().amount("shares", amount));
        near(random, limit)
    } else {
        random.amount(shares)
    };
    pair(random, drawn, assets, shares)
}

fn repay(view: &View<'_>, random: &mut Random, drawn: Operation, who: &str) -> Operation {
    let owner = if random.chance(12) { random.pick(&USERS) } else { who };
    let (debt, shares) = (view.owed(owner), U256::from(view.position(owner).borrow_shares));
    if drawn.name() == "repay" {
        let drawn = if owner == who { drawn } else { drawn.with("on_behalf_of", owner) };
        let drawn = drawn.with("asset", LOAN);
        return match random.below(10) {
            0 | 1 => drawn.with("amount", "all"),
            2..4 => drawn.amount("amount", near(random, debt)),
            _ => drawn.amount("amount", random.amount(debt)),
        };
    }
    let owner = if random.chance(1) { "zero address" } else { owner };
    let drawn = other_market(random, drawn.with("onBehalf", owner));
    let shares = if random.chance(40) { near(random, shares) } else { random.amount(shares) };
    let assets = if random.chance(40) { near(random, debt) } else { random.amount(debt) };
    pair(random, drawn, assets, shares)
}

/// Liquidates somebody, rather who is unhealthy.
fn liquidate(view: &View<'_>, random: &mut Random, drawn: Operation) -> Operation {
    let unhealthy: Vec<&str> = USERS.into_iter().filter(|name| view.is_unhealthy(name)).collect();
    let borrower = if unhealthy.is_empty() { random.pick(&USERS) } else { random.pick(&unhealthy) };
    let position = view.position(borrower);
    let (debt, shares) = (view.owed(borrower), U256::from(position.borrow_shares));
    let drawn = drawn.with("borrower", borrower);
    if drawn.name() == "liquidate" {
        let drawn = drawn.with("debt", LOAN).with("collateral", COLLATERAL);
        return match random.below(10) {
            0..3 => drawn.with("repay", "all"),
            3..5 => drawn.amount("repay", near(random, debt)),
            _ => drawn.amount("repay", random.amount(debt)),
        };
    }
    let drawn = other_market(random, drawn);
    let whole = U256::from(position.collateral);
    let seized = if random.chance(35) { near(random, whole) } else { random.amount(whole) };
    let repaid = if random.chance(35) { near(random, shares) } else { random.amount(shares) };
    let (seized, repaid) = match random.below(100) {
        0 => (seized, repaid),
        1 => (U256::ZERO, U256::ZERO),
        2..55 => (seized, U256::ZERO),
        _ => (U256::ZERO, repaid),
    };
    drawn.amount("seizedAssets", seized).amount("repaidShares", repaid)
}

/// A new price: somewhat other, aimed at the border of somebody's health, or anything.
fn price_move(view: &View<'_>, random: &mut Random, time: u64) -> Operation {
    let debtors: Vec<&str> =
        USERS.into_iter().filter(|name| view.position(name).borrow_shares != 0).collect();
    let thousandths = |random: &mut Random| U256::from(500 + random.below(900));
    let moved = |random: &mut Random, price: U256| {
        mul_div(price, thousandths(random), U256::from(1_000), Rounding::Down).unwrap_or(price)
    };
    if view.state.oracle_price.is_some() {
        let current = if view.price.is_zero() { pow10(36).unwrap_or_default() } else { view.price };
        let price = match random.below(20) {
            0 => U256::ZERO,
            1 => random.bits(1, 256),
            2 => ratio(&view.state.params, &view.twin.prices).unwrap_or(current),
            3..10 if !debtors.is_empty() => {
                let border = border(view, random.pick(&debtors)).unwrap_or(current);
                near(random, border)
            }
            _ => moved(random, current),
        };
        return Operation::new("setPrice", time).by("gov").amount("price", price);
    }
    let [loan, collateral] = view.twin.assets;
    let of = |asset| view.twin.prices.find(asset).map_or(U256::ONE, |price| price.0.raw());
    let (asset, price) = if random.chance(25) {
        // Within the powers of ten that keep the ratio within 256 bits.
        let price = moved(random, of(loan));
        (loan, price.max(pow10(17).unwrap_or_default()).min(pow10(19).unwrap_or_default()))
    } else {
        let aimed = debtors.first().filter(|_| random.chance(50)).and_then(|_| {
            let border = border(view, random.pick(&debtors))?;
            let current = view.price.max(U256::ONE);
            mul_div(of(collateral), border, current, Rounding::Down).ok()
        });
        let price = match aimed {
            Some(price) => near(random, price),
            None => moved(random, of(collateral)),
        };
        (collateral, price.max(U256::ONE).min(U256::ONE << 74_usize))
    };
    Operation::new("set_price", time).with("asset", asset.symbol()).with("price", super::dollars(price))
}

/// The price at which an account is just healthy, roughly.
fn border(view: &View<'_>, name: &str) -> Option<U256> {
    let position = view.position(name);
    let lltv = U256::from(view.state.params.lltv());
    let value = mul_div(view.owed(name), pow10(18).ok()?, lltv, Rounding::Up).ok()?;
    mul_div(value, ORACLE_PRICE_SCALE, U256::from(position.collateral), Rounding::Up).ok()
}

fn governance(view: &View<'_>, random: &mut Random, drawn: Operation) -> Operation {
    let any = ["alice", "bob", "carol", "dave", "gov", "fees", "zero address"];
    match drawn.name() {
        "setAuthorization" => {
            drawn.with("authorized", random.pick(&USERS)).with("isAuthorized", random.chance(60))
        }
        "setFee" => {
            let quarter = 250_000_000_000_000_000_u64;
            let fee = match random.below(8) {
                0 => U256::ZERO,
                1 => U256::from(quarter),
                2 => U256::from(quarter + 1),
                3 => U256::from(view.state.totals.fee),
                4 => random.bits(1, 256),
                _ => U256::from(random.below(quarter)),
            };
            drawn.amount("fee", fee)
        }
        "setFeeRecipient" => drawn.with("feeRecipient", random.pick(&any)),
        // Rather somebody who can give it back.
        "setOwner" => {
            drawn.with("owner", if random.chance(97) { random.pick(&any[..5]) } else { "zero address" })
        }
        "enableLltv" => {
            let lltv = match random.below(4) {
                0 => random.bits(58, 62),
                1 => random.bits(1, 256),
                _ => U256::from(random.pick(&LLTVS)),
            };
            drawn.amount("lltv", lltv)
        }
        "enableIrm" => drawn.with("irm", random.pick(&Irm::ALL).name()),
        // "createMarket": this one, or one that cannot be.
        _ => {
            let disabled = random.bits(1, 60);
            let is_enabled =
                u64::try_from(disabled).is_ok_and(|lltv| view.state.enabled_lltvs.contains(&lltv));
            if random.chance(40) && !is_enabled { drawn.amount("lltv", disabled) } else { drawn }
        }
    }
}
