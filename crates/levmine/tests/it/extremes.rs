//! Texts that read well and mean the absurd: pools of one base unit, tokens of no or of 36 decimals, prices at both ends.

use proptest::prelude::*;

use crate::fuzz::check;
use crate::support::{Case, ask};

/// What a strategy of this kind is made of.
#[derive(Debug, Clone)]
struct Absurd {
    decimals: (u8, u8),
    capital: u128,
    reserves: (u128, u128),
    lent: u128,
    steps: Vec<(u8, u8)>,
    prices: Vec<(u8, u8)>,
    gas: u8,
    borrowed_part: u8,
}

/// Powers of two and ten and their neighbours, up to 2^`bits`.
fn size(bits: u32) -> impl Strategy<Value = u128> {
    prop_oneof![
        Just(1_u128),
        (0..bits).prop_map(|bit| 1_u128 << bit),
        (0..bits).prop_map(move |bit| ((1_u128 << bit) + 1).min((1 << bits) - 1)),
        (0..bits * 3 / 10).prop_map(|digits| 10_u128.pow(digits)),
        Just((1 << bits) - 1),
    ]
}

fn absurd() -> impl Strategy<Value = Absurd> {
    let decimals = || prop::sample::select(vec![0_u8, 1, 6, 8, 18, 18, 27, 36]);
    let pairs = |count| prop::collection::vec((any::<u8>(), any::<u8>()), count);
    let what = ((decimals(), decimals()), size(100), (size(112), size(112)), size(112));
    let how = (pairs(0..7), pairs(2..6), any::<u8>(), 0..=100_u8);
    (what, how).prop_map(|((decimals, capital, reserves, lent), (steps, prices, gas, borrowed_part))| {
        Absurd { decimals, capital, reserves, lent, steps, prices, gas, borrowed_part }
    })
}

