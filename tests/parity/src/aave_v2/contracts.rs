//! The pool, its configurator, its tokens, and the wallets of those who use it.

use revm::primitives::{Address, U256, keccak256};

use super::listing::{Listing, ray_per_bps};
use crate::abi::{self, Value};
use crate::artifact::{Artifact, bytes_of_hex};
use crate::{Chain, ParityError};

pub(super) const DEPLOYER: Address = Address::with_last_byte(0xd0);
const TREASURY: Address = Address::with_last_byte(0xfe);

/// Takes flash loans and answers that all is well.
pub(super) const RECEIVER: Address = Address::with_last_byte(0xca);

/// Whatever it is called with, it returns true.
const RECEIVER_CODE: &str = "600160005260206000f3";

/// Those who use the pool.
pub(super) const ACCOUNTS: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// What everybody has of every token: so much that a wallet is never what limits an operation.
pub(super) fn wallet() -> U256 {
    U256::ONE << 255_usize
}

/// The addresses of one reserve.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) symbol: &'static str,
    pub(super) underlying: Address,
    pub(super) supply: Address,
    pub(super) stable: Address,
    pub(super) debt: Address,
}

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) pool: Address,
    pub(super) configurator: Address,
    pub(super) oracle: Address,
    pub(super) rates: Address,
    pub(super) reserves: Vec<Tokens>,
    provider: Address,
}

