//! What venues say their operations cost, and chains.

use levmine::composer::read_strategy;
use levmine::config::parse_toml;
use levmine::market::gas::{Chain, GasUse, INTRINSIC_GAS};
use levmine::market::{Cause, Timestamp};
use levmine::source::Files;
use levmine::{Job, LoadOptions, Registry, ScenarioFrom, StrategyFrom, load};

/// The units of a venue of this table.
fn units(table: &str, operation: GasUse) -> u64 {
    let text = format!("name = \"s\"\ncapital = \"1 USDC\"\n[venues]\nv = {{ {table} }}\n");
    let file = read_strategy(&parse_toml("s.toml", &text).unwrap()).unwrap();
    let clock = Chain::default().clock;
    let (venues, _) = Registry::builtin().build(&file, &clock, Timestamp(1_700_000_000)).unwrap();
    venues[0].venue.gas_units(operation)
}

#[test]
fn adapters_say_what_their_operations_cost() {
    let swap = |ticks_crossed| GasUse::Swap { is_further_hop: false, ticks_crossed };
    let v3 = "protocol = \"uniswap-v3\", preset = \"weth-usdc-005\"";
    for (table, operation, expected) in [
        ("protocol = \"aave-v3\", preset = \"ethereum\"", GasUse::Supply { is_first: false }, 139_678),
        ("protocol = \"aave-v3\", preset = \"ethereum\"", GasUse::Borrow { is_first: true }, 245_394),
        ("protocol = \"aave-v3\", preset = \"ethereum\"", GasUse::Liquidate { is_full: true }, 349_519),
        (
            "protocol = \"compound-v2\", preset = \"ethereum-2022-09\"",
            GasUse::Borrow { is_first: true },
            325_000,
        ),
        ("protocol = \"compound-v3\", preset = \"mainnet-usdc\"", GasUse::Repay { is_full: false }, 120_000),
        ("protocol = \"morpho-blue\", preset = \"wbtc-usdc\"", GasUse::Borrow { is_first: false }, 130_000),
        ("protocol = \"maker\", preset = \"eth-c-2023-03-11\"", GasUse::BuySeized, 325_000),
        ("protocol = \"curve-stableswap\", preset = \"3pool\"", swap(0), 145_000),
        ("protocol = \"uniswap-v2\", preset = \"weth-usdc\"", swap(0), 135_000),
        (v3, swap(0), 118_000),
        (v3, swap(2), 118_000 + 62_000),
        (v3, GasUse::Swap { is_further_hop: true, ticks_crossed: 1 }, INTRINSIC_GAS + 80_000 + 31_000),
        (v3, GasUse::AddLiquidity { makes_position: true }, 400_000),
        ("protocol = \"lido\", preset = \"ethereum\"", GasUse::Deposit, 95_000),
    ] {
        assert_eq!(units(table, operation), expected, "{table}: {operation:?}");
    }
    // Where an adapter does not say, the usual figures hold.
    assert_eq!(units(v3, GasUse::Approve), 46_000);
}

const STRATEGY: &str = "name = \"s\"\ncapital = \"10000 USDC\"\n[venues]\n\
    bank = { protocol = \"compound-v2\", preset = \"ethereum-2022-09\" }\n\
    [[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"50%\"\n";

fn job(strategy: &str, scenario: &str) -> Result<Job, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("s.toml", strategy), ("c.toml", scenario)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let gas = "ts,gas_price_gwei\n1700000000,10\n1700003600,30.5\n";
    std::fs::write(folder.path().join("gas.csv"), gas).unwrap();
    let options = LoadOptions {
        strategy: StrategyFrom::File("s.toml".into()),
        scenario: ScenarioFrom::File("c.toml".into()),
        ..LoadOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime
        .block_on(load(&Registry::builtin(), &options, &Files::below(folder.path())))
        .map_err(|error| error.to_string())
}

/// Two hours of a scenario with these lines at its top.
fn scenario(head: &str) -> String {
    format!(
        "name = \"c\"\nfrom = 1700000000\nto = 1700007200\nstep = \"1h\"\n{head}\n[prices]\nUSDC = \"1\"\nWETH = \"2000\"\n"
    )
}

