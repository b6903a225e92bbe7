//! Rows of units: single cells and headers from tables that an expert reads, and whole files.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on has failed

mod support;

use qidai_bank::{Measure, Phase, Status, UnitRecord};
use qidai_exchange::mapping::Mapping;
use qidai_exchange::{Issue, PlanError};
use support::{din, file, units};

const HEADER: &str =
    "din,bank_type,collection_date,sex,abo,rhd,tnc_total,cd34_total,volume_ml,viability_percent,hla";
const GOOD: [&str; 11] = [
    "Z000125000009E",
    "public",
    "2022-03-04",
    "F",
    "A",
    "+",
    "1000000000",
    "3000000",
    "25",
    "95",
    "A*02:01+A*24:02",
];

fn cases(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .inspect(|case| assert_eq!(case.len(), 4, "{case:?}"))
}

fn csv_of(header: &[&str], cells: &[&str]) -> String {
    let quoted =
        |cells: &[&str]| cells.iter().map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(",");
    format!("{}\n{}\n", quoted(header), quoted(cells))
}

fn read_one(text: &str) -> Result<UnitRecord, Vec<Issue>> {
    let given = file("t.csv", text.as_bytes());
    units(&given.path, &Mapping::default()).unwrap().remove(0).record
}

/// The value of a field as the bank writes it.
fn shown(unit: &UnitRecord, field: &str) -> String {
    let name = match field {
        "din" => "identity",
        "tnc_collected" => "collected_tnc_total",
        "volume_collected_ml" => "collected_volume_ml",
        "viability_post_thaw_percent" => "post_thaw_viability_percent",
        other => other,
    };
    let fields = unit.fields();
    fields.into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}

#[test]
fn each_cell_of_the_table_is_read_as_it_says() {
    for case in cases(include_str!("cases/import_units.tsv")) {
        let [column, value, expected, _source] = case[..] else { unreachable!() };
        let mut cells = GOOD;
        let header: Vec<&str> = HEADER.split(',').collect();
        cells[header.iter().position(|name| *name == column).unwrap()] = value;
        let found = match read_one(&csv_of(&header, &cells)) {
            Ok(unit) => shown(&unit, column),
            Err(issues) => {
                assert!(
                    issues.iter().all(|issue| issue.row == Some(2) && issue.column == column),
                    "{issues:?}"
                );
                assert!(
                    issues.iter().all(|issue| !issue.reason.is_empty() && !issue.hint.is_empty()),
                    "{issues:?}"
                );
                format!("error:{}", issues.iter().map(|issue| issue.code).collect::<Vec<_>>().join(","))
            }
        };
        assert_eq!(found, expected, "{column} = {value:?}");
    }
}

#[test]
fn each_header_of_the_table_means_the_field_it_says() {
    for case in cases(include_str!("cases/import_headers.tsv")) {
        let [header, field, cell, _source] = case[..] else { unreachable!() };
        let mut names: Vec<&str> = HEADER.split(',').collect();
        let mut cells = GOOD.to_vec();
        match names.iter().position(|name| *name == field) {
            Some(at) => (names[at], cells[at]) = (header, cell),
            None => {
                names.push(header);
                cells.push(cell);
            }
        }
        let unit = read_one(&csv_of(&names, &cells)).unwrap_or_else(|issues| panic!("{header}: {issues:?}"));
        let good = read_one(&csv_of(&HEADER.split(',').collect::<Vec<_>>(), &GOOD)).unwrap();
        match HEADER.split(',').any(|name| name == field) || field == "-" {
            true => assert_eq!(unit, good, "{header}"),
            false => assert_ne!(shown(&unit, field), "", "{header}"),
        }
    }
}

#[test]
fn all_issues_of_a_row_come_at_once() {
    let issues =
        read_one(&format!("{HEADER}\nZ000125000009X,public,2099-01-01,?x,A,+,-5,3,25,95,nonsense\n"))
            .unwrap_err();
    let codes: Vec<String> = issues.iter().map(|issue| format!("{} {}", issue.column, issue.code)).collect();
    assert_eq!(
        codes,
        [
            "din din_check_wrong",
            "sex sex_unknown",
            "cd34_total amount_implausible",
            "hla hla_unknown",
            "tnc_total count_negative",
            "collection_date date_in_future"
        ]
    );
}

#[test]
fn issue_names_the_column_as_the_file_does() {
    let issues =
        read_one(&format!("条码号,库别,HLA分型,有核细胞总数\n{},公共库,A*02:01+A*24:02,-1\n", din(1)))
            .unwrap_err();
    assert_eq!((issues[0].column.as_str(), issues[0].value.as_str()), ("有核细胞总数", "-1"));
}

#[test]
fn status_that_is_not_stated_follows_the_bank_type() {
    let status = |row: &str| {
        read_one(&format!("din,bank_type,hla,status\n{},{row}\n", din(7))).map(|unit| unit.status)
    };
    assert_eq!(status("public,A*02:01,").unwrap(), Status::Available);
    assert_eq!(status("family,,").unwrap(), Status::FamilyHeld);
    assert_eq!(status("public,,quarantine").unwrap(), Status::Quarantine);
    assert_eq!(status("public,,待检冻存").unwrap(), Status::Quarantine);
    assert_eq!(status("public,A*02:01,In Release Testing").unwrap(), Status::InReleaseTesting);
    assert_eq!(status("family,A*02:01,available").unwrap_err()[0].code, "status_not_for_bank_type");
    assert_eq!(status("public,A*02:01,gone").unwrap_err()[0].code, "status_unknown");
}

