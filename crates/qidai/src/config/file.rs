//! The configuration file: TOML, each value with its line.

use std::io::ErrorKind;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use qidai_bank::holds_password;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, did_you_mean};
use super::setting::{Form, SETTINGS, Setting, named};

/// A value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) setting: &'static Setting,
    /// Lists are joined by commas.
    pub(super) text: String,
    /// From 1.
    pub(super) line: usize,
}

/// Reads a file; what cannot be understood becomes a mistake, the rest is read on.
pub(super) fn read(path: &Path, mistakes: &mut Vec<Mistake>) -> Vec<Entry> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            let code = if error.kind() == ErrorKind::NotFound {
                "config_file_missing"
            } else {
                "config_not_readable"
            };
            let sentence = format!("the file cannot be read: {error}");
            mistakes.push(Mistake { code, place: path.display().to_string(), sentence });
            return Vec::new();
        }
    };
    let mut found = Found { path, text: &text, entries: Vec::new(), mistakes };
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in errors {
        let place = found.place(error.span().unwrap_or(0..0));
        found.add("config_syntax", place, error.message().to_owned());
    }
    found.table("", table.get_ref());
    found.check_secrets();
    found.entries
}

struct Found<'a> {
    path: &'a Path,
    text: &'a str,
    entries: Vec<Entry>,
    mistakes: &'a mut Vec<Mistake>,
}

impl Found<'_> {
    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or_default();
        before.matches('\n').count() + 1
    }

    fn place(&self, span: Range<usize>) -> String {
        format!("{}, line {}", self.path.display(), self.line(&span))
    }

    fn add(&mut self, code: &'static str, place: String, sentence: String) {
        self.mistakes.push(Mistake { code, place, sentence });
    }

    fn table(&mut self, front: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = format!("{front}{}", key.get_ref());
            match (named(&name), value.get_ref()) {
                (Some(setting), _) => self.value(setting, value),
                (None, DeValue::Table(inner)) if is_table(&name) => self.table(&format!("{name}."), inner),
                (None, _) => self.unknown(&name, key.span()),
            }
        }
    }

    fn value(&mut self, setting: &'static Setting, value: &Spanned<DeValue<'_>>) {
        let line = self.line(&value.span());
        let text = match (setting.form, value.get_ref()) {
            (Form::List, DeValue::Array(list)) => {
                let texts: Option<Vec<&str>> = list.iter().map(|one| one.get_ref().as_str()).collect();
                texts.map(|texts| texts.join(","))
            }
            (Form::List, _) => None,
            (Form::Number, DeValue::Integer(number)) => Some(number.as_str().to_owned()),
            (_, value) => value.as_str().map(str::to_owned),
        };
        if let Some(text) = text {
            self.entries.push(Entry { setting, text, line });
            return;
        }
        let expected = match setting.form {
            Form::List => "a list of texts, such as [\"a\", \"b\"]",
            Form::Number => "a whole number",
            _ => "a text in quotes",
        };
        let found = value.get_ref().type_str();
        let sentence = format!("{}: found {found}, expected {expected}", setting.name);
        self.add("config_wrong_type", self.place(value.span()), sentence);
    }

    fn unknown(&mut self, name: &str, span: Range<usize>) {
        let near = did_you_mean(name, SETTINGS.iter().map(|setting| setting.name));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
        let sentence = format!("there is no setting \"{name}\"{hint}");
        self.add("config_unknown_setting", self.place(span), sentence);
    }

    /// Whoever may read the file may read the secrets in it.
    fn check_secrets(&mut self) {
        let is_secret = |entry: &&Entry| {
            entry.setting.form == Form::Secret
                || (entry.setting.name == "bank" && holds_password(&entry.text))
        };
        let Some(secret) = self.entries.iter().find(is_secret) else { return };
        if !others_may_read(self.path) {
            return;
        }
        let sentence = format!(
            "{} is a secret, and others of this machine may read the file: chmod o= the file, or use {}",
            secret.setting.name, secret.setting.variable
        );
        let place = format!("{}, line {}", self.path.display(), secret.line);
        self.add("config_secret_readable", place, sentence);
    }
}

/// True when everybody of this machine may read a file.
pub(super) fn others_may_read(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
}

fn is_table(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.name.split_once('.').is_some_and(|(table, _)| table == name))
}
