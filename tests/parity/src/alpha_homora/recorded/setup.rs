//! From the setup of a record to a world.

use std::collections::BTreeMap;

use levmine_alpha_homora::AlphaHomoraMarket;
use levmine_lending::LendingMarket;
use levmine_market::{Asset, Assets, BuildContext, Dump, Moment};
use levmine_math::U256;
use levmine_uniswap_v2::oracle::Observation;
use levmine_uniswap_v2::{MINIMUM_LIQUIDITY, Pair, PairState, SwapFee};
use serde_json::{Map, Value, json};

use super::HomoraRecording;
use super::world::{Token, World};
use crate::ParityError;
use crate::recorded::{Accounts, Recording, lacks, list_at, number_at, read_table, table_at, text_at};

/// The records' name of the LP token.
const LP: &str = "LP";

/// All whose balances a record has, in the order of their numbers; and who else acts.
const NAMES: [&str; 7] = ["alice", "bob", "carol", "dave", "erin", "frank", "gov"];

pub(super) fn open(file: &Value) -> Result<Box<dyn Recording>, ParityError> {
    let setup = &file["setup"];
    let state = &setup["state"];
    let mut assets = Assets::standard();
    let mut asset = |symbol: &str, decimals: u8| {
        let asset = Asset::new(symbol, decimals).map_err(|_| lacks("decimals"))?;
        assets.insert(asset);
        Ok::<_, ParityError>(asset)
    };
    let mut coins = Vec::new();
    for symbol in list_at(setup, "pair")? {
        let symbol = symbol.as_str().ok_or_else(|| lacks("pair"))?;
        let decimals = text_at(&setup["decimals"], symbol)?.parse().map_err(|_| lacks("decimals"))?;
        coins.push(asset(symbol, decimals)?);
    }
    asset(LP, 18)?;
    let Ok(coins) = <[Asset; 2]>::try_from(coins) else { return Err(lacks("pair")) };
    let [first, _] = coins;
    let is_turned = text_at(setup, "token0")? != first.symbol();
    let (market, _) = build(bank_state(setup, &coins)?, &assets)?;
    let px = coins.map(|coin| number_at(state, &format!("px.{}", coin.symbol())));
    let [px0, px1] = px;
    let mut world = World {
        market,
        pair: pair(setup, &coins, is_turned)?,
        px: [px0?, px1?],
        wallets: BTreeMap::new(),
        coins,
        is_turned,
        accounts: Accounts::of(NAMES, file),
        names: NAMES.iter().map(ToString::to_string).collect(),
        assets,
        block: 0,
        time: 0,
    };
    for key in table_at(setup, "state")?.keys() {
        if let ["balance", who, symbol] = key.split('.').collect::<Vec<_>>().as_slice() {
            let token = Token::of(symbol, &world).ok_or_else(|| lacks(key))?;
            let account = world.accounts.account(who);
            world.give(account, token, number_at(state, key)?);
        }
    }
    // What these have is not recorded, and never runs out.
    for name in ["frank", "gov"] {
        let account = world.accounts.account(name);
        for place in [0, 1] {
            world.give(account, Token::Coin(place), U256::ONE << 250_usize);
        }
    }
    let plain_id = number_at(setup, "werc20Id")?;
    Ok(Box::new(HomoraRecording { dump: world.dump(), world, plain_id }))
}

/// The pool's state in the number of a staked token: its last 240 bits.
pub(super) fn acc_of(id: U256) -> U256 {
    id & ((U256::ONE << 240_usize) - U256::ONE)
}

pub(super) fn build(state: Value, assets: &Assets) -> Result<(AlphaHomoraMarket, Dump), ParityError> {
    // The oracle is given prices in ether: what ether is called does not matter.
    let table = json!({ "lp": LP, "ether": "ETH", "state": state });
    let ctx = BuildContext { venue: "venue", assets, now: Moment::default() };
    let market = read_table(&table, |fields| AlphaHomoraMarket::decode(fields, &ctx))?;
    let dump = market.dump();
    Ok((market, dump))
}

