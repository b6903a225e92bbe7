//! Typings in every form of the laboratories, read and predicted, against a twin that reads the files of the release as plain text and tries
//! every pair of haplotypes.
//!
//! Alleles, allele strings, codes, groups, antigens, `XX`, nulls, phased segments, several genotypes, untyped loci, people whom the set does not represent. What an
//! antigen stands for is taken from `qidai-hla`, where it is proven. Needs a release (`QIDAI_IMGT_HLA`, else beside the project); `QIDAI_SEED` repeats a run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use qidai_hla::{MacTable, Nomenclature, Release, ReleaseFiles};
use qidai_match::frequency::{FrequencySet, Identity, Nulls, Resolution, Rules, Understood};
use qidai_match::impute::{AlleleSet, Counted, Imputer, Phenotype, Reading};
use qidai_match::predict::{Answer, Collection};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

const LOCI: [&str; 5] = ["A", "C", "B", "DRB1", "DQB1"];
const PAIRS: usize = 1_000;

/// The files as text, and what a reader with a ruler finds in them.
struct Files {
    texts: [String; 6],
    macs: String,
    /// For each locus the names of all alleles.
    alleles: HashMap<String, Vec<String>>,
    p_group: HashMap<String, String>,
    /// Members by the name of a G or P group.
    groups: HashMap<String, Vec<String>>,
    antigen: HashMap<String, String>,
    /// Codes and what they list, where all members are second fields.
    codes: Vec<(String, Vec<String>)>,
}

fn files() -> Option<Files> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let given = std::env::var_os("QIDAI_IMGT_HLA").map(PathBuf::from);
    let dir = given.unwrap_or_else(|| PathBuf::from(beside).join("imgt-hla-3.58.0"));
    let wmda = |name: &str| std::fs::read_to_string(dir.join("wmda").join(name)).ok();
    let list = std::fs::read_to_string(dir.join("Allelelist.txt")).ok();
    let macs = std::fs::read_to_string(PathBuf::from(beside).join("mac/mac_slice.tsv")).ok();
    let (Some(list), Some(macs)) = (list, macs) else {
        eprintln!("skipped: no release at {} or no codes beside the project", dir.display());
        return None;
    };
    let texts = [
        list,
        wmda("hla_nom.txt")?,
        wmda("hla_nom_g.txt")?,
        wmda("hla_nom_p.txt")?,
        wmda("rel_dna_ser.txt")?,
        wmda("rel_ser_ser.txt")?,
    ];
    Some(Files::read(texts, macs))
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

impl Files {
    fn read(texts: [String; 6], macs: String) -> Files {
        let mut alleles: HashMap<String, Vec<String>> = HashMap::new();
        for name in
            lines(&texts[0]).filter_map(|line| line.split(',').nth(1)).filter(|name| name.contains('*'))
        {
            alleles.entry(name.split('*').next().unwrap().to_owned()).or_default().push(name.to_owned());
        }
        let (mut p_group, mut groups) = (HashMap::new(), HashMap::new());
        for text in [&texts[2], &texts[3]] {
            for line in lines(text) {
                let [locus, members, group] = line.split(';').collect::<Vec<_>>()[..] else { continue };
                let members: Vec<String> =
                    members.split('/').map(|fields| format!("{locus}{fields}")).collect();
                if group.ends_with('P') {
                    members
                        .iter()
                        .for_each(|name| _ = p_group.insert(name.clone(), format!("{locus}{group}")));
                }
                if !group.is_empty() {
                    groups.insert(format!("{locus}{group}"), members);
                }
            }
        }
        let antigens = lines(&texts[4]).filter_map(|line| {
            let [locus, fields, antigen, ..] = line.split(';').collect::<Vec<_>>()[..] else { return None };
            let prefix = match locus {
                "A*" => "A",
                "B*" => "B",
                "C*" => "Cw",
                "DRB1*" => "DR",
                "DQB1*" => "DQ",
                _ => return None,
            };
            let number: u16 = antigen.parse().ok().filter(|number| *number > 0)?;
            Some((format!("{locus}{fields}"), format!("{prefix}{number}")))
        });
        let codes = lines(&macs).skip(1).filter_map(|line| {
            let (code, members) = line.split_once('\t')?;
            let members: Vec<String> = members.split('/').map(str::to_owned).collect();
            let is_second_field = |member: &String| member.chars().all(|c| c.is_ascii_digit());
            members.iter().all(is_second_field).then(|| (code.to_owned(), members))
        });
        let (antigen, codes) = (antigens.collect(), codes.collect());
        Files { alleles, p_group, groups, antigen, codes, macs, texts }
    }

