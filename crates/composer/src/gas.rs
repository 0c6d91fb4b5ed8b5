//! What gas is used for, what it costs, and who has paid it.

use levmine_market::gas::{Calldata, GasUse, INTRINSIC_GAS, SIGNATURE_AND_HEADER, usual_units};
use levmine_market::{Asset, Holder, Outside, Reason, TokenAmount, VenueId};
use levmine_math::{U256, add};

use crate::recipe::wallet_mark;
use crate::{Executed, StepError, Transaction, Venue, World};

/// What transactions have cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GasSpent {
    /// How many transactions.
    pub transactions: u32,
    /// Units of gas.
    pub units: u64,
    /// What they cost, in base units of the quote asset.
    pub cost: U256,
    /// How much of it is for data that is published on another chain, rounded down.
    pub data: U256,
}

impl GasSpent {
    fn with(self, other: Self) -> Self {
        Self {
            transactions: self.transactions.saturating_add(other.transactions),
            units: self.units.saturating_add(other.units),
            cost: self.cost.saturating_add(other.cost),
            data: self.data.saturating_add(other.data),
        }
    }
}

/// A farmer's book of gas.
#[derive(Debug, Clone, Default)]
pub struct GasBook {
    /// The policy that transactions are done for; none for the opening and the unwinding.
    pub policy: Option<usize>,
    /// Whether something is only tried out, so that nobody asks who pays.
    on_credit: bool,
    spent: GasSpent,
    by_policy: Vec<GasSpent>,
    /// The tokens that venues have been allowed to take.
    approved: Vec<(VenueId, Asset)>,
}

impl GasBook {
    /// What all transactions have cost.
    #[must_use]
    pub const fn spent(&self) -> GasSpent {
        self.spent
    }

    /// What the transactions of a policy have cost, by its place in the strategy.
    #[must_use]
    pub fn spent_by(&self, policy: usize) -> GasSpent {
        self.by_policy.get(policy).copied().unwrap_or_default()
    }

    fn spend(&mut self, spent: GasSpent) {
        self.spent = self.spent.with(spent);
        if let Some(policy) = self.policy {
            if self.by_policy.len() <= policy {
                self.by_policy.resize(policy.saturating_add(1), GasSpent::default());
            }
            if let Some(sum) = self.by_policy.get_mut(policy) {
                *sum = sum.with(spent);
            }
        }
    }
}

/// What a transaction uses so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Usage {
    units: u64,
    calldata: Calldata,
    operations: u32,
    /// Whether what follows is part of a batch whose gas is known as a whole.
    pub batched: bool,
    /// Ticks that the swap in hand crosses.
    pub ticks_crossed: u32,
}

impl Usage {
    fn add(&mut self, operation: GasUse, units: u64) {
        self.operations = self.operations.saturating_add(1);
        if self.batched && operation != GasUse::Approve {
            return;
        }
        // What every transaction costs is counted once, at the end.
        self.units = self.units.saturating_add(units.saturating_sub(INTRINSIC_GAS));
        // Of several calls in one, each but the first also has an offset and a length.
        let words = operation.words().saturating_add(if self.operations > 1 { 2 } else { 0 });
        self.calldata = self.calldata.plus(Calldata::call(words));
    }

    /// Units of the whole transaction; none where nothing was done.
    pub(crate) fn units(&self) -> u64 {
        if self.operations == 0 { 0 } else { self.units.saturating_add(INTRINSIC_GAS) }
    }
}

impl Venue {
    /// The units of gas that an operation costs here, as [`GasUse`] counts them.
    #[must_use]
    pub fn gas_units(&self, operation: GasUse) -> u64 {
        let own = match self {
            Self::Lending(market) => market.gas_units(operation),
            Self::Pool(pool) => pool.gas_units(operation),
            Self::Vault(vault) => vault.gas_units(operation),
        };
        own.unwrap_or_else(|| usual_units(operation))
    }
}

impl World {
    /// The units of gas of an operation at a venue.
    #[must_use]
    pub fn gas_units(&self, at: VenueId, operation: GasUse) -> u64 {
        let venue = self.venues().get(usize::from(at.0));
        venue.map_or_else(|| usual_units(operation), |slot| slot.venue.gas_units(operation))
    }

    /// What a transaction that does one operation would cost now, in base units of the quote asset, rounded up; nothing
    /// where gas is not paid for.
    ///
    /// # Errors
    ///
    /// [`StepError::Market`] when a price is missing or the fee does not fit.
    pub fn gas_cost(&self, at: VenueId, operation: GasUse) -> Result<U256, StepError> {
        let mut usage = Usage::default();
        usage.add(operation, self.gas_units(at, operation));
        Ok(self.price_gas(&usage)?.cost)
    }

