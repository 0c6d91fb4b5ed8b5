use levmine_market::{Asset, Price, Timestamp};

/// The price of one asset over time: it holds from each point to the next. Points are in strictly rising order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricePath {
    asset: Asset,
    points: Vec<(Timestamp, Price)>,
}

impl PricePath {
    /// A path of these points; the later of two at the same time is kept, and they are put into order.
    #[must_use]
    pub fn new(asset: Asset, mut points: Vec<(Timestamp, Price)>) -> Self {
        points.sort_by_key(|(time, _)| *time);
        points.reverse();
        points.dedup_by_key(|(time, _)| *time);
        points.reverse();
        Self { asset, points }
    }

    /// A price that never moves.
    #[must_use]
    pub fn constant(asset: Asset, price: Price) -> Self {
        Self { asset, points: vec![(Timestamp(0), price)] }
    }

    /// The asset.
    #[must_use]
    pub const fn asset(&self) -> Asset {
        self.asset
    }

    /// The points.
    #[must_use]
    pub fn points(&self) -> &[(Timestamp, Price)] {
        &self.points
    }

    /// The path in US dollars of a price that is in another asset, whose own path is `other`: it moves whenever one of them
    /// does, and begins when both are known. Rounds down.
    ///
    /// # Errors
    ///
    /// [`levmine_math::MathError`] where a product does not fit.
    pub fn priced_in(&self, other: &Self) -> Result<Self, levmine_math::MathError> {
        let mut times: Vec<Timestamp> =
            self.points.iter().chain(&other.points).map(|(time, _)| *time).collect();
        times.sort_unstable();
        times.dedup();
        let (mut own, mut theirs) = (self.points.iter().peekable(), other.points.iter().peekable());
        let mut last = (None, None);
        let mut points = Vec::with_capacity(times.len());
        for time in times {
            while let Some((_, price)) = own.next_if(|(at, _)| *at <= time) {
                last.0 = Some(*price);
            }
            while let Some((_, price)) = theirs.next_if(|(at, _)| *at <= time) {
                last.1 = Some(*price);
            }
            if let (Some(one), Some(per)) = last {
                points.push((time, Price(one.0.mul(per.0, levmine_math::Rounding::Down)?)));
            }
        }
        Ok(Self { asset: self.asset, points })
    }

    fn is_constant(&self) -> bool {
        matches!(self.points.as_slice(), [(Timestamp(0), _)])
    }
}

/// The steps of a run: each time with the prices that changed.
#[derive(Debug)]
pub struct Timeline<'a> {
    paths: Vec<(&'a PricePath, usize)>,
    step: Option<u64>,
    from: Timestamp,
    to: Timestamp,
    next: Option<Timestamp>,
    /// Times at which there is a step besides, in order, and how many have passed.
    stops: (Vec<Timestamp>, usize),
    /// The next even step, which stops do not move.
    grid: Timestamp,
}

impl<'a> Timeline<'a> {
    /// Steps from `from` to `to`, at every point of every path, or at even steps if one is given.
    #[must_use]
    pub fn new(paths: &'a [PricePath], step: Option<u64>, from: Timestamp, to: Timestamp) -> Self {
        let paths = paths.iter().map(|path| (path, 0)).collect();
        Self { paths, step, from, to, next: Some(from), stops: (Vec::new(), 0), grid: from }
    }

    /// The same with a step at each of `stops` besides, which are in order.
    #[must_use]
    pub fn with_stops(mut self, stops: Vec<Timestamp>) -> Self {
        let first = stops.iter().copied().find(|stop| *stop > self.from);
        self.next = self.next.map(|next| first.map_or(next, |stop| next.min(stop)));
        self.stops = (stops, 0);
        self
    }

    /// The span that all paths cover: the latest beginning and the latest end; `None` if every price is constant.
    #[must_use]
    pub fn span(paths: &[PricePath]) -> Option<(Timestamp, Timestamp)> {
        let moving = || paths.iter().filter(|path| !path.is_constant());
        let from = moving().filter_map(|path| path.points.first()).map(|(time, _)| *time).max()?;
        let to = moving().filter_map(|path| path.points.last()).map(|(time, _)| *time).max()?;
        Some((from, to))
    }

