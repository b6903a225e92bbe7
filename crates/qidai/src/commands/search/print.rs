//! The answer on standard output: a table for people, JSON and CSV for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::Format;
use super::patients::Patient;
use crate::catalogue::{Excluded, Note, PairHit, PositionKind, Range, Receipt, SearchAnswer, UnitHit};
use crate::csv_row::csv_row;
use crate::error::Failure;
use crate::words::{Lang, Words, thousands};

pub(super) struct Printer<W: Write> {
    format: Format,
    words: &'static Words,
    out: W,
    several: bool,
    csv_begun: bool,
}

#[derive(Serialize)]
struct JsonAnswer<'a> {
    patient: Option<&'a str>,
    units: &'a [UnitHit],
    pairs: &'a [PairHit],
    excluded: &'a [Excluded],
    total_listed: u64,
    notes: &'a [Note],
    receipt: &'a Receipt,
}

#[derive(Serialize)]
struct JsonRefusal<'a> {
    patient: Option<&'a str>,
    error: JsonError<'a>,
}

#[derive(Serialize)]
struct JsonError<'a> {
    code: &'a str,
    sentence: String,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(format: Format, lang: Lang, out: W, several: bool) -> Self {
        Printer { format, words: lang.words(), out, several, csv_begun: false }
    }

    /// One answer. Of several patients, JSON is one line each.
    pub(super) fn answer(&mut self, patient: &Patient, answer: &SearchAnswer) -> io::Result<()> {
        if self.format != Format::Json {
            answer.notes.iter().for_each(|note| eprintln!("{}: {}", note.code, note.sentence));
        }
        match self.format {
            Format::Table => self.table(patient, answer),
            Format::Csv => self.csv(patient, answer),
            Format::Json => self.json(&JsonAnswer {
                patient: patient.id.as_deref(),
                units: &answer.units,
                pairs: &answer.pairs,
                excluded: &answer.excluded,
                total_listed: answer.total_listed,
                notes: &answer.notes,
                receipt: &answer.receipt,
            }),
        }
    }

    pub(super) fn refused(&mut self, patient: &Patient, failure: &Failure) -> io::Result<()> {
        let sentence = failure.sentence(self.words.lang());
        if self.format == Format::Json {
            let error = JsonError { code: failure.code(), sentence };
            return self.json(&JsonRefusal { patient: patient.id.as_deref(), error });
        }
        eprintln!("{} {}: {sentence}", patient.id.as_deref().unwrap_or("-"), failure.code());
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        if self.several {
            serde_json::to_writer(&mut self.out, value)?;
        } else {
            serde_json::to_writer_pretty(&mut self.out, value)?;
        }
        writeln!(self.out)
    }

    fn table(&mut self, patient: &Patient, answer: &SearchAnswer) -> io::Result<()> {
        let w = self.words;
        if let Some(id) = &patient.id {
            writeln!(self.out, "{}", w.t1("table-patient", "id", id.as_str()))?;
        }
        let mut rows = vec![headings(w, answer)];
        rows.extend(answer.units.iter().map(|unit| cells(unit, answer, w)));
        write_columns(&mut self.out, &rows)?;
        let shown = thousands(&answer.units.len().to_string());
        let total = thousands(&answer.total_listed.to_string());
        writeln!(self.out, "{}", w.say("table-listed", &[("shown", shown.into()), ("total", total.into())]))?;
        if !answer.pairs.is_empty() {
            writeln!(self.out, "{}", w.t("table-pairs"))?;
            let rows: Vec<Vec<String>> = answer.pairs.iter().map(|pair| pair_cells(pair, w)).collect();
            write_columns(&mut self.out, &rows)?;
        }
        for one in &answer.excluded {
            let rule = w.find(&format!("rule-{}", one.rule), &[]).unwrap_or_else(|| one.rule.clone());
            // Only the lines of units begin with a number: their rank.
            let relaxed = if one.if_relaxed > 0 {
                format!(" ({})", w.t1("excluded-relax", "count", thousands(&one.if_relaxed.to_string())))
            } else {
                String::new()
            };
            writeln!(self.out, "- {:>10}  {rule}{relaxed}", thousands(&one.count.to_string()))?;
        }
        let receipt = &answer.receipt;
        if receipt.release == STARTER {
            writeln!(self.out, "{}", w.t("banner-starter"))?;
        }
        if let Some(set) = &receipt.frequency_set {
            writeln!(self.out, "{}", w.t1("table-frequencies", "set", set.as_str()))?;
        }
        let values = [
            ("generation", receipt.generation.to_string().into()),
            ("release", receipt.release.as_str().into()),
            ("engine", receipt.engine.as_str().into()),
            ("digest", receipt.digest.as_str().into()),
            ("request", serde_json::to_string(&receipt.request).unwrap_or_default().into()),
        ];
        writeln!(self.out, "{}", w.say("table-receipt", &values))
    }

    fn csv(&mut self, patient: &Patient, answer: &SearchAnswer) -> io::Result<()> {
        if !std::mem::replace(&mut self.csv_begun, true) {
            self.out.write_all(&csv_row(CSV_COLUMNS)?)?;
        }
        for unit in &answer.units {
            self.out.write_all(&csv_row(csv_cells(patient, unit))?)?;
        }
        self.out.flush()
    }
}

