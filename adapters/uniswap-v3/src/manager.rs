//! The position manager: who adds liquidity through it gets a token for each position.
//!
//! Source: Uniswap V3 periphery 1.4.4, `NonfungiblePositionManager`, `LiquidityManagement`. The pool knows all positions
//! between the same ticks as one, the manager's; the manager shares out its fees by a snapshot of growth of its own.

use levmine_market::Asset;
use levmine_math::U256;

use crate::contract::{Change, Core, low_128};
use crate::error::V3Error;
use crate::liquidity_amounts::liquidity_for_amounts;
use crate::position::{Key, Owner, Position, owed_by};
use crate::tick_math::sqrt_ratio_at_tick;

/// A position's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: u64,
    /// The share that stands for it: a base unit for each unit of liquidity.
    pub share: Asset,
    /// The tick at which it begins.
    pub lower: i32,
    /// The tick at which it ends.
    pub upper: i32,
    /// Its liquidity.
    pub liquidity: u128,
    /// Growth of fees inside of its range at its last update, times 2^128, modulo 2^256.
    pub fee_growth_inside_last: [U256; 2],
    /// What it can collect, in base units, modulo 2^128.
    pub tokens_owed: [u128; 2],
}

impl Token {
    /// The pool's position that this token is a part of.
    #[must_use]
    pub const fn key(&self) -> Key {
        Key { owner: Owner::Manager, lower: self.lower, upper: self.upper }
    }

    /// `liquidity` if the token has as much.
    fn at_most(&self, liquidity: U256) -> Result<u128, V3Error> {
        match u128::try_from(liquidity) {
            Ok(0) => Err(V3Error::NoLiquidity),
            Ok(asked) if asked <= self.liquidity => Ok(asked),
            _ => Err(V3Error::NotEnoughLiquidity { asked: liquidity, liquidity: self.liquidity }),
        }
    }

    /// This token with `taken` less of liquidity, which gives `amounts`; `position` is the pool's, its fees written down.
    fn decreased(mut self, taken: u128, position: &Position, amounts: [U256; 2]) -> Self {
        self.accrue(position.fee_growth_inside_last);
        for (owed, amount) in self.tokens_owed.iter_mut().zip(amounts) {
            *owed = owed.wrapping_add(low_128(amount));
        }
        self.liquidity = self.liquidity.saturating_sub(taken);
        self
    }

    /// What it is owed at growth `inside`.
    #[inline]
    fn owed(&self, inside: [U256; 2]) -> [u128; 2] {
        owed_by(self.tokens_owed, self.fee_growth_inside_last, inside, self.liquidity)
    }

    /// Writes down the fees up to growth `inside`.
    fn accrue(&mut self, inside: [U256; 2]) {
        self.tokens_owed = self.owed(inside);
        self.fee_growth_inside_last = inside;
    }
}

/// All tokens, in order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    pub(crate) tokens: Vec<Token>,
    pub(crate) next_id: u64,
}

/// Liquidity to be added, ready to be done.
#[derive(Debug, Clone)]
pub(crate) struct Addition {
    key: Key,
    change: Change,
    token: Token,
    is_new: bool,
    pub(crate) liquidity: u128,
    pub(crate) amounts: [U256; 2],
}

/// Liquidity to be taken and paid out, ready to be done.
#[derive(Debug, Clone)]
pub(crate) struct Removing {
    key: Key,
    change: Change,
    token: Token,
    /// What the burn gives.
    pub(crate) amounts: [U256; 2],
}

/// Fees to be collected, ready to be done.
#[derive(Debug, Clone)]
pub(crate) struct Collecting {
    key: Key,
    position: Position,
    token: Token,
    /// What the pool pays.
    pub(crate) paid: [u128; 2],
}

impl Manager {
    /// A manager without tokens; the first will have number 1.
    #[must_use]
    pub const fn new() -> Self {
        Self { tokens: Vec::new(), next_id: 1 }
    }

    /// All tokens, in order of their numbers.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The number of the next token.
    #[must_use]
    pub const fn next_id(&self) -> u64 {
        self.next_id
    }

    /// The token of this number.
    ///
    /// # Errors
    ///
    /// [`V3Error::NoToken`].
    pub fn token(&self, id: u64) -> Result<&Token, V3Error> {
        let place = self.place(id).map_err(|_| V3Error::NoToken { id })?;
        self.tokens.get(place).ok_or(V3Error::NoToken { id })
    }

