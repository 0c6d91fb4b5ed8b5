//! Token incentives: rewards that somebody pays for the use of a venue, by time and by part.
//!
//! Any venue can carry any number of them. What a farmer earns in a span is
//! `per_day · seconds ÷ 86400 · part · boost ÷ average boost`, floored to base units, where the part is what the farmer
//! has of all shares, of all that is supplied, or of all that is owed.

use levmine_config::{ConfigError, Node, parse_date};
use levmine_market::{Assets, Holder, Outside, Reason, Timestamp, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul, mul_div, parse_units};
use rust_decimal::Decimal;

use crate::{LineKind, StepError, Venue, World};

const DAY: u64 = 86_400;
/// Boosts are counted in millionths.
const MILLION: u64 = 1_000_000;

/// What an incentive is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaidFor {
    /// Holding the venue's shares: those of a pool or of a vault.
    Shares,
    /// Supplying this asset to a lending market.
    Supply(levmine_market::Asset),
    /// Owing this asset to a lending market.
    Borrow(levmine_market::Asset),
}

/// One stream of rewards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incentive {
    /// The venue.
    pub at: VenueId,
    /// What all users together are paid in a day.
    pub per_day: TokenAmount,
    /// For what.
    pub paid_for: PaidFor,
    /// When it begins; from the start of the run where nothing is said.
    pub from: Option<Timestamp>,
    /// When it ends.
    pub to: Option<Timestamp>,
    /// The farmer's boost over the average user's, in millionths.
    pub boost: u64,
    /// What the farmer has earned and not claimed, in base units.
    pub earned: U256,
}

const INCENTIVE: &str = "a table like { per_day = \"1000 CRV\", for = \"shares\" }, with for = \"shares\", \"supply USDC\" or \"borrow USDC\"";

/// Reads the `incentives` of a venue's table.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_incentives(at: VenueId, node: &Node, assets: &Assets) -> Result<Vec<Incentive>, ConfigError> {
    node.list()?.iter().map(|node| read_incentive(at, node, assets)).collect()
}

fn read_incentive(at: VenueId, node: &Node, assets: &Assets) -> Result<Incentive, ConfigError> {
    let mut fields = node.fields()?;
    let per_day = fields.required("per_day", INCENTIVE)?;
    let paid_for = fields.required("for", INCENTIVE)?;
    let from = fields.optional("from").map(|node| node.read(parse_date)).transpose()?.map(Timestamp);
    let to = fields.optional("to").map(|node| node.read(parse_date)).transpose()?.map(Timestamp);
    let boost = fields.optional("boost").map(|node| node.read(boost)).transpose()?.unwrap_or(MILLION);
    let average = fields.optional("average_boost").map(|node| node.read(boost_of_all)).transpose()?;
    fields.finish()?;
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        return Err(node.invalid(format!("an end after the beginning, {from}")));
    }
    let (number, symbol) = per_day.text()?.split_once(' ').ok_or_else(|| per_day.invalid(INCENTIVE))?;
    let token = assets.get(symbol.trim()).ok_or_else(|| assets.unknown(per_day, symbol.trim()))?;
    let raw = parse_units(number, token.decimals())
        .map_err(|error| per_day.invalid(format!("{INCENTIVE}; {error}")))?;
    if raw.bit_len() > 112 {
        return Err(per_day.invalid("an amount below 2^112 base units"));
    }
    let paid_for = match paid_for.text()?.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["shares"] => PaidFor::Shares,
        ["supply", symbol] => {
            PaidFor::Supply(assets.get(symbol).ok_or_else(|| assets.unknown(paid_for, symbol))?)
        }
        ["borrow", symbol] => {
            PaidFor::Borrow(assets.get(symbol).ok_or_else(|| assets.unknown(paid_for, symbol))?)
        }
        _ => return Err(paid_for.invalid(INCENTIVE)),
    };
    let boost = mul_div(
        U256::from(boost),
        U256::from(MILLION),
        U256::from(average.unwrap_or(MILLION)),
        Rounding::Down,
    );
    let boost = boost.ok().and_then(|boost| u64::try_from(boost).ok()).unwrap_or(MILLION);
    let per_day = TokenAmount::new(token, raw);
    Ok(Incentive { at, per_day, paid_for, from, to, boost, earned: U256::ZERO })
}

fn boost(text: &str) -> Result<u64, String> {
    let accepted = || "a boost from 1 to 2.5, as a gauge gives it to those who lock its token".to_string();
    let number = Decimal::from_str_exact(text).map_err(|_| accepted())?;
    let (least, most) = (Decimal::ONE, Decimal::new(25, 1));
    if number < least || number > most {
        return Err(accepted());
    }
    u64::try_from((number * Decimal::from(MILLION)).trunc().mantissa()).map_err(|_| accepted())
}

fn boost_of_all(text: &str) -> Result<u64, String> {
    boost(text)
}

impl World {
    /// Lets the venues carry these.
    pub fn set_incentives(&mut self, incentives: Vec<Incentive>) {
        self.incentives = incentives;
    }

