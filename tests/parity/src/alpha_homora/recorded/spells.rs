//! What the spells of Uniswap and SushiSwap do within an execution: the bank's functions, the router's, and the tokens
//! that the spell holds in between.
//!
//! Source: `UniswapV2SpellV1`, `SushiswapSpellV1`, `BasicSpell`, `UniswapV2Router02`.

use levmine_alpha_homora::spell::{optimal_deposit, shortfall};
use levmine_alpha_homora::{HomoraError, Restaked, Spell};
use levmine_market::Account;
use levmine_math::U256;
use levmine_uniswap_v2::{PairError, library};
use serde_json::{Value, json};

use super::world::{Refusable, Token, World};
use super::wrapper;

/// What the user asks for when liquidity is added.
pub(super) struct Adding {
    pub(super) user: [U256; 2],
    pub(super) lp_user: U256,
    pub(super) borrow: [U256; 2],
    pub(super) lp_borrow: U256,
    pub(super) min: [U256; 2],
    /// Ether sent along.
    pub(super) value: U256,
}

/// What the user asks for when liquidity is removed.
pub(super) struct Removing {
    pub(super) lp_take: U256,
    pub(super) lp_withdraw: U256,
    pub(super) repay: [U256; 2],
    pub(super) lp_repay: U256,
    pub(super) min: [U256; 2],
}

/// An execution: the world, the position, what the spell holds, and what was told.
pub(super) struct Execution<'a> {
    pub(super) world: &'a mut World,
    pub(super) owner: Account,
    pub(super) number: u64,
    pub(super) spell: Spell,
    pub(super) plain_id: U256,
    coins: [U256; 2],
    lp: U256,
    sushi: U256,
    pub(super) events: Vec<Value>,
}

fn words(error: HomoraError) -> String {
    error.code().into()
}

fn pair_words(error: PairError) -> String {
    error.code().into()
}

fn sub(a: U256, b: U256) -> Refusable<U256> {
    a.checked_sub(b).ok_or_else(|| words(HomoraError::SubUnderflow { a, b }))
}

fn text(value: U256) -> Value {
    json!(value.to_string())
}

impl<'a> Execution<'a> {
    pub(super) fn new(
        world: &'a mut World,
        owner: Account,
        number: u64,
        spell: Spell,
        plain_id: U256,
    ) -> Self {
        let nothing = U256::ZERO;
        Self {
            world,
            owner,
            number,
            spell,
            plain_id,
            coins: [nothing; 2],
            lp: nothing,
            sushi: nothing,
            events: Vec::new(),
        }
    }

    /// `addLiquidityWERC20`.
    pub(super) fn add_plain(&mut self, adding: &Adding) -> Refusable<()> {
        self.add_to_pair(adding)?;
        let amount = std::mem::take(&mut self.lp);
        if !amount.is_zero() {
            self.world.market.state_mut().put_plain(self.number, amount).map_err(words)?;
            self.tell_collateral("PutCollateral", "werc20", self.plain_id, amount);
        }
        self.refund(false);
        Ok(())
    }

    /// `addLiquidityWMasterChef`.
    pub(super) fn add_staked(&mut self, adding: &Adding) -> Refusable<()> {
        self.add_to_pair(adding)?;
        let amount = std::mem::take(&mut self.lp);
        let block = self.world.block;
        let done = self.world.market.state_mut().stake(self.number, amount, block).map_err(words)?;
        self.restaked(&done);
        self.refund(false);
        Ok(())
    }

