//! How fast a bank is verified.
//!
//! `cargo run --release -p qidai-bank --example verify_bank -- ADDRESS`
//!
//! A bank to try it on: `bulk_insert` with an address. What `qidai audit verify` does, with times and without checkpoints.

use std::time::Instant;

use qidai_bank::{Progress, RandomSource, Stage, Store};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).ok_or("give the address of a bank")?;
    let store = Store::open(&address).await?;
    let started = Instant::now();
    let mut ends = [(0, 0.0); 3];
    let mut progress = |progress: Progress| {
        let place =
            [Stage::Chain, Stage::Rows, Stage::Search].iter().position(|stage| *stage == progress.stage);
        ends[place.unwrap_or(0)] = (progress.done, started.elapsed().as_secs_f64());
    };
    // A measurement needs no secret.
    let verified = store.verify(&[], &RandomSource::seeded(1), &mut progress).await?;
    let mut before = 0.0;
    for ((count, end), name) in ends.into_iter().zip(["events", "rows", "events read again"]) {
        if count > 0 {
            let seconds: f64 = end - before;
            println!("{count} {name}: {seconds:.2} s, {:.0} a second", count as f64 / seconds);
            before = end;
        }
    }
    for finding in verified.findings.iter().take(10) {
        println!("{finding}");
    }
    println!("findings: {}", verified.findings.len() as u64 + verified.more);
    store.close().await?;
    Ok(())
}