    /// The token that this share stands for.
    #[must_use]
    pub fn of_share(&self, share: Asset) -> Option<&Token> {
        self.tokens.iter().find(|token| token.share == share)
    }

    fn place(&self, id: u64) -> Result<usize, usize> {
        self.tokens.binary_search_by_key(&id, |token| token.id)
    }

    fn put(&mut self, token: Token) {
        match self.place(token.id) {
            Ok(place) => {
                if let Some(known) = self.tokens.get_mut(place) {
                    *known = token;
                }
            }
            Err(place) => self.tokens.insert(place, token),
        }
    }

    /// `addLiquidity`, into `token` if there is one, else into a new one with this `share`.
    pub(crate) fn adding(
        &self,
        core: &Core,
        into: Result<&Token, (Asset, [i32; 2])>,
        desired: [U256; 2],
        min: [U256; 2],
        now: u32,
    ) -> Result<Addition, V3Error> {
        let [lower, upper] = match into {
            Ok(token) => [token.lower, token.upper],
            Err((_, ticks)) => ticks,
        };
        let (a, b) = (sqrt_ratio_at_tick(lower)?, sqrt_ratio_at_tick(upper)?);
        let liquidity = liquidity_for_amounts(core.state().sqrt_price, a, b, desired)?;
        let key = Key { owner: Owner::Manager, lower, upper };
        let change = core.minting(&key, liquidity, now)?;
        let amounts = change.amounts;
        check_slippage(amounts, min)?;
        let inside = change.position.fee_growth_inside_last;
        let (mut token, is_new) = match into {
            Ok(token) => (*token, false),
            Err((share, _)) => {
                let token = Token {
                    id: self.next_id,
                    share,
                    lower,
                    upper,
                    liquidity: 0,
                    fee_growth_inside_last: inside,
                    tokens_owed: [0; 2],
                };
                (token, true)
            }
        };
        token.accrue(inside);
        // The pool's sum for all tokens fits, so this one does.
        token.liquidity = token.liquidity.saturating_add(liquidity);
        Ok(Addition { key, change, token, is_new, liquidity, amounts })
    }

    pub(crate) fn add(&mut self, core: &mut Core, addition: Addition, now: u32) -> Token {
        core.mint_paid(&addition.key, &addition.change, now);
        self.put(addition.token);
        if addition.is_new {
            self.next_id = self.next_id.saturating_add(1);
        }
        addition.token
    }

    /// `decreaseLiquidity`, without writing anything.
    pub(crate) fn decreasing(
        &self,
        core: &Core,
        token: &Token,
        liquidity: U256,
        now: u32,
    ) -> Result<Removing, V3Error> {
        let (key, asked) = (token.key(), token.at_most(liquidity)?);
        let change = core.burning(&key, asked, now)?;
        let (token, amounts) = (token.decreased(asked, &change.position, change.amounts), change.amounts);
        Ok(Removing { key, change, token, amounts })
    }

    /// What [`Self::decreasing`] and the collection of what it gives would pay.
    #[inline]
    pub(crate) fn preview(core: &Core, token: &Token, liquidity: U256) -> Result<[u128; 2], V3Error> {
        let asked = token.at_most(liquidity)?;
        let look = core.look(&token.key(), asked)?;
        let (owed, known) = (token.owed(look.inside), look.position.owed(look.inside));
        Self::given(core, look.amounts.map(low_128), owed, known)
    }

    /// What [`Self::preview`] and [`Self::earned`] tell of a token with liquidity, in one look.
    pub(crate) fn worth(core: &Core, token: &Token, liquidity: U256) -> Result<[[u128; 2]; 2], V3Error> {
        let asked = token.at_most(liquidity)?;
        let look = core.look(&token.key(), asked)?;
        let (owed, known) = (token.owed(look.inside), look.position.owed(look.inside));
        let given = look.amounts.map(low_128);
        let coins = Self::given(core, given, owed, known)?;
        Ok([coins, core.payable(known, owed)?])
    }

    /// What is collected of `given` where the token is `owed` fees, and its position is by the pool's own sum.
    #[inline]
    fn given(core: &Core, given: [u128; 2], owed: [u128; 2], known: [u128; 2]) -> Result<[u128; 2], V3Error> {
        let ([given0, given1], [owed0, owed1], [known0, known1]) = (given, owed, known);
        let with = [known0.wrapping_add(given0), known1.wrapping_add(given1)];
        let asked = [given0.min(owed0.wrapping_add(given0)), given1.min(owed1.wrapping_add(given1))];
        core.payable(with, asked)
    }

