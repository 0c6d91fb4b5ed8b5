//! Every event of the USDC/WETH pool at 0.05 % on Ethereum in eight hours: swaps, mints and burns, in their order.

use std::collections::BTreeMap;

use levmine::math::U256;
use levmine_uniswap_v3::contract::{Core, State, Terms};
use levmine_uniswap_v3::swap_math::Exactly;
use levmine_uniswap_v3::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO};
use levmine_uniswap_v3::{Key, Owner, Tick, Ticks};

use super::data::{Row, csv, tell};

const FEE: u32 = 500;
const SPACING: i32 = 10;
/// Only the oracle looks at it, and the events do not tell of the oracle.
const NOW: u32 = 1_704_412_823;

/// What a swap is compared by: what went in and came out, the price, the tick and the liquidity in range afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Outcome {
    into: U256,
    out: U256,
    sqrt_price: U256,
    tick: i32,
    liquidity: u128,
}

/// The pool as far as the events tell it: price, liquidity in range, and the ticks that have been met.
#[derive(Debug, Clone, Default)]
struct Known {
    sqrt_price: U256,
    tick: i32,
    liquidity: u128,
    ticks: BTreeMap<i32, i128>,
}

impl Known {
    fn after(row: Row<'_>) -> Self {
        Self {
            sqrt_price: row.number("sqrt_price_x96_after"),
            tick: row.number("tick_after"),
            liquidity: row.number("active_liquidity_after"),
            ticks: BTreeMap::new(),
        }
    }

    fn core(&self) -> Core {
        let ticks = self.ticks.iter().map(|(index, net)| {
            let mut tick = Tick::new(*index);
            tick.liquidity_net = *net;
            tick.liquidity_gross = net.unsigned_abs();
            tick
        });
        let state = State {
            sqrt_price: self.sqrt_price,
            tick: self.tick,
            liquidity: self.liquidity,
            ticks: Ticks::new(ticks.collect()),
            balances: [U256::MAX >> 1_usize; 2],
            ..State::default()
        };
        Core::new(Terms::new(FEE, SPACING).unwrap(), state)
    }

    fn add(&mut self, tick: i32, net: i128) {
        let sum = self.ticks.get(&tick).copied().unwrap_or_default() + net;
        if sum == 0 {
            self.ticks.remove(&tick)
        } else {
            self.ticks.insert(tick, sum)
        };
    }

    /// How the swap was called, if one way of calling gives all that was recorded.
    fn explains(&self, zero_for_one: bool, recorded: Outcome) -> Option<&'static str> {
        let core = self.core();
        let end = if zero_for_one { MIN_SQRT_RATIO + U256::ONE } else { MAX_SQRT_RATIO - U256::ONE };
        let all = U256::MAX >> 2_usize;
        [
            ("exact-in", Exactly::In(recorded.into), end),
            ("exact-out", Exactly::Out(recorded.out), end),
            ("to a price", Exactly::In(all), recorded.sqrt_price),
        ]
        .into_iter()
        .find(|(_, exactly, limit)| {
            core.quote(zero_for_one, *exactly, *limit).is_ok_and(|trade| {
                let outcome = Outcome {
                    into: trade.amount_in,
                    out: trade.amount_out,
                    sqrt_price: trade.sqrt_price,
                    tick: trade.tick,
                    liquidity: trade.liquidity,
                };
                outcome == recorded
            })
        })
        .map(|(kind, ..)| kind)
    }

    /// The one tick that was not known and with which everything agrees: what the known ones leave of the change of
    /// liquidity begins or ends there.
    fn with_one_tick_more(&self, zero_for_one: bool, recorded: Outcome) -> Option<Self> {
        let (low, high) = (self.tick.min(recorded.tick), self.tick.max(recorded.tick));
        let signed = |liquidity: u128| i128::try_from(liquidity).unwrap();
        let crossed: i128 = self.ticks.range(low + 1..=high).map(|(_, net)| *net).sum();
        let change = signed(recorded.liquidity) - signed(self.liquidity);
        let missing = if zero_for_one { -change - crossed } else { change - crossed };
        if missing == 0 {
            return None;
        }
        let usable = (low.div_euclid(SPACING) * SPACING..high + SPACING).step_by(10);
        usable
            .map(|tick| {
                let mut more = self.clone();
                more.add(tick, missing);
                more
            })
            .find(|more| more.explains(zero_for_one, recorded).is_some())
    }
}

