//! What the journal takes, takes back, and finds.

use levmine_market::{
    Account, Asset, AuditError, Holder, Journal, MarketError, Outside, Reason, Timestamp, TokenAmount,
    Transfer, VenueId,
};
use levmine_math::U256;

const VENUE: VenueId = VenueId(3);
const FARMER: Account = Account::new(1);
const WALLET: Holder = Holder::Wallet(FARMER);

fn usdc(raw: u64) -> TokenAmount {
    TokenAmount::new(Asset::new("USDC", 6).unwrap(), U256::from(raw))
}

fn share(raw: u64) -> TokenAmount {
    TokenAmount::new(Asset::new("pool-LP", 18).unwrap(), U256::from(raw))
}

/// A capital of 1,000, of which 400 went into the venue for 40 shares.
fn journal() -> Journal {
    let mut journal = Journal::default();
    journal.begin(Timestamp(5));
    journal.post(Holder::Outside(Outside::Capital), WALLET, usdc(1_000), Reason::Capital).unwrap();
    let transfers = [Transfer::pay(FARMER, usdc(400)), Transfer::mint(FARMER, share(40))];
    journal.post_all(VENUE, &transfers, Reason::AddLiquidity).unwrap();
    journal
}

fn audit(journal: &Journal, held: u64, issued: u64) -> Result<levmine_market::Audit, AuditError> {
    journal.audit(&[(VENUE, usdc(held))], &[(VENUE, share(issued))])
}

#[test]
fn movements_add_up() {
    let journal = journal();
    assert_eq!(journal.balance(WALLET, usdc(0).asset), U256::from(600));
    assert_eq!(journal.balance(Holder::Venue(VENUE), usdc(0).asset), U256::from(400));
    assert_eq!(journal.balances(WALLET).collect::<Vec<_>>(), [usdc(600), share(40)]);
    assert_eq!(journal.entries().len(), 3);
    let audit = audit(&journal, 400, 40).unwrap();
    assert_eq!((audit.movements, audit.balances, audit.supplies), (3, 1, 1));
}

#[test]
fn nobody_gives_what_he_has_not() {
    let mut journal = journal();
    let before = format!("{journal:?}");
    let refused = journal.post(WALLET, Holder::Venue(VENUE), usdc(601), Reason::Supply);
    assert!(matches!(refused, Err(MarketError::InsufficientBalance { .. })), "{refused:?}");
    assert!(journal.post(Holder::Venue(VENUE), WALLET, usdc(401), Reason::Withdraw).is_err());
    assert_eq!(before, format!("{journal:?}"));
}

#[test]
fn a_rollback_takes_everything_back() {
    let mut journal = journal();
    let (before, checkpoint) = (format!("{journal:?}"), journal.checkpoint());
    journal.begin(Timestamp(9));
    journal.post(WALLET, Holder::Venue(VENUE), usdc(600), Reason::Supply).unwrap();
    let outsider = Account::outsider(0);
    journal.post_all(VENUE, &[Transfer::receive(outsider, usdc(7))], Reason::Swap).unwrap();
    assert_ne!(before, format!("{journal:?}"));
    journal.rollback(checkpoint);
    assert_eq!(before, format!("{journal:?}"));
}

#[test]
fn an_audit_finds_a_missing_base_unit() {
    let journal = journal();
    for held in [399, 401] {
        assert!(matches!(audit(&journal, held, 40), Err(AuditError::Holdings { .. })), "{held}");
    }
}

#[test]
fn an_audit_finds_a_wrong_supply() {
    let journal = journal();
    for issued in [39, 41] {
        assert!(matches!(audit(&journal, 400, issued), Err(AuditError::Supply { .. })), "{issued}");
    }
}

#[test]
fn an_audit_finds_what_a_venue_does_not_tell_of() {
    let journal = journal();
    let forgotten = journal.audit(&[], &[(VENUE, share(40))]);
    assert!(matches!(forgotten, Err(AuditError::Holdings { .. })), "{forgotten:?}");
    let forgotten = journal.audit(&[(VENUE, usdc(400))], &[]);
    assert!(matches!(forgotten, Err(AuditError::Supply { .. })), "{forgotten:?}");
}

#[test]
fn an_audit_finds_more_burned_than_was_ever_minted() {
    let mut journal = journal();
    // An outsider burns shares that nobody minted to him.
    let burn = [Transfer::burn(Account::outsider(0), share(41))];
    journal.post_all(VENUE, &burn, Reason::RemoveLiquidity).unwrap();
    assert!(matches!(audit(&journal, 400, 0), Err(AuditError::Supply { .. })));
}
