//! The factory, one pool, its router and position manager, and the wallets of those who trade.

use revm::primitives::{Address, U256, keccak256};

use crate::abi::{self, Value};
use crate::artifact::{Artifact, bytes_of_hex};
use crate::{Call, Chain, ParityError};

/// Owns the factory, and so sets the protocol's fees.
pub(super) const DEPLOYER: Address = Address::with_last_byte(0xd0);

/// Those who trade.
pub(super) const ACCOUNTS: [&str; 3] = ["alice", "bob", "carol"];

/// The slot of `balanceOf` in the test token.
const BALANCES: U256 = U256::from_limbs([1, 0, 0, 0]);

/// The code at every trader's address, for the pool's callbacks: pays the pool what it asks for (nothing where that is
/// negative) and what the data says on top, of both coins. Data: `coin0, more0, coin1, more1`.
const PAYER: &str = "63a9059cbb60e01b60005233600452600435806000136031578060a4350160245260006000604460006000\
                     6084355af1505b50602435806000136055578060e435016024526000600060446000600060c4355af1505b50";

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) router: Address,
    pub(super) manager: Address,
    pub(super) pool: Address,
    pub(super) coins: [Address; 2],
    pub(super) fee: u32,
    /// Who holds every coin that is not in the pool.
    holder: Address,
}

/// The address of an account.
pub(super) fn account(name: &str) -> Address {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

/// A small signed number as a word of the ABI.
pub(super) fn signed(number: i128) -> U256 {
    let magnitude = U256::from(number.unsigned_abs());
    if number < 0 { U256::ZERO.wrapping_sub(magnitude) } else { magnitude }
}

impl Contracts {
    pub(super) fn deploy(fee: u32, spacing: i32) -> Result<Self, ParityError> {
        let read = |package: &str, name: &str| {
            Artifact::read(&format!("@uniswap/{package}/artifacts/contracts/{name}.sol/{name}.json"))
        };
        let mut chain = Chain::new();
        let factory = chain.deploy(DEPLOYER, &read("v3-core", "UniswapV3Factory")?, &[], &[])?;
        // Ether is not compared: an address that is no coin stands for its wrapper.
        let weth = Address::with_last_byte(0xee);
        let parts = [factory.into(), weth.into()];
        let router = chain.deploy(DEPLOYER, &read("v3-periphery", "SwapRouter")?, &[], &parts)?;
        let parts = [factory.into(), weth.into(), weth.into()];
        let manager =
            chain.deploy(DEPLOYER, &read("v3-periphery", "NonfungiblePositionManager")?, &[], &parts)?;
        let token = Artifact::read("@uniswap/v2-core/build/ERC20.json")?;
        let mut coins = [
            chain.deploy(DEPLOYER, &token, &[], &[U256::MAX.into()])?,
            chain.deploy(DEPLOYER, &token, &[], &[U256::MAX.into()])?,
        ];
        coins.sort_unstable();
        let [coin0, coin1] = coins;
        let known = chain.word(factory, "feeAmountTickSpacing(uint24)", vec![u64::from(fee).into()])?;
        if known.is_zero() {
            let terms = vec![u64::from(fee).into(), signed(i128::from(spacing)).into()];
            chain.must(DEPLOYER, factory, "enableFeeAmount(uint24,int24)", terms)?;
        }
        let arguments = vec![coin0.into(), coin1.into(), u64::from(fee).into()];
        let created = chain.must(DEPLOYER, factory, "createPool(address,address,uint24)", arguments)?;
        let pool = abi::address(created.first().copied().unwrap_or_default());
        let payer = bytes_of_hex(PAYER).unwrap_or_default();
        for name in ACCOUNTS {
            for (token, spender) in [(coin0, router), (coin1, router), (coin0, manager), (coin1, manager)] {
                let arguments = vec![spender.into(), U256::MAX.into()];
                chain.must(account(name), token, "approve(address,uint256)", arguments)?;
            }
            chain.install(account(name), payer.clone());
        }
        Ok(Self { chain, router, manager, pool, coins, fee, holder: DEPLOYER })
    }

    /// Gives every coin outside of the pool to `to`, so that a wallet is never what limits an operation.
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

    /// Who holds every coin that is not in the pool.
    pub(super) const fn holder(&self) -> Address {
        self.holder
    }

    /// `balanceOf`.
    pub(super) fn balance(&mut self, token: Address, of: Address) -> Result<U256, ParityError> {
        self.chain.word(token, "balanceOf(address)", vec![of.into()])
    }

    /// The data of a callback: what is paid beyond what is asked for, modulo 2^256.
    pub(super) fn more(&self, more: [U256; 2]) -> Value {
        let ([coin0, coin1], [more0, more1]) = (self.coins, more);
        Value::Bytes(abi::encode(&[coin0.into(), more0.into(), coin1.into(), more1.into()]))
    }

    /// The calls that pay both coins into the pool.
    pub(super) fn payments(&self, by: Address, amounts: [U256; 2]) -> Vec<Call> {
        let transfer = |(coin, amount): (Address, U256)| {
            Call::new(by, coin, "transfer(address,uint256)", vec![self.pool.into(), amount.into()])
        };
        self.coins.into_iter().zip(amounts).map(transfer).collect()
    }
}

fn slot(of: Address) -> U256 {
    keccak256(abi::encode(&[of.into(), BALANCES.into()])).into()
}
