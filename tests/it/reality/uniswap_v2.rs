//! Swaps of Uniswap V2 pairs and their forks, and calls of the routers' `getAmountOut`, from mainnet blocks.

use levmine::amm::{AmmError, Pool};
use levmine::config::parse_toml;
use levmine::market::{Account, Asset, Dump, Moment, Timestamp, TokenAmount};
use levmine::math::U256;
use levmine_uniswap_v2::{Pair, PairState, SwapFee, UniswapV2Pool};

use super::data::{Row, csv, tell};

const NOW: Moment = Moment { time: Timestamp(1_620_000_000), block: 12_400_000 };
const TRADER: Account = Account::outsider(0);

/// A pair with these reserves at 0.3 %. The protocol fee is minted with liquidity only, so swaps do not see it.
fn pool(reserves: [u128; 2]) -> UniswapV2Pool {
    let state = PairState::of_reserves(reserves, None, 0).unwrap();
    let [first, second, share] = ["FIRST", "SECOND", "LP"].map(|symbol| Asset::new(symbol, 18).unwrap());
    UniswapV2Pool::new([first, second], share, Pair::new(state, SwapFee::UNISWAP, None).unwrap())
}

/// The pair's own `swap`, under the adapter's name for it.
fn core(pool: &mut dyn Pool, name: &str, out: [U256; 2], paid: [U256; 2]) -> Result<Dump, AmmError> {
    let [out0, out1] = out;
    let [paid0, paid1] = paid;
    let text = format!("out = [\"{out0}\", \"{out1}\"]\npaid = [\"{paid0}\", \"{paid1}\"]");
    let node = parse_toml("swap.toml", &text).unwrap();
    let mut arguments = node.fields().unwrap();
    let result = pool.special(name, &mut arguments, &|_| TRADER, NOW).unwrap();
    arguments.finish().unwrap();
    result
}

fn reserves(pool: &dyn Pool) -> [U256; 2] {
    pool.reserves().as_slice().try_into().unwrap()
}

fn pair(row: Row<'_>, columns: [&str; 2]) -> [U256; 2] {
    columns.map(|column| row.number(column))
}

/// What a recorded swap turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    /// The router's exact-in swap, which takes out all that it can; else the router's exact-out swap, which pays the
    /// least for what it asks.
    exact_in: bool,
    /// A part of what went out came back in: the coin pays its holders on every transfer, and the pair is one of them.
    returned: bool,
}

