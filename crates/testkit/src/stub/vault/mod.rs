mod market;

use std::collections::BTreeMap;

use levmine_lending::{Amount, Context, Health, HealthFactor, LendingError, Refusal};
use levmine_market::{Account, Actor, Asset, Descriptor, Moment, TokenAmount};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, mul_div, pow10, sub};

use super::grid::{Grid, grown, refused, value};

const NAME: &str = "vault-stub";

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Vault stub",
    summary: "A market that mints its debt and auctions collateral, for tests",
    versions: &["1"],
    presets: &[],
    parameters: &[],
};

/// What holds for a [`Vault`] market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultTerms {
    collateral: Asset,
    debt: Asset,
    /// How much of the collateral's value may be owed.
    limit: Bps,
    fee: Ray,
    smallest: u64,
}

impl VaultTerms {
    /// Debt up to 66.66 % of the collateral, 5 % a year, at least 1,000 whole tokens of debt.
    #[must_use]
    pub const fn new(collateral: Asset, debt: Asset) -> Self {
        let fee = Ray::new(50_000_000_000_000_000_000_000_000);
        Self { collateral, debt, limit: Bps::new(6_666), fee, smallest: 1_000 }
    }
}

#[derive(Debug, Clone, Copy)]
struct Auction {
    borrower: Account,
    lot: U256,
    tab: U256,
    /// Debt tokens for one collateral token at the start, 18 decimals.
    top: Wad,
    started: u64,
}

/// A market that mints the debt when it is borrowed, burns it when it is repaid, and auctions collateral.
///
/// A liquidation takes the whole position, adds 13 % to the debt and starts a Dutch auction at 120 % of the oracle's
/// price; the price falls to nothing within six hours, but the auction stalls after four.
#[derive(Debug, Clone)]
pub struct Vault {
    terms: VaultTerms,
    /// Collateral and debt shares.
    locked: Grid,
    shares: Grid,
    total_shares: U256,
    index: U256,
    issued: U256,
    held: U256,
    auctions: BTreeMap<u64, Auction>,
    next: u64,
    last: Moment,
}

const PENALTY: Bps = Bps::new(1_300);
const TOP: Bps = Bps::new(12_000);
const FALLS: u64 = 6 * 3_600;
const STALLS: u64 = 4 * 3_600;
const RAY: U256 = Ray::ONE.raw();

impl Vault {
    /// An empty market.
    #[must_use]
    pub fn new(terms: VaultTerms, start: Moment) -> Self {
        Self {
            terms,
            locked: Grid::default(),
            shares: Grid::default(),
            total_shares: U256::ZERO,
            index: RAY,
            issued: U256::ZERO,
            held: U256::ZERO,
            auctions: BTreeMap::new(),
            next: 1,
            last: start,
        }
    }

    /// The same with so many base units of the debt asset in outsiders' wallets.
    #[must_use]
    pub const fn with_issued(mut self, units: U256) -> Self {
        self.issued = units;
        self
    }

    fn attempt<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, LendingError>,
    ) -> Result<T, LendingError> {
        let mut next = self.clone();
        let done = change(&mut next)?;
        *self = next;
        Ok(done)
    }

    fn at(&self, now: Moment) -> Result<Self, LendingError> {
        let mut later = self.clone();
        later.advance(now)?;
        Ok(later)
    }

    fn advance(&mut self, now: Moment) -> Result<(), LendingError> {
        let seconds = now.time.since(self.last.time);
        self.index = grown(self.index, self.terms.fee.raw(), seconds, Rounding::Up)?;
        self.last = self.last.max(now);
        Ok(())
    }

    fn must_be(&self, asset: Asset, wanted: Asset) -> Result<(), LendingError> {
        if asset == wanted {
            Ok(())
        } else if asset == self.terms.collateral || asset == self.terms.debt {
            Err(refused(NAME, Refusal::NotAllowed, "WRONG_SIDE"))
        } else {
            Err(LendingError::UnknownAsset { protocol: NAME, asset })
        }
    }

    fn owed(&self, owner: Account) -> Result<U256, LendingError> {
        Ok(mul_div(self.shares.get(owner, self.terms.debt), self.index, RAY, Rounding::Up)?)
    }

    fn health_now(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        let VaultTerms { collateral, debt, limit, .. } = self.terms;
        let locked = TokenAmount::new(collateral, self.locked.get(owner, collateral));
        let collateral =
            if locked.is_zero() { Wad::ZERO } else { value(locked, ctx.prices, Rounding::Down)? };
        let owed = self.owed(owner)?;
        // One whole token of the debt counts as one dollar, whatever the market pays for it.
        let debt =
            Wad::from_raw(mul_div(owed, Wad::ONE.raw(), pow10(u32::from(debt.decimals()))?, Rounding::Up)?);
        let bound = Wad::from_raw(limit.mul_int(collateral.raw(), Rounding::Down)?);
        let factor = if debt.is_zero() {
            HealthFactor::NoDebt
        } else {
            HealthFactor::Of(bound.div(debt, Rounding::Down)?)
        };
        let liquidatable = debt > bound && !locked.is_zero();
        Ok(Health { collateral, debt, borrow_limit: bound, liquidation_limit: bound, factor, liquidatable })
    }

    fn must_be_safe(&self, owner: Account, ctx: &Context<'_>) -> Result<(), LendingError> {
        let health = self.health_now(owner, ctx)?;
        if health.debt > health.borrow_limit {
            return Err(refused(NAME, Refusal::InsufficientCollateral, "NOT_SAFE"));
        }
        Ok(())
    }

    fn must_not_be_small(&self, owner: Account) -> Result<(), LendingError> {
        let unit = pow10(u32::from(self.terms.debt.decimals()))?;
        let owed = self.owed(owner)?;
        if !owed.is_zero() && owed < levmine_math::mul(U256::from(self.terms.smallest), unit)? {
            return Err(refused(NAME, Refusal::TooSmall, "DUST"));
        }
        Ok(())
    }

    /// Debt tokens for one collateral token after `age` seconds, rounded up.
    fn price(auction: &Auction, now: Moment) -> Result<(Wad, bool), LendingError> {
        let age = now.time.0.saturating_sub(auction.started);
        let left = FALLS.saturating_sub(age);
        let price = mul_div(auction.top.raw(), U256::from(left), U256::from(FALLS), Rounding::Up)?;
        Ok((Wad::from_raw(price), age > STALLS))
    }

    fn top(&self, ctx: &Context<'_>) -> Result<Wad, LendingError> {
        let one =
            TokenAmount::new(self.terms.collateral, pow10(u32::from(self.terms.collateral.decimals()))?);
        Ok(Wad::from_raw(TOP.mul_int(value(one, ctx.prices, Rounding::Down)?.raw(), Rounding::Up)?))
    }

    fn burn(&mut self, units: U256) -> Result<(), LendingError> {
        self.issued = sub(self.issued, units)?;
        Ok(())
    }
}

fn own(actor: Actor) -> Result<(), LendingError> {
    if actor.caller == actor.owner { Ok(()) } else { Err(refused(NAME, Refusal::Unauthorized, "NOT_OWNER")) }
}

fn exact(amount: Amount) -> Result<U256, LendingError> {
    match amount {
        Amount::Exact(units) if !units.is_zero() => Ok(units),
        _ => Err(refused(NAME, Refusal::InvalidAmount, "BAD_AMOUNT")),
    }
}
