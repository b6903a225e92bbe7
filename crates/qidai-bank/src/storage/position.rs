//! A place for one bag: tank, sector, rack, level and slot.

use std::fmt;

use crate::Refusal;

/// One place, as it is written on the rack: `T117-S4-K06-L12-P3`. All numbers begin at 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Code of the tank, such as `T117`; unique in the bank.
    pub tank: String,
    pub sector: i64,
    pub rack: i64,
    pub level: i64,
    pub slot: i64,
}

/// A position as a scanner reads it, with the room where the label says it: `SD-R2-T117-S4-K06-L12-P3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedPosition {
    pub room: Option<String>,
    pub position: Position,
}

/// Letters before the four numbers of a position.
const PARTS: [char; 4] = ['S', 'K', 'L', 'P'];

impl Position {
    /// Reads a position without a room.
    ///
    /// # Errors
    /// `position_unreadable`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        ScannedPosition::parse(text).map(|scanned| scanned.position)
    }

    /// Does the text look like a position, whether or not there is such a tank?
    pub fn looks_like(text: &str) -> bool {
        ScannedPosition::parse(text).is_ok()
    }

    /// Sector and rack: `S4-K06`.
    pub fn rack_code(sector: i64, rack: i64) -> String {
        format!("S{sector}-K{rack:02}")
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { tank, sector, rack, level, slot } = self;
        write!(f, "{tank}-S{sector}-K{rack:02}-L{level:02}-P{slot}")
    }
}

impl ScannedPosition {
    /// Reads what a scanner sends or a person types: any case, spaces around it, zeros before numbers or not.
    ///
    /// # Errors
    /// `position_unreadable`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let upper = text.trim().to_ascii_uppercase();
        let unreadable = || {
            let sentence = format!(
                "'{}' is no position: expected tank, sector, rack, level and slot, such as T117-S4-K06-L12-P3.",
                text.trim()
            );
            Refusal::new("position_unreadable", sentence).with("value", text.trim())
        };
        let mut parts: Vec<&str> = upper.split('-').collect();
        if parts.len() < 5 || upper.len() > 96 {
            return Err(unreadable());
        }
        let numbers = parts.split_off(parts.len() - 4);
        let numbers = numbers.iter().zip(PARTS).map(|(part, letter)| number_after(part, letter));
        let numbers: Vec<i64> = numbers.collect::<Option<_>>().ok_or_else(unreadable)?;
        let tank = parts.pop().filter(|tank| is_code(tank)).ok_or_else(unreadable)?.to_owned();
        let room = (!parts.is_empty()).then(|| parts.join("-"));
        if room.as_deref().is_some_and(|room| !is_code(room)) {
            return Err(unreadable());
        }
        let [sector, rack, level, slot] = numbers[..] else { return Err(unreadable()) };
        Ok(Self { room, position: Position { tank, sector, rack, level, slot } })
    }
}

fn number_after(part: &str, letter: char) -> Option<i64> {
    let digits = part.strip_prefix(letter)?;
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|number| is_number && *number > 0)
}

/// Codes of rooms and tanks: capital letters and digits; a room may have '-' between.
pub(super) fn is_code(code: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    (1..=24).contains(&code.len()) && code.chars().all(fits) && !code.starts_with('-') && !code.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_written_and_typed() {
        let written = "T117-S4-K06-L12-P3";
        for text in [written, " t117-s4-k6-l12-p3 ", "SD-R2-T117-S4-K06-L12-P3", "R2-T117-S04-K006-L12-P3"] {
            assert_eq!(Position::parse(text).unwrap().to_string(), written, "{text}");
        }
        assert_eq!(
            ScannedPosition::parse("SD-R2-T117-S4-K06-L12-P3").unwrap().room.as_deref(),
            Some("SD-R2")
        );
        assert_eq!(ScannedPosition::parse(written).unwrap().room, None);
    }

    #[test]
    fn what_is_no_position_is_refused() {
        for text in [
            "",
            "T117",
            "S4-K06-L12-P3",
            "T117-S4-K06-L12",
            "T117-S0-K06-L12-P3",
            "T117-S4-K06-P3-L12",
            "T117-S4-K06-L12-P99999",
            "T117-S4-K+6-L12-P3",
            "Z990117012046",
            "T_7-S4-K06-L12-P3",
            "-T117-S4-K06-L12-P3",
        ] {
            assert_eq!(Position::parse(text).unwrap_err().code, "position_unreadable", "{text}");
        }
    }
}
