//! One position, read strictly and tolerantly: sorted answers, errors that point into the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qidai_fuzz::{nomenclature, points_into_its_text};
use qidai_hla::typing::{segment, tidy};
use qidai_hla::{AlleleName, Locus};

fuzz_target!(|text: &str| {
    let nomenclature = nomenclature();
    for read in
        [nomenclature.read(text), nomenclature.read_tolerantly(text), nomenclature.read_at(Locus::A, text)]
    {
        match read {
            Ok(typing) => assert!(typing.alleles.is_sorted() && typing.classes.is_sorted()),
            Err(error) => points_into_its_text(&error),
        }
    }
    segment(text, &nomenclature).err().iter().for_each(points_into_its_text);
    let once = tidy(text).text.into_owned();
    assert_eq!(tidy(&once).text, once);
    if let Ok(name) = text.parse::<AlleleName>() {
        assert_eq!(name.to_string().parse::<AlleleName>().as_ref(), Ok(&name));
    }
});
