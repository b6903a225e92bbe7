//! The layout of a pasted text – lines, a table with a head, bullets, a sentence around it – becomes one line as laboratories write it.
//!
//! Only what carries no typing is left out, and it is said: words without a digit that name no locus, and whole lines of such words in
//! which nothing looks like a typing. A name that was mistyped has its digits, and stays for the strict reader to refuse.

use std::borrow::Cow;

use super::piece::certain_twin;
use super::{Warning, limits};
use crate::locus::Locus;
use crate::serology::Family;

/// Words without a digit that say something in a typing.
const RESERVED: [&str; 9] = ["XXXX", "UUUU", "NNNN", "NEW", "BLANK", "NEG", "XX", "-", "—"];
/// Words that are told when they are left out.
const TOLD_MAX: usize = 6;

/// One line, and what was left out of the text.
pub(super) fn as_line(text: &str) -> (Cow<'_, str>, Option<Warning>) {
    // What is too long is refused as it stands.
    if text.len() > limits::TEXT_BYTES_MAX || !needs_layout(text) {
        return (Cow::Borrowed(text), None);
    }
    let text: String = without_broads(text).chars().filter_map(plain).collect();
    let rows: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if text.contains(['+', '^', '~']) {
        return (Cow::Owned(gl_lines(&rows)), None);
    }
    let mut left_out = Vec::new();
    let kept: Vec<String> = match by_columns(&rows) {
        Some(line) => vec![line],
        None => rows.iter().filter_map(|row| without_words(row, &mut left_out)).collect(),
    };
    if kept.is_empty() {
        return (Cow::Owned(text), None);
    }
    (Cow::Owned(kept.join("; ")), said(&left_out))
}

/// Several lines, or a letter or sign that no typing has.
fn needs_layout(text: &str) -> bool {
    let is_layout = |c: char| {
        matches!(
            c,
            '(' | ')' | '（' | '）' | '[' | ']' | '&' | '"' | '\'' | '“' | '”' | '‘' | '’' | '•' | '·'
        )
    };
    let is_odd = |c: char| {
        is_layout(c) || is_unseen(c) || (c.is_whitespace() && !matches!(c, ' ' | '\t' | '\u{3000}'))
    };
    let text = text.trim();
    text.contains(is_odd)
        || text.contains(is_han)
        || text.starts_with('|')
        || text.contains('%')
        || text.contains(" *")
        || text.contains("* ")
        || text
            .split_whitespace()
            .any(|word| word == "HLA" || is_word(word.trim_matches(',')) || star_missing(word).is_some())
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}')
}

/// Marks without width that documents and web pages leave behind.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

/// One character of the layout as a plain one; nothing for marks without width.
fn plain(c: char) -> Option<char> {
    Some(match c {
        '\u{2028}' | '\u{2029}' | '\r' => '\n',
        c if is_unseen(c) => return None,
        '(' | ')' | '（' | '）' | '[' | ']' | '&' | '"' | '\'' | '“' | '”' | '‘' | '’' | '•' | '·' => {
            ' '
        }
        c if is_han(c) => ' ',
        '\n' | '\t' | ',' | ';' => c,
        c if c.is_whitespace() => ' ',
        c => c,
    })
}

/// `A24(9)` is A24, which is a split of A9: the number in brackets says no more.
fn without_broads(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('(') {
        let (front, behind) = rest.split_at(at);
        kept.push_str(front);
        let inside = behind.find(')').map(|end| (&behind[1..end], &behind[end + 1..]));
        match inside {
            Some((broad, after)) if front.ends_with(|c: char| c.is_ascii_digit()) && is_broad(broad) => {
                rest = after;
            }
            _ => {
                kept.push('(');
                rest = &behind[1..];
            }
        }
    }
    kept + rest
}