    fn price_gas(&self, usage: &Usage) -> Result<GasSpent, StepError> {
        let units = usage.units();
        let mut spent = GasSpent { transactions: u32::from(units > 0), units, ..GasSpent::default() };
        let Some(asset) = self.gas_asset.filter(|_| units > 0) else { return Ok(spent) };
        let transaction = usage.calldata.plus(SIGNATURE_AND_HEADER);
        let fee = self.data_fee.charge(units, self.gas_price, transaction)?;
        let wei = fee.total()?;
        if wei.is_zero() {
            return Ok(spent);
        }
        // Rounded up by one base unit: the wallet pays for the lost fraction.
        spent.cost = add(self.convert(TokenAmount::new(asset, wei), self.quote)?, U256::ONE)?;
        spent.data = self.convert(TokenAmount::new(asset, fee.data), self.quote)?;
        Ok(spent)
    }

    /// Pays for a transaction from the wallet, in the quote asset; what is not there stays due.
    pub(crate) fn pay_gas(&mut self, usage: &Usage, done: &mut Transaction) -> Result<(), StepError> {
        let spent = self.price_gas(usage)?;
        (done.gas_units, done.gas_cost, done.gas_data) = (spent.units, spent.cost, spent.data);
        self.spend(spent)
    }

    /// Pays for units of gas that no step of a transaction uses, and returns what that cost.
    pub(crate) fn pay_units(&mut self, units: u64) -> Result<U256, StepError> {
        let usage = Usage { units: units.saturating_sub(INTRINSIC_GAS), operations: 1, ..Usage::default() };
        let spent = GasSpent { transactions: 0, ..self.price_gas(&usage)? };
        self.spend(spent)?;
        Ok(spent.cost)
    }

    fn spend(&mut self, spent: GasSpent) -> Result<(), StepError> {
        self.gas.spend(spent);
        if spent.cost.is_zero() {
            return Ok(());
        }
        self.gas_due = add(self.gas_due, spent.cost)?;
        self.pay_due()
    }

