//! Checks of what governance changes.

use levmine_lending::{Change, Context, Curve, LendingMarket, Setting};
use levmine_market::{Asset, Moment, PriceBook};
use levmine_math::{Bps, U256, Wad};

use crate::books::ACTORS;
use crate::lending::sandbox::after_random_life;
use crate::lending::{LendingSetup, Sandbox};
use crate::suite::{Outcome, ensure, excluded};

/// Steps before governance comes.
const STEPS: usize = 12;

const fn bps(parts: u128) -> Wad {
    Wad::new(parts * 100_000_000_000_000)
}

/// One change of each kind, of values that a contract may accept.
fn settings() -> Vec<Setting> {
    let curve = Curve { base: bps(100), kink: bps(8_000), slope1: bps(500), slope2: bps(10_000) };
    let cap = Some(U256::from(10).pow(U256::from(33)));
    vec![
        Setting::MaxLtv(bps(1_000)),
        Setting::LiquidationThreshold(bps(7_000)),
        Setting::LiquidationBonus(bps(900)),
        Setting::SupplyCap(None),
        Setting::SupplyCap(cap),
        Setting::BorrowCap(None),
        Setting::BorrowCap(cap),
        Setting::ReserveFactor(bps(2_500)),
        Setting::Curve(curve),
        Setting::Frozen(true),
        Setting::Frozen(false),
        Setting::Borrowable(false),
        Setting::CloseFactor(bps(6_000)),
        Setting::StabilityFee(bps(700)),
        Setting::LiquidationRatio(bps(17_500)),
        Setting::Rewards(bps(5_000)),
    ]
}

fn changes(market: &dyn LendingMarket) -> Vec<Change> {
    let of = |asset: Option<Asset>| settings().into_iter().map(move |to| Change { asset, to });
    market.assets().into_iter().map(Some).chain([None]).flat_map(of).collect()
}

/// What everybody has and owes, and what the contracts hold, written out.
fn balances(market: &dyn LendingMarket, now: Moment) -> Result<String, String> {
    let mut positions = Vec::new();
    for account in ACTORS {
        positions.push(market.position(account, now).map_err(|error| error.to_string())?);
    }
    Ok(format!("{positions:?} {:?} {:?}", market.holdings(), market.issued()))
}

/// What a listing tells is what was set, or less where the market takes something off it for what is borrowed.
fn is_listed(market: &dyn LendingMarket, change: &Change) -> Result<(), String> {
    let Some(asset) = change.asset else { return Ok(()) };
    let listing = market.listing(asset).map_err(|error| error.to_string())?;
    let (told, set) = match change.to {
        Setting::MaxLtv(part) => (listing.max_ltv, part),
        Setting::LiquidationThreshold(part) => (listing.liquidation_threshold, part),
        _ => return Ok(()),
    };
    let set = Bps::from_raw(set.raw() / U256::from(100_000_000_000_000_u64));
    // What is no collateral has no threshold to tell.
    ensure!(
        told.is_none_or(|told| told <= set),
        "{change}: expected the listing to tell {set} at most, found {told:?}"
    );
    Ok(())
}

fn try_all(sandbox: &mut Sandbox, prices: &PriceBook) -> Result<usize, String> {
    let (mut known, now) = (0, sandbox.now);
    for change in changes(&*sandbox.market) {
        let mut market = sandbox.market.fork();
        // What has not accrued yet may count with the new parameter, as it does where a new implementation has it.
        market.accrue(now).map_err(|error| error.to_string())?;
        let (before, dump) = (balances(&*market, now)?, market.dump());
        match market.govern(&change, &Context { now, prices }) {
            Ok(()) => {
                known += 1;
                let after = balances(&*market, now)?;
                ensure!(
                    after == before,
                    "{change}: expected nothing to move, found\n{before}\nand then\n{after}"
                );
                is_listed(&*market, &change)?;
            }
            Err(error) => {
                ensure!(market.dump() == dump, "{change}: expected the state as it was after \"{error}\"");
            }
        }
    }
    Ok(known)
}

pub(super) fn changes_count_from_now_on(setup: &LendingSetup) -> Outcome {
    let mut sandbox = Sandbox::new(setup)?;
    let prices = setup.prices.clone();
    if try_all(&mut sandbox, &prices)? == 0 {
        return excluded("governance changes nothing in this market");
    }
    after_random_life(setup, "changes_count_from_now_on", STEPS, |sandbox| {
        let prices = sandbox.prices.clone();
        try_all(sandbox, &prices).map(drop).map_err(|message| sandbox.story(&message))
    })
}