    fn release(&self) -> Release {
        let [allele_list, nom, nom_g, nom_p, dna_ser, ser_ser] = &self.texts;
        Release::from_files(&ReleaseFiles { allele_list, nom, nom_g, nom_p, dna_ser, ser_ser }).unwrap()
    }

    /// Every allele that a name begins; a null only where the name says so, or where there are no others: then only the letter was left out.
    fn beginning_with(&self, name: &str) -> HashSet<String> {
        let (longer, null) = (format!("{name}:"), format!("{name}N"));
        let all = self.alleles[name.split('*').next().unwrap()].iter();
        let (nulls, expressed): (HashSet<String>, HashSet<String>) = all
            .filter(|a| *a == name || **a == null || a.starts_with(&longer))
            .cloned()
            .partition(|a| a.ends_with('N') && a != name);
        if expressed.is_empty() { nulls } else { expressed }
    }

    /// The P group of an expressed allele, its protein where it has none; `None` for a null.
    fn class(&self, allele: &str) -> Option<String> {
        if allele.ends_with('N') {
            return None;
        }
        Some(self.p_group.get(allele).cloned().unwrap_or_else(|| two_fields(allele)))
    }
}

fn two_fields(allele: &str) -> String {
    let fields: Vec<&str> = allele.split(':').take(2).collect();
    fields.join(":").trim_end_matches(|c: char| c.is_ascii_uppercase()).to_owned()
}

/// A set of real names, and what each stands for.
struct World {
    text: String,
    /// For each locus its names with their alleles.
    names: Vec<Vec<(String, HashSet<String>)>>,
    haplotypes: Vec<([usize; 5], f64)>,
}

impl World {
    fn new(files: &Files, random: &mut ChaCha8Rng) -> World {
        let names: Vec<Vec<(String, HashSet<String>)>> =
            LOCI.iter().map(|locus| names(files, locus, random)).collect();
        let mut chosen: HashMap<[usize; 5], f64> = HashMap::new();
        for _ in 0..random.random_range(8..30) {
            let haplotype = std::array::from_fn(|locus| random.random_range(0..names[locus].len()));
            chosen.insert(haplotype, f64::from(random.random_range(1..1000)));
        }
        let mut haplotypes: Vec<_> = chosen.into_iter().collect();
        haplotypes.sort_by_key(|(haplotype, _)| *haplotype);
        let mut text = String::from("haplotype,freq\n");
        for (haplotype, frequency) in &haplotypes {
            let alleles: Vec<&str> = (0..5).map(|locus| names[locus][haplotype[locus]].0.as_str()).collect();
            writeln!(text, "{},{frequency}", alleles.join("~")).unwrap();
        }
        World { text, names, haplotypes }
    }

    /// Who of the names shares an allele with these.
    fn fitting(&self, locus: usize, alleles: &HashSet<String>) -> Vec<usize> {
        let names = self.names[locus].iter().enumerate();
        names.filter(|(_, (_, own))| !own.is_disjoint(alleles)).map(|(at, _)| at).collect()
    }

    /// What a name is compared as; `None` without product.
    fn shows(&self, files: &Files, locus: usize, name: usize, nulls: Nulls) -> Option<String> {
        let (name, alleles) = &self.names[locus][name];
        let classes: HashSet<String> = alleles.iter().filter_map(|allele| files.class(allele)).collect();
        match classes.len() {
            0 if nulls == Nulls::NotExpressed => None,
            1 => classes.into_iter().next(),
            _ => Some(name.clone()),
        }
    }
}

