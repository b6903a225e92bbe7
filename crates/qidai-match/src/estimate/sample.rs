//! The people of an estimation: each different typing understood once, each different person counted once.

use qidai_hla::{Locus, Nomenclature, TypingError};
use rustc_hash::FxHashMap;

use super::block::OPEN;
use crate::frequency::{AlleleIndex, FrequencySet, Rules, Understood};
use crate::impute::{AlleleSet, Constraint, Phenotype};

/// Typings as they were written, before they are understood; equal texts are kept once.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    numbers: FxHashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    /// Where the typings of each person end.
    ends: Vec<u32>,
    segments: Vec<u32>,
}

impl Gathered {
    /// Adds a person: one text for each typed locus, or for loci that are joined by `~`.
    pub fn person<'t>(&mut self, segments: impl Iterator<Item = &'t str>) {
        for text in segments.map(str::trim).filter(|text| !text.is_empty()) {
            let number = match self.numbers.get(text) {
                Some(number) => *number,
                None => {
                    let next = self.texts.len() as u32;
                    self.numbers.insert(text.into(), next);
                    self.texts.push(text.into());
                    next
                }
            };
            self.segments.push(number);
        }
        self.ends.push(self.segments.len() as u32);
    }

    /// How many people.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when there is nobody.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Changes a text before it is read.
pub type Rewrite<'r> = dyn Fn(&str) -> Result<String, TypingError> + 'r;

/// How texts become names.
pub struct Understanding<'u> {
    /// Changes each different text before it is read, for instance to another level; `None` leaves texts as they are.
    pub rewrite: Option<&'u Rewrite<'u>>,
    /// Loci to estimate over; empty: all that somebody is typed at.
    pub loci: &'u [Locus],
    /// What codes, groups and antigens are read with.
    pub nomenclature: Nomenclature<'u>,
}

/// Why a person is not counted.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// A typing cannot be read.
    Refused(Vec<TypingError>),
    /// A locus is given twice.
    LocusTwice(Locus),
    /// Nothing is typed at the loci of the estimation.
    Untyped,
    /// Nobody of the sample has an allele that this text stands for.
    Unheard(String),
}

/// People, ready to be estimated from.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The loci and the names of their alleles, in order; no haplotypes.
    pub(super) alphabet: FrequencySet,
    /// For each locus the pairs of alleles of each different typing, sorted.
    pub(super) typings: Vec<Vec<Box<[[AlleleIndex; 2]]>>>,
    /// For each distinct person one typing for each locus, or [`OPEN`].
    pub(super) rows: Vec<u32>,
    /// For each distinct person what is phased, 0: nothing, else one more than a place in `phased`.
    pub(super) phased_of: Vec<u32>,
    pub(super) phased: Vec<Vec<Constraint>>,
    /// How many people each distinct person stands for.
    pub(super) weights: Vec<f64>,
    /// For each person of the input the distinct one.
    pub(super) of_input: Vec<Option<u32>>,
    /// People who are not counted, by their place in the input.
    pub not_counted: Vec<(usize, Reason)>,
    /// Names that the release does not know; they are taken as written.
    pub unknown: Vec<String>,
}

impl Sample {
    /// Understands everybody.
    pub fn new(gathered: &Gathered, how: &Understanding<'_>) -> Sample {
        let texts: Vec<Result<String, TypingError>> = gathered
            .texts
            .iter()
            .map(|text| how.rewrite.map_or_else(|| Ok(text.to_string()), |rewrite| rewrite(text)))
            .collect();
        let alphabet = alphabet(texts.iter().flatten(), how.loci);
        let understood = Understood::new(&alphabet, &how.nomenclature, Rules::default());
        let segments: Vec<Segment> = texts
            .into_iter()
            .map(|text| match text {
                Ok(text) => Segment::read(&text, &understood, how),
                Err(error) => Segment::Refused(vec![error]),
            })
            .collect();
        let mut sample = Sample {
            typings: vec![Vec::new(); alphabet.loci().len()],
            rows: Vec::new(),
            phased_of: Vec::new(),
            phased: Vec::new(),
            weights: Vec::new(),
            of_input: Vec::new(),
            not_counted: Vec::new(),
            unknown: understood.unknown().to_vec(),
            alphabet: alphabet.clone(),
        };
        sample.fill(gathered, &segments);
        sample
    }

