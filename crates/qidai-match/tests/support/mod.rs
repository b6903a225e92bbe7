//! An invented release of random content, and a matcher that is obviously right.
//!
//! The matcher knows the invention (it holds the lists the release's files are printed from), so it
//! shares nothing with the library: not the reader, not the sets, not the shortcuts.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;

use qidai_hla::{Release, ReleaseFiles};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

pub const LOCI: [&str; 5] = ["A", "C", "B", "DRB1", "DQB1"];
const FAMILIES: [&str; 5] = ["A", "Cw", "B", "DR", "DQ"];

#[derive(Clone, Debug)]
pub struct Allele {
    pub name: String,
    pub fields: (u16, u16),
    /// The protein class; `None` for a null allele.
    pub class: Option<u32>,
    /// The antigens it is assigned to (0, 1 or 2 of them).
    pub antigens: Vec<u16>,
}

/// Antigen numbers: 1 and 2 are broad with splits 11 12 13 and 21 22; 5 is plain; 105 belongs to 5.
const SPLITS: [(u16, &[u16]); 2] = [(1, &[11, 12, 13]), (2, &[21, 22])];
const ASSOCIATED: (u16, u16) = (5, 105);
const ALL_ANTIGENS: [u16; 9] = [1, 2, 5, 11, 12, 13, 21, 22, 105];

/// An allele of DPB1: its class is its place; the groups of its levels under both versions.
#[derive(Clone, Debug)]
pub struct Dpb1Allele {
    pub name: String,
    pub groups: [Option<u8>; 2],
}

pub struct Invention {
    pub loci: Vec<Vec<Allele>>,
    pub dpb1: Vec<Dpb1Allele>,
    pub release: Release,
}

impl Invention {
    pub fn new(rng: &mut ChaCha8Rng) -> Self {
        let mut next_class = 0;
        let loci: Vec<Vec<Allele>> = LOCI.iter().map(|l| alleles(l, rng, &mut next_class)).collect();
        let dpb1 = (1..=9).map(|n| dpb1_allele(n, rng)).collect::<Vec<_>>();
        let mut release = release(&loci, &dpb1);
        release.add_tce(&tce(&dpb1)).unwrap();
        for (place, file) in [(0, "A_prot.fasta"), (1, "C_prot.fasta"), (2, "B_prot.fasta")] {
            let locus = qidai_hla::Locus::from_name(LOCI[place]).unwrap();
            release.add_proteins(locus, file, &proteins(place, &loci[place])).unwrap();
        }
        Invention { loci, dpb1, release }
    }

    /// One position of DPB1, and the places of the alleles that it can be.
    pub fn dpb1(&self, rng: &mut ChaCha8Rng) -> (String, Vec<usize>) {
        let count = if rng.random_bool(0.8) { 1 } else { 2 };
        let mut places: Vec<usize> = (0..self.dpb1.len()).collect();
        places.shuffle(rng);
        places.truncate(count);
        let names: Vec<&str> = places.iter().map(|place| self.dpb1[*place].name.as_str()).collect();
        (names.join("/"), places)
    }

    /// One position as a laboratory might write it, and what it can be.
    pub fn position(&self, locus: usize, rng: &mut ChaCha8Rng) -> (String, Vec<Alternative>) {
        let alleles = &self.loci[locus];
        match rng.random_range(0..10) {
            0..=4 => {
                let one = alleles.choose(rng).unwrap();
                (one.name.clone(), vec![Alternative::of(one, alleles)])
            }
            5 | 6 => {
                let some: Vec<_> = alleles.sample(rng, 3).cloned().collect();
                let names: Vec<_> = some.iter().map(|a| a.name.clone()).collect();
                (names.join("/"), some.iter().map(|a| Alternative::of(a, alleles)).collect())
            }
            7 => {
                let first = alleles.choose(rng).unwrap().fields.0;
                let all = alleles.iter().filter(|a| a.fields.0 == first);
                let text = format!("{}*{first:02}:XX", LOCI[locus]);
                (text, all.map(|a| Alternative::of(a, alleles)).collect())
            }
            8 => (format!("{}*{:02}:NEW", LOCI[locus], 1), vec![Alternative::New]),
            _ => serology(locus, *ALL_ANTIGENS.choose(rng).unwrap(), alleles),
        }
    }
}

