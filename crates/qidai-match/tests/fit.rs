//! Does a set of frequencies fit somebody? Its own members nearly always, people of other haplotypes hardly ever.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use qidai_hla::{Nomenclature, PersonTyping, Release};
use qidai_match::frequency::{FrequencySet, Rules, Understood};
use qidai_match::impute::{Fit, Imputer, Phenotype, RARE_SHARE};
use qidai_match::simulate::Mixed;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

fn seed() -> u64 {
    let seed = std::env::var("QIDAI_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or_else(rand::random);
    eprintln!("seed {seed} (run again with QIDAI_SEED={seed})");
    seed
}

fn fit(text: &str, imputer: &Imputer<'_>, nomenclature: &Nomenclature<'_>) -> Fit {
    PersonTyping::read(text, nomenclature).unwrap();
    imputer.fit(&Phenotype::read(text, imputer.understood(), nomenclature).unwrap().0)
}

#[test]
fn members_fit_and_strangers_do_not() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../qidai/data/han_north.freqs.csv");
    let set = FrequencySet::read(&std::fs::read_to_string(file).unwrap()).unwrap();
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let mixed = Mixed::new(&set, &nomenclature);
    let mut rng = ChaCha8Rng::seed_from_u64(seed());
    let (members, mut warned, mut strangers_warned) = (1_000, 0, 0);
    for _ in 0..members {
        let mut text = String::new();
        mixed.write_exactly(&mut rng, &mut text);
        warned += u32::from(fit(&text, &imputer, &nomenclature) != Fit::Fits);
    }
    // One in a hundred by construction, more only by chance: nine standard deviations.
    assert!(f64::from(warned) < f64::from(members) * RARE_SHARE + 30.0, "{warned} of {members}");
    for _ in 0..200 {
        // Every allele is one of the population, no two travel together.
        let mut pair = |place: usize| {
            let names = set.names(place);
            format!("{}+{}", names.choose(&mut rng).unwrap(), names.choose(&mut rng).unwrap())
        };
        let text: Vec<String> = (0..set.loci().len()).map(&mut pair).collect();
        strangers_warned += u32::from(fit(&text.join("^"), &imputer, &nomenclature) != Fit::Fits);
    }
    assert!(strangers_warned > 180, "{strangers_warned} of 200");
}

/// The page's example: shares are those of its table.
#[test]
fn the_share_is_that_of_the_page() {
    let set = FrequencySet::read(
        "haplotype,freq\nA*01:01~B*08:01,0.9\nA*02:01~B*07:02,0.096\nA*03:01~B*35:01,0.004\n",
    )
    .unwrap();
    let release = Release::starter();
    let nomenclature = Nomenclature::new(&release, None);
    let imputer = Imputer::new(Understood::new(&set, &nomenclature, Rules::default()));
    let of = |text: &str| imputer.fit(&Phenotype::read(text, imputer.understood(), &nomenclature).unwrap().0);
    assert_eq!(of("A*01:01+A*02:01^B*08:01+B*07:02"), Fit::Fits);
    let Fit::Rare { share } = of("A*01:01+A*03:01^B*08:01+B*35:01") else { panic!("it is rare") };
    assert!((share - 0.007_984).abs() < 1e-9, "{share}");
    assert_eq!(of("A*01:01+A*02:01^B*08:01+B*35:01"), Fit::Unrepresented);
}
