//! The Comptroller, its cTokens, their underlying, COMP, and the wallets of those who use them.

use levmine_math::U256;
use revm::primitives::{Address, keccak256};

use super::listing::{Curve, Listing};
use crate::abi::{self, Value};
use crate::artifact::Artifact;
use crate::{Chain, ParityError};

pub(super) const DEPLOYER: Address = Address::with_last_byte(0xd0);

/// Where the Comptroller looks for COMP.
const COMP: Address = Address::new([
    0xc0, 0x0e, 0x94, 0xcb, 0x66, 0x2c, 0x35, 0x20, 0x28, 0x2e, 0x6f, 0x57, 0x17, 0x21, 0x40, 0x04, 0xa7,
    0xf2, 0x68, 0x88,
]);

/// Those who use the markets.
pub(super) const ACCOUNTS: [&str; 4] = ["alice", "bob", "carol", "dave"];

/// What everybody has of every underlying: so much that a wallet is never what limits an operation.
pub(super) fn wallet() -> U256 {
    U256::ONE << 252_usize
}

/// The addresses of one market.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    pub(super) symbol: &'static str,
    pub(super) underlying: Address,
    pub(super) ctoken: Address,
}

/// What is deployed.
#[derive(Debug)]
pub(super) struct Contracts {
    pub(super) chain: Chain,
    pub(super) comptroller: Address,
    pub(super) oracle: Address,
    pub(super) markets: Vec<Tokens>,
}

/// The address of an account.
pub(super) fn account(name: &str) -> Address {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Address::left_padding_from(&[0xac, u8::try_from(number).unwrap_or(u8::MAX)])
}

/// The token of the rewards.
pub(super) const fn comp() -> Address {
    COMP
}

fn artifact(path: &str) -> Result<Artifact, ParityError> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let folder = "@thenextblock/hardhat-compound/dist/artifacts/contracts/compound";
    Artifact::read(&format!("{folder}/{path}.sol/{name}.json"))
}

impl Contracts {
    /// Deploys everything and lists the markets; close factor, liquidation incentive, and the Comptroller's COMP.
    pub(super) fn deploy(
        listings: &[Listing],
        [close, incentive, rewards]: [U256; 3],
    ) -> Result<Self, ParityError> {
        let mut chain = Chain::new();
        chain.set_time(super::START);
        let comptroller = chain.deploy(DEPLOYER, &artifact("Comptroller")?, &[], &[])?;
        let oracle = chain.deploy(DEPLOYER, &artifact("SimplePriceOracle")?, &[], &[])?;
        let mut contracts = Self { chain, comptroller, oracle, markets: Vec::new() };
        contracts.configure("_setPriceOracle(address)", vec![oracle.into()])?;
        contracts.configure("_setCloseFactor(uint256)", vec![close.into()])?;
        contracts.configure("_setLiquidationIncentive(uint256)", vec![incentive.into()])?;
        contracts.give_comp(rewards)?;
        for listing in listings {
            contracts.list(listing)?;
        }
        contracts.fill_wallets()?;
        Ok(contracts)
    }

    /// The tokens of a market.
    pub(super) fn tokens(&self, symbol: &str) -> Result<Tokens, ParityError> {
        let found = self.markets.iter().find(|tokens| tokens.symbol == symbol).cloned();
        found.ok_or_else(|| ParityError::Operation {
            operation: symbol.into(),
            problem: "is no market".into(),
        })
    }

