//! What the configurator refuses, version by version. The 3.0 rules are compared with the real contract in the parity
//! package; here stands what later versions changed.

use levmine_aave_v3::{AaveV3Market, VERSIONS};
use levmine_config::parse_toml;
use levmine_lending::{Amount, Context, LendingError, LendingMarket};
use levmine_market::{Account, Actor};
use levmine_math::U256;

use crate::markets::{SMALL, START, asset, decode, prices};

const ALICE: Account = Account::new(0);

/// Every version, and whether its errors are custom errors.
fn versions() -> impl Iterator<Item = (&'static str, bool)> {
    VERSIONS.iter().map(|rules| (rules.name, rules.custom_errors))
}

/// The small market before anybody has supplied anything; its category 1 has WETH and wstETH.
fn market(version: &str, more: &str) -> AaveV3Market {
    let (reserves, _) = SMALL.split_once("[liquidity.").expect("depth stands last");
    decode(&format!("version = \"{version}\"\n{reserves}\n{more}")).unwrap_or_else(|error| panic!("{error}"))
}

fn special(market: &mut AaveV3Market, name: &str, arguments: &str) -> Result<(), LendingError> {
    let node = parse_toml("op.toml", arguments).expect("valid");
    let mut fields = node.fields().expect("a table");
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let before = format!("{:?}", market.pool());
    let done = market.special(name, &mut fields, &|_| ALICE, &ctx).expect("readable").map(|_| ());
    fields.finish().expect("everything is read");
    if done.is_err() {
        assert_eq!(before, format!("{:?}", market.pool()), "{name} changed something and failed");
    }
    done
}

fn code(done: &Result<(), LendingError>) -> Option<&'static str> {
    done.as_ref().err().and_then(LendingError::code)
}

fn supply(market: &mut AaveV3Market, symbol: &str) {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let asset = asset(market, symbol);
    let amount = Amount::Exact(U256::from(1_000_000));
    market.supply(Actor::from(ALICE), asset, amount, &ctx).expect("supplied");
}

#[test]
fn a_reserve_in_use_stays_open_and_stays_collateral() {
    let disable = "asset = \"WBTC\"\nltv = 0\nliquidationThreshold = 0\nliquidationBonus = 0";
    for (version, custom) in versions() {
        let name = if custom { "ReserveLiquidityNotZero" } else { "RESERVE_LIQUIDITY_NOT_ZERO" };
        let mut used = market(version, "");
        supply(&mut used, "WBTC");
        let close = "asset = \"WBTC\"\nactive = false";
        assert_eq!(code(&special(&mut used, "setReserveActive", close)), Some(name), "{version}");
        assert_eq!(code(&special(&mut used, "setReserveCollateral", disable)), Some(name), "{version}");
        let mut unused = market(version, "");
        special(&mut unused, "setReserveCollateral", disable).expect("nobody has supplied it");
        special(&mut unused, "setReserveActive", close).expect("nobody has supplied it");
    }
}

#[test]
fn the_bonus_is_looked_at_before_the_use() {
    let mut used = market("3.0", "");
    supply(&mut used, "WBTC");
    let left = "asset = \"WBTC\"\nltv = 0\nliquidationThreshold = 0\nliquidationBonus = 10500";
    assert_eq!(code(&special(&mut used, "setReserveCollateral", left)), Some("INVALID_RESERVE_PARAMS"));
}

#[test]
fn collateral_in_use_cannot_be_isolated() {
    let ceiling = "asset = \"WBTC\"\ndebtCeiling = 100000";
    for (version, custom) in versions() {
        let mut used = market(version, "");
        supply(&mut used, "WBTC");
        let done = special(&mut used, "setDebtCeiling", ceiling);
        if version == "3.7" {
            assert!(done.is_err(), "isolation mode is gone");
            continue;
        }
        let name = if custom { "ReserveLiquidityNotZero" } else { "RESERVE_LIQUIDITY_NOT_ZERO" };
        assert_eq!(code(&done), Some(name), "{version}");
        let mut unused = market(version, "");
        special(&mut unused, "setDebtCeiling", ceiling).expect("nobody has supplied it");
        supply(&mut unused, "WBTC");
        special(&mut unused, "setDebtCeiling", "asset = \"WBTC\"\ndebtCeiling = 5").expect("it is isolated");
        let name = if custom { "InvalidDebtCeiling" } else { "INVALID_DEBT_CEILING" };
        let large = special(&mut unused, "setDebtCeiling", "asset = \"WBTC\"\ndebtCeiling = 1099511627776");
        assert_eq!(code(&large), Some(name), "{version}");
    }
}

/// Up to 3.0 any supply counts, then only that of collateral, and since 3.6 that of a category's collateral too.
#[test]
fn what_is_no_collateral_can_be_isolated_since_3_1() {
    let plain = "[reserves.RPL]\ncollateral = false\nreserve_factor = \"20%\"\nborrowable = false\n";
    let category = "[categories.2]\nmax_ltv = \"50%\"\nliquidation_threshold = \"60%\"\n\
                    liquidation_bonus = \"5%\"\nassets = [\"RPL\"]\n";
    let ceiling = "asset = \"RPL\"\ndebtCeiling = 100000";
    for (version, custom) in versions().filter(|(version, _)| *version != "3.7") {
        let name = if custom { "ReserveLiquidityNotZero" } else { "RESERVE_LIQUIDITY_NOT_ZERO" };
        for (table, refused) in [
            (plain.to_string(), version == "3.0"),
            (format!("{plain}{category}"), matches!(version, "3.0" | "3.6")),
        ] {
            let mut used = market(version, &table);
            supply(&mut used, "RPL");
            let done = special(&mut used, "setDebtCeiling", ceiling);
            assert_eq!(code(&done), refused.then_some(name), "{version}: {table}");
        }
    }
}

