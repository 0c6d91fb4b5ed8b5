//! Fees of positions at Uniswap V3 USDC/WETH 0.05 % on Polygon over four days, recorded minute by minute: what a run earns in
//! which the recorded volume is traded, against what the rows alone say.
//!
//! The rows alone: what was sold in a minute, times the fee, times the position's part of the liquidity in range, its own
//! included, as long as the tick is in its range; in integers, minute by minute. A row knows ticks and liquidity at the ends
//! of its minute only, so such a sum needs assumptions; each is counted here with what it makes. The run assumes the liquidity
//! at the end of the minute too, but goes through the prices: trades of a minute that crosses the end of a range pay the
//! position for the part inside.

use levmine::market::{Asset, Timestamp};
use levmine::math::U256;
use levmine::{LoadOptions, Ran, Registry, ScenarioFrom, StrategyFrom, load};
use levmine_tests::SuiteFiles;

use super::data::{csv, source, tell};

const FILE: &str = "pools/uniswap_v3_polygon_usdc_weth_005_1m_2023_08_13_16.csv";

/// A minute; pairs are USDC first, as in the contract.
struct Minute {
    begin: u64,
    sold: [u128; 2],
    liquidity: u128,
    open: i32,
    low: i32,
    high: i32,
    close: i32,
}

fn minutes() -> Option<Vec<Minute>> {
    let table = csv(FILE)?;
    let rows = table.rows().map(|row| Minute {
        begin: row.number("ts"),
        sold: [row.number("inAmount0"), row.number("inAmount1")],
        liquidity: row.number("currentLiquidity"),
        open: row.number("openTick"),
        low: row.number("lowestTick"),
        high: row.number("highestTick"),
        close: row.number("closeTick"),
    });
    Some(rows.collect())
}

