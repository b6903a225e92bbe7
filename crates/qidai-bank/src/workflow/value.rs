//! What somebody wrote into a field becomes the value that is kept, or a problem.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::{Concept, Field, FieldKind};
use crate::{CnId, IdentityError, Mobile, Problem, Refusal, Uscc};

/// Characters of one line, and of a longer text.
const TEXT_MAX: usize = 300;
const LONG_TEXT_MAX: usize = 10_000;

impl Field {
    /// The value as it is kept: trimmed, in the normal form of its kind. An empty text is no value: `None`.
    /// References, units, sites and accounts are only trimmed; whether they exist, the store knows.
    ///
    /// # Errors
    /// A problem with a code of the kind: `record_date_invalid`, `record_choice_unknown`, `uscc_check_wrong` ….
    pub fn kept(&self, written: &str, today: Date) -> Result<Option<String>, Problem> {
        let text = written.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let checked = |read: Result<String, IdentityError>| {
            read.map_err(|error| self.problem(text, error.code, error.reason, error.hint))
        };
        let kept = match &self.kind {
            FieldKind::Text => self.text(text, TEXT_MAX, false),
            FieldKind::LongText | FieldKind::Hla => self.text(text, LONG_TEXT_MAX, true),
            FieldKind::Date => self.parsed::<Date>(text, "record_date_invalid", "a date such as 2026-03-31"),
            FieldKind::Time => self.time(text),
            FieldKind::Number => {
                self.parsed::<i64>(text, "record_number_invalid", "a whole number, digits only")
            }
            FieldKind::Choice(_) => self.choice(text),
            FieldKind::Flag => self.parsed::<bool>(text, "record_flag_invalid", "true or false"),
            FieldKind::Uscc => checked(Uscc::parse(text).map(|uscc| uscc.as_str().to_owned())),
            FieldKind::ResidentId => checked(CnId::parse(text, today).map(|id| id.as_str().to_owned())),
            FieldKind::Mobile => checked(mobile(text)),
            FieldKind::Email => self.email(text),
            FieldKind::Reference(_)
            | FieldKind::Unit
            | FieldKind::Site
            | FieldKind::Account
            | FieldKind::HlaSpecificity => self.text(text, TEXT_MAX, false),
        };
        kept.map(Some)
    }

    /// A problem of this field. What is personal is not repeated.
    pub(crate) fn problem(
        &self,
        value: &str,
        code: &'static str,
        reason: impl Into<String>,
        hint: impl Into<String>,
    ) -> Problem {
        let value = if self.is_personal { "" } else { value };
        Problem::new(self.code, value, code, reason, hint)
    }

    fn shown<'v>(&self, value: &'v str) -> &'v str {
        if self.is_personal { "…" } else { value }
    }

    fn text(&self, text: &str, max: usize, lines: bool) -> Result<String, Problem> {
        let count = text.chars().count();
        if count > max {
            let reason = format!("{} has {count} characters", self.code);
            return Err(self.problem("", "record_text_too_long", reason, format!("write at most {max}")));
        }
        let unexpected = |c: char| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'));
        if text.chars().any(unexpected) {
            let reason = format!("{} has a control character", self.code);
            let hint = if lines { "take it out" } else { "write one line without tabs" };
            return Err(self.problem("", "record_text_invalid", reason, hint));
        }
        Ok(text.replace("\r\n", "\n"))
    }

    fn parsed<T: std::str::FromStr + ToString>(
        &self,
        text: &str,
        code: &'static str,
        expected: &str,
    ) -> Result<String, Problem> {
        let reason = || format!("{} is '{}'", self.code, self.shown(text));
        let parsed = text.parse::<T>().map_err(|_| self.problem(text, code, reason(), expected))?;
        Ok(parsed.to_string())
    }

    /// With an offset it is a moment; without one the store reads it in the bank's zone.
    fn time(&self, text: &str) -> Result<String, Problem> {
        let moment = |text: &str| text.parse::<Timestamp>().ok().map(whole_second);
        let local = |text: &str| text.parse::<DateTime>().ok().map(|time| time.to_string());
        moment(text).or_else(|| local(text)).ok_or_else(|| {
            let reason = format!("{} is '{}'", self.code, self.shown(text));
            let hint =
                "write day and time such as 2026-03-31 08:15, or with an offset 2026-03-31T08:15+08:00";
            self.problem(text, "record_time_invalid", reason, hint)
        })
    }

    fn choice(&self, text: &str) -> Result<String, Problem> {
        let choices = self.choices();
        let meant = |choice: &&super::Choice| {
            choice.code.eq_ignore_ascii_case(text)
                || choice.label.zh == text
                || choice.label.en.eq_ignore_ascii_case(text)
        };
        if let Some(choice) = choices.iter().find(meant) {
            return Ok(choice.code.to_owned());
        }
        let known: Vec<&str> = choices.iter().map(|choice| choice.code).collect();
        let reason = format!("{} is '{}'", self.code, self.shown(text));
        let hint = format!("take one of {}", known.join(", "));
        Err(self.problem(text, "record_choice_unknown", reason, hint))
    }

    /// Something before and after one @, a dot in the domain, no blank (a shape, not a proof that somebody reads it).
    fn email(&self, text: &str) -> Result<String, Problem> {
        let fits = text.split_once('@').is_some_and(|(name, domain)| {
            let inner = domain.trim_matches('.');
            !name.is_empty() && inner.len() == domain.len() && domain.contains('.') && !domain.contains('@')
        });
        if fits && text.is_ascii() && !text.contains(char::is_whitespace) && text.len() <= 254 {
            return Ok(text.to_ascii_lowercase());
        }
        let reason = format!("{} is no address", self.code);
        Err(self.problem(text, "record_email_invalid", reason, "write it as name@example.org"))
    }
}

