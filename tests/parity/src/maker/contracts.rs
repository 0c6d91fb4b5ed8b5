//! The contracts of the test chain: deployed by their own factories, wired as the deployment script does it.

use revm::primitives::{Address, U256, keccak256};
use serde_json::Value as Json;

use crate::abi::{self, Value};
use crate::artifact::{bytes_of_hex, folder, is_installed};
use crate::{Chain, ParityError};

/// Those who act.
pub(super) const USERS: [&str; 4] = ["alice", "bob", "carol", "kim"];

/// The vault types with the decimals of their tokens: one through `GemJoin`, one through `GemJoin5`.
pub(super) const ILKS: [(&str, u8); 2] = [("ETH-A", 18), ("USDC-A", 6)];

/// Governance, the only one with rights.
const ADMIN: Address = Address::with_last_byte(0xad);

/// Answers `peek()` with the first two slots of its storage.
const PIP: &str = "600054600052600154602052604060 00f3";

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    codes: Vec<Vec<u8>>,
    /// How many contracts factories have made.
    made: u8,
    pub(super) vat: Address,
    pub(super) jug: Address,
    pub(super) spotter: Address,
    pub(super) pot: Address,
    pub(super) vow: Address,
    pub(super) cat: Address,
    pub(super) flapper: Address,
    pub(super) flopper: Address,
    pub(super) dai: Address,
    pub(super) mkr: Address,
    pub(super) daijoin: Address,
    pub(super) ilks: Vec<Ilk>,
}

/// What is deployed for a vault type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ilk {
    pub(super) name: &'static str,
    pub(super) token: Address,
    pub(super) join: Address,
    pub(super) pip: Address,
    pub(super) flip: Address,
}

/// A name as the contracts write it: `bytes32`, from the left.
pub(super) fn bytes32(name: &str) -> Value {
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
    U256::from_be_bytes(bytes).into()
}

fn user(name: &str) -> Option<Address> {
    let at = USERS.iter().position(|known| *known == name)?;
    Some(Address::left_padding_from(&[0xac, u8::try_from(at).ok()?]))
}

/// The bytecode in the package, which `npm run compile` took out of its archive.
fn codes() -> Result<Vec<Vec<u8>>, ParityError> {
    if !is_installed() {
        return Err(ParityError::NotInstalled);
    }
    let path = folder().join("node_modules/@makerdao/testchain/runtime.json");
    let fault = |problem: &str| ParityError::Artifact { path: path.clone(), problem: problem.into() };
    let text = std::fs::read_to_string(&path).map_err(|error| fault(&error.to_string()))?;
    let json: Json = serde_json::from_str(&text).map_err(|error| fault(&error.to_string()))?;
    let codes = json["codes"].as_array().ok_or_else(|| fault("holds no list of codes"))?;
    let bytes = codes.iter().map(|code| bytes_of_hex(code.as_str()?.trim_start_matches("0x")));
    bytes.collect::<Option<_>>().ok_or_else(|| fault("holds a code that is not hexadecimal"))
}

fn holds(code: &[u8], part: &[u8]) -> bool {
    code.windows(part.len()).any(|window| window == part)
}

