//! A bank's own numbering, as a pattern with an optional check rule.
//!
//! Units banked before ISBT 128 carry local numbers; each bank describes its own.

use super::check_character;
use super::{Identity, IdentityError};

/// How the last character of a number is computed from those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckRule {
    /// Luhn's doubling sum over the digits; a digit.
    Luhn,
    /// ISO/IEC 7064 MOD 11-2 over the digits; a digit or X.
    Mod11_2,
    /// ISO/IEC 7064 MOD 37-2 over letters and digits; a letter, a digit or `*`.
    Mod37_2,
}

impl CheckRule {
    pub fn code(self) -> &'static str {
        match self {
            Self::Luhn => "luhn",
            Self::Mod11_2 => "mod11_2",
            Self::Mod37_2 => "mod37_2",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Luhn, Self::Mod11_2, Self::Mod37_2].into_iter().find(|rule| rule.code() == text)
    }

    fn check_of(self, body: &str) -> Option<char> {
        let digits = || body.chars().filter_map(|c| c.to_digit(10));
        match self {
            Self::Luhn => {
                let sum: u32 = digits()
                    .collect::<Vec<_>>()
                    .iter()
                    .rev()
                    .enumerate()
                    .map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
                    .sum();
                char::from_digit((10 - sum % 10) % 10, 10)
            }
            Self::Mod11_2 => {
                let sum = digits().fold(0, |sum, digit| (sum + digit) * 2 % 11);
                match (12 - sum) % 11 {
                    10 => Some('X'),
                    value => char::from_digit(value, 10),
                }
            }
            Self::Mod37_2 => {
                let plain: String = body.chars().filter(char::is_ascii_alphanumeric).collect();
                check_character(&plain)
            }
        }
    }
}

/// One place of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Digit,
    Letter,
    LetterOrDigit,
    Check,
    Literal(char),
}

impl Place {
    fn of(c: char) -> Self {
        match c {
            '#' => Self::Digit,
            '@' => Self::Letter,
            '?' => Self::LetterOrDigit,
            '!' => Self::Check,
            other => Self::Literal(other.to_ascii_uppercase()),
        }
    }

    fn takes(self, c: char) -> bool {
        match self {
            Self::Digit => c.is_ascii_digit(),
            Self::Letter => c.is_ascii_uppercase(),
            Self::LetterOrDigit => c.is_ascii_digit() || c.is_ascii_uppercase(),
            Self::Check => c.is_ascii_digit() || c.is_ascii_uppercase() || c == '*',
            Self::Literal(own) => c == own,
        }
    }

    fn expected(self) -> String {
        match self {
            Self::Digit => "a digit".to_owned(),
            Self::Letter => "a letter A to Z".to_owned(),
            Self::LetterOrDigit => "a letter or a digit".to_owned(),
            Self::Check => "the check character".to_owned(),
            Self::Literal(c) => format!("'{c}'"),
        }
    }
}

/// A bank's own scheme: its name, and the pattern its numbers have.
///
/// In the pattern `#` is a digit, `@` a letter, `?` either, `!` the check character (last, with a
/// rule); everything else stands for itself: `SD########`, `B-####-####!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnScheme {
    name: String,
    pattern: String,
    places: Vec<Place>,
    rule: Option<CheckRule>,
}

/// Longest pattern; no label carries more.
const PATTERN_LENGTH_MAX: usize = 32;

impl OwnScheme {
    /// Refuses a name that is not a short lower-case word or is `din`, and a pattern that is empty,
    /// too long, fixed, or whose check place and rule do not go together.
    pub fn new(name: &str, pattern: &str, rule: Option<CheckRule>) -> Result<Self, IdentityError> {
        let places: Vec<Place> = pattern.trim().chars().map(Place::of).collect();
        if let Some(reason) = name_problem(name).or_else(|| pattern_problem(pattern, &places, rule)) {
            return Err(IdentityError {
                code: "identity_scheme_wrong",
                reason,
                hint: "write # for a digit, @ for a letter, ? for either, ! for the check \
                       character, for example SD########"
                    .to_owned(),
            });
        }
        Ok(Self { name: name.to_owned(), pattern: pattern.trim().to_owned(), places, rule })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    pub fn rule(&self) -> Option<CheckRule> {
        self.rule
    }

    /// Reads one number of this scheme; lower case is accepted, nothing else is changed.
    pub fn parse(&self, text: &str) -> Result<Identity, IdentityError> {
        let value = text.trim().to_ascii_uppercase();
        let length = value.chars().count();
        if length == 0 {
            return Err(self.refuse("identity_empty", "the identifier is empty".to_owned()));
        }
        for (at, (place, c)) in self.places.iter().zip(value.chars()).enumerate() {
            if !place.takes(c) {
                let expected = place.expected();
                let reason = format!("'{text}': character {} is '{c}', expected {expected}", at + 1);
                return Err(self.refuse("identity_pattern_mismatch", reason));
            }
        }
        if length != self.places.len() {
            let reason = format!("'{text}' has {length} characters, expected {}", self.places.len());
            return Err(self.refuse("identity_length_wrong", reason));
        }
        self.check(text, &value)?;
        Ok(Identity { scheme: self.name.clone(), value })
    }

    fn check(&self, text: &str, value: &str) -> Result<(), IdentityError> {
        let (Some(rule), Some(given)) = (self.rule, value.chars().last()) else {
            return Ok(());
        };
        let body = &value[..value.len() - given.len_utf8()];
        match rule.check_of(body) {
            Some(expected) if expected == given => Ok(()),
            expected => Err(self.refuse(
                "identity_check_wrong",
                format!(
                    "'{text}' ends with check character '{given}', but {body} has '{}'",
                    expected.unwrap_or('?')
                ),
            )),
        }
    }

    fn refuse(&self, code: &'static str, reason: String) -> IdentityError {
        let hint = format!("numbers of scheme '{}' look like {}", self.name, self.pattern);
        IdentityError { code, reason, hint }
    }
}

fn name_problem(name: &str) -> Option<String> {
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if name == super::DIN_SCHEME {
        return Some("the name 'din' belongs to ISBT 128".to_owned());
    }
    (!plain || name.is_empty() || name.len() > PATTERN_LENGTH_MAX)
        .then(|| format!("scheme name '{name}' must be 1 to {PATTERN_LENGTH_MAX} of a-z, 0-9 and _"))
}

fn pattern_problem(pattern: &str, places: &[Place], rule: Option<CheckRule>) -> Option<String> {
    let checks = places.iter().filter(|place| **place == Place::Check).count();
    let check_is_last = places.last() == Some(&Place::Check);
    if places.is_empty() || places.len() > PATTERN_LENGTH_MAX {
        return Some(format!("pattern '{pattern}' must have 1 to {PATTERN_LENGTH_MAX} characters"));
    }
    if let Some(c) = pattern.trim().chars().find(|c| !c.is_ascii_graphic()) {
        return Some(format!("pattern '{pattern}' contains '{c}', which a label cannot carry"));
    }
    if places.iter().all(|place| matches!(place, Place::Literal(_) | Place::Check)) {
        return Some(format!("pattern '{pattern}' fits one number only"));
    }
    match (rule, checks) {
        (Some(_), 1) if check_is_last => None,
        (None, 0) => None,
        (Some(rule), _) => {
            Some(format!("pattern '{pattern}' needs one ! at its end for check rule {}", rule.code()))
        }
        (None, _) => Some(format!("pattern '{pattern}' has a ! but no check rule")),
    }
}
