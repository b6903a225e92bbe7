//! `qidai audit`: is the history whole, and do the tables say what it says?

use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use qidai_bank::{CheckpointPublicKey, Progress, Stage, Store, Verification, VerifyError};
use serde_json::json;

use super::{Outcome, runtime, stream};
use crate::checkpoints::{Checkpoints, Kept};
use crate::error::Failure;
use crate::keys;
use crate::words::Lang;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Verify a bank: every hash, every row, every checkpoint. Writes nothing.
    ///
    /// Computes the hash of every event again, computes every row again from the history, and compares the history
    /// with the signed checkpoints beside the bank. Exit status 0 when all is whole; 1 otherwise, with every table and
    /// row that is not.
    Verify(VerifyArgs),
    /// Sign a checkpoint of the history now. Commands that write do so by themselves.
    Checkpoint(BankArg),
}

#[derive(clap::Args)]
struct BankArg {
    /// The bank: a file, or a PostgreSQL address (better given as QIDAI_DATABASE_URL).
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: String,
}

#[derive(clap::Args)]
struct VerifyArgs {
    #[command(flatten)]
    bank: BankArg,
    /// Public key of the checkpoints, 64 hexadecimal digits, from where you keep it; without it the one beside the bank.
    #[arg(long, value_name = "HEX")]
    key: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    match &args.what {
        What::Verify(args) => runtime()?.block_on(verify(args, lang)),
        What::Checkpoint(args) => runtime()?.block_on(checkpoint(&args.bank)),
    }
}

async fn checkpoint(address: &str) -> Result<Outcome, Failure> {
    let store = Store::open(address).await?;
    let added = Checkpoints::of(address).add(&store).await;
    store.close().await?;
    added.map(|()| Outcome::Done)
}

async fn verify(args: &VerifyArgs, lang: Lang) -> Result<Outcome, Failure> {
    let address = &args.bank.bank;
    let given = args.key.as_deref().map(parse_key).transpose()?;
    let places = Checkpoints::of(address);
    let kept = places.read(given)?;
    let store = Store::open_read_only(address).await?;
    let verified = verify_store(&store, &kept, address).await;
    store.close().await?;
    let (verified, took) = verified?;
    print(&verified, &took, &kept, args.format, lang)?;
    outcome(&verified, &kept, &places)
}

async fn verify_store(store: &Store, kept: &Kept, address: &str) -> Result<(Verification, Took), Failure> {
    let checkpoints = kept.file.as_ref().map_or(&[][..], |file| file.checkpoints.as_slice());
    let mut bars = Bars::new();
    let verified = store.verify(checkpoints, &keys::random(), &mut |progress| bars.show(progress)).await;
    bars.bar.finish_and_clear();
    let mut verified = verified.map_err(|error| match error {
        VerifyError::Store(error) => Failure::from(error),
        VerifyError::Random(error) => {
            Failure::outage("random_unavailable", "The system gives no random bytes.").because(&error)
        }
    })?;
    // A copied folder may be without its keys: then what is sealed stays sealed.
    store.verify_people(keys::load(address)?.as_ref(), &mut verified).await?;
    verified.findings.extend(kept.file.iter().flat_map(|file| file.findings.iter().cloned()));
    Ok((verified, bars.took))
}

/// Whole, or not whole, or not known to be whole. Only the first is exit status 0.
fn outcome(verified: &Verification, kept: &Kept, places: &Checkpoints) -> Result<Outcome, Failure> {
    let count = verified.findings.len() as u64 + verified.more;
    if count > 0 {
        let sentence = format!("The bank is not whole: {count} things are not as the history says.");
        return Err(Failure::outage("bank_not_whole", sentence).with("count", count.to_string()));
    }
    let file = places.file.display().to_string();
    let missing = |code, sentence: String| Err(Failure::outage(code, sentence).with("file", file.clone()));
    match (&kept.file, &kept.key) {
        (Some(_), Some(_)) => Ok(Outcome::Done),
        (None, _) if verified.events == 0 => Ok(Outcome::Done),
        (None, _) => missing(
            "checkpoints_missing",
            format!(
                "There is no checkpoint file {file}: whether events were cut off the end could not be checked."
            ),
        ),
        (Some(_), None) => missing(
            "checkpoints_not_checked",
            format!(
                "The signatures in {file} could not be checked: their public key is not there; give it with --key."
            ),
        ),
    }
}

