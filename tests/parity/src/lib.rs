//! The contracts' own bytecode beside the adapters: both do the same, and every integer must be equal.
//!
//! The published packages of the protocols are pinned in `contracts/` and installed by `cargo xtask parity`; nothing of
//! them is part of this repository. [`Chain`] runs their bytecode in an EVM in memory. A [`Twin`] is a contract and an
//! adapter in the same state; [`driver`] lets them do the same random operations, and writes whatever differs as a
//! small `levmine replay` file. What no package has the bytecode of, an adapter replays from a record of the contracts:
//! [`recorded`].

pub mod aave_v2;
pub mod aave_v3;
pub mod abi;
pub mod alpha_homora;
pub mod artifact;
mod chain;
pub mod compound_v2;
pub mod compound_v3;
pub mod curve_stableswap;
pub mod driver;
pub mod erc4626;
mod error;
pub mod lido;
pub mod maker;
pub mod masterchef;
pub mod morpho_blue;
mod operation;
pub mod random;
mod reason;
pub mod recorded;
mod subject;
pub mod synthetix;
pub mod table;
mod twin;
pub mod uniswap_v2;
pub mod uniswap_v3;
pub mod yearn;

pub use chain::{Answer, Call, Chain, Refused};
pub use error::ParityError;
pub use operation::Operation;
pub use reason::Reason;
pub use subject::{Make, RECORDED, Recorded, SUBJECTS, Subject};
pub use twin::{Comparison, Difference, Twin, replay_file};
