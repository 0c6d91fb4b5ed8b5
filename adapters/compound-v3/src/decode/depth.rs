//! What outsiders supplied and borrowed when a market begins.

use levmine_config::{ConfigError, Node, Place};
use levmine_market::Account;
use levmine_math::U256;

use super::{Setup, values};
use crate::state::{Comet, Stock, User};

/// Everybody else who supplies, as one outsider.
pub const SUPPLIERS: Account = Account::outsider(0x7fff_c301);

/// Everybody else who borrows, as one outsider.
pub const BORROWERS: Account = Account::outsider(0x7fff_c302);

/// What the market begins with, in base units.
#[derive(Debug, Clone, Default)]
pub(crate) struct Depth {
    /// Base that outsiders supplied.
    pub(crate) supplied: u128,
    /// Base that outsiders borrowed.
    pub(crate) borrowed: u128,
    /// Base that belongs to the market.
    pub(crate) reserves: u128,
    /// The borrowers' collateral, by number.
    pub(crate) collateral: Vec<(usize, u128)>,
    /// Reward tokens to pay out.
    pub(crate) rewards: u128,
}

/// Reads the `liquidity` table over the depth of the preset.
pub(crate) fn read(setup: &mut Setup, node: &Node) -> Result<(), ConfigError> {
    let decimals = setup.config.base.decimals();
    let mut fields = node.fields()?;
    let depth = &mut setup.depth;
    depth.supplied = values::amount(
        fields.required("supplied", "base tokens supplied, an amount in whole tokens")?,
        decimals,
    )?;
    depth.borrowed = 0;
    depth.reserves = 0;
    for (key, place) in [("borrowed", &mut depth.borrowed), ("reserves", &mut depth.reserves)] {
        if let Some(node) = fields.optional(key) {
            *place = values::amount(node, decimals)?;
        }
    }
    if depth.borrowed > depth.supplied.saturating_add(depth.reserves) {
        return Err(node.invalid("`borrowed` at most what is `supplied` and the `reserves`"));
    }
    if let Some(node) = fields.optional("collateral") {
        for (symbol, item) in node.entries()? {
            let listed = &setup.config.collaterals;
            let names = || listed.iter().map(|listed| listed.asset.symbol());
            let number = names().position(|name| name == symbol);
            let number = number.ok_or_else(|| item.unknown_name(symbol, names()))?;
            let decimals = listed.get(number).map_or(0, |listed| listed.asset.decimals());
            depth.collateral.push((number, values::amount(item, decimals)?));
        }
    }
    fields.finish()
}

/// Gives the market its depth, with indexes of one.
pub(crate) fn seed(comet: &mut Comet, depth: &Depth, place: &Place) -> Result<(), ConfigError> {
    let (supplied, borrowed) = (depth.supplied, depth.borrowed);
    // Below 2^103 each, so that the signs and the sum fit.
    let principal = |amount: u128| i128::try_from(amount).unwrap_or(i128::MAX);
    let left = supplied.saturating_add(depth.reserves).checked_sub(borrowed);
    let cash = left.ok_or_else(|| ConfigError::Invalid {
        place: place.clone(),
        read: format!("{borrowed} base units borrowed"),
        accepted: "at most what is supplied and in reserve".into(),
    })?;
    comet.cash = U256::from(cash);
    comet.rewards_held = U256::from(depth.rewards);
    comet.totals.total_supply_base = supplied;
    comet.totals.total_borrow_base = borrowed;
    if supplied != 0 {
        comet.users.insert(SUPPLIERS, User { principal: principal(supplied), ..User::default() });
    }
    if borrowed != 0 || !depth.collateral.is_empty() {
        let mut user = User { principal: -principal(borrowed), ..User::default() };
        for (number, amount) in &depth.collateral {
            user.set_balance(*number, *amount);
            comet.set_stock(*number, Stock { total_supply_asset: *amount, held: U256::from(*amount) });
        }
        comet.users.insert(BORROWERS, user);
    }
    Ok(())
}
