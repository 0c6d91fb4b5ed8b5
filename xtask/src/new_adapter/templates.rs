//! The files of a new adapter, as they stand below `xtask/templates`.

use super::Kind;
use super::name::AdapterName;

/// The path of each file within the adapter's folder, and its template.
type Templates = &'static [(&'static str, &'static str)];

macro_rules! templates {
    ($kind:literal: $($path:literal)+) => {
        &[$(($path, include_str!(concat!("../../templates/", $kind, "/", $path, ".txt")))),+]
    };
}

const POOL: Templates = templates!("pool":
    "Cargo.toml" "README.md"
    "src/lib.rs" "src/params.rs" "src/state.rs" "src/pool.rs" "src/decode.rs" "src/error.rs"
    "tests/it/main.rs" "tests/it/conformance.rs"
);

const LENDING: Templates = templates!("lending":
    "Cargo.toml" "README.md"
    "src/lib.rs" "src/params.rs" "src/state.rs" "src/market.rs" "src/decode.rs" "src/error.rs"
    "tests/it/main.rs" "tests/it/conformance.rs"
);

const VAULT: Templates = templates!("vault":
    "Cargo.toml" "README.md"
    "src/lib.rs" "src/params.rs" "src/state.rs" "src/vault.rs" "src/decode.rs" "src/error.rs"
    "tests/it/main.rs" "tests/it/conformance.rs"
);

/// All files with the name filled in.
pub(crate) fn render(kind: Kind, name: &AdapterName) -> Vec<(&'static str, String)> {
    let (templates, noun) = match kind {
        Kind::Pool => (POOL, "Pool"),
        Kind::Lending => (LENDING, "Market"),
        Kind::Vault => (VAULT, "Vault"),
    };
    let fill = |text: &str| {
        text.replace("{{name}}", name.kebab())
            .replace("{{package}}", &name.package())
            .replace("{{crate}}", &name.library())
            .replace("{{title}}", &name.title())
            .replace("{{type}}", &name.type_prefix(noun))
    };
    templates.iter().map(|(path, text)| (*path, fill(text))).collect()
}