fn dpb1_allele(number: u16, rng: &mut ChaCha8Rng) -> Dpb1Allele {
    let mut group = || rng.random_bool(0.9).then(|| rng.random_range(1..=3));
    Dpb1Allele { name: format!("DPB1*{number:02}:01"), groups: [group(), group()] }
}

fn tce(alleles: &[Dpb1Allele]) -> String {
    let mut text = header("tce/dpb_tce.csv") + "Allele,Protein,V1_Assignment,V2_Assignment,Comments\n";
    let group = |group: Option<u8>| group.map_or(String::new(), |group| group.to_string());
    for allele in alleles {
        writeln!(text, "{},{0},{},{},", allele.name, group(allele.groups[0]), group(allele.groups[1]))
            .unwrap();
    }
    text
}

type Carrier = (&'static str, Option<[bool; 3]>);

/// Residues 76 to 83 by place of the locus and class, and which of C1, C2 and Bw4 they carry; `None` is not known.
const RESIDUES: [&[Carrier]; 3] = [
    &[("ENLRIALR", Some([false, false, true])), ("ANLGTLRG", Some([false, false, false]))],
    &[("VNLRNLRG", Some([true, false, false])), ("VNLRKLRG", Some([false, true, false])), ("VNLRXLRG", None)],
    &[
        ("ENLRIALR", Some([false, false, true])),
        ("ESLRNLRG", Some([false, false, false])),
        ("VSLRNLRG", Some([true, false, false])),
    ],
];

/// What a class shows of C1, C2 and Bw4.
pub fn ligands(place: usize, class: u32) -> Option<[bool; 3]> {
    RESIDUES[place][class as usize % RESIDUES[place].len()].1
}

fn proteins(place: usize, alleles: &[Allele]) -> String {
    let mut text = String::new();
    for (number, allele) in alleles.iter().enumerate() {
        let residues = RESIDUES[place][allele.class.unwrap_or(0) as usize % RESIDUES[place].len()].0;
        let sequence = format!("SHSM{}{residues}GYYN", "A".repeat(70));
        writeln!(text, ">HLA:HLA{number:05} {} {} bp\n{sequence}", allele.name, sequence.len()).unwrap();
    }
    text
}

fn alleles(locus: &str, rng: &mut ChaCha8Rng, next_class: &mut u32) -> Vec<Allele> {
    let mut all = Vec::new();
    for first in 1..=4u16 {
        for second in 1..=4u16 {
            let is_null = rng.random_bool(0.15);
            // Every third expressed allele is of the class of the one before it.
            let class = (!is_null).then(|| {
                if all.is_empty() || rng.random_bool(0.67) {
                    *next_class += 1;
                }
                *next_class
            });
            let count = if is_null { 0 } else { [0, 1, 1, 1, 2][rng.random_range(0..5)] };
            let mut antigens: Vec<u16> = ALL_ANTIGENS.sample(rng, count).copied().collect();
            antigens.sort_unstable();
            let suffix = if is_null { "N" } else { "" };
            let name = format!("{locus}*{first:02}:{second:02}{suffix}");
            all.push(Allele { name, fields: (first, second), class, antigens });
        }
    }
    all
}

fn header(file: &str) -> String {
    format!(
        "# file: {file}\n# date: 2026-01-01\n# version: invented 0.0.1\n# origin: -\n# repository: -\n# author: -\n"
    )
}

fn release(loci: &[Vec<Allele>], dpb1: &[Dpb1Allele]) -> Release {
    let mut list = header("Allelelist.txt") + "AlleleID,Allele\n";
    let mut nom = header("hla_nom.txt");
    let mut p = header("hla_nom_p.txt");
    let mut g = header("hla_nom_g.txt");
    let mut dna = header("rel_dna_ser.txt");
    let mut ser = header("rel_ser_ser.txt");
    let mut number = 0;
    for (place, alleles) in loci.iter().enumerate() {
        let (locus, family) = (LOCI[place], FAMILIES[place]);
        for antigen in ALL_ANTIGENS {
            writeln!(nom, "{family};{antigen};19900101;;;").unwrap();
        }
        for (broad, splits) in SPLITS {
            writeln!(ser, "{family};{broad};{};", join(splits)).unwrap();
        }
        writeln!(ser, "{family};{};;{}", ASSOCIATED.0, ASSOCIATED.1).unwrap();
        let mut classes: Vec<(u32, Vec<&str>)> = Vec::new();
        for allele in alleles {
            number += 1;
            let fields = allele.name.split_once('*').unwrap().1;
            writeln!(list, "HLA{number:05},{}", allele.name).unwrap();
            writeln!(nom, "{locus}*;{fields};20260101;;;").unwrap();
            writeln!(g, "{locus}*;{fields};").unwrap();
            dna_line(&mut dna, locus, fields, allele);
            if let Some(class) = allele.class {
                match classes.iter_mut().find(|(c, _)| *c == class) {
                    Some((_, members)) => members.push(fields),
                    None => classes.push((class, vec![fields])),
                }
            }
        }
        for (_, members) in classes {
            let name = if members.len() > 1 { format!("{}P", members[0]) } else { String::new() };
            writeln!(p, "{locus}*;{};{name}", members.join("/")).unwrap();
        }
    }
    for allele in dpb1 {
        number += 1;
        let fields = allele.name.split_once('*').unwrap().1;
        writeln!(list, "HLA{number:05},{}", allele.name).unwrap();
        writeln!(nom, "DPB1*;{fields};20260101;;;").unwrap();
        writeln!(g, "DPB1*;{fields};").unwrap();
        writeln!(p, "DPB1*;{fields};").unwrap();
        writeln!(dna, "DPB1*;{fields};?;;;").unwrap();
    }
    let files =
        ReleaseFiles { allele_list: &list, nom: &nom, nom_g: &g, nom_p: &p, dna_ser: &dna, ser_ser: &ser };
    Release::from_files(&files).unwrap_or_else(|e| panic!("{e}"))
}

fn dna_line(out: &mut String, locus: &str, fields: &str, allele: &Allele) {
    let (known, possible) = match allele.antigens.len() {
        0 if allele.class.is_none() => ("0".to_owned(), String::new()),
        0 => ("?".to_owned(), String::new()),
        1 => (join(&allele.antigens), String::new()),
        _ => (String::new(), join(&allele.antigens)),
    };
    writeln!(out, "{locus}*;{fields};{known};{possible};;").unwrap();
}

fn join(numbers: &[u16]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("/")
}

/// What a position can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Alternative {
    /// Nothing expressed.
    Null,
    /// A protein without a name.
    New,
    /// An allele: its class, and every split-level antigen it may be.
    Allele(u32, Vec<u16>),
    /// Only the antigen level of a serological typing: one split-level antigen.
    Antigen(u16),
}

