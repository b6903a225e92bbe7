//! Clocks and reminders of records: which are due, and what they do. Each runs once for one beginning, whoever runs
//! it: the row that says that it ran is written in the transaction that does what it does.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use sea_orm::Value;

use super::cell::Row;
use super::database::{Reader, WriteTransaction, placeholders};
use super::event::Event;
use super::notification::notify;
use super::table::{Column, Table};
use super::{Store, StoreError, record, setting};
use crate::workflow::{
    self, Clock, Concept, Condition, FieldKind, Keeps, Label, Length, LengthUnit, Reminder, Start, Then,
};
use crate::{
    Acting, Actor, BankError, IdSource, NewNotification, NewRecord, Principal, RandomSource, Recipient,
    Record, Role, WriteContext,
};

pub(super) static RUN: Table =
    Table { name: "clock_run", key: &["record_id", "clock", "started"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 5] = [
    Column::text("record_id"),
    Column::text("clock"),
    Column::text("started"),
    Column::text("outcome"),
    Column::int("ran_at_us"),
];

/// Records that are looked at in one go.
const PAGE: usize = 200;
/// A nearer reminder was given instead.
const OVERTAKEN: &str = "overtaken";

/// A clock that ran, or a reminder that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRan {
    pub concept: &'static str,
    pub number: String,
    /// Code of the clock; of a reminder with its days: `expiry:90`.
    pub clock: String,
    /// `notified`, `moved`, `raised NC-2026-0001`, or the code of what stood in the way.
    pub outcome: String,
}

/// A clock or a reminder of one concept, as the runner sees it.
#[derive(Clone)]
pub(super) struct Due {
    pub(super) concept: &'static Concept,
    /// As in [`ClockRan`].
    pub(super) code: String,
    pub(super) label: Label,
    pub(super) runs_in: &'static [&'static str],
    pub(super) start: Start,
    /// A beginning is due when it lies in this range; microseconds or days, as the start is.
    from: Option<Value>,
    pub(super) before: Value,
    pub(super) then: Then,
    /// Its condition, or that of the move that it makes: other records have no such clock.
    pub(super) only: Option<&'static Condition>,
    /// Longer reminders of the same kind, which this one overtakes.
    overtakes: Vec<String>,
}

impl Store {
    /// Runs everything that is due at a time, each in a transaction of its own; gives what ran. Any number of processes
    /// may do so at once, and again at once after a crash.
    ///
    /// # Errors
    /// Outages only. What ran until then stays.
    pub async fn run_clocks(
        &self,
        now: Timestamp,
        ids: &IdSource,
        random: &RandomSource,
    ) -> Result<Vec<ClockRan>, BankError> {
        let (principal, mut ran) = (Principal::system("clock"), Vec::new());
        let acting = Acting::new(&principal, now, ids, random);
        let zone = setting::time_zone(self.database.reader()).await?;
        for concept in workflow::concepts() {
            for due in self.all_due(concept, now, &zone).await? {
                ran.extend(match concept.keeps {
                    Keeps::Records => self.run_due(&due, &zone, &acting).await?,
                    Keeps::OwnTable => self.run_unit_clock(&due, &zone, &acting).await?,
                });
            }
        }
        Ok(ran)
    }

    async fn all_due(
        &self,
        concept: &'static Concept,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Vec<Due>, StoreError> {
        let mut all = Vec::new();
        for clock in &concept.clocks {
            let length = self.length(concept, clock).await?;
            all.push(due_of_clock(concept, clock, length, (now, zone)));
        }
        let today = zone.to_datetime(now).date();
        all.extend(concept.reminders.iter().flat_map(|reminder| due_of_reminder(concept, reminder, today)));
        Ok(all)
    }

    /// The length of a clock as the bank has it, in hours or days.
    pub(super) async fn length(
        &self,
        concept: &Concept,
        clock: &Clock,
    ) -> Result<Option<(u32, LengthUnit)>, StoreError> {
        let Length::Profile(code) = clock.length else { return Ok(None) };
        let Some(declared) = concept.profile.iter().find(|value| value.code == code) else { return Ok(None) };
        let reader = self.database.reader();
        let value = setting::profile(reader, concept.code, code, declared.value).await?;
        Ok(Some((value, declared.unit)))
    }

    async fn run_due(
        &self,
        due: &Due,
        zone: &TimeZone,
        acting: &Acting<'_>,
    ) -> Result<Vec<ClockRan>, BankError> {
        let mut ran = Vec::new();
        loop {
            let found = candidates(self.database.reader(), due, None).await?;
            let before = ran.len();
            for (id, started) in &found {
                ran.extend(self.run_one(due, (id, started), zone, acting).await?);
            }
            // Where another process was faster with a whole page, it goes on with the next one too.
            if found.len() < PAGE || ran.len() == before {
                return Ok(ran);
            }
        }
    }

