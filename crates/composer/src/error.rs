use levmine_amm::AmmError;
use levmine_config::{ConfigError, Place};
use levmine_lending::LendingError;
use levmine_market::{Asset, MarketError, TokenAmount};
use levmine_math::{MathError, U256, format_units};
use levmine_vault::VaultError;
use rust_decimal::Decimal;

/// Why a step could not be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
pub enum StepError {
    /// The lending market answered an error.
    #[error(transparent)]
    Lending(#[from] LendingError),
    /// The pool answered an error.
    #[error(transparent)]
    Amm(#[from] AmmError),
    /// The vault answered an error.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The journal, a price or a mark failed.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// The arithmetic failed.
    #[error(transparent)]
    Math(#[from] MathError),
    /// The venue is of another kind.
    #[error("`{venue}` is not a {wanted}")]
    WrongVenue {
        /// The venue's name.
        venue: String,
        /// The kind that the step needs.
        wanted: &'static str,
    },
    /// The wallet does not hold enough.
    #[error("the wallet holds {available}, the step needs {needed}")]
    WalletTooSmall {
        /// What is needed.
        needed: TokenAmount,
        /// What is there.
        available: TokenAmount,
    },
    /// There is nothing to move.
    #[error("there is no {asset} to {verb}")]
    Nothing {
        /// The asset.
        asset: Asset,
        /// What was to be done with it.
        verb: &'static str,
    },
    /// A loan-to-value beyond what the market allows.
    #[error("a loan-to-value of {wanted} is above the limit; `{venue}` allows at most {limit} here")]
    LtvAboveLimit {
        /// The venue's name.
        venue: String,
        /// What was asked for, in percent.
        wanted: String,
        /// What is allowed, in percent.
        limit: String,
    },
    /// A target that a position cannot reach.
    #[error("{wanted} cannot be reached at `{venue}`: {why}")]
    TargetOutOfReach {
        /// The venue's name.
        venue: String,
        /// What was asked for, as "a leverage of 3".
        wanted: String,
        /// What stands in the way, with the figure that is reachable.
        why: String,
    },
    /// The amount's form makes no sense for this step.
    #[error("an amount of the form \"{form}\" cannot be used to {verb}; accepted: {accepted}")]
    WrongAmount {
        /// What was written.
        form: String,
        /// The step's verb.
        verb: &'static str,
        /// What it accepts.
        accepted: &'static str,
    },
    /// A debt that nothing can pay.
    #[error("the debt of {debt} at `{venue}` cannot be paid: {why}")]
    Stuck {
        /// The venue's name.
        venue: String,
        /// The debt.
        debt: TokenAmount,
        /// What stands in the way.
        why: String,
    },
    /// Nothing of a position could be closed.
    #[error("nothing of the position can be closed: paying its debts would cost more than they secure")]
    NotClosed,
    /// Nobody lends an amount for the length of a transaction.
    #[error("no lending market of this strategy lends {amount} for the length of a transaction")]
    NoFlashLoan {
        /// The amount.
        amount: TokenAmount,
    },
    /// A reserve of a token that nobody would follow there.
    #[error("{asset} changes its balances by itself and cannot lie in the reserve; its wrapped form can")]
    RebasingReserve {
        /// The token.
        asset: Asset,
    },
    /// Nothing is left in the reserve.
    #[error("the reserve is empty")]
    ReserveEmpty,
    /// There is no debt that could become more.
    #[error("there is no debt from which to tell what to borrow")]
    NoDebt,
    /// A reward that is not worth what claiming it costs.
    #[error("the reward of {reward} is not above {times} times the {cost} that compounding it costs")]
    NotWorthIt {
        /// What would be claimed, by value.
        reward: TokenAmount,
        /// The gas.
        cost: TokenAmount,
        /// The multiple that was asked for.
        times: Decimal,
    },
    /// A step within another one failed.
    #[error("{verb}: {source}")]
    Within {
        /// Where it stands in a file, if it does.
        place: Option<Place>,
        /// Its verb.
        verb: &'static str,
        /// What went wrong.
        source: Box<StepError>,
    },
    /// No pool of the strategy trades the two assets.
    #[error("no pool of this strategy leads from {from} to {to}")]
    NoRoute {
        /// The asset to sell.
        from: Asset,
        /// The asset to buy.
        to: Asset,
    },
    /// The ways from one asset to the other lead through a venue that is paused.
    #[error("the way from {from} to {to} leads through `{venue}`, which is paused")]
    RoutePaused {
        /// The asset to sell.
        from: Asset,
        /// The asset to buy.
        to: Asset,
        /// The venue's name.
        venue: String,
    },
    /// A swap would cost more than allowed.
    #[error("the swap would lose {lost} against the market price, more than the {allowed} allowed")]
    Slippage {
        /// The loss, in percent.
        lost: String,
        /// The limit, in percent.
        allowed: String,
    },
    /// The venue is paused: nobody can do anything there.
    #[error("`{venue}` is paused")]
    Paused {
        /// The venue's name.
        venue: String,
    },
    /// The chain stands.
    #[error("the chain stands, and nobody can transact")]
    Halted,
    /// The venue was exploited and takes nothing more.
    #[error("`{venue}` was exploited: nothing more is put in there")]
    Exploited {
        /// The venue's name.
        venue: String,
    },
    /// The chain has just come back, and lending markets wait before they lend.
    #[error("`{venue}` does not lend: the chain has just come back, and its borrowers come first")]
    Sheltered {
        /// The venue's name.
        venue: String,
    },
    /// The pools that sell cover on a venue cannot cover so much.
    #[error(
        "the cover on `{venue}` takes {} NXM, and the pools can still cover {} NXM",
        format_units(*.needed, 2), format_units(*.left, 2)
    )]
    CoverFull {
        /// The venue's name.
        venue: String,
        /// What is needed, in units of 0.01 NXM.
        needed: U256,
        /// What is left, in the same units.
        left: U256,
    },
    /// Gas costs more than a keeper pays.
    #[error("gas costs {} gwei, and the keeper pays at most {} gwei", format_units(*.price, 9), format_units(*.most, 9))]
    GasAboveCap {
        /// The price of a unit now, in wei.
        price: U256,
        /// The most that is paid, in wei.
        most: U256,
    },
    /// Less is left than a transaction's gas costs.
    #[error("its gas costs {gas}, and less than that is left to pay it with")]
    GasUnpaid {
        /// What it costs, in the quote asset.
        gas: TokenAmount,
    },
    /// Nothing is left that a premium by time could be paid with.
    #[error("its premium is {premium}, and neither the wallet nor the equity stands for that")]
    PremiumUnpaid {
        /// What a period costs.
        premium: TokenAmount,
    },
    /// A recipe did not come to an end.
    #[error("{recipe} did not come to an end after {rounds} rounds")]
    Endless {
        /// The recipe.
        recipe: &'static str,
        /// How many rounds were tried.
        rounds: usize,
    },
}

impl StepError {
    /// Whether it could be done and was not worth it: something to look at again another time, and not to be tried until it
    /// works.
    #[must_use]
    pub const fn is_declined(&self) -> bool {
        matches!(self, Self::NotWorthIt { .. })
    }

