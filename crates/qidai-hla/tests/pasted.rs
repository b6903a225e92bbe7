//! What people paste into a box: tables, letters, brackets, signs of input methods.
#![allow(clippy::unwrap_used)] // a test that cannot go on has failed

use qidai_hla::{LocusTyping, Nomenclature, PersonTyping, Release};

const CASES: &str = include_str!("cases/pasted.tsv");

#[test]
fn what_is_pasted_is_read_or_refused() {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let mut wrong = Vec::new();
    for line in CASES.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let [text, gl, said, source] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}");
        };
        assert!(!source.is_empty());
        let text = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r");
        let read = PersonTyping::read_line(&text, &nomenclature);
        let found = match &read {
            Ok(person) => {
                let mut codes: Vec<&str> =
                    person.typed().flat_map(LocusTyping::all_warnings).map(|warning| warning.code).collect();
                codes.sort_unstable();
                codes.dedup();
                let codes = if codes.is_empty() { "-".to_owned() } else { codes.join("/") };
                (person.to_gl_string().replace("HLA-", ""), codes)
            }
            Err(_) => ("!".to_owned(), "-".to_owned()),
        };
        if found != (gl.to_owned(), said.to_owned()) {
            wrong
                .push(format!("{source}: {text:?}\n  {found:?}\n  expected {gl} {said}\n  {:?}", read.err()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words around a typing never change it, and never turn a refusal into another typing.
#[test]
fn a_typing_says_the_same_inside_of_a_letter() {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    for line in ["A*02:01,24:02 B*46:01,40:01", "A2,24 B46,60 DR9,8", "A*99:99", "DRB1 09:01 08:03"] {
        let bare = PersonTyping::read_line(line, &nomenclature).map(|person| person.to_gl_string());
        let letter = format!("Dear colleagues,\n\nplease search for\n{line}\n\nwith kind regards\nDr. Li");
        let inside = PersonTyping::read_line(&letter, &nomenclature).map(|person| person.to_gl_string());
        assert_eq!(bare.is_ok(), inside.is_ok(), "{line}: {inside:?}");
        assert_eq!(bare.ok(), inside.ok(), "{line}");
    }
}
