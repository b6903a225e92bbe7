//! A declared field on a page: how it is shown, and how it is filled in.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::Problem;
use qidai_bank::workflow::{Concept, Field, FieldKind, Needed};

use super::questions::{self, QuestionRow};
use super::{record_address, said};
use crate::error::Failure;
use crate::pages::{Reader, shown};
use crate::words::{Lang, thousands};

/// What the names of fields begin with in forms, so that none is taken for a part of the form itself.
const FRONT: &str = "f-";

/// A value with, where it names a record, its page.
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(in crate::pages) address: Option<String>,
    pub(in crate::pages) is_long: bool,
    /// Words of whoever entered it, in whatever language.
    pub(in crate::pages) is_written: bool,
}

/// A field of a form.
pub(in crate::pages) struct Control {
    pub(in crate::pages) name: String,
    pub(in crate::pages) label: String,
    pub(in crate::pages) help: String,
    pub(in crate::pages) input: Input,
    pub(in crate::pages) value: String,
    pub(in crate::pages) is_needed: bool,
    /// Sealed; `Some(true)` where there is a value already, which a form does not show.
    pub(in crate::pages) sealed: Option<bool>,
    /// What was wrong with it: sentence and code.
    pub(in crate::pages) said: Option<(String, &'static str)>,
}

pub(in crate::pages) enum Input {
    /// One line: type of the input, and what a telephone's keyboard offers.
    Line {
        kind: &'static str,
        mode: &'static str,
        is_code: bool,
    },
    Long,
    /// Value and word.
    Choice(Vec<(String, String)>),
    /// The only choice, to be ticked: value and word.
    Check(String, String),
    /// The questions of a health history.
    Questions(Vec<QuestionRow>),
}

impl Shown {
    /// A longer text.
    pub(super) fn text(text: String) -> Shown {
        Shown { text, address: None, is_long: true, is_written: true }
    }
}

/// Is a field a point of a checklist, with one choice only?
pub(super) fn is_check(field: &Field) -> bool {
    matches!(&field.kind, FieldKind::Choice(choices) if choices.len() == 1)
}

impl Control {
    pub(in crate::pages) fn is_long(&self) -> bool {
        matches!(self.input, Input::Long | Input::Questions(_))
    }

    /// Has it one input, that a label can name?
    pub(in crate::pages) fn is_single(&self) -> bool {
        !matches!(self.input, Input::Questions(_))
    }
}

/// A value as pages show it: a moment in the bank's zone.
pub(crate) fn shown(field: &Field, value: &str, zone: &TimeZone, lang: Lang) -> Shown {
    let plain = |text: String| Shown {
        text,
        address: None,
        is_long: matches!(field.kind, FieldKind::LongText | FieldKind::Hla),
        is_written: matches!(field.kind, FieldKind::Text | FieldKind::LongText),
    };
    match &field.kind {
        FieldKind::Choice(choices) => {
            let choice = choices.iter().find(|choice| choice.code == value);
            plain(choice.map_or_else(|| value.to_owned(), |choice| said(choice.label, lang)))
        }
        FieldKind::Flag => plain(lang.words().t(if value == "true" { "yes" } else { "no" })),
        FieldKind::Number => plain(format!("{} {}", thousands(value), field.unit).trim().to_owned()),
        // Of a patient there is a page of its own.
        FieldKind::Reference("patient") => {
            Shown { address: Some(format!("/patients/{value}")), ..plain(value.to_owned()) }
        }
        FieldKind::Reference(concept) => {
            Shown { address: Some(record_address(concept, value)), ..plain(value.to_owned()) }
        }
        FieldKind::Unit => {
            let identity = value.split_once('/').map(|(scheme, value)| qidai_bank::Identity {
                scheme: scheme.to_owned(),
                value: value.to_owned(),
            });
            let address = identity.as_ref().map(crate::pages::unit_address);
            Shown { address, ..plain(identity.map_or_else(|| value.to_owned(), |one| one.written())) }
        }
        FieldKind::Time => plain(value.parse().map_or_else(|_| value.to_owned(), |at| moment(at, zone))),
        _ => plain(value.to_owned()),
    }
}

/// To the minute, or to the second where seconds are told.
fn moment(at: Timestamp, zone: &TimeZone) -> String {
    if at.as_second() % 60 == 0 { shown::minute(at, zone) } else { shown::second(at, zone) }
}

/// One line with the names of the fields that have no value, so that those that have one are found.
pub(in crate::pages) fn missing(facts: &[(String, Option<Shown>)], lang: Lang) -> Option<String> {
    let w = lang.words();
    let names: Vec<&str> =
        facts.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| w.t1("fields-missing", "fields", names.join(&w.t("list-separator"))))
}

