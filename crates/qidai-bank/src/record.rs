//! Records of the concepts that [`crate::workflow`] declares.

use jiff::Timestamp;

use crate::digest::hexadecimal;
use crate::workflow::{Concept, DoneBy, Keeps, Label, State, Step, Then};
use crate::{CanonicalRecord, Document};
use crate::{Meaning, Refusal};

/// A record to be made. Values are texts as people write them; the declaration says what they become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    pub concept: &'static Concept,
    /// Code of the site that it belongs to.
    pub site: Option<String>,
    /// Code of the field, value; an empty value is none.
    pub fields: Vec<(String, String)>,
}

/// A record as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub id: String,
    pub concept: &'static Concept,
    /// Such as `LIC-2026-0001`; unique within its concept, never given again.
    pub number: String,
    pub state: &'static State,
    /// The state before, where there was another.
    pub before: Option<&'static State>,
    /// Grows by one with every change, from 1.
    pub version: u64,
    pub site: Option<String>,
    /// Pseudonym of the person whose data the personal fields are; [`crate::Store::open_person`] opens them.
    pub person_id: Option<String>,
    /// Personal fields that have a value.
    pub sealed: Vec<&'static str>,
    /// Open fields that have a value, in the order of the declaration.
    pub fields: Vec<(&'static str, String)>,
    /// Documents that are with it and not withdrawn, the newest first; [`crate::Store::add_document`] adds them.
    pub documents: Vec<Document>,
    pub created_at: Timestamp,
    /// Since when it is in its state.
    pub entered_at: Timestamp,
    pub changed_at: Timestamp,
    /// What the sealed fields look like, for signatures: a digest of ciphertexts; of a unit, a digest of all that is
    /// known of it besides its fields.
    pub(crate) sealed_digest: Option<String>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine {
    pub number: String,
    pub state: &'static State,
    pub version: u64,
    pub site: Option<String>,
    /// Open fields that have a value, in the order of the declaration.
    pub fields: Vec<(&'static str, String)>,
    pub entered_at: Timestamp,
    pub changed_at: Timestamp,
    pub(crate) id: String,
    pub(crate) cursor: String,
}

impl RecordLine {
    /// Where a list in the same order goes on after this line.
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    pub fn field(&self, code: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == code).map(|(_, value)| value.as_str())
    }
}

/// Which records, in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFilter {
    /// In one of these states; in any, when there is none.
    pub states: Vec<String>,
    pub site: Option<String>,
    /// Open fields with exactly these values.
    pub fields: Vec<(String, String)>,
    /// Is part of the number or of a field that is searched, in any case of letters.
    pub text: Option<String>,
    pub order: RecordOrder,
    pub descending: bool,
}

/// How a list is ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RecordOrder {
    /// By number, which is the order in which records were made.
    #[default]
    Number,
    /// By the last change.
    Changed,
    /// By an open field; records without a value are first.
    Field(String),
}

impl RecordOrder {
    /// Reads `number`, `changed` or the code of an open field.
    pub fn read(text: &str, concept: &Concept) -> Option<Self> {
        match text {
            "number" => Some(Self::Number),
            "changed" => Some(Self::Changed),
            field => {
                concept.open_fields().any(|known| known.code == field).then(|| Self::Field(field.to_owned()))
            }
        }
    }
}

/// One line of the history of a record: something that was done, or an attempt that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordEvent {
    /// Number of the event in the history of the bank.
    pub sequence: u64,
    /// When it became so, and when the bank learned it.
    pub effective_at: Timestamp,
    pub recorded_at: Timestamp,
    pub actor: String,
    /// Code of the role whose right was used.
    pub role: String,
    pub reason: Option<String>,
    pub what: RecordDeed,
    /// Open fields and their values before and after.
    pub changes: Vec<FieldChange>,
    /// 64 hexadecimal digits.
    pub hash: String,
}

/// What was done to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordDeed {
    Created {
        state: String,
    },
    Amended,
    Moved {
        step: String,
        from: String,
        to: String,
    },
    DocumentAdded {
        class: String,
    },
    DocumentWithdrawn,
    Signed {
        meaning: String,
    },
    /// A move was asked for and refused; `code` says why.
    Refused {
        step: String,
        from: String,
        code: String,
    },
    /// A clock ran out, or a reminder was given.
    ClockRan {
        clock: String,
        outcome: String,
    },
    /// Any other event about the record.
    Other {
        kind: String,
    },
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub field: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// A move that begins in the present state, with all that stands in its way for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveOffer {
    pub step: &'static Step,
    pub to: &'static State,
    /// Empty when it can be made now. A reason is not among them: it is given with the move.
    pub obstacles: Vec<Refusal>,
}

/// A clock or a reminder of a record in its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningClock {
    pub label: Label,
    pub due_at: Timestamp,
    pub is_over: bool,
    /// What a clock does then; a reminder tells.
    pub then: Option<&'static Then>,
}

/// What a change of a record needs to name it, and to notice that somebody was faster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordAt<'a> {
    pub concept: &'static Concept,
    pub number: &'a str,
    /// The version that was read; `None` takes whatever is there.
    pub expected_version: Option<u64>,
}

impl Record {
    /// The value of an open field.
    pub fn field(&self, code: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == code).map(|(_, value)| value.as_str())
    }

    /// What lists and pages call the record: its title field, or else its number.
    pub fn title(&self) -> &str {
        self.field(self.concept.title).unwrap_or(&self.number)
    }

    /// As in the history, and for signatures: `licence/LIC-2026-0001`.
    pub fn subject(&self) -> String {
        subject(self.concept, &self.number)
    }

    /// The form in which it is signed: site, open fields, documents, and a digest of what is sealed. The state is not
    /// part of it, nor is what a unit has from other records: a signature leads from one state to the next and still covers the record there.
    pub fn canonical(&self) -> CanonicalRecord {
        let mut fields: Vec<(String, String)> = Vec::new();
        fields.extend(self.site.iter().map(|site| ("site".to_owned(), site.clone())));
        let own = |code: &str| self.concept.keeps == Keeps::Records || !self.is_computed(code);
        let kept = self.fields.iter().filter(|(code, _)| own(code));
        fields.extend(kept.map(|(code, value)| ((*code).to_owned(), value.clone())));
        let rest = if self.concept.keeps == Keeps::Records { "sealed" } else { "content" };
        fields.extend(self.sealed_digest.iter().map(|digest| (rest.to_owned(), digest.clone())));
        let documents = self.documents.iter();
        fields.extend(
            documents.map(|one| (format!("document {}", one.class.code()), hexadecimal(&one.content_sha256))),
        );
        CanonicalRecord::new(self.concept.code, &self.number, fields)
    }

    fn is_computed(&self, code: &str) -> bool {
        self.concept.field(code).is_some_and(|field| field.is_computed)
    }

    /// A value for conditions and needs: what an open field has, or that a sealed one has something.
    pub(crate) fn value_of(&self, code: &str) -> Option<&str> {
        let sealed = || self.sealed.contains(&code).then_some("sealed");
        self.field(code).or_else(sealed)
    }
}

/// What the history calls a record.
pub(crate) fn subject(concept: &Concept, number: &str) -> String {
    format!("{}/{number}", concept.code)
}

/// What the gate needs beside the record itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Deeds {
    pub(crate) done: Vec<DoneBy>,
    pub(crate) signed: Vec<Meaning>,
}
