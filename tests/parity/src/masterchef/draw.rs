//! Which operation comes next.

use levmine_math::U256;

use super::contracts::{ACCOUNTS, STAKES, ZERO_ADDRESS};
use super::{BLOCK, MasterChefTwin, SUSHI, moment, number};
use crate::Operation;
use crate::random::Random;

/// The first operations open pools and fill them.
const WARM_UP: u64 = 8;

/// Pools are added up to so many.
const POOLS: usize = 5;

/// Those who stake.
const USERS: [&str; 3] = ["alice", "bob", "carol"];

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &MasterChefTwin, random: &mut Random) -> Operation {
    let time = twin.now.saturating_add(wait(twin, random));
    let name = name(twin, random);
    let who = random.pick(&USERS);
    let drawn = Operation::new(name, time).by(who);
    match name {
        "deposit" => {
            let symbol = random.pick(&twin.pools);
            drawn.with("asset", symbol).amount("amount", stake(twin, random, who, symbol))
        }
        "callDeposit" => {
            let pid = pid(twin, random);
            let symbol = symbol(twin, pid).unwrap_or(SUSHI);
            drawn.amount("pid", pid).amount("amount", stake(twin, random, who, symbol))
        }
        "redeem" => {
            let (pid, who) = holding(twin, random, who);
            let symbol = symbol(twin, U256::from(pid)).unwrap_or(SUSHI);
            let first = twin.pools.iter().position(|known| *known == symbol).unwrap_or(pid);
            let staked = twin.vault.chef().user(first, number(who)).amount;
            drawn.by(who).with("asset", symbol).amount("shares", random.amount(staked))
        }
        "callWithdraw" => {
            let (pid, who) = holding(twin, random, who);
            let staked = twin.vault.chef().user(pid, number(who)).amount;
            let pid = if random.chance(95) { U256::from(pid) } else { self::pid(twin, random) };
            drawn.by(who).amount("pid", pid).amount("amount", random.amount(staked))
        }
        "emergencyWithdraw" => {
            let (pid, who) = holding(twin, random, who);
            let pid = if random.chance(90) { U256::from(pid) } else { self::pid(twin, random) };
            drawn.by(who).amount("pid", pid)
        }
        "updatePool" => drawn.amount("pid", pid(twin, random)),
        "donate" => {
            let held: Vec<&'static str> = twin.pools.iter().copied().chain([SUSHI]).collect();
            let symbol = random.pick(&held);
            drawn.with("asset", symbol).amount("amount", stake(twin, random, who, symbol))
        }
        "claim" | "massUpdatePools" => drawn,
        _ => governance(twin, random, drawn),
    }
}

fn name(twin: &MasterChefTwin, random: &mut Random) -> &'static str {
    if twin.pools.is_empty() {
        return random.weighted(&[
            (12, "add"),
            (1, "massUpdatePools"),
            (1, "callDeposit"),
            (1, "updatePool"),
        ]);
    }
    if twin.drawn <= WARM_UP {
        return random.pick(&["deposit", "callDeposit", "deposit", "add"]);
    }
    let name = random.weighted(&[
        (14, "deposit"),
        (10, "callDeposit"),
        (12, "redeem"),
        (9, "callWithdraw"),
        (12, "claim"),
        (3, "emergencyWithdraw"),
        (4, "updatePool"),
        (4, "massUpdatePools"),
        (4, "add"),
        (5, "set"),
        (3, "donate"),
        (2, "dev"),
        (1, "transferOwnership"),
        (2, "setSushiPerBlock"),
    ]);
    if name == "add" && twin.pools.len() >= POOLS {
        return "claim";
    }
    // A fork's owner must be somebody.
    if name == "setSushiPerBlock" && twin.vault.chef().owner().is_none() {
        return "claim";
    }
    if name == "transferOwnership" && random.chance(4) { "renounceOwnership" } else { name }
}

fn governance(twin: &MasterChefTwin, random: &mut Random, drawn: Operation) -> Operation {
    let chef = twin.vault.chef();
    let named = |account| ACCOUNTS.into_iter().find(|name| Some(number(name)) == account);
    let owner = named(chef.owner()).unwrap_or("gov");
    let anybody = random.pick(&ACCOUNTS);
    let may = random.chance(90);
    let by = if may { owner } else { anybody };
    let points = match random.below(100) {
        0 => random.bits(1, 256),
        1 => random.amount(U256::MAX),
        2..10 => random.bits(1, 60),
        10..16 => U256::ZERO,
        _ => U256::from(random.below(5_000)),
    };
    match drawn.name() {
        "add" => {
            let symbol = if random.chance(20) { SUSHI } else { random.pick(&STAKES) };
            let drawn = drawn.by(by).amount("allocPoint", points).with("lpToken", symbol);
            let drawn = drawn.with("withUpdate", random.chance(60));
            if symbol == SUSHI { drawn } else { drawn.amount("decimals", U256::from(18)) }
        }
        "set" => {
            let drawn = drawn.by(by).amount("pid", pid(twin, random)).amount("allocPoint", points);
            drawn.with("withUpdate", random.chance(60))
        }
        "setSushiPerBlock" => drawn.by(owner).amount("sushiPerBlock", random.bits(0, 80)),
        "dev" => {
            let dev = named(chef.dev()).unwrap_or("dev");
            let to = if random.chance(2) { ZERO_ADDRESS } else { random.pick(&ACCOUNTS) };
            drawn.by(if may { dev } else { anybody }).with("devaddr", to)
        }
        "transferOwnership" => {
            let to = if random.chance(20) { ZERO_ADDRESS } else { anybody };
            drawn.by(by).with("newOwner", to)
        }
        _ => drawn.by(by),
    }
}

