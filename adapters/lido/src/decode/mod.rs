//! A venue's table, read into Lido.

mod state;
pub(crate) mod values;

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Asset, BuildContext, Parameter};
use levmine_math::{Rounding, U256, mul_div};
use levmine_vault::Vault;

use crate::ledger::Holder;
use crate::presets;
use crate::schedule::{Dated, Schedule, frame_end};
use crate::state::{DEPOSIT_SIZE, State};
use crate::vault::Lido;

/// The most that validators may earn in a year: what the checks of reports believe.
const MOST_APR: u64 = 10;
/// The most that may come in as tips in a year.
const MOST_EXECUTION_APR: u64 = 100;

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "preset",
        accepted: "\"ethereum\"",
        meaning: "the pool of Ethereum on a day; the other keys change it",
    },
    Parameter {
        key: "pooled_ether",
        accepted: "an amount in whole ether",
        meaning: "what the pool has when the venue begins, nearly all of it with validators",
    },
    Parameter {
        key: "rate",
        accepted: "stETH per wstETH, like 1.068; without it 1, or the preset's",
        meaning: "what a share is worth when the venue begins",
    },
    Parameter {
        key: "wsteth",
        accepted: "an amount in whole wstETH; without it none, or the preset's",
        meaning: "what outsiders have wrapped when the venue begins",
    },
    Parameter {
        key: "apr",
        accepted: "a percentage per year from 0% to 10%, or a list of { from = date, rate = percentage }",
        meaning: "what validators earn of what they have, the fee not subtracted; without it and a preset nobody reports",
    },
    Parameter {
        key: "execution_apr",
        accepted: "a percentage per year from 0% to 100%, or a list as for `apr`; without it 0%, or the preset's",
        meaning: "what comes in as tips, of what validators have",
    },
    Parameter {
        key: "penalties",
        accepted: "a list of { at = date, amount = whole ether }",
        meaning: "what validators lose: taken off at the next report",
    },
    Parameter {
        key: "withdrawal_delay",
        accepted: "a duration like \"3d\", \"never\", or a list of { from = date, delay = duration }; without it 3d, or \
                   the preset's",
        meaning: "the age from which the next report pays a request",
    },
    Parameter {
        key: "fee",
        accepted: "a percentage from 0% to 100%; without it 10%, half of it the module's",
        meaning: "the part of the rewards that is minted to treasury and module",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contracts' integers, instead of `pooled_ether`, `rate`, `wsteth`, `fee` and \
                  `preset`",
    },
];

