//! `qidai hla explain`: a tree for a person, or one JSON object a line.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use qidai_hla::history::ReleaseVersion;
use qidai_hla::rarity::RarityTable;
use qidai_hla::{Nomenclature, Release};

use super::batch::Line;
use super::{announce, answer_all};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::explain::{Branch, Explained, Explanation, Refusal, branches, explain_all, read};
use crate::reference;
use crate::words::{Lang, Words};

#[derive(clap::Args)]
pub(super) struct Args {
    /// The text to explain, e.g. 'A*02:01'. Quote it: the shell reads stars.
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    typing: Option<String>,
    /// Read standard input, write standard output: one typing a line in, one JSON object a line out.
    #[arg(long)]
    batch: bool,
    /// Folder of an IPD-IMGT/HLA release; without it the built-in starter release is used. Given again, the other releases
    /// are for typings of --batch that name theirs; the first one is in force.
    #[arg(long, value_name = "DIR")]
    release: Vec<PathBuf>,
    /// Table of multiple allele codes: a header, then `code⇥alleles`.
    #[arg(long, value_name = "FILE")]
    mac: Option<PathBuf>,
    /// Table of common, intermediate and well-documented alleles (CIWD 3.0.0); it is told and changes no answer.
    #[arg(long, value_name = "FILE")]
    ciwd: Option<PathBuf>,
}

pub(super) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let mac = args.mac.as_deref().map(reference::load_mac).transpose()?;
    let Some(typing) = &args.typing else { return answer_all(&args.release, &line, mac.as_ref()) };
    let release = match args.release.first() {
        Some(dir) => with_proteins(dir)?,
        None => Release::starter(),
    };
    announce(&release);
    let nomenclature = Nomenclature::new(&release, mac.as_ref());
    let rarity = args.ciwd.as_deref().map(|file| rarity(file, &nomenclature)).transpose()?;
    let explained = explain_all(typing, &nomenclature, rarity.as_ref());
    stream::say(tree(&explained, lang.words()).trim_end())?;
    Ok(if explained.explanation.error.is_some() { Outcome::SomeRefused } else { Outcome::Done })
}

/// With the names of all releases, where the folder has them.
fn with_proteins(dir: &Path) -> Result<Release, Failure> {
    let mut release = reference::load_release_with_history(dir)?;
    reference::add_proteins(&mut release, dir)?;
    Ok(release)
}

/// The table, with today's names where the history of releases is at hand.
fn rarity(file: &Path, nomenclature: &Nomenclature<'_>) -> Result<RarityTable, Failure> {
    let table = reference::load_ciwd(file)?;
    let today = nomenclature.release.label().parse::<ReleaseVersion>().ok();
    Ok(match (nomenclature.release.history(), today) {
        (Some(history), Some(today)) => table.with_names_of(history, today),
        _ => table,
    })
}

/// The typing, and below it one line for each question.
pub(super) fn tree(explained: &Explained, w: &Words) -> String {
    let branches = branches(explained, w);
    let mut text = format!("{}\n", explained.explanation.typing);
    for (i, branch) in branches.iter().enumerate() {
        let twig = if i + 1 == branches.len() { "└─" } else { "├─" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{twig} {}: {}", branch.name, said(branch, w));
    }
    text
}

fn said(branch: &Branch, w: &Words) -> String {
    let leaves = branch.leaves.iter().map(|leaf| match &leaf.note {
        Some(note) => format!("{} ({note})", leaf.text),
        None => leaf.text.clone(),
    });
    let more = (branch.more > 0).then(|| w.t1("explain-more", "count", branch.more as f64));
    leaves.chain(more).collect::<Vec<_>>().join(" · ")
}

/// One line of the batch door.
pub(super) fn line(line: &Line<'_>, nomenclature: &Nomenclature<'_>, out: &mut String) -> bool {
    let typing = line.text.as_ref();
    let read = match line.is_utf8() {
        true => read(typing, nomenclature),
        false => Err(Refusal::new("not_utf8", typing, "UTF-8 text")),
    };
    let accepted = read.is_ok();
    let explanation = match read {
        Ok(alternatives) => Explanation::of(typing, &alternatives, nomenclature.release),
        Err(refusal) => Explanation::refused(typing, refusal),
    };
    match serde_json::to_string(&explanation) {
        Ok(json) => out.push_str(&json),
        // Texts and numbers always become JSON; an empty line would shift all the others.
        Err(error) => out.push_str(&format!("{{\"error\":{{\"code\":\"json\",\"sentence\":\"{error}\"}}}}")),
    }
    accepted
}
