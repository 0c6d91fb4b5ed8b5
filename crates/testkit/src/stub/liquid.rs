use std::collections::BTreeMap;

use levmine_market::{Account, Asset, Descriptor, Dump, Moment, Timestamp, TokenAmount, Transfer, Transfers};
use levmine_math::{Bps, Rounding, U256, add, mul_div, sub};
use levmine_vault::{
    Capabilities, Claimed, Deposited, Redeemed, Refusal, Request, RequestId, Requested, Vault, VaultError,
};

const NAME: &str = "liquid-stub";

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Liquid staking stub",
    summary: "Balances that grow by themselves and are redeemed through a queue, for tests",
    versions: &["1"],
    presets: &[],
    parameters: &[],
};

const DAY: u64 = 86_400;
/// How many days a redemption waits.
const WAIT: u64 = 3;
/// What all stakes earn a day, in millionths.
const DAILY: u64 = 100;
/// Days that are reported one by one; what is older comes at once.
const REPORTS: u64 = 400;

const EVERYBODY: Account = Account::outsider(0);

#[derive(Debug, Clone, Copy)]
struct Waiting {
    owner: Account,
    amount: U256,
    since: Timestamp,
}

/// Whose entry in the ledger an account's is: all outsiders share one.
const fn entry(account: Account) -> Account {
    if account.is_outsider() { EVERYBODY } else { account }
}

/// A token whose balances are parts of everything that is staked; they grow each day.
#[derive(Debug, Clone)]
pub struct Liquid {
    asset: [Asset; 1],
    share: Asset,
    parts: BTreeMap<Account, U256>,
    all_parts: U256,
    staked: U256,
    reported: Timestamp,
    seen: Timestamp,
    waiting: BTreeMap<u64, Waiting>,
    next: u64,
}

impl Liquid {
    /// Nothing is staked yet.
    #[must_use]
    pub const fn new(asset: Asset, share: Asset, now: Moment) -> Self {
        Self {
            asset: [asset],
            share,
            parts: BTreeMap::new(),
            all_parts: U256::ZERO,
            staked: U256::ZERO,
            reported: now.time,
            seen: now.time,
            waiting: BTreeMap::new(),
            next: 0,
        }
    }

    /// The same with a deposit of outsiders, in base units, at nine parts for ten units.
    #[must_use]
    pub fn with_deposits(mut self, amount: U256) -> Self {
        let parts = mul_div(amount, U256::from(9), U256::from(10), Rounding::Down).unwrap_or_default();
        self.parts.insert(EVERYBODY, parts);
        (self.all_parts, self.staked) = (parts, amount);
        self
    }

    fn known(&self, asset: Asset) -> Result<(), VaultError> {
        let [own] = self.asset;
        if asset == own { Ok(()) } else { Err(VaultError::UnknownAsset { protocol: NAME, asset }) }
    }

    fn known_share(&self, asset: Asset) -> Result<(), VaultError> {
        if asset == self.share { Ok(()) } else { Err(VaultError::UnknownAsset { protocol: NAME, asset }) }
    }

    fn parts_of(&self, amount: U256) -> Result<U256, VaultError> {
        if self.all_parts.is_zero() || self.staked.is_zero() {
            return Ok(amount);
        }
        Ok(mul_div(amount, self.all_parts, self.staked, Rounding::Down)?)
    }

    fn units_of(&self, parts: U256) -> U256 {
        if self.all_parts.is_zero() {
            return U256::ZERO;
        }
        mul_div(parts, self.staked, self.all_parts, Rounding::Down).unwrap_or_default()
    }

    fn owned(&self, account: Account) -> U256 {
        self.parts.get(&entry(account)).copied().unwrap_or_default()
    }

