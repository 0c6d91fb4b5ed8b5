//! The worked examples of the specification, through the trait.

use levmine_amm::{Deposit, Refusal, Removal};
use levmine_market::{Party, Transfer};
use levmine_math::U256;
use levmine_uniswap_v2::{Pair, PairState, ProtocolFee, SwapFee, library};

use crate::support::{ALICE, amounts, at, book, build, coin, custom, integer, sell, weth_usdc};

#[test]
fn swaps_pay_what_the_router_pays() {
    let mut pool = weth_usdc();
    let usdc = coin(&*pool, 1);
    let one = sell(&*pool, 0, 1_000_000_000_000_000_000_u64);
    let quote = pool.quote_exact_in(one, usdc, at(0)).expect("a quote");
    assert_eq!(quote.buy.raw, U256::from(1_993_602_475));
    assert_eq!(quote.fees.liquidity.raw, U256::from(3_000_000_000_000_000_u64));
    let dust = pool.quote_exact_in(sell(&*pool, 0, 1_000_000_000), usdc, at(0)).expect("a quote");
    assert_eq!(dust.buy.raw, U256::ONE);
    let thousand = sell(&*pool, 1, 1_000_000_000);
    let quote = pool.quote_exact_out(one.asset, thousand, at(0)).expect("a quote");
    assert_eq!(quote.sell.raw, integer("501554669007522618"));

    let swap = pool.swap_exact_in(ALICE, one, usdc, U256::from(1_993_602_475), at(0)).expect("a swap");
    assert_eq!(
        swap.transfers.as_slice(),
        [Transfer::pay(ALICE, one), Transfer::receive(ALICE, swap.quote.buy)]
    );
    assert_eq!(pool.reserves(), amounts(integer("5001000000000000000000"), integer("9998006397525")));
}

#[test]
fn the_first_mint_locks_a_thousand_shares() {
    let mut pool = build("coins = [\"WETH\", \"USDC\"]\nreserves = [\"0\", \"0\"]").expect("an empty pool");
    let deposit = Deposit::of(amounts(integer("5000000000000000000000"), integer("10000000000000")));
    let added = pool.add_liquidity(ALICE, &deposit, at(0)).expect("a first mint");
    assert_eq!(added.shares.raw, integer("223606797749977969"));
    let [supply] = pool.issued()[..] else { panic!("one share") };
    assert_eq!(supply.raw, integer("223606797749978969"));
    let locked =
        added.transfers.iter().find(|transfer| transfer.to == Party::Venue && transfer.from == Party::Issuer);
    assert_eq!(locked.map(|transfer| transfer.amount.raw), Some(U256::from(1_000)));
}

#[test]
fn what_is_out_of_proportion_is_a_gift() {
    let state = PairState::of_reserves([5_000_000_000_000_000_000_000, 10_000_000_000_000], None, 0);
    let mut pair = Pair::new(state.expect("a state"), SwapFee::UNISWAP, None).expect("a pair");
    let minted = pair.mint([integer("10000000000000000000"), integer("20001000000")], 0).expect("a mint");
    assert_eq!(minted.shares, integer("447213595499957"));
    let burned = pair.burn(minted.shares, 0).expect("a burn");
    assert_eq!(burned.amounts, [integer("9999999999999979067"), integer("20000001996")]);
}

#[test]
fn the_protocol_takes_a_sixth_of_the_growth() {
    let mut state = PairState::of_reserves(
        [5_000_000_000_000_000_000_000, 10_000_000_000_000],
        Some(ProtocolFee::UNISWAP),
        0,
    )
    .expect("a state");
    state.reserves = [5_050_000_000_000_000_000_000, 10_100_000_000_000];
    state.balances = state.reserves.map(U256::from);
    let mut pair = Pair::new(state, SwapFee::UNISWAP, Some(ProtocolFee::UNISWAP)).expect("a pair");
    assert_eq!(pair.pending_protocol_shares(), Ok(integer("369598012809882")));
    let minted = pair.mint([integer("5050000000000000000"), integer("10100000000")], 0).expect("a mint");
    assert_eq!(minted.protocol, integer("369598012809882"));
    // A thousandth of the reserves for a thousandth of the supply, the protocol's new shares included.
    assert_eq!(minted.shares, integer("223976395762788"));
    assert_eq!(pair.state().fee_to_shares, minted.protocol);
    // Measured from here on.
    assert_eq!(pair.pending_protocol_shares(), Ok(U256::ZERO));
    let [reserve0, reserve1] = pair.state().reserves.map(U256::from);
    assert_eq!(pair.state().k_last, reserve0 * reserve1);
    // Switched off, the next mint or burn forgets the product.
    pair.set_protocol_fee(None);
    pair.burn(minted.shares, 0).expect("a burn");
    assert_eq!(pair.state().k_last, U256::ZERO);
}

