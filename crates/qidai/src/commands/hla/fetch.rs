//! `qidai hla fetch`: a release of IPD-IMGT/HLA or a table of multiple allele codes, from its publisher, a mirror or a
//! folder.

use std::path::PathBuf;

use qidai_hla::history::ReleaseVersion;

use crate::commands::{Outcome, stream};
use crate::error::Failure;
use crate::fetch::{self, Fetched, Source};

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["out", "mac"]))]
pub(super) struct Args {
    /// Release wanted, such as 3.58.0; without it the latest.
    #[arg(value_name = "RELEASE")]
    version: Option<String>,
    /// Folder to make, with the files of the release.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Address or folder of the release instead of the publisher's; {branch} stands for its short number (3580).
    #[arg(long, value_name = "ADDRESS", default_value = fetch::PUBLISHER)]
    from: String,
    /// File to make, with the table of multiple allele codes.
    #[arg(long, value_name = "FILE")]
    mac: Option<PathBuf>,
    /// Address or file of the table instead of the publisher's, packed or not.
    #[arg(long, value_name = "ADDRESS", default_value = fetch::MAC_PUBLISHER)]
    mac_from: String,
    /// Proxy to go through, http://HOST:PORT; without it HTTPS_PROXY and NO_PROXY decide.
    #[arg(long, value_name = "ADDRESS")]
    proxy: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    let version = args.version.as_deref().map(version).transpose()?;
    let proxy = args.proxy.as_deref();
    if let Some(target) = &args.out {
        let source = Source::new(&args.from, version, proxy)?;
        let fetched = fetch::fetch_release(&source, version, target)?;
        stream::say(&told(&fetched, target))?;
    }
    if let Some(target) = &args.mac {
        let codes = fetch::fetch_mac(&args.mac_from, proxy, target)?;
        stream::say(&format!("{}: {codes} multiple allele codes", target.display()))?;
    }
    Ok(Outcome::Done)
}

fn version(text: &str) -> Result<ReleaseVersion, Failure> {
    text.parse().map_err(|error: qidai_hla::history::NoVersion| {
        Failure::refused("release_number_invalid", error.to_string()).with("value", text)
    })
}

fn told(fetched: &Fetched, target: &std::path::Path) -> String {
    let mut text = format!(
        "{}: IPD-IMGT/HLA {}, {} alleles, {} files, {} compared with a published checksum",
        target.display(),
        fetched.version,
        fetched.alleles,
        fetched.files.len(),
        fetched.verified
    );
    if !fetched.absent.is_empty() {
        text.push_str(&format!("\nnot in the source: {}", fetched.absent.join(", ")));
    }
    text
}
