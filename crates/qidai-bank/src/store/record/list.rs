//! Lists of records, a page at a time, each beginning after the last line of the page before.

use sea_orm::QueryResult;

use super::conditions::{Conditions, Sort};
use super::read::fields_of;
use crate::store::row::RowReader;
use crate::store::{Store, StoreError};
use crate::workflow::Concept;
use crate::{BankError, Principal, RecordFilter, RecordLine};

/// Lines of the longest page.
const PAGE_MAX: u32 = 1_000;

impl Store {
    /// At most `limit` records (and at most 1,000) that the principal may see, after a cursor of
    /// [`RecordLine::cursor`]; a text that is no cursor begins at the front.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn record_page(
        &self,
        concept: &'static Concept,
        filter: &RecordFilter,
        (after, limit): (Option<&str>, u32),
        principal: &Principal,
    ) -> Result<Vec<RecordLine>, BankError> {
        if !concept.may_view(principal) {
            principal.may_any(&concept.view, None)?;
        }
        let sort = Sort::of(concept, filter);
        let mut conditions = Conditions::of(concept, filter, principal);
        conditions.after(&sort, after);
        let sql = format!(
            "SELECT r.record_id, r.number, r.serial, r.state, r.version, r.site, r.entered_at_us, r.changed_at_us, \
             CAST({} AS TEXT) FROM record r {} {} {} LIMIT {}",
            sort.key,
            sort.join,
            conditions.clause(),
            sort.order(),
            limit.min(PAGE_MAX)
        );
        let rows = self.database.reader().all(&sql, conditions.values).await?;
        let mut lines: Vec<RecordLine> =
            rows.iter().map(|row| line(row, concept)).collect::<Result<_, _>>()?;
        let ids: Vec<&str> = lines.iter().map(|line| line.id.as_str()).collect();
        let mut fields = fields_of(self.database.reader(), concept, &ids).await?;
        for line in &mut lines {
            line.fields = fields.remove(&line.id).unwrap_or_default();
        }
        Ok(lines)
    }

    /// How many records of a concept the principal may see, by state, in the order of the declaration; states without
    /// records are told with 0.
    ///
    /// # Errors
    /// `permission_missing`.
    pub async fn record_counts(
        &self,
        concept: &'static Concept,
        filter: &RecordFilter,
        principal: &Principal,
    ) -> Result<Vec<(&'static str, u64)>, BankError> {
        if !concept.may_view(principal) {
            principal.may_any(&concept.view, None)?;
        }
        let conditions = Conditions::of(concept, filter, principal);
        // Whole registers are counted as they are written; what fields say is not.
        let is_whole =
            filter.fields.is_empty() && filter.text.as_deref().is_none_or(|text| text.trim().is_empty());
        let counted = match is_whole {
            true => {
                "CAST(SUM(r.records) AS BIGINT) FROM \
                 (SELECT concept, state, NULLIF(site, '') AS site, records FROM record_count) r"
            }
            false => "COUNT(*) FROM record r",
        };
        let sql = format!("SELECT r.state, {counted} {} GROUP BY r.state", conditions.clause());
        let mut counts: Vec<(&'static str, u64)> =
            concept.states.iter().map(|state| (state.code, 0)).collect();
        for row in self.database.reader().all(&sql, conditions.values).await? {
            let mut row = RowReader::new("record", &row);
            let (state, count) = (row.text()?, row.key()?.unsigned_abs());
            counts.iter_mut().filter(|(code, _)| *code == state).for_each(|(_, known)| *known = count);
        }
        Ok(counts)
    }
}

fn line(row: &QueryResult, concept: &'static Concept) -> Result<RecordLine, StoreError> {
    let mut row = RowReader::new("record", row);
    let (id, number, serial) = (row.text()?, row.text()?, row.key()?);
    let (state, version) = (row.code("state", |code| concept.state(code))?, row.key()?.unsigned_abs());
    let (site, entered_at) = (row.optional_text()?, row.time("entered_at_us")?);
    let (changed_at, key) = (row.time("changed_at_us")?, row.text()?);
    let (fields, cursor) = (Vec::new(), format!("{serial}~{key}"));
    Ok(RecordLine { number, state, version, site, fields, entered_at, changed_at, id, cursor })
}
