//! Steps at vaults, and those that every kind of venue has.

use levmine_market::{Asset, Mark, Reason, TokenAmount, VenueId};
use levmine_math::{Bps, U256};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Run;
use crate::fraction::part_of;
use crate::{AmountSpec, StepError, Venue};

impl Run<'_> {
    pub(super) fn deposit(&mut self, at: VenueId, amount: &AmountSpec) -> Result<(), StepError> {
        let (first, farmer) = (self.first(), self.world.farmer);
        let put = self.of_wallet(amount, "deposit")?;
        let share = self.world.vault(at)?.share(put.asset);
        self.world.takes(at, Some(put.asset))?;
        self.world.with_vault(at, Reason::Deposit, |vault, now| {
            let done = vault.deposit(farmer, put, now)?;
            Ok(((), done.transfers))
        })?;
        // A share that the market trades at a price of its own is bought dearer or cheaper than there.
        self.costs.traded |= share.is_some_and(|share| self.world.given.contains(&share));
        self.count_rewards(at, first, None)
    }

    pub(super) fn redeem(
        &mut self,
        at: VenueId,
        amount: &AmountSpec,
        max_loss: Decimal,
    ) -> Result<(), StepError> {
        let (first, farmer) = (self.first(), self.world.farmer);
        let shares = self.to_redeem(at, amount)?;
        let points = (max_loss * Decimal::from(10_000)).to_u32().unwrap_or(10_000).min(10_000);
        let max_loss = Bps::from_raw(U256::from(points));
        let (lost, received) = self.world.with_vault(at, Reason::Redeem, |vault, now| {
            let done = vault.redeem(farmer, shares, max_loss, now)?;
            Ok(((done.loss, done.received), done.transfers))
        })?;
        // What leaving costs is no rounding, nor is the difference to the share's own market.
        self.costs.traded |= !lost.is_zero() || self.world.given.contains(&shares.asset);
        self.world.hand_on(at, received)?;
        self.count_rewards(at, first, Some(received))
    }

    pub(super) fn request(&mut self, at: VenueId, amount: &AmountSpec) -> Result<(), StepError> {
        let farmer = self.world.farmer;
        let shares = self.to_redeem(at, amount)?;
        self.costs.traded |= self.world.given.contains(&shares.asset);
        self.world.with_vault(at, Reason::Redeem, |vault, now| {
            let done = vault.request_redeem(farmer, shares, now)?;
            Ok(((), done.transfers))
        })
    }

    pub(super) fn harvest(&mut self, at: VenueId) -> Result<(), StepError> {
        let farmer = self.world.farmer;
        let before = self.worth_at(at)?;
        self.world.with_vault(at, Reason::Harvest, |vault, now| {
            let done = vault.harvest(farmer, now)?;
            Ok(((), done.transfers))
        })?;
        self.world.derive_market_prices()?;
        let grown = self.worth_at(at)?.saturating_sub(before);
        self.costs.yielded = self.costs.yielded.saturating_add(grown);
        Ok(())
    }

    /// What the farmer's shares of a vault are worth, in the wallet and as collateral.
    fn worth_at(&self, at: VenueId) -> Result<Mark, StepError> {
        let mut sum: Mark = 0;
        for link in self.world.vault_shares.iter().filter(|link| link.vault == at) {
            let mut held = TokenAmount::new(link.share, self.world.wallet(link.share));
            for id in self.world.venue_ids() {
                let Ok(market) = self.world.lending(id) else { continue };
                if market.listing(link.share).is_ok() {
                    let supplied = market.supplied(self.world.farmer, link.share, self.world.now)?;
                    held.raw = held.raw.saturating_add(supplied);
                }
            }
            if held.is_zero() {
                continue;
            }
            let root = self.world.look_through(held)?;
            let mark = match self.world.pool_of_share(root.asset) {
                Some(pool) => self.world.mark_shares(pool, root.asset, root.raw)?,
                None => self.world.market.mark(root, self.world.quote)?,
            };
            sum = sum.saturating_add(mark);
        }
        Ok(sum)
    }

    /// Claims what the venue owes: its own rewards, incentives, redemptions that are ready.
    pub(super) fn claim(&mut self, at: VenueId) -> Result<(), StepError> {
        let (farmer, now) = (self.world.farmer, self.world.now);
        self.world.admits(at)?;
        let incentives = self.world.earned_incentives(at);
        let has_incentives = !incentives.is_empty();
        self.world.claim_incentives(at)?;
        self.rewards_of(&incentives)?;
        match self.world.venues().get(usize::from(at.0)).map(|slot| &slot.venue) {
            // Where incentives are all there is, nothing else need be claimable.
            Some(Venue::Lending(market)) if has_incentives && market.claimable(farmer, now)?.is_empty() => {
                Ok(())
            }
            Some(Venue::Lending(_)) => {
                let first = self.first();
                self.world.with_lending(at, Reason::Reward, |market, ctx| {
                    Ok(((), market.claim(farmer, ctx.now)?))
                })?;
                self.count_received(first, None, None)
            }
            Some(Venue::Vault(vault)) => {
                let ready: Vec<_> =
                    vault.requests(farmer, now)?.into_iter().filter(|request| request.is_ready).collect();
                let own = vault.capabilities().rewards;
                if !own && ready.is_empty() && !has_incentives {
                    return Err(vault.unsupported("rewards").into());
                }
                for request in ready {
                    let received = self.world.with_vault(at, Reason::Redeem, |vault, now| {
                        let claimed = vault.claim_request(farmer, request.id, now)?;
                        Ok((claimed.received, claimed.transfers))
                    })?;
                    for amount in received {
                        self.world.hand_on(at, amount)?;
                    }
                }
                if !own {
                    return Ok(());
                }
                let first = self.first();
                self.world.with_vault(at, Reason::Reward, |vault, now| {
                    Ok(((), vault.claim(farmer, now)?.transfers))
                })?;
                self.count_received(first, None, None)
            }
            Some(Venue::Pool(pool)) if !has_incentives => Err(pool.unsupported("rewards").into()),
            _ => Ok(()),
        }
    }

    /// Takes the fees that wait beside the farmer's positions at a pool.
    pub(super) fn collect(&mut self, at: VenueId) -> Result<(), StepError> {
        let (farmer, now) = (self.world.farmer, self.world.now);
        let mut collected = false;
        for share in self.positions(at)? {
            let waits = self.world.pool(at)?.earned(share, now)?.iter().any(|amount| !amount.is_zero());
            if !waits {
                continue;
            }
            collected = true;
            self.world.with_pool(at, Reason::RemoveLiquidity, |pool, now| {
                Ok(((), pool.collect(farmer, share, now)?.transfers))
            })?;
        }
        if collected {
            Ok(())
        } else {
            let asset = self.world.pool(at)?.coins().first().copied().unwrap_or(self.world.quote);
            Err(StepError::Nothing { asset, verb: "collect" })
        }
    }

    /// The shares of a pool in the wallet, one for each position.
    pub(super) fn positions(&self, at: VenueId) -> Result<Vec<Asset>, StepError> {
        let issued = self.world.pool(at)?.issued();
        let held = issued.iter().filter(|issued| !self.world.wallet(issued.asset).is_zero());
        Ok(held.map(|issued| issued.asset).collect())
    }

    fn to_redeem(&self, at: VenueId, amount: &AmountSpec) -> Result<TokenAmount, StepError> {
        let asset = amount.asset();
        let vault = self.world.vault(at)?;
        let staked = vault.staked(self.world.farmer, asset, self.world.now);
        if staked.is_zero() {
            return self.of_wallet(amount, "redeem");
        }
        let raw = match amount {
            AmountSpec::Exact(exact) if exact.raw > staked => {
                let available = TokenAmount::new(asset, staked);
                return Err(StepError::WalletTooSmall { needed: *exact, available });
            }
            AmountSpec::Exact(exact) => exact.raw,
            AmountSpec::Part(part, _) => part_of(staked, *part)?,
            _ => staked,
        };
        Ok(TokenAmount::new(asset, raw))
    }

    fn first(&self) -> usize {
        self.world.journal.entries().len()
    }

    /// Counts the reward tokens that came with a deposit or a redemption, what was redeemed itself apart.
    fn count_rewards(
        &mut self,
        at: VenueId,
        first: usize,
        redeemed: Option<TokenAmount>,
    ) -> Result<(), StepError> {
        let rewards = self.world.vault(at)?.rewards();
        if rewards.is_empty() { Ok(()) } else { self.count_received(first, Some(&rewards), redeemed) }
    }

    /// Counts what has come into the wallet since `first` as rewards: all of it, or these assets; `except` is none.
    fn count_received(
        &mut self,
        first: usize,
        only: Option<&[Asset]>,
        except: Option<TokenAmount>,
    ) -> Result<(), StepError> {
        let wallet = levmine_market::Holder::Wallet(self.world.farmer);
        let entries = self.world.journal.entries().iter().skip(first);
        let mut except = except;
        let mut received: Vec<TokenAmount> = Vec::new();
        for entry in entries.filter(|entry| entry.to == wallet) {
            let mut amount = entry.amount;
            if only.is_some_and(|only| !only.contains(&amount.asset)) {
                continue;
            }
            if let Some(rest) = except.as_mut().filter(|rest| rest.asset == amount.asset) {
                let own = rest.raw.min(amount.raw);
                rest.raw = rest.raw.saturating_sub(own);
                amount.raw = amount.raw.saturating_sub(own);
            }
            received.push(amount);
        }
        self.rewards_of(&received)
    }

    fn rewards_of(&mut self, amounts: &[TokenAmount]) -> Result<(), StepError> {
        for amount in amounts {
            let mark: Mark = self.world.market.mark(*amount, self.world.quote)?;
            self.costs.rewards = self.costs.rewards.saturating_add(mark);
        }
        Ok(())
    }

    /// Changes assets at a lending market that does so itself. What its fee and its price differ from the market's by is
    /// the cost of the change.
    pub(super) fn exchange(
        &mut self,
        at: VenueId,
        sell: TokenAmount,
        to: Asset,
    ) -> Result<TokenAmount, StepError> {
        let farmer = self.world.farmer;
        self.costs.traded = true;
        let bought = self.world.with_lending(at, Reason::Swap, |market, ctx| {
            let receipt = market.exchange(farmer, sell, to, ctx)?;
            Ok((receipt.amount, receipt.transfers))
        })?;
        Ok(TokenAmount::new(to, bought))
    }
}
