//! The name of a file, made harmless: a name is shown to people and offered to their computers.

use unicode_normalization::UnicodeNormalization as _;

use super::MediaType;
use crate::Problem;

/// Characters of a kept name, extension included. Common file systems take 255 bytes; a Chinese character has three.
pub const FILE_NAME_CHARS_MAX: usize = 80;

/// Names that Windows takes for devices, whatever their extension ("Naming Files, Paths, and Namespaces").
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The part after the last point, lower case; empty when there is none.
pub fn extension_of(name: &str) -> String {
    let name = last_part(name).trim_end_matches(['.', ' ']);
    name.rsplit_once('.').map(|(_, extension)| extension.trim().to_lowercase()).unwrap_or_default()
}

/// The name under which a file is kept: without folders, invisible and reserved characters, not longer than
/// [`FILE_NAME_CHARS_MAX`], with one extension, which is one of its media type.
///
/// # Errors
/// `upload_extension_differs`: the name claims another kind of file than the content is.
pub fn clean_file_name(written: &str, media_type: MediaType) -> Result<String, Problem> {
    let visible: String = last_part(written).nfc().filter(|c| is_shown(*c)).collect();
    let name = visible.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let claimed = extension_of(name);
    let allowed = media_type.extensions();
    if !claimed.is_empty() && !allowed.contains(&claimed.as_str()) {
        return Err(differs(name, media_type));
    }
    let stem = if claimed.is_empty() { name } else { name.rsplit_once('.').map_or(name, |(stem, _)| stem) };
    let extension = if claimed.is_empty() { allowed[0] } else { claimed.as_str() };
    Ok(format!("{}.{extension}", clean_stem(stem, extension.len() + 1)))
}

fn clean_stem(stem: &str, reserved: usize) -> String {
    // A point inside could be taken for another extension.
    let plain = stem.chars().map(|c| if r#"<>:"|?*.%;"#.contains(c) { '_' } else { c });
    let mut stem: String = plain.take(FILE_NAME_CHARS_MAX - reserved).collect();
    stem.truncate(stem.trim_end().len());
    let letters = stem.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    if stem.is_empty() || DEVICES.contains(&letters.as_str()) {
        stem.insert_str(0, "document");
    }
    stem
}

/// After the last separator of folders of any system.
fn last_part(name: &str) -> &str {
    name.rsplit(['/', '\\', '\u{2215}', '\u{2044}', '\u{ff0f}', '\u{ff3c}']).next().unwrap_or_default()
}

/// Control characters and those that only steer other characters are no part of a name: with U+202E
/// `gpj.exe` is read as `exe.jpg` (Unicode TR 36, 3.1).
fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn differs(name: &str, media_type: MediaType) -> Problem {
    let extensions: Vec<String> = media_type.extensions().iter().map(|one| format!(".{one}")).collect();
    Problem::new(
        "file",
        name,
        "upload_extension_differs",
        format!("{name} is a {} by its content, but not by its name", media_type.label()),
        format!("give it the extension {}, if that is what it is", extensions.join(" or ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_harmless() {
        for (written, kept) in [
            ("report.pdf", "report.pdf"),
            ("检测报告 2026-11.PDF", "检测报告 2026-11.pdf"),
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Users\\a\\scan.pdf", "scan.pdf"),
            ("..\\..\\a\u{ff0f}b.pdf", "b.pdf"),
            ("scan", "scan.pdf"),
            ("", "document.pdf"),
            (".pdf", "pdf.pdf"),
            ("...", "document.pdf"),
            ("a\0b\r\nSet-Cookie: x.pdf", "abSet-Cookie_ x.pdf"),
            ("invoice.exe.pdf", "invoice_exe.pdf"),
            ("\u{202e}fdp.pdf", "fdp.pdf"),
            ("a\u{200b}b\u{feff}.pdf", "ab.pdf"),
            ("NUL.pdf", "documentNUL.pdf"),
            ("com1.pdf", "documentcom1.pdf"),
            ("a\"; x=\"b<script>.pdf", "a__ x=_b_script_.pdf"),
            ("e\u{301}.pdf", "\u{e9}.pdf"),
            (" . name . pdf . ", "name.pdf"),
        ] {
            assert_eq!(clean_file_name(written, MediaType::Pdf).as_deref(), Ok(kept), "{written:?}");
        }
    }

    #[test]
    fn a_name_keeps_its_extension_however_long_it_is() {
        let kept = clean_file_name(&format!("{}.jpeg", "长".repeat(3_000)), MediaType::Jpeg).expect("kept");
        assert_eq!(kept.chars().count(), FILE_NAME_CHARS_MAX);
        assert!(kept.ends_with("长.jpeg"));
    }

    #[test]
    fn a_name_that_claims_another_kind_is_refused() {
        for written in ["report.pdf.exe", "report.html", "report.docx", "report.pdf\u{202e}fdp.exe"] {
            let problem = clean_file_name(written, MediaType::Pdf).expect_err(written);
            assert_eq!(problem.code, "upload_extension_differs");
        }
    }
}
