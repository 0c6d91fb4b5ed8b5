//! The store front as the sales of the trait: one for each collateral asset of which the market has some for
//! sale.

use levmine_lending::{Sale, SaleId, SaleOutcome};
use levmine_market::{Account, TokenAmount, Transfer};
use levmine_math::{U256, Wad};
use smallvec::smallvec;

use crate::error::{CometError, Result};
use crate::ops::World;
use crate::reserves::Offer;
use crate::state::{Action, Comet};

/// What can be bought now. Less than one base unit of the base asset pays for is no sale: nobody can buy it.
pub(crate) fn running(comet: &Comet, world: World<'_>) -> Result<Vec<Sale>> {
    let mut sales = Vec::new();
    if comet.is_paused(Action::Buy) || comet.keeps_collateral(world.now)? {
        return Ok(sales);
    }
    for number in 0..comet.params.collaterals.len() {
        sales.extend(sale(comet, number, world)?);
    }
    Ok(sales)
}

/// The sale of one collateral asset while the store front is open.
fn sale(comet: &Comet, number: usize, world: World<'_>) -> Result<Option<Sale>> {
    let lot = comet.stock(number)?.reserves()?;
    if lot.is_zero() {
        return Ok(None);
    }
    let smallest = match asked(comet, number, world) {
        // A feed without an answer, or a price that discounts to zero, sells nothing.
        Err(CometError::Market(error)) => return Err(error.into()),
        Err(_) => return Ok(None),
        Ok(asked) => asked,
    };
    if smallest.bought > lot {
        return Ok(None);
    }
    Ok(Some(Sale {
        id: SaleId(number as u64),
        borrower: None,
        lot: TokenAmount::new(comet.collateral(number)?.asset, lot),
        tab: None,
        pay_with: comet.params.base,
        price: smallest.price,
        stalled: false,
    }))
}

struct Asked {
    price: Wad,
    /// What one base unit of the base asset buys.
    bought: U256,
}

fn asked(comet: &Comet, number: usize, world: World<'_>) -> Result<Asked> {
    let offer = comet.offer(number, world.prices)?;
    Ok(Asked { price: offer.price()?, bought: offer.quote(U256::ONE)? })
}

/// Buys up to `amount` of the lot for at most `max_price`, paying as little as the quote's rounding allows.
pub(crate) fn buy(
    comet: &mut Comet,
    buyer: Account,
    sale: SaleId,
    amount: U256,
    max_price: Wad,
    world: World<'_>,
) -> Result<SaleOutcome> {
    comet.must_be_for_sale(world.now)?;
    let number = usize::try_from(sale.0).map_err(|_| CometError::UnknownCollateral { number: sale.0 })?;
    let (offer, asset) = (comet.offer(number, world.prices)?, comet.collateral(number)?.asset);
    let price = offer.price()?;
    if price > max_price {
        return Err(CometError::TooMuchSlippage { offered: price.raw(), limit: max_price.raw() });
    }
    let (paid, bought) = purchase(comet, number, &offer, amount)?;
    let bought = comet.buy_collateral(number, bought, paid, world)?;
    // The purchase is done: what can no longer be read is no sale either.
    let closed = comet.keeps_collateral(world.now).unwrap_or(true);
    let ended = closed || self::sale(comet, number, world).ok().flatten().is_none();
    let transfers = smallvec![
        Transfer::pay(buyer, TokenAmount::new(comet.params.base, paid)),
        Transfer::receive(buyer, TokenAmount::new(asset, bought)),
    ];
    Ok(SaleOutcome { bought, paid, returned: U256::ZERO, bad_debt: U256::ZERO, ended, transfers })
}

/// What to pay, and what that buys.
fn purchase(comet: &Comet, number: usize, offer: &Offer, amount: U256) -> Result<(U256, U256)> {
    let available = comet.stock(number)?.reserves()?;
    if available.is_zero() && !amount.is_zero() {
        return Err(CometError::InsufficientReserves { needed: amount, available });
    }
    let wanted = amount.min(available);
    let paid = offer.payment(wanted)?;
    let bought = offer.quote(paid)?;
    if bought.is_zero() && !wanted.is_zero() {
        return Err(CometError::LessThanAUnit { amount: wanted });
    }
    Ok((paid, bought))
}