    /// Runs one clock of one record, unless somebody did meanwhile or it is no longer due.
    async fn run_one(
        &self,
        due: &Due,
        (id, started): (&str, &str),
        zone: &TimeZone,
        acting: &Acting<'_>,
    ) -> Result<Option<ClockRan>, BankError> {
        let write = self.database.begin().await?;
        let again = candidates(write.reader(), due, Some(id)).await?;
        let record = record::by_id(write.reader(), id).await?;
        let Some(record) = record.filter(|_| again.iter().any(|(_, again)| again == started)) else {
            write.rollback().await?;
            return Ok(None);
        };
        let reason = format!("clock {}: {}", due.code, due.label.en);
        let acting = acting.because(&reason);
        let actor = Actor { site: record.site.as_deref(), ..acting.principal.as_actor() };
        let context =
            WriteContext { reason: acting.reason, ..WriteContext::new(acting.now, actor, acting.ids) };
        let today = zone.to_datetime(acting.now).date();
        let outcome = act(&write, due, &record, (&context, &acting, today)).await?;
        let known = runs(write.reader(), id, started).await?;
        let overtaken: Vec<&String> = due.overtakes.iter().filter(|code| !known.contains(code)).collect();
        let event = ran_event(due, &record, (started, &outcome, &overtaken), &context);
        write.record(&context, vec![event]).await?;
        write.commit().await?;
        let clock = due.code.clone();
        Ok(Some(ClockRan { concept: due.concept.code, number: record.number, clock, outcome }))
    }
}

/// What a clock does besides telling people; gives the outcome. What stands in the way of it is an outcome too, and is
/// told to the quality managers: it is not tried again by itself.
async fn act(
    write: &WriteTransaction<'_>,
    due: &Due,
    record: &Record,
    (context, acting, today): (&WriteContext<'_>, &Acting<'_>, Date),
) -> Result<String, BankError> {
    match &due.then {
        Then::Notify(_) => Ok("notified".to_owned()),
        Then::Move(step) => {
            let moved = record::move_by_clock(write, record, step, context, acting).await?;
            Ok(moved.map_or_else(|refusal| refusal.code.to_owned(), |()| "moved".to_owned()))
        }
        Then::Raise => {
            match record::raise(
                write,
                &nonconformance((&due.code, due.label), record, today)?,
                context,
                acting,
            )
            .await
            {
                Ok(raised) => Ok(format!("raised {}", raised.number)),
                Err(BankError::Refused(refusal)) => Ok(refusal.code.to_owned()),
                Err(error) => Err(error),
            }
        }
    }
}

/// What a clock raises about a record.
pub(super) fn nonconformance(
    (code, label): (&str, Label),
    record: &Record,
    today: Date,
) -> Result<NewRecord, BankError> {
    let concept = workflow::concept(workflow::NONCONFORMANCE);
    let concept =
        concept.ok_or_else(|| BankError::Interrupted("no nonconformance is declared".to_owned()))?;
    let fields = [
        ("title", format!("{} – {}", record.number, label.en)),
        ("severity", "minor".to_owned()),
        ("detected_on", today.to_string()),
        ("about", record.subject()),
        ("description", format!("The clock {code} of {} ran out: {}.", record.number, label.en)),
    ];
    let fields = fields.map(|(code, value)| (code.to_owned(), value)).into();
    Ok(NewRecord { concept, site: record.site.clone(), fields })
}

fn ran_event(
    due: &Due,
    record: &Record,
    (started, outcome, overtaken): (&str, &str, &[&String]),
    context: &WriteContext<'_>,
) -> Event {
    let run = |code: &str, outcome: &str| -> Row {
        vec![
            Some(record.id.as_str().into()),
            Some(code.into()),
            Some(started.into()),
            Some(outcome.into()),
            Some(context.now.as_microsecond().into()),
        ]
    };
    let mut event = Event::new("clock_ran", record.subject()).insert(&RUN, run(&due.code, outcome));
    for code in overtaken {
        event = event.insert(&RUN, run(code, OVERTAKEN));
    }
    let done = matches!(outcome, "notified" | "moved") || outcome.starts_with("raised ");
    let roles: &[Role] = match &due.then {
        Then::Notify(roles) => roles,
        _ if done => &[],
        _ => &[Role::Quality],
    };
    let day = started.split('@').next().filter(|_| matches!(due.start, Start::Field(_)));
    let code = if due.from.is_some() { "record_day_near" } else { "record_clock_ran" };
    for role in roles {
        let recipient = Recipient::Role { role: *role, site: record.site.clone() };
        let new = NewNotification::new(recipient, code, record.subject())
            .with("number", record.number.as_str())
            .with("clock", due.code.as_str())
            .with("day", day.unwrap_or_default())
            .with("zh", due.label.zh)
            .with("en", due.label.en);
        event = notify(event, &new, context);
    }
    event
}

