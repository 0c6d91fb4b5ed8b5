//! How a file is to be read, and which of its defects are accepted.

use std::fmt;

use levmine_config::{Seconds, nearest};
use levmine_market::Timestamp;

/// The shape of a file of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Columns by their place: time, open, high, low, close, and whatever follows, as in Binance's klines. A header
    /// that tells other places is followed.
    Klines,
    /// Columns by their names in a header: a time, `open`, `high`, `low`, `close`.
    Candles,
    /// A time and a price.
    Prices,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Klines, Self::Candles, Self::Prices];

    /// The name in files: `klines`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Klines => "klines",
            Self::Candles => "candles",
            Self::Prices => "prices",
        }
    }

    /// Returns the format of this name.
    ///
    /// # Errors
    ///
    /// What is accepted.
    pub fn parse(name: &str) -> Result<Self, String> {
        choose(name, &Self::ALL, Self::name)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which end of its step the time of a row denotes.
///
/// A row of a candle file describes what happened during a step. A row of a price file carries one price; where it is
/// the price at the end of a day that is stamped with the day's beginning, as in Etherscan's daily export, the file is
/// read with `stamp = "open"`, and each price counts from one step after its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stamp {
    /// The beginning. What candle files mean unless told otherwise.
    Open,
    /// The end: the moment at which the price, or the closing price, was seen. What price files mean unless told
    /// otherwise.
    Close,
}

impl Stamp {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Open, Self::Close];

    /// The name in files: `open`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Close => "close",
        }
    }

    /// Returns the stamp of this name.
    ///
    /// # Errors
    ///
    /// What is accepted.
    pub fn parse(name: &str) -> Result<Self, String> {
        choose(name, &Self::ALL, Self::name)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What happens to rows whose values cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnAbsurd {
    /// The file is refused.
    #[default]
    Refuse,
    /// They stay as they are, and stand in the report.
    Keep,
}

impl OnAbsurd {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Refuse, Self::Keep];

    /// The name in files: `refuse`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Keep => "keep",
        }
    }

    /// Returns the choice of this name.
    ///
    /// # Errors
    ///
    /// What is accepted.
    pub fn parse(name: &str) -> Result<Self, String> {
        choose(name, &Self::ALL, Self::name)
    }
}

impl fmt::Display for OnAbsurd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn choose<T: Copy>(read: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|choice| name(*choice) == read.trim()).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|choice| name(*choice)).collect();
        let near = nearest(read, names.iter().copied());
        let near = near.map(|name| format!(" (did you mean \"{name}\"?)")).unwrap_or_default();
        format!("one of {}{near}", names.join(", "))
    })
}

/// Which findings are accepted.
///
/// The default accepts none: a gap is any distance of more than one and a half usual steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Policy {
    /// The longest distance between two rows, in seconds; `None` for one and a half usual steps.
    pub max_gap: Option<Seconds>,
    /// What happens to absurd prints.
    pub absurd: OnAbsurd,
}

impl Policy {
    /// Accepts every finding; whoever uses it looks at the report.
    pub const KEEP_ALL: Self = Self { max_gap: Some(Seconds::MAX), absurd: OnAbsurd::Keep };
}

/// What is read of a file, whatever its shape, and which defects are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Reading {
    /// What the times denote; `None` for what files of the shape usually mean.
    pub stamp: Option<Stamp>,
    /// The first moment that matters; the file must know a value at it.
    pub from: Option<Timestamp>,
    /// The last moment that matters; the file must reach it.
    pub to: Option<Timestamp>,
    /// Which findings between `from` and `to` are accepted.
    pub policy: Policy,
}

/// Where the prices stand in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Shape {
    /// The format; `None` to detect it.
    pub format: Option<Format>,
    /// The one column to read as prices; `None` for all four of a candle file, or the only price of a price file.
    pub column: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_choices() {
        for format in Format::ALL {
            assert_eq!(Format::parse(&format.to_string()), Ok(format));
        }
        for stamp in Stamp::ALL {
            assert_eq!(Stamp::parse(&stamp.to_string()), Ok(stamp));
        }
        for absurd in OnAbsurd::ALL {
            assert_eq!(OnAbsurd::parse(&absurd.to_string()), Ok(absurd));
        }
        assert_eq!(
            Format::parse("candle"),
            Err("one of klines, candles, prices (did you mean \"candles\"?)".into())
        );
    }
}
