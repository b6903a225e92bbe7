//! A page of tables as people write it: a title, sections, and under each section one table.
//!
//! Only the title (`# code`), headings of sections (`## Fields`) and lines that begin with `|` say something; all other
//! lines are words for the reader.

use std::fmt;

/// What is wrong with a declaration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Name of the page, such as `licence.md`.
    pub page: &'static str,
    /// From 1; 0 when it is about the page as a whole.
    pub line: usize,
    /// What was found and what was expected.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.page, self.line, self.what)
    }
}

/// A page, cut into its tables.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) page: &'static str,
    /// The code in the title.
    pub(super) title: &'static str,
    rows: Vec<Row>,
}

/// One row of a table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) line: usize,
    section: &'static str,
    cells: Vec<(&'static str, &'static str)>,
}

impl Row {
    /// The cell of a column; empty when the table has no such column.
    pub(super) fn get(&self, column: &str) -> &'static str {
        self.cells.iter().find(|(name, _)| *name == column).map_or("", |(_, cell)| cell)
    }

    /// The parts of a cell between commas.
    pub(super) fn list(&self, column: &str) -> impl Iterator<Item = &'static str> + use<> {
        self.get(column).split(',').map(str::trim).filter(|part| !part.is_empty())
    }
}

impl Sheet {
    /// Cuts a page. `known` says which columns each section may have.
    pub(super) fn read(
        page: &'static str,
        text: &'static str,
        known: &[(&str, &[&str])],
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let mut sheet = Self { page, title: "", rows: Vec::new() };
        let (mut section, mut header): (&str, Option<Vec<&str>>) = ("", None);
        for (line, text) in (1..).zip(text.lines()) {
            let wrong = |what: String| Mistake { page, line, what };
            if let Some(title) = text.strip_prefix("# ") {
                sheet.title = title.trim();
            } else if let Some(name) = text.strip_prefix("## ") {
                (section, header) = (name.trim(), None);
                if !known.iter().any(|(known, _)| *known == section) {
                    mistakes.push(wrong(format!("there is no section '{section}'")));
                }
            } else if text.starts_with('|') {
                let cells = cells_of(text);
                match &header {
                    None => {
                        mistakes.extend(unknown_columns(section, &cells, known).map(wrong));
                        header = Some(cells);
                    }
                    Some(_) if cells.iter().all(|cell| is_rule(cell)) => {}
                    Some(names) if names.len() == cells.len() => {
                        let cells = names.iter().copied().zip(cells).collect();
                        sheet.rows.push(Row { line, section, cells });
                    }
                    Some(names) => {
                        let what = format!("{} cells under {} columns", cells.len(), names.len());
                        mistakes.push(wrong(what));
                    }
                }
            } else if text.contains(" | ") {
                mistakes.push(wrong("a row begins with |".to_owned()));
            }
        }
        sheet
    }

    /// The rows of a section; the table before the first heading is the section "".
    pub(super) fn rows(&self, section: &str) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.section == section)
    }
}

fn cells_of(line: &'static str) -> Vec<&'static str> {
    let inner = line.trim().trim_start_matches('|');
    inner.strip_suffix('|').unwrap_or(inner).split('|').map(str::trim).collect()
}

/// The line of dashes under the header.
fn is_rule(cell: &str) -> bool {
    !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'))
}

fn unknown_columns<'a>(
    section: &'a str,
    columns: &'a [&'static str],
    known: &'a [(&str, &[&str])],
) -> impl Iterator<Item = String> + 'a {
    let allowed = known.iter().find(|(name, _)| *name == section).map_or(&[][..], |(_, columns)| columns);
    let unknown = columns.iter().filter(move |column| !allowed.contains(column));
    unknown.map(move |column| format!("'{section}' has no column '{column}', only {}", allowed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [(&str, &[&str]); 2] = [("", &["property", "value"]), ("States", &["state", "place"])];

    #[test]
    fn a_page_is_cut_into_its_tables() {
        let text = "# kit\nWords, with a bar a|b.\n\n| property | value |\n|---|---|\n| number | KIT |\n\n## States\n\
                    Words.\n| state | place |\n|:--|---|\n| new | first |\n| old | |\n";
        let mut mistakes = Vec::new();
        let sheet = Sheet::read("kit.md", text, &KNOWN, &mut mistakes);
        assert_eq!(mistakes, []);
        assert_eq!(sheet.title, "kit");
        assert_eq!(sheet.rows("").next().map(|row| row.get("value")), Some("KIT"));
        let states: Vec<_> = sheet.rows("States").map(|row| (row.get("state"), row.get("place"))).collect();
        assert_eq!(states, [("new", "first"), ("old", "")]);
    }

    #[test]
    fn what_is_no_table_is_a_mistake_with_its_line() {
        let text =
            "# kit\n## Statues\n| a |\n## States\n| state | colour |\n|---|---|\n| new |\nold | x | y\n";
        let mut mistakes = Vec::new();
        Sheet::read("kit.md", text, &KNOWN, &mut mistakes);
        let told: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "kit.md, line 2: there is no section 'Statues'",
                "kit.md, line 3: 'Statues' has no column 'a', only ",
                "kit.md, line 5: 'States' has no column 'colour', only state, place",
                "kit.md, line 7: 1 cells under 2 columns",
                "kit.md, line 8: a row begins with |",
            ]
        );
    }
}
