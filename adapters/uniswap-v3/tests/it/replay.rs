//! Replays of operation lists.

use levmine_config::parse_toml;
use levmine_market::{BlockClock, Dump, Step};

use crate::support::{at, weth_usdc};

fn run(operations: &str) -> Result<Vec<Step>, String> {
    let node = parse_toml("replay.toml", operations).expect("valid");
    let operations = &node.entries().expect("a table").first().expect("ops").1;
    let mut pool = weth_usdc();
    let mut steps = Vec::new();
    levmine_amm::replay(&mut *pool, operations, at(0), &BlockClock::ETHEREUM, &mut |step| steps.push(step))
        .map(|()| steps)
        .map_err(|error| error.to_string())
}

fn result<'a>(step: &'a Step, key: &str) -> &'a Dump {
    step.result.as_ref().expect("an outcome").get(key).expect(key)
}

#[test]
fn every_operation_has_its_name() {
    let steps = run(r#"
        [[ops]]
        op = "add_liquidity"
        by = "alice"
        amounts = ["10000000000000000000", "20000000000"]
        low = "1600"
        high = "2500"
        [[ops]]
        op = "add_liquidity"
        by = "alice"
        amounts = ["10000000000000000000", "20000000000"]
        into = "pool#1"
        [[ops]]
        op = "mint_ticks"
        by = "bob"
        lower = "200000"
        upper = "200400"
        amounts = ["20000000000", "10000000000000000000"]
        [[ops]]
        op = "increase"
        id = "2"
        amounts = ["20000000000", "10000000000000000000"]
        min = ["1", "1"]
        [[ops]]
        op = "swap_exact_in"
        sell = "WETH"
        amount = "20000000000000000000"
        buy = "USDC"
        t = 1700000060
        [[ops]]
        op = "core_swap"
        zero_for_one = true
        exact = "out"
        amount = "1000000000000000000"
        [[ops]]
        op = "set_fee_protocol"
        parts = ["4", "10"]
        [[ops]]
        op = "flash"
        amounts = ["1000000", "0"]
        paid = ["1000500", "77"]
        [[ops]]
        op = "flash"
        amounts = ["1000000", "0"]
        paid = ["1000499", "0"]
        [[ops]]
        op = "decrease"
        id = "2"
        liquidity = "1000"
        [[ops]]
        op = "collect_token"
        id = "2"
        most = ["1", "340282366920938463463374607431768211455"]
        [[ops]]
        op = "burn_token"
        id = "2"
        [[ops]]
        op = "core_mint"
        owner = "carol"
        lower = "199990"
        upper = "200010"
        liquidity = "123456789"
        [[ops]]
        op = "core_burn"
        owner = "carol"
        lower = "199990"
        upper = "200010"
        liquidity = "123456789"
        [[ops]]
        op = "core_collect"
        owner = "carol"
        lower = "199990"
        upper = "200010"
        [[ops]]
        op = "collect_protocol"
        [[ops]]
        op = "increase_cardinality"
        next = "5"
        [[ops]]
        op = "observe"
        seconds_ago = ["0", "30"]
        t = 1700000100
        [[ops]]
        op = "snapshot_inside"
        lower = "200000"
        upper = "200400"
        [[ops]]
        op = "donate"
        amounts = ["5", "5"]
        [[ops]]
        op = "remove_liquidity"
        by = "alice"
        share = "pool#1"
        shares = "1000"
        [[ops]]
        op = "collect"
        by = "alice"
        share = "pool#1"
        [[ops]]
        op = "initialize"
        sqrt_price = "79228162514264337593543950336"
        [[ops]]
        op = "harvest"
    "#)
    .expect("readable");
    assert_eq!(steps.len(), 24);
    let codes: Vec<(usize, String)> = steps
        .iter()
        .filter_map(|step| step.result.as_ref().err().map(|(code, _)| (step.index, code.clone())))
        .collect();
    let code = |at: usize, code: &str| (at, code.to_string());
    assert_eq!(codes, [code(8, "F0"), code(11, "Not cleared"), code(22, "AI"), code(23, "UNSUPPORTED")]);
    assert_eq!(steps[8].state, steps[7].state, "a refusal leaves the state alone");
    assert_eq!(result(&steps[2], "id"), &Dump::text(2));
    assert_eq!(result(&steps[0], "shares"), result(&steps[1], "shares"));
    // The fee of the loan in USDC, and what came on top in WETH.
    assert_eq!(result(&steps[7], "gained"), &Dump::List(vec![Dump::text(500), Dump::text(77)]));
    let Ok(Dump::List(observed)) = &steps[17].result else { panic!("a list") };
    assert_eq!(observed.len(), 2);
}

#[test]
fn what_cannot_be_read_is_an_error_of_the_file() {
    let message = |operation: &str| run(&format!("[[ops]]\n{operation}")).expect_err(operation);
    assert!(
        message("op = \"core_swap\"\nzero_for_one = true\namount = \"1\"").contains("`exact` is missing")
    );
    assert!(message("op = \"burn_token\"\nid = \"1\"\nnow = 5").contains("unknown key `now`"));
    assert!(message("op = \"collect\"\nshare = \"pool#1\"").contains("pool#1"));
    let ticks = "op = \"core_burn\"\nowner = \"x\"\nliquidity = \"1\"\nlower = \"1\"\nupper = \"99999999\"";
    assert!(message(ticks).contains("a tick"));
}
