//! Writing a demonstration bank: all of it, once, and again without harm.

use std::io::Write;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::tz::TimeZone;
use qidai_bank::{AddOutcome, CHUNK_ROWS, IdSource, Store, StoreError, WriteContext};

use super::{Export, Generator, Plan};
use crate::error::Failure;

/// Setting of a bank that says by which plan it was made.
const PLAN: &str = "demo_plan";
/// Setting that says that the last unit was written.
const FINISHED: &str = "demo_finished";
const ACTOR: &str = "demo";

/// What had to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// Units were written: so many.
    Now(u64),
    /// The bank was complete already.
    Before,
}

/// Makes the bank of the generator's plan, and its export. A bank of the same plan is completed or left as it
/// is; any other bank is refused.
pub(crate) async fn make<W: Write>(
    store: &Store,
    generator: &Generator,
    mut export: Option<&mut Export<W>>,
) -> Result<Made, Failure> {
    let finished = claim(store, &generator.plan).await?;
    if finished && export.is_none() {
        return Ok(Made::Before);
    }
    let total = generator.plan.mix.total();
    let bar = progress_bar(total);
    let mut written = 0;
    for from in (0..total).step_by(CHUNK_ROWS) {
        let to = (from + CHUNK_ROWS as u64).min(total);
        let units = generator.units(from..to);
        if let Some(export) = export.as_deref_mut() {
            export.add(&units).map_err(|error| export_failure(&error))?;
        }
        if !finished {
            written += add(store, &generator.plan, from, &units).await?;
        }
        bar.set_position(to);
    }
    bar.finish_and_clear();
    if finished {
        return Ok(Made::Before);
    }
    set(store, &generator.plan, FINISHED, "yes").await?;
    Ok(Made::Now(written))
}

/// Is the bank complete already? Writes the plan into an empty bank.
async fn claim(store: &Store, plan: &Plan) -> Result<bool, Failure> {
    let ours = describe(plan);
    match store.setting(PLAN).await.map_err(|error| store_failure(&error))? {
        Some(theirs) if theirs == ours => {
            Ok(store.setting(FINISHED).await.map_err(|error| store_failure(&error))?.is_some())
        }
        Some(theirs) => Err(Failure::refused(
            "demo_plan_differs",
            format!(
                "{} is another demonstration bank ({theirs}; you asked for {ours}): choose another --dir, \
                 or remove that file.",
                store.address()
            ),
        )),
        None => {
            refuse_real_bank(store).await?;
            set(store, plan, PLAN, &ours).await?;
            Ok(false)
        }
    }
}

/// Invented units must never be added to a bank of real ones.
async fn refuse_real_bank(store: &Store) -> Result<(), Failure> {
    let counts = store.unit_counts().await.map_err(|error| store_failure(&error))?;
    let units: u64 = counts.iter().map(|count| count.units).sum();
    if units == 0 {
        return Ok(());
    }
    Err(Failure::refused(
        "demo_bank_not_empty",
        format!(
            "{} holds {units} units that no demonstration made: choose another --dir for the demonstration.",
            store.address()
        ),
    ))
}

/// A plan as text. A change of what a plan makes must change the version at its front.
fn describe(plan: &Plan) -> String {
    let mix = &plan.mix;
    format!(
        "cohort-cn-A 1, seed {}, today {}, searchable {}, pending {}, family {}, gone {}",
        plan.seed, plan.today, mix.searchable, mix.pending, mix.family, mix.gone
    )
}

/// The demonstration's clock, and ids that are the same in every run.
async fn add(
    store: &Store,
    plan: &Plan,
    from: u64,
    units: &[qidai_bank::UnitRecord],
) -> Result<u64, Failure> {
    let ids = IdSource::counting(format!("demo-{}-{from}", plan.seed));
    let context = context(plan, &ids)?;
    let outcomes = store.add_units(units, &context).await.map_err(|error| store_failure(&error))?;
    for (unit, outcome) in units.iter().zip(&outcomes) {
        if matches!(outcome, AddOutcome::Conflict(_)) {
            return Err(Failure::refused(
                "demo_unit_differs",
                format!(
                    "{} is in {} with other content: choose another --dir for the demonstration.",
                    unit.identity.written(),
                    store.address()
                ),
            ));
        }
    }
    Ok(outcomes.iter().filter(|outcome| **outcome == AddOutcome::Accepted).count() as u64)
}

async fn set(store: &Store, plan: &Plan, name: &str, value: &str) -> Result<(), Failure> {
    let ids = IdSource::counting(format!("demo-{}-{name}", plan.seed));
    let context = context(plan, &ids)?;
    store.set_setting(name, value, &context).await.map_err(|error| store_failure(&error))
}

fn context<'a>(plan: &Plan, ids: &'a IdSource) -> Result<WriteContext<'a>, Failure> {
    let noon = TimeZone::UTC.to_timestamp(plan.today.at(12, 0, 0, 0));
    let now = noon.map_err(|error| {
        Failure::refused("demo_date_out_of_range", format!("--today {} is no usable day.", plan.today))
            .because(&error)
    })?;
    Ok(WriteContext { now, actor: ACTOR, ids })
}

/// On standard error; silent when that is no terminal.
fn progress_bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {human_pos} / {human_len} units, {eta} left");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

pub(crate) fn store_failure(error: &StoreError) -> Failure {
    Failure::outage(error.code(), error.to_string()).because(error)
}

pub(crate) fn export_failure(error: &std::io::Error) -> Failure {
    Failure::outage(
        "export_not_written",
        format!(
            "The export could not be written ({error}): check the folder, its rights and the free space."
        ),
    )
    .because(error)
}
