//! Labels for printers that speak ZPL II: 203 dots in an inch, eight in a millimetre.

use std::fmt::Write as _;

use super::label::{Label, LabelSize};

const DOTS: f32 = 8.0;

/// One `^XA … ^XZ` for each label. Chinese letters need a font in the printer, which `^CI28` lets it find.
pub fn label_zpl(labels: &[Label], size: LabelSize) -> String {
    let mut text = String::new();
    for label in labels {
        let (width, height) = size.size_mm();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "^XA\n^CI28\n^PW{}\n^LL{}", dots(width), dots(height));
        match size {
            LabelSize::Bag => bag(&mut text, label),
            LabelSize::Tube => tube(&mut text, label),
        }
        text.push_str("^XZ\n");
    }
    text
}

fn bag(text: &mut String, label: &Label) {
    let code = field(&label.code);
    // Modules of two dots are 0.25 mm.
    let _ = writeln!(text, "^FO40,32^BY2^BCN,96,N,N,N,A^FH^FD{code}^FS");
    let _ = writeln!(text, "^FO664,32^BXN,4,200^FH^FD{code}^FS");
    words(text, (40, 144), 44, &written(label));
    words(text, (40, 204), 28, &label.title);
    for (at, line) in label.lines.iter().take(4).enumerate() {
        words(text, (40, 244 + 34 * at), 24, line);
    }
    if let Some(notice) = &label.notice {
        words(text, (560, 350), 24, notice);
    }
}

fn tube(text: &mut String, label: &Label) {
    let _ = writeln!(text, "^FO14,16^BXN,3,200^FH^FD{}^FS", field(&label.code));
    words(text, (112, 16), 24, &written(label));
    words(text, (112, 46), 18, &label.title);
    let last = label.notice.as_ref().or(label.lines.first());
    words(text, (112, 70), 18, last.map_or("", String::as_str));
}

/// The number with its check character behind.
fn written(label: &Label) -> String {
    label.check.map_or_else(|| label.number.clone(), |check| format!("{} [{check}]", label.number))
}

fn words(text: &mut String, (x, y): (usize, usize), high: usize, words: &str) {
    let _ = writeln!(text, "^FO{x},{y}^A0N,{high},{high}^FH^FD{}^FS", field(words));
}

/// A text that gives no orders: `^`, `~` and `_` as hexadecimal digits.
fn field(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '^' | '~' | '_' => {
                let _ = write!(safe, "_{:02X}", u32::from(c));
            }
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

fn dots(millimetres: f32) -> i64 {
    (millimetres * DOTS) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_gives_the_printer_no_orders() {
        let label = Label {
            code: "=Z99011701204600".to_owned(),
            number: "Z9901 17 012046".to_owned(),
            check: Some('X'),
            title: "^XZ~JR_脐带血".to_owned(),
            lines: Vec::new(),
            notice: None,
        };
        let zpl = label_zpl(std::slice::from_ref(&label), LabelSize::Bag);
        assert_eq!((zpl.matches("^XA").count(), zpl.matches("^XZ").count()), (1, 1), "{zpl}");
        assert!(zpl.contains("^FD_5EXZ_7EJR_5F脐带血^FS"), "{zpl}");
        assert!(zpl.contains("^FD=Z99011701204600^FS"), "{zpl}");
    }
}
