//! The chain that a scenario takes place on, and where its fees come from.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::gas::{CHAINS, Chain, ChainKind, OpStackFork, OpStackScalars};
use levmine_market::{Asset, Assets, parse_block_time};

use super::gas::{GasPath, GasSource, read_gas};

/// The chain, and where its fees come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeeSpec {
    /// The chain.
    pub chain: Chain,
    /// Whether the scenario names it.
    pub is_named: bool,
    /// The token that gas is paid in, where it is not the chain's usual one.
    pub gas_token: Option<Asset>,
    /// The price of a unit of gas.
    pub gas: Option<GasSource>,
    /// Ethereum's base fee, on a rollup.
    pub l1_base_fee: Option<GasSource>,
    /// Ethereum's blob base fee, on a rollup.
    pub blob_base_fee: Option<GasSource>,
    /// The price of a unit of data on Nitro, where it is not to follow from what batches cost.
    pub price_per_unit: Option<GasSource>,
    /// How batches are posted on Nitro.
    pub batches: Batches,
}

/// How a rollup of Nitro posts its transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batches {
    /// Seconds from batch to batch.
    pub every: u64,
    /// Units of execution gas that a batch costs on Ethereum.
    pub gas: u64,
    /// Blobs that a batch fills.
    pub blobs: u64,
}

impl Default for Batches {
    /// A blob a minute, and what Nitro itself takes the execution of a batch to cost since ArbOS 12.
    fn default() -> Self {
        Self { every: 60, gas: 210_000, blobs: 1 }
    }
}

/// The prices of data over time: on the OP Stack Ethereum's base fee and blob base fee, on Nitro the price of a unit in the
/// first; both empty elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataPaths {
    /// Ethereum's base fee in wei, or the price of a unit.
    pub l1: GasPath,
    /// Ethereum's blob base fee in wei.
    pub blob: GasPath,
}

/// Reads `chain` and `gas` of a scenario.
pub(super) fn read_fees(fields: &mut Fields<'_>, assets: &Assets) -> Result<FeeSpec, ConfigError> {
    let (chain, gas) = (fields.optional("chain"), fields.optional("gas"));
    let mut spec = FeeSpec { is_named: chain.is_some(), ..FeeSpec::default() };
    spec.gas = gas.map(|node| read_gas(node, assets)).transpose()?;
    let Some(node) = chain else { return Ok(spec) };
    if node.fields().is_err() {
        spec.chain = named(node)?;
        return Ok(spec);
    }
    let mut fields = node.fields()?;
    spec.chain = named(fields.required("name", &names())?)?;
    if let Some(node) = fields.optional("block_time") {
        spec.chain.milliseconds_per_block = node.read(parse_block_time)?;
        spec.chain.clock.milliseconds_per_block = spec.chain.milliseconds_per_block;
    }
    spec.gas_token = fields.optional("gas_token").map(|node| assets.read(node)).transpose()?;
    let source =
        |fields: &mut Fields<'_>, key| fields.optional(key).map(|node| read_gas(node, assets)).transpose();
    match &mut spec.chain.kind {
        ChainKind::Layer1 => {}
        ChainKind::OpStack(fork, scalars) => {
            read_op_stack(&mut fields, fork, scalars)?;
            spec.l1_base_fee = source(&mut fields, "l1_base_fee")?;
            spec.blob_base_fee = source(&mut fields, "blob_base_fee")?;
        }
        ChainKind::Nitro => {
            spec.price_per_unit = source(&mut fields, "price_per_unit")?;
            spec.l1_base_fee = source(&mut fields, "l1_base_fee")?;
            spec.blob_base_fee = source(&mut fields, "blob_base_fee")?;
            if spec.price_per_unit.is_some() && (spec.l1_base_fee.is_some() || spec.blob_base_fee.is_some()) {
                return Err(node.invalid(
                    "either `price_per_unit`, or `l1_base_fee` and `blob_base_fee`, from which it then follows",
                ));
            }
            spec.batches = read_batches(&mut fields)?;
        }
    }
    fields.finish()?;
    Ok(spec)
}

fn names() -> String {
    CHAINS.map(|chain| chain.name).join(", ")
}

fn named(node: &Node) -> Result<Chain, ConfigError> {
    let name = node.text()?;
    Chain::from_name(name).ok_or_else(|| node.unknown_name(name, CHAINS.map(|chain| chain.name)))
}

fn read_op_stack(
    fields: &mut Fields<'_>,
    fork: &mut OpStackFork,
    scalars: &mut OpStackScalars,
) -> Result<(), ConfigError> {
    if let Some(node) = fields.optional("fork") {
        let name = node.text()?;
        let names = OpStackFork::ALL.map(|(_, name)| name);
        *fork = OpStackFork::from_name(name).ok_or_else(|| node.unknown_name(name, names))?;
    }
    for (key, place) in [
        ("base_fee_scalar", &mut scalars.base_fee),
        ("blob_base_fee_scalar", &mut scalars.blob_base_fee),
        ("operator_fee_scalar", &mut scalars.operator),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = node.parse("a scalar from 0 to 4294967295")?;
        }
    }
    if let Some(node) = fields.optional("operator_fee_constant") {
        scalars.operator_constant = node.parse("an amount of wei from 0 to 2^64 − 1")?;
    }
    Ok(())
}

fn read_batches(fields: &mut Fields<'_>) -> Result<Batches, ConfigError> {
    let mut batches = Batches::default();
    if let Some(node) = fields.optional("batch_every") {
        batches.every = node.read(levmine_config::parse_duration)?;
    }
    if let Some(node) = fields.optional("batch_gas") {
        let accepted = "units of gas from 0 to 1000000000";
        batches.gas = node.parse(accepted)?;
        if batches.gas > 1_000_000_000 {
            return Err(node.invalid(accepted));
        }
    }
    if let Some(node) = fields.optional("batch_blobs") {
        let accepted = "blobs from 1 to 100";
        batches.blobs = node.parse(accepted)?;
        if !(1..=100).contains(&batches.blobs) {
            return Err(node.invalid(accepted));
        }
    }
    Ok(batches)
}
