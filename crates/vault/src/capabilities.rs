/// What a vault can do. Declared by the adapter; the conformance suite holds the adapter to it, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Deposits are answered with a share token ([`crate::Vault::share`]); otherwise the stake stands in the vault's own
    /// books ([`crate::Vault::staked`]).
    pub shares: bool,
    /// Exact shares can be asked for ([`crate::Vault::mint`]) and exact assets ([`crate::Vault::withdraw`]).
    pub exact: bool,
    /// A deposit can be taken back at once.
    pub instant_redeem: bool,
    /// A deposit can be taken back through a queue ([`crate::Vault::request_redeem`]).
    pub queue: bool,
    /// Gains enter by a harvest that anybody may call ([`crate::Vault::harvest`]).
    pub harvest: bool,
    /// Rewards are paid in a token of their own ([`crate::Vault::claim`]).
    pub rewards: bool,
    /// Balances of a share change by themselves ([`crate::Vault::rebasing`]).
    pub rebasing: bool,
    /// A redemption can pay less than the shares were worth; the caller bounds the loss.
    pub losses: bool,
}
