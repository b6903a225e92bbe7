//! Labels and reports, read by other programs: `pdftoppm` draws them, `zbarimg` and `dmtxread` read their codes,
//! `pdftotext` their words. Skipped, with the reason, where one of them is not installed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use qidai_exchange::print::{
    Fonts, Imprint, Label, LabelSize, PrintError, Report, ReportTable, label_pdf, report_pdf,
};

/// DINs and other numbers, as their barcodes hold them.
const CODES: [&str; 5] =
    ["=Z99011701204600", "=G12341765432100", "=A99992600000100", "LOCAL-2003/00017", "=Z9901170120460A"];

fn imprint(title: &str) -> Imprint {
    Imprint { title: title.to_owned(), lang: "zh-CN", made_at: Timestamp::UNIX_EPOCH }
}

fn label(code: &str) -> Label {
    Label {
        code: code.to_owned(),
        number: "Z9901 17 012046".to_owned(),
        check: Some('X'),
        title: "HPC, CORD BLOOD 脐带血造血干细胞".to_owned(),
        lines: vec![
            "公共库 · O 阳性 · 25.0 ml".to_owned(),
            "采集 2026-03-01 · 液氮气相 ≤ −150 °C".to_owned(),
        ],
        notice: Some("合成数据 SYNTHETIC".to_owned()),
    }
}

/// The fonts, or the reason why there are none.
fn fonts() -> Option<Fonts> {
    let fonts = Fonts::of_system();
    if fonts.is_err() {
        eprintln!("skipped: no font with Chinese letters (Debian: apt-get install fonts-noto-cjk)");
    }
    fonts.ok()
}

fn has(program: &str, package: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: {program} is not installed (Debian: apt-get install {package})");
    }
    found
}

/// Where on a page to look, millimetres: left, top, width, height.
type Spot = (u32, u32, u32, u32);
const WHOLE: Spot = (0, 0, 300, 300);

/// Pictures of a spot of each page of a PDF. `QIDAI_PICTURES` names a folder in which they stay.
fn pictures(pdf: &[u8], name: &str, folder: &Path, (dots, spot): (u32, Spot)) -> Vec<PathBuf> {
    let file = folder.join(format!("{name}.pdf"));
    std::fs::write(&file, pdf).unwrap();
    let drawn = Command::new("pdftoppm")
        .args(["-png", "-r", &dots.to_string()])
        .args(["-x", "-y", "-W", "-H"].iter().zip([spot.0, spot.1, spot.2, spot.3]).flat_map(|(name, mm)| {
            [(*name).to_owned(), (f64::from(mm) * f64::from(dots) / 25.4).round().to_string()]
        }))
        .arg(&file)
        .arg(folder.join(name))
        .output()
        .unwrap();
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let mut pages: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "png"))
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(name))
        .collect();
    pages.sort();
    if let Some(kept) = std::env::var_os("QIDAI_PICTURES") {
        for page in &pages {
            std::fs::copy(page, Path::new(&kept).join(page.file_name().unwrap())).unwrap();
        }
    }
    pages
}

fn said(program: &str, args: &[&str], file: &Path) -> String {
    let output = Command::new(program).args(args).arg(file).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn other_programs_read_what_the_codes_say() {
    let Some(fonts) = fonts() else { return };
    if !has("pdftoppm", "poppler-utils") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let labels = CODES.map(label);
    // A scanner of squares is held before the squares.
    for (size, name, spot) in
        [(LabelSize::Bag, "bag", (79, 0, 21, 18)), (LabelSize::Tube, "tube", (0, 0, 13, 13))]
    {
        let pdf = label_pdf(&labels, size, &fonts, &imprint("labels")).unwrap();
        let pages = pictures(&pdf, name, folder.path(), (600, WHOLE));
        let squares = pictures(&pdf, &format!("squares-{name}"), folder.path(), (600, spot));
        assert_eq!((pages.len(), squares.len()), (CODES.len(), CODES.len()));
        for ((page, square), code) in pages.iter().zip(&squares).zip(CODES) {
            if size == LabelSize::Bag && has("zbarimg", "zbar-tools") {
                let args = ["--raw", "-q", "-Sdisable", "-Scode128.enable"];
                assert_eq!(said("zbarimg", &args, page), code, "Code 128 on the {name}");
            }
            if has("dmtxread", "dmtx-utils") {
                assert_eq!(said("dmtxread", &["-N1", "-m20000"], square), code, "Data Matrix on the {name}");
            }
        }
    }
}

#[test]
fn a_letter_that_no_font_has_is_told_and_never_an_empty_box() {
    let Some(fonts) = fonts() else { return };
    // A letter of no script: nobody will ever draw it.
    let strange = Label { title: "\u{10FFFD}".to_owned(), ..label(CODES[0]) };
    let error = label_pdf(&[strange], LabelSize::Bag, &fonts, &imprint("strange")).unwrap_err();
    assert!(matches!(error, PrintError::GlyphMissing { .. }), "{error:?}");
    let unscannable = Label { code: "脐".to_owned(), ..label(CODES[0]) };
    let error = label_pdf(&[unscannable], LabelSize::Bag, &fonts, &imprint("x")).unwrap_err();
    assert_eq!(error.code(), "barcode_impossible");
}

#[test]
fn a_long_table_goes_on_over_pages_with_its_heads() {
    let Some(fonts) = fonts() else { return };
    let rows = (1..=120).map(|at| {
        vec![
            format!("T117-S4-K06-L{:02}-P{}", at / 5 + 1, at % 5 + 1),
            "Z990117012046X".to_owned(),
            "可检索".to_owned(),
        ]
    });
    let report = Report {
        title: "液氮罐清单 Tank inventory T117".to_owned(),
        subtitle: "R2 · 合格区 · 2026-03-01 10:00".to_owned(),
        notice: Some("合成数据 SYNTHETIC".to_owned()),
        facts: vec![("已用".to_owned(), "120 / 3,600".to_owned())],
        tables: vec![ReportTable {
            title: "库位".to_owned(),
            heads: vec!["库位".to_owned(), "编号".to_owned(), "状态".to_owned()],
            widths: vec![3.0, 3.0, 2.0],
            rows: rows.collect(),
        }],
        foot: "qidai · sha256 0123abcd".to_owned(),
        ..Report::default()
    };
    let pdf = report_pdf(&report, &fonts, &imprint("inventory")).unwrap();
    assert_eq!(pdf, report_pdf(&report, &fonts, &imprint("inventory")).unwrap(), "the same again");
    if !has("pdftotext", "poppler-utils") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pages = pictures(&pdf, "inventory", folder.path(), (80, WHOLE));
    assert!(pages.len() > 1);
    let file = folder.path().join("inventory.pdf");
    let words = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().unwrap();
    let words = String::from_utf8_lossy(&words.stdout).into_owned();
    assert_eq!(words.matches("库位").count(), pages.len() + 1, "heads on each page, and the title once");
    assert_eq!(words.matches("Z990117012046X").count(), 120);
    let numbered = words.replace(' ', "").contains(&format!("sha2560123abcd1/{}", pages.len()));
    assert!(numbered, "{words}");
}
