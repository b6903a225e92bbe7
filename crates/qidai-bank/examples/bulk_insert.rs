//! How fast a bank takes units, and how fast a search gets them back.
//!
//! `cargo run --release -p qidai-bank --example bulk_insert -- 200000 [ADDRESS]`
//!
//! Without an address a SQLite file in a temporary folder is used.

use std::time::{Duration, Instant};

use jiff::{Timestamp, civil::date};
use qidai_bank::{
    Abo, Actor, BankType, CHUNK_ROWS, IdSource, Identity, Measure, Phase, RhD, Sex, Store, Typing,
    UnitRecord, WriteContext,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let units: u32 = arguments.next().as_deref().unwrap_or("100000").parse::<u32>()?.max(1);
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("bank.sqlite").display().to_string();
    let address = arguments.next().unwrap_or(file);
    let store = Store::create_or_open(&address).await?;
    println!("{units} units into {}", store.address());
    insert(&store, units).await?;
    insert(&store, units).await?;
    let started = Instant::now();
    let (mut rows, mut letters) = (0_u64, 0);
    let generation = store
        .stream_searchable(|row| {
            rows += 1;
            letters += row.hla.map_or(0, |hla| hla.len());
        })
        .await?;
    println!("streamed {rows} rows, {letters} letters, generation {generation}: {:?}", started.elapsed());
    store.close().await?;
    Ok(())
}

/// Adds the same units every time: the first run is an import, the second a repetition.
async fn insert(store: &Store, units: u32) -> Result<(), Box<dyn std::error::Error>> {
    let ids = IdSource::counting("event");
    // An id must be new for the database, also when the address is used a second time.
    let run = store.generation().await?;
    let ids = IdSource::new(move || format!("{run}-{}", ids.next_id()));
    let context = WriteContext::new(Timestamp::UNIX_EPOCH, Actor::administrator("example"), &ids);
    let mut making = Duration::ZERO;
    let mut adding = Vec::new();
    let chunk = u32::try_from(CHUNK_ROWS).unwrap_or(u32::MAX);
    for first in (0..units).step_by(CHUNK_ROWS) {
        let started = Instant::now();
        let numbers = first..units.min(first + chunk);
        let records: Vec<UnitRecord> = numbers.map(record).collect::<Result<_, _>>()?;
        making += started.elapsed();
        let started = Instant::now();
        store.add_units(&records, &context).await?;
        adding.push(started.elapsed());
    }
    let total: Duration = adding.iter().sum();
    adding.sort();
    let [median, p99, longest] =
        [50, 99, 100].map(|percent| adding[(adding.len() * percent / 100).min(adding.len() - 1)]);
    println!("made in {making:.1?}, added in {total:.1?}");
    println!("a chunk of {CHUNK_ROWS}: median {median:.1?}, p99 {p99:.1?}, longest {longest:.1?}");
    Ok(())
}

fn record(number: u32) -> Result<UnitRecord, qidai_bank::IdentityError> {
    // Multiplying by an odd constant visits the sequence numbers in a shuffled order, as lists do.
    let shuffled = number.wrapping_mul(2_654_435_761) % 1_000_000;
    let din = format!("G{:04}{:02}{shuffled:06}", number / 1_000_000, number % 25);
    let mut unit = UnitRecord::new(Identity::din(&din)?, BankType::Public);
    unit.collection_date = Some(date(2015, 1, 1));
    unit.sex = Some(Sex::Female);
    unit.abo = Some(Abo::O);
    unit.rhd = Some(RhD::Positive);
    let amount = i64::from(number);
    unit.counts.set(Phase::Processed, Measure::TncTotal, Some(1_000_000_000 + amount));
    unit.counts.set(Phase::Processed, Measure::Cd34Total, Some(3_000_000 + amount));
    unit.counts.set(Phase::Processed, Measure::Volume, Some(21_000));
    unit.counts.set(Phase::Processed, Measure::Viability, Some(9_750));
    unit.rbc_depleted = Some(true);
    unit.attached_segments = Some(2);
    let allele = number % 90 + 10;
    unit.typings = vec![Typing::written(format!(
        "HLA-A*02:{allele}+HLA-A*24:02^HLA-B*40:{allele}+HLA-B*46:01^HLA-C*01:02+HLA-C*07:02\
         ^HLA-DRB1*09:{allele}+HLA-DRB1*12:02^HLA-DQB1*03:01+HLA-DQB1*03:03"
    ))];
    Ok(unit)
}
