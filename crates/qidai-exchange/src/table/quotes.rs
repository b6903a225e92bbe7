//! Is a quote open? Followed beside the splitting of a text, so that the end of the file can say where it was opened.

/// Where the text stands (RFC 4180: a quote opens a cell only at its beginning).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    CellStart,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: its end, or the first half of a doubled quote.
    AfterQuote,
}

/// Follows the quotes of a text whose cells are separated by `delimiter`.
#[derive(Debug)]
pub(super) struct Quotes {
    delimiter: u8,
    place: Place,
    line: u64,
    opened_on: u64,
}

impl Quotes {
    pub(super) fn new(delimiter: u8) -> Quotes {
        Quotes { delimiter, place: Place::CellStart, line: 1, opened_on: 1 }
    }

    /// Takes the next piece of the text; lines end with `\n`.
    pub(super) fn follow(&mut self, text: &str) {
        for byte in text.bytes() {
            self.place = match (self.place, byte) {
                (Place::CellStart, b'"') => {
                    self.opened_on = self.line;
                    Place::Quoted
                }
                (Place::Quoted, b'"') => Place::AfterQuote,
                (Place::AfterQuote, b'"') => Place::Quoted,
                (Place::Quoted, _) => Place::Quoted,
                (_, b'\n') => Place::CellStart,
                (_, other) if other == self.delimiter => Place::CellStart,
                _ => Place::Plain,
            };
            self.line += u64::from(byte == b'\n');
        }
    }

    /// The line on which a quote was opened that is not closed yet.
    pub(super) fn open_since(&self) -> Option<u64> {
        (self.place == Place::Quoted).then_some(self.opened_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_quotes_are_known_by_their_line() {
        for (text, expected) in [
            ("a,b\n1,2\n", None),
            ("a,b\n\"1\",\"2\"\n", None),
            ("a,b\n1,\"two\nlines\"\n3,4\n", None),
            ("a,b\n1,\"a \"\"word\"\"\"\n", None),
            ("a,b\n1,5\" tube\n", None),
            ("a,b\n1,\"open\n3,4\n", Some(2)),
            ("a,b\n\"1\"\n2,\"two\nlines\"\n\"open,\n", Some(5)),
            ("a;b\n1;\"open\n", None),
        ] {
            let mut quotes = Quotes::new(b',');
            text.split_inclusive(',').for_each(|part| quotes.follow(part));
            assert_eq!(quotes.open_since(), expected, "{text:?}");
        }
    }
}
