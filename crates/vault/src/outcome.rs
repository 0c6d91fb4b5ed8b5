use std::fmt;

use levmine_market::{Timestamp, TokenAmount, Transfers};
use levmine_math::U256;

/// What a deposit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposited {
    /// What went in.
    pub paid: TokenAmount,
    /// The shares received, in base units of the share; where there is no share token, the stake added, in base units
    /// of the asset.
    pub shares: U256,
    /// The tokens that moved: also rewards, where a deposit pays them out.
    pub transfers: Transfers,
}

/// What a redemption did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// The shares burned, in base units of the share; where there is no share token, the stake taken back.
    pub shares: U256,
    /// What was paid.
    pub received: TokenAmount,
    /// What the shares were worth more than what was paid, in base units of the asset: losses realised by leaving.
    pub loss: U256,
    /// The tokens that moved: also rewards, where a redemption pays them out.
    pub transfers: Transfers,
}

/// What a harvest did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harvested {
    /// What was earned since the last one, in base units of the asset, fees not subtracted.
    pub gain: U256,
    /// What was lost since the last one, in base units of the asset.
    pub loss: U256,
    /// What managers and the protocol took of it, in base units of the asset.
    pub fees: U256,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// What claiming did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// What was paid of each token.
    pub received: Vec<TokenAmount>,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// A place in a vault's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "request {}", self.0)
    }
}

/// What entering the queue did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// The place in the queue.
    pub id: RequestId,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// A redemption that waits in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// Its place.
    pub id: RequestId,
    /// What it will pay if nothing is lost until then, or what it pays once it is ready.
    pub amount: TokenAmount,
    /// When it was asked for.
    pub since: Timestamp,
    /// Whether it can be claimed.
    pub is_ready: bool,
}
