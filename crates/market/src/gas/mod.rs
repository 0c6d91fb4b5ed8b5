//! What a transaction costs on its chain, in the chain's own integers.
//!
//! A fee has two parts: the execution, which is units of gas times a price, and on rollups the data that the transaction
//! leaves on Ethereum. Each file holds the formulas of one protocol, with the truncations of its source; [`Chain`] says
//! which of them hold on a chain, [`DataFee`] is what they need to know at a moment, [`GasUse`] says what an operation
//! is, as far as its gas depends on it, and [`Calldata`] how large it is.

mod blob;
mod calldata;
mod chain;
mod data_fee;
mod eip1559;
mod fast_lz;
mod nitro;
mod op_stack;
mod uses;

pub use blob::{BLOB_GAS, BlobRules, fake_exponential};
pub use calldata::{Calldata, SIGNATURE_AND_HEADER};
pub use chain::{CHAINS, Chain, ChainKind};
pub use data_fee::{DataFee, Fee};
pub use eip1559::{FeeMarket, fee_paid, price_paid};
pub use fast_lz::fast_lz_size;
pub use nitro::{NitroL1Pricing, NitroL2Pricing, Posting, poster_gas};
pub use op_stack::{
    OpStackFork, OpStackScalars, ecotone_fee, estimated_size, fjord_fee, operator_fee, operator_fee_jovian,
};
pub use uses::{GasUse, INTRINSIC_GAS, usual_units};
