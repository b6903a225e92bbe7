//! The tables in `cases/`: an expert can correct a row without knowing this code.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

use jiff::civil::date;
use qidai_bank::{
    BankType, CanonicalRecord, CheckRule, CnId, CodeCheck, Din, Identity, IdentityError, Measure, Mobile,
    OwnScheme, PasswordHash, Phase, RandomSource, Sex, Status, TotpSecret, Typing, UnitRecord, Uscc,
    check_character, parse_count_field, password_problem,
};

/// Rows of a table without comments and heading; every row must have `columns` cells.
fn rows(table: &'static str, columns: usize) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines().filter(|line| !line.starts_with("# ")).skip(1); // the heading
    lines.map(move |line| {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), columns, "row: {line}");
        cells
    })
}

/// `ok` with the value, or the code with a word of the reason.
fn check(written: &str, got: Result<Identity, IdentityError>, expected: &str, word: &str) {
    match got {
        Ok(identity) => assert_eq!(("ok", identity.value.as_str()), (expected, word), "{written}"),
        Err(error) => {
            assert_eq!(error.code, expected, "{written}: {error}");
            assert!(error.reason.contains(word), "{written}: '{word}' is not in '{error}'");
            assert!(!error.hint.is_empty());
        }
    }
}

/// `U+XXXX` stands for a character that could be mistaken in the table.
fn with_characters(cell: &str) -> String {
    let Some((before, after)) = cell.split_once("U+") else { return cell.to_owned() };
    let code = u32::from_str_radix(&after[..4], 16).expect("four hexadecimal digits");
    format!("{before}{}{}", char::from_u32(code).expect("a character"), &after[4..])
}

#[test]
fn donation_identification_numbers() {
    let mut count = 0;
    for row in rows(include_str!("cases/din.tsv"), 4) {
        let written = with_characters(row[0].trim_matches('|'));
        check(&written, Identity::din(&written), row[1], row[2]);
        count += 1;
    }
    assert!(count > 30, "{count} rows");
}

#[test]
fn a_written_din_reads_as_itself() {
    for sequence in 0..1_000 {
        let din = Identity::din(&format!("G123417{:06}", sequence * 997)).expect("valid");
        assert_eq!(din.written().len(), 14);
        assert_eq!(Identity::din(&din.written()), Ok(din));
    }
}

/// What a check character is for: any one character misread, and any two neighbours exchanged.
#[test]
fn a_check_character_finds_single_errors_and_exchanges() {
    let number = "G123417654321";
    let check = check_character(number).expect("a check character");
    for at in 0..number.len() {
        for other in "0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ".chars() {
            let mut changed: Vec<char> = number.chars().collect();
            if changed[at] != other {
                changed[at] = other;
                let changed: String = changed.into_iter().collect();
                assert!(Din::parse(&format!("{changed}{check}")).is_err(), "{changed}");
            }
        }
        let mut exchanged: Vec<char> = number.chars().collect();
        if at > 0 && exchanged[at] != exchanged[at - 1] {
            exchanged.swap(at, at - 1);
            let exchanged: String = exchanged.into_iter().collect();
            assert!(Din::parse(&format!("{exchanged}{check}")).is_err(), "{exchanged}");
        }
    }
}

fn rule(cell: &str) -> Option<CheckRule> {
    (cell != "-").then(|| CheckRule::parse(cell).expect("a known rule"))
}

#[test]
fn numbers_of_a_banks_own_scheme() {
    for row in rows(include_str!("cases/own_scheme.tsv"), 6) {
        let scheme = OwnScheme::new("local", row[0], rule(row[1])).expect("a good pattern");
        check(row[2], scheme.parse(row[2]), row[3], row[4]);
    }
}

#[test]
fn refused_patterns_say_why() {
    for row in rows(include_str!("cases/own_scheme_refused.tsv"), 5) {
        let refused = OwnScheme::new(row[0], row[1], rule(row[2]));
        let error = refused.expect_err(row[1]);
        assert_eq!(error.code, "identity_scheme_wrong");
        assert!(error.reason.contains(row[3]), "'{}' is not in '{error}'", row[3]);
    }
}

#[test]
fn amounts_of_files() {
    for row in rows(include_str!("cases/amount.tsv"), 5) {
        let measure = Measure::parse(row[0]).expect("a measure");
        match measure.parse_amount(row[1]) {
            Ok(amount) => {
                assert_eq!(amount.to_string(), row[2], "{} {}", row[0], row[1]);
                assert_eq!(measure.format_amount(amount), row[3]);
            }
            Err(error) => assert_eq!(error.code(), row[2], "{} '{}'", row[0], row[1]),
        }
    }
}

