//! `qidai bench telemetry`: tanks that send a reading every ten seconds, with everything that goes wrong on the way.
//!
//! Time is played, not waited for. Each tank has one probe. A broker that restarts sends again what was not
//! acknowledged; a gateway whose network is away sends its hour afterwards; some clocks jump ahead for a while. Which
//! tanks grow warm, when and for how long is a table: at the end the readings are counted and the alarms compared.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use qidai_bank::{
    Acting, AlarmKind, IdSource, KeyRing, MasterKey, NewReading, Principal, READINGS_MAX, RandomSource, Role,
    Room, Sensor, Store, Tank, TankClass, TankLimits,
};
use qidai_exchange::telemetry::Messages;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

use crate::commands::{Outcome, runtime, stream};
use crate::error::Failure;
use crate::mqtt::{Heard, Writer};

/// Seconds between two readings.
const STEP_S: i64 = 10;
/// When time begins.
const BEGIN_S: i64 = 1_772_323_200;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A bank that is made for it; it must not exist.
    #[arg(long, value_name = "DB")]
    bank: String,
    #[arg(long, default_value_t = 200)]
    tanks: i64,
    /// Hours that are played; a week has 168.
    #[arg(long, default_value_t = 168)]
    hours: i64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A stretch of time in which a tank is warm: what the table of alarms is made of.
struct Warm {
    tank: i64,
    from_s: i64,
    to_s: i64,
    celsius: f64,
}

impl Warm {
    /// Longer than the delay of five minutes, or critical at once.
    fn is_alarm(&self) -> bool {
        self.to_s - self.from_s > 300 || self.celsius > -135.0
    }
}

/// Topic and payload.
type Message = (String, Vec<u8>);

/// What happens to one tank.
#[derive(Default)]
struct Fate {
    warm: Vec<Warm>,
    /// Its gateway's network is away: from, to.
    away: Vec<(i64, i64)>,
    /// Its clock is an hour ahead: from, to.
    ahead: Vec<(i64, i64)>,
}

/// What is played: one fate for each tank, the first being tank 1.
struct Play {
    fates: Vec<Fate>,
    seconds: i64,
}

impl Play {
    fn alarms(&self) -> impl Iterator<Item = &Warm> {
        self.fates.iter().flat_map(|fate| &fate.warm).filter(|warm| warm.is_alarm())
    }
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    runtime()?.block_on(play(args))
}

async fn play(args: &Args) -> Result<Outcome, Failure> {
    let store = Store::create_or_open(&args.bank).await?;
    let (ids, random) = (IdSource::counting("bench"), RandomSource::seeded(args.seed));
    set_up(&store, args.tanks, (&ids, &random)).await?;
    let mut rng = ChaCha8Rng::seed_from_u64(args.seed);
    let play = plan(args, &mut rng);
    // Nothing of the play is unreadable: nothing is sealed under this key.
    let keys = KeyRing::new(MasterKey::new(&random).map_err(qidai_bank::BankError::from)?, Vec::new());
    let writer = Writer { store: &store, ids: &ids, random: &random, keys: &keys };
    let begun = Instant::now();
    let (sent, heard) = send_all(args, &play, &writer, &mut rng).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let kept = store.reading_count().await?;
    let alarms = store.alarms(None, u32::MAX).await?;
    let warm = alarms.iter().filter(|alarm| alarm.kind == AlarmKind::Warm).count();
    let expected = play.alarms().count();
    let missed = play.alarms().filter(|warm| {
        let at = |second: i64| Timestamp::from_second(BEGIN_S + second).unwrap_or_default();
        let sensor = sensor_of(warm.tank);
        !alarms.iter().any(|alarm| {
            alarm.sensor == sensor
                && alarm.began_at <= at(warm.from_s + STEP_S)
                && alarm.ended_at.is_none_or(|ended| ended >= at(warm.from_s))
        })
    });
    let missed = missed.count();
    let checked = Instant::now();
    let check = store.check_readings().await?;
    let check_seconds = checked.elapsed().as_secs_f64();
    stream::say(&format!(
        "sent\t{sent}\nkept\t{kept}\nduplicates\t{}\nalarms_expected\t{expected}\nalarms_raised\t{warm}\nalarms_missed\t{missed}\n\
         seconds\t{seconds:.1}\nreadings_per_second\t{:.0}\nchain_whole\t{}\nchain_seconds\t{check_seconds:.1}",
        heard.taken.duplicates,
        heard.messages as f64 / seconds,
        check.broken_at.is_none(),
    ))?;
    store.close().await?;
    let is_right = sent == kept && warm == expected && missed == 0 && check.broken_at.is_none();
    Ok(if is_right { Outcome::Done } else { Outcome::SomeRefused })
}

fn tank_of(number: i64) -> String {
    format!("T{number:03}")
}

fn sensor_of(number: i64) -> String {
    format!("{}.upper", tank_of(number))
}

async fn set_up(store: &Store, tanks: i64, (ids, random): (&IdSource, &RandomSource)) -> Result<(), Failure> {
    let custodian = Principal::console_as("bench", Role::StorageCustodian);
    let begin = Timestamp::from_second(BEGIN_S).unwrap_or_default();
    let acting = Acting::new(&custodian, begin, ids, random);
    store.put_room(&Room { code: "R1".to_owned(), name: "R1".to_owned(), site: None }, &acting).await?;
    for number in 1..=tanks {
        let tank = Tank {
            code: tank_of(number),
            room: "R1".to_owned(),
            class: TankClass::Released,
            sectors: 6,
            racks: 8,
            levels: 15,
            slots: 5,
            limits: TankLimits::USUAL,
            is_armed: false,
            is_closed: false,
        };
        store.put_tank(&tank, &acting).await?;
        let (code, tank) = (sensor_of(number), tank.code);
        store
            .put_sensor(&Sensor { code, tank, sector: None, levels: None, is_closed: false }, &acting)
            .await?;
        store.arm_tank(&tank_of(number), true, &acting).await?;
    }
    Ok(())
}

