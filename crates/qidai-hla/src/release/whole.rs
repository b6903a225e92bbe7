//! Are the six files whole, and do they belong together? Without the publisher's checksums, damage shows where
//! the files say the same thing twice.
//!
//! Held against releases 3.44.0 and 3.58.0, which keep all of these rules; releases before [`STRICT_SINCE`] are
//! known to be less regular and only have to be nearly complete.

use rustc_hash::FxHashMap;

use super::dna_ser::KnownAs;
use super::groups::{self, GroupFile};
use super::nom::{self, Nom};
use super::{AlleleId, Deleted, allele_list, dna_ser, ser_ser, starter};
use crate::allele::AlleleName;
use crate::error::ReleaseError;
use crate::group::GroupName;
use crate::locus::Locus;
use crate::serology::{Antigen, Serology};

/// From this release on every rule holds without exception (checked on 3.44.0 and 3.58.0).
const STRICT_SINCE: (u32, u32) = (3, 44);
/// From this release on the relations of antigens are those of the nomenclature report of 2010.
const RELATIONS_SINCE: (u32, u32) = (3, 0);
/// The loci whose alleles must be in every file; others joined some files only in later releases.
const COMPLETE_LOCI: [Locus; 5] = [Locus::A, Locus::B, Locus::C, Locus::DRB1, Locus::DQB1];
/// The loci with groups. DRA, DMA and DMB have some as well, but in 3.44.0 in one of the two files only.
const GROUPED_LOCI: [Locus; 16] = [
    Locus::A,
    Locus::C,
    Locus::B,
    Locus::DRB1,
    Locus::DRB3,
    Locus::DRB4,
    Locus::DRB5,
    Locus::DQA1,
    Locus::DQB1,
    Locus::DPA1,
    Locus::DPB1,
    Locus::E,
    Locus::F,
    Locus::G,
    Locus::DOA,
    Locus::DOB,
];
/// An allele may be in neither group file (C*01:212 of 3.44.0 is), and in older releases missing from one of them;
/// one in a hundred is a cut.
const MISSING_SHARE_MAX: f64 = 0.01;

/// What was read from the files of one release.
pub(super) struct Read<'r> {
    pub label: &'r str,
    pub names: &'r [AlleleName],
    pub nom: &'r Nom,
    pub g: &'r GroupFile,
    pub p: &'r GroupFile,
    pub assigned: &'r [Option<KnownAs>],
}

/// Refuses a release of which a part is missing or was changed.
pub(super) fn check(read: &Read<'_>) -> Result<(), ReleaseError> {
    let version = version(read.label);
    let strict = version >= STRICT_SINCE;
    let listed = Listed::of(read);
    nearly_complete(read, &listed)?;
    if strict {
        in_both_group_files(read, &listed)?;
        names_of_groups(read)?;
        antigens_exist(read)?;
    }
    if version >= RELATIONS_SINCE {
        relations(&read.nom.serology)?;
    }
    Ok(())
}

/// True for releases that keep every rule.
pub(super) fn is_strict(label: &str) -> bool {
    version(label) >= STRICT_SINCE
}

/// `3.58.0` → (3, 58); the least version for anything else.
fn version(label: &str) -> (u32, u32) {
    let mut parts = label.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
        _ => (0, 0),
    }
}

/// The allele list and the undeleted rows of `hla_nom.txt` are the same names; in older releases at the loci that are
/// typed, because genes beside them joined one file sooner than the other.
pub(super) fn same_names(label: &str, names: &[AlleleName], nom: &Nom) -> Result<(), ReleaseError> {
    let strict = version(label) >= STRICT_SINCE;
    let missing = |from: &[AlleleName], to: &[AlleleName]| {
        let looked_at = from.iter().filter(|n| strict || Locus::TYPED.contains(&n.locus()));
        looked_at.copied().find(|n| to.binary_search(n).is_err())
    };
    if let Some(name) = missing(names, &nom.current) {
        return truncated(nom::FILE, format!("{name} is in {} but not here", allele_list::FILE));
    }
    if let Some(name) = missing(&nom.current, names) {
        return truncated(allele_list::FILE, format!("{name} is in {} but not here", nom::FILE));
    }
    Ok(())
}

/// Which alleles stand in the group files and in the list of antigens.
struct Listed {
    g: Vec<bool>,
    p: Vec<bool>,
    antigens: Vec<bool>,
}

impl Listed {
    fn of(read: &Read<'_>) -> Listed {
        let in_lines = |file: &GroupFile| {
            let mut seen = vec![false; read.names.len()];
            file.lines.iter().flat_map(|(ids, _)| ids).for_each(|id| seen[id.0 as usize] = true);
            seen
        };
        let antigens = read.assigned.iter().map(Option::is_some).collect();
        Listed { g: in_lines(read.g), p: in_lines(read.p), antigens }
    }
}

fn nearly_complete(read: &Read<'_>, listed: &Listed) -> Result<(), ReleaseError> {
    let names = read.names;
    share_of_file(groups::G_FILE, names, |i| listed.g[i])?;
    share_of_file(groups::P_FILE, names, |i| listed.p[i] || names[i].is_null())?;
    share_of_file(dna_ser::FILE, names, |i| listed.antigens[i])
}

