//! The pair contract in its own units.
//!
//! Source: Uniswap V2 core `UniswapV2Pair`; SushiSwap's pair differs by a migrator on the first mint only.

use levmine_math::{U256, sqrt_floor};

use crate::error::{PairError, add, div, mul, sub};
use crate::fee::{ProtocolFee, SwapFee};
use crate::library;
use crate::oracle::Observation;

/// The largest reserve: 2^112 − 1.
pub const MAX_RESERVE: u128 = (1 << 112) - 1;

/// The shares that the first mint locks for ever.
pub const MINIMUM_LIQUIDITY: U256 = U256::from_limbs([1_000, 0, 0, 0]);

/// Everything a pair stores, and what the tokens say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairState {
    /// `reserve0`, `reserve1`: at most [`MAX_RESERVE`].
    pub reserves: [u128; 2],
    /// `price0CumulativeLast`, `price1CumulativeLast` and `blockTimestampLast`.
    pub observation: Observation,
    /// `kLast`: the product of the reserves after the last mint or burn, while the protocol fee is on.
    pub k_last: U256,
    /// `totalSupply` of the shares.
    pub total_supply: U256,
    /// `balanceOf(pair)` of both coins.
    pub balances: [U256; 2],
    /// Shares that nobody can move: those of the first mint.
    pub locked_shares: U256,
    /// Shares that the pair itself holds; whoever burns next burns them too.
    pub own_shares: U256,
    /// Shares minted to the collector of the protocol fee.
    pub fee_to_shares: U256,
}

impl PairState {
    /// A pair that holds exactly `reserves`, with ⌊√(R0·R1)⌋ shares, as after a first mint of these amounts.
    ///
    /// # Errors
    ///
    /// [`PairError::InsufficientLiquidityMinted`] where the first mint would fail; no reserves at all are a new pair.
    pub fn of_reserves(
        reserves: [u128; 2],
        protocol_fee: Option<ProtocolFee>,
        timestamp: u32,
    ) -> Result<Self, PairError> {
        let [reserve0, reserve1] = reserves.map(U256::from);
        let k = mul(reserve0, reserve1)?;
        let total_supply = sqrt_floor(k);
        let empty = reserves == [0, 0];
        if !empty && total_supply <= MINIMUM_LIQUIDITY {
            return Err(PairError::InsufficientLiquidityMinted);
        }
        Ok(Self {
            reserves,
            observation: Observation { cumulative0: U256::ZERO, cumulative1: U256::ZERO, timestamp },
            k_last: if protocol_fee.is_some() { k } else { U256::ZERO },
            total_supply,
            balances: [reserve0, reserve1],
            locked_shares: if empty { U256::ZERO } else { MINIMUM_LIQUIDITY },
            own_shares: U256::ZERO,
            fee_to_shares: U256::ZERO,
        })
    }
}

/// What a mint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minted {
    /// Shares for the provider.
    pub shares: U256,
    /// Shares for the protocol, minted before.
    pub protocol: U256,
    /// Shares locked for ever: [`MINIMUM_LIQUIDITY`] at the first mint, else none.
    pub locked: U256,
}

/// What a burn does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burned {
    /// What is paid of both coins.
    pub amounts: [U256; 2],
    /// Shares that lay in the pair and are burned with the caller's.
    pub donated: U256,
    /// Shares minted to the protocol before.
    pub protocol: U256,
}

/// One of the two coins, as what is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first coin is sold for the second.
    First,
    /// The second coin is sold for the first.
    Second,
}

impl Side {
    /// Orders two values as (sold, bought).
    #[must_use]
    #[inline]
    pub fn order<T>(self, [first, second]: [T; 2]) -> [T; 2] {
        match self {
            Self::First => [first, second],
            Self::Second => [second, first],
        }
    }
}

