//! A world of stub venues, and steps as texts.

use levmine_composer::{Plan, Slot, Strategy, Transaction, Venue, World, read_strategy};
use levmine_config::{ConfigError, parse_toml};
use levmine_lending::LendingMarket;
use levmine_market::{Asset, BlockClock, Holder, Price, TokenAmount};
use levmine_math::{Bps, U256, Wad};
use levmine_testkit::stub::{self, ConstantProduct, tokens, usdc, wbtc, weth};

/// A pool of two coins at the stub's prices, with a fee of 0.3 %.
fn pool(name: &str, first: (Asset, u64), second: (Asset, u64)) -> Slot {
    let share = stub::asset(&format!("{name}-LP"), 18);
    let side = |(asset, whole)| (asset, tokens(asset, whole));
    let pool = ConstantProduct::new(side(first), side(second), share).with_fee(Bps::new(30));
    Slot { name: name.into(), venue: Venue::Pool(Box::new(pool)) }
}

/// `bank` lends WETH, WBTC and USDC; `pool` trades WETH and USDC, `other` WBTC and WETH.
pub(crate) const VENUES: [&str; 3] = ["bank", "pool", "other"];

/// The world with a capital, at the stub's prices.
pub(crate) fn world(capital: &[TokenAmount]) -> World {
    with_bank(stub::pooled(), capital)
}

/// The same with another lending market.
pub(crate) fn with_bank(bank: Box<dyn LendingMarket>, capital: &[TokenAmount]) -> World {
    let venues = vec![
        Slot { name: "bank".into(), venue: Venue::Lending(bank) },
        pool("pool", (weth(), 10_000), (usdc(), 20_000_000)),
        pool("other", (wbtc(), 500), (weth(), 10_000)),
    ];
    let quote = capital.first().map_or(usdc(), |amount| amount.asset);
    let mut world = World::new(venues, quote, BlockClock::ETHEREUM, stub::START.time).unwrap();
    world.move_prices(stub::prices().iter()).unwrap();
    world.publish_oracle().unwrap();
    world.fund(capital).unwrap();
    world
}

pub(crate) fn some(asset: Asset, whole: u64) -> TokenAmount {
    TokenAmount::new(asset, tokens(asset, whole))
}

/// Ten thousand dollars and five ether.
pub(crate) fn rich() -> World {
    world(&[some(usdc(), 10_000), some(weth(), 5)])
}

pub(crate) fn share() -> Asset {
    stub::asset("pool-LP", 18)
}

/// Reads what follows the head of a strategy file.
pub(crate) fn read(body: &str) -> Result<Strategy, ConfigError> {
    let text = format!(
        "name = \"test\"\ncapital = \"10000 USDC\"\nvenues = {{ bank = {{}}, pool = {{}}, other = {{}} }}\n{body}"
    );
    let file = read_strategy(&parse_toml("s.toml", &text)?)?;
    let mut assets = file.assets.clone();
    assets.insert(share());
    assets.insert(stub::asset("other-LP", 18));
    file.resolve(&VENUES.map(String::from), &assets)
}

/// Steps like `do = "swap", at = "pool", …`, a line each, as a plan.
pub(crate) fn plan(steps: &[&str]) -> Plan {
    let tables: Vec<String> = steps.iter().map(|step| format!("{{ {step} }}")).collect();
    read(&format!("open = [{}]", tables.join(", "))).unwrap_or_else(|error| panic!("{error}")).open
}

/// Does the steps, which must be possible.
pub(crate) fn done(world: &mut World, steps: &[&str]) -> Transaction {
    world.transact(&plan(steps)).unwrap_or_else(|error| panic!("{error}"))
}

/// Does the steps, which must not be possible; returns the message.
pub(crate) fn refused(world: &mut World, steps: &[&str]) -> String {
    let before = state(world);
    let error = world.transact(&plan(steps)).expect_err("must be refused");
    assert_eq!(before, state(world), "a refused plan changes nothing: {error}");
    error.to_string()
}

/// All there is, written out.
pub(crate) fn state(world: &World) -> String {
    let venues: Vec<_> = world
        .venues()
        .iter()
        .map(|slot| match &slot.venue {
            Venue::Lending(market) => market.dump(),
            Venue::Pool(pool) => pool.dump(),
            Venue::Vault(vault) => vault.dump(),
        })
        .collect();
    format!(
        "{venues:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        world.now,
        world.market,
        world.oracle,
        world.journal,
        world.portfolio,
        world.gas_due,
        world.gas_price,
        world.healths(),
    )
}

pub(crate) fn wallet(world: &World) -> Vec<TokenAmount> {
    world.journal.balances(Holder::Wallet(world.farmer)).collect()
}

/// Moves the market's price of an asset, and lets everybody know.
pub(crate) fn price(world: &mut World, asset: Asset, dollars: u64) {
    let price = Price(Wad::from_raw(U256::from(dollars) * Wad::ONE.raw()));
    world.move_prices([(asset, price)]).unwrap();
    world.arbitrage().unwrap();
    world.settle_shares().unwrap();
    world.publish_oracle().unwrap();
}

/// What every world must keep: the books balance, and what was booked is the change.
pub(crate) fn holds(world: &World) {
    world.audit().unwrap_or_else(|error| panic!("{error}"));
    let change = world.portfolio.equity() - world.portfolio.start;
    assert_eq!(world.portfolio.attribution.total(), change, "{:?}", world.portfolio.attribution);
}