#[test]
fn row_without_bank_type_is_not_blamed_for_its_status() {
    let issues =
        read_one(&format!("din,bank_type,hla,status\n{},neither,A*02:01,family_held\n", din(7))).unwrap_err();
    assert_eq!(issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), ["bank_type_unknown"]);
}

#[test]
fn missing_required_columns_are_one_issue_that_lists_what_was_found() {
    let given = file("t.csv", b"\nnumber,sex\n1,F\n");
    let Err(PlanError::Header(issues)) = units(&given.path, &Mapping::default()) else { panic!() };
    assert_eq!(issues.len(), 1);
    assert_eq!((issues[0].code, issues[0].row), ("column_missing", Some(2)));
    assert!(
        issues[0].reason.contains("din, bank_type, hla") && issues[0].reason.contains("number, sex"),
        "{}",
        issues[0].reason
    );
}

#[test]
fn two_columns_for_one_field_are_an_issue() {
    let given = file("t.csv", b"din,bank_type,hla,TNC,tnc_total\n");
    let Err(PlanError::Header(issues)) = units(&given.path, &Mapping::default()) else { panic!() };
    assert_eq!(issues.iter().map(|issue| issue.code).collect::<Vec<_>>(), ["column_twice"]);
}

#[test]
fn damaged_characters_are_an_issue_of_their_cell() {
    let mut bytes =
        format!("din,bank_type,hla,processing_method\n{},public,A*02:01,手工离心法\n", din(1)).into_bytes();
    let at = bytes.len() - 3;
    bytes[at] = 0xFF;
    let outcome = units(&file("t.csv", &bytes).path, &Mapping::default()).unwrap().remove(0);
    assert_eq!(outcome.record.unwrap_err()[0].code, "text_damaged");
}

#[test]
fn saved_mapping_reads_a_senders_file() {
    let mapping: Mapping = serde_json::from_str(
        r#"{"columns": {"编码": "din", "细胞": "tnc_total", "标本": ""},
            "constants": {"bank_type": "public"},
            "values": {"sex": {"boy": "M", "girl": "F"}},
            "units": {"tnc_total": "1e8"},
            "identity": {"scheme": "local", "pattern": "SD######"}}"#,
    )
    .unwrap();
    let given = file("t.csv", "编码,细胞,标本,HLA,sex\nSD000123,12.34,x,A*02:01+A*24:02,girl\n".as_bytes());
    let outcome = units(&given.path, &mapping).unwrap().remove(0);
    let unit = outcome.record.unwrap();
    assert_eq!((unit.identity.scheme.as_str(), unit.identity.value.as_str()), ("local", "SD000123"));
    assert_eq!(unit.counts.get(Phase::Processed, Measure::TncTotal), Some(1_234_000_000));
    assert_eq!(shown(&unit, "sex"), "F");
    assert_eq!(outcome.identity.as_deref(), Some("local SD000123"));
}

#[test]
fn mapping_that_does_not_fit_the_file_is_explained() {
    let mapping: Mapping = serde_json::from_str(
        r#"{"columns": {"nowhere": "din"}, "units": {"tnc": "1e8"}, "constants": {"bank_type": "public"}}"#,
    )
    .unwrap();
    let given = file("t.csv", format!("din,hla\n{},A*02:01\n", din(1)).as_bytes());
    let Err(PlanError::Header(issues)) = units(&given.path, &mapping) else { panic!() };
    assert_eq!(
        issues.iter().map(|issue| issue.code).collect::<Vec<_>>(),
        ["mapping_field_unknown", "mapped_column_missing"]
    );
    let wrong = serde_json::from_str::<Mapping>(r#"{"colums": {}}"#).unwrap_err().to_string();
    assert!(wrong.contains("colums"), "{wrong}");
}

#[test]
fn unit_with_every_field_reads_back_as_it_was() {
    let header = "din,bank_type,status,collection_date,birth_date,expiry_date,sex,abo,rhd,tnc_total,cd34_total,\
        cryovolume_ml,rbc_depleted,processing_method,attached_segments,identity_confirmed,accreditation,idm,cmv,\
        haemoglobinopathy,microbial_growth,hla,hla_method,hla_release,hla_typed_on,mother_hla,mother_hla_method";
    let row = format!(
        "{},public,available,2022-03-04,2022-03-04,2052-03-04,M,AB,-,1.5e9,5e6,25.5,yes,Sepax,3,no,FACT/AABB,negative,\
        阳性,neg,-,A*02:01+A*24:02,NGS,3.58.0,2022-04-01,A*02:01+A*11:01,SBT",
        din(3)
    );
    let unit = read_one(&format!("{header}\n{row}\n")).unwrap();
    assert_eq!(
        unit.fields()
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.contains("accredited"))
            .count(),
        2
    );
    insta::assert_json_snapshot!(unit);
}
