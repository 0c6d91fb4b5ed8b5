//! What governance sets: the reserve's configuration, its rate curve, the eMode categories.

use levmine_math::U256;

use crate::version::Rules;
use crate::wad_ray::{PERCENTAGE_FACTOR, RAY};

/// A reserve's configuration. Shares are in basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Params {
    /// The token's decimals.
    pub decimals: u8,
    /// The share of the collateral's value that may be borrowed.
    pub ltv: u16,
    /// The share of the collateral's value above which debt is liquidated.
    pub liquidation_threshold: u16,
    /// What a liquidator receives per unit repaid, with the 100 %: 10,500 is a bonus of 5 %.
    pub liquidation_bonus: u16,
    /// The protocol's part of the bonus.
    pub liquidation_protocol_fee: u16,
    /// The treasury's part of the interest.
    pub reserve_factor: u16,
    /// Most that may be supplied, in whole tokens; 0 is no cap.
    pub supply_cap: u64,
    /// Most that may be borrowed, in whole tokens; 0 is no cap.
    pub borrow_cap: u64,
    /// Most that may be borrowed against the asset as isolated collateral, in US dollars with 2 decimals; 0 where the
    /// asset is not isolated.
    pub debt_ceiling: u64,
    /// The LTV that comes back when the reserve is no longer frozen.
    pub pending_ltv: u16,
    /// Until when liquidations are suspended, in Unix seconds.
    pub liquidation_grace_until: u64,
    /// The reserve works at all.
    pub active: bool,
    /// Nothing may be supplied or borrowed.
    pub frozen: bool,
    /// Nothing may be done.
    pub paused: bool,
    /// The asset may be borrowed.
    pub borrowing: bool,
    /// The asset may be borrowed against isolated collateral.
    pub borrowable_in_isolation: bool,
    /// Who owes the asset owes nothing else.
    pub siloed: bool,
    /// The asset may be flash-borrowed.
    pub flash_loans: bool,
}

/// The rate curve, in ray.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Curve {
    /// The utilization at which the second slope begins.
    pub optimal: u128,
    /// The rate at no utilization.
    pub base: u128,
    /// What is added up to the optimal utilization.
    pub slope1: u128,
    /// What is added from there to full utilization.
    pub slope2: u128,
}

/// A ray per basis point.
pub(crate) const RAY_PER_BPS: u128 = 100_000_000_000_000_000_000_000;

impl Curve {
    /// The share above the optimal utilization, in ray.
    #[must_use]
    pub fn excess(&self) -> U256 {
        RAY.saturating_sub(U256::from(self.optimal))
    }
}

/// An eMode category. The bitmaps have a bit for each reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Category {
    /// Its number; 0 is no category.
    pub id: u8,
    /// The LTV of its collateral, in basis points.
    pub ltv: u16,
    /// The liquidation threshold of its collateral, in basis points.
    pub liquidation_threshold: u16,
    /// The liquidation bonus of its collateral with the 100 %, in basis points.
    pub liquidation_bonus: u16,
    /// The reserves whose supply has the category's parameters.
    pub collateral: u128,
    /// The reserves that may be borrowed; up to 3.1 the same as `collateral`.
    pub borrowable: u128,
    /// The collateral whose LTV is zero; since 3.6.
    pub ltv_zero: u128,
    /// Collateral outside the category has an LTV of zero; since 3.7.
    pub isolated: bool,
}

/// The bit of reserve `id`.
#[must_use]
pub(crate) const fn bit(id: usize) -> u128 {
    if id < 128 { 1 << id } else { 0 }
}

impl Category {
    /// Whether reserve `id` is the category's collateral.
    #[must_use]
    pub const fn has_collateral(&self, id: usize) -> bool {
        self.collateral & bit(id) != 0
    }

    /// Whether reserve `id` may be borrowed in the category.
    #[must_use]
    pub const fn has_borrowable(&self, id: usize) -> bool {
        self.borrowable & bit(id) != 0
    }
}

const FIELDS: [(usize, usize, Field); 13] = [
    (0, 16, Field::Ltv),
    (16, 16, Field::Threshold),
    (32, 16, Field::Bonus),
    (48, 8, Field::Decimals),
    (56, 1, Field::Active),
    (57, 1, Field::Frozen),
    (58, 1, Field::Borrowing),
    (60, 1, Field::Paused),
    (61, 1, Field::Isolation),
    (62, 1, Field::Siloed),
    (63, 1, Field::FlashLoans),
    (64, 16, Field::ReserveFactor),
    (80, 36, Field::BorrowCap),
];
const MORE_FIELDS: [(usize, usize, Field); 3] =
    [(116, 36, Field::SupplyCap), (152, 16, Field::ProtocolFee), (212, 40, Field::DebtCeiling)];
