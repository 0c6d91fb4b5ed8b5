//! What the generations have in common for whoever uses them.

use levmine_math::{MathError, Rounding, U256, add, sub};

use crate::error::YearnError;
use crate::tokenized::{Strategy as TokenizedStrategy, TokenizedError};
use crate::v2::{self, V2Error};
use crate::v3::{self, V3Error};

pub(crate) type Result<T> = std::result::Result<T, YearnError>;

/// A vault of any generation, in its own integers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contract {
    /// `Vault.vy`.
    V2(v2::Vault),
    /// `VaultV3.vy`.
    V3(v3::Vault),
    /// `TokenizedStrategy.sol`.
    Tokenized(TokenizedStrategy),
}

/// What went in, and the shares for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entered {
    pub(crate) paid: U256,
    pub(crate) shares: U256,
    pub(crate) destroyed: U256,
}

/// What came out, and the shares for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Left {
    pub(crate) shares: U256,
    pub(crate) received: U256,
    pub(crate) loss: U256,
    pub(crate) destroyed: U256,
}

/// What a report did, of one strategy or of several.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Booked {
    pub(crate) gain: U256,
    pub(crate) loss: U256,
    /// In base units of the asset.
    pub(crate) fees: U256,
    /// Shares that the contracts were issued: fees and locked profit.
    pub(crate) issued: U256,
    /// Shares of their own that were burned.
    pub(crate) burned: U256,
    /// The asset that came from outside.
    pub(crate) refunds: U256,
    /// The asset that vanished on its way.
    pub(crate) destroyed: U256,
}

impl Booked {
    pub(crate) fn plus(self, other: Self) -> std::result::Result<Self, MathError> {
        Ok(Self {
            gain: add(self.gain, other.gain)?,
            loss: add(self.loss, other.loss)?,
            fees: add(self.fees, other.fees)?,
            issued: add(self.issued, other.issued)?,
            burned: add(self.burned, other.burned)?,
            refunds: add(self.refunds, other.refunds)?,
            destroyed: add(self.destroyed, other.destroyed)?,
        })
    }
}

/// What somebody who holds exactly what he asks for has: nobody holds more than there is, nor the word for "all".
fn held(shares: U256, supply: U256) -> U256 {
    shares.min(supply)
}

impl Contract {
    /// What `shares` are worth by the vault's accounts. **Rounds down**.
    pub(crate) fn value(&self, shares: U256, now: u64) -> Result<U256> {
        Ok(match self {
            Self::V2(vault) => vault.share_value(shares, now)?,
            Self::V3(vault) => vault.to_assets(shares, Rounding::Down, now)?,
            Self::Tokenized(strategy) => strategy.to_assets(shares, Rounding::Down, now)?,
        })
    }

    /// The most that can be deposited.
    pub(crate) fn max_deposit(&self) -> Result<U256> {
        Ok(match self {
            Self::V2(vault) if vault.emergency_shutdown => U256::ZERO,
            Self::V2(vault) => vault.available_deposit_limit()?,
            Self::V3(vault) => vault.max_deposit()?,
            Self::Tokenized(strategy) => strategy.max_deposit(),
        })
    }

    /// Deposits exactly `amount`. The contracts take 2^256 − 1 as a word for a whole wallet; nobody has so much.
    pub(crate) fn deposit(&mut self, amount: U256, now: u64) -> Result<Entered> {
        let (needed, available) = (U256::MAX, U256::ZERO);
        Ok(match self {
            Self::V2(_) if amount == U256::MAX => return Err(V2Error::Wallet { needed, available }.into()),
            Self::V3(_) if amount == U256::MAX => return Err(V3Error::Wallet { needed, available }.into()),
            Self::Tokenized(_) if amount == U256::MAX => {
                return Err(TokenizedError::Wallet { needed, available }.into());
            }
            Self::V2(vault) => {
                let v2::Deposited { amount: paid, shares } = vault.deposit(amount, amount, now)?;
                Entered { paid, shares, destroyed: U256::ZERO }
            }
            Self::V3(vault) => {
                let v3::Deposited { assets: paid, shares, destroyed } = vault.deposit(amount, amount, now)?;
                Entered { paid, shares, destroyed }
            }
            Self::Tokenized(strategy) => {
                let done = strategy.deposit(amount, amount, now)?;
                Entered { paid: done.assets, shares: done.shares, destroyed: U256::ZERO }
            }
        })
    }

