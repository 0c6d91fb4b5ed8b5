//! The recorded operations.

use levmine_alpha_homora::{Factors, HomoraError, Spell, State, Wrapped};
use levmine_market::{Account, Asset};
use levmine_math::U256;
use levmine_uniswap_v2::{PairError, library};
use serde_json::{Value, json};

use super::setup::acc_of;
use super::spells::{Adding, Execution, Removing};
use super::world::{Refusable, Token, World};
use crate::{Operation, ParityError};

type Acted = Result<Refusable<Value>, ParityError>;

/// Lets the world do it. What the adapter alone refuses leaves that very adapter; what fails on the way goes back.
pub(super) fn act(world: &mut World, plain_id: U256, operation: &Operation) -> Acted {
    world.block = operation.block()?;
    world.time = u32::try_from(operation.time()).unwrap_or(u32::MAX);
    let name = operation.name();
    let by = world.accounts.account(operation.who()?);
    match name {
        "execute" => {
            let mut trial = world.clone();
            let done = execute(&mut trial, by, plain_id, operation)?;
            if done.is_ok() {
                *world = trial;
            }
            Ok(done)
        }
        "swap" | "donate" | "sync" | "skim" => around(world, by, operation),
        "set_price"
        | "set_fee"
        | "set_factors"
        | "set_bank_status"
        | "set_token_whitelist"
        | "set_lp_whitelist"
        | "withdraw_reserve"
        | "bank_borrow" => govern(world, operation),
        _ => call(world, by, operation),
    }
}

fn words<T>(done: Result<T, HomoraError>) -> Refusable<T> {
    done.map_err(|error| error.code().into())
}

fn pair_words<T>(done: Result<T, PairError>) -> Refusable<T> {
    done.map_err(|error| error.code().into())
}

fn coin(world: &World, operation: &Operation, key: &str) -> Result<(usize, Asset), ParityError> {
    let symbol = operation.text(key)?;
    let coins = world.coins.iter().copied().enumerate();
    coins.into_iter().find(|(_, coin)| coin.symbol() == symbol).ok_or_else(|| operation.lacks(key))
}

fn execute(world: &mut World, by: Account, plain_id: U256, operation: &Operation) -> Acted {
    let spell = match operation.text("spell")? {
        "uniswap" => Spell::Uniswap,
        "sushi" => Spell::Sushi,
        _ => return Ok(Err("spell not whitelisted".into())),
    };
    let number = match words(world.market.state_mut().enter(by, operation.small("position")?)) {
        Ok(number) => number,
        Err(reason) => return Ok(Err(reason)),
    };
    let function = operation.text("function")?;
    let mut execution = Execution::new(world, by, number, spell, plain_id);
    let done = match function {
        "addLiquidityWERC20" => execution.add_plain(&adding(operation)?),
        "addLiquidityWMasterChef" => {
            let adding = adding(operation)?;
            // The reward pool of another number has another LP token.
            if operation.number("pid")? == U256::from(execution.world.chef().pid) {
                execution.add_staked(&adding)
            } else {
                Err("incorrect lp token".into())
            }
        }
        "removeLiquidityWERC20" => execution.remove_plain(&removing(operation)?),
        "removeLiquidityWMasterChef" => execution.remove_staked(&removing(operation)?),
        "harvestWMasterChef" => execution.harvest(),
        _ => return Err(operation.unknown()),
    };
    let events = execution.events;
    Ok(done
        .and_then(|()| words(world.market.state().leave(number, &world.prices())))
        .map(|()| json!({ "position": number.to_string(), "events": events })))
}

fn adding(operation: &Operation) -> Result<Adding, ParityError> {
    Ok(Adding {
        user: [operation.number("amtAUser")?, operation.number("amtBUser")?],
        lp_user: operation.number("amtLPUser")?,
        borrow: [operation.number("amtABorrow")?, operation.number("amtBBorrow")?],
        lp_borrow: operation.number("amtLPBorrow")?,
        min: [operation.number("amtAMin")?, operation.number("amtBMin")?],
        value: operation.optional("value").unwrap_or_default(),
    })
}

fn removing(operation: &Operation) -> Result<Removing, ParityError> {
    Ok(Removing {
        lp_take: operation.number("amtLPTake")?,
        lp_withdraw: operation.number("amtLPWithdraw")?,
        repay: [operation.number("amtARepay")?, operation.number("amtBRepay")?],
        lp_repay: operation.number("amtLPRepay")?,
        min: [operation.number("amtAMin")?, operation.number("amtBMin")?],
    })
}