#[test]
fn a_zap_leaves_dust() {
    let mut pool = weth_usdc();
    let given = amounts(integer("100000000000000000000"), 0_u64);
    let (sold, usdc) = pool.zap_swap(&given, at(0)).expect("an answer").expect("a swap");
    assert_eq!(sold.raw, integer("49827210549979131119"));
    let swap = pool.swap_exact_in(ALICE, sold, usdc, U256::ZERO, at(0)).expect("a swap");
    assert_eq!(swap.quote.buy.raw, integer("98378018529"));
    // The router takes all of the coin named first, and rounds the other down: the dust is a gift, or it is kept.
    let rest = amounts(integer("50172789450020868881"), swap.quote.buy.raw);
    let added = pool.add_liquidity(ALICE, &Deposit::of(rest), at(0)).expect("added");
    assert_eq!(added.used, amounts(integer("50172789450020868881"), integer("98378018529")));

    let mut pool =
        build("coins = [\"USDC\", \"WETH\"]\nreserves = [\"10000000\", \"5000\"]").expect("a pool");
    pool.swap_exact_in(ALICE, sold, usdc, U256::ZERO, at(0)).expect("a swap");
    let rest = amounts(swap.quote.buy.raw, integer("50172789450020868881"));
    let added = pool.add_liquidity(ALICE, &Deposit::of(rest), at(0)).expect("added");
    assert_eq!(added.used, amounts(integer("98378018529"), integer("50172789449787706191")));

    let given = amounts(integer("100000000000000000000"), integer("50000000000"));
    let (sold, _) = weth_usdc().zap_swap(&given, at(0)).expect("an answer").expect("a swap");
    assert_eq!(sold.raw, integer("37231079970196199501"));
}

#[test]
fn the_search_finds_the_closed_form() {
    for (first, second) in [("100000000000000000000", "0"), ("0", "5000000000"), ("7", "30000000000")] {
        let pool = weth_usdc();
        let given = amounts(integer(first), integer(second));
        let (exact, _) = pool.zap_swap(&given, at(0)).expect("an answer").expect("a swap");
        let (found, _) = levmine_amm::zap_search(&*pool, &given, at(0)).expect("an answer").expect("a swap");
        assert_eq!(found.asset, exact.asset);
        // The last base unit of USDC decides over a stretch of wei.
        let (apart, size) = (found.raw.abs_diff(exact.raw), exact.raw);
        assert!(apart <= size / U256::from(100_000) + U256::ONE, "{found} {exact}");
    }
    let pool = weth_usdc();
    let fitting = amounts(integer("5000000000"), 10_u64);
    assert_eq!(levmine_amm::zap_search(&*pool, &fitting, at(0)).expect("an answer"), None);
}

#[test]
fn the_accumulator_holds_the_price_before() {
    let mut pool = weth_usdc();
    let usdc = coin(&*pool, 1);
    let one = sell(&*pool, 0, 1_000_000_000_000_000_000_u64);
    pool.swap_exact_in(ALICE, one, usdc, U256::ZERO, at(10)).expect("a swap");
    let text = |key: &str| format!("{:?}", pool.dump().get(key).expect("a key"));
    assert_eq!(text("price0CumulativeLast"), "Text(\"103845937170696552570609920\")");
    assert_eq!(text("blockTimestampLast"), "Text(\"1700000010\")");
}

