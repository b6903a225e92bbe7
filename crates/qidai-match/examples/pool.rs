//! A pool of many people, typed as registries hold them: how fast it is frozen, counted, and ranked with probabilities.
//!
//! `cargo run --release -p qidai-match --example pool -- FREQUENCIES ROWS [PATIENTS] [prepare]`

use std::time::Instant;

use qidai_hla::{Locus, Nomenclature, PersonTyping, Release};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Imputer, Phenotype};
use qidai_match::predict::{Answer, Kept};
use qidai_match::search::{
    Criteria, Facts, Origin, Query, Snapshot, SnapshotBuilder, Source, UnitEntry, counts, search,
    search_predicted,
};
use qidai_match::simulate::Mixed;
use qidai_match::{AntigenSpace, Interpreter};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const CHUNK: u64 = 1 << 16;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (frequencies, rows) = (args.next().ok_or("a file of frequencies")?, args.next().ok_or("rows")?);
    let (rows, patients): (u64, u64) = (rows.parse()?, args.next().map_or(Ok(100), |n| n.parse())?);
    let prepare = args.next().is_some_and(|word| word == "prepare");
    let set = FrequencySet::read(&std::fs::read_to_string(frequencies)?)?;
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let antigens = AntigenSpace::new(&release);
    let mixed = Mixed::new(&set, &nomenclature);
    let snapshot = build(&mixed, nomenclature, &antigens, rows)?;
    let interpreter = Interpreter::new(&release, &antigens);
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let place = |locus: &Locus| imputer.understood().place(*locus).ok_or("a set of A, C, B, DRB1");
    let places: Vec<usize> =
        [Locus::A, Locus::C, Locus::B, Locus::DRB1].iter().map(place).collect::<Result<_, _>>()?;
    let kept = Kept::new(&imputer, &places);
    let begun = Instant::now();
    let heard = kept.hear(&snapshot, &imputer, &nomenclature);
    println!("heard in {:?}", begun.elapsed());
    if prepare {
        let (begun, mut next) = (Instant::now(), Some(0));
        while let Some(from) = next {
            next = kept.prepare(&snapshot, &heard, &imputer, from);
        }
        println!("{} typings imputed in {:?}", kept.len(), begun.elapsed());
    }
    let mut predicted = Vec::new();
    let (mut counted, mut listed, mut far) = (Vec::new(), Vec::new(), 0);
    for number in 0..patients {
        let mut text = String::new();
        mixed.write_exactly(&mut ChaCha8Rng::seed_from_u64(u64::MAX - number), &mut text);
        let patient = PersonTyping::read(&text, &nomenclature).map_err(|errors| errors[0].to_string())?;
        let begun = Instant::now();
        let query = Query::new(&snapshot, &patient, &interpreter);
        let prepared = begun.elapsed();
        let found = counts(&snapshot, &query);
        counted.push(begun.elapsed().as_secs_f64() * 1e3);
        far += found.possible[..5].iter().sum::<u64>();
        let begun = Instant::now();
        let answer = search(&snapshot, &query, &Criteria { limit: 50_000, ..Criteria::default() });
        listed.push(begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        let asked = Phenotype::read(&text, imputer.understood(), &nomenclature)
            .map_err(|errors| errors[0].to_string())?
            .0;
        let asked = kept.patient(&imputer, &asked);
        let predict = |rows: &[u32]| {
            let begun = Instant::now();
            let collection = kept.collection(&snapshot, &heard, &imputer, rows);
            let taken = begun.elapsed();
            let answers = collection.predict_all(&asked);
            if number < 3 {
                println!(
                    "{} rows taken out in {taken:?}, predicted in {:?}",
                    rows.len(),
                    begun.elapsed() - taken
                );
            }
            let totals = |answer| match answer {
                Answer::Predicted(prediction) => Some(prediction.totals),
                _ => None,
            };
            answers.into_iter().map(totals).collect()
        };
        search_predicted(&snapshot, &query, &Criteria { limit: 50_000, ..Criteria::default() }, &predict);
        predicted.push(begun.elapsed().as_secs_f64() * 1e3);
        if number < 3 {
            println!("prepared {prepared:?}, possible {:?}, passed {}", found.possible, answer.passed);
        }
    }
    println!("within four mismatches, mean {}", far / patients.max(1));
    print("counts", &mut counted);
    print("50,000 ranked", &mut listed);
    print("50,000 predicted and ranked", &mut predicted);
    Ok(())
}

fn print(what: &str, times_ms: &mut [f64]) {
    times_ms.sort_by(f64::total_cmp);
    let at = |part: f64| times_ms[((times_ms.len() - 1) as f64 * part) as usize];
    println!("{what}: median {:.1} ms, p99 {:.1} ms", at(0.5), at(0.99));
}

fn build(
    mixed: &Mixed<'_>,
    nomenclature: Nomenclature<'_>,
    antigens: &AntigenSpace,
    rows: u64,
) -> Result<Snapshot, Box<dyn std::error::Error>> {
    let mut builder = SnapshotBuilder::new(nomenclature, antigens);
    let list = builder.list("pool");
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut pushing = 0.0;
    for from in (0..rows).step_by(CHUNK as usize) {
        let people: Vec<(String, String)> = (from..rows.min(from + CHUNK))
            .map(|number| {
                let mut text = String::with_capacity(128);
                mixed.write(&mut random, &mut text);
                (format!("P{number:012}"), text)
            })
            .collect();
        let begun = Instant::now();
        let entries: Vec<UnitEntry<'_>> = people
            .iter()
            .zip(from..)
            .map(|((id, hla), key)| UnitEntry {
                key,
                id,
                hla,
                mother: "",
                facts: Facts::unknown(Source::Listed(list)),
            })
            .collect();
        builder.push_all(&entries);
        pushing += begun.elapsed().as_secs_f64();
    }
    let begun = Instant::now();
    let snapshot = builder.finish(Origin { generation: 1, history_hash: [0; 32] })?;
    let (pushed, frozen) = (rows as f64 / pushing, begun.elapsed());
    println!(
        "pushed {pushed:.0} rows/s, frozen in {frozen:?}, genotypes {:?}",
        std::array::from_fn::<usize, 5, _>(|place| snapshot.genotype_count(place))
    );
    Ok(snapshot)
}
