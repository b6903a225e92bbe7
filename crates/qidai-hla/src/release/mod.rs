//! One release of the nomenclature: its names, groups and antigens, ready to be asked.
//!
//! | file | what it gives | reader |
//! |---|---|---|
//! | `Allelelist.txt` | accession and name of every current allele | `allele_list` |
//! | `wmda/hla_nom.txt` | every name ever given, deleted ones with their successor; all antigens | `nom` |
//! | `wmda/hla_nom_g.txt`, `hla_nom_p.txt` | G and P groups | `groups` |
//! | `wmda/rel_dna_ser.txt` | antigens of each allele | `dna_ser` |
//! | `wmda/rel_ser_ser.txt` | splits and associated antigens | `ser_ser` |

mod allele_list;
mod build;
mod dna_ser;
mod groups;
mod lines;
mod nom;
mod old_names;
mod ser_ser;
mod starter;
mod whole;

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::allele::{AlleleName, Suffix};
use crate::epitope::{self, Carried, TceTable};
use crate::error::ReleaseError;
use crate::group::{GroupKind, GroupName};
use crate::history::{Fate, History};
use crate::locus::Locus;
use crate::serology::{Antigen, Confidence, Serology};

pub use nom::Deleted;
pub(crate) use old_names::OldNames;

/// The texts of the files of one release, as published.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseFiles<'a> {
    /// `Allelelist.txt`.
    pub allele_list: &'a str,
    /// `wmda/hla_nom.txt`.
    pub nom: &'a str,
    /// `wmda/hla_nom_g.txt`.
    pub nom_g: &'a str,
    /// `wmda/hla_nom_p.txt`.
    pub nom_p: &'a str,
    /// `wmda/rel_dna_ser.txt`.
    pub dna_ser: &'a str,
    /// `wmda/rel_ser_ser.txt`.
    pub ser_ser: &'a str,
}

/// An allele of one release: the index of its name in numeric order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AlleleId(pub u32);

/// What matching at the antigen recognition domain tells apart: a P group, or a protein in no group
/// (in the starter release: a two-field name). Null alleles have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(pub u32);

const NONE: u32 = u32::MAX;

/// The groups of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    pub names: Vec<GroupName>,
    pub members: Vec<Vec<AlleleId>>,
    pub by_name: FxHashMap<AlleleName, u32>,
    /// For each allele its group, or `NONE`.
    pub of_allele: Vec<u32>,
}

/// How a class is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassName {
    /// A published P group.
    Group(GroupName),
    /// An allele (or two-field name) in no group.
    Allele(AlleleName),
}

impl std::fmt::Display for ClassName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ClassName::Group(name) => name.fmt(f),
            ClassName::Allele(name) => name.fmt(f),
        }
    }
}

/// One release of IPD-IMGT/HLA, or the starter release.
#[derive(Clone, Debug)]
pub struct Release {
    label: String,
    date: Option<String>,
    starter: bool,
    names: Vec<AlleleName>,
    accessions: Vec<u32>,
    loci: [Range<u32>; Locus::ALL.len()],
    classes: Vec<u32>,
    class_names: Vec<ClassName>,
    g: Groups,
    p: Groups,
    antigen_ends: Vec<u32>,
    antigens: Vec<(Antigen, Confidence)>,
    expert: FxHashMap<AlleleId, Vec<Antigen>>,
    serology: Serology,
    deleted: FxHashMap<AlleleName, Deleted>,
    /// What the sequences show, when they were given; otherwise empty.
    pub(crate) carried: Vec<Carried>,
    tce: Option<TceTable>,
    deleted_before_2010: FxHashMap<Box<str>, Deleted>,
    old_names: Option<OldNames>,
    history: Option<Arc<History>>,
}

impl Release {
    /// Reads a release. All six files must be of one version and agree with each other.
    ///
    /// # Errors
    /// [`ReleaseError`] names the file, the line and what is wrong: a foreign or truncated file,
    /// a malformed line, files of two releases, names that one file has and another lacks.
    pub fn from_files(files: &ReleaseFiles<'_>) -> Result<Release, ReleaseError> {
        build::release(files)
    }

