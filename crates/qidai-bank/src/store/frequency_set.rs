//! Sets of haplotype frequencies: what is known of each in an audited row, its file in a row beside.
//!
//! A new file for the same registry and population is a new version; the old ones stay, so that an old answer can be computed again.

use sea_orm::{QueryResult, Value};
use sha2::{Digest as _, Sha256};

use super::database::Reader;
use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError};
use crate::audit::{Finding, Verification};
use crate::digest::hexadecimal;
use crate::{BankError, ChosenBy, NewFrequencySet, Problem, StoredFrequencySet, WriteContext};

pub(super) static TABLE: Table =
    Table { name: "frequency_set", key: &["set_id"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 11] = [
    Column::text("set_id"),
    Column::text("registry"),
    Column::text("population"),
    Column::int("version"),
    Column::text("name"),
    Column::flag("is_synthetic"),
    Column::text("source"),
    Column::text("loci"),
    Column::int("haplotypes"),
    Column::text("release"),
    Column::bytes("content_sha256"),
];

/// A name, not a story.
const NAME_CHARACTERS_MAX: usize = 120;
const SOURCE_CHARACTERS_MAX: usize = 1_000;

impl Store {
    /// Keeps a set as the next version of its registry and population. The same file as the version in use is kept
    /// already; the second of the answer is then false and nothing is written.
    ///
    /// # Errors
    /// `frequency_set_name_wrong`, `frequency_set_source_wrong`.
    pub async fn add_frequency_set(
        &self,
        new: &NewFrequencySet<'_>,
        context: &WriteContext<'_>,
    ) -> Result<(StoredFrequencySet, bool), BankError> {
        check_texts(new)?;
        let sha256 = Sha256::digest(new.content);
        let write = self.database.begin().await?;
        let last = newest(write.reader(), new.registry, new.population).await?;
        if let Some(same) = last.clone().filter(|last| last.content_sha256 == sha256.as_slice()) {
            write.rollback().await?;
            return Ok((same, false));
        }
        let id = context.ids.next_id();
        let version = last.map_or(1, |last| last.version + 1);
        let row = vec![
            Some(id.as_str().into()),
            Some(new.registry.into()),
            Some(new.population.into()),
            Some(version.into()),
            Some(new.name.into()),
            Some(new.is_synthetic.into()),
            Some(new.source.into()),
            Some(new.loci.into()),
            Some(new.haplotypes.into()),
            new.release.map(Into::into),
            Some(sha256.as_slice().into()),
        ];
        let subject = format!("frequency_set/{id}");
        write.record(context, vec![Event::new("frequency_set_added", subject).insert(&TABLE, row)]).await?;
        let sql = "INSERT INTO frequency_set_content (set_id, content) VALUES ($1, $2)";
        let values = [Value::from(id.as_str()), Value::Bytes(Some(new.content.to_vec()))];
        write.change_unaudited(sql, values).await?;
        let added = newest(write.reader(), new.registry, new.population).await?;
        write.commit().await?;
        let lost = || StoreError::Unreadable {
            table: "frequency_set",
            row: id.clone(),
            column: "set_id".to_owned(),
            value: String::new(),
        };
        Ok((added.ok_or_else(lost)?, true))
    }

    /// Every version of every set; by registry, population, then the newest first.
    ///
    /// # Errors
    /// Outages only.
    pub async fn frequency_sets(&self) -> Result<Vec<StoredFrequencySet>, StoreError> {
        read(self.database.reader(), "ORDER BY registry, population, version DESC", []).await
    }

    /// The set that describes the units of a registry and population best: its own, else that of the registry, else the one for
    /// everybody; always the newest version. `None`: the bank has none of these.
    ///
    /// # Errors
    /// Outages only.
    pub async fn choose_frequency_set(
        &self,
        registry: &str,
        population: &str,
    ) -> Result<Option<(StoredFrequencySet, ChosenBy)>, StoreError> {
        let reader = self.database.reader();
        let mut steps = Vec::new();
        if !registry.is_empty() && !population.is_empty() {
            steps.push((registry, population, ChosenBy::Population));
        }
        if !registry.is_empty() {
            steps.push((registry, "", ChosenBy::Registry));
        }
        steps.push(("", "", ChosenBy::Global));
        for (registry, population, by) in steps {
            if let Some(set) = newest(reader, registry, population).await? {
                return Ok(Some((set, by)));
            }
        }
        Ok(None)
    }

    /// The file of a set, as it was imported.
    ///
    /// # Errors
    /// An outage when it is not the one that the history knows.
    pub async fn frequency_set_content(&self, set: &StoredFrequencySet) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT content FROM frequency_set_content WHERE set_id = $1";
        let row = self.database.reader().first(sql, [Value::from(set.id.as_str())]).await?;
        let content: Option<Vec<u8>> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        content.filter(|content| Sha256::digest(content).as_slice() == set.content_sha256).ok_or_else(|| {
            StoreError::Unreadable {
                table: "frequency_set_content",
                row: set.id.clone(),
                column: "content".to_owned(),
                value: "not the file whose SHA-256 the history knows".to_owned(),
            }
        })
    }
}

