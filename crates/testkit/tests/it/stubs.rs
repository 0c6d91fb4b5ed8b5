use levmine_math::Bps;
use levmine_testkit::amm::{self as pools, PoolSetup};
use levmine_testkit::lending::{LendingSetup, conformance};
use levmine_testkit::stub;
use levmine_testkit::vault::{self as vaults, VaultSetup};

#[test]
fn pooled() {
    conformance(&LendingSetup::new(stub::pooled(), stub::prices(), stub::START));
}

#[test]
fn vault() {
    conformance(&LendingSetup::new(stub::vault(), stub::prices(), stub::START));
}

#[test]
fn absorber() {
    conformance(&LendingSetup::new(stub::absorber(), stub::prices(), stub::START));
}

#[test]
fn constant_product() {
    pools::conformance(&PoolSetup::new(stub::pool(), stub::prices(), stub::START));
}

#[test]
fn constant_product_with_a_fee() {
    let pool = stub::ConstantProduct::new(
        (stub::wbtc(), stub::tokens(stub::wbtc(), 500)),
        (stub::dai(), stub::tokens(stub::dai(), 20_000_000)),
        stub::asset("LP", 18),
    );
    let pool = Box::new(pool.with_fee(Bps::new(30)));
    pools::conformance(&PoolSetup::new(pool, stub::prices(), stub::START));
}

#[test]
fn savings() {
    let report = vaults::conformance(&VaultSetup::new(stub::savings(), stub::START));
    // Nothing else is skipped: it has no queue, no rewards, no rebasing share, and its dump is no whole state.
    let skipped: Vec<_> = report.skipped().collect();
    assert_eq!(
        skipped,
        [
            "dump_round_trips",
            "the_queue_conserves",
            "claims_pay_what_was_claimable",
            "strangers_earn_nothing",
            "the_ledger_sums_up",
            "rebases_are_shared"
        ]
    );
}

#[test]
fn savings_that_lose_by_leaving() {
    let vault = stub::Savings::new(stub::dai(), stub::asset("saDAI", 18), stub::START)
        .with_deposits(stub::tokens(stub::dai(), 3_000_000), stub::tokens(stub::dai(), 2_000_000))
        .with_exit_loss(Bps::new(30));
    vaults::conformance(&VaultSetup::new(Box::new(vault), stub::START));
}

#[test]
fn staking() {
    vaults::conformance(&VaultSetup::new(stub::staking(), stub::START));
}

#[test]
fn liquid() {
    vaults::conformance(&VaultSetup::new(stub::liquid(), stub::START));
}
