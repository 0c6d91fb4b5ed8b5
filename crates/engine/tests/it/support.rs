//! A strategy and a scenario as texts, over stub venues.

use levmine_composer::{Slot, Strategy, Venue, World, read_strategy};
use levmine_config::parse_toml;
use levmine_engine::{
    EngineError, Outcome, PriceSpec, Scenario, Timeline, read_events, read_hazards, read_scenario, run,
};
use levmine_market::{BlockClock, Cause};
use levmine_math::Bps;
use levmine_testkit::stub::{self, ConstantProduct};

/// A market of WETH, WBTC and USDC called `bank`, and a WETH/USDC pool with a fee of 0.3 % called `pool`.
/// Three fifths of 10,000 dollars as ether in the bank, 55 % of that borrowed, everything else in the pool.
pub(crate) const FARM: &str = r#"
[[open]]
do = "swap"
at = "pool"
from = "60%"
to = "WETH"
[[open]]
do = "supply"
at = "bank"
amount = "all WETH"
[[open]]
do = "borrow"
at = "bank"
amount = "USDC to ltv 55%"
[[open]]
do = "zap"
at = "pool"
amount = "all USDC"
"#;

pub(crate) fn venues() -> Vec<Slot> {
    let share = stub::asset("pool-LP", 18);
    let sides = (
        (stub::weth(), stub::tokens(stub::weth(), 10_000)),
        (stub::usdc(), stub::tokens(stub::usdc(), 20_000_000)),
    );
    let pool = ConstantProduct::new(sides.0, sides.1, share).with_fee(Bps::new(30));
    vec![
        Slot { name: "bank".into(), venue: Venue::Lending(stub::pooled()) },
        Slot { name: "pool".into(), venue: Venue::Pool(Box::new(pool)) },
    ]
}

pub(crate) struct Setup {
    pub(crate) strategy: Strategy,
    pub(crate) scenario: Scenario,
    pub(crate) world: World,
}

pub(crate) fn setup(strategy: &str, scenario: &str) -> Setup {
    setup_with("10000 USDC", strategy, scenario)
}

pub(crate) fn setup_with(capital: &str, strategy: &str, scenario: &str) -> Setup {
    let strategy = format!(
        "name = \"test\"\ncapital = \"{capital}\"\nvenues = {{ bank = {{}}, pool = {{}} }}\n{strategy}"
    );
    let file =
        read_strategy(&parse_toml("strategy.toml", &strategy).unwrap()).unwrap_or_else(|e| panic!("{e}"));
    let mut assets = file.assets.clone();
    assets.insert(stub::asset("pool-LP", 18));
    let strategy = file.resolve(&["bank".into(), "pool".into()], &assets).unwrap_or_else(|e| panic!("{e}"));
    let scenario = format!("name = \"test\"\n{scenario}");
    let read = read_scenario(&parse_toml("scenario.toml", &scenario).unwrap(), &assets)
        .unwrap_or_else(|e| panic!("{e}"));
    let prices: Vec<_> = read
        .prices
        .iter()
        .map(|(_, spec)| match spec {
            PriceSpec::Path(path) => path.clone(),
            PriceSpec::File(_) | PriceSpec::FileOr(..) => panic!("no files here"),
        })
        .collect();
    let from = read.from.or(Timeline::span(&prices).map(|(from, _)| from)).unwrap();
    let world = World::new(venues(), stub::usdc(), BlockClock::ETHEREUM, from).unwrap();
    let priced: Vec<_> = prices.iter().map(|path| path.asset()).collect();
    let events = read.events.as_ref().map(|node| read_events(node, &world, &assets, &priced, None));
    let events = events.transpose().unwrap_or_else(|e| panic!("{e}")).unwrap_or_default();
    let hazards = read.hazards.as_ref().map(|node| read_hazards(node, &world)).transpose();
    let hazards = hazards.unwrap_or_else(|e| panic!("{e}")).unwrap_or_default();
    let scenario = Scenario {
        events,
        hazards,
        watched: read.watched,
        follows: read.relative,
        name: read.name,
        from: read.from,
        to: read.to,
        step: read.step,
        prices,
        gas: read.gas,
        seed: read.seed,
        ..Scenario::default()
    };
    Setup { strategy, scenario, world }
}

impl Setup {
    pub(crate) fn run(&mut self) -> Result<Outcome, EngineError> {
        self.world.gas_asset = Some(stub::weth());
        run(&mut self.world, &self.strategy, &self.scenario)
    }

    /// Runs, and checks what must hold of every run.
    pub(crate) fn outcome(&mut self) -> Outcome {
        let outcome = self.run().unwrap_or_else(|error| panic!("{error}"));
        holds(&outcome);
        outcome
    }
}

/// The parts are the whole, and equity is not negative.
pub(crate) fn holds(outcome: &Outcome) {
    let sum: i128 = outcome.parts.iter().map(|(_, part)| part).sum();
    assert_eq!(sum, outcome.final_equity - outcome.start_equity, "{:?}", outcome.parts);
    assert!(outcome.final_equity >= 0);
    let rounding = part(outcome, Cause::Rounding);
    assert!(rounding.abs() < 200, "rounding of {rounding} base units hides something: {:?}", outcome.parts);
    // What was booked is the change itself, before anything is rounded to whole base units for the report.
    let unrounded = outcome.attribution.total() - (outcome.final_equity - outcome.start_equity) * 1_000_000;
    assert!(unrounded.abs() < 1_000_000, "{unrounded} marks were booked too much: {:?}", outcome.attribution);
}

pub(crate) fn part(outcome: &Outcome, cause: Cause) -> i128 {
    outcome.parts.iter().find(|(known, _)| *known == cause).map_or(0, |(_, part)| *part)
}

/// A scenario in which WETH goes through these prices, a day apart.
pub(crate) fn weth(prices: &[&str]) -> String {
    let points: Vec<String> = prices
        .iter()
        .enumerate()
        .map(|(i, p)| format!("[\"{}\", \"{p}\"]", 1_700_000_000 + i * 86_400))
        .collect();
    format!("[prices]\nUSDC = \"1\"\nWBTC = \"40000\"\nWETH = {{ points = [{}] }}\n", points.join(", "))
}
