//! Every level of reduction: no blank in an answer, errors that point into the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qidai_fuzz::{nomenclature, points_into_its_text};
use qidai_hla::reduce;

fuzz_target!(|text: &str| {
    let nomenclature = nomenclature();
    for level in reduce::ALL_LEVELS {
        match reduce::reduce(text, level, &nomenclature) {
            Ok(reduced) => assert!(!reduced.text.contains(char::is_whitespace), "{text:?}"),
            Err(error) => points_into_its_text(&error),
        }
    }
});
