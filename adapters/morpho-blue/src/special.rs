//! What only Morpho has, and its functions as the contract takes their arguments.

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::{Context, LendingError};
use levmine_market::{Account, Dump};
use levmine_math::U256;

use crate::accrual::Accrual;
use crate::error::{MorphoError, Result};
use crate::market::MorphoBlueMarket;
use crate::ops::liquidation::{Liquidated, Stake};
use crate::ops::{self, Moved, Quantity, governance};
use crate::params::Irm;
use crate::transaction::Token;

/// The operations, in the order of the README.
const NAMES: [&str; 18] = [
    "callSupply",
    "callWithdraw",
    "callBorrow",
    "callRepay",
    "callLiquidate",
    "supplyCollateral",
    "withdrawCollateral",
    "accrueInterest",
    "setAuthorization",
    "setFee",
    "setFeeRecipient",
    "setOwner",
    "enableLltv",
    "enableIrm",
    "createMarket",
    "borrowRate",
    "setPrice",
    "donate",
];

/// Those that look first whether the market that they are given exists.
const OF_A_MARKET: [&str; 8] = [
    "callSupply",
    "callWithdraw",
    "callBorrow",
    "callRepay",
    "callLiquidate",
    "supplyCollateral",
    "withdrawCollateral",
    "accrueInterest",
];

/// The name of nobody.
const ZERO_ADDRESS: &str = "zero address";

const UNITS: &str = "an integer from 0 to 2^256 − 1 in decimal digits";

