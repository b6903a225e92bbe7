//! The doors for programs: JSON in, JSON out, one file per resource.
//!
//! Each handler asks the bank as its page does, and says in `#[utoipa::path]` what it takes and answers; what all of
//! them have in common – doors, refusals, limits – is added in `document`. How to add one: `CONTRIBUTING.md`.

pub(crate) mod access_log;
pub(crate) mod accounts;
pub(crate) mod affected;
pub(crate) mod audit;
pub(crate) mod coverage;
mod cursor;
pub(crate) mod decisions;
pub(crate) mod document;
pub(crate) mod documents;
pub(crate) mod dossier;
pub(crate) mod emergencies;
pub(crate) mod figures;
pub(crate) mod find;
pub(crate) mod freeze_runs;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod hla;
mod input;
pub(crate) mod lab;
pub(crate) mod listings;
pub(crate) mod matching;
pub(crate) mod me;
pub(crate) mod notifications;
pub(crate) mod operation;
pub(crate) mod outcomes;
pub(crate) mod pools;
pub(crate) mod profiles;
pub(crate) mod records;
pub(crate) mod requests;
pub(crate) mod roles;
pub(crate) mod search;
pub(crate) mod signing;
pub(crate) mod sites;
pub(crate) mod storage;
pub(crate) mod tokens;
pub(crate) mod typing;
pub(crate) mod unit_import;
pub(crate) mod unit_life;
pub(crate) mod units;
mod version;

pub(crate) use cursor::{List, Page};
pub(crate) use input::{
    Asked, Body, InPath, bounded, coded, is_json, json_expected, parameter_wrong, reason, short,
};
