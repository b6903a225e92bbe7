//! A concept: all that is declared about one kind of record.

use super::{Clock, Field, FieldKind, Label, Mover, Place, ProfileValue, Reminder, State, Step, Target};
use crate::{DocumentClass, Permission, PersonKind, Principal};

/// A kind of record with its states and moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concept {
    /// Such as `licence`; in addresses, in the history and as `--kind`.
    pub code: &'static str,
    pub label: Label,
    /// What stands before the year in a number: `LIC` gives `LIC-2026-0001`.
    pub prefix: &'static str,
    /// Any of these lets somebody see the records.
    pub view: Vec<Permission>,
    pub create: Vec<Permission>,
    pub amend: Vec<Permission>,
    pub site: SiteRule,
    /// Whose data the personal fields are.
    pub person: Option<PersonOf>,
    pub keeps: Keeps,
    /// The field that names a record in lists; empty when its number does.
    pub title: &'static str,
    pub fields: Vec<Field>,
    pub states: Vec<State>,
    pub steps: Vec<Step>,
    pub documents: Vec<DocumentType>,
    pub profile: Vec<ProfileValue>,
    pub clocks: Vec<Clock>,
    pub reminders: Vec<Reminder>,
}

/// Does a record belong to a site?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteRule {
    Never,
    May,
    Must,
}

/// Whose data the personal fields of a record are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonOf {
    Kind(PersonKind),
    /// The kind stands in a field of the record.
    Field(&'static str),
}

/// Who keeps the rows of a concept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// The records of the mechanism.
    Records,
    /// A table of its own, whose rules follow the same declaration.
    OwnTable,
}

/// A class of documents that records of a concept have, and what it is called there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentType {
    pub class: DocumentClass,
    pub label: Label,
}

impl Concept {
    pub fn field(&self, code: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.code == code)
    }

    pub fn state(&self, code: &str) -> Option<&State> {
        self.states.iter().find(|state| state.code == code)
    }

    pub fn step(&self, code: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.code == code)
    }

    pub fn document(&self, class: DocumentClass) -> Option<&DocumentType> {
        self.documents.iter().find(|document| document.class == class)
    }

    /// The state in which a record begins.
    pub fn first_state(&self) -> Option<&State> {
        self.states.iter().find(|state| state.place == Place::First)
    }

    /// The moves that lead out of a state, by whomever.
    pub fn steps_from<'c>(&'c self, state: &'c str) -> impl Iterator<Item = &'c Step> {
        self.steps.iter().filter(move |step| step.from.contains(&state))
    }

    /// The moves that lead from a state to another. `before` is the state before the present one, for moves back.
    pub fn steps_between<'c>(
        &'c self,
        from: &'c str,
        to: &'c str,
        before: Option<&'c str>,
    ) -> impl Iterator<Item = &'c Step> {
        self.steps_from(from).filter(move |step| match step.to {
            Target::State(state) => state == to,
            Target::Back => before == Some(to),
        })
    }

    /// The fields that are not about who somebody is.
    pub fn open_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.is_personal)
    }

    /// The fields that are sealed.
    pub fn personal_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_personal)
    }

    /// May somebody see records of the concept, at whatever site?
    pub fn may_view(&self, principal: &Principal) -> bool {
        self.view.iter().any(|permission| principal.may_somewhere(*permission))
    }

    /// Every permission that the concept speaks of.
    pub fn permissions(&self) -> impl Iterator<Item = Permission> {
        let movers = self.steps.iter().filter_map(|step| match &step.mover {
            Mover::With(permissions) => Some(permissions),
            Mover::System => None,
        });
        [&self.view, &self.create, &self.amend].into_iter().chain(movers).flatten().copied()
    }

    /// The concepts to which fields of this one refer.
    pub fn references(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().filter_map(|field| match field.kind {
            FieldKind::Reference(concept) => Some(concept),
            _ => None,
        })
    }
}
