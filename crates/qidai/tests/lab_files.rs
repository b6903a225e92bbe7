//! Results by file from the command line: good rows wait, the others come back, nothing is entered twice or lost.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use serde_json::Value;
use support::{Answer, qidai};

const FIRST: &str = "G1234240000011";
const SECOND: &str = "G123424000002*";

fn lines(answer: &Answer) -> Vec<Value> {
    answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

struct Desk {
    folder: tempfile::TempDir,
    bank: String,
}

impl Desk {
    /// A bank with two public units in quarantine.
    fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let bank = folder.path().join("bank.sqlite").display().to_string();
        let file = folder.path().join("units.csv");
        let header = "din,bank_type,status,collection_date,sex,abo,rhd,tnc_total,cd34_total,volume_ml,viability_percent,hla";
        let row =
            |din: &str| format!("{din},public,quarantine,2024-05-01,F,A,+,1200000000,4080000,25,97.5,\n");
        std::fs::write(&file, format!("{header}\n{}{}", row(FIRST), row(SECOND))).unwrap();
        let made = qidai(&["import", "units", file.to_str().unwrap(), "--bank", &bank], "");
        assert_eq!(made.exit, Some(0), "{}{}", made.out, made.err);
        Desk { folder, bank }
    }

    fn write(&self, name: &str, content: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    fn import(&self, file: &str, more: &[&str]) -> (Option<i32>, Value) {
        let front = ["lab", "import", file, "--laboratory", "count laboratory", "--bank", &self.bank];
        let answer = qidai(&[&front[..], more].concat(), "");
        let told = lines(&answer).into_iter().next();
        (answer.exit, told.unwrap_or_else(|| panic!("{}{}", answer.out, answer.err)))
    }

    fn worklist(&self) -> usize {
        lines(&qidai(&["lab", "worklist", "--bank", &self.bank], "")).len()
    }
}

#[test]
fn good_rows_are_taken_whole_and_the_others_come_back() {
    let desk = Desk::new();
    let text = format!(
        "条码号;TNC (10^8);HBsAg;姓名\r\n{FIRST}-P;12,5;阴性;王芳\r\n{SECOND}-P;13,1;maybe;王芳\r\nG123424000099;11,9;阴性;王芳\r\n"
    );
    let gb = gb18030(&text);
    let file = desk.write("day.csv", &gb);
    let (exit, checked) = desk.import(&file, &["--dry-run"]);
    assert_eq!(
        (exit, &checked["message"], desk.worklist()),
        (Some(2), &Value::Null, 0),
        "nothing is written"
    );
    let errors = desk.folder.path().join("errors.csv").display().to_string();
    let (exit, told) = desk.import(&file, &["--errors", &errors]);
    assert_eq!(exit, Some(2), "{told}");
    assert_eq!(
        (&told["outcome"], &told["rows_accepted"], &told["rows_refused"], &told["results"]),
        (&"partly".into(), &1.into(), &2.into(), &2.into()),
        "{told}"
    );
    let codes: Vec<&str> =
        told["issues"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["result_outcome_unknown", "result_phase_missing", "unit_unknown"], "{told}");
    assert_eq!(desk.worklist(), 2, "the other half of the bad row did not get in");
    let columns: Vec<&str> =
        told["columns"].as_array().unwrap().iter().map(|one| one["is"].as_str().unwrap()).collect();
    assert_eq!(columns, ["specimen", "tnc_total", "hbsag", "-"]);

    // The refused row is mended in the file that came back.
    let back = std::fs::read_to_string(&errors).unwrap();
    assert_eq!(back.lines().count(), 3, "{back}");
    let mended: String = back
        .lines()
        .filter(|line| !line.contains("G123424000099"))
        .map(|line| format!("{}\n", line.replace("maybe", "阴性")))
        .collect();
    let mended = desk.write("mended.csv", mended.as_bytes());
    let (exit, told) = desk.import(&mended, &[]);
    assert_eq!((exit, &told["rows_accepted"]), (Some(0), &1.into()), "{told}");
    let (exit, told) = desk.import(&mended, &[]);
    assert_eq!((exit, &told["outcome"], desk.worklist()), (Some(0), &"repeated".into(), 4), "{told}");
    // The first file again: what is known is unchanged, what was wrong is wrong.
    let (_, told) = desk.import(&file, &[]);
    assert_eq!((&told["rows_accepted"], &told["rows_unchanged"]), (&0.into(), &1.into()), "{told}");

    // The file is kept byte by byte, sealed, and no name is in the bank.
    let kept = lines(&qidai(&["lab", "messages", "--bank", &desk.bank], ""));
    assert!(kept.iter().any(|one| one["size_bytes"] == gb.len()), "{kept:?}");
    let size = std::fs::metadata(&mended).unwrap().len();
    let of_mended = kept.iter().find(|one| one["size_bytes"] == size).unwrap();
    let raw = qidai(&["lab", "message", "--bank", &desk.bank, of_mended["message"].as_str().unwrap()], "");
    assert_eq!(raw.out, std::fs::read_to_string(&mended).unwrap());
    let bank = std::fs::read(&desk.bank).unwrap();
    for form in [gb18030("王芳"), "王芳".as_bytes().to_vec()] {
        assert!(!bank.windows(form.len()).any(|part| part == form), "a name is in the bank");
    }
    assert_eq!(qidai(&["audit", "verify", "--bank", &desk.bank], "").exit, Some(0));
}

/// The letters of this text, as Chinese Windows writes them.
fn gb18030(text: &str) -> Vec<u8> {
    const LETTERS: [(char, [u8; 2]); 9] = [
        ('条', [0xcc, 0xf5]),
        ('码', [0xc2, 0xeb]),
        ('号', [0xba, 0xc5]),
        ('姓', [0xd0, 0xd5]),
        ('名', [0xc3, 0xfb]),
        ('阴', [0xd2, 0xf5]),
        ('性', [0xd0, 0xd4]),
        ('王', [0xcd, 0xf5]),
        ('芳', [0xb7, 0xbc]),
    ];
    let two = |c: char| LETTERS.iter().find(|(letter, _)| *letter == c).map(|(_, bytes)| bytes.to_vec());
    text.chars().flat_map(|c| two(c).unwrap_or_else(|| c.to_string().into_bytes())).collect()
}

#[test]
fn a_mapping_is_written_once_and_used_at_every_delivery() {
    let desk = Desk::new();
    let file = desk.write("a.csv", format!("Probe,Leuko\n{FIRST},7.5\n").as_bytes());
    let front = ["lab", "import", &file, "--laboratory", "count laboratory", "--bank", &desk.bank];
    let refused = qidai(&front, "");
    assert_eq!(refused.exit, Some(2));
    assert_eq!(lines(&refused)[0]["error"]["code"], "lab_columns_missing", "{}", refused.out);
    let kept = lines(&qidai(&["lab", "messages", "--bank", &desk.bank], ""));
    assert_eq!(kept[0]["remarks"][0]["code"], "lab_columns_missing", "what cannot be read is kept too");
    let mapping = desk.write("m.txt", "Probe = specimen\nLeuko = wbc_raw processed 10^9/L\n".as_bytes());
    let (exit, told) = desk.import(&file, &["--mapping", &mapping]);
    assert_eq!((exit, &told["results"]), (Some(0), &1.into()), "{told}");
    let next = desk.write("b.csv", format!("Probe,Leuko\n{SECOND},8.5\n").as_bytes());
    let (exit, told) = desk.import(&next, &[]);
    assert_eq!((exit, &told["results"]), (Some(0), &1.into()), "{told}");
    let shown = qidai(&["lab", "mapping", "count laboratory", "--bank", &desk.bank], "");
    assert!(shown.out.contains("Leuko = wbc_raw processed 10^9/L"), "{}", shown.out);
    let wrong = desk.write("w.txt", b"Leuko = moon\n");
    let answer = qidai(&["lab", "mapping", "x", "--set", &wrong, "--bank", &desk.bank], "");
    assert_eq!((answer.exit, &lines(&answer)[0]["error"]["code"]), (Some(2), &"lab_mapping_wrong".into()));
}

#[test]
fn a_line_that_nobody_could_place_is_placed_by_hand() {
    let desk = Desk::new();
    let text = "H|\\^&|||AN\rO|1|QC-TUBE-7\rR|1|^^^WBC|7.5|10*3/uL\rL|1\r";
    let bank = desk.bank.clone();
    let brought = qidai(&["lab", "bring", "--bank", &bank, &desk.write("m.astm", text.as_bytes())], "");
    assert_eq!(brought.exit, Some(2), "{}{}", brought.out, brought.err);
    let id = lines(&brought)[0]["message"].as_str().unwrap().to_owned();
    let assign = |place: &str, reason: &str| {
        let more = ["--place", place, "--unit", FIRST, "--phase", "processed", "--reason", reason];
        qidai(&[&["lab", "assign", "--bank", &bank, &id][..], &more].concat(), "")
    };
    let code = |answer: &Answer| lines(answer)[0]["error"]["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(code(&assign("R 1", "short")), "reason_missing");
    assert_eq!(code(&assign("R 9", "see the sheet of the day")), "message_place_unknown");
    let placed = assign("R 1", "tube 7 is of this unit, sheet of the day");
    assert_eq!(placed.exit, Some(0), "{}{}", placed.out, placed.err);
    assert_eq!(
        (&lines(&placed)[0]["test"], &lines(&placed)[0]["state"]),
        (&"wbc_raw".into(), &"entered".into())
    );
    assert_eq!(code(&assign("R 1", "tube 7 is of this unit, sheet of the day")), "observation_assigned");
    assert_eq!(qidai(&["audit", "verify", "--bank", &bank], "").exit, Some(0));
}
