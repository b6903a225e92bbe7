//! What is this file really? Its content decides; its name and what a browser says of it are only claims.
//!
//! A file is kept when it is wholly of one of the kinds that a bank needs: nothing in front of it, nothing behind it,
//! nothing in it that runs. What cannot be seen without understanding all of PDF – a script inside a compressed
//! object – is why a kept file is never shown in a page of ours, only beside it.

mod image;
mod office;
mod pdf;
mod text;

use qidai_bank::{MediaType, Problem, extension_of};

/// Recognises a file by its bytes. The name decides only between CSV and other text.
///
/// # Errors
/// `upload_empty`, `upload_type_unknown`, `upload_damaged`, `upload_appended`, `upload_active_content`, `upload_bomb`.
pub fn recognise(bytes: &[u8], file_name: &str) -> Result<MediaType, Problem> {
    let found = match bytes {
        [] => Err(Flaw::Empty),
        [b'%', b'P', b'D', b'F', b'-', ..] => pdf::check(bytes).map(|()| MediaType::Pdf),
        [0x89, b'P', b'N', b'G', ..] => image::check_png(bytes).map(|()| MediaType::Png),
        [0xff, 0xd8, 0xff, ..] => image::check_jpeg(bytes).map(|()| MediaType::Jpeg),
        [b'P', b'K', 3, 4, ..] => office::check(bytes),
        _ => text::check(bytes).map(|()| match extension_of(file_name).as_str() {
            "csv" => MediaType::Csv,
            _ => MediaType::Text,
        }),
    };
    found.map_err(|flaw| flaw.of(file_name))
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Flaw {
    Empty,
    Unknown,
    /// Begins as one of the kinds, and is none.
    Damaged(&'static str),
    /// Something stands behind its end.
    Appended(&'static str),
    /// Runs something: named.
    Active(String),
    /// Would become too large.
    Bomb(String),
}

impl Flaw {
    fn of(self, file_name: &str) -> Problem {
        let name: String = file_name.chars().filter(|c| !c.is_control()).take(80).collect();
        let (code, reason, hint) = match self {
            Flaw::Empty => {
                ("upload_empty", "the file is empty".to_owned(), "choose the one you mean".to_owned())
            }
            Flaw::Unknown => (
                "upload_type_unknown",
                "the content is none of the kinds that are kept".to_owned(),
                "PDF, PNG, JPEG, XLSX, DOCX, CSV and plain text are".to_owned(),
            ),
            Flaw::Damaged(kind) => (
                "upload_damaged",
                format!("it begins like a {kind} and is not a whole one"),
                "open it, save it again, and upload that".to_owned(),
            ),
            Flaw::Appended(kind) => (
                "upload_appended",
                format!("something else stands behind the end of the {kind}"),
                "save it again with the program that shows it, and upload that".to_owned(),
            ),
            Flaw::Active(what) => (
                "upload_active_content",
                format!("it contains {what}, which could run on the computer of who opens it"),
                "save it without that, or print it to a PDF".to_owned(),
            ),
            Flaw::Bomb(what) => {
                ("upload_bomb", what, "files that unpack to so much are not kept: make it smaller".to_owned())
            }
        };
        Problem::new("file", name, code, reason, hint)
    }
}