fn pair(setup: &Value, coins: &[Asset; 2], is_turned: bool) -> Result<Pair, ParityError> {
    let state = &setup["state"];
    let [a, b] = coins.map(|coin| -> Result<_, ParityError> {
        let reserve = number_at(state, &format!("pair.reserve.{}", coin.symbol()))?;
        let balance = number_at(state, &format!("pair.balance.{}", coin.symbol()))?;
        Ok((u128::try_from(reserve).map_err(|_| lacks("pair.reserve"))?, balance))
    });
    let (a, b) = (a?, b?);
    let (first, second) = if is_turned { (b, a) } else { (a, b) };
    let state = PairState {
        reserves: [first.0, second.0],
        observation: Observation { cumulative0: U256::ZERO, cumulative1: U256::ZERO, timestamp: 0 },
        k_last: U256::ZERO,
        total_supply: number_at(state, "pair.totalSupply")?,
        balances: [first.1, second.1],
        locked_shares: MINIMUM_LIQUIDITY,
        own_shares: U256::ZERO,
        fee_to_shares: U256::ZERO,
    };
    Pair::new(state, SwapFee::UNISWAP, None)
        .map_err(|error| ParityError::Recorded { place: "pair".into(), problem: error.to_string() })
}

/// The bank's state as the adapter reads it.
fn bank_state(setup: &Value, coins: &[Asset; 2]) -> Result<Value, ParityError> {
    let state = &setup["state"];
    let factors = |symbol: &str| -> Result<Value, ParityError> {
        let table = table_at(&setup["factors"], symbol)?;
        Ok(json!({
            "borrow": table["borrowFactor"],
            "collateral": table["collateralFactor"],
            "incentive": table["liqIncentive"],
        }))
    };
    let (mut banks, mut frank, mut erin, mut loans) = (Map::new(), Map::new(), Map::new(), Map::new());
    for coin in coins {
        let symbol = coin.symbol();
        let get = |key: &str| number_at(state, key).map(|value| json!(value.to_string()));
        let of_lender = |key: &str| get(&format!("lender.{symbol}.{key}"));
        let mut lender = Value::Object(table_at(&setup["lender"], symbol)?.clone());
        for key in ["cash", "totalBorrows", "totalReserves", "borrowIndex", "accrualBlock", "totalSupply"] {
            lender[key] = of_lender(key)?;
        }
        let loan = |key: &str| -> Result<Value, ParityError> {
            Ok(json!({ "principal": of_lender(key)?, "index": of_lender("borrowIndex")? }))
        };
        lender["bank"] = loan("bankDebtStored")?;
        let bank = json!({
            "decimals": coin.decimals().to_string(),
            "factors": factors(symbol)?,
            "reserve": get(&format!("bank.{symbol}.reserve"))?,
            "totalDebt": get(&format!("bank.{symbol}.totalDebt"))?,
            "totalShare": get(&format!("bank.{symbol}.totalShare"))?,
            "lender": lender,
        });
        banks.insert(symbol.into(), bank);
        frank.insert(symbol.into(), get(&format!("safebox.{symbol}.frank"))?);
        erin.insert(symbol.into(), get(&format!("safebox.{symbol}.erin"))?);
        loans.insert(symbol.into(), loan("erinDebtStored")?);
    }
    let mut users = Map::new();
    for name in NAMES {
        let user = match name {
            "frank" => json!({ "safebox": frank }),
            "erin" => json!({ "safebox": erin, "loans": loans }),
            _ => json!({}),
        };
        users.insert(name.into(), user);
    }
    Ok(json!({
        "feeBps": setup["feeBps"],
        "lpFactors": factors(LP)?,
        "banks": banks,
        "chef": chef(setup)?,
        "users": users,
    }))
}

fn chef(setup: &Value) -> Result<Value, ParityError> {
    let mut chef = Value::Object(table_at(setup, "chef")?.clone());
    if let Some(table) = chef.as_object_mut() {
        table.remove("startBlock");
    }
    chef["reward"] = json!("SUSHI");
    for (key, leaf) in [
        ("lastRewardBlock", "chef.lastRewardBlock"),
        ("accSushiPerShare", "chef.accSushiPerShare"),
        ("lpStaked", "chef.lpStaked"),
        ("held", "chef.sushi"),
        ("wrapperHeld", "wmasterchef.sushi"),
    ] {
        chef[key] = json!(number_at(&setup["state"], leaf)?.to_string());
    }
    Ok(chef)
}