/// The good unit of the table with one field changed.
fn unit_with(field: &str, value: &str) -> UnitRecord {
    let mut unit = UnitRecord::new(Identity::din("G123417654321").expect("valid"), BankType::Public);
    unit.collection_date = Some(date(2024, 5, 1));
    unit.counts.set(Phase::Processed, Measure::TncTotal, Some(1_200_000_000));
    unit.typings = vec![Typing::written("A*02:01")];
    let day = || Some(value.parse().expect("a date"));
    match field {
        "collection_date" => unit.collection_date = day(),
        "birth_date" => unit.birth_date = day(),
        "expiry_date" => unit.expiry_date = day(),
        "hla_typed_on" => unit.typings[0].typed_on = day(),
        "hla" => unit.typings[0].written = value.to_owned(),
        "status" => unit.status = Status::parse(value).expect("a status"),
        "attached_segments" => unit.attached_segments = Some(value.parse().expect("a number")),
        "cryovolume_ml" => unit.cryovolume_ul = Measure::Volume.parse_amount(value).ok(),
        count => {
            let (phase, measure) = parse_count_field(count).expect("a count");
            let amount = measure.parse_amount(value).expect("an amount");
            unit.counts.set(phase, measure, Some(amount));
        }
    }
    unit
}

#[test]
fn problems_of_a_unit() {
    for row in rows(include_str!("cases/unit_problems.tsv"), 4) {
        let problems = unit_with(row[0], row[1]).problems(date(2024, 6, 30));
        let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        let codes = if codes.is_empty() { "-".to_owned() } else { codes.join(" ") };
        assert_eq!(codes, row[2], "{} = {}", row[0], row[1]);
        for problem in problems {
            assert!(!problem.hint.is_empty());
        }
    }
}

#[test]
fn all_problems_of_a_unit_are_told_at_once() {
    let mut unit = unit_with("tnc_total", "-1");
    unit.collection_date = Some(date(2030, 1, 1));
    unit.counts.set(Phase::PostThaw, Measure::Viability, Some(20_000));
    let problems = unit.problems(date(2024, 6, 30));
    let told: Vec<_> = problems.iter().map(|p| (p.field.as_str(), p.value.as_str(), p.code)).collect();
    let expected = [
        ("tnc_total", "-1", "count_negative"),
        ("post_thaw_viability_percent", "200", "viability_out_of_range"),
        ("collection_date", "2030-01-01", "date_in_future"),
    ];
    assert_eq!(told, expected);
}

/// Each code and its label code read back as their state; no two states share one.
#[test]
fn codes_of_states_read_back() {
    let mut seen = std::collections::HashSet::new();
    for status in Status::all() {
        assert_eq!(Status::parse(status.code()), Some(status));
        assert_eq!(Status::parse(status.label_code()), Some(status));
        assert_eq!(serde_json::to_value(status).expect("JSON"), status.code());
        assert!(seen.insert(status.code()));
        assert_eq!(status.is_searchable(), status == Status::Available);
    }
    assert_eq!(seen.len(), 29);
}

/// A number read by `parse`, compared with each row of a table: `ok` with the value, or the code with a word of the
/// reason.
fn check_papers(table: &'static str, rows_min: usize, parse: impl Fn(&str) -> Result<String, IdentityError>) {
    let mut count = 0;
    for row in rows(table, 4) {
        let written = with_characters(row[0].trim_matches('|'));
        match parse(&written) {
            Ok(value) => assert_eq!(("ok", value.as_str()), (row[1], row[2]), "{written}"),
            Err(error) => {
                assert_eq!(error.code, row[1], "{written}: {error}");
                assert!(error.reason.contains(row[2]), "{written}: '{}' is not in '{error}'", row[2]);
            }
        }
        count += 1;
    }
    assert!(count >= rows_min, "{count} rows");
}

#[test]
fn citizen_identity_numbers() {
    let today = date(2026, 1, 1);
    let table = include_str!("cases/cn_id.tsv");
    check_papers(table, 24, |text| CnId::parse(text, today).map(|number| number.as_str().to_owned()));
}

#[test]
fn a_citizen_identity_number_tells_birth_sex_and_region() {
    let today = date(2026, 1, 1);
    let number = CnId::parse("370102199003072150", today).expect("valid");
    assert_eq!((number.birth_date(), number.sex()), (date(1990, 3, 7), Sex::Male));
    assert!(number.region_is_known());
    assert_eq!(number.masked(), "370102**********50");
    assert_eq!(format!("{number:?}"), "CnId(370102**********50)");
    let woman = CnId::parse("370102199003072169", today).expect("valid");
    assert_eq!(woman.sex(), Sex::Female);
    let converted = CnId::from_old_form("370102900307215", today).expect("convertible");
    assert_eq!(converted, number);
    assert_eq!(
        CnId::from_old_form("37010290030721", today).expect_err("14 digits").code,
        "cn_id_length_wrong"
    );
}

#[test]
fn unified_social_credit_codes() {
    check_papers(include_str!("cases/uscc.tsv"), 12, |text| {
        Uscc::parse(text).map(|code| code.as_str().to_owned())
    });
    let code = Uscc::parse("91350100M000100Y43").expect("valid");
    assert_eq!((code.organisation_code(), code.organisation_check_fits()), ("M000100Y4", true));
}