    /// Deposits as much as `shares` need.
    pub(crate) fn mint(&mut self, shares: U256, now: u64) -> Result<Entered> {
        Ok(match self {
            Self::V2(_) => return Err(YearnError::Unsupported { operation: "minting exact shares" }),
            Self::V3(vault) => {
                let v3::Deposited { assets: paid, shares, destroyed } = vault.mint(shares, U256::MAX, now)?;
                Entered { paid, shares, destroyed }
            }
            Self::Tokenized(strategy) => {
                let done = strategy.mint(shares, U256::MAX, now)?;
                Entered { paid: done.assets, shares: done.shares, destroyed: U256::ZERO }
            }
        })
    }

    /// Redeems `shares` as somebody who holds exactly these.
    pub(crate) fn redeem(&mut self, shares: U256, max_loss: U256, now: u64) -> Result<Left> {
        Ok(match self {
            Self::V2(vault) => {
                let balance = held(shares, vault.total_supply);
                if shares > balance {
                    return Err(V2Error::NotEnoughShares { shares, balance }.into());
                }
                let before = vault.clone();
                let done = vault.withdraw(balance, shares, max_loss, now)?;
                let worth = before.share_value(done.shares, now)?;
                Left {
                    shares: done.shares,
                    received: done.value,
                    loss: worth.saturating_sub(done.value),
                    destroyed: done.destroyed,
                }
            }
            Self::V3(vault) => {
                let balance = held(shares, vault.total_supply);
                left_v3(vault.redeem(balance, shares, max_loss, now)?)
            }
            Self::Tokenized(strategy) => {
                let balance = held(shares, strategy.total_supply);
                left_tokenized(strategy.redeem(balance, shares, max_loss, now)?)
            }
        })
    }

    /// Withdraws exactly `assets`, as somebody who holds enough.
    pub(crate) fn withdraw(&mut self, assets: U256, max_loss: U256, now: u64) -> Result<Left> {
        Ok(match self {
            Self::V2(_) => return Err(YearnError::Unsupported { operation: "withdrawing exact assets" }),
            Self::V3(vault) => {
                let balance = vault.total_supply;
                left_v3(vault.withdraw(balance, assets, max_loss, now)?)
            }
            Self::Tokenized(strategy) => left_tokenized(strategy.withdraw(None, assets, max_loss, now)?),
        })
    }

    /// How many strategies there are.
    pub(crate) fn strategies(&self) -> usize {
        match self {
            Self::V2(vault) => vault.strategies.len(),
            Self::V3(vault) => vault.strategies.len(),
            Self::Tokenized(_) => 1,
        }
    }

    /// What a strategy works with, by the vault's books.
    pub(crate) fn debt(&self, index: usize) -> U256 {
        match self {
            Self::V2(vault) => vault.strategies.get(index).map_or(U256::ZERO, |one| one.total_debt),
            Self::V3(vault) => vault.strategies.get(index).map_or(U256::ZERO, |one| one.current_debt),
            Self::Tokenized(strategy) => strategy.total_assets,
        }
    }

    /// What a strategy really holds.
    pub(crate) fn at_work(&mut self, index: usize) -> Option<&mut U256> {
        match self {
            Self::V2(vault) => vault.strategies.get_mut(index).map(|one| &mut one.balance),
            Self::V3(vault) => vault.strategies.get_mut(index).map(|one| &mut one.source.assets),
            Self::Tokenized(strategy) => (index == 0).then_some(&mut strategy.deployed),
        }
    }