#[test]
fn gas_comes_from_a_file_at_the_chains_token() {
    let ran = job(STRATEGY, &scenario("gas = { file = \"gas.csv\" }")).unwrap().run().unwrap();
    let opening = &ran.outcome.opening;
    // A supply of 155,000 units and an approval at 10 gwei and 2,000 dollars: 3.6; the withdrawal at 30.5 gwei.
    assert_eq!(opening.gas_units, 155_000 + 25_000);
    assert_eq!(opening.gas_cost.to_string(), "3600001");
    let closing = &ran.outcome.unwinding[0];
    assert_eq!(closing.gas_cost.to_string(), (closing.gas_units * 61 + 1).to_string());
    let (all, parts) = (ran.outcome.gas.all, &ran.outcome.parts);
    let booked = parts.iter().find(|(cause, _)| *cause == Cause::Gas).unwrap().1;
    assert_eq!(all.cost.to_string(), (-booked).to_string());
    // On Polygon it is paid in MATIC, or in POL where that has a price.
    let polygon = "chain = \"polygon\"\ngas = \"100 gwei\"";
    let free = job(STRATEGY, &scenario(polygon)).unwrap();
    assert!(
        free.scenario.notes.iter().any(|note| note.contains("no price of POL")),
        "{:?}",
        free.scenario.notes
    );
    assert!(free.run().unwrap().outcome.gas.all.cost.is_zero());
    let priced = scenario(polygon) + "MATIC = \"0.5\"\n";
    let cost = job(STRATEGY, &priced).unwrap().run().unwrap().outcome.opening.gas_cost;
    assert_eq!(cost.to_string(), (180_000 / 20 + 1).to_string());
}

#[test]
fn blocks_come_at_the_chains_pace() {
    let rates = |head: &str| {
        let borrow = "[[open]]\ndo = \"borrow\"\nat = \"bank\"\namount = \"USDC to ltv 50%\"\n";
        let mut strategy = format!("{STRATEGY}{borrow}").replace("50%\"\n[[open]]", "50%\"\n\n[[open]]");
        strategy = strategy.replace("ethereum-2022-09\"", "ethereum-2022-09\", block_time = \"12s\"");
        if head.contains("optimism") {
            strategy = strategy.replace(", block_time = \"12s\"", "");
        }
        let ran = job(&strategy, &scenario(head)).unwrap().run().unwrap();
        ran.outcome.parts.iter().find(|(cause, _)| *cause == Cause::BorrowInterest).unwrap().1
    };
    let (ethereum, optimism) = (rates("gas = \"0 gwei\""), rates("chain = \"optimism\"\ngas = \"0 gwei\""));
    // Six blocks of two seconds for one of twelve, each with the same rate.
    assert!(ethereum < 0 && (optimism - 6 * ethereum).abs() < 12, "{ethereum} and {optimism}");
    let job = job(STRATEGY, &scenario("chain = \"optimism\"")).unwrap();
    let told = |part: &str| job.scenario.notes.iter().any(|note| note.contains(part));
    assert!(told("bank: what its preset says per block"), "{:?}", job.scenario.notes);
    assert!(
        told("no gas price was given: 0.001 gwei is taken on OP Mainnet throughout"),
        "{:?}",
        job.scenario.notes
    );
    assert!(told("blob base fee of Ethereum"), "{:?}", job.scenario.notes);
}

#[test]
fn a_rollups_data_is_told_apart() {
    let optimism = "gas = \"0.001 gwei\"\n[chain]\nname = \"optimism\"\nl1_base_fee = \"20 gwei\"\nblob_base_fee = \"1 wei\"";
    let ran = job(STRATEGY, &scenario(optimism)).unwrap().run().unwrap();
    let all = ran.outcome.gas.all;
    assert!(!all.data.is_zero() && all.data < all.cost, "{all:?}");
    // Twice the scalars, twice the data fee: once more the prices of Ethereum count alone.
    let twice =
        optimism.replace("\"1 wei\"", "\"1 wei\"\nbase_fee_scalar = 10454\nblob_base_fee_scalar = 2028426");
    let more = job(STRATEGY, &scenario(&twice)).unwrap().run().unwrap().outcome.gas.all;
    assert!(more.data.abs_diff(all.data + all.data) < levmine::math::U256::from(4), "{all:?}, {more:?}");
    // A model is the same run after run, and another with another seed.
    let model = |seed: u32| {
        let head = format!("seed = {seed}\ngas = {{ model = \"eip-1559\", base = \"20 gwei\", crash = 20 }}");
        job(STRATEGY, &scenario(&head)).unwrap().run().unwrap().outcome.gas.all
    };
    assert_eq!(model(1), model(1));
    assert_ne!(model(1).cost, model(2).cost);
}

