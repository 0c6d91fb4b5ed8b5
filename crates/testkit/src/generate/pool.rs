//! Random operations on pools.

use levmine_amm::{Amounts, Deposit, Operation, Pool, PriceRange, Removal};
use levmine_market::{Account, Asset, Price, TokenAmount};
use levmine_math::{U256, Wad};
use proptest::prelude::*;
use smallvec::smallvec;

use super::{Size, waits};

/// What a draft does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the operations")]
pub enum Kind {
    SwapExactIn,
    SwapExactOut,
    Add,
    AddUnbalanced,
    RemoveProportional,
    RemoveOneCoin,
    RemoveExactly,
    Collect,
}

/// An operation before it is known what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// What it does.
    pub kind: Kind,
    /// Who acts, by place.
    pub who: u8,
    /// Which coin, by place.
    pub coin: u8,
    /// Which second coin, by its distance from the first.
    pub second: u8,
    /// How much.
    pub size: Size,
    /// How much of other coins, and limits now and then.
    pub other: Size,
}

/// One step of a random life of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Time passes, in seconds.
    Wait(u64),
    /// Somebody acts.
    Act(Draft),
}

/// One step.
pub fn step() -> impl Strategy<Value = Step> + Clone {
    prop_oneof![2 => waits().prop_map(Step::Wait), 10 => draft().prop_map(Step::Act)]
}

/// Up to `most` steps.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> + Clone {
    proptest::collection::vec(step(), 1..=most.max(1))
}

/// One draft.
pub fn draft() -> impl Strategy<Value = Draft> + Clone {
    let kind = prop_oneof![
        6 => Just(Kind::SwapExactIn),
        4 => Just(Kind::SwapExactOut),
        3 => Just(Kind::Add),
        1 => Just(Kind::AddUnbalanced),
        3 => Just(Kind::RemoveProportional),
        1 => Just(Kind::RemoveOneCoin),
        1 => Just(Kind::RemoveExactly),
        1 => Just(Kind::Collect),
    ];
    (kind, any::<u8>(), any::<u8>(), any::<u8>(), Size::any(), Size::any())
        .prop_map(|(kind, who, coin, second, size, other)| Draft { kind, who, coin, second, size, other })
}

/// Two different coins of a pool.
#[must_use]
pub fn pair(pool: &dyn Pool, first: u8, distance: u8) -> Option<(Asset, Asset)> {
    let coins = pool.coins();
    let at = usize::from(first).checked_rem(coins.len())?;
    let step = 1 + usize::from(distance).checked_rem(coins.len().checked_sub(1)?)?;
    let to = (at + step).checked_rem(coins.len())?;
    Some((coins.get(at).copied()?, coins.get(to).copied()?))
}

/// The pool's reserve of a coin.
#[must_use]
pub fn reserve(pool: &dyn Pool, coin: Asset) -> U256 {
    let reserves = pool.reserves();
    pool.coins()
        .iter()
        .zip(&reserves)
        .find(|(known, _)| **known == coin)
        .map(|(_, reserve)| *reserve)
        .unwrap_or_default()
}

/// The price range around the spot price from half to double, for pools whose liquidity has ranges.
#[must_use]
pub fn range_around_spot(pool: &dyn Pool, now: levmine_market::Moment) -> Option<PriceRange> {
    if pool.capabilities().fungible_shares {
        return None;
    }
    let &[first, second] = pool.coins() else { return None };
    let rate = pool.spot_rate(first, second, now).ok()?;
    // Whole tokens of the second coin for one of the first, 18 decimals.
    let up = levmine_math::pow10(18 + u32::from(first.decimals())).ok()?;
    let down = levmine_math::mul(rate.sell, levmine_math::pow10(u32::from(second.decimals())).ok()?).ok()?;
    let price = levmine_math::mul_div(rate.buy, up, down, levmine_math::Rounding::Down).ok()?;
    let two = U256::from(2);
    Some(PriceRange {
        low: Price(Wad::from_raw(price / two)),
        high: Price(Wad::from_raw(price.saturating_mul(two))),
    })
}

