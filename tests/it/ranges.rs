//! Positions of several farmers between the same ticks, which the pool knows as one.

use levmine::composer::{Action, AmountSpec, Plan, World, read_strategy};
use levmine::config::parse_toml;
use levmine::engine::{PricePath, PriceSpec, read_scenario};
use levmine::market::{Account, Asset, Assets, TokenAmount, VenueId};
use levmine::math::{U256, parse_units};
use levmine::{Job, Registry};

const STRATEGY: &str = r#"
name = "a range"
capital = ["20000 USDC", "10 WETH"]
[venues]
pool = { protocol = "uniswap-v3", preset = "weth-usdc-005" }
[[open]]
do = "add_liquidity"
at = "pool"
amounts = ["10000 USDC", "5 WETH"]
range = "10%"
"#;

const SCENARIO: &str = "name = \"an hour\"\nfrom = 1700000000\nto = 1700003600\nstep = \"1h\"\n[prices]\nUSDC = \"1\"\nWETH = \"2000\"";

const POOL: VenueId = VenueId(0);

fn amount(text: &str, asset: Asset) -> TokenAmount {
    TokenAmount::new(asset, parse_units(text, asset.decimals()).expect("an amount"))
}

/// A world in which the first farmer has opened, and two more who have his capital; the second has opened too.
fn town() -> (World, [Account; 3], [Asset; 2]) {
    let file = read_strategy(&parse_toml("strategy", STRATEGY).expect("toml")).expect("a strategy");
    let read = read_scenario(&parse_toml("scenario", SCENARIO).expect("toml"), &Assets::standard())
        .expect("a scenario");
    let path = |spec: &PriceSpec| match spec {
        PriceSpec::Path(path) => path.clone(),
        _ => unreachable!("no files here"),
    };
    let prices: Vec<PricePath> = read.prices.iter().map(|(_, spec)| path(spec)).collect();
    let job = Job::new(&Registry::builtin(), file, read, prices, Vec::new(), Vec::new()).expect("a job");
    let mut world = job.explain().expect("opened").world;
    let assets = Assets::standard();
    let [weth, usdc] = ["WETH", "USDC"].map(|symbol| assets.get(symbol).expect("known"));
    let first = world.farmer;
    let others = [world.add_seat(usdc), world.add_seat(usdc)];
    for farmer in others {
        world.take_seat(farmer);
        world.fund(&[amount("20000", usdc), amount("10", weth)]).expect("funded");
    }
    let [second, trader] = others;
    world.take_seat(second);
    world.transact(&job.strategy.open).expect("opened");
    (world, [first, second, trader], [weth, usdc])
}

/// What waits beside the farmer's position, and what it is held to have cost and earned.
fn books(world: &mut World, farmer: Account) -> (Vec<U256>, Vec<U256>) {
    world.take_seat(farmer);
    let [line] = world.portfolio.shares.as_slice() else { panic!("one position") };
    (line.earned.to_vec(), line.basis.to_vec())
}

/// What others collect rounds a unit off what waits for the farmer: his basis loses what his fees lose.
#[test]
fn a_basis_follows_the_fees_up_and_down() {
    let (mut world, [first, second, trader], [weth, usdc]) = town();
    let (mut rose, mut fell) = (0, 0);
    for turn in 0..40_u64 {
        let sell = if turn % 2 == 0 {
            TokenAmount::new(usdc, U256::from(911_000_003 + 7_919 * turn))
        } else {
            amount("0.440000000000000617", weth)
        };
        let buy = if turn % 2 == 0 { weth } else { usdc };
        let before = books(&mut world, first);
        world.take_seat(trader);
        let swap = Action::Swap { at: POOL, from: AmountSpec::Exact(sell), to: buy, max_slippage: None };
        world.transact(&Plan::of(vec![swap])).expect("swapped");
        let between = books(&mut world, first);
        world.take_seat(second);
        world.transact(&Plan::of(vec![Action::Collect { at: POOL }])).expect("collected");
        let after = books(&mut world, first);
        for (one, other) in [(&before, &between), (&between, &after)] {
            for coin in 0..2 {
                rose += u32::from(other.0[coin] > one.0[coin]);
                fell += u32::from(other.0[coin] < one.0[coin]);
                assert_eq!(
                    other.1[coin] + one.0[coin],
                    one.1[coin] + other.0[coin],
                    "turn {turn}, coin {coin}"
                );
            }
        }
    }
    assert!(rose > 0 && fell > 0, "{rose} {fell}");
    for farmer in [first, second, trader] {
        world.take_seat(farmer);
        let held = world.portfolio.equity() - world.portfolio.start;
        assert_eq!(world.portfolio.attribution.total(), held);
    }
    world.audit().expect("every token accounted for");
}
