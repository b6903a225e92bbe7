//! Reduces many typings at one level by prepared tables.
//!
//! ```sh
//! cargo run --release -p qidai-hla --example prepared_level -- RELEASE_DIR lgx MAC_FILE < typings.txt
//! ```
//!
//! One typing a line in, `typing⇥answer⇥remarks` out; what the tables do not answer is marked with `(long way)`.

use std::error::Error;
use std::io::{BufRead, stdin};
use std::path::Path;

use qidai_hla::reduce::{self, Names, Prepared, Scratch};
use qidai_hla::typing::MacTable;
use qidai_hla::{Nomenclature, Release, ReleaseFiles};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("which release? give its folder")?;
    let level = arguments.next().unwrap_or_else(|| "lgx".to_owned());
    let level = reduce::level(&level).ok_or("no such level")?;
    let text = |file: &str| std::fs::read_to_string(Path::new(&dir).join(file));
    let release = Release::from_files(&ReleaseFiles {
        allele_list: &text("Allelelist.txt")?,
        nom: &text("wmda/hla_nom.txt")?,
        nom_g: &text("wmda/hla_nom_g.txt")?,
        nom_p: &text("wmda/hla_nom_p.txt")?,
        dna_ser: &text("wmda/rel_dna_ser.txt")?,
        ser_ser: &text("wmda/rel_ser_ser.txt")?,
    })?;
    let mac = arguments.next().map(std::fs::read_to_string).transpose()?;
    let mac = mac.map(|text| MacTable::read(&text)).transpose()?;
    let names = Names::new(Nomenclature::new(&release, mac.as_ref()));
    let prepared = Prepared::new(&names, level);
    let mut scratch = Scratch::default();
    for line in stdin().lock().lines() {
        let typing = line?;
        let way = if prepared.gl_terms(&typing, &mut scratch).is_some() { "" } else { "(long way)" };
        match prepared.reduce(&typing, &mut scratch) {
            Ok(reduced) => println!("{typing}\t{}\t{way}{}", reduced.text, reduced.notes.len()),
            Err(error) => println!("{typing}\t\t{way}{error}"),
        }
    }
    Ok(())
}
