//! MasterChef and its reward token, compiled from their package, beside the adapter.
//!
//! What only forks can do, changing the rate, is done to the contract as their owners do it: all pools are updated, then the
//! rate is written into its storage.

mod calls;
mod contracts;
mod draw;
mod state;

use levmine_config::parse_json;
use levmine_market::{
    Account, Asset, Assets, BuildContext, Dump, Moment, Party, Timestamp, TokenAmount, Transfer,
};
use levmine_masterchef::MasterChefVault;
use levmine_math::{Bps, U256};
use levmine_vault::{Vault, VaultError};
use serde_json::{Map, Value, json};

use self::contracts::{ACCOUNTS, Contracts, STAKES, Terms, wallet};
use self::state::{Wallets, code};
use crate::random::Random;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Operation, ParityError};

/// When the first operation may happen; a block every 12 s.
const START: u64 = 1_600_000_008;

/// Seconds from block to block.
const BLOCK: u64 = 12;

const SUSHI: &str = "SUSHI";

/// What a token says to who has too little of it.
const WALLET: &str = "ERC20: transfer amount exceeds balance";

/// The only version.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "masterchef",
    version: "v1",
    contracts: "@sushiswap/core 1.4.2, compiled by solc 0.6.12",
    make: |seed| Ok(Box::new(MasterChefTwin::new(seed)?)),
};

/// A chef and its model.
#[derive(Debug)]
pub struct MasterChefTwin {
    contracts: Contracts,
    vault: MasterChefVault,
    wallets: Wallets,
    /// What is staked in each pool.
    pools: Vec<&'static str>,
    /// Changes of the rate that are still to come, by block.
    rates: Vec<(u64, U256)>,
    now: u64,
    beginning: Value,
    /// How many operations were drawn.
    drawn: u64,
    /// The usual size of a stake in base units, in bits.
    stake_bits: u64,
    /// The longest usual wait in seconds, in bits.
    wait_bits: u64,
}

/// The adapter's number of an account.
fn number(name: &str) -> Account {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Account::new(u32::try_from(number).unwrap_or(u32::MAX))
}

fn symbol_of(asset: Asset) -> &'static str {
    STAKES.into_iter().find(|known| *known == asset.symbol()).unwrap_or(SUSHI)
}

fn moment(time: u64) -> Moment {
    Moment { time: Timestamp(time), block: time / BLOCK }
}

