//! `qidai telemetry`: probes, readings and alarms of tanks.

use jiff::Timestamp;
use qidai_bank::{Acting, Alarm, Principal, Sensor};

use super::people::People;
use super::storage::{At, Desk, at_desk};
use super::{Outcome, stream};
use crate::error::Failure;
use crate::mqtt::{self, Broker, Heard, Writer};
use crate::words::Lang;

/// Readings of tanks: probes, listening to a broker, alarms.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Add a probe, or change it; its code is that of its messages, such as T117.upper.
    Sensor {
        code: String,
        #[arg(long)]
        tank: String,
        /// Only this sector.
        #[arg(long)]
        sector: Option<i64>,
        /// Only these levels: 13-15.
        #[arg(long, value_parser = levels_of)]
        levels: Option<(i64, i64)>,
        /// It is no longer watched.
        #[arg(long)]
        closed: bool,
        #[command(flatten)]
        at: At,
    },
    /// Listen to an MQTT broker until it is stopped. A server does the same when telemetry.broker is set.
    Listen {
        /// host:port
        #[arg(long, value_parser = Broker::parse)]
        broker: Broker,
        /// End after so many messages.
        #[arg(long)]
        messages: Option<u64>,
        #[command(flatten)]
        at: At,
    },
    /// Raise an alarm for every probe that said nothing for too long; a server does it every half minute.
    Silence {
        #[command(flatten)]
        at: At,
    },
    /// Bring units that lived through an excursion which nobody has evaluated under evaluation; a server does it every
    /// half minute.
    Evaluate {
        #[command(flatten)]
        at: At,
    },
    /// Alarms, open ones first: id, tank, probe, kind, began, ended, peak °C, acknowledged by; separated by tabs.
    Alarms {
        #[arg(long)]
        tank: Option<String>,
        #[arg(long, default_value_t = 100)]
        limit: u32,
        #[command(flatten)]
        at: At,
    },
    /// Say what an alarm was.
    Acknowledge {
        id: String,
        /// What it was and what was done, without names of people.
        #[arg(long)]
        comment: String,
        #[command(flatten)]
        at: At,
    },
    /// Compute the chain of all readings again. Exit status 2 when it is broken.
    Check {
        #[command(flatten)]
        at: At,
    },
}

fn levels_of(text: &str) -> Result<(i64, i64), String> {
    let levels = text.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    levels.ok_or_else(|| "expected first and last level, such as 13-15".to_owned())
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.what {
        What::Sensor { code, tank, sector, levels, closed, at } => at_desk(at, async |desk| {
            let (code, tank) = (code.clone(), tank.clone());
            let sensor = Sensor { code, tank, sector: *sector, levels: *levels, is_closed: *closed };
            desk.people.store.put_sensor(&sensor, &desk.acting(None)).await?;
            Ok(Outcome::Done)
        }),
        What::Listen { broker, messages, at } => {
            at_desk(at, async |desk| listen(broker, *messages, desk, lang).await)
        }
        What::Silence { at } => at_desk(at, async |desk| {
            let system = Principal::system("telemetry");
            let acting = Acting { principal: &system, ..desk.acting(None) };
            let raised = desk.people.store.watch_silence(&acting).await?;
            stream::say(&raised.to_string())?;
            Ok(Outcome::Done)
        }),
        What::Evaluate { at } => at_desk(at, async |desk| {
            let system = Principal::system("telemetry");
            let acting = Acting { principal: &system, ..desk.acting(None) };
            let mut moved = 0;
            loop {
                match desk.people.store.evaluate_excursions(&acting).await? {
                    0 => break,
                    more => moved += more,
                }
            }
            stream::say(&moved.to_string())?;
            Ok(Outcome::Done)
        }),
        What::Alarms { tank, limit, at } => at_desk(at, async |desk| {
            for alarm in desk.people.store.alarms(tank.as_deref(), *limit).await? {
                stream::say(&line(&alarm))?;
            }
            Ok(Outcome::Done)
        }),
        What::Acknowledge { id, comment, at } => at_desk(at, async |desk| {
            desk.people.store.acknowledge_alarm(id, &desk.acting(Some(comment))).await?;
            Ok(Outcome::Done)
        }),
        What::Check { at } => at_desk(at, async |desk| check(&desk.people).await),
    }
}

async fn listen(broker: &Broker, most: Option<u64>, desk: &Desk, lang: Lang) -> Result<Outcome, Failure> {
    let (ids, random) = desk.people.sources();
    let writer = Writer { store: &desk.people.store, ids, random, keys: &desk.people.keys };
    let told = |heard: &Heard| most.is_none_or(|most| heard.messages < most);
    let heard = tokio::select! {
        heard = mqtt::listen(broker, &writer, told) => heard,
        _ = tokio::signal::ctrl_c() => return Ok(Outcome::Done),
    };
    let values = [
        ("messages", (heard.messages as f64).into()),
        ("new", (heard.taken.new as f64).into()),
        ("duplicates", (heard.taken.duplicates as f64).into()),
        ("raised", (heard.taken.raised as f64).into()),
        ("unreadable", (heard.unreadable as f64).into()),
    ];
    stream::say(&lang.words().say("telemetry-heard", &values))?;
    Ok(if heard.unreadable == 0 { Outcome::Done } else { Outcome::SomeRefused })
}

async fn check(people: &People) -> Result<Outcome, Failure> {
    let check = people.store.check_readings().await?;
    stream::say(&format!("blocks\t{}\nreadings\t{}\nhead\t{}", check.blocks, check.readings, check.head))?;
    match check.broken_at {
        None => Ok(Outcome::Done),
        Some(block) => {
            stream::say(&format!("broken_at\t{block}"))?;
            Ok(Outcome::SomeRefused)
        }
    }
}

fn line(alarm: &Alarm) -> String {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let peak = alarm.peak_mc.map(|mc| format!("{:.1}", mc as f64 / 1_000.0)).unwrap_or_default();
    let by = alarm.acknowledged_by.as_deref().unwrap_or_default();
    let (tank, sensor, kind) = (&alarm.tank, &alarm.sensor, alarm.kind.code());
    let (began, ended) = (alarm.began_at, time(alarm.ended_at));
    format!("{}\t{tank}\t{sensor}\t{kind}\t{began}\t{ended}\t{peak}\t{by}", alarm.id)
}
