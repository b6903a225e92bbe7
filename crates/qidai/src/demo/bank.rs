//! Writing a demonstration bank: all of it, once, and again without harm.

use std::io::Write;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Actor, AddOutcome, CHUNK_ROWS, IdSource, Store, WriteContext};

use super::{Export, Generator, Plan};
use crate::error::Failure;

mod lives;

/// Setting of a bank that says by which plan it was made.
const PLAN: &str = "demo_plan";
/// Setting that says that the last unit was written.
const FINISHED: &str = "demo_finished";
/// The bank's own setting, from which its age is computed.
const FOUNDED: &str = "bank_founded";
/// The invented bank is as old as those it is modelled on.
const FOUNDED_IN: &str = "1993";
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
    let lives = lives::Telling::begin(store, &generator.plan, finished).await?;
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
            let (told, plain) = lives.divide(from, units);
            written += add(store, &generator.plan, from, &plain).await?;
            written += lives.add(store, from, told).await?;
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
    match store.setting(PLAN).await? {
        Some(theirs) if theirs == ours => Ok(store.setting(FINISHED).await?.is_some()),
        Some(theirs) => Err(Failure::refused(
            "demo_plan_differs",
            format!(
                "{} is another demonstration bank ({theirs}; you asked for {ours}): choose another --dir, \
                 or remove that file.",
                store.address()
            ),
        )
        .with("bank", store.address())
        .with("theirs", theirs)
        .with("ours", ours)),
        None => {
            refuse_real_bank(store).await?;
            set(store, plan, PLAN, &ours).await?;
            set(store, plan, FOUNDED, FOUNDED_IN).await?;
            Ok(false)
        }
    }
}

/// Invented units must never be added to a bank of real ones.
async fn refuse_real_bank(store: &Store) -> Result<(), Failure> {
    let counts = store.unit_counts().await?;
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
    )
    .with("bank", store.address())
    .with("units", units.to_string()))
}

/// A plan as text. A change of what a plan makes must change the version at its front.
fn describe(plan: &Plan) -> String {
    let mix = &plan.mix;
    format!(
        "cohort-cn-A 2, lives {}, seed {}, today {}, searchable {}, pending {}, family {}, gone {}",
        plan.lives.described(),
        plan.seed,
        plan.today,
        mix.searchable,
        mix.pending,
        mix.family,
        mix.gone
    )
}

/// The demonstration's clock, and ids that are the same in every run.
async fn add(
    store: &Store,
    plan: &Plan,
    from: u64,
    units: &[qidai_bank::UnitRecord],
) -> Result<u64, Failure> {
    let to = from + units.len() as u64;
    let ids = IdSource::counting(format!("demo-{}-{from}-{to}", plan.seed));
    let context = context(plan, &ids)?;
    let outcomes = store.add_units(units, &context).await?;
    for (unit, outcome) in units.iter().zip(&outcomes) {
        if matches!(outcome, AddOutcome::Conflict(_)) {
            return Err(Failure::refused(
                "demo_unit_differs",
                format!(
                    "{} is in {} with other content: choose another --dir for the demonstration.",
                    unit.identity.written(),
                    store.address()
                ),
            )
            .with("unit", unit.identity.written())
            .with("bank", store.address()));
        }
    }
    Ok(outcomes.iter().filter(|outcome| **outcome == AddOutcome::Accepted).count() as u64)
}

async fn set(store: &Store, plan: &Plan, name: &str, value: &str) -> Result<(), Failure> {
    let ids = IdSource::counting(format!("demo-{}-{name}", plan.seed));
    let context = context(plan, &ids)?;
    store.set_setting(name, value, &context).await.map_err(Failure::from)
}

fn context<'a>(plan: &Plan, ids: &'a IdSource) -> Result<WriteContext<'a>, Failure> {
    Ok(WriteContext::new(now(plan)?, Actor::administrator(ACTOR), ids))
}

/// Noon of the demonstration's today.
fn now(plan: &Plan) -> Result<Timestamp, Failure> {
    let noon = TimeZone::UTC.to_timestamp(plan.today.at(12, 0, 0, 0));
    noon.map_err(|error| {
        Failure::refused("demo_date_out_of_range", format!("--today {} is no usable day.", plan.today))
            .with("today", plan.today.to_string())
            .because(&error)
    })
}

/// On standard error; silent when that is no terminal.
fn progress_bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {human_pos} / {human_len} units, {eta} left");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

pub(crate) fn export_failure(error: &std::io::Error) -> Failure {
    Failure::outage(
        "export_not_written",
        format!(
            "The export could not be written ({error}): check the folder, its rights and the free space."
        ),
    )
    .with("error", error.to_string())
    .because(error)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use qidai_bank::{BankType, Identity, Status, UnitRecord};

    use super::*;
    use crate::demo::{Lives, Mix};

    fn generator(searchable: u64, seed: u64) -> Generator {
        let mix = Mix::of_searchable(searchable);
        Generator::new(Plan { mix, lives: Lives::OneIn(7), seed, today: date(2021, 12, 31) }).unwrap()
    }

    async fn fill(store: &Store, generator: &Generator) -> Result<Made, Failure> {
        make::<Vec<u8>>(store, generator, None).await
    }

    async fn available(store: &Store) -> u64 {
        let counts = store.unit_counts().await.unwrap();
        counts.iter().filter(|count| count.status == Status::Available).map(|count| count.units).sum()
    }

    #[tokio::test]
    async fn a_bank_is_made_once_and_then_left_alone() {
        let store = Store::in_memory().await.unwrap();
        let wanted = generator(300, 1);
        assert_eq!(fill(&store, &wanted).await.unwrap(), Made::Now(wanted.mix().total()));
        assert_eq!(available(&store).await, 300);
        assert_eq!(fill(&store, &wanted).await.unwrap(), Made::Before);
        assert_eq!(available(&store).await, 300);
    }

    #[tokio::test]
    async fn a_killed_run_is_completed_by_the_next() {
        let store = Store::in_memory().await.unwrap();
        let wanted = generator(300, 1);
        assert!(!claim(&store, &wanted.plan).await.unwrap());
        add(&store, &wanted.plan, 0, &wanted.units(0..100)).await.unwrap();
        assert_eq!(fill(&store, &wanted).await.unwrap(), Made::Now(wanted.mix().total() - 100));
        assert_eq!(available(&store).await, 300);
    }

    #[tokio::test]
    async fn another_demonstration_is_refused_with_both_named() {
        let store = Store::in_memory().await.unwrap();
        fill(&store, &generator(20, 1)).await.unwrap();
        let failure = fill(&store, &generator(20, 2)).await.unwrap_err();
        assert_eq!(failure.code(), "demo_plan_differs");
        let sentence = failure.sentence(crate::words::Lang::En);
        assert!(sentence.contains("seed 1") && sentence.contains("seed 2"), "{sentence}");
    }

    #[tokio::test]
    async fn invented_units_are_never_added_to_other_units() {
        let store = Store::in_memory().await.unwrap();
        let real = UnitRecord::new(Identity::din("Z000121000001").unwrap(), BankType::Family);
        let ids = IdSource::counting("test");
        let plan = generator(20, 1).plan;
        store.add_units(&[real], &context(&plan, &ids).unwrap()).await.unwrap();
        let failure = fill(&store, &generator(20, 1)).await.unwrap_err();
        assert_eq!(failure.code(), "demo_bank_not_empty");
        assert_eq!(available(&store).await, 0);
    }
}
