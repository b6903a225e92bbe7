//! A frozen bank: rows, facts and the distinct typings, all in one run of bytes.

use std::sync::Arc;

use bytemuck::Pod;
use qidai_hla::epitope::{TceGroup, TceVersion};
use qidai_hla::{Locus, Nomenclature, Release};

use super::facts::{Facts, StoredFacts};
use super::index::Origin;
use super::layout::{
    Beside, DPB1, Flags, Header, MAGIC, PerTextLocus, Row, Section, body_sum, checksum, read_genotypes,
};
use super::sections::{check_sections, view};
use crate::PerMatchLocus;
use crate::genotype::LocusGenotype;

/// Bytes that are not a snapshot, or not a whole one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// Another kind of file, or a snapshot of another version of the program.
    #[error("snapshot_foreign: not a snapshot of this version of the program")]
    Foreign,
    /// The checksum does not fit: the file was cut or changed.
    #[error("snapshot_damaged: {0}; build it again")]
    Damaged(&'static str),
    /// It was built under another release.
    #[error("snapshot_release: built under release {found}, but {expected} is in force")]
    OtherRelease {
        /// The snapshot's release.
        found: String,
        /// The release in force.
        expected: String,
    },
    /// More rows, typings or bytes of identities than a snapshot can number.
    #[error(
        "snapshot_too_large: more than 4 billion rows, 4 GiB of identities or 2 million different typings of a locus"
    )]
    TooLarge,
}

/// A frozen bank that searches read. Made by [`super::SnapshotBuilder`], or mapped from its file. Clones share
/// their content.
#[derive(Clone)]
pub struct Snapshot {
    header: Header,
    content: Arc<Content>,
}

struct Content {
    /// A header, which may be of an older generation of the same content, and all sections.
    bytes: Bytes,
    body_sum: crc32fast::Hasher,
    /// Decoded once: per locus the distinct genotypes.
    genotypes: PerTextLocus<Vec<LocusGenotype>>,
    lists: Vec<String>,
    /// How many rows have which flags.
    rows_by_flags: [u64; Flags::COUNT],
}

enum Bytes {
    Owned(Vec<u64>),
    Mapped(Box<dyn AsRef<[u8]> + Send + Sync>),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Bytes::Owned(words) => bytemuck::cast_slice(words),
            Bytes::Mapped(bytes) => (**bytes).as_ref(),
        }
    }
}

impl Snapshot {
    pub(crate) fn from_words(words: Vec<u64>) -> Result<Self, SnapshotError> {
        Self::open(Bytes::Owned(words))
    }

    /// Takes bytes that were written with [`Snapshot::pieces`], usually a mapped file.
    ///
    /// # Errors
    /// When they are something else, are damaged, or do not lie on an 8-byte boundary.
    pub fn from_mapped(bytes: Box<dyn AsRef<[u8]> + Send + Sync>) -> Result<Self, SnapshotError> {
        Self::open(Bytes::Mapped(bytes))
    }

    fn open(bytes: Bytes) -> Result<Self, SnapshotError> {
        let all = bytes.get();
        let head = all.get(..size_of::<Header>()).ok_or(SnapshotError::Foreign)?;
        let header: Header = bytemuck::try_pod_read_unaligned(head).map_err(|_| SnapshotError::Foreign)?;
        if header.magic != MAGIC {
            return Err(SnapshotError::Foreign);
        }
        let body_sum = body_sum(&all[size_of::<Header>()..]);
        if header.crc != checksum(&header, &body_sum) {
            return Err(SnapshotError::Damaged("the checksum does not fit"));
        }
        let mut genotypes: PerTextLocus<Vec<LocusGenotype>> = Default::default();
        for (place, section) in header.genotypes.iter().enumerate() {
            genotypes[place] =
                read_genotypes(view(all, *section)?).ok_or(SnapshotError::Damaged("unreadable genotypes"))?;
        }
        let lists = String::from_utf8_lossy(view::<u8>(all, header.lists)?);
        let lists = lists.lines().map(str::to_owned).collect();
        let rows_by_flags = check_sections(all, &header)?;
        let content = Content { bytes, body_sum, genotypes, lists, rows_by_flags };
        Ok(Snapshot { header, content: Arc::new(content) })
    }

