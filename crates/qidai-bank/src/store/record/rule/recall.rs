//! A recall: what it reaches is counted while it is prepared, told to everybody when it is opened, and settled before it is closed.

use std::collections::BTreeMap;

use sea_orm::Value;

use super::{Case, Computed, name, refusal};
use crate::store::database::{Reader, WriteTransaction};
use crate::store::row::RowReader;
use crate::store::{StoreError, affected, record};
use crate::{
    Acting, Affected, BankError, NewRecord, Problem, Record, Refusal, Status, WriteContext, workflow,
};

pub(super) async fn compute(case: &Case<'_>) -> Result<Computed, BankError> {
    if case.record.is_some_and(|record| record.state.code != "draft") {
        return Ok(Vec::new());
    }
    let Some(written) = case.value("began_with") else { return Ok(Vec::new()) };
    let Some(subject) = affected::subject_of(case.reader, written).await? else {
        let reason = format!("'{written}' is nothing that the bank knows");
        let hint = "write the number of a record, of a unit, or tank/CODE or freeze_run/NUMBER";
        return Err(Problem::new("began_with", written, "recall_beginning_unknown", reason, hint).into());
    };
    let found = affected::read(case.reader, subject).await?;
    let count = |count: usize| Some(count.to_string());
    Ok(vec![
        ("began_with", Some(found.subject.clone())),
        ("units_found", count(found.units.len())),
        ("in_store_found", count(found.in_store())),
        ("recipients_found", count(found.recipients.len())),
        ("list_digest", Some(found.digest)),
    ])
}

/// What a recall reaches now: what the bank learned since it was opened belongs to it too.
pub(in crate::store) async fn reached(reader: Reader<'_>, recall: &Record) -> Result<Affected, StoreError> {
    affected::read(reader, recall.field("began_with").unwrap_or_default().to_owned()).await
}

/// One notice for each institution that was sent an affected unit.
pub(super) async fn tell(
    write: &WriteTransaction<'_>,
    recall: &Record,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let Some(concept) = workflow::concept("recall_notice") else { return Ok(()) };
    let found = reached(write.reader(), recall).await?;
    let mut orders: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for one in found.recipients.iter().filter(|one| !one.institution.is_empty()) {
        let line = format!("{} {}", one.order, one.identity.written());
        orders.entry(&one.institution).or_default().push(line);
    }
    for (institution, orders) in orders {
        let fields = [
            ("recall", recall.number.clone()),
            ("institution", institution.to_owned()),
            ("orders", orders.join("\n")),
        ];
        let fields = fields.map(|(code, value)| (code.to_owned(), value)).into();
        let new = NewRecord { concept, site: recall.site.clone(), fields };
        record::raise(write, &new, context, acting).await?;
    }
    Ok(())
}

/// Closed when every institution has answered, and every unit in the bank was recalled and then decided on.
pub(super) async fn may_close(case: &Case<'_>) -> Result<Option<Refusal>, StoreError> {
    let (own, Some(recall)) = (name(case), case.record) else { return Ok(None) };
    let sql = "SELECT r.number, r.state FROM record_field f JOIN record r ON r.record_id = f.record_id \
               WHERE f.refers_to = $1 AND f.field = 'recall' AND r.concept = 'recall_notice' \
               AND r.state <> 'closed' ORDER BY r.serial";
    let subject = Value::from(format!("recall/{own}"));
    if let Some(row) = case.reader.first(sql, [subject]).await? {
        let mut row = RowReader::new("record", &row);
        let (notice, state) = (row.text()?, row.text()?);
        let sentence = format!(
            "{own}: the notice {notice} is '{state}': a recall ends when every institution has answered."
        );
        return Ok(Some(refusal("recall_not_settled", own, sentence).with("notice", notice)));
    }
    let found = reached(case.reader, recall).await?;
    let in_store: Vec<_> = found.units.iter().filter(|unit| unit.is_in_store()).collect();
    let identities: Vec<_> = in_store.iter().map(|unit| &unit.identity).collect();
    let seen = affected::recalled_since(case.reader, &identities, recall.entered_at).await?;
    let is_open =
        |unit: &&&crate::AffectedUnit| unit.status == Status::Recalled || !seen.contains(&unit.identity);
    Ok(in_store.iter().find(is_open).map(|unit| {
        let number = unit.identity.written();
        let sentence = format!(
            "{own}: {number} is '{}': decide on every unit in the bank – discard it, or end its recall with a signature – \
             before the recall is closed.",
            unit.status.code()
        );
        refusal("recall_not_settled", own, sentence).with("number", number)
    }))
}
