//! Checks the typing fields: each locus by itself, and the pasted line as a whole.

use fluent_bundle::FluentValue;
use qidai_hla::typing::{Alternatives, Category, LocusTyping, Nomenclature, Warning};
use qidai_hla::{ErrorCode, Locus, PersonTyping, TypingError};
use serde::Serialize;

use super::form::LOCI;
use super::said::{Fix, Said, Tone, loudest};
use crate::error::typing_sentence;
use crate::words::Words;

/// What the two fields of a locus turned out to say.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct LocusCheck {
    /// The locus as a piece of a GL String; absent when empty or refused.
    pub(crate) gl: Option<String>,
    /// How each of the two fields looks; absent when empty.
    pub(crate) fields: [Option<Tone>; 2],
    pub(crate) said: Vec<Said>,
}

/// A pasted line that was read: texts for the fields of [`LOCI`], and what is said about it.
pub(crate) struct Pasted {
    pub(crate) loci: [[String; 2]; 5],
    pub(crate) said: Vec<Said>,
}

/// Reads the two fields of one locus. Both empty is "not typed" and no error.
pub(crate) fn check_locus(locus: Locus, texts: &[String; 2], n: &Nomenclature<'_>, w: &Words) -> LocusCheck {
    if texts.iter().all(|text| text.trim().is_empty()) {
        return LocusCheck::default();
    }
    let full = texts.each_ref().map(|text| with_locus(locus, text));
    match read(locus, &full, n) {
        Ok(typing) => accepted(&typing, texts, w),
        Err(errors) => refused(locus, &errors, texts, &full, n, w),
    }
}

fn read(locus: Locus, full: &[String; 2], n: &Nomenclature<'_>) -> Result<LocusTyping, Vec<TypingError>> {
    let person = if full[0].contains(['+', '|', '^']) {
        PersonTyping::read(&full[0], n)?
    } else {
        let swapped: Vec<TypingError> = full
            .iter()
            .filter(|text| is_of_other(locus, text))
            .map(|text| other_locus(locus, text))
            .collect();
        if !swapped.is_empty() {
            return Err(swapped);
        }
        PersonTyping::read_loci([(locus, full.as_slice())], n)?
    };
    person[locus].clone().ok_or_else(|| vec![other_locus(locus, &full[0])])
}

/// True when the text names another locus, whether or not such an allele exists there.
fn is_of_other(locus: Locus, text: &str) -> bool {
    let named =
        text.split_once('*').and_then(|(front, _)| Locus::from_name(front.trim_start_matches("HLA-")));
    named.is_some_and(|named| named != locus)
}

fn other_locus(locus: Locus, text: &str) -> TypingError {
    TypingError {
        code: ErrorCode::LocusSwapped,
        text: text.to_owned(),
        value: text.to_owned(),
        position: 1,
        expected: format!("a typing of locus {locus}"),
        fix: None,
    }
}

/// `11:01` at locus A is `A*11:01`, and `11` is the antigen `A11`; anything with letters in front stays.
fn with_locus(locus: Locus, text: &str) -> String {
    let text = text.trim();
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return text.to_owned();
    }
    if text.contains(':') {
        return format!("{locus}*{text}");
    }
    let family = qidai_hla::serology::Family::of_locus(locus).map_or("", |family| family.letters());
    format!("{family}{text}")
}

fn accepted(typing: &LocusTyping, texts: &[String; 2], w: &Words) -> LocusCheck {
    let mut said: Vec<Said> =
        typing.warnings.iter().map(|warning| remark(warning, typing.locus, w)).collect();
    let mut looks = [loudest(&said).unwrap_or(Tone::Ok); 2];
    match typing.single_genotype() {
        Some(genotype) => {
            for (look, position) in looks.iter_mut().zip(genotype.iter()) {
                let own = about(position, typing.locus, w);
                *look = loudest(&own).unwrap_or(Tone::Ok).max(*look);
                said.extend(own);
            }
        }
        None => said.push(Said::warn(
            "typing_ambiguous",
            w.t1("typing-genotypes", "count", typing.genotypes.len() as f64),
        )),
    }
    said.dedup();
    let fields = std::array::from_fn(|copy| (!texts[copy].trim().is_empty()).then_some(looks[copy]));
    LocusCheck { gl: Some(gl_of(typing)), fields, said }
}

/// Everything worth saying about one position.
fn about(position: &Alternatives, locus: Locus, w: &Words) -> Vec<Said> {
    let remarks = position.warnings.iter().map(|warning| remark(warning, locus, w));
    remarks.chain(ambiguity(position, w)).collect()
}

fn gl_of(typing: &LocusTyping) -> String {
    match typing.single_genotype() {
        Some(genotype) => format!("{}+{}", genotype.0.written, genotype.1.written),
        None => typing.written.clone(),
    }
}