    /// The asset whose price is missing, if that is what is wrong.
    #[must_use]
    pub fn missing_price(&self) -> Option<Asset> {
        match self {
            Self::Market(MarketError::NoPrice { asset })
            | Self::Lending(LendingError::Market(MarketError::NoPrice { asset }))
            | Self::Amm(AmmError::Market(MarketError::NoPrice { asset }))
            | Self::Vault(VaultError::Market(MarketError::NoPrice { asset })) => Some(*asset),
            Self::Within { source, .. } => source.missing_price(),
            _ => None,
        }
    }
}

/// Why a plan was not executed. Nothing of it was.
#[derive(Debug, thiserror::Error)]
#[error("{}{source}", self.where_it_stands())]
pub struct PlanError {
    /// Where the step stands in a file, if it does.
    pub place: Option<Place>,
    /// The step's number in the plan, from 1; 0 where what all steps left together cannot be marked.
    pub number: usize,
    /// The step's verb.
    pub verb: &'static str,
    /// What went wrong.
    pub source: Box<StepError>,
}

impl PlanError {
    fn where_it_stands(&self) -> String {
        let place = self.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
        match self.number {
            0 => place,
            number => format!("{place}step {number} ({}): ", self.verb),
        }
    }

    /// The same as an error of the file in which the step stands.
    ///
    /// # Errors
    ///
    /// The error itself if the step stands in no file.
    pub fn into_config(self) -> Result<ConfigError, Self> {
        let Some(mut place) = self.place.clone() else { return Err(self) };
        // The innermost step that stands in the file is the one to look at.
        let mut verb = self.verb;
        let mut inner = self.source.as_ref();
        while let StepError::Within { place: nested, verb: named, source } = inner {
            if let Some(nested) = nested {
                (place, verb) = (nested.clone(), named);
            }
            inner = source;
        }
        let read = format!("step {} ({verb})", self.number);
        Ok(ConfigError::Invalid { place, read, accepted: format!("a step that can be done; {inner}") })
    }
}
