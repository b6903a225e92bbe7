//! `qidai restore`: a bank from a backup, in a new place.

use std::path::PathBuf;

use crate::backup::restore;
use crate::checkpoints::Checkpoints;
use crate::commands::{Outcome, runtime, stream};
use crate::error::Failure;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folder of the backup.
    folder: PathBuf,
    /// Where the bank is made: a file that is not there yet. A PostgreSQL address, of an empty database, comes from
    /// the environment.
    #[arg(long, value_name = "DB", env = "QIDAI_DATABASE_URL", hide_env_values = true)]
    bank: String,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let checkpoints = Checkpoints::of(&args.bank).file;
    let restored = restore(&args.folder, &args.bank, &checkpoints);
    let manifest = runtime()?.block_on(restored)?;
    let shown = qidai_bank::without_password(&args.bank);
    stream::say(&format!(
        "{shown}: event {} ({}), as in the backup; every hash and row verified.\n\
         Bring its keys, then run: qidai audit verify",
        manifest.history.sequence, manifest.history.hash
    ))?;
    Ok(Outcome::Done)
}
