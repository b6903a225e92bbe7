//! How a laboratory wrote a typing, from serology of the first years to sequencing of today.
//!
//! Everything written here can be read under the starter release: two-field names, allele strings of such names,
//! `A*02:XX`, and antigens.

use std::collections::HashMap;

use qidai_bank::Typing;
use qidai_hla::{AlleleName, Antigen, Release};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::haplotype::{A, B, C, DQB1, DRB1, Haplotype, Population};

/// Loci in the order in which laboratories list them.
const FIVE: &[usize] = &[A, B, C, DRB1, DQB1];
const THREE: &[usize] = &[A, B, DRB1];

/// How much a laboratory could tell, and by which method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A, B and DR by antigen, now and then only the broad one.
    Serology,
    /// A and B by group (`A*02:XX`), DRB1 as an allele string.
    Group,
    /// A, B, DRB1 at two fields.
    ThreeLoci,
    /// Five loci, some of them as an allele string.
    Strings,
    /// Five loci at two fields.
    FiveLoci,
}

/// Up to and including a year: percents of the styles in the order of [`Style`]. The mix is ours; it follows the
/// years in which the methods came into use.
const STYLES: [(i16, [u32; 5]); 5] = [
    (2005, [60, 40, 0, 0, 0]),
    (2010, [15, 45, 40, 0, 0]),
    (2015, [0, 20, 40, 40, 0]),
    (2018, [0, 5, 10, 25, 60]),
    (i16::MAX, [0, 0, 2, 8, 90]),
];

/// Sequencing of the next generation came into routine use; before, Sanger sequencing gave two fields.
const NGS_FROM: i16 = 2014;

const ORDER: [Style; 5] = [Style::Serology, Style::Group, Style::ThreeLoci, Style::Strings, Style::FiveLoci];

impl Style {
    /// A style of that year.
    pub(crate) fn draw(year: i16, random: &mut ChaCha8Rng) -> Self {
        let shares = STYLES.iter().find(|(until, _)| year <= *until).map_or([0, 0, 0, 0, 100], |(_, s)| *s);
        let mut point = random.random_range(0..100);
        for (style, share) in ORDER.into_iter().zip(shares) {
            if point < share {
                return style;
            }
            point -= share;
        }
        Self::FiveLoci
    }

    /// The method that could tell so much in that year.
    pub(crate) fn method(self, year: i16) -> &'static str {
        match self {
            Self::Serology => "serology",
            Self::Group => "SSP",
            Self::Strings => "SSO",
            Self::FiveLoci if year >= NGS_FROM => "NGS",
            Self::ThreeLoci | Self::FiveLoci => "SBT",
        }
    }

    fn loci(self) -> &'static [usize] {
        match self {
            Self::Serology | Self::Group | Self::ThreeLoci => THREE,
            Self::Strings | Self::FiveLoci => FIVE,
        }
    }
}

/// What the laboratories of the demonstration know about each name.
pub(crate) struct Reporter {
    known: HashMap<&'static str, Known>,
}

struct Known {
    /// `A24`, or nothing when no antigen is known for the name.
    antigen: Option<String>,
    /// `A9` for `A24`.
    broader: Option<String>,
    /// `A*24:XX`.
    group: String,
    /// This name with up to two of its group.
    string: String,
}

impl Reporter {
    /// Looks each name up in the starter release.
    pub(crate) fn new(population: &Population, starter: &Release) -> Self {
        let mut known = HashMap::new();
        for locus in FIVE {
            let names = population.names(*locus);
            for name in &names {
                known.insert(*name, Known::new(name, &names, starter));
            }
        }
        Self { known }
    }

    /// The report of a person's two haplotypes.
    pub(crate) fn write(&self, pair: [&Haplotype; 2], style: Style, random: &mut ChaCha8Rng) -> Typing {
        let mut written = String::with_capacity(96);
        for locus in style.loci() {
            if !written.is_empty() {
                written.push('^');
            }
            // No one knows which haplotype was reported first.
            let first = usize::from(random.random_bool(0.5));
            let one = self.report(pair[first][*locus], *locus, style, random);
            let other = if pair[0][*locus] == pair[1][*locus] {
                one
            } else {
                self.report(pair[1 - first][*locus], *locus, style, random)
            };
            written.push_str(one);
            written.push('+');
            written.push_str(other);
        }
        Typing::written(written)
    }

