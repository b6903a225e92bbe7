//! The kinds of files that are kept.

macro_rules! media_types {
    ($($name:ident $mime:literal $label:literal $preview:ident $extensions:expr;)*) => {
        /// Kind of a file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MediaType { $(#[doc = $label] $name,)* }

        impl MediaType {
            pub fn all() -> impl Iterator<Item = MediaType> {
                [$(MediaType::$name),*].into_iter()
            }

            /// Its media type (RFC 6838), as in the store and in answers.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $mime,)* }
            }

            /// `PDF`, the same in both languages.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// Extensions that such a file may have, the usual one first, lower case, without the point.
            pub fn extensions(self) -> &'static [&'static str] {
                match self { $(Self::$name => &$extensions,)* }
            }

            /// How a browser can show it.
            pub fn preview(self) -> Preview {
                match self { $(Self::$name => Preview::$preview,)* }
            }
        }
    };
}

media_types! {
    Pdf "application/pdf" "PDF" Pdf ["pdf"];
    Png "image/png" "PNG" Image ["png"];
    Jpeg "image/jpeg" "JPEG" Image ["jpg", "jpeg"];
    Csv "text/csv" "CSV" Text ["csv"];
    Text "text/plain" "TXT" Text ["txt"];
    Xlsx "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" "XLSX" None ["xlsx"];
    Docx "application/vnd.openxmlformats-officedocument.wordprocessingml.document" "DOCX" None ["docx"];
}

/// How a browser can show a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preview {
    Image,
    Pdf,
    /// As escaped text in a page of ours.
    Text,
    /// Only as a download.
    None,
}

impl MediaType {
    pub fn parse(code: &str) -> Option<Self> {
        Self::all().find(|kind| kind.code() == code)
    }
}
