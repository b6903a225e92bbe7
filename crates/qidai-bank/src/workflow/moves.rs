//! The moves between states.

use super::{Condition, Label};
use crate::{DocumentClass, Meaning, Permission};

/// A move. What does not stand in the table of its concept is not possible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Such as `approve`.
    pub code: &'static str,
    pub label: Label,
    pub from: Vec<&'static str>,
    pub to: Target,
    pub mover: Mover,
    /// Only while a field has one of some values.
    pub when: Option<Condition>,
    pub needs_reason: bool,
    /// Fields that must have a value; they may be given with the move.
    pub needs_fields: Vec<&'static str>,
    /// Classes of documents of which the record must have at least one each.
    pub needs_documents: Vec<DocumentClass>,
    /// The mover must have signed the record as it is, in its present state, with this meaning.
    pub needs_signature: Option<Meaning>,
    /// Four eyes: nobody who did one of these for the record. Codes of moves, or `create`, or `amend`.
    pub not_by: Vec<&'static str>,
}

/// Where a move leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    State(&'static str),
    /// To the state in which the record was before its present one: the end of a hold.
    Back,
}

/// Who makes a move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mover {
    /// Whoever has one of these.
    With(Vec<Permission>),
    /// A clock, and nobody else.
    System,
}