    fn report<'a>(
        &'a self,
        name: &'static str,
        locus: usize,
        style: Style,
        random: &mut ChaCha8Rng,
    ) -> &'a str {
        let Some(known) = self.known.get(name) else { return name };
        match style {
            Style::Serology => known.seen_by_serum(random.random_bool(0.15)),
            Style::Group if locus == DRB1 => &known.string,
            Style::Group => &known.group,
            Style::Strings if random.random_bool(0.3) => &known.string,
            Style::ThreeLoci | Style::Strings | Style::FiveLoci => name,
        }
    }
}

impl Known {
    fn new(name: &'static str, names: &[&'static str], starter: &Release) -> Self {
        let antigen = antigen_of(name, starter);
        let broader = antigen.and_then(|antigen| starter.serology().parents(antigen).first().copied());
        let (group, _) = name.split_once(':').unwrap_or((name, ""));
        let in_group = |other: &&&str| other.split_once(':').is_some_and(|(first, _)| first == group);
        let neighbours: Vec<&str> = names.iter().filter(in_group).copied().collect();
        let place = neighbours.iter().position(|other| *other == name).unwrap_or_default();
        let start = place.saturating_sub(1).min(neighbours.len().saturating_sub(3));
        let string = neighbours.iter().skip(start).take(3).copied().collect::<Vec<_>>().join("/");
        Self {
            antigen: antigen.map(|antigen| antigen.to_string()),
            broader: broader.map(|antigen| antigen.to_string()),
            group: format!("{group}:XX"),
            string,
        }
    }

    fn seen_by_serum(&self, broad_only: bool) -> &str {
        let broad = if broad_only { self.broader.as_deref() } else { None };
        broad.or(self.antigen.as_deref()).unwrap_or(&self.group)
    }
}

fn antigen_of(name: &str, starter: &Release) -> Option<Antigen> {
    let name: AlleleName = name.parse().ok()?;
    starter.antigens(starter.find(&name)?).first().map(|(antigen, _)| *antigen)
}

#[cfg(test)]
mod tests {
    use qidai_hla::{Nomenclature, PersonTyping};
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn every_report_can_be_read_under_the_starter_release() {
        let population = Population::han_north().unwrap();
        let starter = Release::starter();
        let nomenclature = Nomenclature::new(&starter, None);
        let reporter = Reporter::new(&population, &starter);
        let mut random = ChaCha8Rng::seed_from_u64(21);
        for round in 0..5_000 {
            let pair = [population.draw(&mut random), population.draw(&mut random)];
            let style = ORDER[round % ORDER.len()];
            let report = reporter.write([&pair[0], &pair[1]], style, &mut random);
            let read = PersonTyping::read(&report.written, &nomenclature);
            assert!(read.is_ok(), "{style:?} {}: {:?}", report.written, read.err());
        }
    }

    #[test]
    fn reports_look_like_their_time() {
        let population = Population::han_north().unwrap();
        let reporter = Reporter::new(&population, &Release::starter());
        let pair: [Haplotype; 2] = [
            ["A*24:02", "C*01:02", "B*46:01", "DRB1*09:01", "DQB1*03:03"],
            ["A*24:02", "C*03:04", "B*13:02", "DRB1*12:02", "DQB1*03:01"],
        ];
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut written = |style| reporter.write([&pair[0], &pair[1]], style, &mut random).written;
        let serology = written(Style::Serology);
        assert!(serology.starts_with("A24+A24^") || serology.starts_with("A9+A9^"), "{serology}");
        assert!(written(Style::Group).starts_with("A*24:XX+A*24:XX^B*"));
        assert!(written(Style::Group).contains("DRB1*12:01/DRB1*12:02"));
        assert_eq!(written(Style::ThreeLoci).matches('^').count(), 2);
        assert_eq!(written(Style::FiveLoci).matches('^').count(), 4);
    }
}
