//! `qidai match`: two people compared (`compare`, here), and how likely a match is (`impute`, `predict`).

mod basis;
mod explain;
mod impute;
mod json_set;
mod predict;
mod subjects;

pub(in crate::commands) use subjects::{not_understood, read_text};

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufWriter, Write};

use qidai_hla::epitope::TceVersion;
use qidai_hla::{Locus, Nomenclature, Pair, PersonTyping};
use qidai_match::grade::{Graded, grades, summary_letter};
use qidai_match::{
    AntigenSpace, Classes, Dpb1, Dpb1Typing, Interpreter, LocusCounts, LocusGenotype, MATCH_LOCI,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::catalogue::{Range, ReferenceArgs};
use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::reference;
use crate::words::Lang;

/// Compare people.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Compare a patient and a donor per line of JSON on standard input; one line of JSON for each.
    Compare(CompareArgs),
    /// List the pairs of haplotypes that people can have, with their probabilities, as CSV.
    Impute(impute::ImputeArgs),
    /// Explain one pair: how likely it matches, what leaves it open, what to type next.
    Explain(explain::ExplainArgs),
    /// Predict how many alleles of patients and donors will not match: P0 to P4, as CSV.
    Predict(predict::PredictArgs),
}

#[derive(clap::Args)]
struct CompareArgs {
    /// Read pairs from standard input (the only way there is; named so that scripts say what they do).
    #[arg(long)]
    batch: bool,
    #[command(flatten)]
    reference: ReferenceArgs,
}

/// One line of input; its other fields are the sender's own. A locus that is missing, null or has no text
/// is untyped.
#[derive(Deserialize)]
struct PairLine {
    patient: Loci,
    donor: Loci,
}

type Loci = BTreeMap<String, Option<Vec<Option<String>>>>;

#[derive(Serialize)]
struct Answer {
    id: Value,
    loci: Map<String, Value>,
    x6: Option<Range>,
    x8: Option<Range>,
    x10: Option<Range>,
    /// One letter each for A, B, C, DRB1, DQB1.
    summary: String,
}

/// The order in which registries print the letters.
const SUMMARY_LOCI: [Locus; 5] = [Locus::A, Locus::B, Locus::C, Locus::DRB1, Locus::DQB1];

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.verb {
        Verb::Compare(args) => compare(args),
        Verb::Impute(args) => impute::run(args),
        Verb::Explain(args) => explain::run(args, lang),
        Verb::Predict(args) => predict::run(args),
    }
}

fn compare(args: &CompareArgs) -> Result<Outcome, Failure> {
    if !args.batch {
        return Err(Failure::refused("batch_only", "Pairs are read from standard input: add --batch."));
    }
    let release = reference::release_from(args.reference.release.as_deref())?;
    let mac = args.reference.mac.as_deref().map(reference::load_mac).transpose()?;
    let antigens = AntigenSpace::new(&release);
    let comparer = Comparer {
        nomenclature: Nomenclature::new(&release, mac.as_ref()),
        interpreter: Interpreter::new(&release, &antigens),
    };
    compare_lines(&comparer).map_err(|error| stream::broken_off(&error))
}

fn compare_lines(comparer: &Comparer<'_>) -> io::Result<Outcome> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut outcome = Outcome::Done;
    for line in io::stdin().lock().split(b'\n') {
        let answer = comparer.line(&String::from_utf8_lossy(&line?));
        if answer.get("error").is_some() {
            outcome = Outcome::SomeRefused;
        }
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(outcome)
}

struct Comparer<'r> {
    nomenclature: Nomenclature<'r>,
    interpreter: Interpreter<'r>,
}