/// A few names of two first fields, one null among them where there is one, and sometimes a G group.
fn names(files: &Files, locus: &str, random: &mut ChaCha8Rng) -> Vec<(String, HashSet<String>)> {
    let all = &files.alleles[locus];
    let families: Vec<&str> =
        (0..2).map(|_| all.choose(random).unwrap().split(':').next().unwrap()).collect();
    let mut chosen: Vec<String> = Vec::new();
    for family in families {
        let of_family: Vec<String> = all
            .iter()
            .filter(|name| name.split(':').next() == Some(family) && !name.ends_with('N'))
            .map(|name| two_fields(name))
            .collect();
        chosen.extend((0..3).filter_map(|_| of_family.choose(random).cloned()));
        let nulls: Vec<&String> = all
            .iter()
            .filter(|name| name.starts_with(&format!("{family}:")) && name.ends_with('N'))
            .filter(|name| name.matches(':').count() == 1)
            .collect();
        chosen.extend(nulls.choose(random).filter(|_| random.random_bool(0.5)).map(|name| (*name).clone()));
    }
    chosen.sort();
    chosen.dedup();
    let with_alleles = |name: String| {
        let alleles = files.beginning_with(&name);
        (name, alleles)
    };
    chosen.into_iter().map(with_alleles).filter(|(_, alleles)| !alleles.is_empty()).collect()
}

/// One position as text and as the names of the set that it can be.
type Side = (String, Vec<usize>);

struct Writer<'w> {
    files: &'w Files,
    world: &'w World,
    nomenclature: Nomenclature<'w>,
}

impl Writer<'_> {
    /// A name of the set in one of the forms in which laboratories write.
    fn position(&self, locus: usize, name: usize, random: &mut ChaCha8Rng) -> Side {
        let (written, alleles) = &self.world.names[locus][name];
        let mut some: Vec<&String> = alleles.iter().collect();
        some.sort();
        let allele = *some.choose(random).unwrap();
        let family = written.split(':').next().unwrap();
        let fit = |alleles: &HashSet<String>| self.world.fitting(locus, alleles);
        match random.random_range(0..8) {
            0 => {
                let all: HashSet<String> = self.files.alleles[LOCI[locus]]
                    .iter()
                    .filter(|allele| allele.starts_with(&format!("{family}:")))
                    .cloned()
                    .collect();
                (format!("{family}:XX"), fit(&all))
            }
            1 => (allele.clone(), fit(&self.files.beginning_with(allele))),
            2 => {
                let others: Vec<usize> = (0..self.world.names[locus].len()).collect();
                let other = *others.choose(random).unwrap();
                let text = format!("{written}/{}", self.world.names[locus][other].0);
                (text, fit(&(alleles | &self.world.names[locus][other].1)))
            }
            3 => self.code(locus, written, random).unwrap_or_else(|| (written.clone(), fit(alleles))),
            4 => {
                let antigen = self.files.antigen.get(allele);
                let read = antigen.and_then(|antigen| self.nomenclature.read(antigen).ok());
                match (antigen, read) {
                    (Some(antigen), Some(read)) => {
                        let release = self.nomenclature.release;
                        let all = read.alleles.iter().map(|allele| release.name(*allele).to_string());
                        (antigen.clone(), fit(&all.filter(|name| !name.ends_with('N')).collect()))
                    }
                    _ => (written.clone(), fit(alleles)),
                }
            }
            5 | 6 => {
                let ending = if random.random_bool(0.5) { 'G' } else { 'P' };
                let of_group = |(_, members): &(&String, &Vec<String>)| members.contains(allele);
                let mut groups: Vec<_> = self
                    .files
                    .groups
                    .iter()
                    .filter(|(group, _)| group.ends_with(ending))
                    .filter(of_group)
                    .collect();
                groups.sort();
                match groups.first() {
                    Some((group, members)) => ((*group).clone(), fit(&members.iter().cloned().collect())),
                    None => (written.clone(), fit(alleles)),
                }
            }
            _ => (written.clone(), fit(alleles)),
        }
    }

    fn code(&self, locus: usize, name: &str, random: &mut ChaCha8Rng) -> Option<Side> {
        let (family, second) = name.split_once(':')?;
        let codes =
            self.files.codes.iter().filter(|(_, members)| members.iter().any(|member| member == second));
        let (code, members) = codes.choose(random)?;
        let all: Vec<HashSet<String>> =
            members.iter().map(|member| self.files.beginning_with(&format!("{family}:{member}"))).collect();
        // Names that were deleted or renamed since are the matter of qidai-hla.
        if all.iter().any(HashSet::is_empty) {
            return None;
        }
        let all = all.into_iter().flatten();
        Some((format!("{family}:{code}"), self.world.fitting(locus, &all.collect())))
    }
}

