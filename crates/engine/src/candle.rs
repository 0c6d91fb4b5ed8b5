use levmine_market::{Price, Timestamp};

/// Open, high, low and close of a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candle {
    /// When the span begins.
    pub time: Timestamp,
    /// The first price.
    pub open: Price,
    /// The highest.
    pub high: Price,
    /// The lowest.
    pub low: Price,
    /// The last.
    pub close: Price,
}

/// Which way a price goes through a candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandlePath {
    /// The close, at the end of the span; the first candle's open at its beginning. Extremes within are not seen.
    Close,
    /// Open, then the extreme nearer to it in direction, then the other, then close: a candle that rises goes down
    /// first, one that falls goes up first. The extremes stand at one and two thirds of the span.
    Ohlc,
}

/// Returns the points of a path through `candles`, each `span` seconds long, or shorter where the next begins earlier.
#[must_use]
pub fn expand(candles: &[Candle], span: u64, way: CandlePath) -> Vec<(Timestamp, Price)> {
    let mut points =
        Vec::with_capacity(candles.len().saturating_mul(if way == CandlePath::Ohlc { 4 } else { 1 }) + 1);
    for (i, candle) in candles.iter().enumerate() {
        let span = candles.get(i + 1).map_or(span, |next| span.min(next.time.since(candle.time)));
        let end = (candle.time.plus(span), candle.close);
        match way {
            CandlePath::Close => {
                if i == 0 {
                    points.push((candle.time, candle.open));
                }
                points.push(end);
            }
            CandlePath::Ohlc => {
                let rises = candle.close >= candle.open;
                let (first, second) =
                    if rises { (candle.low, candle.high) } else { (candle.high, candle.low) };
                points.push((candle.time, candle.open));
                points.push((candle.time.plus(span / 3), first));
                points.push((candle.time.plus(span / 3 * 2), second));
                points.push(end);
            }
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use levmine_math::Wad;

    use super::*;

    #[test]
    fn a_candle_ends_where_the_next_begins() {
        let price = |p| Price(Wad::new(p));
        let candle = |time, p| Candle {
            time: Timestamp(time),
            open: price(p),
            high: price(p + 1),
            low: price(p - 1),
            close: price(p),
        };
        let candles = [candle(0, 10), candle(30, 20)];
        let times = |way| expand(&candles, 90, way).iter().map(|(t, _)| t.0).collect::<Vec<_>>();
        assert_eq!(times(CandlePath::Close), [0, 30, 120]);
        assert_eq!(times(CandlePath::Ohlc), [0, 10, 20, 30, 30, 60, 90, 120]);
    }

    #[test]
    fn a_falling_candle_goes_up_first() {
        let price = |p| Price(Wad::new(p));
        let candle =
            Candle { time: Timestamp(0), open: price(10), high: price(12), low: price(5), close: price(6) };
        let ohlc: Vec<(u64, Price)> =
            expand(&[candle], 90, CandlePath::Ohlc).iter().map(|(t, p)| (t.0, *p)).collect();
        assert_eq!(ohlc, [(0, price(10)), (30, price(12)), (60, price(5)), (90, price(6))]);
        let close: Vec<(u64, Price)> =
            expand(&[candle], 90, CandlePath::Close).iter().map(|(t, p)| (t.0, *p)).collect();
        assert_eq!(close, [(0, price(10)), (90, price(6))]);
    }
}
