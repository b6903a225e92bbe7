//! A pool of many people, typed as registries hold them: how fast it is frozen, counted, and ranked with probabilities.
//!
//! `cargo run --release -p qidai-match --example pool -- FREQUENCIES ROWS [PATIENTS] [prepare]`

use std::time::Instant;

use qidai_hla::{Locus, Nomenclature, PersonTyping, Release};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Imputer, Phenotype};
use qidai_match::predict::{Answer, Heard, Kept};
use qidai_match::search::{
    Criteria, Facts, Origin, Query, Snapshot, SnapshotBuilder, Source, UnitEntry, counts, search,
    search_predicted,
};
use qidai_match::simulate::Mixed;
use qidai_match::{AntigenSpace, Interpreter};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const CHUNK: u64 = 1 << 16;
/// So many are listed at most.
const LISTED: usize = 50_000;
/// Details are told of so many patients.
const TOLD: u64 = 3;
/// The loci of x/8, in the order of a set's places.
const COUNTED: [Locus; 4] = [Locus::A, Locus::C, Locus::B, Locus::DRB1];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let (frequencies, rows) = (args.next().ok_or("a file of frequencies")?, args.next().ok_or("rows")?);
    let (rows, patients): (u64, u64) = (rows.parse()?, args.next().map_or(Ok(100), |n| n.parse())?);
    let is_prepared = args.next().is_some_and(|word| word == "prepare");
    let set = FrequencySet::read(&std::fs::read_to_string(frequencies)?)?;
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let antigens = AntigenSpace::new(&release);
    let mixed = Mixed::new(&set, &nomenclature);
    let snapshot = build(&mixed, nomenclature, &antigens, rows)?;
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let pool = Pool::new(&snapshot, nomenclature, Interpreter::new(&release, &antigens), &imputer)?;
    if is_prepared {
        pool.prepare();
    }
    let mut times = Times::default();
    for number in 0..patients {
        let mut text = String::new();
        mixed.write_exactly(&mut ChaCha8Rng::seed_from_u64(u64::MAX - number), &mut text);
        pool.ask(&text, number < TOLD, &mut times)?;
    }
    times.tell(patients);
    Ok(())
}

/// A frozen pool, and what is known of its typings under a set of frequencies.
struct Pool<'p> {
    snapshot: &'p Snapshot,
    nomenclature: Nomenclature<'p>,
    interpreter: Interpreter<'p>,
    imputer: &'p Imputer<'p>,
    kept: Kept,
    heard: Heard,
}

impl<'p> Pool<'p> {
    fn new(
        snapshot: &'p Snapshot,
        nomenclature: Nomenclature<'p>,
        interpreter: Interpreter<'p>,
        imputer: &'p Imputer<'p>,
    ) -> Result<Self, Failure> {
        let place = |locus: &Locus| imputer.understood().place(*locus).ok_or("a set of A, C, B, DRB1");
        let places: Vec<usize> = COUNTED.iter().map(place).collect::<Result<_, _>>()?;
        let kept = Kept::new(imputer, &places);
        let begun = Instant::now();
        let heard = kept.hear(snapshot, imputer, &nomenclature);
        println!("heard in {:?}", begun.elapsed());
        Ok(Pool { snapshot, nomenclature, interpreter, imputer, kept, heard })
    }

    /// Imputes every typing before it is asked for, as a server does.
    fn prepare(&self) {
        let (begun, mut next) = (Instant::now(), Some(0));
        while let Some(from) = next {
            next = self.kept.prepare(self.snapshot, &self.heard, self.imputer, from);
        }
        println!("{} typings imputed in {:?}", self.kept.len(), begun.elapsed());
    }

    /// Counts, a ranked list, and one with probabilities.
    fn ask(&self, text: &str, is_told: bool, times: &mut Times) -> Result<(), Failure> {
        let patient = PersonTyping::read(text, &self.nomenclature).map_err(|errors| errors[0].to_string())?;
        let begun = Instant::now();
        let query = Query::new(self.snapshot, &patient, &self.interpreter);
        let prepared = begun.elapsed();
        let found = counts(self.snapshot, &query);
        times.counted.push(ms(begun));
        times.within_four += found.possible[..5].iter().sum::<u64>();
        let criteria = Criteria { limit: LISTED, ..Criteria::default() };
        let begun = Instant::now();
        let answer = search(self.snapshot, &query, &criteria);
        times.listed.push(ms(begun));
        let begun = Instant::now();
        self.predicted(text, &query, &criteria, is_told)?;
        times.predicted.push(ms(begun));
        if is_told {
            println!("prepared {prepared:?}, possible {:?}, passed {}", found.possible, answer.passed);
        }
        Ok(())
    }

    fn predicted(
        &self,
        text: &str,
        query: &Query<'_>,
        criteria: &Criteria,
        is_told: bool,
    ) -> Result<(), Failure> {
        let read = Phenotype::read(text, self.imputer.understood(), &self.nomenclature);
        let asked = self.kept.patient(self.imputer, &read.map_err(|errors| errors[0].to_string())?.0);
        let predict = |rows: &[u32]| {
            let begun = Instant::now();
            let collection = self.kept.collection(self.snapshot, &self.heard, self.imputer, rows);
            let taken = begun.elapsed();
            let answers = collection.predict_all(&asked);
            if is_told {
                let predicted = begun.elapsed() - taken;
                println!("{} rows taken out in {taken:?}, predicted in {predicted:?}", rows.len());
            }
            answers.into_iter().map(totals).collect()
        };
        search_predicted(self.snapshot, query, criteria, &predict);
        Ok(())
    }
}

fn totals(answer: Answer) -> Option<[f64; 5]> {
    match answer {
        Answer::Predicted(prediction) => Some(prediction.totals),
        _ => None,
    }
}

fn ms(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

/// In milliseconds, one for each patient.
#[derive(Default)]
struct Times {
    counted: Vec<f64>,
    listed: Vec<f64>,
    predicted: Vec<f64>,
    within_four: u64,
}

impl Times {
    fn tell(&mut self, patients: u64) {
        println!("within four mismatches, mean {}", self.within_four / patients.max(1));
        print("counts", &mut self.counted);
        print("50,000 ranked", &mut self.listed);
        print("50,000 predicted and ranked", &mut self.predicted);
    }
}

fn print(what: &str, times_ms: &mut [f64]) {
    times_ms.sort_by(f64::total_cmp);
    if times_ms.is_empty() {
        return;
    }
    let at = |part: f64| times_ms[((times_ms.len() - 1) as f64 * part) as usize];
    println!("{what}: median {:.1} ms, p99 {:.1} ms", at(0.5), at(0.99));
}

fn build(
    mixed: &Mixed<'_>,
    nomenclature: Nomenclature<'_>,
    antigens: &AntigenSpace,
    rows: u64,
) -> Result<Snapshot, Failure> {
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
        "pushed {pushed:.0} rows/s, frozen in {frozen:?}, together {:.0} rows/s, genotypes {:?}",
        rows as f64 / (pushing + frozen.as_secs_f64()),
        std::array::from_fn::<usize, 5, _>(|place| snapshot.genotype_count(place))
    );
    Ok(snapshot)
}
