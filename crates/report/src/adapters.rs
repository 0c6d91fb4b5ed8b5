use std::fmt::Write;

use levmine_market::Descriptor;
use serde_json::{Value, json};

use crate::Table;

/// The list of adapters, a line each.
#[must_use]
pub fn adapters_text<'a>(adapters: impl IntoIterator<Item = (&'a str, &'a Descriptor)>) -> String {
    let mut table = Table::new(0, &[]);
    table.row(["NAME", "KIND", "VERSIONS", "PRESETS"]);
    for (kind, adapter) in adapters {
        let presets: Vec<&str> = adapter.presets.iter().map(|preset| preset.name).collect();
        table.row([adapter.name, kind, &adapter.versions.join(" "), &presets.join(" ")]);
    }
    table.text()
}

/// All that an adapter says about itself.
#[must_use]
pub fn adapter_text(kind: &str, adapter: &Descriptor) -> String {
    let mut text = format!("{} ({}, {kind})\n{}\n\n", adapter.title, adapter.name, adapter.summary);
    let default = adapter.versions.first().copied().unwrap_or("none");
    let _ = writeln!(text, "versions: {} (default {default})", adapter.versions.join(", "));
    let _ = writeln!(text, "\npresets");
    for preset in adapter.presets {
        let _ = writeln!(
            text,
            "  {} ({}): {}\n    source: {}",
            preset.name, preset.date, preset.summary, preset.source
        );
    }
    let _ = writeln!(text, "\nparameters");
    let mut table = Table::new(2, &[]);
    for parameter in adapter.parameters {
        table.row([parameter.key, parameter.accepted, parameter.meaning]);
    }
    text.push_str(&table.text());
    text
}

/// The adapters as JSON, `"schema": "levmine.adapters/1"`.
#[must_use]
pub fn adapters_json<'a>(adapters: impl IntoIterator<Item = (&'a str, &'a Descriptor)>) -> Value {
    let list: Vec<Value> = adapters
        .into_iter()
        .map(|(kind, adapter)| {
            let presets: Vec<Value> = adapter
                .presets
                .iter()
                .map(|p| json!({ "name": p.name, "date": p.date, "summary": p.summary, "source": p.source }))
                .collect();
            let parameters: Vec<Value> = adapter
                .parameters
                .iter()
                .map(|p| json!({ "key": p.key, "accepted": p.accepted, "meaning": p.meaning }))
                .collect();
            json!({
                "name": adapter.name,
                "kind": kind,
                "title": adapter.title,
                "summary": adapter.summary,
                "versions": adapter.versions,
                "presets": presets,
                "parameters": parameters,
            })
        })
        .collect();
    json!({ "schema": "levmine.adapters/1", "adapters": list })
}