    /// What [`Self::collecting`] everything would pay.
    #[inline]
    pub(crate) fn earned(core: &Core, token: &Token) -> Result<[u128; 2], V3Error> {
        if token.liquidity == 0 {
            return Ok(Self::collecting(core, token, [u128::MAX; 2])?.paid);
        }
        let look = core.look(&token.key(), 0)?;
        core.payable(look.position.owed(look.inside), token.owed(look.inside))
    }

    pub(crate) fn decrease(&mut self, core: &mut Core, removing: &Removing, now: u32) {
        core.commit(&removing.key, &removing.change, now);
        self.put(removing.token);
    }

    /// What `collect` of just what was burned pays after [`Self::decreasing`], in the same transaction: growth stands
    /// still, so the manager's own update changes nothing.
    pub(crate) fn paying(core: &Core, removing: &Removing) -> Result<[u128; 2], V3Error> {
        let ([owed0, owed1], [amount0, amount1]) = (removing.token.tokens_owed, removing.amounts);
        let asked = [low_128(amount0).min(owed0), low_128(amount1).min(owed1)];
        core.collectable(&removing.change.position, asked)
    }

    /// [`Self::decrease`] and the collection of what it gives; a token that has nothing left is burned.
    pub(crate) fn remove(&mut self, core: &mut Core, removing: Removing, paid: [u128; 2], now: u32) {
        core.commit(&removing.key, &removing.change, now);
        core.pay(&removing.key, removing.change.position, paid);
        let mut token = removing.token;
        for (owed, amount) in token.tokens_owed.iter_mut().zip(removing.amounts) {
            *owed = owed.saturating_sub(low_128(amount));
        }
        self.put(token);
        self.forget_if_cleared(token);
    }

    /// `collect`, without writing anything: at most `asked` of what the token is owed by now.
    pub(crate) fn collecting(core: &Core, token: &Token, asked: [u128; 2]) -> Result<Collecting, V3Error> {
        if asked == [0, 0] {
            return Err(V3Error::NothingCollected);
        }
        let (key, mut token) = (token.key(), *token);
        let position = if token.liquidity > 0 {
            let look = core.look(&key, 0)?;
            let position = look.position.updated(0, look.inside)?;
            token.accrue(look.inside);
            position
        } else {
            core.unlocked()?;
            core.state().positions.get(&key)
        };
        let ([asked0, asked1], [owed0, owed1]) = (asked, token.tokens_owed);
        let taken = [asked0.min(owed0), asked1.min(owed1)];
        // The pool's own sum, rounded down more often, may be a few units short; the manager forgets about them.
        let paid = core.collectable(&position, taken)?;
        for (owed, taken) in token.tokens_owed.iter_mut().zip(taken) {
            *owed -= taken;
        }
        Ok(Collecting { key, position, token, paid })
    }

    pub(crate) fn collect(&mut self, core: &mut Core, collecting: Collecting) -> Token {
        if collecting.token.liquidity > 0 {
            core.write_fees(&collecting.key, collecting.position);
        }
        core.pay(&collecting.key, collecting.position, collecting.paid);
        self.put(collecting.token);
        collecting.token
    }

    /// Burns a token that has neither liquidity nor fees, as its holder can at any time.
    pub(crate) fn forget_if_cleared(&mut self, token: Token) {
        if token.liquidity == 0 && token.tokens_owed == [0, 0] {
            self.tokens.retain(|known| known.id != token.id);
        }
    }

    /// `burn`.
    pub(crate) fn burn(&mut self, id: u64) -> Result<(), V3Error> {
        let token = *self.token(id)?;
        if token.liquidity != 0 || token.tokens_owed != [0, 0] {
            return Err(V3Error::NotCleared);
        }
        self.forget_if_cleared(token);
        Ok(())
    }
}

impl Default for Manager {
    fn default() -> Self {
        Self::new()
    }
}

pub(crate) fn check_slippage(amounts: [U256; 2], min: [U256; 2]) -> Result<(), V3Error> {
    let ([amount0, amount1], [min0, min1]) = (amounts, min);
    if amount0 < min0 || amount1 < min1 {
        return Err(V3Error::PriceSlippage { amount0, amount1, min0, min1 });
    }
    Ok(())
}
