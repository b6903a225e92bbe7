//! The citizen identity number 公民身份号码 (GB 11643) on resident identity cards; the new foreigners' permanent
//! residence card (begins with 9) and the residence permits for Hong Kong, Macao and Taiwan (81, 82, 83) have the
//! same build.

use jiff::civil::Date;

use super::{check_length, clean};
use crate::{IdentityError, Sex};

const LENGTH: usize = 18;
/// Digits of the form in use until 1999: no century, no check character.
const OLD_LENGTH: usize = 15;
/// GB 11643: the weight of each of the first 17 digits (2 to the power of its distance from the end, modulo 11).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// GB 11643, ISO 7064 MOD 11-2: the check character for each remainder.
const CHECKS: &[u8; 11] = b"10X98765432";
/// GB/T 2260: first two digits of the regions on citizens' cards, then those of the residence permits.
const PROVINCES: [u8; 37] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83, 91, 92,
];
/// No living person was born before.
const FIRST_YEAR: i16 = 1850;
const HINT: &str = "compare every character with the card; other papers have a kind of their own";

/// A valid number: 6 digits of the region, 8 of the birth date, 3 of sequence, a check character.
#[derive(Clone, PartialEq, Eq)]
pub struct CnId {
    text: String,
    birth_date: Date,
}

impl CnId {
    /// Reads a number of 18 characters; full-width digits, blanks and a small x are accepted and normalised.
    /// `today` is the last day on which somebody can have been born.
    ///
    /// # Errors
    /// `cn_id_old_form` for 15 digits (see [`CnId::from_old_form`]), `cn_id_length_wrong`,
    /// `cn_id_character_unexpected`, `cn_id_region_wrong`, `cn_id_date_wrong`, `cn_id_check_wrong`.
    pub fn parse(text: &str, today: Date) -> Result<Self, IdentityError> {
        let text = clean(text);
        if text.len() == OLD_LENGTH && text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refused("cn_id_old_form", "this is the old form of 15 digits"));
        }
        check_length(&text, LENGTH, "cn_id_length_wrong", HINT)?;
        check_characters(&text)?;
        if text.starts_with('0') {
            return Err(refused("cn_id_region_wrong", "no region begins with 0"));
        }
        let birth_date = birth_date(&text, today)?;
        let expected = check_character(&text);
        if !text.ends_with(expected) {
            let reason = "the last character does not fit the others";
            return Err(refused("cn_id_check_wrong", reason));
        }
        Ok(Self { text, birth_date })
    }

    /// The number of 18 characters that belongs to one of 15 digits: the century 19 is put in and the check
    /// computed. Only on request: who writes 15 digits today may have lost three.
    ///
    /// # Errors
    /// `cn_id_length_wrong` when there are not 15 digits; then as [`CnId::parse`].
    pub fn from_old_form(text: &str, today: Date) -> Result<Self, IdentityError> {
        let text = clean(text);
        check_length(&text, OLD_LENGTH, "cn_id_length_wrong", HINT)?;
        let (Some(region), Some(rest)) = (text.get(..6), text.get(6..)) else {
            return Err(unexpected());
        };
        let body = format!("{region}19{rest}");
        let check = check_character(&body);
        Self::parse(&format!("{body}{check}"), today)
    }

    /// The 18 characters, `X` in upper case.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn birth_date(&self) -> Date {
        self.birth_date
    }

    /// GB 11643: the last digit of the sequence is odd for men.
    pub fn sex(&self) -> Sex {
        match self.text.as_bytes().get(16) {
            Some(digit) if digit % 2 == 1 => Sex::Male,
            _ => Sex::Female,
        }
    }

    /// False is a warning, no refusal: the table of regions changes by the year.
    pub fn region_is_known(&self) -> bool {
        let province = self.text.get(..2).and_then(|digits| digits.parse::<u8>().ok());
        province.is_some_and(|province| PROVINCES.contains(&province) || province / 10 == 9)
    }

    /// For screens: region and last two characters, `370102**********2X`.
    pub fn masked(&self) -> String {
        let (first, last) = (self.text.get(..6).unwrap_or_default(), self.text.get(16..).unwrap_or_default());
        format!("{first}**********{last}")
    }
}

/// Never whole in a log.
impl std::fmt::Debug for CnId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CnId({})", self.masked())
    }
}

fn check_characters(text: &str) -> Result<(), IdentityError> {
    let fits = |(at, byte): (usize, u8)| byte.is_ascii_digit() || (at == LENGTH - 1 && byte == b'X');
    if text.bytes().enumerate().all(fits) { Ok(()) } else { Err(unexpected()) }
}

fn birth_date(text: &str, today: Date) -> Result<Date, IdentityError> {
    let digits = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<i16>().ok());
    let parts = (digits(6, 10), digits(10, 12), digits(12, 14));
    let (Some(year), Some(month), Some(day)) = parts else { return Err(unexpected()) };
    let date = i8::try_from(month).ok().zip(i8::try_from(day).ok());
    let date = date.and_then(|(month, day)| Date::new(year, month, day).ok());
    date.filter(|date| date.year() >= FIRST_YEAR && *date <= today).ok_or_else(|| {
        let reason =
            format!("characters 7 to 14 are no birth date up to {today}: {year:04}-{month:02}-{day:02}");
        refused("cn_id_date_wrong", &reason)
    })
}

/// The check character of the first 17 digits.
fn check_character(text: &str) -> char {
    let digits = text.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    CHECKS.get(sum as usize % CHECKS.len()).map_or('?', |check| char::from(*check))
}

fn unexpected() -> IdentityError {
    let reason = "expected 17 digits and a last digit or X";
    refused("cn_id_character_unexpected", reason)
}

/// The number itself stays out of the sentence: it is somebody's.
fn refused(code: &'static str, reason: &str) -> IdentityError {
    IdentityError { code, reason: format!("not a citizen identity number: {reason}"), hint: HINT.to_owned() }
}
