use std::fs;
use std::path::{Path, PathBuf};

use levmine::config::{Node, parse_toml};

use crate::SuiteError;

/// A folder of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// The cases, in the order of the file.
    pub cases: Vec<Case>,
}

/// A strategy in a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The name, which is also the snapshot's.
    pub name: String,
    /// The strategy file, from the suite's folder.
    pub strategy: String,
    /// The scenario file, from the suite's folder.
    pub scenario: String,
    /// Whether recorded histories are needed that are not in the repository.
    pub data: bool,
}

const NAME: &str =
    "a name of small letters, digits, hyphens and dots, a letter or digit first, each case its own";

impl Suite {
    /// Reads the suite in `folder`.
    ///
    /// # Errors
    ///
    /// [`SuiteError::Read`] without a `suite.toml`, [`SuiteError::Levmine`] for what is not accepted in it.
    pub fn read(folder: &Path) -> Result<Self, SuiteError> {
        let path = folder.join("suite.toml");
        let text =
            fs::read_to_string(&path).map_err(|source| SuiteError::Read { path: path.clone(), source })?;
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let cases = Self::cases(&parse_toml(&format!("{name}/suite.toml"), &text)?)?;
        Ok(Self { name, folder: folder.into(), cases })
    }

    fn cases(root: &Node) -> Result<Vec<Case>, SuiteError> {
        let mut fields = root.fields()?;
        let list = fields.required("case", "a table [[case]] for each case")?;
        fields.finish()?;
        let mut cases: Vec<Case> = Vec::new();
        for node in list.list()? {
            let mut fields = node.fields()?;
            let name = fields.required("name", NAME)?;
            let case = Case {
                name: name.text()?.into(),
                strategy: fields
                    .required("strategy", "a strategy file, from the suite's folder")?
                    .text()?
                    .into(),
                scenario: fields
                    .required("scenario", "a scenario file, from the suite's folder")?
                    .text()?
                    .into(),
                data: fields.optional("data").map(Node::boolean).transpose()?.unwrap_or(false),
            };
            fields.finish()?;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
            let good =
                case.name.starts_with(plain) && case.name.chars().all(|c| plain(c) || c == '-' || c == '.');
            if !good || cases.iter().any(|other| other.name == case.name) {
                return Err(name.invalid(NAME).into());
            }
            cases.push(case);
        }
        Ok(cases)
    }
}
