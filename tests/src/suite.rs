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
    /// The comparisons, in the order of the file.
    pub comparisons: Vec<Comparison>,
}

/// A strategy in a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The name, which is also the snapshot's.
    pub name: String,
    /// The strategy or portfolio file, from the suite's folder.
    pub strategy: String,
    /// The scenario file, from the suite's folder.
    pub scenario: String,
    /// Whether recorded histories are needed that are not in the repository.
    pub data: bool,
    /// Whether there is no answer but an error, which is then what is compared.
    pub refused: bool,
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

/// Variants of one strategy in many scenarios, in one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The name, which is also the snapshot's.
    pub name: String,
    /// The strategy file, from the suite's folder.
    pub strategy: String,
    /// The policies of each variant.
    pub policies: Vec<String>,
    /// The scenario files, from the suite's folder.
    pub scenarios: Vec<String>,
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
        let mut suite = Self::content(&parse_toml(&format!("{name}/suite.toml"), &text)?)?;
        (suite.name, suite.folder) = (name, folder.into());
        Ok(suite)
    }

    /// The names of all cases and tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let tables = self.tables.iter().map(|table| &table.case);
        let cases = self.cases.iter().chain(tables).map(|case| case.name.as_str());
        cases.chain(self.comparisons.iter().map(|comparison| comparison.name.as_str()))
    }

    /// A suite without a place.
    fn content(root: &Node) -> Result<Self, SuiteError> {
        let mut fields = root.fields()?;
        let (tables, compared) = (fields.optional("table"), fields.optional("compare"));
        let cases = match tables.or(compared) {
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
        let mut comparisons = Vec::new();
        for node in compared.map(Node::list).transpose()?.unwrap_or_default() {
            comparisons.push(comparison(node, &mut names)?);
        }
        let (name, folder) = (String::new(), PathBuf::new());
        Ok(Self { name, folder, cases: read, tables: side_by_side, comparisons })
    }
}

const COLUMNS: &str = "a protocol and its preset for each column, as in \"aave-v3 ethereum\"";

fn comparison(node: &Node, names: &mut Vec<String>) -> Result<Comparison, SuiteError> {
    let mut fields = node.fields()?;
    let texts = |node: &Node| -> Result<Vec<String>, SuiteError> {
        node.list()?.iter().map(|node| Ok(node.text()?.to_string())).collect()
    };
    let comparison = Comparison {
        name: new_name(fields.required("name", NAME)?, names)?,
        strategy: fields.required("strategy", "a strategy file, from the suite's folder")?.text()?.into(),
        policies: texts(fields.required("policies", "a list with the policies of each variant")?)?,
        scenarios: texts(fields.required("scenarios", "a list of scenario files, from the suite's folder")?)?,
        data: fields.optional("data").map(Node::boolean).transpose()?.unwrap_or(false),
    };
    fields.finish()?;
    Ok(comparison)
}

fn new_name(node: &Node, names: &mut Vec<String>) -> Result<String, SuiteError> {
    let name = node.text()?.to_string();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good = name.starts_with(plain) && name.chars().all(|c| plain(c) || c == '-' || c == '.');
    if !good || names.contains(&name) {
        return Err(node.invalid(NAME).into());
    }
    names.push(name.clone());
    Ok(name)
}

/// The keys that cases and tables have in common.
fn case(fields: &mut Fields<'_>, names: &mut Vec<String>) -> Result<Case, SuiteError> {
    Ok(Case {
        name: new_name(fields.required("name", NAME)?, names)?,
        strategy: fields.required("strategy", "a strategy file, from the suite's folder")?.text()?.into(),
        scenario: fields.required("scenario", "a scenario file, from the suite's folder")?.text()?.into(),
        data: fields.optional("data").map(Node::boolean).transpose()?.unwrap_or(false),
        refused: fields.optional("refused").map(Node::boolean).transpose()?.unwrap_or(false),
    })
}
