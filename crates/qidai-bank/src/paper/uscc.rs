//! The unified social credit code 统一社会信用代码 (GB 32100) of an institution.

use super::{check_length, clean};
use crate::IdentityError;

const LENGTH: usize = 18;
/// GB 32100: the value of a character is its place here; I, O, S, V and Z are not used.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// GB 32100: weights are the powers of 3 modulo 31.
const BASE: usize = 3;
/// GB 11714: weights of the eight characters of an organisation code.
const ORGANISATION_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const HINT: &str = "compare every character with the business licence";

/// A valid code: registering department, category, 6 digits of the region, organisation code (9), check character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uscc(String);

impl Uscc {
    /// Reads a code; full-width characters, blanks and small letters are accepted and normalised.
    ///
    /// # Errors
    /// `uscc_length_wrong`, `uscc_character_unexpected`, `uscc_check_wrong`.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let text = clean(text);
        check_length(&text, LENGTH, "uscc_length_wrong", HINT)?;
        let unexpected = |(at, c): &(usize, char)| {
            let region = (2..8).contains(at);
            value_of(*c).is_none() || (region && !c.is_ascii_digit())
        };
        if let Some((at, c)) = text.chars().enumerate().find(unexpected) {
            let expected =
                if (2..8).contains(&at) { "a digit" } else { "a digit or a letter without I O S V Z" };
            return Err(IdentityError {
                code: "uscc_character_unexpected",
                reason: format!("'{text}': character {} is '{c}', expected {expected}", at + 1),
                hint: HINT.to_owned(),
            });
        }
        if !text.ends_with(check_character(&text)) {
            return Err(IdentityError {
                code: "uscc_check_wrong",
                reason: format!("'{text}': the last character does not fit the others"),
                hint: HINT.to_owned(),
            });
        }
        Ok(Self(text))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Characters 9 to 17.
    pub fn organisation_code(&self) -> &str {
        self.0.get(8..17).unwrap_or_default()
    }

    /// Does the organisation code have its own check character (GB 11714)? False is a warning, no refusal: the code
    /// as a whole was issued with a right check.
    pub fn organisation_check_fits(&self) -> bool {
        let organisation = self.organisation_code();
        organisation_check(organisation).is_some_and(|check| organisation.ends_with(check))
    }
}

fn value_of(c: char) -> Option<usize> {
    ALPHABET.iter().position(|known| char::from(*known) == c)
}

/// 31 less the weighted sum of the first 17 characters modulo 31, modulo 31.
fn check_character(text: &str) -> char {
    let (mut sum, mut weight) = (0, 1);
    for c in text.chars().take(LENGTH - 1) {
        sum += value_of(c).unwrap_or_default() * weight;
        weight = weight * BASE % ALPHABET.len();
    }
    let place = (ALPHABET.len() - sum % ALPHABET.len()) % ALPHABET.len();
    ALPHABET.get(place).map_or('?', |check| char::from(*check))
}

/// 11 less the weighted sum modulo 11; 10 is written X and 11 is written 0. Letters count from 10 on.
fn organisation_check(code: &str) -> Option<char> {
    let mut sum = 0;
    for (c, weight) in code.chars().zip(ORGANISATION_WEIGHTS) {
        sum += usize::try_from(c.to_digit(36)?).ok()? * weight;
    }
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(u32::try_from(digit).ok()?, 10),
    }
}
