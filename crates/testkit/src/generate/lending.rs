//! Random operations on lending markets.

use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall, Operation};
use levmine_market::{Account, Actor, Asset, Price, PriceBook, TokenAmount};
use levmine_math::{Rounding, U256, Wad, mul_div, pow10};
use proptest::prelude::*;

use super::{Size, waits};

/// What a draft does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the operations")]
pub enum Kind {
    Accrue,
    Supply,
    Withdraw,
    Borrow,
    Repay,
    Liquidate,
    SetCollateral,
    SetMode,
    ApproveBorrow,
    Flash,
    Buy,
    RestartSale,
    Claim,
}

/// An operation before it is known what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// What it does.
    pub kind: Kind,
    /// Who acts, by place.
    pub who: u8,
    /// On whose behalf, or on whom, by place.
    pub other: u8,
    /// Which asset, by place.
    pub asset: u8,
    /// Which second asset, by place.
    pub second: u8,
    /// How much.
    pub size: Size,
}

/// One step of a random life of a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Time passes, in seconds.
    Wait(u64),
    /// A price becomes so many thousandths of what it was at the start.
    Price(u8, u32),
    /// Somebody acts.
    Act(Draft),
}

/// One step.
pub fn step() -> impl Strategy<Value = Step> + Clone {
    prop_oneof![
        3 => waits().prop_map(Step::Wait),
        3 => (any::<u8>(), prop_oneof![50_u32..=3_000, 600_u32..=1_200]).prop_map(|(asset, part)| Step::Price(asset, part)),
        16 => draft().prop_map(Step::Act),
    ]
}

/// Up to `most` steps.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> + Clone {
    proptest::collection::vec(step(), 1..=most.max(1))
}

/// One draft.
pub fn draft() -> impl Strategy<Value = Draft> + Clone {
    let kind = prop_oneof![
        6 => Just(Kind::Supply),
        3 => Just(Kind::Withdraw),
        5 => Just(Kind::Borrow),
        3 => Just(Kind::Repay),
        4 => Just(Kind::Liquidate),
        1 => Just(Kind::Accrue),
        1 => Just(Kind::SetCollateral),
        1 => Just(Kind::SetMode),
        1 => Just(Kind::ApproveBorrow),
        1 => Just(Kind::Flash),
        2 => Just(Kind::Buy),
        1 => Just(Kind::RestartSale),
        1 => Just(Kind::Claim),
    ];
    (kind, any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>(), Size::any())
        .prop_map(|(kind, who, other, asset, second, size)| Draft { kind, who, other, asset, second, size })
}

fn pick<T: Copy>(from: &[T], place: u8) -> Option<T> {
    from.get(usize::from(place).checked_rem(from.len())?).copied()
}

/// The base units of `asset` that are worth `value` numeraire; one whole token where there is no price.
#[must_use]
pub fn worth(value: Wad, asset: Asset, prices: &PriceBook) -> U256 {
    let unit = pow10(u32::from(asset.decimals())).unwrap_or(U256::ONE);
    match prices.find(asset) {
        Some(Price(price)) if !price.is_zero() => {
            mul_div(value.raw(), unit, price.raw(), Rounding::Down).unwrap_or(unit)
        }
        _ => unit,
    }
}

/// What a draft takes for "everything" where nothing limits it: a hundred thousand.
const PLENTY: Wad = Wad::new(100_000_000_000_000_000_000_000);

