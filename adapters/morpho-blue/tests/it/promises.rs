//! What the adapter promises beyond the conformance suite: the contract's own functions too are all or nothing, conserve
//! what the positions sum up to, and stay on their own copy.

use levmine_config::parse_json;
use levmine_lending::{Context, LendingError, LendingMarket, Refusal};
use levmine_market::{Account, Moment, PriceBook, Timestamp};
use levmine_math::U256;
use levmine_morpho_blue::{MorphoBlueMarket, MorphoError, Part};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::markets::{START, asset, decode_json, u};

const NAMES: [&str; 4] = ["alice", "bob", "carol", "gov"];

/// One call: what, who, for whom, two amounts, seconds that pass.
#[derive(Debug, Clone)]
struct Draft {
    kind: u8,
    who: usize,
    other: usize,
    amounts: [u128; 2],
    seconds: u32,
}

fn draft() -> impl Strategy<Value = Draft> {
    let amount =
        || prop_oneof![Just(0_u128), 1_u128..10_u128.pow(6), 1_u128..10_u128.pow(21), Just(u128::MAX)];
    (0_u8..18, 0_usize..4, 0_usize..4, [amount(), amount()], 0_u32..10_000_000)
        .prop_map(|(kind, who, other, amounts, seconds)| Draft { kind, who, other, amounts, seconds })
}

fn empty() -> MorphoBlueMarket {
    let users: serde_json::Map<String, Value> =
        NAMES.iter().map(|name| ((*name).to_string(), json!({}))).collect();
    decode_json(&json!({
        "preset": "wsteth-weth",
        "state": {
            "rateAtTarget": "1268391679",
            "fee": "100000000000000000",
            "oraclePrice": "1155000000000000000000000000000000000",
            "owner": "gov",
            "users": users,
        },
    }))
    .expect("a market")
}

fn call(draft: &Draft) -> (&'static str, Value) {
    let (by, other) = (NAMES[draft.who], NAMES[draft.other]);
    let [first, second] = draft.amounts.map(|amount| amount.to_string());
    // Mostly one of both.
    let (assets, shares) =
        if draft.seconds.is_multiple_of(2) { (first.as_str(), "0") } else { ("0", second.as_str()) };
    let plain = json!({ "by": by, "onBehalf": other, "assets": assets, "shares": shares });
    let collateral = json!({ "by": by, "onBehalf": other, "assets": first });
    match draft.kind {
        0..=2 => ("callSupply", plain),
        3 => ("callWithdraw", plain),
        4..=6 => ("callBorrow", plain),
        7 => ("callRepay", plain),
        8..=10 => ("supplyCollateral", collateral),
        11 => ("withdrawCollateral", collateral),
        12 => (
            "callLiquidate",
            json!({ "by": by, "borrower": other, "seizedAssets": assets, "repaidShares": shares }),
        ),
        13 => ("setAuthorization", json!({ "by": by, "authorized": other, "isAuthorized": true })),
        14 => ("setFee", json!({ "by": "gov", "fee": second })),
        15 => ("setFeeRecipient", json!({ "by": "gov", "feeRecipient": other })),
        16 => ("setPrice", json!({ "price": first })),
        _ => ("accrueInterest", json!({ "by": by })),
    }
}

/// Runs it: `None` where it was refused.
fn apply(market: &mut MorphoBlueMarket, draft: &Draft, ctx: &Context<'_>) -> Option<()> {
    let (name, arguments) = call(draft);
    let node = parse_json("op.json", &arguments.to_string()).expect("valid");
    let mut fields = node.fields().expect("a table");
    let accounts = |name: &str| {
        let number = NAMES.iter().position(|known| *known == name).expect("a known name");
        Account::new(u32::try_from(number).expect("few"))
    };
    let done = market.special(name, &mut fields, &accounts, ctx).expect("readable");
    fields.finish().expect("nothing left");
    done.ok().map(drop)
}

