//! What is said of an estimation: who was counted, how it converged, and whether the sample looks like one population.

use std::fmt::Write as _;

use qidai_match::estimate::{Estimate, Linkage, LocusBalance, Sample, balance, linkage};
use serde::Serialize;

use super::Format;

#[derive(Serialize)]
pub(super) struct Report {
    /// Lines with a person.
    people: usize,
    counted: u64,
    /// People who differ in their typing.
    distinct: usize,
    /// Typings that cannot be read.
    refused: usize,
    /// Nothing is typed, or nobody else shows an allele that it could be.
    without_typing: usize,
    /// No pair of haplotypes answers the typing.
    unrepresented: usize,
    /// Names that the release does not know; taken as written.
    names_unknown: usize,
    loci: Vec<&'static str>,
    haplotypes: usize,
    log_likelihood: f64,
    stages: Vec<StageReport>,
    hardy_weinberg: Vec<BalanceReport>,
    linkage: Vec<LinkageReport>,
}

#[derive(Serialize)]
struct StageReport {
    loci: String,
    iterations: u32,
    change: f64,
    haplotypes: usize,
    pairs: usize,
    log_likelihood: f64,
    left_out_mean: f64,
    left_out_max: f64,
}

#[derive(Serialize)]
struct BalanceReport {
    locus: &'static str,
    people: u64,
    heterozygous: f64,
    expected: f64,
    z: f64,
}

#[derive(Serialize)]
struct LinkageReport {
    loci: String,
    d_prime: f64,
    cramer_v: f64,
}

impl Report {
    pub(super) fn new(
        sample: &Sample,
        found: &Estimate,
        not_counted: &[(usize, bool, String)],
        people: usize,
    ) -> Report {
        let refused = not_counted.iter().filter(|(_, is_mistake, _)| *is_mistake).count();
        Report {
            people,
            counted: found.people.round() as u64,
            distinct: sample.distinct(),
            refused,
            without_typing: not_counted.len() - refused,
            unrepresented: found.unrepresented.len(),
            names_unknown: sample.unknown.len(),
            loci: sample.loci().iter().map(|locus| locus.name()).collect(),
            haplotypes: found.set.len(),
            log_likelihood: found.stages.last().map_or(0.0, |stage| stage.log_likelihood),
            stages: stages(found),
            hardy_weinberg: balance(sample).iter().map(of_balance).collect(),
            linkage: linkage(&found.set).iter().map(of_linkage).collect(),
        }
    }

    pub(super) fn text(&self, format: Format) -> String {
        match format {
            Format::Json => serde_json::to_string(self).unwrap_or_default(),
            Format::Table => self.table(),
        }
    }

    fn table(&self) -> String {
        let mut text = format!(
            "{} people, {} counted ({} different), {} refused, {} without typing, {} unrepresented\n\
             {} haplotypes over {}, log-likelihood {:.3}\n",
            self.people,
            self.counted,
            self.distinct,
            self.refused,
            self.without_typing,
            self.unrepresented,
            self.haplotypes,
            self.loci.join("~"),
            self.log_likelihood,
        );
        if self.names_unknown > 0 {
            let _ = writeln!(
                text,
                "{} names are unknown to the release and taken as written",
                self.names_unknown
            );
        }
        let _ = writeln!(
            text,
            "\n{:<24} {:>6} {:>9} {:>10} {:>9}  left out (mean, at most)",
            "stage", "steps", "moved", "haplotypes", "pairs"
        );
        for stage in &self.stages {
            let _ = writeln!(
                text,
                "{:<24} {:>6} {:>9.1e} {:>10} {:>9}  {:.1e}, {:.1e}",
                stage.loci,
                stage.iterations,
                stage.change,
                stage.haplotypes,
                stage.pairs,
                stage.left_out_mean,
                stage.left_out_max
            );
        }
        let _ = writeln!(
            text,
            "\n{:<6} {:>9} {:>12} {:>9} {:>7}",
            "locus", "people", "heterozygous", "expected", "z"
        );
        for row in &self.hardy_weinberg {
            let _ = writeln!(
                text,
                "{:<6} {:>9} {:>12.4} {:>9.4} {:>7.2}",
                row.locus, row.people, row.heterozygous, row.expected, row.z
            );
        }
        let _ = writeln!(text, "\n{:<12} {:>6} {:>10}", "loci", "D'", "Cramér V");
        for row in &self.linkage {
            let _ = writeln!(text, "{:<12} {:>6.3} {:>10.3}", row.loci, row.d_prime, row.cramer_v);
        }
        text
    }
}

fn stages(found: &Estimate) -> Vec<StageReport> {
    let of = |stage: &qidai_match::estimate::Stage| StageReport {
        loci: stage.set.loci().iter().map(|locus| locus.name()).collect::<Vec<_>>().join("~"),
        iterations: stage.iterations,
        change: stage.change,
        haplotypes: stage.set.len(),
        pairs: stage.pairs,
        log_likelihood: stage.log_likelihood,
        left_out_mean: stage.left_out_mean,
        left_out_max: stage.left_out_max,
    };
    found.stages.iter().map(of).collect()
}

fn of_balance(row: &LocusBalance) -> BalanceReport {
    BalanceReport {
        locus: row.locus.name(),
        people: row.people.round() as u64,
        heterozygous: row.heterozygous,
        expected: row.expected,
        z: row.z,
    }
}

fn of_linkage(row: &Linkage) -> LinkageReport {
    LinkageReport {
        loci: row.loci.map(|locus| locus.name()).join("~"),
        d_prime: row.d_prime,
        cramer_v: row.cramer_v,
    }
}
