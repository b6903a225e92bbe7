//! The number of a release.

use std::fmt;
use std::str::FromStr;

/// The number of a release of IPD-IMGT/HLA, such as 3.58.0; ordered by time.
///
/// Reads `3.58.0`, `3.58`, and the publisher's short form without points, of which the last digit is the third
/// number: `3580`, `300` (3.0.0), `3131` (3.13.1).
///
/// ```
/// use qidai_hla::history::ReleaseVersion;
/// let version: ReleaseVersion = "3131".parse().unwrap();
/// assert_eq!(version.to_string(), "3.13.1");
/// assert!(version < "3.58".parse().unwrap());
/// assert!("three".parse::<ReleaseVersion>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReleaseVersion {
    major: u16,
    minor: u16,
    patch: u16,
}

/// A text that is no number of a release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no release; expected a number such as 3.58.0, 3.58 or 3580")]
pub struct NoVersion(pub String);

impl ReleaseVersion {
    pub(crate) const fn new(major: u16, minor: u16, patch: u16) -> Self {
        ReleaseVersion { major, minor, patch }
    }

    /// The publisher's short form, e.g. `3580`: the name of a branch, the end of a file's name.
    pub fn short(self) -> String {
        format!("{}{}{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for ReleaseVersion {
    type Err = NoVersion;

    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let number = |part: &str| match part.bytes().all(|b| b.is_ascii_digit()) {
            true => part.parse::<u16>().ok(),
            false => None,
        };
        let parts: Vec<&str> = text.split('.').collect();
        let numbers = match parts[..] {
            [short] if (3..=5).contains(&short.len()) && short.is_ascii() => {
                let last = short.len() - 1;
                [&short[..1], &short[1..last], &short[last..]].map(number)
            }
            [major, minor] => [number(major), number(minor), Some(0)],
            [major, minor, patch] => [major, minor, patch].map(number),
            _ => [None; 3],
        };
        match numbers {
            [Some(major), Some(minor), Some(patch)] => Ok(ReleaseVersion { major, minor, patch }),
            _ => Err(NoVersion(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for ReleaseVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_short_forms_are_one() {
        for (text, expected) in [
            ("3.58.0", "3.58.0"),
            ("3.58", "3.58.0"),
            ("3580", "3.58.0"),
            ("300", "3.0.0"),
            ("390", "3.9.0"),
            ("3100", "3.10.0"),
            ("3131", "3.13.1"),
            ("1050", "1.5.0"),
            ("2141", "2.14.1"),
        ] {
            let version: ReleaseVersion = text.parse().unwrap();
            assert_eq!(version.to_string(), expected, "{text}");
            assert_eq!(version.short().parse::<ReleaseVersion>().unwrap(), version);
        }
        for text in ["", "3", "58", "3.x.0", "3.58.0.1", "+3.58", "３.58", "starter"] {
            assert!(text.parse::<ReleaseVersion>().is_err(), "{text}");
        }
    }
}
