//! Tokens whose balances change by themselves.
//!
//! The vault that issues such a token keeps its ledger, because only shares tell who has how much. Every transfer made
//! elsewhere is told to it; then the journal follows the ledger, each difference a named mint or burn ([`Reason::Rebase`]).

use levmine_market::{Account, Asset, Holder, Outside, Party, Reason, TokenAmount, Transfers, VenueId};
use levmine_math::U256;

use crate::seat::Seat;
use crate::{StepError, Venue, World};

/// A token whose balances change by themselves, and the vault that keeps its ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rebasing {
    pub share: Asset,
    pub vault: VenueId,
}

impl World {
    pub(crate) fn find_rebasing(&self) -> Vec<Rebasing> {
        let of = |id: VenueId| Some(Rebasing { share: self.vault(id).ok()?.rebasing()?, vault: id });
        self.venue_ids().filter_map(of).collect()
    }

    /// Tells the ledgers of what moved at `venue`, and lets the journal follow for whoever took part.
    pub(crate) fn follow_rebasing(&mut self, venue: VenueId, transfers: &Transfers) -> Result<(), StepError> {
        for at in 0..self.rebasing.len() {
            let Some(token) = self.rebasing.get(at).copied() else { continue };
            if !transfers.iter().any(|transfer| transfer.amount.asset == token.share) {
                continue;
            }
            let account = |party: Party| match party {
                Party::Account(account) => Some(account),
                Party::Venue => Some(Account::contract(venue)),
                Party::Issuer => None,
            };
            let mut touched: Vec<Account> = vec![Account::contract(token.vault)];
            for transfer in transfers.iter().filter(|transfer| transfer.amount.asset == token.share) {
                let ends = (account(transfer.from), account(transfer.to));
                touched.extend(ends.0.into_iter().chain(ends.1));
                self.can_hold(venue, token)?;
                // Its own operations the vault has entered itself.
                if venue == token.vault {
                    continue;
                }
                if let (Some(from), Some(to)) = ends {
                    let now = self.now;
                    self.vault_mut(token.vault)?.transfer(from, to, transfer.amount.raw, now)?;
                }
            }
            self.follow_ledger(token, &touched)?;
        }
        Ok(())
    }

    /// Lets the journal follow the ledgers for all holders: after time has passed.
    pub(crate) fn follow_all_rebasing(&mut self) -> Result<(), StepError> {
        for at in 0..self.rebasing.len() {
            let Some(token) = self.rebasing.get(at).copied() else { continue };
            let mut holders: Vec<Account> = vec![self.farmer];
            holders.extend(self.parked.iter().map(Seat::farmer));
            holders.extend(self.venue_ids().map(Account::contract));
            self.follow_ledger(token, &holders)?;
        }
        Ok(())
    }

    /// Enters what everybody holds at the beginning into the ledger.
    pub(crate) fn open_ledgers(&mut self) -> Result<(), StepError> {
        for at in 0..self.rebasing.len() {
            let Some(token) = self.rebasing.get(at).copied() else { continue };
            for id in self.venue_ids().filter(|id| *id != token.vault) {
                let held = self.journal.balance(Holder::Venue(id), token.share);
                if !held.is_zero() {
                    self.can_hold(id, token)?;
                    let (now, contract) = (self.now, Account::contract(id));
                    self.vault_mut(token.vault)?.transfer(crate::world::OUTSIDER, contract, held, now)?;
                }
            }
        }
        self.follow_all_rebasing()
    }

    fn follow_ledger(&mut self, token: Rebasing, holders: &[Account]) -> Result<(), StepError> {
        let issuer = Holder::Outside(Outside::Issuer(token.vault));
        for account in holders.iter().filter(|account| !account.is_outsider()) {
            let holder = account.venue().map_or(Holder::Wallet(*account), Holder::Venue);
            let vault = self.vault(token.vault)?;
            // A vault does not know its own number: what its contracts hold it tells as its holdings.
            let now = if account.venue() == Some(token.vault) {
                total(&vault.holdings(), token.share)
            } else {
                vault.balance(*account)
            };
            let is = self.journal.balance(holder, token.share);
            if now == is {
                continue;
            }
            self.post_difference(issuer, holder, token.share, now, is)?;
            if let Some(id) = account.venue().filter(|id| *id != token.vault) {
                self.tell_venue(id, TokenAmount::new(token.share, now))?;
            }
        }
        // What nobody counts: the rest of what exists.
        let exists = total(&self.vault(token.vault)?.issued(), token.share);
        let known = self.journal.minted(token.vault, token.share);
        self.post_difference(issuer, Holder::Outside(Outside::World), token.share, exists, known)
    }

    fn post_difference(
        &mut self,
        issuer: Holder,
        holder: Holder,
        share: Asset,
        now: U256,
        is: U256,
    ) -> Result<(), StepError> {
        let difference = TokenAmount::new(share, now.abs_diff(is));
        let (from, to) = if now > is { (issuer, holder) } else { (holder, issuer) };
        Ok(self.journal.post(from, to, difference, Reason::Rebase)?)
    }

    /// Refuses a venue that would go on with the amounts that it has written down.
    fn can_hold(&self, id: VenueId, token: Rebasing) -> Result<(), StepError> {
        const WHAT: &str = "tokens whose balances change by themselves";
        match self.venues.get(usize::from(id.0)).map(|slot| &slot.venue) {
            Some(Venue::Pool(pool)) if !pool.capabilities().rebasing_coins => {
                Err(pool.unsupported(WHAT).into())
            }
            Some(Venue::Lending(market)) => Err(market.unsupported(WHAT).into()),
            Some(Venue::Vault(vault)) if id != token.vault => Err(vault.unsupported(WHAT).into()),
            _ => Ok(()),
        }
    }

    /// Tells a pool what it holds now.
    fn tell_venue(&mut self, id: VenueId, held: TokenAmount) -> Result<(), StepError> {
        let now = self.now;
        match self.venues.get_mut(usize::from(id.0)).map(|slot| &mut slot.venue) {
            Some(Venue::Pool(pool)) => Ok(pool.rebase(held, now)?),
            _ => Ok(()),
        }
    }
}

fn total(amounts: &[TokenAmount], asset: Asset) -> U256 {
    let of_asset = amounts.iter().filter(|amount| amount.asset == asset);
    of_asset.fold(U256::ZERO, |sum, amount| sum.saturating_add(amount.raw))
}
