//! GL String Code: a GL String with the release it was written under, `hla#3.58.0#HLA-A*01:01+HLA-A*02:01`.
//!
//! The second part is a release or a day (`2024-11-01`), which means the release that was in force. A typing is read under
//! the release it was made with and no other. Source: <https://glstring.org>, GL String Code.

use super::piece::{Fault, Piece};
use crate::error::ErrorCode;
use crate::history::ReleaseVersion;
use crate::release::Release;

/// What stands before the GL String.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlStringCode<'a> {
    /// The release or day, as written.
    pub version: &'a str,
    /// The GL String.
    pub gl_string: &'a str,
}

impl<'a> GlStringCode<'a> {
    /// Takes a code apart; `None` when the text is none.
    ///
    /// ```
    /// use qidai_hla::typing::GlStringCode;
    /// let code = GlStringCode::of("hla#3.58.0#HLA-A*01:01+HLA-A*02:01").unwrap();
    /// assert_eq!((code.version, code.gl_string), ("3.58.0", "HLA-A*01:01+HLA-A*02:01"));
    /// assert!(GlStringCode::of("A*01:01").is_none());
    /// ```
    pub fn of(text: &'a str) -> Option<GlStringCode<'a>> {
        let (version, gl_string) = text.trim().strip_prefix("hla#")?.split_once('#')?;
        Some(GlStringCode { version, gl_string })
    }

    /// True when this release is the one that the code names: the same number, or in force on the day.
    pub fn is_of(&self, release: &Release) -> bool {
        if let Ok(version) = self.version.parse::<ReleaseVersion>() {
            return release.label().parse() == Ok(version);
        }
        match (release.history().and_then(|h| h.release(self.version)), release.date()) {
            (Some(version), _) => release.label().parse() == Ok(version),
            (None, Some(date)) => is_day(self.version) && date <= self.version,
            (None, None) => false,
        }
    }
}

fn is_day(text: &str) -> bool {
    let shape = text.bytes().enumerate().all(|(i, b)| match i {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    shape && text.len() == 10
}

/// The GL String of a code, when the release is the one it names; a text that is no code as it is.
pub(crate) fn body<'a>(piece: Piece<'a>, release: &Release) -> Result<Piece<'a>, Fault> {
    let text = piece.text();
    let Some(first) = text.find('#') else { return Ok(piece) };
    let expected = "hla#RELEASE#GL-String, such as hla#3.58.0#HLA-A*01:01+HLA-A*02:01";
    let Some(second) = text[first + 1..].find('#').map(|at| first + 1 + at) else {
        // A sign that no name has; the reader of names says so.
        return match text.starts_with("hla#") {
            true => Err(piece.fault(ErrorCode::GlCodeInvalid, expected)),
            false => Ok(piece),
        };
    };
    let version = piece.sub(first + 1, second);
    let Some(code) = GlStringCode::of(text) else {
        return Err(piece.sub(0, first).fault(ErrorCode::GlCodeInvalid, expected));
    };
    if version.text().parse::<ReleaseVersion>().is_err() && !is_day(version.text()) {
        return Err(
            version.fault(ErrorCode::GlCodeInvalid, "a release or a day, such as 3.58.0 or 2024-11-01")
        );
    }
    if !code.is_of(release) {
        let expected = format!(
            "release {}, which is loaded; load the other one, or migrate the typing",
            release.label()
        );
        return Err(version.fault(ErrorCode::ReleaseOther, expected));
    }
    Ok(piece.sub(second + 1, text.len()))
}
