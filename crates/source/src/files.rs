use std::path::PathBuf;

use async_trait::async_trait;

use crate::{
    Format, GasHistory, History, PoolHistory, RateHistory, Reading, Shape, SourceError, VolumeColumn,
    VolumeHistory, parse_gas, parse_history, parse_pool, parse_rates, parse_volumes,
};

/// What to load, and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Request {
    /// The file, and after a `#` the column to read as prices: `stablecoins.csv#dai`.
    pub file: String,
    /// The format; `None` to detect it. Only for prices.
    pub format: Option<Format>,
    /// Times, part and policy.
    pub reading: Reading,
}

impl Request {
    /// A request for all of a file, in the format that is detected, accepting no findings.
    #[must_use]
    pub fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// The file without the column, and the column: what follows the last `#`.
    #[must_use]
    pub fn path_and_column(&self) -> (&str, Option<&str>) {
        match self.file.rsplit_once('#') {
            Some((path, column)) if !path.is_empty() && !column.is_empty() => (path, Some(column)),
            _ => (&self.file, None),
        }
    }
}

/// Where histories come from.
///
/// Implementors answer the same request with the same history, and refuse what the request's policy does not accept.
#[async_trait]
pub trait HistorySource: Send + Sync {
    /// Loads a history of prices.
    ///
    /// # Errors
    ///
    /// As [`parse_history`]; [`SourceError::Unreadable`] where there is nothing to parse.
    async fn history(&self, request: &Request) -> Result<History, SourceError>;

    /// Loads a history of a lending market's rates.
    ///
    /// # Errors
    ///
    /// As [`parse_rates`]; [`SourceError::Unreadable`] where there is nothing to parse.
    async fn rates(&self, request: &Request) -> Result<RateHistory, SourceError>;

    /// Loads a history of gas prices.
    ///
    /// # Errors
    ///
    /// As [`parse_gas`]; [`SourceError::Unreadable`] where there is nothing to parse.
    async fn gas(&self, request: &Request) -> Result<GasHistory, SourceError>;

    /// Loads a history of what was traded, from one or two columns.
    ///
    /// # Errors
    ///
    /// As [`parse_volumes`]; [`SourceError::Unreadable`] where there is nothing to parse.
    async fn volumes(
        &self,
        request: &Request,
        columns: &[VolumeColumn],
    ) -> Result<VolumeHistory, SourceError>;

    /// Loads a history of a pool.
    ///
    /// # Errors
    ///
    /// As [`parse_pool`]; [`SourceError::Unreadable`] where there is nothing to parse, and from a source that has no pools.
    async fn pool(&self, request: &Request) -> Result<PoolHistory, SourceError> {
        let reason = "histories of pools do not come from there".into();
        Err(SourceError::Unreadable { file: request.file.clone(), reason })
    }
}

/// Where the texts that a person writes come from: strategies, scenarios, suites.
#[async_trait]
pub trait TextSource: Send + Sync {
    /// Loads a text.
    ///
    /// # Errors
    ///
    /// [`SourceError::Unreadable`], [`SourceError::Encoding`], [`SourceError::TooLarge`].
    async fn text(&self, path: &str) -> Result<String, SourceError>;
}

/// The files of this computer. Must be used within a tokio runtime.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The folder that relative paths start from.
    root: PathBuf,
}

/// The largest file that is read, in bytes: two years of seconds.
const LIMIT: u64 = 4 << 30;
/// The largest text that is read, in bytes.
const TEXT_LIMIT: u64 = 16 << 20;

impl Files {
    /// Files by paths relative to the working directory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Files by paths relative to `root`; messages tell paths as they were given.
    #[must_use]
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    async fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
        let unreadable = |reason: String| SourceError::Unreadable { file: path.into(), reason };
        let full = self.root.join(path);
        let metadata = tokio::fs::metadata(&full).await.map_err(|error| unreadable(reason(&error)))?;
        if !metadata.is_file() {
            let kind = if metadata.is_dir() { "it is a folder" } else { "it is not a file" };
            return Err(unreadable(kind.into()));
        }
        if metadata.len() > limit {
            return Err(SourceError::TooLarge { file: path.into(), size: metadata.len(), limit });
        }
        tokio::fs::read(&full).await.map_err(|error| unreadable(reason(&error)))
    }

    /// Reads a file, and parses it beside the runtime's own thread: a large file takes a while.
    async fn parse<T: Send + 'static>(
        &self,
        path: &str,
        parse: impl FnOnce(&str, &[u8]) -> Result<T, SourceError> + Send + 'static,
    ) -> Result<T, SourceError> {
        let bytes = self.read(path, LIMIT).await?;
        let file = path.to_string();
        let parsed = tokio::task::spawn_blocking(move || parse(&file, &bytes)).await;
        parsed.map_err(|error| SourceError::Unreadable { file: path.into(), reason: error.to_string() })?
    }
}

#[async_trait]
impl HistorySource for Files {
    async fn history(&self, request: &Request) -> Result<History, SourceError> {
        let (path, column) = request.path_and_column();
        let shape = Shape { format: request.format, column: column.map(Into::into) };
        let reading = request.reading;
        self.parse(path, move |file, bytes| parse_history(file, bytes, &shape, &reading)).await
    }

    async fn rates(&self, request: &Request) -> Result<RateHistory, SourceError> {
        let reading = request.reading;
        self.parse(&request.file, move |file, bytes| parse_rates(file, bytes, &reading)).await
    }

    async fn gas(&self, request: &Request) -> Result<GasHistory, SourceError> {
        let reading = request.reading;
        self.parse(&request.file, move |file, bytes| parse_gas(file, bytes, &reading)).await
    }

    async fn volumes(
        &self,
        request: &Request,
        columns: &[VolumeColumn],
    ) -> Result<VolumeHistory, SourceError> {
        let (reading, columns) = (request.reading, columns.to_vec());
        self.parse(&request.file, move |file, bytes| parse_volumes(file, bytes, &columns, &reading)).await
    }

    async fn pool(&self, request: &Request) -> Result<PoolHistory, SourceError> {
        let reading = request.reading;
        let (path, _) = request.path_and_column();
        self.parse(path, move |file, bytes| parse_pool(file, bytes, &reading)).await
    }
}

#[async_trait]
impl TextSource for Files {
    async fn text(&self, path: &str) -> Result<String, SourceError> {
        let bytes = self.read(path, TEXT_LIMIT).await?;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match std::str::from_utf8(text) {
            Ok(text) => Ok(text.into()),
            Err(error) => {
                let before = text.get(..error.valid_up_to()).unwrap_or_default();
                let breaks = before.iter().filter(|byte| **byte == b'\n').count();
                let line = u32::try_from(breaks + 1).unwrap_or(u32::MAX);
                Err(SourceError::Encoding { file: path.into(), line })
            }
        }
    }
}

/// What the operating system says, in the words of this program and without error numbers.
fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::NotADirectory => "a part of the path is not a folder".into(),
        _ => error.to_string(),
    }
}