/// Label of the built-in release, under which nothing is for clinical use.
const STARTER: &str = "starter";

const CSV_COLUMNS: [&str; 31] = [
    "patient",
    "rank",
    "din",
    "list",
    "x6_best",
    "x6_worst",
    "x8_best",
    "x8_worst",
    "x10_best",
    "x10_worst",
    "A_best",
    "A_worst",
    "B_best",
    "B_worst",
    "C_best",
    "C_worst",
    "DRB1_best",
    "DRB1_worst",
    "DQB1_best",
    "DQB1_worst",
    "tnc_total",
    "cd34_total",
    "tnc_per_kg",
    "cd34_per_kg",
    "max_weight_kg",
    "hla",
    "p0",
    "p1",
    "p2",
    "p3",
    "p4",
];

fn csv_cells(patient: &Patient, unit: &UnitHit) -> Vec<String> {
    let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
    let class = |range: Option<Range>| match range {
        Some(range) => [range.best.to_string(), range.worst.to_string()],
        None => Default::default(),
    };
    let mut row = vec![
        patient.id.clone().unwrap_or_default(),
        unit.rank.to_string(),
        unit.din.clone(),
        unit.list.clone().unwrap_or_default(),
    ];
    row.extend([unit.x6, unit.x8, unit.x10].into_iter().flat_map(class));
    row.extend(unit.loci.iter().flat_map(|locus| [locus.best.to_string(), locus.worst.to_string()]));
    let doses = [unit.tnc_total, unit.cd34_total, unit.tnc_per_kg, unit.cd34_per_kg, unit.max_weight_kg];
    row.extend(doses.into_iter().map(number));
    row.push(unit.typing.clone());
    let p = unit.p.map(|p| p.map(|one| format!("{one:.9}")));
    row.extend(p.unwrap_or_default());
    row
}

fn headings(w: &Words, answer: &SearchAnswer) -> Vec<String> {
    let has_weight = answer.receipt.request.weight_kg.is_some();
    let doses = if has_weight { ["table-tnc-kg", "table-cd34-kg"] } else { ["table-tnc", "table-cd34"] };
    let keys =
        ["table-rank", "table-unit", "table-x8", "table-x10", "table-x6", "table-loci", doses[0], doses[1]];
    let mut headings: Vec<String> = keys.iter().map(|key| w.t(key)).collect();
    if answer.receipt.frequency_set.is_some() {
        headings.insert(6, w.t("table-probability"));
    }
    headings.extend([w.t("table-serves"), w.t("table-abo")]);
    headings
}

