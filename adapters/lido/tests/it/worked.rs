//! The worked figures of the specification.

use levmine_lido::report::Report;
use levmine_lido::{Holder, ShareRate, State};
use levmine_market::Account;
use levmine_math::U256;

fn number(text: &str) -> U256 {
    U256::from_str_radix(text, 10).expect("digits")
}

fn ether(tokens: u64) -> U256 {
    U256::from(tokens) * U256::from(10_u64.pow(18))
}

const ALICE: Holder = Holder::Account(Account::new(0));

/// 9500000000000000000000123 wei and 7900000000000000000000007 shares, with validators.
fn pool() -> State {
    let mut state = State::begun_with(U256::ZERO, 1);
    let (pooled, shares) = (number("9500000000000000000000123"), number("7900000000000000000000007"));
    state.cl_validators = U256::from(296_875);
    state.deposited_validators = state.cl_validators;
    state.cl_balance = pooled;
    state.total_shares = shares;
    state.ledger.set(Holder::Outside, shares);
    state
}

#[test]
fn wrapping_loses_a_wei_there_and_back() {
    let mut state = pool();
    let steth = ether(10);
    state.transfer(Holder::Outside, ALICE, steth + U256::ONE).expect("there is enough");
    let wrapped = state.wrap(ALICE, steth).expect("wrapped");
    assert_eq!(wrapped, number("8315789473684210526"));
    assert_eq!(state.unwrap(ALICE, wrapped).expect("unwrapped"), number("9999999999999999999"));
    assert_eq!(state.wsteth_supply, U256::ZERO);
    // What the second rounding leaves stays behind wstETH.
    assert_eq!(state.ledger.shares(Holder::WstEth), U256::ONE);
}

#[test]
fn staking_an_ether() {
    let mut state = pool();
    let staked = state.submit(ALICE, ether(1), 1).expect("staked");
    assert_eq!(staked.shares, number("831578947368421052"));
    assert_eq!(staked.steth, number("999999999999999999"));
    assert_eq!(state.balance(ALICE).expect("a balance"), staked.steth);
}

#[test]
fn a_day_at_three_percent() {
    let mut state = pool();
    let reward = number("780821917808219178082");
    let wrapped = ShareRate { ether: state.cl_balance, shares: state.total_shares };
    let wrapped = wrapped.shares_of(ether(10)).expect("shares");
    let report = Report {
        time: 86_400,
        elapsed: 86_400,
        cl_validators: state.cl_validators,
        cl_balance: state.cl_balance + reward,
        ..Report::default()
    };
    let reported = state.report(&report, 86_401).expect("a report");
    assert_eq!(reported.update.fee_shares, number("64926704052029027989"));
    let rate = state.rate().expect("a rate");
    assert_eq!(rate.ether_of(wrapped).expect("ether"), number("10000739726027397259"));
    // Half of the fee is the module's, rounded down; the rest is the treasury's.
    assert_eq!(state.ledger.shares(Holder::Module), number("32463352026014513994"));
    assert_eq!(state.ledger.shares(Holder::Treasury), number("32463352026014513995"));
}