    /// `addLiquidityInternal`.
    fn add_to_pair(&mut self, adding: &Adding) -> Refusable<()> {
        self.world.market.state().must_take(self.spell).map_err(words)?;
        self.wrap_ether(adding.value)?;
        for (place, amount) in adding.user.into_iter().enumerate() {
            self.world.take(self.owner, Token::Coin(place), amount)?;
            self.hold(place, amount);
        }
        self.world.take(self.owner, Token::Lp, adding.lp_user)?;
        self.lp = self.lp.saturating_add(adding.lp_user);
        for (place, amount) in adding.borrow.into_iter().enumerate() {
            self.borrow(place, amount)?;
        }
        if !adding.lp_borrow.is_zero() {
            return Err(words(HomoraError::NoBank { asset: self.world.lp() }));
        }
        let reserves = self.world.reserves().map(U256::from);
        let (sold, is_reversed) = optimal_deposit(self.coins, reserves).map_err(words)?;
        if !sold.is_zero() {
            let side = usize::from(is_reversed);
            let out = self.quote_exact_in(side, sold)?;
            self.swap(side, sold, out)?;
        }
        if self.coins.iter().any(|held| !held.is_zero()) {
            self.router_add(adding.min)?;
        }
        Ok(())
    }

    fn wrap_ether(&mut self, value: U256) -> Refusable<()> {
        if value.is_zero() {
            return Ok(());
        }
        self.world.take(self.owner, Token::Ether, value)?;
        let weth = self.world.coins.iter().position(|coin| coin.symbol() == "WETH");
        // Without such a coin the spell would keep it and refund it as it came.
        match weth {
            Some(place) => self.hold(place, value),
            None => self.world.give(self.owner, Token::Ether, value),
        }
        Ok(())
    }

    fn hold(&mut self, place: usize, amount: U256) {
        if let Some(held) = self.coins.get_mut(place) {
            *held = held.saturating_add(amount);
        }
    }

    fn held(&self, place: usize) -> U256 {
        self.coins.get(place).copied().unwrap_or_default()
    }

    fn spend(&mut self, place: usize, amount: U256) -> Refusable<()> {
        let left = self.held(place).checked_sub(amount);
        let left = left.ok_or_else(|| self.world.lacks(Token::Coin(place)))?;
        if let Some(held) = self.coins.get_mut(place) {
            *held = left;
        }
        Ok(())
    }

    /// `doBorrow`.
    fn borrow(&mut self, place: usize, amount: U256) -> Refusable<()> {
        if amount.is_zero() {
            return Ok(());
        }
        let (number, block) = (self.number, self.world.block);
        let Some(token) = self.world.coins.get(place).copied() else { return Ok(()) };
        let share = self.world.market.state_mut().borrow(number, token, amount, block).map_err(words)?;
        self.hold(place, amount);
        self.events.push(json!({
            "event": "Borrow",
            "positionId": number.to_string(),
            "token": token.symbol(),
            "amount": text(amount),
            "share": text(share),
        }));
        Ok(())
    }

    /// `doRepay`.
    fn repay(&mut self, place: usize, amount: U256) -> Refusable<()> {
        if amount.is_zero() {
            return Ok(());
        }
        let (number, block, held) = (self.number, self.world.block, self.held(place));
        let Some(token) = self.world.coins.get(place).copied() else { return Ok(()) };
        let lacks = self.world.lacks(Token::Coin(place));
        let repaid = match self.world.market.state_mut().repay(number, token, amount, block) {
            Ok(repaid) => repaid,
            Err(error) if error.is_after_payment() && held < amount => return Err(lacks),
            Err(error) => return Err(words(error)),
        };
        self.spend(place, repaid.called)?;
        self.events.push(json!({
            "event": "Repay",
            "positionId": number.to_string(),
            "token": token.symbol(),
            "amount": text(repaid.paid),
            "share": text(repaid.share),
        }));
        Ok(())
    }

    /// `getAmountsOut` of the router.
    fn quote_exact_in(&self, side: usize, sold: U256) -> Refusable<U256> {
        let [reserve_a, reserve_b] = self.world.reserves();
        let (own, other) = if side == 0 { (reserve_a, reserve_b) } else { (reserve_b, reserve_a) };
        library::amount_out(sold, own, other, self.world.pair.fee()).map_err(pair_words)
    }

