//! Recorded numbers of the chain.

use std::path::PathBuf;

use levmine_math::U256;
use levmine_uniswap_v2::{Pair, PairState, Side, SwapFee, library};

use crate::support::integer;

const FEE: SwapFee = SwapFee::UNISWAP;

/// The rows of a recorded file as lists of fields, without the header; `None`, said aloud, where it is not there.
fn rows(name: &str) -> Option<(Vec<String>, Vec<Vec<String>>)> {
    let root = std::env::var_os("LEVMINE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = root.join("vectors").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {name} is not in {}; set LEVMINE_DATA to the recorded data", root.display());
        return None;
    };
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_string).collect());
    Some((lines.next()?, lines.collect()))
}

struct Row<'a> {
    header: &'a [String],
    fields: &'a [String],
}

impl Row<'_> {
    fn text(&self, key: &str) -> &str {
        let at = self.header.iter().position(|name| name == key).expect("a column");
        self.fields.get(at).expect("a field")
    }

    fn integer(&self, key: &str) -> U256 {
        integer(self.text(key))
    }

    fn reserve(&self, key: &str) -> u128 {
        self.text(key).parse().expect("a reserve")
    }
}

#[test]
fn recorded_swaps_are_reproduced() {
    let Some((header, rows)) = rows("uniswap_v2_swaps_mainnet_recorded.csv") else { return };
    let (mut at_most, mut below, mut both_in) = (0, 0, 0);
    for fields in &rows {
        let row = Row { header: &header, fields };
        let reserves = [row.reserve("reserve0_before"), row.reserve("reserve1_before")];
        let state = PairState::of_reserves(reserves, None, 0).expect("a state");
        let pair = Pair::new(state, FEE, None).expect("a pair");
        let paid = [row.integer("amount0_in"), row.integer("amount1_in")];
        let out = [row.integer("amount0_out"), row.integer("amount1_out")];

        let side = match (paid[0].is_zero(), paid[1].is_zero()) {
            (false, true) => Some(Side::First),
            (true, false) => Some(Side::Second),
            _ => None,
        };
        if let Some(side) = side {
            let ([sold, _], [_, bought]) = (side.order(paid), side.order(out));
            let most = pair.exact_in(side, sold).expect("a quote");
            assert_eq!(most, row.integer("max_amount_out_30bps"), "{}", row.text("tx"));
            assert_eq!(most == bought, row.text("equals_max") == "1");
            if most == bought {
                at_most += 1;
            } else {
                below += 1;
                assert!(bought < most);
            }
        } else {
            both_in += 1;
            assert!(row.text("max_amount_out_30bps").is_empty());
        }

        // The core on the real balances: the transition itself, and one unit more where the maximum was taken.
        let mut after = pair;
        let allowed = after.swap(out, paid, 0);
        assert_eq!(allowed.is_ok(), row.text("k_check_30bps") == "1", "{}", row.text("tx"));
        assert_eq!(allowed, Ok(paid));
        assert_eq!(after.state().reserves, [row.reserve("reserve0_after"), row.reserve("reserve1_after")]);
        if row.text("equals_max") == "1" {
            let more = out.map(|out| if out.is_zero() { out } else { out + U256::ONE });
            let refused = pair.clone().swap(more, paid, 0).map_err(|error| error.code());
            assert_eq!(refused, Err("UniswapV2: K"), "{}", row.text("tx"));
        }
    }
    println!(
        "compared: {} swaps, {at_most} at the maximum, {below} below it, {both_in} with both coins in",
        rows.len()
    );
    assert_eq!((rows.len(), at_most, below, both_in), (228, 203, 17, 8));
}

#[test]
fn a_pair_with_another_fee_breaks_the_invariant() {
    // No recorded row has another fee. A swap that is right at 0.25 % must fail at 0.3 %.
    let other = SwapFee::from_bps(levmine_math::Bps::new(25)).expect("a fee");
    let reserves = [1_000_000_000_000_u128, 2_000_000_000_000];
    let sold = U256::from(1_000_000_000);
    let bought = library::amount_out(sold, reserves[0], reserves[1], other).expect("an amount");
    let state = PairState::of_reserves(reserves, None, 0).expect("a state");
    let swap = |fee| {
        let mut pair = Pair::new(state, fee, None).expect("a pair");
        pair.swap([U256::ZERO, bought], [sold, U256::ZERO], 0).map_err(|error| error.code())
    };
    assert_eq!(swap(other), Ok([sold, U256::ZERO]));
    assert_eq!(swap(FEE), Err("UniswapV2: K"));
}

#[test]
fn recorded_router_calls_are_reproduced() {
    let Some((header, rows)) = rows("uniswap_v2_get_amount_out_calls.csv") else { return };
    for fields in &rows {
        let row = Row { header: &header, fields };
        let out = library::amount_out(
            row.integer("amount_in"),
            row.reserve("reserve_in"),
            row.reserve("reserve_out"),
            FEE,
        );
        assert_eq!(out, Ok(row.integer("amount_out")), "{}", row.text("tx"));
    }
    assert_eq!(rows.len(), 6);
}
