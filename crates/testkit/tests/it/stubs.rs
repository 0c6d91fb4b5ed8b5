use levmine_math::Bps;
use levmine_testkit::amm::{self as pools, PoolSetup};
use levmine_testkit::lending::{LendingSetup, conformance};
use levmine_testkit::stub;

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
