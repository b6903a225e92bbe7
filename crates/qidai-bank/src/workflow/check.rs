//! Do the declarations hold together?

use std::collections::HashSet;

use super::{
    Concept, FieldKind, Label, Length, LengthUnit, Mistake, Mover, Needed, PersonOf, Place, Start, Target,
    Then,
};
use crate::PersonField;

/// What a page calls who made a record, and who changed its fields, beside the codes of moves.
const DOERS: [&str; 2] = ["create", "amend"];
/// The concept that a clock raises.
pub(crate) const NONCONFORMANCE: &str = "nonconformance";

/// All that does not fit in and between concepts.
pub(super) fn all(concepts: &[Concept]) -> Vec<Mistake> {
    let mut found = Vec::new();
    for concept in concepts {
        let mut check = Check { concept, found: Vec::new() };
        check.names();
        check.fields();
        check.states();
        check.steps();
        check.clocks();
        for referred in concept.references().filter(|code| !concepts.iter().any(|known| known.code == *code))
        {
            check.wrong(format!("a field refers to '{referred}', which is no concept"));
        }
        found.extend(check.found.into_iter().map(|what| Mistake { page: concept.code, line: 0, what }));
    }
    found.extend(repeated(concepts.iter().map(|concept| concept.code)));
    found.extend(repeated(concepts.iter().map(|concept| concept.prefix)));
    found
}

fn repeated(codes: impl Iterator<Item = &'static str>) -> Vec<Mistake> {
    let mut seen = HashSet::new();
    let twice = codes.filter(|code| !seen.insert(*code));
    twice.map(|code| Mistake { page: code, line: 0, what: format!("'{code}' is declared twice") }).collect()
}

/// Small letters, digits and `_`: fits into addresses, columns and codes of messages.
fn is_code(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !text.is_empty() && text.len() <= 40 && text.chars().all(fits)
}

struct Check<'c> {
    concept: &'c Concept,
    found: Vec<String>,
}

