//! Which crate may depend on which, and what every crate must have.
//!
//! The rules read the manifests only, so they hold for code that does not compile yet.

mod manifests;
mod rules;

use std::path::Path;

pub(crate) use manifests::{Member, Workspace};
pub(crate) use rules::{Violation, mentions};

use crate::error::TaskError;

/// Fails on every broken rule at once, each named.
pub(crate) fn layering(root: &Path) -> Result<(), TaskError> {
    let workspace = Workspace::read(root)?;
    let violations = rules::check(&workspace);
    if violations.is_empty() {
        println!("layering: {} packages, every edge is allowed", workspace.members.len());
        Ok(())
    } else {
        Err(TaskError::Layering(violations))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;

    /// A member from the text of its manifest.
    pub(crate) fn member(folder: &str, manifest: &str) -> Member {
        Member { folder: folder.into(), manifest: manifest.parse().expect("TOML") }
    }

    #[test]
    fn this_repository_passes() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
        if let Err(error) = layering(root) {
            panic!("{error}");
        }
    }
}
