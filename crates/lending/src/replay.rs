//! Applying a list of operations to a market.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{
    Account, Actor, Asset, Assets, BlockClock, Dump, Moment, NamedAccounts, Price, PriceBook, Step, StepHead,
    TokenAmount,
};
use levmine_math::{U256, Wad, parse_units};

use crate::{
    Amount, Context, Done, Health, HealthFactor, LendingError, LendingMarket, LiquidationCall,
    LiquidationOutcome, Operation, Position, SaleId,
};

const UNITS: &str = "a whole number of base units, at most 2^256 - 1";
const UNITS_OR_ALL: &str = "a whole number of base units, at most 2^256 - 1, or \"all\"";
const PRICE: &str = "a decimal number with at most 18 places";
const SYMBOL: &str = "the symbol of an asset";
const NAME: &str = "a name, as in by = \"alice\"";

/// What a replay begins with.
#[derive(Debug)]
pub struct ReplayStart<'a> {
    /// The assets that can be named besides the market's own.
    pub assets: &'a Assets,
    /// What the oracle says until the first `set_price`.
    pub prices: PriceBook,
    /// The first moment.
    pub now: Moment,
    /// Counts blocks where operations tell only the time.
    pub clock: BlockClock,
    /// The accounts; those that the market's state names have their numbers already, in the state's order.
    pub accounts: NamedAccounts,
}

/// Applies the `operations` of a replay file to `market`, one after the other, and hands each [`Step`] to `emit`.
///
/// Each operation is a table with `op` and, optionally, `t`, `block` and `by` (see [`StepHead`]), and the keys of the
/// operation. Amounts are base units; where marked with *, also `"all"`:
///
/// | `op` | keys |
/// |---|---|
/// | `supply`, `borrow`, `withdraw`, `repay` | `asset`, `amount`*; `on_behalf_of` |
/// | `liquidate` | `borrower`, `debt`; `collateral` (where the market does not seize everything), `repay`*, `keep_supplied` |
/// | `set_collateral` | `asset`, `enabled` |
/// | `set_mode` | `mode` |
/// | `approve_borrow` | `delegatee`, `asset`, `amount` |
/// | `flash_loan` | `asset`, `amount` |
/// | `buy` | `sale`, `amount`; `max_price` |
/// | `restart_sale` | `sale` |
/// | `claim`, `accrue` | |
/// | `set_price` | `asset`, `price` (dollars) |
/// | `health`, `position` | `of` |
///
/// Any other name goes to [`LendingMarket::special`]. Names become accounts in the order in which they appear; an
/// operation without `by` is an outsider's. A refused operation is a step like any other, with the contract's name of
/// the reason.
///
/// # Errors
///
/// A table that cannot be read: a missing or unknown key, an unknown asset, an amount that is none. The steps before it
/// have been emitted.
pub fn replay(
    market: &mut dyn LendingMarket,
    operations: &Node,
    start: ReplayStart<'_>,
    emit: &mut dyn FnMut(Step),
) -> Result<(), ConfigError> {
    let ReplayStart { assets, mut prices, mut now, clock, accounts } = start;
    for (index, node) in operations.list()?.iter().enumerate() {
        let mut fields = node.fields()?;
        let head = StepHead::read(&mut fields, now, &clock)?;
        now = head.moment;
        let by = head.by.as_deref().map_or(Account::outsider(0), |name| accounts.account(name));
        let mut reader = Reader { fields, assets, own: market.assets(), accounts: &accounts, by };
        let result = if head.op == "set_price" {
            let asset = reader.asset("asset")?;
            prices.set(asset, reader.price("price")?.unwrap_or(Price(Wad::ZERO)));
            Ok(Dump::table::<&str>([]))
        } else {
            run(market, &head.op, &mut reader, &Context { now, prices: &prices })?
        };
        reader.fields.finish()?;
        let result = result.map_err(|error| (code(&error).to_string(), error.to_string()));
        emit(Step {
            index,
            time: now.time,
            op: head.op,
            by: head.by,
            result,
            state: accounts.name_in(market.dump()),
        });
    }
    Ok(())
}