#[test]
fn a_debt_cannot_become_siloed() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    for (version, custom) in versions() {
        let mut market = market(version, "");
        supply(&mut market, "WBTC");
        supply(&mut market, "USDC");
        let usdc = asset(&market, "USDC");
        market.borrow(Actor::from(ALICE), usdc, Amount::Exact(U256::from(1_000)), &ctx).expect("borrowed");
        let name = if custom { "ReserveDebtNotZero" } else { "RESERVE_DEBT_NOT_ZERO" };
        let siloed = "asset = \"USDC\"\nsiloed = true";
        assert_eq!(code(&special(&mut market, "setSiloedBorrowing", siloed)), Some(name), "{version}");
        special(&mut market, "setSiloedBorrowing", "asset = \"USDC\"\nsiloed = false").expect("it ends");
        special(&mut market, "setSiloedBorrowing", "asset = \"WBTC\"\nsiloed = true")
            .expect("nobody owes it");
    }
}

#[test]
fn a_category_is_above_its_members_up_to_3_1() {
    for (version, custom) in versions() {
        let mut market = market(version, "");
        let id = market.pool().reserve_id(asset(&market, "WETH")).expect("listed");
        let own = market.pool().reserve(id).expect("listed").params;
        let set = |ltv: u16, threshold: u16| {
            format!(
                "categoryId = 1\nltv = {ltv}\nliquidationThreshold = {threshold}\nliquidationBonus = 10100"
            )
        };
        let bound = matches!(version, "3.0" | "3.1");
        let name = if custom { "InvalidEmodeCategoryParams" } else { "INVALID_EMODE_CATEGORY_PARAMS" };
        let (ltv, threshold) = (own.ltv, own.liquidation_threshold);
        for arguments in [set(ltv, threshold + 1), set(ltv + 1, threshold)] {
            let done = special(&mut market, "setEModeCategory", &arguments);
            assert_eq!(code(&done), bound.then_some(name), "{version}: {arguments}");
        }
        special(&mut market, "setEModeCategory", &set(ltv + 1, threshold + 1)).expect("above");
        let nobody = special(
            &mut market,
            "setEModeCategory",
            "categoryId = 0\nltv = 9500\nliquidationThreshold = 9600\nliquidationBonus = 10100",
        );
        let name = if custom { "EModeCategoryReserved" } else { "EMODE_CATEGORY_RESERVED" };
        assert_eq!(code(&nobody), Some(name), "{version}");
    }
}

/// A frozen reserve has no LTV since 3.1, and its category must be above the one that will come back.
#[test]
fn a_frozen_member_counts_with_the_ltv_it_will_have_again() {
    let mut market = market("3.1", "");
    let id = market.pool().reserve_id(asset(&market, "WETH")).expect("listed");
    let own = market.pool().reserve(id).expect("listed").params;
    special(&mut market, "setReserveFreeze", "asset = \"WETH\"\nfreeze = true").expect("frozen");
    assert_eq!(market.pool().reserve(id).expect("listed").params.ltv, 0);
    let below =
        format!("categoryId = 1\nltv = {}\nliquidationThreshold = 9500\nliquidationBonus = 10100", own.ltv);
    let done = special(&mut market, "setEModeCategory", &below);
    assert_eq!(code(&done), Some("INVALID_EMODE_CATEGORY_PARAMS"));
}

#[test]
fn a_reserve_changes_its_category_up_to_3_1() {
    for (version, _) in versions() {
        let mut market = market(version, "");
        let id = market.pool().reserve_id(asset(&market, "WBTC")).expect("listed");
        let done = special(&mut market, "setAssetEModeCategory", "asset = \"WBTC\"\ncategoryId = 1");
        if !matches!(version, "3.0" | "3.1") {
            assert!(done.is_err(), "{version}: categories have sets of assets");
            continue;
        }
        done.expect("the category is above");
        assert_eq!(market.pool().category_of(id), 1);
        let unknown = special(&mut market, "setAssetEModeCategory", "asset = \"WBTC\"\ncategoryId = 9");
        assert_eq!(code(&unknown), Some("INVALID_EMODE_CATEGORY_ASSIGNMENT"));
        special(&mut market, "setAssetEModeCategory", "asset = \"WBTC\"\ncategoryId = 0").expect("out");
        assert_eq!(market.pool().category_of(id), 0);
    }
}

#[test]
fn a_grace_period_lasts_four_hours_at_most() {
    for (version, custom) in versions() {
        let mut market = market(version, "");
        let pause = |grace: u64| format!("asset = \"WETH\"\npaused = false\ngracePeriod = {grace}");
        special(&mut market, "setReservePause", &pause(14_400)).expect("four hours");
        let done = special(&mut market, "setReservePause", &pause(14_401));
        let name = if custom { "InvalidGracePeriod" } else { "INVALID_GRACE_PERIOD" };
        assert_eq!(code(&done), (version != "3.0").then_some(name), "{version}");
    }
}
