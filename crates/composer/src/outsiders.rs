//! What outsiders do, and what they look at before they do it: gas, distances between prices, what a sale brings.

use levmine_lending::{Amount, Flow, FlowKind, LiquidationCall, LiquidationOutcome, best_liquidation};
use levmine_market::gas::{Calldata, SIGNATURE_AND_HEADER};
use levmine_market::{Asset, Mark, MarketError, Party, Reason, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, Wad, mul_div};

use crate::align::rates;
use crate::route::best_route;
use crate::world::OUTSIDER;
use crate::{StepError, World};

/// What liquidators ask for before they act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LiquidationTerms {
    /// Units of gas of a call with the sale of what it seizes; `None` where gas is not looked at.
    pub gas: Option<u64>,
    /// What must be left after gas and slippage.
    pub min_profit: Option<TokenAmount>,
    /// The part of the seized collateral that its sale costs, 18 decimals; `None` for what the pools of the world ask.
    pub slippage: Option<Wad>,
    /// Whether they look at the market's prices and at what a sale costs; otherwise the oracle's prices are all they know.
    pub at_market: bool,
    /// How long after a position has become unhealthy they come, in seconds.
    pub delay: u64,
}

impl LiquidationTerms {
    /// Whether anything is weighed before a call.
    #[must_use]
    pub const fn weighs(&self) -> bool {
        self.at_market || self.gas.is_some() || self.min_profit.is_some() || self.slippage.is_some()
    }
}

/// A call that nobody made, because it would not have paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declined {
    /// Where.
    pub at: VenueId,
    /// What is seized less what is repaid, at market prices.
    pub bonus: Mark,
    /// What the sale of the seized collateral would cost.
    pub slippage: Mark,
    /// What gas would cost.
    pub gas: Mark,
    /// What should have been left.
    pub least: Mark,
}

impl Declined {
    /// What would have been left.
    #[must_use]
    pub const fn profit(&self) -> Mark {
        self.bonus.saturating_sub(self.slippage).saturating_sub(self.gas)
    }
}

/// Parts of what the rules allow to repay that a liquidator tries: all of it, a half, a quarter, an eighth.
const HALVINGS: u32 = 4;

/// Words of arguments of a call to a router or a market.
const CALL: u32 = 8;

