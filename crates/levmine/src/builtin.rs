//! What runs without any file.

/// The built-in strategy: a three times leveraged ETH/USDC farm, USDC borrowed on Aave against ETH.
pub const STRATEGY: &str = include_str!("../builtin/eth-usdc-farm.toml");

/// The built-in scenario: the daily prices of March 2020.
pub const SCENARIO: &str = include_str!("../builtin/march-2020.toml");

/// The commented starter strategy that `levmine init` writes; `{name}` stands for its name.
pub const STARTER: &str = include_str!("../builtin/starter.toml");
