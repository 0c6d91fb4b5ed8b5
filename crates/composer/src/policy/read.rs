//! The grammar of policies.

use levmine_config::{ConfigError, Node, nearest, parse_duration, parse_percent};
use rust_decimal::Decimal;

use super::{Metric, Policy, PolicyAction, Trigger};

const WHEN: &str = "a condition: \"health_factor < 1.25\", \"drawdown > 25%\", \"ltv > 70%\", \"leverage > 3\" or \"out_of_range\"";
const DO: &str = "an action: \"deleverage to 1.6\" (a health factor), \"close\" or \"compound\"";

/// Reads a policy: `when` or `every`, and `do`.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_policy(node: &Node) -> Result<Policy, ConfigError> {
    let mut fields = node.fields()?;
    let when = fields.optional("when");
    let every = fields.optional("every");
    let action = fields.required("do", DO)?.read(read_action)?;
    fields.finish()?;
    let trigger = match (when, every) {
        (Some(when), None) => when.read(read_condition)?,
        (None, Some(every)) => Trigger::Every(every.read(parse_duration)?),
        _ => return Err(node.invalid(format!("exactly one of `when` ({WHEN}) and `every` (like \"7d\")"))),
    };
    if let (Trigger::Below(Metric::HealthFactor, below), PolicyAction::Deleverage { to }) =
        (&trigger, &action)
        && to < below
    {
        return Err(node
            .invalid(format!("a target of at least {below}: below it the policy would act again at once")));
    }
    Ok(Policy { trigger, action, place: Some(node.place.clone()) })
}

fn read_action(text: &str) -> Result<PolicyAction, String> {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["deleverage", "to", factor] => match Decimal::from_str_exact(factor) {
            Ok(to) if to > Decimal::ONE && to <= Decimal::ONE_HUNDRED => Ok(PolicyAction::Deleverage { to }),
            _ => Err("a health factor above 1 and at most 100, as in \"deleverage to 1.6\"".into()),
        },
        ["close"] => Ok(PolicyAction::Close),
        ["compound"] => Ok(PolicyAction::Compound),
        ["claim"] => Ok(PolicyAction::Claim),
        ["recenter", width] => match parse_percent(width) {
            Ok(width) if width > Decimal::ZERO && width < Decimal::ONE => {
                Ok(PolicyAction::Recenter { width })
            }
            _ => Err("a width above 0% and below 100%, as in \"recenter 20%\"".into()),
        },
        [verb, ..] => Err(with_nearest(DO, verb, ["deleverage", "close", "compound", "claim", "recenter"])),
        [] => Err(DO.into()),
    }
}

fn read_condition(text: &str) -> Result<Trigger, String> {
    if text.trim() == "out_of_range" {
        return Ok(Trigger::OutOfRange);
    }
    let [name, sign, value] = *text.split_whitespace().collect::<Vec<_>>().as_slice() else {
        return Err(WHEN.into());
    };
    let Some(metric) = Metric::ALL.into_iter().find(|metric| metric.name() == name) else {
        return Err(with_nearest(WHEN, name, Metric::ALL.map(Metric::name)));
    };
    let value = if metric.is_percentage() {
        parse_percent(value)?
    } else {
        Decimal::from_str_exact(value).map_err(|_| format!("a number, as in \"{metric} {sign} 1.25\""))?
    };
    if value.is_sign_negative() {
        return Err(format!(
            "a number that is not negative, as in \"{metric} {sign} {}\"",
            metric.write(Decimal::TWO)
        ));
    }
    match sign {
        "<" => Ok(Trigger::Below(metric, value)),
        ">" => Ok(Trigger::Above(metric, value)),
        _ => Err(format!("{WHEN}; the sign is < or >")),
    }
}

fn with_nearest<'a>(accepted: &str, read: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(read, names) {
        Some(name) => format!("{accepted} (did you mean \"{name}\"?)"),
        None => accepted.into(),
    }
}