impl Check<'_> {
    fn wrong(&mut self, what: String) {
        self.found.push(what);
    }

    /// Codes of one kind are well formed, there once, and have words in both languages.
    fn codes(&mut self, what: &str, codes: Vec<(&'static str, Label)>) {
        let mut seen = HashSet::new();
        for (code, label) in codes {
            if !is_code(code) {
                self.wrong(format!("{what} '{code}': a code has small letters, digits and _"));
            }
            if !seen.insert(code) {
                self.wrong(format!("{what} '{code}' stands twice"));
            }
            if label.zh.is_empty() || label.en.is_empty() {
                self.wrong(format!("{what} '{code}' lacks its words in one language"));
            }
        }
    }

    fn names(&mut self) {
        let concept = self.concept;
        self.codes("the concept", vec![(concept.code, concept.label)]);
        self.codes("the field", concept.fields.iter().map(|field| (field.code, field.label)).collect());
        self.codes("the state", concept.states.iter().map(|state| (state.code, state.label)).collect());
        self.codes("the move", concept.steps.iter().map(|step| (step.code, step.label)).collect());
        self.codes(
            "the document",
            concept.documents.iter().map(|one| (one.class.code(), one.label)).collect(),
        );
        self.codes("the value", concept.profile.iter().map(|value| (value.code, value.label)).collect());
        let clocks = concept.clocks.iter().map(|clock| (clock.code, clock.label));
        let reminders = concept.reminders.iter().map(|reminder| (reminder.code, reminder.label));
        self.codes("the clock or reminder", clocks.chain(reminders).collect());
        let fits = |c: char| c.is_ascii_uppercase();
        if concept.prefix.is_empty() || !concept.prefix.chars().all(fits) {
            self.wrong(format!("the prefix of numbers '{}' has not only capital letters", concept.prefix));
        }
        for (what, permissions) in
            [("view", &concept.view), ("create", &concept.create), ("amend", &concept.amend)]
        {
            if permissions.is_empty() {
                self.wrong(format!("nobody may {what}"));
            }
        }
        if !concept.title.is_empty() {
            self.is_field("the title", concept.title);
        }
    }

    fn is_field(&mut self, where_: &str, code: &str) {
        if self.concept.field(code).is_none() {
            self.wrong(format!("{where_} names the field '{code}', which there is not"));
        }
    }

    fn are_states(&mut self, where_: &str, codes: &[&str]) {
        if codes.is_empty() {
            self.wrong(format!("{where_} names no state"));
        }
        for code in codes.iter().filter(|code| self.concept.state(code).is_none()) {
            self.wrong(format!("{where_} names the state '{code}', which there is not"));
        }
    }

    fn condition(&mut self, where_: &str, condition: &super::Condition) {
        self.is_field(where_, condition.field);
        let Some(field) = self.concept.field(condition.field) else { return };
        if field.is_personal {
            self.wrong(format!("{where_} looks at '{}', which is sealed", field.code));
        }
        if !matches!(field.kind, FieldKind::Choice(_)) {
            return;
        }
        let known: Vec<&str> = field.choices().iter().map(|choice| choice.code).collect();
        for value in condition.values.iter().filter(|value| !known.contains(value)) {
            self.wrong(format!("{where_}: '{}' is never '{value}'", field.code));
        }
    }

    fn fields(&mut self) {
        let concept = self.concept;
        for field in &concept.fields {
            let where_ = format!("the field '{}'", field.code);
            match &field.needed {
                Needed::In(states) => self.are_states(&where_, states),
                Needed::When(condition) | Needed::Unless(condition) => self.condition(&where_, condition),
                Needed::Never | Needed::Always => {}
            }
            if let FieldKind::Choice(choices) = &field.kind {
                if choices.is_empty() {
                    self.wrong(format!("{where_} has nothing to choose from"));
                }
                self.codes(&where_, choices.iter().map(|choice| (choice.code, choice.label)).collect());
            }
            if field.is_computed && (field.is_personal || field.needed == Needed::Always) {
                self.wrong(format!("{where_} is computed: it can be neither personal nor needed always"));
            }
            if field.is_personal && PersonField::parse(field.code).is_none() {
                self.wrong(format!("{where_} is personal and no field of a person"));
            }
            if field.is_personal && (field.is_listed || field.is_searched) {
                self.wrong(format!("{where_} is sealed: it can be neither listed nor searched"));
            }
        }
        let has_personal = concept.personal_fields().next().is_some();
        match concept.person {
            None if has_personal => self.wrong("whose are the personal fields?".to_owned()),
            Some(PersonOf::Field(field)) => self.is_field("the property person", field),
            _ => {}
        }
    }

    fn states(&mut self) {
        let concept = self.concept;
        if concept.first_state().is_none() {
            self.wrong("no state is the first".to_owned());
        }
        let reached = self.reached();
        for state in &concept.states {
            if !reached.contains(state.code) {
                self.wrong(format!("the state '{}' cannot be reached", state.code));
            }
            let has_exit = concept.steps_from(state.code).next().is_some();
            match state.place {
                Place::Last if has_exit => {
                    self.wrong(format!("a move leads out of '{}', which is a last state", state.code));
                }
                Place::First | Place::Middle if !has_exit => {
                    self.wrong(format!("no move leads out of '{}'", state.code));
                }
                _ => {}
            }
        }
    }

    /// States that can be reached. A move back leads where one came from, which is reached already.
    fn reached(&self) -> HashSet<&'static str> {
        let first = self.concept.states.iter().filter(|state| state.place == Place::First);
        let mut reached: HashSet<&'static str> = first.map(|state| state.code).collect();
        loop {
            let before = reached.len();
            for step in &self.concept.steps {
                if let Target::State(to) = step.to
                    && step.from.iter().any(|from| reached.contains(from))
                {
                    reached.insert(to);
                }
            }
            if reached.len() == before {
                return reached;
            }
        }
    }

    fn steps(&mut self) {
        let concept = self.concept;
        for step in &concept.steps {
            let where_ = format!("the move '{}'", step.code);
            self.are_states(&where_, &step.from);
            if let Target::State(to) = step.to {
                self.are_states(&where_, &[to]);
            }
            if step.mover == Mover::With(Vec::new()) {
                self.wrong(format!("nobody may make {where_}"));
            }
            if let Some(condition) = &step.when {
                self.condition(&where_, condition);
            }
            for field in &step.needs_fields {
                self.is_field(&where_, field);
            }
            for class in step.needs_documents.iter().filter(|class| concept.document(**class).is_none()) {
                self.wrong(format!("{where_} needs the document '{}', which there is not", class.code()));
            }
            let known = |code: &&&str| DOERS.contains(*code) || concept.step(code).is_some();
            for doer in step.not_by.iter().filter(|code| !known(code)) {
                self.wrong(format!("{where_} is not for who did '{doer}', which is no move"));
            }
        }
    }

    fn clocks(&mut self) {
        let concept = self.concept;
        for clock in &concept.clocks {
            let where_ = format!("the clock '{}'", clock.code);
            self.are_states(&where_, &clock.runs_in);
            if let Start::Field(field) = clock.start {
                self.is_date(&where_, field);
            }
            if let Some(condition) = &clock.when {
                self.condition(&where_, condition);
            }
            if let Length::Profile(value) = clock.length
                && !concept
                    .profile
                    .iter()
                    .any(|known| known.code == value && known.unit != LengthUnit::Celsius)
            {
                self.wrong(format!("{where_} is as long as '{value}', which is not in the profile"));
            }
            match &clock.then {
                Then::Move(step) => self.clock_moves(&where_, step, &clock.runs_in),
                Then::Notify(roles) if roles.is_empty() => self.wrong(format!("{where_} tells nobody")),
                Then::Notify(_) | Then::Raise => {}
            }
        }
        for reminder in &concept.reminders {
            let where_ = format!("the reminder '{}'", reminder.code);
            self.are_states(&where_, &reminder.runs_in);
            self.is_date(&where_, reminder.field);
            if reminder.to.is_empty() || reminder.days_before.is_empty() {
                self.wrong(format!("{where_} tells nobody, or never"));
            }
            if !reminder.days_before.is_sorted_by(|a, b| a > b) {
                self.wrong(format!("{where_}: days stand in descending order, each once"));
            }
        }
    }

    fn is_date(&mut self, where_: &str, code: &str) {
        match self.concept.field(code) {
            Some(field) if matches!(field.kind, FieldKind::Date | FieldKind::Time) && !field.is_personal => {}
            _ => self.wrong(format!("{where_} looks at '{code}', which is no open date")),
        }
    }

    fn clock_moves(&mut self, where_: &str, code: &str, runs_in: &[&'static str]) {
        match self.concept.step(code) {
            None => self.wrong(format!("{where_} makes the move '{code}', which there is not")),
            Some(step) => {
                for state in runs_in.iter().filter(|state| !step.from.contains(state)) {
                    self.wrong(format!("{where_} runs in '{state}', where '{code}' does not begin"));
                }
                if step.needs_signature.is_some() || !step.not_by.is_empty() {
                    self.wrong(format!("{where_}: '{code}' needs a person"));
                }
            }
        }
    }
}
