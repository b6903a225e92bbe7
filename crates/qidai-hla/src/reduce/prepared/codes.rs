//! Multiple allele codes, cut into numbers once.

use rustc_hash::FxHashMap;

use crate::allele::Suffix;
use crate::typing::MacTable;

/// The letters of a code as one integer; twelve letters fit, the longest code has five.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Letters(u64);

impl Letters {
    fn new(letters: &[u8]) -> Option<Letters> {
        let mut packed = 0;
        for letter in letters {
            packed = packed << 5 | u64::from(letter.checked_sub(b'A')? + 1);
        }
        (letters.len() <= 12).then_some(Letters(packed))
    }
}

/// One allele of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// `None` in a generic code: the first field that was written.
    pub first: Option<u16>,
    pub second: u16,
    pub suffix: Option<Suffix>,
}

/// A code ready to be used.
pub(super) struct Code<'c> {
    /// The first field it must stand behind; `None` when any will do.
    pub stands_behind: Option<u16>,
    pub members: &'c [Member],
}

struct Entry {
    stands_behind: Option<u16>,
    start: u32,
    end: u32,
}

/// The codes whose members are all plain two-field names; the others are left to the reader of typings.
#[derive(Default)]
pub(super) struct Codes {
    entries: FxHashMap<Letters, Entry>,
    members: Vec<Member>,
}

impl Codes {
    pub(super) fn new(table: &MacTable) -> Codes {
        let mut codes = Codes::default();
        codes.entries.reserve(table.len());
        for (letters, expansion) in table.iter() {
            let start = codes.members.len();
            let whole = expansion.split('/').all(|text| match member(text) {
                Some(member) => {
                    codes.members.push(member);
                    true
                }
                None => false,
            });
            let is_generic = !expansion.contains(':');
            let same_form = codes.members[start..].iter().all(|member| member.first.is_none() == is_generic);
            match Letters::new(letters.as_bytes()).filter(|_| whole && same_form) {
                Some(letters) => {
                    let stands_behind = most_frequent(&codes.members[start..]);
                    let (start, end) = (start as u32, codes.members.len() as u32);
                    codes.entries.insert(letters, Entry { stands_behind, start, end });
                }
                None => codes.members.truncate(start),
            }
        }
        codes
    }

    pub(super) fn get(&self, letters: &[u8]) -> Option<Code<'_>> {
        let entry = self.entries.get(&Letters::new(letters)?)?;
        let members = &self.members[entry.start as usize..entry.end as usize];
        Some(Code { stands_behind: entry.stands_behind, members })
    }
}

/// `01`, `01N`, `25:01`.
fn member(text: &str) -> Option<Member> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_uppercase());
    let suffix = match &text.as_bytes()[digits.len()..] {
        [] => None,
        [letter] => Some(Suffix::from_letter(char::from(*letter))?),
        _ => return None,
    };
    let (first, second) = match digits.split_once(':') {
        Some((first, second)) => (Some(field(first)?), field(second)?),
        None => (None, field(digits)?),
    };
    Some(Member { first, second, suffix })
}

fn field(text: &str) -> Option<u16> {
    let is_padded = text.len() > 2 && text.starts_with('0');
    let is_plain = text.len() >= 2 && !is_padded && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && *number > 0)
}

/// The first field most members have, on a tie the lowest.
fn most_frequent(members: &[Member]) -> Option<u16> {
    let mut fields: Vec<u16> = members.iter().filter_map(|member| member.first).collect();
    fields.sort_unstable();
    let runs = fields.chunk_by(|a, b| a == b);
    runs.min_by_key(|run| (std::cmp::Reverse(run.len()), run[0])).map(|run| run[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_cut_into_numbers() {
        let table = MacTable::read(
            "CODE\tSUBTYPE\nAB\t01/02\nBYHR\t25:01/26:01\nZZ\t02:01/02:03/01:01\nODD\t01:01:01\n",
        );
        let codes = Codes::new(&table.unwrap());
        let member = |first, second| Member { first, second, suffix: None };
        let ab = codes.get(b"AB").unwrap();
        assert_eq!((ab.stands_behind, ab.members), (None, &[member(None, 1), member(None, 2)][..]));
        assert_eq!(codes.get(b"BYHR").unwrap().stands_behind, Some(25), "a tie: the lowest");
        assert_eq!(codes.get(b"ZZ").unwrap().stands_behind, Some(2), "the most frequent");
        assert!(codes.get(b"ODD").is_none() && codes.get(b"QQ").is_none());
    }
}