#[test]
fn mobile_numbers() {
    check_papers(include_str!("cases/mobile.tsv"), 13, |text| {
        Mobile::parse(text).map(|mobile| mobile.e164())
    });
    assert_eq!(Mobile::parse("13812340000").expect("valid").masked(), "138****0000");
}

#[test]
fn passwords() {
    let mut count = 0;
    for row in rows(include_str!("cases/password.tsv"), 3) {
        let code = password_problem(row[0], "S0012").map_or("ok", |problem| problem.code);
        assert_eq!(code, row[1], "{}", row[0]);
        count += 1;
    }
    assert!(count >= 16, "{count} rows");
    let longest = "long and unusual ".repeat(15);
    assert!(password_problem(&longest, "S0012").is_none());
    assert_eq!(password_problem(&longest.repeat(2), "S0012").expect("too long").code, "password_too_long");
}

#[test]
fn a_password_is_kept_as_a_hash() {
    let random = RandomSource::seeded(7);
    let hash = PasswordHash::of("correct horse battery staple", &random).expect("hashed");
    let again = PasswordHash::of("correct horse battery staple", &random).expect("hashed");
    assert_ne!(hash, again, "each has its own salt");
    assert!(hash.fits("correct horse battery staple").expect("compared"));
    assert!(hash.fits("correct\u{a0}horse battery staple").expect("compared"), "NFKC");
    assert!(!hash.fits("correct horse battery stapl").expect("compared"));
    assert!(!hash.is_outdated());
    assert_eq!(format!("{hash:?}"), "PasswordHash");
}

#[test]
fn a_code_is_right_for_a_moment_and_once() {
    let secret = TotpSecret::new(*b"12345678901234567890");
    let at = |seconds| jiff::Timestamp::from_second(seconds).expect("a time");
    let code = secret.code(at(59));
    for (seconds, last, expected) in [
        (59, None, CodeCheck::Right { step: 1 }),
        (30, None, CodeCheck::Right { step: 1 }),
        (89, None, CodeCheck::Right { step: 1 }),
        (0, None, CodeCheck::Right { step: 1 }),
        (90, None, CodeCheck::Wrong),
        (59, Some(1), CodeCheck::Used),
        (59, Some(2), CodeCheck::Used),
        (59, Some(0), CodeCheck::Right { step: 1 }),
    ] {
        assert_eq!(secret.check(&code, at(seconds), last), expected, "{seconds}, {last:?}");
    }
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    assert_eq!(secret.check(&spaced, at(59), None), CodeCheck::Right { step: 1 });
    assert_eq!(secret.check("", at(59), None), CodeCheck::Wrong);
}

/// What is signed is exactly the record: another field, order or boundary is another digest.
#[test]
fn a_digest_covers_the_whole_record() {
    let record = |kind: &str, id: &str, fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        CanonicalRecord::new(kind, id, fields).digest()
    };
    let signed = record("unit", "din/1", &[("tnc_total", "12"), ("sex", "F")]);
    assert_eq!(signed, record("unit", "din/1", &[("tnc_total", "12"), ("sex", "F")]));
    for other in [
        record("unit", "din/2", &[("tnc_total", "12"), ("sex", "F")]),
        record("unitd", "in/1", &[("tnc_total", "12"), ("sex", "F")]),
        record("unit", "din/1", &[("tnc_total", "1"), ("sex", "2F")]),
        record("unit", "din/1", &[("tnc_total", "12"), ("sex", "F"), ("abo", "")]),
        record("unit", "din/1", &[("sex", "F"), ("tnc_total", "12")]),
        record("unit", "din/1", &[("tnc_total", "12")]),
    ] {
        assert_ne!(signed, other);
    }
}

/// From × to: what is not in the table is refused.
#[test]
fn legal_moves_of_a_unit() {
    let status = |code: &str| Status::parse(code).expect("a state");
    let rows: Vec<Vec<&str>> = rows(include_str!("cases/unit_moves.tsv"), 5).collect();
    let forth = rows.iter().filter(|row| row[1] != "back");
    let legal: Vec<(Status, Status)> = forth.map(|row| (status(row[0]), status(row[1]))).collect();
    let mut refused = 0;
    for from in Status::all() {
        for to in Status::all() {
            assert_eq!(from.may_become(to), legal.contains(&(from, to)), "{from:?} to {to:?}");
            refused += usize::from(!from.may_become(to));
        }
    }
    assert_eq!((legal.len(), refused + legal.len()), (95, 29 * 29));
    // States from which a unit goes back to where it was.
    let back: Vec<&str> = rows.iter().filter(|row| row[1] == "back").map(|row| row[0]).collect();
    assert_eq!(back, ["held", "recalled", "under_evaluation"]);
}