/// Builds a vault from a venue table.
///
/// # Errors
///
/// Whatever the table says that is not accepted, with its place.
pub(crate) fn build(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Box<dyn Vault>, ConfigError> {
    Ok(Box::new(lido(fields, ctx)?))
}

pub(crate) fn lido(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Lido, ConfigError> {
    let preset = fields.optional("preset");
    let mut rates = Rates::read(fields)?;
    let mut last_report = None;
    let (state, names) = match fields.optional("state") {
        Some(node) => {
            for key in ["preset", "pooled_ether", "rate", "wsteth", "fee"] {
                if let Some(other) = fields.optional(key) {
                    return Err(other.invalid(format!("either `{key}` or `state`, not both")));
                }
            }
            let read = state::read(node, ctx)?;
            last_report = read.last_report;
            (read.state, read.names)
        }
        None => {
            let mut state = match preset.map(|node| presets::find(node, ctx.now.block)).transpose()? {
                Some(listed) => {
                    rates.apr.get_or_insert(listed.apr);
                    rates.execution_apr.get_or_insert(listed.execution_apr);
                    rates.delay.get_or_insert(listed.delay);
                    listed.state
                }
                None => State::begun_with(U256::ZERO, ctx.now.block),
            };
            begin(&mut state, fields, preset.is_some())?;
            (state, BTreeMap::new())
        }
    };
    let [weth, steth, wsteth] = tokens(fields, ctx)?;
    let begin = frame_end(ctx.now.time.0);
    let schedule = rates.schedule(last_report.unwrap_or(begin));
    Ok(Lido { state, schedule, assets: [weth, steth], wsteth, names })
}

/// The tokens by their names that everybody knows.
fn tokens(fields: &Fields<'_>, ctx: &BuildContext<'_>) -> Result<[Asset; 3], ConfigError> {
    let find = |symbol: &str| {
        ctx.assets.get(symbol).filter(|asset| asset.decimals() == 18).ok_or_else(|| ConfigError::Invalid {
            place: fields.place().clone(),
            read: format!("no asset {symbol} of 18 decimals"),
            accepted: "a file that knows WETH, stETH and wstETH".into(),
        })
    };
    Ok([find("WETH")?, find("stETH")?, find("wstETH")?])
}

/// What reports say, as far as the table does.
struct Rates {
    apr: Option<Dated<U256>>,
    execution_apr: Option<Dated<U256>>,
    delay: Option<Dated<Option<u64>>>,
    penalties: Vec<(u64, U256)>,
}

impl Rates {
    fn read(fields: &mut Fields<'_>) -> Result<Self, ConfigError> {
        let mut rates =
            |key, most| fields.optional(key).map(|node| values::dated_rates(node, most)).transpose();
        let (apr, execution_apr) = (rates("apr", MOST_APR)?, rates("execution_apr", MOST_EXECUTION_APR)?);
        let delay = fields.optional("withdrawal_delay").map(values::dated_delays).transpose()?;
        let penalties = fields.optional("penalties").map(values::dated_amounts).transpose()?;
        Ok(Self { apr, execution_apr, delay, penalties: penalties.unwrap_or_default() })
    }

    fn schedule(self, last_report: u64) -> Option<Schedule> {
        Some(Schedule {
            apr: self.apr?,
            execution_apr: self.execution_apr.unwrap_or_else(|| Dated::always(U256::ZERO)),
            delay: self.delay.unwrap_or_else(|| Dated::always(Some(3 * 86_400))),
            penalties: self.penalties,
            last_report,
        })
    }
}

/// The pool that the table describes, on top of the preset's.
fn begin(state: &mut State, fields: &mut Fields<'_>, is_preset: bool) -> Result<(), ConfigError> {
    if let Some(node) = fields.optional("fee") {
        fee(state, node)?;
    }
    let ether = match fields.optional("pooled_ether") {
        Some(node) => Some((node, values::amount(node)?)),
        None if is_preset => None,
        None => {
            fields.required("pooled_ether", "an amount in whole ether, or a `preset`")?;
            None
        }
    };
    if let Some((node, ether)) = ether {
        if ether < DEPOSIT_SIZE {
            return Err(node.invalid("at least 32 ether"));
        }
        pool(state, ether);
    }
    let rate = fields.optional("rate").map(values::rate).transpose()?;
    let wsteth = fields.optional("wsteth").map(|node| Ok::<_, ConfigError>((node, values::amount(node)?)));
    let wsteth = wsteth.transpose()?;
    if ether.is_none() && rate.is_none() && wsteth.is_none() {
        return Ok(());
    }
    let failed = |read: String| ConfigError::Invalid {
        place: fields.place().clone(),
        read,
        accepted: "a pool that the contracts can hold".into(),
    };
    let one = U256::from(10_u64.pow(18));
    let before = state.rate().map_err(|error| failed(error.to_string()))?;
    // The preset's rate stays where only the pool is another one.
    let rate = match (rate, is_preset) {
        (Some(rate), _) => rate,
        (None, true) => presets::RATE,
        (None, false) => one,
    };
    state.total_shares =
        mul_div(before.ether, one, rate, Rounding::Down).map_err(|error| failed(error.to_string()))?;
    let wrapped = wsteth.map_or(state.wsteth_supply, |(_, raw)| raw);
    let left = state.total_shares.checked_sub(wrapped).filter(|left| !left.is_zero());
    let Some(left) = left else {
        let shares = state.total_shares;
        return Err(failed(format!("{wrapped} base units of wstETH and {shares} shares")));
    };
    state.wsteth_supply = wrapped;
    state.ledger.set(Holder::WstEth, wrapped);
    state.ledger.set(Holder::Outside, left);
    Ok(())
}

/// All with validators but what is left over of 32 ether.
fn pool(state: &mut State, ether: U256) {
    let validators = ether.wrapping_div(DEPOSIT_SIZE);
    state.cl_validators = validators;
    state.deposited_validators = validators;
    state.cl_balance = validators.saturating_mul(DEPOSIT_SIZE);
    state.buffered = ether.saturating_sub(state.cl_balance);
}

fn fee(state: &mut State, node: &Node) -> Result<(), ConfigError> {
    let fraction = node.read(levmine_config::parse_percent)?;
    let accepted = || node.invalid("a percentage from 0% to 100%");
    if fraction.is_sign_negative() {
        return Err(accepted());
    }
    let wad = levmine_math::Wad::from_decimal(fraction, Rounding::Down).map_err(|_| accepted())?.raw();
    let hundred = U256::from(100);
    state.fees.total = wad.saturating_mul(hundred);
    state.fees.module = state.fees.total >> 1;
    if state.fees.total > state.fees.precision { Err(accepted()) } else { Ok(()) }
}
