//! The files of a release, one of them replaced: read or refused, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qidai_fuzz::FILES;
use qidai_hla::{Release, ReleaseFiles};

fuzz_target!(|input: (u8, &str)| {
    let (which, text) = input;
    let files = match which % 7 {
        0 => ReleaseFiles { allele_list: text, ..FILES },
        1 => ReleaseFiles { nom: text, ..FILES },
        2 => ReleaseFiles { nom_g: text, ..FILES },
        3 => ReleaseFiles { nom_p: text, ..FILES },
        4 => ReleaseFiles { dna_ser: text, ..FILES },
        5 => ReleaseFiles { ser_ser: text, ..FILES },
        _ => {
            let mut release = Release::starter();
            let _ = release.add_old_names(text);
            return;
        }
    };
    let _ = Release::from_files(&files);
});