impl Draft {
    /// The operation this is with the pool as it stands; `shares` is what each of `actors` has of which share.
    #[must_use]
    pub fn resolve(
        &self,
        pool: &dyn Pool,
        actors: &[Account],
        shares: &dyn Fn(Account) -> Vec<TokenAmount>,
        now: levmine_market::Moment,
    ) -> Option<Operation> {
        let removes = matches!(
            self.kind,
            Kind::RemoveProportional | Kind::RemoveOneCoin | Kind::RemoveExactly | Kind::Collect
        );
        // Mostly somebody who has shares removes some.
        let providers: Vec<Account> =
            actors.iter().copied().filter(|account| !shares(*account).is_empty()).collect();
        let able = if removes && self.second < 240 && !providers.is_empty() { &providers } else { actors };
        let who = able.get(usize::from(self.who).checked_rem(able.len())?).copied()?;
        let (coin, other) = pair(pool, self.coin, self.second)?;
        let in_pool = |coin| reserve(pool, coin);
        // One time in eight a limit that may be too tight.
        let limited = self.second < 32;
        let operation = match self.kind {
            Kind::SwapExactIn => {
                let min = if limited { self.other.of(in_pool(other)) } else { U256::ZERO };
                Operation::SwapExactIn(who, TokenAmount::new(coin, self.size.of(in_pool(coin))), other, min)
            }
            Kind::SwapExactOut => {
                let max = if limited { self.other.of(in_pool(coin)) } else { U256::MAX };
                Operation::SwapExactOut(who, coin, max, TokenAmount::new(other, self.size.of(in_pool(other))))
            }
            Kind::Add | Kind::AddUnbalanced => {
                let balanced = self.kind == Kind::Add;
                let amounts: Amounts = pool
                    .reserves()
                    .iter()
                    .enumerate()
                    .map(|(at, reserve)| {
                        if balanced || at == 0 { self.size } else { self.other }.of(*reserve)
                    })
                    .collect();
                let min_shares = if limited { self.other.of(U256::from(1_000_000)) } else { U256::ZERO };
                // Where positions have shares of their own, one time in three into one of them.
                let own = if pool.capabilities().fungible_shares { Vec::new() } else { shares(who) };
                let place = usize::from(self.second / 3).checked_rem(own.len());
                let into = place.and_then(|place| own.get(place)).filter(|_| self.second.is_multiple_of(3));
                let into = into.map(|held| held.asset);
                Operation::Add(
                    who,
                    Deposit { amounts, min_shares, range: range_around_spot(pool, now), into },
                )
            }
            Kind::Collect => {
                let own = shares(who);
                let place = usize::from(self.coin).checked_rem(own.len());
                let held = place.and_then(|place| own.get(place)).map(|held| held.asset);
                Operation::Collect(who, held.or_else(|| pool.share())?)
            }
            Kind::RemoveProportional | Kind::RemoveOneCoin | Kind::RemoveExactly => {
                let own = shares(who);
                let place = usize::from(self.coin).checked_rem(own.len());
                let burned = match place.and_then(|place| own.get(place)) {
                    Some(held) => TokenAmount::new(held.asset, self.size.of(held.raw)),
                    None => TokenAmount::new(pool.share()?, self.size.of(U256::from(1_000_000))),
                };
                let removal = match self.kind {
                    Kind::RemoveOneCoin => Removal::OneCoin { coin, min: U256::ZERO },
                    Kind::RemoveExactly => Removal::Exactly {
                        amounts: pool.reserves().iter().map(|reserve| *reserve / U256::from(1_000)).collect(),
                    },
                    _ if limited => Removal::Proportional {
                        min: pool.reserves().iter().map(|reserve| self.other.of(*reserve)).collect(),
                    },
                    _ => Removal::Proportional { min: smallvec![] },
                };
                Operation::Remove(who, burned, removal)
            }
        };
        Some(operation)
    }
}
