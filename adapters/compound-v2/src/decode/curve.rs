//! The rate model of a market's table, in yearly terms.

use levmine_config::{ConfigError, Fields, Node};
use levmine_math::{MathError, U256};

use super::values;
use crate::rates::RateModel;

/// The highest rate, times one: 1,000 %; a jump of so much is beyond what a cToken accepts at full utilization.
const HIGHEST: u32 = 10;

/// Which contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    JumpV2,
    Jump,
    WhitePaper,
    Legacy,
}

const FORMS: [(&str, Form); 4] = [
    ("jump-v2", Form::JumpV2),
    ("jump", Form::Jump),
    ("white-paper", Form::WhitePaper),
    ("legacy", Form::Legacy),
];

/// A rate model as its constructor takes it: rates per year and shares, 18 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Curve {
    pub(crate) form: Form,
    pub(crate) base: U256,
    pub(crate) multiplier: U256,
    pub(crate) jump: U256,
    pub(crate) kink: U256,
    pub(crate) blocks_per_year: u64,
}

/// What the contract's authors took a year for: 15 s a block.
pub(crate) const BLOCKS_PER_YEAR: u64 = 2_102_400;

impl Default for Curve {
    fn default() -> Self {
        Self {
            form: Form::JumpV2,
            base: U256::ZERO,
            multiplier: U256::ZERO,
            jump: U256::ZERO,
            kink: U256::ZERO,
            blocks_per_year: BLOCKS_PER_YEAR,
        }
    }
}

impl Curve {
    /// As the contract stores it.
    pub(crate) fn model(&self) -> Result<RateModel, MathError> {
        let blocks = U256::from(self.blocks_per_year);
        let kinked = [self.base, self.multiplier, self.jump, self.kink];
        match self.form {
            Form::JumpV2 => RateModel::jump_v2(kinked, blocks),
            Form::Jump => RateModel::jump_v1(kinked, blocks),
            Form::WhitePaper => RateModel::white_paper(self.base, self.multiplier, blocks),
            Form::Legacy => Ok(RateModel::Legacy {
                base_per_year: self.base,
                multiplier_per_year: self.multiplier,
                blocks_per_year: blocks,
            }),
        }
    }
}

/// Reads the keys of the model over what is there already. A new market must have all keys but the base rate.
pub(crate) fn read(
    fields: &mut Fields<'_>,
    before: Option<Curve>,
    place: &Node,
) -> Result<(Curve, RateModel), ConfigError> {
    let mut curve = before.unwrap_or_default();
    if let Some(node) = fields.optional("model") {
        let name = node.text()?;
        let known = FORMS.iter().find(|(known, _)| *known == name);
        let names = FORMS.iter().map(|(name, _)| *name);
        curve.form = known.map(|(_, form)| *form).ok_or_else(|| node.unknown_name(name, names))?;
    }
    let kinked = matches!(curve.form, Form::JumpV2 | Form::Jump);
    let accepted = "a percentage like \"4%\"";
    for (key, place, most, needed) in [
        ("multiplier", &mut curve.multiplier, HIGHEST, true),
        ("jump_multiplier", &mut curve.jump, HIGHEST, kinked),
        ("kink", &mut curve.kink, 1, kinked),
        ("base_rate", &mut curve.base, HIGHEST, false),
    ] {
        let required = before.is_none() && needed;
        let node = if required { Some(fields.required(key, accepted)?) } else { fields.optional(key) };
        if let Some(node) = node {
            *place = values::mantissa(node, most)?;
        }
    }
    if let Some(node) = fields.optional("blocks_per_year") {
        let accepted = "blocks, 1 to 1000000000";
        let blocks: u64 = node.parse(accepted)?;
        if !(1..=1_000_000_000).contains(&blocks) {
            return Err(node.invalid(accepted));
        }
        curve.blocks_per_year = blocks;
    }
    let model = curve.model().map_err(|_| place.invalid("a rate model with a kink above 0%"))?;
    Ok((curve, model))
}
