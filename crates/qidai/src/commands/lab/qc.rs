//! `qidai lab qc`: control material and what it measured.

use jiff::Timestamp;
use jiff::civil::Date;
use qidai_bank::{NewQcControl, QcControl, Role, deviation};
use serde_json::{Value, json};

use super::{BankArgs, at_desk, tell};
use crate::commands::Outcome;
use crate::error::Failure;
use crate::lab::test_of;
use crate::words::Lang;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// Enter a lot of control material.
    Control {
        #[command(flatten)]
        bank: BankArgs,
        /// Code of the test; `qidai lab tests` lists them.
        #[arg(long)]
        test: String,
        /// Such as L1.
        #[arg(long)]
        level: String,
        #[arg(long)]
        lot: String,
        #[arg(long)]
        analyser: String,
        /// In the unit of the test.
        #[arg(long)]
        mean: String,
        /// Standard deviation, in the unit of the test.
        #[arg(long)]
        sd: String,
        /// Last day, such as 2027-03-31.
        #[arg(long)]
        valid_until: Date,
    },
    /// Enter a measurement; exit status 2 when the rules of Westgard reject it.
    Measure {
        #[command(flatten)]
        bank: BankArgs,
        /// Id of the control material.
        control: String,
        /// Measurements of one run are judged together.
        #[arg(long)]
        run: String,
        #[arg(long)]
        value: String,
        /// When, such as 2026-11-24T08:30:00Z; now without it.
        #[arg(long, value_name = "TIME")]
        at: Option<Timestamp>,
    },
    /// Control material with its last measurements, one lot per line.
    List {
        #[command(flatten)]
        bank: BankArgs,
    },
}

pub(super) fn run(what: &What, lang: Lang) -> Result<Outcome, Failure> {
    match what {
        What::Control { bank, test, level, lot, analyser, mean, sd, valid_until } => {
            at_desk(bank, (Role::Reviewer, lang), async |desk| {
                let test = test_of(test)?;
                let valid_until = *valid_until;
                let new = NewQcControl { test, level, lot, analyser, mean, sd, valid_until };
                let control = desk.people.store.add_qc_control(&new, &desk.acting(None)).await?;
                tell(&told(&control))?;
                Ok(Outcome::Done)
            })
        }
        What::Measure { bank, control, run, value, at } => {
            at_desk(bank, (Role::Technologist, lang), async |desk| {
                let given = (run.as_str(), value.as_str(), at.unwrap_or_else(Timestamp::now));
                let point = desk.people.store.add_qc_point(control, given, &desk.acting(None)).await?;
                tell(&json!({ "point": point.id, "run": point.run, "verdict": point.verdict.code() }))?;
                Ok(if point.verdict.is_rejection() { Outcome::SomeRefused } else { Outcome::Done })
            })
        }
        What::List { bank } => at_desk(bank, (Role::Technologist, lang), async |desk| {
            let store = &desk.people.store;
            for control in store.qc_controls(&desk.principal).await? {
                let points = store.qc_points(&control.id, 30, &desk.principal).await?;
                let points = points.iter().map(|point| {
                    let z = deviation(point.amount, control.mean_milli, control.sd_milli);
                    json!({
                        "run": point.run,
                        "measured_at": point.measured_at.to_string(),
                        "value": control.test.format(point.amount),
                        "deviation_milli": z,
                        "verdict": point.verdict.code(),
                    })
                });
                let points: Vec<Value> = points.collect();
                let mut shown = told(&control);
                shown["points"] = points.into();
                tell(&shown)?;
            }
            Ok(Outcome::Done)
        }),
    }
}

fn told(control: &QcControl) -> Value {
    json!({
        "control": control.id,
        "test": control.test.code,
        "level": control.level,
        "lot": control.lot,
        "analyser": control.analyser,
        "mean_milli": control.mean_milli,
        "sd_milli": control.sd_milli,
        "valid_until": control.valid_until.to_string(),
    })
}
