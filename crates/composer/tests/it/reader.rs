//! Strategy files that are not accepted: the line, what was read and what is accepted.

use crate::support::read;

#[test]
fn mistakes_are_told_with_their_line() {
    // The head of the file is three lines.
    for (body, parts) in [
        ("[[open]]\ndo = \"swop\"", &["s.toml:5", "\"swop\"", "did you mean \"swap\"?"][..]),
        ("[[open]]\ndo = \"supply\"\nat = \"bank\"", &["s.toml:4", "`amount` is missing"]),
        (
            "[[open]]\ndo = \"supply\"\nat = \"bonk\"\namount = \"all WETH\"",
            &["s.toml:6", "did you mean \"bank\"?"],
        ),
        ("[[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"all WETT\"", &["s.toml:7", "\"WETT\""]),
        ("[[open]]\ndo = \"zap\"\nat = \"pool\"\namounts = []", &["s.toml:7", "at least one amount"]),
        (
            "[[open]]\ndo = \"zap\"\nat = \"pool\"\namounts = [\"1 USDC\", \"2 USDC\"]",
            &["s.toml:7", "\"2 USDC\"", "each asset once"],
        ),
        (
            "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"60%\"\nto = \"WETH\"\nmax_slippage = \"-1%\"",
            &["s.toml:9", "\"-1%\"", "from 0% to 100%"],
        ),
        (
            "[[open]]\ndo = \"remove_liquidity\"\nat = \"pool\"\npart = \"101%\"",
            &["s.toml:7", "at most 100%"],
        ),
        ("[[open]]\ndo = \"set_mode\"\nat = \"bank\"\nmode = 256", &["s.toml:7", "256", "0 to 255"]),
        (
            "[[open]]\ndo = \"zap\"\nat = \"pool\"\namount = \"all USDC\"\nrange = [\"2400\", \"1600\"]",
            &["s.toml:8", "the lower one first"],
        ),
        (
            "[[open]]\ndo = \"zap\"\nat = \"pool\"\namount = \"all USDC\"\nrange = \"100%\"",
            &["s.toml:8", "100%", "like \"20%\""],
        ),
        ("[assets]\n\"pool#1\" = 0", &["s.toml:5", "without #"]),
        ("[[open]]\ndo = \"batch\"\nat = \"bank\"", &["s.toml:4", "`steps` is missing"]),
        (
            "[[open]]\ndo = \"redeem\"\nat = \"bank\"\namount = \"all USDC\"\nmax_loss = \"200%\"",
            &["s.toml:8", "200%", "from 0% to 100%"],
        ),
        (
            "[[open]]\ndo = \"loop\"\nat = \"bank\"\ncollateral = \"USDC\"\nborrow = \"USDC\"\nleverage = 1e90",
            &["s.toml:9", "1e90", "1 to 1000"],
        ),
        ("[[policy]]\nwhen = \"drowdown > 5%\"\ndo = \"close\"", &["s.toml:5", "did you mean \"drawdown\"?"]),
        ("[[policy]]\nwhen = \"drawdown > -5%\"\ndo = \"close\"", &["s.toml:5", "not negative"]),
        ("[[policy]]\nwhen = \"ltv > 5\"\ndo = \"close\"", &["s.toml:5", "a percentage"]),
        ("[[policy]]\nwhen = \"ltv = 5%\"\ndo = \"close\"", &["s.toml:5", "< or >"]),
        ("[[policy]]\nevery = \"0s\"\ndo = \"close\"", &["s.toml:5", "a duration"]),
        ("[[policy]]\ndo = \"close\"", &["s.toml:4", "exactly one of"]),
        ("[[policy]]\nwhen = \"ltv > 5%\"\nevery = \"1d\"\ndo = \"close\"", &["s.toml:4", "exactly one of"]),
        ("[[policy]]\nwhen = \"ltv > 5%\"\ndo = \"deleverage to 1\"", &["s.toml:6", "above 1"]),
        (
            "[[policy]]\nwhen = \"health_factor < 1.5\"\ndo = \"deleverage to 1.4\"",
            &["s.toml:4", "a target of at least 1.5"],
        ),
        ("[[policy]]\nwhen = \"price WETT < 5\"\ndo = \"close\"", &["s.toml:5", "did you mean \"WETH\"?"]),
        ("[[policy]]\nwhen = \"price < 5\"\ndo = \"close\"", &["s.toml:5", "price WETH < 1500"]),
        ("[[policy]]\nwhen = \"price WETH/WETH < 5\"\ndo = \"close\"", &["s.toml:5", "in another"]),
        ("[[policy]]\nwhen = \"net_apy < 5%\"\ndo = \"close\"", &["s.toml:5", "net_apy 7d"]),
        ("[[policy]]\nwhen = \"gas > 5\"\ndo = \"close\"", &["s.toml:5", "100 gwei"]),
        ("[[policy]]\nwhen = \"age > 5\"\ndo = \"close\"", &["s.toml:5", "a duration"]),
        ("[[policy]]\nwhen = \"ltv >= 5%\"\ndo = \"close\"", &["s.toml:5", "the sign is < or >"]),
        ("[[policy]]\nwhen = []\ndo = \"close\"", &["s.toml:5", "at least one condition"]),
        (
            "[[policy]]\nwhen = [\"ltv > 5%\", \"leverige > 2\"]\ndo = \"close\"",
            &["s.toml:5", "\"leverige > 2\"", "did you mean \"leverage\"?"],
        ),
        ("[[policy]]\nevery = \"1d\"\nfor = \"1h\"\ndo = \"close\"", &["s.toml:6", "beside `when`"]),
        ("[[policy]]\nwhen = \"ltv > 5%\"\nfor = \"1x\"\ndo = \"close\"", &["s.toml:6", "a duration"]),
        ("[[policy]]\nwhen = \"ltv > 5%\"\ncoldown = \"1h\"\ndo = \"close\"", &["s.toml:6", "`cooldown`"]),
        ("[keeper]\ndelay = \"2 minutes\"", &["s.toml:5", "a duration", "\"0s\" for none"]),
        ("[keeper]\nmax_gas = \"300\"", &["s.toml:5", "300 gwei"]),
        ("[keeper]\nmax_slippage = \"101%\"", &["s.toml:5", "0% to 100%"]),
        ("[keeper]\ngas = 60000001", &["s.toml:5", "0 to 60000000"]),
        ("[keeper]\nmax_gass = \"300 gwei\"", &["s.toml:5", "`max_gas`"]),
        ("[assets]\nUSDC = 18", &["s.toml:5", "USDC has 6 decimals"]),
        ("[assets]\nFOO = 37", &["s.toml:5", "at most 36"]),
        ("[assets]\nFOO = -1", &["s.toml:5", "0 to 36"]),
        ("[assets]\n\"a b\" = 1", &["s.toml:5", "printable"]),
        ("opne = []", &["s.toml:4", "did you mean `open`?"]),
    ] {
        let error = read(body).expect_err(body).to_string();
        for part in parts {
            assert!(error.contains(part), "no `{part}` in `{error}` of\n{body}");
        }
    }
}

#[test]
fn an_amount_may_stand_in_any_asset_of_the_file() {
    assert!(
        read("[assets]\nFOO = 3\n[[open]]\ndo = \"supply\"\nat = \"bank\"\namount = \"1.234 FOO\"").is_ok()
    );
}

#[test]
fn percentages_of_policies_are_told_as_they_were_written() {
    for action in [
        "rebalance to ltv 60.005% band 0.0001%",
        "refinance by 0.001%",
        "recenter 12.345%",
        "deleverage to ltv 50.125%",
    ] {
        let policies = read(&format!("policy = [{{ every = \"1h\", do = \"{action}\" }}]")).unwrap().policies;
        assert_eq!(policies[0].to_string(), format!("every 1h: {action}"));
    }
}
