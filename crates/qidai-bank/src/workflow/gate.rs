//! May this move be made? All that stands in its way, with the rule and what can be done.
//!
//! The gate knows nothing of a store: who asks brings the facts, so that concepts with a table of their own obey the
//! same declarations.

use super::{Concept, Mover, State, Step, Target};
use crate::{DocumentClass, Meaning, Principal, Refusal};

/// What the gate looks at.
pub struct Facts<'a> {
    /// The number or identity, for sentences.
    pub name: &'a str,
    /// Code of the present state, and of the one before it.
    pub state: &'a str,
    pub before: Option<&'a str>,
    pub site: Option<&'a str>,
    /// Has a personal field or not, and what an open one has.
    pub value_of: &'a (dyn Fn(&str) -> Option<&'a str> + Sync),
    /// What the documents are that are with it.
    pub documents: &'a [DocumentClass],
    /// Meanings with which the mover signed the record as it is, since it came into its state.
    pub signed: &'a [Meaning],
    /// Who did what so far.
    pub done: &'a [DoneBy],
}

/// Somebody did something to the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoneBy {
    /// Code of a move, `create` or `amend`.
    pub what: String,
    /// As in the history.
    pub actor: String,
    pub account_id: Option<String>,
}

impl DoneBy {
    fn is(&self, principal: &Principal) -> bool {
        self.actor == principal.name()
            || (self.account_id.is_some() && self.account_id.as_deref() == principal.account_id())
    }
}

impl Concept {
    /// The move that somebody means: the code of a move, or the state that they want.
    ///
    /// # Errors
    /// `move_unknown`; `move_not_allowed` when no such move begins in the present state; `move_ambiguous` when several
    /// lead to the wanted state.
    pub fn meant(&self, what: &str, facts: &Facts<'_>) -> Result<&Step, Refusal> {
        if let Some(step) = self.step(what) {
            let begins_here = step.from.contains(&facts.state);
            return if begins_here { Ok(step) } else { Err(self.not_allowed(what, facts)) };
        }
        let Some(wanted) = self.state(what) else { return Err(self.unknown_move(what)) };
        let between = |step: &&Step| match step.to {
            Target::State(to) => to == wanted.code,
            Target::Back => facts.before == Some(wanted.code),
        };
        let steps: Vec<&Step> = self.steps.iter().filter(|step| step.from.contains(&facts.state)).collect();
        let mut steps = steps.into_iter().filter(between);
        match (steps.next(), steps.next()) {
            (None, _) => Err(self.not_allowed(what, facts)),
            (Some(step), None) => Ok(step),
            (Some(one), Some(other)) => {
                let sentence = format!(
                    "Several moves lead from '{}' to '{what}': say which, {} or {}.",
                    facts.state, one.code, other.code
                );
                Err(Refusal::new("move_ambiguous", sentence).with("to", what))
            }
        }
    }

    /// Where a move leads from the present state.
    pub fn target(&self, step: &Step, before: Option<&str>) -> Option<&State> {
        match step.to {
            Target::State(to) => self.state(to),
            Target::Back => before.and_then(|before| self.state(before)),
        }
    }

    /// Everything that stands in the way of a move that begins in the present state; empty when it can be made.
    ///
    /// Codes: `permission_missing`, `permission_missing_at_site`, `move_by_clock_only`, `move_condition_not_met`,
    /// `four_eyes`, `reason_missing`, `record_field_missing`, `document_missing`, `signature_missing`,
    /// `move_not_allowed` (back to nowhere).
    pub fn obstacles(
        &self,
        step: &Step,
        facts: &Facts<'_>,
        principal: &Principal,
        reason_given: bool,
    ) -> Vec<Refusal> {
        let mut found: Vec<Refusal> = Vec::new();
        found.extend(self.may_not(step, facts, principal));
        found.extend(self.condition_fails(step, facts));
        found.extend(self.same_person(step, facts, principal));
        if step.needs_reason && !reason_given {
            let sentence = format!("{}: this move needs a reason of at least 8 characters.", step.label.en);
            found.push(Refusal::new("reason_missing", sentence).with("move", step.code));
        }
        found.extend(self.fields_missing(step, facts));
        found.extend(self.documents_missing(step, facts));
        found.extend(self.signature_missing(step, facts));
        found
    }