    /// Lets a strategy report what it has, as its keeper does.
    pub(crate) fn report(&mut self, index: usize, now: u64) -> Result<Booked> {
        Ok(match self {
            Self::V2(vault) => report_v2(vault, index, now)?,
            Self::V3(vault) => {
                let done = vault.process_report(v3::Subject::Strategy(index), now)?;
                Booked {
                    gain: done.gain,
                    loss: done.loss,
                    fees: done.fees,
                    issued: add(done.issued, done.fee_shares).map_err(V3Error::from)?,
                    burned: done.burned,
                    refunds: done.refunds,
                    destroyed: U256::ZERO,
                }
            }
            Self::Tokenized(strategy) => {
                let done = strategy.report(now)?;
                Booked {
                    gain: done.profit,
                    loss: done.loss,
                    fees: done.fees,
                    issued: add(done.issued, done.fee_shares).map_err(TokenizedError::from)?,
                    burned: done.burned,
                    refunds: U256::ZERO,
                    destroyed: U256::ZERO,
                }
            }
        })
    }

    /// The asset that the contracts and their strategies hold.
    pub(crate) fn assets_held(&self) -> U256 {
        match self {
            Self::V2(vault) => {
                vault.strategies.iter().fold(vault.balance, |sum, one| sum.saturating_add(one.balance))
            }
            Self::V3(vault) => {
                vault.strategies.iter().fold(vault.balance, |sum, one| sum.saturating_add(one.source.assets))
            }
            Self::Tokenized(strategy) => strategy.idle.saturating_add(strategy.deployed),
        }
    }

    /// Shares that lock a profit no more. The contracts burn them at the next report, and do not count them before.
    pub(crate) fn unlocked(&self, now: u64) -> U256 {
        match self {
            Self::V2(_) => U256::ZERO,
            Self::V3(vault) => {
                vault.unlocked_shares(now).map_or(U256::ZERO, |gone| gone.min(vault.unlocking.own_shares))
            }
            Self::Tokenized(strategy) => strategy
                .unlocked_shares(now)
                .map_or(U256::ZERO, |gone| gone.min(strategy.unlocking.own_shares)),
        }
    }

    /// The shares that the contracts hold, those too that have unlocked, and whoever is paid fees.
    pub(crate) fn shares_held(&self) -> U256 {
        match self {
            Self::V2(vault) => {
                vault.strategies.iter().fold(vault.rewards_shares, |sum, one| sum.saturating_add(one.shares))
            }
            Self::V3(vault) => vault
                .unlocking
                .own_shares
                .saturating_add(vault.accountant.shares)
                .saturating_add(vault.protocol_shares),
            Self::Tokenized(strategy) => strategy
                .unlocking
                .own_shares
                .saturating_add(strategy.fee_shares)
                .saturating_add(strategy.protocol_shares),
        }
    }

    /// All shares, those too that have unlocked.
    pub(crate) const fn supply(&self) -> U256 {
        match self {
            Self::V2(vault) => vault.total_supply,
            Self::V3(vault) => vault.total_supply,
            Self::Tokenized(strategy) => strategy.total_supply,
        }
    }
}

const fn left_v3(done: v3::Redeemed) -> Left {
    Left { shares: done.shares, received: done.assets, loss: done.loss, destroyed: done.destroyed }
}

const fn left_tokenized(done: crate::tokenized::Withdrawn) -> Left {
    Left { shares: done.shares, received: done.assets, loss: done.loss, destroyed: done.destroyed }
}

/// A V2 strategy's own part of a harvest: it reports what it has more or less than it owes, pays its gain as far as that
/// is liquid, and of what it should pay back as much as is then left.
fn report_v2(vault: &mut v2::Vault, index: usize, now: u64) -> std::result::Result<Booked, V2Error> {
    let outstanding = vault.debt_outstanding(index)?;
    let Some(strategy) = vault.strategies.get(index) else { return Err(V2Error::NoStrategy { index }) };
    let (has, owes) = (strategy.balance, strategy.total_debt);
    let loss = owes.saturating_sub(has);
    let gain = has.saturating_sub(owes).min(strategy.liquid_limit);
    let free = has.min(strategy.liquid_limit);
    let debt_payment = outstanding.min(sub(free, gain)?);
    let done = vault.report(index, v2::Report { gain, loss, debt_payment }, now)?;
    Ok(Booked { gain, loss, fees: done.fees, issued: done.fee_shares, ..Booked::default() })
}
