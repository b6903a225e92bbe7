//! Mothers, infants, patients, families, staff: who they are, apart from everything else that is known of them.

mod papers;
mod purpose;

pub use purpose::Purpose;

use unicode_normalization::UnicodeNormalization;

use crate::{CnId, Mobile, Problem};

/// What a person is to the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonKind {
    Mother,
    Infant,
    Patient,
    FamilyMember,
    /// Has an account; the name stands on signatures.
    Staff,
}

impl PersonKind {
    pub const ALL: [Self; 5] = [Self::Mother, Self::Infant, Self::Patient, Self::FamilyMember, Self::Staff];

    /// As in the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Mother => "mother",
            Self::Infant => "infant",
            Self::Patient => "patient",
            Self::FamilyMember => "family_member",
            Self::Staff => "staff",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// A field that says who somebody is. Every one is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PersonField {
    Name,
    /// Number of the document that proves the identity.
    DocumentNumber,
    /// Which document it is, a code of [`DocumentKind`].
    DocumentKind,
    /// ISO 8601.
    BirthDate,
    /// E.164 for mobiles of the mainland, as written otherwise.
    Mobile,
    Address,
    /// Number of the hospital's own record.
    HospitalNumber,
    Note,
}

impl PersonField {
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::DocumentNumber,
        Self::DocumentKind,
        Self::BirthDate,
        Self::Mobile,
        Self::Address,
        Self::HospitalNumber,
        Self::Note,
    ];

    /// As in the store; it is part of what is sealed, so it never changes.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DocumentNumber => "document_number",
            Self::DocumentKind => "document_kind",
            Self::BirthDate => "birth_date",
            Self::Mobile => "mobile",
            Self::Address => "address",
            Self::HospitalNumber => "hospital_number",
            Self::Note => "note",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// Fields by which a person can be found: they have a blind index.
    pub fn is_searchable(self) -> bool {
        matches!(self, Self::Name | Self::DocumentNumber | Self::Mobile | Self::HospitalNumber)
    }

    /// The form in which values of the field are compared: NFKC, small letters, no blanks; a mobile as E.164.
    pub fn normal(self, value: &str) -> String {
        if self == Self::Mobile
            && let Ok(mobile) = Mobile::parse(value)
        {
            return mobile.e164();
        }
        let folded: String =
            value.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect();
        // Small letters of some alphabets fall apart once more.
        folded.nfkc().collect()
    }
}

/// The document that proves who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// 居民身份证, and the cards and permits with the same number.
    CnId,
    /// 护照
    Passport,
    /// 出生医学证明
    BirthCertificate,
    /// Any other; the note says which.
    Other,
    /// None; the note says why.
    None,
}

impl DocumentKind {
    const ALL: [Self; 5] = [Self::CnId, Self::Passport, Self::BirthCertificate, Self::Other, Self::None];

    pub fn code(self) -> &'static str {
        match self {
            Self::CnId => "cn_id",
            Self::Passport => "passport",
            Self::BirthCertificate => "birth_certificate",
            Self::Other => "other",
            Self::None => "none",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What is known of a person, in the open. Lives only as long as it is needed: never stored, logged or cached.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub kind: PersonKind,
    /// The site that cares for the person; who works only at other sites does not open them.
    pub site: Option<String>,
    fields: Vec<(PersonField, String)>,
}

impl Person {
    pub fn new(kind: PersonKind) -> Self {
        Self { kind, site: None, fields: Vec::new() }
    }

    /// The same with a field; an empty value takes it away.
    #[must_use]
    pub fn with(mut self, field: PersonField, value: impl Into<String>) -> Self {
        let value = value.into();
        self.fields.retain(|(known, _)| *known != field);
        if !value.is_empty() {
            self.fields.push((field, value));
            self.fields.sort_by_key(|(field, _)| *field);
        }
        self
    }

    /// The same, cared for by a site.
    #[must_use]
    pub fn at(mut self, site: impl Into<String>) -> Self {
        self.site = Some(site.into());
        self
    }

    pub fn get(&self, field: PersonField) -> Option<&str> {
        self.fields.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_str())
    }

    pub fn fields(&self) -> &[(PersonField, String)] {
        &self.fields
    }

    /// Brings the numbers into their stored form and says what is wrong with them, next to each field.
    pub fn checked(mut self, today: jiff::civil::Date) -> (Self, Vec<Problem>) {
        let mut problems = Vec::new();
        let kind = self.get(PersonField::DocumentKind).map(DocumentKind::parse);
        let refused = |field: PersonField, error: crate::IdentityError| {
            Problem::new(field.code(), "", error.code, error.reason, error.hint)
        };
        if self.get(PersonField::Name).is_none() && self.kind != PersonKind::Infant {
            let hint = "write the name as on the document";
            problems.push(Problem::new("name", "", "person_name_missing", "a person has a name", hint));
        }
        if kind == Some(None) {
            let hint = "take one of cn_id, passport, birth_certificate, other, none";
            let reason = "no such kind of document";
            problems.push(Problem::new("document_kind", "", "document_kind_unknown", reason, hint));
        }
        if kind == Some(Some(DocumentKind::CnId)) {
            match CnId::parse(self.get(PersonField::DocumentNumber).unwrap_or_default(), today) {
                Ok(number) => self = self.with(PersonField::DocumentNumber, number.as_str()),
                Err(error) => problems.push(refused(PersonField::DocumentNumber, error)),
            }
        }
        if let Some(mobile) = self.get(PersonField::Mobile) {
            match Mobile::parse(mobile) {
                Ok(mobile) => self = self.with(PersonField::Mobile, mobile.e164()),
                // A number of another country has no rule here.
                Err(_) if mobile.starts_with('+') && !mobile.starts_with("+86") => {}
                Err(error) => problems.push(refused(PersonField::Mobile, error)),
            }
        }
        let (person, more) = papers::check(self, today);
        problems.extend(more);
        (person, problems)
    }
}

/// Never printed.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Person({}, {} fields)", self.kind.code(), self.fields.len())
    }
}
