//! A vault, its asset, three strategies that do what they are told, and those who use it.

use revm::primitives::{Address, U256, keccak256};

use crate::abi::{self, Value};
use crate::artifact::Artifact;
use crate::{Call, Chain, ParityError};

/// Those who deposit.
pub(super) const ACCOUNTS: [&str; 3] = ["alice", "bob", "carol"];

/// How many strategies there are.
pub(super) const STRATEGIES: usize = 3;

pub(super) const GOVERNANCE: Address = Address::with_last_byte(0x90);
/// Who is paid the treasury's fees.
pub(super) const REWARDS: Address = Address::with_last_byte(0x9e);
/// Where gains come from and losses go to.
const BANK: Address = Address::with_last_byte(0xba);

/// The slot of `balanceOf` in the asset.
const BALANCES: U256 = U256::from_limbs([1, 0, 0, 0]);

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) vault: Address,
    pub(super) asset: Address,
    pub(super) strategies: [Address; STRATEGIES],
}

/// The address of an account.
pub(super) fn account(name: &str) -> Address {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

/// What everybody has of the asset in the beginning.
fn wallet() -> U256 {
    U256::ONE << 250_usize
}

impl Contracts {
    /// A vault without strategies that takes deposits.
    pub(super) fn deploy(now: u64) -> Result<Self, ParityError> {
        let mut chain = Chain::new();
        chain.set_time(now);
        let token = Artifact::read("@uniswap/v2-core/build/ERC20.json")?;
        let asset = chain.deploy(BANK, &token, &[], &[0_u64.into()])?;
        let vault = Artifact::read("@setprotocol/set-protocol-v2/external/abi/yearn/Vault.json")?;
        let vault = chain.deploy(GOVERNANCE, &vault, &[], &[])?;
        let arguments = vec![asset.into(), GOVERNANCE.into(), REWARDS.into(), "vault".into(), "share".into()];
        chain.must(GOVERNANCE, vault, "initialize(address,address,address,string,string)", arguments)?;
        let limit = vec![U256::MAX.into()];
        chain.must(GOVERNANCE, vault, "setDepositLimit(uint256)", limit)?;
        let stand_in = Artifact::read(".levmine/yearn/Strategy.sol/Strategy.json")?;
        let mut strategies = [Address::ZERO; STRATEGIES];
        for strategy in &mut strategies {
            *strategy = chain.deploy(BANK, &stand_in, &[], &[vault.into(), asset.into()])?;
        }
        let rich = ACCOUNTS.map(account);
        for who in rich.into_iter().chain([BANK]) {
            let slot = keccak256(abi::encode(&[who.into(), BALANCES.into()])).into();
            chain.set_storage(asset, slot, wallet())?;
        }
        for who in rich.into_iter().chain(strategies) {
            chain.must(who, asset, "approve(address,uint256)", vec![vault.into(), U256::MAX.into()])?;
        }
        Ok(Self { chain, vault, asset, strategies })
    }

    /// A strategy by its number; any further one is nobody.
    pub(super) fn strategy(&self, index: usize) -> Address {
        self.strategies.get(index).copied().unwrap_or(Address::with_last_byte(0x0f))
    }

    /// `balanceOf` in the asset or in the vault's shares.
    pub(super) fn balance(&mut self, token: Address, of: Address) -> Result<U256, ParityError> {
        self.chain.word(token, "balanceOf(address)", vec![of.into()])
    }

    /// A call of the vault.
    pub(super) fn call(&self, by: Address, function: &'static str, arguments: Vec<Value>) -> Call {
        Call::new(by, self.vault, function, arguments)
    }

    /// A transfer of the asset from the bank, or back to it.
    pub(super) fn gift(&self, to: Address, amount: U256) -> Call {
        Call::new(BANK, self.asset, "transfer(address,uint256)", vec![to.into(), amount.into()])
    }

    /// What a strategy loses.
    pub(super) fn loss(&self, of: Address, amount: U256) -> Call {
        Call::new(of, self.asset, "transfer(address,uint256)", vec![BANK.into(), amount.into()])
    }
}