/// One chromosome of a segment: for each locus the names that it can be.
type Copy = Vec<Vec<usize>>;

/// A person as text, and as constraints: loci with their genotypes, each two copies of one set for each locus.
struct Subject {
    text: String,
    constraints: Vec<(Vec<usize>, Vec<[Copy; 2]>)>,
}

fn subject(writer: &Writer<'_>, random: &mut ChaCha8Rng) -> Subject {
    let truth = [0, 1].map(|_| writer.world.haplotypes.choose(random).unwrap().0);
    let (mut segments, mut constraints, mut locus) = (Vec::new(), Vec::new(), 0);
    while locus < LOCI.len() {
        let block = if random.random_bool(0.15) { 2.min(LOCI.len() - locus) } else { 1 };
        let loci: Vec<usize> = (locus..locus + block).collect();
        locus += block;
        // Somebody without any typing has no line in a file.
        if random.random_bool(0.25) && !(segments.is_empty() && locus == LOCI.len()) {
            continue;
        }
        let mut genotypes = Vec::new();
        let mut texts = Vec::new();
        for _ in 0..if random.random_bool(0.15) { 2 } else { 1 } {
            let copies = truth.map(|haplotype| {
                let sides = loci.iter().map(|locus| {
                    let wrong = random.random_bool(0.02);
                    let other = random.random_range(0..writer.world.names[*locus].len());
                    writer.position(*locus, if wrong { other } else { haplotype[*locus] }, random)
                });
                sides.collect::<Vec<Side>>()
            });
            let text = copies
                .each_ref()
                .map(|sides| sides.iter().map(|side| side.0.as_str()).collect::<Vec<_>>().join("~"));
            texts.push(text.join("+"));
            genotypes.push(copies.map(|sides| sides.into_iter().map(|side| side.1).collect()));
        }
        segments.push(texts.join("|"));
        constraints.push((loci, genotypes));
    }
    Subject { text: segments.join("^"), constraints }
}

/// For each locus what its positions can be, all genotypes together; a position that can be anything at all is not listed.
fn positions_read(set: &FrequencySet, phenotype: &Phenotype) -> BTreeSet<(usize, Vec<String>)> {
    let mut all = BTreeSet::new();
    for constraint in &phenotype.constraints {
        for (at, side) in constraint.genotypes.iter().flatten().flat_map(|copy| copy.iter().enumerate()) {
            if let AlleleSet::OneOf(names) = side {
                let locus = constraint.loci[at];
                let mut names: Vec<String> =
                    names.iter().map(|name| set.names(locus)[usize::from(*name)].to_string()).collect();
                names.sort();
                all.insert((locus, names));
            }
        }
    }
    all
}

fn positions_meant(world: &World, subject: &Subject) -> BTreeSet<(usize, Vec<String>)> {
    let mut all = BTreeSet::new();
    for (loci, genotypes) in &subject.constraints {
        for (locus, side) in genotypes.iter().flatten().flat_map(|copy| loci.iter().zip(copy)) {
            // Names that no haplotype carries do not stand in the set.
            let occurs =
                |name: &&usize| world.haplotypes.iter().any(|(haplotype, _)| haplotype[*locus] == **name);
            let mut names: Vec<String> =
                side.iter().filter(occurs).map(|name| world.names[*locus][*name].0.clone()).collect();
            names.sort();
            all.insert((*locus, names));
        }
    }
    all
}

fn naive_pairs(world: &World, subject: &Subject) -> Vec<([usize; 5], [usize; 5], f64)> {
    let mut pairs = Vec::new();
    for (at, (one, f)) in world.haplotypes.iter().enumerate() {
        for (two, g) in &world.haplotypes[at..] {
            let fits = subject.constraints.iter().all(|(loci, genotypes)| {
                let fits = |haplotype: &[usize; 5], copy: &Copy| {
                    loci.iter().zip(copy).all(|(locus, names)| names.contains(&haplotype[*locus]))
                };
                genotypes
                    .iter()
                    .any(|[a, b]| (fits(one, a) && fits(two, b)) || (fits(one, b) && fits(two, a)))
            });
            if fits {
                pairs.push((*one, *two, if one == two { f * g } else { 2.0 * f * g }));
            }
        }
    }
    pairs
}

