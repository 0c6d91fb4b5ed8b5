//! The contracts' functions by the adapter's names of them.

use revm::primitives::{Address, U256};

use super::contracts::{Contracts, bytes32};
use crate::{Call, Operation, ParityError};

/// What an argument is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The name of an address.
    Who,
    /// An integer.
    Uint,
    /// An integer with a sign.
    Int,
    /// A name: a vault type, a parameter.
    Name,
}

use Kind::{Int, Name, Uint, Who};

/// Adapter's name, signature, arguments in order.
type Row = (&'static str, &'static str, &'static [(&'static str, Kind)]);

const CHANGE: &[(&str, Kind)] =
    &[("ilk", Name), ("u", Who), ("v", Who), ("w", Who), ("dink", Int), ("dart", Int)];
const FILE: &[(&str, Kind)] = &[("what", Name), ("data", Uint)];
const FILE_ILK: &[(&str, Kind)] = &[("ilk", Name), ("what", Name), ("data", Uint)];
const BID: &[(&str, Kind)] = &[("id", Uint), ("lot", Uint), ("bid", Uint)];

const ROWS: &[Row] = &[
    ("vat.frob", "frob(bytes32,address,address,address,int256,int256)", CHANGE),
    ("vat.grab", "grab(bytes32,address,address,address,int256,int256)", CHANGE),
    (
        "vat.fork",
        "fork(bytes32,address,address,int256,int256)",
        &[("ilk", Name), ("src", Who), ("dst", Who), ("dink", Int), ("dart", Int)],
    ),
    (
        "vat.flux",
        "flux(bytes32,address,address,uint256)",
        &[("ilk", Name), ("src", Who), ("dst", Who), ("wad", Uint)],
    ),
    ("vat.move", "move(address,address,uint256)", &[("src", Who), ("dst", Who), ("rad", Uint)]),
    ("vat.hope", "hope(address)", &[("usr", Who)]),
    ("vat.nope", "nope(address)", &[("usr", Who)]),
    ("vat.heal", "heal(uint256)", &[("rad", Uint)]),
    ("vat.file", "file(bytes32,uint256)", FILE),
    ("vat.file_ilk", "file(bytes32,bytes32,uint256)", FILE_ILK),
    ("jug.drip", "drip(bytes32)", &[("ilk", Name)]),
    ("jug.file", "file(bytes32,uint256)", FILE),
    ("jug.file_ilk", "file(bytes32,bytes32,uint256)", FILE_ILK),
    ("spotter.poke", "poke(bytes32)", &[("ilk", Name)]),
    ("spotter.file", "file(bytes32,uint256)", FILE),
    ("spotter.file_ilk", "file(bytes32,bytes32,uint256)", FILE_ILK),
    ("gemjoin.join", "join(address,uint256)", &[("usr", Who), ("amt", Uint)]),
    ("gemjoin.exit", "exit(address,uint256)", &[("usr", Who), ("amt", Uint)]),
    ("daijoin.join", "join(address,uint256)", &[("usr", Who), ("wad", Uint)]),
    ("daijoin.exit", "exit(address,uint256)", &[("usr", Who), ("wad", Uint)]),
    ("pot.drip", "drip()", &[]),
    ("pot.join", "join(uint256)", &[("wad", Uint)]),
    ("pot.exit", "exit(uint256)", &[("wad", Uint)]),
    ("pot.file", "file(bytes32,uint256)", FILE),
    ("vow.flog", "flog(uint256)", &[("era", Uint)]),
    ("vow.heal", "heal(uint256)", &[("rad", Uint)]),
    ("vow.kiss", "kiss(uint256)", &[("rad", Uint)]),
    ("vow.flop", "flop()", &[]),
    ("vow.flap", "flap()", &[]),
    ("vow.file", "file(bytes32,uint256)", FILE),
    ("cat.bite", "bite(bytes32,address)", &[("ilk", Name), ("urn", Who)]),
    ("cat.file", "file(bytes32,uint256)", FILE),
    ("cat.file_ilk", "file(bytes32,bytes32,uint256)", FILE_ILK),
    ("flip.tend", "tend(uint256,uint256,uint256)", BID),
    ("flip.dent", "dent(uint256,uint256,uint256)", BID),
    ("flip.deal", "deal(uint256)", &[("id", Uint)]),
    ("flip.tick", "tick(uint256)", &[("id", Uint)]),
    ("flip.yank", "yank(uint256)", &[("id", Uint)]),
    ("flip.file", "file(bytes32,uint256)", FILE),
    ("flapper.tend", "tend(uint256,uint256,uint256)", BID),
    ("flapper.deal", "deal(uint256)", &[("id", Uint)]),
    ("flapper.tick", "tick(uint256)", &[("id", Uint)]),
    ("flapper.file", "file(bytes32,uint256)", FILE),
    ("flopper.dent", "dent(uint256,uint256,uint256)", BID),
    ("flopper.deal", "deal(uint256)", &[("id", Uint)]),
    ("flopper.tick", "tick(uint256)", &[("id", Uint)]),
    ("flopper.file", "file(bytes32,uint256)", FILE),
];

/// The call that an operation is.
pub(super) fn call(contracts: &Contracts, operation: &Operation) -> Result<Call, ParityError> {
    let (_, signature, arguments) =
        ROWS.iter().find(|(name, ..)| *name == operation.name()).ok_or_else(|| operation.unknown())?;
    let to = target(contracts, operation)?;
    let by = contracts.address(operation.who()?)?;
    let mut values = Vec::new();
    for (key, kind) in *arguments {
        values.push(match kind {
            Who => contracts.address(operation.text(key)?)?.into(),
            Uint => operation.number(key)?.into(),
            Int => two(operation.text(key)?).ok_or_else(|| operation.lacks(key))?.into(),
            Name => bytes32(operation.text(key)?),
        });
    }
    Ok(Call::new(by, to, signature, values))
}

fn target(contracts: &Contracts, operation: &Operation) -> Result<Address, ParityError> {
    let ilk = || contracts.ilk_of(operation.text("ilk")?);
    Ok(match operation.name().split('.').next().unwrap_or_default() {
        "vat" => contracts.vat,
        "jug" => contracts.jug,
        "spotter" => contracts.spotter,
        "pot" => contracts.pot,
        "vow" => contracts.vow,
        "cat" => contracts.cat,
        "flapper" => contracts.flapper,
        "flopper" => contracts.flopper,
        "daijoin" => contracts.daijoin,
        "gemjoin" => ilk()?.join,
        "flip" => ilk()?.flip,
        _ => return Err(operation.unknown()),
    })
}

/// An integer with a sign, in two's complement.
fn two(text: &str) -> Option<U256> {
    let negative = text.starts_with('-');
    let size = U256::from_str_radix(text.trim_start_matches('-'), 10).ok()?;
    Some(if negative { U256::ZERO.wrapping_sub(size) } else { size })
}
