//! What the contracts store. Plain values.

use std::collections::BTreeMap;

use levmine_market::{Account, Asset};
use levmine_math::U256;
use smallvec::SmallVec;

use crate::bank::{Bank, Factors};
use crate::chef::{Chef, Stake};
use crate::error::{HomoraError, Result};
use crate::lender::Loan;

/// A wrapped LP token: what positions hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrapped {
    /// Without rewards.
    ///
    /// Source: `WERC20`.
    Plain,
    /// Staked with the chef when its pool stood at this much reward per share.
    ///
    /// Source: `WMasterChef`.
    Staked(U256),
}

/// The spells that are known, each with its own list of LP tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spell {
    /// `UniswapV2SpellV1`: plain wrapping.
    Uniswap,
    /// `SushiswapSpellV1`: plain wrapping, and staking with the chef.
    Sushi,
}

/// A position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Who owns it.
    pub owner: Account,
    /// What it holds, or held last.
    pub collateral: Option<Wrapped>,
    /// How much of it, base units.
    pub size: U256,
    /// Shares of each bank's debt, in the order of the banks.
    pub shares: SmallVec<[U256; 4]>,
}

/// Everything but what accounts have. Cheap to copy: an operation keeps it aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    /// The tokens, in the venue's order.
    pub banks: SmallVec<[Bank; 4]>,
    /// The reward pool, where there is one.
    pub chef: Option<Chef>,
    /// What the oracle knows about the LP token.
    pub lp_factors: Factors,
    /// Whether each spell takes the LP token.
    pub lp_whitelisted: [bool; 2],
    /// The protocol's part of the interest, on top of it, basis points.
    pub fee_bps: u16,
    /// Bit 0 allows borrowing, bit 1 repaying.
    pub status: u8,
    /// The number of the next position; the first is 1.
    pub next_position: u64,
    /// LP tokens that the plain wrapper holds.
    pub plain_held: U256,
}

/// The whole state of a venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Ether, in which everything is valued.
    pub eth: Asset,
    /// The LP token that is collateral.
    pub lp: Asset,
    /// Totals, lenders, switches.
    pub core: Core,
    /// Positions by number.
    pub positions: BTreeMap<u64, Position>,
    /// The position through which an account acts in the workbench: the first that it opened.
    pub of: BTreeMap<Account, u64>,
    /// Wrapped tokens outside of positions: what liquidators took.
    pub wrapped: BTreeMap<(Account, Wrapped), U256>,
    /// Lenders' shares (ibTokens) by bank.
    pub shares: BTreeMap<(Account, usize), U256>,
    /// What others owe the lenders directly, by bank.
    pub loans: BTreeMap<(Account, usize), Loan>,
    /// What others have staked with the chef directly.
    pub stakes: BTreeMap<Account, Stake>,
}

impl State {
    /// The place of a token among the banks.
    ///
    /// # Errors
    ///
    /// [`HomoraError::UnknownAsset`].
    #[inline]
    pub fn place(&self, token: Asset) -> Result<usize> {
        let place = self.core.banks.iter().position(|bank| bank.token == token);
        place.ok_or(HomoraError::UnknownAsset { asset: token })
    }

    /// The bank at a place.
    ///
    /// # Errors
    ///
    /// [`HomoraError::NoBank`].
    #[inline]
    pub fn bank(&self, place: usize) -> Result<&Bank> {
        self.core.banks.get(place).ok_or(HomoraError::NoBank { asset: self.lp })
    }

    /// A position.
    ///
    /// # Errors
    ///
    /// [`HomoraError::NoPosition`].
    #[inline]
    pub fn position(&self, number: u64) -> Result<&Position> {
        self.positions.get(&number).ok_or(HomoraError::NoPosition { position: number })
    }

    /// The first position of an account.
    #[must_use]
    pub fn position_of(&self, owner: Account) -> Option<(u64, &Position)> {
        let number = *self.of.get(&owner)?;
        self.positions.get(&number).map(|position| (number, position))
    }

    /// What the lenders' shares of `owner` are, of the bank at a place.
    #[must_use]
    pub fn shares_of(&self, owner: Account, place: usize) -> U256 {
        self.shares.get(&(owner, place)).copied().unwrap_or_default()
    }

    /// What a position owes to the bank at a place, as stored: rounded up.
    ///
    /// Source: `HomoraBank.borrowBalanceStored`.
    ///
    /// # Errors
    ///
    /// [`HomoraError::NoPosition`], [`HomoraError::NoBank`], failing arithmetic.
    pub fn debt_stored(&self, number: u64, place: usize) -> Result<U256> {
        let share = self.position(number)?.shares.get(place).copied().unwrap_or_default();
        self.bank(place)?.debt_of(share)
    }
}
