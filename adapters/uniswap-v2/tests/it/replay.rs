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
fn operations_are_applied_in_order() {
    let steps = run(r#"
        [[ops]]
        op = "quote_exact_in"
        sell = "WETH"
        amount = "1000000000000000000"
        buy = "USDC"
        [[ops]]
        op = "swap_exact_in"
        by = "alice"
        t = 1700000012
        sell = "WETH"
        amount = "1000000000000000000"
        buy = "USDC"
        min = "1993602475"
        [[ops]]
        op = "swap_exact_out"
        by = "bob"
        sell = "WETH"
        buy = "USDC"
        amount = "1"
        max = "1"
        [[ops]]
        op = "add_liquidity"
        by = "alice"
        amounts = ["1000000000000000000", "2000000000"]
        [[ops]]
        op = "preview_remove"
        shares = "1000000"
        [[ops]]
        op = "remove_liquidity"
        by = "alice"
        shares = "1000000"
        [[ops]]
        op = "remove_liquidity"
        shares = "1000000"
        coin = "USDC"
        [[ops]]
        op = "donate"
        amounts = ["5", "0"]
        [[ops]]
        op = "skim"
        [[ops]]
        op = "observe"
        t = 1700000022
        [[ops]]
        op = "set_protocol_fee"
        protocol_fee = "1/6"
        [[ops]]
        op = "harvest"
    "#)
    .expect("readable");
    assert_eq!(steps.len(), 12);
    assert_eq!(result(&steps[0], "bought"), &Dump::text(1_993_602_475));
    assert_eq!(result(&steps[1], "bought"), &Dump::text(1_993_602_475));
    assert_eq!((steps[1].time.0, steps[1].by.as_deref()), (1_700_000_012, Some("alice")));
    let (code, message) = steps[2].result.clone().expect_err("a limit");
    assert_eq!(code, "UniswapV2Router: EXCESSIVE_INPUT_AMOUNT");
    assert!(message.contains("above the most accepted 1"), "{message}");
    assert_eq!(steps[2].state, steps[1].state, "a refusal leaves the state alone");
    assert_eq!(result(&steps[4], "amounts"), result(&steps[5], "amounts"));
    assert_eq!(steps[6].result.clone().expect_err("unsupported").0, "UNSUPPORTED");
    assert_eq!(result(&steps[8], "WETH"), &Dump::text(5));
    assert_eq!(result(&steps[9], "timestamp"), &Dump::text(1_700_000_022));
    assert_eq!(steps[10].state.get("protocolFee"), Some(&Dump::text("1/6")));
    assert_eq!(steps[11].result.clone().expect_err("unsupported").0, "UNSUPPORTED");
    let printed = steps[2].dump();
    assert!(printed.get("error").is_some_and(|error| error.get("code") == Some(&Dump::text(code))));
}

#[test]
fn what_cannot_be_read_is_an_error_of_the_file() {
    let message = |operation: &str| run(&format!("[[ops]]\n{operation}")).expect_err(operation);
    assert!(
        message("op = \"swap_exact_in\"\nsell = \"WETH\"\nbuy = \"USDC\"").contains("`amount` is missing")
    );
    assert!(message("op = \"sync\"\nnow = 5").contains("unknown key `now`"));
    let swap = "op = \"swap_exact_in\"\nsell = \"ETH\"\nbuy = \"USDC\"\namount = \"1\"";
    assert!(message(swap).contains("did you mean \"WETH\""));
    assert!(message("op = \"sync\"\nt = 5").contains("not before"));
    assert!(message("op = \"donate\"\namounts = [\"1.5\", \"0\"]").contains("whole number"));
}

#[test]
fn core_operations_have_their_own_names() {
    let steps = run(r#"
        [[ops]]
        op = "core_swap"
        out = ["0", "1993602475"]
        paid = ["1000000000000000000", "0"]
        [[ops]]
        op = "core_swap"
        out = ["0", "1993602475"]
        paid = ["1000000000000000000", "0"]
        [[ops]]
        op = "flash_swap"
        out = ["0", "997000000"]
        paid = ["0", "1000000000"]
        [[ops]]
        op = "mint"
        amounts = ["10000000000000000000", "20001000000"]
        [[ops]]
        op = "burn"
        shares = "1000000"
        [[ops]]
        op = "donate_shares"
        shares = "7"
        [[ops]]
        op = "average_price"
        cumulative0 = "0"
        cumulative1 = "0"
        timestamp = 1700000000
        t = 1700000100
        [[ops]]
        op = "spot_rate"
        sell = "WETH"
        buy = "USDC"
    "#)
    .expect("readable");
    assert_eq!(result(&steps[0], "WETH"), &Dump::text("1000000000000000000"));
    assert_eq!(steps[1].result.clone().expect_err("spent").0, "UniswapV2: K");
    for step in &steps[2..] {
        assert!(step.result.is_ok(), "{step:?}");
    }
    assert_eq!(steps[5].state.get("pairShares"), Some(&Dump::text(7)));
}
