//! Which operation comes next.

use levmine_erc4626::Yield;
use levmine_math::{Rounding, U256, mul_div};

use super::Erc4626Twin;
use super::contracts::ACCOUNTS;
use crate::Operation;
use crate::random::Random;

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &Erc4626Twin, random: &mut Random) -> Operation {
    let state = *twin.vault.state();
    // What earns on a sum like that would soon be more than there can be of a token.
    let is_late = twin.vault.params().earns() != Yield::NONE && state.assets.bit_len() > 200;
    let wait = random.wait();
    let time = if is_late { twin.now } else { twin.now.saturating_add(wait) };
    let who = random.pick(&ACCOUNTS);
    let own = twin.shares_of(who);
    // What the account's shares are worth, about.
    let worth = mul_div(own, state.assets, state.shares.max(U256::ONE), Rounding::Down).unwrap_or_default();
    let name = random.weighted(&[
        (20, "deposit"),
        (14, "mint"),
        (14, "withdraw"),
        (16, "redeem"),
        (6, "donate"),
        (3, "lose"),
        (2, "convert_to_shares"),
        (2, "convert_to_assets"),
        (2, "preview_mint"),
        (2, "preview_withdraw"),
        (1, "max_deposit"),
        (1, "max_mint"),
    ]);
    let drawn = Operation::new(name, time).by(who);
    // Without anything in it, sums of every order are put in.
    let (assets, shares) = if state.assets.is_zero() {
        let first = random.bits(1, twin.bits);
        let each = U256::from(10).pow(U256::from(twin.offset));
        (first, first.saturating_mul(each))
    } else {
        (state.assets, state.shares)
    };
    let near = |random: &mut Random, amount: U256| match random.below(6) {
        0 => amount.saturating_add(U256::ONE),
        1 => amount.saturating_sub(U256::ONE),
        2 => amount,
        _ => random.amount(amount),
    };
    match name {
        "deposit" => {
            // Often up to what is left of the limit.
            let room = twin.vault.params().limit().saturating_sub(state.assets);
            let is_limited = twin.vault.params().limit() != U256::MAX && random.chance(30);
            let amount = if is_limited { near(random, room) } else { random.amount(assets) };
            drawn.amount("amount", twin.bounded(random, amount))
        }
        "mint" | "preview_mint" => {
            if !twin.is_tame && random.chance(8) {
                return drawn.amount("shares", twin.brink(random));
            }
            let amount = random.amount(shares);
            drawn.amount("shares", twin.bounded(random, amount))
        }
        "withdraw" => drawn.amount("amount", near(random, worth)),
        "redeem" => drawn.amount("shares", near(random, own)),
        "donate" => {
            let part = assets >> usize::try_from(random.below(9)).unwrap_or(0);
            let amount = random.amount(part);
            drawn.amount("amount", twin.bounded(random, amount))
        }
        "lose" => {
            let part = assets >> usize::try_from(random.below(9)).unwrap_or(0);
            let amount = random.amount(part);
            drawn.amount("amount", amount)
        }
        "convert_to_assets" => drawn.amount("shares", random.amount(shares)),
        "convert_to_shares" | "preview_withdraw" => drawn.amount("amount", random.amount(assets)),
        _ => drawn,
    }
}

impl Erc4626Twin {
    /// So many shares that nearly none can exist beside them, or one too many.
    fn brink(&self, random: &mut Random) -> U256 {
        let left = U256::MAX.saturating_sub(self.vault.state().shares);
        let virtual_shares = U256::from(10).pow(U256::from(self.offset));
        let beside = random.amount(virtual_shares);
        if random.chance(50) { left.saturating_sub(beside) } else { left.saturating_add(beside) }
    }

    /// In most sequences the amounts stay where sums are ordinary; in the others they go to the end of the words.
    fn bounded(&self, random: &mut Random, amount: U256) -> U256 {
        if !self.is_tame || random.chance(1) {
            return amount;
        }
        amount >> amount.bit_len().saturating_sub(128)
    }
}
