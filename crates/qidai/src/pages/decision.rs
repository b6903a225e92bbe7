//! Decisions on a unit, rule by rule; and why units were rejected.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use qidai_bank::{
    Decision, Identity, Permission, Profile, Proof, Role, RuleOutcome, UnitOutcome, pareto, profiles,
};
use serde::Deserialize;

use super::records::session_of;
use super::{Frame, Reader, render, shown, units};
use crate::app::{AppState, Client};
use crate::decision::profile_of;
use crate::error::Failure;
use crate::words::Words;

#[derive(Template)]
#[template(path = "decision.html")]
struct DecisionPage {
    frame: Frame,
    written: String,
    unit_address: String,
    address: String,
    profiles: Vec<(String, &'static str)>,
    may_decide: bool,
    decisions: Vec<DecisionLine>,
    refused: Option<(String, &'static str)>,
}

struct DecisionLine {
    id: String,
    profile: String,
    title: &'static str,
    stage: String,
    badge: (&'static str, String),
    is_in_force: bool,
    who: String,
    rules: Vec<RuleLine>,
    exception: Option<String>,
    may_except: bool,
}

struct RuleLine {
    name: &'static str,
    requirement: String,
    found: Option<String>,
    badge: (&'static str, String),
    severity: String,
    is_verified: bool,
    citation: &'static str,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path((scheme, value)): Path<(String, String)>,
) -> Result<Response, Failure> {
    page(&state, &reader, &Identity { scheme, value }, None).await
}

#[derive(Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    profile: String,
    /// Of the decision from which an exception is made; nothing where one is made by a profile.
    #[serde(default)]
    decision: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
}

/// Decides by a profile, or signs an exception.
pub(crate) async fn act(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Path((scheme, value)): Path<(String, String)>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    let unit = Identity { scheme, value };
    let done = match sent.decision.is_empty() {
        true => decide(&state, &reader, &unit, &sent.profile).await,
        false => except(&state, (&reader, &client, &headers), &sent).await,
    };
    match done {
        Ok(()) => Ok(Redirect::to(&address_of(&unit)).into_response()),
        Err(failure) if failure.code() == "signer_not_certified" => {
            let back = shown::escaped(&address_of(&unit));
            Ok(Redirect::to(&format!("/certify?back={back}")).into_response())
        }
        Err(failure) if failure.is_refusal() && failure.code() != "unit_unknown" => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page = page(&state, &reader, &unit, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn decide(state: &AppState, reader: &Reader, unit: &Identity, profile: &str) -> Result<(), Failure> {
    let desk = state.desk();
    let acting = desk.acting(reader.visitor.principal()?);
    desk.store.decide_unit(unit, profile_of(profile)?, &acting).await?;
    Ok(())
}

/// Signs the very decision and makes the exception, both or neither: the signature covers what it was made from.
async fn except(
    state: &AppState,
    (reader, client, headers): (&Reader, &Client, &HeaderMap),
    sent: &Sent,
) -> Result<(), Failure> {
    let desk = state.desk();
    let principal = reader.visitor.principal()?;
    let acting = desk.acting(principal).because(sent.reason.trim());
    let session = session_of(headers, client)?;
    let code = Some(sent.code.trim()).filter(|code| !code.is_empty());
    let proof = Proof { session: &session, password: &sent.password, code };
    desk.store.sign_exception(&sent.decision, proof, &desk.keys, &acting).await?;
    Ok(())
}

pub(super) fn address_of(unit: &Identity) -> String {
    format!("{}/decision", shown::unit_address(unit))
}

async fn page(
    state: &AppState,
    reader: &Reader,
    unit: &Identity,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let store = &state.desk().store;
    let record = store.unit(unit).await?.ok_or_else(|| units::not_found(&unit.written()))?;
    let decisions = store.unit_decisions(unit, reader.visitor.principal()?).await?;
    let fits = profiles().iter().filter(|profile| profile.bank_types.contains(&record.bank_type));
    let address = address_of(unit);
    render(&DecisionPage {
        written: unit.written(),
        unit_address: shown::unit_address(unit),
        profiles: fits.map(|one| (one.key(), shown::label(reader.lang, (one.zh, one.en)))).collect(),
        may_decide: reader.visitor.may(Permission::UnitAccept),
        decisions: decisions.iter().map(|one| line(one, state, reader)).collect(),
        refused,
        frame: Frame::new(&Reader { address: format!("{address}?"), ..reader.clone() }),
        address,
    })
}

fn line(decision: &Decision, state: &AppState, reader: &Reader) -> DecisionLine {
    let (w, zone) = (reader.lang.words(), &state.desk().zone);
    let profile = qidai_bank::profile(&decision.profile).filter(|one| one.key() == decision.profile);
    let family = match decision.evaluation.outcome {
        UnitOutcome::Accepted => "open",
        UnitOutcome::Rejected => "stop",
        UnitOutcome::Incomplete => "wait",
    };
    let exception = decision.exception.as_ref().map(|one| {
        let at = shown::minute(one.at, zone);
        let values =
            [("who", one.actor.clone().into()), ("at", at.into()), ("reason", one.reason.clone().into())];
        w.say("decision-exception", &values)
    });
    let can_be_excepted = decision.is_in_force && decision.evaluation.outcome == UnitOutcome::Rejected;
    DecisionLine {
        id: decision.id.clone(),
        profile: decision.profile.clone(),
        title: profile.map_or("", |one| shown::label(reader.lang, (one.zh, one.en))),
        stage: w.t(&format!("decision-stage-{}", decision.stage)),
        badge: (family, w.t(&format!("decision-{}", decision.evaluation.outcome.code()))),
        is_in_force: decision.is_in_force,
        who: format!("{} · {}", shown::minute(decision.decided.at, zone), decision.decided.actor),
        rules: profile.map_or_else(Vec::new, |profile| rule_lines(profile, decision, reader)),
        may_except: can_be_excepted && exception.is_none() && may_except(decision, reader),
        exception,
    }
}

/// A director who did not decide: nobody else sees a form that would be refused.
fn may_except(decision: &Decision, reader: &Reader) -> bool {
    let Ok(principal) = reader.visitor.principal() else { return false };
    let is_director = |role: Role| matches!(role, Role::Director | Role::MedicalDirector);
    reader.visitor.may(Permission::RecordSign)
        && principal.grants().iter().any(|grant| is_director(grant.role))
        && decision.decided.actor != principal.name()
}

fn rule_lines(profile: &'static Profile, decision: &Decision, reader: &Reader) -> Vec<RuleLine> {
    let w = reader.lang.words();
    let line = |(rule, result): (&'static qidai_bank::Rule, &qidai_bank::RuleResult)| RuleLine {
        name: shown::label(reader.lang, (rule.zh, rule.en)),
        requirement: rule.requirement(),
        found: result.found.clone(),
        badge: outcome_badge(result.outcome, w),
        severity: w.t(&format!("decision-severity-{}", rule.severity.code())),
        is_verified: rule.is_verified,
        citation: rule.citation,
    };
    profile.rules.iter().zip(&decision.evaluation.rules).map(line).collect()
}

fn outcome_badge(outcome: RuleOutcome, w: &Words) -> (&'static str, String) {
    let family = match outcome {
        RuleOutcome::Pass => "open",
        RuleOutcome::Fail => "stop",
        RuleOutcome::Missing => "wait",
    };
    (family, w.t(&format!("decision-rule-{}", outcome.code())))
}

#[derive(Template)]
#[template(path = "decisions.html")]
struct ParetoPage {
    frame: Frame,
    profiles: Vec<(String, &'static str)>,
    chosen: String,
    counts: Vec<(String, String)>,
    rows: Vec<ParetoLine>,
}

struct ParetoLine {
    name: &'static str,
    units: String,
    share: String,
    cumulative: String,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    profile: String,
}

/// Why units were rejected: the reasons of one profile, the most frequent first.
pub(crate) async fn rejects(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let w = reader.lang.words();
    let known = profiles().first().map(Profile::key).unwrap_or_default();
    let wanted = if wishes.profile.is_empty() { known } else { wishes.profile };
    let profile = profile_of(&wanted)?;
    let counts = state.desk().store.decision_counts(profile, reader.visitor.principal()?).await?;
    let of = |outcome: UnitOutcome| {
        let units: u64 =
            counts.iter().filter(|(code, ..)| code == outcome.code()).map(|(.., units)| units).sum();
        (w.t(&format!("decision-{}", outcome.code())), shown::count(units))
    };
    let reasons = counts.iter().filter_map(|(_, reason, units)| Some((reason.clone()?, *units)));
    let name = |id: &str| {
        let rule = profile.rules.iter().find(|rule| rule.id == id);
        rule.map_or("", |rule| shown::label(reader.lang, (rule.zh, rule.en)))
    };
    let rows = pareto(reasons.collect()).into_iter().map(|row| ParetoLine {
        name: name(&row.reason),
        units: shown::count(row.units),
        share: percent(row.share_hundredths),
        cumulative: percent(row.cumulative_hundredths),
    });
    render(&ParetoPage {
        counts: UnitOutcome::ALL.into_iter().map(of).collect(),
        rows: rows.collect(),
        profiles: profiles()
            .iter()
            .map(|one| (one.key(), shown::label(reader.lang, (one.zh, one.en))))
            .collect(),
        chosen: profile.key(),
        frame: Frame::new(&reader),
    })
}

fn percent(hundredths: u64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}