/// The amounts of a mint or a burn, as the pool pays or receives them.
fn liquidity_event(known: &Known, row: Row<'_>) -> [U256; 2] {
    let key = Key {
        owner: Owner::Named("somebody".into()),
        lower: row.number("tick_lower"),
        upper: row.number("tick_upper"),
    };
    let liquidity = row.number("position_liquidity");
    let mut core = Known { ticks: BTreeMap::new(), ..known.clone() }.core();
    if liquidity == 0 {
        // The fees are written down, nothing moves.
        core.mint(&key, 1, NOW).unwrap();
        return core.burn(&key, 0, NOW).unwrap();
    }
    let minted = core.mint(&key, liquidity, NOW).unwrap();
    if row.text("tx_type") == "MINT" { minted } else { core.burn(&key, liquidity, NOW).unwrap() }
}

#[test]
fn events() {
    let Some(table) = csv("vectors/uniswap_v3_ethereum_usdc_weth_005_events_2024_01_05_00_08.csv") else {
        return;
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut known: Option<Known> = None;
    for row in table.rows() {
        let kind = row.text("tx_type");
        let Some(pool) = &mut known else {
            known = Some(Known::after(row));
            *counts.entry("first").or_default() += 1;
            continue;
        };
        let tx = row.text("transaction_hash");
        match kind {
            "SWAP" => {
                let amounts = [row.text("amount0"), row.text("amount1")];
                let zero_for_one = amounts[1].starts_with('-');
                let [sold, bought] = if zero_for_one { amounts } else { [amounts[1], amounts[0]] };
                let after = Known::after(row);
                let recorded = Outcome {
                    into: sold.parse().unwrap(),
                    out: bought.trim_start_matches('-').parse().unwrap(),
                    sqrt_price: after.sqrt_price,
                    tick: after.tick,
                    liquidity: after.liquidity,
                };
                let found = match pool.explains(zero_for_one, recorded) {
                    Some(kind) => kind,
                    None => match pool.with_one_tick_more(zero_for_one, recorded) {
                        Some(more) => {
                            *pool = more;
                            "one tick found"
                        }
                        None => {
                            // Only a swap that leaves its stretch of usable ticks can meet ticks that are not known.
                            assert_ne!(pool.tick.div_euclid(SPACING), after.tick.div_euclid(SPACING), "{tx}");
                            "several ticks"
                        }
                    },
                };
                *counts.entry(found).or_default() += 1;
                let ticks = std::mem::take(&mut pool.ticks);
                *pool = Known { ticks, ..after };
            }
            "MINT" | "BURN" => {
                let amounts = liquidity_event(pool, row);
                assert_eq!(amounts, [row.number::<U256>("amount0"), row.number("amount1")], "{tx}");
                assert_eq!(pool.sqrt_price, row.number::<U256>("sqrt_price_x96_after"), "{tx}");
                let size: i128 = row.number("position_liquidity");
                let delta = if kind == "MINT" { size } else { -size };
                let (lower, upper) = (row.number::<i32>("tick_lower"), row.number::<i32>("tick_upper"));
                if (lower..upper).contains(&pool.tick) {
                    pool.liquidity = pool.liquidity.checked_add_signed(delta).unwrap();
                }
                pool.add(lower, delta);
                pool.add(upper, -delta);
                *counts.entry("liquidity").or_default() += 1;
            }
            "COLLECT" => *counts.entry("collected").or_default() += 1,
            other => panic!("{tx}: {other}"),
        }
    }
    tell(&format!("uniswap-v3 events: {counts:?}"));
    let expected = [
        ("collected", 19),
        ("exact-in", 1_717),
        ("exact-out", 189),
        ("first", 1),
        ("liquidity", 35),
        ("one tick found", 26),
        ("several ticks", 10),
        ("to a price", 59),
    ];
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
}
