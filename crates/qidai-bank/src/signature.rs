//! Electronic signatures: two components, a meaning, and the digest of exactly what was signed
//! (21 CFR 11.50, 11.70, 11.100, 11.200; EU GMP Annex 11, 14).

use jiff::Timestamp;

use crate::digest::{digest_of, hexadecimal};

/// The sentence that a signer confirms once, before the first signature (21 CFR 11.100(c)). Its version is stored.
pub const CERTIFICATION_VERSION: &str = "1";
/// 中文, English.
pub const CERTIFICATION: (&str, &str) = (
    "我确认:我在本系统中的电子签名与我的手写签名具有同等的约束力;我的密码和动态口令不告知他人。",
    "I confirm that my electronic signatures in this program bind me as my handwritten ones do, and that I tell \
     nobody my password or my codes.",
);

/// What a signature says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// I did it and wrote it down.
    Performed,
    /// I checked it.
    Reviewed,
    /// I am responsible for it, and agree.
    Approved,
    /// It may leave.
    Released,
    /// I do not agree.
    Rejected,
    /// I was there.
    Witnessed,
}

/// Meaning, code, 中文, English.
const MEANINGS: [(Meaning, &str, &str, &str); 6] = [
    (Meaning::Performed, "performed", "操作", "performed"),
    (Meaning::Reviewed, "reviewed", "复核", "reviewed"),
    (Meaning::Approved, "approved", "批准", "approved"),
    (Meaning::Released, "released", "放行", "released"),
    (Meaning::Rejected, "rejected", "否决", "rejected"),
    (Meaning::Witnessed, "witnessed", "见证", "witnessed"),
];

impl Meaning {
    pub fn all() -> impl Iterator<Item = Meaning> {
        MEANINGS.into_iter().map(|(meaning, ..)| meaning)
    }

    /// As in the store.
    pub fn code(self) -> &'static str {
        MEANINGS.iter().find(|(meaning, ..)| *meaning == self).map_or("", |(_, code, ..)| code)
    }

    /// 中文, English.
    pub fn labels(self) -> (&'static str, &'static str) {
        MEANINGS.iter().find(|(meaning, ..)| *meaning == self).map_or(("", ""), |(_, _, zh, en)| (zh, en))
    }

    pub fn parse(code: &str) -> Option<Self> {
        MEANINGS.iter().find(|(_, known, ..)| *known == code).map(|(meaning, ..)| *meaning)
    }
}

/// A record in the form in which it is signed: what it is, and each of its known fields with its value as text.
///
/// The digest is SHA-256 over `qidai-signed-1`, the kind, the id, and the fields in their order, each name and text
/// preceded by its length (8 bytes, little endian): no two different records give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalRecord {
    /// Such as `unit`.
    pub kind: String,
    /// Such as `din/G123424000001`.
    pub id: String,
    /// In the order that the record's own `fields()` gives.
    pub fields: Vec<(String, String)>,
}

impl CanonicalRecord {
    pub fn new(kind: impl Into<String>, id: impl Into<String>, fields: Vec<(String, String)>) -> Self {
        Self { kind: kind.into(), id: id.into(), fields }
    }

    /// What a signature is about: `unit/din/G123424000001`.
    pub fn subject(&self) -> String {
        format!("{}/{}", self.kind, self.id)
    }

    /// SHA-256, see above.
    pub fn digest(&self) -> Vec<u8> {
        let mut all =
            vec![("qidai-signed-1".to_owned(), self.kind.clone()), ("id".to_owned(), self.id.clone())];
        all.extend(self.fields.iter().cloned());
        digest_of(&all)
    }

    /// The same as 64 hexadecimal digits, for screen and paper.
    pub fn digest_shown(&self) -> String {
        hexadecimal(&self.digest())
    }
}

/// A signature as it stands in the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub id: String,
    /// What was signed.
    pub subject: String,
    pub meaning: Meaning,
    /// Account of the signer, its staff number, and the code of the role whose right was used.
    pub account_id: String,
    pub staff_number: String,
    pub role: String,
    pub signed_at: Timestamp,
    /// Digest of the record as it was signed.
    pub record_digest: Vec<u8>,
    /// The components that were given: `password+code`, or `password` after a full one in the same session;
    /// `carried-over` for a signature that was given on paper or in the program before this one.
    pub components: String,
}

/// Does a signature still say something about the record as it is?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// The record is exactly what was signed.
    Covers,
    /// The record was changed after it was signed. The signature stays true for what it was then.
    RecordChanged,
    /// It is a signature of something else.
    OtherRecord,
}

impl Signature {
    /// Compares with the record as it is now.
    pub fn coverage(&self, record: &CanonicalRecord) -> Coverage {
        if self.subject != record.subject() {
            return Coverage::OtherRecord;
        }
        if self.record_digest == record.digest() { Coverage::Covers } else { Coverage::RecordChanged }
    }
}
