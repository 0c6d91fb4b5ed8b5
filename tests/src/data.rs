use std::path::{Path, PathBuf};

use async_trait::async_trait;
use levmine::source::{
    Files, GasHistory, History, HistorySource, PoolHistory, RateHistory, Request, SourceError, TextSource,
    VolumeColumn, VolumeHistory,
};

use crate::SuiteError;

/// Where the recorded histories are, which are too large for the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// In this folder.
    At(PathBuf),
    /// Not on this computer.
    Absent,
}

impl Data {
    /// The folder named by `given` (the variable `LEVMINE_DATA`), else `shared/data` beside the checkout at `root`.
    ///
    /// # Errors
    ///
    /// [`SuiteError::NoDataFolder`] where a folder is given that is not there: a misspelt path must not skip anything.
    pub fn find(given: Option<PathBuf>, root: &Path) -> Result<Self, SuiteError> {
        if let Some(path) = given {
            return if path.is_dir() { Ok(Self::At(path)) } else { Err(SuiteError::NoDataFolder { path }) };
        }
        let beside = root.parent().map(|parent| parent.join("shared/data")).filter(|path| path.is_dir());
        Ok(beside.map_or(Self::Absent, Self::At))
    }
}

/// The files of a suite. A history below `data/` is taken from the data's folder, everything else from the suite's;
/// messages tell paths as they stand in the files, so no report names a folder of this computer.
#[derive(Debug, Clone)]
pub struct SuiteFiles {
    suite: Files,
    data: Option<Files>,
    /// A file of the suite that is read as another text.
    instead: Option<(String, String)>,
}

impl SuiteFiles {
    /// The files of the suite in `folder`.
    #[must_use]
    pub fn new(folder: &Path, data: &Data) -> Self {
        let data = match data {
            Data::At(folder) => Some(Files::below(folder)),
            Data::Absent => None,
        };
        Self { suite: Files::below(folder), data, instead: None }
    }

    /// The same, but the file at `path` reads as `text`.
    #[must_use]
    pub fn with(mut self, path: &str, text: String) -> Self {
        self.instead = Some((path.into(), text));
        self
    }

    /// Whose file it is, and what to ask for there.
    fn locate(&self, request: &Request) -> (&Files, Request) {
        match (&self.data, request.file.strip_prefix("data/")) {
            (Some(data), Some(file)) => (data, Request { file: file.into(), ..request.clone() }),
            _ => (&self.suite, request.clone()),
        }
    }
}

#[async_trait]
impl TextSource for SuiteFiles {
    async fn text(&self, path: &str) -> Result<String, SourceError> {
        match &self.instead {
            Some((instead, text)) if instead == path => Ok(text.clone()),
            _ => self.suite.text(path).await,
        }
    }
}

#[async_trait]
impl HistorySource for SuiteFiles {
    async fn history(&self, request: &Request) -> Result<History, SourceError> {
        let (files, request) = self.locate(request);
        files.history(&request).await
    }

    async fn rates(&self, request: &Request) -> Result<RateHistory, SourceError> {
        let (files, request) = self.locate(request);
        files.rates(&request).await
    }

    async fn gas(&self, request: &Request) -> Result<GasHistory, SourceError> {
        let (files, request) = self.locate(request);
        files.gas(&request).await
    }

    async fn volumes(
        &self,
        request: &Request,
        columns: &[VolumeColumn],
    ) -> Result<VolumeHistory, SourceError> {
        let (files, request) = self.locate(request);
        files.volumes(&request, columns).await
    }

    async fn pool(&self, request: &Request) -> Result<PoolHistory, SourceError> {
        let (files, request) = self.locate(request);
        files.pool(&request).await
    }
}
