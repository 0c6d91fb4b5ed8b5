//! What differs between the contract versions, as one table.

use levmine_math::Rounding;

/// A minor version of the Aave V3 contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The original core, packages 1.17 to 1.19.
    V3_0,
    /// Virtual accounting, frozen reserves lose their LTV, grace periods.
    V3_1,
    /// Liquid eModes; no stable-rate debt.
    V3_2,
    /// Bad debt becomes a deficit; close factor by size; no dust.
    V3_3,
    /// Custom errors; flash-loan premiums to the treasury; a new compounding formula.
    V3_4,
    /// Directed rounding.
    V3_5,
    /// eModes decoupled from the reserve's own parameters.
    V3_6,
    /// Isolated eModes; isolation mode is gone.
    V3_7,
}

/// How the debt index compounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compounding {
    /// Three terms of the binomial series of `(1 + rate ÷ year)^dt`.
    Binomial,
    /// Three terms of the Taylor series of `e^(rate · dt ÷ year)`.
    Exponential,
}

/// Where a lost fraction goes when amounts become scaled balances and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScaledRounding {
    /// Amount to scaled supply when it is minted.
    pub supply_mint: Rounding,
    /// Amount to scaled supply when it is burned.
    pub supply_burn: Rounding,
    /// Amount to scaled supply when it is transferred.
    pub supply_transfer: Rounding,
    /// Scaled supply to amount.
    pub supply_balance: Rounding,
    /// Amount to scaled debt when it is minted.
    pub debt_mint: Rounding,
    /// Amount to scaled debt when it is burned.
    pub debt_burn: Rounding,
    /// Scaled debt to amount.
    pub debt_balance: Rounding,
}

/// The rounding of the formulas that are not about scaled balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ValueRounding {
    /// The value of a debt in the base currency.
    pub debt_value: Rounding,
    /// The borrowing power `collateral × LTV`.
    pub borrowing_power: Rounding,
    /// The collateral that a debt needs, `debt ÷ LTV`.
    pub collateral_needed: Rounding,
    /// The premium of a flash loan.
    pub flash_premium: Rounding,
    /// Collateral with bonus, from the repaid debt.
    pub collateral_with_bonus: Rounding,
    /// Debt that the whole collateral can repay, `collateral ÷ bonus`.
    pub debt_needed: Rounding,
    /// Seized collateral without its bonus.
    pub collateral_without_bonus: Rounding,
    /// The protocol's part of the bonus.
    pub protocol_fee: Rounding,
}

/// Everything in which a version differs from the one before it. Every row of the table changes only what its release
/// changed, so the table reads as a change log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The version.
    pub version: Version,
    /// Its name in files.
    pub name: &'static str,
    /// Rounding of scaled balances.
    pub scaled: ScaledRounding,
    /// Rounding of values.
    pub value: ValueRounding,
    /// How the debt index compounds.
    pub compounding: Compounding,
    /// Treasury accrual from the difference of the indexes at once, and not from the difference of two debts.
    pub accrues_on_index_difference: bool,
    /// The supply rate goes through the debt-weighted average of stable and variable debt.
    pub averages_supply_rate: bool,
    /// Liquidity is a number of its own and not the token balance.
    pub virtual_balance: bool,
    /// A frozen reserve's LTV is zero until it is unfrozen.
    pub freeze_clears_ltv: bool,
    /// Changing the reserve factor or the curve accrues before and re-prices after.
    pub syncs_on_configuration: bool,
    /// eMode categories name the assets that can be borrowed apart from those that are collateral.
    pub liquid_emodes: bool,
    /// Setting the category that is set already does nothing.
    pub same_mode_is_idle: bool,
    /// Bad debt is burned into a deficit; the 50 % close factor depends on sizes; no dust may be left.
    pub deficits: bool,
    /// An amount above the aToken supply is refused before anything else is looked at.
    pub checks_total_supply: bool,
    /// Errors are custom errors and not numbered constants.
    pub custom_errors: bool,
    /// The whole flash-loan premium goes to the treasury.
    pub premium_to_treasury: bool,
    /// Nobody may liquidate himself.
    pub forbids_self_liquidation: bool,
    /// The isolation ceiling is checked when the debt is minted and not with the other checks.
    pub isolation_after_mint: bool,
    /// The bits of a scaled balance.
    pub balance_bits: u32,
    /// Amounts are scaled first and all checks look at the scaled amount.
    pub scales_first: bool,
    /// The borrowing power is checked on the position as it is after the loan.
    pub checks_borrow_after: bool,
    /// The health factor comes from the untruncated sum of thresholds.
    pub sums_thresholds: bool,
    /// A liquidation accrues the collateral's reserve also when aTokens are paid out.
    pub liquidation_accrues_collateral: bool,
    /// Parameters of an eMode no longer depend on the reserve's own.
    pub decoupled_emodes: bool,
    /// Received aTokens become collateral by themselves.
    pub receiving_enables_collateral: bool,
    /// Isolation mode exists.
    pub isolation_mode: bool,
    /// A liquidation of one and the same asset books its accrual once.
    pub single_cache: bool,
}

