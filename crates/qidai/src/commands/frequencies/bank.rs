//! `qidai frequencies import`, `list`, `show`, `check`: sets of frequencies, in a file and in the bank.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use qidai_bank::{NewFrequencySet, Store, StoredFrequencySet};
use qidai_hla::{Nomenclature, Release};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use serde_json::json;

use super::Format;
use crate::catalogue::ReferenceArgs;
use crate::checkpoints::Checkpoints;
use crate::commands::matching::{not_understood, read_text};
use crate::commands::{Outcome, runtime, stream};
use crate::console::Console;
use crate::error::Failure;
use crate::frequencies::Choice;
use crate::reference;
use crate::words::Lang;

/// Names that are listed of those the release does not know.
const NAMED_MAX: usize = 20;
/// Haplotypes that are shown.
const SHOWN: u32 = 10;

#[derive(clap::Args)]
pub(super) struct ImportArgs {
    /// A file of `haplotype,freq` lines.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The bank: a file, or a PostgreSQL address (better given as QIDAI_DATABASE_URL).
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: String,
    /// Whose units the set describes; without it everybody's.
    #[arg(long, value_name = "NAME", default_value = "")]
    registry: String,
    /// Which part of the registry; without it all of it.
    #[arg(long, value_name = "NAME", default_value = "", requires = "registry")]
    population: String,
    /// What people call it.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Where it is from: a citation.
    #[arg(long, value_name = "TEXT")]
    source: String,
    /// The set is made up; wherever its numbers appear they are called synthetic.
    #[arg(long)]
    synthetic: bool,
    #[command(flatten)]
    reference: ReferenceArgs,
}

#[derive(clap::Args)]
pub(super) struct ListArgs {
    /// The bank: a file, or a PostgreSQL address (better given as QIDAI_DATABASE_URL).
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(clap::Args)]
pub(super) struct ShowArgs {
    /// The bank: a file, or a PostgreSQL address (better given as QIDAI_DATABASE_URL).
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: String,
    /// Registry that is asked for.
    #[arg(long, value_name = "NAME", default_value = "")]
    registry: String,
    /// Population of the registry.
    #[arg(long, value_name = "NAME", default_value = "")]
    population: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(clap::Args)]
pub(super) struct CheckArgs {
    /// A file of `haplotype,freq` lines.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    reference: ReferenceArgs,
}

/// What is known of a set before it is used.
struct Checked {
    text: String,
    set: FrequencySet,
    unknown: Vec<String>,
    release: Release,
}

impl Checked {
    fn read(file: &Path, reference: &ReferenceArgs) -> Result<Checked, Failure> {
        let text = read_text(file)?;
        let set = FrequencySet::read(&text).map_err(|error| not_understood(file, &error))?;
        let release = reference::release_from(reference.release.as_deref())?;
        let mac = reference.mac.as_deref().map(reference::load_mac).transpose()?;
        let understood = Understood::new(&set, &Nomenclature::new(&release, mac.as_ref()), Rules::default());
        let unknown = understood.unknown().to_vec();
        Ok(Checked { text, set, unknown, release })
    }

    fn loci(&self) -> String {
        self.set.loci().iter().map(|locus| locus.name()).collect::<Vec<_>>().join("~")
    }

    fn in_json(&self) -> String {
        let remarks = self.set.remarks().iter();
        json!({
            "loci": self.loci(),
            "haplotypes": self.set.len(),
            "alleles": (0..self.set.loci().len()).map(|at| self.set.names(at).len()).collect::<Vec<_>>(),
            "sum": self.set.sum(),
            "release": self.release.label(),
            "unknown": self.unknown,
            "remarks": remarks.map(|one| json!({ "code": one.code, "sentence": one.sentence })).collect::<Vec<_>>(),
        })
        .to_string()
    }

    fn table(&self) -> String {
        let mut text =
            format!("{} haplotypes over {}, sum {:.6}\n", self.set.len(), self.loci(), self.set.sum());
        for (at, locus) in self.set.loci().iter().enumerate() {
            let _ = writeln!(text, "{locus}: {} alleles", self.set.names(at).len());
        }
        for remark in self.set.remarks() {
            let _ = writeln!(text, "{}: {}", remark.code, remark.sentence);
        }
        if !self.unknown.is_empty() {
            let named = self.unknown.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
            let release = self.release.label();
            let _ = writeln!(
                text,
                "allele_unknown: {} names are unknown to release {release} and taken as written: {named}",
                self.unknown.len()
            );
        }
        text
    }
}

