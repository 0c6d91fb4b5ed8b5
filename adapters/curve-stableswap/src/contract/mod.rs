//! One pool contract in its own integers: what it stores, and what its tokens say about it.
//!
//! Everything that is a difference of parameters between the generations is in [`Generation`]'s quirks; the order of
//! computation is the same in all of them. Rates come as an argument, because a metapool's last one is the virtual price of
//! another contract.

mod admin;
mod liquidity;
mod swap;
mod views;

use levmine_math::U256;

pub use self::liquidity::{Added, Removed, RemovedOne};
pub use self::swap::{Payment, Swapped};
use crate::amplification::Ramp;
use crate::arith::{FEE_DENOMINATOR, PRECISION, add, div, int, mul, mul_div, wad_mul};
use crate::error::{CurveError, Named};
use crate::generation::{Accounting, Generation, Quirks};
use crate::invariant::Curve;
use crate::oracle::{Oracle, PRICE_WINDOW};
use crate::per_coin::PerCoin;

/// A stop is possible for two months.
const KILL_WINDOW: u64 = 60 * 86_400;

/// Of what kind a coin of the newest pools is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetType {
    /// 0: a plain token.
    Plain,
    /// 1: a token with a rate that an oracle tells, with 18 decimals.
    Oracle,
    /// 2: a token whose balances change by themselves.
    Rebasing,
    /// 3: the share of a vault, at what the vault says it is worth.
    Erc4626 {
        /// The decimals of the vault's asset, at most 18.
        asset_decimals: u8,
    },
}

/// What stays as it is all the pool's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    generation: Generation,
    quirks: Quirks,
    /// `10^(36 − decimals)` for each coin.
    multipliers: PerCoin,
    types: [AssetType; crate::per_coin::MAX_COINS],
    rebases: bool,
}

impl Params {
    /// Of a generation, and of coins with these decimals, which are plain tokens unless `types` says otherwise.
    ///
    /// # Errors
    ///
    /// [`CurveError::NotOneEach`] for fewer than two or more than eight coins, and unless there is a type for each or for
    /// none; [`CurveError::Arithmetic`] for more than 18 decimals.
    pub fn new(generation: Generation, decimals: &[u8], types: &[AssetType]) -> Result<Self, CurveError> {
        let coins = decimals.len();
        let wrong = |given| CurveError::NotOneEach { given, coins };
        let is_pair = coins == 2 || !generation.is_meta();
        if !(2..=crate::per_coin::MAX_COINS).contains(&coins) || !is_pair {
            return Err(wrong(coins));
        }
        if !types.is_empty() && types.len() != coins {
            return Err(wrong(types.len()));
        }
        let mut all = [AssetType::Plain; crate::per_coin::MAX_COINS];
        for (place, given) in all.iter_mut().zip(types) {
            *place = *given;
        }
        let multiplier = |decimals: u8| 36_u32.checked_sub(u32::from(decimals)).filter(|_| decimals <= 18);
        let mut multipliers = PerCoin::zero(coins);
        for (at, decimals) in decimals.iter().enumerate() {
            let power = multiplier(*decimals).and_then(|power| levmine_math::pow10(power).ok());
            multipliers.set(at, power.named("a coin's decimals")?);
        }
        Ok(Self {
            generation,
            quirks: generation.quirks(),
            multipliers,
            types: all,
            rebases: all.contains(&AssetType::Rebasing),
        })
    }

    /// The generation of the contract.
    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// How many coins there are.
    #[must_use]
    pub fn coins(&self) -> usize {
        self.multipliers.len()
    }

    /// The kind of a coin.
    #[must_use]
    pub fn asset_type(&self, coin: usize) -> AssetType {
        self.types.get(coin).copied().unwrap_or(AssetType::Plain)
    }

    /// Whether the providers' balances are what the pool holds, less what is the owner's.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        match self.quirks.accounting {
            Accounting::Stored => false,
            Accounting::Live => true,
            Accounting::Both => self.rebases,
        }
    }

    pub(crate) const fn quirks(&self) -> &Quirks {
        &self.quirks
    }

    /// The rates with which balances are multiplied (18 decimals beside 36 less the coin's): of what an oracle or a vault
    /// says of each coin.
    pub(crate) fn rates(&self, fetched: &PerCoin) -> Option<PerCoin> {
        let mut rates = self.multipliers;
        for at in 0..self.coins() {
            let multiplier = self.multipliers.at(at);
            let rate = match self.asset_type(at) {
                AssetType::Plain | AssetType::Rebasing => multiplier,
                AssetType::Oracle => mul_div(multiplier, fetched.at(at), PRECISION)?,
                AssetType::Erc4626 { asset_decimals } => {
                    let scale = levmine_math::pow10(18_u32.checked_sub(u32::from(asset_decimals))?).ok()?;
                    div(mul(mul(multiplier, fetched.at(at))?, scale)?, PRECISION)?
                }
            };
            rates.set(at, rate);
        }
        Some(rates)
    }

    /// What an oracle or a vault says of coins that are worth one.
    pub(crate) fn par(&self) -> PerCoin {
        PerCoin::of((0..self.coins()).map(|at| match self.asset_type(at) {
            AssetType::Erc4626 { asset_decimals } => {
                levmine_math::pow10(u32::from(asset_decimals)).unwrap_or(PRECISION)
            }
            _ => PRECISION,
        }))
    }
}

