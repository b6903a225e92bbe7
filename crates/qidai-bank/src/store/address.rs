//! Where a bank is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;

use sea_orm::sqlx::postgres::PgConnectOptions;

use super::StoreError;

/// A SQLite file, memory, or a PostgreSQL address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Address {
    Sqlite(PathBuf),
    Memory,
    Postgres(Secret),
}

/// An address that may hold a password: never printed whole.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(pub(super) String);

impl Address {
    /// A text without a scheme is a path, as is one after `sqlite:`.
    ///
    /// The address of a server is read here already: what a driver says of one that it cannot read quotes it whole.
    ///
    /// # Errors
    /// [`StoreError::AddressUnknown`]: another scheme, or an address of PostgreSQL that cannot be read.
    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        let unknown = |reason: String| StoreError::AddressUnknown { address: without_password(text), reason };
        match text.split_once("://").map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest)) {
            Some((scheme, rest)) if scheme == "postgres" || scheme == "postgresql" => {
                let address = format!("{scheme}://{rest}");
                PgConnectOptions::from_str(&address).map_err(|error| unknown(reason_of(&error)))?;
                Ok(Self::Postgres(Secret(address)))
            }
            Some((scheme, path)) if scheme == "sqlite" => Ok(Self::Sqlite(PathBuf::from(path))),
            Some((scheme, _)) => Err(unknown(format!("'{scheme}' is no database that qidai knows"))),
            None if ["postgres:", "postgresql:"].iter().any(|scheme| text.starts_with(scheme)) => {
                Err(StoreError::AddressUnknown {
                    address: "postgres:…".to_owned(),
                    reason: "// is missing after the scheme".to_owned(),
                })
            }
            None => Ok(Self::Sqlite(PathBuf::from(text.strip_prefix("sqlite:").unwrap_or(text)))),
        }
    }
}

/// What is wrong with an address of PostgreSQL: a part of it may be quoted, never what stands before the `@`.
fn reason_of(error: &sea_orm::sqlx::Error) -> String {
    match error {
        sea_orm::sqlx::Error::Configuration(cause) => without_password(&cause.to_string()),
        other => without_password(&other.to_string()),
    }
}

/// The text with everything masked that may be a user or a password of an address in it: what stands between `//`
/// and the last `@` of the same word, and the parameters of that word, which can hold one too.
pub fn without_password(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (front, address) = rest.split_at(at + 3);
        masked.push_str(front);
        let end = address.find(|c: char| c.is_whitespace() || "'\"`".contains(c)).unwrap_or(address.len());
        let (address, after) = match address[end..].rfind('@') {
            // A password may hold blanks and quotes: the last @ decides.
            Some(last) => address.split_at(end + last + 1),
            None => address.split_at(end),
        };
        let place = address.rsplit_once('@').map_or(address, |(_, place)| place);
        masked.push_str(place.split('?').next().unwrap_or(place));
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// True when a password stands in an address of a server, before its `@` or among its parameters.
pub fn holds_password(address: &str) -> bool {
    let Some((_, rest)) = address.split_once("://") else { return false };
    let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || rest.split(['?', '&']).skip(1).any(|parameter| parameter.starts_with("password="))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Memory => f.write_str("memory"),
            Self::Postgres(secret) => write!(f, "{secret:?}"),
        }
    }
}

/// The address without user and password and without parameters.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issue_2_a_password_of_an_address_is_never_said() {
        for (address, said) in [
            ("postgres://bob:s3cr@et@127.0.0.1:99999/x", "postgres://127.0.0.1:99999/x"),
            ("postgresql://bob:s3cret@", "postgresql://"),
            ("postgres://u:p%40ss@[::bad/x", "postgres://[::bad/x"),
            ("postgres://u:s3 cr'et@h:port/x", "postgres://h:port/x"),
            ("postgres://h:port/x?password=s3cret", "postgres://h:port/x"),
            ("mysql://bob:s3cret@h/x", "mysql://h/x"),
            ("postgres:bob:s3cret@h/x", "postgres:…"),
        ] {
            let read = Address::parse(address);
            let text = read.as_ref().map_or_else(ToString::to_string, |read| format!("{read} {read:?}"));
            assert!(text.contains(said), "{address}: {text}");
            for secret in ["s3", "cr", "et@", "p%40ss", "bob"] {
                assert!(!text.contains(secret), "{address}: {text}");
            }
        }
    }

    #[test]
    fn other_schemes_are_named() {
        let error = Address::parse("mysql://bob:s3cret@h/x").expect_err("no such database");
        assert_eq!(error.code(), "database_address_unknown");
        let text = error.to_string();
        assert!(text.contains("'mysql'") && text.contains("postgres://"), "{text}");
        assert_eq!(Address::parse("POSTGRES://h/x").expect("an address").to_string(), "postgres://h/x");
        assert_eq!(Address::parse("sqlite:a.db").expect("a file"), Address::Sqlite("a.db".into()));
    }

    #[test]
    fn a_sentence_keeps_everything_but_the_secret() {
        assert_eq!(
            without_password("could not open 'postgres://a:b@c@h/x?password=y' now; see https://e.org/z"),
            "could not open 'postgres://h/x' now; see https://e.org/z"
        );
        assert_eq!(without_password("no address at all, bob@home"), "no address at all, bob@home");
    }

    #[test]
    fn a_password_is_found_before_the_host_and_among_the_parameters() {
        for (address, holds) in [
            ("postgres://u:p@h/x", true),
            ("postgres://h/x?sslmode=require&password=p", true),
            ("postgres://u@h:5432/x", false),
            ("postgres://h:5432/x", false),
            ("/data/a:b@c/bank.sqlite", false),
        ] {
            assert_eq!(holds_password(address), holds, "{address}");
        }
    }
}
