//! Records of Alpha Homora V2 with the pair, the router, the reward pool and the lenders around it.
//!
//! The adapter is the bank, the oracle's factors, the wrappers, the chef, the lenders and the SafeBoxes; the pair is that
//! of the adapter of Uniswap V2. What the spells do in between stands in [`spells`].

mod act;
mod setup;
mod spells;
mod world;

use levmine_alpha_homora::{HomoraError, Wrapped};
use levmine_market::{Account, Asset, Dump};
use levmine_math::U256;
use serde_json::Value;

use self::world::{Token, World};
use crate::recorded::{Recording, dump_json, unknown_leaf};
use crate::{Operation, ParityError, Recorded};

/// What is compared with records: all of them, of the only version. The archive is called after the bank's version.
pub const RECORDED: &[Recorded] = &[Recorded {
    protocol: "alpha-homora-v2",
    version: "V2",
    contracts: "alpha-homora-v2-contract at f74fc46",
    files: &[""],
    open: setup::open,
}];

/// What a read or a call says where the oracle has no price.
const NO_PX: &str = "revert: no px";

/// A world, and what is needed to build it anew.
struct HomoraRecording {
    world: World,
    /// The adapter's state after the last operation.
    dump: Dump,
    /// The number of the plainly wrapped LP token.
    plain_id: U256,
}

type Leaf = Result<Option<String>, ParityError>;

impl HomoraRecording {
    fn account(&self, name: &str) -> Account {
        self.world.accounts.account(name)
    }

    /// A token of the pair.
    fn coin(&self, symbol: &str, path: &[&str]) -> Result<(usize, Asset), ParityError> {
        let coins = self.world.coins.iter().enumerate();
        let found = coins.map(|(place, coin)| (place, *coin)).find(|(_, coin)| coin.symbol() == symbol);
        found.ok_or_else(|| unknown_leaf(path))
    }

    fn wrapped_id(&self, token: Wrapped) -> U256 {
        match token {
            Wrapped::Plain => self.plain_id,
            Wrapped::Staked(acc) => self.world.chef().id(acc),
        }
    }

    fn pair(&self, key: &str, symbol: Option<&str>, path: &[&str]) -> Leaf {
        let state = self.world.pair.state();
        let Some(symbol) = symbol else { return Ok(Some(state.total_supply.to_string())) };
        let (_, coin) = self.coin(symbol, path)?;
        let place = self.world.place_in_pair(coin);
        Ok(match key {
            "reserve" => state.reserves.get(place).map(ToString::to_string),
            _ => state.balances.get(place).map(ToString::to_string),
        })
    }

    fn lender(&self, symbol: &str, key: &str, path: &[&str]) -> Leaf {
        let (place, _) = self.coin(symbol, path)?;
        let state = self.world.market.state();
        let bank = state.bank(place).map_err(|_| unknown_leaf(path))?;
        let lender = &bank.lender;
        let read = match key {
            "cash" => Ok(lender.cash),
            "totalBorrows" => Ok(lender.total_borrows),
            "totalReserves" => Ok(lender.total_reserves),
            "borrowIndex" => Ok(lender.borrow_index),
            "accrualBlock" => Ok(U256::from(lender.accrual_block)),
            "totalSupply" => Ok(lender.total_supply),
            "exchangeRate" => lender.exchange_rate(),
            "borrowRatePerBlock" => lender.borrow_rate(),
            "bankDebtStored" => lender.owed(&lender.bank),
            "erinDebtStored" => {
                let loan = state.loans.get(&(self.account("erin"), place)).copied();
                lender.owed(&loan.unwrap_or_default())
            }
            _ => return Err(unknown_leaf(path)),
        };
        read.map(|value| Some(value.to_string())).map_err(|_| unknown_leaf(path))
    }

    fn bank(&self, symbol: &str, key: &str, path: &[&str]) -> Leaf {
        let (place, _) = self.coin(symbol, path)?;
        let bank = self.world.market.state().bank(place).map_err(|_| unknown_leaf(path))?;
        let value = match key {
            "reserve" => bank.reserve,
            "totalDebt" => bank.total_debt,
            "totalShare" => bank.total_share,
            _ => return Err(unknown_leaf(path)),
        };
        Ok(Some(value.to_string()))
    }

    fn safebox(&self, symbol: &str, who: &str, path: &[&str]) -> Leaf {
        let (place, _) = self.coin(symbol, path)?;
        let state = self.world.market.state();
        let shares = if who == "totalSupply" {
            let all = state.shares.iter().filter(|((_, bank), _)| *bank == place);
            all.fold(U256::ZERO, |sum, (_, shares)| sum.saturating_add(*shares))
        } else {
            state.shares_of(self.account(who), place)
        };
        Ok(Some(shares.to_string()))
    }