const HALF_UP: ScaledRounding = ScaledRounding {
    supply_mint: Rounding::HalfUp,
    supply_burn: Rounding::HalfUp,
    supply_transfer: Rounding::HalfUp,
    supply_balance: Rounding::HalfUp,
    debt_mint: Rounding::HalfUp,
    debt_burn: Rounding::HalfUp,
    debt_balance: Rounding::HalfUp,
};

/// `TokenMath` of 3.5.
const DIRECTED: ScaledRounding = ScaledRounding {
    supply_mint: Rounding::Down,
    supply_burn: Rounding::Up,
    supply_transfer: Rounding::Up,
    supply_balance: Rounding::Down,
    debt_mint: Rounding::Up,
    debt_burn: Rounding::Down,
    debt_balance: Rounding::Up,
};

const V3_0: Rules = Rules {
    version: Version::V3_0,
    name: "3.0",
    scaled: HALF_UP,
    value: ValueRounding {
        debt_value: Rounding::Down,
        borrowing_power: Rounding::HalfUp,
        collateral_needed: Rounding::HalfUp,
        flash_premium: Rounding::HalfUp,
        collateral_with_bonus: Rounding::HalfUp,
        debt_needed: Rounding::HalfUp,
        collateral_without_bonus: Rounding::HalfUp,
        protocol_fee: Rounding::HalfUp,
    },
    compounding: Compounding::Binomial,
    accrues_on_index_difference: false,
    averages_supply_rate: true,
    virtual_balance: false,
    freeze_clears_ltv: false,
    syncs_on_configuration: false,
    liquid_emodes: false,
    same_mode_is_idle: false,
    deficits: false,
    checks_total_supply: false,
    custom_errors: false,
    premium_to_treasury: false,
    forbids_self_liquidation: false,
    isolation_after_mint: false,
    balance_bits: 128,
    scales_first: false,
    checks_borrow_after: false,
    sums_thresholds: false,
    liquidation_accrues_collateral: false,
    decoupled_emodes: false,
    receiving_enables_collateral: true,
    isolation_mode: true,
    single_cache: false,
};

const V3_1: Rules = Rules {
    version: Version::V3_1,
    name: "3.1",
    virtual_balance: true,
    freeze_clears_ltv: true,
    syncs_on_configuration: true,
    checks_total_supply: true,
    ..V3_0
};

const V3_2: Rules = Rules {
    version: Version::V3_2,
    name: "3.2",
    averages_supply_rate: false,
    liquid_emodes: true,
    same_mode_is_idle: true,
    ..V3_1
};

const V3_3: Rules = Rules { version: Version::V3_3, name: "3.3", deficits: true, ..V3_2 };

const V3_4: Rules = Rules {
    version: Version::V3_4,
    name: "3.4",
    compounding: Compounding::Exponential,
    custom_errors: true,
    premium_to_treasury: true,
    forbids_self_liquidation: true,
    isolation_after_mint: true,
    balance_bits: 120,
    ..V3_3
};

const V3_5: Rules = Rules {
    version: Version::V3_5,
    name: "3.5",
    scaled: DIRECTED,
    value: ValueRounding {
        debt_value: Rounding::Up,
        borrowing_power: Rounding::Down,
        collateral_needed: Rounding::Up,
        flash_premium: Rounding::Up,
        debt_needed: Rounding::Up,
        ..V3_0.value
    },
    accrues_on_index_difference: true,
    scales_first: true,
    checks_borrow_after: true,
    sums_thresholds: true,
    liquidation_accrues_collateral: true,
    ..V3_4
};

const V3_6: Rules = Rules {
    version: Version::V3_6,
    name: "3.6",
    decoupled_emodes: true,
    receiving_enables_collateral: false,
    ..V3_5
};

const V3_7: Rules = Rules {
    version: Version::V3_7,
    name: "3.7",
    value: ValueRounding {
        collateral_with_bonus: Rounding::Down,
        collateral_without_bonus: Rounding::Down,
        protocol_fee: Rounding::Up,
        ..V3_5.value
    },
    isolation_mode: false,
    single_cache: true,
    ..V3_6
};

/// All versions, the oldest first.
pub static VERSIONS: [Rules; 8] = [V3_0, V3_1, V3_2, V3_3, V3_4, V3_5, V3_6, V3_7];

impl Version {
    /// The rules of this version.
    #[must_use]
    pub fn rules(self) -> &'static Rules {
        // The table is complete, so the search always ends at the version's own row.
        VERSIONS.iter().find(|rules| rules.version == self).unwrap_or(&V3_0_ROW)
    }

    /// The version of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        VERSIONS.iter().find(|rules| rules.name == name).map(|rules| rules.version)
    }
}

static V3_0_ROW: Rules = V3_0;
