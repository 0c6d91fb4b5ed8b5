//! The checks, by subject.

mod capability;
mod edges;
mod liquidity;
mod outside;
mod state;
mod swaps;

use super::PoolSetup;
use crate::suite::Check;

macro_rules! checks {
    ($($module:ident :: $name:ident: $promise:literal,)+) => {
        /// All checks, the plainest first.
        pub(super) const ALL: &[Check<PoolSetup>] =
            &[$(Check { name: stringify!($name), promise: $promise, run: $module::$name }),+];
    };
}

checks! {
    state::ordinary_use_works: "swapping and adding and removing liquidity in ordinary amounts is accepted",
    state::random_life_is_lively: "the random sequences of this suite get swaps and liquidity done",
    state::all_or_nothing: "an operation that answers an error leaves every integer as it was",
    state::conservation: "every token that moves is told, and holdings and issued shares are what the transfers say",
    state::fork_is_independent: "nothing done to a fork is seen by the original, nor the other way round",
    state::reads_are_pure: "reading changes nothing and answers the same twice",
    state::dump_is_deterministic: "the same operations give the same transfers and the same dump",
    capability::unsupported_is_declared: "what is declared is never unsupported, and what is not declared always is",
    edges::unknown_assets_are_named: "an asset that is not in the pool is answered with its name",
    edges::zero_and_huge_amounts_are_refused_without_panic: "no amount panics; nothing moves nothing, and nobody gets more than there is",
    edges::limits_are_kept: "nothing is done outside of the limits that the caller gives, and all is done at them",
    swaps::quote_is_the_swap: "a quote answers what the swap then does, error or not",
    swaps::round_trip_never_profits: "who sells what he has just bought gets no more than he gave",
    swaps::more_in_never_gives_less: "a larger input never has a smaller output, nor a larger output a smaller input",
    swaps::exact_out_inverts_exact_in: "what is asked for an exact output buys at least that output, and hardly more is asked than needed",
    swaps::the_spot_rate_is_never_beaten: "no swap is better than the marginal rate before it",
    liquidity::add_then_remove_never_profits: "who adds liquidity and removes it at once gets no more of any coin than he put in",
    liquidity::shares_are_conserved: "shares are minted by the issuer, burned by it, and no more can be removed than exist",
    liquidity::previews_are_removals: "a preview of a removal answers what the removal then pays",
    liquidity::fees_are_paid_when_collected: "what waits as earned is what collecting pays, and then nothing waits",
    liquidity::the_others_lose_nothing: "swaps and liquidity of others never lower what a share is entitled to, by the fair value",
    outside::fair_value_ignores_swaps: "a swap changes the fair value of all shares by no more than about its fee",
    outside::arbitrage_moves_to_the_price: "after arbitrage no trade against the outside prices gains",
    outside::zap_leaves_little: "after the swap that is proposed, nearly everything can be added",
}
