//! Is a typing understood under the release in force? Asked hundreds of thousands of times, mostly about
//! texts that were seen before.

use std::cell::RefCell;

use qidai_exchange::HlaProblem;
use qidai_hla::{ErrorCode, Locus, Nomenclature, PersonTyping, TypingError, typing};
use rustc_hash::FxHashMap;

/// Most texts kept. The loci of a whole bank have some ten thousand different texts; a file in which every
/// typing is another one must not fill the memory.
const KNOWN_MAX: usize = 200_000;

/// A judge of one worker, with its own memory.
pub(super) struct Judge<'r> {
    nomenclature: Nomenclature<'r>,
    /// Text of one segment of a GL String that was understood → the loci it types.
    known: RefCell<FxHashMap<Box<str>, Vec<Locus>>>,
}

impl<'r> Judge<'r> {
    pub(super) fn new(nomenclature: Nomenclature<'r>) -> Judge<'r> {
        Judge { nomenclature, known: RefCell::default() }
    }

    /// Everything that is wrong with a typing; nothing when it is understood.
    pub(super) fn check(&self, text: &str) -> Vec<HlaProblem> {
        if self.is_known_good(text) {
            return Vec::new();
        }
        match PersonTyping::read(text, &self.nomenclature) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(|error| self.problem(error)).collect(),
        }
    }

    /// True when every segment is understood and no locus comes twice. False only means: look closely.
    fn is_known_good(&self, text: &str) -> bool {
        let mut seen: Vec<Locus> = Vec::with_capacity(Locus::TYPED.len());
        text.split('^').all(|segment| {
            let mut known = self.known.borrow_mut();
            if !known.contains_key(segment) {
                let Some(loci) = self.loci_of(segment) else { return false };
                if known.len() >= KNOWN_MAX {
                    known.clear();
                }
                known.insert(segment.into(), loci);
            }
            let loci = known.get(segment).map_or(&[] as &[Locus], Vec::as_slice);
            loci.iter().all(|locus| {
                let is_new = !seen.contains(locus);
                seen.push(*locus);
                is_new
            })
        })
    }

    fn problem(&self, error: &TypingError) -> HlaProblem {
        let sentence = error.to_string();
        let reason = sentence.strip_prefix(&format!("{}: ", error.code)).unwrap_or(&sentence);
        let mut values = vec![
            ("position", error.position.to_string()),
            ("expected", error.expected.clone()),
            ("release", self.nomenclature.release.label().to_owned()),
            ("unicode", unicode(&error.value)),
        ];
        values.extend(error.fix.iter().map(|fix| ("fix", fix.clone())));
        HlaProblem {
            code: error.code.as_str(),
            value: error.value.clone(),
            reason: reason.to_owned(),
            hint: hint(error),
            values,
        }
    }

    /// The loci that a segment types, when it is understood.
    fn loci_of(&self, segment: &str) -> Option<Vec<Locus>> {
        let loci = typing::segment(segment, &self.nomenclature).ok()?;
        let can_be_kept = loci.iter().all(|locus| Locus::TYPED.contains(&locus.locus));
        let typed = loci.iter().filter(|locus| !locus.is_not_known());
        can_be_kept.then(|| typed.map(|locus| locus.locus).collect())
    }
}

fn hint(error: &TypingError) -> String {
    match (error.code, &error.fix) {
        (_, Some(fix)) => format!("did you mean {fix}?"),
        (ErrorCode::LociMixed, None) => {
            format!("expected {}; are two columns or two alleles swapped?", error.expected)
        }
        (ErrorCode::MacTableMissing, None) => "give a table of the codes with --mac FILE".to_owned(),
        (ErrorCode::ReleaseNeeded, None) => "give a release with --release DIR".to_owned(),
        (_, None) => format!("expected {}", error.expected),
    }
}

/// Names a single character that may look like another one: `U+0410`.
fn unicode(value: &str) -> String {
    let mut characters = value.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => format!("U+{:04X}", u32::from(only)),
        _ => String::new(),
    }
}