/// A run of one position over the four days, and the position's liquidity.
fn run(range: &str) -> (Ran, u128) {
    let strategy = format!(
        "name = \"one position\"\ncapital = [\"10000 USDC\", \"5 WETH\"]\n[venues]\npool = {{ protocol = \"uniswap-v3\", preset = \
         \"polygon-weth-usdc-005\" }}\n[[open]]\ndo = \"add_liquidity\"\nat = \"pool\"\namounts = [\"4000 USDC\", \"2.5 \
         WETH\"]\nrange = {range}\n"
    );
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = SuiteFiles::new(&root.join("scenarios/history"), &source()).with("one.toml", strategy);
    let options = LoadOptions {
        strategy: StrategyFrom::File("one.toml".into()),
        scenario: ScenarioFrom::File("v3-polygon-minutes.toml".into()),
        ..LoadOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let job = runtime.block_on(load(&Registry::builtin(), &options, &files)).unwrap();
    let ran = job.run().unwrap();
    let shares = ran.outcome.opening.steps.iter().flat_map(|step| &step.received);
    let shares: Vec<_> = shares.filter(|amount| amount.asset.decimals() == 0).collect();
    let &[position] = &shares[..] else { panic!("{shares:?}") };
    let liquidity = position.raw.try_into().unwrap();
    (ran, liquidity)
}

/// What the run earned, USDC first.
fn earned(ran: &Ran) -> [u128; 2] {
    let [accuracy] = &ran.outcome.accuracy[..] else { panic!("{:?}", ran.outcome.accuracy) };
    ["USDC", "WETH"].map(|symbol| {
        let what = format!("{symbol} fees earned");
        let line = accuracy.compared.iter().find(|line| line.what.starts_with(&what)).unwrap();
        u128::try_from(line.own).unwrap()
    })
}

/// The sum over the minutes of the run: of those for which `inside` says so, at the liquidity that `beside` gives.
fn by_rows(
    minutes: &[Minute],
    own: u128,
    inside: impl Fn(&Minute) -> bool,
    beside: impl Fn(&Minute, &Minute) -> u128,
) -> [u128; 2] {
    // With 64 bits behind the point, so that nothing is lost minute by minute.
    let mut sums = [U256::ZERO; 2];
    for two in minutes.windows(2).filter(|two| inside(&two[1])) {
        let all = U256::from(beside(&two[0], &two[1]) + own);
        for (sum, sold) in sums.iter_mut().zip(two[1].sold) {
            let fee = (sold * 500).div_ceil(1_000_000);
            *sum += ((U256::from(fee) * U256::from(own)) << 64_usize) / all;
        }
    }
    sums.map(|sum| u128::try_from(sum >> 64_usize).unwrap())
}

/// Parts per million by which each of `a` differs from `b`.
fn ppm(a: [u128; 2], b: [u128; 2]) -> [i128; 2] {
    [0, 1].map(|coin| {
        let (a, b) = (i128::try_from(a[coin]).unwrap(), i128::try_from(b[coin]).unwrap());
        (a - b) * 1_000_000 / b
    })
}

/// A position that the price never leaves earns what the rows say, to one base unit of each coin.
#[test]
fn a_position_in_range() {
    let Some(minutes) = minutes() else { return };
    let (ran, own) = run("\"20%\"");
    assert_eq!(ran.outcome.span.0, Timestamp(minutes[0].begin + 60));
    assert_eq!(ran.outcome.metrics.steps, 5_759);
    let (run, rows) = (earned(&ran), by_rows(&minutes, own, |_| true, |_, minute| minute.liquidity));
    for coin in [0, 1] {
        assert!(run[coin].abs_diff(rows[coin]) <= 1, "{run:?} {rows:?}");
    }
    // What the assumption is worth that the liquidity at the end of a minute was there for all of it.
    let at_begin = by_rows(&minutes, own, |_| true, |before, _| before.liquidity);
    let error = ppm(at_begin, rows);
    assert_eq!(error, [4_867, -52_205]);
    tell(&format!(
        "uniswap-v3 polygon minutes, in range: {run:?} base units of USDC and WETH in the run, {rows:?} by the rows; with the \
         liquidity at the beginning of each minute {error:?} ppm more"
    ));
    wallet_holds(&ran, run);
}

/// What was earned is in the wallet at the end: it holds what the position was opened with, changed by the price, and the fees;
/// closing by hand what the opening put in cannot tell them apart, but the attribution in USDC can.
fn wallet_holds(ran: &Ran, [usdc, weth]: [u128; 2]) {
    let fees = ran.outcome.parts.iter().find(|(cause, _)| cause.name() == "trading_fees").unwrap().1;
    // Ether was between 1,780 and 1,860 dollars in these days.
    let ether = |price: u128| i128::try_from(usdc + weth * price / 1_000_000_000_000).unwrap();
    assert!((ether(1_780)..ether(1_860)).contains(&fees), "{fees}");
    let held = |symbol: &str, decimals| {
        let asset = Asset::new(symbol, decimals).unwrap();
        ran.outcome.wallet.iter().find(|amount| amount.asset == asset).unwrap().raw
    };
    assert!(held("USDC", 6) > U256::ZERO && held("WETH", 18) > U256::ZERO);
}

/// A position that the price leaves: the rows do not tell when within a minute, so each way to count differs.
#[test]
fn a_position_that_the_price_leaves() {
    let Some(minutes) = minutes() else { return };
    let (ran, own) = run("[\"1830\", \"1850\"]");
    let run = earned(&ran);
    // 1,850 dollars lie in tick 201,090, 1,830 dollars in 201,199; usable are tens.
    let range = 201_090..201_200;
    let at_end = |_: &Minute, minute: &Minute| minute.liquidity;
    let ways: [(&str, [u128; 2]); 4] = [
        ("inside at the end of the minute", by_rows(&minutes, own, |m| range.contains(&m.close), at_end)),
        ("inside at its beginning", by_rows(&minutes, own, |m| range.contains(&m.open), at_end)),
        (
            "inside all the minute",
            by_rows(&minutes, own, |m| range.contains(&m.low) && range.contains(&m.high), at_end),
        ),
        (
            "inside at any time of it",
            by_rows(&minutes, own, |m| m.low < range.end && m.high >= range.start, at_end),
        ),
    ];
    let errors = ways.map(|(way, rows)| (way, ppm(rows, run)));
    tell(&format!(
        "uniswap-v3 polygon minutes, leaving the range: {run:?} in the run; ppm by the rows: {errors:?}"
    ));
    let [(_, _), (_, _), (_, least), (_, most)] = ways;
    for coin in [0, 1] {
        assert!(least[coin] < run[coin] && run[coin] < most[coin], "{run:?} {ways:?}");
    }
    assert_eq!(
        errors.map(|(_, ppm)| ppm),
        [[-104_740, -70_813], [1_819, 97_758], [-104_751, -77_657], [1_830, 104_602]]
    );
}
