//! A world with a venue of every kind, for recipes and for what policies do.

use levmine_composer::{
    Plan, Policy, Slot, Strategy, Transaction, Venue, World, policy::Volatility, read_strategy, unwind,
};
use levmine_config::{ConfigError, parse_toml};
use levmine_lending::{Health, HealthFactor, LendingMarket};
use levmine_market::{Asset, BlockClock, TokenAmount, VenueId};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, mul_div};
use levmine_testkit::stub::{
    self, ConstantProduct, Pooled, PooledTerms, Savings, Staking, VaultTerms, dai, tokens, usdc, wbtc, weth,
};

use crate::support::holds;

/// `bank` and `cheap` lend the same, `cheap` for 1 % a year instead of 4 %; `lp` takes the shares of `pool` and lends USDC;
/// `mint` mints DAI against WETH. `pool` trades WETH and USDC, `other` WBTC and WETH, `dollar` DAI and USDC. `stake` makes
/// sWETH of WETH, `save` sDAI of DAI, `chef` pays RWD for shares of `pool`.
const NAMES: [&str; 10] = ["bank", "cheap", "lp", "mint", "pool", "other", "dollar", "stake", "save", "chef"];

pub(crate) const BANK: VenueId = VenueId(0);
pub(crate) const CHEAP: VenueId = VenueId(1);
pub(crate) const LP_BANK: VenueId = VenueId(2);
pub(crate) const MINT: VenueId = VenueId(3);

pub(crate) fn lp() -> Asset {
    stub::asset("pool-LP", 18)
}

pub(crate) fn staked() -> Asset {
    stub::asset("stake-share", 18)
}

fn saved() -> Asset {
    stub::asset("save-share", 18)
}

pub(crate) fn reward() -> Asset {
    stub::asset("RWD", 18)
}

/// Terms as of the ready-made bank, at these rates in percent.
fn market(supply: u128, borrow: u128) -> Box<dyn LendingMarket> {
    let percent = 10_000_000_000_000_000_000_000_000;
    let terms = |asset, ltv, threshold| {
        let rates = (Ray::new(supply * percent), Ray::new(borrow * percent));
        PooledTerms::new(asset).collateral(ltv, threshold, 500).rates(rates.0, rates.1)
    };
    let market = Pooled::new(
        [
            terms(weth(), 8_000, 8_500),
            terms(wbtc(), 7_000, 7_500),
            terms(usdc(), 7_500, 8_000),
            terms(staked(), 9_000, 9_300),
        ],
        stub::START,
    )
    .with_liquidity(weth(), tokens(weth(), 20_000))
    .with_liquidity(wbtc(), tokens(wbtc(), 1_000))
    .with_liquidity(usdc(), tokens(usdc(), 50_000_000));
    Box::new(market)
}

fn pool(name: &str, first: (Asset, u64), second: (Asset, u64), fee: u128) -> Slot {
    let share = stub::asset(&format!("{name}-LP"), 18);
    let side = |(asset, whole)| (asset, tokens(asset, whole));
    let pool = ConstantProduct::new(side(first), side(second), share).with_fee(Bps::new(fee));
    Slot { name: name.into(), venue: Venue::Pool(Box::new(pool)) }
}

/// The world at the stub's prices.
pub(crate) fn town(capital: &[TokenAmount]) -> World {
    town_with(capital, "")
}

/// The same with lines at the head of the strategy: its reserve, how it is left, its policies.
pub(crate) fn town_with(capital: &[TokenAmount], head: &str) -> World {
    let lending = |name: &str, market| Slot { name: name.into(), venue: Venue::Lending(market) };
    let vault = |name: &str, vault| Slot { name: name.into(), venue: Venue::Vault(vault) };
    let lp_bank = Pooled::new(
        [PooledTerms::new(usdc()), PooledTerms::new(lp()).collateral(7_000, 7_500, 500)],
        stub::START,
    )
    .with_liquidity(usdc(), tokens(usdc(), 10_000_000));
    let mint =
        stub::Vault::new(VaultTerms::new(weth(), dai()), stub::START).with_issued(tokens(dai(), 50_000_000));
    let stake = Savings::new(weth(), staked(), stub::START)
        .with_deposits(tokens(weth(), 1_000), tokens(weth(), 1_000));
    let save =
        Savings::new(dai(), saved(), stub::START).with_deposits(tokens(dai(), 1_000), tokens(dai(), 1_000));
    let chef = Staking::new(lp(), reward(), stub::START);
    let venues = vec![
        lending("bank", market(2, 4)),
        lending("cheap", market(2, 1)),
        lending("lp", Box::new(lp_bank)),
        lending("mint", Box::new(mint)),
        pool("pool", (weth(), 10_000), (usdc(), 20_000_000), 30),
        pool("other", (wbtc(), 500), (weth(), 10_000), 30),
        pool("dollar", (dai(), 50_000_000), (usdc(), 50_000_000), 1),
        vault("stake", Box::new(stake)),
        vault("save", Box::new(save)),
        vault("chef", Box::new(chef)),
    ];
    let quote = capital.first().map_or(usdc(), |amount| amount.asset);
    let mut world = World::new(venues, quote, BlockClock::ETHEREUM, stub::START.time).unwrap();
    world.move_prices(stub::prices().iter()).unwrap();
    world.move_prices([(reward(), stub::dollars(1))]).unwrap();
    world.publish_oracle().unwrap();
    world.begin_strategy(&read_with(head, "").unwrap()).unwrap();
    world.fund(capital).unwrap();
    world
}

