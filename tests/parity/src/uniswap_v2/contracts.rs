//! The factory, one pair, the router, and the wallets of those who trade.

use revm::primitives::{Address, U256, keccak256};

use crate::abi::{self, Value};
use crate::artifact::{Artifact, bytes_of_hex};
use crate::{Call, Chain, ParityError};

const DEPLOYER: Address = Address::with_last_byte(0xd0);

/// Where the protocol's shares go while the fee is on.
pub(super) const COLLECTOR: Address = Address::with_last_byte(0xfe);

/// Those who trade.
pub(super) const ACCOUNTS: [&str; 3] = ["alice", "bob", "carol"];

/// The slot of `balanceOf` in the core's test token.
const BALANCES: U256 = U256::from_limbs([1, 0, 0, 0]);

/// Receives a flash swap and pays what its data says: for each coin, `transfer(pair, paid)`.
const CALLEE: &str = "63a9059cbb60e01b60005233600452\
                      6100c435602452600060006044600060006100a4355af150\
                      61010435602452600060006044600060006100e4355af15000";

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) router: Address,
    pub(super) pair: Address,
    pub(super) coins: [Address; 2],
    pub(super) callee: Address,
    factory: Address,
    /// Who holds every coin that is not in the pair.
    holder: Address,
}

/// The address of an account.
pub(super) fn account(name: &str) -> Address {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

impl Contracts {
    pub(super) fn deploy() -> Result<Self, ParityError> {
        let core = |name: &str| Artifact::read(&format!("@uniswap/v2-core/build/{name}.json"));
        let periphery = |name: &str| Artifact::read(&format!("@uniswap/v2-periphery/build/{name}.json"));
        let mut chain = Chain::new();
        let factory = chain.deploy(DEPLOYER, &core("UniswapV2Factory")?, &[], &[DEPLOYER.into()])?;
        let weth = chain.deploy(DEPLOYER, &periphery("WETH9")?, &[], &[])?;
        let router =
            chain.deploy(DEPLOYER, &periphery("UniswapV2Router02")?, &[], &[factory.into(), weth.into()])?;
        let token = core("ERC20")?;
        let mut coins = [
            chain.deploy(DEPLOYER, &token, &[], &[U256::MAX.into()])?,
            chain.deploy(DEPLOYER, &token, &[], &[U256::MAX.into()])?,
        ];
        coins.sort_unstable();
        let [coin0, coin1] = coins;
        let arguments = vec![coin0.into(), coin1.into()];
        let created = chain.must(DEPLOYER, factory, "createPair(address,address)", arguments)?;
        let pair = abi::address(created.first().copied().unwrap_or_default());
        for name in ACCOUNTS {
            for token in [coin0, coin1, pair] {
                let arguments = vec![router.into(), U256::MAX.into()];
                chain.must(account(name), token, "approve(address,uint256)", arguments)?;
            }
        }
        let callee = Address::with_last_byte(0xca);
        chain.install(callee, bytes_of_hex(CALLEE).unwrap_or_default());
        Ok(Self { chain, router, pair, coins, callee, factory, holder: DEPLOYER })
    }

    /// Gives every coin outside of the pair to `to`, so that a wallet is never what limits a trade.
    pub(super) fn give_all_to(&mut self, to: Address) -> Result<(), ParityError> {
        if self.holder == to {
            return Ok(());
        }
        for coin in self.coins {
            let from = self.holder;
            let balance = self.balance(coin, from)?;
            self.chain.set_storage(coin, slot(from), U256::ZERO)?;
            self.chain.set_storage(coin, slot(to), balance)?;
        }
        self.holder = to;
        Ok(())
    }

    /// Who holds every coin that is not in the pair.
    pub(super) const fn holder(&self) -> Address {
        self.holder
    }

    /// `balanceOf` in a coin or in the pair's shares.
    pub(super) fn balance(&mut self, token: Address, of: Address) -> Result<U256, ParityError> {
        self.chain.word(token, "balanceOf(address)", vec![of.into()])
    }

    /// The call that turns the protocol fee on or off.
    pub(super) fn set_fee_to(&self, on: bool) -> Call {
        let to = if on { COLLECTOR } else { Address::ZERO };
        Call::new(DEPLOYER, self.factory, "setFeeTo(address)", vec![to.into()])
    }

    /// The calls that pay both coins into the pair.
    pub(super) fn payments(&self, by: Address, amounts: [U256; 2]) -> Vec<Call> {
        let transfer = |(coin, amount): (Address, U256)| {
            Call::new(by, coin, "transfer(address,uint256)", vec![self.pair.into(), amount.into()])
        };
        self.coins.into_iter().zip(amounts).map(transfer).collect()
    }

    /// The data of a flash swap: what the receiver pays.
    pub(super) fn flash_data(&self, paid: [U256; 2]) -> Value {
        let ([coin0, coin1], [paid0, paid1]) = (self.coins, paid);
        Value::Bytes(abi::encode(&[coin0.into(), paid0.into(), coin1.into(), paid1.into()]))
    }

    /// The call of a pair's or the router's function.
    pub(super) fn call(&self, by: Address, to: Address, function: &'static str, arguments: &[Value]) -> Call {
        Call::new(by, to, function, arguments.to_vec())
    }
}

fn slot(of: Address) -> U256 {
    keccak256(abi::encode(&[of.into(), BALANCES.into()])).into()
}