impl Contracts {
    pub(super) fn deploy(start: u64) -> Result<Self, ParityError> {
        let mut chain = Chain::new();
        chain.set_time(start);
        let nobody = Address::ZERO;
        let mut all = Self {
            chain,
            codes: codes()?,
            made: 0,
            vat: nobody,
            jug: nobody,
            spotter: nobody,
            pot: nobody,
            vow: nobody,
            cat: nobody,
            flapper: nobody,
            flopper: nobody,
            dai: nobody,
            mkr: nobody,
            daijoin: nobody,
            ilks: Vec::new(),
        };
        all.vat = all.make("newVat()", &[])?;
        let vat = Value::from(all.vat);
        all.spotter = all.make("newSpotter(address)", std::slice::from_ref(&vat))?;
        all.jug = all.make("newJug(address)", std::slice::from_ref(&vat))?;
        all.pot = all.make("newPot(address)", std::slice::from_ref(&vat))?;
        all.dai = all.make("newDai(uint256)", &[1_u64.into()])?;
        all.mkr = all.make("newDai(uint256)", &[1_u64.into()])?;
        all.daijoin = all.make("newDaiJoin(address,address)", &[vat.clone(), all.dai.into()])?;
        all.flapper = all.make("newFlap(address,address)", &[vat.clone(), all.mkr.into()])?;
        all.flopper = all.make("newFlop(address,address)", &[vat.clone(), all.mkr.into()])?;
        let auctions = [vat.clone(), all.flapper.into(), all.flopper.into()];
        all.vow = all.make("newVow(address,address,address)", &auctions)?;
        all.cat = all.make("newCat(address)", &[vat])?;
        for (at, (name, decimals)) in ILKS.into_iter().enumerate() {
            let ilk = all.ilk(at, name, decimals)?;
            all.ilks.push(ilk);
        }
        all.wire()?;
        Ok(all)
    }

    /// The factory whose function this is, put on the chain, makes a contract.
    fn make(&mut self, function: &'static str, arguments: &[Value]) -> Result<Address, ParityError> {
        let [a, b, c, d] = abi::selector(function);
        // A place of its own each time: what a factory makes lies where its number of makings says.
        let factory = Address::from_word(keccak256([function.as_bytes(), &self.made.to_be_bytes()].concat()));
        self.made = self.made.saturating_add(1);
        let mut refused = None;
        // The deployment script holds the selector too, but refuses to answer to it.
        for code in self.holding(&[0x63, a, b, c, d]) {
            self.chain.install(factory, code);
            match self.chain.must(ADMIN, factory, function, arguments.to_vec()) {
                Ok(made) => return Ok(abi::address(made.first().copied().unwrap_or_default())),
                Err(error) => refused = Some(error),
            }
        }
        Err(refused.unwrap_or_else(|| crate::recorded::lacks(function)))
    }

    /// The codes that hold `part`.
    fn holding(&self, part: &[u8]) -> Vec<Vec<u8>> {
        self.codes.iter().filter(|code| holds(code, part)).cloned().collect()
    }

    fn ilk(&mut self, at: usize, name: &'static str, decimals: u8) -> Result<Ilk, ParityError> {
        let token = self.make("newDai(uint256)", &[1_u64.into()])?;
        let flip = self
            .make("newFlip(address,address,bytes32)", &[self.vat.into(), self.cat.into(), bytes32(name)])?;
        let number = u8::try_from(at).unwrap_or(u8::MAX);
        let text: &[u8] = if decimals < 18 { b"GemJoin5/overflow" } else { b"GemJoin/overflow" };
        let join = Address::left_padding_from(&[0xfa, number]);
        let code = self.holding(text).into_iter().min_by_key(Vec::len);
        self.chain.install(join, code.ok_or_else(|| crate::recorded::lacks("an adapter of tokens"))?);
        // No factory makes an adapter: its storage is written as the constructor would. wards, vat, ilk, gem, dec, live.
        let ward = keccak256(abi::encode(&[ADMIN.into(), U256::ZERO.into()])).into();
        let Value::Word(ilk) = bytes32(name) else { return Err(crate::recorded::lacks(name)) };
        for (slot, value) in [
            (ward, U256::ONE),
            (U256::from(1), abi::word(self.vat)),
            (U256::from(2), ilk),
            (U256::from(3), abi::word(token)),
            (U256::from(4), U256::from(decimals)),
            (U256::from(5), U256::ONE),
        ] {
            self.chain.set_storage(join, slot, value)?;
        }
        let pip = Address::left_padding_from(&[0xfb, number]);
        self.chain.install(pip, bytes_of_hex(&PIP.replace(' ', "")).unwrap_or_default());
        Ok(Ilk { name, token, join, pip, flip })
    }

