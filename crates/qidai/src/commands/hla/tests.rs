//! The doors, with lines as a script sends them.

use serde_json::{Value, json};

use super::*;

fn answers(answer: batch::Answer<'_>, input: &[u8]) -> (Vec<String>, bool) {
    let release = Release::starter();
    let mut output = Vec::new();
    let accepted =
        batch::answer_all(input, &mut output, &[Nomenclature::new(&release, None)], answer).unwrap();
    let text = String::from_utf8(output).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "the last line ends as well");
    (text.lines().map(str::to_owned).collect(), accepted)
}

/// As the first line of a batch is reduced: without tables.
fn one_reduced(line: &batch::Line<'_>, nomenclature: &Nomenclature<'_>, out: &mut String) -> bool {
    let names = OnceLock::new();
    reduce::line(line, nomenclature, &tables::Tables::new(&names, *nomenclature), out)
}

#[test]
fn long_batches_answer_as_short_ones_do() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../qidai-hla/tests/data/mini");
    let (release, mac) =
        (reference::load_release(&dir).unwrap(), reference::load_mac(&dir.join("mac.tsv")).unwrap());
    let nomenclature = Nomenclature::new(&release, Some(&mac));
    let texts = ["A*91:08", "A*91:QE", "A*91:03N", "A91", "A*91:XX", "A*91:01/02", "A*91:01+A*92:03", "A*9"];
    let levels = qidai_hla::reduce::ALL_LEVELS.iter().map(|level| level.name);
    let lines: Vec<String> =
        levels.flat_map(|level| texts.map(|text| format!("{text}\t{level}\n"))).collect();
    let short = under_mini(&one_reduced, &lines.concat());
    let names = OnceLock::new();
    let tables = tables::Tables::new(&names, nomenclature);
    let answer = |line: &batch::Line<'_>, nomenclature: &Nomenclature<'_>, out: &mut String| {
        reduce::line(line, nomenclature, &tables, out)
    };
    let mut output = Vec::new();
    let long = lines.concat().repeat(1_000);
    batch::answer_all(long.as_bytes(), &mut output, &[nomenclature], &answer).unwrap();
    assert!(names.get().is_some(), "so many lines are worth tables");
    for (i, line) in String::from_utf8(output).unwrap().lines().enumerate() {
        assert_eq!(line, short[i % short.len()], "line {i}");
    }
}

#[test]
fn reduce_answers_every_line_in_order() {
    let (lines, accepted) = answers(
        &one_reduced,
        b"A*24:02\tS\n\nA*24:02\nA*24:02\tH\nA*99:01\tS\r\nA*24:02\tG\nA*24:02\tS\tmore\n\xff\tS\n a*24:02\tS",
    );
    let starts = [
        "A*24:02\tS\tok\tA9/A24",
        "\t\terror:typing_empty\t\t",
        "A*24:02\t\terror:level_missing\t\t",
        "A*24:02\tH\terror:level_unknown\t\t",
        "A*99:01\tS\terror:allele_unknown\t\t",
        "A*24:02\tG\terror:release_needed\t\t",
        "A*24:02\tS\terror:columns_too_many\t\t",
        "\u{FFFD}\tS\terror:not_utf8\t\t",
        " a*24:02\tS\tok\tA9/A24\tblanks_removed: ",
    ];
    assert_eq!(lines.len(), starts.len(), "{lines:#?}");
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line:?} begins with {start:?}");
    }
    assert!(!accepted);
    assert!(answers(&one_reduced, b"A*24:02\tS\n").1);
    assert_eq!(answers(&one_reduced, b"").0.len(), 0, "no line, no answer");
}

#[test]
fn explain_keeps_keys_order_and_lines() {
    let (lines, accepted) = answers(&explain::line, b"A*24:02\n\nB62\nA*02:01+A*24:02\n");
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[0],
        "{\"typing\":\"A*24:02\",\"category\":\"allele\",\"members\":{\"count\":1,\"first\":[\"A*24:02\"]},\"p_groups\":[],\"g_groups\":[],\"antigens\":[{\"name\":\"A24\",\"confidence\":\"unambiguous\"}],\"warnings\":[],\"error\":null}"
    );
    let codes: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["error"]["code"].clone())
        .collect();
    assert_eq!(codes, [Value::Null, "typing_empty".into(), Value::Null, "form_unknown".into()]);
    assert!(!accepted);
}

