//! What venue tables may say.

use levmine_lending::LendingMarket;
use levmine_maker::Revision;
use levmine_math::U256;

use crate::markets::{asset, big, build, try_build};

#[test]
fn a_vault_type_in_a_persons_terms() {
    let market = build(
        r#"
        vault_type = "WBTC-X"
        collateral = "WBTC"
        liquidation_ratio = "145%"
        stability_fee = "5%"
        savings_rate = "1%"
        debt_floor = 7_500
        debt_ceiling = "1_000_000"
        total_ceiling = 2_000_000
        liquidation_penalty = "10%"
        flash_mint_limit = 0
        [auction]
        shape = "linear"
        tau = 7200
        buf = "120%"
        hole = 500_000
        Hole = 1_000_000
        [outsiders]
        collateral = 100.5
        debt = 1_000
        "#,
    );
    assert_eq!(market.assets(), [asset("WBTC"), asset("DAI")]);
    assert!(!market.capabilities().flash_loans);
    let dss = market.dss();
    let vault = &dss.ilks[0];
    assert_eq!(&*vault.name, "WBTC-X");
    assert_eq!(vault.spotter.mat, big("1450000000000000000000000000"));
    assert_eq!(vault.jug.duty, big("1000000001547125957863212448"));
    assert_eq!(vault.dog.chop, big("1100000000000000000"));
    assert_eq!(vault.calc.tau, U256::from(7_200));
    assert_eq!(vault.join.held, U256::from(10_050_000_000_u64));
    assert_eq!(vault.urns.iter().next().expect("the crowd").1.ink, big("100500000000000000000"));
    assert_eq!(vault.clip.chost, big("8250") * U256::from(10).pow(U256::from(45)));
    assert_eq!(market.issued()[0].raw, big("1000000000000000000000"));
    assert_eq!(market.holdings()[0].raw, vault.join.held);
}

#[test]
fn older_versions_have_their_own_auctions() {
    let terms = "collateral = \"WETH\"\nliquidation_ratio = \"150%\"\nstability_fee = \"0.5%\"\n";
    let lots = build(&format!(
        "version = \"1.0.2\"\n{terms}auction = {{ beg = \"5%\", ttl = 600, tau = 21600, lump = 25.5 }}"
    ));
    let vault = &lots.dss().ilks[0];
    assert_eq!(lots.dss().revision, Revision::V1_0_2);
    assert_eq!(vault.cat.lump, big("25500000000000000000"));
    assert_eq!(vault.flip.beg, big("1050000000000000000"));
    assert_eq!(vault.cat.chop, big("1130000000000000000000000000"));
    let debts = build(&format!("version = \"1.2.8\"\n{terms}auction = {{ dunk = 5_000, box = 20_000 }}"));
    assert_eq!(debts.dss().cat.limit, big("20000") * U256::from(10).pow(U256::from(45)));
    assert_eq!(debts.dss().ilks[0].cat.chop, big("1130000000000000000"));
}

#[test]
fn what_is_not_accepted_is_named() {
    let terms = "collateral = \"WETH\"\nliquidation_ratio = \"150%\"\nstability_fee = \"5%\"\n";
    for (table, expected) in [
        ("", "collateral"),
        ("collateral = \"WETH\"", "liquidation_ratio"),
        ("collateral = \"DAI\"\nliquidation_ratio = \"150%\"\nstability_fee = \"5%\"", "DAI"),
        ("collateral = \"WETH\"\nliquidation_ratio = \"90%\"\nstability_fee = \"5%\"", "above 100%"),
        ("collateral = \"WETH\"\nliquidation_ratio = \"150%\"\nstability_fee = \"-5%\"", "0% to 100%"),
        ("preset = \"eth-z\"", "eth-a"),
        ("preset = \"eth-a-2020-03-12\"\nversion = \"2.0\"", "1.0.2"),
        ("version = \"3\"", "2.0"),
    ] {
        let error = try_build(table).expect_err(table);
        assert!(error.contains(expected), "{table}: {error}");
    }
    for (more, expected) in [
        ("auction = { lump = 1 }", "lump"),
        ("auction = { shape = \"round\" }", "linear"),
        ("auction = { step = 0 }", "seconds"),
        ("outsiders = { collateral = 1 }", "debt"),
        ("debt_floor = -1", "whole tokens"),
        ("debt_ceiling = 1_000_000_000_000_000", "below 10^15"),
        ("vault_type = \"Hole\"", "ETH-A"),
        ("vault_types = { WETH-A = { collateral = \"WETH\" } }", "another name"),
        ("state = { vat = { ilk = { ETH-Z = {} } } }", "WETH-A"),
        ("state = { vat = { debt = \"-1\" } }", "integer"),
        ("state = { vat = { depth = \"1\" } }", "debt"),
        ("state = { clip = { WETH-A = { sale = { 1 = { tab = \"1\" } } } } }", "usr"),
        ("state = { jug = { WETH-A = { rho = \"99999999999999999999\" } } }", "2^62"),
        ("statte = {}", "state"),
    ] {
        let error = try_build(&format!("{terms}{more}")).expect_err(more);
        assert!(error.contains(expected), "{more}: {error}");
    }
}
