//! What was recorded of venues: loaded, and brought to the venues of a strategy.

use levmine_amm::PoolRecord;
use levmine_composer::{Slot, Venue};
use levmine_config::{ConfigError, Node};
use levmine_engine::{FileSeries, PricePath, RateRecord, RatesSpec, ScenarioFile, TradeRecord, TradesSpec};
use levmine_lending::ReserveRecord;
use levmine_market::{Asset, Assets, Price, Timestamp, VenueId};
use levmine_math::{Rounding, U256, Wad, mul_div, pow10};
use levmine_source::{
    HistorySource, OnAbsurd, Policy, RateHistory, RatePoint, RateState, Reading, Request, Samples,
    SourceError, Stamp,
};

use crate::LevmineError;
use crate::findings::tell;
use crate::load::Histories;

/// Loads the histories of rates that a scenario names.
pub(crate) async fn load_rates<S: HistorySource>(
    file: &mut ScenarioFile,
    histories: &Histories<'_, S>,
    notes: &mut Vec<String>,
) -> Result<(), LevmineError> {
    let (from, to) = histories.span;
    for spec in &mut file.rates {
        let path = histories.path(spec.file.text()?);
        let absurd = if spec.keeps_absurd { OnAbsurd::Keep } else { OnAbsurd::Refuse };
        let stamp = spec.stamped_at_close.map(|close| if close { Stamp::Close } else { Stamp::Open });
        let reading = Reading { stamp, from, to, policy: Policy { max_gap: spec.max_gap, absurd } };
        let request = Request { file: path.clone(), format: None, reading };
        let mut history =
            histories.source.rates(&request).await.map_err(|error| missed(&spec.file, error))?;
        // Files of indices tell what a span has left, under the time at which it began, unless something else is said.
        let tells_spans =
            matches!(history.sample(0), Some(RatePoint { state: RateState::Indices { .. }, .. }));
        if stamp.is_none() && tells_spans {
            let reading = Reading { stamp: Some(Stamp::Open), ..reading };
            let request = Request { reading, ..request };
            history = histories.source.rates(&request).await.map_err(|error| missed(&spec.file, error))?;
        }
        tell(&path, history.report(), "the rates before {each} hold through", notes);
        spec.rows = rows(&history, stamp);
    }
    Ok(())
}

/// A file that a scenario names is missed there: the place that names it helps more than the path alone.
pub(crate) fn missed(node: &Node, error: SourceError) -> LevmineError {
    match error {
        SourceError::Unreadable { file, reason } => LevmineError::Config(ConfigError::Invalid {
            place: node.place.clone(),
            read: format!("\"{file}\", which cannot be read: {reason}"),
            accepted: "a file that can be read".into(),
        }),
        error => error.into(),
    }
}

/// The rows of a history, each with the span of time in which what it tells can have become so. A rate that is not known
/// stays what it was.
fn rows(history: &RateHistory, stamp: Option<Stamp>) -> Vec<ReserveRecord> {
    let step = history.report().step.unwrap_or(1).max(1);
    let mut rows: Vec<ReserveRecord> = Vec::new();
    for point in history.iter() {
        let (first, last) = match (point.state, stamp) {
            // A snapshot tells its own moment.
            (RateState::Snapshot { .. }, _) => (point.time, point.time),
            // Up to the moment, that included.
            (RateState::Indices { .. }, Some(Stamp::Close)) => (back(point.time, step - 1), point.time),
            // The row's span has ended.
            (RateState::Indices { .. }, _) => (back(point.time, step), back(point.time, 1)),
        };
        let known = rows.last().map(|row| (row.supply_rate, row.borrow_rate));
        let (Some(supply_rate), Some(borrow_rate)) = (
            point.supply.or(known.map(|known| known.0)),
            point.variable_borrow.or(known.map(|known| known.1)),
        ) else {
            continue;
        };
        let indexes = match point.state {
            RateState::Snapshot { .. } => None,
            RateState::Indices { liquidity, variable_borrow } => Some([liquidity, variable_borrow]),
        };
        rows.push(ReserveRecord { from: first, to: last, supply_rate, borrow_rate, indexes });
    }
    rows
}

