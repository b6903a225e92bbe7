//! A person's typing as a GL String or as a laboratory's line: what is printed reads as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qidai_fuzz::{nomenclature, points_into_its_text};
use qidai_hla::PersonTyping;

fuzz_target!(|text: &str| {
    let nomenclature = nomenclature();
    for read in [PersonTyping::read(text, &nomenclature), PersonTyping::read_line(text, &nomenclature)] {
        match read {
            Ok(person) => {
                let loci = |p: &PersonTyping| p.typed().map(|t| t.locus).collect::<Vec<_>>();
                let printed = person.to_gl_string();
                if let Ok(again) = PersonTyping::read_line(&printed, &nomenclature) {
                    assert_eq!(loci(&person), loci(&again), "{printed}");
                }
            }
            Err(errors) => errors.iter().for_each(points_into_its_text),
        }
    }
});