fn under_mini(answer: batch::Answer<'_>, input: &str) -> Vec<String> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../qidai-hla/tests/data/mini");
    let release = reference::load_release(&dir).unwrap();
    let mac = reference::load_mac(&dir.join("mac.tsv")).unwrap();
    let mut output = Vec::new();
    batch::answer_all(input.as_bytes(), &mut output, &[Nomenclature::new(&release, Some(&mac))], answer)
        .unwrap();
    String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_note_says_what_was_renamed_dropped_and_hidden() {
    let lines = under_mini(&one_reduced, "A*91:08\tP\nA*91:QE\tP\nA*91:03N\tG\nA*91:03N\tS\n");
    assert_eq!(
        lines,
        [
            "A*91:08\tP\tok\tA*91:01P\tallele_renamed: A*91:08 is now A*91:02",
            "A*91:QE\tP\tok\tA*91:01P\tmac_member_dropped: A*91:88 is not in release 0.1.0",
            "A*91:03N\tG\tok\tA*91:01:01G\tnull_hidden: A*91:03N has no product; level G does not show it",
            "A*91:03N\tS\tempty\t\tnothing_at_level: A*91:03N has nothing at level S",
        ]
    );
}

#[test]
fn categories_follow_the_form_and_antigens_their_confidence() {
    let forms = "A*91:01\nA*91:01/02\nA*91:XX\nA*91:QA\nA*91:01:01G\nA*91:01P\nA*91:01g\nA91\nA*91:NEW\n";
    let answers: Vec<Value> =
        under_mini(&explain::line, forms).iter().map(|l| serde_json::from_str(l).unwrap()).collect();
    let categories: Vec<&str> = answers.iter().map(|a| a["category"].as_str().unwrap()).collect();
    let expected =
        ["allele", "allele_string", "xx", "mac", "g_group", "p_group", "small_g", "serology", "new"];
    assert_eq!(categories, expected);
    let antigens = |text: &str| {
        let line = under_mini(&explain::line, text).remove(0);
        serde_json::from_str::<Value>(&line).unwrap()["antigens"].clone()
    };
    let known_as = |name: &str, confidence: &str| json!({ "name": name, "confidence": confidence });
    assert_eq!(antigens("A*91:10"), json!([known_as("A91", "expert")]));
    let three = [known_as("A91", "possible"), known_as("A92", "possible"), known_as("A9103", "assumed")];
    assert_eq!(antigens("A*92:03/A*91:02"), json!(three));
}

#[test]
fn long_input_is_answered_in_order() {
    let input: String = (0..50_000).map(|i| format!("A*02:{i}\tS\n")).collect();
    let (lines, _) = answers(&one_reduced, input.as_bytes());
    assert_eq!(lines.len(), 50_000);
    for (i, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("A*02:{i}\t")), "{line}");
    }
}

#[test]
fn codes_are_read_both_ways() {
    let decoded = under_mini(&mac::decode, "A*91:QA\nA*91:QE\nA*91:ZZ\n\n");
    assert_eq!(decoded[0], "A*91:QA\tok\tA*91:01/A*91:02\t");
    assert!(decoded[1].starts_with("A*91:QE\tok\tA*91:01\tmac_member_dropped: "), "{}", decoded[1]);
    assert!(decoded[2].starts_with("A*91:ZZ\terror:mac_unknown\t\t"), "{}", decoded[2]);
    assert!(decoded[3].starts_with("\terror:"), "{}", decoded[3]);
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../qidai-hla/tests/data/mini");
    let index = MacIndex::new(&reference::load_mac(&dir.join("mac.tsv")).unwrap());
    let encode = |line: &batch::Line<'_>, nomenclature: &Nomenclature<'_>, out: &mut String| {
        mac::encode(line, nomenclature, &index, out)
    };
    let encoded = under_mini(&encode, "A*91:02/01\nA*91:01\nA*91:01/A*91:10\nA*91:01:01:01/A*91:02\n");
    assert_eq!(
        encoded,
        [
            "A*91:02/01\tok\tA*91:QA\t",
            "A*91:01\tok\tA*91:01\t",
            "A*91:01/A*91:10\tempty\t\t",
            "A*91:01:01:01/A*91:02\tok\tA*91:QA\t",
        ]
    );
}

#[test]
fn a_person_gets_a_tree_and_a_wrong_text_says_what_would_be_right() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../qidai-hla/tests/data/mini");
    let release = reference::load_release(&dir).unwrap();
    let nomenclature = Nomenclature::new(&release, None);
    let said = |text: &str, lang: Lang| {
        explain::tree(&crate::explain::explain_all(text, &nomenclature, None), lang.words())
    };
    let tree = said("A*91:08", Lang::En);
    assert!(tree.starts_with("A*91:08\n├─ Form: the name of an allele"), "{tree}");
    for part in
        ["A*91:02", "P groups: A*91:01P", "renamed since (A*91:08 is now A*91:02)", "└─ Release: 0.1.0"]
    {
        assert!(tree.contains(part), "{part} in {tree}");
    }
    let refused = said("A*91:2", Lang::En);
    assert!(refused.contains("Did you mean: A*91:02"), "{refused}");
    assert!(said("A*91:08", Lang::ZhCn).contains("P 组: A*91:01P"));
}

#[test]
fn how_common_an_allele_is_changes_no_answer() {
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let table = qidai_hla::rarity::RarityTable::read("h\nA*24:02,C,C,C,C,C,C,C,C\n").unwrap();
    let with = crate::explain::explain_all("A*24:02", &nomenclature, Some(&table));
    assert_eq!(with.rarity, Some("C"));
    let other = crate::explain::explain_all("A*11:01", &nomenclature, Some(&table));
    assert_eq!((other.rarity, other.explanation.members.count), (None, 1), "not in the table is not known");
}