/// The fields of a form. `value_of` gives what was typed, or what is kept.
pub(in crate::pages) fn controls(
    fields: impl Iterator<Item = &'static Field>,
    value_of: impl Fn(&Field) -> String,
    (sealed, problems): (&[&str], &[Problem]),
    (sites, reader): (&[(String, String)], &Reader),
) -> Vec<Control> {
    let control = |field: &'static Field| Control {
        name: name_of(field),
        label: label_of(field, reader.lang),
        help: match reader.lang {
            Lang::ZhCn => field.help.zh.to_owned(),
            Lang::En => field.help.en.to_owned(),
        },
        input: input_of(field, sites, reader.lang),
        value: value_of(field),
        is_needed: field.needed == Needed::Always,
        sealed: field.is_personal.then(|| sealed.contains(&field.code)),
        said: problem_of(field.code, problems, reader.lang),
    };
    fields.map(control).collect()
}

/// What is wrong with one field, in the language of the reader.
pub(in crate::pages) fn problem_of(
    code: &str,
    problems: &[Problem],
    lang: Lang,
) -> Option<(String, &'static str)> {
    let problem = problems.iter().find(|problem| problem.field == code)?;
    let failure = Failure::from(qidai_bank::Refusal::from(problem.clone()));
    Some((failure.sentence(lang), failure.code()))
}

pub(crate) fn label_of(field: &Field, lang: Lang) -> String {
    let unit = if field.unit.is_empty() { String::new() } else { format!(" ({})", field.unit) };
    said(field.label, lang) + &unit
}

pub(in crate::pages) fn name_of(field: &Field) -> String {
    format!("{FRONT}{}", field.code)
}

/// What a form says of declared fields: code and text.
pub(in crate::pages) fn sent(concept: &Concept, pairs: &[(String, String)]) -> Vec<(String, String)> {
    let of_field = |(name, value): &(String, String)| {
        let field = concept.field(name.strip_prefix(FRONT)?)?;
        // An empty sealed field is one that was not shown, not one that is to go.
        let is_silent = field.is_personal && value.trim().is_empty();
        (!is_silent).then(|| (field.code.to_owned(), value.trim().to_owned()))
    };
    let mut fields: Vec<(String, String)> = Vec::new();
    // A box that is ticked comes after the empty value that stands for one that is not.
    for (code, value) in pairs.iter().filter_map(of_field).chain(questions::sent(concept, pairs)) {
        fields.retain(|(known, _)| *known != code);
        fields.push((code, value));
    }
    fields
}

/// The text of one part of a form.
pub(crate) fn text_of<'p>(pairs: &'p [(String, String)], name: &str) -> &'p str {
    pairs.iter().rfind(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
}

fn input_of(field: &Field, sites: &[(String, String)], lang: Lang) -> Input {
    let line = |kind, mode| Input::Line { kind, mode, is_code: false };
    let code = |mode| Input::Line { kind: "text", mode, is_code: true };
    match &field.kind {
        FieldKind::Text => line("text", "text"),
        FieldKind::LongText | FieldKind::Hla => Input::Long,
        FieldKind::Date => line("date", "numeric"),
        FieldKind::Number => line("text", "numeric"),
        FieldKind::Mobile => line("tel", "tel"),
        FieldKind::Email => line("email", "email"),
        FieldKind::Uscc
        | FieldKind::ResidentId
        | FieldKind::Reference(_)
        | FieldKind::Unit
        | FieldKind::Account
        | FieldKind::HlaSpecificity => code("text"),
        FieldKind::Time => line("text", "text"),
        FieldKind::Choice(choices) if choices.len() == 1 => {
            let only = &choices[0];
            Input::Check(only.code.to_owned(), said(only.label, lang))
        }
        FieldKind::Choice(choices) => {
            Input::Choice(choices.iter().map(|one| (one.code.to_owned(), said(one.label, lang))).collect())
        }
        FieldKind::Flag => {
            let word = |yes: bool| lang.words().t(if yes { "yes" } else { "no" });
            Input::Choice(vec![("true".to_owned(), word(true)), ("false".to_owned(), word(false))])
        }
        FieldKind::Site => Input::Choice(sites.to_vec()),
    }
}