impl MasterChefTwin {
    /// A chef without pools; its terms are those of this seed.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let block = START / BLOCK;
        let rate = |random: &mut Random| match random.below(20) {
            0 => U256::ZERO,
            1 => random.bits(1, 200),
            2 | 3 => random.bits(1, 20),
            _ => random.bits(40, 80),
        };
        let per_block = rate(&mut random);
        let start = block + random.pick(&[0, 0, 0, 1, 50, 20_000]);
        let span = random.pick(&[1, 20, 500, 10_000, 1_000_000]);
        let bonus_end = random.pick(&[0, block, block + span, block + span / 3, u64::MAX]);
        let sushi_bits = random.pick(&[10_u64, 90, 90, 90, 90, 250, 253]);
        let sushi_each = random.bits(sushi_bits, sushi_bits);
        let mut rates: Vec<(u64, U256)> = Vec::new();
        if random.chance(30) {
            for _ in 0..=random.below(3) {
                let after = rates.last().map_or(block, |(last, _)| *last);
                rates.push((after + 1 + random.below(span), rate(&mut random)));
            }
        }
        let terms = Terms { per_block, start, bonus_end, sushi_each };
        let contracts = Contracts::deploy(terms, START)?;
        let everybody = U256::from(ACCOUNTS.len());
        let changes: Vec<Value> = rates
            .iter()
            .map(|(block, rate)| json!({ "block": block.to_string(), "sushiPerBlock": rate.to_string() }))
            .collect();
        let users: Map<String, Value> = ACCOUNTS.iter().map(|name| ((*name).into(), json!({}))).collect();
        let mut venue = json!({
            "reward": SUSHI,
            "state": {
                "block": block.to_string(),
                "sushiPerBlock": per_block.to_string(),
                "startBlock": start.to_string(),
                "bonusEndBlock": bonus_end.to_string(),
                "totalSupply": (sushi_each * everybody).to_string(),
                "owner": "gov",
                "devaddr": "dev",
                "users": users,
                "emissions": changes,
            },
        });
        let node = parse_json("venue", &venue.to_string())?;
        let assets = Assets::standard();
        let ctx = BuildContext { venue: "venue", assets: &assets, now: moment(START) };
        let vault = MasterChefVault::decode(&mut node.fields()?, &ctx)?;
        venue["protocol"] = json!("masterchef");
        let beginning = json!({ "start": START, "block": block, "venue": venue });
        let mut wallets = Wallets::new();
        for name in ACCOUNTS {
            wallets.insert((name, SUSHI), sushi_each);
            for symbol in STAKES {
                wallets.insert((name, symbol), wallet());
            }
        }
        Ok(Self {
            contracts,
            vault,
            wallets,
            pools: Vec::new(),
            rates,
            now: START,
            beginning,
            drawn: 0,
            stake_bits: random.pick(&[3, 20, 40, 60, 70, 70, 80, 100, 170]),
            wait_bits: random.pick(&[4, 8, 12, 18, 22, 26]),
        })
    }

    /// The pools in which somebody has a stake.
    fn own(&self, name: &str) -> Vec<usize> {
        let chef = self.vault.chef();
        let staked = |pid: &usize| !chef.user(*pid, number(name)).amount.is_zero();
        (0..self.pools.len()).filter(staked).collect()
    }

    /// Whether an operation is about an asset that no pool takes: neither side can be asked.
    fn is_without_pool(&self, operation: &Operation) -> bool {
        let Ok(symbol) = operation.text("asset") else { return false };
        let always = operation.name() == "donate" && symbol == SUSHI;
        !always && !self.pools.contains(&symbol)
    }

    /// Lets both sides change the rate where that is due, each change in its own block.
    fn advance(&mut self) -> Result<(), ParityError> {
        let block = self.now / BLOCK;
        let due = self.rates.partition_point(|(at, _)| *at <= block);
        for (at, rate) in self.rates.drain(..due).collect::<Vec<_>>() {
            self.contracts.chain.set_time(at * BLOCK);
            let update = Operation::new("massUpdatePools", at * BLOCK).by("gov");
            let calls = calls::calls(&self.contracts, &update, &self.pools, &[])?;
            if self.contracts.chain.send(&calls)?.is_ok() {
                self.contracts.set_rate(rate)?;
            }
        }
        if due > 0 {
            let moved = self.vault.accrue(moment(self.now)).map_err(|error| fault(&error))?;
            self.book(&moved);
        }
        self.contracts.chain.set_time(self.now);
        Ok(())
    }

    /// Lets the adapter do it: the tokens that moved, or the name of its refusal.
    fn act(
        vault: &mut MasterChefVault,
        operation: &Operation,
        now: Moment,
    ) -> Result<Result<Vec<Transfer>, String>, ParityError> {
        let by = number(operation.who()?);
        let asset = || {
            let symbol = operation.text("asset")?;
            let asset = vault.assets().iter().copied().find(|asset| asset.symbol() == symbol);
            asset.ok_or_else(|| operation.lacks("asset"))
        };
        let done: Result<Vec<Transfer>, VaultError> = match operation.name() {
            "deposit" => {
                let amount = TokenAmount::new(asset()?, operation.number("amount")?);
                vault.deposit(by, amount, now).map(|done| done.transfers.to_vec())
            }
            "redeem" => {
                let shares = TokenAmount::new(asset()?, operation.number("shares")?);
                vault.redeem(by, shares, Bps::ONE, now).map(|done| done.transfers.to_vec())
            }
            "claim" => vault.claim(by, now).map(|done| done.transfers.to_vec()),
            name => {
                let node = parse_json("operation", &operation.arguments().to_string())?;
                let mut fields = node.fields()?;
                let done = vault.call(name, &mut fields, &number, now)?;
                fields.finish()?;
                done.map(|(_, transfers)| transfers.to_vec())
            }
        };
        Ok(done.map_err(|error| code(&error)))
    }

    /// Whether somebody's wallet keeps him from paying in, of which the adapter knows nothing.
    fn wallet_refuses(&self, operation: &Operation) -> Result<bool, ParityError> {
        let Some(amount) = operation.optional("amount") else { return Ok(false) };
        let (who, pid) = (operation.who()?, operation.optional("pid"));
        let symbol = match (operation.name(), pid) {
            ("deposit" | "donate", _) => operation.text("asset")?,
            ("callDeposit", Some(pid)) => {
                match usize::try_from(pid).ok().and_then(|pid| self.pools.get(pid)) {
                    Some(symbol) => symbol,
                    None => return Ok(false),
                }
            }
            _ => return Ok(false),
        };
        let key = ACCOUNTS.into_iter().find(|name| *name == who);
        let token = STAKES.into_iter().chain([SUSHI]).find(|known| *known == symbol);
        let (Some(key), Some(token)) = (key, token) else { return Ok(false) };
        let mut has = self.wallets.get(&(key, token)).copied().unwrap_or_default();
        if operation.name() != "donate" {
            // What waits is paid first; a refusal before that is the adapter's own.
            let nothing = operation.clone().amount("amount", U256::ZERO);
            let mut copy = self.vault.clone();
            let Ok(moved) = Self::act(&mut copy, &nothing, moment(operation.time()))? else {
                return Ok(false);
            };
            for transfer in moved {
                if transfer.to == Party::Account(number(who)) && transfer.amount.asset.symbol() == symbol {
                    has = has.saturating_add(transfer.amount.raw);
                }
            }
        }
        Ok(amount > has)
    }

    /// Books what moves between wallets and the chef.
    fn book(&mut self, transfers: &[Transfer]) {
        for transfer in transfers {
            for (party, gains) in [(transfer.from, false), (transfer.to, true)] {
                let Party::Account(account) = party else { continue };
                let Some(name) = ACCOUNTS.into_iter().find(|name| number(name) == account) else { continue };
                let wallet = self.wallets.entry((name, symbol_of(transfer.amount.asset))).or_default();
                let raw = transfer.amount.raw;
                *wallet = if gains { wallet.wrapping_add(raw) } else { wallet.wrapping_sub(raw) };
            }
        }
    }

    /// Enters what only governance does.
    fn enter(&mut self, operation: &Operation) -> Result<(), ParityError> {
        match operation.name() {
            "add" => {
                let symbol = operation.text("lpToken")?;
                let known = STAKES.into_iter().chain([SUSHI]).find(|known| *known == symbol);
                self.pools.push(known.ok_or_else(|| operation.lacks("lpToken"))?);
                Ok(())
            }
            "setSushiPerBlock" => self.contracts.set_rate(operation.number("sushiPerBlock")?),
            _ => Ok(()),
        }
    }
}