/// The contract's name of a refusal, or the kind of what is not one.
fn code(error: &LendingError) -> &'static str {
    match error {
        LendingError::Refused { code, .. } => code,
        LendingError::Unsupported { .. } => "UNSUPPORTED",
        LendingError::UnknownAsset { .. } => "UNKNOWN_ASSET",
        LendingError::Market(_) => "MARKET",
        LendingError::Math(_) => "ARITHMETIC",
    }
}

/// Does one operation: the outer error is the file's, the inner one the market's.
fn run(
    market: &mut dyn LendingMarket,
    op: &str,
    read: &mut Reader<'_>,
    ctx: &Context<'_>,
) -> Result<Result<Dump, LendingError>, ConfigError> {
    let by = read.by;
    let operation = match op {
        "supply" => Operation::Supply(read.actor()?, read.asset("asset")?, read.amount("amount")?),
        "withdraw" => Operation::Withdraw(read.actor()?, read.asset("asset")?, read.amount("amount")?),
        "borrow" => Operation::Borrow(read.actor()?, read.asset("asset")?, read.amount("amount")?),
        "repay" => Operation::Repay(read.actor()?, read.asset("asset")?, read.amount("amount")?),
        "liquidate" => Operation::Liquidate(read.liquidation(market.capabilities().sales)?),
        "set_collateral" => {
            let asset = read.asset("asset")?;
            let enabled = read.fields.required("enabled", "true or false")?.boolean()?;
            Operation::SetCollateral(by, asset, enabled)
        }
        "set_mode" => {
            let accepted = "a number from 0 to 255";
            Operation::SetMode(by, read.fields.required("mode", accepted)?.parse(accepted)?)
        }
        "approve_borrow" => {
            let delegatee = read.account("delegatee")?;
            Operation::ApproveBorrow(by, delegatee, read.asset("asset")?, read.units("amount")?)
        }
        "flash_loan" => Operation::Flash(by, TokenAmount::new(read.asset("asset")?, read.units("amount")?)),
        "buy" => {
            let (sale, amount) = (read.sale()?, read.units("amount")?);
            let most = read.price("max_price")?.map_or(Wad::MAX, |price| price.0);
            Operation::Buy(by, sale, amount, most)
        }
        "restart_sale" => Operation::RestartSale(by, read.sale()?),
        "claim" => Operation::Claim(by),
        "accrue" => Operation::Accrue,
        "health" => {
            let of = read.optional_account("of")?.unwrap_or(by);
            return Ok(market.health(of, ctx).map(|health| health_dump(&health)));
        }
        "position" => {
            let of = read.optional_account("of")?.unwrap_or(by);
            return Ok(market.position(of, ctx.now).map(|position| position_dump(&position)));
        }
        special => {
            let accounts = read.accounts;
            return market.special(special, &mut read.fields, &|name| accounts.account(name), ctx);
        }
    };
    Ok(operation.run(market, ctx).map(|done| done_dump(&done)))
}

/// Reads the keys of one operation.
struct Reader<'a> {
    fields: Fields<'a>,
    assets: &'a Assets,
    own: Vec<Asset>,
    accounts: &'a NamedAccounts,
    by: Account,
}