    fn wire(&mut self) -> Result<(), ParityError> {
        let Self { vat, jug, spotter, pot, vow, cat, flapper, flopper, dai, mkr, daijoin, .. } = *self;
        let mut relies = vec![
            (vat, jug),
            (vat, spotter),
            (vat, pot),
            (vat, cat),
            (vat, flopper),
            (vow, cat),
            (flapper, vow),
            (flopper, vow),
            (dai, daijoin),
            (mkr, flopper),
        ];
        for ilk in &self.ilks {
            relies.extend([(vat, ilk.join), (ilk.flip, cat), (cat, ilk.flip)]);
        }
        for (of, ward) in relies {
            self.chain.must(ADMIN, of, "rely(address)", vec![ward.into()])?;
        }
        for of in [jug, pot, cat] {
            self.chain.must(ADMIN, of, "file(bytes32,address)", vec![bytes32("vow"), vow.into()])?;
        }
        for Ilk { name, pip, flip, .. } in self.ilks.clone() {
            let ilk = || bytes32(name);
            for of in [vat, jug] {
                self.chain.must(ADMIN, of, "init(bytes32)", vec![ilk()])?;
            }
            for (of, what, address) in [(spotter, "pip", pip), (cat, "flip", flip)] {
                let arguments = vec![ilk(), bytes32(what), address.into()];
                self.chain.must(ADMIN, of, "file(bytes32,bytes32,address)", arguments)?;
            }
        }
        self.allow()
    }

    /// Everybody lets adapters and auctions take tokens.
    fn allow(&mut self) -> Result<(), ParityError> {
        let mut spenders = vec![(self.dai, self.daijoin), (self.mkr, self.flapper)];
        spenders.extend(self.ilks.iter().map(|ilk| (ilk.token, ilk.join)));
        for name in USERS {
            let by = self.address(name)?;
            for (token, spender) in &spenders {
                let arguments = vec![(*spender).into(), U256::MAX.into()];
                self.chain.must(by, *token, "approve(address,uint256)", arguments)?;
            }
        }
        Ok(())
    }

    /// The address of this name.
    pub(super) fn address(&self, name: &str) -> Result<Address, ParityError> {
        if let Some(address) = user(name) {
            return Ok(address);
        }
        if let Some(ilk) = name.strip_prefix("flip.") {
            return Ok(self.ilk_of(ilk)?.flip);
        }
        Ok(match name {
            "0" => Address::ZERO,
            "admin" => ADMIN,
            "vow" => self.vow,
            "daijoin" => self.daijoin,
            "pot" => self.pot,
            "cat" => self.cat,
            "flapper" => self.flapper,
            "flopper" => self.flopper,
            _ => return Err(crate::recorded::lacks(name)),
        })
    }

    /// All names of addresses that can hold anything in the Vat.
    pub(super) fn names(&self) -> Vec<String> {
        let contracts = ["admin", "vow", "daijoin", "pot", "cat", "flapper", "flopper"];
        let plain = USERS.into_iter().chain(contracts).map(String::from);
        plain.chain(self.ilks.iter().map(|ilk| format!("flip.{}", ilk.name))).collect()
    }

    /// The name of an address.
    pub(super) fn name(&self, address: Address) -> String {
        let mut names = self.names();
        names.retain(|name| self.address(name).is_ok_and(|known| known == address));
        names.pop().unwrap_or_else(|| "0".into())
    }

    pub(super) fn ilk_of(&self, name: &str) -> Result<Ilk, ParityError> {
        self.ilks.iter().copied().find(|ilk| ilk.name == name).ok_or_else(|| crate::recorded::lacks(name))
    }

    /// Governance calls a contract.
    pub(super) fn govern(
        &mut self,
        of: Address,
        function: &'static str,
        arguments: Vec<Value>,
    ) -> Result<(), ParityError> {
        self.chain.must(ADMIN, of, function, arguments).map(drop)
    }
}