fn cells(unit: &UnitHit, answer: &SearchAnswer, w: &Words) -> Vec<String> {
    let class = |range: Option<Range>, of: u8| match range {
        None => w.t("not-computable"),
        Some(Range { best, worst }) if best == worst => format!("{best}/{of}"),
        Some(Range { best, worst }) => format!("{worst}-{best}/{of}"),
    };
    let missing = || w.t("table-missing");
    let scaled = |value: Option<f64>, unit: f64| value.map_or_else(missing, |v| format!("{:.2}", v / unit));
    let doses = match unit.tnc_per_kg.or(unit.cd34_per_kg) {
        Some(_) => [scaled(unit.tnc_per_kg, 1e7), scaled(unit.cd34_per_kg, 1e5)],
        None => [scaled(unit.tnc_total, 1e7), scaled(unit.cd34_total, 1e5)],
    };
    let abo = unit.abo.as_ref().map(|abo| format!("{abo}{}", unit.rhd.as_deref().unwrap_or("")));
    let mut cells = vec![
        unit.rank.to_string(),
        unit.din.clone(),
        class(unit.x8, 8),
        class(unit.x10, 10),
        class(unit.x6, 6),
        letters(unit),
        doses[0].clone(),
        doses[1].clone(),
        unit.max_weight_kg.map_or_else(missing, |kg| format!("{kg:.0} kg")),
        abo.unwrap_or_else(missing),
    ];
    if answer.receipt.frequency_set.is_some() {
        cells.insert(6, unit.likely().map_or_else(missing, |p| format!("{:.0}%", p * 100.0)));
    }
    cells
}

/// A pair in a line that does not begin with a number: units, class of the worse, likelihood, doses together, match of the units.
fn pair_cells(pair: &PairHit, w: &Words) -> Vec<String> {
    let class = |range: Option<Range>| {
        range.map_or_else(|| w.t("not-computable"), |r| format!("{}-{}/8", r.worst, r.best))
    };
    let missing = || w.t("table-missing");
    let scaled = |value: Option<f64>, unit: f64| value.map_or_else(missing, |v| format!("{:.2}", v / unit));
    let doses = match pair.tnc_per_kg.or(pair.cd34_per_kg) {
        Some(_) => [scaled(pair.tnc_per_kg, 1e7), scaled(pair.cd34_per_kg, 1e5)],
        None => [scaled(pair.tnc_total, 1e7), scaled(pair.cd34_total, 1e5)],
    };
    let likely = pair.likely.map_or_else(missing, |p| format!("{:.0}%", p * 100.0));
    let [tnc, cd34] = doses;
    vec![format!("+ {}", pair.units.join(" + ")), class(pair.x8), likely, tnc, cd34, class(pair.between_x8)]
}

/// The worse position of each locus as a letter: A match, P possible, L allele, M antigen mismatch, - untyped.
fn letters(unit: &UnitHit) -> String {
    let letter = |kind: PositionKind| match kind {
        PositionKind::Match => 'A',
        PositionKind::Possible => 'P',
        PositionKind::AlleleMismatch => 'L',
        PositionKind::AntigenMismatch => 'M',
        PositionKind::Untyped => '-',
    };
    let order = [
        PositionKind::AntigenMismatch,
        PositionKind::AlleleMismatch,
        PositionKind::Possible,
        PositionKind::Untyped,
        PositionKind::Match,
    ];
    let worst = |locus: &crate::catalogue::LocusHit| {
        let worse = order.into_iter().find(|kind| locus.positions.iter().any(|p| p.kind == *kind));
        letter(worse.unwrap_or(PositionKind::Untyped))
    };
    unit.loci.iter().map(worst).collect()
}

/// Columns as wide as their widest cell; a Chinese character takes two places of a terminal.
fn write_columns(out: &mut impl Write, rows: &[Vec<String>]) -> io::Result<()> {
    let width = |text: &str| text.chars().map(|c| if c as u32 >= 0x2E80 { 2 } else { 1 }).sum::<usize>();
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> =
        (0..columns).map(|i| rows.iter().map(|row| width(&row[i])).max().unwrap_or(0)).collect();
    for row in rows {
        let mut line = String::new();
        for (i, cell) in row.iter().enumerate() {
            line.push_str(cell);
            line.push_str(&" ".repeat(widths[i] - width(cell) + 2));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