/// A change of parameters that waits for its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// `admin_actions_deadline`: from when on it can be done, in Unix seconds; 0 when none waits.
    pub deadline: u64,
    /// The fee that is to come, in parts of 10^10.
    pub fee: U256,
    /// The owner's part that is to come, in parts of 10^10.
    pub admin_fee: U256,
    /// The multiplier (Aave) or A (sUSD) that is to come.
    pub other: U256,
}

/// Everything that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    /// The balances in storage: the providers' in old pools, with the owner's in the newest. Of no meaning where balances
    /// are live.
    pub stored: PerCoin,
    /// `balanceOf(pool)` of each coin.
    pub held: PerCoin,
    /// What is the owner's, where that is in storage.
    pub admin: PerCoin,
    /// `totalSupply` of the shares, 18 decimals.
    pub supply: U256,
    /// The fee of a swap, in parts of 10^10.
    pub fee: U256,
    /// The owner's part of it, in parts of 10^10.
    pub admin_fee: U256,
    /// How many times the fee is far off the peg, in parts of 10^10; at most 10^10 where it does not rise.
    pub multiplier: U256,
    /// A.
    pub ramp: Ramp,
    /// Whether the pool is stopped.
    pub is_killed: bool,
    /// Until when it can be, in Unix seconds.
    pub kill_deadline: u64,
    /// A change that waits.
    pub pending: Pending,
    /// Of the coin whose arrival is measured, what its transfers keep back, in parts of 10,000.
    pub transfer_fee_bps: U256,
    /// What an oracle (18 decimals) or a vault (assets of one whole share) says of each coin.
    pub fetched: PerCoin,
    /// The averages, in the newest pools.
    pub oracle: Option<Oracle>,
}

impl State {
    /// A new pool without coins; `a` in whole units.
    #[must_use]
    pub fn new(params: &Params, a: u64, fee: U256, admin_fee: U256, multiplier: U256, now: u64) -> Self {
        let none = PerCoin::zero(params.coins());
        let quirks = params.quirks();
        Self {
            stored: none,
            held: none,
            admin: none,
            supply: U256::ZERO,
            fee,
            admin_fee,
            multiplier,
            ramp: Ramp::at_rest(int(a).wrapping_mul(quirks.a_precision())),
            is_killed: false,
            kill_deadline: now.saturating_add(KILL_WINDOW),
            pending: Pending { deadline: 0, fee: U256::ZERO, admin_fee: U256::ZERO, other: U256::ZERO },
            transfer_fee_bps: U256::ZERO,
            fetched: params.par(),
            oracle: quirks.oracles.then(|| Oracle::new(params.coins(), PRICE_WINDOW, now)),
        }
    }
}

/// A pool contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contract {
    params: Params,
    state: State,
    rates: PerCoin,
}

impl Contract {
    /// A contract in this state.
    ///
    /// # Errors
    ///
    /// [`CurveError::Arithmetic`] for a rate that does not fit, or a pool that holds less than it owes its owner.
    pub fn new(params: Params, state: State) -> Result<Self, CurveError> {
        let rates = params.rates(&state.fetched).named("a rate")?;
        let contract = Self { params, state, rates };
        contract.balances()?;
        contract.owed()?;
        Ok(contract)
    }

    /// What stays.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// What changes.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The rates of the coins themselves, the last one of a metapool apart.
    #[must_use]
    pub const fn own_rates(&self) -> &PerCoin {
        &self.rates
    }

    /// How many coins there are.
    #[must_use]
    pub fn coins(&self) -> usize {
        self.params.coins()
    }

    pub(crate) const fn quirks(&self) -> &Quirks {
        self.params.quirks()
    }

    /// Returns `balances(i)` of all coins: what is the providers'.
    ///
    /// # Errors
    ///
    /// [`CurveError::Arithmetic`] where less is left than is the owner's.
    #[inline]
    pub fn balances(&self) -> Result<PerCoin, CurveError> {
        let State { stored, held, admin, .. } = &self.state;
        match self.params.quirks.accounting {
            Accounting::Stored => Some(*stored),
            Accounting::Live => less(held, admin),
            Accounting::Both => less(if self.params.rebases { held } else { stored }, admin),
        }
        .named("the balances")
    }

    /// Returns `admin_balances(i)` of all coins: what is the owner's.
    ///
    /// # Errors
    ///
    /// [`CurveError::Arithmetic`] where the pool holds less than is the providers'.
    pub fn owed(&self) -> Result<PerCoin, CurveError> {
        match self.params.quirks.accounting {
            Accounting::Stored => less(&self.state.held, &self.state.stored).named("the owner's balances"),
            Accounting::Live | Accounting::Both => Ok(self.state.admin),
        }
    }

