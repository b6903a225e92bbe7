//! What all release files share: comment lines with the version, then separated fields.

use crate::error::ReleaseError;

/// The header of a release file.
pub(crate) struct Header {
    pub version: String,
    pub date: Option<String>,
}

/// Reads the comment lines at the top. The published files begin with `# file: NAME`.
pub(crate) fn header(file: &'static str, text: &str) -> Result<Header, ReleaseError> {
    let first = text.lines().next().unwrap_or("").trim();
    if first.strip_prefix("# file:").map(str::trim) != Some(file) {
        return Err(ReleaseError::Header { file, found: first.chars().take(80).collect() });
    }
    let value = |key: &str| {
        text.lines()
            .take_while(|line| line.starts_with('#'))
            .find_map(|line| line.strip_prefix(key))
            .map(|v| v.trim().to_owned())
    };
    let version = value("# version:").and_then(|v| v.rsplit(' ').next().map(str::to_owned));
    match version {
        Some(version) if version.starts_with(|c: char| c.is_ascii_digit()) => {
            Ok(Header { version, date: value("# date:") })
        }
        other => Err(ReleaseError::Header { file, found: other.unwrap_or_else(|| "no version line".into()) }),
    }
}

/// One line cut into its fields.
pub(crate) struct Line<'a, const N: usize> {
    pub file: &'static str,
    pub number: usize,
    pub text: &'a str,
    pub fields: [&'a str; N],
}

impl<const N: usize> Line<'_, N> {
    pub(crate) fn error(&self, problem: impl Into<String>) -> ReleaseError {
        ReleaseError::Line {
            file: self.file,
            line: self.number,
            problem: problem.into(),
            value: self.text.chars().take(120).collect(),
        }
    }
}

/// Walks the data lines; each must have `N` fields (more are allowed, they are ignored: the
/// publisher adds columns at the end, as 3.64.0 did to `rel_dna_ser.txt`).
pub(crate) fn data<'a, const N: usize>(
    file: &'static str,
    text: &'a str,
    separator: char,
) -> impl Iterator<Item = Result<Line<'a, N>, ReleaseError>> {
    text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty()).map(
        move |(i, line)| {
            let mut parts = line.split(separator);
            let mut fields = [""; N];
            for (filled, field) in fields.iter_mut().enumerate() {
                *field = parts.next().ok_or_else(|| ReleaseError::Line {
                    file,
                    line: i + 1,
                    problem: format!("expected {N} fields, found {filled}; the file may be cut off"),
                    value: line.chars().take(120).collect(),
                })?;
            }
            Ok(Line { file, number: i + 1, text: line, fields })
        },
    )
}
