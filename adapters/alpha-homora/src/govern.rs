//! Governance through the trait: the oracle's token factors and the bank's whitelist.

use levmine_lending::{Change, Context, LendingError, Setting};

use crate::bank::Factors;
use crate::error::Result;
use crate::market::AlphaHomoraMarket;

/// Basis points.
const BPS: u8 = 4;

/// Changes a parameter of a token. A bank has one collateral factor for each: what may be borrowed and what is liquidated
/// differ by nothing.
pub(crate) fn govern(
    market: &mut AlphaHomoraMarket,
    change: &Change,
    _ctx: &Context<'_>,
) -> std::result::Result<(), LendingError> {
    let asset = change.of_asset(crate::PROTOCOL)?;
    let bps = |part| change.fit::<u16>(part, BPS, crate::PROTOCOL);
    let state = &mut market.state;
    let factors = if asset == state.lp {
        state.core.lp_factors
    } else {
        state.place(asset).and_then(|place| state.bank(place)).map(|bank| bank.factors)?
    };
    let new =
        |collateral, incentive| -> Result<Factors> { Factors::new(factors.borrow, collateral, incentive) };
    match change.to {
        Setting::LiquidationThreshold(part) | Setting::MaxLtv(part) => {
            state.set_factors(asset, new(bps(part)?, factors.incentive)?)?;
        }
        Setting::LiquidationBonus(part) => {
            let incentive = bps(part)?.checked_add(10_000).ok_or_else(|| change.unfit(crate::PROTOCOL))?;
            state.set_factors(asset, new(factors.collateral, incentive)?)?;
        }
        // Borrowing and repaying are open for whitelisted tokens only.
        Setting::Borrowable(on) => state.set_token_whitelist(asset, on)?,
        _ => return Err(change.unknown(crate::PROTOCOL)),
    }
    Ok(())
}
