//! A health history on a page: the questions of its rule set with buttons, and answers that people can read.

use qidai_bank::workflow::Concept;
use qidai_bank::{Question, Record, rule_set};

use super::field::{Control, Input, text_of};
use crate::pages::shown;
use crate::words::{Lang, Words};

/// What the names of questions begin with in forms.
const FRONT: &str = "q-";
/// The field that keeps the answers, one line for each question.
const ANSWERS: &str = "answers";
const CHOICES: [&str; 3] = ["yes", "no", "unknown"];

/// A question in a form.
pub(in crate::pages) struct QuestionRow {
    pub(in crate::pages) name: String,
    pub(in crate::pages) text: &'static str,
    /// When it is asked at all, in words.
    pub(in crate::pages) condition: Option<String>,
    /// Value, word, is chosen.
    pub(in crate::pages) choices: Vec<(&'static str, String, bool)>,
}

/// Puts the questions of the rule set in the place of the field with the answers.
pub(super) fn ask(
    concept: &Concept,
    controls: &mut [Control],
    typed: Option<&[(String, String)]>,
    lang: Lang,
) {
    if concept.code != "questionnaire" {
        return;
    }
    let newest = concept.field("rule_set").and_then(|field| match &field.kind {
        qidai_bank::workflow::FieldKind::Choice(choices) => choices.last().map(|choice| choice.code),
        _ => None,
    });
    let mut code = String::new();
    for control in controls.iter_mut().filter(|one| one.name == "f-rule_set") {
        if control.value.is_empty() {
            control.value = newest.unwrap_or_default().to_owned();
        }
        code.clone_from(&control.value);
    }
    let Some(set) = rule_set(&code) else { return };
    for control in controls.iter_mut().filter(|one| one.name == "f-answers") {
        let given = typed.and_then(written).unwrap_or_else(|| control.value.clone());
        let row = |one| row(one, &set.questions, &given, lang);
        control.input = Input::Questions(set.questions.iter().map(row).collect());
    }
}

fn row(one: &'static Question, all: &'static [Question], given: &str, lang: Lang) -> QuestionRow {
    let w = lang.words();
    let chosen = answer_of(given, one.code);
    let condition = one.asked_when().and_then(|(code, answer)| {
        let other = all.iter().find(|other| other.code == code)?;
        let values = [("question", text(other, lang).into()), ("answer", word(answer.code(), w).into())];
        Some(w.say("question-asked-when", &values))
    });
    let choice = |code: &'static str| (code, word(code, w), chosen == Some(code));
    QuestionRow {
        name: format!("{FRONT}{}", one.code),
        text: text(one, lang),
        condition,
        choices: CHOICES.into_iter().map(choice).collect(),
    }
}

/// The answers of a form with buttons as the field keeps them; `None` where the form had none.
pub(super) fn written(pairs: &[(String, String)]) -> Option<String> {
    let answers = pairs.iter().filter_map(|(name, value)| {
        let code = name.strip_prefix(FRONT)?;
        (!value.trim().is_empty()).then(|| format!("{code}: {}", value.trim()))
    });
    let lines: Vec<String> = answers.collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Answers and findings of a health history, question by question in the reader's language.
pub(super) fn told(record: &Record, field: &str, lang: Lang) -> Option<String> {
    if record.concept.code != "questionnaire" || !matches!(field, "answers" | "findings") {
        return None;
    }
    let set = rule_set(record.field("rule_set")?)?;
    let (value, w) = (record.field(field)?, lang.words());
    let line = |line: &str| {
        let (code, rest) = line.split_once([':', '：', '='])?;
        let question = set.questions.iter().find(|one| one.code == code.trim())?;
        let answer = match field {
            ANSWERS => qidai_bank::Answer::parse(rest).map(|one| word(one.code(), w)),
            _ => record
                .field(ANSWERS)
                .and_then(|given| answer_of(given, question.code))
                .map(|one| word(one, w)),
        };
        let answer = answer.unwrap_or_else(|| w.t("question-open"));
        let values = [("question", text(question, lang).into()), ("answer", answer.into())];
        Some(w.say("question-answer", &values))
    };
    Some(value.lines().filter_map(line).collect::<Vec<_>>().join("\n"))
}

fn answer_of(given: &str, code: &str) -> Option<&'static str> {
    let line = given
        .lines()
        .filter_map(|line| line.split_once([':', '：', '=']))
        .find(|(known, _)| known.trim() == code);
    line.and_then(|(_, answer)| qidai_bank::Answer::parse(answer)).map(qidai_bank::Answer::code)
}

fn word(code: &str, w: &Words) -> String {
    w.t(&format!("question-{code}"))
}

fn text(one: &'static Question, lang: Lang) -> &'static str {
    shown::label(lang, (one.zh, one.en))
}

/// Is a field of a form that of a question?
pub(super) fn sent(concept: &Concept, pairs: &[(String, String)]) -> Option<(String, String)> {
    let is_asked = concept.code == "questionnaire" && text_of(pairs, "f-answers").is_empty();
    let answers = written(pairs).filter(|_| is_asked)?;
    Some((ANSWERS.to_owned(), answers))
}