    /// Tries out in several transactions what will be sent as one: whether anything is left to pay gas with is asked then.
    pub(crate) fn on_credit<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        self.gas.on_credit = true;
        let done = act(self);
        self.gas.on_credit = false;
        done
    }

    /// Fails where gas that cost `cost` is still due and nothing stands for it: neither what the wallet holds nor the equity of
    /// the whole. As long as something does, it stays due, and is paid as soon as the wallet holds the quote asset.
    pub(crate) fn stands_for_gas(&self, cost: U256) -> Result<(), StepError> {
        let is_paid = self.gas.on_credit || cost.is_zero() || self.gas_due.is_zero();
        if is_paid || self.portfolio.equity() >= 0 || wallet_mark(self)? >= 0 {
            return Ok(());
        }
        Err(StepError::GasUnpaid { gas: TokenAmount::new(self.quote, cost) })
    }

    /// Pays what the wallet holds of the gas that is due, then of premiums.
    pub(crate) fn pay_due(&mut self) -> Result<(), StepError> {
        let paid = self.gas_due.min(self.wallet(self.quote));
        let (farmer, gas) = (Holder::Wallet(self.farmer), Holder::Outside(Outside::Gas));
        self.journal.post(farmer, gas, TokenAmount::new(self.quote, paid), Reason::Gas)?;
        self.gas_due -= paid;
        if !self.luck.premium_due.is_zero() {
            let paid = self.luck.premium_due.min(self.wallet(self.quote));
            let seller = Holder::Outside(Outside::Cover);
            self.journal.post(farmer, seller, TokenAmount::new(self.quote, paid), Reason::Cover)?;
            self.luck.premium_due -= paid;
        }
        Ok(())
    }

    /// Counts a step that was done, and the approvals it needed; `before` is the step before it in the transaction.
    pub(crate) fn count_gas(&mut self, usage: &mut Usage, step: &Executed, before: Option<&Executed>) {
        // A token that a venue takes for the first time must be approved first; what it issues itself it just burns.
        for paid in &step.paid {
            let known = self.gas.approved.contains(&(step.at, paid.asset));
            if !known && !self.issues(step.at, paid.asset) {
                self.gas.approved.push((step.at, paid.asset));
                usage.add(GasUse::Approve, usual_units(GasUse::Approve));
            }
        }
        let ticks_crossed = std::mem::take(&mut usage.ticks_crossed);
        let Some(operation) = self.use_of(step, before, ticks_crossed) else { return };
        let units = self.gas_units(step.at, operation);
        // Each position that is taken out of is a call of its own.
        let times = if operation == GasUse::RemoveLiquidity { step.paid.len().max(1) } else { 1 };
        for _ in 0..times {
            usage.add(operation, units);
        }
    }

    fn issues(&self, at: VenueId, asset: Asset) -> bool {
        let venue = self.venues().get(usize::from(at.0));
        venue.is_some_and(|slot| match &slot.venue {
            Venue::Lending(_) => false,
            Venue::Pool(pool) => {
                pool.share() == Some(asset) || pool.share().is_none() && !pool.coins().contains(&asset)
            }
            Venue::Vault(vault) => vault.asset_of(asset).is_some(),
        })
    }

    /// What a step was, as far as its gas depends on it; `None` for the end of one that was counted at its beginning. It is
    /// told from what is there after it; where that cannot be read, the step is taken for one of many.
    fn use_of(&self, step: &Executed, before: Option<&Executed>, ticks_crossed: u32) -> Option<GasUse> {
        let paid = step.paid.first().copied();
        let received = step.received.first().copied();
        Some(match step.verb {
            "swap" => {
                let follows = |before: &Executed| {
                    before.verb == "swap" && paid.is_some_and(|paid| before.received.contains(&paid))
                };
                GasUse::Swap { is_further_hop: before.is_some_and(follows), ticks_crossed }
            }
            "add_liquidity" => {
                let is_new =
                    |got: &TokenAmount| self.issues(step.at, got.asset) && self.wallet(got.asset) == got.raw;
                GasUse::AddLiquidity { makes_position: step.received.iter().any(is_new) }
            }
            "remove_liquidity" => GasUse::RemoveLiquidity,
            "collect" => GasUse::Collect,
            "supply" => GasUse::Supply { is_first: is_just(self.supplied_at(step.at, paid), paid) },
            "withdraw" => GasUse::Withdraw {
                is_full: self.supplied_at(step.at, received).is_some_and(|left| left.is_zero()),
                with_debt: self.owes_at(step.at),
            },
            "borrow" => GasUse::Borrow { is_first: is_just(self.owed_at(step.at, received), received) },
            "repay" => {
                GasUse::Repay { is_full: self.owed_at(step.at, paid).is_some_and(|left| left.is_zero()) }
            }
            "flash" => GasUse::Flash,
            "deposit" => GasUse::Deposit,
            "redeem" => GasUse::Redeem,
            "request" => GasUse::Request,
            "claim" => GasUse::Claim,
            "harvest" => GasUse::Harvest,
            "set_mode" | "set_collateral" => GasUse::Setting,
            "from_reserve" => GasUse::Transfer,
            _ => return None,
        })
    }

    fn supplied_at(&self, at: VenueId, of: Option<TokenAmount>) -> Option<U256> {
        self.lending(at).ok()?.supplied(self.farmer, of?.asset, self.now).ok()
    }

    fn owed_at(&self, at: VenueId, of: Option<TokenAmount>) -> Option<U256> {
        self.lending(at).ok()?.debt(self.farmer, of?.asset, self.now).ok()
    }

    fn owes_at(&self, at: VenueId) -> bool {
        let position = self.lending(at).ok().and_then(|market| market.position(self.farmer, self.now).ok());
        position.is_some_and(|position| position.debts.iter().any(|debt| !debt.is_zero()))
    }

    /// The ticks that buying exactly `buy` crosses.
    pub(crate) fn ticks_for(&self, at: VenueId, from: Asset, buy: TokenAmount) -> u32 {
        let Ok(pool) = self.pool(at) else { return 0 };
        let quote = pool.quote_exact_out(from, buy, self.now);
        quote.map_or(0, |quote| pool.ticks_crossed(quote.sell, buy.asset, self.now))
    }

    /// Counts a batch at its beginning. Where its venue knows what all of it costs, what is done within costs no more.
    pub(crate) fn count_batch(&self, usage: &mut Usage, at: VenueId, borrows: bool) {
        let operation = GasUse::Batch { borrows };
        let own = self.lending(at).ok().and_then(|market| market.gas_units(operation));
        usage.add(operation, own.unwrap_or_else(|| usual_units(operation)));
        usage.batched |= own.is_some();
    }
}

/// Whether an amount that is there is one that has just come, up to a millionth.
fn is_just(there: Option<U256>, came: Option<TokenAmount>) -> bool {
    match (there, came) {
        (Some(there), Some(came)) => {
            there <= came.raw.saturating_add(came.raw / U256::from(1_000_000_u64)).saturating_add(U256::ONE)
        }
        _ => false,
    }
}
