//! A journal and a record written by hand.

use levmine_composer::{Line, LineKind, Operation, Record, Slot, Venue, World};
use levmine_market::{Asset, BlockClock, Holder, Mark, Outside, Reason, Timestamp, TokenAmount, VenueId};
use levmine_math::{U256, parse_units};
use levmine_testkit::stub::{self, START, usdc};

use crate::bookkeeper::Bookkeeper;
use crate::{BooksError, Entered, Expense, Income, Method, Rules, ShareRule, TaxWhat, Why};

pub(super) const BANK: VenueId = VenueId(0);
pub(super) const POOL: VenueId = VenueId(1);
pub(super) const STAKING: VenueId = VenueId(2);
pub(super) const SAVINGS: VenueId = VenueId(3);
pub(super) const LIQUID: VenueId = VenueId(4);

/// So many whole dollars, in marks.
pub(super) const fn dollars(whole: i128) -> Mark {
    whole * 1_000_000_000_000
}

/// An amount of whole tokens.
pub(super) fn of(text: &str, asset: Asset) -> TokenAmount {
    TokenAmount::new(asset, parse_units(text, asset.decimals()).expect("a number"))
}

#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) world: World,
    pub(super) record: Record,
}

impl Sheet {
    /// A world of stubs, and a capital.
    pub(super) fn new(capital: &[(TokenAmount, i128)]) -> Self {
        let slot = |name: &str, venue| Slot { name: name.into(), venue };
        let venues = vec![
            slot("bank", Venue::Lending(stub::pooled())),
            slot("pool", Venue::Pool(stub::pool())),
            slot("staking", Venue::Vault(stub::staking())),
            slot("savings", Venue::Vault(stub::savings())),
            slot("liquid", Venue::Vault(stub::liquid())),
        ];
        let mut world = World::new(venues, usdc(), BlockClock::ETHEREUM, START.time).expect("a world");
        world.market = stub::prices();
        let mut sheet = Self { world, record: Record::default() };
        sheet.record.values = vec![None; sheet.world.journal.entries().len()];
        for (amount, worth) in capital {
            sheet.single(Holder::Outside(Outside::Capital), *amount, *worth, false, Reason::Capital);
        }
        sheet
    }

    fn post(&mut self, other: Holder, amount: TokenAmount, worth: i128, leave: bool, reason: Reason) {
        let wallet = Holder::Wallet(self.world.farmer);
        let (from, to) = if leave { (wallet, other) } else { (other, wallet) };
        self.world.journal.post(from, to, amount, reason).expect("posted");
        self.record.values.push(Some(dollars(worth)));
    }

    /// An entry between any two.
    pub(super) fn between(
        &mut self,
        from: Holder,
        to: Holder,
        amount: TokenAmount,
        worth: i128,
        reason: Reason,
    ) {
        self.world.journal.begin(START.time);
        self.world.journal.post(from, to, amount, reason).expect("posted");
        self.record.values.push(Some(dollars(worth)));
    }

    /// An entry of its own.
    pub(super) fn single(
        &mut self,
        other: Holder,
        amount: TokenAmount,
        worth: i128,
        leave: bool,
        reason: Reason,
    ) {
        self.world.journal.begin(START.time);
        self.post(other, amount, worth, leave, reason);
    }

    /// An operation that moves these amounts (out, in) worth so many dollars each.
    pub(super) fn operation(
        &mut self,
        at: VenueId,
        reason: Reason,
        out: &[(TokenAmount, i128)],
        come: &[(TokenAmount, i128)],
        before: &[Line],
        after: &[Line],
    ) -> &mut Operation {
        let transaction = self.world.journal.begin(START.time);
        let first = self.world.journal.entries().len();
        for (amount, worth) in out {
            self.post(Holder::Outside(Outside::Issuer(at)), *amount, *worth, true, reason);
        }
        for (amount, worth) in come {
            self.post(Holder::Outside(Outside::Issuer(at)), *amount, *worth, false, reason);
        }
        self.record.operations.push(Operation {
            farmer: self.world.farmer,
            at,
            reason,
            time: Timestamp(START.time.0),
            transaction,
            entries: first..self.world.journal.entries().len(),
            before: before.to_vec(),
            after: after.to_vec(),
            forgiven: Vec::new(),
        });
        self.record.operations.last_mut().expect("just pushed")
    }