    /// Returns A in the parts in which the contract keeps it.
    ///
    /// # Errors
    ///
    /// As [`Ramp::a`].
    #[inline]
    pub fn amp(&self, now: u64) -> Result<U256, CurveError> {
        self.state.ramp.a(now)
    }

    pub(crate) fn curve(&self, now: u64) -> Result<Curve, CurveError> {
        Curve::new(self.quirks(), self.coins(), self.amp(now)?)
    }

    /// Returns the balances normalised to 18 decimals, truncated.
    #[inline]
    pub(crate) fn normalise(&self, balances: &PerCoin, rates: &PerCoin) -> Result<PerCoin, CurveError> {
        let mut xp = *balances;
        for (at, (balance, rate)) in balances.iter().zip(rates.iter()).enumerate() {
            xp.set(at, wad_mul(*rate, *balance).named("a normalised balance")?);
        }
        Ok(xp)
    }

    pub(crate) fn d_of(
        &self,
        curve: &Curve,
        balances: &PerCoin,
        rates: &PerCoin,
    ) -> Result<U256, CurveError> {
        curve.d(&self.normalise(balances, rates)?)
    }

    /// Returns `get_virtual_price`: D of a share, with 18 decimals, truncated.
    ///
    /// # Errors
    ///
    /// [`CurveError::Arithmetic`] without shares, and as the invariant.
    pub fn virtual_price(&self, rates: &PerCoin, now: u64) -> Result<U256, CurveError> {
        let d = self.d_of(&self.curve(now)?, &self.balances()?, rates)?;
        mul_div(d, PRECISION, self.state.supply).named("the virtual price")
    }

    /// Does something, all or nothing.
    #[inline]
    pub(crate) fn atomic<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, CurveError>,
    ) -> Result<T, CurveError> {
        let before = self.state;
        let done = act(self);
        if done.is_err() {
            self.state = before;
        }
        done
    }

    /// What arrives of a payment.
    pub(crate) fn arrives(&self, coin: usize, amount: U256) -> Option<U256> {
        let bps = self.state.transfer_fee_bps;
        if bps.is_zero() || self.params.quirks.fee_coin != Some(coin) {
            return Some(amount);
        }
        amount.checked_sub(mul_div(amount, bps, int(10_000))?)
    }

    /// What arrived of a coin lies in the pool.
    pub(crate) fn receive(&mut self, coin: usize, arrived: U256) -> Option<()> {
        self.state.held.raise(coin, arrived)?;
        if self.params.quirks.accounting == Accounting::Both {
            self.state.stored.raise(coin, arrived)?;
        }
        Some(())
    }

    /// `_transfer_out`.
    pub(crate) fn pay(&mut self, coin: usize, amount: U256) -> Result<(), CurveError> {
        let held = self.state.held.at(coin);
        self.state.held.lower(coin, amount).ok_or(CurveError::TransferFailed { coin, held, amount })?;
        if self.params.quirks.accounting == Accounting::Both {
            if self.params.rebases {
                self.state.stored.set(coin, self.state.held.at(coin));
            } else {
                self.state.stored.lower(coin, amount).named("the stored balance")?;
            }
        }
        Ok(())
    }

    /// Books the owner's part of a fee, where that is in storage.
    pub(crate) fn book_admin_fee(&mut self, coin: usize, amount: U256) -> Option<()> {
        self.state.admin.raise(coin, amount)
    }

    pub(crate) fn burn(&mut self, shares: U256) -> Result<(), CurveError> {
        let supply = self.state.supply;
        self.state.supply =
            supply.checked_sub(shares).ok_or(CurveError::MoreThanAllShares { burned: shares, supply })?;
        Ok(())
    }

    pub(crate) fn mint(&mut self, shares: U256) -> Option<()> {
        self.state.supply = add(self.state.supply, shares)?;
        Some(())
    }

    pub(crate) fn upkeep(&mut self, xp: &PerCoin, amp: U256, d: U256, now: u64) -> Result<(), CurveError> {
        match &mut self.state.oracle {
            Some(oracle) => oracle.upkeep(xp, amp, d, now).named("an average"),
            None => Ok(()),
        }
    }
}

fn less(all: &PerCoin, part: &PerCoin) -> Option<PerCoin> {
    let mut rest = *all;
    for (at, amount) in part.iter().enumerate() {
        rest.lower(at, *amount)?;
    }
    Some(rest)
}

/// `amount × 10^18 ÷ rate`: back from 18 decimals to base units, truncated.
#[inline]
pub(crate) fn to_units(amount: U256, rate: U256) -> Option<U256> {
    mul_div(amount, PRECISION, rate)
}

/// The multiplier of a fee that does not rise.
pub(crate) const NO_MULTIPLIER: U256 = FEE_DENOMINATOR;
