//! One typing → one JSON object: its form, its members, their groups and antigens.

use qidai_hla::serology::Confidence;
use qidai_hla::typing::Warning;
use qidai_hla::{AlleleId, Alternatives, Antigen, ErrorCode, GroupKind, Nomenclature, Release, TypingError};
use serde::Serialize;

use super::batch::Line;

/// How many members are named; `count` tells how many there are.
const FIRST_MEMBERS: usize = 10;

#[derive(Serialize)]
struct Explanation<'a> {
    typing: &'a str,
    category: Option<&'static str>,
    members: Members,
    p_groups: Vec<String>,
    g_groups: Vec<String>,
    antigens: Vec<KnownAs>,
    warnings: Vec<Remark>,
    error: Option<Refusal>,
}

#[derive(Serialize, Default)]
struct Members {
    count: usize,
    first: Vec<String>,
}

#[derive(Serialize)]
struct KnownAs {
    name: String,
    confidence: &'static str,
}

#[derive(Serialize)]
struct Remark {
    code: &'static str,
    sentence: String,
}

#[derive(Serialize)]
struct Refusal {
    code: &'static str,
    sentence: String,
    value: String,
    position: usize,
    expected: String,
    fix: Option<String>,
}

pub(super) fn line(line: &Line<'_>, nomenclature: &Nomenclature<'_>, out: &mut String) -> bool {
    let typing = line.text.as_ref();
    let read = if !line.is_utf8() {
        Err(refusal("not_utf8", typing, "UTF-8 text"))
    } else if typing.contains(['^', '|', '+', '~']) {
        let code = ErrorCode::FormUnknown.as_str();
        Err(refusal(code, typing, "one position, such as A*02:01; a whole GL String can be reduced"))
    } else {
        nomenclature.read_tolerantly(typing).map_err(Refusal::from)
    };
    let accepted = read.is_ok();
    let explanation = match read {
        Ok(alternatives) => explain(typing, &alternatives, nomenclature.release),
        Err(refusal) => refused(typing, refusal),
    };
    match serde_json::to_string(&explanation) {
        Ok(json) => out.push_str(&json),
        // Texts and numbers always become JSON; an empty line would shift all the others.
        Err(error) => out.push_str(&format!("{{\"error\":{{\"code\":\"json\",\"sentence\":\"{error}\"}}}}")),
    }
    accepted
}

fn explain<'t>(typing: &'t str, alternatives: &Alternatives, release: &Release) -> Explanation<'t> {
    let alleles = &alternatives.alleles;
    let remarks = alternatives.warnings.iter().cloned().chain(alternatives.nulls_not_counted(release));
    let warnings = remarks.map(Remark::from).collect();
    let first = alleles.iter().take(FIRST_MEMBERS).map(|a| release.name(*a).to_string());
    Explanation {
        typing,
        category: Some(alternatives.category.as_str()),
        members: Members { count: alleles.len(), first: first.collect() },
        p_groups: groups(alleles, GroupKind::P, release),
        g_groups: groups(alleles, GroupKind::G, release),
        antigens: antigens(alleles, release),
        warnings,
        error: None,
    }
}

fn refused(typing: &str, refusal: Refusal) -> Explanation<'_> {
    Explanation {
        typing,
        category: None,
        members: Members::default(),
        p_groups: Vec::new(),
        g_groups: Vec::new(),
        antigens: Vec::new(),
        warnings: Vec::new(),
        error: Some(refusal),
    }
}

fn groups(alleles: &[AlleleId], kind: GroupKind, release: &Release) -> Vec<String> {
    let mut groups: Vec<_> = alleles.iter().filter_map(|a| release.group_of(*a, kind)).collect();
    groups.sort_unstable();
    groups.dedup();
    groups.iter().map(ToString::to_string).collect()
}

/// Every antigen that a member is known by, with the surest confidence, surest first. What experts reported besides is
/// shown last; it is used nowhere else.
fn antigens(alleles: &[AlleleId], release: &Release) -> Vec<KnownAs> {
    let mut all: Vec<(Antigen, Confidence)> =
        alleles.iter().flat_map(|a| release.antigens(*a)).copied().collect();
    let expert = alleles.iter().flat_map(|a| release.expert_antigens(*a));
    all.extend(expert.map(|antigen| (*antigen, Confidence::Expert)));
    all.sort_unstable();
    all.dedup_by_key(|(antigen, _)| *antigen);
    all.sort_by_key(|(antigen, confidence)| (*confidence, *antigen));
    let known = all.into_iter();
    known.map(|(a, c)| KnownAs { name: a.to_string(), confidence: c.as_str() }).collect()
}

impl From<Warning> for Remark {
    fn from(warning: Warning) -> Self {
        Remark { code: warning.code, sentence: warning.sentence }
    }
}

impl From<TypingError> for Refusal {
    fn from(error: TypingError) -> Self {
        Refusal {
            code: error.code.as_str(),
            sentence: error.to_string(),
            value: error.value,
            position: error.position,
            expected: error.expected,
            fix: error.fix,
        }
    }
}

fn refusal(code: &'static str, typing: &str, expected: &str) -> Refusal {
    Refusal {
        code,
        sentence: format!("{code}: {typing:?}; expected {expected}"),
        value: typing.to_owned(),
        position: 1,
        expected: expected.to_owned(),
        fix: None,
    }
}