/// A pair: its state and its fees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    state: PairState,
    fee: SwapFee,
    protocol_fee: Option<ProtocolFee>,
    /// Whether the balances are exactly the reserves: nothing was donated, nothing vanished.
    is_synced: bool,
}

/// Balances that passed all checks of a swap and become the reserves.
#[derive(Debug, Clone, Copy)]
struct Settled {
    reserves: [u128; 2],
    amounts_in: [U256; 2],
}

impl Pair {
    /// A pair in this state.
    ///
    /// # Errors
    ///
    /// [`PairError::Overflow`] for a reserve above [`MAX_RESERVE`]; [`PairError::InsufficientShares`] when more shares
    /// are locked, held or collected than exist.
    pub fn new(state: PairState, fee: SwapFee, protocol_fee: Option<ProtocolFee>) -> Result<Self, PairError> {
        for reserve in state.reserves {
            if reserve > MAX_RESERVE {
                return Err(PairError::Overflow { balance: U256::from(reserve) });
            }
        }
        let held = add(add(state.locked_shares, state.own_shares)?, state.fee_to_shares)?;
        if held > state.total_supply {
            return Err(PairError::InsufficientShares { shares: held, outstanding: state.total_supply });
        }
        let is_synced = state.balances == state.reserves.map(U256::from);
        Ok(Self { state, fee, protocol_fee, is_synced })
    }

    /// The state.
    #[must_use]
    pub const fn state(&self) -> &PairState {
        &self.state
    }

    /// The fee of a swap.
    #[must_use]
    pub const fn fee(&self) -> SwapFee {
        self.fee
    }

    /// The protocol's part of the fee, while its switch is on.
    #[must_use]
    pub const fn protocol_fee(&self) -> Option<ProtocolFee> {
        self.protocol_fee
    }

    /// Turns the protocol fee on or off, as the factory's `setFeeTo` does: no share is minted before the next mint or
    /// burn, which after a switch from off to on only starts to measure.
    pub fn set_protocol_fee(&mut self, fee: Option<ProtocolFee>) {
        self.protocol_fee = fee;
    }

    /// The shares that wallets outside of the pair hold, the protocol's apart.
    #[must_use]
    pub fn outstanding(&self) -> U256 {
        let state = &self.state;
        let held = state.locked_shares.saturating_add(state.own_shares).saturating_add(state.fee_to_shares);
        state.total_supply.saturating_sub(held)
    }

    /// Returns what selling `amount` pays through the router: the library's amount, and the pair's own checks.
    ///
    /// # Errors
    ///
    /// As [`library::amount_out`], then as [`Pair::swap`].
    #[inline]
    pub fn exact_in(&self, side: Side, amount: U256) -> Result<U256, PairError> {
        let [reserve_in, reserve_out] = side.order(self.state.reserves);
        if let Some(sold) = library::narrow(amount)
            && self.is_synced
            && sold.min(reserve_in).min(reserve_out) > 0
            && sold.wrapping_add(reserve_in) <= MAX_RESERVE
        {
            let out = library::amount_out_narrow(sold, reserve_in, reserve_out, self.fee);
            return if out == 0 { Err(PairError::InsufficientOutput) } else { Ok(U256::from(out)) };
        }
        self.exact_in_checked(side, amount)
    }

    /// [`Pair::exact_in`] where the balances are not the reserves, or a number does not fit one.
    #[cold]
    fn exact_in_checked(&self, side: Side, amount: U256) -> Result<U256, PairError> {
        let [reserve_in, reserve_out] = side.order(self.state.reserves);
        let out = library::amount_out(amount, reserve_in, reserve_out, self.fee)?;
        self.check_trade(side, amount, out)?;
        Ok(out)
    }

    /// Returns what buying `amount` costs through the router: the library's amount, and the pair's own checks.
    ///
    /// # Errors
    ///
    /// As [`library::amount_in`], then as [`Pair::swap`].
    pub fn exact_out(&self, side: Side, amount: U256) -> Result<U256, PairError> {
        let [reserve_in, reserve_out] = side.order(self.state.reserves);
        let sold = library::amount_in(amount, reserve_in, reserve_out, self.fee)?;
        self.check_trade(side, sold, amount)?;
        Ok(sold)
    }