/// A moment as it is kept: texts of this form stand in the order of time.
pub(crate) fn whole_second(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A mobile of the mainland as E.164; a number of another country has no rule here.
fn mobile(text: &str) -> Result<String, IdentityError> {
    match Mobile::parse(text) {
        Ok(mobile) => Ok(mobile.e164()),
        Err(_) if text.starts_with('+') && !text.starts_with("+86") => Ok(text.to_owned()),
        Err(error) => Err(error),
    }
}

impl Concept {
    /// Brings what was written into the form in which it is kept: only fields that are given, an empty one as
    /// `None`. All problems at once, in [`Refusal::problems`].
    ///
    /// # Errors
    /// `record_field_unknown`, `record_field_twice`, and those of [`Field::kept`].
    pub fn kept<'w>(
        &self,
        written: impl IntoIterator<Item = (&'w str, &'w str)>,
        today: Date,
    ) -> Result<Vec<(&'static str, Option<String>)>, Refusal> {
        let (mut kept, mut problems): (Vec<(&'static str, Option<String>)>, Vec<Problem>) =
            Default::default();
        for (code, text) in written {
            let Some(field) = self.field(code) else {
                problems.push(self.unknown_field(code));
                continue;
            };
            if kept.iter().any(|(known, _)| *known == field.code) {
                let reason = format!("{code} is given twice");
                problems.push(field.problem(text, "record_field_twice", reason, "give it once"));
            }
            if field.is_computed {
                problems.push(field.not_written());
                continue;
            }
            match field.kept(text, today) {
                Ok(value) => kept.push((field.code, value)),
                Err(problem) => problems.push(problem),
            }
        }
        Refusal::if_any(problems)?;
        Ok(kept)
    }

    fn unknown_field(&self, code: &str) -> Problem {
        let known: Vec<&str> = self.fields.iter().map(|field| field.code).collect();
        let reason = format!("a {} has no field '{code}'", self.label.en);
        let hint = format!("take one of {}", known.join(", "));
        Problem::new(code, "", "record_field_unknown", reason, hint)
    }

    /// Fields that lack a value they must have in a state.
    pub fn missing<'v>(&self, state: &str, value_of: impl Fn(&str) -> Option<&'v str>) -> Vec<Problem> {
        let lacks = |field: &&Field| field.is_needed(state, &value_of) && value_of(field.code).is_none();
        self.fields.iter().filter(lacks).map(Field::missing).collect()
    }
}

impl Field {
    fn not_written(&self) -> Problem {
        let reason = format!("{} ({}) is computed and not written", self.code, self.label.en);
        self.problem("", "record_field_computed", reason, "leave it out")
    }

    /// The problem that the field has no value and must have one.
    pub(crate) fn missing(&self) -> Problem {
        let reason = format!("{} ({}) is missing", self.code, self.label.en);
        self.problem("", "record_field_missing", reason, "write it")
    }
}