impl Alternative {
    fn of(allele: &Allele, all: &[Allele]) -> Alternative {
        let Some(class) = allele.class else { return Alternative::Null };
        let mut antigens: Vec<u16> = allele.antigens.iter().flat_map(|a| split_level(*a)).collect();
        if antigens.is_empty() {
            let family = all.iter().filter(|a| a.fields.0 == allele.fields.0);
            antigens = family.flat_map(|a| &a.antigens).flat_map(|a| split_level(*a)).collect();
        }
        antigens.sort_unstable();
        antigens.dedup();
        Alternative::Allele(class, antigens)
    }
}

fn split_level(antigen: u16) -> Vec<u16> {
    if antigen == ASSOCIATED.1 {
        return vec![ASSOCIATED.0];
    }
    let splits = SPLITS.iter().find(|(broad, _)| *broad == antigen).map_or(&[][..], |(_, splits)| splits);
    [&[antigen], splits].concat()
}

/// True when one is the other or contains it.
fn related(a: u16, b: u16) -> bool {
    let contains = |x: u16, y: u16| {
        SPLITS.iter().any(|(broad, splits)| *broad == x && splits.contains(&y)) || (x, y) == ASSOCIATED
    };
    a == b || contains(a, b) || contains(b, a)
}

fn serology(locus: usize, antigen: u16, alleles: &[Allele]) -> (String, Vec<Alternative>) {
    let could_be = alleles.iter().filter(|a| a.antigens.iter().any(|x| related(*x, antigen)));
    let mut all: Vec<Alternative> = could_be.map(|a| Alternative::of(a, alleles)).collect();
    if all.is_empty() {
        all.push(Alternative::New);
    }
    all.extend(split_level(antigen).into_iter().map(Alternative::Antigen));
    (format!("{}{antigen}", FAMILIES[locus]), all)
}

