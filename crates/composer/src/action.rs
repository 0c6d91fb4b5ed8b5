use levmine_config::Place;
use levmine_market::{Asset, Price, TokenAmount, VenueId};
use rust_decimal::Decimal;

use crate::{AmountSpec, Recipe};

/// One thing that is done at a venue, with the wallet of the farmer.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Sells an amount of the wallet for another asset.
    Swap {
        /// The pool.
        at: VenueId,
        /// What is sold.
        from: AmountSpec,
        /// What is bought.
        to: Asset,
        /// The largest loss against the market price, as a fraction.
        max_slippage: Option<Decimal>,
    },
    /// Sells as little as needed of an asset to buy an exact amount of another.
    SwapFor {
        /// The pool.
        at: VenueId,
        /// What is sold.
        from: Asset,
        /// What is bought.
        buy: TokenAmount,
    },
    /// Puts something into a lending market.
    Supply {
        /// The market.
        at: VenueId,
        /// How much.
        amount: AmountSpec,
    },
    /// Takes something out of a lending market.
    Withdraw {
        /// The market.
        at: VenueId,
        /// How much.
        amount: AmountSpec,
    },
    /// Borrows.
    Borrow {
        /// The market.
        at: VenueId,
        /// How much.
        amount: AmountSpec,
    },
    /// Pays debt back.
    Repay {
        /// The market.
        at: VenueId,
        /// How much; `all` is the whole debt, or the whole wallet if that is less.
        amount: AmountSpec,
    },
    /// Adds liquidity.
    AddLiquidity {
        /// The pool.
        at: VenueId,
        /// The most to put in of each coin.
        amounts: Vec<AmountSpec>,
        /// Where it is to work, for pools in which liquidity has a price range.
        place: Placement,
    },
    /// Takes liquidity out in the pool's proportion.
    RemoveLiquidity {
        /// The pool.
        at: VenueId,
        /// The part of the wallet's shares, as a fraction; of every position where each has a share of its own.
        part: Decimal,
        /// The one coin to take out, where not all of them in proportion.
        to: Option<Asset>,
    },
    /// Takes the fees that wait beside the farmer's positions.
    Collect {
        /// The pool.
        at: VenueId,
    },
    /// Swaps the part that makes the rest fit, then adds liquidity.
    Zap {
        /// The pool.
        at: VenueId,
        /// What goes in; other coins of the pool in the wallet stay there.
        amounts: Vec<AmountSpec>,
        /// Where it is to work, for pools in which liquidity has a price range.
        place: Placement,
    },
    /// Deposits or stakes.
    Deposit {
        /// The vault.
        at: VenueId,
        /// How much.
        amount: AmountSpec,
    },
    /// Takes a deposit or stake back at once.
    Redeem {
        /// The vault.
        at: VenueId,
        /// Shares, or what is staked.
        amount: AmountSpec,
        /// The largest loss, as a fraction of what the shares are worth.
        max_loss: Decimal,
    },
    /// Puts shares into the vault's queue of redemptions.
    Request {
        /// The vault.
        at: VenueId,
        /// Shares.
        amount: AmountSpec,
    },
    /// Books a vault's gains, as its keeper does.
    Harvest {
        /// The vault.
        at: VenueId,
    },
    /// Does these steps before a lending market asks how healthy the position is.
    Batch {
        /// The market.
        at: VenueId,
        /// The steps.
        steps: Vec<Step>,
    },
    /// Borrows until the end of these steps and pays back with the fee.
    Flash {
        /// The market.
        at: VenueId,
        /// How much.
        amount: AmountSpec,
        /// What is done with it; at the end the wallet must hold the amount and the fee.
        steps: Vec<Step>,
    },
    /// Chooses a risk category of a lending market.
    SetMode {
        /// The market.
        at: VenueId,
        /// The category; 0 is none.
        mode: u8,
    },
    /// Switches whether a supplied asset counts as collateral.
    SetCollateral {
        /// The market.
        at: VenueId,
        /// The asset.
        asset: Asset,
        /// On or off.
        enabled: bool,
    },
    /// Claims the rewards of a venue, its incentives, and redemptions that are ready.
    Claim {
        /// The venue.
        at: VenueId,
    },
    /// Takes something out of the reserve into the wallet, for a market.
    FromReserve {
        /// The market that it is for.
        at: VenueId,
        /// How much.
        amount: TokenAmount,
    },
    /// A repeated shape that expands into the steps above.
    Recipe(Recipe),
}

/// Where liquidity is to work, in pools in which it has a price range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// Over all prices: what a pool without ranges does.
    #[default]
    Everywhere,
    /// Between two prices of a whole first coin in whole second coins.
    Between(Price, Price),
    /// From so much below the pool's price to so much above it, as fractions.
    Around(Decimal),
    /// In a position that is there.
    Into(Asset),
}

/// An action with the place in the file where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// Where it is written, if it is.
    pub place: Option<Place>,
}

/// Steps that are one transaction: all of them or none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The steps, in order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// A plan of actions that stand in no file.
    #[must_use]
    pub fn of(actions: Vec<Action>) -> Self {
        Self { steps: actions.into_iter().map(|action| Step { action, place: None }).collect() }
    }
}

impl Action {
    /// The verb in files.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Swap { .. } | Self::SwapFor { .. } => "swap",
            Self::Supply { .. } => "supply",
            Self::Withdraw { .. } => "withdraw",
            Self::Borrow { .. } => "borrow",
            Self::Repay { .. } => "repay",
            Self::AddLiquidity { .. } => "add_liquidity",
            Self::RemoveLiquidity { .. } => "remove_liquidity",
            Self::Collect { .. } => "collect",
            Self::Deposit { .. } => "deposit",
            Self::Redeem { .. } => "redeem",
            Self::Request { .. } => "request",
            Self::Harvest { .. } => "harvest",
            Self::Batch { .. } => "batch",
            Self::Zap { .. } => "zap",
            Self::Flash { .. } => "flash",
            Self::SetMode { .. } => "set_mode",
            Self::SetCollateral { .. } => "set_collateral",
            Self::Claim { .. } => "claim",
            Self::FromReserve { .. } => "from_reserve",
            Self::Recipe(recipe) => recipe.verb(),
        }
    }
}
