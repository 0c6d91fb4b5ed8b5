//! The generations of the contract, and in what they differ.

use levmine_math::U256;

use crate::arith::int;

/// A generation of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// `StableSwap3Pool`, vyper 0.2.4.
    ThreePool,
    /// `StableSwapSUSD`, vyper 0.1.0b17: the oldest.
    Susd,
    /// `StableSwapSTETH`, vyper 0.2.8: live balances, the first coin native ether, written as WETH.
    Steth,
    /// `StableSwapAave`, vyper 0.2.8, with its interest-bearing coins: live balances, a dynamic fee.
    Aave,
    /// The pool template of vyper 0.2.8 (`StableSwapEURS`).
    Template,
    /// The metapools of 2020 (`StableSwapGUSD`, vyper 0.2.5), over a base pool.
    Meta,
    /// `CurveStableSwapNG` v7.0.0.
    Ng,
    /// `CurveStableSwapMetaNG` v7.0.0, over a base pool.
    NgMeta,
}

/// How the product of the invariant is multiplied up, which decides on its rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    /// `D_P × D ÷ (x × n)` for each coin.
    Plain,
    /// `D_P × D ÷ (x × n + 1)` for each coin: never a division by zero.
    PlusOne,
    /// `D_P × D ÷ x` for each coin, then all of it `÷ n^n`.
    AtOnce,
}

/// Where the balances of the providers stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accounting {
    /// In storage; what the pool holds beyond them is the owner's.
    Stored,
    /// Nowhere: what the pool holds less what is the owner's, which is in storage.
    Live,
    /// What passed through the pool is in storage, and so is what is the owner's.
    Both,
}

/// What of a swap the view `get_dy` does otherwise than the swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// The fee is taken of whole token units instead of 18 decimals.
    TokenUnits,
    /// Nothing.
    Internal,
    /// The views are a contract of their own, which reads A in whole units.
    Separate,
}

/// In what a generation differs from the others, as far as that is a matter of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quirks {
    /// In what parts A is kept: 1 or 100.
    pub(crate) a_precision: u64,
    pub(crate) product: Product,
    /// Whether an iteration that does not end reverts; otherwise its last value stands.
    pub(crate) must_converge: bool,
    pub(crate) accounting: Accounting,
    /// Whether a swap pays one less of 18 decimals than the curve says.
    pub(crate) swap_less_one: bool,
    /// Whether balances after a swap are computed back from 18 decimals.
    pub(crate) stores_from_curve: bool,
    pub(crate) view: View,
    /// Whether the invariant before a deposit is computed of an empty pool too.
    pub(crate) always_d0: bool,
    /// Whether a removal in chosen amounts burns one share unit more than the quotient.
    pub(crate) burns_one_more: bool,
    /// Whether there is a removal in one coin.
    pub(crate) one_coin: bool,
    /// Whether the owner has a part in its fee.
    pub(crate) one_coin_admin_fee: bool,
    /// Whether the sum of both sides of the dynamic fee of a deposit is in token units instead of 18 decimals.
    pub(crate) raw_fee_side: bool,
    /// Whether the owner can stop the pool in its first two months.
    pub(crate) can_be_killed: bool,
    /// Whether it keeps averages of prices and of the invariant.
    pub(crate) oracles: bool,
    /// Whether a proportional removal burns before it looks at the limits.
    pub(crate) burns_first: bool,
    /// Which coin's arrival is measured because it may keep a fee of a transfer.
    pub(crate) fee_coin: Option<usize>,
    /// What a swap says that pays too little.
    pub(crate) too_few: &'static str,
    /// What a proportional removal says that pays too little.
    pub(crate) withdrawn_too_few: &'static str,
}

const TOO_FEW: &str = "Exchange resulted in fewer coins than expected";
const WITHDRAWN_TOO_FEW: &str = "Withdrawal resulted in fewer coins than expected";
const TOO_FEW_OF_META: &str = "Too few coins in result";