#[test]
fn a_share_is_worth_what_the_invariant_says() {
    let mut pool = weth_usdc();
    let prices = book(&*pool, [2_000_000_000_000_000_000_000, 1_000_000_000_000_000_000]);
    let share = pool.share().expect("a share");
    let shares = levmine_market::TokenAmount::new(share, U256::from(1_000_000_000_000_000_u64));
    let before = pool.fair_value(shares, &prices, at(0)).expect("a value");
    assert_eq!(before.to_string(), "89442.719099991588112733");
    // Somebody doubles the WETH in the pool: the value rises by the fee of that swap, 0.075 %.
    let (usdc, lots) = (coin(&*pool, 1), sell(&*pool, 0, 5_000_000_000_000_000_000_000_u128));
    pool.swap_exact_in(ALICE, lots, usdc, U256::ZERO, at(0)).expect("a swap");
    let after = pool.fair_value(shares, &prices, at(0)).expect("a value");
    let growth = (after.raw() - before.raw()) * U256::from(1_000_000) / before.raw();
    assert_eq!(growth, U256::from(750), "{after}");
}

#[test]
fn a_donation_belongs_to_whoever_burns_and_feeds_the_next_swap() {
    let mut pool = custom([1_000_000, 1_000_000], [6, 6], SwapFee::UNISWAP, None);
    let share = levmine_amm::Pool::share(&pool).expect("a share");
    pool.pair_mut().donate([U256::from(1_000_000), U256::ZERO]).expect("a donation");
    let before = levmine_amm::Pool::preview_remove(
        &pool,
        levmine_market::TokenAmount::new(share, U256::from(10_000)),
        at(0),
    );
    assert_eq!(before.expect("amounts"), amounts(20_000_u64, 10_000_u64));

    // Shares in the pair are burned with the next burner's.
    pool.pair_mut().donate_shares(U256::from(10_000)).expect("a donation");
    let removed = levmine_amm::Pool::remove_liquidity(
        &mut pool,
        ALICE,
        levmine_market::TokenAmount::new(share, U256::from(10_000)),
        &Removal::Proportional { min: amounts(40_000_u64, 20_000_u64) },
        at(0),
    );
    assert_eq!(removed.expect("amounts").amounts, amounts(40_000_u64, 20_000_u64));
    assert_eq!(pool.pair().state().own_shares, U256::ZERO);
    assert_eq!(pool.pair().state().total_supply, U256::from(980_000));

    // The core counts a donation as input of whoever swaps: a swap that pays nothing passes.
    let mut pair = *custom([1_000_000, 1_000_000], [6, 6], SwapFee::UNISWAP, None).pair();
    pair.donate([U256::from(10_000), U256::ZERO]).expect("a donation");
    assert!(pair.clone().swap([U256::ZERO, U256::from(9_872)], [U256::ZERO; 2], 0).is_err());
    let taken = pair.swap([U256::ZERO, U256::from(9_871)], [U256::ZERO; 2], 0).expect("a swap");
    assert_eq!(taken, [U256::from(10_000), U256::ZERO]);
}

#[test]
fn skim_and_sync_settle_a_difference_either_way() {
    let mut pair = *custom([1_000_000, 1_000_000], [6, 6], SwapFee::UNISWAP, None).pair();
    pair.donate([U256::from(7), U256::from(9)]).expect("a donation");
    let mut skimmed = pair;
    assert_eq!(skimmed.skim(), Ok([U256::from(7), U256::from(9)]));
    assert_eq!(skimmed.state().balances, [U256::from(1_000_000); 2]);
    pair.sync(5).expect("a sync");
    assert_eq!(pair.state().reserves, [1_000_007, 1_000_009]);

    // A token that shrinks: nothing works on the old reserves but sync.
    let mut state = *pair.state();
    state.balances = [U256::from(999_999), U256::from(1_000_009)];
    let mut pair = Pair::new(state, SwapFee::UNISWAP, None).expect("a pair");
    assert_eq!(pair.skim().map_err(|error| error.code()), Err("ds-math-sub-underflow"));
    assert_eq!(pair.mint([U256::ZERO; 2], 5).map_err(|error| error.code()), Err("ds-math-sub-underflow"));
    pair.sync(5).expect("a sync");
    assert_eq!(pair.state().reserves, [999_999, 1_000_009]);
}

