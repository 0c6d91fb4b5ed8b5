//! Events of scenarios at real venues.

use crate::support::Desk;

/// Ether at Compound V2, 55 % of it borrowed.
const LOAN: &str = r#"
name = "loan"
capital = "10 WETH"
[venues.compound]
protocol = "compound-v2"
preset = "ethereum-2022-09"
[[open]]
do = "supply"
at = "compound"
amount = "all WETH"
[[open]]
do = "borrow"
at = "compound"
amount = "USDC to ltv 55%"
"#;

fn scenario(event: &str) -> String {
    format!(
        "name = \"governed\"\nfrom = \"2024-01-01\"\nto = \"2024-01-05\"\nstep = \"1h\"\n{event}\n[prices]\n\
         USDC = \"1\"\nWETH = \"2000\"\n"
    )
}

#[test]
fn a_collateral_factor_is_changed_in_the_course_of_a_run() {
    let desk = Desk::new();
    desk.write("loan.toml", LOAN);
    for parameter in ["max_ltv", "liquidation_threshold"] {
        let event = format!("[[event]]\nafter = \"2d\"\ndo = \"govern compound WETH {parameter} 50%\"\n");
        desk.write("governed.toml", &scenario(&event));
        let answer = desk.levmine(&["run", "loan.toml", "--scenario", "governed.toml"]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        let told = format!("2024-01-03T00:00:00Z  govern compound WETH {parameter} 50%");
        assert!(answer.out.contains(&told) && !answer.out.contains("FAILED"), "{}", answer.out);
        assert!(answer.out.contains("2024-01-03T00:00:00Z  liquidated at compound"), "{}", answer.out);
    }
}

#[test]
fn a_collateral_factor_that_the_contract_refuses_is_refused_where_it_stands() {
    let desk = Desk::new();
    desk.write("loan.toml", LOAN);
    desk.write(
        "governed.toml",
        &scenario("[[event]]\nafter = \"2d\"\ndo = \"govern compound WETH max_ltv 95%\"\n"),
    );
    let answer = desk.levmine(&["run", "loan.toml", "--scenario", "governed.toml"]);
    assert_eq!(answer.code, 2, "{}", answer.err);
    assert!(answer.err.contains("governed.toml:7: event[0].do: read \"govern compound WETH max_ltv 95%\"; accepted: a change that the venue can make; "), "{}", answer.err);
}
