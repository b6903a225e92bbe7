//! What every request shares.

use std::sync::{Arc, PoisonError, RwLock};

use crate::catalogue::Catalogue;
use crate::monitor::Monitor;
use crate::pages::Marks;
use crate::pages::search::shelf::Shelf;
use crate::words::Lang;

/// The open bank, the searches that can be looked at again, and the language of readers who name none.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Inner>);

struct Inner {
    /// Replaced as a whole when the bank has changed; a request keeps the one it began with.
    catalogue: RwLock<Arc<Catalogue>>,
    searches: Shelf,
    monitor: Monitor,
    default_lang: Lang,
}

impl AppState {
    pub(crate) fn new(catalogue: Arc<Catalogue>, default_lang: Lang) -> AppState {
        let monitor = Monitor::new(catalogue.generation());
        let catalogue = RwLock::new(catalogue);
        AppState(Arc::new(Inner { catalogue, searches: Shelf::default(), monitor, default_lang }))
    }

    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        // A poisoned lock holds a whole catalogue all the same: it is only ever replaced.
        Arc::clone(&self.0.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on requests see this one.
    pub(crate) fn replace_catalogue(&self, catalogue: Catalogue) {
        self.monitor().snapshot_replaced(catalogue.generation());
        *self.0.catalogue.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalogue);
    }

    pub(crate) fn searches(&self) -> &Shelf {
        &self.0.searches
    }

    /// Counters of this server, and how it is.
    pub(crate) fn monitor(&self) -> &Monitor {
        &self.0.monitor
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
