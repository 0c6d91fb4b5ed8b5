use levmine_lending::{LendingError, Refusal};
use levmine_market::{Asset, MarketError};
use levmine_math::{MathError, U256};

/// The native layer's result.
pub type Result<T, E = MakerError> = std::result::Result<T, E>;

/// A contract, where several revert for the same reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the contracts")]
pub enum Contract {
    Vat,
    Jug,
    Spotter,
    Pot,
    Vow,
    Dog,
    Clipper,
    Cat,
    Flipper,
    Flapper,
    Flopper,
    GemJoin,
    GemJoin5,
}

/// Whose vault or balance it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the arguments")]
pub enum Side {
    None,
    U,
    V,
    W,
    Src,
    Dst,
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the tokens")]
pub enum TokenKind {
    Dai,
    Mkr,
    Gem,
}

/// Why the contracts revert, with the values that decided it: wad, ray, rad and seconds as in the contracts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum MakerError {
    /// Only governance may do this.
    #[error("only governance may do this")]
    NotAuthorized {
        /// The contract.
        contract: Contract,
    },
    /// There is no such parameter.
    #[error("there is no such parameter")]
    FileUnrecognizedParam {
        /// The contract.
        contract: Contract,
    },
    /// A drip before the last one.
    #[error("the time {now} is before the last drip at {rho}")]
    InvalidNow {
        /// The contract.
        contract: Contract,
        /// The last drip.
        rho: u64,
        /// The time.
        now: u64,
    },
    /// Only right after a drip.
    #[error("the last drip was at {rho}, not at {now}")]
    RhoNotUpdated {
        /// The contract.
        contract: Contract,
        /// The last drip.
        rho: u64,
        /// The time.
        now: u64,
    },
    /// The vault type has not been set up.
    #[error("the vault type has not been set up")]
    IlkNotInit,
    /// A debt ceiling is reached.
    #[error("a debt of {debt} rad would be above the ceiling of {ceiling}")]
    CeilingExceeded {
        /// The debt.
        debt: U256,
        /// The ceiling.
        ceiling: U256,
    },
    /// A vault would be unsafe.
    #[error("a debt of {debt} rad would be above the limit of {limit} that the collateral bears")]
    NotSafe {
        /// Whose it is.
        side: Side,
        /// The debt.
        debt: U256,
        /// What the collateral bears.
        limit: U256,
    },
    /// An owner has not allowed the caller.
    #[error("the owner has not allowed the caller")]
    NotAllowed {
        /// Whose it is.
        side: Side,
    },
    /// A vault's debt would be too small.
    #[error("a debt of {debt} rad would be below the least of {least}")]
    Dust {
        /// Whose it is.
        side: Side,
        /// The debt.
        debt: U256,
        /// The least there may be.
        least: U256,
    },
    /// More than the Vat can count.
    #[error("{amount} base units are more than the Vat can count")]
    JoinOverflow {
        /// The contract.
        contract: Contract,
        /// The amount.
        amount: U256,
    },
    /// A wallet does not have enough.
    #[error("{needed} base units are needed and {available} are there")]
    InsufficientTokens {
        /// The token.
        token: TokenKind,
        /// What is needed.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// The Vow has less DAI.
    #[error("{needed} rad of surplus are needed and {available} are there")]
    InsufficientSurplus {
        /// What is needed.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// The Vow has less unsettled debt.
    #[error("{needed} rad of unsettled debt are needed and {available} are there")]
    InsufficientDebt {
        /// What is needed.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// The debt is still queued.
    #[error("debt of {era} stays queued for {wait} s, and now is {now}")]
    WaitNotFinished {
        /// The second it was queued in.
        era: U256,
        /// How long it stays.
        wait: U256,
        /// The time.
        now: u64,
    },
    /// Less debt is in auctions.
    #[error("{needed} rad are more than the {available} in debt auctions")]
    NotEnoughAsh {
        /// What is needed.
        needed: U256,
        /// What is there.
        available: U256,
    },
    /// There is a surplus.
    #[error("there is a surplus of {surplus} rad")]
    SurplusNotZero {
        /// The surplus.
        surplus: U256,
    },
    /// There is unsettled debt.
    #[error("there is a debt of {debt} rad")]
    DebtNotZero {
        /// The debt.
        debt: U256,
    },
    /// The vault is safe, or there is no price.
    #[error("a debt of {debt} rad is safe below {limit}, or there is no price")]
    NotUnsafe {
        /// The contract.
        contract: Contract,
        /// The debt.
        debt: U256,
        /// What the collateral bears.
        limit: U256,
    },
    /// No more may be auctioned now.
    #[error("no more may be auctioned now")]
    LiquidationLimitHit {
        /// The contract.
        contract: Contract,
    },
    /// The room left is too small for an auction.
    #[error("an auction for a debt of {debt} rad would be below the least of {least}")]
    DustyAuction {
        /// The debt.
        debt: U256,
        /// The least there may be.
        least: U256,
    },
    /// There is nothing to auction.
    #[error("there is nothing to auction")]
    NullAuction {
        /// The contract.
        contract: Contract,
    },
    /// The vault is larger than a signed number.
    #[error("the vault is larger than a signed number")]
    LiquidationOverflow {
        /// The contract.
        contract: Contract,
    },
    /// A penalty factor below one.
    #[error("a penalty factor of {chop} wad is below one")]
    ChopBelowOne {
        /// The factor.
        chop: U256,
    },
    /// The circuit breaker is on.
    #[error("the circuit breaker is at {stopped}")]
    StoppedIncorrect {
        /// The level.
        stopped: U256,
    },
    /// No DAI is asked for.
    #[error("no DAI is asked for")]
    ZeroTab,
    /// Nothing is for sale.
    #[error("nothing is for sale")]
    ZeroLot,
    /// Nobody owned the vault.
    #[error("nobody owned the vault")]
    ZeroUsr,
    /// All numbers are used.
    #[error("the auctions are counted up to the largest number")]
    TooManyAuctions {
        /// The contract.
        contract: Contract,
    },
    /// The price is not valid.
    #[error("the price is not valid")]
    InvalidPrice,
    /// The first price would be zero.
    #[error("the first price would be zero")]
    ZeroTopPrice,
    /// The auction does not run.
    #[error("auction {id} does not run")]
    NotRunningAuction {
        /// Its number.
        id: u64,
    },
    /// The auction needs no restart.
    #[error("auction {id} needs no restart")]
    CannotReset {
        /// Its number.
        id: u64,
    },
    /// The auction needs a restart.
    #[error("auction {id} needs a restart")]
    NeedsReset {
        /// Its number.
        id: u64,
    },
    /// The price is above the buyer's limit.
    #[error("the price {price} is above {most} ray")]
    TooExpensive {
        /// The price.
        price: U256,
        /// The most there may be.
        most: U256,
    },
    /// Only the whole rest can be bought.
    #[error("of {tab} rad asked for, no part below {least} may be left")]
    NoPartialPurchase {
        /// What is asked for.
        tab: U256,
        /// The least there may be.
        least: U256,
    },
    /// There is no such auction.
    #[error("there is no such auction")]
    GuyNotSet {
        /// The contract.
        contract: Contract,
    },
    /// The last bid has won.
    #[error("the last bid stood until {tic}, and now is {now}")]
    AlreadyFinishedTic {
        /// The contract.
        contract: Contract,
        /// Until when the bid stood.
        tic: u64,
        /// The time.
        now: u64,
    },
    /// The auction is over.
    #[error("the auction ran until {end}, and now is {now}")]
    AlreadyFinishedEnd {
        /// The contract.
        contract: Contract,
        /// Until when it ran.
        end: u64,
        /// The time.
        now: u64,
    },
    /// Another lot is offered.
    #[error("the lot is {offered}, not {lot}")]
    LotNotMatching {
        /// The contract.
        contract: Contract,
        /// The lot named.
        lot: U256,
        /// What there is.
        offered: U256,
    },
    /// The bid is above what is asked for.
    #[error("a bid of {bid} rad is above the {tab} asked for")]
    HigherThanTab {
        /// The bid.
        bid: U256,
        /// What is asked for.
        tab: U256,
    },
    /// The bid is not higher.
    #[error("a bid of {bid} is not above {highest}")]
    BidNotHigher {
        /// The contract.
        contract: Contract,
        /// The bid.
        bid: U256,
        /// The bid that stands.
        highest: U256,
    },
    /// The bid is not high enough.
    #[error("a bid of {bid} is not enough above {highest}")]
    InsufficientIncrease {
        /// The contract.
        contract: Contract,
        /// The bid.
        bid: U256,
        /// The bid that stands.
        highest: U256,
    },
    /// Another bid is asked for.
    #[error("the bid is {offered}, not {bid}")]
    NotMatchingBid {
        /// The contract.
        contract: Contract,
        /// The bid.
        bid: U256,
        /// What there is.
        offered: U256,
    },
    /// Not all that is asked for is bid.
    #[error("{bid} of {tab} rad are bid so far")]
    TendNotFinished {
        /// The bid.
        bid: U256,
        /// What is asked for.
        tab: U256,
    },
    /// The lot is not lower.
    #[error("a lot of {lot} is not below {lowest}")]
    LotNotLower {
        /// The contract.
        contract: Contract,
        /// The lot named.
        lot: U256,
        /// The lot that stands.
        lowest: U256,
    },
    /// The lot is not low enough.
    #[error("a lot of {lot} is not enough below {lowest}")]
    InsufficientDecrease {
        /// The contract.
        contract: Contract,
        /// The lot named.
        lot: U256,
        /// The lot that stands.
        lowest: U256,
    },
    /// The auction still runs.
    #[error("the auction still runs")]
    NotFinished {
        /// The contract.
        contract: Contract,
    },
    /// Somebody has bid.
    #[error("somebody has bid")]
    BidAlreadyPlaced {
        /// The contract.
        contract: Contract,
    },
    /// All that is asked for is bid.
    #[error("all of {tab} rad is bid already")]
    AlreadyDentPhase {
        /// What is asked for.
        tab: U256,
    },
    /// The surplus auctions are full.
    #[error("{fill} rad in surplus auctions would be above {lid}")]
    OverLid {
        /// What would be in auctions.
        fill: U256,
        /// The limit.
        lid: U256,
    },
    /// Only DAI can be minted for a moment.
    #[error("only DAI can be minted for a moment, not {asset}")]
    FlashTokenUnsupported {
        /// The asset.
        asset: Asset,
    },
    /// The flash mint is above its limit.
    #[error("{amount} wad are above the limit of {most}")]
    FlashCeilingExceeded {
        /// The amount.
        amount: U256,
        /// The most there may be.
        most: U256,
    },
    /// Another flash mint is out.
    #[error("another flash mint is out")]
    FlashReentrancy,
    /// There is no such vault type.
    #[error("there is no such vault type")]
    UnknownVaultType,
    /// The asset cannot be used that way.
    #[error("{asset} cannot be used that way here")]
    WrongSide {
        /// The asset.
        asset: Asset,
    },
    /// Everything is no amount here.
    #[error("everything is no amount here")]
    InvalidAmount,
    /// The vault owes nothing; the proxy would take the DAI and keep it inside.
    #[error("the vault owes nothing")]
    NoDebt,
    /// The buyer's own bid stands; to raise it would only cost.
    #[error("the buyer's bid in auction {id} stands")]
    AlreadyLeading {
        /// Its number.
        id: u64,
    },
    /// A price is missing, or a value does not fit.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The checked arithmetic of a contract fails; it reverts without a text.
    #[error(transparent)]
    Math(#[from] MathError),
}

/// The text of a reason that several contracts have.
macro_rules! texts {
    ($contract:expr, $reason:literal) => {
        match $contract {
            Contract::Vat => concat!("Vat/", $reason),
            Contract::Jug => concat!("Jug/", $reason),
            Contract::Spotter => concat!("Spotter/", $reason),
            Contract::Pot => concat!("Pot/", $reason),
            Contract::Vow => concat!("Vow/", $reason),
            Contract::Dog => concat!("Dog/", $reason),
            Contract::Clipper => concat!("Clipper/", $reason),
            Contract::Cat => concat!("Cat/", $reason),
            Contract::Flipper => concat!("Flipper/", $reason),
            Contract::Flapper => concat!("Flapper/", $reason),
            Contract::Flopper => concat!("Flopper/", $reason),
            Contract::GemJoin => concat!("GemJoin/", $reason),
            Contract::GemJoin5 => concat!("GemJoin5/", $reason),
        }
    };
}

impl MakerError {
    /// The contract's own text of the reason; "no reason" where the contracts have none.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.words().0
    }

    /// The kind of refusal in the words that all protocols share.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.words().1
    }

    #[expect(clippy::too_many_lines, reason = "a table")]
    fn words(&self) -> (&'static str, Refusal) {
        use Refusal as R;
        match self {
            Self::NotAuthorized { contract } => (texts!(contract, "not-authorized"), R::Unauthorized),
            Self::FileUnrecognizedParam { contract } => {
                (texts!(contract, "file-unrecognized-param"), R::Other)
            }
            Self::InvalidNow { contract, .. } => (texts!(contract, "invalid-now"), R::Other),
            Self::RhoNotUpdated { contract, .. } => (texts!(contract, "rho-not-updated"), R::Other),
            Self::IlkNotInit => ("Vat/ilk-not-init", R::NotAllowed),
            Self::CeilingExceeded { .. } => ("Vat/ceiling-exceeded", R::CapExceeded),
            Self::NotSafe { side, .. } => {
                let text = match side {
                    Side::Src => "Vat/not-safe-src",
                    Side::Dst => "Vat/not-safe-dst",
                    _ => "Vat/not-safe",
                };
                (text, R::InsufficientCollateral)
            }
            Self::NotAllowed { side } => {
                let text = match side {
                    Side::U => "Vat/not-allowed-u",
                    Side::V => "Vat/not-allowed-v",
                    Side::W => "Vat/not-allowed-w",
                    _ => "Vat/not-allowed",
                };
                (text, R::Unauthorized)
            }
            Self::Dust { side, .. } => {
                let text = match side {
                    Side::Src => "Vat/dust-src",
                    Side::Dst => "Vat/dust-dst",
                    _ => "Vat/dust",
                };
                (text, R::TooSmall)
            }
            Self::JoinOverflow { contract, .. } => (texts!(contract, "overflow"), R::InvalidAmount),
            // MKR and the collateral are plain tokens; this is what the recorded runs' stand-ins say.
            Self::InsufficientTokens { token, .. } => {
                let text = match token {
                    TokenKind::Dai => "Dai/insufficient-balance",
                    TokenKind::Mkr | TokenKind::Gem => "Tok/insufficient-balance",
                };
                (text, R::InsufficientBalance)
            }
            Self::InsufficientSurplus { .. } => ("Vow/insufficient-surplus", R::InsufficientLiquidity),
            Self::InsufficientDebt { .. } => ("Vow/insufficient-debt", R::InvalidAmount),
            Self::WaitNotFinished { .. } => ("Vow/wait-not-finished", R::Closed),
            Self::NotEnoughAsh { .. } => ("Vow/not-enough-ash", R::InvalidAmount),
            Self::SurplusNotZero { .. } => ("Vow/surplus-not-zero", R::NotAllowed),
            Self::DebtNotZero { .. } => ("Vow/debt-not-zero", R::NotAllowed),
            Self::NotUnsafe { contract, .. } => (texts!(contract, "not-unsafe"), R::NotLiquidatable),
            Self::LiquidationLimitHit { contract } => {
                (texts!(contract, "liquidation-limit-hit"), R::CapExceeded)
            }
            Self::DustyAuction { .. } => ("Dog/dusty-auction-from-partial-liquidation", R::CapExceeded),
            Self::NullAuction { contract } => (texts!(contract, "null-auction"), R::TooSmall),
            Self::LiquidationOverflow { contract } => (texts!(contract, "overflow"), R::Arithmetic),
            Self::ChopBelowOne { .. } => ("Dog/file-chop-lt-WAD", R::InvalidAmount),
            Self::StoppedIncorrect { .. } => ("Clipper/stopped-incorrect", R::Closed),
            Self::ZeroTab => ("Clipper/zero-tab", R::TooSmall),
            Self::ZeroLot => ("Clipper/zero-lot", R::TooSmall),
            Self::ZeroUsr => ("Clipper/zero-usr", R::InvalidAmount),
            Self::TooManyAuctions { contract } => (texts!(contract, "overflow"), R::Other),
            Self::InvalidPrice => ("Clipper/invalid-price", R::Closed),
            Self::ZeroTopPrice => ("Clipper/zero-top-price", R::Closed),
            Self::NotRunningAuction { .. } => ("Clipper/not-running-auction", R::Closed),
            Self::CannotReset { .. } => ("Clipper/cannot-reset", R::NotAllowed),
            Self::NeedsReset { .. } => ("Clipper/needs-reset", R::Closed),
            Self::TooExpensive { .. } => ("Clipper/too-expensive", R::NotAllowed),
            Self::NoPartialPurchase { .. } => ("Clipper/no-partial-purchase", R::TooSmall),
            Self::GuyNotSet { contract } => (texts!(contract, "guy-not-set"), R::Closed),
            Self::AlreadyFinishedTic { contract, .. } => {
                (texts!(contract, "already-finished-tic"), R::Closed)
            }
            Self::AlreadyFinishedEnd { contract, .. } => {
                (texts!(contract, "already-finished-end"), R::Closed)
            }
            Self::LotNotMatching { contract, .. } => (texts!(contract, "lot-not-matching"), R::InvalidAmount),
            Self::HigherThanTab { .. } => ("Flipper/higher-than-tab", R::InvalidAmount),
            Self::BidNotHigher { contract, .. } => (texts!(contract, "bid-not-higher"), R::NotAllowed),
            Self::InsufficientIncrease { contract, .. } => {
                (texts!(contract, "insufficient-increase"), R::NotAllowed)
            }
            Self::NotMatchingBid { contract, .. } => (texts!(contract, "not-matching-bid"), R::InvalidAmount),
            Self::TendNotFinished { .. } => ("Flipper/tend-not-finished", R::Closed),
            Self::LotNotLower { contract, .. } => (texts!(contract, "lot-not-lower"), R::NotAllowed),
            Self::InsufficientDecrease { contract, .. } => {
                (texts!(contract, "insufficient-decrease"), R::NotAllowed)
            }
            Self::NotFinished { contract } => (texts!(contract, "not-finished"), R::Closed),
            Self::BidAlreadyPlaced { contract } => (texts!(contract, "bid-already-placed"), R::Closed),
            Self::AlreadyDentPhase { .. } => ("Flipper/already-dent-phase", R::Closed),
            Self::OverLid { .. } => ("Flapper/over-lid", R::CapExceeded),
            Self::FlashTokenUnsupported { .. } => ("DssFlash/token-unsupported", R::NotAllowed),
            Self::FlashCeilingExceeded { .. } => ("DssFlash/ceiling-exceeded", R::CapExceeded),
            Self::FlashReentrancy => ("DssFlash/reentrancy-guard", R::Closed),
            Self::UnknownVaultType => (NO_REASON, R::Other),
            Self::WrongSide { .. } => (NO_REASON, R::NotAllowed),
            Self::InvalidAmount => (NO_REASON, R::InvalidAmount),
            Self::NoDebt => (NO_REASON, R::NoDebt),
            Self::AlreadyLeading { .. } => (NO_REASON, R::NotAllowed),
            Self::Market(_) => (NO_REASON, R::Other),
            Self::Math(_) => (NO_REASON, R::Arithmetic),
        }
    }
}

/// What stands for a reason that the contracts have no text of.
const NO_REASON: &str = "no reason";

impl From<MakerError> for LendingError {
    fn from(error: MakerError) -> Self {
        match error {
            MakerError::Market(error) => Self::Market(error),
            MakerError::Math(error) => Self::Math(error),
            error => Self::Refused {
                protocol: crate::PROTOCOL,
                refusal: error.refusal(),
                code: error.code(),
                source: Box::new(error),
            },
        }
    }
}