impl World {
    /// What a call of `units` of gas costs now, the fee of its data included, marked in the quote asset; zero where gas costs
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`StepError::Math`], [`StepError::Market`].
    pub fn gas_mark(&self, units: u64) -> Result<Mark, StepError> {
        let Some(asset) = self.gas_asset else { return Ok(0) };
        // The size of a call to a router or a market.
        let transaction = Calldata::call(CALL).plus(SIGNATURE_AND_HEADER);
        let wei = self.data_fee.charge(units, self.gas_price, transaction)?.total()?;
        Ok(self.market.mark(TokenAmount::new(asset, wei), self.quote)?)
    }

    /// How far the pool's rate is from the market's: the largest |pool ÷ market − 1| of its pairs of coins, with 18
    /// decimals, rounded down. `None` where a rate cannot be told (an empty pool, a price that is missing).
    ///
    /// # Errors
    ///
    /// [`StepError::WrongVenue`] unless it is a pool.
    pub fn distance_from_market(&self, id: VenueId) -> Result<Option<Wad>, StepError> {
        let pool = self.pool(id)?;
        let coins = pool.coins();
        let mut largest: Option<U256> = None;
        for (at, first) in coins.iter().enumerate() {
            for second in coins.iter().skip(at + 1) {
                let known = rates(pool, &self.market, *first, *second, self.now);
                let Some((wanted, spot)) = known else { return Ok(None) };
                let apart = mul_div(wanted.abs_diff(spot), Wad::ONE.raw(), wanted, Rounding::Down);
                let Ok(apart) = apart else { return Ok(None) };
                largest = Some(largest.map_or(apart, |known| known.max(apart)));
            }
        }
        Ok(largest.map(Wad::from_raw))
    }

    /// What an arbitrageur would gain at the pool now, marked in the quote asset; zero where there is nothing to trade.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn arbitrage_gain(&self, id: VenueId) -> Result<Mark, StepError> {
        let mut pool = self.pool(id)?.fork();
        let Some(swap) = levmine_amm::arbitrage(pool.as_mut(), OUTSIDER, &self.market, self.now)? else {
            return Ok(0);
        };
        let mut gain: Mark = 0;
        for transfer in &swap.transfers {
            let mark = self.market.mark(transfer.amount, self.quote)?;
            if matches!(transfer.to, Party::Account(_)) {
                gain = gain.saturating_add(mark);
            }
            if matches!(transfer.from, Party::Account(_)) {
                gain = gain.saturating_sub(mark);
            }
        }
        Ok(gain)
    }

    /// Lets the other users of a lending market supply, withdraw, borrow or repay together. Returns how much was moved.
    ///
    /// # Errors
    ///
    /// [`StepError::Lending`] where the market refuses, [`StepError::Paused`] and [`StepError::Sheltered`] where nobody is
    /// let in; nothing was moved then.
    pub fn flow(&mut self, at: VenueId, flow: Flow) -> Result<U256, StepError> {
        let reason = match flow.kind {
            FlowKind::Supply => Reason::Supply,
            FlowKind::Withdraw => Reason::Withdraw,
            FlowKind::Borrow => Reason::Borrow,
            FlowKind::Repay => Reason::Repay,
        };
        if flow.kind == FlowKind::Borrow {
            self.lends(at)?;
        }
        self.journal.begin(self.now.time);
        self.with_lending(at, reason, |market, ctx| {
            let receipt = market.flow(flow, ctx)?;
            Ok((receipt.amount, receipt.transfers))
        })
    }

    /// The liquidation call that somebody makes against the farmer at a lending market under [`World::liquidators`]. `None`
    /// where nobody can or wants to; why they do not want to is told by [`World::declined`].
    ///
    /// Without terms it is [`best_liquidation`]. With terms, the part of the call is taken that leaves the most, of all that
    /// the rules allow and its halves. A market that seizes for itself and sells is not weighed here: who begins there
    /// pays nothing and earns nothing, and who buys looks at what is for sale.
    pub(crate) fn wanted_call(&mut self, at: VenueId) -> Result<Option<LiquidationCall>, StepError> {
        let (market, ctx) = (self.lending(at)?, self.context());
        let Some(call) = best_liquidation(market, OUTSIDER, self.farmer, &ctx)? else { return Ok(None) };
        let terms = self.liquidators;
        if !terms.weighs() || market.capabilities().sales {
            return Ok(Some(call));
        }
        let least = self.least_profit(&terms)?;
        let gas = terms.gas.map_or(Ok(0), |units| self.gas_mark(units))?;
        let mut best: Option<(Declined, LiquidationCall)> = None;
        let mut whole = U256::ZERO;
        for halving in 0..HALVINGS {
            let repay = if halving == 0 { Amount::All } else { Amount::Exact(whole >> halving as usize) };
            let tried = LiquidationCall { repay, ..call };
            let Ok(outcome) = market.fork().liquidate(&tried, &ctx) else { break };
            if halving == 0 {
                whole = outcome.repaid.iter().map(|amount| amount.raw).next().unwrap_or_default();
            }
            let (bonus, slippage) = self.weigh(&outcome, call.debt, terms.slippage)?;
            let weighed = Declined { at, bonus, slippage, gas, least };
            if best.is_none_or(|(known, _)| weighed.profit() > known.profit()) {
                best = Some((weighed, tried));
            }
        }
        match best {
            Some((weighed, call)) if weighed.profit() >= least => Ok(Some(call)),
            Some((weighed, _)) => {
                self.declined = Some(weighed);
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// The least that a liquidator or a buyer of seized collateral wants to keep after gas and slippage.
    fn least_profit(&self, terms: &LiquidationTerms) -> Result<Mark, StepError> {
        Ok(terms.min_profit.map_or(Ok(0), |amount| self.market.mark(amount, self.quote))?)
    }

    /// What whoever buys seized collateral must gain at least: his gas and what he wants to keep.
    fn least_gain(&self) -> Result<Mark, StepError> {
        let terms = self.liquidators;
        let gas = terms.gas.map_or(Ok(0), |units| self.gas_mark(units))?;
        Ok(gas.saturating_add(self.least_profit(&terms)?))
    }

    /// Whether something `worth` more than what is `asked` leaves a buyer what he wants, both in base units of `asset`.
    pub(crate) fn gains_enough(&self, asset: Asset, worth: U256, asked: U256) -> Result<bool, StepError> {
        if !self.liquidators.weighs() {
            return Ok(true);
        }
        let gain = self.outside_mark(TokenAmount::new(asset, worth.saturating_sub(asked)))?;
        Ok(gain >= self.least_gain()?)
    }

    /// What is seized less what is repaid at market prices, and what selling it for the debt's asset would cost.
    fn weigh(
        &self,
        outcome: &LiquidationOutcome,
        debt: Asset,
        slippage: Option<Wad>,
    ) -> Result<(Mark, Mark), StepError> {
        let (mut bonus, mut cost): (Mark, Mark) = (0, 0);
        for seized in &outcome.seized {
            let fee = outcome.protocol_fee.iter().find(|fee| fee.asset == seized.asset);
            let got = seized.raw.saturating_sub(fee.map_or(U256::ZERO, |fee| fee.raw));
            let got = TokenAmount::new(seized.asset, got);
            let worth = self.outside_mark(got)?;
            bonus = bonus.saturating_add(worth);
            if got.asset == debt || got.is_zero() {
                continue;
            }
            let lost = match slippage {
                Some(part) => part_of_mark(worth, part)?,
                None => match best_route(self, got, debt) {
                    Ok((_, out)) => worth.saturating_sub(self.outside_mark(TokenAmount::new(debt, out))?),
                    // Sold elsewhere, at the market's price.
                    Err(_) => 0,
                },
            };
            cost = cost.saturating_add(lost);
        }
        for repaid in &outcome.repaid {
            bonus = bonus.saturating_sub(self.outside_mark(*repaid)?);
        }
        Ok((bonus, cost))
    }

    /// At the market's price; at the oracle's where the market has none (the share of a pool).
    fn outside_mark(&self, amount: TokenAmount) -> Result<Mark, MarketError> {
        match self.market.find(amount.asset) {
            Some(_) => self.market.mark(amount, self.quote),
            None => self.oracle.mark(amount, self.quote),
        }
    }
}

/// A part of a mark, rounded up.
fn part_of_mark(mark: Mark, part: Wad) -> Result<Mark, StepError> {
    let raw = mul_div(U256::from(mark.unsigned_abs()), part.raw(), Wad::ONE.raw(), Rounding::Up)?;
    let raw = i128::try_from(raw).unwrap_or(i128::MAX);
    Ok(if mark < 0 { raw.saturating_neg() } else { raw })
}