/// Runs one of them.
pub(crate) fn run(
    market: &mut MorphoBlueMarket,
    name: &str,
    arguments: &mut Fields<'_>,
    accounts: &dyn Fn(&str) -> Account,
    ctx: &Context<'_>,
) -> std::result::Result<std::result::Result<Dump, LendingError>, ConfigError> {
    if !NAMES.contains(&name) {
        return Ok(Err(LendingError::Unsupported { protocol: crate::PROTOCOL, operation: "this operation" }));
    }
    let mut read = Arguments { fields: arguments, accounts };
    // A step always may say who acts; not every function looks at it.
    let caller = read.optional_account("by")?.unwrap_or(Account::outsider(0));
    if OF_A_MARKET.contains(&name) && read.names_another_market(market)? {
        read.skip_all();
        return Ok(Err(MorphoError::MarketNotCreated.into()));
    }
    Ok(match name {
        "callSupply" => {
            let (owner, quantity) = (read.account_or_zero("onBehalf")?, read.quantity()?);
            market.transact(ctx, |tx, world| ops::supply::supply(tx, owner, quantity, world)).map(moved)
        }
        "callWithdraw" => {
            let (owner, quantity) = (read.account_or_zero("onBehalf")?, read.quantity()?);
            let receiver = read.receiver(caller)?;
            market
                .transact(ctx, |tx, world| {
                    ops::supply::withdraw(tx, caller, owner, receiver, quantity, world)
                })
                .map(moved)
        }
        "callBorrow" => {
            let (owner, quantity) = (read.account_or_zero("onBehalf")?, read.quantity()?);
            let receiver = read.receiver(caller)?;
            market
                .transact(ctx, |tx, world| ops::borrow::borrow(tx, caller, owner, receiver, quantity, world))
                .map(moved)
        }
        "callRepay" => {
            let (owner, quantity) = (read.account_or_zero("onBehalf")?, read.quantity()?);
            market.transact(ctx, |tx, world| ops::borrow::repay(tx, owner, quantity, world)).map(moved)
        }
        "callLiquidate" => {
            let borrower = read.account("borrower")?;
            let stake = Stake::Given {
                seized: read.integer("seizedAssets")?,
                repaid_shares: read.integer("repaidShares")?,
            };
            market
                .transact(ctx, |tx, world| ops::liquidation::liquidate(tx, borrower, stake, world))
                .map(liquidated)
        }
        "supplyCollateral" => {
            let (owner, assets) = (read.account_or_zero("onBehalf")?, read.integer("assets")?);
            market.transact(ctx, |tx, _| ops::collateral::supply(tx, owner, assets)).map(|()| accrued(None))
        }
        "withdrawCollateral" => {
            let (owner, assets) = (read.account_or_zero("onBehalf")?, read.integer("assets")?);
            let receiver = read.receiver(caller)?;
            market
                .transact(ctx, |tx, world| {
                    ops::collateral::withdraw(tx, caller, owner, receiver, assets, world)
                })
                .map(accrued)
        }
        "accrueInterest" => market.transact(ctx, ops::accrue).map(accrued),
        "setAuthorization" => {
            let (authorized, on) = (read.account("authorized")?, read.flag("isAuthorized")?);
            direct(governance::set_authorization(&mut market.state, caller, authorized, on))
        }
        "setFee" => {
            let fee = read.integer("fee")?;
            market.transact(ctx, |tx, world| governance::set_fee(tx, caller, fee, world)).map(accrued)
        }
        "setFeeRecipient" => {
            let recipient = read.account_or_zero("feeRecipient")?;
            direct(governance::set_fee_recipient(&mut market.state, caller, recipient))
        }
        "setOwner" => {
            let owner = read.account_or_zero("owner")?;
            direct(governance::set_owner(&mut market.state, caller, owner))
        }
        "enableLltv" => {
            let lltv = read.integer("lltv")?;
            direct(governance::enable_lltv(&mut market.state, caller, lltv))
        }
        "enableIrm" => {
            let irm = read.irm()?.unwrap_or(market.state.params.irm());
            direct(governance::enable_irm(&mut market.state, caller, irm))
        }
        "createMarket" => {
            let own = market.state.params;
            let lltv = read.optional_integer("lltv")?.unwrap_or(U256::from(own.lltv()));
            let irm = read.irm()?.unwrap_or(own.irm());
            direct(governance::create_market(&mut market.state, irm, lltv, ctx.now.time.0))
        }
        // Whoever calls it here is not Morpho.
        "borrowRate" => direct(Err(MorphoError::NotMorpho)),
        "setPrice" => {
            market.state.oracle_price = Some(read.integer("price")?);
            direct(Ok(()))
        }
        // "donate", the last of the names.
        _ => {
            let (token, amount) = (read.token(market)?, read.integer("amount")?);
            market.transact(ctx, |tx, _| tx.take_in(token, amount)).map(|()| accrued(None))
        }
    })
}

/// A change outside of a transaction: it checks everything before it changes anything.
fn direct(changed: Result<()>) -> std::result::Result<Dump, LendingError> {
    changed.map(|()| accrued(None)).map_err(LendingError::from)
}