const CATEGORY_AT: usize = 168;
const VIRTUAL_ACCOUNTING_AT: usize = 252;

#[derive(Clone, Copy)]
enum Field {
    Ltv,
    Threshold,
    Bonus,
    Decimals,
    Active,
    Frozen,
    Borrowing,
    Paused,
    Isolation,
    Siloed,
    FlashLoans,
    ReserveFactor,
    BorrowCap,
    SupplyCap,
    ProtocolFee,
    DebtCeiling,
}

impl Params {
    fn field(&self, field: Field) -> u64 {
        match field {
            Field::Ltv => self.ltv.into(),
            Field::Threshold => self.liquidation_threshold.into(),
            Field::Bonus => self.liquidation_bonus.into(),
            Field::Decimals => self.decimals.into(),
            Field::Active => self.active.into(),
            Field::Frozen => self.frozen.into(),
            Field::Borrowing => self.borrowing.into(),
            Field::Paused => self.paused.into(),
            Field::Isolation => self.borrowable_in_isolation.into(),
            Field::Siloed => self.siloed.into(),
            Field::FlashLoans => self.flash_loans.into(),
            Field::ReserveFactor => self.reserve_factor.into(),
            Field::BorrowCap => self.borrow_cap,
            Field::SupplyCap => self.supply_cap,
            Field::ProtocolFee => self.liquidation_protocol_fee.into(),
            Field::DebtCeiling => self.debt_ceiling,
        }
    }

    fn set_field(&mut self, field: Field, value: u64) {
        // Every field is read with the mask of its own width, so the narrowing loses nothing.
        let short = value as u16;
        let flag = value != 0;
        match field {
            Field::Ltv => self.ltv = short,
            Field::Threshold => self.liquidation_threshold = short,
            Field::Bonus => self.liquidation_bonus = short,
            Field::Decimals => self.decimals = value as u8,
            Field::Active => self.active = flag,
            Field::Frozen => self.frozen = flag,
            Field::Borrowing => self.borrowing = flag,
            Field::Paused => self.paused = flag,
            Field::Isolation => self.borrowable_in_isolation = flag,
            Field::Siloed => self.siloed = flag,
            Field::FlashLoans => self.flash_loans = flag,
            Field::ReserveFactor => self.reserve_factor = short,
            Field::BorrowCap => self.borrow_cap = value,
            Field::SupplyCap => self.supply_cap = value,
            Field::ProtocolFee => self.liquidation_protocol_fee = short,
            Field::DebtCeiling => self.debt_ceiling = value,
        }
    }

    /// The configuration as the contract stores it. `category` is the reserve's eMode category, which stands in there
    /// up to 3.1.
    ///
    /// Source: `ReserveConfiguration`.
    #[must_use]
    pub fn bitmap(&self, category: u8, rules: &Rules) -> U256 {
        let mut bits = U256::ZERO;
        for (at, _, field) in FIELDS.iter().chain(&MORE_FIELDS) {
            bits |= U256::from(self.field(*field)) << *at;
        }
        if rules.virtual_balance {
            bits |= U256::ONE << VIRTUAL_ACCOUNTING_AT;
        }
        if !rules.liquid_emodes {
            bits |= U256::from(category) << CATEGORY_AT;
        }
        bits
    }

    /// The configuration and the eMode category in a bitmap; what does not stand in there stays as it is in `self`.
    #[must_use]
    pub fn with_bitmap(mut self, bits: U256) -> (Self, u8) {
        for (at, width, field) in FIELDS.iter().chain(&MORE_FIELDS) {
            self.set_field(*field, low_bits(bits >> *at, *width));
        }
        // Eight bits fit a byte.
        (self, low_bits(bits >> CATEGORY_AT, 8) as u8)
    }

    /// One whole token in base units.
    #[must_use]
    pub fn unit(&self) -> U256 {
        levmine_math::pow10(self.decimals.into()).unwrap_or(U256::MAX)
    }

    /// The bonus without the 100 %, in basis points.
    #[must_use]
    pub fn bonus_only(&self) -> u16 {
        self.liquidation_bonus.saturating_sub(PERCENTAGE_FACTOR)
    }
}

fn low_bits(bits: U256, width: usize) -> u64 {
    let [low, ..] = *bits.as_limbs();
    if width >= 64 { low } else { low & ((1_u64 << width) - 1) }
}