fn due_of_clock(
    concept: &'static Concept,
    clock: &'static Clock,
    length: Option<(u32, LengthUnit)>,
    (now, zone): (Timestamp, &TimeZone),
) -> Due {
    let today = zone.to_datetime(now).date();
    let (count, unit) = length.unwrap_or((0, LengthUnit::Hours));
    // What began before this moment, or with a day before this day, has run out.
    let moment = now - SignedDuration::from_hours(i64::from(count));
    let day = match unit {
        LengthUnit::Days => today.saturating_sub(i64::from(count).days()),
        LengthUnit::Years => today.saturating_sub(i64::from(count).years()),
        LengthUnit::Hours | LengthUnit::Celsius => zone.to_datetime(moment).date(),
    };
    let begins = zone.to_timestamp(day.at(0, 0, 0, 0)).map_or(moment, |begin| begin);
    let before = match (clock.start, unit) {
        (Start::Entering, LengthUnit::Hours | LengthUnit::Celsius) => {
            Value::from(moment.as_microsecond() + 1)
        }
        (Start::Entering, LengthUnit::Days | LengthUnit::Years) => Value::from(begins.as_microsecond()),
        (Start::Field(field), LengthUnit::Hours) if is_time(concept, field) => {
            Value::from(workflow::whole_second(moment))
        }
        (Start::Field(field), _) if is_time(concept, field) => Value::from(workflow::whole_second(begins)),
        (Start::Field(_), _) => Value::from(day.to_string()),
    };
    Due {
        concept,
        code: clock.code.to_owned(),
        label: clock.label,
        runs_in: &clock.runs_in,
        start: clock.start,
        from: None,
        before,
        then: clock.then.clone(),
        only: clock.when.as_ref().or(match &clock.then {
            Then::Move(step) => concept.step(step).and_then(|step| step.when.as_ref()),
            Then::Notify(_) | Then::Raise => None,
        }),
        overtakes: Vec::new(),
    }
}

/// Moments are kept as UTC, which compares as text; days as days.
fn is_time(concept: &Concept, field: &str) -> bool {
    concept.field(field).is_some_and(|field| field.kind == FieldKind::Time)
}

/// The reminders of one declaration, the nearest first.
fn due_of_reminder(concept: &'static Concept, reminder: &'static Reminder, today: Date) -> Vec<Due> {
    let code = |days: &u32| format!("{}:{days}", reminder.code);
    let due = |(at, days): (usize, &u32)| {
        let after = today.saturating_add((i64::from(*days) + 1).days());
        Due {
            concept,
            code: code(days),
            label: reminder.label,
            runs_in: &reminder.runs_in,
            start: Start::Field(reminder.field),
            from: Some(Value::from(today.to_string())),
            before: Value::from(after.to_string()),
            then: Then::Notify(reminder.to.clone()),
            only: None,
            overtakes: reminder.days_before.iter().take(at).map(code).collect(),
        }
    };
    reminder.days_before.iter().enumerate().map(due).rev().collect()
}

/// Clocks of a record that ran for a beginning.
async fn runs(reader: Reader<'_>, id: &str, started: &str) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT clock FROM clock_run WHERE record_id = $1 AND started = $2";
    let rows = reader.all(sql, [Value::from(id), Value::from(started)]).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}

/// Records whose clock has run out and did not yet run for this beginning: id, beginning.
async fn candidates(
    reader: Reader<'_>,
    due: &Due,
    only: Option<&str>,
) -> Result<Vec<(String, String)>, StoreError> {
    let entered = "CAST(r.entered_at_us AS TEXT)";
    let day = |field: &str| {
        // The code of a declared field: small letters, digits and _.
        format!("JOIN record_field s ON s.record_id = r.record_id AND s.field = '{field}'")
    };
    let (join, text, key) = match (due.start, &due.from) {
        (Start::Entering, _) => (String::new(), entered.to_owned(), "r.entered_at_us"),
        // Who comes back into the state with the same day is late again; a reminder of a day is given once.
        (Start::Field(field), None) => (day(field), format!("s.value || '@' || {entered}"), "s.value"),
        (Start::Field(field), Some(_)) => (day(field), "s.value".to_owned(), "s.value"),
    };
    let mut values = vec![Value::from(due.concept.code), Value::from(due.code.as_str()), due.before.clone()];
    let mut conditions = format!("r.concept = $1 AND {key} < $3");
    for (value, condition) in
        [(due.from.clone(), format!("{key} >= ")), (only.map(Value::from), "r.record_id = ".to_owned())]
    {
        if let Some(value) = value {
            values.push(value);
            conditions.push_str(&format!(" AND {condition}${}", values.len()));
        }
    }
    if let Some(condition) = due.only {
        // As above, a declared code.
        conditions.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM record_field w WHERE w.record_id = r.record_id AND w.field = '{}' \
             AND w.value IN ({}))",
            condition.field,
            placeholders(values.len() + 1, condition.values.len())
        ));
        values.extend(condition.values.iter().map(|value| Value::from(*value)));
    }
    let states = placeholders(values.len() + 1, due.runs_in.len());
    values.extend(due.runs_in.iter().map(|state| Value::from(*state)));
    let sql = format!(
        "SELECT r.record_id, {text} FROM record r {join} WHERE {conditions} AND r.state IN ({states}) \
         AND NOT EXISTS (SELECT 1 FROM clock_run c WHERE c.record_id = r.record_id AND c.clock = $2 \
         AND c.started = {text}) ORDER BY r.serial LIMIT {PAGE}"
    );
    let rows = reader.all(&sql, values).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}
