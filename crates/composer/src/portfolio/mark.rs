//! What the farmer has and owes, read from the venues and the journal, and marked.

use levmine_amm::{AmmError, Amounts, Worth};
use levmine_market::{Asset, Holder, MARKS_PER_BASE_UNIT, Mark, MarketError, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};
use smallvec::SmallVec;

use super::{Line, LineKind, ShareLine, amount_at};
use crate::{StepError, World};

impl World {
    /// Marks everything anew from the venues and the journal. Books nothing.
    pub(crate) fn rebuild_portfolio(&mut self) -> Result<Mark, StepError> {
        let mut lines = Vec::with_capacity(self.portfolio.lines.len());
        let mut held: Vec<Held> = Vec::new();
        let mut active = Vec::new();
        for amount in self.journal.balances(Holder::Wallet(self.farmer)) {
            self.enter(LineKind::Wallet, amount, &mut lines, &mut held)?;
        }
        for id in self.venue_ids() {
            if let Some(vault) = self.find_vault(id) {
                for asset in vault.assets() {
                    let staked = TokenAmount::new(*asset, vault.staked(self.farmer, *asset, self.now));
                    if !staked.is_zero() {
                        self.enter(LineKind::Staked(id), staked, &mut lines, &mut held)?;
                    }
                }
                for request in vault.requests(self.farmer, self.now)? {
                    self.enter(LineKind::Queued(id), request.amount, &mut lines, &mut held)?;
                }
                continue;
            }
            let Some(market) = self.find_lending(id) else { continue };
            let position = market.position(self.farmer, self.now)?;
            if !position.supplied.is_empty() || !position.debts.is_empty() {
                active.push(id);
            }
            for supplied in &position.supplied {
                self.enter(LineKind::Supplied(id), supplied.amount, &mut lines, &mut held)?;
            }
            for debt in &position.debts {
                lines.push(self.line(LineKind::Owed(id), *debt)?);
            }
        }
        let mut shares = Vec::with_capacity(held.len());
        for held in held {
            let before = self.portfolio.shares.iter().find(|line| line.share == held.share);
            shares.push(self.share_line(held, before)?);
        }
        self.portfolio.reserve = self.mark_reserve()?;
        self.portfolio.lines = lines;
        self.portfolio.shares = shares;
        self.look_at_health(active.into_iter())?;
        let due = self.gas_due.saturating_add(self.luck.premium_due);
        self.portfolio.gas_due = self.market.mark(TokenAmount::new(self.quote, due), self.quote)?;
        Ok(self.portfolio.equity())
    }

    /// Enters an amount as a line, or as pool shares where it is or stands for some.
    fn enter(
        &self,
        kind: LineKind,
        amount: TokenAmount,
        lines: &mut Vec<Line>,
        held: &mut Vec<Held>,
    ) -> Result<(), StepError> {
        let amount = match kind {
            LineKind::Supplied(at) | LineKind::Staked(at) | LineKind::Queued(at) => {
                self.left_at(at, amount)?
            }
            LineKind::Wallet | LineKind::Owed(_) => amount,
        };
        let mut root = self.look_through(amount)?;
        let Some(pool) = self.pool_of_share(root.asset) else {
            lines.push(self.line(kind, amount)?);
            return Ok(());
        };
        root = self.left_of(pool, root)?;
        let at = match held.iter().position(|known| known.share == root.asset) {
            Some(at) => at,
            None => {
                let (direct, raw) = (U256::ZERO, U256::ZERO);
                held.push(Held { pool, share: root.asset, direct, raw, through: SmallVec::new() });
                held.len().saturating_sub(1)
            }
        };
        if let Some(known) = held.get_mut(at) {
            known.raw = known.raw.saturating_add(root.raw);
            if root.asset == amount.asset {
                known.direct = known.direct.saturating_add(root.raw);
            } else {
                known.through.push(amount);
            }
        }
        Ok(())
    }

    fn line(&self, kind: LineKind, amount: TokenAmount) -> Result<Line, MarketError> {
        Ok(Line { kind, amount, mark: self.market.mark(amount, self.quote)? })
    }

