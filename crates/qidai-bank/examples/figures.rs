//! How fast the figures of a bank are computed.
//!
//! `cargo run --release -p qidai-bank --example figures -- ADDRESS 2021-12-31`
//!
//! A bank to try it on: `bulk_insert` with an address. What `qidai figures` does, with times.

use std::time::Instant;

use qidai_bank::{Figure, Store};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("give the address of a bank")?;
    let as_of = arguments.next().ok_or("give a day")?.parse()?;
    let store = Store::open(&address).await?;
    for run in 1..=3 {
        let started = Instant::now();
        let figures = store.figures(as_of, None).await?;
        println!("run {run}: all figures in {:.2} s", started.elapsed().as_secs_f64());
        for answer in figures.answers.iter().filter(|_| run == 1) {
            println!("{} {:?} rows {} {}", answer.number, answer.value, answer.rows, answer.hash);
        }
    }
    let (started, mut rows) = (Instant::now(), 0_u64);
    store.figure_rows(Figure::find("n1")?, as_of, None, &mut |_, _| rows += 1).await?;
    println!("{rows} rows of n1 in {:.2} s", started.elapsed().as_secs_f64());
    store.close().await?;
    Ok(())
}
