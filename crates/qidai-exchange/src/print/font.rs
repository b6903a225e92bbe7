//! The system's font with Chinese letters.

use std::sync::Arc;

use fontdb::{Database, Family, Query, Weight};
use krilla::text::Font;

use super::PrintError;

/// Fonts with the letters of GB 18030 level 2 at least, the best first.
const FAMILIES: [&str; 6] = [
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
];

/// A regular and a bold face. Finding them takes a moment: keep them.
#[derive(Clone)]
pub struct Fonts {
    pub(super) regular: Font,
    pub(super) bold: Font,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fonts")
    }
}

impl Fonts {
    /// Looks among the fonts of the system.
    ///
    /// # Errors
    /// [`PrintError::FontMissing`].
    pub fn of_system() -> Result<Fonts, PrintError> {
        let mut database = Database::new();
        database.load_system_fonts();
        let regular = face(&database, Weight::NORMAL).ok_or(PrintError::FontMissing)?;
        let bold = face(&database, Weight::BOLD).unwrap_or_else(|| regular.clone());
        Ok(Fonts { regular, bold })
    }
}

fn face(database: &Database, weight: Weight) -> Option<Font> {
    FAMILIES.iter().find_map(|family| {
        let query = Query { families: &[Family::Name(family)], weight, ..Query::default() };
        let id = database.query(&query)?;
        let read = |data: &[u8], index: u32| Font::new(Arc::new(data.to_vec()).into(), index);
        database.with_face_data(id, read).flatten()
    })
}