/// Others at the pair.
fn around(world: &mut World, by: Account, operation: &Operation) -> Acted {
    let before = world.clone();
    let done = match operation.name() {
        "swap" => swap(world, by, operation)?,
        "donate" => {
            let ((place, _), amount) = (coin(world, operation, "token")?, operation.number("amount")?);
            let gift = if place == 0 { [amount, U256::ZERO] } else { [U256::ZERO, amount] };
            let gift = world.turn(gift);
            world
                .take(by, Token::Coin(place), amount)
                .and_then(|()| pair_words(world.pair.donate(gift)))
                .map(|()| json!({ "value": "True" }))
        }
        "sync" => pair_words(world.pair.sync(world.time)).map(|()| json!({})),
        _ => {
            let to = world.accounts.account(operation.text("to")?);
            pair_words(world.pair.skim()).map(|surplus| {
                for (place, amount) in world.turn(surplus).into_iter().enumerate() {
                    world.give(to, Token::Coin(place), amount);
                }
                json!({})
            })
        }
    };
    if done.is_err() {
        *world = before;
    }
    Ok(done)
}

/// `swapExactTokensForTokens` of the router.
fn swap(world: &mut World, by: Account, operation: &Operation) -> Acted {
    let (side, _) = coin(world, operation, "tokenIn")?;
    let (sold, min) = (operation.number("amountIn")?, operation.number("amountOutMin")?);
    let [reserve_a, reserve_b] = world.reserves();
    let (own, other) = if side == 0 { (reserve_a, reserve_b) } else { (reserve_b, reserve_a) };
    let out = match pair_words(library::amount_out(sold, own, other, world.pair.fee())) {
        Ok(out) if out < min => return Ok(pair_words(Err(PairError::TooLittleBought { buy: out, min }))),
        Ok(out) => out,
        Err(reason) => return Ok(Err(reason)),
    };
    let (paid, bought) = if side == 0 {
        ([sold, U256::ZERO], [U256::ZERO, out])
    } else {
        ([U256::ZERO, sold], [out, U256::ZERO])
    };
    let (paid, bought) = (world.turn(paid), world.turn(bought));
    let done = world
        .take(by, Token::Coin(side), sold)
        .and_then(|()| pair_words(world.pair.swap(bought, paid, world.time)));
    Ok(done.map(|_| {
        world.give(by, Token::Coin(1 - side), out);
        json!({ "amountOut": out.to_string() })
    }))
}

/// What is not done through a spell.
fn call(world: &mut World, by: Account, operation: &Operation) -> Acted {
    let block = world.block;
    Ok(match operation.name() {
        "accrue" => {
            let (_, token) = coin(world, operation, "token")?;
            words(world.market.state_mut().accrue(token, block)).map(|()| json!({}))
        }
        "liquidate" => return liquidate(world, by, operation),
        "unwrap" => {
            let amount = operation.number("amount")?;
            let token = match operation.text("wrapper")? {
                "werc20" => Wrapped::Plain,
                _ => Wrapped::Staked(acc_of(operation.number("id")?)),
            };
            let done = world.market.state_mut().unwrap(by, token, amount, block);
            words(done).map(|(amount, reward)| {
                world.give(by, Token::Lp, amount);
                world.give(by, Token::Sushi, reward);
                json!({})
            })
        }
        "chef_deposit" => {
            let amount = operation.number("amount")?;
            paid_for(world, by, Token::Lp, amount, |state| state.chef_deposit(by, amount, block)).map(
                |reward| {
                    world.give(by, Token::Sushi, reward);
                    json!({})
                },
            )
        }
        "chef_withdraw" => {
            let amount = operation.number("amount")?;
            words(world.market.state_mut().chef_withdraw(by, amount, block)).map(|reward| {
                world.give(by, Token::Lp, amount);
                world.give(by, Token::Sushi, reward);
                json!({})
            })
        }
        "safebox_deposit" => {
            let ((place, token), amount) = (coin(world, operation, "token")?, operation.number("amount")?);
            paid_for(world, by, Token::Coin(place), amount, |state| {
                state.safebox_deposit(by, token, amount, block)
            })
            .map(|_| json!({}))
        }
        "safebox_withdraw" => {
            let ((place, token), shares) = (coin(world, operation, "token")?, operation.number("amount")?);
            words(world.market.state_mut().safebox_withdraw(by, token, shares, block)).map(|amount| {
                world.give(by, Token::Coin(place), amount);
                json!({})
            })
        }
        "lender_borrow" => {
            let ((place, token), amount) = (coin(world, operation, "token")?, operation.number("amount")?);
            words(world.market.state_mut().lender_borrow(by, token, amount, block)).map(|()| {
                world.give(by, Token::Coin(place), amount);
                json!({ "code": "0" })
            })
        }
        "lender_repay" => {
            let ((place, token), amount) = (coin(world, operation, "token")?, operation.number("amount")?);
            let before = world.clone();
            let done = words(world.market.state_mut().lender_repay(by, token, amount, block))
                .and_then(|paid| world.take(by, Token::Coin(place), paid));
            if done.is_err() {
                *world = before;
            }
            done.map(|()| json!({ "code": "0" }))
        }
        _ => return Err(operation.unknown()),
    })
}

