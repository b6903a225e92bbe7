//! Every plain text that a release gives a meaning to, by its key.

use rustc_hash::FxHashMap;

use super::codes::Codes;
use super::key::Key;
use crate::allele::AlleleName;
use crate::group::GroupKind;
use crate::locus::Locus;
use crate::release::{AlleleId, Release};
use crate::typing::piece::Piece;
use crate::typing::{Alternatives, Category, Members, Nomenclature};

/// Something that can be written: its number in [`Names`].
pub(super) type Node = u32;

/// What a node stands for.
enum Meaning {
    /// The whole name of an allele.
    Allele(AlleleId),
    /// A shortened or withdrawn name.
    Name(AlleleName),
    /// A published group.
    Group(AlleleName, GroupKind),
    /// A first field with XX, or an antigen.
    Text(String),
}

/// The plain names of a release and of its code table, shared by all levels.
pub struct Names<'r> {
    pub(super) nomenclature: Nomenclature<'r>,
    nodes: FxHashMap<Key, Node>,
    meanings: Vec<Meaning>,
    /// The first nodes are the whole names of alleles.
    allele_nodes: Node,
    /// Withdrawn names: what they are today may stand in the same list under its own name.
    withdrawn: std::ops::Range<Node>,
    /// Names that have got a suffix since: in a code the name without it is the same allele.
    suffixed: FxHashMap<Key, Node>,
    pub(super) codes: Codes,
}

impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Names").field("nodes", &self.meanings.len()).finish_non_exhaustive()
    }
}

impl<'r> Names<'r> {
    /// Lists what can be written under a release: about 100,000 names. The starter release has none, because its names
    /// are few and read quickly anyway.
    pub fn new(nomenclature: Nomenclature<'r>) -> Names<'r> {
        let release = nomenclature.release;
        let mut names = Names {
            nomenclature,
            nodes: FxHashMap::default(),
            meanings: Vec::new(),
            allele_nodes: 0,
            withdrawn: 0..0,
            suffixed: FxHashMap::default(),
            codes: nomenclature.mac.map(Codes::new).unwrap_or_default(),
        };
        if release.is_starter() {
            return names;
        }
        names.nodes.reserve(4 * release.allele_count());
        names.meanings.reserve(3 * release.allele_count());
        for locus in Locus::ALL {
            for allele in release.alleles_of(*locus) {
                names.add(Key::of_name(&release.name(allele)), Meaning::Allele(allele));
            }
        }
        names.allele_nodes = names.meanings.len() as Node;
        names.add_shortened(release);
        let first = names.meanings.len() as Node;
        for (name, _) in release.withdrawn() {
            names.add(Key::of_name(name), Meaning::Name(*name));
        }
        names.withdrawn = first..names.meanings.len() as Node;
        for kind in [GroupKind::G, GroupKind::P] {
            for (group, _) in release.all_groups(kind) {
                let key = Key::of_group(&group.name, kind == GroupKind::P);
                names.add(key, Meaning::Group(group.name, kind));
            }
        }
        for antigen in release.serology().all() {
            names.add(Key::of_antigen(antigen), Meaning::Text(antigen.to_string()));
        }
        names.add_suffixed(release);
        names
    }

    fn add(&mut self, key: Option<Key>, meaning: Meaning) {
        let Some(key) = key else { return };
        if let std::collections::hash_map::Entry::Vacant(place) = self.nodes.entry(key) {
            place.insert(self.meanings.len() as Node);
            self.meanings.push(meaning);
        }
    }

    /// Every beginning of a name, without suffix and with the suffix of the whole. Neighbours share most of theirs.
    fn add_shortened(&mut self, release: &Release) {
        let mut before: [Option<AlleleName>; 3] = [None; 3];
        for locus in Locus::ALL {
            for allele in release.alleles_of(*locus) {
                let name = release.name(allele);
                for fields in 1..name.fields().len() {
                    let short = name.shortened(fields);
                    if before[fields - 1].replace(short) != Some(short) {
                        self.add(Key::of_name(&short), Meaning::Name(short));
                        if fields == 1 {
                            self.add(Key::of_xx(&short), Meaning::Text(format!("{short}:XX")));
                        }
                    }
                    if name.suffix().is_some() {
                        let short = short.with_suffix(name.suffix());
                        self.add(Key::of_name(&short), Meaning::Name(short));
                    }
                }
            }
        }
    }

    fn add_suffixed(&mut self, release: &Release) {
        for locus in Locus::ALL {
            for allele in release.alleles_of(*locus) {
                let name = release.name(allele);
                if name.suffix().is_none() {
                    continue;
                }
                let plain = name.with_suffix(None);
                let node = Key::of_name(&name).and_then(|key| self.node(key));
                let key = Key::of_name(&plain).filter(|key| !self.nodes.contains_key(key));
                self.suffixed.extend(key.zip(node));
            }
        }
    }

    /// What the names are read with.
    pub fn nomenclature(&self) -> &Nomenclature<'r> {
        &self.nomenclature
    }

    /// How many different texts are known.
    pub fn len(&self) -> usize {
        self.meanings.len()
    }

    /// True under the starter release.
    pub fn is_empty(&self) -> bool {
        self.meanings.is_empty()
    }

    pub(super) fn node(&self, key: Key) -> Option<Node> {
        self.nodes.get(&key).copied()
    }

    /// The only allele with the same fields and another suffix, or none, than a name that is not there.
    pub(super) fn other_suffix(&self, key: Key) -> Option<Node> {
        let plain = key.without_suffix();
        let whole = self.nodes.get(&plain).filter(|node| **node < self.allele_nodes && plain != key);
        whole.or_else(|| self.suffixed.get(&plain)).copied()
    }

    /// True when the names of other releases are known, which are not among the keys.
    pub(super) fn has_history(&self) -> bool {
        self.nomenclature.release.history().is_some()
    }

    pub(super) fn is_withdrawn(&self, node: Node) -> bool {
        self.withdrawn.contains(&node)
    }

    /// What each node can stand for, in their order; `None` for a text that is refused.
    pub(super) fn alternatives(&self) -> impl Iterator<Item = Option<Alternatives>> {
        self.meanings.iter().map(|meaning| self.read(meaning))
    }

    fn read(&self, meaning: &Meaning) -> Option<Alternatives> {
        let release = self.nomenclature.release;
        let mut members = Members::default();
        let (locus, category, written) = match meaning {
            Meaning::Allele(allele) => {
                members.add_all(release, [*allele]);
                (release.name(*allele).locus(), Category::Allele, String::new())
            }
            Meaning::Name(name) => {
                members.add_name(release, name).ok()?;
                (name.locus(), Category::Allele, name.to_string())
            }
            Meaning::Group(name, kind) => {
                members.add_all(release, release.group_members(name, *kind)?.iter().copied());
                let category = if *kind == GroupKind::G { Category::GGroup } else { Category::PGroup };
                (name.locus(), category, String::new())
            }
            Meaning::Text(text) => return self.nomenclature.read_piece(Piece::whole(text)).ok(),
        };
        Some(Alternatives { written, ..members.finish(locus, category) })
    }
}