    /// The checks of [`Pair::swap`] on amounts that the library computed.
    #[inline]
    fn check_trade(&self, side: Side, sold: U256, bought: U256) -> Result<(), PairError> {
        // Far beyond the width of a reserve the product of the balances overflows before the pair looks at the width.
        if !self.is_synced || sold > U256::from(MAX_RESERVE) {
            let (out, paid) = (side.order([U256::ZERO, bought]), side.order([sold, U256::ZERO]));
            return self.settle(out, paid).map(|_| ());
        }
        // On the pair's own reserves the library's rounding implies K, and it never asks for a whole reserve:
        // (R_in·1000 + in·997)·(R_out − out) ≥ R_in·R_out·1000. What remains is dust and the width of a reserve.
        if bought.is_zero() {
            return Err(PairError::InsufficientOutput);
        }
        let [reserve_in, _] = side.order(self.state.reserves);
        let balance = add(U256::from(reserve_in), sold)?;
        reserve(balance).map(|_| ())
    }

    /// Runs the core's `swap`: `out` leaves, `paid` has come in. Returns what the pair takes as input, which includes
    /// donations that lay in it.
    ///
    /// Both coins can be paid and both can leave. `(B0·1000 − in0·3)·(B1·1000 − in1·3) ≥ R0·R1·1000²` must hold on the
    /// real balances.
    ///
    /// Source: `UniswapV2Pair.swap`.
    ///
    /// # Errors
    ///
    /// [`PairError::InsufficientOutput`], [`PairError::InsufficientLiquidity`], [`PairError::TransferFailed`],
    /// [`PairError::InsufficientInput`], [`PairError::Invariant`], [`PairError::Overflow`], and failing arithmetic.
    pub fn swap(&mut self, out: [U256; 2], paid: [U256; 2], now: u32) -> Result<[U256; 2], PairError> {
        let settled = self.settle(out, paid)?;
        self.update(settled.reserves, now);
        Ok(settled.amounts_in)
    }

    /// Runs the core's `swap` with a callback: `out` leaves first, `paid` comes in afterwards.
    ///
    /// # Errors
    ///
    /// As [`Pair::swap`].
    pub fn flash_swap(&mut self, out: [U256; 2], paid: [U256; 2], now: u32) -> Result<[U256; 2], PairError> {
        let ([balance0, balance1], [out0, out1]) = (self.state.balances, out);
        let settled = self.settle(out, paid);
        // The checks before the transfers come first; only then a missing balance tells.
        if settled.is_ok() {
            for (balance, amount) in [(balance0, out0), (balance1, out1)] {
                if amount > balance {
                    return Err(PairError::TransferFailed { balance, amount });
                }
            }
        }
        let settled = settled?;
        self.update(settled.reserves, now);
        Ok(settled.amounts_in)
    }

    fn settle(&self, out: [U256; 2], paid: [U256; 2]) -> Result<Settled, PairError> {
        let ([out0, out1], [paid0, paid1]) = (out, paid);
        let [reserve0, reserve1] = self.state.reserves;
        if out0.is_zero() && out1.is_zero() {
            return Err(PairError::InsufficientOutput);
        }
        for (amount, reserve) in [(out0, reserve0), (out1, reserve1)] {
            if amount >= U256::from(reserve) {
                return Err(PairError::InsufficientLiquidity { out: amount, reserve });
            }
        }
        let [balance0, balance1] = self.state.balances;
        let (balance0, in0) = side_of_swap(balance0, paid0, out0, reserve0)?;
        let (balance1, in1) = side_of_swap(balance1, paid1, out1, reserve1)?;
        if in0.is_zero() && in1.is_zero() {
            return Err(PairError::InsufficientInput);
        }
        let (taken, scale) = (U256::from(self.fee.taken()), U256::from(self.fee.scale()));
        let adjusted = |balance: U256, paid: U256| sub(mul(balance, scale)?, mul(paid, taken)?);
        let product = mul(adjusted(balance0, in0)?, adjusted(balance1, in1)?)?;
        let before = mul(mul(U256::from(reserve0), U256::from(reserve1))?, mul(scale, scale)?)?;
        if product < before {
            return Err(PairError::Invariant { balance0, balance1 });
        }
        Ok(Settled { reserves: [reserve(balance0)?, reserve(balance1)?], amounts_in: [in0, in1] })
    }