    fn may_not(&self, step: &Step, facts: &Facts<'_>, principal: &Principal) -> Option<Refusal> {
        match &step.mover {
            Mover::System if principal.is_system() => None,
            Mover::System => {
                let sentence = format!(
                    "{}: '{}' happens by itself when its time has come; nobody makes it.",
                    facts.name, step.code
                );
                Some(Refusal::new("move_by_clock_only", sentence).with("move", step.code))
            }
            Mover::With(_) if principal.is_system() => None,
            Mover::With(permissions) => principal.may_any(permissions, facts.site).err(),
        }
    }

    fn condition_fails(&self, step: &Step, facts: &Facts<'_>) -> Option<Refusal> {
        let condition = step.when.as_ref()?;
        if condition.holds((facts.value_of)(condition.field)) {
            return None;
        }
        let (field, values) = (condition.field, condition.values.join(" or "));
        let found = (facts.value_of)(field).unwrap_or("not known");
        let sentence = format!(
            "{}: '{}' is only for records whose {field} is {values}; here it is {found}.",
            facts.name, step.code
        );
        Some(Refusal::new("move_condition_not_met", sentence).with("move", step.code).with("field", field))
    }

    fn same_person(&self, step: &Step, facts: &Facts<'_>, principal: &Principal) -> Option<Refusal> {
        let own = |done: &&DoneBy| step.not_by.contains(&done.what.as_str()) && done.is(principal);
        let done = facts.done.iter().find(own)?;
        let sentence = format!(
            "{}: you did '{}' for this record, so somebody else does '{}' (four eyes). Nothing was changed: ask a \
             colleague who may do it.",
            facts.name, done.what, step.code
        );
        Some(Refusal::new("four_eyes", sentence).with("move", step.code).with("done", done.what.as_str()))
    }

    fn fields_missing(&self, step: &Step, facts: &Facts<'_>) -> Option<Refusal> {
        let own = step.needs_fields.iter().filter(|code| (facts.value_of)(code).is_none());
        let mut missing: Vec<_> = own.filter_map(|code| Some(self.field(code)?.missing())).collect();
        if let Some(to) = self.target(step, facts.before) {
            let of_state = self.missing(to.code, facts.value_of);
            missing
                .extend(of_state.into_iter().filter(|problem| !step.needs_fields.contains(&&*problem.field)));
        }
        Refusal::if_any(missing).err()
    }

    fn documents_missing(&self, step: &Step, facts: &Facts<'_>) -> Option<Refusal> {
        let lacks = |class: &&DocumentClass| !facts.documents.contains(class);
        let class = *step.needs_documents.iter().find(lacks)?;
        let (code, label) = (class.code(), self.document(class).map_or("", |document| document.label.en));
        let sentence = format!(
            "{}: '{}' needs a document of the class {code} ({label}): add it to the record first.",
            facts.name, step.code
        );
        Some(Refusal::new("document_missing", sentence).with("move", step.code).with("document", code))
    }

    fn signature_missing(&self, step: &Step, facts: &Facts<'_>) -> Option<Refusal> {
        let meaning = step.needs_signature.filter(|meaning| !facts.signed.contains(meaning))?;
        let sentence = format!(
            "{}: '{}' needs your signature with the meaning '{}' on the record as it is now: sign it, then move it.",
            facts.name,
            step.code,
            meaning.code()
        );
        Some(
            Refusal::new("signature_missing", sentence)
                .with("move", step.code)
                .with("meaning", meaning.code()),
        )
    }

    fn not_allowed(&self, what: &str, facts: &Facts<'_>) -> Refusal {
        let possible: Vec<String> = self
            .steps
            .iter()
            .filter(|step| step.from.contains(&facts.state) && step.mover != Mover::System)
            .map(|step| match self.target(step, facts.before) {
                Some(to) => format!("{} (to {})", step.code, to.code),
                None => step.code.to_owned(),
            })
            .collect();
        let possible = if possible.is_empty() { "nothing".to_owned() } else { possible.join(", ") };
        let sentence = format!(
            "{} is '{}', and the workflow of a {} has no move '{what}' from there. Nothing was changed. Possible from \
             here: {possible}.",
            facts.name, facts.state, self.label.en
        );
        Refusal::new("move_not_allowed", sentence)
            .with("record", facts.name)
            .with("state", facts.state)
            .with("move", what)
            .with("possible", possible)
    }

    fn unknown_move(&self, what: &str) -> Refusal {
        let steps: Vec<&str> = self.steps.iter().map(|step| step.code).collect();
        let sentence = format!(
            "A {} has neither a move nor a state '{what}'; its moves are {}.",
            self.label.en,
            steps.join(", ")
        );
        Refusal::new("move_unknown", sentence).with("move", what).with("possible", steps.join(", "))
    }
}
