//! An explanation in the order in which a person reads it: branches with leaves, some of which lead further.

use fluent_bundle::FluentValue;

use super::{Explained, KnownAs, Refusal};
use crate::error::unicode;
use crate::words::{Lang, Words};

/// How many groups are shown of a typing that has hundreds.
const LEAVES_MAX: usize = 24;

/// One question and its answers.
pub(crate) struct Branch {
    pub(crate) name: String,
    pub(crate) leaves: Vec<Leaf>,
    /// How many more there are.
    pub(crate) more: usize,
}

/// One answer.
pub(crate) struct Leaf {
    pub(crate) text: String,
    pub(crate) note: Option<String>,
    /// True when the text is a typing that can be explained in its turn.
    pub(crate) is_typing: bool,
}

fn leaf(text: impl Into<String>) -> Leaf {
    Leaf { text: text.into(), note: None, is_typing: false }
}

fn typing(text: &str) -> Leaf {
    Leaf { is_typing: true, ..leaf(text) }
}

/// The branches that have something to say, in their order.
pub(crate) fn branches(explained: &Explained, w: &Words) -> Vec<Branch> {
    let e = &explained.explanation;
    let mut all = Vec::new();
    let mut add = |key: &str, leaves: Vec<Leaf>, count: usize| {
        let shown = leaves.len().min(LEAVES_MAX);
        if shown > 0 {
            let leaves = leaves.into_iter().take(LEAVES_MAX).collect();
            all.push(Branch { name: w.t(key), leaves, more: count.saturating_sub(shown) });
        }
    };
    if let Some(error) = &e.error {
        let code = Leaf { note: Some(error.code.to_owned()), ..leaf(refusal(explained, error, w)) };
        add("explain-refused", vec![code], 1);
        add("explain-place", vec![leaf(w.say("explain-place-value", &place(error)))], 1);
        // What was expected is half an English sentence; in other languages the refusal says it.
        let expected = (w.lang() == Lang::En).then(|| leaf(&error.expected));
        add("explain-expected", expected.into_iter().collect(), 1);
        add("explain-fix", error.fix.iter().map(|fix| typing(fix)).collect(), 1);
        return all;
    }
    let category = e.category.map(|category| leaf(w.t(&format!("explain-category-{category}"))));
    add("explain-form", category.into_iter().collect(), 1);
    add("explain-members", e.members.first.iter().map(|name| typing(name)).collect(), e.members.count);
    add("explain-accession", explained.accession.iter().map(leaf).collect(), 1);
    add("explain-g", e.g_groups.iter().map(|name| typing(name)).collect(), e.g_groups.len());
    add("explain-p", e.p_groups.iter().map(|name| typing(name)).collect(), e.p_groups.len());
    let levels =
        explained.levels.iter().map(|at| Leaf { note: Some(at.level.to_owned()), ..leaf(&at.answer) });
    add("explain-levels", levels.collect(), explained.levels.len());
    add("explain-antigens", antigens(&e.antigens, w), e.antigens.len());
    for (key, shares) in [
        ("explain-epitopes", &explained.epitopes),
        ("explain-tce-v2", &explained.tce_v2),
        ("explain-tce-v1", &explained.tce_v1),
    ] {
        let leaves = shares.iter().map(|share| {
            let word = w.find(&format!("explain-{}", share.name), &[]);
            let note = w.t1("explain-alleles", "count", share.alleles as f64);
            Leaf { note: Some(note), ..leaf(word.unwrap_or_else(|| share.name.clone())) }
        });
        add(key, leaves.collect(), shares.len());
    }
    let genes = explained.beside_drb1.iter().map(|gene| match gene.as_str() {
        "none" => leaf(w.t("explain-none")),
        gene => leaf(gene),
    });
    add("explain-beside", genes.collect(), explained.beside_drb1.len());
    let rarity = explained.rarity.map(|letters| Leaf {
        note: Some(w.t(&format!("explain-rarity-{}", letters.to_lowercase()))),
        ..leaf(letters)
    });
    add("explain-rarity", rarity.into_iter().collect(), 1);
    let remarks =
        e.warnings.iter().map(|remark| match w.find(&format!("explain-remark-{}", remark.code), &[]) {
            Some(word) => Leaf { note: Some(remark.sentence.clone()), ..leaf(word) },
            None => Leaf { note: Some(remark.code.to_owned()), ..leaf(&remark.sentence) },
        });
    add("explain-remarks", remarks.collect(), e.warnings.len());
    add("explain-release", vec![leaf(&explained.release)], 1);
    all
}

fn place(error: &Refusal) -> [(&'static str, FluentValue<'_>); 2] {
    [("value", error.value.as_str().into()), ("position", (error.position as f64).into())]
}

/// The sentence of the code, in the words of the reader.
fn refusal(explained: &Explained, error: &Refusal, w: &Words) -> String {
    let [value, position] = place(error);
    let values = [
        value,
        position,
        ("expected", error.expected.as_str().into()),
        ("release", explained.release.as_str().into()),
        ("unicode", unicode(&error.value).into()),
    ];
    w.find(&format!("typing-error-{}", error.code), &values).unwrap_or_else(|| error.sentence.clone())
}

fn antigens(antigens: &[KnownAs], w: &Words) -> Vec<Leaf> {
    let leaf = |known: &KnownAs| Leaf {
        note: Some(w.t(&format!("explain-confidence-{}", known.confidence))),
        ..typing(&known.name)
    };
    antigens.iter().map(leaf).collect()
}
