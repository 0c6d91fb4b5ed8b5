//! The pool, its configurator, its tokens, and the wallets of those who use it.

use revm::primitives::{Address, U256, keccak256};

use super::listing::{CATEGORIES, Listing};
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
    pub(super) debt: Address,
}

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) pool: Address,
    pub(super) configurator: Address,
    pub(super) oracle: Address,
    pub(super) reserves: Vec<Tokens>,
    provider: Address,
    /// The names of the numbered errors.
    errors: Vec<(String, String)>,
}

/// A basis point in ray.
pub(super) fn ray_per_bps() -> U256 {
    U256::from(100_000_000_000_000_u64) * U256::from(1_000_000_000_u64)
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
    Artifact::read(&format!("@aave/core-v3/artifacts/contracts/{path}.sol/{name}.json"))
}

impl Contracts {
    /// Deploys everything and lists the reserves; the flash-loan premium is in basis points, with the protocol's part.
    pub(super) fn deploy(listings: &[Listing], flash_premium: (u64, u64)) -> Result<Self, ParityError> {
        let mut chain = Chain::new();
        // A pool that begins at time zero would take its reserves for untouched.
        chain.set_time(super::START);
        let market = [Value::from("parity"), DEPLOYER.into()];
        let provider = chain.deploy(
            DEPLOYER,
            &artifact("protocol/configuration/PoolAddressesProvider")?,
            &[],
            &market,
        )?;
        chain.must(DEPLOYER, provider, "setACLAdmin(address)", vec![DEPLOYER.into()])?;
        let acl = chain.deploy(
            DEPLOYER,
            &artifact("protocol/configuration/ACLManager")?,
            &[],
            &[provider.into()],
        )?;
        chain.must(DEPLOYER, provider, "setACLManager(address)", vec![acl.into()])?;
        for role in ["addPoolAdmin(address)", "addEmergencyAdmin(address)", "addRiskAdmin(address)"] {
            chain.must(DEPLOYER, acl, role, vec![DEPLOYER.into()])?;
        }
        let oracle = chain.deploy(DEPLOYER, &artifact("mocks/oracle/PriceOracle")?, &[], &[])?;
        chain.must(DEPLOYER, provider, "setPriceOracle(address)", vec![oracle.into()])?;
        let (pool, configurator) = proxies(&mut chain, provider)?;
        let provider_of_data = artifact("misc/AaveProtocolDataProvider")?;
        let data = chain.deploy(DEPLOYER, &provider_of_data, &[], &[provider.into()])?;
        chain.must(DEPLOYER, provider, "setPoolDataProvider(address)", vec![data.into()])?;
        let errors = error_names(&mut chain)?;
        let mut contracts =
            Self { chain, pool, configurator, oracle, reserves: Vec::new(), provider, errors };
        contracts.list(listings)?;
        let (total, to_protocol) = flash_premium;
        contracts.configure("updateFlashloanPremiumTotal(uint128)", vec![total.into()])?;
        contracts.configure("updateFlashloanPremiumToProtocol(uint128)", vec![to_protocol.into()])?;
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

    /// The name of a numbered error; other reasons stand for themselves.
    pub(super) fn reason(&self, reason: &crate::Reason) -> String {
        let text = reason.to_string();
        let named = self.errors.iter().find(|(number, _)| *number == text);
        named.map_or(text, |(_, name)| name.clone())
    }

    /// Deploys a rate curve, in ray.
    pub(super) fn strategy(&mut self, curve: [U256; 4]) -> Result<Address, ParityError> {
        let mut arguments = vec![Value::from(self.provider)];
        arguments.extend(curve.map(Value::from));
        // Nobody borrows at a stable rate.
        arguments.extend([0_u64; 5].map(Value::from));
        let strategy = artifact("protocol/pool/DefaultReserveInterestRateStrategy")?;
        self.chain.deploy(DEPLOYER, &strategy, &[], &arguments)
    }

    fn list(&mut self, listings: &[Listing]) -> Result<(), ParityError> {
        let pool = self.pool;
        let mut implementation = |name: &str| {
            let artifact = artifact(&format!("protocol/tokenization/{name}"))?;
            self.chain.deploy(DEPLOYER, &artifact, &[], &[pool.into()])
        };
        let supply = implementation("AToken")?;
        let stable = implementation("StableDebtToken")?;
        let debt = implementation("VariableDebtToken")?;
        let token = artifact("mocks/tokens/MintableERC20")?;
        for listing in listings {
            let decimals = u64::from(listing.decimals);
            let arguments = [listing.symbol.into(), listing.symbol.into(), decimals.into()];
            let underlying = self.chain.deploy(DEPLOYER, &token, &[], &arguments)?;
            let strategy = self.strategy(listing.curve.map(|bps| U256::from(bps) * ray_per_bps()))?;
            let name = || Value::from(listing.symbol);
            let input = Value::Struct(vec![
                supply.into(),
                stable.into(),
                debt.into(),
                decimals.into(),
                strategy.into(),
                underlying.into(),
                TREASURY.into(),
                Address::ZERO.into(),
                name(),
                name(),
                name(),
                name(),
                name(),
                name(),
                Value::Bytes(Vec::new()),
            ]);
            self.configure(
                "initReserves((address,address,address,uint8,address,address,address,address,string,string,string,\
                 string,string,string,bytes)[])",
                vec![Value::List(vec![input])],
            )?;
            let data = self.chain.read(pool, "getReserveData(address)", vec![underlying.into()])?;
            let at = |index: usize| abi::address(data.get(index).copied().unwrap_or_default());
            let tokens = Tokens { symbol: listing.symbol, underlying, supply: at(8), debt: at(10) };
            self.set_parameters(listing, underlying)?;
            self.reserves.push(tokens);
        }
        for category in &CATEGORIES {
            self.configure(
                "setEModeCategory(uint8,uint16,uint16,uint16,address,string)",
                vec![
                    category.id.into(),
                    category.ltv.into(),
                    category.threshold.into(),
                    category.bonus.into(),
                    Address::ZERO.into(),
                    "category".into(),
                ],
            )?;
        }
        for listing in listings {
            let underlying = self.tokens(listing.symbol)?.underlying;
            let arguments = vec![underlying.into(), listing.category.into()];
            self.configure("setAssetEModeCategory(address,uint8)", arguments)?;
        }
        Ok(())
    }

    fn set_parameters(&mut self, listing: &Listing, asset: Address) -> Result<(), ParityError> {
        let risk = vec![asset.into(), listing.ltv.into(), listing.threshold.into(), listing.bonus.into()];
        self.configure("configureReserveAsCollateral(address,uint256,uint256,uint256)", risk)?;
        for (function, value) in [
            ("setReserveFactor(address,uint256)", listing.reserve_factor),
            ("setLiquidationProtocolFee(address,uint256)", listing.protocol_fee),
            ("setSupplyCap(address,uint256)", listing.supply_cap),
            ("setBorrowCap(address,uint256)", listing.borrow_cap),
            ("setDebtCeiling(address,uint256)", listing.debt_ceiling),
        ] {
            self.configure(function, vec![asset.into(), value.into()])?;
        }
        for (function, on) in [
            ("setReserveBorrowing(address,bool)", listing.borrowing),
            ("setReserveFlashLoaning(address,bool)", listing.flash_loans),
            ("setBorrowableInIsolation(address,bool)", listing.borrowable_in_isolation),
            ("setSiloedBorrowing(address,bool)", listing.siloed),
        ] {
            self.configure(function, vec![asset.into(), on.into()])?;
        }
        let arguments = vec![asset.into(), listing.price.into()];
        self.chain.must(DEPLOYER, self.oracle, "setAssetPrice(address,uint256)", arguments)?;
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
    let mut libraries = Vec::new();
    for name in [
        "SupplyLogic",
        "BorrowLogic",
        "LiquidationLogic",
        "EModeLogic",
        "BridgeLogic",
        "PoolLogic",
        "ConfiguratorLogic",
    ] {
        libraries.push((name, chain.deploy(DEPLOYER, &logic(name)?, &[], &[])?));
    }
    let flash = chain.deploy(DEPLOYER, &logic("FlashLoanLogic")?, &libraries, &[])?;
    libraries.push(("FlashLoanLogic", flash));
    let pool = chain.deploy(DEPLOYER, &artifact("protocol/pool/Pool")?, &libraries, &[provider.into()])?;
    let configurator =
        chain.deploy(DEPLOYER, &artifact("protocol/pool/PoolConfigurator")?, &libraries, &[])?;
    chain.must(DEPLOYER, provider, "setPoolImpl(address)", vec![pool.into()])?;
    chain.must(DEPLOYER, provider, "setPoolConfiguratorImpl(address)", vec![configurator.into()])?;
    let pool = chain.word(provider, "getPool()", Vec::new())?;
    let configurator = chain.word(provider, "getPoolConfigurator()", Vec::new())?;
    Ok((abi::address(pool), abi::address(configurator)))
}

/// Asks the library of errors for the number of each.
fn error_names(chain: &mut Chain) -> Result<Vec<(String, String)>, ParityError> {
    let artifact = artifact("protocol/libraries/helpers/Errors")?;
    let library = chain.deploy(DEPLOYER, &artifact, &[], &[])?;
    let mut names = Vec::new();
    for name in artifact.getters() {
        names.push((chain.text(library, &format!("{name}()"))?, name.to_string()));
    }
    Ok(names)
}
