//! The grammar of conditions.

use levmine_config::{nearest, parse_duration, parse_percent};
use levmine_market::{Asset, Assets};
use levmine_math::units_to_decimal;
use rust_decimal::Decimal;

use super::metric::Unit;
use super::read::with_nearest;
use super::units::read_gas_price;
use super::{Condition, Metric};

pub(super) const WHEN: &str = "a condition: health_factor, ltv, debt_ratio, leverage, price WETH, price WETH/WBTC, \
    drawdown, profit, net_apy 7d, borrow_rate, borrow_rate USDC, gas or age, then < or >, then a value, like \
    \"health_factor < 1.25\"; or \"out_of_range\"";

/// Reads a condition like `health_factor < 1.25`.
pub(super) fn read_condition(text: &str, assets: &Assets) -> Result<Condition, String> {
    if text == "out_of_range" {
        return Ok(Condition::OutOfRange);
    }
    let Some(at) = text.find(['<', '>']) else {
        let known = Metric::NAMES.into_iter().chain(["out_of_range"]);
        return Err(with_nearest(WHEN, text.split_whitespace().next().unwrap_or(text), known));
    };
    let (left, right) = text.split_at(at);
    let metric = read_metric(left, assets)?;
    let (sign, value) = right.split_at(1);
    if value.starts_with(['=', '<', '>']) {
        return Err(format!("{WHEN}; the sign is < or >"));
    }
    let value = read_value(metric, sign, value.trim())?;
    Ok(if sign == "<" { Condition::Below(metric, value) } else { Condition::Above(metric, value) })
}

fn read_metric(text: &str, assets: &Assets) -> Result<Metric, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    Ok(match words.as_slice() {
        ["health_factor"] => Metric::HealthFactor,
        ["ltv"] => Metric::Ltv,
        ["debt_ratio"] => Metric::DebtRatio,
        ["leverage"] => Metric::Leverage,
        ["drawdown"] => Metric::Drawdown,
        ["profit"] => Metric::Profit,
        ["gas"] => Metric::Gas,
        ["age"] => Metric::Age,
        ["price", pair] => match pair.split_once('/') {
            None => Metric::Price(asset(pair, assets)?),
            Some((of, per)) => match (asset(of, assets)?, asset(per, assets)?) {
                (of, per) if of == per => return Err("the price of one asset in another".into()),
                (of, per) => Metric::PriceRatio(of, per),
            },
        },
        ["price"] => return Err("the asset whose price it is, as in \"price WETH < 1500\"".into()),
        ["net_apy", window] => Metric::NetApy(parse_duration(window)?),
        ["net_apy"] => return Err("the span of time to look back on, as in \"net_apy 7d < 2%\"".into()),
        ["borrow_rate"] => Metric::BorrowRate(None),
        ["borrow_rate", debt] => Metric::BorrowRate(Some(asset(debt, assets)?)),
        [name, ..] if !Metric::NAMES.contains(name) => {
            return Err(with_nearest(WHEN, name, Metric::NAMES));
        }
        _ => return Err(WHEN.into()),
    })
}

fn asset(symbol: &str, assets: &Assets) -> Result<Asset, String> {
    assets.get(symbol).ok_or_else(|| {
        let near = nearest(symbol, assets.symbols());
        let hint = near.map(|name| format!(" (did you mean \"{name}\"?)")).unwrap_or_default();
        format!("the symbol of a known asset; \"{symbol}\" is not one{hint}")
    })
}

fn read_value(metric: Metric, sign: &str, text: &str) -> Result<Decimal, String> {
    let value = match metric.unit() {
        Unit::Number => {
            Decimal::from_str_exact(text).map_err(|_| format!("a number, as in \"{metric} {sign} 1.25\""))?
        }
        Unit::Percentage => {
            parse_percent(text).map_err(|error| format!("{error}, as in \"{metric} {sign} 20%\""))?
        }
        Unit::Gwei => {
            let wei =
                read_gas_price(text).map_err(|error| format!("{error}, as in \"gas {sign} 100 gwei\""))?;
            units_to_decimal(wei, 9).map_err(|error| error.to_string())?
        }
        Unit::Duration => Decimal::from(parse_duration(text)?),
    };
    if value.is_sign_negative() && !metric.is_signed() {
        return Err(format!(
            "a number that is not negative, as in \"{metric} {sign} {}\"",
            metric.write(Decimal::new(5, 1))
        ));
    }
    Ok(value)
}
