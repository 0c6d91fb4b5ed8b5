//! Drawing operations that go through, or fail in an interesting way.

use levmine_maker::{Dss, VaultType, Who};
use levmine_math::{Ray, Rounding, U256, Wad, mul_div};

use super::contracts::{ILKS, USERS};
use super::twin::{MakerTwin, account};
use crate::Operation;
use crate::random::Random;

/// The functions, by weight.
const FUNCTIONS: [(u64, &str); 43] = [
    (8, "gemjoin.join"),
    (3, "gemjoin.exit"),
    (26, "vat.frob"),
    (3, "vat.fork"),
    (2, "vat.flux"),
    (2, "vat.move"),
    (1, "vat.hope"),
    (1, "vat.nope"),
    (1, "vat.heal"),
    (1, "vat.grab"),
    (1, "vat.file"),
    (1, "vat.file_ilk"),
    (8, "jug.drip"),
    (2, "jug.file_ilk"),
    (1, "jug.file"),
    (8, "spotter.poke"),
    (8, "pip.set"),
    (1, "spotter.file"),
    (1, "spotter.file_ilk"),
    (4, "daijoin.join"),
    (4, "daijoin.exit"),
    (5, "pot.drip"),
    (4, "pot.join"),
    (3, "pot.exit"),
    (2, "pot.file"),
    (3, "vow.flog"),
    (3, "vow.heal"),
    (2, "vow.kiss"),
    (2, "vow.flop"),
    (2, "vow.flap"),
    (12, "cat.bite"),
    (1, "cat.file"),
    (1, "cat.file_ilk"),
    (10, "flip.tend"),
    (8, "flip.dent"),
    (6, "flip.deal"),
    (2, "flip.tick"),
    (1, "flip.yank"),
    (1, "flip.file"),
    (3, "flapper"),
    (4, "flopper"),
    (1, "flapper.file"),
    (1, "flopper.file"),
];

struct Draw<'a> {
    dss: &'a Dss,
    eras: &'a [u64],
    now: u64,
    by: &'static str,
    ilk: &'a VaultType,
}

/// The next operation.
pub(super) fn operation(twin: &MakerTwin, random: &mut Random) -> Operation {
    let dss = twin.market().dss();
    let (name, _) = random.pick(&ILKS);
    let id = dss.find(name).unwrap_or_default();
    let Some(ilk) = dss.ilks.get(usize::from(id.0)) else { return Operation::new("pot.drip", twin.now()) };
    let by = random.pick(&USERS);
    let mut function = random.weighted(&FUNCTIONS);
    // Auctions live for hours; years pass seldom.
    let wait = match random.below(10) {
        0..5 => 0,
        5..8 => random.below(4_000),
        8 => random.below(40_000),
        _ => random.wait(),
    };
    if let Some(next) = waiting(dss, ilk, twin.now(), random) {
        function = next;
    }
    let draw = Draw { dss, eras: twin.eras(), now: twin.now().saturating_add(wait), by, ilk };
    if function == "flapper" {
        function = random.weighted(&[(3, "flapper.tend"), (2, "flapper.deal"), (1, "flapper.tick")]);
    }
    if function == "flopper" {
        function = random.weighted(&[(3, "flopper.dent"), (2, "flopper.deal"), (1, "flopper.tick")]);
    }
    draw.arguments(function, Operation::new(function, draw.now), random)
}

