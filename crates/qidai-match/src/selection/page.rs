//! A page: a title, a table of properties, a table of rules.

/// A page that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: \"{found}\", expected {expected}")]
pub struct PageError {
    /// Counted from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

/// A page as texts.
pub(super) struct Page<'p> {
    pub name: &'p str,
    properties: Vec<(&'p str, &'p str)>,
    pub rows: Vec<Row<'p>>,
}

/// One row of the table of rules.
pub(super) struct Row<'p> {
    pub line: usize,
    pub cells: Vec<&'p str>,
}

impl<'p> Page<'p> {
    /// Reads a page of which the second table has these columns.
    pub(super) fn read(text: &'p str, columns: &[&str]) -> Result<Self, PageError> {
        let first = text.lines().next().unwrap_or_default();
        let name = super::name_of(text);
        if name.is_empty() || name.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')) {
            return Err(wrong(1, first, "\"# \" and a name of letters, digits and _"));
        }
        let mut page = Page { name, properties: Vec::new(), rows: Vec::new() };
        let mut tables = 0;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (at, line) in lines.iter().enumerate() {
            if !line.starts_with('|') {
                continue;
            }
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let is_head = lines.get(at + 1).is_some_and(|next| next.starts_with("|--"));
            if is_head {
                tables += 1;
                if tables == 2 && cells != columns {
                    return Err(wrong(at + 1, line, &columns.join(" | ")));
                }
            } else if !line.starts_with("|--") {
                page.take(tables, at + 1, line, cells, columns.len())?;
            }
        }
        Ok(page)
    }

    fn take(
        &mut self,
        table: usize,
        line: usize,
        text: &str,
        cells: Vec<&'p str>,
        width: usize,
    ) -> Result<(), PageError> {
        match (table, &cells[..]) {
            (1, [name, value]) => self.properties.push((name, value)),
            (2, _) if cells.len() == width => self.rows.push(Row { line, cells }),
            _ => return Err(wrong(line, text, "as many cells as the table has columns")),
        }
        Ok(())
    }

    pub(super) fn property(&self, name: &str) -> Result<&'p str, PageError> {
        let found = self.properties.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| *value).ok_or_else(|| wrong(1, self.name, &format!("a property \"{name}\"")))
    }

    pub(super) fn version(&self) -> Result<u32, PageError> {
        let text = self.property("version")?;
        text.parse().map_err(|_| wrong(1, text, "a version such as 1"))
    }
}

/// Whether the source was read for the rule.
pub(super) fn is_checked(row: &Row<'_>, text: &str) -> Result<bool, PageError> {
    match text {
        "read" => Ok(true),
        "recalled" => Ok(false),
        _ => Err(wrong(row.line, text, "read or recalled")),
    }
}

pub(super) fn number(row: &Row<'_>, text: &str) -> Result<f64, PageError> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| wrong(row.line, text, "a number from 0 on"))
}

pub(super) fn wrong(line: usize, found: &str, expected: &str) -> PageError {
    PageError { line, found: found.to_owned(), expected: expected.to_owned() }
}
