//! Paper: labels and reports, from plain structures that say what stands on them.
//!
//! PDF/A-2b with the fonts in it. The font with Chinese letters is the system's; a letter that it does not have is an
//! error and never an empty box.

mod barcode;
mod font;
mod label;
mod report;
mod sheet;
mod zpl;

pub use font::Fonts;
pub use label::{Label, LabelSize, label_pdf};
pub use report::{Report, ReportTable, report_pdf};
pub use sheet::Imprint;
pub use zpl::label_zpl;

/// Why something could not be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    #[error("No font with Chinese letters was found: install one, such as Debian's fonts-noto-cjk.")]
    FontMissing,
    #[error("The font has no letter for '{text}': install a fuller one, or write it in other letters.")]
    GlyphMissing { text: String },
    #[error("'{text}' cannot be a barcode: {reason}")]
    NoBarcode { text: String, reason: String },
    #[error("The sheet could not be made: {reason}")]
    Failed { reason: String },
}

impl PrintError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::FontMissing => "font_missing",
            Self::GlyphMissing { .. } => "glyph_missing",
            Self::NoBarcode { .. } => "barcode_impossible",
            Self::Failed { .. } => "paper_failed",
        }
    }
}
