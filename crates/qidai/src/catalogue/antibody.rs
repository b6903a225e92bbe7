//! What a patient has antibodies against.

use qidai_hla::Alternatives;
use serde::{Deserialize, Serialize};

use super::{Catalogue, Note, SearchRequest};
use crate::error::Failure;

/// One specificity and its strength.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Antibody {
    /// An antigen (`A2`, `B62`, `DR4`) or an allele (`A*02:01`).
    pub(crate) against: String,
    /// Mean fluorescence intensity; absent when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mfi: Option<u32>,
    /// The limit for this one alone; absent where that of the search holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limit: Option<u32>,
}

impl Catalogue {
    /// What keeps units out: antibodies from the limit on. One of unknown strength keeps nobody out and is remarked.
    ///
    /// # Errors
    /// A specificity that cannot be read.
    pub(super) fn antibodies(
        &self,
        request: &SearchRequest,
    ) -> Result<(Vec<Alternatives>, Vec<Note>), Failure> {
        let (mut strong, mut notes) = (Vec::new(), Vec::new());
        for antibody in &request.antibodies {
            let target = self.nomenclature().read(antibody.against.trim()).map_err(|error| {
                let sentence = "What the patient has antibodies against cannot be read.";
                Failure::refused("antibody_refused", sentence).with_typing(
                    "detail",
                    vec![error],
                    self.release_label(),
                )
            })?;
            match antibody.mfi {
                Some(mfi) if mfi >= antibody.limit.unwrap_or(request.mfi_limit) => strong.push(target),
                Some(_) => {}
                None => notes.push(Note {
                    code: "antibody_mfi_unknown",
                    sentence: "An antibody of unknown strength keeps no unit out.".to_owned(),
                }),
            }
        }
        notes.dedup();
        Ok((strong, notes))
    }
}