/// Takes tokens from a wallet for something that the adapter does.
fn paid_for<T>(
    world: &mut World,
    by: Account,
    token: Token,
    amount: U256,
    operation: impl FnOnce(&mut State) -> Result<T, HomoraError>,
) -> Refusable<T> {
    let before = world.clone();
    let done = world.take(by, token, amount).and_then(|()| words(operation(world.market.state_mut())));
    if done.is_err() {
        *world = before;
    }
    done
}

fn liquidate(world: &mut World, by: Account, operation: &Operation) -> Acted {
    let (place, token) = coin(world, operation, "token")?;
    let (number, amount) = (operation.small("position")?, operation.number("amount")?);
    let (prices, block) = (world.prices(), world.block);
    let before = world.market.clone();
    let wallet = world.balance(by, Token::Coin(place));
    let lacks = world.lacks(Token::Coin(place));
    let done = world.market.state_mut().liquidate(by, number, token, amount, &prices, block);
    let done = match done {
        Ok(done) => done,
        Err(error) if error.is_after_payment() && amount != U256::MAX && wallet < amount => {
            return Ok(Err(lacks));
        }
        Err(error) => return Ok(words(Err(error))),
    };
    if let Err(reason) = world.take(by, Token::Coin(place), done.repaid.called) {
        world.market = before;
        return Ok(Err(reason));
    }
    Ok(Ok(json!({ "events": [{
        "event": "Liquidate",
        "positionId": number.to_string(),
        "liquidator": operation.who()?,
        "debtToken": token.symbol(),
        "amount": done.repaid.paid.to_string(),
        "share": done.repaid.share.to_string(),
        "bounty": done.bounty.to_string(),
    }] })))
}

/// What governance does, and what only a spell may do.
fn govern(world: &mut World, operation: &Operation) -> Acted {
    let name = operation.name();
    if name == "bank_borrow" {
        return Ok(words(Err(HomoraError::NotWithinExecution)));
    }
    if operation.who()? != "gov" {
        return Ok(Err("not the governor".into()));
    }
    let done = match name {
        "set_price" => {
            for (coin, px) in world.coins.iter().zip(&mut world.px) {
                if let Some(value) = operation.optional(&format!("px.{}", coin.symbol())) {
                    *px = value;
                }
            }
            Ok(())
        }
        "set_fee" => words(world.market.state_mut().set_fee(operation.small("feeBps")?)),
        "set_factors" => {
            let asset = match operation.text("token")? {
                "LP" => world.lp(),
                _ => coin(world, operation, "token")?.1,
            };
            let bps = |key: &str| u16::try_from(operation.small(key)?).map_err(|_| operation.lacks(key));
            let factors = Factors::new(bps("borrowFactor")?, bps("collateralFactor")?, bps("liqIncentive")?);
            words(factors.and_then(|factors| world.market.state_mut().set_factors(asset, factors)))
        }
        "set_bank_status" => {
            let status = u8::try_from(operation.small("status")?).map_err(|_| operation.lacks("status"))?;
            world.market.state_mut().set_status(status);
            Ok(())
        }
        "set_token_whitelist" => {
            let (_, token) = coin(world, operation, "token")?;
            words(world.market.state_mut().set_token_whitelist(token, operation.flag("ok")?))
        }
        "set_lp_whitelist" => {
            let spell = if operation.text("spell")? == "sushi" { Spell::Sushi } else { Spell::Uniswap };
            world.market.state_mut().set_lp_whitelist(spell, operation.flag("ok")?);
            Ok(())
        }
        // "withdraw_reserve": what governance has is not recorded.
        _ => {
            let (_, token) = coin(world, operation, "token")?;
            words(world.market.state_mut().withdraw_reserve(token, operation.number("amount")?))
        }
    };
    Ok(done.map(|()| json!({})))
}
