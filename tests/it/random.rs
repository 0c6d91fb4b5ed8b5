//! Over random strategies on the real adapters: the parts are the whole, the audit holds, equity is not negative.

use levmine::composer::read_strategy;
use levmine::config::parse_toml;
use levmine::engine::{EngineError, Outcome, PricePath, read_scenario};
use levmine::market::{Assets, Cause};
use levmine::{Job, LevmineError, Registry};
use proptest::prelude::*;

const VENUES: &str = r#"
name = "random"
capital = "10000 USDC"
[venues]
bank = { protocol = "aave-v3", preset = "ethereum", version = "VERSION" }
pool = { protocol = "uniswap-v2", preset = "POOL" }
"#;

const POLICIES: &str = r#"
[[policy]]
when = "health_factor < 1.2"
do = "deleverage to 1.5"
[[policy]]
when = "drawdown > 40%"
do = "close"
[[policy]]
every = "2d"
do = "compound"
"#;

fn step() -> impl Strategy<Value = String> {
    let part = 1..=100_u32;
    prop_oneof![
        part.clone()
            .prop_map(|p| format!("do = \"swap\"\nat = \"pool\"\nfrom = \"{p}% USDC\"\nto = \"WETH\"")),
        part.clone()
            .prop_map(|p| format!("do = \"swap\"\nat = \"pool\"\nfrom = \"{p}% WETH\"\nto = \"USDC\"")),
        part.clone().prop_map(|p| format!("do = \"supply\"\nat = \"bank\"\namount = \"{p}% WETH\"")),
        part.clone().prop_map(|p| format!("do = \"supply\"\nat = \"bank\"\namount = \"{p}% USDC\"")),
        part.clone().prop_map(|p| format!("do = \"withdraw\"\nat = \"bank\"\namount = \"{p}% WETH\"")),
        (1..80_u32).prop_map(|p| format!("do = \"borrow\"\nat = \"bank\"\namount = \"USDC to ltv {p}%\"")),
        (1..80_u32).prop_map(|p| format!("do = \"borrow\"\nat = \"bank\"\namount = \"WETH to ltv {p}%\"")),
        part.clone().prop_map(|p| format!("do = \"repay\"\nat = \"bank\"\namount = \"{p}% USDC\"")),
        part.clone().prop_map(|p| format!("do = \"zap\"\nat = \"pool\"\namount = \"{p}% USDC\"")),
        part.clone().prop_map(|p| format!("do = \"zap\"\nat = \"pool\"\namount = \"{p}% WETH\"")),
        part.prop_map(|p| format!("do = \"remove_liquidity\"\nat = \"pool\"\npart = \"{p}%\"")),
        (1..5_u32, any::<bool>()).prop_map(|(leverage, flash)| {
            let by = if flash { "flash" } else { "iteration" };
            format!(
                "do = \"loop\"\nat = \"bank\"\nswap_at = \"pool\"\ncollateral = \"WETH\"\nborrow = \"USDC\"\n\
                 leverage = {leverage}.7\nby = \"{by}\""
            )
        }),
    ]
}

fn job(strategy: &str, scenario: &str) -> Result<Job, LevmineError> {
    let file = read_strategy(&parse_toml("strategy", strategy)?)?;
    let read = read_scenario(&parse_toml("scenario", scenario)?, &Assets::standard())?;
    let prices: Vec<PricePath> = read
        .prices
        .iter()
        .map(|(_, spec)| match spec {
            levmine::engine::PriceSpec::Path(path) => path.clone(),
            _ => unreachable!("no files here"),
        })
        .collect();
    Job::new(&Registry::builtin(), file, read, prices, Vec::new(), Vec::new())
}

fn holds(outcome: &Outcome) -> Result<(), TestCaseError> {
    let sum: i128 = outcome.parts.iter().map(|(_, part)| part).sum();
    prop_assert_eq!(sum, outcome.final_equity - outcome.start_equity);
    prop_assert!(outcome.final_equity >= 0);
    let rounding =
        outcome.parts.iter().find(|(cause, _)| *cause == Cause::Rounding).map_or(0, |(_, part)| *part);
    prop_assert!(rounding.abs() < 200, "rounding {} hides something: {:?}", rounding, outcome.parts);
    let unrounded = outcome.attribution.total() - (outcome.final_equity - outcome.start_equity) * 1_000_000;
    prop_assert!(unrounded.abs() < 1_000_000, "{} marks too much: {:?}", unrounded, outcome.parts);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_are_the_whole(
        steps in prop::collection::vec(step(), 1..8),
        prices in prop::collection::vec(150..9_000_u32, 2..10),
        gas in 0..300_u32,
        policies in any::<bool>(),
        sushi in any::<bool>(),
        version in prop::sample::select(vec!["3.0", "3.1", "3.2", "3.3", "3.5"]),
    ) {
        let pool = if sushi { "sushi-weth-usdc" } else { "weth-usdc" };
        let venues = VENUES.replace("VERSION", version).replace("POOL", pool);
        let points: Vec<String> = std::iter::once(2_000)
            .chain(prices)
            .enumerate()
            .map(|(day, price)| format!("[\"{}\", \"{price}\"]", 1_700_000_000 + day * 86_400))
            .collect();
        let points = points.join(", ");
        let scenario = format!(
            "name = \"random\"\ngas = \"{gas} gwei\"\n[prices]\nUSDC = \"1\"\nWETH = {{ points = [{points}] }}\n"
        );
        // Steps that cannot be done are left out from the end, until the rest can.
        for kept in (0..=steps.len()).rev() {
            let open: String = steps.iter().take(kept).map(|step| format!("[[open]]\n{step}\n")).collect();
            let rules = if policies { POLICIES } else { "" };
            match job(&format!("{venues}{open}{rules}"), &scenario).and_then(|job| job.run()) {
                Ok(ran) => {
                    holds(&ran.outcome)?;
                    break;
                }
                Err(LevmineError::Config(_)) => {}
                Err(LevmineError::Engine(error @ EngineError::Audit(_))) => prop_assert!(false, "{error}"),
                Err(error) => prop_assert!(false, "{error}"),
            }
        }
    }
}
