//! How a snapshot lies in bytes: a header, then sections of plain integers, each 8-byte aligned.
//!
//! Little-endian, as written by the machine that built it. The checksum covers
//! everything but itself; the release's fingerprint says under which names the typings were interpreted.

use bytemuck::{Pod, Zeroable};
use qidai_hla::Locus;

use crate::PerMatchLocus;
use crate::genotype::{Component, LocusGenotype, Possibilities, Token};

pub(crate) const MAGIC: [u8; 8] = *b"QIDAISN6";

/// The loci of which texts are kept: those of [`crate::MATCH_LOCI`], and DPB1, which only the order asks for.
pub(crate) const TEXT_LOCI: [Locus; 6] =
    [Locus::A, Locus::C, Locus::B, Locus::DRB1, Locus::DQB1, Locus::DPB1];
/// The place of DPB1 in [`TEXT_LOCI`].
pub(crate) const DPB1: usize = 5;

/// One value for each of [`TEXT_LOCI`], in that order.
pub(crate) type PerTextLocus<T> = [T; TEXT_LOCI.len()];

/// Numbers of texts are below this at each locus: 21 bits.
pub(crate) const TEXTS_MAX: usize = 1 << TEXT_BITS;
const TEXT_BITS: u32 = 21;
const TEXT_MASK: u64 = (1 << TEXT_BITS) - 1;
/// Where the flags of a row begin in its second word.
const FLAGS_AT: u32 = 2 * TEXT_BITS;

/// A row of the scan, 16 bytes: for each of [`crate::MATCH_LOCI`] the number of the text it was typed with, 21 bits each, and its [`Flags`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Row([u64; 2]);

/// What a scan asks of a row before its facts: the untyped loci (bits 0 to 4), readable (bit 5), an own unit (bit 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flags(pub u8);

impl Flags {
    /// How many different ones there are.
    pub(crate) const COUNT: usize = 128;
    const READABLE: u8 = 1 << 5;
    const OWN: u8 = 1 << 6;

    /// One bit for each of [`crate::MATCH_LOCI`].
    pub(crate) fn untyped(self) -> u32 {
        u32::from(self.0 & 0b1_1111)
    }

    pub(crate) fn is_readable(self) -> bool {
        self.0 & Self::READABLE != 0
    }

    pub(crate) fn is_own(self) -> bool {
        self.0 & Self::OWN != 0
    }
}

impl Row {
    /// Texts below [`TEXTS_MAX`].
    pub(crate) fn new(texts: PerMatchLocus<u32>, is_readable: bool, is_own: bool) -> Row {
        let untyped = texts.iter().enumerate().map(|(at, text)| u8::from(*text == UNTYPED_TEXT) << at);
        let mut flags: u8 = untyped.sum();
        flags |= if is_readable { Flags::READABLE } else { 0 };
        flags |= if is_own { Flags::OWN } else { 0 };
        let [a, c, b, drb1, dqb1] = texts.map(|text| u64::from(text) & TEXT_MASK);
        let second = drb1 | dqb1 << TEXT_BITS | u64::from(flags) << FLAGS_AT;
        Row([a | c << TEXT_BITS | b << (2 * TEXT_BITS), second])
    }

    /// The number of the text at each locus.
    #[inline]
    pub(crate) fn texts(&self) -> PerMatchLocus<u32> {
        let [first, second] = self.0;
        let text = |word: u64, at: u32| (word >> (at * TEXT_BITS) & TEXT_MASK) as u32;
        [text(first, 0), text(first, 1), text(first, 2), text(second, 0), text(second, 1)]
    }

    #[inline]
    pub(crate) fn flags(&self) -> Flags {
        Flags((self.0[1] >> FLAGS_AT) as u8)
    }

    /// The same row with other numbers of its texts.
    pub(crate) fn renumbered(&self, number_of: impl Fn(usize, u32) -> u32) -> Row {
        let texts = self.texts();
        let texts = std::array::from_fn(|place| number_of(place, texts[place]));
        Row::new(texts, self.flags().is_readable(), self.flags().is_own())
    }
}

/// What a row has beside the loci of classes: most have nothing, and share number 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Beside {
    /// The text of DPB1.
    pub dpb1: u32,
    /// The mother's texts, one for each of [`crate::MATCH_LOCI`].
    pub mother: PerMatchLocus<u32>,
}

impl Beside {
    /// The text of a locus that is not in the row itself: the mother's, or that of DPB1.
    pub(crate) fn text(&self, place: usize) -> u32 {
        self.mother.get(place).copied().unwrap_or(self.dpb1)
    }

    /// The same with other numbers of its texts.
    pub(crate) fn renumbered(&self, number_of: impl Fn(usize, u32) -> u32) -> Beside {
        let mother = std::array::from_fn(|place| number_of(place, self.mother[place]));
        Beside { dpb1: number_of(DPB1, self.dpb1), mother }
    }
}

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
    /// For each row which one it is, for ever.
    pub keys: Section,
    /// For each row the number of its facts.
    pub facts_of_row: Section,
    /// Different facts, in the order of their first rows.
    pub facts: Section,
    /// For each row the end of its identity in `ids`.
    pub id_ends: Section,
    pub ids: Section,
    pub lists: Section,
    /// For each row the number of what it has beside; empty where no row has anything.
    pub beside_of_row: Section,
    /// Different ones, in the order of their first rows; the first is nothing.
    pub beside: Section,
    /// For each text of DPB1 its levels, see `crate::dpb1`.
    pub tce_of_text: Section,
    /// Per locus: for each text number its genotype number.
    pub genotype_of_text: PerTextLocus<Section>,
    /// Per locus: for each text number its end in `text_bytes`.
    pub text_ends: PerTextLocus<Section>,
    pub text_bytes: PerTextLocus<Section>,
    /// Per locus: the genotypes, see [`write_genotype`].
    pub genotypes: PerTextLocus<Section>,
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

    /// A section of so many items as they come; none of them is in memory twice.
    pub(crate) fn filled<T: Pod>(&mut self, len: usize, items: impl Iterator<Item = T>) -> Section {
        let start = self.words.len() * 8;
        let bytes = len * size_of::<T>();
        self.words.resize(self.words.len() + bytes.div_ceil(8), 0);
        let place = &mut bytemuck::cast_slice_mut::<u64, u8>(&mut self.words)[start..start + bytes];
        bytemuck::cast_slice_mut::<u8, T>(place)
            .iter_mut()
            .zip(items)
            .for_each(|(place, item)| *place = item);
        Section { start: start as u64, len: bytes as u64 }
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
