//! `qidai frequencies compare`: two sets side by side.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use qidai_match::frequency::{Comparison, FrequencySet, compare};
use serde_json::json;

use super::Format;
use crate::commands::matching::{not_understood, read_text};
use crate::commands::{Outcome, stream};
use crate::error::Failure;

#[derive(clap::Args)]
pub(super) struct Args {
    /// A file of `haplotype,freq` lines.
    #[arg(value_name = "FILE")]
    one: PathBuf,
    /// Another one.
    #[arg(value_name = "FILE")]
    two: PathBuf,
    /// So many haplotypes are listed, the largest differences first.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let (one, two) = (read(&args.one)?, read(&args.two)?);
    let compared = compare(&one, &two).ok_or_else(|| {
        Failure::refused("frequencies_without_common_locus", "The two sets have no locus in common.")
    })?;
    let text = match args.format {
        Format::Json => in_json(&compared, args.limit),
        Format::Table => table(&compared, args.limit),
    };
    stream::say(text.trim_end())?;
    Ok(Outcome::Done)
}

/// Reads a set; what is odd about it is said on standard error.
pub(super) fn read(file: &Path) -> Result<FrequencySet, Failure> {
    let set = FrequencySet::read(&read_text(file)?).map_err(|error| not_understood(file, &error))?;
    for remark in set.remarks() {
        eprintln!("{}: {}", remark.code, remark.sentence);
    }
    Ok(set)
}

fn in_json(compared: &Comparison, limit: usize) -> String {
    let differences = compared.differences.iter().take(limit);
    let [both, first, second] = compared.haplotypes;
    json!({
        "loci": compared.loci.iter().map(|locus| locus.name()).collect::<Vec<_>>(),
        "l1": compared.l1,
        "shared": compared.shared,
        "haplotypes": { "both": both, "first_only": first, "second_only": second },
        "frequency_first_only": compared.unshared[0],
        "frequency_second_only": compared.unshared[1],
        "alleles": compared.alleles.iter()
            .map(|(locus, l1)| json!({ "locus": locus.name(), "l1": l1 })).collect::<Vec<_>>(),
        "differences": differences
            .map(|(name, one, two)| json!({ "haplotype": name, "first": one, "second": two })).collect::<Vec<_>>(),
    })
    .to_string()
}

fn table(compared: &Comparison, limit: usize) -> String {
    let loci: Vec<&str> = compared.loci.iter().map(|locus| locus.name()).collect();
    let [both, first, second] = compared.haplotypes;
    let mut text = format!(
        "over {}: L1 {:.5} (0 the same, 2 nothing shared), shared {:.5}\n\
         haplotypes in both {both}, only in the first {first} ({:.5} of it), only in the second {second} ({:.5} of it)\n",
        loci.join("~"),
        compared.l1,
        compared.shared,
        compared.unshared[0],
        compared.unshared[1],
    );
    for (locus, l1) in &compared.alleles {
        let _ = writeln!(text, "alleles of {locus}: L1 {l1:.5}");
    }
    let _ = writeln!(text, "\n{:>12} {:>12}  haplotype", "first", "second");
    for (name, one, two) in compared.differences.iter().take(limit) {
        let _ = writeln!(text, "{one:>12.8} {two:>12.8}  {name}");
    }
    text
}