type Entries = Vec<(&'static str, Dump)>;

fn interest(accrual: Option<Accrual>) -> Entries {
    accrual.map_or_else(Vec::new, |accrual| {
        vec![
            ("accrualBorrowRate", Dump::text(accrual.borrow_rate)),
            ("accrualInterest", Dump::text(accrual.interest)),
            ("accrualFeeShares", Dump::text(accrual.fee_shares)),
        ]
    })
}

fn accrued(accrual: Option<Accrual>) -> Dump {
    Dump::table(interest(accrual))
}

fn moved(moved: Moved) -> Dump {
    let own: Entries = vec![("assets", Dump::text(moved.assets)), ("shares", Dump::text(moved.shares))];
    Dump::table(own.into_iter().chain(interest(moved.accrual)))
}

fn liquidated(done: Liquidated) -> Dump {
    let own: Entries = vec![
        ("seizedAssets", Dump::text(done.seized)),
        ("repaidAssets", Dump::text(done.repaid)),
        ("repaidShares", Dump::text(done.repaid_shares)),
        ("badDebtAssets", Dump::text(done.bad_debt)),
        ("badDebtShares", Dump::text(done.bad_debt_shares)),
    ];
    Dump::table(own.into_iter().chain(interest(done.accrual)))
}

struct Arguments<'a, 'f> {
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
}

impl Arguments<'_, '_> {
    fn optional_account(&mut self, key: &'static str) -> std::result::Result<Option<Account>, ConfigError> {
        let node = self.fields.optional(key);
        node.map(|node| node.text().map(|name| (self.accounts)(name))).transpose()
    }

    fn account(&mut self, key: &'static str) -> std::result::Result<Account, ConfigError> {
        let node = self.fields.required(key, "the name of an account")?;
        Ok((self.accounts)(node.text()?))
    }

    /// `None` is the zero address.
    fn account_or_zero(&mut self, key: &'static str) -> std::result::Result<Option<Account>, ConfigError> {
        let node = self.fields.required(key, "the name of an account, or \"zero address\"")?;
        self.read_account(node)
    }

    fn read_account(&self, node: &Node) -> std::result::Result<Option<Account>, ConfigError> {
        let name = node.text()?;
        Ok((name != ZERO_ADDRESS).then(|| (self.accounts)(name)))
    }

    /// The caller, unless told otherwise.
    fn receiver(&mut self, caller: Account) -> std::result::Result<Option<Account>, ConfigError> {
        match self.fields.optional("receiver") {
            Some(node) => self.read_account(node),
            None => Ok(Some(caller)),
        }
    }

    fn integer(&mut self, key: &'static str) -> std::result::Result<U256, ConfigError> {
        read_integer(self.fields.required(key, UNITS)?)
    }

    fn optional_integer(&mut self, key: &'static str) -> std::result::Result<Option<U256>, ConfigError> {
        self.fields.optional(key).map(read_integer).transpose()
    }

    fn quantity(&mut self) -> std::result::Result<Quantity, ConfigError> {
        let (assets, shares) = (self.optional_integer("assets")?, self.optional_integer("shares")?);
        Ok(Quantity::Given { assets: assets.unwrap_or_default(), shares: shares.unwrap_or_default() })
    }

    fn flag(&mut self, key: &'static str) -> std::result::Result<bool, ConfigError> {
        self.fields.required(key, "true or false")?.boolean()
    }

    fn irm(&mut self) -> std::result::Result<Option<Irm>, ConfigError> {
        self.fields.optional("irm").map(crate::decode::read_irm).transpose()
    }

    fn token(&mut self, market: &MorphoBlueMarket) -> std::result::Result<Token, ConfigError> {
        let params = &market.state.params;
        let node = self.fields.required("asset", "the loan asset or the collateral")?;
        let symbol = node.text()?;
        let (loan, collateral) = (params.loan(), params.collateral());
        match symbol {
            _ if symbol == loan.symbol() => Ok(Token::Loan),
            _ if symbol == collateral.symbol() => Ok(Token::Collateral),
            _ => Err(node.unknown_name(symbol, [loan.symbol(), collateral.symbol()])),
        }
    }

    /// Whether the arguments name a market of another LLTV. This venue's is the only one that was created.
    fn names_another_market(&mut self, market: &MorphoBlueMarket) -> std::result::Result<bool, ConfigError> {
        let lltv = self.optional_integer("lltv")?;
        Ok(lltv.is_some_and(|lltv| lltv != U256::from(market.state.params.lltv())))
    }

    /// Takes all arguments that any function has, so that none of them is unknown.
    fn skip_all(&mut self) {
        for key in ["onBehalf", "receiver", "assets", "shares", "borrower", "seizedAssets", "repaidShares"] {
            self.fields.optional(key);
        }
    }
}

fn read_integer(node: &Node) -> std::result::Result<U256, ConfigError> {
    let text = node.digits()?.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(node.invalid(UNITS));
    }
    U256::from_str_radix(text, 10).map_err(|_| node.invalid(UNITS))
}