    /// Swaps through the router what [`Pair::exact_in`] or [`Pair::exact_out`] has just answered.
    ///
    /// # Errors
    ///
    /// As [`Pair::swap`].
    pub(crate) fn trade(&mut self, side: Side, sold: U256, bought: U256, now: u32) -> Result<(), PairError> {
        if !self.is_synced {
            let (out, paid) = (side.order([U256::ZERO, bought]), side.order([sold, U256::ZERO]));
            return self.swap(out, paid, now).map(|_| ());
        }
        if bought.is_zero() {
            return Err(PairError::InsufficientOutput);
        }
        let [reserve_in, reserve_out] = side.order(self.state.reserves);
        let [Some(sold), Some(bought)] = [sold, bought].map(library::narrow) else {
            return Err(PairError::Overflow { balance: sold });
        };
        let after = reserve_in.wrapping_add(sold);
        if after > MAX_RESERVE {
            return Err(PairError::Overflow { balance: U256::from(after) });
        }
        let Some(left) = reserve_out.checked_sub(bought).filter(|left| *left > 0) else {
            return Err(PairError::InsufficientLiquidity { out: U256::from(bought), reserve: reserve_out });
        };
        let after = [after, left];
        self.update(side.order(after), now);
        Ok(())
    }

    /// `_update`: accumulates the price of the reserves before, then stores the balances as reserves.
    fn update(&mut self, reserves: [u128; 2], now: u32) {
        self.state.observation = self.state.observation.advanced(self.state.reserves, now);
        self.state.reserves = reserves;
        self.state.balances = reserves.map(U256::from);
        self.is_synced = true;
    }

    /// What the accumulators would be if the pair were touched at `now`.
    #[must_use]
    pub fn observe(&self, now: u32) -> Observation {
        self.state.observation.advanced(self.state.reserves, now)
    }

    /// Returns the shares that the protocol is due: those that the next mint or burn mints first.
    ///
    /// # Errors
    ///
    /// Failing arithmetic.
    pub fn pending_protocol_shares(&self) -> Result<U256, PairError> {
        match self.protocol_fee {
            Some(fee) if !self.state.k_last.is_zero() => {
                let [reserve0, reserve1] = self.state.reserves.map(U256::from);
                let root = sqrt_floor(mul(reserve0, reserve1)?);
                fee.minted(self.state.total_supply, root, sqrt_floor(self.state.k_last))
            }
            _ => Ok(U256::ZERO),
        }
    }

    /// The supply that the next mint or burn divides by: with [`Pair::pending_protocol_shares`].
    ///
    /// # Errors
    ///
    /// Failing arithmetic.
    pub fn supply_with_pending(&self) -> Result<U256, PairError> {
        add(self.state.total_supply, self.pending_protocol_shares()?)
    }

    /// Returns what [`Pair::mint`] with these payments would do.
    ///
    /// # Errors
    ///
    /// As [`Pair::mint`].
    pub fn preview_mint(&self, paid: [U256; 2]) -> Result<Minted, PairError> {
        self.plan_mint(paid).map(|(minted, _)| minted)
    }