    /// Sells `sold` of the coin at `side` for `out` of the other.
    fn swap(&mut self, side: usize, sold: U256, out: U256) -> Refusable<()> {
        self.spend(side, sold)?;
        let (paid, bought) = if side == 0 {
            ([sold, U256::ZERO], [U256::ZERO, out])
        } else {
            ([U256::ZERO, sold], [out, U256::ZERO])
        };
        let (paid, bought) = (self.world.turn(paid), self.world.turn(bought));
        let [in0, in1] = self.world.pair.swap(bought, paid, self.world.time).map_err(pair_words)?;
        let [out0, out1] = bought;
        self.events.push(json!({
            "event": "Swap",
            "amount0In": text(in0),
            "amount1In": text(in1),
            "amount0Out": text(out0),
            "amount1Out": text(out1),
        }));
        self.hold(1 - side, out);
        Ok(())
    }

    /// `addLiquidity` of the router with everything that the spell holds.
    fn router_add(&mut self, [min_a, min_b]: [U256; 2]) -> Refusable<()> {
        let ([a, b], [reserve_a, reserve_b]) = (self.coins, self.world.reserves());
        let optimal_b = library::quote(a, reserve_a, reserve_b).map_err(pair_words)?;
        let used = if optimal_b <= b {
            if optimal_b < min_b {
                return Err(pair_words(PairError::TooLittleOfSecond { amount: optimal_b, min: min_b }));
            }
            [a, optimal_b]
        } else {
            let optimal_a = library::quote(b, reserve_b, reserve_a).map_err(pair_words)?;
            if optimal_a < min_a {
                return Err(pair_words(PairError::TooLittleOfFirst { amount: optimal_a, min: min_a }));
            }
            [optimal_a, b]
        };
        for (place, amount) in used.into_iter().enumerate() {
            self.spend(place, amount)?;
        }
        let before = *self.world.pair.state();
        let paid = self.world.turn(used);
        let minted = self.world.pair.mint(paid, self.world.time).map_err(pair_words)?;
        let added = |at: usize| {
            let of = |list: &[U256; 2]| list.get(at).copied().unwrap_or_default();
            let reserve = before.reserves.get(at).copied().map(U256::from).unwrap_or_default();
            of(&before.balances).saturating_add(of(&paid)).saturating_sub(reserve)
        };
        self.events.push(json!({ "event": "Mint", "amount0": text(added(0)), "amount1": text(added(1)) }));
        self.lp = self.lp.saturating_add(minted.shares);
        Ok(())
    }

    /// `removeLiquidityWERC20`.
    pub(super) fn remove_plain(&mut self, removing: &Removing) -> Refusable<()> {
        let taken = self.world.market.state_mut().take_plain(self.number, removing.lp_take).map_err(words)?;
        if !removing.lp_take.is_zero() {
            self.tell_collateral("TakeCollateral", "werc20", self.plain_id, taken);
        }
        self.lp = taken;
        self.remove_from_pair(removing)
    }

    /// `removeLiquidityWMasterChef`.
    pub(super) fn remove_staked(&mut self, removing: &Removing) -> Refusable<()> {
        let block = self.world.block;
        let done =
            self.world.market.state_mut().unstake(self.number, removing.lp_take, block).map_err(words)?;
        self.lp = done.taken.map_or(U256::ZERO, |(_, taken)| taken);
        self.restaked(&done);
        self.remove_from_pair(removing)
    }

    /// `harvestWMasterChef`.
    pub(super) fn harvest(&mut self) -> Refusable<()> {
        let block = self.world.block;
        let done = self.world.market.state_mut().harvest(self.number, block).map_err(words)?;
        self.restaked(&done);
        self.refund(false);
        Ok(())
    }

