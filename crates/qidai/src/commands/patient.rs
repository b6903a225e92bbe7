//! `qidai patient`: enter one with typing and antibodies in one go, see all of one, and the family's own units.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{NewRecord, Record, workflow};
use serde_json::{Value, json};

use super::record::{self, Desk};
use super::request::{PatientBank, refused_as_json};
use super::{Outcome, stream};
use crate::catalogue::{Catalogue, ReferenceArgs};
use crate::error::Failure;
use crate::record_json;
use crate::requests::family;
use crate::words::Lang;

/// Patients: enter, show, family; answers are JSON. Everything else is `qidai record --kind patient`.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once per run")]
enum What {
    /// Enter a patient with typing, mother and antibodies.
    Add(AddArgs),
    /// A patient with typings, antibodies, requests, searches and notes.
    Show(One),
    /// The family's own units and typed relatives beside the patient.
    Family(One),
}

#[derive(clap::Args)]
struct One {
    #[command(flatten)]
    bank: PatientBank,
    /// Such as PAT-2026-0001.
    number: String,
    #[command(flatten)]
    reference: ReferenceArgs,
}

#[derive(clap::Args)]
struct AddArgs {
    #[command(flatten)]
    bank: PatientBank,
    /// The site that the patient belongs to.
    #[arg(long)]
    site: String,
    /// Number of the transplant centre, such as INST-2026-0001.
    #[arg(long)]
    centre: String,
    /// The centre's own code of the patient; no name.
    #[arg(long)]
    pseudonym: String,
    /// Such as acute_leukaemia; `qidai record kinds --kind patient` lists them.
    #[arg(long)]
    diagnosis: String,
    /// routine, urgent or emergency.
    #[arg(long, default_value = "routine")]
    urgency: String,
    /// In kg.
    #[arg(long, value_name = "KG", allow_negative_numbers = true)]
    weight: Option<f64>,
    /// A, B, O or AB.
    #[arg(long)]
    abo: Option<String>,
    /// As on the report, or a GL String.
    #[arg(long)]
    typing: Option<String>,
    /// The typing of the patient's mother.
    #[arg(long)]
    mother: Option<String>,
    /// ANTIGEN=MFI, such as A2=5000; may be repeated.
    #[arg(long = "antibody", value_name = "ANTIGEN=MFI", value_parser = record::given::pair_of)]
    antibodies: Vec<(String, String)>,
    /// Day of the typings and antibodies; today without it.
    #[arg(long, value_name = "DATE")]
    on: Option<jiff::civil::Date>,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let done = match &args.what {
        What::Add(args) => record::at_desk(&args.bank.bank(), async |desk| add(args, desk, lang).await),
        What::Show(one) => record::at_desk(&one.bank.bank(), async |desk| show(one, desk, lang).await),
        What::Family(one) => record::at_desk(&one.bank.bank(), async |desk| of_family(one, desk).await),
    };
    refused_as_json(done, lang)
}

/// Grams of a weight in kg; what is no number of grams is refused with the field.
fn grams(weight_kg: f64) -> String {
    format!("{:.0}", weight_kg * 1_000.0)
}

/// All that is written down is checked before the patient is made, so that a typing with a mistake leaves no half of one.
async fn add(args: &AddArgs, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    let zone = TimeZone::get(&desk.people.store.bank_zone().await?).unwrap_or(TimeZone::UTC);
    let on = args.on.unwrap_or_else(|| Timestamp::now().to_zoned_datetime(zone).date()).to_string();
    let mut rows: Vec<(&str, Vec<(&str, String)>)> = Vec::new();
    for (subject, typing) in [("patient", &args.typing), ("mother", &args.mother)] {
        let Some(typing) = typing else { continue };
        let fields = [("subject", subject), ("typing", typing), ("typed_on", &on), ("method", "unknown")];
        rows.push(("patient_typing", fields.map(|(field, value)| (field, value.to_owned())).to_vec()));
    }
    for (against, mfi) in &args.antibodies {
        let fields = [("against", against), ("mfi", mfi), ("tested_on", &on)];
        rows.push(("patient_antibody", fields.map(|(field, value)| (field, value.clone())).to_vec()));
    }
    for (kind, fields) in &rows {
        let new = new_record(kind, &args.site, fields)?;
        crate::typed_fields::check_at_console(&desk.people.store, new.concept, &new.fields).await??;
        new.concept
            .kept(new.fields.iter().map(|(field, value)| (field.as_str(), value.as_str())), today(&on))?;
    }
    let patient = make(desk, &new_record("patient", &args.site, &patient_fields(args))?).await?;
    let mut told = vec![record_json::of_record(&patient, lang)];
    for (kind, fields) in rows {
        let of_patient = [("patient", patient.number.clone())].into_iter().chain(fields).collect::<Vec<_>>();
        told.push(record_json::of_record(
            &make(desk, &new_record(kind, &args.site, &of_patient)?).await?,
            lang,
        ));
    }
    stream::say(&json!({ "patient": patient.number, "records": told }).to_string())?;
    Ok(Outcome::Done)
}

fn today(on: &str) -> jiff::civil::Date {
    on.parse().unwrap_or(jiff::civil::Date::MAX)
}

fn patient_fields(args: &AddArgs) -> Vec<(&'static str, String)> {
    let always = [
        ("pseudonym", args.pseudonym.clone()),
        ("centre", args.centre.clone()),
        ("diagnosis_group", args.diagnosis.clone()),
        ("urgency", args.urgency.clone()),
    ];
    let weight = args.weight.map(|weight| ("weight_g", grams(weight)));
    let abo = args.abo.clone().map(|abo| ("abo", abo));
    always.into_iter().chain(weight).chain(abo).collect()
}

fn new_record(kind: &str, site: &str, fields: &[(&str, String)]) -> Result<NewRecord, Failure> {
    Ok(NewRecord {
        concept: workflow::known(kind)?,
        site: Some(site.to_owned()),
        fields: fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect(),
    })
}

async fn make(desk: &Desk, new: &NewRecord) -> Result<Record, Failure> {
    Ok(record::create_checked(new, desk).await??)
}

async fn show(one: &One, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    let store = &desk.people.store;
    let patient = store.record(workflow::known("patient")?, &one.number, &desk.principal).await?;
    let mut told = json!({ "patient": record_json::of_record(&patient, lang) });
    let registers = [
        ("typings", "patient_typing"),
        ("antibodies", "patient_antibody"),
        ("requests", "search_request"),
        ("notes", "search_note"),
    ];
    let mut searches: Vec<Value> = Vec::new();
    for (name, concept) in registers {
        let rows = store.patient_rows(concept, &patient.number, None).await?;
        told[name] = rows.iter().map(|row| record_json::of_record(row, lang)).collect();
        for request in rows.iter().filter(|row| row.concept.code == "search_request") {
            let runs = store.search_runs(&request.number, &desk.principal).await?;
            searches.extend(runs.iter().map(|run| {
                json!({ "request": run.request, "search": run.serial, "run_at": run.run_at.to_string(),
                    "listed": run.listed, "digest": run.digest })
            }));
        }
    }
    told["searches"] = searches.into();
    stream::say(&told.to_string())?;
    Ok(Outcome::Done)
}

async fn of_family(one: &One, desk: &Desk) -> Result<Outcome, Failure> {
    let catalogue = Catalogue::open(&one.bank.catalogue(&one.reference)).await?;
    for member in family(&desk.people.store, &catalogue, &one.number, &desk.acting(None)).await? {
        stream::say(&json!(member).to_string())?;
    }
    Ok(Outcome::Done)
}