    /// The state at `now`: each whole day that has passed is reported, the first ones at once where there are many.
    fn at(&self, now: Moment) -> Result<(U256, Timestamp), VaultError> {
        let days = now.time.since(self.reported) / DAY;
        let mut staked = self.staked;
        let growth = |staked: U256, days: u64| {
            let part = levmine_math::mul(U256::from(DAILY), U256::from(days))?;
            add(staked, mul_div(staked, part, U256::from(1_000_000), Rounding::Down)?)
        };
        let one_by_one = days.min(REPORTS);
        staked = growth(staked, days.saturating_sub(one_by_one))?;
        for _ in 0..one_by_one {
            staked = growth(staked, 1)?;
        }
        Ok((staked, self.reported.plus(days.saturating_mul(DAY))))
    }

    /// A copy brought to `now`.
    fn brought(&self, now: Moment) -> Result<(Self, U256), VaultError> {
        let (staked, reported) = self.at(now)?;
        let gain = sub(staked, self.staked)?;
        Ok((Self { staked, reported, seen: self.seen.max(now.time), ..self.clone() }, gain))
    }

    fn gained(&self, gain: U256) -> Transfer {
        let [asset] = self.asset;
        Transfer::pay(EVERYBODY, TokenAmount::new(asset, gain))
    }

    fn ready(&self, waiting: &Waiting, now: Moment) -> bool {
        now.time.max(self.seen).since(waiting.since) >= WAIT * DAY
    }
}

fn refused(refusal: Refusal, code: &'static str) -> VaultError {
    VaultError::Refused { protocol: NAME, refusal, code, source: code.into() }
}

