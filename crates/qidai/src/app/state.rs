//! What every request shares.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use qidai_bank::UnitCount;

use crate::auth::Desk;
use crate::catalogue::Catalogue;
use crate::error::Failure;
use crate::limits::{Budgets, Limits};
use crate::monitor::Monitor;
use crate::pages::Marks;
use crate::pages::audit::Verifier;
use crate::pages::board::FigureShelf;
use crate::pages::search::shelf::Shelf;
use crate::pools::Pools;
use crate::words::Lang;

/// The open bank, the searches that can be looked at again, and the language of readers who name none.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Inner>);

struct Inner {
    /// Replaced as a whole when the bank has changed; a request keeps the one it began with.
    catalogue: RwLock<Arc<Catalogue>>,
    /// Searched beside the bank.
    pools: Pools,
    searches: Shelf,
    monitor: Monitor,
    default_lang: Lang,
    desk: Desk,
    verifier: Verifier,
    figures: FigureShelf,
    limits: Limits,
    /// Units by bank and state, of one generation.
    unit_counts: Mutex<Option<(u64, Arc<Vec<UnitCount>>)>>,
    /// Held by who counts: many who ask at once wait for one.
    counting: tokio::sync::Mutex<()>,
}

impl AppState {
    /// Without pools.
    #[cfg(test)]
    pub(crate) fn new(
        catalogue: Arc<Catalogue>,
        default_lang: Lang,
        desk: Desk,
        budgets: Budgets,
    ) -> AppState {
        AppState::with_pools(catalogue, default_lang, desk, budgets, Pools::default())
    }

    /// The same with pools beside the bank.
    pub(crate) fn with_pools(
        catalogue: Arc<Catalogue>,
        default_lang: Lang,
        desk: Desk,
        budgets: Budgets,
        pools: Pools,
    ) -> AppState {
        let monitor = Monitor::new(catalogue.generation());
        let catalogue = RwLock::new(catalogue);
        AppState(Arc::new(Inner {
            catalogue,
            pools,
            searches: Shelf::default(),
            monitor,
            default_lang,
            desk,
            verifier: Verifier::default(),
            figures: FigureShelf::default(),
            limits: Limits::new(budgets),
            unit_counts: Mutex::default(),
            counting: tokio::sync::Mutex::default(),
        }))
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

    /// What is searched beside the bank.
    pub(crate) fn pools(&self) -> &Pools {
        &self.0.pools
    }

    pub(crate) fn searches(&self) -> &Shelf {
        &self.0.searches
    }

    /// Counters of this server, and how it is.
    pub(crate) fn monitor(&self) -> &Monitor {
        &self.0.monitor
    }

    /// The bank with its people.
    pub(crate) fn desk(&self) -> &Desk {
        &self.0.desk
    }

    /// The verification that runs, or the last one.
    pub(crate) fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    /// What each sender took of their budget.
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Figures computed before.
    pub(crate) fn figure_shelf(&self) -> &FigureShelf {
        &self.0.figures
    }

    /// Units by bank and state, at most seconds old while a background task keeps them; without one as they are now.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn unit_counts(&self) -> Result<Arc<Vec<UnitCount>>, Failure> {
        if self.0.figures.is_kept()
            && let Some((_, counts)) = self.known_counts()
        {
            return Ok(counts);
        }
        self.refresh_unit_counts().await
    }

    fn known_counts(&self) -> Option<(u64, Arc<Vec<UnitCount>>)> {
        self.0.unit_counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Units by bank and state: counted once for each generation of the history.
    ///
    /// # Errors
    /// The database fails.
    pub(crate) async fn refresh_unit_counts(&self) -> Result<Arc<Vec<UnitCount>>, Failure> {
        let store = &self.desk().store;
        let generation = store.generation().await?;
        let known = || self.known_counts().filter(|(known, _)| *known >= generation);
        if let Some((_, counts)) = known() {
            return Ok(counts);
        }
        let _turn = self.0.counting.lock().await;
        if let Some((_, counts)) = known() {
            return Ok(counts);
        }
        let counts = Arc::new(store.unit_counts().await?);
        let kept = Some((generation, Arc::clone(&counts)));
        *self.0.unit_counts.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(counts)
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
