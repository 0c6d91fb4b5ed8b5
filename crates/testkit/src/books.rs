//! The wallets around one venue, kept through the journal.

use levmine_market::{
    Account, Asset, Dump, Holder, Journal, Outside, Reason, Timestamp, TokenAmount, Transfer, VenueId,
};
use levmine_math::{U256, pow10};

const VENUE: VenueId = VenueId(0);

/// The accounts that act in the suites. Far from the small numbers that a setup may have used.
pub(crate) const ACTORS: [Account; 4] =
    [Account::new(9_001), Account::new(9_002), Account::new(9_003), Account::new(9_004)];

/// An account that never appears in a random sequence.
pub(crate) const FRESH: Account = Account::new(9_101);

/// What came of writing transfers down.
pub(crate) enum Posting {
    Kept,
    /// A wallet did not have enough; nothing is written.
    Unpaid,
}

/// The journal of a world with one venue.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    journal: Journal,
}

impl Books {
    /// Books in which the venue holds `holdings` and has issued `issued`, and each actor has 10^15 whole tokens of
    /// each of `assets`; of an issued one an eighth of what exists.
    pub(crate) fn open(
        now: Timestamp,
        holdings: &[TokenAmount],
        issued: &[TokenAmount],
        assets: &[Asset],
    ) -> Result<Self, String> {
        let mut journal = Journal::default();
        journal.begin(now);
        let world = Holder::Outside(Outside::World);
        let mut post = |from, to, amount, reason| {
            journal.post(from, to, amount, reason).map_err(|error| format!("cannot open the books: {error}"))
        };
        for amount in holdings {
            post(world, Holder::Venue(VENUE), *amount, Reason::Genesis)?;
        }
        for amount in issued {
            post(Holder::Outside(Outside::Issuer(VENUE)), world, *amount, Reason::Genesis)?;
        }
        for account in ACTORS.into_iter().chain([FRESH]) {
            for asset in assets {
                let plenty = pow10(u32::from(asset.decimals()) + 15).map_err(|error| error.to_string())?;
                // What the venue issues cannot come from elsewhere, or more could be burned than ever was minted.
                let exists = issued.iter().find(|amount| amount.asset == *asset);
                let raw = exists.map_or(plenty, |amount| amount.raw / U256::from(8));
                post(world, Holder::Wallet(account), TokenAmount::new(*asset, raw), Reason::Genesis)?;
            }
        }
        Ok(Self { journal })
    }

    pub(crate) fn begin(&mut self, now: Timestamp) {
        self.journal.begin(now);
    }

    pub(crate) fn balance(&self, account: Account, asset: Asset) -> U256 {
        self.journal.balance(Holder::Wallet(account), asset)
    }

    pub(crate) fn wallet(&self, account: Account) -> Vec<TokenAmount> {
        self.journal.balances(Holder::Wallet(account)).collect()
    }

    /// Writes the transfers of one operation and audits the whole.
    pub(crate) fn post(
        &mut self,
        transfers: &[Transfer],
        holdings: &[TokenAmount],
        issued: &[TokenAmount],
    ) -> Result<Posting, String> {
        use levmine_market::MarketError;
        let checkpoint = self.journal.checkpoint();
        match self.journal.post_all(VENUE, transfers, Reason::Swap) {
            Ok(()) => {}
            Err(
                MarketError::InsufficientBalance { holder: Holder::Wallet(_), .. } | MarketError::Math(_),
            ) => {
                self.journal.rollback(checkpoint);
                return Ok(Posting::Unpaid);
            }
            Err(error) => return Err(format!("the transfers {transfers:?} cannot be written: {error}")),
        }
        let at_venue =
            |amounts: &[TokenAmount]| amounts.iter().map(|amount| (VENUE, *amount)).collect::<Vec<_>>();
        match self.journal.audit(&at_venue(holdings), &at_venue(issued)) {
            Ok(_) => Ok(Posting::Kept),
            Err(error) => Err(format!("the audit after the transfers {transfers:?} finds: {error}")),
        }
    }
}

/// Where two dumps differ first, for a message.
pub(crate) fn difference(before: &Dump, after: &Dump) -> Option<String> {
    fn walk(path: String, a: &Dump, b: &Dump) -> Option<String> {
        match (a, b) {
            (Dump::Table(left), Dump::Table(right)) if left.len() == right.len() => {
                left.iter().zip(right).find_map(|((key, x), (other, y))| {
                    if key == other {
                        walk(format!("{path}.{key}"), x, y)
                    } else {
                        Some(format!("{path}: key {key} became {other}"))
                    }
                })
            }
            (Dump::List(left), Dump::List(right)) if left.len() == right.len() => left
                .iter()
                .zip(right)
                .enumerate()
                .find_map(|(at, (x, y))| walk(format!("{path}[{at}]"), x, y)),
            (a, b) if a == b => None,
            (a, b) => Some(format!("{path}: {a:?} became {b:?}")),
        }
    }
    walk("state".into(), before, after)
}