fn units(raw: u128, decimals: u8) -> String {
    let digits = format!("{raw:0>width$}", width = usize::from(decimals) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
    if fraction.is_empty() { whole.into() } else { format!("{whole}.{fraction}") }
}

/// From 10^-18 to 10^15 dollars.
fn price((digits, lead): (u8, u8)) -> String {
    let places = u32::from(digits % 33);
    let text = units(10_u128.pow(places) * u128::from(1 + lead % 9), 18);
    // More than 28 places are refused, also where they are zeros.
    text.trim_end_matches('0').trim_end_matches('.').into()
}

const REPAY: &str = "do = \"repay\"\nat = \"bank\"\namount = \"50% AAA\"";

fn step((kind, how): (u8, u8)) -> String {
    let (percent, other) = (1 + how % 99, if how % 2 == 0 { "AAA" } else { "BBB" });
    let body = match kind % 14 {
        0 | 1 => format!("do = \"swap\"\nat = \"pool\"\nfrom = \"{percent}% AAA\"\nto = \"BBB\""),
        2 => format!(
            "do = \"swap\"\nat = \"pool\"\nfrom = \"{percent}% BBB\"\nto = \"AAA\"\nmax_slippage = \"{percent}%\""
        ),
        3 | 4 => format!("do = \"supply\"\nat = \"bank\"\namount = \"{percent}% {other}\""),
        5 => format!("do = \"borrow\"\nat = \"bank\"\namount = \"{other} to ltv {percent}%\""),
        6 => {
            format!("do = \"borrow\"\nat = \"bank\"\namount = \"{other} to health_factor {}.5\"", 1 + how % 4)
        }
        7 => format!("do = \"borrow\"\nat = \"bank\"\namount = \"max {other}\""),
        8 | 9 => "do = \"zap\"\nat = \"pool\"\namount = \"all AAA\"".into(),
        10 => format!(
            "do = \"add_liquidity\"\nat = \"pool\"\namounts = [\"{percent}% AAA\", \"{percent}% BBB\"]"
        ),
        11 => format!("do = \"remove_liquidity\"\nat = \"pool\"\npart = \"{percent}%\""),
        12 => format!(
            "do = \"loop\"\nat = \"bank\"\nswap_at = \"pool\"\ncollateral = \"BBB\"\nborrow = \"AAA\"\nleverage = {}\nby = \"{}\"",
            ["1", "1.0000001", "1.5", "3", "1000"][usize::from(how) % 5],
            ["flash", "iteration"][usize::from(how / 5) % 2],
        ),
        _ => REPAY.into(),
    };
    format!("[[open]]\n{body}\n")
}

fn strategy(absurd: &Absurd) -> String {
    let (a, b) = absurd.decimals;
    let (first, second) = (units(absurd.reserves.0, a), units(absurd.reserves.1, b));
    let lent = (units(absurd.lent, a), units(absurd.lent, b));
    let borrowed = absurd.lent / 100 * u128::from(absurd.borrowed_part);
    let borrowed = (units(borrowed, a), units(borrowed, b));
    let reserve = |name: &str| {
        format!(
            "[venues.bank.reserves.{name}]\nreserve_factor = \"10%\"\nmax_ltv = \"80%\"\nliquidation_threshold = \"85%\"\n\
             liquidation_bonus = \"5%\"\nbase_rate = \"1%\"\nslope1 = \"5%\"\nslope2 = \"60%\"\noptimal_utilization = \"90%\"\n\
             borrowable = true\n"
        )
    };
    let steps: String = absurd.steps.iter().copied().map(step).collect();
    format!(
        "name = \"absurd\"\ncapital = \"{capital} AAA\"\n[assets]\nAAA = {a}\nBBB = {b}\n\
         [venues.pool]\nprotocol = \"uniswap-v2\"\ncoins = [\"AAA\", \"BBB\"]\nreserves = [\"{first}\", \"{second}\"]\n\
         [venues.bank]\nprotocol = \"aave-v3\"\nversion = \"3.3\"\n{}{}\
         [venues.bank.liquidity.AAA]\nsupplied = \"{}\"\nborrowed = \"{}\"\n\
         [venues.bank.liquidity.BBB]\nsupplied = \"{}\"\nborrowed = \"{}\"\n{steps}\
         [[policy]]\nwhen = \"health_factor < 1.2\"\ndo = \"deleverage to 1.5\"\n\
         [[policy]]\nwhen = \"leverage > 4\"\ndo = \"close\"\n[[policy]]\nevery = \"1s\"\ndo = \"compound\"\n",
        reserve("AAA"),
        reserve("BBB"),
        lent.0,
        borrowed.0,
        lent.1,
        borrowed.1,
        capital = units(absurd.capital, a),
    )
}

fn scenario(absurd: &Absurd) -> String {
    let points: Vec<String> = absurd
        .prices
        .iter()
        .enumerate()
        .map(|(i, at)| format!("[\"{}\", \"{}\"]", 1_700_000_000 + i * 86_400, price(*at)))
        .collect();
    let gas =
        if absurd.gas.is_multiple_of(2) { String::new() } else { format!("gas = \"{} gwei\"\n", absurd.gas) };
    format!(
        "name = \"absurd\"\n{gas}[prices]\nWETH = \"2000\"\nAAA = \"{}\"\nBBB = {{ points = [{}] }}\n",
        price(absurd.prices[0]),
        points.join(", ")
    )
}

#[test]
fn the_absurd_is_run_or_refused() {
    let case = |absurd: &Absurd| Case::Run {
        strategy: strategy(absurd),
        scenario: Some(scenario(absurd)),
        prices: Vec::new(),
        history: String::new(),
    };
    // Steps that cannot be done are left out until the rest can: what is done then is what is looked at.
    let cases = absurd().prop_map(move |mut absurd| {
        loop {
            let whole = case(&absurd);
            let message = ask(&whole).err().map(|error| error.to_string()).unwrap_or_default();
            let place = message.split("open[").nth(1).and_then(|rest| rest.split(']').next());
            match place.and_then(|place| place.parse::<usize>().ok()) {
                Some(bad) if bad < absurd.steps.len() => drop(absurd.steps.remove(bad)),
                _ => break whole,
            }
        }
    });
    check(cases, 5);
}
