//! Labels of bags and tubes.
//!
//! Symbols follow ISBT 128 ST-001: Code 128 with modules of 0.25 mm, quiet zones of 10 modules and at least 5 mm high;
//! Data Matrix ECC 200 with modules of 0.4 mm on bags and 0.3 mm on tubes. The DIN is written in its groups with the
//! check character in a box; the check character is never in a barcode.

use super::barcode::{code_128, data_matrix};
use super::sheet::{self, Imprint, Page, width_of};
use super::{Fonts, PrintError};

/// What stands on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the barcodes hold: `=Z99011701204600`.
    pub code: String,
    /// As people read it: `Z9901 17 012046`.
    pub number: String,
    /// For whoever types the number; boxed.
    pub check: Option<char>,
    pub title: String,
    pub lines: Vec<String>,
    /// Such as "reprint" or "synthetic": framed, on every label.
    pub notice: Option<String>,
}

/// Which label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelSize {
    /// 100 × 50 mm.
    Bag,
    /// 45 × 13 mm, for tubes and segments.
    Tube,
}

impl LabelSize {
    /// As in commands and the store.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bag => "bag",
            Self::Tube => "tube",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Bag, Self::Tube].into_iter().find(|size| size.code() == code)
    }

    /// Width and height, millimetres.
    pub(super) fn size_mm(self) -> (f32, f32) {
        match self {
            Self::Bag => (100.0, 50.0),
            Self::Tube => (45.0, 13.0),
        }
    }
}

/// Module of the linear code, millimetres.
const MODULE: f32 = 0.25;
/// Height of the linear code, millimetres.
const BARS_HIGH: f32 = 12.0;

/// One page for each label.
///
/// # Errors
/// As [`PrintError`] says.
pub fn label_pdf(
    labels: &[Label],
    size: LabelSize,
    fonts: &Fonts,
    imprint: &Imprint,
) -> Result<Vec<u8>, PrintError> {
    let pages = labels.iter().map(|label| match size {
        LabelSize::Bag => bag(label),
        LabelSize::Tube => tube(label),
    });
    sheet::pdf(&pages.collect::<Result<Vec<_>, _>>()?, fonts, imprint)
}

fn bag(label: &Label) -> Result<Page, PrintError> {
    let (width, height) = LabelSize::Bag.size_mm();
    let mut page = Page::new(width, height);
    bars(&mut page, &label.code, (5.0, 4.0))?;
    number(&mut page, label, (5.0, 22.5), 15.0);
    squares(&mut page, &label.code, (width - 17.0, 4.0), 0.5)?;
    page.bold((5.0, 29.5), 9.0, label.title.as_str());
    for (at, line) in label.lines.iter().take(4).enumerate() {
        page.text((5.0, 34.0 + 4.2 * at as f32), 8.0, line.as_str());
    }
    if let Some(notice) = &label.notice {
        let wide = width_of(notice, 8.0) + 3.0;
        page.frame((width - wide - 4.0, height - 8.0), (wide, 5.0));
        page.bold((width - wide - 2.5, height - 4.5), 8.0, notice.as_str());
    }
    Ok(page)
}

fn tube(label: &Label) -> Result<Page, PrintError> {
    let (width, height) = LabelSize::Tube.size_mm();
    let mut page = Page::new(width, height);
    squares(&mut page, &label.code, (1.8, 2.0), 0.42)?;
    number(&mut page, label, (14.0, 5.4), 7.0);
    page.text((14.0, 8.4), 5.5, label.title.as_str());
    let last = label.notice.as_ref().or(label.lines.first());
    page.text((14.0, 11.2), 5.5, last.map_or("", String::as_str));
    Ok(page)
}

fn bars(page: &mut Page, code: &str, (x, y): (f32, f32)) -> Result<(), PrintError> {
    let modules = code_128(code)?;
    let mut at = 0;
    while at < modules.len() {
        let run = modules[at..].iter().take_while(|dark| **dark == modules[at]).count();
        if modules[at] {
            page.dark((x + MODULE * at as f32, y), (MODULE * run as f32, BARS_HIGH));
        }
        at += run;
    }
    Ok(())
}

fn squares(page: &mut Page, code: &str, (x, y): (f32, f32), module: f32) -> Result<(), PrintError> {
    let (_, dark) = data_matrix(code)?;
    for (column, row) in dark {
        page.dark((x + module * column as f32, y + module * row as f32), (module, module));
    }
    Ok(())
}

fn number(page: &mut Page, label: &Label, (x, y): (f32, f32), points: f32) {
    page.bold((x, y), points, label.number.as_str());
    let Some(check) = label.check else { return };
    let size = points * 0.42;
    let left = x + width_of(&label.number, points) * 1.06 + 1.2;
    page.frame((left, y - size * 0.82), (size * 0.9, size));
    page.bold((left + size * 0.24, y), points * 0.9, check.to_string());
}
