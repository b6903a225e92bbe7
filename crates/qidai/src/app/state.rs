//! What every request shares.

use std::sync::Arc;

use crate::catalogue::Catalogue;
use crate::pages::Marks;
use crate::pages::search::shelf::Shelf;
use crate::words::Lang;

/// The open bank, the searches that can be looked at again, and the language of readers who name none.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Inner>);

struct Inner {
    catalogue: Arc<Catalogue>,
    searches: Shelf,
    default_lang: Lang,
}

impl AppState {
    pub(crate) fn new(catalogue: Arc<Catalogue>, default_lang: Lang) -> AppState {
        AppState(Arc::new(Inner { catalogue, searches: Shelf::default(), default_lang }))
    }

    pub(crate) fn catalogue(&self) -> &Arc<Catalogue> {
        &self.0.catalogue
    }

    pub(crate) fn searches(&self) -> &Shelf {
        &self.0.searches
    }

    pub(crate) fn default_lang(&self) -> Lang {
        self.0.default_lang
    }

    /// The warnings of this bank and release.
    pub(crate) fn marks(&self) -> Marks {
        let catalogue = self.catalogue();
        Marks {
            synthetic: catalogue.is_synthetic(),
            starter: catalogue.nomenclature().release.is_starter(),
            release: catalogue.release_label().to_owned(),
        }
    }
}
