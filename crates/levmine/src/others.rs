//! The other people of a scenario: their histories, and the venues they name.

use levmine_composer::{Slot, Venue};
use levmine_config::{ConfigError, Node};
use levmine_engine::{
    Arbitrage, Borrower, FileSeries, OtherPeople, Recorded, RecordedColumns, RecordedIn, RecordedUse,
    ScenarioFile, Target, TargetSpec, Trader, Volume, VolumeSpec,
};
use levmine_market::{Asset, Timestamp, VenueId};
use levmine_math::{Rounding, U256, Wad, mul_div};
use levmine_source::{
    HistorySource, OnAbsurd, Policy, Reading, Request, Samples, SourceError, VolumeColumn, VolumeHistory,
};

use crate::LevmineError;
use crate::findings::tell;
use crate::load::Histories;

/// Loads the histories that the other people of a scenario follow, and puts them where they were named.
///
/// # Errors
///
/// [`LevmineError`] for a file that is not accepted.
pub(crate) async fn read_histories<S: HistorySource>(
    file: &mut ScenarioFile,
    histories: &Histories<'_, S>,
    notes: &mut Vec<String>,
) -> Result<(), LevmineError> {
    for spec in &mut file.traders {
        if let VolumeSpec::File { series, columns, share } = &spec.volume {
            let recorded = recorded(series, columns, *share, histories, notes).await?;
            spec.volume = VolumeSpec::Here(Volume::Recorded(recorded));
        }
    }
    for spec in &mut file.others.borrowers {
        if let TargetSpec::File(series, here) = &spec.target {
            let target = utilization(series, here.as_ref(), spec.asset, histories, notes).await?;
            spec.target = TargetSpec::Here(target);
        }
    }
    Ok(())
}

fn request<S>(series: &FileSeries, histories: &Histories<'_, S>) -> Request {
    let (from, to) = histories.span;
    // What cannot be right of a utilization is cut to what can.
    let policy = Policy { max_gap: series.max_gap, absurd: OnAbsurd::Keep };
    let reading = Reading { stamp: None, from, to, policy };
    Request { file: histories.path(&series.file), format: None, reading }
}

/// A file that a scenario names is missed there: the place that names it helps more than the path alone.
fn missed(series: &FileSeries, error: SourceError) -> LevmineError {
    match error {
        SourceError::Unreadable { file, reason } => LevmineError::Config(ConfigError::Invalid {
            place: series.place.clone(),
            read: format!("\"{file}\", which cannot be read: {reason}"),
            accepted: "a file that can be read".into(),
        }),
        error => error.into(),
    }
}

async fn recorded<S: HistorySource>(
    series: &FileSeries,
    columns: &RecordedColumns,
    share: Wad,
    histories: &Histories<'_, S>,
    notes: &mut Vec<String>,
) -> Result<Recorded, LevmineError> {
    let (names, assets): (Vec<VolumeColumn>, RecordedIn) = match columns {
        RecordedColumns::BothWays(column, asset) => {
            (vec![(column.clone(), asset.decimals())], RecordedIn::BothWays(*asset))
        }
        RecordedColumns::EachWay([(one, first), (other, second)]) => {
            (vec![(first.clone(), 0), (second.clone(), 0)], RecordedIn::EachWay([*one, *other]))
        }
    };
    let request = request(series, histories);
    let history = histories.source.volumes(&request, &names).await.map_err(|error| missed(series, error))?;
    tell(&request.file, history.report(), "nothing is traded in {each}", notes);
    Ok(Recorded { spans: spans(&history, share), assets })
}

/// Each row counts for the usual step, or up to the next row where that is earlier: nothing is known of a gap.
fn spans(history: &VolumeHistory, share: Wad) -> Vec<(Timestamp, Timestamp, [U256; 2])> {
    let step = history.report().step.unwrap_or(1);
    let times = history.times();
    let part = |amount: u128| {
        mul_div(U256::from(amount), share.raw(), Wad::ONE.raw(), Rounding::Down).unwrap_or_default()
    };
    let row = |(at, point): (usize, levmine_source::VolumePoint)| {
        let next = times.get(at + 1).copied();
        let end = point.time.plus(step);
        (point.time, next.map_or(end, |next| next.min(end)), point.traded.map(part))
    };
    history.iter().enumerate().map(row).collect()
}