/// Blocks to wait: often none, sometimes exactly to the end of the bonus or to a change of the rate, and a block around it.
fn wait(twin: &MasterChefTwin, random: &mut Random) -> u64 {
    let block = twin.now / BLOCK;
    let chef = twin.vault.chef();
    let marks = [chef.bonus_end(), chef.start()].into_iter().filter_map(|mark| u64::try_from(mark).ok());
    let marks = marks.chain(twin.rates.iter().map(|(at, _)| *at));
    let marks: Vec<u64> = marks.filter(|mark| *mark > block && mark - block < 2_000_000).collect();
    if !marks.is_empty() && random.chance(4) {
        let aimed = random.pick(&marks) + random.below(3);
        return aimed.saturating_sub(1).saturating_sub(block) * BLOCK;
    }
    let most = 1_u64 << twin.wait_bits;
    match random.below(10) {
        0..3 => 0,
        3..6 => BLOCK,
        6 => random.below(30),
        _ => random.below(most),
    }
}

/// A pool's number; sometimes of none.
fn pid(twin: &MasterChefTwin, random: &mut Random) -> U256 {
    match random.below(40) {
        0 => U256::from(twin.pools.len()),
        1 => random.amount(U256::MAX),
        _ => U256::from(random.below(twin.pools.len() as u64)),
    }
}

fn symbol(twin: &MasterChefTwin, pid: U256) -> Option<&'static str> {
    usize::try_from(pid).ok().and_then(|pid| twin.pools.get(pid)).copied()
}

/// A pool, and somebody who has a stake there, if anybody has.
fn holding(twin: &MasterChefTwin, random: &mut Random, who: &'static str) -> (usize, &'static str) {
    let chef = twin.vault.chef();
    let all = USERS.into_iter().flat_map(|name| (0..twin.pools.len()).map(move |pid| (pid, name)));
    let staked = |(pid, name): &(usize, &str)| !chef.user(*pid, number(name)).amount.is_zero();
    let staked: Vec<_> = all.filter(staked).collect();
    if staked.is_empty() || random.chance(8) {
        let pid = usize::try_from(random.below(twin.pools.len() as u64)).unwrap_or(0);
        return (pid, who);
    }
    random.pick(&staked)
}

/// An amount to put in: about the usual, or about what the wallet has, or the most that goes through and one more.
fn stake(twin: &MasterChefTwin, random: &mut Random, who: &str, symbol: &str) -> U256 {
    let key = twin.wallets.iter().find(|((name, token), _)| *name == who && *token == symbol);
    let has = key.map_or(U256::ZERO, |(_, has)| *has);
    let usual = U256::ONE << usize::try_from(twin.stake_bits).unwrap_or(0);
    match random.below(60) {
        0 => random.amount(has),
        1 => random.amount(U256::MAX),
        2 => U256::ZERO,
        3 => largest(twin, who, symbol, has) + U256::from(random.below(2)),
        _ if symbol == SUSHI => random.amount(usual.min(has)),
        _ => random.amount(usual),
    }
}

/// The most that the adapter accepts of what somebody has, by bisection.
fn largest(twin: &MasterChefTwin, who: &str, symbol: &str, has: U256) -> U256 {
    let Some(pid) = twin.pools.iter().position(|known| *known == symbol) else { return U256::ZERO };
    let accepts = |amount: U256| {
        let operation = Operation::new("callDeposit", twin.now).by(who);
        let operation = operation.amount("pid", U256::from(pid)).amount("amount", amount);
        let mut copy = twin.vault.clone();
        matches!(MasterChefTwin::act(&mut copy, &operation, moment(twin.now)), Ok(Ok(_)))
    };
    let (mut low, mut high) = (U256::ZERO, has);
    while high > low {
        let middle = high - (high - low) / U256::from(2);
        if accepts(middle) { low = middle } else { high = middle - U256::ONE }
    }
    low
}