fn back(time: Timestamp, seconds: u64) -> Timestamp {
    Timestamp(time.0.saturating_sub(seconds))
}

/// Brings the histories to the reserves of the venues, with the second of each touch found by the market itself.
pub(crate) fn rates(
    specs: &[RatesSpec],
    venues: &[Slot],
    start: Timestamp,
) -> Result<Vec<RateRecord>, LevmineError> {
    let mut records: Vec<RateRecord> = Vec::with_capacity(specs.len());
    for spec in specs {
        let name = spec.at.text()?;
        let lenders = || {
            venues.iter().enumerate().filter_map(|(at, slot)| match &slot.venue {
                Venue::Lending(market) => Some((at, slot.name.as_str(), market)),
                _ => None,
            })
        };
        let Some((at, _, market)) = lenders().find(|(_, known, _)| *known == name) else {
            return Err(spec.at.unknown_name(name, lenders().map(|(_, name, _)| name)).into());
        };
        let asset = spec.asset;
        if market.listing(asset).is_err() {
            return Err(spec.at.invalid(format!("a lending market that lists {asset}")).into());
        }
        let at = VenueId(u16::try_from(at).unwrap_or(u16::MAX));
        if records.iter().any(|record| (record.at, record.asset) == (at, asset)) {
            return Err(spec.at.invalid(format!("one history for {asset} at {name}")).into());
        }
        let touches = market.touches(&spec.rows).map_err(|error| {
            spec.at.invalid(format!(
                "a lending market that can follow recorded rates, such as aave-v3; here {error}"
            ))
        })?;
        if touches.first().is_none_or(|first| first.time > start) {
            return Err(spec
                .file
                .invalid(format!("a history that knows the rates at the beginning, {start}"))
                .into());
        }
        records.push(RateRecord { at, asset, touches, adopts: spec.adopts });
    }
    Ok(records)
}

/// Loads the histories of trades that a scenario names.
pub(crate) async fn load_trades<S: HistorySource>(
    file: &mut ScenarioFile,
    histories: &Histories<'_, S>,
    notes: &mut Vec<String>,
) -> Result<(), LevmineError> {
    let (from, to) = histories.span;
    for spec in &mut file.trades {
        let path = histories.path(spec.file.text()?);
        let stamp = spec.stamped_at_close.map(|close| if close { Stamp::Close } else { Stamp::Open });
        let reading =
            Reading { stamp, from, to, policy: Policy { max_gap: spec.max_gap, ..Policy::default() } };
        let request = Request { file: path.clone(), format: None, reading };
        let history = histories.source.pool(&request).await.map_err(|error| missed(&spec.file, error))?;
        tell(&path, history.report(), "nothing is traded in {each}", notes);
        let row = |point: levmine_source::PoolPoint| {
            let record = PoolRecord {
                sold: point.sold.map(U256::from),
                bought: point.bought().map(U256::from),
                tick: point.close,
                liquidity: point.liquidity,
            };
            (point.time, record)
        };
        spec.rows = history.iter().map(row).collect();
    }
    Ok(())
}

/// Brings the histories to the pools.
pub(crate) fn trades(
    specs: &[TradesSpec],
    venues: &[Slot],
    start: Timestamp,
) -> Result<Vec<TradeRecord>, LevmineError> {
    let mut records: Vec<TradeRecord> = Vec::with_capacity(specs.len());
    for spec in specs {
        let name = spec.at.text()?;
        let pools = || {
            venues.iter().enumerate().filter_map(|(at, slot)| match &slot.venue {
                Venue::Pool(pool) => Some((at, slot.name.as_str(), pool)),
                _ => None,
            })
        };
        let Some((at, _, pool)) = pools().find(|(_, known, _)| *known == name) else {
            return Err(spec.at.unknown_name(name, pools().map(|(_, name, _)| name)).into());
        };
        if !pool.capabilities().collects_fees {
            return Err(spec.at.invalid("a pool with ticks, such as one of uniswap-v3").into());
        }
        let at = VenueId(u16::try_from(at).unwrap_or(u16::MAX));
        if records.iter().any(|record| record.at == at) {
            return Err(spec.at.invalid(format!("one history for {name}")).into());
        }
        if spec.rows.first().is_none_or(|(first, _)| *first > start) {
            let accepted = format!("a history that knows the pool at the beginning, {start}");
            return Err(spec.file.invalid(accepted).into());
        }
        records.push(TradeRecord { at, rows: spec.rows.clone() });
    }
    Ok(records)
}