impl Vault for Liquid {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shares: true,
            exact: false,
            instant_redeem: false,
            queue: true,
            harvest: false,
            rewards: false,
            rebasing: true,
            losses: false,
        }
    }

    fn fork(&self) -> Box<dyn Vault> {
        Box::new(self.clone())
    }

    fn assets(&self) -> &[Asset] {
        &self.asset
    }

    fn share(&self, asset: Asset) -> Option<Asset> {
        self.known(asset).is_ok().then_some(self.share)
    }

    fn value(&self, shares: TokenAmount, _now: Moment) -> Result<TokenAmount, VaultError> {
        self.known_share(shares.asset)?;
        let [asset] = self.asset;
        Ok(TokenAmount::new(asset, shares.raw))
    }

    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        self.clone().deposit(EVERYBODY, amount, now).map(|done| done.shares)
    }

    fn preview_redeem(&self, shares: TokenAmount, _now: Moment) -> Result<U256, VaultError> {
        self.known_share(shares.asset)?;
        Err(self.unsupported("redeeming at once"))
    }

    fn max_deposit(&self, asset: Asset, _now: Moment) -> Result<U256, VaultError> {
        self.known(asset)?;
        Ok(U256::MAX)
    }

    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError> {
        let (brought, gain) = self.brought(now)?;
        *self = brought;
        Ok([self.gained(gain)].into_iter().collect())
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        self.known(amount.asset)?;
        let (mut new, gain) = self.brought(now)?;
        let parts = new.parts_of(amount.raw)?;
        if parts.is_zero() {
            return Err(refused(Refusal::InvalidAmount, "NO_PARTS"));
        }
        new.staked = add(new.staked, amount.raw)?;
        new.all_parts = add(new.all_parts, parts)?;
        let own = add(new.owned(account), parts)?;
        new.parts.insert(entry(account), own);
        let shares = new.units_of(parts);
        *self = new;
        let transfers = [
            self.gained(gain),
            Transfer::pay(account, amount),
            Transfer::mint(account, TokenAmount::new(self.share, shares)),
        ];
        Ok(Deposited { paid: amount, shares, transfers: transfers.into_iter().collect() })
    }

    fn redeem(
        &mut self,
        _account: Account,
        shares: TokenAmount,
        _max_loss: Bps,
        _now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.known_share(shares.asset)?;
        Err(self.unsupported("redeeming at once"))
    }

    fn request_redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Requested, VaultError> {
        self.known_share(shares.asset)?;
        let (mut new, gain) = self.brought(now)?;
        let parts = new.parts_of(shares.raw)?;
        let Some(own) = new.owned(account).checked_sub(parts) else {
            return Err(refused(Refusal::InsufficientBalance, "NOT_SO_MUCH"));
        };
        let amount = new.units_of(parts);
        if amount.is_zero() {
            return Err(refused(Refusal::InvalidAmount, "NOTHING"));
        }
        new.parts.insert(entry(account), own);
        new.all_parts = sub(new.all_parts, parts)?;
        new.staked = sub(new.staked, amount)?;
        let id = new.next;
        new.next = id.saturating_add(1);
        new.waiting.insert(id, Waiting { owner: account, amount, since: new.seen });
        *self = new;
        let burned = Transfer::burn(account, TokenAmount::new(self.share, amount));
        Ok(Requested { id: RequestId(id), transfers: [self.gained(gain), burned].into_iter().collect() })
    }

    fn requests(&self, account: Account, now: Moment) -> Result<Vec<Request>, VaultError> {
        let [asset] = self.asset;
        let own = self.waiting.iter().filter(|(_, waiting)| waiting.owner == account);
        Ok(own
            .map(|(id, waiting)| Request {
                id: RequestId(*id),
                amount: TokenAmount::new(asset, waiting.amount),
                since: waiting.since,
                is_ready: self.ready(waiting, now),
            })
            .collect())
    }

    fn claim_request(&mut self, account: Account, id: RequestId, now: Moment) -> Result<Claimed, VaultError> {
        let Some(waiting) = self.waiting.get(&id.0).copied() else {
            return Err(refused(Refusal::Other, "NO_SUCH_REQUEST"));
        };
        if waiting.owner != account {
            return Err(refused(Refusal::NotAllowed, "NOT_YOURS"));
        }
        if !self.ready(&waiting, now) {
            return Err(refused(Refusal::TooEarly, "NOT_READY"));
        }
        self.seen = self.seen.max(now.time);
        self.waiting.remove(&id.0);
        let [asset] = self.asset;
        let paid = TokenAmount::new(asset, waiting.amount);
        let transfers = [Transfer::receive(account, paid)].into_iter().collect();
        Ok(Claimed { received: vec![paid], transfers })
    }

    fn rebasing(&self) -> Option<Asset> {
        Some(self.share)
    }

    fn balance(&self, holder: Account) -> U256 {
        self.units_of(self.owned(holder))
    }

    fn transfer(&mut self, from: Account, to: Account, amount: U256, _now: Moment) -> Result<(), VaultError> {
        let mut new = self.clone();
        let parts = new.parts_of(amount)?;
        let Some(left) = new.owned(from).checked_sub(parts) else {
            return Err(refused(Refusal::InsufficientBalance, "NOT_SO_MUCH"));
        };
        new.parts.insert(entry(from), left);
        let got = add(new.owned(to), parts)?;
        new.parts.insert(entry(to), got);
        *self = new;
        Ok(())
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let [asset] = self.asset;
        let owed = self.waiting.values().fold(U256::ZERO, |sum, waiting| sum.saturating_add(waiting.amount));
        vec![TokenAmount::new(asset, self.staked.saturating_add(owed))]
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.share, self.staked)]
    }

    fn dump(&self) -> Dump {
        let part = |(account, parts): (&Account, &U256)| (account.to_string(), Dump::text(parts));
        let waiting = |(id, waiting): (&u64, &Waiting)| {
            let fields = [
                ("owner", Dump::text(waiting.owner)),
                ("amount", Dump::text(waiting.amount)),
                ("since", Dump::text(waiting.since.0)),
            ];
            (id.to_string(), Dump::table(fields))
        };
        Dump::table([
            ("staked", Dump::text(self.staked)),
            ("all_parts", Dump::text(self.all_parts)),
            ("reported", Dump::text(self.reported.0)),
            ("seen", Dump::text(self.seen.0)),
            ("next", Dump::text(self.next)),
            ("parts", Dump::table(self.parts.iter().map(part))),
            ("waiting", Dump::table(self.waiting.iter().map(waiting))),
        ])
    }
}
