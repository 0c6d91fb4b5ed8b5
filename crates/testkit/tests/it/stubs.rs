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