/// A remark of the reader, in the person's language where we have the sentence.
fn remark(warning: &Warning, locus: Locus, w: &Words) -> Said {
    let values = [
        ("locus", FluentValue::from(locus.name())),
        ("detail", FluentValue::from(warning.sentence.as_str())),
    ];
    let sentence = w.find(&format!("typing-warning-{}", warning.code), &values);
    Said::warn(warning.code, sentence.unwrap_or_else(|| warning.sentence.clone()))
}

/// Says how many alleles an ambiguous form stands for, so that nobody is surprised by a range.
fn ambiguity(position: &Alternatives, w: &Words) -> Option<Said> {
    let counted = matches!(
        position.category,
        Category::Mac | Category::Xx | Category::AlleleString | Category::Serology
    );
    (counted && position.classes.len() > 1).then(|| {
        let values = [
            ("written", FluentValue::from(position.written.as_str())),
            ("count", FluentValue::from(position.classes.len() as f64)),
        ];
        Said::warn("typing_ambiguous", w.say("typing-ambiguous", &values))
    })
}

fn refused(
    locus: Locus,
    errors: &[TypingError],
    texts: &[String; 2],
    full: &[String; 2],
    n: &Nomenclature<'_>,
    w: &Words,
) -> LocusCheck {
    let mut check = LocusCheck::default();
    for error in errors {
        let copy = full.iter().position(|text| *text == error.text).unwrap_or(0);
        let added = full[copy].chars().count() - texts[copy].trim().chars().count();
        let mut said = sentence(error, added, n, w);
        let fix = error.fix.as_ref().map(|fix| without_added(fix, &full[copy], added));
        said.fix = fix.map(|text| Fix { field: format!("{locus}-{}", copy + 1), text });
        check.fields[copy] = Some(Tone::Bad);
        check.said.push(said);
    }
    check
}

/// Takes the locus that we put in front away again, so that the field keeps its style.
fn without_added(fix: &str, full: &str, added: usize) -> String {
    let front: String = full.chars().take(added).collect();
    fix.strip_prefix(&front).unwrap_or(fix).to_owned()
}

/// The sentence of a refusal; `added` characters in front are ours and do not count in the position.
fn sentence(error: &TypingError, added: usize, n: &Nomenclature<'_>, w: &Words) -> Said {
    let position = error.position.saturating_sub(added).max(1);
    Said::bad(error.code.as_str(), typing_sentence(error, position, n.release.label(), w))
}

/// Reads a pasted line into the fields, or says everything that is wrong with it.
pub(crate) fn read_paste(text: &str, n: &Nomenclature<'_>, w: &Words) -> Result<Pasted, Vec<Said>> {
    let person = PersonTyping::read_line(text, n)
        .map_err(|errors| errors.iter().map(|error| with_paste_fix(error, n, w)).collect::<Vec<_>>())?;
    let loci = LOCI.map(|locus| person[locus].as_ref().map(two_texts).unwrap_or_default());
    let filled = LOCI.iter().filter(|locus| person[**locus].is_some()).count();
    let mut said = vec![Said::ok(w.t1("paste-filled", "count", filled as f64))];
    // What was left out of a letter is told where it was pasted; the fields no longer know.
    let left_out =
        person.typed().flat_map(|typing| typing.warnings.iter().map(move |one| (typing.locus, one)));
    let left_out = left_out.filter(|(_, warning)| warning.code == "words_left_out");
    said.extend(left_out.map(|(locus, warning)| remark(warning, locus, w)));
    let others: Vec<&str> =
        person.typed().map(|one| one.locus).filter(|one| !LOCI.contains(one)).map(Locus::name).collect();
    if !others.is_empty() {
        said.push(Said::warn("locus_not_searched", w.t1("paste-others", "loci", others.join(", "))));
    }
    Ok(Pasted { loci, said })
}

fn with_paste_fix(error: &TypingError, n: &Nomenclature<'_>, w: &Words) -> Said {
    let fix = error.fix.clone().map(|text| Fix { field: "paste".to_owned(), text });
    Said { fix, ..sentence(error, 0, n, w) }
}

/// A locus as two field texts, without its name where a field does not need it.
fn two_texts(typing: &LocusTyping) -> [String; 2] {
    let Some(genotype) = typing.single_genotype() else { return [typing.written.clone(), String::new()] };
    let front = format!("{}*", typing.locus);
    let short = |position: &Alternatives| {
        position.written.strip_prefix(&front).unwrap_or(&position.written).to_owned()
    };
    let single = typing.warnings.iter().any(|warning| warning.code == "single_copy");
    [short(&genotype.0), if single { String::new() } else { short(&genotype.1) }]
}