fn share_of_file(
    file: &'static str,
    names: &[AlleleName],
    is_there: impl Fn(usize) -> bool,
) -> Result<(), ReleaseError> {
    for locus in COMPLETE_LOCI {
        let of_locus: Vec<usize> = (0..names.len()).filter(|i| names[*i].locus() == locus).collect();
        let missing: Vec<usize> = of_locus.iter().copied().filter(|i| !is_there(*i)).collect();
        if missing.len() as f64 > MISSING_SHARE_MAX * of_locus.len() as f64 {
            let problem = format!(
                "{} of {} {locus} alleles are missing, {} is the first",
                missing.len(),
                of_locus.len(),
                names[missing[0]]
            );
            return truncated(file, problem);
        }
    }
    Ok(())
}

/// Both group files are made from the same sequences: an expressed allele of these loci stands in both or in
/// neither, a null allele in the G file only. Every allele has its line in the list of antigens.
fn in_both_group_files(read: &Read<'_>, listed: &Listed) -> Result<(), ReleaseError> {
    for (i, name) in read.names.iter().enumerate() {
        let missing_in = match (listed.g[i], listed.p[i]) {
            _ if !listed.antigens[i] => dna_ser::FILE,
            (true, false) if !name.is_null() => groups::P_FILE,
            (false, true) => groups::G_FILE,
            (false, false) if name.is_null() => groups::G_FILE,
            _ => continue,
        };
        if missing_in == dna_ser::FILE || GROUPED_LOCI.contains(&name.locus()) {
            return truncated(missing_in, format!("{name} is in the other files but not here"));
        }
    }
    Ok(())
}

/// Several alleles in a line have a group, and its name is that of a member or of an allele that was withdrawn since.
fn names_of_groups(read: &Read<'_>) -> Result<(), ReleaseError> {
    for (file, read_file) in [(groups::G_FILE, read.g), (groups::P_FILE, read.p)] {
        for (ids, group) in &read_file.lines {
            let first = read.names[ids[0].0 as usize];
            match group {
                None if ids.len() > 1 => {
                    return inconsistent(file, format!("the group of {first} has no name"));
                }
                Some(group) if !is_named_after_one(group, ids, read) => {
                    let problem =
                        format!("{group} is named after none of its members ({first} is the first)");
                    return inconsistent(file, problem);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn is_named_after_one(group: &GroupName, ids: &[AlleleId], read: &Read<'_>) -> bool {
    let withdrawn: &FxHashMap<AlleleName, Deleted> = &read.nom.deleted;
    ids.iter().any(|id| gave_its_name(&read.names[id.0 as usize], group))
        || withdrawn.keys().any(|name| gave_its_name(name, group))
}

/// `A*02:01:01:01` gave its name to `A*02:01:01G`, and `A*02:10`, which has no third field, to `A*02:10:01G`.
fn gave_its_name(name: &AlleleName, group: &GroupName) -> bool {
    let (own, of_group) = (name.fields(), group.name.fields());
    let shared = own.len().min(of_group.len());
    name.locus() == group.name.locus()
        && own[..shared] == of_group[..shared]
        && of_group[shared..].iter().all(|field| *field == 1)
}

/// Every antigen that an allele is known by has its row in `hla_nom.txt`.
fn antigens_exist(read: &Read<'_>) -> Result<(), ReleaseError> {
    let used = read.assigned.iter().flatten().flatten();
    match used.map(|(antigen, _)| *antigen).find(|a| read.nom.serology.status(*a).is_none()) {
        Some(antigen) => {
            truncated(nom::FILE, format!("the antigen {antigen} is in {} but not here", dna_ser::FILE))
        }
        None => Ok(()),
    }
}

/// The relations that every release has had since 2010 are also in our own table.
fn relations(serology: &Serology) -> Result<(), ReleaseError> {
    let lacks = |broad: Antigen, known: &[Antigen], ours: &[Antigen]| {
        ours.iter().find(|antigen| !known.contains(antigen)).map(|antigen| (broad, *antigen))
    };
    let missing = starter::relations().find_map(|(antigen, splits, associated)| {
        lacks(antigen, serology.splits(antigen), &splits)
            .or_else(|| lacks(antigen, serology.associated(antigen), &associated))
    });
    match missing {
        Some((of, antigen)) => truncated(ser_ser::FILE, format!("{antigen} is not listed under {of}")),
        None => Ok(()),
    }
}

fn truncated(file: &'static str, problem: String) -> Result<(), ReleaseError> {
    Err(ReleaseError::Truncated { file, problem })
}

fn inconsistent(file: &'static str, problem: String) -> Result<(), ReleaseError> {
    Err(ReleaseError::Inconsistent { file, problem })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::group::GroupKind;

    #[test]
    fn names_of_groups_come_from_members_of_any_length() {
        for (member, group, expected) in [
            ("A*02:01:01:01", "A*02:01:01", true),
            ("A*02:10", "A*02:10:01", true),
            ("A*11:403N", "A*11:403:01", true),
            ("DRB3*03:22:01", "DRB3*03:22", true),
            ("A*02:10", "A*02:10:02", false),
            ("A*02:11", "A*02:10:01", false),
            ("B*02:10", "A*02:10:01", false),
        ] {
            let [member, name]: [AlleleName; 2] = [member, group].map(|text| text.parse().unwrap());
            let group = GroupName { name, kind: GroupKind::G };
            assert_eq!(gave_its_name(&member, &group), expected, "{member} {group}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(version("3.58.0") >= STRICT_SINCE && version("4.0.0") >= STRICT_SINCE);
        assert!(version("3.9.0") < STRICT_SINCE && version("0.1.0") < RELATIONS_SINCE);
        assert_eq!(version("starter"), (0, 0));
    }
}