    /// What keeps a venue from paying an incentive, if something does.
    #[must_use]
    pub fn cannot_pay(&self, incentive: &Incentive) -> Option<&'static str> {
        let venue = self.venues.get(usize::from(incentive.at.0)).map(|slot| &slot.venue)?;
        let ok = match (incentive.paid_for, venue) {
            (PaidFor::Shares, Venue::Pool(_)) => true,
            (PaidFor::Shares, Venue::Vault(vault)) => {
                vault.assets().iter().any(|asset| vault.share(*asset).is_some())
            }
            (PaidFor::Supply(asset) | PaidFor::Borrow(asset), Venue::Lending(market)) => {
                market.listing(asset).is_ok()
            }
            _ => false,
        };
        (!ok).then_some(
            "\"shares\" at a pool or a vault with a share, \"supply\" or \"borrow\" of an asset that the lending market lists",
        )
    }

    /// What the farmer could claim of incentives at a venue.
    #[must_use]
    pub fn earned_incentives(&self, at: VenueId) -> Vec<TokenAmount> {
        let here = self.incentives.iter().filter(|incentive| incentive.at == at);
        let earned = here.map(|incentive| TokenAmount::new(incentive.per_day.asset, incentive.earned));
        earned.filter(|amount| !amount.is_zero()).collect()
    }

    /// Adds what was earned from `since` to now.
    pub(crate) fn earn_incentives(&mut self, since: Timestamp) -> Result<(), StepError> {
        for at in 0..self.incentives.len() {
            let Some(incentive) = self.incentives.get(at) else { continue };
            let begin = incentive.from.map_or(since, |from| from.max(since));
            let end = incentive.to.map_or(self.now.time, |to| to.min(self.now.time));
            if end <= begin {
                continue;
            }
            let (mine, all) = self.part_at(incentive)?;
            if mine.is_zero() || all.is_zero() {
                continue;
            }
            let seconds = U256::from(end.since(begin).saturating_mul(incentive.boost));
            let paid = mul_div(mul(incentive.per_day.raw, seconds)?, mine.min(all), all, Rounding::Down)?;
            let earned = paid / U256::from(DAY.saturating_mul(MILLION));
            if let Some(incentive) = self.incentives.get_mut(at) {
                incentive.earned = incentive.earned.saturating_add(earned);
            }
        }
        Ok(())
    }

    /// What the farmer has, and what there is.
    fn part_at(&self, incentive: &Incentive) -> Result<(U256, U256), StepError> {
        let at = incentive.at;
        match incentive.paid_for {
            PaidFor::Shares => {
                let Some(slot) = self.venues.get(usize::from(at.0)) else {
                    return Ok((U256::ZERO, U256::ZERO));
                };
                let mut mine = U256::ZERO;
                let mut all = U256::ZERO;
                for share in slot.venue.issued() {
                    // A vault also issues rewards, which are no shares.
                    if let Venue::Vault(vault) = &slot.venue
                        && vault.asset_of(share.asset).is_none()
                    {
                        continue;
                    }
                    all = all.saturating_add(share.raw);
                    let pooled = self.portfolio.shares.iter().filter(|line| line.share == share.asset);
                    mine = pooled.fold(mine, |sum, line| sum.saturating_add(line.held));
                    let through = self.portfolio.shares.iter().flat_map(|line| &line.through);
                    let through = through.filter(|amount| amount.asset == share.asset);
                    mine = through.fold(mine, |sum, amount| sum.saturating_add(amount.raw));
                    let plain = self.portfolio.lines.iter().filter(|line| {
                        line.amount.asset == share.asset && !matches!(line.kind, LineKind::Owed(_))
                    });
                    mine = plain.fold(mine, |sum, line| sum.saturating_add(line.amount.raw));
                }
                Ok((mine, all))
            }
            PaidFor::Supply(asset) => {
                let market = self.lending(at)?;
                let rates = market.rates(asset, self.now)?;
                let mine = market.supplied(self.farmer, asset, self.now)?;
                Ok((mine, rates.available.saturating_add(rates.borrowed)))
            }
            PaidFor::Borrow(asset) => {
                let market = self.lending(at)?;
                let rates = market.rates(asset, self.now)?;
                Ok((market.debt(self.farmer, asset, self.now)?, rates.borrowed))
            }
        }
    }

    /// Pays what was earned at a venue into the farmer's wallet.
    pub(crate) fn claim_incentives(&mut self, at: VenueId) -> Result<(), StepError> {
        let farmer = Holder::Wallet(self.farmer);
        let payer = Holder::Outside(Outside::Incentives(at));
        for incentive in self.incentives.iter_mut().filter(|incentive| incentive.at == at) {
            let earned = TokenAmount::new(incentive.per_day.asset, std::mem::take(&mut incentive.earned));
            self.journal.post(payer, farmer, earned, Reason::Reward)?;
        }
        Ok(())
    }
}
