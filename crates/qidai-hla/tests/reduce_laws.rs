//! Laws of reduction, on random lists of a real release and of the invented one: the answer depends neither on order nor
//! on repetition, reducing again changes nothing, and more ambiguity never loses a member.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use qidai_hla::{AlleleId, Locus, Nomenclature, Release, reduce};

static RELEASES: LazyLock<Vec<Release>> = LazyLock::new(|| {
    let mut all: Vec<Release> = support::all_releases().collect();
    all.push(support::mini().0);
    all
});

/// Some alleles of one locus, each cut to some fields.
fn names() -> impl Strategy<Value = (usize, Vec<String>)> {
    let release = 0..RELEASES.len();
    (release, 0..11_usize, proptest::collection::vec((any::<u32>(), 1..5_usize), 1..6)).prop_map(
        |(release, locus, picks)| {
            let of = &RELEASES[release];
            let alleles: Vec<AlleleId> = of.alleles_of(Locus::TYPED[locus]).collect();
            let name = |(pick, fields): (u32, usize)| {
                let name = of.name(alleles[pick as usize % alleles.len()]);
                name.shortened(fields.max(2)).to_string()
            };
            let names = if alleles.is_empty() { Vec::new() } else { picks.into_iter().map(name).collect() };
            (release, names)
        },
    )
}

fn terms(text: &str, level: &str, nomenclature: &Nomenclature<'_>) -> Option<BTreeSet<String>> {
    let reduced = reduce::reduce(text, reduce::level(level).unwrap(), nomenclature).ok()?;
    Some(reduced.text.split('/').filter(|term| !term.is_empty()).map(str::to_owned).collect())
}

/// Names whose short form is an all-null protein are refused; the laws speak of those that are read.
fn readable(names: Vec<String>, nomenclature: &Nomenclature<'_>) -> Vec<String> {
    names.into_iter().filter(|name| nomenclature.read(name).is_ok()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn order_and_repetition_do_not_matter((release, names) in names()) {
        let nomenclature = Nomenclature::new(&RELEASES[release], None);
        let names = readable(names, &nomenclature);
        prop_assume!(!names.is_empty());
        let mut other = names.clone();
        other.reverse();
        other.extend(names.iter().take(2).cloned());
        for level in reduce::ALL_LEVELS {
            let answers = [&names, &other].map(|list| reduce::reduce(&list.join("/"), level, &nomenclature).unwrap().text);
            prop_assert_eq!(&answers[0], &answers[1], "{:?} {}", names, level.name);
        }
    }

    #[test]
    fn more_ambiguity_never_loses_a_member((release, names) in names()) {
        let nomenclature = Nomenclature::new(&RELEASES[release], None);
        let names = readable(names, &nomenclature);
        prop_assume!(names.len() > 1);
        for level in reduce::ALL_LEVELS {
            let whole = terms(&names.join("/"), level.name, &nomenclature).unwrap();
            for one in &names {
                let part = terms(one, level.name, &nomenclature).unwrap();
                prop_assert!(part.is_subset(&whole), "{one} in {names:?} at {}: {part:?} not in {whole:?}", level.name);
            }
        }
    }

    #[test]
    fn reducing_again_changes_nothing((release, names) in names()) {
        let nomenclature = Nomenclature::new(&RELEASES[release], None);
        let names = readable(names, &nomenclature);
        prop_assume!(!names.is_empty());
        // U2 and exon give short names that are read more broadly, S gives broads that have broads of their own.
        for level in ["G", "P", "lgx", "W", "1F", "small-g", "S"] {
            let once = reduce::reduce(&names.join("/"), reduce::level(level).unwrap(), &nomenclature).unwrap().text;
            prop_assume!(!once.is_empty());
            // A short null name stands for every null of its protein, of which one may ride along with expressed alleles
            // while another does not: DRB5*01:08:02N is DRB5*01:08N at lgx, which is DRB5*01:08:01N (DRB5*01:02) too.
            let is_short_null = |name: &str| name.ends_with('N') && name.matches(':').count() == 1;
            if level == "1F" || (level != "S" && once.split('/').any(is_short_null)) {
                continue;
            }
            let antigens: Vec<String> = once.split('/').map(str::to_owned).collect();
            let again = match level {
                // A list of antigens has one locus, but DR51 to DR53 are others than the DR of DRB1.
                "S" => antigens.iter().filter_map(|a| terms(a, level, &nomenclature)).flatten().collect(),
                _ => terms(&once, level, &nomenclature).unwrap_or_default(),
            };
            let once: BTreeSet<String> = antigens.into_iter().collect();
            prop_assert_eq!(&again, &once, "{:?} {}", names, level);
        }
    }
}
