//! The donation identification number (DIN) of ISBT 128, data structure 001.

use super::IdentityError;

/// Characters of the number itself.
const NUMBER_LENGTH: usize = 13;
/// ISO/IEC 7064 MOD 37-2: the value of a character is its place here.
const ALPHABET: &[u8; 37] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";
/// Flag digits of type 3 are 60 + the MOD 37-2 value of the number.
const FIRST_CHECK_FLAG: u8 = 60;

/// A valid DIN: facility (5 characters), year (2), sequence (6). Unique for 100 years.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Din(String);

impl Din {
    /// Reads the 13 characters of a DIN; or 14 with the keyboard check character; or 15 with the
    /// two flag digits of a barcode, with or without its data identifier `=`. Spaces, lower case
    /// and full-width characters are accepted and normalised; a given check is verified.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let cleaned = clean(text);
        let number = cleaned.strip_prefix('=').unwrap_or(&cleaned);
        if let Some(stranger) = number.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '*') {
            return Err(stranger_error(text, stranger));
        }
        let scanned = cleaned.starts_with('=');
        let rest = match (number.len(), scanned) {
            (13, false) | (14, false) | (15, _) => &number[NUMBER_LENGTH..],
            (length, _) => return Err(length_error(text, length, scanned)),
        };
        let number = &number[..NUMBER_LENGTH];
        check_places(text, number)?;
        match rest.len() {
            1 => check_keyboard(text, number, rest)?,
            2 => check_flags(text, number, rest)?,
            _ => {}
        }
        Ok(Self(number.to_owned()))
    }

    /// The 13 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The keyboard check character (K) of 13 characters, or `None` if one of them has no value.
pub fn check_character(number: &str) -> Option<char> {
    check_value(number).map(|value| ALPHABET[usize::from(value)] as char)
}

/// ISO/IEC 7064 MOD 37-2: doubling sum, and the value that brings it to 1.
fn check_value(number: &str) -> Option<u8> {
    let mut sum = 0;
    for byte in number.bytes() {
        let value = ALPHABET.iter().position(|known| *known == byte)?;
        sum = (sum + value) * 2 % 37;
    }
    u8::try_from((38 - sum) % 37).ok()
}

/// Full-width forms become ASCII, letters upper case; spaces and the hyphens of printed
/// groups go.
fn clean(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match u32::from(c) {
            wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// ISBT 128 ST-001, table for structure 001: α is A–N, P–Z or 1–9; two alphanumeric characters
/// without O; then digits only.
fn check_places(text: &str, number: &str) -> Result<(), IdentityError> {
    for (at, c) in number.chars().enumerate() {
        let (fits, expected) = match at {
            0 => (c != '0' && c != 'O' && c != '*', "A to N, P to Z or 1 to 9"),
            1 | 2 => (c != 'O' && c != '*', "a letter other than O, or a digit"),
            _ => (c.is_ascii_digit(), "a digit"),
        };
        if !fits {
            return Err(IdentityError {
                code: "din_character_misplaced",
                reason: format!("'{text}' is not a DIN: character {} is '{c}', expected {expected}", at + 1),
                hint: "a DIN is 5 characters of the facility, 2 digits of the year and \
                       6 digits of sequence, for example G1234 17 654321"
                    .to_owned(),
            });
        }
    }
    Ok(())
}

fn check_keyboard(text: &str, number: &str, given: &str) -> Result<(), IdentityError> {
    match check_character(number) {
        Some(expected) if given.starts_with(expected) => Ok(()),
        expected => Err(IdentityError {
            code: "din_check_wrong",
            reason: format!(
                "'{text}' ends with check character '{given}', but {number} has '{}'",
                expected.unwrap_or('?')
            ),
            hint: "compare all characters with the label: one of them was misread or mistyped".to_owned(),
        }),
    }
}

/// Flags 00 to 59 say what the label is on; 60 to 96 carry the check; others are not assigned.
fn check_flags(text: &str, number: &str, flags: &str) -> Result<(), IdentityError> {
    let expected = check_value(number).map(|value| value + FIRST_CHECK_FLAG);
    match flags.parse::<u8>() {
        Ok(0..FIRST_CHECK_FLAG) => Ok(()),
        Ok(flag @ FIRST_CHECK_FLAG..=96) if Some(flag) == expected => Ok(()),
        Ok(FIRST_CHECK_FLAG..=96) => Err(IdentityError {
            code: "din_check_wrong",
            reason: format!(
                "'{text}' ends with check flags {flags}, but {number} has {}",
                expected.unwrap_or_default()
            ),
            hint: "scan the label again".to_owned(),
        }),
        _ => Err(IdentityError {
            code: "din_flags_unknown",
            reason: format!("'{text}' ends with flags '{flags}', expected 00 to 96"),
            hint: "give the 13 characters of the number, or scan the label again".to_owned(),
        }),
    }
}

fn length_error(text: &str, length: usize, scanned: bool) -> IdentityError {
    let expected = if scanned {
        "a scanned DIN has 15 characters after '='"
    } else {
        "a DIN has 13 characters, 14 with its check character, or 15 with its two flag digits"
    };
    IdentityError {
        code: if length == 0 { "identity_empty" } else { "din_length_wrong" },
        reason: format!("'{text}' has {length} characters"),
        hint: expected.to_owned(),
    }
}

fn stranger_error(text: &str, stranger: char) -> IdentityError {
    IdentityError {
        code: "din_character_unknown",
        reason: format!("'{text}' contains '{stranger}' (U+{:04X}), which no DIN has", u32::from(stranger)),
        hint: "use the Latin letters A to Z and the digits 0 to 9; letters of other alphabets \
               can look the same"
            .to_owned(),
    }
}
