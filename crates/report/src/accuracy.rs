use levmine_engine::{Accuracy, Compared};
use levmine_math::{Rounding, U256, format_units, mul_div};
use serde_json::{Value, json};

use crate::Table;
use crate::number::group;

/// How near a run came to what was recorded: a block for each subject.
pub(crate) fn accuracy_text(all: &[Accuracy]) -> String {
    let mut text = String::new();
    for accuracy in all {
        text.push_str(&format!("  {}\n", accuracy.subject));
        let mut table = Table::new(4, &[1, 2, 3, 4]);
        table.row(["", "run", "recorded", "difference", "ppm"]);
        for compared in &accuracy.compared {
            let (sign, difference) = difference(compared);
            let places = usize::from(compared.decimals);
            let whole = |raw: U256| group(&padded(raw, places));
            table.row([
                compared.what.to_string(),
                whole(compared.own),
                whole(compared.recorded),
                format!("{sign}{}", whole(difference)),
                parts_per_million(difference, compared.recorded, sign),
            ]);
        }
        text.push_str(&table.text());
        let mut counts = Table::new(4, &[1]);
        for (what, count) in &accuracy.counts {
            counts.row([(*what).to_string(), count.to_string()]);
        }
        text.push_str(&counts.text());
    }
    text
}

/// The same for programs; integers are strings in units of 10^−`decimals`.
pub(crate) fn accuracy_json(all: &[Accuracy]) -> Vec<Value> {
    let compared = |compared: &Compared| {
        let (sign, difference) = difference(compared);
        json!({
            "what": compared.what,
            "run": compared.own.to_string(),
            "recorded": compared.recorded.to_string(),
            "difference": format!("{sign}{difference}"),
            "decimals": compared.decimals,
        })
    };
    let count = |(what, count): &(&str, u64)| json!({ "what": what, "count": count });
    let one = |accuracy: &Accuracy| {
        json!({
            "subject": accuracy.subject,
            "compared": accuracy.compared.iter().map(compared).collect::<Vec<_>>(),
            "counts": accuracy.counts.iter().map(count).collect::<Vec<_>>(),
        })
    };
    all.iter().map(one).collect()
}

fn difference(compared: &Compared) -> (&'static str, U256) {
    let sign = if compared.own < compared.recorded { "-" } else { "" };
    (sign, compared.own.abs_diff(compared.recorded))
}

/// All places, so that figures stand below each other.
fn padded(raw: U256, places: usize) -> String {
    let text = format_units(raw, u8::try_from(places).unwrap_or(0));
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if places == 0 { whole.to_string() } else { format!("{whole}.{fraction:0<places$}") }
}

/// `difference ÷ of` in millionths with six places, rounded down; a dash where there is nothing to compare with.
fn parts_per_million(difference: U256, of: U256, sign: &str) -> String {
    let parts = mul_div(difference, U256::from(1_000_000_000_000_u64), of, Rounding::Down);
    parts.map_or_else(|_| "-".into(), |parts| format!("{sign}{}", group(&padded(parts, 6))))
}