/// What the state waits for: a poke after a price, a liquidation, a bid, a drip before a parameter.
fn waiting(dss: &Dss, ilk: &VaultType, now: u64, random: &mut Random) -> Option<&'static str> {
    // Without debt there is little to see.
    if ilk.vat.art.is_zero() && random.chance(70) {
        let idle = [(4, "gemjoin.join"), (8, "vat.frob"), (1, "spotter.poke"), (1, "pip.set")];
        return Some(random.weighted(&idle));
    }
    let limit = |user: &str| {
        let urn = ilk.urns.get(account(user).into());
        (urn.ink.saturating_mul(ilk.vat.spot), urn.art.saturating_mul(ilk.vat.rate))
    };
    if USERS.into_iter().any(|user| limit(user).0 < limit(user).1) && random.chance(40) {
        return Some("cat.bite");
    }
    if let Some((_, lot)) = ilk.flip.bids.iter().find(|(_, lot)| lot.bid.guy != Who::Nobody)
        && random.chance(35)
    {
        let over = lot.bid.tic != 0 && (lot.bid.tic < now || lot.bid.end < now);
        let raised = lot.bid.bid == lot.tab;
        return Some(if over {
            "flip.deal"
        } else if raised {
            "flip.dent"
        } else {
            "flip.tend"
        });
    }
    let bids = |count: usize| count > 0;
    match random.below(12) {
        0 if bids(dss.flapper.bids.len()) => Some("flapper"),
        1 if bids(dss.flopper.bids.len()) => Some("flopper"),
        2 if dss.vow.queued > U256::ZERO => Some("vow.flog"),
        3 | 4 if dss.pot.rho == now => Some("pot.join"),
        5 if dss.pot.rho == now => Some("pot.file"),
        6 if ilk.jug.rho == now => Some("jug.file_ilk"),
        7 => Some("spotter.poke"),
        _ => None,
    }
}

/// The price at which somebody's vault is just unsafe, or a little more.
fn fall(dss: &Dss, ilk: &VaultType, random: &mut Random) -> Option<U256> {
    let urn = ilk.urns.get(account(random.pick(&USERS)).into());
    let spot = mul_div(urn.art, ilk.vat.rate, urn.ink, Rounding::Down).ok()?;
    let ratio = mul_div(spot, ilk.spotter.mat, Ray::ONE.raw(), Rounding::Down).ok()?;
    let price = mul_div(ratio, dss.par, Ray::ONE.raw(), Rounding::Down).ok()? / U256::from(1_000_000_000);
    Some(part(price, 900 + random.below(101), 1_000)).filter(|price| !price.is_zero())
}

fn rad(wad: U256) -> U256 {
    wad.saturating_mul(Ray::ONE.raw())
}

fn signed(random: &mut Random, plus: U256, minus: U256) -> String {
    match random.below(3) {
        0 => "0".into(),
        1 => random.amount(plus).to_string(),
        _ => format!("-{}", random.amount(minus)),
    }
    .replace("-0", "0")
}

/// Within an `int256`: what lies beyond cannot be written as an argument.
fn fits(text: &str) -> bool {
    let size = U256::from_str_radix(text.trim_start_matches('-'), 10).unwrap_or(U256::MAX);
    size < U256::ONE << 255_usize
}

fn bounded(text: String) -> String {
    if fits(&text) { text } else { "7".into() }
}

