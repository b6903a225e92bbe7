//! Reports on A4: facts, tables that go on over pages, a foot that says what it is.

use super::sheet::{self, Imprint, Page, wrapped};
use super::{Fonts, PrintError};

/// The sides of A4.
const SHORT: f32 = 210.0;
const LONG: f32 = 297.0;
const LEFT: f32 = 18.0;
const TOP: f32 = 30.0;
/// What stays free at the foot of a page.
const BOTTOM: f32 = 20.0;
const LINE: f32 = 4.6;
const SIZE: f32 = 9.0;

/// A report.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub title: String,
    /// Under the title, one line.
    pub subtitle: String,
    /// Framed above everything: "synthetic data".
    pub notice: Option<String>,
    pub facts: Vec<(String, String)>,
    pub tables: Vec<ReportTable>,
    /// Paragraphs at the end: a legend, remarks.
    pub notes: Vec<String>,
    /// On every page: who made it when, and the digest of what it says.
    pub foot: String,
    /// The long side of the sheet is the width: for tables of many columns.
    pub landscape: bool,
}

impl Report {
    fn wide(&self) -> f32 {
        if self.landscape { LONG } else { SHORT }
    }

    fn high(&self) -> f32 {
        if self.landscape { SHORT } else { LONG }
    }

    /// What is between the margins.
    fn room(&self) -> f32 {
        self.wide() - 2.0 * LEFT
    }
}

/// A table; its heads are repeated on every page.
#[derive(Debug, Clone, Default)]
pub struct ReportTable {
    pub title: String,
    pub heads: Vec<String>,
    /// Shares of the width.
    pub widths: Vec<f32>,
    pub rows: Vec<Vec<String>>,
}

/// Pages as they are filled.
struct Filler<'a> {
    report: &'a Report,
    pages: Vec<Page>,
    y: f32,
}

/// # Errors
/// As [`PrintError`] says.
pub fn report_pdf(report: &Report, fonts: &Fonts, imprint: &Imprint) -> Result<Vec<u8>, PrintError> {
    let mut filler = Filler { report, pages: Vec::new(), y: 0.0 };
    filler.begin_page();
    filler.facts();
    for table in &report.tables {
        filler.table(table);
    }
    filler.notes();
    sheet::pdf(&filler.numbered(), fonts, imprint)
}

impl Filler<'_> {
    fn page(&mut self) -> Option<&mut Page> {
        self.pages.last_mut()
    }

    fn begin_page(&mut self) {
        let report = self.report;
        let mut page = Page::new(report.wide(), report.high());
        page.bold((LEFT, 15.0), 14.0, report.title.as_str());
        page.text((LEFT, 21.0), SIZE, report.subtitle.as_str());
        if let Some(notice) = &report.notice {
            let wide = sheet::width_of(notice, SIZE) + 4.0;
            page.frame((report.wide() - LEFT - wide, 10.0), (wide, 6.5));
            page.bold((report.wide() - LEFT - wide + 2.0, 14.6), SIZE, notice.as_str());
        }
        page.line((LEFT, 24.0), report.room(), 120);
        self.pages.push(page);
        self.y = TOP;
    }

    /// Makes room for so many millimetres.
    fn need(&mut self, room: f32) -> bool {
        let is_full = self.y + room > self.report.high() - BOTTOM;
        if is_full {
            self.begin_page();
        }
        is_full
    }

    fn facts(&mut self) {
        for (name, value) in &self.report.facts {
            let lines = wrapped(value, SIZE, self.report.room() - 48.0);
            self.need(LINE * lines.len() as f32);
            let y = self.y;
            if let Some(page) = self.page() {
                page.text((LEFT, y), SIZE, name.as_str());
                for (at, line) in lines.iter().enumerate() {
                    page.bold((LEFT + 48.0, y + LINE * at as f32), SIZE, line.as_str());
                }
            }
            self.y += LINE * lines.len() as f32 + 0.8;
        }
    }

    fn table(&mut self, table: &ReportTable) {
        self.need(LINE * 5.0);
        self.y += 5.0;
        let y = self.y;
        if let Some(page) = self.page() {
            page.bold((LEFT, y), 11.0, table.title.as_str());
        }
        self.y += 6.0;
        self.row(table, &table.heads, true);
        for row in &table.rows {
            let lines = cells(table, row, self.report.room()).iter().map(Vec::len).max().unwrap_or(1);
            if self.need(LINE * lines as f32) {
                self.row(table, &table.heads, true);
            }
            self.row(table, row, false);
        }
    }

    fn notes(&mut self) {
        let report = self.report;
        self.y += 4.0;
        for note in &report.notes {
            for line in wrapped(note, SIZE, report.room()) {
                self.need(LINE);
                let y = self.y;
                if let Some(page) = self.page() {
                    page.text((LEFT, y), SIZE, line);
                }
                self.y += LINE;
            }
            self.y += 1.0;
        }
    }

    fn row(&mut self, table: &ReportTable, row: &[String], is_head: bool) {
        let cells = cells(table, row, self.report.room());
        let (mut x, y, room) = (LEFT, self.y, self.report.room());
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1) as f32;
        if let Some(page) = self.pages.last_mut() {
            for (cell, width) in cells.iter().zip(columns(table, room)) {
                for (at, line) in cell.iter().enumerate() {
                    let place = (x, y + LINE * at as f32);
                    if is_head {
                        page.bold(place, SIZE, line.as_str());
                    } else {
                        page.text(place, SIZE, line.as_str());
                    }
                }
                x += width;
            }
            page.line((LEFT, y + LINE * (lines - 1.0) + 1.5), room, if is_head { 60 } else { 205 });
        }
        self.y += LINE * lines + 1.2;
    }

    /// With the foot and "page 1 / 2" on each.
    fn numbered(mut self) -> Vec<Page> {
        let (count, wide, high) = (self.pages.len(), self.report.wide(), self.report.high());
        for (at, page) in self.pages.iter_mut().enumerate() {
            page.line((LEFT, high - 14.0), wide - 2.0 * LEFT, 120);
            page.text((LEFT, high - 9.5), 7.5, self.report.foot.as_str());
            page.text((wide - LEFT - 12.0, high - 9.5), 7.5, format!("{} / {count}", at + 1));
        }
        self.pages
    }
}

/// Widths of the columns, millimetres.
fn columns(table: &ReportTable, room: f32) -> Vec<f32> {
    let sum: f32 = table.widths.iter().sum();
    table.widths.iter().map(|share| share / sum * room).collect()
}

fn cells(table: &ReportTable, row: &[String], room: f32) -> Vec<Vec<String>> {
    row.iter().zip(columns(table, room)).map(|(text, width)| wrapped(text, SIZE, width - 2.0)).collect()
}
