//! What is done, as far as its gas depends on it.

/// The units of gas that every transaction costs before it does anything.
pub const INTRINSIC_GAS: u64 = 21_000;

/// An operation, as far as its gas depends on it. Venues that know better than [`usual_units`] what an operation costs
/// them say so.
///
/// Units are always those of a transaction that does nothing else: with the 21,000 that every transaction costs and with
/// its calldata, and without the approval of a token. Of several operations in one transaction each counts without the
/// 21,000, which are added once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GasUse {
    /// A swap.
    Swap {
        /// Whether it sells what the swap just before it has bought: a further hop on one route.
        is_further_hop: bool,
        /// Ticks with liquidity that it crosses.
        ticks_crossed: u32,
    },
    /// Liquidity is added.
    AddLiquidity {
        /// Whether a position is made by it, in pools where each is one of its own.
        makes_position: bool,
    },
    /// Liquidity is removed.
    RemoveLiquidity,
    /// Fees that wait beside a position are taken.
    Collect,
    /// Something is supplied.
    Supply {
        /// Whether nothing of it was supplied before.
        is_first: bool,
    },
    /// Something supplied is taken out.
    Withdraw {
        /// Whether nothing of it is left.
        is_full: bool,
        /// Whether something is owed, so that health is asked for.
        with_debt: bool,
    },
    /// Something is borrowed.
    Borrow {
        /// Whether nothing of it was owed before.
        is_first: bool,
    },
    /// Debt is paid back.
    Repay {
        /// Whether nothing of it is left.
        is_full: bool,
    },
    /// A position is liquidated.
    Liquidate {
        /// Whether all of its debt is repaid.
        is_full: bool,
    },
    /// Something for sale of what was seized is bought.
    BuySeized,
    /// A flash loan, without what is done with it.
    Flash,
    /// Operations between which a lending market asks for no health.
    Batch {
        /// Whether something is borrowed in it: a position grows.
        borrows: bool,
    },
    /// Something is deposited or staked.
    Deposit,
    /// Shares or a stake are taken back.
    Redeem,
    /// Shares are put into a queue.
    Request,
    /// Rewards are claimed.
    Claim,
    /// A vault's gains are booked.
    Harvest,
    /// A setting of an account is changed: a risk category, what counts as collateral.
    Setting,
    /// A venue is allowed to take a token.
    Approve,
    /// A token is transferred.
    Transfer,
}

/// Returns the units of an operation where its venue does not know better.
///
/// Sources: the middle of the usual ranges on Ethereum, for swaps the heuristics of Uniswap's order router for pools of two
/// reserves, for lending a pooled market's (Aave V3).
#[must_use]
pub const fn usual_units(operation: GasUse) -> u64 {
    match operation {
        GasUse::Swap { is_further_hop: false, .. } => 135_000,
        // 50,000 on top of the swap before.
        GasUse::Swap { is_further_hop: true, .. } => INTRINSIC_GAS + 50_000,
        GasUse::AddLiquidity { .. } => 175_000,
        GasUse::RemoveLiquidity => 155_000,
        GasUse::Collect => 140_000,
        GasUse::Supply { is_first: false } => 139_678,
        GasUse::Supply { is_first: true } => 164_191,
        GasUse::Withdraw { with_debt: true, .. } => 220_789,
        GasUse::Withdraw { is_full: false, .. } => 172_007,
        GasUse::Withdraw { is_full: true, .. } => 155_251,
        GasUse::Borrow { is_first: false } => 209_306,
        GasUse::Borrow { is_first: true } => 245_394,
        GasUse::Repay { is_full: false } => 145_712,
        GasUse::Repay { is_full: true } => 151_358,
        GasUse::Liquidate { is_full: false } => 340_429,
        GasUse::Liquidate { is_full: true } => 349_519,
        GasUse::BuySeized => 325_000,
        GasUse::Flash => 138_077,
        GasUse::Batch { .. } => INTRINSIC_GAS,
        GasUse::Deposit => 185_000,
        GasUse::Redeem => 350_000,
        GasUse::Request => 150_000,
        GasUse::Claim => 100_000,
        GasUse::Harvest => 500_000,
        GasUse::Setting => 60_000,
        GasUse::Approve => 46_000,
        GasUse::Transfer => 55_000,
    }
}

impl GasUse {
    /// About how many words of arguments a call of it has: for the size of a transaction.
    #[must_use]
    pub const fn words(self) -> u32 {
        match self {
            // Router calls: amounts, a path or a struct, a receiver, a deadline.
            Self::Swap { is_further_hop: false, .. } => 8,
            // A further hop is an address (and a fee) in the path.
            Self::Swap { is_further_hop: true, .. } => 1,
            Self::AddLiquidity { makes_position: true } => 11,
            Self::AddLiquidity { .. } | Self::RemoveLiquidity => 8,
            Self::Collect | Self::Supply { .. } | Self::Repay { .. } => 4,
            Self::Withdraw { .. } | Self::Deposit | Self::Redeem => 3,
            Self::Borrow { .. } | Self::Liquidate { .. } | Self::BuySeized => 5,
            Self::Flash => 12,
            Self::Batch { .. } => 4,
            Self::Request | Self::Claim | Self::Approve | Self::Transfer => 2,
            Self::Harvest | Self::Setting => 1,
        }
    }
}
