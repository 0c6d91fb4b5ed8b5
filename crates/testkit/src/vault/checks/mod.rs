//! The checks, by subject.

mod capability;
mod edges;
mod exits;
mod ledger;
mod rewards;
mod shares;
mod state;

use super::VaultSetup;
use crate::suite::Check;

macro_rules! checks {
    ($($module:ident :: $name:ident: $promise:literal,)+) => {
        /// All checks, the plainest first.
        pub(super) const ALL: &[Check<VaultSetup>] =
            &[$(Check { name: stringify!($name), promise: $promise, run: $module::$name }),+];
    };
}

checks! {
    state::ordinary_use_works: "depositing an ordinary amount and taking all of it back is accepted",
    state::random_life_is_lively: "the random sequences of this suite get every operation done that the vault has",
    state::all_or_nothing: "an operation that answers an error leaves every integer as it was",
    state::conservation: "every token that moves is told, and holdings and issued tokens are what the transfers say",
    state::outcomes_match_the_tokens: "an outcome's amounts are what the caller's wallet, or stake, gained and lost",
    state::fork_is_independent: "nothing done to a fork is seen by the original, nor the other way round",
    state::reads_are_pure: "reading changes nothing and answers the same twice, and the same after accruing",
    state::dump_is_deterministic: "the same operations give the same outcomes and the same dump",
    state::dump_tells_every_change: "what changes holdings, issued tokens, stakes, rewards or requests changes the dump",
    state::dump_round_trips: "a vault that is built from a dump lives on as the one that was dumped",
    state::time_does_not_run_backwards: "an earlier moment than the last one changes nothing",
    capability::unsupported_is_declared: "what is declared is never unsupported, and what is not declared always is",
    capability::tokens_are_as_declared: "shares, stakes, rewards and rebasing tokens are there exactly where they are declared",
    edges::unknown_assets_are_named: "an asset that is not in the vault is answered with its name",
    edges::zero_and_huge_amounts_are_refused_without_panic: "no amount panics; nothing gives nothing, and nobody gets more than there is",
    edges::deposit_limits_hold: "what can be deposited at most is accepted, and a unit more is refused",
    shares::previews_promise_no_more: "a preview answers what the operation then gives, less only by what is lost on the way",
    shares::deposit_then_redeem_never_profits: "who deposits and takes it back at once gets no more than he gave",
    shares::more_in_never_gives_less: "a larger deposit never gives fewer shares, nor do more shares pay less",
    shares::value_is_monotonic_in_shares: "more shares are never worth less, and together never less than apart",
    shares::shares_are_covered: "all shares, stakes and waiting redemptions together are worth no more than the vault holds",
    shares::exact_operations_invert: "exact shares cost no less than a deposit would give for them, exact assets no fewer shares",
    shares::the_others_lose_nothing: "deposits and redemptions of others never lower what a share is worth",
    shares::harvest_lowers_no_price_but_by_loss_and_fees: "a harvest takes no more from the shares than the losses and fees that it tells",
    exits::losses_are_bounded: "no more is lost by leaving than the caller accepts, and nothing where no losses are declared",
    exits::nothing_leaves_twice: "what was taken back cannot be taken back again",
    exits::the_queue_conserves: "a request is listed, is worth no more than its shares, pays its owner what it says, once, and not early",
    rewards::claims_pay_what_was_claimable: "a claim pays exactly what could be claimed, and leaves nothing to be claimed",
    rewards::strangers_earn_nothing: "an account without a stake has no rewards, and a stake of this moment has none yet",
    ledger::the_ledger_sums_up: "the balances of a rebasing share are never more than exist, and transfers make and lose none",
    ledger::rebases_are_shared: "what all of a rebasing share gains or loses, each balance gains or loses in proportion",
}
