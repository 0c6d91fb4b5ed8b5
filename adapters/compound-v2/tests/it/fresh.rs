//! A venue whose markets are all accrued before every operation, as they are where somebody acts on each in every block,
//! and entered by whoever supplies, as a careful borrower does.

use levmine_compound_v2::CompoundV2Market;
use levmine_lending::{
    Amount, Capabilities, Context, Flow, Health, LendingError, LendingMarket, LiquidationCall,
    LiquidationOutcome, Listing, Position, Rates, Receipt,
};
use levmine_market::{Account, Actor, Asset, Descriptor, Dump, Moment, TokenAmount, Transfers};
use levmine_math::U256;

#[derive(Debug, Clone)]
pub(crate) struct Fresh(pub(crate) CompoundV2Market);

impl Fresh {
    fn act<T>(
        &mut self,
        now: Moment,
        operation: impl FnOnce(&mut CompoundV2Market) -> Result<T, LendingError>,
    ) -> Result<T, LendingError> {
        let mut market = self.0.clone();
        market.accrue(now)?;
        let done = operation(&mut market)?;
        self.0 = market;
        Ok(done)
    }
}

impl LendingMarket for Fresh {
    fn descriptor(&self) -> &'static Descriptor {
        self.0.descriptor()
    }

    fn version(&self) -> &'static str {
        self.0.version()
    }

    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn fork(&self) -> Box<dyn LendingMarket> {
        Box::new(self.clone())
    }

    fn assets(&self) -> Vec<Asset> {
        self.0.assets()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        self.0.listing(asset)
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        self.0.rates(asset, now)
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        self.0.supplied(owner, asset, now)
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        self.0.debt(owner, asset, now)
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        self.0.position(owner, now)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        self.0.health(owner, ctx)
    }

    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        self.0.accrue(now)
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.act(ctx.now, |market| {
            let done = market.supply(actor, asset, amount, ctx)?;
            market.set_collateral(actor.owner, asset, true, ctx)?;
            Ok(done)
        })
    }

    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.act(ctx.now, |market| market.withdraw(actor, asset, amount, ctx))
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.act(ctx.now, |market| market.borrow(actor, asset, amount, ctx))
    }

    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.act(ctx.now, |market| market.repay(actor, asset, amount, ctx))
    }

    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome, LendingError> {
        self.act(ctx.now, |market| market.liquidate(call, ctx))
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        self.0.holdings()
    }

    fn dump(&self) -> Dump {
        self.0.dump()
    }

    fn set_collateral(
        &mut self,
        owner: Account,
        asset: Asset,
        enabled: bool,
        ctx: &Context<'_>,
    ) -> Result<(), LendingError> {
        self.act(ctx.now, |market| market.set_collateral(owner, asset, enabled, ctx))
    }

    fn claimable(&self, owner: Account, now: Moment) -> Result<Vec<TokenAmount>, LendingError> {
        self.0.claimable(owner, now)
    }

    fn claim(&mut self, owner: Account, now: Moment) -> Result<Transfers, LendingError> {
        self.act(now, |market| market.claim(owner, now))
    }

    fn flow(&mut self, flow: Flow, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        self.act(ctx.now, |market| market.flow(flow, ctx))
    }
}
