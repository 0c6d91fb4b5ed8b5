//! The contracts around the bank, and the wallets.

use std::collections::BTreeMap;

use levmine_alpha_homora::oracle::{Exact, fair_lp_px};
use levmine_alpha_homora::{AlphaHomoraMarket, Chef};
use levmine_lending::LendingMarket;
use levmine_market::{Account, Asset, Assets, Dump};
use levmine_math::U256;
use levmine_uniswap_v2::Pair;

use crate::recorded::Accounts;

/// What a wallet can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Token {
    /// A coin of the pair, by its place as the spells are given it.
    Coin(usize),
    Lp,
    Ether,
    Sushi,
}

impl Token {
    pub(super) fn of(symbol: &str, world: &World) -> Option<Self> {
        match symbol {
            "LP" => Some(Self::Lp),
            "ETH" => Some(Self::Ether),
            "SUSHI" => Some(Self::Sushi),
            _ => world.coins.iter().position(|coin| coin.symbol() == symbol).map(Self::Coin),
        }
    }
}

/// Everything that an operation may change, and what stays.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) market: AlphaHomoraMarket,
    pub(super) pair: Pair,
    /// Prices of the coins, as set.
    pub(super) px: [U256; 2],
    pub(super) wallets: BTreeMap<(Account, Token), U256>,
    /// The coins as the spells are given them; the banks have the same order.
    pub(super) coins: [Asset; 2],
    /// Whether the first of them is the pair's second.
    pub(super) is_turned: bool,
    pub(super) accounts: Accounts,
    pub(super) names: Vec<String>,
    pub(super) assets: Assets,
    pub(super) block: u64,
    pub(super) time: u32,
}

/// The words of a refusal.
pub(super) type Refusable<T> = Result<T, String>;

impl World {
    pub(super) fn chef(&self) -> Chef {
        self.market.state().core.chef.unwrap_or_else(|| unreachable!("every record has a reward pool"))
    }

    pub(super) fn lp(&self) -> Asset {
        self.market.state().lp
    }

    /// Two values from the spell's order to the pair's, or back.
    pub(super) fn turn<T>(&self, [a, b]: [T; 2]) -> [T; 2] {
        if self.is_turned { [b, a] } else { [a, b] }
    }

    pub(super) fn place_in_pair(&self, coin: Asset) -> usize {
        let [first, _] = self.turn(self.coins);
        usize::from(coin != first)
    }

    /// The reserves in the spell's order.
    pub(super) fn reserves(&self) -> [u128; 2] {
        self.turn(self.pair.state().reserves)
    }

    /// The fair price of the LP token, if both coins have one.
    pub(super) fn lp_px(&self) -> Option<U256> {
        if self.px.iter().any(U256::is_zero) {
            return None;
        }
        let state = self.pair.state();
        fair_lp_px(state.reserves.map(U256::from), state.total_supply, self.turn(self.px)).ok()
    }

    /// What the oracle says: nothing is a price of zero.
    pub(super) fn prices(&self) -> Exact {
        let mut prices = Exact::new();
        for (coin, px) in self.coins.into_iter().zip(self.px) {
            prices.set(coin, px);
        }
        prices.set(self.lp(), self.lp_px().unwrap_or_default());
        prices
    }

    pub(super) fn balance(&self, account: Account, token: Token) -> U256 {
        self.wallets.get(&(account, token)).copied().unwrap_or_default()
    }

    pub(super) fn give(&mut self, account: Account, token: Token, amount: U256) {
        let held = self.balance(account, token);
        self.wallets.insert((account, token), held.saturating_add(amount));
    }

    /// Takes tokens out of a wallet, or tells in the token's own words that they are not there.
    pub(super) fn take(&mut self, account: Account, token: Token, amount: U256) -> Refusable<()> {
        let held = self.balance(account, token);
        let left = held.checked_sub(amount).ok_or_else(|| self.lacks(token))?;
        self.wallets.insert((account, token), left);
        Ok(())
    }

    /// What the token says of a transfer beyond the balance.
    pub(super) fn lacks(&self, token: Token) -> String {
        let is_weth =
            matches!(token, Token::Coin(at) if self.coins.get(at).is_some_and(|it| it.symbol() == "WETH"));
        match token {
            Token::Lp => "ds-math-sub-underflow",
            _ if is_weth => "SafeERC20: low-level call failed",
            _ => "ERC20: transfer amount exceeds balance",
        }
        .into()
    }

    pub(super) fn market_dump(&self) -> Dump {
        self.market.dump()
    }

    /// The adapter's whole state, and that of the pair.
    pub(super) fn dump(&self) -> Dump {
        self.with_market_dump(self.market.dump())
    }

    pub(super) fn with_market_dump(&self, market: Dump) -> Dump {
        Dump::table([("bank", market), ("pair", Dump::text(format!("{:?}", self.pair.state())))])
    }
}