/// The address of an account.
pub(super) fn account(name: &str) -> Address {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

pub(super) fn treasury() -> Address {
    TREASURY
}

fn artifact(path: &str) -> Result<Artifact, ParityError> {
    let name = path.rsplit('/').next().unwrap_or_default();
    Artifact::read(&format!("@aave/protocol-v2/artifacts/contracts/{path}.sol/{name}.json"))
}

impl Contracts {
    /// Deploys everything and lists the reserves.
    pub(super) fn deploy(listings: &[Listing]) -> Result<Self, ParityError> {
        let mut chain = Chain::new();
        // A pool that begins at time zero would take its reserves for untouched.
        chain.set_time(super::START);
        let mut new =
            |path: &str, arguments: &[Value]| chain.deploy(DEPLOYER, &artifact(path)?, &[], arguments);
        let provider = new("protocol/configuration/LendingPoolAddressesProvider", &[Value::from("parity")])?;
        let oracle = new("mocks/oracle/PriceOracle", &[])?;
        let rates = new("mocks/oracle/LendingRateOracle", &[])?;
        let manager = new("protocol/lendingpool/LendingPoolCollateralManager", &[])?;
        for (function, address) in [
            ("setPoolAdmin(address)", DEPLOYER),
            ("setEmergencyAdmin(address)", DEPLOYER),
            ("setPriceOracle(address)", oracle),
            ("setLendingRateOracle(address)", rates),
            ("setLendingPoolCollateralManager(address)", manager),
        ] {
            chain.must(DEPLOYER, provider, function, vec![address.into()])?;
        }
        let (pool, configurator) = proxies(&mut chain, provider)?;
        let mut contracts = Self { chain, pool, configurator, oracle, rates, reserves: Vec::new(), provider };
        for listing in listings {
            contracts.list(listing)?;
        }
        contracts.chain.install(RECEIVER, bytes_of_hex(RECEIVER_CODE).unwrap_or_default());
        contracts.fill_wallets()?;
        Ok(contracts)
    }

    /// The tokens of a reserve.
    pub(super) fn tokens(&self, symbol: &str) -> Result<&Tokens, ParityError> {
        self.reserves.iter().find(|tokens| tokens.symbol == symbol).ok_or_else(|| ParityError::Operation {
            operation: symbol.into(),
            problem: "is no reserve".into(),
        })
    }

    /// Deploys a rate curve, in ray.
    pub(super) fn strategy(&mut self, curve: [U256; 6]) -> Result<Address, ParityError> {
        let mut arguments = vec![Value::from(self.provider)];
        arguments.extend(curve.map(Value::from));
        let strategy = artifact("protocol/lendingpool/DefaultReserveInterestRateStrategy")?;
        self.chain.deploy(DEPLOYER, &strategy, &[], &arguments)
    }

    fn list(&mut self, listing: &Listing) -> Result<(), ParityError> {
        let (pool, none, name) = (self.pool, Address::ZERO, || Value::from(listing.symbol));
        let decimals = u64::from(listing.decimals);
        let token = artifact("mocks/tokens/MintableERC20")?;
        let underlying = self.chain.deploy(DEPLOYER, &token, &[], &[name(), name(), decimals.into()])?;
        let supply = [pool.into(), underlying.into(), TREASURY.into(), name(), name(), none.into()];
        let debt = [pool.into(), underlying.into(), name(), name(), none.into()];
        let mut new = |contract: &str, arguments: &[Value]| {
            let artifact = artifact(&format!("protocol/tokenization/{contract}"))?;
            self.chain.deploy(DEPLOYER, &artifact, &[], arguments)
        };
        let supply = new("AToken", &supply)?;
        let stable = new("StableDebtToken", &debt)?;
        let variable = new("VariableDebtToken", &debt)?;
        let strategy = self.strategy(listing.curve.map(|bps| U256::from(bps) * ray_per_bps()))?;
        self.configure(
            "initReserve(address,address,address,uint8,address)",
            vec![supply.into(), stable.into(), variable.into(), decimals.into(), strategy.into()],
        )?;
        let data = self.chain.read(pool, "getReserveData(address)", vec![underlying.into()])?;
        let at = |index: usize| abi::address(data.get(index).copied().unwrap_or_default());
        self.reserves.push(Tokens {
            symbol: listing.symbol,
            underlying,
            supply: at(7),
            stable: at(8),
            debt: at(9),
        });
        self.set_parameters(listing, underlying)
    }

    fn set_parameters(&mut self, listing: &Listing, asset: Address) -> Result<(), ParityError> {
        let risk = vec![asset.into(), listing.ltv.into(), listing.threshold.into(), listing.bonus.into()];
        self.configure("configureReserveAsCollateral(address,uint256,uint256,uint256)", risk)?;
        let factor = vec![asset.into(), listing.reserve_factor.into()];
        self.configure("setReserveFactor(address,uint256)", factor)?;
        if listing.borrowing {
            let arguments = vec![asset.into(), listing.stable_borrowing.into()];
            self.configure("enableBorrowingOnReserve(address,bool)", arguments)?;
        }
        let price = vec![asset.into(), U256::from(listing.price).into()];
        self.chain.must(DEPLOYER, self.oracle, "setAssetPrice(address,uint256)", price)?;
        let rate = vec![asset.into(), (U256::from(listing.market_rate) * ray_per_bps()).into()];
        self.chain.must(DEPLOYER, self.rates, "setMarketBorrowRate(address,uint256)", rate)?;
        Ok(())
    }

    fn configure(&mut self, function: &'static str, arguments: Vec<Value>) -> Result<(), ParityError> {
        self.chain.must(DEPLOYER, self.configurator, function, arguments).map(|_| ())
    }

    fn fill_wallets(&mut self) -> Result<(), ParityError> {
        let owners: Vec<Address> = ACCOUNTS.iter().map(|name| account(name)).chain([RECEIVER]).collect();
        for token in self.reserves.iter().map(|tokens| tokens.underlying).collect::<Vec<_>>() {
            for owner in &owners {
                // The first slot of the token maps owners to balances.
                let slot = keccak256(abi::encode(&[(*owner).into(), 0_u64.into()]));
                self.chain.set_storage(token, slot.into(), wallet())?;
                let arguments = vec![self.pool.into(), U256::MAX.into()];
                self.chain.must(*owner, token, "approve(address,uint256)", arguments)?;
            }
        }
        Ok(())
    }
}

/// Deploys the libraries and the implementations, and returns the proxies of pool and configurator.
fn proxies(chain: &mut Chain, provider: Address) -> Result<(Address, Address), ParityError> {
    let logic = |name: &str| artifact(&format!("protocol/libraries/logic/{name}"));
    let generic = ("GenericLogic", chain.deploy(DEPLOYER, &logic("GenericLogic")?, &[], &[])?);
    let libraries = [
        ("ValidationLogic", chain.deploy(DEPLOYER, &logic("ValidationLogic")?, &[generic], &[])?),
        ("ReserveLogic", chain.deploy(DEPLOYER, &logic("ReserveLogic")?, &[], &[])?),
    ];
    let pool = chain.deploy(DEPLOYER, &artifact("protocol/lendingpool/LendingPool")?, &libraries, &[])?;
    let configurator = artifact("protocol/lendingpool/LendingPoolConfigurator")?;
    let configurator = chain.deploy(DEPLOYER, &configurator, &[], &[])?;
    chain.must(DEPLOYER, provider, "setLendingPoolImpl(address)", vec![pool.into()])?;
    chain.must(DEPLOYER, provider, "setLendingPoolConfiguratorImpl(address)", vec![configurator.into()])?;
    let pool = chain.word(provider, "getLendingPool()", Vec::new())?;
    let configurator = chain.word(provider, "getLendingPoolConfigurator()", Vec::new())?;
    Ok((abi::address(pool), abi::address(configurator)))
}
