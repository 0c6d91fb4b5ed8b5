//! Lido V3: stETH, wstETH, oracle reports and the withdrawal queue, to the last wei.
//!
//! Two layers. The native one speaks in the contracts' own integers: [`State`] is their storage, with the methods of
//! the contracts; [`ShareRate`] converts, [`StakeLimit`] bounds what is staked, [`Queue`] holds the withdrawals,
//! [`report`] is the oracle's report. [`Lido`] puts it behind [`levmine_vault::Vault`]: WETH is staked for stETH, stETH
//! is wrapped into wstETH, both enter the queue; a [`Schedule`] makes the reports that are due.
//!
//! A refused operation leaves every integer as it was: what can fail comes before the first assignment.

mod decode;
mod dump;
mod error;
mod gas;
mod ledger;
mod limiter;
mod ops;
mod params;
mod presets;
mod queue;
mod rate;
mod schedule;
mod special;
mod stake_limit;
mod state;
mod vault;

use levmine_market::Descriptor;
use levmine_vault::VaultAdapter;

pub use error::{LidoError, Result};
pub use ledger::{Holder, Ledger};
pub use limiter::{PRECISION, UNLIMITED};
pub use ops::{Staked, report};
pub use params::{Fees, Limits};
pub use queue::{Checkpoint, MAX_REQUEST, MIN_REQUEST, Queue, RATE_PRECISION, WithdrawalRequest};
pub use rate::{ShareRate, UINT128_MAX};
pub use schedule::{Dated, FRAME, GENESIS, Schedule, frame_end};
pub use stake_limit::StakeLimit;
pub use state::{Burner, DEPOSIT_SIZE, Remembered, State};
pub use vault::{Lido, WORLD};

const PROTOCOL: &str = "lido";
const VERSION: &str = "v3";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Lido",
    summary: "stETH, whose balances grow with each report of the oracle, wstETH, whose rate does, and the queue through \
              which ether comes back",
    versions: &[VERSION],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: VaultAdapter = VaultAdapter { descriptor: &DESCRIPTOR, build: decode::build };