    fn share_line(&self, held: Held, before: Option<&ShareLine>) -> Result<ShareLine, StepError> {
        let Held { pool, share, direct, raw, through } = held;
        let coins = self.pool(pool)?.coins().len();
        let earned = self.earned_of(pool, share)?;
        let mut basis: Amounts =
            before.map_or_else(|| Amounts::from_elem(U256::ZERO, coins), |line| line.basis.clone());
        // Fees that were collected have left the basis; others have been put in beside it.
        let waited = before.map(|line| line.earned.clone()).unwrap_or_default();
        for (at, basis) in basis.iter_mut().enumerate() {
            let (now, was) = (amount_at(&earned, at), amount_at(&waited, at));
            *basis = basis.saturating_add(now).saturating_sub(was);
        }
        let had = before.map_or(U256::ZERO, |line| line.held);
        if raw > had {
            let added = self.worth_of(pool, TokenAmount::new(share, raw.saturating_sub(had)))?;
            for (basis, added) in basis.iter_mut().zip(added.coins) {
                *basis = basis.saturating_add(added);
            }
        } else if raw < had {
            for basis in &mut basis {
                *basis = mul_div(*basis, raw, had, Rounding::Down)?;
            }
        }
        let basis_mark = self.mark_coins(pool, &basis)?;
        let mark = self.mark_shares(pool, share, raw)?;
        Ok(ShareLine {
            pool,
            share,
            held: raw,
            direct,
            through,
            earned,
            basis,
            basis_mark,
            mark,
            unsettled: 0,
        })
    }

    /// What the shares would pay out, and the fees that wait beside them.
    pub(crate) fn mark_shares(&self, pool: VenueId, share: Asset, held: U256) -> Result<Mark, StepError> {
        self.mark_worth(pool, &self.worth_of(pool, TokenAmount::new(share, held))?)
    }

    pub(super) fn mark_worth(&self, pool: VenueId, worth: &Worth) -> Result<Mark, StepError> {
        Ok(self.mark_coins(pool, &worth.coins)?.saturating_add(self.mark_coins(pool, &worth.earned)?))
    }

    /// The fees that wait beside the shares; what is left of them at a pool that was robbed.
    pub(super) fn earned_of(&self, pool: VenueId, share: Asset) -> Result<Amounts, StepError> {
        let earned = self.pool(pool)?.earned(share, self.now)?;
        self.left_of_fees(pool, earned)
    }

    fn left_of_fees(&self, pool: VenueId, mut earned: Amounts) -> Result<Amounts, StepError> {
        if self.any_robbed() {
            let kept = self.kept(pool);
            for amount in &mut earned {
                *amount = kept.mul_int(*amount, Rounding::Down)?;
            }
        }
        Ok(earned)
    }

    /// What `shares` would pay out now, nothing where they are too few to be worth a base unit of each coin; and the fees that
    /// wait beside them.
    pub(super) fn worth_of(&self, pool: VenueId, shares: TokenAmount) -> Result<Worth, StepError> {
        let without = || Ok(Worth { coins: Amounts::new(), earned: self.earned_of(pool, shares.asset)? });
        if shares.is_zero() {
            return without();
        }
        match self.pool(pool)?.worth(shares, self.now) {
            Ok(Worth { coins, earned }) => Ok(Worth { coins, earned: self.left_of_fees(pool, earned)? }),
            Err(AmmError::Refused { .. }) => without(),
            Err(error) => Err(error.into()),
        }
    }

    /// What `shares` would pay out now, and the fees that wait beside them, coin by coin.
    pub(crate) fn pool_coins(
        &self,
        pool: VenueId,
        shares: TokenAmount,
    ) -> Result<Vec<TokenAmount>, StepError> {
        let Worth { coins: worth, earned } = self.worth_of(pool, shares)?;
        let coins = self.pool(pool)?.coins().iter().enumerate();
        let sum = |at| amount_at(&worth, at).saturating_add(amount_at(&earned, at));
        Ok(coins.map(|(at, coin)| TokenAmount::new(*coin, sum(at))).collect())
    }

    pub(super) fn mark_coins(&self, pool: VenueId, amounts: &Amounts) -> Result<Mark, StepError> {
        let mut sum: Mark = 0;
        for (coin, raw) in self.pool(pool)?.coins().iter().zip(amounts) {
            sum = sum.saturating_add(self.market.mark(TokenAmount::new(*coin, *raw), self.quote)?);
        }
        Ok(sum)
    }

    /// Equity in base units of the quote asset, rounded towards zero.
    #[must_use]
    pub fn equity_base_units(&self) -> i128 {
        self.portfolio.equity() / i128::from(MARKS_PER_BASE_UNIT)
    }
}

/// Shares of one pool, added up.
struct Held {
    pool: VenueId,
    share: Asset,
    direct: U256,
    raw: U256,
    through: SmallVec<[TokenAmount; 1]>,
}