    fn chef(&self, keys: &[&str], path: &[&str]) -> Leaf {
        let chef = self.world.chef();
        let erin = self.world.market.state().stakes.get(&self.account("erin")).copied().unwrap_or_default();
        let value = match keys {
            ["lastRewardBlock"] => U256::from(chef.last_block),
            ["accSushiPerShare"] => chef.acc,
            ["lpStaked"] => chef.staked,
            ["sushi"] => chef.held,
            ["wrapper", "amount"] => chef.wrapper.amount,
            ["wrapper", "rewardDebt"] => chef.wrapper.reward_debt,
            ["erin", "amount"] => erin.amount,
            ["erin", "rewardDebt"] => erin.reward_debt,
            _ => return Err(unknown_leaf(path)),
        };
        Ok(Some(value.to_string()))
    }

    fn position(&self, number: &str, keys: &[&str], path: &[&str]) -> Leaf {
        let state = self.world.market.state();
        let lost = || unknown_leaf(path);
        let number: u64 = number.parse().map_err(|_| lost())?;
        let position = state.position(number).map_err(|_| lost())?;
        let px = || self.world.prices();
        let value = |read: Result<U256, HomoraError>| match read {
            Ok(value) => Ok(Some(value.to_string())),
            Err(HomoraError::NoPx { .. }) => Ok(Some(NO_PX.into())),
            Err(_) => Err(lost()),
        };
        match keys {
            ["owner"] => {
                Ok(self.world.names.iter().find(|name| self.account(name) == position.owner).cloned())
            }
            ["collToken"] => Ok(position.collateral.map(|token| wrapper(token).into())),
            ["collId"] => Ok(position.collateral.map(|token| self.wrapped_id(token).to_string())),
            ["size"] => Ok(Some(position.size.to_string())),
            ["share", symbol] => {
                let (place, _) = self.coin(symbol, path)?;
                Ok(position.shares.get(place).map(ToString::to_string))
            }
            ["debt", symbol] => value(state.debt_stored(number, self.coin(symbol, path)?.0)),
            ["collateralValue"] => value(state.collateral_value(number, &px())),
            ["borrowValue"] => value(state.borrow_value(number, &px())),
            _ => Err(lost()),
        }
    }

    fn held(&self, who: &str, name: &str, id: &str, path: &[&str]) -> Leaf {
        let id: U256 = id.parse().map_err(|_| unknown_leaf(path))?;
        let token = if name == "werc20" { Wrapped::Plain } else { Wrapped::Staked(setup::acc_of(id)) };
        if self.wrapped_id(token) != id {
            return Err(unknown_leaf(path));
        }
        let held = self.world.market.state().wrapped.get(&(self.account(who), token)).copied();
        Ok(Some(held.unwrap_or_default().to_string()))
    }
}

/// The wrapper's name in the records.
const fn wrapper(token: Wrapped) -> &'static str {
    match token {
        Wrapped::Plain => "werc20",
        Wrapped::Staked(_) => "wmasterchef",
    }
}

impl Recording for HomoraRecording {
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        let done = act::act(&mut self.world, self.plain_id, operation)?;
        self.dump = self.world.dump();
        Ok(done)
    }

    fn field(&mut self, path: &[&str]) -> Leaf {
        let &[leaf] = path else { return Err(unknown_leaf(path)) };
        let keys: Vec<&str> = leaf.split('.').collect();
        match keys.as_slice() {
            ["px", "LP"] => Ok(Some(self.world.lp_px().map_or_else(|| NO_PX.into(), |px| px.to_string()))),
            ["px", symbol] => {
                let (place, _) = self.coin(symbol, path)?;
                Ok(self.world.px.get(place).map(ToString::to_string))
            }
            ["pair", "totalSupply"] => self.pair("totalSupply", None, path),
            ["pair", key @ ("reserve" | "balance"), symbol] => self.pair(key, Some(symbol), path),
            ["lender", symbol, key] => self.lender(symbol, key, path),
            ["bank", symbol, key] => self.bank(symbol, key, path),
            ["safebox", symbol, who] => self.safebox(symbol, who, path),
            ["wmasterchef", "sushi"] => Ok(Some(self.world.chef().wrapper_held.to_string())),
            ["chef", keys @ ..] => self.chef(keys, path),
            ["position", number, keys @ ..] => self.position(number, keys, path),
            ["balance", who, symbol] => {
                let token = Token::of(symbol, &self.world).ok_or_else(|| unknown_leaf(path))?;
                Ok(Some(self.world.balance(self.account(who), token).to_string()))
            }
            ["wrapped", who, name, id] => self.held(who, name, id, path),
            _ => Err(unknown_leaf(path)),
        }
    }

    fn dump(&self) -> Dump {
        self.dump.clone()
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        let state = dump_json(&self.world.market_dump());
        Ok(Some(self.world.with_market_dump(setup::build(state, &self.world.assets)?.1)))
    }
}
