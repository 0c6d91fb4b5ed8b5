//! Morpho, two tokens, an oracle, an interest model that answers what it is told, and those who use them.

use revm::primitives::{Address, U256, keccak256};

use crate::abi::{self, Value};
use crate::artifact::Artifact;
use crate::{Chain, ParityError};

const DEPLOYER: Address = Address::with_last_byte(0xd0);

/// Answers every call with the first word of its storage.
const MODEL_CODE: &str = "60005460005260206000f3";
const MODEL: Address = Address::with_last_byte(0x1a);

/// Those who use Morpho; the last two are its owner and the first recipient of fees.
pub(super) const ACCOUNTS: [&str; 6] = ["alice", "bob", "carol", "dave", "gov", "fees"];

/// What everybody has of every token: so much that a wallet is never what limits an operation.
pub(super) fn wallet() -> U256 {
    U256::ONE << 250_usize
}

/// What makes up the market.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) lltv: u64,
    pub(super) fee: u64,
    /// Whether there is interest.
    pub(super) interest: bool,
    /// Whether the market exists from the beginning.
    pub(super) created: bool,
    pub(super) oracle_price: U256,
}

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) morpho: Address,
    pub(super) loan: Address,
    pub(super) collateral: Address,
    pub(super) oracle: Address,
    pub(super) borrower: Address,
    terms: Terms,
}

/// The address of an account; zero for "zero address".
pub(super) fn account(name: &str) -> Address {
    if name == "zero address" {
        return Address::ZERO;
    }
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

fn artifact(path: &str) -> Result<Artifact, ParityError> {
    let name = path.rsplit('/').next().unwrap_or_default();
    Artifact::read(&format!(".levmine/@morpho-org/morpho-blue/src/{path}.sol/{name}.json"))
}

impl Contracts {
    /// Deploys everything; `lltvs` are enabled.
    pub(super) fn deploy(terms: Terms, lltvs: &[u64], now: u64) -> Result<Self, ParityError> {
        let mut chain = Chain::new();
        chain.set_time(now);
        let gov = account("gov");
        let morpho = chain.deploy(DEPLOYER, &artifact("Morpho")?, &[], &[gov.into()])?;
        let token = artifact("mocks/ERC20Mock")?;
        let loan = chain.deploy(DEPLOYER, &token, &[], &[])?;
        let collateral = chain.deploy(DEPLOYER, &token, &[], &[])?;
        let oracle = chain.deploy(DEPLOYER, &artifact("mocks/OracleMock")?, &[], &[])?;
        let borrower =
            chain.deploy(DEPLOYER, &artifact("mocks/FlashBorrowerMock")?, &[], &[morpho.into()])?;
        chain.install(MODEL, crate::artifact::bytes_of_hex(MODEL_CODE).unwrap_or_default());
        for model in [MODEL, Address::ZERO] {
            chain.must(gov, morpho, "enableIrm(address)", vec![model.into()])?;
        }
        for lltv in lltvs {
            chain.must(gov, morpho, "enableLltv(uint256)", vec![(*lltv).into()])?;
        }
        chain.must(gov, morpho, "setFeeRecipient(address)", vec![account("fees").into()])?;
        chain.must(gov, oracle, "setPrice(uint256)", vec![terms.oracle_price.into()])?;
        let mut contracts = Self { chain, morpho, loan, collateral, oracle, borrower, terms };
        if terms.created {
            let params = contracts.params(None);
            contracts.chain.must(gov, morpho, CREATE, vec![params.clone()])?;
            if terms.fee != 0 {
                contracts.chain.must(gov, morpho, SET_FEE, vec![params, terms.fee.into()])?;
            }
        }
        contracts.fill_wallets()?;
        Ok(contracts)
    }

    fn fill_wallets(&mut self) -> Result<(), ParityError> {
        for token in [self.loan, self.collateral] {
            for owner in ACCOUNTS.map(account) {
                let arguments = vec![owner.into(), wallet().into()];
                self.chain.must(owner, token, "setBalance(address,uint256)", arguments)?;
                let arguments = vec![self.morpho.into(), U256::MAX.into()];
                self.chain.must(owner, token, "approve(address,uint256)", arguments)?;
            }
        }
        Ok(())
    }

    /// The address of an interest model.
    pub(super) const fn model(interest: bool) -> Address {
        if interest { MODEL } else { Address::ZERO }
    }

    /// The market's parameters, or those of one with another LLTV.
    pub(super) fn params(&self, lltv: Option<U256>) -> Value {
        self.params_with(Self::model(self.terms.interest), lltv)
    }

    /// The same with another interest model.
    pub(super) fn params_with(&self, model: Address, lltv: Option<U256>) -> Value {
        Value::Struct(vec![
            self.loan.into(),
            self.collateral.into(),
            self.oracle.into(),
            model.into(),
            lltv.unwrap_or(U256::from(self.terms.lltv)).into(),
        ])
    }

    /// The market's number.
    pub(super) fn id(&self) -> Value {
        let id = keccak256(abi::encode(&[self.params(None)]));
        Value::Word(id.into())
    }

    /// Tells the interest model what to answer.
    pub(super) fn set_rate(&mut self, rate: U256) -> Result<(), ParityError> {
        self.chain.set_storage(MODEL, U256::ZERO, rate)
    }
}

pub(super) const CREATE: &str = "createMarket((address,address,address,address,uint256))";
pub(super) const SET_FEE: &str = "setFee((address,address,address,address,uint256),uint256)";