    /// Refuses a snapshot whose typings were read with another release, or with other codes, than those in force.
    ///
    /// # Errors
    /// [`SnapshotError::OtherRelease`].
    pub fn check(&self, nomenclature: &Nomenclature<'_>) -> Result<(), SnapshotError> {
        let release = nomenclature.release;
        let same_codes = self.header.mac_codes == mac_codes(nomenclature);
        if self.header.release_fingerprint == fingerprint(release) && same_codes {
            return Ok(());
        }
        Err(SnapshotError::OtherRelease {
            found: self.release_label().into(),
            expected: release.label().into(),
        })
    }

    /// The bytes to write to a file, in two pieces: the header, and what stands behind it.
    pub fn pieces(&self) -> [&[u8]; 2] {
        [bytemuck::bytes_of(&self.header), &self.content.bytes.get()[size_of::<Header>()..]]
    }

    /// The same content as that of a later generation, in which nothing that can be searched has changed.
    #[must_use]
    pub fn at(&self, origin: Origin) -> Snapshot {
        let header =
            Header { generation: origin.generation, history_hash: origin.history_hash, ..self.header };
        let crc = checksum(&header, &self.content.body_sum);
        Snapshot { header: Header { crc, ..header }, content: Arc::clone(&self.content) }
    }

    /// The history number up to which it was built.
    pub fn generation(&self) -> u64 {
        self.header.generation
    }

    /// Which history it is of, and up to where.
    pub fn origin(&self) -> Origin {
        Origin { generation: self.header.generation, history_hash: self.header.history_hash }
    }

    /// True when both share one content, of whatever generations they are.
    pub fn has_content_of(&self, other: &Snapshot) -> bool {
        Arc::ptr_eq(&self.content, &other.content)
    }

