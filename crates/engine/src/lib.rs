//! Time, price paths and agents: exact runs of strategies.
//!
//! [`run`] steps a [`World`](levmine_composer::World) over a [`Scenario`]. In each step, in this order: time passes and
//! every venue accrues; prices move; traders and the arbitrageur bring the pools to the market price; the oracle
//! publishes; the keeper runs the policies; unhealthy positions are liquidated by their venue's own rule. At the end the
//! position is unwound through the same venues, and the equity is what the wallet then holds.
//!
//! Nothing here reads a file or a clock; what is random follows from the scenario's seed.

mod accuracy;
mod agents;
mod candle;
mod costs;
mod error;
mod event;
mod explain;
mod farm;
mod fees;
mod happenings;
mod metrics;
mod path;
mod portfolio;
mod random;
mod run;
mod scenario;

pub use accuracy::{Accuracy, Compared};
pub use agents::{
    Arbitrage, ArbitrageRule, Borrower, Direction, Feed, Feeds, MovedBy, OtherPeople, RateRecord, Recorded,
    RecordedIn, RecordedUse, Reverting, Target, TradeRecord, Trader, Volume, VolumeModel,
};
pub use candle::{Candle, CandlePath, expand};
pub use costs::{Compounding, GasCosts, PolicyCosts};
pub use error::EngineError;
pub use event::{Event, EventKind, Lateness};
pub use explain::{Explanation, LiquidationPoint, MarketView, explain};
pub use fees::{FeeWorld, model_path, posted_prices};
pub use metrics::{Metrics, Sample};
pub use path::{PricePath, Timeline};
pub use portfolio::{
    Allocation, Breach, CASH, Concentration, Limit, LimitUse, Measured, NOT_CASH, PartOutcome, PortfolioFile,
    PortfolioOutcome, Statistics, TokenConcentration, Weighted, WeightedFile, is_cash, is_portfolio,
    no_portfolio, opening_prices, read_portfolio, run_portfolio,
};
pub use random::{Drawer, Stream};
pub use run::{Outcome, open, run};
pub use scenario::{
    Batches, BorrowerSpec, DOLLARS, DataPaths, FeeRule, FeeSpec, FileSeries, GasCrash, GasFile, GasModel,
    GasPath, GasSource, Happening, Hazard, OracleSpec, OtherPeopleSpec, PriceSpec, RatesSpec,
    RecordedColumns, Scenario, ScenarioFile, TargetSpec, TraderSpec, TradesSpec, VolumeSpec, What, When,
    dollars, read_events, read_hazards, read_scenario,
};
