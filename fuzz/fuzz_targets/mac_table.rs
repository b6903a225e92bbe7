//! A table of multiple allele codes, and each of its codes read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qidai_fuzz::{nomenclature, points_into_its_text};
use qidai_hla::Nomenclature;
use qidai_hla::typing::{MacIndex, MacTable};

fuzz_target!(|text: &str| {
    let Ok(table) = MacTable::read(text) else { return };
    let nomenclature = Nomenclature::new(nomenclature().release, Some(&table));
    MacIndex::new(&table);
    for (code, _) in table.iter().take(20) {
        nomenclature.read(&format!("A*91:{code}")).err().iter().for_each(points_into_its_text);
    }
});