    /// Whether bytes begin like a snapshot of any version: a file that does not is somebody else's.
    pub fn is_marked(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC[..MAGIC.len() - 1])
    }

    /// The checksum of its content, as eight hexadecimal digits.
    pub fn checksum(&self) -> String {
        format!("{:08x}", self.header.crc)
    }

    /// The release its typings were interpreted under.
    pub fn release_label(&self) -> &str {
        let label = &self.header.release_label;
        let len = label.iter().position(|b| *b == 0).unwrap_or(label.len());
        std::str::from_utf8(&label[..len]).unwrap_or("?")
    }

    /// How many units and listed entries it holds.
    pub fn row_count(&self) -> usize {
        self.header.row_count as usize
    }

    /// The names of the external lists.
    pub fn lists(&self) -> &[String] {
        &self.content.lists
    }

    /// How many distinct genotypes a locus has, by its place in `MATCH_LOCI`.
    pub fn genotype_count(&self, place: usize) -> usize {
        self.content.genotypes[place].len()
    }

    /// The identity of a row.
    pub fn id(&self, row: u32) -> &str {
        std::str::from_utf8(self.id_of(row)).unwrap_or("?")
    }

    /// The bytes of an identity.
    pub(crate) fn id_of(&self, row: u32) -> &[u8] {
        let ends: &[u32] = self.section(self.header.id_ends);
        let start = if row == 0 { 0 } else { ends[row as usize - 1] };
        &self.section::<u8>(self.header.ids)[start as usize..ends[row as usize] as usize]
    }

    /// Which one a row is, for ever, among own units or among listed entries.
    pub fn key(&self, row: u32) -> u64 {
        self.section::<u64>(self.header.keys)[row as usize]
    }

    /// The facts of a row.
    pub fn facts(&self, row: u32) -> Facts {
        self.stored_facts(row).facts()
    }

    /// The typing of a row as written, locus by locus; an untyped locus is empty.
    pub fn typing(&self, row: u32) -> PerMatchLocus<&str> {
        let texts = self.rows()[row as usize].texts();
        std::array::from_fn(|place| self.text(place, texts[place]))
    }

    /// The genotype of a row at a locus, by its place in `MATCH_LOCI`; `None` when untyped.
    pub fn genotype(&self, row: u32, place: usize) -> Option<&LocusGenotype> {
        let text = self.rows()[row as usize].texts()[place];
        let number = self.genotype_of_text(place)[text as usize];
        self.content.genotypes[place].get(number as usize)
    }

    /// What a row has beside the loci of classes.
    pub(crate) fn beside(&self, row: u32) -> Beside {
        let of_row: &[u32] = self.section(self.header.beside_of_row);
        let number = of_row.get(row as usize).copied().unwrap_or(0);
        self.section::<Beside>(self.header.beside).get(number as usize).copied().unwrap_or_default()
    }

    /// The typing of a unit's mother as written, locus by locus; an untyped locus is empty.
    pub fn mother_typing(&self, row: u32) -> PerMatchLocus<&str> {
        let texts = self.beside(row).mother;
        std::array::from_fn(|place| self.text(place, texts[place]))
    }

    /// DPB1 of a row as written; empty where it is not typed.
    pub fn dpb1_typing(&self, row: u32) -> &str {
        self.text(DPB1, self.beside(row).dpb1)
    }

    /// The genotype of a text of a locus; `None` for the text that says "not typed".
    pub(crate) fn genotype_at(&self, place: usize, text: u32) -> Option<&LocusGenotype> {
        let number = self.genotype_of_text(place).get(text as usize)?;
        self.content.genotypes[place].get(*number as usize)
    }

    /// For each text of DPB1 its levels.
    pub(crate) fn tce_of_text(&self) -> &[u8] {
        self.section(self.header.tce_of_text)
    }

    /// How many texts a locus has, by its place in `MATCH_LOCI`(crate::MATCH_LOCI); number 0 is "not typed".
    pub(crate) fn text_count(&self, place: usize) -> usize {
        self.genotype_of_text(place).len()
    }

    pub(crate) fn text(&self, place: usize, number: u32) -> &str {
        let ends: &[u32] = self.section(self.header.text_ends[place]);
        let start = if number == 0 { 0 } else { ends[number as usize - 1] };
        let bytes: &[u8] = self.section(self.header.text_bytes[place]);
        std::str::from_utf8(&bytes[start as usize..ends[number as usize] as usize]).unwrap_or("?")
    }

    pub(crate) fn rows(&self) -> &[Row] {
        self.section(self.header.rows)
    }

    /// Different facts of rows.
    pub(crate) fn all_facts(&self) -> &[StoredFacts] {
        self.section(self.header.facts)
    }

    /// For each row the number of its facts.
    pub(crate) fn facts_of_row(&self) -> &[u32] {
        self.section(self.header.facts_of_row)
    }

    pub(crate) fn facts_number(&self, row: u32) -> u32 {
        self.facts_of_row()[row as usize]
    }

    pub(crate) fn stored_facts(&self, row: u32) -> &StoredFacts {
        &self.all_facts()[self.facts_number(row) as usize]
    }

    /// How many rows have which flags.
    pub(crate) fn rows_by_flags(&self) -> &[u64; Flags::COUNT] {
        &self.content.rows_by_flags
    }

    pub(crate) fn genotypes(&self, place: usize) -> &[LocusGenotype] {
        &self.content.genotypes[place]
    }

    pub(crate) fn genotype_of_text(&self, place: usize) -> &[u32] {
        self.section(self.header.genotype_of_text[place])
    }

    /// A section as a slice; all sections were checked when the snapshot was opened.
    fn section<T: Pod>(&self, section: Section) -> &[T] {
        view(self.content.bytes.get(), section).unwrap_or(&[])
    }
}

/// The number of loaded multiple allele codes.
pub(crate) fn mac_codes(nomenclature: &Nomenclature<'_>) -> u32 {
    nomenclature.mac.map_or(0, |table| table.len() as u32)
}

/// A number that differs when classes or antigens of the release differ.
pub(crate) fn fingerprint(release: &Release) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(release.label().as_bytes());
    for i in 0..release.allele_count() as u32 {
        let allele = qidai_hla::AlleleId(i);
        release.name(allele).fields().iter().for_each(|f| hasher.write_u16(*f));
        hasher.write_u32(release.class_of(allele).map_or(u32::MAX, |c| c.0));
        release.antigens(allele).iter().for_each(|(a, _)| hasher.write_u16(a.number));
    }
    if let Some(table) = release.tce() {
        for allele in release.alleles_of(Locus::DPB1) {
            let groups = [TceVersion::V1, TceVersion::V2].map(|version| table.of(allele, version).group);
            groups.iter().for_each(|group| hasher.write_u8(group.map_or(u8::MAX, TceGroup::number)));
        }
    }
    hasher.finish()
}
