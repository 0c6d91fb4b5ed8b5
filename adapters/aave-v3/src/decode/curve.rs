//! The rate curve of a reserve's table.

use levmine_config::{ConfigError, Fields};

use super::values;
use crate::params::Curve;

/// The highest rate, times one: 1,000 %, as the contracts have it since 3.1; the curves of 3.0 go further.
const HIGHEST: u32 = 1_000;

/// Reads the keys of the curve over what is there already. A new curve must have all keys but the base rate.
pub(crate) fn read(
    fields: &mut Fields<'_>,
    before: Option<Curve>,
    borrowable: bool,
) -> Result<Curve, ConfigError> {
    let mut curve = before.unwrap_or_default();
    let required = before.is_none() && borrowable;
    let accepted = "a percentage like \"80%\"";
    for (key, place, most) in [
        ("optimal_utilization", &mut curve.optimal, 1),
        ("slope1", &mut curve.slope1, HIGHEST),
        ("slope2", &mut curve.slope2, HIGHEST),
    ] {
        let node = if required { Some(fields.required(key, accepted)?) } else { fields.optional(key) };
        if let Some(node) = node {
            *place = values::ray(node, most)?;
        }
    }
    if let Some(node) = fields.optional("base_rate") {
        curve.base = values::ray(node, HIGHEST)?;
    }
    Ok(curve)
}