impl Comparer<'_> {
    /// One answer for one line, whatever stands in it.
    fn line(&self, line: &str) -> Value {
        let unreadable = |id: &Value, error: &serde_json::Error| {
            let sentence =
                format!("{error}; expected {{\"id\":…,\"patient\":{{\"A\":[…]}},\"donor\":{{…}}}}");
            refusal(id, "pair_unreadable", &sentence)
        };
        let value: Value = match serde_json::from_str(line) {
            Ok(value) => value,
            Err(error) => return unreadable(&Value::Null, &error),
        };
        // Whatever is wrong with the rest, the answer says which line it belongs to.
        let id = value.get("id").cloned().unwrap_or_default();
        let pair: PairLine = match serde_json::from_value(value) {
            Ok(pair) => pair,
            Err(error) => return unreadable(&id, &error),
        };
        let (patient, donor) = match (self.person(&pair.patient), self.person(&pair.donor)) {
            (Ok(patient), Ok(donor)) => (patient, donor),
            (Err((code, sentence)), _) => return refusal(&id, code, &format!("patient: {sentence}")),
            (_, Err((code, sentence))) => return refusal(&id, code, &format!("donor: {sentence}")),
        };
        let answer = self.answer(id.clone(), &patient, &donor);
        serde_json::to_value(answer)
            .unwrap_or_else(|error| refusal(&id, "answer_unwritable", &error.to_string()))
    }

    fn person(&self, loci: &Loci) -> Result<PersonTyping, (&'static str, String)> {
        let mut typed = Vec::new();
        for (name, texts) in loci {
            let locus = Locus::from_name(name).filter(|locus| Locus::TYPED.contains(locus));
            let locus =
                locus.ok_or_else(|| ("locus_unknown", format!("\"{name}\" is no locus of a typing")))?;
            let texts: Vec<String> =
                texts.iter().flatten().flatten().filter(|t| !t.trim().is_empty()).cloned().collect();
            if !texts.is_empty() {
                typed.push((locus, texts));
            }
        }
        let by_locus = typed.iter().map(|(locus, texts)| (*locus, texts.as_slice()));
        PersonTyping::read_loci(by_locus, &self.nomenclature).map_err(|errors| {
            let code = errors.first().map_or("typing_refused", |e| e.code.as_str());
            (code, errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        })
    }

    fn answer(&self, id: Value, patient: &PersonTyping, donor: &PersonTyping) -> Answer {
        let mut loci = Map::new();
        for locus in Locus::TYPED {
            let typed = patient[locus].is_some() || donor[locus].is_some();
            if typed || MATCH_LOCI.contains(&locus) {
                loci.insert(locus.name().to_owned(), self.locus(locus, patient, donor));
            }
        }
        let classes = Classes::of(&MATCH_LOCI.map(|locus| self.counts(locus, patient, donor)));
        let range = |matches: Option<qidai_match::Matches>| matches.map(Range::from);
        let letter = |locus| summary_letter(self.counts(locus, patient, donor).ard);
        let summary = SUMMARY_LOCI.map(letter).iter().collect();
        Answer { id, loci, x6: range(classes.x6), x8: range(classes.x8), x10: range(classes.x10), summary }
    }

    fn genotype(&self, locus: Locus, person: &PersonTyping) -> Option<LocusGenotype> {
        person[locus].as_ref().map(|typing| self.interpreter.genotype(typing))
    }

    fn counts(&self, locus: Locus, patient: &PersonTyping, donor: &PersonTyping) -> LocusCounts {
        let (patient, donor) = (self.genotype(locus, patient), self.genotype(locus, donor));
        LocusCounts::of(locus, patient.as_ref(), donor.as_ref(), self.interpreter.antigens())
    }

    fn locus(&self, locus: Locus, patient: &PersonTyping, donor: &PersonTyping) -> Value {
        let counts = self.counts(locus, patient, donor);
        let positions = match (&patient[locus], &donor[locus]) {
            (Some(patient), Some(donor)) => grades(patient, donor, self.interpreter.release()),
            _ => Pair(Graded::UNTYPED, Graded::UNTYPED),
        };
        let positions = [positions.0, positions.1].map(|one| {
            json!({
                "grade": one.grade.as_str(),
                "confidence": one.confidence.as_str(),
                "antigen_match": one.antigen_match,
            })
        });
        let mut value = json!({ "best": counts.ard.best, "worst": counts.ard.worst, "positions": positions });
        if locus == Locus::DPB1 {
            value["category"] = self.dpb1_category(patient, donor).as_str().into();
        }
        value
    }

    fn dpb1_category(&self, patient: &PersonTyping, donor: &PersonTyping) -> Dpb1 {
        let of = |person: &PersonTyping| Dpb1Typing::new(person[Locus::DPB1].as_ref()?, &self.interpreter);
        match (of(patient), of(donor)) {
            (Some(patient), Some(donor)) => Dpb1::between(&patient, &donor, TceVersion::V2),
            _ => Dpb1::Unknown,
        }
    }
}

fn refusal(id: &Value, code: &str, sentence: &str) -> Value {
    json!({ "id": id, "error": { "code": code, "sentence": sentence } })
}
