//! The people of an estimation: a GL file (`id%GL-string` lines) or a CSV with a column for each locus.

use std::path::Path;

use qidai_hla::Locus;
use qidai_match::estimate::{Gathered, Reason};

use crate::commands::matching::read_text;
use crate::error::Failure;

/// Everybody of a file, typings not yet understood.
pub(super) struct People {
    pub(super) gathered: Gathered,
    pub(super) ids: Vec<String>,
    /// The line of each.
    pub(super) lines: Vec<usize>,
    /// Lines that are wrong before any typing is read, by the place of the person.
    refused: Vec<(usize, String)>,
    /// The file as it was read.
    pub(super) text: String,
}

impl People {
    pub(super) fn read(file: &Path) -> Result<People, Failure> {
        let text = read_text(file)?;
        let mut people = People {
            gathered: Gathered::default(),
            ids: Vec::new(),
            lines: Vec::new(),
            refused: Vec::new(),
            text: String::new(),
        };
        let bare = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        match bare.lines().find(|line| !line.trim().is_empty()) {
            None => return Err(empty(file)),
            Some(first) if first.contains('%') => people.gl_lines(bare),
            Some(_) => people.rows(bare, file)?,
        }
        if people.gathered.is_empty() {
            return Err(empty(file));
        }
        people.text = text;
        Ok(people)
    }

    fn gl_lines(&mut self, text: &str) {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let (id, typing) = match line.split_once('%') {
                Some((id, typing)) => (id.trim().to_owned(), typing),
                None => ((index + 1).to_string(), line),
            };
            self.gathered.person(typing.split('^'));
            self.ids.push(id);
            self.lines.push(index + 1);
        }
    }

    fn rows(&mut self, text: &str, file: &Path) -> Result<(), Failure> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| unreadable(file, 1, &error.to_string()))?.clone();
        let columns = columns(&header, file)?;
        let mut record = csv::StringRecord::new();
        loop {
            let line = reader.position().line() as usize;
            match reader.read_record(&mut record) {
                Ok(false) => return Ok(()),
                Ok(true) => {
                    let line = record.position().map_or(line, |at| at.line() as usize);
                    self.row(&record, &columns, line);
                }
                Err(error) => return Err(unreadable(file, line, &error.to_string())),
            }
        }
    }

    fn row(&mut self, record: &csv::StringRecord, columns: &Columns, line: usize) {
        let place = self.ids.len();
        let mut wrong = None;
        let mut cells: Vec<std::borrow::Cow<'_, str>> = Vec::with_capacity(columns.loci.len());
        for (locus, at) in &columns.loci {
            match in_column(*locus, record.get(*at).unwrap_or_default().trim()) {
                Ok(cell) => cells.push(cell),
                Err(sentence) => wrong = Some(sentence),
            }
        }
        if let Some(sentence) = wrong {
            self.refused.push((place, sentence));
            cells.clear();
        }
        self.gathered.person(cells.iter().map(AsRef::as_ref));
        self.ids.push(record.get(columns.id).unwrap_or_default().to_owned());
        self.lines.push(line);
    }

    /// Who is not counted and why, in the order of the file; the second says whether it is a mistake.
    pub(super) fn not_counted(&self, reasons: &[(usize, Reason)]) -> Vec<(usize, bool, String)> {
        let refused = |place: usize| self.refused.iter().find(|(at, _)| *at == place);
        reasons
            .iter()
            .map(|(place, reason)| match (refused(*place), reason) {
                (Some((_, sentence)), _) => (*place, true, sentence.clone()),
                (None, Reason::Refused(errors)) => {
                    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
                    (*place, true, all.join("; "))
                }
                (None, Reason::LocusTwice(locus)) => (*place, true, format!("{locus} is typed twice")),
                (None, Reason::Untyped) => (*place, false, "nothing is typed at these loci".to_owned()),
                (None, Reason::Unheard(text)) => {
                    (*place, false, format!("nobody of the sample has an allele that {text} stands for"))
                }
            })
            .collect()
    }
}

struct Columns {
    id: usize,
    loci: Vec<(Locus, usize)>,
}

fn columns(header: &csv::StringRecord, file: &Path) -> Result<Columns, Failure> {
    let mut columns = Columns { id: usize::MAX, loci: Vec::new() };
    for (at, name) in header.iter().enumerate() {
        let name = name.trim();
        let locus = Locus::from_name(name.strip_prefix("HLA-").unwrap_or(name));
        match locus {
            Some(locus) if !columns.loci.iter().any(|(known, _)| *known == locus) => {
                columns.loci.push((locus, at));
            }
            None if name.eq_ignore_ascii_case("id") && columns.id == usize::MAX => columns.id = at,
            _ => return Err(unreadable(file, 1, &format!("column \"{name}\""))),
        }
    }
    if columns.id == usize::MAX || columns.loci.is_empty() {
        return Err(unreadable(file, 1, "the header"));
    }
    Ok(columns)
}

/// A cell as a typing: `02:01+11:01` gets the locus of its column, and a typing of another locus is refused.
fn in_column(locus: Locus, cell: &str) -> Result<std::borrow::Cow<'_, str>, String> {
    let bare = cell.strip_prefix("HLA-").unwrap_or(cell);
    if bare.starts_with(|c: char| c.is_ascii_digit()) {
        let copies = |genotype: &str| -> Vec<String> {
            genotype.split('+').map(|copy| format!("{locus}*{}", copy.trim())).collect()
        };
        let genotypes: Vec<String> = cell.split('|').map(|genotype| copies(genotype).join("+")).collect();
        return Ok(genotypes.join("|").into());
    }
    match bare.split_once('*') {
        Some((name, _)) if name != locus.name() => {
            Err(format!("column {locus} holds \"{cell}\", which is of {name}; expected {locus}"))
        }
        _ => Ok(cell.into()),
    }
}

fn unreadable(file: &Path, line: usize, what: &str) -> Failure {
    let file = file.display().to_string();
    let sentence = format!(
        "{file}, line {line}: {what} is not understood; expected id%GL-string lines, or a CSV whose header is id and loci, such as \
         id,A,C,B,DRB1,DQB1."
    );
    Failure::refused("subjects_unreadable", sentence)
        .with("file", &file)
        .with("line", line.to_string())
        .with("value", what)
}

fn empty(file: &Path) -> Failure {
    let file = file.display().to_string();
    Failure::refused("subjects_empty", format!("{file} holds nobody; expected id%GL-string lines or a CSV."))
        .with("file", &file)
}
