//! `qidai user`: accounts and their roles.

use qidai_bank::{Account, Grant};

use super::people::{People, PeopleArgs, grant_of, show_link};
use super::{Outcome, stream};
use crate::error::Failure;
use crate::words::Lang;

/// Accounts: add, list, give and take roles, disable, make a new link.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    people: PeopleArgs,
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Add an account; prints the link for its first sign-in once.
    Add {
        /// Of the bank's own register; not a name.
        staff_number: String,
        /// ROLE, or ROLE@SITE; may be repeated.
        #[arg(long = "role", value_name = "ROLE[@SITE]", required = true, value_parser = grant_of)]
        roles: Vec<Grant>,
    },
    /// List accounts with their roles.
    List {
        /// How the list is printed.
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Give a role, or take one away. The account signs in again with its new rights.
    Role {
        staff_number: String,
        /// May be repeated.
        #[arg(long, value_name = "ROLE[@SITE]", value_parser = grant_of)]
        give: Vec<Grant>,
        /// May be repeated.
        #[arg(long, value_name = "ROLE[@SITE]", value_parser = grant_of, required_unless_present = "give")]
        take: Vec<Grant>,
    },
    /// End an account: it is signed out at once and signs in no more. Its history and signatures stay.
    Disable { staff_number: String },
    /// Make a new link, for a password or a phone that was lost; older links end.
    Link { staff_number: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

pub(crate) fn run(args: &Args, lang: Lang) -> Result<Outcome, Failure> {
    let people = People::open(&args.people)?;
    people.runtime.block_on(act(args, &people, lang))?;
    people.close()?;
    Ok(Outcome::Done)
}

async fn act(args: &Args, people: &People, lang: Lang) -> Result<(), Failure> {
    let (store, acting) = (&people.store, people.acting());
    match &args.what {
        What::Add { staff_number, roles } => {
            let (account, link) = store.add_account(staff_number, roles, &acting).await?;
            show_link(&account.staff_number, &link, &args.people.url, lang)
        }
        What::List { format } => show(&store.accounts().await?, *format, lang),
        What::Role { staff_number, give, take } => {
            for grant in give {
                store.give_role(staff_number, grant, &acting).await?;
            }
            for grant in take {
                store.take_role(staff_number, grant, &acting).await?;
            }
            show_one(people, staff_number, lang).await
        }
        What::Disable { staff_number } => {
            store.disable_account(staff_number, &acting).await?;
            show_one(people, staff_number, lang).await
        }
        What::Link { staff_number } => {
            let link = store.new_link(staff_number, &acting).await?;
            show_link(staff_number, &link, &args.people.url, lang)
        }
    }
}

async fn show_one(people: &People, staff_number: &str, lang: Lang) -> Result<(), Failure> {
    let account = people.store.account(staff_number).await?;
    show(account.as_slice(), Format::Table, lang)
}

fn show(accounts: &[Account], format: Format, lang: Lang) -> Result<(), Failure> {
    match format {
        Format::Json => {
            let list: Vec<serde_json::Value> = accounts.iter().map(json_of).collect();
            stream::say(&serde_json::Value::from(list).to_string())
        }
        Format::Table => {
            for account in accounts {
                stream::say(&line_of(account, lang))?;
            }
            Ok(())
        }
    }
}

fn json_of(account: &Account) -> serde_json::Value {
    let roles = account
        .grants
        .iter()
        .map(|grant| serde_json::json!({ "role": grant.role.code(), "site": grant.site }));
    serde_json::json!({
        "staff_number": account.staff_number,
        "state": account.state.code(),
        "roles": roles.collect::<Vec<_>>(),
    })
}

/// `A0001  active   administrator`
fn line_of(account: &Account, lang: Lang) -> String {
    let state = lang.words().t(&format!("account-{}", account.state.code()));
    let roles = account.grants.iter().map(|grant| {
        let (zh, en) = grant.role.labels();
        let role = if lang == Lang::ZhCn { zh } else { en };
        grant.site.as_ref().map_or_else(|| role.to_owned(), |site| format!("{role} @ {site}"))
    });
    let roles: Vec<String> = roles.collect();
    format!("{:<12}{state:<12}{}", account.staff_number, roles.join(", "))
}
