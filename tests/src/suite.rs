use std::fs;
use std::path::{Path, PathBuf};

use levmine::config::{Fields, Node, parse_toml};

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
    /// The tables, in the order of the file.
    pub tables: Vec<SideBySide>,
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

/// One strategy in one scenario, with another protocol at one of its venues in each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideBySide {
    /// What is run; its name is also the snapshot's.
    pub case: Case,
    /// The venue of the strategy whose two lines are changed.
    pub venue: String,
    /// The protocols with their presets.
    pub columns: Vec<[String; 2]>,
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
        let (cases, tables) = Self::content(&parse_toml(&format!("{name}/suite.toml"), &text)?)?;
        Ok(Self { name, folder: folder.into(), cases, tables })
    }

    /// The names of all cases and tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let tables = self.tables.iter().map(|table| &table.case);
        self.cases.iter().chain(tables).map(|case| case.name.as_str())
    }

    fn content(root: &Node) -> Result<(Vec<Case>, Vec<SideBySide>), SuiteError> {
        let mut fields = root.fields()?;
        let tables = fields.optional("table");
        let cases = match tables {
            Some(_) => fields.optional("case"),
            None => Some(fields.required("case", "a table [[case]] for each case")?),
        };
        fields.finish()?;
        let mut names = Vec::new();
        let mut read = Vec::new();
        for node in cases.map(Node::list).transpose()?.unwrap_or_default() {
            let mut fields = node.fields()?;
            read.push(case(&mut fields, &mut names)?);
            fields.finish()?;
        }
        let mut side_by_side = Vec::new();
        for node in tables.map(Node::list).transpose()?.unwrap_or_default() {
            let mut fields = node.fields()?;
            let case = case(&mut fields, &mut names)?;
            let venue = fields.required("venue", "the venue of the strategy that changes")?.text()?.into();
            let mut columns = Vec::new();
            for column in fields.required("columns", COLUMNS)?.list()? {
                let text = column.text()?;
                let (protocol, preset) = text.split_once(' ').ok_or_else(|| column.invalid(COLUMNS))?;
                columns.push([protocol.to_string(), preset.to_string()]);
            }
            fields.finish()?;
            side_by_side.push(SideBySide { case, venue, columns });
        }
        Ok((read, side_by_side))
    }
}

const COLUMNS: &str = "a protocol and its preset for each column, as in \"aave-v3 ethereum\"";

/// The keys that cases and tables have in common.
fn case(fields: &mut Fields<'_>, names: &mut Vec<String>) -> Result<Case, SuiteError> {
    let name = fields.required("name", NAME)?;
    let case = Case {
        name: name.text()?.into(),
        strategy: fields.required("strategy", "a strategy file, from the suite's folder")?.text()?.into(),
        scenario: fields.required("scenario", "a scenario file, from the suite's folder")?.text()?.into(),
        data: fields.optional("data").map(Node::boolean).transpose()?.unwrap_or(false),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good = case.name.starts_with(plain) && case.name.chars().all(|c| plain(c) || c == '-' || c == '.');
    if !good || names.contains(&case.name) {
        return Err(name.invalid(NAME).into());
    }
    names.push(case.name.clone());
    Ok(case)
}