    /// The loci, in the order of haplotypes.
    pub fn loci(&self) -> &[Locus] {
        self.alphabet.loci()
    }

    /// People who are counted.
    pub fn people(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// How many of them differ.
    pub fn distinct(&self) -> usize {
        self.weights.len()
    }

    fn fill(&mut self, gathered: &Gathered, segments: &[Segment]) {
        let mut typings = Typings::new(&self.alphabet, segments);
        let mut known: FxHashMap<Box<[u32]>, u32> = FxHashMap::default();
        let mut from = 0;
        for (person, end) in gathered.ends.iter().enumerate() {
            let own = &gathered.segments[from as usize..*end as usize];
            from = *end;
            match typings.key(own, segments) {
                Err(reason) => {
                    self.not_counted.push((person, reason));
                    self.of_input.push(None);
                }
                Ok(key) => {
                    let next = self.weights.len() as u32;
                    let place = *known.entry(key.clone().into()).or_insert(next);
                    if place == next {
                        self.weights.push(0.0);
                        self.rows.extend(&key[..key.len() - 1]);
                        self.phased_of.push(key[key.len() - 1]);
                    }
                    self.weights[place as usize] += 1.0;
                    self.of_input.push(Some(place));
                }
            }
        }
        self.typings = typings.of_locus;
        self.phased = typings.phased;
    }
}

/// One different text, understood.
enum Segment {
    Refused(Vec<TypingError>),
    /// Typed, but the sample has no name that it could be.
    Unheard(String),
    /// Loci that are not estimated, or `XX:XX`: says nothing.
    Nothing,
    Says(Constraint),
}

impl Segment {
    fn read(text: &str, understood: &Understood<'_>, how: &Understanding<'_>) -> Segment {
        match Phenotype::read(text, understood, &how.nomenclature) {
            Err(errors) => Segment::Refused(errors),
            Ok((phenotype, unheard)) => match phenotype.constraints.into_iter().next() {
                None => Segment::Nothing,
                Some(constraint) if is_possible(&constraint) => Segment::Says(constraint),
                Some(_) => Segment::Unheard(unheard.positions.join(", ")),
            },
        }
    }
}

fn is_possible(constraint: &Constraint) -> bool {
    let none = AlleleSet::OneOf(Vec::new());
    constraint.genotypes.iter().any(|copies| copies.iter().flatten().all(|set| *set != none))
}

/// Different typings of each locus, found by what they say.
struct Typings {
    /// For each text and each locus that it types, the number of the typing.
    of_segment: Vec<Vec<(usize, u32)>>,
    of_locus: Vec<Vec<Box<[[AlleleIndex; 2]]>>>,
    phased: Vec<Vec<Constraint>>,
    phased_numbers: FxHashMap<Vec<u32>, u32>,
    loci: Vec<Locus>,
}

impl Typings {
    fn new(alphabet: &FrequencySet, segments: &[Segment]) -> Self {
        let loci = alphabet.loci().to_vec();
        let mut numbers: Vec<FxHashMap<Box<[[AlleleIndex; 2]]>, u32>> =
            vec![FxHashMap::default(); loci.len()];
        let mut of_locus = vec![Vec::new(); loci.len()];
        let mut of_segment = Vec::with_capacity(segments.len());
        for segment in segments {
            let mut typed = Vec::new();
            if let Segment::Says(constraint) = segment {
                for (place, locus) in constraint.loci.iter().enumerate() {
                    let pairs = pairs(constraint, place, alphabet.names(*locus).len() as AlleleIndex);
                    let next = of_locus[*locus].len() as u32;
                    let number = *numbers[*locus].entry(pairs.clone()).or_insert(next);
                    if number == next {
                        of_locus[*locus].push(pairs);
                    }
                    typed.push((*locus, number));
                }
            }
            of_segment.push(typed);
        }
        let phased_numbers = FxHashMap::default();
        Typings { of_segment, of_locus, phased: Vec::new(), phased_numbers, loci }
    }

