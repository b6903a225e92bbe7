//! Parts of one row: the unit's number and its match classes.

use crate::catalogue::{Range, UnitHit};
use crate::words::Words;

/// A unit's number, cut so that it can be read aloud. A DIN of 14 characters (ISBT 128: facility, year,
/// serial number, check character) has four parts; any other number has one.
pub(super) struct UnitNumber {
    pub(super) whole: String,
    pub(super) facility: String,
    pub(super) year: String,
    pub(super) serial: String,
    pub(super) check: String,
}

impl UnitNumber {
    pub(super) fn new(number: &str) -> UnitNumber {
        let part = |range: std::ops::Range<usize>| number.get(range).unwrap_or_default().to_owned();
        let is_din = number.len() == 14 && number.is_ascii();
        let (facility, year, serial, check) = if is_din {
            (part(0..5), part(5..7), part(7..13), part(13..14))
        } else {
            (number.to_owned(), String::new(), String::new(), String::new())
        };
        UnitNumber { whole: number.to_owned(), facility, year, serial, check }
    }
}

/// The match classes: x/8 large, x/10 and antigen x/6 small.
pub(super) struct ClassView {
    pub(super) large: Option<String>,
    pub(super) small: String,
}

impl ClassView {
    pub(super) fn new(hit: &UnitHit, w: &Words) -> ClassView {
        let or_words = |class: Option<&Range>, of: u8| {
            class.map_or_else(|| w.t1("class-not-computable", "of", f64::from(of)), |range| text(range, of))
        };
        let x10 = or_words(hit.x10.as_ref(), 10);
        let x6 = or_words(hit.x6.as_ref(), 6);
        ClassView {
            large: hit.x8.as_ref().map(|range| text(range, 8)),
            small: w.say("class-small", &[("x10", x10.into()), ("x6", x6.into())]),
        }
    }
}

/// `8/8`, or `6–8/8` when the typing leaves it open: never only the flattering end.
pub(super) fn text(range: &Range, of: u8) -> String {
    if range.best == range.worst {
        format!("{}/{of}", range.best)
    } else {
        format!("{}–{}/{of}", range.worst, range.best)
    }
}