/// A few of everything, at random places that do not touch each other: each tank has its hours.
fn plan(args: &Args, rng: &mut ChaCha8Rng) -> Play {
    let seconds = args.hours * 3_600;
    let fates = (1..=args.tanks).map(|tank| fate(tank, args.hours, rng)).collect();
    Play { fates, seconds }
}

fn fate(tank: i64, hours: i64, rng: &mut ChaCha8Rng) -> Fate {
    let (mut fate, seconds) = (Fate::default(), hours * 3_600);
    // One thing in every three hours at most, begun in its first half hour: none meets another.
    for hour in (0..hours).step_by(3) {
        let from = hour * 3_600 + rng.random_range(6..180) * STEP_S;
        match rng.random_range(0..100) {
            // A lid that is open for up to five minutes; an excursion; a failure.
            0..20 => fate.warm.push(Warm {
                tank,
                from_s: from,
                to_s: from + rng.random_range(1..30) * STEP_S,
                celsius: -148.0,
            }),
            20..25 => fate.warm.push(Warm {
                tank,
                from_s: from,
                to_s: from + rng.random_range(32..90) * STEP_S,
                celsius: -141.5,
            }),
            25..27 => fate.warm.push(Warm {
                tank,
                from_s: from,
                to_s: from + rng.random_range(1..90) * STEP_S,
                celsius: -120.0,
            }),
            // Away, and warm meanwhile.
            27..30 => {
                fate.away.push((from, from + 1_800));
                fate.warm.push(Warm { tank, from_s: from + 600, to_s: from + 1_200, celsius: -141.5 });
            }
            30..33 => fate.ahead.push((from, from + 1_800)),
            _ => {}
        }
    }
    fate.warm.retain(|warm| warm.to_s + 600 < seconds);
    fate.away.retain(|(_, to)| to + 600 < seconds);
    fate
}

/// Plays everything; gives how many different readings were sent, and what was heard.
async fn send_all(
    args: &Args,
    play: &Play,
    writer: &Writer<'_>,
    rng: &mut ChaCha8Rng,
) -> Result<(u64, Heard), Failure> {
    let (mut messages, mut heard, mut sent) = (Messages::default(), Heard::default(), 0);
    let mut kept_back: Vec<Vec<Message>> =
        vec![Vec::new(); usize::try_from(args.tanks).unwrap_or_default() + 1];
    let (mut before, mut unacknowledged): (Vec<Message>, Vec<Message>) = Default::default();
    let mut waiting: Vec<NewReading> = Vec::with_capacity(READINGS_MAX);
    for second in (0..play.seconds).step_by(STEP_S as usize) {
        let mut now: Vec<Message> = Vec::new();
        // A broker that restarts sends again what it has no acknowledgement for, or did not hear of.
        if rng.random_range(0..720) == 0 {
            now.append(&mut before);
            now.extend(unacknowledged.iter().cloned());
        }
        for (tank, fate) in (1..).zip(&play.fates) {
            let within = |spans: &[(i64, i64)]| spans.iter().any(|(from, to)| (*from..*to).contains(&second));
            let message = message(tank, second, within(&fate.ahead), fate, rng);
            sent += 1;
            let back = &mut kept_back[usize::try_from(tank).unwrap_or_default()];
            if within(&fate.away) {
                back.push(message);
                continue;
            }
            now.append(back);
            // QoS 1: at least once.
            if rng.random_range(0..200) == 0 {
                now.push(message.clone());
            }
            now.push(message);
        }
        for (topic, payload) in &now {
            heard.messages += 1;
            match messages.read(topic, payload) {
                Ok(said) => waiting.extend(said.readings),
                Err(error) => return Err(Failure::outage("bench_message_unreadable", error.sentence)),
            }
        }
        unacknowledged.append(&mut now);
        // What came while the bank was writing is written together, as the listener does.
        if waiting.len() + play.fates.len() > READINGS_MAX || second + STEP_S >= play.seconds {
            let at = Timestamp::from_second(BEGIN_S + second).unwrap_or_default();
            heard.add(writer.take(&waiting, at + SignedDuration::from_millis(300)).await?);
            waiting.clear();
            before = std::mem::take(&mut unacknowledged);
        }
    }
    Ok((sent, heard))
}

/// A reading as its gateway sends it.
fn message(tank: i64, second: i64, is_ahead: bool, fate: &Fate, rng: &mut ChaCha8Rng) -> Message {
    let warm = fate.warm.iter().find(|warm| (warm.from_s..warm.to_s).contains(&second));
    let celsius = warm.map_or_else(|| -186.0 + rng.random_range(-10..10) as f64 / 10.0, |warm| warm.celsius);
    let device = BEGIN_S + second + if is_ahead { 3_600 } else { 0 };
    let at = Timestamp::from_second(device).unwrap_or_default();
    let payload = format!(
        "{{\"ts\":\"{at}\",\"seq\":{},\"probe\":\"upper\",\"temp_c\":{celsius},\"quality\":\"good\"}}",
        second / STEP_S
    );
    (format!("qidai/v1/jn/{}/telemetry", tank_of(tank)), payload.into_bytes())
}
