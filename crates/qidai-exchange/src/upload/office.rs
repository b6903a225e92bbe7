//! Workbooks and texts of office programs: zip archives of named parts (ECMA-376, part 2).

use std::io::{Cursor, Read as _};

use qidai_bank::MediaType;
use zip::ZipArchive;

use super::Flaw;
use crate::table::TableError;
use crate::table::archive;

const KIND: &str = "XLSX or DOCX";
/// Bytes that are read of a part that says what the others are.
const PART_BYTES_MAX: u64 = 1 << 20;

pub(super) fn check(bytes: &[u8]) -> Result<MediaType, Flaw> {
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Flaw::Damaged(KIND))?;
    if parts.offset() != 0 {
        return Err(Flaw::Damaged(KIND));
    }
    let names: Vec<String> =
        parts.file_names().map(|name| name.map_or_else(|_| String::new(), |name| name.to_string())).collect();
    let kind = kind_of(&names)?;
    check_end(bytes, parts.comment())?;
    archive::check_reader(Cursor::new(bytes), bytes.len() as u64).map_err(flaw_of)?;
    let is_code = |name: &&String| {
        let name = name.to_ascii_lowercase();
        name.ends_with("vbaproject.bin") || name.contains("activex/") || name.contains("embeddings/")
    };
    if let Some(name) = names.iter().find(is_code) {
        return Err(Flaw::Active(format!("the part {name}")));
    }
    if part(&mut parts, "[Content_Types].xml").contains("macroEnabled") {
        return Err(Flaw::Active("macros".to_owned()));
    }
    // A template that is fetched from elsewhere can bring macros with it.
    if part(&mut parts, "word/_rels/settings.xml.rels").contains("attachedTemplate") {
        return Err(Flaw::Active("a template from elsewhere".to_owned()));
    }
    Ok(kind)
}

fn kind_of(names: &[String]) -> Result<MediaType, Flaw> {
    let has = |name: &str| names.iter().any(|known| known == name);
    match (has("[Content_Types].xml"), has("xl/workbook.xml"), has("word/document.xml")) {
        (true, true, false) => Ok(MediaType::Xlsx),
        (true, false, true) => Ok(MediaType::Docx),
        _ => Err(Flaw::Unknown),
    }
}

/// The record at the end has 22 bytes and a comment, which office programs leave empty.
fn check_end(bytes: &[u8], comment: &[u8]) -> Result<(), Flaw> {
    let record = bytes.len().checked_sub(22).and_then(|at| bytes.get(at..at + 4));
    if comment.is_empty() && record == Some(b"PK\x05\x06") { Ok(()) } else { Err(Flaw::Appended(KIND)) }
}

fn part(parts: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> String {
    let mut content = Vec::new();
    if let Ok(entry) = parts.by_name(name) {
        // A part that cannot be read was refused before.
        let _ = entry.take(PART_BYTES_MAX).read_to_end(&mut content);
    }
    String::from_utf8_lossy(&content).into_owned()
}

fn flaw_of(error: TableError) -> Flaw {
    match error {
        TableError::Archive(why) => Flaw::Bomb(why),
        _ => Flaw::Damaged(KIND),
    }
}
