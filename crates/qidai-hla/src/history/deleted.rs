//! `Deleted_alleles.txt`: accession, name and, in free text, why the name was withdrawn.
//!
//! The text says *renamed X*, *identical to X* or *Name never assigned*; the name it gives may be of before 2010.

use rustc_hash::FxHashMap;

use super::error::HistoryError;
use super::lists::accession;

/// What the file tells of a withdrawn accession.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    /// The last name, as the file has it.
    pub name: String,
    /// The publisher's sentence.
    pub reason: String,
    /// The name that the sentence gives as successor, as the file has it.
    pub successor: Option<String>,
    /// True when the name was never given to a sequence.
    pub never_assigned: bool,
}

pub(super) fn read(file: &str, text: &str) -> Result<FxHashMap<u32, Withdrawn>, HistoryError> {
    let mut all = FxHashMap::default();
    let data = text.lines().enumerate().filter(|(_, line)| {
        !line.starts_with('#') && !line.starts_with("AlleleID") && !line.trim().is_empty()
    });
    for (i, line) in data {
        let mut columns = line.splitn(3, ',');
        let (Some(id), Some(name), Some(reason)) =
            (columns.next().and_then(accession), columns.next(), columns.next())
        else {
            return Err(HistoryError::new(file, i + 1, "expected accession,name,reason", line));
        };
        let reason = reason.trim().trim_matches('"').to_owned();
        let withdrawn = Withdrawn {
            name: name.trim().to_owned(),
            successor: successor(&reason),
            never_assigned: reason.to_ascii_lowercase().contains("never assigned"),
            reason,
        };
        all.insert(id, withdrawn);
    }
    Ok(all)
}

/// The first word with a star behind "renamed" or "identical to"; a sentence may go on about another allele.
fn successor(reason: &str) -> Option<String> {
    let at = [reason.find("renamed"), reason.find("identical to"), reason.find("newly named")];
    let behind = &reason[at.into_iter().flatten().min()?..];
    let word = behind.split_ascii_whitespace().find(|word| word.contains('*'))?;
    Some(word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_gives_the_successor() {
        for (reason, expected) in [
            ("Sequence renamed A*01:01:38L (March 2011)", Some("A*01:01:38L")),
            ("Sequence shown to contain errors and be identical to B*07:02:01 .", Some("B*07:02:01")),
            ("Sequence named in error and shown to be  identical to Cw*0701, (May 2001)", Some("Cw*0701")),
            (
                "To take account of the leader peptide renamed C*01:02:02. The sequence originally assigned to C*01:02",
                Some("C*01:02:02"),
            ),
            (
                "Allele name deleted as shown to be partial of newly named MICB*005:02:05",
                Some("MICB*005:02:05"),
            ),
            ("Sequence shown to contain errors", None),
            ("Name never assigned", None),
        ] {
            assert_eq!(successor(reason).as_deref(), expected, "{reason}");
        }
        let all =
            read("d", "# c\nAlleleID,Allele,Description\nHLA05155,A*02:100,Name never assigned\n").unwrap();
        assert!(all[&5155].never_assigned && all[&5155].successor.is_none());
        assert_eq!(
            read("d", "HLA1;A").unwrap_err().to_string(),
            "d line 1: expected accession,name,reason: \"HLA1;A\""
        );
    }
}