    /// Runs the core's `mint` after `paid` has come in: shares for everything above the reserves.
    ///
    /// The protocol's shares are minted first; then `min(a0·S ÷ R0, a1·S ÷ R1)` on the **stored** reserves, or
    /// `√(a0·a1) − 1000` at the first mint. **Rounds down**; what is out of proportion is a gift to the pool.
    ///
    /// Source: `UniswapV2Pair.mint`.
    ///
    /// # Errors
    ///
    /// [`PairError::InsufficientLiquidityMinted`], [`PairError::Overflow`], and failing arithmetic.
    pub fn mint(&mut self, paid: [U256; 2], now: u32) -> Result<Minted, PairError> {
        let (minted, reserves) = self.plan_mint(paid)?;
        let supply = add(add(self.state.total_supply, minted.protocol)?, add(minted.shares, minted.locked)?)?;
        self.update(reserves, now);
        self.state.total_supply = supply;
        self.state.locked_shares = self.state.locked_shares.wrapping_add(minted.locked);
        self.keep_product(minted.protocol);
        Ok(minted)
    }

    fn plan_mint(&self, paid: [U256; 2]) -> Result<(Minted, [u128; 2]), PairError> {
        let [reserve0, reserve1] = self.state.reserves.map(U256::from);
        let ([balance0, balance1], [paid0, paid1]) = (self.state.balances, paid);
        let (balance0, balance1) = (add(balance0, paid0)?, add(balance1, paid1)?);
        let (amount0, amount1) = (sub(balance0, reserve0)?, sub(balance1, reserve1)?);
        let protocol = self.pending_protocol_shares()?;
        let supply = add(self.state.total_supply, protocol)?;
        let (shares, locked) = if supply.is_zero() {
            (sub(sqrt_floor(mul(amount0, amount1)?), MINIMUM_LIQUIDITY)?, MINIMUM_LIQUIDITY)
        } else {
            let side = |amount: U256, reserve: U256| div(mul(amount, supply)?, reserve);
            (side(amount0, reserve0)?.min(side(amount1, reserve1)?), U256::ZERO)
        };
        if shares.is_zero() {
            return Err(PairError::InsufficientLiquidityMinted);
        }
        add(supply, add(shares, locked)?)?;
        Ok((Minted { shares, protocol, locked }, [reserve(balance0)?, reserve(balance1)?]))
    }

    /// Returns what [`Pair::burn`] of `shares` would do.
    ///
    /// # Errors
    ///
    /// As [`Pair::burn`].
    pub fn preview_burn(&self, shares: U256) -> Result<Burned, PairError> {
        self.plan_burn(shares).map(|(burned, _)| burned)
    }

    /// Runs the core's `burn` after `shares` have come in: burns all shares that the pair holds.
    ///
    /// The protocol's shares are minted first; then `L·balance ÷ S` of each coin on the **actual balances**, so that
    /// donations are paid out too. **Rounds down**.
    ///
    /// Source: `UniswapV2Pair.burn`.
    ///
    /// # Errors
    ///
    /// [`PairError::InsufficientShares`], [`PairError::InsufficientLiquidityBurned`], [`PairError::Overflow`], and
    /// failing arithmetic.
    pub fn burn(&mut self, shares: U256, now: u32) -> Result<Burned, PairError> {
        let (burned, reserves) = self.plan_burn(shares)?;
        let supply = add(self.state.total_supply, burned.protocol)?;
        let supply = sub(supply, add(shares, burned.donated)?)?;
        self.update(reserves, now);
        self.state.total_supply = supply;
        self.state.own_shares = U256::ZERO;
        self.keep_product(burned.protocol);
        Ok(burned)
    }

