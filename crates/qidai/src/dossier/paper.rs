//! The dossier on paper, in the language of whoever reads it.

use qidai_bank::{Record, Role, RuleResult, Signature, TestResult, profile};
use qidai_exchange::print::{Report, ReportTable, report_pdf};

use super::Dossier;
use crate::error::Failure;
use crate::pages::records::field::{label_of, shown};
use crate::paper::{self, Print, fonts};
use crate::words::Lang;

/// Characters of the longest value of a table; what is longer is in the JSON.
const VALUE_CHARS_MAX: usize = 400;

/// # Errors
/// `font_missing`, `glyph_missing`, `paper_failed`.
pub(crate) fn pdf(dossier: &Dossier, print: &Print<'_>) -> Result<Vec<u8>, Failure> {
    let report = report(dossier, print);
    let made = report_pdf(&report, fonts()?, &print.imprint(report.title.clone()));
    made.map_err(|error| paper::failure(&error))
}

fn report(dossier: &Dossier, print: &Print<'_>) -> Report {
    let (w, source) = (print.words(), &dossier.source);
    let mut tables = vec![
        paper::counts(&source.unit, w),
        paper::typings(&source.unit, w),
        results(&source.results, print),
        rules(dossier, print),
    ];
    tables.extend(source.records.iter().map(|one| record(one, print)));
    tables.push(signatures(&source.signatures, print));
    tables.retain(|table| !table.rows.is_empty());
    let mut report = Report {
        title: w.t1("dossier-title", "number", dossier.number.as_str()),
        subtitle: format!("{} · {} · {}", w.t("label-product"), dossier.order, dossier.institution),
        notice: print.notice(),
        facts: facts(dossier, print),
        tables,
        notes: notes(dossier, print),
        ..Report::default()
    };
    report.foot = print.foot(&report);
    report
}

fn facts(dossier: &Dossier, print: &Print<'_>) -> Vec<(String, String)> {
    let (w, unit) = (print.words(), &dossier.source.unit);
    let missing = || w.t("missing");
    let outcome = |outcome: Option<qidai_bank::TestOutcome>| {
        outcome.map_or_else(missing, |outcome| w.t(&format!("outcome-{}", outcome.code())))
    };
    let blood = crate::pages::blood_group(unit.abo, unit.rhd).unwrap_or_else(missing);
    let mut facts = vec![
        (w.t("unit-status"), w.t(&format!("status-{}", dossier.status))),
        (w.t("dossier-bank"), w.t(&format!("bank-{}", dossier.bank_type))),
        (w.t("unit-collected"), unit.collection_date.map_or_else(missing, |day| day.to_string())),
        (w.t("unit-blood-group"), blood),
        (w.t("unit-processing-method"), unit.processing_method.clone().unwrap_or_else(missing)),
        (w.t("unit-idm"), outcome(unit.idm)),
        (w.t("unit-microbial-growth"), outcome(unit.microbial_growth)),
        (w.t("unit-haemoglobinopathy"), outcome(unit.haemoglobinopathy)),
    ];
    let approval = [&dossier.hgr_case, &dossier.hgr_approval];
    let approval: Vec<&str> = approval.into_iter().flatten().map(String::as_str).collect();
    if !approval.is_empty() {
        facts.push((w.t("dossier-hgr"), approval.join(" · ")));
    }
    facts.push((w.t("dossier-digest"), dossier.digest.clone()));
    facts
}

fn notes(dossier: &Dossier, print: &Print<'_>) -> Vec<String> {
    let w = print.words();
    let amended = dossier.results.iter().any(|result| result.version > 1);
    let amended = amended.then(|| w.t("dossier-note-amended"));
    let always = ["dossier-note-storage", "dossier-note-signatures", "dossier-note-json"].map(|key| w.t(key));
    amended.into_iter().chain(always).collect()
}

fn heads(keys: &[&str], print: &Print<'_>) -> Vec<String> {
    keys.iter().map(|key| print.words().t(key)).collect()
}

fn chosen<'t>((zh, en): (&'t str, &'t str), print: &Print<'_>) -> &'t str {
    if print.lang == Lang::En { en } else { zh }
}