/// The coins of a pool whose history a price is to come from, in its contract's order: `pool.csv#USDC/WETH`.
pub(crate) fn coins(
    request: &Request,
    series: &FileSeries,
    assets: &Assets,
    asset: Asset,
) -> Result<Option<[Asset; 2]>, LevmineError> {
    let Some((zero, one)) = request.path_and_column().1.and_then(|column| column.split_once('/')) else {
        return Ok(None);
    };
    let bad = || ConfigError::Invalid {
        place: series.place.clone(),
        read: format!("\"{zero}/{one}\""),
        accepted: format!(
            "the two coins of the pool in its contract's order, one of them {asset}, like \"USDC/WETH\""
        ),
    };
    match [assets.get(zero), assets.get(one)] {
        [Some(zero), Some(one)] if zero != one && (zero == asset || one == asset) => Ok(Some([zero, one])),
        _ => Err(bad().into()),
    }
}

/// The price of a coin of a pool in its other coin, in the middle of the tick at the end of each span of its history.
pub(crate) async fn tick_prices<S: HistorySource>(
    asset: Asset,
    [zero, one]: [Asset; 2],
    request: &Request,
    series: &FileSeries,
    source: &S,
    notes: &mut Vec<String>,
) -> Result<PricePath, LevmineError> {
    let history = source.pool(request).await?;
    tell(&request.file, history.report(), "the price before {each} holds through", notes);
    let mut points = Vec::with_capacity(history.len());
    for point in history.iter() {
        let other = if asset == zero { one } else { zero };
        let price = price_in_tick(point.close, asset == zero, asset.decimals(), other.decimals());
        let price = price.filter(|price| !price.0.is_zero()).ok_or_else(|| ConfigError::Invalid {
            place: series.place.clone(),
            read: format!("the tick {} in line {}", point.close, point.line),
            accepted: "a price that 18 decimals hold".into(),
        })?;
        points.push((point.time, price));
    }
    Ok(PricePath::new(asset, points))
}

/// The price of a whole coin in whole other ones, between a tick and the next: the contract's first coin costs the price of the
/// tick, the second its inverse. Rounds down.
fn price_in_tick(tick: i32, first: bool, decimals: u8, other: u8) -> Option<Price> {
    let [low, high] = [tick, tick.checked_add(1)?].map(levmine_uniswap_v3::tick_math::sqrt_ratio_at_tick);
    let (low, high) = (low.ok()?, high.ok()?);
    // Both roots are times 2^96; their product is the price times 2^192.
    let one = U256::ONE << 96_usize;
    let scale = pow10(18_u32.checked_add(u32::from(decimals))?.checked_sub(u32::from(other))?).ok()?;
    let (first_step, second_step) = if first {
        (mul_div(scale, low, one, Rounding::Down).ok()?, (high, one))
    } else {
        (mul_div(scale, one, low, Rounding::Down).ok()?, (one, high))
    };
    let raw = mul_div(first_step, second_step.0, second_step.1, Rounding::Down).ok()?;
    Some(Price(Wad::from_raw(raw)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_a_price_of_either_coin() {
        // USDC first: an ether costs 10^12 ÷ 1.0001^201101.5 dollars.
        let ether = price_in_tick(201_101, false, 18, 6).unwrap();
        let dollars = 1e12 / 1.0001_f64.powf(201_101.5);
        let read: f64 = ether.0.to_string().parse().unwrap();
        assert!((read / dollars - 1.0).abs() < 1e-9, "{read} {dollars}");
        let dollar: f64 = price_in_tick(201_101, true, 6, 18).unwrap().0.to_string().parse().unwrap();
        assert!((dollar * dollars - 1.0).abs() < 1e-9, "{dollar}");
        assert_eq!(price_in_tick(887_272, true, 18, 18), None);
    }
}