impl Draw<'_> {
    fn me(&self) -> Who {
        account(self.by).into()
    }

    fn dai(&self) -> U256 {
        self.dss.vat.dai.get(self.me())
    }

    /// Somebody, mostly who acts.
    fn owner(&self, random: &mut Random) -> &'static str {
        if random.chance(80) { self.by } else { random.pick(&USERS) }
    }

    fn arguments(&self, function: &str, operation: Operation, random: &mut Random) -> Operation {
        let of_ilk = |operation: Operation| operation.with("ilk", &*self.ilk.name);
        let mut operation = operation.by(self.by);
        let filed = function.contains("file") || matches!(function, "vat.grab" | "flip.yank");
        if filed && random.chance(90) {
            operation = operation.by("admin");
        }
        let wallet = self.ilk.join.wallets.get(self.me());
        match function {
            "gemjoin.join" => {
                let amount = random.amount(wallet);
                of_ilk(operation).with("usr", self.owner(random)).amount("amt", amount)
            }
            "gemjoin.exit" => {
                let unit = if self.ilk.join.asset.decimals() < 18 { 12 } else { 0 };
                let free = self.ilk.gem.get(self.me()) / U256::from(10).pow(U256::from(unit));
                of_ilk(operation).with("usr", self.owner(random)).amount("amt", random.amount(free))
            }
            "vat.frob" | "vat.grab" => self.change(function, operation, random),
            "vat.fork" => {
                let (src, dst) = (self.owner(random), random.pick(&USERS));
                let urn = self.ilk.urns.get(account(src).into());
                let (dink, dart) = if random.chance(50) {
                    (urn.ink.to_string(), urn.art.to_string())
                } else {
                    (signed(random, urn.ink, urn.ink), signed(random, urn.art, urn.art))
                };
                of_ilk(operation)
                    .with("src", src)
                    .with("dst", dst)
                    .with("dink", bounded(dink))
                    .with("dart", bounded(dart))
            }
            "vat.flux" => {
                let src = self.owner(random);
                let free = self.ilk.gem.get(account(src).into());
                of_ilk(operation)
                    .with("src", src)
                    .with("dst", random.pick(&USERS))
                    .amount("wad", random.amount(free))
            }
            "vat.move" => {
                let src = self.owner(random);
                let inside = self.dss.vat.dai.get(account(src).into());
                operation
                    .with("src", src)
                    .with("dst", random.pick(&USERS))
                    .amount("rad", random.amount(inside))
            }
            "vat.hope" | "vat.nope" => operation.with("usr", random.pick(&USERS)),
            "vat.heal" => operation.amount("rad", random.amount(self.dai())),
            "jug.drip" | "spotter.poke" => of_ilk(operation),
            "pip.set" => {
                let last = self.ilk.pip.val.max(U256::ONE);
                let val = match random.below(10) {
                    0 => random.bits(0, 100),
                    1 => last.saturating_mul(U256::from(2)),
                    2..6 => fall(self.dss, self.ilk, random).unwrap_or(last),
                    _ => part(last, 850 + random.below(250), 1_000).max(U256::ONE),
                };
                of_ilk(operation).amount("val", val).with("has", random.chance(95))
            }
            "daijoin.join" => {
                let tokens = self.dss.dai.wallets.get(self.me());
                operation.with("usr", self.owner(random)).amount("wad", random.amount(tokens))
            }
            "daijoin.exit" => {
                let inside = self.dai() / Ray::ONE.raw();
                operation.with("usr", self.owner(random)).amount("wad", random.amount(inside))
            }
            "pot.drip" | "vow.flop" | "vow.flap" => operation,
            "pot.join" => {
                let most = self.dai() / self.dss.pot.chi.max(U256::ONE);
                let amount = random.amount(most);
                // Only in the second of a drip.
                self.at(operation, self.dss.pot.rho, random).amount("wad", amount)
            }
            "pot.exit" => operation.amount("wad", random.amount(self.dss.pot.pie.get(self.me()))),
            "vow.flog" => {
                let era = if self.eras.is_empty() { self.now } else { random.pick(self.eras) };
                operation.amount("era", U256::from(era))
            }
            "vow.heal" | "vow.kiss" => {
                let (dai, sin) = (self.dss.vat.dai.get(Who::Vow), self.dss.vat.sin.get(Who::Vow));
                let free = sin.saturating_sub(self.dss.vow.queued).saturating_sub(self.dss.vow.ash);
                let whole = if function == "vow.kiss" { self.dss.vow.ash } else { free };
                operation.amount("rad", random.amount(dai.min(whole)))
            }
            "cat.bite" => {
                let unsafe_ones: Vec<&'static str> = USERS
                    .into_iter()
                    .filter(|user| {
                        let urn = self.ilk.urns.get(account(user).into());
                        let limit = urn.ink.saturating_mul(self.ilk.vat.spot);
                        limit < urn.art.saturating_mul(self.ilk.vat.rate)
                    })
                    .collect();
                let urn = if unsafe_ones.is_empty() || random.chance(5) {
                    random.pick(&USERS)
                } else {
                    random.pick(&unsafe_ones)
                };
                of_ilk(operation).with("urn", urn)
            }
            "flip.tend" | "flip.dent" => self.flip(function, operation, random),
            "flip.deal" | "flip.tick" | "flip.yank" => {
                of_ilk(operation).amount("id", U256::from(auction(self.ilk.flip.kicks, random)))
            }
            "flapper.tend" | "flopper.dent" => self.settlement(function, operation, random),
            "flapper.deal" | "flapper.tick" => {
                operation.amount("id", U256::from(auction(self.dss.flapper.kicks, random)))
            }
            "flopper.deal" | "flopper.tick" => {
                operation.amount("id", U256::from(auction(self.dss.flopper.kicks, random)))
            }
            _ => self.file(function, operation, random),
        }
    }

    /// Mostly at the time of the last drip.
    fn at(&self, operation: Operation, rho: u64, random: &mut Random) -> Operation {
        // Time does not run backwards: only where no other has passed.
        if rho >= self.dss.time && random.chance(85) {
            return Operation::new(operation.name(), rho).by(operation.who().unwrap_or(self.by));
        }
        operation
    }

    fn change(&self, function: &str, operation: Operation, random: &mut Random) -> Operation {
        let (u, v, w) = (self.owner(random), self.owner(random), self.owner(random));
        let urn = self.ilk.urns.get(account(u).into());
        let (free, rate, spot) =
            (self.ilk.gem.get(account(v).into()), self.ilk.vat.rate.max(U256::ONE), self.ilk.vat.spot);
        let bearable = urn.ink.saturating_mul(spot) / rate;
        let room = bearable.saturating_sub(urn.art);
        let case = if urn.ink.is_zero() {
            0
        } else if urn.art.is_zero() && random.chance(50) {
            2
        } else {
            random.below(6)
        };
        let (dink, dart) = match case {
            _ if function == "vat.grab" => {
                (format!("-{}", random.amount(urn.ink)), format!("-{}", random.amount(urn.art)))
            }
            0 | 1 => (random.amount(free).to_string(), "0".into()),
            // The very limit, and one beyond.
            2 => ("0".into(), room.saturating_add(U256::from(random.below(2))).to_string()),
            3 => ("0".into(), format!("-{}", random.amount(urn.art))),
            4 => {
                let needed = mul_div(urn.art, rate, spot.max(U256::ONE), Rounding::Up).unwrap_or(urn.ink);
                let spare = urn.ink.saturating_sub(needed);
                (format!("-{}", random.amount(spare)), "0".into())
            }
            _ => (signed(random, free, urn.ink), signed(random, room, urn.art)),
        };
        let (dink, dart) = (bounded(dink.replace("-0", "0")), bounded(dart.replace("-0", "0")));
        let w = if function == "vat.grab" { "vow" } else { w };
        let v = if function == "vat.grab" { "admin" } else { v };
        operation
            .with("ilk", &*self.ilk.name)
            .with("u", u)
            .with("v", v)
            .with("w", w)
            .with("dink", dink)
            .with("dart", dart)
    }

    fn flip(&self, function: &str, operation: Operation, random: &mut Random) -> Operation {
        let live = self.ilk.flip.bids.iter().filter(|(_, lot)| lot.bid.guy != Who::Nobody);
        let running: Vec<u64> = live.map(|(id, _)| id).collect();
        let id =
            if running.is_empty() { auction(self.ilk.flip.kicks, random) } else { random.pick(&running) };
        let lot = self.ilk.flip.bids.get(id);
        let beg = self.ilk.flip.beg;
        let (offered, bid) = if function == "flip.tend" {
            let least = mul_div(lot.bid.bid, beg, Wad::ONE.raw(), Rounding::Up).unwrap_or(lot.tab);
            let bid = match random.below(8) {
                0 => lot.tab,
                1 => lot.tab.saturating_add(U256::ONE),
                2 => least.saturating_sub(U256::ONE),
                3 => U256::ONE,
                4 | 5 => least.max(U256::ONE),
                _ => random.amount(lot.tab),
            };
            (lot.bid.lot, bid)
        } else {
            let most = mul_div(lot.bid.lot, Wad::ONE.raw(), beg.max(U256::ONE), Rounding::Down);
            let most = most.unwrap_or_default();
            let lower = match random.below(4) {
                0 => most.saturating_add(U256::ONE),
                1 | 2 => most,
                _ => random.amount(most),
            };
            (lower, lot.tab)
        };
        let offered = if random.chance(3) { offered.saturating_add(U256::ONE) } else { offered };
        operation
            .with("ilk", &*self.ilk.name)
            .amount("id", U256::from(id))
            .amount("lot", offered)
            .amount("bid", bid)
    }

    fn settlement(&self, function: &str, operation: Operation, random: &mut Random) -> Operation {
        if function == "flapper.tend" {
            let id = auction(self.dss.flapper.kicks, random);
            let bid = self.dss.flapper.bids.get(id);
            let least =
                mul_div(bid.bid, self.dss.flapper.beg, Wad::ONE.raw(), Rounding::Up).unwrap_or_default();
            let wallet = self.dss.mkr.wallets.get(self.me());
            let more = if random.chance(50) { least.max(U256::ONE) } else { random.amount(wallet) };
            return operation.amount("id", U256::from(id)).amount("lot", bid.lot).amount("bid", more);
        }
        let id = auction(self.dss.flopper.kicks, random);
        let bid = self.dss.flopper.bids.get(id);
        let most = mul_div(bid.lot, Wad::ONE.raw(), self.dss.flopper.beg.max(U256::ONE), Rounding::Down);
        let most = most.unwrap_or_default();
        let lot = if random.chance(60) { most } else { random.amount(bid.lot) };
        operation.amount("id", U256::from(id)).amount("lot", lot).amount("bid", bid.bid)
    }

    fn file(&self, function: &str, operation: Operation, random: &mut Random) -> Operation {
        let ray = Ray::ONE.raw();
        let (percent, thousand) = (U256::from(100), U256::from(1_000));
        let factor = ray + U256::from(random.below(10_000_000_000)) * U256::from(1_000_000_000);
        let dai = |random: &mut Random, most: u64| rad(Wad::ONE.raw() * U256::from(random.below(most)));
        let (what, data) = match function {
            "vat.file" => ("Line", dai(random, 2_000_000_000)),
            "vat.file_ilk" => {
                let what = random.pick(&["line", "dust", "spot", "mat"]);
                let data = if what == "spot" { part(self.ilk.vat.spot, 95, 100) } else { dai(random, 100) };
                (what, if what == "line" { data * thousand * thousand } else { data })
            }
            "jug.file" => ("base", U256::from(random.below(1_000_000_000)) * U256::from(1_000_000_000)),
            "jug.file_ilk" => ("duty", factor),
            "pot.file" => (random.pick(&["dsr", "dsr", "rate"]), factor),
            "spotter.file" => ("par", ray * U256::from(98 + random.below(5)) / percent),
            "spotter.file_ilk" => ("mat", ray * U256::from(101 + random.below(80)) / percent),
            "cat.file" => ("box", dai(random, 50_000)),
            "cat.file_ilk" => {
                let chop = Wad::ONE.raw() * U256::from(95 + random.below(40)) / percent;
                let dunk = dai(random, 5_000);
                random.pick(&[("chop", chop), ("dunk", dunk), ("lump", U256::ONE)])
            }
            _ => {
                let beg = Wad::ONE.raw() * U256::from(100 + random.below(20)) / percent;
                let wide = random.bits(1, 60);
                random.pick(&[("beg", beg), ("ttl", wide), ("tau", U256::from(90_000)), ("lid", wide)])
            }
        };
        let operation = match function {
            "jug.file_ilk" => self.at(operation, self.ilk.jug.rho, random),
            "pot.file" => self.at(operation, self.dss.pot.rho, random),
            _ => operation,
        };
        let of_ilk = function.ends_with("file_ilk") || function == "flip.file";
        let operation = if of_ilk { operation.with("ilk", &*self.ilk.name) } else { operation };
        operation.with("what", what).amount("data", data)
    }
}

/// One of the last auctions, or one that is not there.
fn auction(kicks: u64, random: &mut Random) -> u64 {
    kicks.saturating_add(1).saturating_sub(random.below(7)).max(1)
}

fn part(whole: U256, of: u64, all: u64) -> U256 {
    mul_div(whole, U256::from(of), U256::from(all), Rounding::Down).unwrap_or(whole)
}
