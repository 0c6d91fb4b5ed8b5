//! The state written out, in the words of the contracts; the decoder reads it back as a venue's `state`.

use levmine_market::{Account, Dump};

use crate::market::CompoundV3Market;
use crate::state::{Comet, User};

/// Writes the whole state: totals, what is held, accounts by name, who may act for whom.
pub(crate) fn dump(market: &CompoundV3Market) -> Dump {
    let (comet, totals) = (&market.comet, &market.comet.totals);
    let mut entries = vec![
        ("baseSupplyIndex", Dump::text(totals.base_supply_index)),
        ("baseBorrowIndex", Dump::text(totals.base_borrow_index)),
        ("trackingSupplyIndex", Dump::text(totals.tracking_supply_index)),
        ("trackingBorrowIndex", Dump::text(totals.tracking_borrow_index)),
        ("totalSupplyBase", Dump::text(totals.total_supply_base)),
        ("totalBorrowBase", Dump::text(totals.total_borrow_base)),
        ("lastAccrualTime", Dump::text(totals.last_accrual_time)),
        ("pauseFlags", Dump::text(totals.pause_flags)),
        ("cash", Dump::text(comet.cash)),
        ("rewardsHeld", Dump::text(comet.rewards_held)),
    ];
    for (key, account) in [("governor", comet.governor), ("pauseGuardian", comet.pause_guardian)] {
        if let Some(account) = account {
            entries.push((key, Dump::text(name(market, account))));
        }
    }
    let collaterals = comet.params.collaterals.iter().zip(&comet.stocks).map(|(listed, stock)| {
        let stock = Dump::table([
            ("totalSupplyAsset", Dump::text(stock.total_supply_asset)),
            ("held", Dump::text(stock.held)),
        ]);
        (listed.asset.symbol(), stock)
    });
    entries.push(("collaterals", Dump::table(collaterals)));
    let users = comet.users.iter().map(|(account, it)| (name(market, *account), user(comet, it)));
    entries.push(("users", Dump::table(users)));
    let allowed = comet.allowed.iter().map(|(owner, manager)| {
        Dump::table([
            ("owner", Dump::text(name(market, *owner))),
            ("manager", Dump::text(name(market, *manager))),
        ])
    });
    entries.push(("allowed", Dump::List(allowed.collect())));
    Dump::table(entries)
}

/// The name that the account had in the file, else its number.
fn name(market: &CompoundV3Market, account: Account) -> String {
    market.names.get(&account).cloned().unwrap_or_else(|| account.to_string())
}

fn user(comet: &Comet, user: &User) -> Dump {
    let collaterals = comet.params.collaterals.iter().zip(&user.collateral);
    let collaterals = collaterals.filter(|(_, balance)| **balance != 0);
    Dump::table([
        ("principal", Dump::text(user.principal)),
        ("baseTrackingIndex", Dump::text(user.base_tracking_index)),
        ("baseTrackingAccrued", Dump::text(user.base_tracking_accrued)),
        ("assetsIn", Dump::text(user.assets_in())),
        (
            "collateral",
            Dump::table(collaterals.map(|(listed, balance)| (listed.asset.symbol(), Dump::text(balance)))),
        ),
        ("rewardsClaimed", Dump::text(user.rewards_claimed)),
    ])
}
