//! Puts the six files of a release together and checks that they belong together.

use rustc_hash::FxHashMap;

use super::{
    AlleleId, ClassName, NONE, Release, ReleaseFiles, allele_list, dna_ser, groups, lines, nom, ser_ser,
    whole,
};
use crate::allele::AlleleName;
use crate::error::ReleaseError;
use crate::group::GroupKind;
use crate::locus::Locus;
use crate::serology::{Antigen, Confidence};

pub(super) fn release(files: &ReleaseFiles<'_>) -> Result<Release, ReleaseError> {
    let (label, date) = one_version(files)?;
    let (names, accessions): (Vec<AlleleName>, Vec<u32>) =
        allele_list::read(files.allele_list)?.into_iter().unzip();
    let find = |name: &AlleleName| names.binary_search(name).ok().map(|i| AlleleId(i as u32));
    let mut nom = nom::read(files.nom)?;
    whole::same_names(&label, &names, &nom)?;
    let g = groups::read(GroupKind::G, files.nom_g, names.len(), find)?;
    let p = groups::read(GroupKind::P, files.nom_p, names.len(), find)?;
    let assigned = dna_ser::read(files.dna_ser, names.len(), find)?;
    ser_ser::read(files.ser_ser, &mut nom.serology)?;
    whole::check(&whole::Read {
        label: &label,
        names: &names,
        nom: &nom,
        g: &g,
        p: &p,
        assigned: &assigned.antigens,
    })?;
    let (classes, class_names) = classes(&names, &p);
    let (antigen_ends, antigens) = flatten(assigned.antigens.into_iter().map(Option::unwrap_or_default));
    Ok(Release {
        label,
        date,
        starter: false,
        loci: locus_ranges(&names),
        names,
        accessions,
        classes,
        class_names,
        g: g.groups,
        p: p.groups,
        antigen_ends,
        antigens,
        expert: assigned.expert,
        serology: nom.serology,
        deleted: nom.deleted,
        carried: Vec::new(),
        tce: None,
        deleted_before_2010: nom.deleted_before_2010,
        old_names: None,
        history: None,
    })
}

fn one_version(files: &ReleaseFiles<'_>) -> Result<(String, Option<String>), ReleaseError> {
    let first = lines::header(nom::FILE, files.nom)?;
    for (file, text) in [
        (allele_list::FILE, files.allele_list),
        (groups::G_FILE, files.nom_g),
        (groups::P_FILE, files.nom_p),
        (dna_ser::FILE, files.dna_ser),
        (ser_ser::FILE, files.ser_ser),
    ] {
        let header = lines::header(file, text)?;
        if header.version != first.version {
            return Err(ReleaseError::Mixed {
                file,
                found: header.version,
                first_file: nom::FILE,
                expected: first.version,
            });
        }
    }
    Ok((first.version, first.date))
}

/// Each line of the P file is a class; an expressed allele in no line is its own two-field protein.
fn classes(names: &[AlleleName], p: &groups::GroupFile) -> (Vec<u32>, Vec<ClassName>) {
    let mut classes = vec![NONE; names.len()];
    let mut class_names = Vec::with_capacity(p.lines.len());
    for (ids, group) in &p.lines {
        ids.iter().for_each(|id| classes[id.0 as usize] = class_names.len() as u32);
        class_names.push(match group {
            Some(group) => ClassName::Group(*group),
            None => ClassName::Allele(names[ids[0].0 as usize]),
        });
    }
    let mut proteins = FxHashMap::default();
    for (i, name) in names.iter().enumerate() {
        if classes[i] == NONE && !name.is_null() {
            let protein = name.shortened(2).with_suffix(None);
            classes[i] = *proteins.entry(protein).or_insert_with(|| {
                class_names.push(ClassName::Allele(protein));
                class_names.len() as u32 - 1
            });
        }
    }
    (classes, class_names)
}

pub(super) fn flatten(
    lists: impl Iterator<Item = Vec<(Antigen, Confidence)>>,
) -> (Vec<u32>, Vec<(Antigen, Confidence)>) {
    let (mut ends, mut all) = (Vec::new(), Vec::new());
    for list in lists {
        all.extend(list);
        ends.push(all.len() as u32);
    }
    (ends, all)
}

pub(super) fn locus_ranges(names: &[AlleleName]) -> [std::ops::Range<u32>; Locus::ALL.len()] {
    std::array::from_fn(|i| {
        let locus = Locus::ALL[i];
        let start = names.partition_point(|n| n.locus() < locus);
        let end = names.partition_point(|n| n.locus() <= locus);
        start as u32..end as u32
    })
}
