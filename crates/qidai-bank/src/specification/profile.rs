//! Profiles and their rules, read from `profiles/*.tsv`.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use crate::BankType;

/// The files. None is ever removed or changed once a decision may have used it.
const FILES: [&str; 7] = [
    include_str!("../../profiles/cn-public-v1.tsv"),
    include_str!("../../profiles/fact7-unrelated-v1.tsv"),
    include_str!("../../profiles/fact7-related-v1.tsv"),
    include_str!("../../profiles/fda-bla-v1.tsv"),
    include_str!("../../profiles/family-min-v1.tsv"),
    include_str!("../../profiles/release-fact-v1.tsv"),
    include_str!("../../profiles/release-fact-v2.tsv"),
];
const COLUMNS: usize = 11;

static ALL: LazyLock<(Vec<Profile>, Vec<String>)> = LazyLock::new(|| read_all(&FILES));

/// How a fact is compared with the value of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    AtLeast,
    AtMost,
    MoreThan,
    LessThan,
    Is,
    /// A list that holds all of these.
    Has,
    /// It was determined, whatever it is.
    Known,
}

const COMPARATORS: [(Comparator, &str); 7] = [
    (Comparator::AtLeast, ">="),
    (Comparator::AtMost, "<="),
    (Comparator::MoreThan, ">"),
    (Comparator::LessThan, "<"),
    (Comparator::Is, "="),
    (Comparator::Has, "has"),
    (Comparator::Known, "known"),
];

impl Comparator {
    pub fn code(self) -> &'static str {
        COMPARATORS.iter().find(|(known, _)| *known == self).map_or("", |(_, code)| code)
    }

    fn parse(code: &str) -> Option<Self> {
        COMPARATORS.iter().find(|(_, known)| *known == code).map(|(comparator, _)| *comparator)
    }

    /// Does it compare numbers?
    pub(super) fn is_numeric(self) -> bool {
        matches!(self, Self::AtLeast | Self::AtMost | Self::MoreThan | Self::LessThan)
    }
}

/// What it means when a rule is not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The unit is not accepted.
    Block,
    /// Somebody looks at it.
    Warn,
    /// Whoever gets the unit is told.
    Disclose,
}

impl Severity {
    pub fn code(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Warn => "warn",
            Self::Disclose => "disclose",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Block, Self::Warn, Self::Disclose].into_iter().find(|severity| severity.code() == code)
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Stable within its profile, such as `tnc`.
    pub id: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// Code of the fact, such as `tnc_total`.
    pub quantity: &'static str,
    pub comparator: Comparator,
    /// As in the file, such as `5e8`.
    pub value: &'static str,
    pub unit: &'static str,
    /// `banking` or `release`.
    pub stage: &'static str,
    pub severity: Severity,
    /// Was the text of the source at hand? A rule from memory or from press figures is not verified.
    pub is_verified: bool,
    /// Who says so, and where.
    pub citation: &'static str,
}

impl Rule {
    /// What is required, such as `≥ 5e8 cells`.
    pub fn requirement(&self) -> String {
        let sign = match self.comparator {
            Comparator::AtLeast => "≥",
            Comparator::AtMost => "≤",
            other => other.code(),
        };
        [sign, self.value, self.unit]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A set of rules in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub name: &'static str,
    pub version: u32,
    pub zh: &'static str,
    pub en: &'static str,
    /// For which units it is.
    pub bank_types: Vec<BankType>,
    /// `banking`, or `release`: a unit has one decision of each in force.
    pub stage: &'static str,
    /// Where it comes from as a whole.
    pub basis: &'static str,
    pub rules: Vec<Rule>,
    /// SHA-256 of its file.
    pub digest: [u8; 32],
}

impl Profile {
    /// Name with version, as decisions keep it: `cn-public-v1`.
    pub fn key(&self) -> String {
        format!("{}-v{}", self.name, self.version)
    }
}

/// All profiles, every version.
pub fn profiles() -> &'static [Profile] {
    &ALL.0
}

