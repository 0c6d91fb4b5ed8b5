use std::collections::BTreeMap;
use std::fmt;

use levmine_math::U256;

use crate::turnover::{Turnover, Turnovers};
use crate::{Account, Asset, MarketError, Party, Timestamp, TokenAmount, Transfer, VenueId};

/// Who can hold tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A counted wallet.
    Wallet(Account),
    /// A venue's contracts.
    Venue(VenueId),
    /// The world outside, which can give without having received.
    Outside(Outside),
}

/// The named sources and sinks: the only places where tokens appear or vanish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outside {
    /// The farmer's capital.
    Capital,
    /// Everybody whose wallet is not counted, and what venues held before the run.
    World,
    /// A token's issuer: mints and burns of this venue.
    Issuer(VenueId),
    /// Whoever pays incentives for the use of this venue.
    Incentives(VenueId),
    /// The chain's fee collector.
    Gas,
    /// Whoever took what was stolen from this venue.
    Loss(VenueId),
    /// Whoever sells cover.
    Cover,
}

impl Holder {
    /// A number for each holder, in order: wallets, venues, the outside.
    #[inline]
    pub(crate) const fn code(self) -> u64 {
        let (kind, of) = match self {
            Self::Wallet(account) => (0, account.number()),
            Self::Venue(venue) => (1, venue.0 as u32),
            Self::Outside(Outside::Capital) => (2, 0),
            Self::Outside(Outside::World) => (3, 0),
            Self::Outside(Outside::Issuer(venue)) => (4, venue.0 as u32),
            Self::Outside(Outside::Incentives(venue)) => (5, venue.0 as u32),
            Self::Outside(Outside::Gas) => (6, 0),
            Self::Outside(Outside::Loss(venue)) => (7, venue.0 as u32),
            Self::Outside(Outside::Cover) => (8, 0),
        };
        (kind as u64) << 32 | of as u64
    }
}

impl PartialOrd for Holder {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Holder {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.code().cmp(&other.code())
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wallet(account) => write!(f, "the wallet of {account}"),
            Self::Venue(venue) => write!(f, "{venue}"),
            Self::Outside(Outside::Capital) => f.write_str("the capital"),
            Self::Outside(Outside::World) => f.write_str("the world"),
            Self::Outside(Outside::Issuer(venue)) => write!(f, "the issuer at {venue}"),
            Self::Outside(Outside::Incentives(venue)) => write!(f, "the incentives at {venue}"),
            Self::Outside(Outside::Gas) => f.write_str("the gas"),
            Self::Outside(Outside::Loss(venue)) => write!(f, "the loss at {venue}"),
            Self::Outside(Outside::Cover) => f.write_str("the cover"),
        }
    }
}

/// Why tokens moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The farmer's capital comes in, or moves between his wallet and his reserve.
    Capital,
    /// What a venue held when it joined the world.
    Genesis,
    /// A swap.
    Swap,
    /// Something is lent or put up as collateral.
    Supply,
    /// Something lent or put up comes back.
    Withdraw,
    /// Something is borrowed.
    Borrow,
    /// Something borrowed is given back.
    Repay,
    /// Liquidity is added.
    AddLiquidity,
    /// Liquidity is removed.
    RemoveLiquidity,
    /// Something is put into a vault or staked.
    Deposit,
    /// Something comes back from a vault or a stake.
    Redeem,
    /// A vault's gains and fees are booked.
    Harvest,
    /// Balances change by themselves, or a transfer arrives short by what its shares round off.
    Rebase,
    /// A flash loan goes out or comes back.
    FlashLoan,
    /// A position is liquidated, or seized collateral is sold.
    Liquidation,
    /// A reward is paid.
    Reward,
    /// Gas is paid.
    Gas,
    /// What an exploited venue paid out goes on to whoever exploited it.
    Exploit,
    /// A premium for cover is paid, or a claim.
    Cover,
}

/// One movement: double entry, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// The transaction it belongs to; counts up.
    pub transaction: u32,
    /// Who gives.
    pub from: Holder,
    /// Who receives.
    pub to: Holder,
    /// What.
    pub amount: TokenAmount,
    /// Why.
    pub reason: Reason,
}

/// Every movement of value, and who holds what because of it.
///
/// Movements that touch a counted wallet, and those of liquidations, are kept as entries; others between outsiders and
/// venues are only added up, so a long run with many traders stays small. Both count in the [`Journal::audit`].
#[derive(Debug, Clone, Default)]
pub struct Journal {
    entries: Vec<Entry>,
    turnover: Turnovers,
    transaction: u32,
    now: Timestamp,
    unlisted: u64,
}

