//! Worked examples: the conversions by hand, each rounding and each refusal.

use levmine_math::{Bps, U256};
use levmine_vault::{Refusal, Vault};

use crate::support::{ALICE, assets, at, earning, of_integers, shares, vault};

/// 1000 units and 900 shares: converted with 1001 and 901.
fn small() -> levmine_erc4626::Erc4626Vault {
    vault(0, 1_000, 900)
}

#[test]
fn each_operation_rounds_for_the_vault() {
    let deposited = small().deposit(ALICE, assets(&small(), 100), at(0)).expect("done");
    // 100 · 901 ÷ 1001 = 90.009…
    assert_eq!(deposited.shares, U256::from(90));
    let minted = small().mint(ALICE, assets(&small(), 0).asset, shares(&small(), 90), at(0)).expect("done");
    // 90 · 1001 ÷ 901 = 99.988…
    assert_eq!(minted.paid, assets(&small(), 100));
    let redeemed = small().redeem(ALICE, shares(&small(), 90), Bps::ZERO, at(0)).expect("done");
    assert_eq!((redeemed.received, redeemed.loss), (assets(&small(), 99), U256::ZERO));
    let withdrawn = small().withdraw(ALICE, assets(&small(), 99), Bps::ZERO, at(0)).expect("done");
    // 99 · 901 ÷ 1001 = 89.109…
    assert_eq!(withdrawn.shares, U256::from(90));
    // 900 · 1001 ÷ 901 = 999.889…: the virtual share has the rest.
    assert_eq!(small().value(shares(&small(), 900), at(0)).expect("a value"), assets(&small(), 999));
}

#[test]
fn a_first_deposit_gives_a_share_for_a_token() {
    for offset in [0_u8, 6, 18] {
        let mut vault = vault(offset, 0, 0);
        let deposited = vault.deposit(ALICE, assets(&vault, 1_000_000), at(0)).expect("done");
        let expected = U256::from(1_000_000) * U256::from(10).pow(U256::from(offset));
        assert_eq!(deposited.shares, expected);
        let all =
            vault.redeem(ALICE, shares(&vault, u128::try_from(expected).expect("fits")), Bps::ONE, at(0));
        assert_eq!(all.expect("done").received, assets(&vault, 1_000_000));
    }
}

#[test]
fn a_donation_inflates_the_price_and_costs_the_donor() {
    // The attack on an empty vault: one unit deposited, ten thousand donated, then somebody else deposits.
    let mut vault = vault(0, 1, 1);
    let donated = levmine_config::parse_toml("donation.toml", "amount = \"10000\"").expect("a table");
    let mut fields = donated.fields().expect("a table");
    vault.special("donate", &mut fields, &|_| ALICE, at(0)).expect("read").expect("done");
    let victim = vault.deposit(ALICE, assets(&vault, 10_000), at(0)).expect("done");
    // 10000 · 2 ÷ 10002 = 1.9996: the victim loses half of a share.
    assert_eq!(victim.shares, U256::ONE);
    // And the attacker's share, for which he gave 10,001, is worth a third of all: 20002 ÷ 3.
    assert_eq!(vault.value(shares(&vault, 1), at(0)).expect("a value"), assets(&vault, 6_667));
    // With three decimals more the victim keeps all but two units: 1999 · 20002 ÷ 3999 = 9998.5.
    let mut offset = self::vault(3, 10_001, 1_000);
    let victim = offset.deposit(ALICE, assets(&offset, 10_000), at(0)).expect("done").shares;
    assert_eq!(victim, U256::from(1_999));
    let worth = offset.value(shares(&offset, 1_999), at(0)).expect("a value");
    assert_eq!(worth, assets(&offset, 9_998));
}

