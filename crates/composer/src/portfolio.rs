//! What the farmer has and owes, and where its changes came from.
//!
//! Equity is marked in the quote asset at market prices: wallet and supplied amounts at their price, pool shares at what
//! they would pay out now, debt subtracted. Between two marks every change is booked under one cause, so the parts sum
//! to the whole by construction:
//!
//! - time passes: supplied amounts grow ([`Cause::SupplyInterest`]), debts grow ([`Cause::BorrowInterest`]), what vaults
//!   and staking hold grows ([`Cause::Yield`]);
//! - prices move: amounts held change in value ([`Cause::Price`]). A pool share's *basis* is the coins that were put in
//!   for it, plus the fees it earned; the basis moves with prices, and what the share loses against its basis is
//!   [`Cause::ImpermanentLoss`];
//! - others trade at a pool: the share of the fee is [`Cause::TradingFees`];
//! - a transaction: fees paid, gas, and what remains is [`Cause::Slippage`] where something was traded, else
//!   [`Cause::Rounding`].

use levmine_amm::{Amounts, Fees};
use levmine_market::{
    Asset, Attribution, Cause, Holder, MARKS_PER_BASE_UNIT, Mark, MarketError, TokenAmount, VenueId,
};
use levmine_math::{Rounding, U256, mul_div};
use rust_decimal::Decimal;
use smallvec::SmallVec;

use crate::policy::Volatility;
use crate::{ExitBy, StepError, World};

/// Something the farmer has or owes that is not a pool share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Where.
    pub kind: LineKind,
    /// How much.
    pub amount: TokenAmount,
    /// Its value when it was last marked; debts too are positive.
    pub mark: Mark,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// In the wallet.
    Wallet,
    /// Supplied to a lending market.
    Supplied(VenueId),
    /// Owed to a lending market.
    Owed(VenueId),
    /// Staked in the books of a vault.
    Staked(VenueId),
    /// On its way out of a vault: it waits in the queue of redemptions, or to be claimed.
    Queued(VenueId),
}

/// Pool shares of the farmer: in the wallet, supplied as collateral, staked, and what vault shares stand for, together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareLine {
    /// The pool.
    pub pool: VenueId,
    /// Its share.
    pub share: Asset,
    /// How many, in base units.
    pub held: U256,
    /// How many of them are held without a vault in between.
    pub direct: U256,
    /// The vault shares that the others are held through.
    pub through: SmallVec<[TokenAmount; 1]>,
    /// Fees that wait beside the liquidity, of each coin, as last booked; empty where fees stay in it.
    pub earned: Amounts,
    /// The coins put in for them and the fees they earned: what holding would have been.
    pub basis: Amounts,
    /// The value of the basis when it was last marked.
    pub basis_mark: Mark,
    /// What the shares would pay out, when they were last marked.
    pub mark: Mark,
    /// Booked to price and fees since the shares were last marked.
    pub unsettled: Mark,
}

/// What the farmer has and owes.
#[derive(Debug, Clone, Default)]
pub struct Portfolio {
    /// Wallet, supplies and debts.
    pub lines: Vec<Line>,
    /// Pool shares.
    pub shares: Vec<ShareLine>,
    /// Where the changes since the beginning came from.
    pub attribution: Attribution,
    /// Equity at the beginning.
    pub start: Mark,
    /// Gas and premiums that are owed.
    pub gas_due: Mark,
    /// What lies in the reserve.
    pub reserve: Vec<Line>,
    /// How the position is left.
    pub exit: ExitBy,
    /// What policies know of volatility.
    pub volatilities: Vec<Volatility>,
}

impl Portfolio {
    /// The equity as last marked.
    #[must_use]
    pub fn equity(&self) -> Mark {
        let lines = self.lines.iter().fold(0_i128, |sum, line| match line.kind {
            LineKind::Owed(_) => sum.saturating_sub(line.mark),
            _ => sum.saturating_add(line.mark),
        });
        let lines = self.reserve.iter().fold(lines, |sum, line| sum.saturating_add(line.mark));
        self.shares
            .iter()
            .fold(lines, |sum, share| sum.saturating_add(share.mark))
            .saturating_sub(self.gas_due)
    }

