//! Looking at results. The last review makes a result count, and writes what it says into the unit.

use super::RESULT;
use super::enter::{by, subject};
use super::read::{approved_of, by_id, unit_row, versions};
use crate::lab::apply;
use crate::store::cell::Cell;
use crate::store::database::WriteTransaction;
use crate::store::event::Event;
use crate::store::{Store, unit};
use crate::{Acting, BankError, Permission, ResultState, Review, TestResult};

impl Store {
    /// Agrees with a result, or rejects it. Who entered it, and who agreed before, do not.
    ///
    /// # Errors
    /// `permission_missing`, `result_unknown`, `result_not_pending`, `four_eyes`; `reason_missing` for a rejection.
    pub async fn review_result(
        &self,
        id: &str,
        review: Review,
        acting: &Acting<'_>,
    ) -> Result<TestResult, BankError> {
        let context = acting.allowed(Permission::TestReview, None)?;
        let write = self.database.begin().await?;
        let result = by_id(write.reader(), id).await?;
        let next = match result.reviewed_by(review, acting.principal) {
            Ok(next) => next,
            Err(refusal) => {
                // Somebody tried to be two people: that is told with the unit.
                let event = Event::new("test_result_review_refused", subject(&result.unit));
                write.record(&context.because(refusal.code), vec![event]).await?;
                write.commit().await?;
                return Err(refusal.into());
            }
        };
        let events = match next {
            ResultState::Approved => approve(&write, &result, acting).await?,
            ResultState::Rejected => {
                let reason = acting.reason_given()?;
                let set = vec![("state", Some(next.code().into())), ("reason", Some(reason.into()))];
                vec![event("test_result_rejected", &result, seen("reviewed", acting, set))]
            }
            _ => {
                let set = vec![("state", Some(next.code().into()))];
                vec![event("test_result_reviewed", &result, seen("reviewed", acting, set))]
            }
        };
        write.record(&context, events).await?;
        let after = by_id(write.reader(), id).await?;
        write.commit().await?;
        Ok(after)
    }
}

type Set = Vec<(&'static str, Option<Cell>)>;

fn event(kind: &'static str, result: &TestResult, set: Set) -> Event {
    Event::new(kind, subject(&result.unit)).update(&RESULT, vec![result.id.as_str().into()], set)
}

/// The columns of whoever looks now.
fn seen(as_what: &str, acting: &Acting<'_>, mut set: Set) -> Set {
    let columns = match as_what {
        "approved" => ["approved_by", "approved_account", "approved_at_us"],
        _ => ["reviewed_by", "reviewed_account", "reviewed_at_us"],
    };
    let who = by(acting);
    set.extend([
        (columns[0], Some(Cell::Text(who.actor))),
        (columns[1], who.account_id.map(Cell::Text)),
        (columns[2], Some(who.at.as_microsecond().into())),
    ]);
    set
}

/// The version before stops to count, this one counts, and the unit says so: one event.
async fn approve(
    write: &WriteTransaction<'_>,
    result: &TestResult,
    acting: &Acting<'_>,
) -> Result<Vec<Event>, BankError> {
    let unit_key = unit_row(write.reader(), &result.unit).await?;
    let versions = versions(write.reader(), unit_key, result.test.code, result.phase).await?;
    let mut events = Vec::new();
    let before = versions.iter().find(|one| one.state == ResultState::Approved);
    if let Some(before) = before {
        let set = vec![("state", Some(ResultState::Superseded.code().into()))];
        events.push(event("test_result_superseded", before, set));
    }
    let state = vec![("state", Some(ResultState::Approved.code().into()))];
    let approved = event("test_result_approved", result, seen("approved", acting, state));
    let mut in_force = approved_of(write.reader(), unit_key).await?;
    in_force.retain(|one| before.is_none_or(|before| before.id != one.id));
    in_force.push(TestResult { state: ResultState::Approved, ..result.clone() });
    let written = unit::rewrite(write.reader(), &result.unit, approved, |record| {
        apply(result, &in_force, record);
    });
    events.push(written.await?);
    Ok(events)
}
