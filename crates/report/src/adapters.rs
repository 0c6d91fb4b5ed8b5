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
    let mut text = format!("{} ({}, {kind})\n{}\n", adapter.title, adapter.name, wrap(adapter.summary, 0));
    let default = adapter.versions.first().copied().unwrap_or("none");
    let _ = writeln!(text, "\nversions: {} (default {default})", adapter.versions.join(", "));
    let _ = writeln!(text, "\npresets");
    for preset in adapter.presets {
        let _ = writeln!(text, "  {} ({})", preset.name, preset.date);
        let _ =
            writeln!(text, "{}\n{}", wrap(preset.summary, 4), wrap(&format!("source: {}", preset.source), 4));
    }
    let _ = writeln!(text, "\nparameters");
    for parameter in adapter.parameters {
        let _ = writeln!(text, "  {}", parameter.key);
        let _ = writeln!(text, "{}", wrap(parameter.meaning, 4));
        let _ = writeln!(text, "{}", wrap(&format!("accepted: {}", parameter.accepted), 4));
    }
    text
}

/// Breaks a text into lines of at most 100 columns, each indented.
fn wrap(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let mut lines = vec![margin.clone()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.trim().is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= 100 {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(format!("{margin}{word}"));
        }
    }
    lines.join("\n")
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