pub(super) fn check(args: &CheckArgs) -> Result<Outcome, Failure> {
    let checked = Checked::read(&args.file, &args.reference)?;
    let text = match args.format {
        Format::Json => checked.in_json(),
        Format::Table => checked.table(),
    };
    stream::say(text.trim_end())?;
    Ok(Outcome::Done)
}

pub(super) fn import(args: &ImportArgs) -> Result<Outcome, Failure> {
    let checked = Checked::read(&args.file, &args.reference)?;
    let loci = checked.loci();
    let release = (!checked.release.is_starter()).then(|| checked.release.label().to_owned());
    let new = NewFrequencySet {
        registry: args.registry.trim(),
        population: args.population.trim(),
        name: args.name.trim(),
        is_synthetic: args.synthetic,
        source: args.source.trim(),
        loci: &loci,
        haplotypes: i64::try_from(checked.set.len()).unwrap_or(i64::MAX),
        release: release.as_deref(),
        content: checked.text.as_bytes(),
    };
    let (stored, is_new) = runtime()?.block_on(async {
        let store = Store::open(&args.bank).await?;
        let kept = store.add_frequency_set(&new, &Console::new().context()).await;
        Checkpoints::of(&args.bank).add_or_warn(&store).await;
        let closed = store.close().await;
        // The first failure is the one to tell.
        let kept = kept?;
        closed?;
        Ok::<_, Failure>(kept)
    })?;
    eprint!("{}", checked.table());
    let word = if is_new { "kept as" } else { "unchanged:" };
    stream::say(&format!("{word} version {} of {}", stored.version, whose(&stored)))?;
    Ok(Outcome::Done)
}

pub(super) fn list(args: &ListArgs) -> Result<Outcome, Failure> {
    let sets = runtime()?.block_on(async {
        let store = Store::open(&args.bank).await?;
        let sets = store.frequency_sets().await;
        store.close().await?;
        Ok::<_, Failure>(sets?)
    })?;
    let text = match args.format {
        Format::Json => json!(sets.iter().map(as_json).collect::<Vec<_>>()).to_string(),
        Format::Table if sets.is_empty() => {
            "The bank has no frequencies of its own: predictions use the program's, which are synthetic."
                .to_owned()
        }
        Format::Table => sets.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    stream::say(&text)?;
    Ok(Outcome::Done)
}

pub(super) fn show(args: &ShowArgs, lang: Lang) -> Result<Outcome, Failure> {
    let choice = runtime()?.block_on(async {
        let store = Store::open(&args.bank).await?;
        let choice = Choice::of_bank(&store, args.registry.trim(), args.population.trim()).await;
        store.close().await?;
        choice
    })?;
    let shown = 0..SHOWN.min(choice.set.len() as u32);
    let text = match args.format {
        Format::Json => serde_json::to_string(&choice.told).unwrap_or_default(),
        Format::Table => {
            let mut text = choice.told.said(lang.words());
            for h in shown {
                let _ = write!(text, "\n{:.8}  {}", choice.set.frequency(h), choice.set.label(h));
            }
            text
        }
    };
    stream::say(&text)?;
    Ok(Outcome::Done)
}

fn whose(set: &StoredFrequencySet) -> String {
    match (set.registry.as_str(), set.population.as_str()) {
        ("", _) => "everybody".to_owned(),
        (registry, "") => registry.to_owned(),
        (registry, population) => format!("{registry}, {population}"),
    }
}

fn line(set: &StoredFrequencySet) -> String {
    let synthetic = if set.is_synthetic { "  synthetic frequencies" } else { "" };
    format!(
        "{}  version {}  {}  {} haplotypes over {}{synthetic}  {}",
        whose(set),
        set.version,
        set.name,
        set.haplotypes,
        set.loci,
        set.source
    )
}

fn as_json(set: &StoredFrequencySet) -> serde_json::Value {
    let known = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let sha256 = set.content_sha256.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    json!({
        "registry": known(&set.registry),
        "population": known(&set.population),
        "version": set.version,
        "name": set.name,
        "synthetic": set.is_synthetic,
        "source": set.source,
        "loci": set.loci,
        "haplotypes": set.haplotypes,
        "release": set.release,
        "sha256": sha256,
    })
}