/// Totals are the sums of the positions, and Morpho has what it owes.
fn sound(market: &MorphoBlueMarket) {
    let state = market.state();
    let mut sums = (state.totals.ownerless_shares, U256::ZERO, U256::ZERO);
    for position in state.positions.values() {
        sums.0 += position.supply_shares;
        sums.1 += u(position.borrow_shares);
        sums.2 += u(position.collateral);
    }
    let totals = &state.totals;
    assert_eq!(sums, (u(totals.supply.shares), u(totals.borrow.shares), totals.collateral_held));
    assert!(totals.borrow.assets <= totals.supply.assets);
    assert!(totals.loan_held >= u(totals.supply.assets - totals.borrow.assets));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_contracts_functions_keep_the_promises(drafts in prop::collection::vec(draft(), 1..60)) {
        let mut market = empty();
        let book = PriceBook::new();
        let mut time = START.time.0;
        for draft in &drafts {
            time += u64::from(draft.seconds);
            let ctx = Context { now: Moment { time: Timestamp(time), block: 0 }, prices: &book };
            let (before, fork) = (market.dump(), market.fork());
            if apply(&mut market, draft, &ctx).is_none() {
                prop_assert_eq!(market.dump(), before.clone(), "{:?} was refused and changed something", draft);
            }
            prop_assert_eq!(fork.dump(), before, "{:?} reached the copy", draft);
            sound(&market);
        }
    }
}

#[test]
fn what_is_not_known_is_not_supported() {
    let mut market = empty();
    let node = parse_json("op.json", "{}").expect("valid");
    let mut fields = node.fields().expect("a table");
    let book = PriceBook::new();
    let ctx = Context { now: START, prices: &book };
    let done = market.special("mint", &mut fields, &|_| Account::new(0), &ctx).expect("readable");
    assert!(matches!(done, Err(LendingError::Unsupported { .. })), "{done:?}");
}

#[test]
fn errors_speak_the_contracts_words() {
    let exceeds = |part, has| MorphoError::ExceedsPosition { part, has: u(has), needed: u(9) };
    for (error, code, refusal) in [
        (MorphoError::NotOwner, "not owner", Refusal::Unauthorized),
        (MorphoError::MaxLltvExceeded { lltv: u(1) }, "max LLTV exceeded", Refusal::Other),
        (MorphoError::MaxFeeExceeded { fee: u(1) }, "max fee exceeded", Refusal::Other),
        (MorphoError::AlreadySet { what: "fee" }, "already set", Refusal::Other),
        (MorphoError::IrmNotEnabled { irm: "none" }, "IRM not enabled", Refusal::Other),
        (MorphoError::LltvNotEnabled { lltv: u(1) }, "LLTV not enabled", Refusal::Other),
        (MorphoError::MarketAlreadyCreated, "market already created", Refusal::Other),
        (MorphoError::MarketNotCreated, "market not created", Refusal::Closed),
        (MorphoError::ZeroAssets, "zero assets", Refusal::InvalidAmount),
        (MorphoError::ZeroAddress, "zero address", Refusal::NotAllowed),
        (MorphoError::NotMorpho, "not Morpho", Refusal::Unauthorized),
        (exceeds(Part::BorrowShares, 0), "Panic(0x11)", Refusal::NoDebt),
        (exceeds(Part::BorrowShares, 5), "Panic(0x11)", Refusal::InvalidAmount),
        (exceeds(Part::SupplyShares, 5), "Panic(0x11)", Refusal::InsufficientBalance),
        (
            MorphoError::TransferReverted { asset: asset("WETH"), available: u(0), needed: u(1) },
            "transfer reverted",
            Refusal::InsufficientLiquidity,
        ),
        (MorphoError::MaxUint128Exceeded { value: u(1) }, "max uint128 exceeded", Refusal::Arithmetic),
    ] {
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(error.refusal(), refusal, "{error}");
        let lending = LendingError::from(error);
        assert_eq!(lending.code(), Some(code));
    }
}
