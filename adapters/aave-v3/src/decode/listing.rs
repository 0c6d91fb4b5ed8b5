//! Reserves and categories in a person's terms.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Asset, BuildContext};

use super::{Listed, Setup, curve, values};
use crate::params::{Category, Params};
use crate::state::MAX_RESERVES;
use crate::version::Rules;
use crate::wad_ray::PERCENTAGE_FACTOR;

/// Reads `[reserves.<asset>]` tables over what the preset says.
pub(crate) fn reserves(setup: &mut Setup, node: &Node, ctx: &BuildContext<'_>) -> Result<(), ConfigError> {
    for (symbol, table) in node.entries()? {
        let before = setup.find(symbol);
        let asset = match before.and_then(|id| setup.listed.get(id)) {
            Some(listed) => listed.asset,
            None => ctx.assets.get(symbol).ok_or_else(|| ctx.assets.unknown(table, symbol))?,
        };
        let known = before.and_then(|id| setup.listed.get(id).copied());
        let listed = reserve(asset, known, table)?;
        add(setup, before, listed, table)?;
    }
    Ok(())
}

/// Puts a reserve into its place, or at the end.
pub(crate) fn add(
    setup: &mut Setup,
    at: Option<usize>,
    listed: Listed,
    node: &Node,
) -> Result<(), ConfigError> {
    if let Some(place) = at.and_then(|id| setup.listed.get_mut(id)) {
        *place = listed;
        return Ok(());
    }
    if setup.listed.len() >= MAX_RESERVES {
        return Err(node.invalid(format!("at most {MAX_RESERVES} reserves")));
    }
    setup.listed.push(listed);
    Ok(())
}

fn reserve(asset: Asset, known: Option<Listed>, node: &Node) -> Result<Listed, ConfigError> {
    let mut fields = node.fields()?;
    let new = known.is_none();
    let mut params = known.map_or(
        Params {
            decimals: asset.decimals(),
            active: true,
            borrowing: true,
            flash_loans: true,
            ..Params::default()
        },
        |listed| listed.params,
    );
    for (key, place) in [
        ("borrowable", &mut params.borrowing),
        ("borrowable_in_isolation", &mut params.borrowable_in_isolation),
        ("siloed", &mut params.siloed),
        ("flash_loans", &mut params.flash_loans),
        ("active", &mut params.active),
        ("frozen", &mut params.frozen),
        ("paused", &mut params.paused),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = node.boolean()?;
        }
    }
    for (key, place) in [("supply_cap", &mut params.supply_cap), ("borrow_cap", &mut params.borrow_cap)] {
        if let Some(node) = fields.optional(key) {
            *place = values::cap(node)?;
        }
    }
    if let Some(node) = fields.optional("debt_ceiling") {
        params.debt_ceiling = values::ceiling(node)?;
    }
    let factor = "a percentage like \"10%\"";
    let share = if new {
        Some(fields.required("reserve_factor", factor)?)
    } else {
        fields.optional("reserve_factor")
    };
    if let Some(node) = share {
        params.reserve_factor = values::share(node, PERCENTAGE_FACTOR)?;
    }
    if let Some(node) = fields.optional("liquidation_protocol_fee") {
        params.liquidation_protocol_fee = values::share(node, PERCENTAGE_FACTOR)?;
    }
    let collateral = fields.optional("collateral").map(Node::boolean).transpose()?;
    let wanted = collateral.unwrap_or(new || params.liquidation_threshold != 0);
    // What was no collateral has no risk parameters yet: all three are needed.
    let required = wanted && params.liquidation_threshold == 0;
    risk(
        &mut fields,
        required,
        &mut params.ltv,
        &mut params.liquidation_threshold,
        &mut params.liquidation_bonus,
    )?;
    if wanted {
        check_risk(node, params.ltv, params.liquidation_threshold, params.liquidation_bonus)?;
    } else {
        (params.ltv, params.liquidation_threshold, params.liquidation_bonus) = (0, 0, 0);
    }
    let curve = curve::read(&mut fields, known.map(|listed| listed.curve), params.borrowing)?;
    fields.finish()?;
    Ok(Listed { asset, params, curve })
}

