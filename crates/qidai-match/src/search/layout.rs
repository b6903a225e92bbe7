//! How a snapshot lies in bytes: a header, then sections of plain integers, each 8-byte aligned.
//!
//! Little-endian, as written by the machine that built it. The checksum covers
//! everything but itself; the release's fingerprint says under which names the typings were interpreted.

use bytemuck::{Pod, Zeroable};

use crate::MATCH_LOCI;
use crate::genotype::{Component, LocusGenotype, Possibilities, Token};

pub(crate) const MAGIC: [u8; 8] = *b"QIDAISN4";

/// A row of the scan: for each of [`MATCH_LOCI`] the number of the text it was typed with.
pub(crate) type Row = [u32; MATCH_LOCI.len()];

/// The number that says "not typed"; number 0 of every locus is reserved for it.
pub(crate) const UNTYPED_TEXT: u32 = 0;

/// A section by byte offset and length.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Section {
    pub start: u64,
    pub len: u64,
}

/// The first bytes of a snapshot.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Header {
    pub magic: [u8; 8],
    pub generation: u64,
    /// Hash of the event with that number; zeros when there is no history.
    pub history_hash: [u8; 32],
    pub row_count: u64,
    pub release_fingerprint: u64,
    pub crc: u32,
    /// How many multiple allele codes were loaded: with others more typings could be read.
    pub mac_codes: u32,
    pub release_label: [u8; 32],
    pub rows: Section,
    pub facts: Section,
    pub ids: Section,
    pub lists: Section,
    /// Per locus: for each text number its genotype number.
    pub genotype_of_text: [Section; MATCH_LOCI.len()],
    /// Per locus: for each text number its end in `text_bytes`.
    pub text_ends: [Section; MATCH_LOCI.len()],
    pub text_bytes: [Section; MATCH_LOCI.len()],
    /// Per locus: the genotypes, see [`write_genotype`].
    pub genotypes: [Section; MATCH_LOCI.len()],
}

/// Bytes at an address that all sections may be read from in place.
pub(crate) struct Writer {
    words: Vec<u64>,
}

impl Writer {
    /// `bytes` is about how much will be written.
    pub(crate) fn new(bytes: usize) -> Self {
        const ROOM_FOR_TYPINGS: usize = 4 << 20;
        let mut words = Vec::with_capacity((size_of::<Header>() + bytes + ROOM_FOR_TYPINGS) / 8);
        words.resize(size_of::<Header>() / 8, 0);
        Writer { words }
    }

    pub(crate) fn section<T: Pod>(&mut self, items: &[T]) -> Section {
        let bytes: &[u8] = bytemuck::cast_slice(items);
        let start = self.words.len() * 8;
        self.words.resize(self.words.len() + bytes.len().div_ceil(8), 0);
        bytemuck::cast_slice_mut::<u64, u8>(&mut self.words)[start..start + bytes.len()]
            .copy_from_slice(bytes);
        Section { start: start as u64, len: bytes.len() as u64 }
    }

    pub(crate) fn finish(mut self, mut header: Header) -> Vec<u64> {
        let body = size_of::<Header>();
        header.crc = checksum(&header, &body_sum(&bytemuck::cast_slice::<u64, u8>(&self.words)[body..]));
        bytemuck::cast_slice_mut::<u64, u8>(&mut self.words)[..body]
            .copy_from_slice(bytemuck::bytes_of(&header));
        self.words
    }
}

/// The sum over everything behind the header, which is the same for each generation of the same content.
pub(crate) fn body_sum(body: &[u8]) -> crc32fast::Hasher {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(body);
    hasher
}

/// The checksum of a whole snapshot: the header with its own checksum left out, then everything else.
pub(crate) fn checksum(header: &Header, body_sum: &crc32fast::Hasher) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(bytemuck::bytes_of(&Header { crc: 0, ..*header }));
    hasher.combine(body_sum);
    hasher.finalize()
}

/// Writes a genotype as words: its length, then both levels, each a count of components; a component is
/// its kind (0 product, 1 twice, 2 nothing), then for each set a length and the tokens; last what serology saw at each position.
pub(crate) fn write_genotype(genotype: &LocusGenotype, out: &mut Vec<u32>) {
    for level in [&genotype.ard, &genotype.antigen] {
        out.push(level.len() as u32);
        for component in level {
            let (kind, sets): (u32, Vec<&[Token]>) = match component {
                Component::Product(a, b) => (0, vec![a, b]),
                Component::Twice(a) => (1, vec![a]),
                Component::Nothing => (2, vec![]),
            };
            out.push(kind);
            sets.iter().for_each(|set| write_set(set, out));
        }
    }
    genotype.sera.iter().for_each(|set| write_set(set, out));
}

fn write_set(set: &[Token], out: &mut Vec<u32>) {
    out.push(set.len() as u32);
    out.extend_from_slice(set);
}

/// Reads all genotypes of a section; `None` when the words do not have the written form.
pub(crate) fn read_genotypes(mut words: &[u32]) -> Option<Vec<LocusGenotype>> {
    let mut all = Vec::new();
    while !words.is_empty() {
        let ard = read_level(&mut words)?;
        let antigen = read_level(&mut words)?;
        let sera = [read_set(&mut words)?, read_set(&mut words)?];
        all.push(LocusGenotype { ard, antigen, sera });
    }
    Some(all)
}

fn read_level(words: &mut &[u32]) -> Option<Possibilities> {
    let count = take(words)?;
    (0..count).map(|_| read_component(words)).collect()
}

fn read_component(words: &mut &[u32]) -> Option<Component> {
    Some(match take(words)? {
        0 => Component::Product(read_set(words)?, read_set(words)?),
        1 => Component::Twice(read_set(words)?),
        2 => Component::Nothing,
        _ => return None,
    })
}

fn read_set(words: &mut &[u32]) -> Option<Box<[Token]>> {
    let len = take(words)? as usize;
    let (set, rest) = words.split_at_checked(len)?;
    *words = rest;
    Some(set.into())
}

fn take(words: &mut &[u32]) -> Option<u32> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    Some(*first)
}