    /// The value of all that is held, debts not subtracted.
    #[must_use]
    pub fn assets(&self) -> Mark {
        self.equity().saturating_add(self.debts()).saturating_add(self.gas_due)
    }

    /// The value of all debts.
    #[must_use]
    pub fn debts(&self) -> Mark {
        self.lines
            .iter()
            .filter(|line| matches!(line.kind, LineKind::Owed(_)))
            .fold(0, |sum, line| sum.saturating_add(line.mark))
    }

    pub(crate) fn begin(&mut self) {
        self.start = self.equity();
        self.attribution = Attribution::default();
    }
}

/// Returns `a ÷ b` with six places, rounded towards zero; `None` for a `b` that is not positive.
pub(crate) fn quotient(a: Mark, b: Mark) -> Option<Decimal> {
    if b <= 0 {
        return None;
    }
    let parts = mul_div(
        U256::from(a.unsigned_abs()),
        U256::from(1_000_000_u64),
        U256::from(b.unsigned_abs()),
        Rounding::Down,
    );
    let parts = parts.ok().and_then(|parts| i128::try_from(parts).ok());
    let parts =
        parts.and_then(|parts| Decimal::try_from_i128_with_scale(parts, 6).ok()).unwrap_or(Decimal::MAX);
    Some(if a < 0 { -parts } else { parts })
}