/// Reads LTV, threshold and bonus.
fn risk(
    fields: &mut Fields<'_>,
    required: bool,
    ltv: &mut u16,
    threshold: &mut u16,
    bonus: &mut u16,
) -> Result<(), ConfigError> {
    let accepted = "a percentage like \"80.5%\"";
    let mut get =
        |key| if required { fields.required(key, accepted).map(Some) } else { Ok(fields.optional(key)) };
    if let Some(node) = get("max_ltv")? {
        *ltv = values::share(node, PERCENTAGE_FACTOR)?;
    }
    if let Some(node) = get("liquidation_threshold")? {
        *threshold = values::share(node, PERCENTAGE_FACTOR)?;
    }
    if let Some(node) = get("liquidation_bonus")? {
        *bonus = values::share(node, PERCENTAGE_FACTOR)?.saturating_add(PERCENTAGE_FACTOR);
    }
    Ok(())
}

/// The contracts' own conditions: the LTV is not above the threshold, and a loan at the threshold covers its bonus.
fn check_risk(node: &Node, ltv: u16, threshold: u16, bonus: u16) -> Result<(), ConfigError> {
    let full = u32::from(PERCENTAGE_FACTOR);
    let covered = u32::from(threshold).saturating_mul(u32::from(bonus)) / full <= full;
    if threshold == 0 || ltv > threshold || bonus <= PERCENTAGE_FACTOR || !covered {
        return Err(node.invalid(
            "max_ltv not above liquidation_threshold, and liquidation_threshold times one plus liquidation_bonus \
             not above 100%",
        ));
    }
    Ok(())
}

/// Reads `[categories.<number>]` tables over what the preset says.
pub(crate) fn categories(setup: &mut Setup, node: &Node, rules: &Rules) -> Result<(), ConfigError> {
    for (number, table) in node.entries()? {
        let id: u8 = number
            .parse()
            .ok()
            .filter(|id| *id != 0)
            .ok_or_else(|| table.invalid("the number of a category, 1 to 255, like `categories.1`"))?;
        let known = setup.categories.iter().find(|category| category.id == id).copied();
        let category = category(setup, id, known, table, rules)?;
        put_category(setup, category);
    }
    Ok(())
}

/// Puts a category into its place, in order of the numbers.
pub(crate) fn put_category(setup: &mut Setup, category: Category) {
    match setup.categories.binary_search_by_key(&category.id, |known| known.id) {
        Ok(at) => {
            if let Some(place) = setup.categories.get_mut(at) {
                *place = category;
            }
        }
        Err(at) => setup.categories.insert(at, category),
    }
}

fn category(
    setup: &Setup,
    id: u8,
    known: Option<Category>,
    node: &Node,
    rules: &Rules,
) -> Result<Category, ConfigError> {
    let mut fields = node.fields()?;
    let mut category = known.unwrap_or(Category { id, ..Category::default() });
    risk(
        &mut fields,
        known.is_none(),
        &mut category.ltv,
        &mut category.liquidation_threshold,
        &mut category.liquidation_bonus,
    )?;
    check_risk(node, category.ltv, category.liquidation_threshold, category.liquidation_bonus)?;
    if let Some(node) = fields.optional("assets") {
        category.collateral = setup.bits(node)?;
        category.borrowable = category.collateral;
    }
    if let Some(node) = fields.optional("collateral") {
        category.collateral = setup.bits(node)?;
        if !rules.liquid_emodes {
            category.borrowable = category.collateral;
        }
    }
    if let Some(node) = fields.optional("borrowable") {
        let borrowable = setup.bits(node)?;
        if !rules.liquid_emodes && borrowable != category.collateral {
            return Err(node.invalid("the same assets as `collateral`, up to version 3.1"));
        }
        category.borrowable = borrowable;
    }
    if let Some(node) = fields.optional("isolated") {
        category.isolated = node.boolean()?;
    }
    fields.finish()?;
    let shared =
        setup.categories.iter().any(|other| other.id != id && other.collateral & category.collateral != 0);
    if !rules.liquid_emodes && shared {
        return Err(node.invalid("assets of no other category, up to version 3.1"));
    }
    Ok(category)
}
