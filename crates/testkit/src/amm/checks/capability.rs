//! Checks of what a pool says it can do.

use levmine_amm::{AmmError, Removal};
use levmine_market::TokenAmount;
use levmine_math::U256;

use crate::amm::{PoolSetup, Sandbox};
use crate::books::FRESH;
use crate::generate::pool::pair;
use crate::suite::{Outcome, ensure};

pub(super) fn unsupported_is_declared(setup: &PoolSetup) -> Outcome {
    let sandbox = Sandbox::new(setup)?;
    let (pool, now) = (&sandbox.pool, sandbox.now);
    let can = pool.capabilities();
    let hold = |what: &str, declared: bool, error: Option<AmmError>| -> Result<(), String> {
        let unsupported = matches!(error, Some(AmmError::Unsupported { .. }));
        let answered = error.map_or_else(|| "it was done".into(), |error| error.to_string());
        ensure!(
            declared != unsupported,
            "{what} is declared as {declared}: expected it to be {}, found: {answered}",
            if declared { "supported" } else { "answered as unsupported" }
        );
        Ok(())
    };
    let Some((sell, buy)) = pair(&**pool, 0, 0) else {
        return Err(format!("expected at least two coins, found {:?}", pool.coins()).into());
    };
    let one = U256::ONE;
    let (selling, buying) = (TokenAmount::new(sell, one), TokenAmount::new(buy, one));
    hold("a quote of an exact output", can.exact_out, pool.quote_exact_out(sell, buying, now).err())?;
    let swap = pool.fork().swap_exact_out(FRESH, sell, U256::MAX, buying, now).err();
    hold("a swap to an exact output", can.exact_out, swap)?;
    hold("a swap", true, pool.fork().swap_exact_in(FRESH, selling, buy, U256::ZERO, now).err())?;

    let issued = pool.issued();
    let Some(share) = pool.share().or_else(|| issued.first().map(|shares| shares.asset)) else {
        ensure!(!can.fungible_shares, "fungible shares are declared: expected a share, found none");
        return Ok(());
    };
    ensure!(
        can.fungible_shares == pool.share().is_some(),
        "fungible shares are declared as {}; expected a share exactly then, found {:?}",
        can.fungible_shares,
        pool.share()
    );
    let some = issued
        .iter()
        .find(|shares| shares.asset == share)
        .map_or(one, |shares| shares.raw / U256::from(1_000));
    let remove = |removal: Removal| {
        pool.fork().remove_liquidity(FRESH, TokenAmount::new(share, some), &removal, now).err()
    };
    hold("removing in proportion", true, remove(Removal::Proportional { min: Default::default() }))?;
    hold("removing one coin", can.remove_one_coin, remove(Removal::OneCoin { coin: sell, min: U256::ZERO }))?;
    let amounts = pool.reserves().iter().map(|reserve| *reserve / U256::from(1_000_000)).collect();
    hold("removing chosen amounts", can.remove_amounts, remove(Removal::Exactly { amounts }))?;
    Ok(())
}