    /// Adds the T-cell-epitope groups of DPB1 (`tce/dpb_tce.csv` of the same release).
    ///
    /// # Errors
    /// [`ReleaseError`]: a file of another release, or a line of another form.
    pub fn add_tce(&mut self, text: &str) -> Result<(), ReleaseError> {
        self.tce = Some(TceTable::read(text, self)?);
        Ok(())
    }

    /// The T-cell-epitope groups of DPB1, when they were given.
    pub fn tce(&self) -> Option<&TceTable> {
        self.tce.as_ref()
    }

    /// Adds the protein sequences of a class I locus (`fasta/A_prot.fasta` and so on), of which Bw4, Bw6, C1 and C2
    /// are kept. `file` is the name to use in an error.
    ///
    /// # Errors
    /// [`ReleaseError`]: entries that cannot be read, or that are not of this release.
    pub fn add_proteins(&mut self, locus: Locus, file: &'static str, text: &str) -> Result<(), ReleaseError> {
        let mut carried = std::mem::take(&mut self.carried);
        carried.resize(self.names.len(), Carried::Unknown);
        let read = epitope::read_ligands(locus, file, text, self, &mut carried);
        self.carried = carried;
        read
    }

    /// The built-in starter release: the 216 two-field names of the demonstration population with the
    /// antigens they are known by. Not for clinical use.
    pub fn starter() -> Release {
        starter::release()
    }

    /// Adds the table of 2010 (`Nomenclature_2009.txt`), so that names without colons can be read (`Cw*0102`).
    ///
    /// # Errors
    /// [`ReleaseError`] names the line that is no pair of names, or says that rows are missing.
    pub fn add_old_names(&mut self, text: &str) -> Result<(), ReleaseError> {
        self.old_names = Some(old_names::read(text, whole::is_strict(&self.label))?);
        Ok(())
    }

    /// Adds the names of all releases, so that renumbered names are followed by their accession.
    pub fn add_history(&mut self, history: Arc<History>) {
        self.history = Some(history);
    }

    /// The names of all releases, when they are loaded.
    pub fn history(&self) -> Option<&Arc<History>> {
        self.history.as_ref()
    }

    /// What became of a name that was withdrawn before 2010, written without colons.
    pub(crate) fn deleted_before_2010(&self, name: &str) -> Option<&Deleted> {
        self.deleted_before_2010.get(name)
    }

    pub(crate) fn old_names(&self) -> Option<&OldNames> {
        self.old_names.as_ref()
    }

    /// The name of today of a name that an older release gave to the same sequence, or to one that was withdrawn since.
    /// A name that only got another suffix is not among them: who leaves it out must be told.
    pub(crate) fn renumbered(&self, name: &AlleleName) -> Option<AlleleName> {
        let history = self.history.as_ref()?;
        let migration = history.migrate(&name.to_string(), None, self.label.parse().ok()?).ok()?;
        let moved = matches!(migration.fate, Fate::Renumbered | Fate::Merged | Fate::Extended);
        migration.name.filter(|now| moved && now != name)
    }

    /// The version as published, e.g. `3.58.0`; `starter` for the starter release.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The date in the files' header, `YYYY-MM-DD`; `None` for the starter release.
    pub fn date(&self) -> Option<&str> {
        self.date.as_deref()
    }

    /// True for the starter release: no groups, no sequences, nothing clinical.
    pub fn is_starter(&self) -> bool {
        self.starter
    }

    /// How many alleles the release has.
    pub fn allele_count(&self) -> usize {
        self.names.len()
    }

    /// The name of an allele of this release.
    pub fn name(&self, allele: AlleleId) -> AlleleName {
        self.names[allele.0 as usize]
    }

    /// The accession number (`HLA00001` is 1); `None` in the starter release.
    pub fn accession(&self, allele: AlleleId) -> Option<u32> {
        self.accessions.get(allele.0 as usize).copied()
    }

