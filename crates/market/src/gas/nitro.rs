//! Arbitrum Nitro: data is paid in gas, at a price that follows what the batch poster spends.
//!
//! Sources: Nitro, `arbos/tx_processor.go` (`GasChargingHook`), `arbos/l1pricing/l1pricing.go`
//! (`UpdateForBatchPosterSpending` since ArbOS 10), `arbos/l2pricing/model.go` (`updatePricingModelLegacy`).

use levmine_math::{MathError, U256, mul};

/// Units in one byte of compressed data, as one byte of calldata costs on Ethereum.
const UNITS_PER_BYTE: u64 = 16;
const BIPS: u64 = 10_000;

/// Returns the units of gas that `bytes` of compressed transaction are charged on top of its execution:
/// `price per unit × 16 × bytes ÷ base fee`, rounded down; none where gas is free. At most 2^64 − 1.
///
/// # Errors
///
/// [`MathError::Overflow`] above 2^256 − 1 wei.
pub fn poster_gas(bytes: u64, price_per_unit: U256, base_fee: U256) -> Result<u64, MathError> {
    if base_fee.is_zero() {
        return Ok(0);
    }
    let units = U256::from(bytes) * U256::from(UNITS_PER_BYTE);
    let gas = mul(price_per_unit, units)? / base_fee;
    Ok(u64::try_from(gas).unwrap_or(u64::MAX))
}

/// The state of the price of data: it is raised or lowered until what users pay meets what the batch poster spends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NitroL1Pricing {
    /// Wei per unit.
    pub price_per_unit: u128,
    /// Units over which a surplus or deficit is to be made up for.
    pub equilibration_units: u128,
    /// How slowly the price follows.
    pub inertia: u64,
    /// What the chain pays its rewards' recipient per unit, in wei.
    pub per_unit_reward: u64,
    /// What was collected and not paid out yet, in wei.
    pub funds: i128,
    /// Owed to the batch poster and to the rewards' recipient, in wei.
    pub due: i128,
    /// The surplus at the last update, in wei.
    pub last_surplus: i128,
}

/// A batch that was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Units of data that users were charged for since the one before.
    pub units: u64,
    /// What it cost the poster, in wei.
    pub spent: u128,
}

impl NitroL1Pricing {
    /// Arbitrum's parameters since ArbOS 6: 160 million units, an inertia of 10, a reward of 10 wei.
    #[must_use]
    pub const fn new(price_per_unit: u128) -> Self {
        Self {
            price_per_unit,
            equilibration_units: 160_000_000,
            inertia: 10,
            per_unit_reward: 10,
            funds: 0,
            due: 0,
            last_surplus: 0,
        }
    }

    /// Takes note of a batch: users have paid for its units at the price so far, the poster is paid as far as the funds
    /// reach, and the price moves by
    /// `(−surplus ÷ equilibration − (surplus − last surplus) ÷ units) × units ÷ (equilibration ÷ inertia + units)`,
    /// all divisions rounded down, but not below zero.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] where an amount does not fit 127 bits.
    pub fn update(&mut self, posting: Posting) -> Result<(), MathError> {
        *self = self.updated(posting).ok_or(MathError::Overflow {
            operation: "price of a batch",
            a: U256::from(self.price_per_unit),
            b: U256::from(posting.spent),
        })?;
        Ok(())
    }

    fn updated(self, Posting { units, spent }: Posting) -> Option<Self> {
        let signed = |value: u128| i128::try_from(value).ok();
        let units = i128::from(units);
        let collected = units.checked_mul(signed(self.price_per_unit)?)?;
        let reward = units.checked_mul(i128::from(self.per_unit_reward))?;
        let mut funds = self.funds.checked_add(collected)?;
        let mut due = self.due.checked_add(signed(spent)?)?.checked_add(reward)?;
        let paid = due.min(funds).max(0);
        funds -= paid;
        due -= paid;
        let mut new = Self { funds, due, ..self };
        if units > 0 {
            let surplus = funds.checked_sub(due)?;
            let equilibration = signed(self.equilibration_units.max(1))?;
            let inertia = equilibration / i128::from(self.inertia.max(1));
            // The divisors are positive, so Euclid's division is the one that rounds down.
            let desired = surplus.checked_neg()?.div_euclid(equilibration);
            let actual = surplus.checked_sub(self.last_surplus)?.div_euclid(units);
            let change = desired.checked_sub(actual)?.checked_mul(units)?;
            let change = change.div_euclid(inertia.checked_add(units)?);
            let price = signed(self.price_per_unit)?.checked_add(change)?;
            new.price_per_unit = u128::try_from(price.max(0)).ok()?;
            new.last_surplus = surplus;
        }
        Some(new)
    }
}

/// The price of gas on the chain itself: a floor, and above it exponential in the backlog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NitroL2Pricing {
    /// The floor, in wei.
    pub min_base_fee: u128,
    /// Units of gas a second that are taken without a backlog.
    pub speed_limit: u64,
    /// Seconds at the speed limit that a backlog may last before the price rises.
    pub tolerance: u64,
    /// Seconds at the speed limit by which a backlog must be longer for the price to rise by the factor e.
    pub inertia: u64,
}

impl NitroL2Pricing {
    /// Arbitrum One since February 2024: 0.01 gwei, 7 million a second, 10 s, 102 s.
    pub const ONE: Self =
        Self { min_base_fee: 10_000_000, speed_limit: 7_000_000, tolerance: 10, inertia: 102 };

    /// Returns the base fee at a backlog of so many units of gas, in wei: `floor × e^x` with a polynomial of the fourth
    /// degree for the exponential, rounded down in basis points.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] above 2^256 − 1.
    pub fn base_fee(self, backlog: u64) -> Result<U256, MathError> {
        let floor = U256::from(self.min_base_fee);
        let tolerated = self.tolerance.saturating_mul(self.speed_limit);
        if backlog <= tolerated {
            return Ok(floor);
        }
        // Signed 64 bits that stay at their ends, as the source's are.
        let excess = (backlog - tolerated).min(i64::MAX as u64);
        let bips = excess.saturating_mul(BIPS).min(i64::MAX as u64);
        let span = self.inertia.saturating_mul(self.speed_limit).clamp(1, i64::MAX as u64);
        Ok(mul(floor, U256::from(exp_bips(bips / span)))? / U256::from(BIPS))
    }
}

/// About `e^x`, both in basis points: Maclaurin's series up to the fourth power.
fn exp_bips(x: u64) -> u64 {
    let mut sum = BIPS.saturating_add(x / 4);
    for i in [3, 2, 1] {
        sum = BIPS.saturating_add(sum.saturating_mul(x) / (i * BIPS));
    }
    sum.min(i64::MAX as u64)
}
