//! Two reserves of Aave V3 on Ethereum, hour by hour: what borrowers pay and suppliers earn, at the recorded totals.
//!
//! Rates are recorded in percent with 8 decimals, totals in dollars with 2. What the pool holds and is owed is a little
//! more than the recorded supply: the treasury's part that has not been minted yet is in nobody's balance. So the
//! comparison goes by intervals, and needs no tolerance:
//!
//! - the recorded borrow rate, half a unit of its last decimal to either side, bounds the liquidity that the adapter's
//!   curve needs beside the recorded debt;
//! - at both bounds the market is asked for its rates: the recorded supply rate must lie between them, half a unit of its
//!   own last decimal to either side;
//! - the liquidity lies above what the recorded totals leave, and above it by the treasury's part only.
//!
//! Governance changed the curves. The preset's is one of them; the others are told below, with the hours from which and
//! to which they explain every single row.

use levmine::lending::LendingMarket;
use levmine::market::{Asset, Timestamp};
use levmine::math::{U256, parse_units};
use levmine_aave_v3::rates::{RateInput, calculate};
use levmine_aave_v3::{Curve, Params};

use super::aave_v3::{RAY, Recorded, at, largest, market, preset, rules};
use super::data::{Row, csv, tell};

/// A ray per basis point.
const BPS: u128 = RAY / 10_000;
/// Half of the last decimal of a recorded rate: 0.5 · 10^-8 percent, in ray.
const HALF: u128 = RAY / 20_000_000_000;
/// Half of the last decimal of a recorded total: half a cent, with dollars of 18 decimals.
const HALF_CENT: u128 = 5_000_000_000_000_000;
/// The most that the treasury's part was ever of the total: 7 basis points.
const TREASURY: u128 = 7;

/// A curve, and the rows that it explains: from the first time on, so many.
struct Era {
    from: u64,
    rows: usize,
    /// Optimal utilization, base rate, both slopes, in basis points.
    curve: [u128; 4],
}

const fn era(from: u64, rows: usize, curve: [u128; 4]) -> Era {
    Era { from, rows, curve }
}

fn curve([optimal, base, slope1, slope2]: [u128; 4]) -> Curve {
    Curve { optimal: optimal * BPS, base: base * BPS, slope1: slope1 * BPS, slope2: slope2 * BPS }
}

/// A recorded percentage in ray.
fn ray(text: &str) -> u128 {
    parse_units(text, 25).unwrap().try_into().unwrap()
}

/// Recorded dollars with 18 decimals.
fn dollars(text: &str) -> U256 {
    parse_units(text, 18).unwrap()
}

struct Reserve {
    asset: Asset,
    params: Params,
    curve: Curve,
}

impl Reserve {
    /// Supply and borrow rate of a market with this debt and this liquidity: built one second before, without interest in
    /// that second, and brought up to date.
    fn rates(&self, debt: U256, liquidity: U256, time: u64) -> [u128; 2] {
        let recorded = Recorded {
            asset: self.asset,
            params: self.params,
            curve: self.curve,
            time: time - 1,
            supply_rate: 0,
            borrow_rate: 0,
            supply_index: RAY,
            borrow_index: RAY,
            scaled_supply: debt + liquidity,
            scaled_debt: debt,
            held: liquidity,
        };
        let mut market = market("3.0", "", &[recorded], &[vec![(debt + liquidity, debt)]]);
        market.accrue(at(time)).unwrap();
        let rates = market.rates(self.asset, at(time)).unwrap();
        assert_eq!((rates.borrowed, rates.available), (debt, liquidity));
        [rates.supply, rates.borrow].map(|rate| rate.raw().try_into().unwrap())
    }

    /// The most liquidity beside this debt at which borrowers still pay `rate`.
    fn liquidity_at(&self, debt: U256, rate: u128) -> U256 {
        let pays = |liquidity| {
            let (zero, reserve_factor) = (U256::ZERO, self.params.reserve_factor);
            let input = RateInput {
                total_debt: debt,
                liquidity,
                added: zero,
                taken: zero,
                unbacked: zero,
                reserve_factor,
            };
            calculate(rules(), &self.curve, &input).unwrap().borrow
        };
        largest(debt << 12_usize, |liquidity| pays(liquidity) >= U256::from(rate))
    }

