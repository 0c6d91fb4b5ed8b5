/// Units of gas of a step by its verb, typical on Ethereum's main network.
///
/// Sources: repeated operations in Aave's own gas snapshots (v3.7) for lending, the Uniswap order router's heuristics for
/// a swap, the middle of the usual ranges for liquidity. A zap is a swap and an addition; a flash loan adds its own cost
/// to the steps within; what comes out of the reserve is a transfer of a token.
#[must_use]
pub const fn gas_units(verb: &str) -> u64 {
    match verb.as_bytes() {
        b"swap" => 135_000,
        b"supply" => 139_678,
        b"withdraw" => 172_007,
        b"borrow" => 209_306,
        b"repay" => 145_712,
        b"add_liquidity" => 175_000,
        b"remove_liquidity" => 155_000,
        b"flash" => 138_077,
        b"set_mode" | b"set_collateral" => 60_000,
        b"claim" => 100_000,
        b"collect" => 140_000,
        b"deposit" => 185_000,
        b"redeem" => 350_000,
        b"request" => 150_000,
        b"harvest" => 500_000,
        b"from_reserve" => 55_000,
        _ => 0,
    }
}
