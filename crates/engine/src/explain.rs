use levmine_composer::{StepError, Strategy, Transaction, World};
use levmine_lending::{Health, LendingMarketExt, Position};
use levmine_market::{Asset, Attribution, Mark, Price, VenueId};

use crate::{EngineError, Scenario, open};

/// What opening a strategy does, before any time passes.
#[derive(Debug)]
pub struct Explanation {
    /// The steps as they expand, with the amounts they move.
    pub opening: Transaction,
    /// Equity before the opening.
    pub start: Mark,
    /// Equity after the opening.
    pub equity: Mark,
    /// Everything held after the opening, debts not subtracted.
    pub assets: Mark,
    /// What the opening itself cost, by cause.
    pub costs: Attribution,
    /// The position at each lending market.
    pub markets: Vec<MarketView>,
}

/// A position at one lending market.
#[derive(Debug)]
pub struct MarketView {
    /// The market.
    pub at: VenueId,
    /// What is supplied and owed.
    pub position: Position,
    /// How healthy it is.
    pub health: Health,
    /// The prices at which it is liquidated, asset by asset, the others unchanged.
    pub liquidation: Vec<LiquidationPoint>,
}

/// The price of one asset at which a position is liquidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationPoint {
    /// The asset.
    pub asset: Asset,
    /// Its price now.
    pub now: Price,
    /// Its price at liquidation: below for collateral, above for debt.
    pub at: Price,
}

/// Opens `strategy` at the beginning of `scenario` and says what that did. The world is left as it is then.
///
/// # Errors
///
/// As [`crate::run`].
pub fn explain(
    world: &mut World,
    strategy: &Strategy,
    scenario: &Scenario,
) -> Result<Explanation, EngineError> {
    let opening = open(world, strategy, scenario)?;
    let markets = views(world).map_err(|source| EngineError::at(world.now.time, source))?;
    Ok(Explanation {
        opening,
        start: world.portfolio.start,
        equity: world.portfolio.equity(),
        assets: world.portfolio.assets(),
        costs: world.portfolio.attribution,
        markets,
    })
}

fn views(world: &World) -> Result<Vec<MarketView>, StepError> {
    let mut views = Vec::new();
    for at in world.venue_ids() {
        let Ok(market) = world.lending(at) else { continue };
        let ctx = world.context();
        let position = market.position(world.farmer, ctx.now)?;
        if position.supplied.is_empty() && position.debts.is_empty() {
            continue;
        }
        let health = market.health(world.farmer, &ctx)?;
        let mut liquidation: Vec<LiquidationPoint> = Vec::new();
        let supplied = position.supplied.iter().map(|supplied| supplied.amount.asset);
        for asset in supplied.chain(position.debts.iter().map(|debt| debt.asset)) {
            if liquidation.iter().any(|point| point.asset == asset) {
                continue;
            }
            let found = market.liquidation_price(world.farmer, asset, &ctx)?;
            if let (Some(at), Some(now)) = (found, ctx.prices.find(asset)) {
                liquidation.push(LiquidationPoint { asset, now, at });
            }
        }
        views.push(MarketView { at, position, health, liquidation });
    }
    Ok(views)
}