    pub(super) fn swap(&mut self, out: (TokenAmount, i128), come: (TokenAmount, i128)) {
        self.operation(POOL, Reason::Swap, &[out], &[come], &[], &[]);
    }

    /// Keeps the books; they balance, and the lots are what is held.
    pub(super) fn keep(&self, method: Method, shares: ShareRule) -> Kept<'_> {
        self.try_keep(method, shares).expect("books")
    }

    pub(super) fn try_keep(&self, method: Method, shares: ShareRule) -> Result<Kept<'_>, BooksError> {
        let keeper = Bookkeeper::keep(&self.world, &self.record, Rules { method, shares })?;
        crate::books::lots_are_held(&keeper)?;
        let unbalanced = crate::books::unbalanced(&keeper.entered, keeper.quote);
        assert_eq!(unbalanced.map(|entered: &Entered| entered.reason), None);
        let gains = keeper.lines.iter().fold(0, |sum, line| sum + line.what.gain());
        let cost: Mark = keeper.inventories.values().map(|inventory| inventory.cost()).sum();
        let owed: Mark = keeper.debts.values().map(|(_, carried)| *carried).sum();
        assert_eq!(keeper.capital + gains, cost - owed, "what came and went is what is there");
        Ok(Kept { keeper })
    }
}

#[derive(Debug)]
pub(super) struct Kept<'a> {
    pub(super) keeper: Bookkeeper<'a>,
}

impl Kept<'_> {
    fn sum(&self, of: impl Fn(&TaxWhat) -> Option<Mark>) -> Mark {
        self.keeper.lines.iter().filter_map(|line| of(&line.what)).sum()
    }

    pub(super) fn income(&self, income: Income) -> Mark {
        self.sum(|what| match what {
            TaxWhat::Income(of, value) if *of == income => Some(*value),
            _ => None,
        })
    }

    pub(super) fn expense(&self, expense: Expense) -> Mark {
        self.sum(|what| match what {
            TaxWhat::Expense(of, value) if *of == expense => Some(*value),
            _ => None,
        })
    }

    /// Gains of disposals.
    pub(super) fn gains(&self) -> Mark {
        self.sum(|what| matches!(what, TaxWhat::Disposal { .. }).then(|| what.gain()))
    }

    /// Lines of disposals: why, amount, proceeds, cost.
    pub(super) fn disposals(&self) -> Vec<(Why, TokenAmount, Mark, Mark)> {
        let lines = self.keeper.lines.iter().filter_map(|line| match line.what {
            TaxWhat::Disposal { why, proceeds, cost, .. } => Some((why, line.amount, proceeds, cost)),
            _ => None,
        });
        lines.collect()
    }

    /// Lines of settled debts: why, amount, carried, given.
    pub(super) fn debts(&self) -> Vec<(Why, TokenAmount, Mark, Mark)> {
        let lines = self.keeper.lines.iter().filter_map(|line| match line.what {
            TaxWhat::Debt { why, carried, given } => Some((why, line.amount, carried, given)),
            _ => None,
        });
        lines.collect()
    }

    /// What is held of an asset, and its cost.
    pub(super) fn held(&self, asset: Asset) -> (U256, Mark) {
        let inventory = self.keeper.inventories.get(&asset);
        inventory.map_or((U256::ZERO, 0), |inventory| (inventory.held(), inventory.cost()))
    }
}

/// Something supplied at the bank, worth so many dollars.
pub(super) fn supplied(amount: TokenAmount, worth: i128) -> Line {
    Line { kind: LineKind::Supplied(BANK), amount, mark: dollars(worth) }
}

pub(super) fn owed(amount: TokenAmount, worth: i128) -> Line {
    Line { kind: LineKind::Owed(BANK), amount, mark: dollars(worth) }
}

pub(super) fn staked(amount: TokenAmount, worth: i128) -> Line {
    Line { kind: LineKind::Staked(STAKING), amount, mark: dollars(worth) }
}

pub(super) fn queued(amount: TokenAmount, worth: i128) -> Line {
    Line { kind: LineKind::Queued(LIQUID), amount, mark: dollars(worth) }
}
