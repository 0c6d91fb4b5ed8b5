//! Loads histories and files from the outside.
//!
//! [`parse_history`], [`parse_rates`], [`parse_pool`] and [`parse_gas`] turn the bytes of a file into values and a [`Report`] of what
//! was found; they read nothing and wait for nothing. [`HistorySource`] and [`TextSource`] are the asynchronous edge,
//! with [`Files`] as the implementation over the file system.
//!
//! # Texts
//!
//! CSV in UTF-8, with or without a byte order mark. Fields are separated by commas, semicolons or tabs (whichever the
//! first line has), may stand in double quotes, and lines end with `\n` or `\r\n`. Blank lines are skipped, and
//! counted in line numbers. A first line that does not begin with a digit is a header; names are compared in small
//! letters, with `_` for a space. All lines have as many fields as the first.
//!
//! JSON, where the text begins with a bracket: a list of rows, or an object with the rows under `data` (candles of OKX, yields
//! of DefiLlama), `prices`, or `coins` (prices of DefiLlama). Rows are lists or objects; numbers may stand in quotes, null is an
//! empty field, and no digit passes through a float.
//!
//! **Times** are Unix seconds, milliseconds, microseconds or nanoseconds from 1973-03-03 to 2199-12-31, told apart by
//! their magnitude, or dates (`2021-04-04`, `2021-04-04 20:00`, `2021-04-04T20:00:00.000Z`, also with an offset such
//! as `+02:00`; UTC if they tell none). Smaller numbers, like `20210404`, are refused rather than taken for the
//! 1970s. Parts of a second are cut off, which the report tells. With a header, the time stands in `ts`,
//! `timestamp`, `open_time`, `unix`, `time`, `datetime`, `date` or `hour_ts`; without one, in the first column.
//!
//! **Numbers** are digits with at most one point and an exponent at most, `2061.43` or `6.1e-05`. Prices are kept
//! with 18 decimals exactly; what is finer is cut off, which the report tells.
//!
//! # Shapes
//!
//! | Shape | Columns | Read by |
//! |---|---|---|
//! | klines | time, open, high, low, close by place, then anything; usually twelve and no header, as Binance writes them | [`parse_history`] |
//! | candles | `open`, `high`, `low`, `close` by name, beside a time | [`parse_history`] |
//! | prices | a time and one price, with or without a header (`ts,price_usd`); of several columns the one named `price`, `price_…`, `…_price`, `close` or `value` | [`parse_history`] |
//! | one column | any column by its name: `stablecoins.csv#dai`, `candles.csv#close` | [`parse_history`] with [`Shape::column`] |
//! | OKX | `ts`, `o`, `h`, `l`, `c`, …, `confirm`: newest first, as its interface gives them, or oldest first; what is not confirmed is left out, which the report tells | [`parse_history`] |
//! | DefiLlama | the charts of its yields (`timestamp`, `tvlUsd`, `apy`, `apyBase`, `apyReward`), of which a column is named, and of its prices, of which a coin is named by key or symbol where there are several | [`parse_history`] |
//! | snapshots | `supplied_usd`, `borrowed_usd`, `supply_apr_pct`, `variable_borrow_apr_pct`, and perhaps `stable_borrow_apr_pct`, `token_balance` | [`parse_rates`] |
//! | indices | `liquidity_rate_ray`, `variable_borrow_rate_ray`, `liquidity_index_ray`, `variable_borrow_index_ray`, and perhaps `stable_borrow_rate_ray`: the contract's integers | [`parse_rates`] |
//! | pool | `netAmount0`, `netAmount1`, `openTick`, `lowestTick`, `highestTick`, `closeTick`, `inAmount0`, `inAmount1`, `currentLiquidity`: a pool with ticks, span by span | [`parse_pool`] |
//! | gas | a column whose name ends with `_wei` or `_gwei` | [`parse_gas`] |
//! | volumes | one or two columns by their names | [`parse_volumes`] |
//!
//! The shape of a file of prices is detected, or stated as [`Format`].
//!
//! # What the time denotes
//!
//! A [`Point`] stands at the moment at which its open is the price, so that nothing of the future is known too early.
//! For that it must be known which end of a step the file's times denote: the beginning in candle files, the moment
//! of the price in price files. Files that mean the other say so with [`Stamp`]: a daily file that gives the price at
//! the *end* of the day it names is read with `stamp = "open"`, and its prices count from a day later.
//!
//! # Defects
//!
//! Everything that is found is told with its line, and nothing is repaired. Always refused, as a [`SourceError`]: a
//! field that cannot be read, rows newest first (except in OKX's candles), an empty price, a price that is not above zero, a line with more or fewer fields, a
//! last line that breaks off, rows out of order, and two rows of one time that say different things. Findings on
//! which the caller decides by a [`Policy`]:
//!
//! - **Gaps**: two rows further apart than one and a half usual steps, the usual step being the median of the file.
//!   Refused unless the policy states a longest gap.
//! - **Absurd rows**: a high below the low; an open or close outside of low and high; a high or low by a factor
//!   above 2 away from open and close; and spikes. A spike is a row further away from the row before than 40 times
//!   the file's median move (at least 10 %, at most 50 %), after which the price is back up to a quarter of the
//!   jump; or two or three rows more than 50 % away. The distance of a candle is that of its nearer end, so that
//!   trade that leads there and back is none. Refused unless the policy keeps them.
//!
//! Findings that are only told: rows that repeat the row before (read once), a change of the unit of time, digits
//! that were cut off, empty rates, and a last line without line end.
//!
//! A part of a file is chosen with [`Reading::from`] and [`Reading::to`]: from the last row that is not after `from`,
//! to the last that is not after `to`. What the file must cover is refused if it does not; the findings that count are
//! those in the part.

mod absurd;
mod error;
mod files;
mod gas;
mod history;
mod json;
mod number;
mod options;
mod pool;
mod prices;
mod rates;
mod report;
mod samples;
mod scan;
mod sequence;
mod stamp;
mod table;
mod volumes;
mod wording;

pub use error::SourceError;
pub use files::{Files, HistorySource, Request, TextSource};
pub use gas::{GasHistory, GasPoint, parse_gas};
pub use history::{History, Point};
pub use options::{Format, OnAbsurd, Policy, Reading, Shape, Stamp};
pub use pool::{PoolHistory, PoolPoint, parse_pool};
pub use prices::parse_history;
pub use rates::{RateHistory, RatePoint, RateState, parse_rates};
pub use report::{Absurd, Absurdity, Duplicate, Gap, Report, Tally, UnitChange};
pub use samples::{Cursor, Samples, Steps};
pub use stamp::TimeUnit;
pub use volumes::{VolumeColumn, VolumeHistory, VolumePoint, parse_volumes};