fn refused(result: Result<(Dump, [U256; 2]), AmmError>) -> &'static str {
    match result {
        Err(AmmError::Refused { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

/// Replays a row by the pair's `swap` and by the router, and says what it was.
fn replay(row: Row<'_>) -> Kind {
    let tx = row.text("tx");
    let before = pool([row.number("reserve0_before"), row.number("reserve1_before")]);
    let paid = pair(row, ["amount0_in", "amount1_in"]);
    let out = pair(row, ["amount0_out", "amount1_out"]);
    let after = pair(row, ["reserve0_after", "reserve1_after"]);
    let swapped = |name, out, paid| {
        let mut pool = before.clone();
        core(&mut pool, name, out, paid).map(|taken| (taken, reserves(&pool)))
    };

    assert_eq!(row.text("k_check_30bps"), "1", "{tx}: a pair with another fee");
    let taken = Dump::table([("FIRST", Dump::text(paid[0])), ("SECOND", Dump::text(paid[1]))]);
    for name in ["core_swap", "flash_swap"] {
        assert_eq!(swapped(name, out, paid).unwrap(), (taken.clone(), after), "{tx}");
    }

    // What goes out is bought; the other coin is sold.
    let side = usize::from(!out[0].is_zero());
    let (sell, buy) = (before.coins()[side], before.coins()[1 - side]);
    let (sold, bought, returned) = (paid[side], out[1 - side], paid[1 - side]);
    assert_eq!(out[side], U256::ZERO, "{tx}");
    let with_returned = |mut reserves: [U256; 2]| {
        reserves[1 - side] += returned;
        reserves
    };

    let mut router = before.clone();
    let swap = router.swap_exact_in(TRADER, TokenAmount::new(sell, sold), buy, U256::ZERO, NOW).unwrap();
    let exact_in = swap.quote.buy.raw == bought;
    if returned.is_zero() {
        assert_eq!(swap.quote.buy.raw, row.number::<U256>("max_amount_out_30bps"), "{tx}");
        assert_eq!(row.text("equals_max"), if exact_in { "1" } else { "0" }, "{tx}");
    } else {
        assert_eq!((row.text("equals_max"), row.text("max_amount_out_30bps")), ("", ""), "{tx}");
        assert!(returned < bought / U256::from(50), "{tx}");
    }
    if !exact_in {
        assert!(bought < swap.quote.buy.raw, "{tx}");
        router = before.clone();
        let buy = TokenAmount::new(buy, bought);
        let swap = router.swap_exact_out(TRADER, sell, sold, buy, NOW).unwrap();
        assert_eq!(swap.quote.sell.raw, sold, "{tx}: the least that pays for it");
    }
    assert_eq!(with_returned(reserves(&router)), after, "{tx}");

    // There is nothing to spare: one unit more is refused to who sold an amount, one unit less to who bought one.
    if returned.is_zero() {
        let (mut more, mut less) = (out, paid);
        if exact_in {
            more[1 - side] += U256::ONE
        } else {
            less[side] -= U256::ONE
        }
        assert_eq!(refused(swapped("core_swap", more, less)), "UniswapV2: K", "{tx}: one unit");
    }
    Kind { exact_in, returned: !returned.is_zero() }
}

#[test]
fn swaps() {
    let Some(table) = csv("vectors/uniswap_v2_swaps_mainnet_recorded.csv") else { return };
    let kinds: Vec<Kind> = table.rows().map(replay).collect();
    let count =
        |exact_in, returned| kinds.iter().filter(|kind| **kind == Kind { exact_in, returned }).count();
    let counts = [count(true, false), count(false, false), count(true, true), count(false, true)];
    // Most reserves were read before the swap; the others are those that the swap before left in the same block.
    let rows: Vec<Row<'_>> = table.rows().collect();
    let mut chained = 0;
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.text("reserve_source") != "getReserves") {
        let same = |other: &&Row<'_>| ["block", "pair"].iter().all(|key| other.text(key) == row.text(key));
        let last = rows[..at].iter().rfind(same).expect("a swap of the pair in this block");
        let before = pair(*row, ["reserve0_before", "reserve1_before"]);
        assert_eq!(pair(*last, ["reserve0_after", "reserve1_after"]), before, "{}", row.text("tx"));
        chained += 1;
    }
    tell(&format!(
        "uniswap-v2 swaps: {} rows, {} router exact-in, {} router exact-out, {} and {} of the two kinds of which a part \
         of what went out came back, 0 of another fee; {chained} begin where the swap before ended",
        kinds.len(),
        counts[0],
        counts[1],
        counts[2],
        counts[3],
    ));
    assert_eq!((kinds.len(), counts, chained), (228, [203, 17, 7, 1], 4));
}

#[test]
fn router_calls() {
    let Some(table) = csv("vectors/uniswap_v2_get_amount_out_calls.csv") else { return };
    for row in table.rows() {
        let (reserve_in, reserve_out) = (row.number("reserve_in"), row.number("reserve_out"));
        for (reserves, side) in [([reserve_in, reserve_out], 0), ([reserve_out, reserve_in], 1)] {
            let pool = pool(reserves);
            let sell = TokenAmount::new(pool.coins()[side], row.number("amount_in"));
            let quote = pool.quote_exact_in(sell, pool.coins()[1 - side], NOW).unwrap();
            assert_eq!(quote.buy.raw, row.number::<U256>("amount_out"), "{}", row.text("tx"));
        }
    }
    tell(&format!(
        "uniswap-v2 getAmountOut calls: {} rows, {} exact",
        table.rows().len(),
        table.rows().len()
    ));
    assert_eq!(table.rows().len(), 6);
}
