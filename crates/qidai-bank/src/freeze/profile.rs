//! Profiles of freezing: limits with their sources, in versioned files.

use std::sync::LazyLock;

/// The unit of a rule's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleUnit {
    Celsius,
    CelsiusPerMinute,
    Minutes,
    Seconds,
}

impl RuleUnit {
    fn parse(code: &str) -> Option<Self> {
        match code {
            "celsius" => Some(Self::Celsius),
            "celsius_per_minute" => Some(Self::CelsiusPerMinute),
            "minutes" => Some(Self::Minutes),
            "seconds" => Some(Self::Seconds),
            _ => None,
        }
    }

    /// As people write it.
    pub fn written(self) -> &'static str {
        match self {
            Self::Celsius => "°C",
            Self::CelsiusPerMinute => "°C/min",
            Self::Minutes => "min",
            Self::Seconds => "s",
        }
    }
}

/// One limit.
#[derive(Debug, Clone, PartialEq)]
pub struct FreezeRule {
    /// Stable: `rate_after_freezing`.
    pub code: &'static str,
    /// The range of the sample's temperature in which a rate is measured, degrees Celsius.
    pub range_c: Option<(f64, f64)>,
    pub least: f64,
    pub most: f64,
    pub unit: RuleUnit,
    /// Who says so.
    pub source: &'static str,
    /// Was the source compared with its text?
    pub is_verified: bool,
}

/// A profile, as a decision names it: `crf-dmso-1`.
#[derive(Debug, Clone, PartialEq)]
pub struct FreezeProfile {
    pub code: &'static str,
    pub rules: Vec<FreezeRule>,
}

/// Code and text of each version. A version is never changed, another is added.
const FILES: [(&str, &str); 1] = [("crf-dmso-1", include_str!("../../freeze_profiles/crf-dmso-1.tsv"))];

static PROFILES: LazyLock<Vec<FreezeProfile>> = LazyLock::new(|| {
    let profile = |(code, text): (&'static str, &'static str)| FreezeProfile {
        code,
        rules: text.lines().filter(|line| !line.starts_with('#')).filter_map(rule).collect(),
    };
    FILES.into_iter().map(profile).collect()
});

impl FreezeProfile {
    pub fn all() -> &'static [FreezeProfile] {
        &PROFILES
    }

    /// The profile of a code.
    pub fn find(code: &str) -> Option<&'static FreezeProfile> {
        PROFILES.iter().find(|profile| profile.code == code)
    }
}

/// A line of a file. The files are ours: a test reads every line of every one.
fn rule(line: &'static str) -> Option<FreezeRule> {
    let cells: Vec<&'static str> = line.split('\t').collect();
    let [code, from, to, least, most, unit, source, verified] = cells[..] else { return None };
    let range_c = match (from, to) {
        ("", "") => None,
        (from, to) => Some((from.parse().ok()?, to.parse().ok()?)),
    };
    Some(FreezeRule {
        code,
        range_c,
        least: least.parse().ok()?,
        most: most.parse().ok()?,
        unit: RuleUnit::parse(unit)?,
        source,
        is_verified: verified == "yes",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_every_profile_is_a_rule_with_its_source() {
        for (code, text) in FILES {
            let lines = text.lines().filter(|line| !line.starts_with('#')).count();
            let profile = FreezeProfile::find(code).unwrap();
            assert_eq!(profile.rules.len(), lines, "{code}");
            for rule in &profile.rules {
                assert!(rule.least < rule.most && !rule.source.is_empty(), "{rule:?}");
                assert_eq!(rule.range_c.is_some(), rule.unit == RuleUnit::CelsiusPerMinute, "{rule:?}");
            }
        }
    }
}