/// What an attribution is short of when everything has been booked under its own cause.
pub(crate) fn residual(before: Mark, after: Mark, booked: Mark) -> Mark {
    after.saturating_sub(before).saturating_sub(booked)
}

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
            for (basis, added) in basis.iter_mut().zip(added) {
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
        let worth = self.mark_coins(pool, &self.worth_of(pool, TokenAmount::new(share, held))?)?;
        let earned = self.earned_of(pool, share)?;
        if earned.is_empty() { Ok(worth) } else { Ok(worth.saturating_add(self.mark_coins(pool, &earned)?)) }
    }

    /// The fees that wait beside the shares; what is left of them at a pool that was robbed.
    fn earned_of(&self, pool: VenueId, share: Asset) -> Result<Amounts, StepError> {
        let mut earned = self.pool(pool)?.earned(share, self.now)?;
        if self.any_robbed() {
            let kept = self.kept(pool);
            for amount in &mut earned {
                *amount = kept.mul_int(*amount, Rounding::Down)?;
            }
        }
        Ok(earned)
    }

    /// What `shares` would pay out now; nothing where they are too few to be worth a base unit of each coin.
    fn worth_of(&self, pool: VenueId, shares: TokenAmount) -> Result<Amounts, StepError> {
        if shares.is_zero() {
            return Ok(Amounts::new());
        }
        match self.pool(pool)?.preview_remove(shares, self.now) {
            Err(levmine_amm::AmmError::Refused { .. }) => Ok(Amounts::new()),
            coins => Ok(coins?),
        }
    }

    /// What `shares` would pay out now, and the fees that wait beside them, coin by coin.
    pub(crate) fn pool_coins(
        &self,
        pool: VenueId,
        shares: TokenAmount,
    ) -> Result<Vec<TokenAmount>, StepError> {
        let (worth, earned) = (self.worth_of(pool, shares)?, self.earned_of(pool, shares.asset)?);
        let coins = self.pool(pool)?.coins().iter().enumerate();
        let sum = |at| amount_at(&worth, at).saturating_add(amount_at(&earned, at));
        Ok(coins.map(|(at, coin)| TokenAmount::new(*coin, sum(at))).collect())
    }

    fn mark_coins(&self, pool: VenueId, amounts: &Amounts) -> Result<Mark, StepError> {
        let mut sum: Mark = 0;
        for (coin, raw) in self.pool(pool)?.coins().iter().zip(amounts) {
            sum = sum.saturating_add(self.market.mark(TokenAmount::new(*coin, *raw), self.quote)?);
        }
        Ok(sum)
    }

    /// Books what time did to supplies, debts, vaults and stakes.
    pub(crate) fn book_interest(&mut self) -> Result<(), StepError> {
        let mut lines = std::mem::take(&mut self.portfolio.lines);
        let mut attribution = self.portfolio.attribution;
        let done = lines.iter_mut().try_for_each(|line| self.grow(line, &mut attribution));
        let done = done.and_then(|()| self.grow_queues(&mut lines, &mut attribution));
        let mut reserve = std::mem::take(&mut self.portfolio.reserve);
        let done =
            done.and_then(|()| reserve.iter_mut().try_for_each(|line| self.grow(line, &mut attribution)));
        self.portfolio.reserve = reserve;
        self.portfolio.attribution = attribution;
        self.portfolio.lines = lines;
        done?;
        if self.portfolio.shares.iter().any(|line| !line.through.is_empty()) {
            self.grow_shares()?;
        }
        if self.rebasing.is_empty() { Ok(()) } else { self.settle_as(Cause::Yield) }
    }

    /// Books what has happened to redemptions that wait: they are told oldest first, as their lines stand.
    fn grow_queues(&self, lines: &mut [Line], attribution: &mut Attribution) -> Result<(), StepError> {
        let mut waiting: Option<(VenueId, std::vec::IntoIter<levmine_vault::Request>)> = None;
        for line in lines {
            let LineKind::Queued(id) = line.kind else { continue };
            if waiting.as_ref().is_none_or(|(at, _)| *at != id) {
                waiting = Some((id, self.vault(id)?.requests(self.farmer, self.now)?.into_iter()));
            }
            let next = waiting.as_mut().and_then(|(_, requests)| requests.next());
            let Some(request) = next.filter(|request| request.amount.asset == line.amount.asset) else {
                continue;
            };
            line.amount = self.left_at(id, request.amount)?;
            let mark = self.market.mark(line.amount, self.quote)?;
            let change = mark.saturating_sub(std::mem::replace(&mut line.mark, mark));
            attribution.book(Cause::Yield, change)?;
        }
        Ok(())
    }

    /// Books what new prices have done to the amounts of debts: those of a pool whose debt follows its synths.
    pub(crate) fn book_debts(&mut self) -> Result<(), StepError> {
        for at in 0..self.portfolio.lines.len() {
            let Some(line) = self.portfolio.lines.get(at).copied() else { continue };
            let LineKind::Owed(id) = line.kind else { continue };
            let raw = self.lending(id)?.debt(self.farmer, line.amount.asset, self.now)?;
            if raw == line.amount.raw {
                continue;
            }
            let amount = TokenAmount::new(line.amount.asset, raw);
            let mark = self.market.mark(amount, self.quote)?;
            if let Some(line) = self.portfolio.lines.get_mut(at) {
                (line.amount, line.mark) = (amount, mark);
            }
            self.portfolio.attribution.book(Cause::Price, line.mark.saturating_sub(mark))?;
        }
        Ok(())
    }

    fn grow(&self, line: &mut Line, attribution: &mut Attribution) -> Result<(), StepError> {
        let asset = line.amount.asset;
        if !self.vault_shares.is_empty() && self.is_derived(asset) {
            let mark = self.market.mark(line.amount, self.quote)?;
            let change = mark.saturating_sub(std::mem::replace(&mut line.mark, mark));
            let change =
                if matches!(line.kind, LineKind::Owed(_)) { change.saturating_neg() } else { change };
            attribution.book(Cause::Yield, change)?;
        }
        let (raw, cause) = match line.kind {
            LineKind::Wallet if self.rebasing.iter().any(|token| token.share == asset) => {
                (self.wallet(asset), Cause::Yield)
            }
            LineKind::Wallet => return Ok(()),
            LineKind::Supplied(id) => {
                (self.lending(id)?.supplied(self.farmer, asset, self.now)?, Cause::SupplyInterest)
            }
            LineKind::Owed(id) => {
                (self.lending(id)?.debt(self.farmer, asset, self.now)?, Cause::BorrowInterest)
            }
            LineKind::Staked(id) => (self.vault(id)?.staked(self.farmer, asset, self.now), Cause::Yield),
            // See `grow_queues`.
            LineKind::Queued(_) => return Ok(()),
        };
        line.amount.raw = match line.kind {
            LineKind::Supplied(id) | LineKind::Staked(id) => {
                self.left_at(id, TokenAmount::new(asset, raw))?.raw
            }
            _ => raw,
        };
        let mark = self.market.mark(line.amount, self.quote)?;
        let change = mark.saturating_sub(std::mem::replace(&mut line.mark, mark));
        let change = if cause == Cause::BorrowInterest { change.saturating_neg() } else { change };
        Ok(attribution.book(cause, change)?)
    }

    /// Books what the vaults have added to the pool shares that they hold.
    fn grow_shares(&mut self) -> Result<(), StepError> {
        for at in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(at).filter(|line| !line.through.is_empty()) else {
                continue;
            };
            let (pool, share, had) = (line.pool, line.share, line.held);
            let held = self.shares_held(share)?;
            if held == had {
                continue;
            }
            let worth = |raw| self.mark_shares(pool, share, raw);
            let change = worth(held)?.saturating_sub(worth(had)?);
            let mut basis = line.basis.clone();
            for basis in &mut basis {
                *basis = if had.is_zero() { *basis } else { mul_div(*basis, held, had, Rounding::Down)? };
            }
            let basis_mark = self.mark_coins(pool, &basis)?;
            if let Some(line) = self.portfolio.shares.get_mut(at) {
                line.held = held;
                line.basis = basis;
                line.basis_mark = basis_mark;
                line.unsettled = line.unsettled.saturating_add(change);
            }
            self.portfolio.attribution.book(Cause::Yield, change)?;
        }
        Ok(())
    }

    /// How many of a pool's shares the farmer has, wherever they are.
    fn shares_held(&self, share: Asset) -> Result<U256, StepError> {
        let Some(line) = self.portfolio.shares.iter().find(|line| line.share == share) else {
            return Ok(U256::ZERO);
        };
        // What is held without a vault does not change by time; what is held through one is asked for.
        let mut through = U256::ZERO;
        for amount in &line.through {
            through = through.saturating_add(self.look_through(*amount)?.raw);
        }
        let through = TokenAmount::new(share, through);
        Ok(line.direct.saturating_add(self.left_of(line.pool, through)?.raw))
    }

    /// Moves the market's prices, and books what that does to everything held and owed.
    ///
    /// # Errors
    ///
    /// [`StepError::Market`] when a price of something held is missing.
    pub fn move_prices(
        &mut self,
        prices: impl IntoIterator<Item = (Asset, levmine_market::Price)>,
    ) -> Result<(), StepError> {
        for (asset, price) in prices {
            let price = if self.any_robbed() { self.robbed_price(asset, price)? } else { price };
            self.market.set(asset, price);
            if !self.given.contains(&asset) {
                self.given.push(asset);
            }
        }
        self.derive_market_prices()?;
        self.for_everybody(Self::book_prices)
    }

    /// Books what new market prices do to everything the farmer holds and owes.
    fn book_prices(&mut self) -> Result<(), StepError> {
        let quote = self.quote;
        let portfolio = &mut self.portfolio;
        for line in portfolio.lines.iter_mut().chain(&mut portfolio.reserve) {
            let mark = self.market.mark(line.amount, quote)?;
            let change = mark.saturating_sub(line.mark);
            line.mark = mark;
            let change =
                if matches!(line.kind, LineKind::Owed(_)) { change.saturating_neg() } else { change };
            portfolio.attribution.book(Cause::Price, change)?;
        }
        for i in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(i) else { continue };
            let mark = self.mark_coins(line.pool, &line.basis)?;
            if let Some(line) = self.portfolio.shares.get_mut(i) {
                let change = mark.saturating_sub(line.basis_mark);
                line.basis_mark = mark;
                line.unsettled = line.unsettled.saturating_add(change);
                self.portfolio.attribution.book(Cause::Price, change)?;
            }
        }
        Ok(())
    }

    /// Books the farmer's part of a fee that somebody else paid at a pool.
    pub(crate) fn earn_fees(&mut self, pool: VenueId, fees: &Fees) -> Result<(), StepError> {
        let Some(at) = self.portfolio.shares.iter().position(|line| line.pool == pool) else { return Ok(()) };
        if self.pool(pool)?.capabilities().collects_fees {
            return self.earn_beside(pool).map(|_| ());
        }
        let Some(line) = self.portfolio.shares.get(at) else { return Ok(()) };
        let issued = self.pool(pool)?.issued();
        let total = issued
            .iter()
            .filter(|i| i.asset == line.share)
            .fold(U256::ZERO, |sum, i| sum.saturating_add(i.raw));
        if total.is_zero() {
            return Ok(());
        }
        let earned = mul_div(fees.liquidity.raw, line.held, total, Rounding::Down)?;
        let mark = self.market.mark(TokenAmount::new(fees.liquidity.asset, earned), self.quote)?;
        let coin = self.pool(pool)?.coins().iter().position(|coin| *coin == fees.liquidity.asset);
        if let Some(line) = self.portfolio.shares.get_mut(at) {
            if let Some(basis) = coin.and_then(|coin| line.basis.get_mut(coin)) {
                *basis = basis.saturating_add(earned);
            }
            line.unsettled = line.unsettled.saturating_add(mark);
        }
        self.portfolio.attribution.book(Cause::TradingFees, mark)?;
        // Marks are floored amount by amount, so the basis is marked anew rather than added to.
        let Some(line) = self.portfolio.shares.get(at) else { return Ok(()) };
        let basis_mark = self.mark_coins(pool, &line.basis)?;
        if let Some(line) = self.portfolio.shares.get_mut(at) {
            line.basis_mark = basis_mark;
        }
        Ok(())
    }

    /// Books the fees that have come to wait beside the farmer's positions at a pool; returns them, of its first two coins.
    pub(crate) fn earn_beside(&mut self, pool: VenueId) -> Result<[U256; 2], StepError> {
        let mut sums = [U256::ZERO; 2];
        for at in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(at).filter(|line| line.pool == pool) else { continue };
            let earned = self.earned_of(pool, line.share)?;
            if earned == line.earned {
                continue;
            }
            let (mut basis, mut come, mut gone) = (line.basis.clone(), Amounts::new(), Amounts::new());
            for (at, basis) in basis.iter_mut().enumerate() {
                let (now, was) = (amount_at(&earned, at), amount_at(&line.earned, at));
                let more = now.saturating_sub(was);
                *basis = basis.saturating_add(more);
                come.push(more);
                gone.push(was.saturating_sub(now));
                if let Some(sum) = sums.get_mut(at) {
                    *sum = sum.saturating_add(more);
                }
            }
            let mark = self.mark_coins(pool, &come)?.saturating_sub(self.mark_coins(pool, &gone)?);
            let basis_mark = self.mark_coins(pool, &basis)?;
            if let Some(line) = self.portfolio.shares.get_mut(at) {
                line.basis = basis;
                line.basis_mark = basis_mark;
                line.earned = earned;
                line.unsettled = line.unsettled.saturating_add(mark);
            }
            self.portfolio.attribution.book(Cause::TradingFees, mark)?;
        }
        Ok(sums)
    }

    /// Marks the pool shares anew; what they gained or lost beyond price and fees is impermanent loss.
    ///
    /// # Errors
    ///
    /// [`StepError::Amm`], [`StepError::Market`].
    pub fn settle_shares(&mut self) -> Result<(), StepError> {
        self.for_everybody(Self::settle_own_shares)
    }

    /// [`World::settle_shares`] for the farmer who acts.
    pub(crate) fn settle_own_shares(&mut self) -> Result<(), StepError> {
        self.settle_as(Cause::ImpermanentLoss)
    }

    fn settle_as(&mut self, cause: Cause) -> Result<(), StepError> {
        for at in 0..self.portfolio.shares.len() {
            let Some(line) = self.portfolio.shares.get(at) else { continue };
            let mark = self.mark_shares(line.pool, line.share, line.held)?;
            if let Some(line) = self.portfolio.shares.get_mut(at) {
                let loss = residual(line.mark, mark, line.unsettled);
                line.mark = mark;
                line.unsettled = 0;
                self.portfolio.attribution.book(cause, loss)?;
            }
        }
        Ok(())
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

fn amount_at(amounts: &Amounts, at: usize) -> U256 {
    amounts.get(at).copied().unwrap_or(U256::ZERO)
}
