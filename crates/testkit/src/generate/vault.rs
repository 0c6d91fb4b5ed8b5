//! Random operations on vaults.

use levmine_market::{Account, Asset, Moment, TokenAmount};
use levmine_math::{Bps, U256, pow10};
use levmine_vault::{Operation, Vault};
use proptest::prelude::*;

use super::{Size, waits};

/// What a draft does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the operations")]
pub enum Kind {
    Accrue,
    Deposit,
    Mint,
    Redeem,
    Withdraw,
    Request,
    ClaimRequest,
    Claim,
    Harvest,
    Transfer,
}

/// An operation before it is known what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// What it does.
    pub kind: Kind,
    /// Who acts, by place.
    pub who: u8,
    /// Who receives, by place; and limits now and then.
    pub other: u8,
    /// Which asset, by place.
    pub asset: u8,
    /// How much.
    pub size: Size,
}

/// One step of a random life of a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Time passes, in seconds.
    Wait(u64),
    /// Somebody acts.
    Act(Draft),
}

/// What a draft is when it is its turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// An operation of the vault.
    Do(Operation),
    /// The rebasing share goes from one wallet to another, in its base units.
    Transfer(Account, Account, U256),
}

/// One step.
pub fn step() -> impl Strategy<Value = Step> + Clone {
    prop_oneof![3 => waits().prop_map(Step::Wait), 12 => draft().prop_map(Step::Act)]
}

/// Up to `most` steps.
pub fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> + Clone {
    proptest::collection::vec(step(), 1..=most.max(1))
}

/// One draft.
pub fn draft() -> impl Strategy<Value = Draft> + Clone {
    let kind = prop_oneof![
        7 => Just(Kind::Deposit),
        2 => Just(Kind::Mint),
        5 => Just(Kind::Redeem),
        2 => Just(Kind::Withdraw),
        3 => Just(Kind::Request),
        2 => Just(Kind::ClaimRequest),
        2 => Just(Kind::Claim),
        2 => Just(Kind::Harvest),
        1 => Just(Kind::Accrue),
        1 => Just(Kind::Transfer),
    ];
    (kind, any::<u8>(), any::<u8>(), any::<u8>(), Size::any())
        .prop_map(|(kind, who, other, asset, size)| Draft { kind, who, other, asset, size })
}

/// What is redeemed for `asset`: its share, or the asset itself where the stake stands in the vault's books.
#[must_use]
pub fn share_of(vault: &dyn Vault, asset: Asset) -> Asset {
    vault.share(asset).unwrap_or(asset)
}

/// What `account` can redeem for `asset`: shares in the wallet, or its stake.
#[must_use]
pub fn held(
    vault: &dyn Vault,
    account: Account,
    asset: Asset,
    wallet: &dyn Fn(Account, Asset) -> U256,
    now: Moment,
) -> TokenAmount {
    let share = share_of(vault, asset);
    let raw = match vault.share(asset) {
        Some(share) => wallet(account, share),
        None => vault.staked(account, asset, now),
    };
    TokenAmount::new(share, raw)
}

/// A large deposit of `asset`, in base units: as much as the vault holds, at least a thousand tokens, at most what it
/// takes.
#[must_use]
pub fn plenty(vault: &dyn Vault, asset: Asset, now: Moment) -> U256 {
    let thousand = pow10(u32::from(asset.decimals()) + 3).unwrap_or(U256::ONE);
    let there = vault.holdings().iter().find(|it| it.asset == asset).map(|it| it.raw).unwrap_or_default();
    match vault.max_deposit(asset, now) {
        Ok(most) if !most.is_zero() => there.max(thousand).min(most),
        _ => there.max(thousand),
    }
}

fn pick<T: Copy>(from: &[T], place: u8) -> Option<T> {
    from.get(usize::from(place).checked_rem(from.len())?).copied()
}

impl Draft {
    /// What this is with the vault as it stands; `wallet` is what each of `actors` has of a token. `None` where there is
    /// nothing to do it to.
    #[must_use]
    pub fn resolve(
        &self,
        vault: &dyn Vault,
        actors: &[Account],
        wallet: &dyn Fn(Account, Asset) -> U256,
        now: Moment,
    ) -> Option<Action> {
        let asset = pick(vault.assets(), self.asset)?;
        let who = self.actor(vault, actors, asset, wallet, now)?;
        let has = held(vault, who, asset, wallet, now);
        // One time in eight a bound on the loss that may be too tight.
        let max_loss = if self.other < 32 { Bps::new(u128::from(self.other / 8)) } else { Bps::ONE };
        let deposit = || wallet(who, asset).min(plenty(vault, asset, now));
        let operation = match self.kind {
            Kind::Accrue => Operation::Accrue,
            Kind::Deposit => Operation::Deposit(who, TokenAmount::new(asset, self.size.of(deposit()))),
            Kind::Mint => {
                let whole = vault.preview_deposit(TokenAmount::new(asset, deposit()), now);
                let whole = whole.unwrap_or_else(|_| deposit());
                Operation::Mint(who, asset, TokenAmount::new(has.asset, self.size.of(whole)))
            }
            Kind::Redeem => {
                Operation::Redeem(who, TokenAmount::new(has.asset, self.size.of(has.raw)), max_loss)
            }
            Kind::Withdraw => {
                let whole = vault.value(has, now).map(|worth| worth.raw).unwrap_or(has.raw);
                Operation::Withdraw(who, TokenAmount::new(asset, self.size.of(whole)), max_loss)
            }
            Kind::Request => Operation::Request(who, TokenAmount::new(has.asset, self.size.of(has.raw))),
            Kind::ClaimRequest => {
                let waiting = |account| vault.requests(account, now).unwrap_or_default();
                let owner = pick(
                    &actors.iter().copied().filter(|one| !waiting(*one).is_empty()).collect::<Vec<_>>(),
                    self.who,
                )?;
                // One time in eight somebody tries another's.
                let by = if self.other < 32 { pick(actors, self.other)? } else { owner };
                Operation::ClaimRequest(by, pick(&waiting(owner), self.asset)?.id)
            }
            Kind::Claim => Operation::Claim(who),
            Kind::Harvest => Operation::Harvest(who),
            Kind::Transfer => {
                let token = vault.rebasing()?;
                let amount = self.size.of(wallet(who, token));
                return Some(Action::Transfer(who, pick(actors, self.other)?, amount));
            }
        };
        Some(Action::Do(operation))
    }

    /// Who acts: mostly somebody for whom the operation means something.
    fn actor(
        &self,
        vault: &dyn Vault,
        actors: &[Account],
        asset: Asset,
        wallet: &dyn Fn(Account, Asset) -> U256,
        now: Moment,
    ) -> Option<Account> {
        let anybody = pick(actors, self.who)?;
        let means = |account: Account| match self.kind {
            Kind::Redeem | Kind::Withdraw | Kind::Request => {
                !held(vault, account, asset, wallet, now).is_zero()
            }
            Kind::Deposit | Kind::Mint => !wallet(account, asset).is_zero(),
            Kind::Claim => vault.claimable(account, now).is_ok_and(|all| all.iter().any(|it| !it.is_zero())),
            Kind::Transfer => vault.rebasing().is_some_and(|token| !wallet(account, token).is_zero()),
            Kind::Accrue | Kind::ClaimRequest | Kind::Harvest => true,
        };
        let fitting: Vec<Account> = actors.iter().copied().filter(|account| means(*account)).collect();
        Some(if self.other >= 240 { anybody } else { pick(&fitting, self.who).unwrap_or(anybody) })
    }
}
