use levmine_math::U256;

/// How near a run came to what was recorded of the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accuracy {
    /// What was compared: `USDC at bank`.
    pub subject: String,
    /// The figures.
    pub compared: Vec<Compared>,
    /// How often what was found, in words and numbers.
    pub counts: Vec<(&'static str, u64)>,
}

/// A figure of the run beside the recorded one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Which.
    pub what: String,
    /// The run's, in units of 10^−`decimals`.
    pub own: U256,
    /// The recorded one, in the same.
    pub recorded: U256,
    /// The decimals of both.
    pub decimals: u8,
}