/// A state of the journal to which it can be taken back.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    entries: usize,
    turnover: Turnovers,
    transaction: u32,
    now: Timestamp,
    unlisted: u64,
}

/// What an audit went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audit {
    /// Movements checked, listed or only added up.
    pub movements: u64,
    /// Balances compared with what venues say they hold.
    pub balances: u64,
    /// Supplies of issued tokens compared with their mints and burns.
    pub supplies: u64,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// A venue holds something else than the journal says.
    #[error("{venue} says it holds {claimed} base units of {asset}, the journal says {journal}")]
    Holdings {
        /// The venue.
        venue: VenueId,
        /// The asset.
        asset: Asset,
        /// What the venue says.
        claimed: U256,
        /// What the journal says.
        journal: U256,
    },
    /// A venue has issued something else than the journal says.
    #[error("{venue} says {claimed} base units of {asset} exist, the journal says {journal}")]
    Supply {
        /// The venue.
        venue: VenueId,
        /// The token it issues.
        asset: Asset,
        /// What the venue says.
        claimed: U256,
        /// What the journal says.
        journal: U256,
    },
    /// The listed entries do not lead to the balances that are kept.
    #[error("{holder} should hold another amount of {asset} by the listed entries")]
    Entries {
        /// The holder.
        holder: Holder,
        /// The asset.
        asset: Asset,
    },
}

impl Journal {
    /// Begins a transaction at `now`; all movements until the next one belong to it. Returns its number.
    pub fn begin(&mut self, now: Timestamp) -> u32 {
        self.now = now;
        self.transaction = self.transaction.saturating_add(1);
        self.transaction
    }

    /// Writes a movement.
    ///
    /// # Errors
    ///
    /// [`MarketError::InsufficientBalance`] when a wallet or a venue would give more than it holds; nothing is
    /// written then.
    pub fn post(
        &mut self,
        from: Holder,
        to: Holder,
        amount: TokenAmount,
        reason: Reason,
    ) -> Result<(), MarketError> {
        if amount.is_zero() || from == to {
            return Ok(());
        }
        self.turnover.pass(from, to, amount)?;
        let of_wallet = matches!(from, Holder::Wallet(_)) || matches!(to, Holder::Wallet(_));
        if of_wallet || reason == Reason::Liquidation {
            let (at, transaction) = (self.now, self.transaction);
            self.entries.push(Entry { at, transaction, from, to, amount, reason });
        } else {
            self.unlisted = self.unlisted.saturating_add(1);
        }
        Ok(())
    }

    /// Writes the transfers of one operation at `venue`.
    ///
    /// # Errors
    ///
    /// As [`Journal::post`]; the transfers before the failing one stay written, so callers hold a
    /// [`Journal::checkpoint`].
    pub fn post_all(
        &mut self,
        venue: VenueId,
        transfers: &[Transfer],
        reason: Reason,
    ) -> Result<(), MarketError> {
        for transfer in transfers {
            let holder = |party: Party| match party {
                Party::Account(account) if account.is_outsider() => Holder::Outside(Outside::World),
                Party::Account(account) => Holder::Wallet(account),
                Party::Venue => Holder::Venue(venue),
                Party::Issuer => Holder::Outside(Outside::Issuer(venue)),
            };
            self.post(holder(transfer.from), holder(transfer.to), transfer.amount, reason)?;
        }
        Ok(())
    }

    /// What `holder` has: received minus sent, in base units. The outside, which can owe, answers zero then.
    #[must_use]
    pub fn balance(&self, holder: Holder, asset: Asset) -> U256 {
        self.turnover.get(&(holder, asset)).balance()
    }

    /// How much of `asset` the issuer at `venue` has minted and not burned again.
    #[must_use]
    pub fn minted(&self, venue: VenueId, asset: Asset) -> U256 {
        let issuer = Holder::Outside(Outside::Issuer(venue));
        let turnover = self.turnover.get(&(issuer, asset));
        turnover.sent.saturating_sub(turnover.received)
    }

