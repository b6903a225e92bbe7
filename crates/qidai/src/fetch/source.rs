//! Where files come from: an address, or a folder.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use qidai_hla::history::ReleaseVersion;
use ureq::http::StatusCode;
use ureq::{Agent, Proxy};

use super::FetchError;

/// How long a connection or a first answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one file may take.
const FILE_PATIENCE: Duration = Duration::from_secs(30 * 60);

/// A place to fetch from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// A folder, for machines without a network or with a copy of their own.
    Folder(PathBuf),
    /// An address that ends in `/`.
    Web { base: String, agent: Agent },
}

/// What a source has of a file, from a byte on.
pub(super) struct Body {
    pub(super) reader: Box<dyn Read>,
    /// The byte at which the reader begins; 0 when the source did not go on from where it was asked to.
    pub(super) begins_at: u64,
    /// Length of the whole file, when the source says it.
    pub(super) length: Option<u64>,
    /// What the source calls this state of the file, so that two halves of different ones are never joined.
    pub(super) state: String,
}

impl Source {
    /// A folder, or an address in which `{branch}` stands for the release, `Latest` without one. Without `proxy` the
    /// environment decides (`HTTPS_PROXY`, `NO_PROXY`).
    ///
    /// # Errors
    /// A proxy that is no address.
    pub(crate) fn new(
        from: &str,
        version: Option<ReleaseVersion>,
        proxy: Option<&str>,
    ) -> Result<Source, FetchError> {
        if !from.starts_with("http://") && !from.starts_with("https://") {
            return Ok(Source::Folder(PathBuf::from(from)));
        }
        let branch = version.map_or("Latest".to_owned(), ReleaseVersion::short);
        let mut base = from.replace("{branch}", &branch);
        if !base.ends_with('/') {
            base.push('/');
        }
        Ok(Source::Web { base, agent: agent(proxy)? })
    }

    /// Opens a file from byte `from` on; `state` is what an earlier part was called. `None` when there is no such file.
    pub(super) fn open(&self, path: &str, from: u64, state: &str) -> Result<Option<Body>, FetchError> {
        match self {
            Source::Folder(folder) => open_file(&folder.join(path), from, state),
            Source::Web { base, agent } => get(agent, &format!("{base}{path}"), from, state),
        }
    }

    /// How the place of a file is called in a message.
    pub(super) fn place(&self, path: &str) -> String {
        match self {
            Source::Folder(folder) => folder.join(path).display().to_string(),
            Source::Web { base, .. } => format!("{base}{path}"),
        }
    }

    pub(super) fn lacks(&self, path: &str) -> FetchError {
        FetchError::NotFound { place: self.place(path) }
    }
}

/// A client over rustls with ring; an answer that is no success is looked at here, not an error of its own.
pub(super) fn agent(proxy: Option<&str>) -> Result<Agent, FetchError> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_recv_body(Some(FILE_PATIENCE))
        .user_agent(concat!("qidai/", env!("CARGO_PKG_VERSION")));
    if let Some(proxy) = proxy {
        let known = Proxy::new(proxy).map_err(|_| FetchError::Proxy { proxy: proxy.to_owned() })?;
        config = config.proxy(Some(known));
    }
    Ok(config.build().new_agent())
}

pub(super) fn get(agent: &Agent, address: &str, from: u64, state: &str) -> Result<Option<Body>, FetchError> {
    let broken = |problem: ureq::Error| FetchError::broken(address, &problem);
    // Bytes are counted as they are stored; a coding on the way would shift them.
    let mut request = agent.get(address).header("Accept-Encoding", "identity");
    if from > 0 && !state.is_empty() {
        request = request.header("Range", format!("bytes={from}-")).header("If-Range", state);
    }
    let response = request.call().map_err(broken)?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let length = header("content-length").and_then(|value| value.parse::<u64>().ok());
    // A weak tag does not promise the same bytes.
    let tag = header("etag").filter(|tag| !tag.starts_with("W/"));
    let state = tag.or_else(|| header("last-modified")).unwrap_or_default().to_owned();
    let begins_at = match response.status() {
        StatusCode::OK => 0,
        StatusCode::PARTIAL_CONTENT if begins(header("content-range")) == Some(from) => from,
        StatusCode::NOT_FOUND => return Ok(None),
        StatusCode::RANGE_NOT_SATISFIABLE if from > 0 => return get(agent, address, 0, ""),
        status => return Err(FetchError::Status { place: address.to_owned(), status: status.as_u16() }),
    };
    let reader = Box::new(response.into_body().into_reader());
    Ok(Some(Body { reader, begins_at, length: length.map(|length| begins_at + length), state }))
}

/// `bytes 100-199/200` begins at 100.
fn begins(range: Option<&str>) -> Option<u64> {
    range?.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

fn open_file(path: &std::path::Path, from: u64, state: &str) -> Result<Option<Body>, FetchError> {
    let disk = |problem: io::Error| FetchError::disk(path, problem);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(problem) if problem.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(problem) => return Err(disk(problem)),
    };
    let metadata = file.metadata().map_err(disk)?;
    let now = format!("{:?} {}", metadata.modified().ok(), metadata.len());
    let begins_at = if now == state { from } else { 0 };
    file.seek(SeekFrom::Start(begins_at)).map_err(disk)?;
    Ok(Some(Body { reader: Box::new(file), begins_at, length: Some(metadata.len()), state: now }))
}