#[test]
fn chains_that_cannot_be_are_refused_with_their_place() {
    for (head, parts) in [
        (
            "chain = \"solana\"",
            ["c.toml:5: chain: read \"solana\"", "ethereum, optimism, base, arbitrum, polygon"],
        ),
        ("chain = \"optimizm\"", ["c.toml:5", "did you mean \"optimism\"?"]),
        ("chain = 1", ["c.toml:5: chain", "a text in quotes"]),
        ("gas = 20", ["c.toml:5: gas", "\"20 gwei\""]),
        ("gas = { file = \"no.csv\" }", ["c.toml:5: gas.file", "no such file"]),
        ("gas = { modell = \"eip-1559\" }", ["c.toml:5: gas", "model = \"eip-1559\""]),
        ("gas = { model = \"eip-1559\" }", ["c.toml:5", "`base`"]),
        ("gas = { model = \"eip-1559\", base = \"0 gwei\" }", ["gas.base", "above zero"]),
        ("gas = { model = \"eip-1559\", base = \"1 gwei\", crash = 0.5 }", ["gas.crash", "from 1 to 1000"]),
        ("gas = { model = \"eip-1559\", base = \"1 gwei\", crash_fall = \"5%\" }", ["crash_fall", "`crash`"]),
        (
            "gas = { model = \"eip-1559\", base = \"1 gwei\", crash = 2, crash_of = \"LINK\" }",
            ["LINK", "has a price"],
        ),
        ("gas = { model = \"eip-1559\", base = \"1 gwei\", every = \"0s\" }", ["gas.every", "7d"]),
        ("gas = \"99999999999999999999 gwei\"", ["gas", "below 10^10 gwei"]),
        ("[chain]\nblock_time = \"2s\"", ["chain", "`name`"]),
        ("[chain]\nname = \"ethereum\"\nl1_base_fee = \"1 gwei\"", ["c.toml:7", "l1_base_fee"]),
        (
            "[chain]\nname = \"optimism\"\nfork = \"bedrock\"",
            ["chain.fork", "ecotone, fjord, isthmus, jovian"],
        ),
        ("[chain]\nname = \"optimism\"\nbase_fee_scalar = 4294967296", ["base_fee_scalar", "4294967295"]),
        ("[chain]\nname = \"optimism\"\nblock_time = \"0ms\"", ["chain.block_time", "250ms"]),
        (
            "[chain]\nname = \"arbitrum\"\nprice_per_unit = \"1 gwei\"\nl1_base_fee = \"1 gwei\"",
            ["chain", "either"],
        ),
        ("[chain]\nname = \"arbitrum\"\nbatch_blobs = 0", ["chain.batch_blobs", "1 to 100"]),
    ] {
        let error = job(STRATEGY, &scenario(head)).expect_err(head);
        assert!(parts.iter().all(|part| error.contains(part)), "{head}: {error}");
    }
}

const FARM: &str = "name = \"s\"\ncapital = \"10000 USDC\"\n[venues.pool]\nprotocol = \"uniswap-v2\"\n\
    preset = \"weth-usdc\"\nincentives = [{ per_day = \"100000 USDC\", for = \"shares\" }]\n\
    [[open]]\ndo = \"zap\"\nat = \"pool\"\namount = \"all USDC\"\n\
    [[policy]]\nevery = \"1d\"\ndo = \"compound\"\n";

#[test]
fn compounding_pays_from_the_capital_that_its_cost_and_its_gain_tell() {
    use levmine::math::closed::{break_even_capital, compounding_gain};
    use rust_decimal::Decimal;
    // Ten days of hours, a thirty-sixth and a half of a year.
    let head = scenario("gas = \"20 gwei\"").replace("to = 1700007200", "to = 1700864000");
    let outcome = job(FARM, &head).unwrap().run().unwrap().outcome;
    let [policy] = outcome.gas.policies.as_slice() else { panic!("{:?}", outcome.gas) };
    // Each act claims, and adds: two transactions.
    assert_eq!((policy.acts, policy.spent.transactions), (10, 20));
    let dollars = |raw: levmine::math::U256| Decimal::new(i64::try_from(raw).unwrap(), 6);
    let (cost, years) = (dollars(policy.spent.cost), Decimal::new(365, 1));
    assert!((dollars(policy.per_year.unwrap()) - cost * years).abs() < Decimal::new(1, 5));
    let rewards = outcome.parts.iter().find(|(cause, _)| *cause == Cause::Rewards).unwrap().1;
    let rate = Decimal::from_i128_with_scale(rewards, 6) / Decimal::from(10_000) * years;
    let compounding = policy.compounding.unwrap();
    assert!((compounding.rate - rate).abs() < Decimal::new(1, 9), "{compounding:?} and {rate}");
    let gain = compounding_gain(rate, 365).unwrap();
    let from = break_even_capital(cost / Decimal::from(10), Decimal::from(365), gain).unwrap();
    assert!((dollars(compounding.from.unwrap()) - from).abs() < Decimal::ONE, "{compounding:?} and {from}");
    assert!(gain > Decimal::ZERO && from > Decimal::from(10_000), "{gain}, {from}");
    // Fees stay in this pool and earn by themselves: without rewards there is nothing to compound.
    let none = FARM.replace("100000 USDC", "0.000001 USDC");
    let outcome = job(&none, &head).unwrap().run().unwrap().outcome;
    assert!(
        outcome
            .gas
            .policies
            .iter()
            .all(|policy| policy.compounding.is_none_or(|c| c.rate < Decimal::new(1, 6)))
    );
}
