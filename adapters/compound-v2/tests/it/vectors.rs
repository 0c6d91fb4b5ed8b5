//! Recorded calls of rate models and of the Comptroller on Ethereum.

use levmine_compound_v2::RateModel;
use levmine_compound_v2::liquidation::seize_tokens;
use levmine_compound_v2::rates::Balances;
use levmine_math::U256;

use crate::data;
use crate::markets::u;

/// 0.01 % with 18 decimals.
const PER_BPS: u128 = 100_000_000_000_000;

const BLOCKS_PER_YEAR: u128 = 2_102_400;

fn kinked(rates: [u128; 4]) -> RateModel {
    RateModel::jump_v2(rates.map(|bps| u(bps * PER_BPS)), u(BLOCKS_PER_YEAR)).expect("a model")
}

/// The models behind the recorded addresses, where public figures are known that come to the recorded rate; `None` where
/// there are none.
///
/// - cETH: the straight line of 2019 with 2 % and 10 %, whose utilization leaves the reserves in.
/// - cUSDC: 0 %, 4 % at the kink of 80 %.
/// - cUNI: 2 % and 28 % at the kink of 80 %: 2 % and 35 % up to full utilization would come to the same.
/// - Two markets of another protocol: lines that fit below the kink, as 35 % and 25 % do; others would too.
/// - `0x1861c0e8…`: of yet another; no round figures come to its rate.
fn model(address: &str) -> Option<RateModel> {
    let line = |base: u128, multiplier: u128| {
        RateModel::white_paper(u(base * PER_BPS), u(multiplier * PER_BPS), u(BLOCKS_PER_YEAR)).ok()
    };
    match &address[..10] {
        "0x0c3f8df2" => Some(RateModel::Legacy {
            base_per_year: u(200 * PER_BPS),
            multiplier_per_year: u(1_000 * PER_BPS),
            blocks_per_year: u(BLOCKS_PER_YEAR),
        }),
        "0xd8ec5601" => Some(kinked([0, 400, 10_900, 8_000])),
        "0xd88b9412" => Some(kinked([200, 2_800, 40_000, 8_000])),
        "0xd34137fc" => line(200, 3_500),
        "0x01487272" => line(200, 2_500),
        _ => None,
    }
}

#[test]
fn recorded_borrow_rates() {
    let Some(path) = data::folder("vectors/compound_style_borrow_rate_calls_mainnet.csv") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let (mut equal, mut unknown) = (0, Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [_, _, _, address, _, cash, borrows, reserves, rate] = cells.as_slice() else {
            panic!("nine cells in {line}");
        };
        let number = |text: &str| U256::from_str_radix(text, 10).expect("an integer");
        let of = Balances { cash: number(cash), borrows: number(borrows), reserves: number(reserves) };
        match model(address) {
            Some(model) => {
                assert_eq!(model.borrow_rate(&of).expect("a rate"), number(rate), "{line}");
                equal += 1;
            }
            None => unknown.push((*address).to_string()),
        }
    }
    println!("{equal} rates equal; parameters neither recorded nor known: {unknown:?}");
    assert_eq!((equal, unknown.len()), (6, 1));
}

#[test]
fn recorded_seizures() {
    let Some(path) = data::folder("vectors/compound_style_seize_calls_mainnet.json") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let calls: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let calls = calls.as_array().expect("a list");
    for call in calls {
        let number = |value: &serde_json::Value| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_string);
            U256::from_str_radix(&text, 10).expect("an integer")
        };
        let (borrowed, collateral) = (
            call["ctoken_borrowed"].as_str().expect("an address"),
            call["ctoken_collateral"].as_str().expect("an address"),
        );
        let seized = seize_tokens(
            number(&call["exact_incentive_mantissa"]),
            number(&call["prices"][borrowed]),
            number(&call["prices"][collateral]),
            number(&call["exchange_rate"][collateral]),
            number(&call["repay_amount"]),
        );
        assert_eq!(seized.expect("an amount"), number(&call["seize_tokens"]), "{call}");
    }
    println!("{} seizures equal", calls.len());
    assert_eq!(calls.len(), 2);
}
