//! The Global Registration Identifier for Donors (GRID; ISBT 128 data structure 039): who an adult donor is, in all registries.

use super::{check_length, clean};
use crate::IdentityError;

const LENGTH: usize = 19;
/// What the two digits at the end are computed of: the issuing organisation (4 digits) and the donor (13 characters).
const CHECKED: usize = 17;
const HINT: &str =
    "compare every character with the registry's document; a sheet of numbers may have rounded it";

/// A valid identifier, without blanks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grid(String);

impl Grid {
    /// Reads an identifier; blanks, dashes and small letters are accepted and normalised.
    ///
    /// # Errors
    /// `grid_length_wrong`, `grid_character_unexpected`, `grid_check_wrong`.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let text = clean(text);
        check_length(&text, LENGTH, "grid_length_wrong", HINT)?;
        let refused = |code, reason| IdentityError { code, reason, hint: HINT.to_owned() };
        let is_digit_place = |at: usize| !(4..CHECKED).contains(&at);
        let unexpected = text.chars().enumerate().find(|(at, c)| {
            let is_expected =
                if is_digit_place(*at) { c.is_ascii_digit() } else { c.is_ascii_alphanumeric() };
            !is_expected || (*at == 0 && *c == '0')
        });
        if let Some((at, c)) = unexpected {
            let expected = match at {
                0 => "a digit from 1 to 9",
                at if is_digit_place(at) => "a digit",
                _ => "a digit or a letter",
            };
            let reason = format!("'{text}': character {} is '{c}', expected {expected}", at + 1);
            return Err(refused("grid_character_unexpected", reason));
        }
        if !text.ends_with(&check_digits(&text)) {
            return Err(refused(
                "grid_check_wrong",
                format!("'{text}': the last two digits do not fit the others"),
            ));
        }
        Ok(Self(text))
    }

    /// The 19 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// ISO/IEC 7064 MOD 37-2 over the first 17 characters, written as a number of two digits (ST-001, structure 039).
fn check_digits(text: &str) -> String {
    let value = |c: char| c.to_digit(36).unwrap_or_default();
    let sum = text.chars().take(CHECKED).fold(0, |sum, c| (sum + value(c)) * 2 % 37);
    format!("{:02}", (38 - sum) % 37)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_digits_find_every_slip_of_one_character() {
        let good = "9991000000000000100";
        assert_eq!(Grid::parse(good).unwrap().as_str(), good);
        assert_eq!(Grid::parse(" 9991 0000 0000 0000 100").unwrap().as_str(), good);
        for at in 0..good.len() {
            for digit in '0'..='9' {
                let mut slipped: Vec<char> = good.chars().collect();
                if slipped[at] != digit {
                    slipped[at] = digit;
                    let slipped: String = slipped.into_iter().collect();
                    assert!(Grid::parse(&slipped).is_err(), "{slipped}");
                }
            }
        }
        for (text, code) in [
            ("9991000000000000101", "grid_check_wrong"),
            ("9991012070433202000", "grid_check_wrong"),
            ("999100000000000010", "grid_length_wrong"),
            ("0991000000000000100", "grid_character_unexpected"),
            ("999A000000000000100", "grid_character_unexpected"),
            ("99910000000*0000100", "grid_character_unexpected"),
            ("", "identity_empty"),
        ] {
            assert_eq!(Grid::parse(text).unwrap_err().code, code, "{text}");
        }
    }
}
