//! The doors, with lines as a script sends them.

use serde_json::Value;

use super::*;

fn answers(answer: batch::Answer, input: &[u8]) -> (Vec<String>, bool) {
    let release = Release::starter();
    let mut output = Vec::new();
    let accepted = batch::stream(input, &mut output, &Nomenclature::new(&release, None), answer).unwrap();
    let text = String::from_utf8(output).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "the last line ends as well");
    (text.lines().map(str::to_owned).collect(), accepted)
}

#[test]
fn reduce_answers_every_line_in_order() {
    let (lines, accepted) = answers(
        reduce::line,
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
    assert!(answers(reduce::line, b"A*24:02\tS\n").1);
    assert_eq!(answers(reduce::line, b"").0.len(), 0, "no line, no answer");
}

#[test]
fn explain_keeps_keys_order_and_lines() {
    let (lines, accepted) = answers(explain::line, b"A*24:02\n\nB62\nA*02:01+A*24:02\n");
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

#[test]
fn long_input_is_answered_in_order() {
    let input: String = (0..50_000).map(|i| format!("A*02:{i}\tS\n")).collect();
    let (lines, _) = answers(reduce::line, input.as_bytes());
    assert_eq!(lines.len(), 50_000);
    for (i, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("A*02:{i}\t")), "{line}");
    }
}