#[test]
fn what_is_above_the_most_is_refused_by_name() {
    let limited = || {
        let vault = small();
        levmine_erc4626::Erc4626Vault::new(vault.params().with_limit(U256::from(1_500)), *vault.state())
    };
    let asset = assets(&small(), 0).asset;
    assert_eq!(limited().max_deposit(asset, at(0)).expect("a limit"), U256::from(500));
    assert!(limited().deposit(ALICE, assets(&small(), 500), at(0)).is_ok());
    let refused = limited().deposit(ALICE, assets(&small(), 501), at(0)).expect_err("refused");
    assert_eq!(refused.code(), Some("ERC4626: deposit more than max"));
    assert_eq!(refused.refusal(), Some(Refusal::LimitReached));
    // 500 · 901 ÷ 1001 = 450.05
    assert!(limited().mint(ALICE, asset, shares(&small(), 450), at(0)).is_ok());
    let refused = limited().mint(ALICE, asset, shares(&small(), 451), at(0)).expect_err("refused");
    assert_eq!(refused.code(), Some("ERC4626: mint more than max"));
    let refused = small().withdraw(ALICE, assets(&small(), 1_000), Bps::ONE, at(0)).expect_err("refused");
    assert_eq!(refused.code(), Some("ERC4626: withdraw more than max"));
    let refused = small().redeem(ALICE, shares(&small(), 901), Bps::ONE, at(0)).expect_err("refused");
    assert_eq!(refused.code(), Some("ERC4626: redeem more than max"));
    assert_eq!(refused.refusal(), Some(Refusal::InsufficientBalance));
}

#[test]
fn arithmetic_fails_where_the_contract_does_and_by_its_name() {
    let code = |vault: &levmine_erc4626::Erc4626Vault, amount: U256| {
        let mut amount_of = assets(vault, 0);
        amount_of.raw = amount;
        vault.clone().deposit(ALICE, amount_of, at(0)).expect_err("refused").code()
    };
    // Ten shares for each unit do not fit.
    assert_eq!(code(&vault(1, 0, 0), U256::MAX), Some("Math: mulDiv overflow"));
    // The virtual share does not fit.
    assert_eq!(code(&of_integers(0, U256::from(7), U256::MAX), U256::ONE), Some("Panic(0x11)"));
    // Nobody has so much.
    assert_eq!(code(&vault(0, 7, 1), U256::MAX), Some("ERC20: transfer amount exceeds balance"));
    // The shares do not fit, the assets do.
    let full = of_integers(0, U256::from(1), U256::MAX - U256::from(2));
    assert_eq!(code(&full, U256::from(7)), Some("Math: mulDiv overflow"));
    let nearly = of_integers(0, U256::MAX - U256::from(9), U256::MAX - U256::from(2));
    assert_eq!(code(&nearly, U256::from(3)), Some("Panic(0x11)"));
    // 23 ÷ 3 for each share: these cost 2^256 − 1 and two thirds, and the unit that is rounded up does not fit.
    let vault = of_integers(0, U256::from(22), U256::from(2));
    let mint = |shares: U256| {
        let mut asked = self::shares(&vault, 0);
        asked.raw = shares;
        vault.clone().mint(ALICE, vault.params().asset(), asked, at(0)).expect_err("refused").code()
    };
    let three = U256::from(3);
    let edge = U256::MAX / U256::from(23) * three + U256::MAX % U256::from(23) * three / U256::from(23);
    let edge = edge + U256::ONE;
    assert_eq!(
        levmine_math::mul_div(edge, U256::from(23), three, levmine_math::Rounding::Down),
        Ok(U256::MAX)
    );
    assert_eq!(mint(edge), Some("Panic(0x11)"));
    assert_eq!(mint(edge + U256::ONE), Some("Math: mulDiv overflow"));
    assert_eq!(mint(edge - U256::ONE), Some("ERC20: transfer amount exceeds balance"));
}

#[test]
fn what_is_earned_comes_before_the_operation() {
    // 1,000,000 units at 10 % a year: 100,000 in a year.
    let vault = earning(&vault(0, 1_000_000, 1_000_000), 100_000_000_000_000_000);
    let year = at(31_536_000);
    // 110,000 · 1,000,001 ÷ 1,100,001 = 100,000.009…
    assert_eq!(vault.preview_deposit(assets(&vault, 110_000), year).expect("a preview"), U256::from(100_000));
    let mut later = vault.clone();
    let deposited = later.deposit(ALICE, assets(&vault, 110_000), year).expect("done");
    assert_eq!(deposited.shares, U256::from(100_000));
    // Paid in by somebody outside, then by the depositor, then the shares.
    let raw: Vec<U256> = deposited.transfers.iter().map(|transfer| transfer.amount.raw).collect();
    assert_eq!(raw, [100_000_u64, 110_000, 100_000].map(U256::from));
    assert_eq!(later.state().assets, U256::from(1_210_000));
}
