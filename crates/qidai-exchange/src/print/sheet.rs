//! Pages of words, lines and dark boxes, in millimetres from the upper left corner, as PDF/A-2b.

use krilla::color::luma;
use krilla::configure::{Configuration, ValidationError, Validator};
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::TextDirection;
use krilla::{Document, SerializeSettings};

use super::{Fonts, PrintError};

/// Points of PDF in a millimetre.
const POINTS: f32 = 72.0 / 25.4;

/// What the file says of itself.
#[derive(Debug, Clone)]
pub struct Imprint {
    pub title: String,
    /// `zh-CN` or `en`.
    pub lang: &'static str,
    pub made_at: jiff::Timestamp,
}

/// Something on a page.
pub(super) enum Mark {
    Text {
        x: f32,
        y: f32,
        points: f32,
        bold: bool,
        text: String,
    },
    /// A dark box; grey from 0 (black) to 255.
    Box {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        grey: u8,
    },
}

/// A page and its size.
pub(super) struct Page {
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) marks: Vec<Mark>,
}

impl Page {
    pub(super) fn new(width: f32, height: f32) -> Page {
        Page { width, height, marks: Vec::new() }
    }

    /// A text whose letters stand on `y`.
    pub(super) fn text(&mut self, (x, y): (f32, f32), points: f32, text: impl Into<String>) {
        self.marks.push(Mark::Text { x, y, points, bold: false, text: plain_powers(&text.into()) });
    }

    pub(super) fn bold(&mut self, (x, y): (f32, f32), points: f32, text: impl Into<String>) {
        self.marks.push(Mark::Text { x, y, points, bold: true, text: plain_powers(&text.into()) });
    }

    pub(super) fn dark(&mut self, (x, y): (f32, f32), (width, height): (f32, f32)) {
        self.marks.push(Mark::Box { x, y, width, height, grey: 0 });
    }

    /// A hair-line from the left to the right.
    pub(super) fn line(&mut self, (x, y): (f32, f32), width: f32, grey: u8) {
        self.marks.push(Mark::Box { x, y, width, height: 0.18, grey });
    }

    /// A frame of thin lines.
    pub(super) fn frame(&mut self, (x, y): (f32, f32), (width, height): (f32, f32)) {
        const THIN: f32 = 0.25;
        self.dark((x, y), (width, THIN));
        self.dark((x, y + height - THIN), (width, THIN));
        self.dark((x, y), (THIN, height));
        self.dark((x + width - THIN, y), (THIN, height));
    }
}

/// The fonts with Chinese letters have no raised digits from 4 on: `10⁷` is written `10^7`.
fn plain_powers(text: &str) -> String {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let mut plain = String::with_capacity(text.len());
    let mut is_raised = false;
    for c in text.chars() {
        match RAISED.chars().zip('0'..='9').find(|(raised, _)| *raised == c) {
            Some((_, digit)) => {
                if !is_raised {
                    plain.push('^');
                }
                plain.push(digit);
                is_raised = true;
            }
            None => {
                plain.push(c);
                is_raised = false;
            }
        }
    }
    plain
}

/// About how wide a text is, millimetres: the fonts are wide for Chinese letters and about half as wide for Latin ones.
pub(super) fn width_of(text: &str, points: f32) -> f32 {
    let ems: f32 = text.chars().map(|c| if u32::from(c) < 0x2E80 { 0.56 } else { 1.0 }).sum();
    ems * points / POINTS
}

/// The text in lines that are no wider than `width`.
pub(super) fn wrapped(text: &str, points: f32, width: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(|c: char| c == ' ' || c == '-' || u32::from(c) >= 0x2E80) {
        let last = lines.last().map_or("", String::as_str);
        if !last.is_empty() && width_of(&format!("{last}{word}"), points) > width {
            lines.push(String::new());
        }
        for c in word.chars() {
            let last = lines.last().map_or("", String::as_str);
            if !last.is_empty() && width_of(&format!("{last}{c}"), points) > width {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
        }
    }
    lines
}

/// # Errors
/// [`PrintError::GlyphMissing`] with the text that has no letter; [`PrintError::Failed`].
pub(super) fn pdf(pages: &[Page], fonts: &Fonts, imprint: &Imprint) -> Result<Vec<u8>, PrintError> {
    let settings = SerializeSettings {
        configuration: Configuration::new_with_validator(Validator::A2_B),
        ..SerializeSettings::default()
    };
    let mut document = Document::new_with(settings);
    document.set_metadata(metadata(imprint));
    for page in pages {
        let size = PageSettings::from_wh(page.width * POINTS, page.height * POINTS);
        let size = size.ok_or_else(|| PrintError::Failed { reason: "the page has no size".to_owned() })?;
        let mut sheet = document.start_page_with(size);
        let mut surface = sheet.surface();
        for mark in &page.marks {
            draw(&mut surface, mark, fonts);
        }
        surface.finish();
        sheet.finish();
    }
    document.finish().map_err(|error| failed(&error))
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, fonts: &Fonts) {
    let grey = if let Mark::Box { grey, .. } = mark { *grey } else { 0 };
    let fill =
        Fill { paint: luma::Color::new(grey).into(), opacity: NormalizedF32::ONE, rule: Default::default() };
    surface.set_fill(Some(fill));
    match mark {
        Mark::Text { x, y, points, bold, text } => {
            let font = if *bold { &fonts.bold } else { &fonts.regular };
            let at = Point::from_xy(x * POINTS, y * POINTS);
            surface.draw_text(at, font.clone(), *points, text, false, TextDirection::LeftToRight);
        }
        Mark::Box { x, y, width, height, .. } => {
            let rect = Rect::from_xywh(x * POINTS, y * POINTS, width * POINTS, height * POINTS);
            let mut path = PathBuilder::new();
            if let Some(rect) = rect {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

fn metadata(imprint: &Imprint) -> Metadata {
    let at = imprint.made_at.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let date = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(imprint.title.clone())
        .language(imprint.lang.to_owned())
        .creator("qidai".to_owned())
        .creation_date(date)
}

fn failed(error: &KrillaError) -> PrintError {
    if let KrillaError::Validation(errors) = error {
        let missing = errors.iter().find_map(|error| match error {
            ValidationError::ContainsNotDefGlyph(_, _, text) => Some(text.clone()),
            _ => None,
        });
        if let Some(text) = missing {
            return PrintError::GlyphMissing { text };
        }
    }
    PrintError::Failed { reason: format!("{error:?}") }
}
