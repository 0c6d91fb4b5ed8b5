//! The vault, its token, and those who use them.

use revm::primitives::{Address, U256};

use crate::artifact::Artifact;
use crate::{Call, Chain, ParityError, abi};

const DEPLOYER: Address = Address::with_last_byte(0xd0);

/// Those who use the vault.
pub(super) const ACCOUNTS: [&str; 3] = ["alice", "bob", "carol"];

/// What everybody has of the token at first.
pub(super) fn wallet() -> U256 {
    U256::ONE << 250_usize
}

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) token: Address,
    pub(super) vault: Address,
}

/// The address of an account.
pub(super) fn account(name: &str) -> Address {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

impl Contracts {
    /// Deploys a vault with this offset of decimals and this limit, 2^256 − 1 for none.
    pub(super) fn deploy(offset: u8, limit: U256) -> Result<Self, ParityError> {
        let artifact = |name: &str| Artifact::read(&format!(".levmine/erc4626/Vault.sol/{name}.json"));
        let mut chain = Chain::new();
        let token = chain.deploy(DEPLOYER, &artifact("Token")?, &[], &[])?;
        let arguments = [token.into(), U256::from(offset).into(), limit.into()];
        let vault = chain.deploy(DEPLOYER, &artifact("Vault")?, &[], &arguments)?;
        for name in ACCOUNTS {
            let owner = account(name);
            chain.must(DEPLOYER, token, "make(address,uint256)", vec![owner.into(), wallet().into()])?;
            chain.must(owner, token, "approve(address,uint256)", vec![vault.into(), U256::MAX.into()])?;
        }
        Ok(Self { chain, token, vault })
    }

    /// The call that brings what the vault earned.
    pub(super) fn earned(&self, gain: U256) -> Call {
        let arguments = vec![self.vault.into(), gain.into()];
        Call::new(DEPLOYER, self.token, "make(address,uint256)", arguments)
    }

    /// A call of the vault.
    pub(super) fn ask(&self, by: Address, function: &'static str, arguments: Vec<abi::Value>) -> Call {
        Call::new(by, self.vault, function, arguments)
    }

    /// A function of the vault with at most one argument; the reason where it refuses.
    pub(super) fn read(
        &mut self,
        function: &'static str,
        arguments: Vec<abi::Value>,
    ) -> Result<Result<U256, String>, ParityError> {
        let call = Call::new(Address::ZERO, self.vault, function, arguments);
        let answers = self.chain.simulate(&[call])?;
        let first = |words: Vec<Vec<U256>>| words.first().and_then(|words| words.first()).copied();
        Ok(answers.map(|words| first(words).unwrap_or_default()).map_err(|reason| reason.to_string()))
    }

    /// `balanceOf` in the token or in the shares.
    pub(super) fn balance(&mut self, token: Address, of: Address) -> Result<U256, ParityError> {
        self.chain.word(token, "balanceOf(address)", vec![of.into()])
    }
}
