//! `qidai site`: the places for which roles are given.

use qidai_bank::{Site, SiteKind, Uscc};

use super::people::{People, PeopleArgs};
use super::{Outcome, stream};
use crate::error::Failure;

/// Sites: add or change, list.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    people: PeopleArgs,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Add a site, or change it to what is given here.
    Put {
        /// Short and unique, such as jinan.
        code: String,
        #[arg(long)]
        name: String,
        /// bank, collection_hospital, transplant_centre or workstation.
        #[arg(long, value_parser = kind_of)]
        kind: SiteKind,
        /// 统一社会信用代码 of the institution.
        #[arg(long)]
        uscc: Option<String>,
        /// Nothing happens there any more.
        #[arg(long)]
        closed: bool,
    },
    /// List sites, one per line: code, kind, in use or closed, name.
    List,
}

fn kind_of(text: &str) -> Result<SiteKind, String> {
    let expected = "expected bank, collection_hospital, transplant_centre or workstation";
    SiteKind::parse(text).ok_or_else(|| expected.to_owned())
}

pub(crate) fn run(args: &Args) -> Result<Outcome, Failure> {
    let people = People::open(&args.people)?;
    people.runtime.block_on(act(&args.what, &people))?;
    people.close()?;
    Ok(Outcome::Done)
}

async fn act(what: &What, people: &People) -> Result<(), Failure> {
    if let What::Put { code, name, kind, uscc, closed } = what {
        let uscc = uscc.as_deref().map(Uscc::parse).transpose();
        let uscc =
            uscc.map_err(|error| Failure::refused(error.code, format!("{}; {}.", error.reason, error.hint)))?;
        let site = Site { code: code.clone(), name: name.clone(), kind: *kind, uscc, active: !closed };
        people.store.put_site(&site, &people.acting()).await?;
    }
    for site in people.store.sites().await? {
        let state = if site.active { "in_use" } else { "closed" };
        stream::say(&format!("{}\t{}\t{state}\t{}", site.code, site.kind.code(), site.name))?;
    }
    Ok(())
}
