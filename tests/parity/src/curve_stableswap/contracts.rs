//! The pool of sUSD's generation, its share and four coins, which are of the share's contract too.

use revm::primitives::{Address, U256};

use crate::abi::Value;
use crate::artifact::Artifact;
use crate::{Call, Chain, ParityError};

/// Who has deployed everything, and so owns the pool.
pub(super) const OWNER: Address = Address::with_last_byte(0xd0);

/// Those who trade.
pub(super) const ACCOUNTS: [&str; 3] = ["alice", "bob", "carol"];

/// Of each coin, what everybody has: more than any pool takes.
const PLENTY_BITS: usize = 200;

/// Decimals of the coins, which the contract has in its code.
pub(super) const DECIMALS: [u8; 4] = [18, 6, 6, 18];

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) pool: Address,
    pub(super) share: Address,
    pub(super) coins: [Address; 4],
}

/// The address of an account.
pub(super) fn account(name: &str) -> Address {
    if name == "admin" {
        return OWNER;
    }
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

impl Contracts {
    pub(super) fn deploy(a: u64, fee: u64, now: u64) -> Result<Self, ParityError> {
        let read = |name: &str| {
            Artifact::read(&format!("@setprotocol/set-protocol-v2/external/abi/curve/{name}.json"))
        };
        let mut chain = Chain::new();
        chain.set_time(now);
        let token = read("CurvePoolERC20")?;
        let text = |text: &str| Value::Bytes(text.as_bytes().to_vec());
        let mut tokens = Vec::new();
        for decimals in DECIMALS.into_iter().chain([18]) {
            let arguments = [text("Coin"), text("COIN"), u64::from(decimals).into(), 0_u64.into()];
            tokens.push(chain.deploy(OWNER, &token, &[], &arguments)?);
        }
        let &[first, second, third, fourth, share] = tokens.as_slice() else {
            return Err(ParityError::Machine { problem: "five tokens were not deployed".into() });
        };
        let coins = [first, second, third, fourth];
        let mut arguments: Vec<Value> = coins.into_iter().chain(coins).map(Value::from).collect();
        arguments.extend([share.into(), a.into(), fee.into()]);
        let pool = chain.deploy(OWNER, &read("Stableswap")?, &[], &arguments)?;
        for name in ACCOUNTS {
            for coin in coins {
                let plenty = U256::ONE << PLENTY_BITS;
                chain.must(
                    OWNER,
                    coin,
                    "mint(address,uint256)",
                    vec![account(name).into(), plenty.into()],
                )?;
                chain.must(
                    account(name),
                    coin,
                    "approve(address,uint256)",
                    vec![pool.into(), U256::MAX.into()],
                )?;
            }
        }
        chain.must(OWNER, share, "set_minter(address)", vec![pool.into()])?;
        Ok(Self { chain, pool, share, coins })
    }

    /// `balanceOf` in a token.
    pub(super) fn balance(&mut self, token: Address, of: Address) -> Result<U256, ParityError> {
        self.chain.word(token, "balanceOf(address)", vec![of.into()])
    }

    /// A call of the pool.
    pub(super) fn call(&self, by: Address, function: &'static str, arguments: Vec<Value>) -> Call {
        Call::new(by, self.pool, function, arguments)
    }
}