    /// All alleles of a locus, in numeric order.
    pub fn alleles_of(&self, locus: Locus) -> impl ExactSizeIterator<Item = AlleleId> + use<> {
        self.loci[locus as usize].clone().map(AlleleId)
    }

    /// The allele with exactly this name.
    pub fn find(&self, name: &AlleleName) -> Option<AlleleId> {
        self.names.binary_search(name).ok().map(|i| AlleleId(i as u32))
    }

    /// All alleles whose first fields are those of `name`, in numeric order; suffixes are not compared.
    pub fn beginning_with(&self, name: &AlleleName) -> Range<u32> {
        let range = self.loci[name.locus() as usize].clone();
        let here = &self.names[range.start as usize..range.end as usize];
        let fields = name.fields();
        let start = here.partition_point(|n| n.fields() < fields);
        let len = here[start..].partition_point(|n| n.fields().starts_with(fields));
        let first = range.start + start as u32;
        first..first + len as u32
    }

    /// The matching class of an allele; `None` when the allele is null.
    pub fn class_of(&self, allele: AlleleId) -> Option<ClassId> {
        Some(self.classes[allele.0 as usize]).filter(|c| *c != NONE).map(ClassId)
    }

    /// How a class is called.
    pub fn class_name(&self, class: ClassId) -> ClassName {
        self.class_names[class.0 as usize]
    }

    /// The number of classes over all loci; every [`ClassId`] is below it.
    pub fn class_count(&self) -> usize {
        self.class_names.len()
    }

    /// The published G or P group of an allele; `None` when it is in none.
    pub fn group_of(&self, allele: AlleleId, kind: GroupKind) -> Option<GroupName> {
        let groups = self.groups(kind);
        let group = *groups.of_allele.get(allele.0 as usize)?;
        groups.names.get(group as usize).copied()
    }

    /// All groups of a kind with their members, in the order of the file.
    pub fn all_groups(&self, kind: GroupKind) -> impl Iterator<Item = (GroupName, &[AlleleId])> {
        let groups = self.groups(kind);
        groups.names.iter().copied().zip(groups.members.iter().map(Vec::as_slice))
    }

    /// The members of a published group, in numeric order; `None` when there is no such group.
    pub fn group_members(&self, name: &AlleleName, kind: GroupKind) -> Option<&[AlleleId]> {
        let groups = self.groups(kind);
        groups.by_name.get(name).map(|i| groups.members[*i as usize].as_slice())
    }

    fn groups(&self, kind: GroupKind) -> &Groups {
        match kind {
            GroupKind::G => &self.g,
            GroupKind::P => &self.p,
        }
    }

    /// The antigens of an allele, surest first; empty for null alleles and where none is known.
    pub fn antigens(&self, allele: AlleleId) -> &[(Antigen, Confidence)] {
        let i = allele.0 as usize;
        let start = if i == 0 { 0 } else { self.antigen_ends[i - 1] as usize };
        &self.antigens[start..self.antigen_ends[i] as usize]
    }

    /// Antigens that experts reported besides, to be shown and never to be matched on.
    pub fn expert_antigens(&self, allele: AlleleId) -> &[Antigen] {
        self.expert.get(&allele).map_or(&[], Vec::as_slice)
    }

    /// Which antigens exist and which contain which.
    pub fn serology(&self) -> &Serology {
        &self.serology
    }

    /// What became of a name that is no longer in use; `None` when it was never given or is current.
    pub fn deleted(&self, name: &AlleleName) -> Option<&Deleted> {
        self.deleted.get(name)
    }

    /// Every withdrawn name that can be read, in no order.
    pub(crate) fn withdrawn(&self) -> impl Iterator<Item = (&AlleleName, &Deleted)> {
        self.deleted.iter()
    }

    /// The current suffix of a name that was written with another or none, when there is exactly one.
    pub fn other_suffix(&self, name: &AlleleName) -> Option<Option<Suffix>> {
        let range = self.beginning_with(name);
        let mut found = range.map(|i| self.names[i as usize]).filter(|n| n.fields() == name.fields());
        let first = found.next()?;
        found.next().is_none().then_some(first.suffix())
    }
}
