//! The wallets around one venue, kept through the journal.

use levmine_market::{
    Account, Asset, Dump, Holder, Journal, Outside, Party, Reason, Timestamp, TokenAmount, Transfer, VenueId,
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
        self.audit(transfers, holdings, issued).map(|()| Posting::Kept)
    }

    fn audit(
        &self,
        transfers: &[Transfer],
        holdings: &[TokenAmount],
        issued: &[TokenAmount],
    ) -> Result<(), String> {
        let at_venue =
            |amounts: &[TokenAmount]| amounts.iter().map(|amount| (VENUE, *amount)).collect::<Vec<_>>();
        self.journal
            .audit(&at_venue(holdings), &at_venue(issued))
            .map(drop)
            .map_err(|error| format!("the audit after the transfers {transfers:?} finds: {error}"))
    }

    /// As [`Self::post`], with a token whose balances the venue keeps: what each holder has more or less than the
    /// transfers say is written as a rebase. The rest of what exists is the outsiders'.
    pub(crate) fn post_rebased(
        &mut self,
        transfers: &[Transfer],
        holdings: &[TokenAmount],
        issued: &[TokenAmount],
        ledger: &Ledger<'_>,
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
        let told = |amounts: &[TokenAmount]| {
            amounts.iter().find(|it| it.asset == ledger.asset).map(|it| it.raw).unwrap_or_default()
        };
        let of_token = transfers.iter().filter(|transfer| transfer.amount.asset == ledger.asset);
        let mut exists = ledger.issued_before;
        for Transfer { from, to, amount } in of_token {
            if *from == Party::Issuer {
                exists = exists.saturating_add(amount.raw);
            }
            if *to == Party::Issuer {
                exists = exists.saturating_sub(amount.raw);
            }
        }
        let wallets = ACTORS.into_iter().chain([FRESH]);
        let mut holders: Vec<_> =
            wallets.map(|account| (Holder::Wallet(account), (ledger.balance)(account))).collect();
        holders.push((Holder::Venue(VENUE), told(holdings)));
        for (holder, has) in holders {
            let written = self.journal.balance(holder, ledger.asset);
            self.rebase(holder, ledger.asset, written, has)?;
            exists = exists.saturating_add(has).saturating_sub(written);
        }
        self.rebase(Holder::Outside(Outside::World), ledger.asset, exists, told(issued))?;
        self.audit(transfers, holdings, issued).map(|()| Posting::Kept)
    }

    /// Writes what `holder` has by itself more, or less, than is written.
    fn rebase(&mut self, holder: Holder, asset: Asset, written: U256, has: U256) -> Result<(), String> {
        let issuer = Holder::Outside(Outside::Issuer(VENUE));
        let (from, to, raw) = if has >= written {
            (issuer, holder, has.saturating_sub(written))
        } else {
            (holder, issuer, written.saturating_sub(has))
        };
        self.journal
            .post(from, to, TokenAmount::new(asset, raw), Reason::Rebase)
            .map_err(|error| format!("the rebase of {holder} cannot be written: {error}"))
    }
}

/// The balances of a token that the venue keeps.
pub(crate) struct Ledger<'a> {
    pub(crate) asset: Asset,
    /// How much existed before the operation.
    pub(crate) issued_before: U256,
    pub(crate) balance: &'a dyn Fn(Account) -> U256,
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
