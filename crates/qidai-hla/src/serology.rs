//! Serological antigens and how they contain one another.
//!
//! A *broad* antigen (B15) was later divided into *splits* (B62, B63 …); an *associated* antigen
//! (A2403) is a variant of another one (A24). Source: WMDA file `rel_ser_ser.txt`.

use std::fmt;

use rustc_hash::FxHashMap;

use crate::locus::Locus;

/// The letter family an antigen's number belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Family {
    A,
    B,
    Bw,
    Cw,
    DR,
    DQ,
    DPw,
    Dw,
}

impl Family {
    const ALL: [(Family, &'static str); 8] = [
        (Family::A, "A"),
        (Family::B, "B"),
        (Family::Bw, "Bw"),
        (Family::Cw, "Cw"),
        (Family::DR, "DR"),
        (Family::DQ, "DQ"),
        (Family::DPw, "DPw"),
        (Family::Dw, "Dw"),
    ];

    /// Finds a family by the letters before the number; `C` and `DP` are read as `Cw` and `DPw`.
    pub fn from_letters(letters: &str) -> Option<Family> {
        match letters {
            "C" => Some(Family::Cw),
            "DP" => Some(Family::DPw),
            _ => Family::ALL.iter().find(|(_, name)| *name == letters).map(|(f, _)| *f),
        }
    }

    /// The letters before the number.
    pub fn letters(self) -> &'static str {
        Family::ALL.iter().find(|(family, _)| *family == self).map_or("", |(_, letters)| letters)
    }

    /// The family in which the product of a locus is named; `None` where serology has no names.
    pub fn of_locus(locus: Locus) -> Option<Family> {
        Some(match locus {
            Locus::A => Family::A,
            Locus::B => Family::B,
            Locus::C => Family::Cw,
            Locus::DRB1 | Locus::DRB3 | Locus::DRB4 | Locus::DRB5 => Family::DR,
            Locus::DQB1 => Family::DQ,
            Locus::DPB1 => Family::DPw,
            _ => return None,
        })
    }
}

/// One serological antigen, e.g. `B62`, `Cw9`, `DR103`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Antigen {
    /// The letters.
    pub family: Family,
    /// The number behind them.
    pub number: u16,
}

impl Antigen {
    /// The locus whose product carries the antigen: DR51 is DRB5, DR52 DRB3, DR53 DRB4. `None` for
    /// Bw4, Bw6 and Dw, which are no antigens of one locus.
    pub fn locus(self) -> Option<Locus> {
        Some(match (self.family, self.number) {
            (Family::A, _) => Locus::A,
            (Family::B, _) => Locus::B,
            (Family::Cw, _) => Locus::C,
            (Family::DR, 51) => Locus::DRB5,
            (Family::DR, 52) => Locus::DRB3,
            (Family::DR, 53) => Locus::DRB4,
            (Family::DR, _) => Locus::DRB1,
            (Family::DQ, _) => Locus::DQB1,
            (Family::DPw, _) => Locus::DPB1,
            (Family::Bw | Family::Dw, _) => return None,
        })
    }

    /// Reads letters and number; says nothing about whether the antigen exists.
    pub(crate) fn from_text(text: &str) -> Option<Antigen> {
        let digits = text.find(|c: char| c.is_ascii_digit())?;
        let family = Family::from_letters(&text[..digits])?;
        let number = &text[digits..];
        if number.starts_with('0') || number.contains(|c: char| !c.is_ascii_digit()) {
            return None;
        }
        Some(Antigen { family, number: number.parse().ok()? })
    }
}

impl fmt::Display for Antigen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.family.letters(), self.number)
    }
}

/// How sure the assignment of an antigen to an allele is, surest first.
/// Source: columns of WMDA file `rel_dna_ser.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Shown by serology.
    Unambiguous,
    /// One of several that were reported.
    Possible,
    /// Expected from the first field of the name.
    Assumed,
    /// Reported by experts besides; informative only, never in [`crate::Release::antigens`].
    Expert,
}

impl Confidence {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Unambiguous => "unambiguous",
            Confidence::Possible => "possible",
            Confidence::Assumed => "assumed",
            Confidence::Expert => "expert",
        }
    }
}

/// Which antigens exist, and which contain which.
#[derive(Clone, Debug, Default)]
pub struct Serology {
    /// Sorted; false = the name was withdrawn.
    known: FxHashMap<Antigen, bool>,
    splits: FxHashMap<Antigen, Vec<Antigen>>,
    associated: FxHashMap<Antigen, Vec<Antigen>>,
    parents: FxHashMap<Antigen, Vec<Antigen>>,
}

impl Serology {
    pub(crate) fn add_known(&mut self, antigen: Antigen, in_use: bool) {
        self.known.insert(antigen, in_use);
    }

    pub(crate) fn add_relation(&mut self, antigen: Antigen, splits: Vec<Antigen>, associated: Vec<Antigen>) {
        for child in splits.iter().chain(&associated) {
            self.parents.entry(*child).or_default().push(antigen);
        }
        self.splits.insert(antigen, splits);
        self.associated.insert(antigen, associated);
    }

    /// Whether the antigen is in use (`Some(true)`), withdrawn (`Some(false)`) or was never named.
    pub fn status(&self, antigen: Antigen) -> Option<bool> {
        self.known.get(&antigen).copied()
    }

    /// Every antigen that was ever named, in order.
    pub fn all(&self) -> Vec<Antigen> {
        let mut all: Vec<Antigen> = self.known.keys().copied().collect();
        all.sort_unstable();
        all
    }

    /// The splits of a broad antigen, empty for all others.
    pub fn splits(&self, antigen: Antigen) -> &[Antigen] {
        self.splits.get(&antigen).map_or(&[], Vec::as_slice)
    }

    /// The associated antigens of an antigen.
    pub fn associated(&self, antigen: Antigen) -> &[Antigen] {
        self.associated.get(&antigen).map_or(&[], Vec::as_slice)
    }

    /// The antigens of which this one is a split or an associated antigen.
    pub fn parents(&self, antigen: Antigen) -> &[Antigen] {
        self.parents.get(&antigen).map_or(&[], Vec::as_slice)
    }

    /// What an antigen can be at split level: itself when it has no splits; a broad antigen itself or
    /// any of its splits; an associated antigen is the antigen it belongs to.
    pub fn split_level(&self, antigen: Antigen) -> Vec<Antigen> {
        let mut level = Vec::new();
        for base in self.associated_base(antigen) {
            level.push(base);
            level.extend_from_slice(self.splits(base));
        }
        level.sort_unstable();
        level.dedup();
        level
    }

    fn associated_base(&self, antigen: Antigen) -> Vec<Antigen> {
        let bases: Vec<_> = self
            .parents(antigen)
            .iter()
            .copied()
            .filter(|parent| self.associated(*parent).contains(&antigen))
            .collect();
        if bases.is_empty() { vec![antigen] } else { bases }
    }

    /// The antigen, everything below it and everything above it: an allele assigned to any of these
    /// could be what the serum saw.
    pub fn could_be(&self, antigen: Antigen) -> Vec<Antigen> {
        let mut all = vec![antigen];
        let mut next = 0;
        while next < all.len() {
            let one = all[next];
            all.extend(self.splits(one).iter().chain(self.associated(one)));
            next += 1;
        }
        let mut above = self.parents(antigen).to_vec();
        while let Some(one) = above.pop() {
            all.push(one);
            above.extend_from_slice(self.parents(one));
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}