    /// All that `holder` has, in order of the assets.
    pub fn balances(&self, holder: Holder) -> impl Iterator<Item = TokenAmount> + '_ {
        let held =
            self.turnover.of(holder).map(|(asset, turnover)| TokenAmount::new(asset, turnover.balance()));
        held.filter(|amount| !amount.is_zero())
    }

    /// The number of the transaction begun last.
    #[must_use]
    pub const fn transaction(&self) -> u32 {
        self.transaction
    }

    /// The movements that touch a counted wallet, and those of liquidations, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A state to which [`Journal::rollback`] leads back.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            entries: self.entries.len(),
            turnover: self.turnover.clone(),
            transaction: self.transaction,
            now: self.now,
            unlisted: self.unlisted,
        }
    }

    /// Takes everything back that was written since `checkpoint`.
    pub fn rollback(&mut self, checkpoint: Checkpoint) {
        self.entries.truncate(checkpoint.entries);
        self.turnover = checkpoint.turnover;
        self.transaction = checkpoint.transaction;
        self.now = checkpoint.now;
        self.unlisted = checkpoint.unlisted;
    }

    /// Checks that nothing appeared or vanished except by a named mint or burn.
    ///
    /// `holdings` is what each venue says its contracts hold, `supplies` how much exists of each token it issues. The
    /// listed entries must lead to every wallet's balance, every venue must hold what the journal says, and every
    /// issued token must exist in the amount of its mints less its burns.
    ///
    /// # Errors
    ///
    /// The first [`AuditError`] found.
    pub fn audit(
        &self,
        holdings: &[(VenueId, TokenAmount)],
        supplies: &[(VenueId, TokenAmount)],
    ) -> Result<Audit, AuditError> {
        self.audit_entries()?;
        for (venue, claimed) in holdings {
            let journal = self.balance(Holder::Venue(*venue), claimed.asset);
            if journal != claimed.raw {
                let (venue, asset, claimed) = (*venue, claimed.asset, claimed.raw);
                return Err(AuditError::Holdings { venue, asset, claimed, journal });
            }
        }
        // A venue that forgets an asset it holds is found too.
        for ((holder, asset), turnover) in self.turnover.iter() {
            let Holder::Venue(venue) = *holder else { continue };
            let journal = turnover.received.saturating_sub(turnover.sent);
            let told = holdings.iter().any(|(who, amount)| *who == venue && amount.asset == *asset);
            if !journal.is_zero() && !told {
                return Err(AuditError::Holdings { venue, asset: *asset, claimed: U256::ZERO, journal });
            }
        }
        for (venue, claimed) in supplies {
            let issuer = Holder::Outside(Outside::Issuer(*venue));
            let turnover = self.turnover.get(&(issuer, claimed.asset));
            // More burned than was ever minted is no supply at all, also not the zero that the difference is floored to.
            if turnover.sent.checked_sub(turnover.received) != Some(claimed.raw) {
                let journal = turnover.sent.saturating_sub(turnover.received);
                let (venue, asset, claimed) = (*venue, claimed.asset, claimed.raw);
                return Err(AuditError::Supply { venue, asset, claimed, journal });
            }
        }
        // So is a token that a venue mints and does not tell of.
        for ((holder, asset), turnover) in self.turnover.iter() {
            let Holder::Outside(Outside::Issuer(venue)) = *holder else { continue };
            let told = supplies.iter().any(|(who, amount)| *who == venue && amount.asset == *asset);
            if turnover.sent != turnover.received && !told {
                let journal = turnover.sent.saturating_sub(turnover.received);
                return Err(AuditError::Supply { venue, asset: *asset, claimed: U256::ZERO, journal });
            }
        }
        Ok(Audit {
            movements: self.unlisted.saturating_add(self.entries.len() as u64),
            balances: holdings.len() as u64,
            supplies: supplies.len() as u64,
        })
    }

    fn audit_entries(&self) -> Result<(), AuditError> {
        let mut wallets: BTreeMap<(Holder, Asset), Turnover> = BTreeMap::new();
        for entry in &self.entries {
            let from = wallets.entry((entry.from, entry.amount.asset)).or_default();
            from.sent = from.sent.saturating_add(entry.amount.raw);
            let to = wallets.entry((entry.to, entry.amount.asset)).or_default();
            to.received = to.received.saturating_add(entry.amount.raw);
        }
        let is_wallet = |holder: &Holder| matches!(holder, Holder::Wallet(_));
        for ((holder, asset), kept) in self.turnover.iter().filter(|((holder, _), _)| is_wallet(holder)) {
            if wallets.get(&(*holder, *asset)) != Some(kept) {
                return Err(AuditError::Entries { holder: *holder, asset: *asset });
            }
        }
        Ok(())
    }
}
