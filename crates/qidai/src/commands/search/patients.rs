//! Where patients come from: a file of GL lines, standard input, or the command line itself.

use std::io::Read;

use qidai_hla::Locus;

use crate::error::Failure;

/// One patient: an identifier when the file gives one, and the typing as written.
pub(super) struct Patient {
    pub(super) id: Option<String>,
    pub(super) typing: String,
}

/// Reads `id%GL-string` lines or bare GL Strings from a file, from `-`, or from the argument itself.
pub(super) fn read(source: &str) -> Result<Vec<Patient>, Failure> {
    let text = match source {
        "-" => {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|error| unreadable("standard input", &error))?;
            text
        }
        _ if looks_like_typing(source) => source.to_owned(),
        path => std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?,
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let patients: Vec<Patient> = lines
        .map(|line| match line.split_once('%') {
            Some((id, typing)) => {
                Patient { id: Some(id.trim().to_owned()), typing: typing.trim().to_owned() }
            }
            None => Patient { id: None, typing: line.to_owned() },
        })
        .collect();
    if patients.is_empty() {
        return Err(Failure::refused(
            "patients_empty",
            format!("{source} holds no patient; expected lines id%GL-string."),
        )
        .with("source", source));
    }
    Ok(patients)
}

/// A GL String has a star or a plus, which no sensible file name has.
fn looks_like_typing(source: &str) -> bool {
    source.contains(['*', '+', '^'])
}

fn unreadable(what: &str, error: &std::io::Error) -> Failure {
    Failure::outage("patient_file_unreadable", format!("{what} could not be read: {error}."))
        .with("file", what)
        .with("error", error.to_string())
        .because(error)
}

/// `A=02:01,11:01` entries as one line of typing.
pub(super) fn of_loci(entries: &[String]) -> Result<String, Failure> {
    let segments: Result<Vec<String>, Failure> = entries.iter().map(|entry| of_locus(entry)).collect();
    Ok(segments?.join("^"))
}

fn of_locus(entry: &str) -> Result<String, Failure> {
    let wrong = || {
        let sentence =
            format!("--locus \"{entry}\" is not understood; expected LOCUS=ALLELES such as A=02:01,11:01.");
        Failure::refused("locus_option_unreadable", sentence).with("value", entry)
    };
    let (name, alleles) = entry.split_once('=').ok_or_else(wrong)?;
    let locus = Locus::from_name(name.trim()).ok_or_else(wrong)?;
    let whole = |allele: &str| {
        let allele = allele.trim();
        let is_bare = allele.starts_with(|c: char| c.is_ascii_digit());
        if is_bare { format!("{locus}*{allele}") } else { allele.to_owned() }
    };
    Ok(alleles.split([',', '+']).map(whole).collect::<Vec<_>>().join("+"))
}