/// A profile by name with version, `cn-public-v1`, or the newest version of a name, `cn-public`.
pub fn profile(name: &str) -> Option<&'static Profile> {
    let by_key = profiles().iter().find(|profile| profile.key() == name);
    by_key.or_else(|| {
        profiles().iter().filter(|profile| profile.name == name).max_by_key(|profile| profile.version)
    })
}

fn read_all(files: &[&'static str]) -> (Vec<Profile>, Vec<String>) {
    let (mut profiles, mut mistakes) = (Vec::new(), Vec::new());
    for file in files {
        match read(file) {
            Ok(profile) => profiles.push(profile),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    (profiles, mistakes)
}

fn read(text: &'static str) -> Result<Profile, String> {
    let (head, table) = text.split_once("\n\n").ok_or("no blank line between head and rules")?;
    let property = |name: &str| {
        let line = head.lines().find_map(|line| line.split_once('\t').filter(|(key, _)| *key == name));
        line.map(|(_, value)| value).ok_or_else(|| format!("no property {name}"))
    };
    let name = property("name")?;
    let bank_type =
        |text: &str| BankType::parse(text.trim()).ok_or_else(|| format!("{name}: '{text}' is no bank type"));
    let rules = table.lines().skip(1).map(|line| rule(line).map_err(|what| format!("{name}: {what}")));
    Ok(Profile {
        name,
        version: property("version")?.parse().map_err(|_| format!("{name}: the version is no number"))?,
        zh: property("zh")?,
        en: property("en")?,
        bank_types: property("for")?.split(',').map(bank_type).collect::<Result<_, _>>()?,
        stage: property("stage")?,
        basis: property("basis")?,
        rules: rules.collect::<Result<_, _>>()?,
        digest: Sha256::digest(text).into(),
    })
}

fn rule(line: &'static str) -> Result<Rule, String> {
    let cells: Vec<&'static str> = line.split('\t').collect();
    let cells: [&'static str; COLUMNS] = cells
        .try_into()
        .map_err(|cells: Vec<_>| format!("{} cells, expected {COLUMNS}: {line}", cells.len()))?;
    let [id, zh, en, quantity, comparator, value, unit, stage, severity, mark, citation] = cells;
    let wrong = |what: &str| format!("{id}: {what}");
    let comparator = Comparator::parse(comparator).ok_or_else(|| wrong("no such comparator"))?;
    if comparator.is_numeric() && super::evaluate::number(value).is_none() {
        return Err(wrong("the value is no number"));
    }
    let is_verified = match mark {
        "verified" => true,
        "not_verified" => false,
        _ => return Err(wrong("the mark is verified or not_verified")),
    };
    if citation.trim().is_empty() || !matches!(stage, "banking" | "release") {
        return Err(wrong("no citation, or no such stage"));
    }
    let severity = Severity::parse(severity).ok_or_else(|| wrong("no such severity"))?;
    Ok(Rule { id, zh, en, quantity, comparator, value, unit, stage, severity, is_verified, citation })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn profiles_hold_together() {
        assert_eq!(ALL.1, [] as [String; 0]);
        assert_eq!(profiles().len(), FILES.len());
        let keys: HashSet<String> = profiles().iter().map(Profile::key).collect();
        assert_eq!(keys.len(), profiles().len(), "two profiles have one name and version");
        for one in profiles() {
            let ids: HashSet<&str> = one.rules.iter().map(|rule| rule.id).collect();
            assert_eq!(ids.len(), one.rules.len(), "{}: two rules have one id", one.name);
            assert!(one.rules.iter().any(|rule| rule.severity == Severity::Block), "{}", one.name);
        }
        assert_eq!(profile("cn-public").map(Profile::key).as_deref(), Some("cn-public-v1"));
        assert_eq!(profile("cn-public-v1"), profile("cn-public"));
        assert_eq!(profile("moon"), None);
    }

    /// What was recalled from memory, or read in the press, is not called verified.
    #[test]
    fn marks_follow_citations() {
        for rule in profiles().iter().flat_map(|profile| &profile.rules) {
            let is_recalled =
                ["from memory", "planning value", "ours"].iter().any(|word| rule.citation.contains(word));
            assert!(!(is_recalled && rule.is_verified), "{}: {}", rule.id, rule.citation);
        }
    }
}
