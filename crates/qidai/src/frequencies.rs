//! Which haplotype frequencies are used, and how the choice is told.

use qidai_bank::{ChosenBy, Store, StoredFrequencySet};
use qidai_match::frequency::FrequencySet;
use serde::Serialize;
use utoipa::ToSchema;

use crate::demo::HAN_NORTH;
use crate::error::Failure;
use crate::words::Words;

/// Which set, and why this one.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct FrequencyChoice {
    /// What people call it.
    pub(crate) name: String,
    /// Whose units it describes; null: everybody's.
    pub(crate) registry: Option<String>,
    /// Which part of them; null: all.
    pub(crate) population: Option<String>,
    /// 1, 2, 3 …; null for a file and for the set of the program itself.
    pub(crate) version: Option<i64>,
    /// `population`, `registry` or `global`: how near the set is to what was asked for; `file`: named by the reader;
    /// `built_in`: the bank has none.
    pub(crate) chosen_by: &'static str,
    /// Made up for demonstrations: not for clinical use.
    pub(crate) synthetic: bool,
    /// Loci of its haplotypes.
    pub(crate) loci: Vec<&'static str>,
    /// How many haplotypes.
    pub(crate) haplotypes: usize,
}

/// A set with what is told of it.
pub(crate) struct Choice {
    pub(crate) set: FrequencySet,
    pub(crate) told: FrequencyChoice,
}

impl Choice {
    /// A file that was named.
    pub(crate) fn file(name: String, set: FrequencySet) -> Choice {
        Choice::new(set, name, "file", false)
    }

    /// The frequencies of the demonstration population: what there is when a bank has none of its own.
    pub(crate) fn built_in() -> Result<Choice, Failure> {
        Ok(Choice::new(built_in()?, "han_north".to_owned(), "built_in", true))
    }

    /// The set of the bank that describes a registry and population best; without one the set of the program.
    pub(crate) async fn of_bank(store: &Store, registry: &str, population: &str) -> Result<Choice, Failure> {
        match store.choose_frequency_set(registry, population).await? {
            None => Choice::built_in(),
            Some((stored, by)) => Choice::stored(store, &stored, by).await,
        }
    }

    async fn stored(store: &Store, stored: &StoredFrequencySet, by: ChosenBy) -> Result<Choice, Failure> {
        let content = store.frequency_set_content(stored).await?;
        let set = FrequencySet::read(&String::from_utf8_lossy(&content)).map_err(|error| {
            let sentence = format!("The set {} of the bank cannot be read: {error}.", stored.name);
            Failure::outage("frequencies_unreadable", sentence)
                .with("file", &stored.name)
                .with("error", error.to_string())
                .because(&error)
        })?;
        let mut choice = Choice::new(set, stored.name.clone(), by.code(), stored.is_synthetic);
        let known = |text: &String| (!text.is_empty()).then(|| text.clone());
        choice.told.registry = known(&stored.registry);
        choice.told.population = known(&stored.population);
        choice.told.version = Some(stored.version);
        Ok(choice)
    }

    fn new(set: FrequencySet, name: String, chosen_by: &'static str, synthetic: bool) -> Choice {
        let told = FrequencyChoice {
            name,
            registry: None,
            population: None,
            version: None,
            chosen_by,
            synthetic,
            loci: set.loci().iter().map(|locus| locus.name()).collect(),
            haplotypes: set.len(),
        };
        Choice { set, told }
    }
}

impl FrequencyChoice {
    /// One line for people; a synthetic set says that it is one.
    pub(crate) fn said(&self, w: &Words) -> String {
        let mut parts = vec![self.name.clone()];
        parts.extend([&self.registry, &self.population].into_iter().flatten().cloned());
        parts.extend(self.version.map(|version| w.t1("frequencies-version", "version", version.to_string())));
        parts.push(w.t(&format!("frequencies-by-{}", self.chosen_by.replace('_', "-"))));
        if self.synthetic {
            parts.push(w.t("frequencies-synthetic"));
        }
        parts.join(" · ")
    }
}

/// The frequencies of the demonstration population. They are synthetic, and every answer says so.
pub(crate) fn built_in() -> Result<FrequencySet, Failure> {
    FrequencySet::read(HAN_NORTH).map_err(|error| {
        Failure::outage("frequencies_empty", "The built-in frequencies cannot be read.").because(&error)
    })
}

/// A set by its name and text.
pub(crate) struct Named {
    /// What receipts and lists call it.
    pub(crate) name: String,
    /// `haplotype,freq` lines.
    pub(crate) text: String,
}

/// The bank's own set for everybody, with which searches predict; `None` where there is none, or it lacks a locus of x/8. A synthetic one is
/// called so in its name.
pub(crate) async fn of_searches(store: &Store) -> Result<Option<Named>, Failure> {
    let Some((stored, _)) = store.choose_frequency_set("", "").await? else { return Ok(None) };
    let loci: Vec<&str> = stored.loci.split('~').collect();
    if !["A", "C", "B", "DRB1"].iter().all(|locus| loci.contains(locus)) {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&store.frequency_set_content(&stored).await?).into_owned();
    let synthetic = if stored.is_synthetic { " (synthetic frequencies)" } else { "" };
    Ok(Some(Named { name: format!("{} v{}{synthetic}", stored.name, stored.version), text }))
}