fn check_texts(new: &NewFrequencySet<'_>) -> Result<(), Problem> {
    let is_name =
        |text: &str| text.chars().count() <= NAME_CHARACTERS_MAX && !text.chars().any(char::is_control);
    for (field, text, may_be_empty) in
        [("name", new.name, false), ("registry", new.registry, true), ("population", new.population, true)]
    {
        if !is_name(text) || (text.trim().is_empty() && !(may_be_empty && text.is_empty())) {
            let hint = format!("at most {NAME_CHARACTERS_MAX} characters on one line are expected");
            return Err(Problem::new(field, text, "frequency_set_name_wrong", "this is no name", &hint));
        }
    }
    let length = new.source.trim().chars().count();
    if length == 0 || length > SOURCE_CHARACTERS_MAX {
        let hint = format!("say where the frequencies are from, in 1 to {SOURCE_CHARACTERS_MAX} characters");
        let reason = "a set without a source cannot be judged";
        return Err(Problem::new("source", new.source, "frequency_set_source_wrong", reason, &hint));
    }
    Ok(())
}

async fn newest(
    reader: Reader<'_>,
    registry: &str,
    population: &str,
) -> Result<Option<StoredFrequencySet>, StoreError> {
    let condition = "WHERE registry = $1 AND population = $2 ORDER BY version DESC LIMIT 1";
    Ok(read(reader, condition, [Value::from(registry), Value::from(population)]).await?.pop())
}

async fn read(
    reader: Reader<'_>,
    condition: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<StoredFrequencySet>, StoreError> {
    let sql = format!("SELECT {} FROM frequency_set {condition}", TABLE.select_list());
    reader.all(&sql, values).await?.iter().map(stored).collect()
}

fn stored(row: &QueryResult) -> Result<StoredFrequencySet, StoreError> {
    let mut row = RowReader::new("frequency_set", row);
    Ok(StoredFrequencySet {
        id: row.text()?,
        registry: row.text()?,
        population: row.text()?,
        version: row.key()?,
        name: row.text()?,
        is_synthetic: row.flag()?.unwrap_or(true),
        source: row.text()?,
        loci: row.text()?,
        haplotypes: row.key()?,
        release: row.optional_text()?,
        content_sha256: row.bytes()?,
    })
}

/// Computes the hash of every file again, and names each that is changed, missing or nobody's.
pub(super) async fn check(reader: Reader<'_>, found: &mut Verification) -> Result<(), StoreError> {
    for set in read(reader, "ORDER BY set_id", []).await? {
        let sql = "SELECT content FROM frequency_set_content WHERE set_id = $1";
        let Some(row) = reader.first(sql, [Value::from(set.id.as_str())]).await? else {
            found.add(Finding::new("row_removed", "frequency_set_content", &set.id));
            continue;
        };
        let content: Vec<u8> = row.try_get_by_index(0)?;
        let sha256 = Sha256::digest(&content);
        if sha256.as_slice() != set.content_sha256 {
            let finding = Finding::new("row_changed", "frequency_set_content", &set.id).column("content");
            let (expected, is) = (hexadecimal(&set.content_sha256), hexadecimal(&sha256));
            found.add(finding.expected(format!("sha256 {expected}")).found(format!("sha256 {is}")));
        }
    }
    let sql = "SELECT set_id FROM frequency_set_content WHERE set_id NOT IN (SELECT set_id FROM frequency_set) \
               ORDER BY set_id";
    for row in &reader.all(sql, []).await? {
        let id: String = row.try_get_by_index(0)?;
        found.add(Finding::new("row_inserted", "frequency_set_content", id));
    }
    Ok(())
}
