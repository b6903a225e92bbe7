//! Reduces typings of standard input to a level: one line in, one line out.
//!
//! ```text
//! printf 'A*02:01\nB*15:XX\n' | cargo run -p qidai-hla --example reduce_typing -- S DIR
//! ```
//!
//! prints the same as the fourth column of `qidai hla reduce --batch --release DIR` for level `S`. Without DIR the
//! starter release answers. The library opens no file; this program does, and hands over the texts.

use std::error::Error;
use std::path::Path;

use qidai_hla::{Nomenclature, Release, ReleaseFiles, reduce};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_else(|| "S".to_owned());
    let level = reduce::level(&name).ok_or("no such level; try S, U2 or, with a release, P")?;
    let release = match args.next() {
        Some(dir) => read_release(Path::new(&dir))?,
        None => Release::starter(),
    };
    let nomenclature = Nomenclature::new(&release, None);
    for line in std::io::stdin().lines() {
        match reduce::reduce(&line?, level, &nomenclature) {
            Ok(reduced) => println!("{}", reduced.text),
            // Value, place, expectation, and a fix where there is one.
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}

fn read_release(dir: &Path) -> Result<Release, Box<dyn Error>> {
    let read = |file: &str| std::fs::read_to_string(dir.join(file)).map_err(|e| format!("{file}: {e}"));
    let files = ReleaseFiles {
        allele_list: &read("Allelelist.txt")?,
        nom: &read("wmda/hla_nom.txt")?,
        nom_g: &read("wmda/hla_nom_g.txt")?,
        nom_p: &read("wmda/hla_nom_p.txt")?,
        dna_ser: &read("wmda/rel_dna_ser.txt")?,
        ser_ser: &read("wmda/rel_ser_ser.txt")?,
    };
    Ok(Release::from_files(&files)?)
}
