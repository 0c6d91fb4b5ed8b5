//! What a chain charges for a transaction, whichever chain it is.

use levmine_math::{MathError, U256, add, mul};

use super::{
    Calldata, OpStackFork, OpStackScalars, ecotone_fee, fjord_fee, operator_fee, operator_fee_jovian,
    poster_gas,
};

/// What a chain charges beside execution, and the prices that it depends on at a moment, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DataFee {
    /// Nothing: the chain keeps its own data.
    #[default]
    None,
    /// A rollup of the OP Stack.
    OpStack {
        /// Which formula holds.
        fork: OpStackFork,
        /// What the operator has set.
        scalars: OpStackScalars,
        /// Ethereum's base fee.
        l1_base_fee: U256,
        /// Ethereum's blob base fee.
        blob_base_fee: U256,
    },
    /// A rollup of Arbitrum Nitro.
    Nitro {
        /// The price of a unit of data, 16 of which are a compressed byte.
        price_per_unit: U256,
    },
}

/// The fee of a transaction, in wei of the chain's own token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fee {
    /// For execution, and to the operator.
    pub execution: U256,
    /// For the data that is published on Ethereum.
    pub data: U256,
}

impl Fee {
    /// Both together.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] above 2^256 − 1.
    pub fn total(self) -> Result<U256, MathError> {
        add(self.execution, self.data)
    }
}

impl DataFee {
    /// Returns the fee of a transaction of so many units of gas at a price in wei; `transaction` is all of its signed
    /// bytes, whose compressed size is estimated by [`Calldata::compressed`].
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] above 2^256 − 1.
    pub fn charge(&self, units: u64, price: U256, transaction: Calldata) -> Result<Fee, MathError> {
        let execution = mul(price, U256::from(units))?;
        match self {
            Self::None => Ok(Fee { execution, data: U256::ZERO }),
            Self::OpStack { fork, scalars, l1_base_fee, blob_base_fee } => {
                let data = match fork {
                    OpStackFork::Ecotone => ecotone_fee(transaction, scalars, *l1_base_fee, *blob_base_fee)?,
                    _ => fjord_fee(transaction.compressed(), scalars, *l1_base_fee, *blob_base_fee)?,
                };
                let operator = match fork {
                    OpStackFork::Ecotone | OpStackFork::Fjord => U256::ZERO,
                    OpStackFork::Isthmus => operator_fee(units, scalars),
                    OpStackFork::Jovian => operator_fee_jovian(units, scalars),
                };
                Ok(Fee { execution: add(execution, operator)?, data })
            }
            Self::Nitro { price_per_unit } => {
                let gas = poster_gas(transaction.compressed(), *price_per_unit, price)?;
                Ok(Fee { execution, data: mul(price, U256::from(gas))? })
            }
        }
    }
}
