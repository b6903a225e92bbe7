//! The gate for what leaves the country: one rule for commands, API and pages.

use jiff::civil::Date;
use sea_orm::Value;

use super::database::{Reader, WriteTransaction};
use super::event::Event;
use super::row::RowReader;
use super::{Store, StoreError, record};
use crate::hgr::{Given, HgrCover};
use crate::{Acting, BankError, Permission, Principal, Record, Refusal, workflow};

/// Fields of a case that say what it covers.
pub(super) const SCOPES: [&str; 4] = ["covers_report", "covers_listing", "covers_dossier", "covers_material"];

impl Store {
    /// May this be given to an institution today? `None`: it is in China and nobody abroad controls it, so no case is needed. What
    /// is given abroad, and what is refused, is written down with the institution.
    ///
    /// # Errors
    /// `institution_unknown`; `hgr_case_missing`: no case that is approved, in its days and in its scope covers it.
    pub async fn give_to(
        &self,
        institution: &str,
        given: Given,
        acting: &Acting<'_>,
    ) -> Result<Option<HgrCover>, BankError> {
        let write = self.database.begin().await?;
        let today = self.today(write.reader(), acting).await?;
        let receiver = institution_of(write.reader(), institution).await?;
        if !is_foreign(write.reader(), &receiver.number).await? {
            write.rollback().await?;
            return Ok(None);
        }
        let receivers = [receiver.number.clone()];
        match covered(write.reader(), &receivers, (given, today)).await? {
            Ok(case) => {
                let cover = cover_of(write.reader(), case.as_deref()).await?;
                let reason = format!("{} under {}", given.code(), case.unwrap_or_default());
                let event = Event::new("given_abroad", receiver.subject());
                write.record(&acting.own().because(&reason), vec![event]).await?;
                write.commit().await?;
                Ok(cover)
            }
            Err(_) => Err(refuse(write, &receiver, given, acting).await),
        }
    }

    /// Somebody who signs in only at sites of an institution abroad sees HLA data of units only under a case: the first that covers them,
    /// `None` for whoever needs none.
    ///
    /// # Errors
    /// `hgr_case_missing`, written down with the institution.
    pub async fn may_see_typings(&self, acting: &Acting<'_>) -> Result<Option<HgrCover>, BankError> {
        let mut first = None;
        for institution in self.foreign_of(acting.principal).await? {
            let cover = self.give_to(&institution, Given::Report, acting).await?;
            first = first.or(cover);
        }
        Ok(first)
    }

    /// The case that a number names, for printing.
    ///
    /// # Errors
    /// Outages only.
    pub async fn hgr_cover(&self, case: Option<&str>) -> Result<Option<HgrCover>, StoreError> {
        cover_of(self.database.reader(), case).await
    }

    /// Institutions abroad at whose sites somebody searches; empty for the bank's own staff, who work at all sites.
    async fn foreign_of(&self, principal: &Principal) -> Result<Vec<String>, StoreError> {
        let Some(sites) = principal.sites_with(&[Permission::SearchRun]) else { return Ok(Vec::new()) };
        let sql = "SELECT r.number FROM record r \
             JOIN record_field s ON s.record_id = r.record_id AND s.field = 'site' \
             JOIN record_field o ON o.record_id = r.record_id AND o.field = 'outside' \
             WHERE r.concept = 'institution' AND s.value = $1 ORDER BY r.serial";
        let mut found = Vec::new();
        for site in sites {
            for row in self.database.reader().all(sql, [Value::from(site)]).await? {
                found.push(RowReader::new("record", &row).text()?);
            }
        }
        Ok(found)
    }
}

/// Is an institution abroad, or set up or controlled from there?
pub(super) async fn is_foreign(reader: Reader<'_>, institution: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM record r JOIN record_field o ON o.record_id = r.record_id AND o.field = 'outside' \
               WHERE r.concept = 'institution' AND r.number = $1";
    Ok(reader.first(sql, [Value::from(institution)]).await?.is_some())
}

/// `foreign` or `domestic`.
pub(super) fn origin(is_foreign: bool) -> &'static str {
    if is_foreign { "foreign" } else { "domestic" }
}

/// The number of a case, or the first receiver whom none covers. No receiver: `Ok(None)`, no case is needed. The case of the first
/// receiver is the one to print.
pub(super) async fn covered(
    reader: Reader<'_>,
    receivers: &[String],
    (given, today): (Given, Date),
) -> Result<Result<Option<String>, String>, StoreError> {
    let sql = "SELECT r.number FROM record r \
         JOIN record_field i ON i.record_id = r.record_id AND i.field = 'receiver' \
         JOIN record_field c ON c.record_id = r.record_id AND c.field = $2 \
         JOIN record_field f ON f.record_id = r.record_id AND f.field = 'valid_from' \
         JOIN record_field u ON u.record_id = r.record_id AND u.field = 'valid_until' \
         WHERE r.concept = 'hgr_case' AND r.state = 'approved' AND i.value = $1 AND c.value = 'true' \
         AND f.value <= $3 AND u.value >= $3 ORDER BY u.value DESC, r.serial LIMIT 1";
    let mut first = None;
    for receiver in receivers {
        let values = [receiver.as_str(), given.field(), &today.to_string()].map(Value::from);
        match reader.first(sql, values).await? {
            Some(row) => {
                let number = RowReader::new("record", &row).text()?;
                first.get_or_insert(number);
            }
            None => return Ok(Err(receiver.clone())),
        }
    }
    Ok(Ok(first))
}

/// The refusal, for a request or for an institution itself.
pub(super) fn missing(about: &str, receiver: &str, given: Given) -> Refusal {
    let what = given.code();
    let sentence = format!(
        "{about}: {receiver} is abroad or controlled from there, and no approved case of human genetic resources that is in \
         force covers a {what} for it. Nothing was given: register the case (hgr_case), or ask for one."
    );
    Refusal::new("hgr_case_missing", sentence)
        .with("record", about)
        .with("receiver", receiver)
        .with("given", what)
}

async fn institution_of(reader: Reader<'_>, number: &str) -> Result<Record, BankError> {
    let found = match workflow::concept("institution") {
        Some(concept) => record::by_number(reader, concept, &number.to_ascii_uppercase()).await?,
        None => None,
    };
    found.ok_or_else(|| {
        let sentence = format!("There is no institution {number}: check the number.");
        Refusal::new("institution_unknown", sentence).with("number", number).into()
    })
}

async fn cover_of(reader: Reader<'_>, case: Option<&str>) -> Result<Option<HgrCover>, StoreError> {
    let (Some(number), Some(concept)) = (case, workflow::concept("hgr_case")) else { return Ok(None) };
    let found = record::by_number(reader, concept, number).await?;
    Ok(found.map(|case| HgrCover {
        approval_number: case.field("approval_number").unwrap_or_default().to_owned(),
        case: case.number,
    }))
}

/// Writes the refused attempt down with the institution. One that cannot be written down is an outage.
async fn refuse(
    write: WriteTransaction<'_>,
    receiver: &Record,
    given: Given,
    acting: &Acting<'_>,
) -> BankError {
    let refusal = missing(&receiver.number, &receiver.number, given);
    let event = record::refusal_event(receiver, given.code(), refusal.code, acting);
    let written = async {
        write.record(&acting.own(), vec![event]).await?;
        write.commit().await
    };
    match written.await {
        Ok(()) => refusal.into(),
        Err(error) => error.into(),
    }
}