fn read_with(head: &str, body: &str) -> Result<Strategy, ConfigError> {
    let venues: Vec<String> = NAMES.iter().map(|name| format!("{name} = {{}}")).collect();
    let venues = venues.join(", ");
    let text = format!("name = \"test\"\ncapital = \"10000 USDC\"\nvenues = {{ {venues} }}\n{body}\n{head}");
    let file = read_strategy(&parse_toml("s.toml", &text)?)?;
    let mut assets = file.assets.clone();
    for asset in [lp(), staked(), saved(), reward()] {
        assets.insert(asset);
    }
    file.resolve(&NAMES.map(String::from), &assets)
}

pub(crate) fn plan(steps: &[&str]) -> Plan {
    let tables: Vec<String> = steps.iter().map(|step| format!("{{ {step} }}")).collect();
    let read = read_with("", &format!("open = [{}]", tables.join(", ")));
    read.unwrap_or_else(|error| panic!("{error}")).open
}

/// What is said of a step that cannot be read.
pub(crate) fn unread(step: &str) -> String {
    read_with("", &format!("open = [{{ {step} }}]")).expect_err("must not be read").to_string()
}

pub(crate) fn done(world: &mut World, steps: &[&str]) -> Transaction {
    let done = world.transact(&plan(steps)).unwrap_or_else(|error| panic!("{error}"));
    holds(world);
    done
}

pub(crate) fn refused(world: &mut World, steps: &[&str]) -> String {
    let (before, books) = (world.portfolio.equity(), world.journal.entries().len());
    let error = world.transact(&plan(steps)).expect_err("must be refused");
    assert_eq!((before, books), (world.portfolio.equity(), world.journal.entries().len()));
    error.to_string()
}

/// What policies do, whenever.
pub(crate) fn policy(action: &str) -> Policy {
    let read = read_with("", &format!("policy = [{{ every = \"1h\", do = \"{action}\" }}]"));
    read.unwrap_or_else(|error| panic!("{error}")).policies.remove(0)
}

pub(crate) fn act(world: &mut World, action: &str) -> Result<Vec<Transaction>, String> {
    let done = policy(action).act(world, &[usdc()]).map_err(|error| error.to_string());
    holds(world);
    done
}

pub(crate) fn health(world: &World, at: VenueId) -> Health {
    world.lending(at).unwrap().health(world.farmer, &world.context()).unwrap()
}

/// A ratio in millionths.
fn millionths(a: Wad, b: Wad) -> u64 {
    u64::try_from(mul_div(a.raw(), U256::from(1_000_000), b.raw(), Rounding::HalfUp).unwrap()).unwrap()
}

/// Debt over collateral, in millionths.
pub(crate) fn ltv(world: &World, at: VenueId) -> u64 {
    let health = health(world, at);
    millionths(health.debt, health.collateral)
}

/// The health factor, in millionths.
pub(crate) fn factor(world: &World, at: VenueId) -> u64 {
    let HealthFactor::Of(factor) = health(world, at).factor else { return u64::MAX };
    millionths(factor, Wad::ONE)
}

/// Everything held over equity, in millionths.
pub(crate) fn leverage(world: &World) -> u64 {
    let (assets, equity) = (world.portfolio.assets(), world.portfolio.equity());
    u64::try_from(assets * 1_000_000 / equity).unwrap()
}

pub(crate) fn debt(world: &World, at: VenueId, asset: Asset) -> U256 {
    world.lending(at).unwrap().debt(world.farmer, asset, world.now).unwrap()
}

pub(crate) fn supplied(world: &World, at: VenueId, asset: Asset) -> U256 {
    world.lending(at).unwrap().supplied(world.farmer, asset, world.now).unwrap()
}

/// What the farmer has of an asset less what he owes of it, wherever: in units of its last place.
pub(crate) fn exposure(world: &World, asset: Asset) -> i128 {
    let raw = |raw: U256| i128::try_from(raw).unwrap();
    let mut sum = raw(world.wallet(asset));
    for at in world.venue_ids() {
        let Ok(market) = world.lending(at) else { continue };
        if market.listing(asset).is_ok() {
            sum += raw(supplied(world, at, asset)) - raw(debt(world, at, asset));
        }
    }
    for line in &world.portfolio.shares {
        let pool = world.pool(line.pool).unwrap();
        let coins = pool.preview_remove(TokenAmount::new(line.share, line.held), world.now).unwrap();
        let held = pool.coins().iter().zip(coins).filter(|(coin, _)| **coin == asset);
        sum += held.map(|(_, amount)| raw(amount)).sum::<i128>();
    }
    sum
}

/// Takes the position apart, which must leave nothing in any venue.
pub(crate) fn left(mut world: World, keep: &[Asset]) -> (World, Vec<Transaction>) {
    let done = unwind(&mut world, keep).unwrap();
    assert!(world.is_closed(), "{:?} {:?}", world.portfolio.lines, world.portfolio.shares);
    holds(&world);
    (world, done)
}

pub(crate) fn verbs(done: &[Transaction]) -> Vec<&'static str> {
    done.iter().flat_map(|done| &done.steps).map(|step| step.verb).collect()
}

pub(crate) fn near(is: u64, wanted: u64, off: u64) {
    assert!(is.abs_diff(wanted) <= off, "{is} is not {wanted}");
}

pub(crate) fn volatility(window: u64) -> Volatility {
    Volatility::over(window)
}
