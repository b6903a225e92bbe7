//! The typings that are measured: drawn from the release, each kind in its share.

use qidai_hla::typing::MacTable;
use qidai_hla::{AlleleId, AlleleName, GroupKind, Locus, Nomenclature, Release};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The loci that are typed for a transplantation.
const LOCI: [Locus; 5] = [Locus::A, Locus::C, Locus::B, Locus::DRB1, Locus::DQB1];
/// In a hundred: alleles, groups, codes, lists, antigens, XX.
pub(super) const SHARES: [(&str, u32); 6] =
    [("alleles", 60), ("groups", 15), ("mac", 15), ("lists", 5), ("serology", 4), ("xx", 1)];
/// How often a code is drawn before an allele is taken instead, when few codes fit the release.
const TRIES_MAX: u32 = 100;

/// Draws typings of all kinds.
pub(super) struct Mixer<'r> {
    nomenclature: Nomenclature<'r>,
    random: ChaCha8Rng,
    loci: Vec<Pool>,
    codes: Vec<(&'r str, &'r str)>,
}

/// What can be drawn at one locus.
struct Pool {
    locus: Locus,
    alleles: Vec<AlleleId>,
    groups: Vec<String>,
    antigens: Vec<String>,
    first_fields: Vec<AlleleName>,
}

impl<'r> Mixer<'r> {
    pub(super) fn new(release: &'r Release, mac: &'r MacTable, seed: u64) -> Mixer<'r> {
        let mut codes: Vec<(&str, &str)> = mac.iter().collect();
        codes.sort_unstable();
        let nomenclature = Nomenclature::new(release, Some(mac));
        let loci = LOCI.iter().map(|locus| Pool::of(*locus, &nomenclature)).collect();
        Mixer { nomenclature, random: ChaCha8Rng::seed_from_u64(seed), loci, codes }
    }

    /// One position of any of the five loci.
    pub(super) fn typing(&mut self) -> String {
        let locus = self.random.random_range(0..LOCI.len());
        self.position(locus)
    }

    /// Two positions at each of the five loci.
    pub(super) fn gl_string(&mut self) -> String {
        let loci: Vec<String> = (0..LOCI.len())
            .map(|locus| format!("{}+{}", self.position(locus), self.position(locus)))
            .collect();
        loci.join("^")
    }

    fn position(&mut self, locus: usize) -> String {
        let mut share = self.random.random_range(0..100);
        let kind = SHARES.iter().find(|(_, part)| {
            let is_here = share < *part;
            share = share.saturating_sub(*part);
            is_here
        });
        match kind.map_or("alleles", |(kind, _)| kind) {
            "groups" => self.one_of(|pool| &pool.groups, locus),
            "mac" => self.code(locus),
            "lists" => self.list(locus),
            "serology" => self.one_of(|pool| &pool.antigens, locus),
            "xx" => format!("{}:XX", self.first_field(locus)),
            _ => self.allele(locus),
        }
    }

    fn one_of(&mut self, list: impl Fn(&Pool) -> &Vec<String>, locus: usize) -> String {
        let list = list(&self.loci[locus]);
        match list.get(self.random.random_range(0..list.len().max(1))) {
            Some(text) => text.clone(),
            None => self.allele(locus),
        }
    }

    fn first_field(&mut self, locus: usize) -> AlleleName {
        let fields = &self.loci[locus].first_fields;
        fields[self.random.random_range(0..fields.len())]
    }

    /// Half of them complete, half cut to two fields (those that mean an expressed protein).
    fn allele(&mut self, locus: usize) -> String {
        let alleles = &self.loci[locus].alleles;
        let name = self.nomenclature.release.name(alleles[self.random.random_range(0..alleles.len())]);
        let is_short = self.random.random_bool(0.5) && name.suffix().is_none();
        if is_short { name.shortened(2).to_string() } else { name.to_string() }
    }

    /// Two to six alleles that follow each other.
    fn list(&mut self, locus: usize) -> String {
        let alleles = &self.loci[locus].alleles;
        let count = self.random.random_range(2..=6);
        let from = self.random.random_range(0..alleles.len() - count);
        let names =
            alleles[from..from + count].iter().map(|a| self.nomenclature.release.name(*a).to_string());
        names.collect::<Vec<_>>().join("/")
    }

    /// A code behind a first field where the release reads it.
    fn code(&mut self, locus: usize) -> String {
        for _ in 0..TRIES_MAX {
            let Some((code, expansion)) =
                self.codes.get(self.random.random_range(0..self.codes.len().max(1)))
            else {
                break;
            };
            let (code, expansion) = (*code, *expansion);
            let first = match expansion.split_once(':') {
                Some((first, _)) => format!("{}*{first}", self.loci[locus].locus),
                None => self.first_field(locus).to_string(),
            };
            let text = format!("{first}:{code}");
            if self.nomenclature.read(&text).is_ok() {
                return text;
            }
        }
        self.allele(locus)
    }
}

impl Pool {
    fn of(locus: Locus, nomenclature: &Nomenclature<'_>) -> Pool {
        let release = nomenclature.release;
        let groups = [GroupKind::G, GroupKind::P].into_iter().flat_map(|kind| release.all_groups(kind));
        let groups = groups.filter(|(name, _)| name.name.locus() == locus).map(|(name, _)| name.to_string());
        let antigens = release.serology().all().into_iter().filter(|a| a.locus() == Some(locus));
        let antigens = antigens.map(|antigen| antigen.to_string());
        let mut first_fields: Vec<AlleleName> =
            release.alleles_of(locus).map(|a| release.name(a).shortened(1).with_suffix(None)).collect();
        first_fields.dedup();
        Pool {
            locus,
            alleles: release.alleles_of(locus).collect(),
            groups: groups.collect(),
            antigens: antigens
                .filter(|a| nomenclature.read(a).is_ok_and(|a| !a.alleles.is_empty()))
                .collect(),
            first_fields,
        }
    }
}