/// What was amended after it was reported says so, and why.
fn results(results: &[TestResult], print: &Print<'_>) -> ReportTable {
    let w = print.words();
    let row = |result: &TestResult| {
        let phase = result.phase.map(|phase| w.t(&format!("phase-{}", phase.code()))).unwrap_or_default();
        let amended = result.is_amendment().then(|| {
            let reason = result.reason.clone().unwrap_or_default();
            let values = [("version", f64::from(result.version).into()), ("reason", reason.into())];
            format!(" {}", w.say("dossier-amended", &values))
        });
        let approved = result.approved.as_ref().map(|one| print.minute(one.at)).unwrap_or_default();
        vec![
            chosen((result.test.zh, result.test.en), print).to_owned(),
            phase,
            shortened(&result.shown()) + &amended.unwrap_or_default(),
            result.method.clone().unwrap_or_default(),
            approved,
        ]
    };
    let keys = ["dossier-test", "dossier-phase", "dossier-value", "dossier-method", "dossier-approved"];
    ReportTable {
        title: w.t("dossier-results"),
        heads: heads(&keys, print),
        widths: vec![2.6, 1.4, 3.6, 1.4, 1.8],
        rows: results.iter().map(row).collect(),
    }
}

/// The release, rule by rule.
fn rules(dossier: &Dossier, print: &Print<'_>) -> ReportTable {
    let w = print.words();
    let Some(decision) = &dossier.source.decision else { return ReportTable::default() };
    let profile = profile(&decision.profile);
    let row = |found: &RuleResult| {
        let rule = profile.and_then(|profile| profile.rules.iter().find(|rule| rule.id == found.rule));
        let name = rule.map_or(found.rule.as_str(), |rule| chosen((rule.zh, rule.en), print));
        let wanted = rule
            .map(|rule| format!("{} {} {}", rule.comparator.code(), rule.value, rule.unit).trim().to_owned());
        let seen = found.found.clone().unwrap_or_else(|| w.t("missing"));
        let outcome = w.t(&format!("decision-rule-{}", found.outcome.code()));
        vec![name.to_owned(), wanted.unwrap_or_default(), shortened(&seen), outcome]
    };
    let outcome = w.t(&format!("decision-{}", decision.evaluation.outcome.code()));
    ReportTable {
        title: format!("{} · {} · {outcome}", w.t("dossier-release"), decision.profile),
        heads: heads(&["decision-rule", "decision-required", "decision-found", "decision-outcome"], print),
        widths: vec![3.4, 2.4, 2.4, 1.4],
        rows: decision.evaluation.rules.iter().map(row).collect(),
    }
}

/// A record: what it holds, field by field.
fn record(record: &Record, print: &Print<'_>) -> ReportTable {
    let label = |label: qidai_bank::workflow::Label| chosen((label.zh, label.en), print).to_owned();
    let rows = record.concept.open_fields().filter_map(|field| {
        let text = shown(field, record.field(field.code)?, print.zone, print.lang).text;
        Some(vec![label_of(field, print.lang), shortened(&text)])
    });
    ReportTable {
        title: format!("{} {} · {}", label(record.concept.label), record.number, label(record.state.label)),
        heads: heads(&["dossier-field", "dossier-value"], print),
        widths: vec![2.6, 7.0],
        rows: rows.collect(),
    }
}

/// Who signed what, when, meaning what, and the digest of exactly that.
fn signatures(signatures: &[(Signature, bool)], print: &Print<'_>) -> ReportTable {
    let w = print.words();
    let row = |(one, covers): &(Signature, bool)| {
        let role = chosen(Role::parse(&one.role).map_or(("", ""), |role| role.labels()), print);
        let digest: String = one.record_digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let went_on = if *covers { String::new() } else { format!(" {}", w.t("dossier-went-on")) };
        let record = one.subject.split_once('/').map_or(one.subject.as_str(), |(_, number)| number);
        vec![
            record.to_owned(),
            format!("{role} {}", one.staff_number).trim().to_owned(),
            chosen(one.meaning.labels(), print).to_owned(),
            print.minute(one.signed_at),
            digest + &went_on,
        ]
    };
    let keys = ["dossier-record", "dossier-who", "dossier-meaning", "dossier-when", "dossier-signed-digest"];
    ReportTable {
        title: w.t("signatures-title"),
        heads: heads(&keys, print),
        widths: vec![2.2, 2.0, 1.2, 1.7, 4.4],
        rows: signatures.iter().map(row).collect(),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= VALUE_CHARS_MAX {
        return text.to_owned();
    }
    text.chars().take(VALUE_CHARS_MAX).chain(['…']).collect()
}
