//! A typing as written and as understood under the release in force.

use qidai_bank::Typing;
use qidai_hla::PersonTyping;
use qidai_hla::typing::{Alternatives, LocusTyping, Nomenclature};

use crate::error::typing_sentence;
use crate::words::Words;

pub(super) struct TypingView {
    /// The one that counts.
    pub(super) is_in_force: bool,
    pub(super) written: String,
    /// Method, day and release of the laboratory, as far as they are known.
    pub(super) method: Option<String>,
    pub(super) day: Option<String>,
    pub(super) release: Option<String>,
    pub(super) loci: Vec<LocusView>,
    /// Why it cannot be read.
    pub(super) problems: Vec<String>,
}

pub(super) struct LocusView {
    pub(super) name: &'static str,
    pub(super) written: String,
    /// How it is understood: both positions.
    pub(super) understood: Vec<String>,
    /// How ambiguous it is; nothing for exactly one genotype.
    pub(super) remark: Option<String>,
}

impl TypingView {
    pub(super) fn new(typing: &Typing, is_in_force: bool, n: &Nomenclature<'_>, w: &Words) -> TypingView {
        let (loci, problems) = match PersonTyping::read(&typing.written, n) {
            Ok(person) => (person.typed().map(|locus| locus_view(locus, w)).collect(), Vec::new()),
            Err(errors) => {
                let said = errors.iter().map(|one| typing_sentence(one, one.position, n.release.label(), w));
                (Vec::new(), said.collect())
            }
        };
        TypingView {
            is_in_force,
            written: typing.written.clone(),
            method: typing.method.clone(),
            day: typing.typed_on.map(|day| day.to_string()),
            release: typing.release.clone(),
            loci,
            problems,
        }
    }
}

fn locus_view(typing: &LocusTyping, w: &Words) -> LocusView {
    let single = typing.single_genotype();
    let classes = single.map_or(1, |pair| pair.0.classes.len().max(1) * pair.1.classes.len().max(1));
    let remark = match (single, classes) {
        (None, _) => Some(w.t1("typing-genotypes", "count", typing.genotypes.len() as f64)),
        (Some(_), 1) => None,
        (Some(_), many) => Some(w.t1("typing-genotypes", "count", many as f64)),
    };
    let front = format!("{}*", typing.locus);
    let short = |one: &Alternatives| one.written.strip_prefix(&front).unwrap_or(&one.written).to_owned();
    LocusView {
        name: typing.locus.name(),
        written: typing.written.clone(),
        understood: single.map_or_else(Vec::new, |pair| vec![short(&pair.0), short(&pair.1)]),
        remark,
    }
}