fn is_broad(inside: &str) -> bool {
    let digits = inside.trim_start_matches(['w', 'W']);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Lines of a GL String, one or more loci each.
fn gl_lines(rows: &[&str]) -> String {
    let bare = rows.iter().map(|row| row.split_once('%').map_or(*row, |(_, gl)| gl));
    let gl = |row: &str| {
        let tokens = row.split_whitespace().filter(|token| !is_word(token.trim_matches([',', ';', '.'])));
        tokens.collect::<String>().trim_matches(['^', ',', ';', '.']).to_owned()
    };
    bare.map(gl).filter(|row| row.chars().any(|c| c.is_ascii_digit())).collect::<Vec<_>>().join("^")
}

/// A head of loci over one row of alleles, as spreadsheets have it: `A⇥A⇥B⇥B` over `02:01⇥24:02⇥46:01⇥40:01`.
fn by_columns(rows: &[&str]) -> Option<String> {
    let rows: Vec<&str> = rows.iter().copied().filter(|row| row.chars().any(char::is_alphanumeric)).collect();
    let [head, row] = rows[..] else { return None };
    let (head, row) = (cells(head), cells(row));
    let loci: Vec<Option<Locus>> = head.iter().map(|cell| column(cell)).collect();
    let named = loci.iter().flatten().count();
    if named < 2 || head.len() != row.len() {
        return None;
    }
    // `A1` over `02:01` is a column; `A1 A2` in a row of its own are antigens.
    let bare = loci.iter().zip(&row).filter_map(|(locus, cell)| locus.map(|locus| (locus, *cell)));
    let mut line = String::new();
    for (locus, cell) in bare {
        match cell.trim_start_matches("HLA-") {
            "" | "-" => {}
            cell if cell.starts_with(|c: char| c.is_ascii_digit()) => {
                line.push_str(&format!("{locus}*{cell} "));
            }
            cell if cell.contains('*') => line.push_str(&format!("{cell} ")),
            _ => return None,
        }
    }
    (!line.is_empty()).then(|| line.trim_end().to_owned())
}

fn cells(row: &str) -> Vec<&str> {
    let row = row.trim_matches('|');
    let by = ['\t', '|', ';', ','].into_iter().find(|mark| row.contains(*mark));
    match by {
        Some(mark) => row.split(mark).map(str::trim).collect(),
        None => row.split_whitespace().collect(),
    }
}

/// The locus of a column: `A`, `HLA-A`, `A_1`, `A1`, `DRB1-2`, `DRB12`.
fn column(name: &str) -> Option<Locus> {
    let name = name.trim_start_matches("HLA-").trim_end_matches(['*', ':']);
    Locus::from_name(name).or_else(|| {
        let bare = name.strip_suffix(['1', '2', 'a', 'b'])?;
        Locus::from_name(bare.trim_end_matches(['_', '-', '.', ' ']))
    })
}

/// The tokens of a line that can carry a typing; nothing when none does.
fn without_words(row: &str, left_out: &mut Vec<String>) -> Option<String> {
    let row = row.replace(" *", "*").replace("* ", "*").replace('|', " ");
    let mut kept = Vec::new();
    let mut words = Vec::new();
    for token in row.split([' ', '\t', ',', ';', '，', '；', '、']) {
        let bare = token.trim_matches(['.', '!', '?']).trim_start_matches([':', '=', '：']);
        match bare {
            "" | ":" | "=" | "HLA" | "HLA-" | "hla" | "HLA:" => {}
            bare if is_word(bare) => words.push(bare.to_owned()),
            bare => kept.push(star_missing(bare).unwrap_or_else(|| bare.to_owned())),
        }
    }
    let is_prose = !words.is_empty() && !kept.iter().any(|token| is_typing(token));
    left_out.append(&mut words);
    if is_prose {
        left_out.extend(kept);
        return None;
    }
    (!kept.is_empty()).then(|| kept.join(" "))
}

/// No digit, no locus, no antigen, nothing reserved: `Dear`, `and`, `homozygous`.
fn is_word(token: &str) -> bool {
    let bare = token.trim_end_matches([':', '=', '.', '*']);
    let upper = bare.to_ascii_uppercase();
    let is_heading = column(&upper).is_some()
        || Family::from_letters(&upper).is_some()
        || Family::from_letters(bare).is_some()
        || matches!(upper.as_str(), "CW" | "BW" | "DW" | "DPW");
    bare.chars().count() > 1
        && bare.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '/' | '.' | '@' | '_'))
        && bare.chars().any(char::is_alphabetic)
        && !is_heading
        && !RESERVED.contains(&upper.as_str())
        && !upper.ends_with("NNNN")
        && upper != "HLA"
}

/// Something a laboratory could have meant as an allele or an antigen.
fn is_typing(token: &str) -> bool {
    let token = &ascii(token);
    let has_field = || {
        let digits = |part: &str| part.len() >= 2 && part.starts_with(|c: char| c.is_ascii_digit());
        token.split_once(':').is_some_and(|(front, rest)| {
            let front = front.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
            digits(front) && digits(rest)
        })
    };
    let letters = token.trim_end_matches(|c: char| c.is_ascii_digit() || c == '/');
    token.contains('*')
        || has_field()
        || (letters.len() < token.len() && Family::from_letters(letters).is_some())
}

fn ascii(token: &str) -> String {
    token.chars().map(|c| certain_twin(c).unwrap_or(c)).collect()
}

/// `A02:01`, `A-02:01`, `HLA-DRB1 09:01` written together: the star between locus and first field is what is missing.
fn star_missing(token: &str) -> Option<String> {
    let token = &ascii(token);
    let bare = token.trim_matches(',').trim_start_matches("HLA-");
    let at = bare.find(':')?.checked_sub(2)?;
    let (front, name) = bare.split_at_checked(at)?;
    let locus = Locus::from_name(front.trim_end_matches(['-', '_']))?;
    let is_field = name.as_bytes()[..2].iter().all(u8::is_ascii_digit);
    is_field.then(|| format!("{locus}*{name}"))
}

fn said(left_out: &[String]) -> Option<Warning> {
    if left_out.is_empty() {
        return None;
    }
    let told: Vec<&str> = left_out.iter().take(TOLD_MAX).map(String::as_str).collect();
    let more = if left_out.len() > TOLD_MAX { " …" } else { "" };
    let sentence = format!("left out: {}{more}", told.join(" "));
    Some(Warning { code: "words_left_out", sentence })
}
