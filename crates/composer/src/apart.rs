//! Taking apart what is held: shares become what was put in for them.

use levmine_market::{Asset, Holder, TokenAmount};
use rust_decimal::Decimal;

use crate::{Action, AmountSpec, StepError, World};

/// Whether an amount is a pool's share, or stands for one.
pub(crate) fn is_pooled(world: &World, amount: TokenAmount) -> Result<bool, StepError> {
    Ok(world.pool_of_share(world.look_through(amount)?.asset).is_some())
}

/// The actions that turn all of `share` in the wallet into what a pool's share pays: none for an asset that is no share of
/// a pool, nor of a vault above one.
pub(crate) fn apart(world: &World, share: Asset) -> Vec<Action> {
    let mut actions = Vec::new();
    let mut share = share;
    let links = world.vault_shares.iter().rev().filter(|link| link.of_pool);
    for link in links {
        if link.share == share {
            let amount = AmountSpec::All(share);
            actions.push(Action::Redeem { at: link.vault, amount, max_loss: Decimal::ONE });
            share = link.asset;
        }
    }
    if let Some(at) = world.pool_of_share(share) {
        actions.push(Action::RemoveLiquidity { at, part: Decimal::ONE, to: None });
    }
    actions
}

/// The next thing to take apart that can be, beside those in `skip`: a share in the wallet, or a stake.
pub(crate) fn next(world: &World, skip: &[Action]) -> Result<Option<Action>, StepError> {
    for held in world.journal.balances(Holder::Wallet(world.farmer)) {
        if !is_pooled(world, held)? {
            continue;
        }
        let first = apart(world, held.asset).into_iter().next().filter(|action| !skip.contains(action));
        if let Some(action) = first
            && pays(world, held, &action)
        {
            return Ok(Some(action));
        }
    }
    for at in world.venue_ids() {
        let Some(vault) = world.find_vault(at) else { continue };
        for asset in vault.assets() {
            let staked = TokenAmount::new(*asset, vault.staked(world.farmer, *asset, world.now));
            let action = Action::Redeem { at, amount: AmountSpec::All(*asset), max_loss: Decimal::ONE };
            if !staked.is_zero() && !skip.contains(&action) && pays(world, staked, &action) {
                return Ok(Some(action));
            }
        }
    }
    Ok(None)
}

/// Whether a venue would pay anything for what it takes: dust stands in nobody's way.
fn pays(world: &World, held: TokenAmount, action: &Action) -> bool {
    match action {
        Action::RemoveLiquidity { at, .. } => world.pool(*at).is_ok_and(|pool| {
            pool.preview_remove(held, world.now).is_ok_and(|coins| coins.iter().any(|coin| !coin.is_zero()))
        }),
        Action::Redeem { at, .. } => world
            .vault(*at)
            .is_ok_and(|vault| vault.preview_redeem(held, world.now).is_ok_and(|paid| !paid.is_zero())),
        _ => true,
    }
}
