//! The plain forms of one position, read byte by byte into an integer.
//!
//! Only what is written exactly as it should be is read here; everything else is left to the reader of typings, which
//! knows how to correct, follow and refuse.

use crate::allele::{AlleleName, Suffix};
use crate::locus::Locus;
use crate::serology::{Antigen, Family};

/// A name, group, first field or antigen as one integer: locus, four fields, and what stands behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key(u64);

/// What stands behind the fields. The six suffixes come first.
const PLAIN: u8 = 0;
const G_GROUP: u8 = 7;
const P_GROUP: u8 = 8;
const XX: u8 = 9;
const ANTIGEN: u8 = 10;

/// How many bits the fields have; a larger number is left to the other reader.
const BITS: [u32; 4] = [12, 14, 14, 12];

impl Key {
    fn new(head: u8, fields: [u32; 4], tail: u8) -> Option<Key> {
        let mut key = u64::from(head);
        for (field, bits) in fields.into_iter().zip(BITS) {
            if field >> bits != 0 {
                return None;
            }
            key = key << bits | u64::from(field);
        }
        Some(Key(key << 6 | u64::from(tail)))
    }

    fn of_fields(name: &AlleleName, tail: u8) -> Option<Key> {
        let mut fields = [0; 4];
        fields.iter_mut().zip(name.fields()).for_each(|(place, field)| *place = u32::from(*field));
        Key::new(name.locus() as u8, fields, tail)
    }

    pub(super) fn of_name(name: &AlleleName) -> Option<Key> {
        Key::of_fields(name, suffix_code(name.suffix()))
    }

    pub(super) fn of_group(name: &AlleleName, is_p: bool) -> Option<Key> {
        Key::of_fields(name, if is_p { P_GROUP } else { G_GROUP })
    }

    pub(super) fn of_xx(first: &AlleleName) -> Option<Key> {
        Key::of_fields(first, XX)
    }

    pub(super) fn of_antigen(antigen: Antigen) -> Option<Key> {
        Key::new(0, [antigen.family as u32, u32::from(antigen.number), 0, 0], ANTIGEN)
    }

    /// The same fields, nothing behind them.
    pub(super) fn without_suffix(self) -> Key {
        Key(self.0 >> 6 << 6)
    }

    /// The key of a two-field name, without making the name.
    pub(super) fn of_two_fields(
        locus: Locus,
        first: u16,
        second: u16,
        suffix: Option<Suffix>,
    ) -> Option<Key> {
        let fields = [u32::from(first), u32::from(second), 0, 0];
        Key::new(locus as u8, fields, suffix_code(suffix))
    }
}

fn suffix_code(suffix: Option<Suffix>) -> u8 {
    suffix.map_or(PLAIN, |suffix| suffix as u8 + 1)
}

/// One alternative that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part<'t> {
    /// A name, a group, a first field with XX, or an antigen.
    Key(Key),
    /// A multiple allele code behind its first field.
    Code(&'t [u8]),
}

/// Where an alternative belongs: needed by those after it that are written in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub locus: Locus,
    pub first_field: u16,
    /// An antigen has no fields that a short form could continue.
    pub has_fields: bool,
}

/// True for the operators of a GL String that are handled here.
fn is_operator(byte: u8) -> bool {
    matches!(byte, b'/' | b'+' | b'^')
}

/// Reads one alternative that begins at `at`; gives it with its place and where it ends: at an operator or the end.
pub(super) fn part<'t>(
    bytes: &'t [u8],
    at: usize,
    before: Option<Place>,
) -> Option<(Part<'t>, Place, usize)> {
    let first = *bytes.get(at)?;
    if first.is_ascii_digit() {
        return short_form(bytes, at, before.filter(|place| place.has_fields)?);
    }
    match locus(&bytes[at..]) {
        Some((locus, length)) => name(bytes, at + length + 1, locus),
        None => antigen(bytes, at),
    }
}

/// The locus before a star.
fn locus(bytes: &[u8]) -> Option<(Locus, usize)> {
    let star = bytes.iter().take(6).position(|byte| *byte == b'*')?;
    let locus = match &bytes[..star] {
        b"A" => Locus::A,
        b"B" => Locus::B,
        b"C" => Locus::C,
        b"DRB1" => Locus::DRB1,
        b"DQB1" => Locus::DQB1,
        b"DPB1" => Locus::DPB1,
        other => Locus::from_name(std::str::from_utf8(other).ok()?)?,
    };
    Some((locus, star))
}

/// Fields as read, how many, and where they end.
struct Fields {
    numbers: [u32; 4],
    count: usize,
    end: usize,
}

/// Digits joined by colons. `from` is the index of the first field, which may be known from elsewhere.
fn fields(bytes: &[u8], mut at: usize, locus: Locus, known: Option<u16>) -> Option<Fields> {
    let mut fields = Fields { numbers: [0; 4], count: 0, end: at };
    if let Some(first) = known {
        fields.numbers[0] = u32::from(first);
        fields.count = 1;
    }
    loop {
        let width = if fields.count == 0 { locus.first_field_width() } else { 2 };
        let begin = at;
        let mut number = 0u32;
        while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            number = number * 10 + u32::from(digit - b'0');
            at += 1;
        }
        let digits = at - begin;
        let is_padded = digits > width && bytes[begin] == b'0';
        if digits < width || digits > 5 || is_padded || number == 0 || fields.count == 4 {
            return None;
        }
        fields.numbers[fields.count] = number;
        fields.count += 1;
        fields.end = at;
        let another = bytes.get(at) == Some(&b':') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !another {
            return Some(fields);
        }
        at += 1;
    }
}