    /// The symbol of a cToken.
    pub(super) fn symbol(&self, ctoken: Address) -> &'static str {
        self.markets.iter().find(|tokens| tokens.ctoken == ctoken).map_or("?", |tokens| tokens.symbol)
    }

    /// Deploys a rate model.
    pub(super) fn model(&mut self, curve: &Curve) -> Result<Address, ParityError> {
        let (name, rates): (_, &[U256]) = match curve {
            Curve::WhitePaper(rates) => ("WhitePaperInterestRateModel", rates),
            Curve::Jump(rates) => ("JumpRateModel", rates),
            Curve::JumpV2(rates) => ("JumpRateModelV2", rates),
        };
        let mut arguments: Vec<Value> = rates.iter().map(|rate| Value::from(*rate)).collect();
        if matches!(curve, Curve::JumpV2(_)) {
            arguments.push(DEPLOYER.into());
        }
        self.chain.deploy(DEPLOYER, &artifact(name)?, &[], &arguments)
    }

    /// COMP sent to the Comptroller.
    pub(super) fn comp_balance(&mut self) -> Result<U256, ParityError> {
        let of = vec![self.comptroller.into()];
        self.chain.word(COMP, "balanceOf(address)", of)
    }

    fn configure(&mut self, function: &'static str, arguments: Vec<Value>) -> Result<(), ParityError> {
        self.chain.must(DEPLOYER, self.comptroller, function, arguments).map(|_| ())
    }

    /// Puts the token of the rewards where the Comptroller looks for it, and so much of it into the Comptroller and into
    /// the first account's wallet.
    fn give_comp(&mut self, rewards: U256) -> Result<(), ParityError> {
        let elsewhere =
            self.chain.deploy(DEPLOYER, &artifact("Governance/Comp")?, &[], &[DEPLOYER.into()])?;
        let code = self.chain.code(elsewhere)?;
        self.chain.install(COMP, code);
        for (owner, amount) in [(self.comptroller, rewards), (account(ACCOUNTS[0]), comp_of_the_first())] {
            // The second slot of the token maps owners to balances.
            let slot = keccak256(abi::encode(&[owner.into(), 1_u64.into()]));
            self.chain.set_storage(COMP, slot.into(), amount)?;
        }
        Ok(())
    }

    fn list(&mut self, listing: &Listing) -> Result<(), ParityError> {
        let path = "@aave/core-v3/artifacts/contracts/mocks/tokens/MintableERC20.sol/MintableERC20.json";
        let decimals = u64::from(listing.decimals);
        let name = || Value::from(listing.symbol);
        let underlying =
            self.chain.deploy(DEPLOYER, &Artifact::read(path)?, &[], &[name(), name(), decimals.into()])?;
        let model = self.model(&listing.curve)?;
        let arguments = [
            underlying.into(),
            self.comptroller.into(),
            model.into(),
            listing.exchange_rate.into(),
            name(),
            name(),
            8_u64.into(),
            DEPLOYER.into(),
        ];
        let ctoken = self.chain.deploy(DEPLOYER, &artifact("CErc20Immutable")?, &[], &arguments)?;
        self.configure("_supportMarket(address)", vec![ctoken.into()])?;
        let price = oracle_price(listing.price, listing.decimals);
        let arguments = vec![underlying.into(), price.into()];
        self.chain.must(DEPLOYER, self.oracle, "setDirectPrice(address,uint256)", arguments)?;
        let factor = vec![ctoken.into(), listing.collateral_factor.into()];
        self.configure("_setCollateralFactor(address,uint256)", factor)?;
        let reserve = vec![listing.reserve_factor.into()];
        self.chain.must(DEPLOYER, ctoken, "_setReserveFactor(uint256)", reserve)?;
        let list = |value: Value| Value::List(vec![value]);
        let cap = vec![list(ctoken.into()), list(listing.borrow_cap.into())];
        self.configure("_setMarketBorrowCaps(address[],uint256[])", cap)?;
        let [supply, borrow] = listing.speeds;
        let speeds = vec![list(ctoken.into()), list(supply.into()), list(borrow.into())];
        self.configure("_setCompSpeeds(address[],uint256[],uint256[])", speeds)?;
        self.markets.push(Tokens { symbol: listing.symbol, underlying, ctoken });
        Ok(())
    }

    fn fill_wallets(&mut self) -> Result<(), ParityError> {
        for Tokens { underlying, ctoken, .. } in self.markets.clone() {
            for owner in ACCOUNTS.map(account).into_iter().chain([DEPLOYER]) {
                // The first slot of the token maps owners to balances.
                let slot = keccak256(abi::encode(&[owner.into(), 0_u64.into()]));
                self.chain.set_storage(underlying, slot.into(), wallet())?;
                let arguments = vec![ctoken.into(), U256::MAX.into()];
                self.chain.must(owner, underlying, "approve(address,uint256)", arguments)?;
            }
        }
        Ok(())
    }
}

/// Dollars with 18 decimals as the oracle has them: with 36 less the token's.
pub(super) fn oracle_price(price: U256, decimals: u8) -> U256 {
    let scale = U256::from(10_u64).pow(U256::from(18_u8.saturating_sub(decimals)));
    price.saturating_mul(scale)
}

/// The COMP that the first account begins with.
pub(super) fn comp_of_the_first() -> U256 {
    U256::ONE << 90_usize
}