async fn utilization<S: HistorySource>(
    series: &FileSeries,
    here: Option<&Target>,
    asset: Asset,
    histories: &Histories<'_, S>,
    notes: &mut Vec<String>,
) -> Result<Target, LevmineError> {
    let request = request(series, histories);
    let history = match (histories.source.rates(&request).await, here) {
        (Err(SourceError::Unreadable { .. }), Some(here)) => {
            let file = &series.file;
            notes.push(format!(
                "{file} is not at hand: the use of {asset} follows the figures in the scenario"
            ));
            return Ok(here.clone());
        }
        (history, _) => history.map_err(|error| missed(series, error))?,
    };
    tell(&request.file, history.report(), "the utilization before {each} holds through", notes);
    let known = |point: levmine_source::RatePoint| {
        let utilization = point.utilization()?.min(Wad::ONE);
        let rates = point.supply.zip(point.variable_borrow).map(|(supply, borrow)| [supply, borrow]);
        Some(RecordedUse { time: point.time, utilization, rates })
    };
    let rows: Vec<RecordedUse> = history.iter().filter_map(known).collect();
    if rows.is_empty() {
        return Err(LevmineError::Config(ConfigError::Invalid {
            place: series.place.clone(),
            read: format!("\"{}\", which does not tell what was supplied and borrowed", request.file),
            accepted: "a history with the columns supplied_usd and borrowed_usd".into(),
        }));
    }
    Ok(Target::Recorded(rows))
}

fn find(
    node: &Node,
    name: &str,
    venues: &[Slot],
    is_one: impl Fn(&Venue) -> bool,
) -> Result<VenueId, ConfigError> {
    let found = venues.iter().position(|slot| slot.name == name && is_one(&slot.venue));
    found.and_then(|at| u16::try_from(at).ok()).map(VenueId).ok_or_else(|| {
        let names = venues.iter().filter(|slot| is_one(&slot.venue)).map(|slot| slot.name.as_str());
        node.unknown_name(name, names)
    })
}

/// The traders, with the pools that they name.
///
/// # Errors
///
/// [`ConfigError`] for a name that no pool has, and a volume in what is no coin of it.
pub(crate) fn traders(scenario: &ScenarioFile, venues: &[Slot]) -> Result<Vec<Trader>, ConfigError> {
    let trader = |spec: &levmine_engine::TraderSpec| {
        let at = find(&spec.at, spec.at.text()?, venues, |venue| matches!(venue, Venue::Pool(_)))?;
        let VolumeSpec::Here(volume) = &spec.volume else {
            return Err(spec.place.invalid("a volume whose history was loaded"));
        };
        let slot = venues.get(usize::from(at.0));
        if let Some(Venue::Pool(pool)) = slot.map(|slot| &slot.venue) {
            let coins = pool.coins();
            if assets_of(volume).iter().any(|asset| !coins.contains(asset)) {
                let coins: Vec<&str> = coins.iter().map(|coin| coin.symbol()).collect();
                let accepted = format!("a volume in one of the pool's coins: {}", coins.join(", "));
                return Err(spec.at.invalid(accepted));
            }
        }
        Ok(Trader { at, volume: volume.clone(), direction: spec.direction })
    };
    scenario.traders.iter().map(trader).collect()
}

fn assets_of(volume: &Volume) -> Vec<Asset> {
    match volume {
        Volume::Constant { amount, .. } => vec![amount.asset],
        Volume::Model(model) => vec![model.per_day.asset],
        Volume::Recorded(recorded) => match recorded.assets {
            RecordedIn::BothWays(asset) => vec![asset],
            RecordedIn::EachWay(assets) => assets.to_vec(),
        },
    }
}

/// Everybody else, with the venues that they name.
///
/// # Errors
///
/// [`ConfigError`] for a name that no such venue has, and an asset that nobody can lend there.
pub(crate) fn others(scenario: &ScenarioFile, venues: &[Slot]) -> Result<OtherPeople, ConfigError> {
    let spec = &scenario.others;
    let mut arbitrage = Arbitrage { default: spec.arbitrage, pools: Vec::new() };
    for (node, name, rule) in &spec.pools {
        let at = find(node, name, venues, |venue| matches!(venue, Venue::Pool(_)))?;
        arbitrage.pools.push((at, *rule));
    }
    let mut borrowers: Vec<Borrower> = Vec::new();
    for spec in &spec.borrowers {
        let has_users =
            |venue: &Venue| matches!(venue, Venue::Lending(market) if market.capabilities().flows);
        let at = find(&spec.at, spec.at.text()?, venues, has_users)?;
        let asset = spec.asset;
        if let Some(Venue::Lending(market)) = venues.get(usize::from(at.0)).map(|slot| &slot.venue) {
            let lent = |asset: &Asset| market.listing(*asset).is_ok_and(|listing| listing.borrowable);
            if !lent(&asset) {
                let assets = market.assets();
                let lent: Vec<&str> =
                    assets.iter().filter(|asset| lent(asset)).map(|asset| asset.symbol()).collect();
                return Err(spec
                    .at
                    .invalid(format!("a market that lends {asset}; this one lends {}", lent.join(", "))));
            }
        }
        if borrowers.iter().any(|known| (known.at, known.asset) == (at, asset)) {
            return Err(spec
                .at
                .invalid(format!("each market and asset once, which this and {asset} is not")));
        }
        let TargetSpec::Here(target) = &spec.target else {
            return Err(spec.at.invalid("a utilization whose history was loaded"));
        };
        borrowers.push(Borrower { at, asset, by: spec.by, target: target.clone() });
    }
    Ok(OtherPeople { arbitrage, borrowers, liquidators: spec.liquidators, feeds: spec.feeds.clone() })
}