    fn plan_burn(&self, shares: U256) -> Result<(Burned, [u128; 2]), PairError> {
        let outstanding = self.outstanding();
        if shares > outstanding {
            return Err(PairError::InsufficientShares { shares, outstanding });
        }
        let donated = self.state.own_shares;
        let liquidity = add(shares, donated)?;
        let protocol = self.pending_protocol_shares()?;
        let supply = add(self.state.total_supply, protocol)?;
        let [balance0, balance1] = self.state.balances;
        let part = |balance: U256| div(mul(liquidity, balance)?, supply);
        let (amount0, amount1) = (part(balance0)?, part(balance1)?);
        if amount0.is_zero() || amount1.is_zero() {
            return Err(PairError::InsufficientLiquidityBurned { amount0, amount1 });
        }
        let reserves = [reserve(sub(balance0, amount0)?)?, reserve(sub(balance1, amount1)?)?];
        Ok((Burned { amounts: [amount0, amount1], donated, protocol }, reserves))
    }

    /// The end of a mint or burn: the collector gets its shares, and the product is stored while the switch is on.
    fn keep_product(&mut self, protocol: U256) {
        self.state.fee_to_shares = self.state.fee_to_shares.wrapping_add(protocol);
        let [reserve0, reserve1] = self.state.reserves.map(U256::from);
        // Two reserves multiply to 224 bits at most.
        self.state.k_last =
            if self.protocol_fee.is_some() { reserve0.wrapping_mul(reserve1) } else { U256::ZERO };
    }

    /// Receives coins that nobody gets anything for: a plain transfer to the pair.
    ///
    /// # Errors
    ///
    /// [`PairError::AddOverflow`].
    pub fn donate(&mut self, amounts: [U256; 2]) -> Result<(), PairError> {
        let ([balance0, balance1], [amount0, amount1]) = (self.state.balances, amounts);
        self.state.balances = [add(balance0, amount0)?, add(balance1, amount1)?];
        self.is_synced = self.state.balances == self.state.reserves.map(U256::from);
        Ok(())
    }

    /// Receives shares that nobody gets anything for; whoever burns next burns them too.
    ///
    /// # Errors
    ///
    /// [`PairError::InsufficientShares`].
    pub fn donate_shares(&mut self, shares: U256) -> Result<(), PairError> {
        let outstanding = self.outstanding();
        if shares > outstanding {
            return Err(PairError::InsufficientShares { shares, outstanding });
        }
        self.state.own_shares = add(self.state.own_shares, shares)?;
        Ok(())
    }

    /// Runs the core's `skim`: pays out what the balances are above the reserves, and returns it.
    ///
    /// # Errors
    ///
    /// [`PairError::SubUnderflow`] where a balance is below its reserve.
    pub fn skim(&mut self) -> Result<[U256; 2], PairError> {
        let ([balance0, balance1], [reserve0, reserve1]) =
            (self.state.balances, self.state.reserves.map(U256::from));
        let surplus = [sub(balance0, reserve0)?, sub(balance1, reserve1)?];
        self.state.balances = [reserve0, reserve1];
        self.is_synced = true;
        Ok(surplus)
    }

    /// Runs the core's `sync`: the balances become the reserves.
    ///
    /// # Errors
    ///
    /// [`PairError::Overflow`].
    pub fn sync(&mut self, now: u32) -> Result<(), PairError> {
        let [balance0, balance1] = self.state.balances;
        let reserves = [reserve(balance0)?, reserve(balance1)?];
        self.update(reserves, now);
        Ok(())
    }
}

/// One coin's side of a swap: the balance after it, and what the pair takes as input.
fn side_of_swap(balance: U256, paid: U256, out: U256, reserve: u128) -> Result<(U256, U256), PairError> {
    let before = add(balance, paid)?;
    let after = before.checked_sub(out).ok_or(PairError::TransferFailed { balance: before, amount: out })?;
    let expected = sub(U256::from(reserve), out)?;
    Ok((after, after.saturating_sub(expected)))
}

/// A balance as a reserve.
#[inline]
fn reserve(balance: U256) -> Result<u128, PairError> {
    u128::try_from(balance)
        .ok()
        .filter(|reserve| *reserve <= MAX_RESERVE)
        .ok_or(PairError::Overflow { balance })
}
