//! What the targets share: the invented release of the tests, and what every error must keep.

use std::sync::LazyLock;

use qidai_hla::typing::MacTable;
use qidai_hla::{Nomenclature, Release, ReleaseFiles, TypingError};

macro_rules! mini {
    ($file:literal) => {
        include_str!(concat!("../../crates/qidai-hla/tests/data/mini/", $file))
    };
}

/// The texts of the invented release.
pub const FILES: ReleaseFiles<'static> = ReleaseFiles {
    allele_list: mini!("Allelelist.txt"),
    nom: mini!("wmda/hla_nom.txt"),
    nom_g: mini!("wmda/hla_nom_g.txt"),
    nom_p: mini!("wmda/hla_nom_p.txt"),
    dna_ser: mini!("wmda/rel_dna_ser.txt"),
    ser_ser: mini!("wmda/rel_ser_ser.txt"),
};

static MINI: LazyLock<(Release, MacTable)> = LazyLock::new(|| {
    let mut release = Release::from_files(&FILES).expect("the invented release is whole");
    release.add_old_names(OLD_NAMES).expect("the invented table is whole");
    (release, MacTable::read(mini!("mac.tsv")).expect("the invented codes are whole"))
});

/// A table of 2010 for invented names.
const OLD_NAMES: &str = "h\nh\nA*9101 A*91:01\nA*910102 A*91:01:02\nCw*9101 C*91:01\nA*9201 A*91:10\n";

/// The invented release with its codes and its old names.
pub fn nomenclature() -> Nomenclature<'static> {
    Nomenclature::new(&MINI.0, Some(&MINI.1))
}

/// An error points into its text and says what was expected.
pub fn points_into_its_text(error: &TypingError) {
    let characters: Vec<char> = error.text.chars().collect();
    let value: Vec<char> = error.value.chars().collect();
    let at = error.position - 1;
    assert_eq!(characters.get(at..at + value.len()), Some(&value[..]), "{error:?}");
    assert!(!error.expected.is_empty(), "{error:?}");
}
