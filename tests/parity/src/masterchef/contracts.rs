//! The chef, its reward token, what is staked, and the wallets of those who use them.

use levmine_math::U256;
use revm::primitives::Address;

use super::SUSHI;
use crate::artifact::Artifact;
use crate::{Call, Chain, ParityError};

const DEPLOYER: Address = Address::with_last_byte(0xd0);

/// Those who use the chef; the last two are its owner and its developers in the beginning.
pub(super) const ACCOUNTS: [&str; 5] = ["alice", "bob", "carol", "gov", "dev"];

/// What can be staked beside the reward token.
pub(super) const STAKES: [&str; 3] = ["A-LP", "B-LP", "C-LP"];

/// The name of nobody.
pub(super) const ZERO_ADDRESS: &str = "zero address";

/// Where the chef keeps its rate. SushiSwap's own cannot change it; a fork's owner writes there.
const RATE_SLOT: U256 = U256::from_limbs([4, 0, 0, 0]);

/// What everybody has of every stake: most operations do not end at a wallet.
pub(super) fn wallet() -> U256 {
    U256::ONE << 250_usize
}

/// What the constructor gets, and the reward token in everybody's wallet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) per_block: U256,
    pub(super) start: u64,
    pub(super) bonus_end: u64,
    pub(super) sushi_each: U256,
}

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) chef: Address,
    tokens: Vec<(&'static str, Address)>,
}

/// The address of an account.
pub(super) fn account(name: &str) -> Address {
    if name == ZERO_ADDRESS {
        return Address::ZERO;
    }
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

fn artifact(path: &str) -> Result<Artifact, ParityError> {
    let name = path.rsplit('/').next().unwrap_or_default();
    Artifact::read(&format!(".levmine/@sushiswap/core/contracts/{path}.sol/{name}.json"))
}

impl Contracts {
    /// Deploys everything at `time`, without pools.
    pub(super) fn deploy(terms: Terms, time: u64) -> Result<Self, ParityError> {
        let mut chain = Chain::new();
        chain.set_time(time);
        let sushi = chain.deploy(DEPLOYER, &artifact("SushiToken")?, &[], &[])?;
        for name in ACCOUNTS {
            let arguments = vec![account(name).into(), terms.sushi_each.into()];
            chain.must(DEPLOYER, sushi, "mint(address,uint256)", arguments)?;
        }
        let arguments = [
            sushi.into(),
            account("dev").into(),
            terms.per_block.into(),
            terms.start.into(),
            terms.bonus_end.into(),
        ];
        let chef = chain.deploy(DEPLOYER, &artifact("MasterChef")?, &[], &arguments)?;
        chain.must(DEPLOYER, sushi, "transferOwnership(address)", vec![chef.into()])?;
        chain.must(DEPLOYER, chef, "transferOwnership(address)", vec![account("gov").into()])?;
        let mut tokens = vec![(SUSHI, sushi)];
        for symbol in STAKES {
            let all = wallet() * U256::from(ACCOUNTS.len());
            let arguments = [symbol.into(), symbol.into(), all.into()];
            let token = chain.deploy(DEPLOYER, &artifact("mocks/ERC20Mock")?, &[], &arguments)?;
            for name in ACCOUNTS {
                let arguments = vec![account(name).into(), wallet().into()];
                chain.must(DEPLOYER, token, "transfer(address,uint256)", arguments)?;
            }
            tokens.push((symbol, token));
        }
        Ok(Self { chain, chef, tokens })
    }

    /// A token's address.
    pub(super) fn token(&self, symbol: &str) -> Result<Address, ParityError> {
        let found = self.tokens.iter().find(|(known, _)| *known == symbol);
        found
            .map(|(_, address)| *address)
            .ok_or_else(|| ParityError::Operation { operation: symbol.into(), problem: "is no token".into() })
    }

    /// All tokens.
    pub(super) fn tokens(&self) -> Vec<(&'static str, Address)> {
        self.tokens.clone()
    }

    /// The chef may take whatever `by` has of a token.
    pub(super) fn approve(&self, by: Address, symbol: &str) -> Result<Call, ParityError> {
        let arguments = vec![self.chef.into(), U256::MAX.into()];
        Ok(Call::new(by, self.token(symbol)?, "approve(address,uint256)", arguments))
    }

    /// Writes the rate, as a fork's owner does after an update of all pools.
    pub(super) fn set_rate(&mut self, rate: U256) -> Result<(), ParityError> {
        self.chain.set_storage(self.chef, RATE_SLOT, rate)
    }
}