fn ends_at(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| is_operator(*byte))
}

/// What follows the star: fields and a suffix, the letter of a group, `:XX` or a code.
fn name<'t>(bytes: &'t [u8], at: usize, locus: Locus) -> Option<(Part<'t>, Place, usize)> {
    let fields = fields(bytes, at, locus, None)?;
    let place = Place { locus, first_field: u16::try_from(fields.numbers[0]).ok()?, has_fields: true };
    let (tail, end) = match bytes.get(fields.end) {
        Some(b':') if fields.count == 1 => return code(bytes, fields.end + 1, locus, place),
        Some(b'G') => (G_GROUP, fields.end + 1),
        Some(b'P') => (P_GROUP, fields.end + 1),
        Some(letter) if letter.is_ascii_uppercase() => {
            (suffix_code(Some(Suffix::from_letter(char::from(*letter))?)), fields.end + 1)
        }
        _ => (PLAIN, fields.end),
    };
    let key = Key::new(locus as u8, fields.numbers, tail)?;
    ends_at(bytes, end).then_some((Part::Key(key), place, end))
}

/// `XX`, or the letters of a code; `NEW` is neither.
fn code<'t>(bytes: &'t [u8], at: usize, locus: Locus, place: Place) -> Option<(Part<'t>, Place, usize)> {
    let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (letters, end) = (&bytes[at..at + length], at + length);
    if length < 2 || letters == b"NEW" || !ends_at(bytes, end) {
        return None;
    }
    let part = match letters {
        b"XX" => Part::Key(Key::new(locus as u8, [u32::from(place.first_field), 0, 0, 0], XX)?),
        _ => Part::Code(letters),
    };
    Some((part, place, end))
}

/// `02:06` behind an alternative of the same locus, or `06`, of the same first field as well.
fn short_form<'t>(bytes: &'t [u8], at: usize, place: Place) -> Option<(Part<'t>, Place, usize)> {
    let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_whole = bytes.get(at + digits) == Some(&b':');
    let known = (!is_whole).then_some(place.first_field);
    let fields = fields(bytes, at, place.locus, known)?;
    let (suffix, end) = match bytes.get(fields.end) {
        Some(letter) if letter.is_ascii_uppercase() => {
            (Some(Suffix::from_letter(char::from(*letter))?), fields.end + 1)
        }
        _ => (None, fields.end),
    };
    let key = Key::new(place.locus as u8, fields.numbers, suffix_code(suffix))?;
    ends_at(bytes, end).then_some((Part::Key(key), place, end))
}

/// Letters and a number: `B62`, `Cw9`.
fn antigen<'t>(bytes: &'t [u8], at: usize) -> Option<(Part<'t>, Place, usize)> {
    let letters = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let family = match &bytes[at..at + letters] {
        b"A" => Family::A,
        b"B" => Family::B,
        b"Cw" => Family::Cw,
        b"DR" => Family::DR,
        b"DQ" => Family::DQ,
        _ => return None,
    };
    let begin = at + letters;
    let digits = bytes[begin..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = begin + digits;
    if !(1..=4).contains(&digits) || bytes[begin] == b'0' || !ends_at(bytes, end) {
        return None;
    }
    let number = bytes[begin..end].iter().fold(0u16, |number, digit| number * 10 + u16::from(digit - b'0'));
    let antigen = Antigen { family, number };
    let place = Place { locus: antigen.locus()?, first_field: 0, has_fields: false };
    Some((Part::Key(Key::of_antigen(antigen)?), place, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Option<Key> {
        match part(text.as_bytes(), 0, None)? {
            (Part::Key(key), _, end) if end == text.len() => Some(key),
            _ => None,
        }
    }

    #[test]
    fn a_name_has_the_key_of_its_text() {
        for text in ["A*02:01", "DRB1*04:01:01:02", "B*15:01:01:02N", "MICA*002:01", "DPB1*1654:01"] {
            let name: AlleleName = text.parse().unwrap();
            assert_eq!(key(text), Key::of_name(&name), "{text}");
            assert!(key(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_alone() {
        for text in [
            "A*2:01",
            "A*002:01",
            "a*02:01",
            "A*02:01 ",
            "A*02:01:01:01:01",
            "A*02:",
            "A*",
            "A*02:00",
            "A*01:01g",
            "A*02:01X",
            "A*01:NEW",
            "A*XXXX",
            "X*01:01",
            "Cw*0102",
            "B*9501x",
            "A",
            "A02",
            "C9",
            "A*02:1188888",
            "A*02:N",
            "A*02:01:AB",
            "A*02:01GG",
            "А*02:01",
            "",
            "*",
            ":",
            "A*02:01~",
        ] {
            assert_eq!(key(text), None, "{text}");
        }
    }

    #[test]
    fn lists_continue_locus_and_first_field() {
        let bytes = b"A*02:01/03:02/06N";
        let (_, place, end) = part(bytes, 0, None).unwrap();
        let (second, _, end) = part(bytes, end + 1, Some(place)).unwrap();
        assert_eq!(Some(second), key("A*03:02").map(Part::Key));
        let (third, _, _) = part(bytes, end + 1, Some(place)).unwrap();
        assert_eq!(Some(third), key("A*02:06N").map(Part::Key));
        assert_eq!(part(b"02:01", 0, None), None, "there is no locus");
    }
}
