//! The numbers of each contract by name: one list for writing and reading.

use levmine_config::{ConfigError, Node};
use levmine_market::Dump;
use levmine_math::U256;

use crate::dss::{
    Bid, Calc, CatIlk, Clip, Dog, DogIlk, Flapper, Flash, Flip, Flopper, Ilk, JugIlk, Lot, Pip, Pot, Sale,
    SpotterIlk, Urn, Vat, Vow,
};

/// What a number can be.
pub(crate) const ACCEPTED: &str = "an integer from 0 to 2^256 − 1 in decimal digits";

/// A number of a contract.
#[derive(Debug)]
pub(crate) enum Word<'a> {
    /// 256 bits.
    Big(&'a mut U256),
    /// A time or a count.
    Small(&'a mut u64),
    /// 0 or 1.
    Flag(&'a mut bool),
}

/// What has numbers with names.
pub(crate) trait Words {
    /// The numbers, in the order in which they are written.
    fn words(&mut self) -> Vec<(&'static str, Word<'_>)>;
}

/// Reads an integer.
pub(crate) fn word(node: &Node) -> Result<U256, ConfigError> {
    let text = node.digits()?.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(node.invalid(ACCEPTED));
    }
    U256::from_str_radix(text, 10).map_err(|_| node.invalid(ACCEPTED))
}

/// Reads an integer that fits `bits` bits.
pub(crate) fn narrow(node: &Node, bits: usize) -> Result<U256, ConfigError> {
    let value = word(node)?;
    if value.bit_len() <= bits {
        Ok(value)
    } else {
        Err(node.invalid(format!("an integer below 2^{bits} in decimal digits")))
    }
}

/// Writes the numbers that are not zero.
pub(crate) fn write(mut value: impl Words) -> Vec<(String, Dump)> {
    let texts = value.words().into_iter().filter_map(|(name, word)| {
        let text = match word {
            Word::Big(value) => (!value.is_zero()).then(|| Dump::text(*value)),
            Word::Small(value) => (*value != 0).then(|| Dump::text(*value)),
            Word::Flag(value) => value.then(|| Dump::text(1)),
        };
        text.map(|text| (name.to_string(), text))
    });
    texts.collect()
}

/// Implements [`Words`] by a list of names and fields.
macro_rules! words {
    ($($type:ty { $($name:literal: $kind:ident $field:ident $(. $inner:ident)?,)+ })+) => {
        $(impl Words for $type {
            fn words(&mut self) -> Vec<(&'static str, Word<'_>)> {
                vec![$(($name, Word::$kind(&mut self.$field $(. $inner)?)),)+]
            }
        })+
    };
}

words! {
    Vat { "debt": Big debt, "vice": Big vice, "Line": Big ceiling, }
    Ilk { "Art": Big art, "rate": Big rate, "spot": Big spot, "line": Big line, "dust": Big dust, }
    Urn { "ink": Big ink, "art": Big art, }
    JugIlk { "duty": Big duty, "rho": Small rho, }
    SpotterIlk { "mat": Big mat, }
    Pip { "val": Big val, "has": Flag has, }
    DogIlk { "chop": Big chop, "hole": Big hole, "dirt": Big dirt, }
    CatIlk { "chop": Big chop, "lump": Big lump, "dunk": Big dunk, }
    Calc { "tau": Big tau, "step": Big step, "cut": Big cut, }
    Clip {
        "buf": Big buf, "tail": Big tail, "cusp": Big cusp, "chip": Big chip, "tip": Big tip, "chost": Big chost,
        "kicks": Small kicks, "stopped": Big stopped,
    }
    Sale { "tab": Big tab, "lot": Big lot, "tic": Small tic, "top": Big top, }
    Flip { "beg": Big beg, "ttl": Small ttl, "tau": Small tau, "kicks": Small kicks, }
    Bid { "bid": Big bid, "lot": Big lot, "tic": Small tic, "end": Small end, }
    Lot { "bid": Big bid.bid, "lot": Big bid.lot, "tic": Small bid.tic, "end": Small bid.end, "tab": Big tab, }
    Pot { "Pie": Big total, "dsr": Big dsr, "chi": Big chi, "rho": Small rho, }
    Vow {
        "Sin": Big queued, "Ash": Big ash, "wait": Big wait, "dump": Big dump, "sump": Big sump, "bump": Big bump,
        "hump": Big hump,
    }
    Dog { "Hole": Big hole, "Dirt": Big dirt, }
    crate::dss::Cat { "box": Big limit, "litter": Big litter, }
    Flapper {
        "beg": Big beg, "ttl": Small ttl, "tau": Small tau, "kicks": Small kicks, "lid": Big lid, "fill": Big fill,
    }
    Flopper { "beg": Big beg, "pad": Big pad, "ttl": Small ttl, "tau": Small tau, "kicks": Small kicks, }
    Flash { "max": Big max, "locked": Flag locked, }
}
