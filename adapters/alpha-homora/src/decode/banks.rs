//! The tokens of a venue in people's words.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, BuildContext};
use levmine_math::{U256, mul, pow10};

use super::{CROWD, incentive_of, values};
use crate::bank::{Bank, Factors};
use crate::error::{HomoraError, Result};
use crate::lender::{Lender, Loan, RateModel};
use crate::math::{ONE, mul_div};
use crate::presets;
use crate::state::State;

/// What the models of that time took a year for: 15 seconds a block.
const BLOCKS_PER_YEAR: u64 = 2_102_400;

/// A token before it has a bank.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draft {
    pub(crate) token: Asset,
    factors: Factors,
    /// Base, multiplier, jump multiplier and kink per year, wad.
    rates: [U256; 4],
    reserve_factor: U256,
    blocks_per_year: u64,
    supplied: U256,
    borrowed: U256,
    borrowable: bool,
}

/// So many hundredths, wad.
fn hundredths(part: u64) -> U256 {
    U256::from(part).saturating_mul(U256::from(ONE / 100))
}

impl Draft {
    fn new(token: Asset, factors: Factors) -> Self {
        Self {
            token,
            factors,
            // 10 % up to a utilization of 80 %, 100 % more above; a fifth of the interest goes to reserves. Assumed.
            rates: [U256::ZERO, hundredths(10), hundredths(500), hundredths(80)],
            reserve_factor: hundredths(20),
            blocks_per_year: BLOCKS_PER_YEAR,
            supplied: U256::ZERO,
            borrowed: U256::ZERO,
            borrowable: true,
        }
    }
}

pub(crate) fn of_preset(node: &Node) -> std::result::Result<Vec<Draft>, ConfigError> {
    let mut drafts = Vec::new();
    for listed in presets::banks(node)? {
        let mut draft = Draft::new(listed.token, listed.factors);
        let unit = pow10(listed.token.decimals().into()).unwrap_or(U256::ONE);
        let [supplied, borrowed] = listed.depth.map(|whole| U256::from(whole).saturating_mul(unit));
        draft.supplied = supplied;
        draft.borrowed = borrowed;
        drafts.push(draft);
    }
    Ok(drafts)
}

/// Reads `banks.<asset>` tables: what is there already, changed, or further tokens.
pub(crate) fn read(
    drafts: &mut Vec<Draft>,
    node: &Node,
    ctx: &BuildContext<'_>,
) -> std::result::Result<(), ConfigError> {
    for (symbol, table) in node.entries()? {
        let known = drafts.iter().position(|draft| draft.token.symbol() == symbol);
        let place = match known {
            Some(place) => place,
            None => {
                let token = ctx.assets.get(symbol).ok_or_else(|| ctx.assets.unknown(table, symbol))?;
                drafts.push(Draft::new(token, Factors { borrow: 12_500, collateral: 0, incentive: 10_250 }));
                drafts.len().saturating_sub(1)
            }
        };
        if let Some(draft) = drafts.get_mut(place) {
            change(draft, table)?;
        }
    }
    Ok(())
}

fn change(draft: &mut Draft, table: &Node) -> std::result::Result<(), ConfigError> {
    let mut fields = table.fields()?;
    let Factors { mut borrow, mut collateral, mut incentive } = draft.factors;
    if let Some(node) = fields.optional("borrow_factor") {
        borrow = values::bps(node, 6)?;
        if borrow < 10_000 {
            return Err(node.invalid("a percentage from 100%"));
        }
    }
    if let Some(node) = fields.optional("collateral_factor") {
        collateral = values::bps(node, 1)?;
    }
    if let Some(node) = fields.optional("liquidation_incentive") {
        incentive = incentive_of(values::bps(node, 1)?);
    }
    draft.factors = Factors { borrow, collateral, incentive };
    let [base, multiplier, jump, kink] = &mut draft.rates;
    for (key, place, most) in [
        ("base_rate", base, 10),
        ("multiplier", multiplier, 10),
        ("jump_multiplier", jump, 100),
        ("kink", kink, 1),
        ("reserve_factor", &mut draft.reserve_factor, 1),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::wad(node, most)?;
            if key == "kink" && place.is_zero() {
                return Err(node.invalid("a percentage above 0%"));
            }
        }
    }
    if let Some(node) = fields.optional("blocks_per_year") {
        draft.blocks_per_year = values::small(node, 1_000_000_000)?;
        if draft.blocks_per_year == 0 {
            return Err(node.invalid("at least one block"));
        }
    }
    let decimals = draft.token.decimals();
    if let Some(node) = fields.optional("supplied") {
        draft.supplied = values::amount(node, decimals)?;
    }
    let borrowed = fields.optional("borrowed");
    if let Some(node) = borrowed {
        draft.borrowed = values::amount(node, decimals)?;
    }
    if draft.borrowed > draft.supplied {
        let node = borrowed.unwrap_or(table);
        return Err(node.invalid("at most what is supplied"));
    }
    if let Some(node) = fields.optional("borrowable") {
        draft.borrowable = node.boolean()?;
    }
    fields.finish()
}

/// Gives a token its bank, and lets the crowd supply and borrow at its lender.
pub(crate) fn add(state: &mut State, draft: &Draft, block: u64) -> Result<()> {
    let factors = draft.factors;
    Factors::new(factors.borrow, factors.collateral, factors.incentive)?;
    let model = RateModel::of_year(draft.rates, draft.blocks_per_year).map_err(HomoraError::Lender)?;
    // A cToken begins at 0.02 tokens: 2 · 10^(8 + decimals).
    let initial = pow10(8 + u32::from(draft.token.decimals())).and_then(|unit| mul(unit, U256::from(2)));
    let initial = initial.map_err(HomoraError::Lender)?;
    let supply = mul_div(draft.supplied, U256::from(ONE), initial)?;
    let place = state.core.banks.len();
    state.core.banks.push(Bank {
        token: draft.token,
        factors,
        listed: draft.borrowable,
        whitelisted: draft.borrowable,
        reserve: U256::ZERO,
        total_debt: U256::ZERO,
        total_share: U256::ZERO,
        lender: Lender {
            model,
            reserve_factor: draft.reserve_factor,
            initial_exchange_rate: initial,
            cash: draft.supplied.saturating_sub(draft.borrowed),
            total_borrows: draft.borrowed,
            total_reserves: U256::ZERO,
            borrow_index: U256::from(ONE),
            accrual_block: block,
            total_supply: supply,
            bank: Loan::default(),
        },
    });
    if !supply.is_zero() {
        state.shares.insert((CROWD, place), supply);
    }
    if !draft.borrowed.is_zero() {
        state.loans.insert((CROWD, place), Loan { principal: draft.borrowed, index: U256::from(ONE) });
    }
    Ok(())
}
