//! A receipt: everything that is needed to ask the same question again, and a digest of the answer.

use std::fmt::Write as _;

use qidai_match::search::{Origin, Snapshot};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::selection::Selected;
use super::{Catalogue, Excluded, PairHit, Range, SearchRequest, UnitHit};

/// What was asked of which state, and a digest of what was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct Receipt {
    /// Name and version of the engine.
    pub(crate) engine: String,
    /// History number up to which the snapshot was built.
    pub(crate) generation: u64,
    /// Hash of the event with that number: which bank's history it is.
    pub(crate) history_hash: String,
    /// Checksum of the snapshot.
    pub(crate) snapshot: String,
    /// IPD-IMGT/HLA release, or `starter`.
    pub(crate) release: String,
    /// Frequency set of the probabilities, with the beginning of its digest; null when none were computed.
    pub(crate) frequency_set: Option<String>,
    /// Name of the order.
    pub(crate) order: String,
    /// Name and version of the profile.
    #[serde(default)]
    pub(crate) profile_version: String,
    /// Name and version of the order.
    #[serde(default)]
    pub(crate) order_version: String,
    /// The pools that were searched.
    #[serde(default)]
    pub(crate) pools: Vec<PoolReceipt>,
    /// All inputs.
    pub(crate) request: SearchRequest,
    /// SHA-256 of the answer.
    pub(crate) digest: String,
}

/// Which state of which pool was searched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct PoolReceipt {
    pub(crate) name: String,
    /// SHA-256 of the file that it was made of.
    pub(crate) digest: String,
    /// Checksum of the snapshot.
    pub(crate) snapshot: String,
}

impl PoolReceipt {
    pub(crate) fn of(name: &str, snapshot: &Snapshot) -> PoolReceipt {
        PoolReceipt {
            name: name.to_owned(),
            digest: hex(&snapshot.origin().history_hash),
            snapshot: snapshot.checksum(),
        }
    }
}

/// What a digest is taken of.
pub(super) struct Digested<'a> {
    pub(super) units: &'a [UnitHit],
    pub(super) pairs: &'a [PairHit],
    pub(super) excluded: &'a [Excluded],
    pub(super) passed: u64,
}

impl Receipt {
    pub(super) fn new(
        catalogue: &Catalogue,
        request: &SearchRequest,
        selected: &Selected,
        answer: &Digested<'_>,
    ) -> Receipt {
        Receipt {
            engine: qidai_match::ENGINE.to_owned(),
            generation: catalogue.generation(),
            history_hash: hex(&catalogue.snapshot().origin().history_hash),
            snapshot: catalogue.snapshot().checksum(),
            release: catalogue.release_label().to_owned(),
            frequency_set: catalogue.frequency_set().map(str::to_owned),
            order: selected.order.name.clone(),
            profile_version: selected.profile_version(),
            order_version: selected.order_version(),
            pools: Vec::new(),
            request: request.clone(),
            digest: digest(answer),
        }
    }
}

impl Receipt {
    /// The event up to which the searched state was built; `None` where the receipt names none.
    pub(crate) fn origin(&self) -> Option<Origin> {
        let mut history_hash = [0; 32];
        if self.history_hash.len() != 2 * history_hash.len() {
            return None;
        }
        for (at, byte) in history_hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(self.history_hash.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Origin { generation: self.generation, history_hash })
    }
}

/// One line per unit and rule, so that the digest does not depend on how an answer is printed.
fn digest(answer: &Digested<'_>) -> String {
    let mut text = format!("passed {}\n", answer.passed);
    let class = |range: Option<Range>| range.map_or("-".to_owned(), |r| format!("{}/{}", r.best, r.worst));
    for unit in answer.units {
        let (x6, x8, x10) = (class(unit.x6), class(unit.x8), class(unit.x10));
        let list = unit.list.as_deref().unwrap_or("");
        let counts =
            [unit.tnc_total, unit.cd34_total].map(|c| c.map_or("-".to_owned(), |c| format!("{c:.0}")));
        let p = unit.p.map_or(String::new(), |p| {
            format!(" {:.6} {:.6} {:.6} {:.6} {:.6}", p[0], p[1], p[2], p[3], p[4])
        });
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} {list} {} {x6} {x8} {x10} {} {}{p}",
            unit.rank, unit.din, counts[0], counts[1]
        );
    }
    for pair in answer.pairs {
        let [one, two] = &pair.units;
        // Writing to a String cannot fail.
        let _ = writeln!(text, "pair {one} {two} {}", class(pair.x8));
    }
    for one in answer.excluded {
        let _ = writeln!(text, "{} {}", one.rule, one.count);
    }
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