    /// The next time, with `changed` filled with the prices that are new since the step before.
    pub fn advance(&mut self, changed: &mut Vec<(Asset, Price)>) -> Option<Timestamp> {
        let now = self.next.filter(|now| *now <= self.to)?;
        changed.clear();
        let mut following: Option<Timestamp> = None;
        for (path, passed) in &mut self.paths {
            let before = *passed;
            while path.points.get(*passed).is_some_and(|(time, _)| *time <= now) {
                *passed += 1;
            }
            if *passed > before
                && let Some((_, price)) = passed.checked_sub(1).and_then(|last| path.points.get(last))
            {
                changed.push((path.asset, *price));
            }
            if let Some((time, _)) = path.points.get(*passed) {
                following = Some(following.map_or(*time, |known: Timestamp| known.min(*time)));
            }
        }
        self.next = match self.step {
            // The last step is the end, whether a price falls on it or not.
            None => following.map(|next| next.min(self.to)).or(Some(self.to)).filter(|next| *next > now),
            Some(step) if now < self.to => {
                while self.grid <= now {
                    self.grid = self.grid.plus(step.max(1));
                }
                Some(self.grid.min(self.to))
            }
            Some(_) => None,
        };
        if let Some(next) = self.next {
            let (stops, passed) = &mut self.stops;
            while stops.get(*passed).is_some_and(|stop| *stop <= now) {
                *passed += 1;
            }
            self.next = stops.get(*passed).map_or(Some(next), |stop| Some(next.min(*stop)));
        }
        Some(now)
    }

    /// The end.
    #[must_use]
    pub const fn to(&self) -> Timestamp {
        self.to
    }

    /// The beginning.
    #[must_use]
    pub const fn from(&self) -> Timestamp {
        self.from
    }
}

#[cfg(test)]
mod tests {
    use levmine_math::Wad;

    use super::*;

    fn eth(points: &[(u64, u128)]) -> PricePath {
        let asset = Asset::new("WETH", 18).unwrap();
        PricePath::new(asset, points.iter().map(|(t, p)| (Timestamp(*t), Price(Wad::new(*p)))).collect())
    }

    fn times(paths: &[PricePath], step: Option<u64>, from: u64, to: u64) -> Vec<(u64, usize)> {
        let mut line = Timeline::new(paths, step, Timestamp(from), Timestamp(to));
        let mut changed = Vec::new();
        let mut all = Vec::new();
        while let Some(now) = line.advance(&mut changed) {
            all.push((now.0, changed.len()));
        }
        all
    }

    #[test]
    fn a_price_in_another_asset_moves_with_both() {
        let dollar = Wad::ONE.raw().to::<u128>();
        let ratio = eth(&[(10, dollar / 2), (30, dollar / 4)]);
        let other = eth(&[(5, 8 * dollar), (20, 4 * dollar)]);
        let path = ratio.priced_in(&other).unwrap();
        let expected = eth(&[(10, 4 * dollar), (20, 2 * dollar), (30, dollar)]);
        assert_eq!(path.points(), expected.points());
    }

    #[test]
    fn steps_fall_on_every_point() {
        let path = [eth(&[(30, 3), (10, 1), (20, 2), (20, 5)])];
        assert_eq!(times(&path, None, 10, 30), [(10, 1), (20, 1), (30, 1)]);
        assert_eq!(path[0].points()[1].1, Price(Wad::new(5)));
    }

    #[test]
    fn even_steps_hold_the_last_price_and_end_at_the_end() {
        let path = [eth(&[(10, 1), (24, 2)])];
        assert_eq!(times(&path, Some(10), 10, 35), [(10, 1), (20, 0), (30, 1), (35, 0)]);
    }

    #[test]
    fn a_later_beginning_takes_the_price_that_holds() {
        let path = [eth(&[(10, 1), (20, 2), (30, 3)])];
        assert_eq!(times(&path, None, 25, 30), [(25, 1), (30, 1)]);
    }

    #[test]
    fn an_end_between_two_points_is_reached() {
        let path = [eth(&[(10, 1), (20, 2), (30, 3)])];
        assert_eq!(times(&path, None, 10, 25), [(10, 1), (20, 1), (25, 0)]);
        assert_eq!(times(&path, None, 10, 35), [(10, 1), (20, 1), (30, 1), (35, 0)]);
    }

    #[test]
    fn constant_prices_still_reach_the_end() {
        let asset = Asset::new("USDC", 6).unwrap();
        let path = [PricePath::constant(asset, Price::ONE)];
        assert_eq!(times(&path, None, 5, 9), [(5, 1), (9, 0)]);
        assert_eq!(Timeline::span(&path), None);
    }
}