pub type Positions = [Vec<Alternative>; 2];

/// Best and worst count by trying everything. `antigens` asks at the level of antigens.
pub fn naive(patient: &Positions, donor: &Positions, antigens: bool) -> (u8, u8) {
    let (mut best, mut worst) = (0, 2);
    for (a1, a2, a_copied) in genotypes(patient, antigens) {
        for (b1, b2, b_copied) in genotypes(donor, antigens) {
            let count = |same: &dyn Fn(&Alternative, &Alternative) -> bool| {
                let n = |x: bool| u8::from(x);
                // Serology that told two antigens apart at two positions has answered for their alleles.
                let told_apart = |p: usize, d: usize| {
                    !antigens && !a_copied && !b_copied && differ(&patient[p], &donor[d])
                };
                let pair = |a, p, b, d| n(same(a, b) && !told_apart(p, d));
                (pair(&a1, 0, &b1, 0) + pair(&a2, 1, &b2, 1)).max(pair(&a1, 0, &b2, 1) + pair(&a2, 1, &b1, 0))
            };
            best = best.max(count(&|a, b| may_match(a, b, antigens)));
            worst = worst.min(count(&|a, b| must_match(a, b, antigens)));
        }
    }
    if antigens {
        // The same protein shows the same antigen.
        let proteins = naive(patient, donor, false);
        return (best.max(proteins.0), worst.max(proteins.1));
    }
    (best, worst)
}

/// Both are antigens, and not of one split-level antigen.
fn differ(one: &[Alternative], other: &[Alternative]) -> bool {
    let seen = |side: &[Alternative]| -> Vec<u16> {
        side.iter()
            .filter_map(|a| if let Alternative::Antigen(number) = a { Some(*number) } else { None })
            .collect()
    };
    let (a, b) = (seen(one), seen(other));
    !a.is_empty() && !b.is_empty() && !a.iter().any(|number| b.contains(number))
}

/// The third is true where a null position shows the other one.
fn genotypes(positions: &Positions, antigens: bool) -> Vec<(Alternative, Alternative, bool)> {
    let level = |side: &[Alternative]| -> Vec<Alternative> {
        let serological = side.iter().any(|a| matches!(a, Alternative::Antigen(_)));
        let keep = |a: &&Alternative| !serological || (matches!(a, Alternative::Antigen(_)) == antigens);
        side.iter().filter(keep).cloned().collect()
    };
    let mut all = Vec::new();
    for a in level(&positions[0]) {
        for b in level(&positions[1]) {
            all.push(match (&a, &b) {
                (Alternative::Null, Alternative::Null) => (a.clone(), b, true),
                (Alternative::Null, other) | (other, Alternative::Null) => {
                    (other.clone(), other.clone(), true)
                }
                _ => (a.clone(), b, false),
            });
        }
    }
    all
}

fn may_match(a: &Alternative, b: &Alternative, antigens: bool) -> bool {
    use Alternative::{Allele, Antigen, Null};
    match (a, b) {
        (Null, Null) => true,
        (Allele(x, _), Allele(y, _)) if !antigens => x == y,
        (Allele(_, x), Allele(_, y)) => x.iter().any(|antigen| y.contains(antigen)),
        (Antigen(x), Antigen(y)) => x == y,
        (Allele(_, set), Antigen(x)) | (Antigen(x), Allele(_, set)) => set.contains(x),
        _ => false,
    }
}

fn must_match(a: &Alternative, b: &Alternative, antigens: bool) -> bool {
    use Alternative::{Allele, Antigen, Null};
    match (a, b) {
        (Null, Null) => true,
        (Allele(x, _), Allele(y, _)) if !antigens => x == y,
        (Allele(x, one), Allele(y, two)) => one == two && (one.len() == 1 || x == y),
        (Antigen(x), Antigen(y)) => x == y,
        (Allele(_, set), Antigen(x)) | (Antigen(x), Allele(_, set)) => set == &[*x],
        _ => false,
    }
}
