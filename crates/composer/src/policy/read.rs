//! The grammar of policies.

use levmine_config::{ConfigError, Node, nearest, parse_duration};
use levmine_market::Assets;

use super::action::{DO, read_action};
use super::condition::{WHEN, read_condition};
use super::terms::read_terms;
use super::{Condition, Metric, Policy, PolicyAction, Terms, Trigger};
use crate::Target;

/// Reads a policy: `when` (with `for` and `cooldown`) or `every`, and `do`; what it says of its keeper
/// goes before `keeper`.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_policy(node: &Node, assets: &Assets, keeper: Terms) -> Result<Policy, ConfigError> {
    let mut fields = node.fields()?;
    let when = fields.optional("when");
    let every = fields.optional("every");
    let hold = fields.optional("for");
    let cooldown = fields.optional("cooldown");
    let action = fields.required("do", DO)?.read(read_action)?;
    // Being told needs no transaction, so what holds for those does not hold for it.
    let alert = matches!(action, PolicyAction::Alert { .. });
    let keeper = read_terms(&mut fields, if alert { Terms::default() } else { keeper })?;
    fields.finish()?;
    let trigger = match (when, every) {
        (Some(when), None) => Trigger::When(read_conditions(when, assets)?),
        (None, Some(every)) => Trigger::Every(every.read(parse_duration)?),
        _ => return Err(node.invalid(format!("exactly one of `when` ({WHEN}) and `every` (like \"7d\")"))),
    };
    if let (Trigger::Every(_), Some(node)) = (&trigger, hold.or(cooldown)) {
        return Err(node.invalid("`for` and `cooldown` beside `when`; `every` is a pause of its own"));
    }
    for condition in trigger.conditions() {
        if let (
            Condition::Below(Metric::HealthFactor, below),
            PolicyAction::Deleverage { to: Target::HealthFactor(to) },
        ) = (condition, &action)
            && to < below
        {
            return Err(node.invalid(format!(
                "a target of at least {below}: below it the policy would act again at once"
            )));
        }
    }
    let span = |node: Option<&Node>| node.map_or(Ok(0), |node| node.read(parse_duration));
    let (hold, cooldown) = (span(hold)?, span(cooldown)?);
    Ok(Policy { trigger, hold, cooldown, keeper, action, place: Some(node.place.clone()) })
}

/// One condition, or a list of conditions that must all hold.
fn read_conditions(node: &Node, assets: &Assets) -> Result<smallvec::SmallVec<[Condition; 1]>, ConfigError> {
    let nodes = node.list().unwrap_or_else(|_| std::slice::from_ref(node));
    if nodes.is_empty() {
        return Err(node.invalid(format!("at least one condition: {WHEN}")));
    }
    nodes.iter().map(|node| node.read(|text| read_condition(text, assets))).collect()
}

pub(super) fn with_nearest<'a>(
    accepted: &str,
    read: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> String {
    match nearest(read, names) {
        Some(name) => format!("{accepted} (did you mean \"{name}\"?)"),
        None => accepted.into(),
    }
}
