//! The state written out, in the words of the contract; the decoder reads it back as a venue's `state`.

use levmine_market::{Account, Dump};

use crate::market::MorphoBlueMarket;
use crate::state::Position;

/// Writes the whole state: totals, tokens held, governance, positions by name, authorizations.
pub(crate) fn dump(market: &MorphoBlueMarket) -> Dump {
    let (state, totals) = (&market.state, &market.state.totals);
    let mut entries = vec![
        ("totalSupplyAssets", Dump::text(totals.supply.assets)),
        ("totalSupplyShares", Dump::text(totals.supply.shares)),
        ("totalBorrowAssets", Dump::text(totals.borrow.assets)),
        ("totalBorrowShares", Dump::text(totals.borrow.shares)),
        ("lastUpdate", Dump::text(totals.last_update)),
        ("fee", Dump::text(totals.fee)),
        ("rateAtTarget", Dump::text(totals.rate_at_target)),
        ("morphoLoanBalance", Dump::text(totals.loan_held)),
        ("morphoCollateralBalance", Dump::text(totals.collateral_held)),
        ("zeroAddressSupplyShares", Dump::text(totals.ownerless_shares)),
    ];
    if let Some(price) = state.oracle_price {
        entries.push(("oraclePrice", Dump::text(price)));
    }
    for (key, account) in [("owner", state.owner), ("feeRecipient", state.fee_recipient)] {
        if let Some(account) = account {
            entries.push((key, Dump::text(name(market, account))));
        }
    }
    entries.push(("enabledLltvs", Dump::List(state.enabled_lltvs.iter().map(Dump::text).collect())));
    let irms = state.enabled_irms.iter().map(|irm| Dump::text(irm.name()));
    entries.push(("enabledIrms", Dump::List(irms.collect())));
    let users = state.positions.iter().map(|(account, held)| (name(market, *account), position(held)));
    entries.push(("users", Dump::table(users)));
    let authorizations = state.authorizations.iter().map(|(authorizer, authorized)| {
        Dump::table([
            ("authorizer", Dump::text(name(market, *authorizer))),
            ("authorized", Dump::text(name(market, *authorized))),
        ])
    });
    entries.push(("authorizations", Dump::List(authorizations.collect())));
    Dump::table(entries)
}

/// The name that the account had in the file, else its number.
fn name(market: &MorphoBlueMarket, account: Account) -> String {
    market.names.get(&account).cloned().unwrap_or_else(|| account.to_string())
}

fn position(position: &Position) -> Dump {
    Dump::table([
        ("supplyShares", Dump::text(position.supply_shares)),
        ("borrowShares", Dump::text(position.borrow_shares)),
        ("collateral", Dump::text(position.collateral)),
    ])
}