    /// A person as one number for each locus and one for what is phased.
    fn key(&mut self, own: &[u32], segments: &[Segment]) -> Result<Vec<u32>, Reason> {
        let mut key = vec![OPEN; self.loci.len() + 1];
        let mut phased = Vec::new();
        for number in own {
            match &segments[*number as usize] {
                Segment::Refused(errors) => return Err(Reason::Refused(errors.clone())),
                Segment::Unheard(text) => return Err(Reason::Unheard(text.clone())),
                Segment::Nothing => {}
                Segment::Says(constraint) => {
                    for (locus, typing) in &self.of_segment[*number as usize] {
                        if key[*locus] != OPEN {
                            return Err(Reason::LocusTwice(self.loci[*locus]));
                        }
                        key[*locus] = *typing;
                    }
                    if constraint.loci.len() > 1 {
                        phased.push(*number);
                    }
                }
            }
        }
        if key.iter().all(|typing| *typing == OPEN) {
            return Err(Reason::Untyped);
        }
        let last = key.len() - 1;
        key[last] = self.phased_number(phased, segments);
        Ok(key)
    }

    fn phased_number(&mut self, mut numbers: Vec<u32>, segments: &[Segment]) -> u32 {
        if numbers.is_empty() {
            return 0;
        }
        numbers.sort_unstable();
        let next = self.phased.len() as u32 + 1;
        let number = *self.phased_numbers.entry(numbers.clone()).or_insert(next);
        if number == next {
            let constraint = |number: &u32| match &segments[*number as usize] {
                Segment::Says(constraint) => Some(constraint.clone()),
                _ => None,
            };
            self.phased.push(numbers.iter().filter_map(constraint).collect());
        }
        number
    }
}

/// The unordered pairs of alleles that a constraint leaves at one of its loci.
fn pairs(constraint: &Constraint, place: usize, alleles: AlleleIndex) -> Box<[[AlleleIndex; 2]]> {
    let list = |set: &AlleleSet| match set {
        AlleleSet::Any => (0..alleles).collect(),
        AlleleSet::OneOf(names) => names.clone(),
    };
    let mut all = Vec::new();
    for [one, two] in &constraint.genotypes {
        let (one, two) = (list(&one[place]), list(&two[place]));
        all.extend(one.iter().flat_map(|a| two.iter().map(move |b| [*a.min(b), *a.max(b)])));
    }
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// The names that stand in the texts as names, by locus; each locus in the order of its names.
fn alphabet<'t>(texts: impl Iterator<Item = &'t String>, wanted: &[Locus]) -> FrequencySet {
    let mut names: FxHashMap<Locus, Vec<String>> = FxHashMap::default();
    let mut seen: FxHashMap<String, ()> = FxHashMap::default();
    for text in texts {
        let mut locus = None;
        for part in text.split(['^', '|', '+', '~', '/']).map(str::trim) {
            let part = part.strip_prefix("HLA-").unwrap_or(part);
            let fields = match part.split_once('*') {
                Some((name, fields)) => {
                    locus = Locus::from_name(name);
                    fields
                }
                None => part,
            };
            let Some(of) = locus.filter(|locus| wanted.is_empty() || wanted.contains(locus)) else {
                continue;
            };
            let name = format!("{of}*{fields}");
            if is_name(fields) && seen.insert(name.clone(), ()).is_none() {
                names.entry(of).or_default().push(name);
            }
        }
    }
    let mut loci: Vec<Locus> = crate::MATCH_LOCI.into();
    loci.extend(Locus::ALL.iter().filter(|locus| !crate::MATCH_LOCI.contains(locus)));
    loci.retain(|locus| names.contains_key(locus));
    let names = loci.iter().map(|locus| names.remove(locus).unwrap_or_default());
    let sorted = names.map(|mut names| {
        names.sort_unstable();
        names.truncate(usize::from(AlleleIndex::MAX) - 1);
        names
    });
    FrequencySet::of_names(loci.clone(), sorted.collect())
}

/// Two fields or more of digits, with a suffix or the letter of a group: no code, no antigen, no `XX`.
fn is_name(fields: &str) -> bool {
    let digits = fields.strip_suffix(['N', 'L', 'S', 'C', 'A', 'Q', 'G', 'P', 'g']).unwrap_or(fields);
    let mut count = 0;
    let all = digits.split(':').all(|field| {
        count += 1;
        !field.is_empty() && field.bytes().all(|byte| byte.is_ascii_digit())
    });
    all && count >= 2
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_told_from_codes() {
        for name in ["02:01", "02:01:01:02L", "02:01:01G", "02:01P", "03:01g", "104:01"] {
            assert!(is_name(name), "{name}");
        }
        for code in ["02:XX", "02:ABC", "02", "2", "NEW", "02:", ":01", ""] {
            assert!(!is_name(code), "{code}");
        }
    }
}