    /// Checks a row against this curve.
    fn explains(&self, row: Row<'_>) -> Result<(), String> {
        let time: u64 = row.number("ts");
        let (supplied, debt) = (dollars(row.text("supplied_usd")), dollars(row.text("borrowed_usd")));
        let (supply, borrow) = (ray(row.text("supply_apr_pct")), ray(row.text("variable_borrow_apr_pct")));
        if debt.is_zero() {
            let rates = self.rates(debt, supplied, time);
            return if rates == [supply, borrow] { Ok(()) } else { Err(format!("{rates:?} without debt")) };
        }
        let least = self.liquidity_at(debt, borrow + HALF);
        let most = self.liquidity_at(debt, borrow - HALF);
        let (above, below) = (self.rates(debt, least, time), self.rates(debt, most, time));
        if below[0].saturating_sub(HALF) > supply || supply > above[0] + HALF {
            return Err(format!("suppliers get {supply}, not {} to {}", below[0], above[0]));
        }
        // Half a cent of debt moves the liquidity by as much more as there is more liquidity than debt; the totals have
        // half a cent each of their own.
        let cents = U256::from(HALF_CENT) * (supplied / debt + U256::from(3));
        if most + debt + cents < supplied {
            return Err(format!("the pool has {most} and {debt}, less than the {supplied} of its suppliers"));
        }
        let treasury = supplied * U256::from(TREASURY) / U256::from(10_000);
        if least + debt > supplied + treasury + cents {
            return Err(format!("the pool has {least} and {debt}, far more than {supplied}"));
        }
        Ok(())
    }
}

fn check(symbol: &str, eras: &[Era]) {
    let Some(table) = csv(&format!("aave/aave_v3_{}_ethereum_1h_2023_2024.csv", symbol.to_lowercase()))
    else {
        return;
    };
    let market = preset("ethereum");
    let listed = market.pool().reserves().iter().find(|reserve| reserve.asset.symbol() == symbol).unwrap();
    // The first snapshot has no rates yet.
    let (unset, set): (Vec<_>, Vec<_>) = table.rows().partition(|row| row.text("supply_apr_pct").is_empty());
    assert!(unset.iter().all(|row| row.text("token_balance") == "0"));
    let mut counts = vec![0; eras.len()];
    let mut by_preset = 0;
    for row in &set {
        let time: u64 = row.number("ts");
        let number = eras.iter().rposition(|era| era.from <= time).unwrap();
        // Through the one day of a change the old curve must not do as well: the hours are the changes' own.
        let with =
            |era: &Era| Reserve { asset: listed.asset, params: listed.params, curve: curve(era.curve) };
        with(&eras[number]).explains(*row).unwrap_or_else(|why| panic!("{symbol} at {time}: {why}"));
        counts[number] += 1;
        if curve(eras[number].curve) == listed.curve {
            by_preset += 1;
        }
        if number > 0 && time == eras[number].from {
            assert!(
                with(&eras[number - 1]).explains(*row).is_err(),
                "{symbol} at {time}: the curve before too"
            );
        }
    }
    // The preset's day is in the preset's era.
    let day = eras.iter().rposition(|era| Timestamp(era.from) <= Timestamp(1_698_710_400)).unwrap();
    assert_eq!(curve(eras[day].curve), listed.curve);
    tell(&format!(
        "aave-v3 ethereum {symbol} by hours: {} rows, {by_preset} by the preset's curve, {} by {} other curves, {} without \
         rates",
        table.rows().len(),
        set.len() - by_preset,
        eras.len() - 1,
        unset.len(),
    ));
    assert_eq!(unset.len(), 1);
    assert_eq!(counts, eras.iter().map(|era| era.rows).collect::<Vec<_>>());
}

#[test]
fn usdc() {
    check(
        "USDC",
        &[
            era(0, 2_451, [9_000, 0, 400, 6_000]),
            era(1_684_787_627, 4_347, [9_000, 0, 350, 6_000]),
            era(1_701_089_975, 1_175, [9_000, 0, 500, 6_000]),
            era(1_705_330_571, 2_060, [9_000, 0, 600, 6_000]),
            era(1_712_771_807, 612, [9_200, 0, 1_200, 6_000]),
            era(1_714_982_075, 1_336, [9_200, 0, 900, 6_000]),
        ],
    );
}

#[test]
fn weth() {
    check(
        "WETH",
        &[
            era(0, 4_897, [8_000, 100, 380, 8_000]),
            era(1_693_232_735, 1_904, [9_000, 0, 380, 8_000]),
            era(1_700_124_563, 1_820, [8_000, 0, 280, 8_000]),
            era(1_706_712_707, 3_454, [9_000, 0, 280, 8_000]),
            era(1_719_153_995, 178, [9_000, 0, 270, 8_000]),
        ],
    );
}