fn fault(problem: &impl ToString) -> ParityError {
    ParityError::Operation { operation: "a change of the rate".into(), problem: problem.to_string() }
}

impl Twin for MasterChefTwin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        self.drawn += 1;
        let operation = draw::operation(self, random);
        let block = U256::from(operation.time() / BLOCK);
        Ok(operation.amount("block", block))
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.advance()?;
        let mut found = Comparison::default();
        if self.is_without_pool(operation) {
            // Only where a mismatch is shrunk: the operation that opened the pool was left out.
            found.refusal = Some("no pool takes it".into());
            return Ok(found);
        }
        let own = self.own(operation.who()?);
        let calls = calls::calls(&self.contracts, operation, &self.pools, &own)?;
        let by_wallet = self.wallet_refuses(operation)?;
        let theirs = self.contracts.chain.send(&calls)?;
        if by_wallet {
            let reason = theirs.err().map_or("done".into(), |reason| reason.to_string());
            found.text(|| "the wallet's refusal".into(), &reason, WALLET);
            found.refusal = Some(reason);
            found.by_wallet = true;
        } else {
            let by = number(operation.who()?);
            let claims = operation.name() == "claim";
            let claimable = claims.then(|| self.vault.claimable(by, moment(self.now)).ok()).flatten();
            let ours = Self::act(&mut self.vault, operation, moment(self.now))?;
            match (&theirs, &ours) {
                (Ok(_), Ok(moved)) => {
                    if let Some(promised) = claimable.as_deref().and_then(<[TokenAmount]>::first) {
                        let paid = moved.iter().filter(|transfer| transfer.from == Party::Venue);
                        let paid = paid.fold(U256::ZERO, |sum, it| sum.saturating_add(it.amount.raw));
                        found.number(|| "what can be claimed".into(), paid, promised.raw);
                    }
                    self.book(moved);
                    self.enter(operation)?;
                }
                (theirs, ours) => {
                    let contract = theirs.as_ref().err().map_or("done".into(), ToString::to_string);
                    let adapter = ours.as_ref().err().map_or("done", String::as_str);
                    found.text(|| format!("{}: the outcome", operation.name()), &contract, adapter);
                    found.refusal = Some(contract);
                }
            }
        }
        state::compare(&mut found, &mut self.contracts, &self.vault, &self.wallets, &self.pools)?;
        let pools = self.pools.len();
        state::compare_pending(&mut found, &mut self.contracts, &self.vault, pools, moment(self.now))?;
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.vault.dump()
    }

    fn beginning(&self) -> Value {
        self.beginning.clone()
    }
}