const THREE_POOL: Quirks = Quirks {
    a_precision: 1,
    product: Product::Plain,
    must_converge: false,
    accounting: Accounting::Stored,
    swap_less_one: true,
    stores_from_curve: false,
    view: View::TokenUnits,
    always_d0: false,
    burns_one_more: true,
    one_coin: true,
    one_coin_admin_fee: true,
    raw_fee_side: false,
    can_be_killed: true,
    oracles: false,
    burns_first: false,
    fee_coin: Some(2),
    too_few: TOO_FEW,
    withdrawn_too_few: WITHDRAWN_TOO_FEW,
};

const SUSD: Quirks = Quirks {
    product: Product::PlusOne,
    swap_less_one: false,
    stores_from_curve: true,
    burns_one_more: false,
    one_coin: false,
    fee_coin: None,
    ..THREE_POOL
};

const TEMPLATE: Quirks =
    Quirks { a_precision: 100, must_converge: true, view: View::Internal, fee_coin: None, ..THREE_POOL };

const STETH: Quirks = Quirks {
    product: Product::PlusOne,
    accounting: Accounting::Live,
    always_d0: true,
    burns_one_more: false,
    burns_first: true,
    ..TEMPLATE
};

const AAVE: Quirks = Quirks {
    swap_less_one: false,
    view: View::TokenUnits,
    always_d0: false,
    one_coin_admin_fee: false,
    raw_fee_side: true,
    ..STETH
};

const META: Quirks =
    Quirks { must_converge: false, too_few: TOO_FEW_OF_META, withdrawn_too_few: TOO_FEW_OF_META, ..TEMPLATE };

const NG: Quirks = Quirks {
    product: Product::AtOnce,
    accounting: Accounting::Both,
    view: View::Separate,
    always_d0: true,
    can_be_killed: false,
    oracles: true,
    ..TEMPLATE
};

impl Generation {
    /// All of them, the default first.
    pub const ALL: [Self; 8] = [
        Self::ThreePool,
        Self::Susd,
        Self::Steth,
        Self::Aave,
        Self::Template,
        Self::Meta,
        Self::Ng,
        Self::NgMeta,
    ];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ThreePool => "3pool",
            Self::Susd => "susd",
            Self::Steth => "steth",
            Self::Aave => "aave",
            Self::Template => "template",
            Self::Meta => "meta",
            Self::Ng => "ng-7.0.0",
            Self::NgMeta => "ng-meta-7.0.0",
        }
    }

    /// The generation of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|generation| generation.name() == name)
    }

    /// Whether the last coin is the share of a base pool.
    #[must_use]
    pub const fn is_meta(self) -> bool {
        matches!(self, Self::Meta | Self::NgMeta)
    }

    /// Whether it is one of the newest.
    #[must_use]
    pub const fn is_ng(self) -> bool {
        matches!(self, Self::Ng | Self::NgMeta)
    }

    /// Whether swaps and deposits take what is paid before they look at the caller's limit, so that a wallet's refusal
    /// comes first.
    #[must_use]
    pub const fn takes_first(self) -> bool {
        matches!(self, Self::ThreePool | Self::Ng | Self::NgMeta)
    }

    /// Whether the fee rises off the peg.
    #[must_use]
    pub const fn has_dynamic_fee(self) -> bool {
        matches!(self, Self::Aave | Self::Ng | Self::NgMeta)
    }

    pub(crate) const fn quirks(self) -> Quirks {
        match self {
            Self::ThreePool => THREE_POOL,
            Self::Susd => SUSD,
            Self::Steth => STETH,
            Self::Aave => AAVE,
            Self::Template => TEMPLATE,
            Self::Meta => META,
            Self::Ng | Self::NgMeta => NG,
        }
    }
}

impl Quirks {
    pub(crate) const fn a_precision(&self) -> U256 {
        int(self.a_precision)
    }
}
