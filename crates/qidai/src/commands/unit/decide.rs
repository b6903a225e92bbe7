//! `qidai unit profiles`, `decide`, `decision`: by which rules a unit is banked, and the same answer years later.

use qidai_bank::{Role, profiles};

use super::identity_of;
use crate::commands::Outcome;
use crate::commands::lab::{BankArgs, at_desk, tell};
use crate::decision::{AgainView, DecisionView, ProfileView, profile_of};
use crate::error::Failure;
use crate::words::Lang;

#[derive(clap::Subcommand)]
pub(super) enum What {
    /// The specification profiles there are, every version, one per line, with their rules and sources.
    Profiles,
    /// Hold a unit against a specification profile, rule by rule, and write the decision down. Exit status 2 unless it
    /// is accepted.
    Decide {
        #[command(flatten)]
        bank: BankArgs,
        /// DIN, with or without its check character, or the bank's own number.
        #[arg(value_name = "DIN")]
        number: String,
        /// Such as cn-public, for its newest version, or cn-public-v1.
        #[arg(long, value_name = "NAME")]
        profile: String,
    },
    /// The decisions on a unit, the newest first; with --again each made again with the profile and the facts that it
    /// saw. Exit status 2 when one of those comes out otherwise.
    Decision {
        #[command(flatten)]
        bank: BankArgs,
        #[arg(value_name = "DIN")]
        number: String,
        #[arg(long)]
        again: bool,
    },
}

pub(super) fn run(what: &What, lang: Lang) -> Result<Outcome, Failure> {
    match what {
        What::Profiles => {
            for profile in profiles() {
                tell(&ProfileView::of(profile))?;
            }
            Ok(Outcome::Done)
        }
        What::Decide { bank, number, profile } => at_desk(bank, (Role::Quality, lang), async |desk| {
            let store = &desk.people.store;
            let unit = identity_of(store, number).await?;
            let decision = store.decide_unit(&unit, profile_of(profile)?, &desk.acting(None)).await?;
            tell(&DecisionView::of(&decision))?;
            Ok(if decision.may_be_banked() { Outcome::Done } else { Outcome::SomeRefused })
        }),
        What::Decision { bank, number, again } => at_desk(bank, (Role::Quality, lang), async |desk| {
            let store = &desk.people.store;
            let unit = identity_of(store, number).await?;
            let mut outcome = Outcome::Done;
            for decision in store.unit_decisions(&unit, &desk.principal).await? {
                if !again {
                    tell(&DecisionView::of(&decision))?;
                    continue;
                }
                let again = store.decide_again(&decision.id, &desk.principal).await?;
                tell(&AgainView::of(&again))?;
                if !again.is_same() {
                    outcome = Outcome::SomeRefused;
                }
            }
            Ok(outcome)
        }),
    }
}
