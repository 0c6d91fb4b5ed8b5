//! What outsiders supplied and borrowed when a market begins.

use levmine_config::{ConfigError, Node};
use levmine_market::BuildContext;
use levmine_math::{U256, mul, pow10};

use super::{BORROWERS, LENDERS, values};
use crate::error::Result;
use crate::ops::{self, Quantity};
use crate::oracle::Oracle;
use crate::presets;
use crate::state::State;
use crate::transaction::World;

/// Lets outsiders supply and borrow as the table says, at the first share prices. Whether the borrowers are healthy is
/// for the oracle to say, which is not known yet.
pub(crate) fn seed(
    state: &mut State,
    node: &Node,
    ctx: &BuildContext<'_>,
) -> std::result::Result<(), ConfigError> {
    let params = state.params;
    let mut fields = node.fields()?;
    let accepted = "an amount in whole tokens";
    let supplied = values::amount(fields.required("supplied", accepted)?, params.loan().decimals())?;
    let mut borrowed = U256::ZERO;
    let mut collateral = U256::ZERO;
    if let Some(node) = fields.optional("collateral") {
        collateral = values::amount(node, params.collateral().decimals())?;
    }
    if let Some(node) = fields.optional("borrowed") {
        borrowed = values::amount(node, params.loan().decimals())?;
        if borrowed > supplied {
            return Err(node.invalid("at most what is supplied"));
        }
        if collateral.is_zero() && !borrowed.is_zero() {
            fields.required("collateral", "the collateral behind what is borrowed, in whole tokens")?;
            return Err(node.invalid("nothing without collateral"));
        }
    }
    fields.finish()?;
    let limitless = Oracle::Own(U256::ZERO);
    let world = World { now: ctx.now.time.0, oracle: limitless };
    positions(state, [supplied, borrowed, collateral], world)
        .map_err(|error| node.invalid(format!("amounts that the contract can hold ({error})")))
}

/// Lets outsiders supply and borrow what a preset assumes, in whole tokens; nothing where the table has other assets.
pub(crate) fn seed_preset(
    state: &mut State,
    node: &Node,
    ctx: &BuildContext<'_>,
) -> std::result::Result<(), ConfigError> {
    let listed = presets::find(node)?;
    let (loan, collateral) = (state.params.loan(), state.params.collateral());
    if (loan, collateral) != (listed.loan, listed.collateral) {
        return Ok(());
    }
    let unfit = |error: String| node.invalid(format!("a preset that the contract can hold ({error})"));
    let mut amounts = [U256::ZERO; 3];
    for ((amount, whole), asset) in amounts.iter_mut().zip(listed.depth).zip([loan, loan, collateral]) {
        let unit = pow10(asset.decimals().into()).map_err(|error| unfit(error.to_string()))?;
        *amount = mul(U256::from(whole), unit).map_err(|error| unfit(error.to_string()))?;
    }
    let world = World { now: ctx.now.time.0, oracle: Oracle::Own(U256::ZERO) };
    positions(state, amounts, world).map_err(|error| unfit(error.to_string()))
}

fn positions(state: &mut State, amounts: [U256; 3], world: World<'_>) -> Result<()> {
    let [supplied, borrowed, collateral] = amounts;
    state.transact(|tx| {
        if !supplied.is_zero() {
            ops::supply::supply(tx, Some(LENDERS), Quantity::assets(supplied), world)?;
        }
        if !collateral.is_zero() {
            ops::collateral::supply(tx, Some(BORROWERS), collateral)?;
        }
        if !borrowed.is_zero() {
            ops::borrow::book(tx, BORROWERS, Quantity::assets(borrowed), world)?;
            tx.pay_out(crate::transaction::Token::Loan, borrowed)?;
        }
        Ok(())
    })
}
