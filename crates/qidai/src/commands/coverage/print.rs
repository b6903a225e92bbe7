//! Coverage for a terminal, and as CSV.

use std::fmt::Write as _;

use crate::coverage::{CoverageAnswer, CurveRow};
use crate::csv_row::csv_row;
use crate::error::Failure;
use crate::words::{Words, thousands};

/// The curve, one line for each point.
pub(super) fn csv(answer: &CoverageAnswer) -> Result<String, Failure> {
    const HEAD: [&str; 7] =
        ["counting", "matches", "weight_kg", "units", "coverage", "standard_error", "candidates"];
    let written =
        |cells: Vec<String>| csv_row(cells).map_err(|error| crate::commands::stream::not_written(&error));
    let mut bytes = written(HEAD.map(str::to_owned).to_vec())?;
    for row in &answer.curve {
        bytes.extend(written(vec![
            row.counting.to_owned(),
            row.matches.to_string(),
            row.weight_kg.map(|kg| kg.to_string()).unwrap_or_default(),
            row.units.to_string(),
            format!("{:.6}", row.coverage),
            format!("{:.6}", row.standard_error),
            format!("{:.4}", row.candidates),
        ])?);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Tables under headings.
pub(super) fn table(answer: &CoverageAnswer, w: &Words) -> String {
    let mut text = format!("{}\n", answer.said(w));
    for row in &answer.doses {
        let values = [
            ("weight", row.weight_kg.to_string().into()),
            ("tnc", format!("{:.2e}", row.tnc_total as f64).into()),
            ("share", percent(row.large_enough).into()),
        ];
        let _ = writeln!(text, "{}", w.say("coverage-dose-line", &values));
    }
    for rows in answer.curve.chunk_by(|a, b| a.weight_kg == b.weight_kg) {
        curve(&mut text, rows, w);
    }
    forecast(&mut text, answer, w);
    counted(&mut text, answer, w);
    beside_list(&mut text, answer, w);
    next_unit(&mut text, answer, w);
    text
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn head(text: &mut String, title: &str, weight_kg: Option<f64>, w: &Words) {
    let _ = writeln!(text, "\n{title} · {}", weight_of(weight_kg, w));
}

fn weight_of(weight_kg: Option<f64>, w: &Words) -> String {
    match weight_kg {
        Some(weight) => w.t1("coverage-weight", "weight", weight.to_string()),
        None => w.t("coverage-any-dose"),
    }
}

/// Units down, classes across.
fn curve(text: &mut String, rows: &[CurveRow], w: &Words) {
    head(text, &w.t("coverage-formula"), rows.first().and_then(|row| row.weight_kg), w);
    let units: Vec<u64> = rows
        .chunk_by(|a, b| (a.counting, a.matches) == (b.counting, b.matches))
        .next()
        .map(|first| first.iter().map(|row| row.units).collect())
        .unwrap_or_default();
    let _ = write!(text, "{:>9}", "N");
    for row in rows.iter().step_by(units.len().max(1)) {
        let _ = write!(text, " {:>9}", class(row.counting, row.matches));
    }
    text.push('\n');
    for (at, size) in units.iter().enumerate() {
        let _ = write!(text, "{:>9}", thousands(&size.to_string()));
        for row in rows.iter().skip(at).step_by(units.len()) {
            let _ = write!(text, " {:>9.3}", row.coverage);
        }
        text.push('\n');
    }
}

/// `5/6`, `5/6al`, `7/8`.
fn class(counting: &str, matches: usize) -> String {
    match counting {
        "x6_allele" => format!("{matches}/6al"),
        _ => format!("{matches}/{}", counting.trim_start_matches('x')),
    }
}

fn forecast(text: &mut String, answer: &CoverageAnswer, w: &Words) {
    for rows in answer.forecast.chunk_by(|a, b| a.weight_kg == b.weight_kg) {
        let Some(first) = rows.first().filter(|row| row.units > 0) else { continue };
        let values = [("more", (first.more as f64).into()), ("units", (first.units as f64).into())];
        head(text, &w.say("coverage-forecast", &values), first.weight_kg, w);
        for row in rows {
            let class = class(row.counting, row.matches);
            let gain = row.gain * 100.0;
            let _ =
                writeln!(text, "{class:>9} {:>9} → {:>9} (+{gain:.2})", percent(row.now), percent(row.then));
        }
    }
}

fn counted(text: &mut String, answer: &CoverageAnswer, w: &Words) {
    for rows in answer.counted.chunk_by(|a, b| a.weight_kg == b.weight_kg) {
        head(text, &w.t("coverage-counted"), rows.first().and_then(|row| row.weight_kg), w);
        for row in rows {
            let (certain, possible) = (percent(row.certain_share), percent(row.possible_share));
            let values = [("certain", certain.into()), ("possible", possible.into())];
            let said = w.say("coverage-counted-line", &values);
            let _ = writeln!(text, "{:>9} {said}", class(row.counting, row.matches));
        }
    }
}

fn beside_list(text: &mut String, answer: &CoverageAnswer, w: &Words) {
    for rows in answer.beside_list.chunk_by(|a, b| a.weight_kg == b.weight_kg) {
        let Some(first) = rows.first() else { continue };
        head(text, &w.t1("coverage-beside", "list", first.list.as_str()), first.weight_kg, w);
        for row in rows {
            let values = [
                ("list", (row.by_list as f64).into()),
                ("bank", (row.only_by_bank as f64).into()),
                ("neither", (row.by_neither as f64).into()),
            ];
            let said = w.say("coverage-beside-line", &values);
            let _ = writeln!(text, "{:>9} {said}", class(row.counting, row.matches));
        }
    }
}

fn next_unit(text: &mut String, answer: &CoverageAnswer, w: &Words) {
    for rows in answer.next_unit.chunk_by(|a, b| a.weight_kg == b.weight_kg) {
        head(text, &w.t("coverage-next"), rows.first().and_then(|row| row.weight_kg), w);
        for row in rows {
            let first = row.serves_first.map_or_else(|| "—".to_owned(), |count| count.to_string());
            let added = row.added_coverage.map_or_else(|| "—".to_owned(), |share| format!("{share:.3e}"));
            let values = [
                ("serves", (row.serves as f64).into()),
                ("possibly", (row.serves_possibly as f64).into()),
                ("first", first.into()),
                ("added", added.into()),
            ];
            let said = w.say("coverage-next-line", &values);
            let _ = writeln!(text, "{:>9} {said}", class(row.counting, row.matches));
        }
    }
}