#[test]
fn a_flash_swap_costs_the_fee_on_what_is_borrowed() {
    let reserves = [5_000_000_000_000_000_000_000, 10_000_000_000_000];
    let state = PairState::of_reserves(reserves, None, 0).expect("a state");
    let pair = Pair::new(state, SwapFee::UNISWAP, None).expect("a pair");
    let borrowed = U256::from(997_000_000);
    let repaid = |amount: u64| {
        let mut pair = pair;
        pair.flash_swap([U256::ZERO, borrowed], [U256::ZERO, U256::from(amount)], 0)
            .map_err(|error| error.code())
    };
    // Repaid in the same coin: ⌈997,000,000 × 1000 ÷ 997⌉.
    assert_eq!(repaid(999_999_999), Err("UniswapV2: K"));
    assert_eq!(repaid(1_000_000_000), Ok([U256::ZERO, U256::from(1_000_000_000)]));
    assert_eq!(repaid(0), Err("UniswapV2: INSUFFICIENT_INPUT_AMOUNT"));
    let code = |out: [u128; 2]| {
        let mut pair = pair;
        pair.flash_swap(out.map(U256::from), [U256::ONE; 2], 0).map_err(|error| error.code())
    };
    assert_eq!(code([0, 0]), Err("UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT"));
    assert_eq!(code([0, reserves[1]]), Err("UniswapV2: INSUFFICIENT_LIQUIDITY"));
    assert_eq!(code([1, 1]), Err("UniswapV2: K"));
    // Both coins borrowed and both repaid.
    let mut both = pair;
    let paid = [U256::from(1_004), U256::from(1_004)];
    assert_eq!(both.flash_swap([U256::from(1_000); 2], paid, 0), Ok(paid));
}

#[test]
fn reserves_end_at_112_bits() {
    let top = (1_u128 << 112) - 1;
    let pool = custom([top - 10, 1 << 60], [18, 18], SwapFee::UNISWAP, None);
    let second = coin(&pool, 1);
    let error =
        levmine_amm::Pool::quote_exact_in(&pool, sell(&pool, 0, 11), second, at(0)).expect_err("dust");
    assert_eq!(error.code(), Some("UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT"));
    let pool = custom([1 << 60, top - 10], [18, 18], SwapFee::UNISWAP, None);
    let first = coin(&pool, 0);
    let error = levmine_amm::Pool::quote_exact_in(&pool, sell(&pool, 1, 1_u64 << 40), first, at(0))
        .expect_err("dust");
    assert_eq!(error.code(), Some("UniswapV2: INSUFFICIENT_OUTPUT_AMOUNT"));
    let lots = sell(&pool, 1, 1_u128 << 90);
    let error = levmine_amm::Pool::quote_exact_in(&pool, lots, first, at(0)).expect_err("too much");
    assert_eq!((error.code(), error.refusal()), (Some("UniswapV2: OVERFLOW"), Some(Refusal::Overflow)));
}

#[test]
fn a_pair_with_another_fee_breaks_the_invariant() {
    // No recorded swap has another fee. One that is right at 0.25 % must fail at 0.3 %.
    let other = SwapFee::from_bps(levmine_math::Bps::new(25)).expect("a fee");
    let reserves = [1_000_000_000_000_u128, 2_000_000_000_000];
    let sold = U256::from(1_000_000_000);
    let bought = library::amount_out(sold, reserves[0], reserves[1], other).expect("an amount");
    let state = PairState::of_reserves(reserves, None, 0).expect("a state");
    let swap = |fee| {
        let mut pair = Pair::new(state, fee, None).expect("a pair");
        pair.swap([U256::ZERO, bought], [sold, U256::ZERO], 0).map_err(|error| error.code())
    };
    assert_eq!(swap(other), Ok([sold, U256::ZERO]));
    assert_eq!(swap(SwapFee::UNISWAP), Err("UniswapV2: K"));
}