fn mismatches(p: [&Option<String>; 2], d: [&Option<String>; 2]) -> usize {
    let expressed = |pair: [&Option<String>; 2]| match pair {
        [None, None] => None,
        [None, Some(one)] | [Some(one), None] => Some([one.clone(), one.clone()]),
        [Some(one), Some(two)] => Some([one.clone(), two.clone()]),
    };
    match (expressed(p), expressed(d)) {
        (None, None) => 0,
        (Some([a, b]), Some([x, y])) => {
            let n = |equal: bool| usize::from(equal);
            2 - (n(a == x) + n(b == y)).max(n(a == y) + n(b == x))
        }
        _ => 2,
    }
}

#[test]
fn typings_of_every_form_are_predicted_as_a_ruler_would() {
    let Some(files) = files() else { return };
    let given = std::env::var("QIDAI_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| rand::random::<u32>().into());
    println!("QIDAI_SEED={seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (release, macs) = (files.release(), MacTable::read(&files.macs).unwrap());
    let nomenclature = Nomenclature::new(&release, Some(&macs));
    let (mut compared, mut unrepresented) = (0, 0);
    while compared < PAIRS {
        let world = World::new(&files, &mut random);
        let set = FrequencySet::read(&world.text).unwrap();
        let nulls = if random.random_bool(0.5) { Nulls::ByName } else { Nulls::NotExpressed };
        let rules = Rules { identity: Identity::PGroup, nulls, resolution: Resolution::AsNamed };
        let imputer = Imputer::new(Understood::new(&set, &nomenclature, rules));
        let writer = Writer { files: &files, world: &world, nomenclature };
        let mut people = |count| (0..count).map(|_| subject(&writer, &mut random)).collect::<Vec<_>>();
        let (patients, donors) = (people(8), people(8));
        let read = |subject: &Subject| {
            let reading = Reading::read(&subject.text, imputer.understood(), &nomenclature);
            let phenotype = reading.unwrap_or_else(|errors| panic!("{}: {errors:?}", subject.text)).phenotype;
            assert_eq!(
                positions_read(&set, &phenotype),
                positions_meant(&world, subject),
                "{}",
                subject.text
            );
            phenotype
        };
        let counted = Counted::new(&imputer, &[0, 1, 2, 3, 4]);
        let collection = Collection::freeze(&counted, donors.iter().map(|donor| Some(read(donor))));
        let shows: Vec<Vec<Option<String>>> = (0..5)
            .map(|locus| {
                (0..world.names[locus].len()).map(|n| world.shows(&files, locus, n, nulls)).collect()
            })
            .collect();
        for patient in &patients {
            let answers = collection.predict_all(&collection.patient(&imputer, &read(patient)));
            for (donor, answer) in donors.iter().zip(answers) {
                compared += 1;
                let (p, d) = (naive_pairs(&world, patient), naive_pairs(&world, donor));
                if p.is_empty() || d.is_empty() {
                    assert_eq!(
                        answer,
                        Answer::Unrepresented,
                        "{}\n{}\n{}",
                        world.text,
                        patient.text,
                        donor.text
                    );
                    unrepresented += 1;
                    continue;
                }
                let mut totals = [0.0; 11];
                for (p1, p2, wp) in &p {
                    for (d1, d2, wd) in &d {
                        let at = |locus: usize| {
                            let show = |haplotype: &[usize; 5]| &shows[locus][haplotype[locus]];
                            mismatches([show(p1), show(p2)], [show(d1), show(d2)])
                        };
                        totals[(0..5).map(at).sum::<usize>()] += wp * wd;
                    }
                }
                let mass: f64 = totals.iter().sum();
                let Answer::Predicted(found) = answer else { panic!("{answer:?}") };
                for (found, expected) in found.totals.iter().zip(totals) {
                    let near = (found - expected / mass).abs() <= 1e-12;
                    assert!(
                        near,
                        "{nulls:?}\n{}\n{}\n{}\n{found} for {}",
                        world.text,
                        patient.text,
                        donor.text,
                        expected / mass
                    );
                }
            }
        }
    }
    println!("{compared} pairs, {unrepresented} of them unrepresented");
    assert!(unrepresented > 0 && unrepresented < compared / 2, "{unrepresented} of {compared}");
}
