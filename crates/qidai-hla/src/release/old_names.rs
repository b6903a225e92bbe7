//! `Nomenclature_2009.txt`: each name of before April 2010 and the name it was given then.
//!
//! Until 2010 a name had two digits for each field and no colons, so that the hundredth allele of a group had to be
//! put elsewhere: `A*9201` is `A*02:101`, `B*9501` is `B*15:101`. Cutting the digits in pairs is therefore wrong, and
//! this table is the only source. Two header lines, then both names separated by blanks. It is the same in every
//! release. Source: Marsh et al., Tissue Antigens 2010;75:291-455, doi:10.1111/j.1399-0039.2010.01466.x.

use crate::allele::AlleleName;
use crate::error::ReleaseError;

pub(crate) const FILE: &str = "Nomenclature_2009.txt";
/// Stands for the new name of a name that was no longer in use; `hla_nom.txt` has its successor.
const WITHDRAWN: &str = "None";
/// The published table has 4,826 rows, of which some have no new name; a shorter one was cut.
const ROWS_MIN: usize = 4_700;

/// The table, sorted by the old name. `Cw*` is kept as `C*`, as all later names have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct OldNames(Vec<(Box<str>, AlleleName)>);

/// Reads the table; `must_be_whole` is false for invented releases.
pub(crate) fn read(text: &str, must_be_whole: bool) -> Result<OldNames, ReleaseError> {
    let mut rows = Vec::with_capacity(5_000);
    for (i, line) in text.lines().enumerate().skip(2).filter(|(_, line)| !line.trim().is_empty()) {
        let error = |problem: &str| ReleaseError::Line {
            file: FILE,
            line: i + 1,
            problem: problem.to_owned(),
            value: line.chars().take(80).collect(),
        };
        let mut columns = line.split_ascii_whitespace();
        let (Some(old), Some(new), None) = (columns.next(), columns.next(), columns.next()) else {
            return Err(error("expected an old and a new name"));
        };
        if new == WITHDRAWN {
            continue;
        }
        let new = new.parse().map_err(|_| error("the new name cannot be read"))?;
        rows.push((key(old), new));
    }
    if must_be_whole && rows.len() < ROWS_MIN {
        let problem = format!("{} rows, the table of 2010 has 4,826", rows.len());
        return Err(ReleaseError::Truncated { file: FILE, problem });
    }
    rows.sort_unstable();
    match rows.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(twice) => {
            let problem = format!("{} stands in two lines", twice[0].0);
            Err(ReleaseError::Inconsistent { file: FILE, problem })
        }
        None => Ok(OldNames(rows)),
    }
}

/// `Cw*0102` and `CW*0102` are kept as `C*0102`.
fn key(old: &str) -> Box<str> {
    match old.strip_prefix("Cw*").or_else(|| old.strip_prefix("CW*")) {
        Some(rest) => format!("C*{rest}").into(),
        None => old.into(),
    }
}

impl OldNames {
    /// The rows whose old name begins with `old`, in the order of text; the exact one is the first.
    pub(crate) fn beginning_with(&self, old: &str) -> &[(Box<str>, AlleleName)] {
        let old = key(old);
        let start = self.0.partition_point(|(name, _)| **name < *old);
        let count = self.0[start..].partition_point(|(name, _)| name.starts_with(&*old));
        &self.0[start..start + count]
    }

    /// The name that took the place of exactly this old one.
    pub(crate) fn get(&self, old: &str) -> Option<AlleleName> {
        let old = key(old);
        self.0.binary_search_by(|(name, _)| (**name).cmp(&*old)).ok().map(|i| self.0[i].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Current Name  Name as of April 2010\n====  ====\nA*9201   A*02:101\nA*24020102L A*24:02:01:02L\n\
                        Cw*0102 C*01:02\nA*24020101 A*24:02:01:01\n";

    #[test]
    fn names_are_found_whole_and_by_their_beginning() {
        let table = read(TEXT, false).unwrap();
        assert_eq!(table.0.len(), 4);
        assert_eq!(table.get("A*9201").unwrap().to_string(), "A*02:101");
        assert_eq!(table.get("CW*0102"), table.get("C*0102"));
        assert_eq!(table.get("A*92"), None);
        let begin: Vec<&str> = table.beginning_with("A*2402").iter().map(|(old, _)| &**old).collect();
        assert_eq!(begin, ["A*24020101", "A*24020102L"]);
    }

    #[test]
    fn what_is_no_such_table_is_named() {
        for (text, expected) in [
            ("h\nh\nA*9201\n", "Nomenclature_2009.txt line 3: expected an old and a new name: \"A*9201\""),
            ("h\nh\nA*9201 A*2:101\n", "Nomenclature_2009.txt line 3: the new name cannot be read"),
            ("h\nh\nCw*01 C*01\nC*01 C*01\n", "Nomenclature_2009.txt: C*01 stands in two lines"),
        ] {
            let error = read(text, false).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        assert_eq!(read(TEXT, true).unwrap_err().code(), "release_truncated");
    }
}
