//! The grammar of policies.

use levmine_config::{ConfigError, Node, nearest, parse_duration};

use super::action::{DO, read_action};
use super::trigger::{WHEN, read_condition};
use super::{Metric, Policy, PolicyAction, Trigger};
use crate::Target;

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
    if let (
        Trigger::Below(Metric::HealthFactor, below),
        PolicyAction::Deleverage { to: Target::HealthFactor(to) },
    ) = (&trigger, &action)
        && to < below
    {
        return Err(node
            .invalid(format!("a target of at least {below}: below it the policy would act again at once")));
    }
    Ok(Policy { trigger, action, place: Some(node.place.clone()) })
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
