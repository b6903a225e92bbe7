//! Documents: a file kept with what it belongs to.

mod file_name;
mod media_type;

use jiff::Timestamp;

pub use file_name::{FILE_NAME_CHARS_MAX, clean_file_name, extension_of};
pub use media_type::{MediaType, Preview};

macro_rules! classes {
    ($($name:ident $code:literal $zh:literal $en:literal)*) => {
        /// What a document is to the bank; what it is to a computer says its [`MediaType`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum DocumentClass { $(#[doc = $en] $name,)* }

        impl DocumentClass {
            pub fn all() -> impl Iterator<Item = DocumentClass> {
                [$(DocumentClass::$name),*].into_iter()
            }

            /// As in the store and the API.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// 中文, English.
            pub fn labels(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($zh, $en),)* }
            }
        }
    };
}

classes! {
    Report "report" "检测或检查报告" "test or inspection report"
    Certificate "certificate" "证照" "certificate or licence"
    Authorisation "authorisation" "授权书" "authorisation"
    Consent "consent" "知情同意书" "consent form"
    Contract "contract" "合同" "contract"
    Letter "letter" "函件" "letter"
    Minutes "minutes" "会议纪要" "minutes"
    Photo "photo" "照片" "photograph"
    Data "data" "数据表" "data sheet"
    Other "other" "其他" "other"
}

impl DocumentClass {
    pub fn parse(code: &str) -> Option<Self> {
        Self::all().find(|class| class.code() == code)
    }
}

/// A document is kept for ever; one that was wrong is withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentState {
    Current,
    Withdrawn,
}

impl DocumentState {
    /// As in the store and the API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Current, Self::Withdrawn].into_iter().find(|state| state.code() == code)
    }
}

/// A file on its way into the bank.
#[derive(Debug, Clone, Copy)]
pub struct NewDocument<'a> {
    /// What it belongs to, as in the history: `unit/din/G123424000001`.
    pub subject: &'a str,
    pub class: DocumentClass,
    /// As the sender wrote it; it is cleaned before it is kept.
    pub file_name: &'a str,
    /// As its content shows, not as the sender says.
    pub media_type: MediaType,
    pub content: &'a [u8],
}

/// What is known of a document without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: String,
    pub subject: String,
    pub class: DocumentClass,
    /// Absent while the document is sealed, because a name of a file may be the name of a person.
    pub file_name: Option<String>,
    /// It belongs to a person, and is opened for a purpose.
    pub is_sealed: bool,
    pub media_type: MediaType,
    pub size_bytes: i64,
    /// SHA-256 of what is stored: of the file or, where it is sealed, of the sealed file.
    pub content_sha256: Vec<u8>,
    /// As in the history: `staff:S0012`.
    pub uploaded_by: String,
    pub uploaded_at: Timestamp,
    pub state: DocumentState,
    /// Number of the event that wrote it as it stands.
    pub version: i64,
}

/// A document with its file.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenDocument {
    pub document: Document,
    pub file_name: String,
    pub content: Vec<u8>,
}

impl std::fmt::Debug for OpenDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenDocument").field("document", &self.document).finish_non_exhaustive()
    }
}
