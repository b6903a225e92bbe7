//! Health questionnaires: versioned sets of questions with the answers that pass. What a questionnaire comes to follows
//! from its answers alone, so that it can be said again in ten years.

use std::sync::LazyLock;

use crate::Problem;

/// The rule sets, one line each: code as in `workflows/questionnaire.md`, and the table.
const SETS: [(&str, &str); 1] = [("tzuchi_2008_v1", include_str!("../rules/tzuchi_2008_v1.tsv"))];

static ALL: LazyLock<Vec<RuleSet>> =
    LazyLock::new(|| SETS.iter().map(|(code, text)| RuleSet { code, questions: questions(text) }).collect());

/// A version of a set of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    pub code: &'static str,
    pub questions: Vec<Question>,
}

/// A question with the answer that passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// `None`: any answer passes, the question only decides whether another one is asked.
    pub accepts: Option<Answer>,
    otherwise: Outcome,
    /// Asked only after this answer to another question.
    pub asked_when: Option<(&'static str, Answer)>,
}

/// An answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// Never "no": it is reviewed.
    Unknown,
}

/// What a questionnaire comes to. The later ones weigh more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Eligible,
    ToReview,
    Excluded,
    /// A question has no answer.
    Incomplete,
}

impl Outcome {
    /// As in `workflows/questionnaire.md`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::ToReview => "to_review",
            Self::Excluded => "excluded",
            Self::Incomplete => "incomplete",
        }
    }
}

impl Question {
    /// The question and the answer after which alone this one is asked.
    pub fn asked_when(&self) -> Option<(&'static str, Answer)> {
        self.asked_when
    }
}

impl Answer {
    /// As it is kept.
    pub fn code(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }

    /// Reads `yes`, `no`, `unknown` and 是、否、未知.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "yes" | "y" | "是" => Some(Self::Yes),
            "no" | "n" | "否" => Some(Self::No),
            "unknown" | "未知" | "不详" => Some(Self::Unknown),
            _ => None,
        }
    }
}

/// The rule set of a code.
pub fn rule_set(code: &str) -> Option<&'static RuleSet> {
    ALL.iter().find(|set| set.code == code)
}

fn questions(text: &'static str) -> Vec<Question> {
    let rows = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    rows.filter_map(question).collect()
}

fn question(row: &'static str) -> Option<Question> {
    let mut cells = row.split('\t');
    let (code, zh, en) = (cells.next()?, cells.next()?, cells.next()?);
    let accepts = Answer::parse(cells.next()?);
    let otherwise = match cells.next()? {
        "excluded" => Outcome::Excluded,
        _ => Outcome::ToReview,
    };
    let condition = cells.next().and_then(|cell| cell.split_once('='));
    let asked_when = condition.and_then(|(code, answer)| Some((code.trim(), Answer::parse(answer)?)));
    Some(Question { code, zh, en, accepts, otherwise, asked_when })
}

/// Reads answers, one a line: `hepatitis_b: no`.
///
/// # Errors
/// `answer_invalid`, for every line that is no answer to a question of the set, and for a question answered twice.
pub fn answers(set: &RuleSet, text: &str) -> Result<Vec<(&'static str, Answer)>, Vec<Problem>> {
    let (mut answers, mut problems): (Vec<(&'static str, Answer)>, Vec<Problem>) = Default::default();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let mut wrong = |reason: String| {
            let hint = "write one question a line: its code, a colon, and yes, no or unknown";
            problems.push(Problem::new(
                "answers",
                line.trim(),
                "answer_invalid",
                format!("line {number}: {reason}"),
                hint,
            ));
        };
        let Some((code, answer)) = line.split_once([':', '：', '=']) else {
            wrong(format!("'{}' has no colon", line.trim()));
            continue;
        };
        let question = set.questions.iter().find(|one| one.code == code.trim());
        match (question, Answer::parse(answer)) {
            (None, _) => wrong(format!("{} has no question '{}'", set.code, code.trim())),
            (_, None) => wrong(format!("'{}' is no answer", answer.trim())),
            (Some(one), Some(_)) if answers.iter().any(|(known, _)| *known == one.code) => {
                wrong(format!("{} is answered twice", one.code));
            }
            (Some(one), Some(answer)) => answers.push((one.code, answer)),
        }
    }
    if problems.is_empty() { Ok(answers) } else { Err(problems) }
}

impl RuleSet {
    /// What answers come to, and the questions because of which.
    pub fn evaluate(&self, answers: &[(&'static str, Answer)]) -> (Outcome, Vec<&'static str>) {
        let given = |code: &str| answers.iter().find(|(known, _)| *known == code).map(|(_, answer)| *answer);
        let asked = |one: &&Question| one.asked_when.is_none_or(|(code, answer)| given(code) == Some(answer));
        let (mut outcome, mut because) = (Outcome::Eligible, Vec::new());
        for one in self.questions.iter().filter(asked) {
            let says = match given(one.code) {
                None => Outcome::Incomplete,
                Some(Answer::Unknown) => Outcome::ToReview,
                Some(answer) if one.accepts.is_none_or(|accepts| accepts == answer) => continue,
                Some(_) => one.otherwise,
            };
            outcome = outcome.max(says);
            because.push(one.code);
        }
        (outcome, because)
    }
}