fn parse_key(text: &str) -> Result<CheckpointPublicKey, Failure> {
    CheckpointPublicKey::parse(text).ok_or_else(|| {
        Failure::refused("public_key_wrong", "--key is no public key: expected its 64 hexadecimal digits.")
    })
}

fn print(
    verified: &Verification,
    took: &Took,
    kept: &Kept,
    format: Format,
    lang: Lang,
) -> Result<(), Failure> {
    if format == Format::Json {
        return stream::say(&as_json(verified, took, kept).to_string());
    }
    let words = lang.words();
    let values = [
        ("events", verified.events.into()),
        ("rows", verified.rows.into()),
        ("last", verified.head.sequence.into()),
        ("chain", format!("{:.1}", took.chain_s).into()),
        ("compared", format!("{:.1}", took.rows_s).into()),
    ];
    stream::say(&words.say("audit-read", &values))?;
    verified.findings.iter().try_for_each(|finding| stream::say(&finding.to_string()))?;
    if verified.more > 0 {
        stream::say(&words.say("audit-more", &[("more", verified.more.into())]))?;
    }
    if let Some(checkpoint) = &verified.checkpoint {
        let key = kept.key.as_ref().map_or_else(|| "–".to_owned(), CheckpointPublicKey::to_text);
        let values = [
            ("sequence", checkpoint.sequence.into()),
            ("time", checkpoint.time.to_string().into()),
            ("key", key.into()),
        ];
        stream::say(&words.say("audit-checkpoint", &values))?;
    }
    if verified.is_whole() && kept.file.is_some() && kept.key.is_some() {
        stream::say(&words.say("audit-whole", &[]))?;
    }
    Ok(())
}

fn as_json(verified: &Verification, took: &Took, kept: &Kept) -> serde_json::Value {
    let hash: String = verified.head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "events": verified.events,
        "rows": verified.rows,
        "events_s": took.chain_s,
        "rows_s": took.rows_s,
        "last": { "sequence": verified.head.sequence, "hash": hash },
        "checkpoint": verified.checkpoint,
        "checkpoints_found": kept.file.is_some(),
        "signatures_checked": kept.key.is_some(),
        "findings": verified.findings,
        "more": verified.more,
    })
}

/// On standard error; silent when that is no terminal.
struct Bars {
    bar: ProgressBar,
    stage: Option<Stage>,
    begun: Instant,
    took: Took,
}

/// Seconds for the hashes of all events, and for the rows that follow from them.
#[derive(Default)]
struct Took {
    chain_s: f64,
    rows_s: f64,
}

impl Bars {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{msg} {bar:40} {human_pos} / {human_len}, {eta} left");
        let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, stage: None, begun: Instant::now(), took: Took::default() }
    }

    fn show(&mut self, progress: Progress) {
        if self.stage != Some(progress.stage) {
            self.begun = Instant::now();
            self.stage = Some(progress.stage);
            self.bar.reset();
            self.bar.set_length(progress.total);
            self.bar.set_message(match progress.stage {
                Stage::Chain => "events",
                Stage::Rows => "rows",
                Stage::Search => "which rows?",
            });
        }
        self.bar.set_position(progress.done);
        let so_far = self.begun.elapsed().as_secs_f64();
        match progress.stage {
            Stage::Chain => self.took.chain_s = so_far,
            Stage::Rows => self.took.rows_s = so_far,
            Stage::Search => {}
        }
    }
}
