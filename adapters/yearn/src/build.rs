//! A vault from a few friendly numbers.

use levmine_math::{Rounding, U256, mul_div};
use smallvec::SmallVec;

use crate::contract::Contract;
use crate::scale::BPS;
use crate::tokenized;
use crate::unlock::Unlocking;
use crate::v2::{self, Revision, default_strategy};
use crate::v3::{self, Accountant, Source};
use crate::version::Version;

/// What a strategy works with, in basis points of total assets, and the strategist's fee.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) part: U256,
    pub(crate) fee: U256,
}

/// What a venue table says. Amounts in base units, fees in basis points, times in seconds.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) deposits: U256,
    pub(crate) management_fee: U256,
    pub(crate) performance_fee: U256,
    pub(crate) protocol_fee: U256,
    pub(crate) degradation: U256,
    pub(crate) unlock: u64,
    pub(crate) deposit_limit: U256,
    pub(crate) parts: Vec<Part>,
}

impl Terms {
    /// To what the keeper of a V3 vault brings its strategies; the others know it themselves.
    pub(crate) fn targets(&self, version: Version) -> SmallVec<[U256; 1]> {
        match version {
            Version::V3 => self.parts.iter().map(|one| one.part).collect(),
            Version::V2(_) | Version::Tokenized => SmallVec::new(),
        }
    }

    /// What a strategy begins with. **Rounds down**. Parts are at most all, deposits below 2^128.
    fn lent(&self, part: U256) -> U256 {
        mul_div(self.deposits, part, BPS, Rounding::Down).unwrap_or_default()
    }

    /// A vault that begins at `now`, with others' deposits lent out already, at a price of 1.
    pub(crate) fn contract(&self, version: Version, decimals: u8, now: u64) -> Contract {
        match version {
            Version::V2(revision) => Contract::V2(self.v2(revision, decimals, now)),
            Version::V3 => Contract::V3(self.v3(decimals, now)),
            Version::Tokenized => Contract::Tokenized(self.tokenized(decimals, now)),
        }
    }

    fn v2(&self, revision: Revision, decimals: u8, now: u64) -> v2::Vault {
        let zero = U256::ZERO;
        let strategies: SmallVec<[v2::Strategy; 1]> = self
            .parts
            .iter()
            .map(|one| {
                let lent = self.lent(one.part);
                v2::Strategy {
                    performance_fee: one.fee,
                    total_debt: lent,
                    balance: lent,
                    ..default_strategy(one.part, now.max(1))
                }
            })
            .collect();
        let total_debt = strategies.iter().fold(zero, |sum, one| sum.saturating_add(one.total_debt));
        let idle = self.deposits.saturating_sub(total_debt);
        v2::Vault {
            revision,
            decimals,
            balance: idle,
            total_idle: if revision == Revision::V046 { idle } else { zero },
            total_debt,
            total_supply: self.deposits,
            locked_profit: zero,
            locked_profit_degradation: self.degradation,
            last_report: now,
            debt_ratio: self.parts.iter().fold(zero, |sum, one| sum.saturating_add(one.part)),
            deposit_limit: self.deposit_limit,
            management_fee: self.management_fee,
            performance_fee: self.performance_fee,
            emergency_shutdown: false,
            rewards_shares: zero,
            delegated_assets: zero,
            queue: (0..strategies.len()).collect(),
            strategies,
        }
    }

    const fn unlocking(&self) -> Unlocking {
        Unlocking { own_shares: U256::ZERO, rate: U256::ZERO, full_date: 0, max_time: self.unlock }
    }

    fn v3(&self, decimals: u8, now: u64) -> v3::Vault {
        let zero = U256::ZERO;
        let strategies: SmallVec<[v3::Strategy; 1]> = self
            .parts
            .iter()
            .map(|one| {
                let lent = self.lent(one.part);
                v3::Strategy {
                    activation: now.max(1),
                    last_report: now,
                    current_debt: lent,
                    max_debt: U256::MAX,
                    source: Source { assets: lent, supply: lent, vault_shares: lent, ..Source::EMPTY },
                }
            })
            .collect();
        let total_debt = strategies.iter().fold(zero, |sum, one| sum.saturating_add(one.current_debt));
        let idle = self.deposits.saturating_sub(total_debt);
        v3::Vault {
            decimals,
            balance: idle,
            total_idle: idle,
            total_debt,
            total_supply: self.deposits,
            unlocking: self.unlocking(),
            last_profit_update: now,
            deposit_limit: self.deposit_limit,
            minimum_total_idle: zero,
            shutdown: false,
            auto_allocate: false,
            accountant: Accountant {
                attached: !self.performance_fee.is_zero(),
                performance_fee: self.performance_fee,
                flat_fee: zero,
                refund: zero,
                tokens: zero,
                shares: zero,
            },
            protocol_fee: self.protocol_fee,
            protocol_shares: zero,
            queue: (0..strategies.len()).collect(),
            strategies,
        }
    }

    const fn tokenized(&self, decimals: u8, now: u64) -> tokenized::Strategy {
        let zero = U256::ZERO;
        tokenized::Strategy {
            decimals,
            total_assets: self.deposits,
            total_supply: self.deposits,
            unlocking: self.unlocking(),
            last_report: now,
            performance_fee: self.performance_fee,
            fee_shares: zero,
            protocol_fee: self.protocol_fee,
            protocol_shares: zero,
            shutdown: false,
            idle: zero,
            deployed: self.deposits,
            liquid_limit: U256::MAX,
            exit_loss: zero,
            withdraw_limit: U256::MAX,
            deposit_limit: self.deposit_limit,
        }
    }
}
