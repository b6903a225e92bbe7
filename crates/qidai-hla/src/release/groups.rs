//! `hla_nom_g.txt` and `hla_nom_p.txt`: locus; members joined by `/`; name of the group or nothing.

use super::lines::Line;
use super::{AlleleId, Groups, NONE, lines};
use crate::allele::AlleleName;
use crate::error::ReleaseError;
use crate::group::{GroupKind, GroupName};
use crate::locus::Locus;
use crate::release::nom;

pub(crate) const G_FILE: &str = "hla_nom_g.txt";
pub(crate) const P_FILE: &str = "hla_nom_p.txt";

/// The groups and, for each line of the file, its members (one when the allele is in no group).
pub(crate) struct GroupFile {
    pub groups: Groups,
    /// Every line's members in the file's order; each line is one class of identical domains.
    pub lines: Vec<(Vec<AlleleId>, Option<GroupName>)>,
}

/// Reads one of the two files; `find` gives the id of a current allele.
pub(crate) fn read(
    kind: GroupKind,
    text: &str,
    allele_count: usize,
    find: impl Fn(&AlleleName) -> Option<AlleleId>,
) -> Result<GroupFile, ReleaseError> {
    let file = if kind == GroupKind::G { G_FILE } else { P_FILE };
    let letter = if kind == GroupKind::G { 'G' } else { 'P' };
    let mut out = GroupFile {
        groups: Groups { of_allele: vec![NONE; allele_count], ..Groups::default() },
        lines: vec![],
    };
    let mut seen = vec![false; allele_count];
    for line in lines::data::<3>(file, text, ';') {
        let line = line?;
        let [locus, members, name] = line.fields;
        let locus = locus.strip_suffix('*').ok_or_else(|| line.error("expected a locus with a star"))?;
        if Locus::from_name(locus).is_none() {
            continue;
        }
        let mut ids =
            members.split('/').map(|m| member(&line, locus, m, &find)).collect::<Result<Vec<_>, _>>()?;
        if let Some(twice) = ids.iter().position(|id| std::mem::replace(&mut seen[id.0 as usize], true)) {
            let name = members.split('/').nth(twice).unwrap_or_default();
            return Err(line.error(format!("{locus}*{name} stands in two lines")));
        }
        ids.sort_unstable();
        let group = match name {
            "" => None,
            name => Some(
                group_name(locus, name, letter, kind).ok_or_else(|| line.error("unreadable group name"))?,
            ),
        };
        if let Some(group) = group {
            if out.groups.by_name.contains_key(&group.name) {
                return Err(line.error(format!("the group {group} stands in two lines")));
            }
            add_group(&mut out.groups, group, &ids);
        }
        out.lines.push((ids, group));
    }
    Ok(out)
}

fn member(
    line: &Line<'_, 3>,
    locus: &str,
    fields: &str,
    find: impl Fn(&AlleleName) -> Option<AlleleId>,
) -> Result<AlleleId, ReleaseError> {
    let name = nom::allele(locus, fields);
    name.and_then(|n| find(&n))
        .ok_or_else(|| line.error(format!("{locus}*{fields} is not in Allelelist.txt")))
}

fn group_name(locus: &str, name: &str, letter: char, kind: GroupKind) -> Option<GroupName> {
    let name = nom::allele(locus, name.strip_suffix(letter)?)?;
    Some(GroupName { name, kind })
}

fn add_group(groups: &mut Groups, name: GroupName, ids: &[AlleleId]) {
    let index = groups.names.len() as u32;
    groups.by_name.insert(name.name, index);
    groups.names.push(name);
    groups.members.push(ids.to_vec());
    for id in ids {
        groups.of_allele[id.0 as usize] = index;
    }
}
