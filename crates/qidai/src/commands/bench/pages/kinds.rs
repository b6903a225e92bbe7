//! The kinds of pages that people click, found by clicking: every address but the first ones stood on a page.

use super::http::{Question, Server, links};
use crate::demo::{Generator, Lives, Mix, Plan};
use crate::error::Failure;

/// A kind of page with the questions that stand for it.
pub(super) struct Kind {
    pub(super) name: String,
    pub(super) questions: Vec<Question>,
}

/// Addresses of one kind that are clicked in turn.
const MOST: usize = 50;
/// Registers whose lists and records are opened: one that has many records, one that many records name.
const REGISTERS: [&str; 2] = ["kit", "reagent_lot"];
/// Patients that are searched for in turn.
const PATIENTS: u64 = 200;

fn kind(name: &str, paths: Vec<String>) -> Kind {
    let questions = paths.into_iter().take(MOST).map(Question::get).collect();
    Kind { name: name.to_owned(), questions }
}

fn one(path: &str) -> Kind {
    kind(path, vec![path.to_owned()])
}

/// The pages that somebody named.
pub(super) fn named(paths: &[String]) -> Vec<Kind> {
    paths.iter().map(|path| one(path)).collect()
}

/// A day's pages. What a bank has none of is left out.
pub(super) fn of_a_day(server: Server<'_>) -> Result<Vec<Kind>, Failure> {
    let list = server.page("/units?status=available").ok_or_else(|| not_answered(server))?;
    let units = links(&list, "/units/din/");
    let of_units = |change: fn(&str) -> String| units.iter().map(|unit| change(unit)).collect();
    let mut kinds = vec![
        one("/units"),
        kind("unit, its timeline, around", units.clone()),
        kind("scan of a unit", of_units(|unit| unit.replacen("/units/din/", "/find?number=", 1))),
        kind("history of a unit", of_units(|unit| unit.replacen("/units/", "/history?subject=unit/", 1))),
        kind("results of a unit", of_units(|unit| format!("{unit}/lab"))),
        kind("decision on a unit", of_units(|unit| format!("{unit}/decision"))),
        kind("trace of a unit", of_units(|unit| format!("/api{unit}/trace"))),
        one("/lab"),
        one("/lab?test=tnc_total&phase=processed"),
        one("/decisions"),
        one("/history"),
        one("/board"),
        one("/storage"),
    ];
    let tanks = server.page("/storage").map(|page| links(&page, "/storage/tanks/")).unwrap_or_default();
    let racks = tanks.first().and_then(|tank| server.page(tank)).map(|page| links(&page, "/storage/tanks/"));
    kinds.push(kind("tank", tanks));
    kinds.push(kind("rack of a tank", racks.unwrap_or_default()));
    kinds.extend(registers(server));
    kinds.retain(|kind| !kind.questions.is_empty());
    Ok(kinds)
}

fn registers(server: Server<'_>) -> Vec<Kind> {
    let mut kinds = vec![one("/records")];
    for register in REGISTERS {
        let list = format!("/records/{register}");
        let records = server.page(&list).map(|page| links(&page, &format!("{list}/"))).unwrap_or_default();
        let is_record = |path: &String| path.rsplit('/').next().is_some_and(|last| last.contains('-'));
        kinds.push(one(&list));
        kinds.push(kind(&format!("a {register}"), records.into_iter().filter(is_record).collect()));
    }
    kinds
}

/// Searches of the demonstration's population, sent as the form of the page is.
pub(super) fn searches(server: Server<'_>) -> Result<Vec<Kind>, Failure> {
    let page = server.page("/search").ok_or_else(|| not_answered(server))?;
    let key = page.split("name=\"form_key\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let mix = Mix::of_searchable(1);
    let today = jiff::civil::date(2021, 12, 31);
    let generator = Generator::new(Plan { mix, lives: Lives::None, seed: 1, today })?;
    let question = |number: u64| {
        let patient = generator.patient_number(number);
        let fields = [
            ("form_key", key.unwrap_or_default().to_owned()),
            ("paste", patient.gl_string),
            ("weight_kg", patient.weight_kg.to_string()),
        ];
        let pairs = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        Question { path: "/search".to_owned(), form: Some(pairs.collect::<Vec<_>>().join("&")) }
    };
    let questions = (0..PATIENTS).map(question).collect();
    Ok(vec![Kind { name: "search and its answer".to_owned(), questions }])
}

/// As forms are encoded (HTML, application/x-www-form-urlencoded).
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'*');
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn not_answered(server: Server<'_>) -> Failure {
    let sentence = format!(
        "http://{}/units did not answer with a list: start qidai serve there, and give --cookie where it asks who comes.",
        server.address
    );
    Failure::outage("server_not_answering", sentence).with("address", server.address.to_string())
}