impl Reader<'_> {
    fn actor(&mut self) -> Result<Actor, ConfigError> {
        let owner = self.optional_account("on_behalf_of")?.unwrap_or(self.by);
        Ok(Actor { caller: self.by, owner })
    }

    fn optional_account(&mut self, key: &'static str) -> Result<Option<Account>, ConfigError> {
        self.fields.optional(key).map(|node| node.text().map(|name| self.accounts.account(name))).transpose()
    }

    fn account(&mut self, key: &'static str) -> Result<Account, ConfigError> {
        let name = self.fields.required(key, NAME)?.text()?;
        Ok(self.accounts.account(name))
    }

    /// An asset of the market, else any that is known: what the market says to it is part of a replay.
    fn asset(&mut self, key: &'static str) -> Result<Asset, ConfigError> {
        let node = self.fields.required(key, SYMBOL)?;
        let symbol = node.text()?;
        let own = self.own.iter().copied().find(|asset| asset.symbol() == symbol);
        own.map_or_else(|| self.assets.read(node), Ok)
    }

    fn units(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        units(self.fields.required(key, UNITS)?, UNITS)
    }

    fn amount(&mut self, key: &'static str) -> Result<Amount, ConfigError> {
        amount(self.fields.required(key, UNITS_OR_ALL)?)
    }

    fn price(&mut self, key: &'static str) -> Result<Option<Price>, ConfigError> {
        let read = |node: &Node| {
            let raw =
                node.read(|text| parse_units(text, 18).map_err(|error| format!("{PRICE} ({error})")))?;
            Ok(Price(Wad::from_raw(raw)))
        };
        // Only a purchase can do without a price.
        match key {
            "price" => self.fields.required(key, PRICE).and_then(read).map(Some),
            _ => self.fields.optional(key).map(read).transpose(),
        }
    }

    fn sale(&mut self) -> Result<SaleId, ConfigError> {
        let accepted = "the number of a sale";
        Ok(SaleId(self.fields.required("sale", accepted)?.parse(accepted)?))
    }

    fn liquidation(&mut self, seizes_everything: bool) -> Result<LiquidationCall, ConfigError> {
        let borrower = self.account("borrower")?;
        let debt = self.asset("debt")?;
        let named = !seizes_everything || self.fields.optional("collateral").is_some();
        let collateral = if named { self.asset("collateral")? } else { debt };
        let repay = self.fields.optional("repay").map_or(Ok(Amount::All), amount)?;
        let keep_supplied = self.fields.optional("keep_supplied").map_or(Ok(false), Node::boolean)?;
        Ok(LiquidationCall { liquidator: self.by, borrower, debt, collateral, repay, keep_supplied })
    }
}

fn amount(node: &Node) -> Result<Amount, ConfigError> {
    match node.digits() {
        Ok("all") => Ok(Amount::All),
        _ => units(node, UNITS_OR_ALL).map(Amount::Exact),
    }
}

fn units(node: &Node, accepted: &str) -> Result<U256, ConfigError> {
    node.read(|text| parse_units(text, 0).map_err(|error| format!("{accepted} ({error})")))
}

fn done_dump(done: &Done) -> Dump {
    match done {
        Done::Quietly => Dump::table::<&str>([]),
        Done::Moved(receipt) => Dump::table([("amount", Dump::text(receipt.amount))]),
        Done::Liquidated(outcome) => liquidation_dump(outcome),
        Done::Sold(outcome) => Dump::table([
            ("bought", Dump::text(outcome.bought)),
            ("paid", Dump::text(outcome.paid)),
            ("returned", Dump::text(outcome.returned)),
            ("bad_debt", Dump::text(outcome.bad_debt)),
            ("ended", Dump::Boolean(outcome.ended)),
        ]),
        Done::Claimed(transfers) => {
            amounts_dump(&transfers.iter().map(|transfer| transfer.amount).collect::<Vec<_>>())
        }
    }
}

fn liquidation_dump(outcome: &LiquidationOutcome) -> Dump {
    let mut entries = vec![
        ("repaid", amounts_dump(&outcome.repaid)),
        ("seized", amounts_dump(&outcome.seized)),
        ("protocol_fee", amounts_dump(&outcome.protocol_fee)),
        ("returned", amounts_dump(&outcome.returned)),
        ("bad_debt", amounts_dump(&outcome.bad_debt)),
    ];
    if let Some(SaleId(sale)) = outcome.sale {
        entries.push(("sale", Dump::text(sale)));
    }
    Dump::table(entries)
}

fn health_dump(health: &Health) -> Dump {
    let factor = match health.factor {
        HealthFactor::NoDebt => Dump::text("no debt"),
        HealthFactor::Of(factor) => Dump::text(factor.raw()),
    };
    Dump::table([
        ("collateral", Dump::text(health.collateral.raw())),
        ("debt", Dump::text(health.debt.raw())),
        ("borrow_limit", Dump::text(health.borrow_limit.raw())),
        ("liquidation_limit", Dump::text(health.liquidation_limit.raw())),
        ("factor", factor),
        ("liquidatable", Dump::Boolean(health.liquidatable)),
    ])
}

fn position_dump(position: &Position) -> Dump {
    let supplied = position.supplied.iter().map(|supplied| supplied.amount).collect::<Vec<_>>();
    Dump::table([("supplied", amounts_dump(&supplied)), ("debts", amounts_dump(&position.debts))])
}

fn amounts_dump(amounts: &[TokenAmount]) -> Dump {
    Dump::table(amounts.iter().map(|amount| (amount.asset.symbol(), Dump::text(amount.raw))))
}
