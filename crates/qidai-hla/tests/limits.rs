//! What a script or a hostile paste can send: answered soon, in little memory, with a code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::time::{Duration, Instant};

use qidai_hla::{ErrorCode, Locus, Nomenclature, PersonTyping, Release, reduce};

/// Far more than any of these needs, in a build without optimisation.
const PATIENCE: Duration = Duration::from_secs(10);

/// How each way of reading ends: `ok` or the codes.
fn endings(text: &str, nomenclature: &Nomenclature<'_>) -> Vec<String> {
    let start = Instant::now();
    let codes = |errors: Vec<qidai_hla::TypingError>| {
        let mut codes: Vec<&str> = errors.iter().map(|e| e.code.as_str()).collect();
        codes.dedup();
        codes.join("/")
    };
    let ok = || "ok".to_owned();
    let form = [text.to_owned()];
    let found = vec![
        nomenclature.read(text).map_or_else(|e| e.code.to_string(), |_| ok()),
        PersonTyping::read(text, nomenclature).map_or_else(codes, |_| ok()),
        PersonTyping::read_line(text, nomenclature).map_or_else(codes, |_| ok()),
        PersonTyping::read_loci([(Locus::A, &form[..])], nomenclature).map_or_else(codes, |_| ok()),
        reduce::reduce(text, reduce::level("P").unwrap(), nomenclature)
            .map_or_else(|e| e.code.to_string(), |_| ok()),
    ];
    assert!(start.elapsed() < PATIENCE, "{} bytes took {:?}", text.len(), start.elapsed());
    found
}

fn check_limits(release: &Release, xx: &str, name: &str) {
    let nomenclature = Nomenclature::new(release, None);
    let all = |text: &str, code: &str| {
        for (way, found) in endings(text, &nomenclature).iter().enumerate() {
            assert_eq!(found, code, "{}… read in way {way}", &text[..20]);
        }
    };
    all(&vec![xx; 100_000].join("/"), "typing_too_long");
    all(&vec![format!("{name}+{name}"); 60_000].join("|"), "typing_too_long");
    all(&format!("{name}/").repeat(200_000), "typing_too_long");
    all(&vec![xx; 15_000].join("/"), "ok");
    for text in [vec![name; 15_000].join("~"), vec![name; 15_000].join("+"), vec![name; 15_000].join(" ")] {
        assert!(endings(&text, &nomenclature)[1..].iter().all(|code| code != "ok"), "{}", &text[..20]);
    }
    let repeated = vec![name; 15_000].join("^");
    assert_eq!(PersonTyping::read(&repeated, &nomenclature).unwrap_err()[0].code, ErrorCode::LocusRepeated);
    assert!(PersonTyping::read(&"^".repeat(100_000), &nomenclature).unwrap_err().len() < 100);
    let genotypes = vec![format!("{xx}+{name}"); 6_000].join("|");
    assert_eq!(
        PersonTyping::read(&genotypes, &nomenclature).unwrap().typed().next().unwrap().genotypes.len(),
        1
    );
    let texts = vec![xx.to_owned(); 1_000_000];
    let errors = PersonTyping::read_loci([(Locus::A, &texts[..])], &nomenclature).unwrap_err();
    assert_eq!((errors.len(), errors[0].code), (1, ErrorCode::TooManyCopies));
    assert!(errors[0].to_string().len() < 500);
}

#[test]
fn repeats_are_read_once_and_what_is_too_long_not_at_all() {
    check_limits(&support::mini().0, "A*91:XX", "A*91:01");
    if let Some(release) = support::release() {
        check_limits(&release, "A*02:XX", "A*02");
    }
}

#[test]
fn more_alternatives_than_a_typing_can_have_are_refused() {
    let Some(release) = support::release() else { return };
    let nomenclature = Nomenclature::new(&release, None);
    let names: Vec<String> =
        release.alleles_of(Locus::A).map(|allele| release.name(allele).to_string()).collect();
    assert!(names.len() > 5_000, "{}", names.len());
    let list = |count: usize| names[..count].join("/");
    assert_eq!(nomenclature.read(&list(5_000)).unwrap().alleles.len(), 5_000);
    assert_eq!(nomenclature.read(&list(5_001)).unwrap_err().code, ErrorCode::TooManyAlternatives);
    let genotypes = |count: usize| {
        let each = names[..count].iter().map(|name| format!("{name}+A*02:01"));
        PersonTyping::read(&each.collect::<Vec<_>>().join("|"), &nomenclature)
    };
    assert_eq!(genotypes(1_000).unwrap().typed().next().unwrap().genotypes.len(), 1_000);
    assert_eq!(genotypes(1_001).unwrap_err()[0].code, ErrorCode::TooManyAlternatives);
    let ambiguous: Vec<String> =
        (1..900).map(|i| format!("A*02/A*24/A*11/A*03/A*01:{i:02}+A*02/A*24/A*11/A*26")).collect();
    let known = PersonTyping::read(&ambiguous.join("|"), &nomenclature).unwrap_err();
    assert!(known.len() == 1, "{known:?}");
}

#[test]
fn the_whole_of_the_largest_first_field_reads_back() {
    let Some(release) = support::release() else { return };
    let nomenclature = Nomenclature::new(&release, None);
    let all = reduce::reduce("HLA-C*07:XX+HLA-C*07:XX", reduce::level("W").unwrap(), &nomenclature).unwrap();
    let xx = nomenclature.read("C*07:XX").unwrap();
    let person = PersonTyping::read(&all.text, &nomenclature).unwrap();
    assert_eq!(person[Locus::C].as_ref().unwrap().genotypes[0].0.alleles, xx.alleles);
}