    /// `removeLiquidityInternal`.
    fn remove_from_pair(&mut self, removing: &Removing) -> Refusable<()> {
        self.world.market.state().must_take(self.spell).map_err(words)?;
        let block = self.world.block;
        let mut repay = removing.repay;
        for (token, amount) in self.world.coins.into_iter().zip(&mut repay) {
            if *amount == U256::MAX {
                let state = self.world.market.state_mut();
                *amount = state.debt_current(self.number, token, block).map_err(words)?;
            }
        }
        let to_remove = sub(self.lp, removing.lp_withdraw)?;
        let removed = self.burn(to_remove)?;
        if let Some(swap) = shortfall(removed, repay, removing.min).map_err(words)? {
            let side = usize::from(!swap.buys_second);
            let sold = self.quote_exact_out(side, swap.missing)?;
            if sold > swap.spare {
                return Err(pair_words(PairError::TooMuchSold { sell: sold, max: swap.spare }));
            }
            self.swap(side, sold, swap.missing)?;
        }
        for (place, amount) in repay.into_iter().enumerate() {
            self.repay(place, amount)?;
        }
        if !removing.lp_repay.is_zero() {
            return Err(words(HomoraError::NoBank { asset: self.world.lp() }));
        }
        let enough = self.coins.iter().zip(removing.min).all(|(held, min)| *held >= min);
        if !enough || self.lp < removing.lp_withdraw {
            return Err(String::new());
        }
        self.refund(true);
        Ok(())
    }

    /// `removeLiquidity` of the router; nothing is nothing.
    fn burn(&mut self, shares: U256) -> Refusable<[U256; 2]> {
        if shares.is_zero() {
            return Ok([U256::ZERO; 2]);
        }
        self.lp = sub(self.lp, shares)?;
        let burned = self.world.pair.burn(shares, self.world.time).map_err(pair_words)?;
        let [amount0, amount1] = burned.amounts;
        self.events.push(json!({ "event": "Burn", "amount0": text(amount0), "amount1": text(amount1) }));
        let removed = self.world.turn(burned.amounts);
        for (place, amount) in removed.into_iter().enumerate() {
            self.hold(place, amount);
        }
        Ok(removed)
    }

    /// `getAmountsIn` of the router: what is sold of the coin at `side`.
    fn quote_exact_out(&self, side: usize, bought: U256) -> Refusable<U256> {
        let [reserve_a, reserve_b] = self.world.reserves();
        let (own, other) = if side == 0 { (reserve_a, reserve_b) } else { (reserve_b, reserve_a) };
        library::amount_in(bought, own, other, self.world.pair.fee()).map_err(pair_words)
    }

    fn restaked(&mut self, done: &Restaked) {
        self.sushi = self.sushi.saturating_add(done.reward);
        for (event, side) in [("TakeCollateral", done.taken), ("PutCollateral", done.put)] {
            if let Some((token, amount)) = side {
                let id = match token {
                    levmine_alpha_homora::Wrapped::Plain => self.plain_id,
                    levmine_alpha_homora::Wrapped::Staked(acc) => self.world.chef().id(acc),
                };
                self.tell_collateral(event, wrapper(token), id, amount);
            }
        }
    }

    fn tell_collateral(&mut self, event: &str, token: &str, id: U256, amount: U256) {
        self.events.push(json!({
            "event": event,
            "positionId": self.number.to_string(),
            "token": token,
            "id": text(id),
            "amount": text(amount),
        }));
    }

    /// What is left goes to the owner: ether that was wrapped as ether.
    fn refund(&mut self, with_lp: bool) {
        for (place, coin) in self.world.coins.into_iter().enumerate() {
            let amount = self.held(place);
            let token = if coin.symbol() == "WETH" { Token::Ether } else { Token::Coin(place) };
            self.world.give(self.owner, token, amount);
        }
        self.coins = [U256::ZERO; 2];
        if with_lp {
            let amount = std::mem::take(&mut self.lp);
            self.world.give(self.owner, Token::Lp, amount);
        }
        let amount = std::mem::take(&mut self.sushi);
        self.world.give(self.owner, Token::Sushi, amount);
    }
}
