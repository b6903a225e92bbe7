//! Which value of each setting counts, and where it comes from.

use std::fmt;
use std::path::Path;

use qidai_bank::without_password;

use super::file::Entry;
use super::mistake::{Mistake, did_you_mean};
use super::setting::{Form, SETTINGS, Setting};
use super::{Environment, Given};
use crate::words::Lang;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    CommandLine,
    /// Name of the variable.
    Environment(&'static str),
    /// Path and line.
    File(String, usize),
    Default,
    Absent,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command line"),
            Self::Environment(name) => f.write_str(name),
            Self::File(path, line) => write!(f, "{path}, line {line}"),
            Self::Default => f.write_str("default"),
            Self::Absent => f.write_str("not set"),
        }
    }
}

/// A setting as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Effective {
    pub(crate) setting: &'static Setting,
    pub(super) text: Option<String>,
    pub(crate) source: Source,
}

impl Effective {
    /// The value as it may be shown.
    pub(crate) fn shown(&self) -> Option<String> {
        let text = self.text.as_deref()?;
        Some(match self.setting.form {
            Form::Secret => "(set, not shown)".to_owned(),
            _ => without_password(text),
        })
    }
}

pub(super) fn gather(
    given: &Given,
    environment: Environment<'_>,
    file: Option<&Path>,
    entries: &[Entry],
    mistakes: &mut Vec<Mistake>,
) -> Vec<Effective> {
    mistakes.extend(mistyped_variables());
    let effective = |setting: &'static Setting| {
        let (text, source) = value_of(setting, given, environment, file, entries);
        Effective { setting, text, source }
    };
    SETTINGS.iter().map(effective).collect()
}

fn value_of(
    setting: &'static Setting,
    given: &Given,
    environment: Environment<'_>,
    file: Option<&Path>,
    entries: &[Entry],
) -> (Option<String>, Source) {
    // A system may have set a language for everyone: where it is none of ours, it says nothing.
    let says = |text: &String| setting.name != "lang" || Lang::from_tag(text).is_some();
    let from_environment = environment(setting.variable).filter(says);
    let typed = given.settings.iter().find(|(name, _)| *name == setting.name).map(|(_, text)| text.clone());
    // An option that takes its value from the variable has the same text as the variable.
    if let Some(text) = typed.filter(|text| from_environment.as_ref() != Some(text)) {
        return (Some(text), Source::CommandLine);
    }
    if let Some(text) = from_environment {
        return (Some(text), Source::Environment(setting.variable));
    }
    if let (Some(path), Some(entry)) = (file, entries.iter().find(|entry| entry.setting == setting)) {
        let source = Source::File(path.display().to_string(), entry.line);
        return (Some(beside(path, setting, &entry.text)), source);
    }
    match setting.default {
        Some(text) => (Some(text.to_owned()), Source::Default),
        None => (None, Source::Absent),
    }
}

/// A path of a file is relative to the folder of the file.
fn beside(file: &Path, setting: &Setting, text: &str) -> String {
    let folder = file.parent().unwrap_or(Path::new(""));
    if setting.name == "pools" {
        let named = text.split(',').map(|one| match one.split_once('=') {
            Some((name, path)) => format!("{name}={}", folder.join(path.trim()).display()),
            None => folder.join(one.trim()).display().to_string(),
        });
        return named.collect::<Vec<_>>().join(",");
    }
    if setting.form != Form::Path || text.contains("://") {
        return text.to_owned();
    }
    folder.join(text).display().to_string()
}

/// Variables that are nearly ours. Others that begin with `QIDAI_` belong to other parts of the program.
fn mistyped_variables() -> Vec<Mistake> {
    /// Variables of other parts of the program that look like settings.
    const OTHERS: [&str; 3] = ["QIDAI_KEYS", "QIDAI_MASTER_KEY", "QIDAI_CONFIG"];
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let ours = |name: &str| SETTINGS.iter().any(|setting| setting.variable == name) || OTHERS.contains(&name);
    let unknown = names.filter(|name| name.starts_with("QIDAI_") && !ours(name));
    let known = || SETTINGS.iter().map(|setting| setting.variable);
    unknown.filter_map(|name| near_miss(&name, did_you_mean(&name, known())?)).collect()
}

/// One slip: more may be a variable of somebody else.
pub(super) fn near_miss(name: &str, near: &str) -> Option<Mistake> {
    if strsim::damerau_levenshtein(name, near) > 2 {
        return None;
    }
    let sentence = format!("there is no variable {name}; did you mean {near}?");
    Some(Mistake { code: "config_unknown_setting", place: name.to_owned(), sentence })
}
