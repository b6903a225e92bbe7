//! What a text means as a typing: one answer for the command, the API and the page.
//!
//! [`Explanation`] has the keys of the door `hla explain --batch`; [`Explained`] says more for people: levels, epitopes,
//! T-cell-epitope groups, how common it is. `tree` puts both in the order in which a person reads them.

mod more;
mod tree;

use qidai_hla::serology::Confidence;
use qidai_hla::typing::Warning;
use qidai_hla::{AlleleId, Alternatives, Antigen, ErrorCode, GroupKind, Nomenclature, Release, TypingError};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use more::{Explained, explain_all};
pub(crate) use tree::{Branch, branches};

/// How many members are named; `count` tells how many there are.
const FIRST_MEMBERS: usize = 10;

/// The answer of the door, keys in its order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Explanation {
    pub(crate) typing: String,
    /// allele, allele_string, xx, mac, g_group, p_group, small_g, serology, new, not_known or absent; null when refused.
    pub(crate) category: Option<&'static str>,
    pub(crate) members: Members,
    pub(crate) p_groups: Vec<String>,
    pub(crate) g_groups: Vec<String>,
    /// Surest first.
    pub(crate) antigens: Vec<KnownAs>,
    pub(crate) warnings: Vec<Remark>,
    pub(crate) error: Option<Refusal>,
}

/// The alleles it can be.
#[derive(Serialize, ToSchema, Default)]
pub(crate) struct Members {
    pub(crate) count: usize,
    /// At most ten of them, in numeric order.
    pub(crate) first: Vec<String>,
}

/// An antigen, and how sure it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct KnownAs {
    pub(crate) name: String,
    /// unambiguous, possible, assumed or expert.
    pub(crate) confidence: &'static str,
}

/// What was read differently from how it was written.
#[derive(Serialize, ToSchema)]
#[schema(as = TypingRemark)]
pub(crate) struct Remark {
    pub(crate) code: &'static str,
    pub(crate) sentence: String,
}

/// Why the text is no typing.
#[derive(Serialize, ToSchema)]
#[schema(as = TypingRefusal)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) sentence: String,
    pub(crate) value: String,
    /// 1 is the first character.
    pub(crate) position: usize,
    pub(crate) expected: String,
    /// The text that was probably meant.
    pub(crate) fix: Option<String>,
}

/// Reads one position, tolerantly.
pub(crate) fn read(typing: &str, nomenclature: &Nomenclature<'_>) -> Result<Alternatives, Refusal> {
    if typing.contains(['^', '|', '+', '~']) {
        let code = ErrorCode::FormUnknown.as_str();
        let expected = "one position, such as A*02:01; a whole GL String can be reduced";
        return Err(Refusal::new(code, typing, expected));
    }
    nomenclature.read_tolerantly(typing).map_err(Refusal::from)
}

impl Explanation {
    /// Of what was read.
    pub(crate) fn of(typing: &str, alternatives: &Alternatives, release: &Release) -> Explanation {
        let alleles = &alternatives.alleles;
        let remarks = alternatives.warnings.iter().cloned().chain(alternatives.nulls_not_counted(release));
        let first = alleles.iter().take(FIRST_MEMBERS).map(|a| release.name(*a).to_string());
        Explanation {
            typing: typing.to_owned(),
            category: Some(alternatives.category.as_str()),
            members: Members { count: alleles.len(), first: first.collect() },
            p_groups: groups(alleles, GroupKind::P, release),
            g_groups: groups(alleles, GroupKind::G, release),
            antigens: antigens(alleles, release),
            warnings: remarks.map(Remark::from).collect(),
            error: None,
        }
    }

    /// Of what was refused.
    pub(crate) fn refused(typing: &str, refusal: Refusal) -> Explanation {
        Explanation {
            typing: typing.to_owned(),
            category: None,
            members: Members::default(),
            p_groups: Vec::new(),
            g_groups: Vec::new(),
            antigens: Vec::new(),
            warnings: Vec::new(),
            error: Some(refusal),
        }
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

impl Refusal {
    /// Of the whole text.
    pub(crate) fn new(code: &'static str, typing: &str, expected: &str) -> Refusal {
        Refusal {
            code,
            sentence: format!("{code}: {typing:?}; expected {expected}"),
            value: typing.to_owned(),
            position: 1,
            expected: expected.to_owned(),
            fix: None,
        }
    }
}