impl Draft {
    /// The operation this is with the market as it stands; `None` where there is nothing to do it to.
    #[must_use]
    pub fn resolve(
        &self,
        market: &dyn LendingMarket,
        actors: &[Account],
        ctx: &Context<'_>,
    ) -> Option<Operation> {
        let assets = market.assets();
        let who = self.actor(market, actors, ctx)?;
        let other = pick(actors, self.other)?;
        let asset = pick(&assets, self.asset)?;
        // One time in eight somebody acts for somebody else.
        let actor = if self.other < 32 { Actor { caller: who, owner: other } } else { Actor::from(who) };
        let exact = |whole: U256| match self.size {
            Size::All => Amount::All,
            size => Amount::Exact(size.of(whole)),
        };
        let plenty = |asset| worth(PLENTY, asset, ctx.prices);
        let operation = match self.kind {
            Kind::Accrue => Operation::Accrue,
            Kind::Supply => Operation::Supply(actor, asset, Amount::Exact(self.size.of(plenty(asset)))),
            Kind::Withdraw => {
                let asset = held(market, actor.owner, self.asset, ctx).unwrap_or(asset);
                let there = market.supplied(actor.owner, asset, ctx.now).unwrap_or_default();
                Operation::Withdraw(actor, asset, exact(there))
            }
            Kind::Borrow => {
                // Most assets of some markets cannot be borrowed at all: those are tried only now and then.
                let open: Vec<Asset> = assets
                    .iter()
                    .copied()
                    .filter(|asset| market.listing(*asset).is_ok_and(|listing| listing.borrowable))
                    .collect();
                let asset = if self.second < 16 { asset } else { pick(&open, self.asset).unwrap_or(asset) };
                let room = room(market, actor.owner, asset, ctx);
                Operation::Borrow(actor, asset, Amount::Exact(self.size.of(room)))
            }
            Kind::Repay => {
                let asset = owed(market, actor.owner, self.asset, ctx).unwrap_or(asset);
                let debt = market.debt(actor.owner, asset, ctx.now).unwrap_or_default();
                Operation::Repay(actor, asset, exact(debt))
            }
            Kind::Liquidate => {
                let weak: Vec<Account> = actors
                    .iter()
                    .copied()
                    .filter(|account| market.health(*account, ctx).is_ok_and(|health| health.liquidatable))
                    .collect();
                let borrower = pick(&weak, self.other).unwrap_or(other);
                let debt = owed(market, borrower, self.asset, ctx).unwrap_or(asset);
                let collateral = held(market, borrower, self.second, ctx).unwrap_or(asset);
                let whole = market.debt(borrower, debt, ctx.now).unwrap_or_default();
                let liquidator =
                    if who == borrower { pick(actors, self.who.wrapping_add(1)).unwrap_or(who) } else { who };
                let keep_supplied = self.asset.is_multiple_of(4);
                let repay = exact(whole);
                Operation::Liquidate(LiquidationCall {
                    liquidator,
                    borrower,
                    debt,
                    collateral,
                    repay,
                    keep_supplied,
                })
            }
            Kind::SetCollateral => Operation::SetCollateral(who, asset, self.second >= 80),
            Kind::SetMode => Operation::SetMode(who, self.second % 3),
            Kind::ApproveBorrow => Operation::ApproveBorrow(who, other, asset, self.size.of(plenty(asset))),
            Kind::Flash => {
                let there = market.rates(asset, ctx.now).map(|rates| rates.available).unwrap_or_default();
                Operation::Flash(who, TokenAmount::new(asset, self.size.of(there)))
            }
            Kind::Buy => {
                let sales = market.sales(ctx).ok()?;
                let sale = pick(&sales, self.asset)?;
                // One time in eight the price is too low.
                let slack =
                    Wad::from_raw(sale.price.raw() / U256::from(if self.second < 32 { 2 } else { 1 }));
                Operation::Buy(who, sale.id, self.size.of(sale.lot.raw), slack)
            }
            Kind::RestartSale => Operation::RestartSale(who, pick(&market.sales(ctx).ok()?, self.asset)?.id),
            Kind::Claim => Operation::Claim(who),
        };
        Some(operation)
    }
}

impl Draft {
    /// Who acts: mostly somebody for whom the operation means something.
    fn actor(&self, market: &dyn LendingMarket, actors: &[Account], ctx: &Context<'_>) -> Option<Account> {
        let anybody = pick(actors, self.who)?;
        let position = |account: Account| market.position(account, ctx.now).ok();
        let means = |account: Account| match self.kind {
            Kind::Withdraw => position(account).is_some_and(|it| !it.supplied.is_empty()),
            Kind::Repay => position(account).is_some_and(|it| !it.debts.is_empty()),
            Kind::Borrow => market.health(account, ctx).is_ok_and(|it| it.borrow_limit > it.debt),
            _ => true,
        };
        let fitting: Vec<Account> = actors.iter().copied().filter(|account| means(*account)).collect();
        Some(if self.other >= 240 { anybody } else { pick(&fitting, self.who).unwrap_or(anybody) })
    }
}

/// One of the assets that `owner` supplied.
fn held(market: &dyn LendingMarket, owner: Account, place: u8, ctx: &Context<'_>) -> Option<Asset> {
    let position = market.position(owner, ctx.now).ok()?;
    let assets: Vec<Asset> = position.supplied.iter().map(|supplied| supplied.amount.asset).collect();
    pick(&assets, place)
}

/// One of the assets that `owner` owes.
fn owed(market: &dyn LendingMarket, owner: Account, place: u8, ctx: &Context<'_>) -> Option<Asset> {
    let position = market.position(owner, ctx.now).ok()?;
    let assets: Vec<Asset> = position.debts.iter().map(|debt| debt.asset).collect();
    pick(&assets, place)
}

/// What `owner` can borrow of `asset` by the limit on values and by what is there; roughly.
#[must_use]
pub fn room(market: &dyn LendingMarket, owner: Account, asset: Asset, ctx: &Context<'_>) -> U256 {
    let Ok(health) = market.health(owner, ctx) else { return U256::ZERO };
    let free = Wad::from_raw(health.borrow_limit.raw().saturating_sub(health.debt.raw()));
    let there = market.rates(asset, ctx.now).map(|rates| rates.available).unwrap_or_default();
    worth(free, asset, ctx.prices).min(there)
}
