//! Why something could not be fetched.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::reference::ReferenceError;

/// Why a release or a table was not fetched: which address or file, and what happened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    /// Nothing is overwritten.
    #[error("{} is there already: name another place, or remove it first", target.display())]
    TargetExists { target: PathBuf },
    /// The proxy of the option is no address.
    #[error("{proxy} is no address of a proxy; expected http://HOST:PORT")]
    Proxy { proxy: String },
    /// The source has no such file.
    #[error("{place} does not exist: check the release and --from")]
    NotFound { place: String },
    /// The source answered, but with a refusal.
    #[error("{place} answered with status {status}")]
    Status { place: String, status: u16 },
    /// The connection failed or broke off.
    #[error("{place} could not be fetched: {problem}; run the command again, it goes on from here")]
    Broken { place: String, problem: String },
    /// More bytes than any such file has.
    #[error("{place} is larger than any such file")]
    TooLarge { place: String },
    /// A file is not the published one.
    #[error(
        "{place} was cut or edited: its checksum is {found}, {list} says {expected}; run the command again"
    )]
    Checksum { place: String, list: &'static str, expected: String, found: String },
    /// The files are of another release.
    #[error("the files are of release {found}, not {asked}: check --from")]
    OtherVersion { asked: String, found: String },
    /// The archive has no table in it.
    #[error("{place} cannot be unpacked: {problem}")]
    Archive { place: String, problem: String },
    /// The disk.
    #[error("{} could not be written: {problem}", path.display())]
    Disk { path: PathBuf, problem: io::Error },
    /// The files do not make a release, or no table of codes.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
}

impl FetchError {
    pub(super) fn disk(path: &Path, problem: io::Error) -> FetchError {
        FetchError::Disk { path: path.to_owned(), problem }
    }

    pub(super) fn broken(place: &str, problem: &ureq::Error) -> FetchError {
        FetchError::Broken { place: place.to_owned(), problem: problem.to_string() }
    }

    /// True when another attempt may succeed.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            FetchError::Broken { .. } => true,
            FetchError::Status { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }

    /// The stable code and the values of its sentence.
    fn told(&self) -> (&'static str, Vec<(&'static str, String)>) {
        match self {
            FetchError::TargetExists { target } => {
                ("fetch_target_exists", vec![("folder", target.display().to_string())])
            }
            FetchError::Proxy { proxy } => ("fetch_proxy", vec![("value", proxy.clone())]),
            FetchError::NotFound { place } => ("fetch_not_found", vec![("place", place.clone())]),
            FetchError::Status { place, status } => {
                ("fetch_failed", vec![("place", place.clone()), ("error", format!("HTTP {status}"))])
            }
            FetchError::Broken { place, problem } | FetchError::Archive { place, problem } => {
                ("fetch_failed", vec![("place", place.clone()), ("error", problem.clone())])
            }
            FetchError::TooLarge { place } => {
                ("fetch_failed", vec![("place", place.clone()), ("error", "> 512 MB".to_owned())])
            }
            FetchError::Checksum { place, list, expected, found } => (
                "fetch_checksum",
                vec![
                    ("place", place.clone()),
                    ("checksums", (*list).to_owned()),
                    ("wanted", expected.clone()),
                    ("found", found.clone()),
                ],
            ),
            FetchError::OtherVersion { asked, found } => {
                ("fetch_other_release", vec![("wanted", asked.clone()), ("found", found.clone())])
            }
            FetchError::Disk { path, problem } => (
                "fetch_not_written",
                vec![("file", path.display().to_string()), ("error", problem.to_string())],
            ),
            FetchError::Reference(_) => ("fetch_failed", Vec::new()),
        }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Failure {
        let (code, values) = error.told();
        let sentence = error.to_string();
        let failure = match error {
            FetchError::Reference(inner) => return inner.into(),
            FetchError::TargetExists { .. } | FetchError::Proxy { .. } => Failure::refused(code, sentence),
            _ => Failure::outage(code, sentence),
        };
        values.into_iter().fold(failure, |failure, (name, value)| failure.with(name, value))
    }
}
