//! Cryostorage: tanks, what stands in them, moves and counts.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use qidai_bank::{Counted, Occupancy, Position, SlotView, StorageMove, Tank, TankClass, TankLimits};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor::Pages;
use super::{Asked, Body, InPath, List, Page, bounded, coded};
use crate::app::AppState;
use crate::error::Failure;
use crate::pages::Reader;
use crate::storage::{kind_of, rack_of, scanned, stored_of};

/// A tank with what is in it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TankView {
    #[schema(example = "T117")]
    code: String,
    room: String,
    /// `quarantine`, `released`, `reactive` or `samples`.
    class: &'static str,
    sectors: i64,
    /// Racks of a sector.
    racks: i64,
    /// Levels of a rack.
    levels: i64,
    /// Slots of a level.
    slots: i64,
    places: i64,
    used: i64,
    /// At the pace of the last 90 days; null when it does not fill.
    days_to_full: Option<i64>,
    /// Degrees Celsius; null where no limit is set.
    warn_c: Option<f64>,
    critical_c: Option<f64>,
    delay_s: Option<i64>,
    silence_s: Option<i64>,
    /// Liquid nitrogen below this is an alarm, millimetres.
    low_mm: Option<i64>,
    armed: bool,
    closed: bool,
    /// Alarms that are not over, or that nobody has acknowledged.
    alarms: i64,
}

/// A tank as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"room": "R2", "class": "released", "sectors": 6, "racks": 8, "levels": 15, "slots": 5,
    "warn_c": -150.0, "critical_c": -135.0, "delay_s": 300, "silence_s": 900}))]
pub(crate) struct TankWanted {
    room: String,
    /// `quarantine`, `released`, `reactive` or `samples`.
    class: String,
    #[schema(minimum = 1, maximum = 200)]
    sectors: i64,
    #[schema(minimum = 1, maximum = 200)]
    racks: i64,
    #[schema(minimum = 1, maximum = 200)]
    levels: i64,
    #[schema(minimum = 1, maximum = 200)]
    slots: i64,
    warn_c: Option<f64>,
    critical_c: Option<f64>,
    delay_s: Option<i64>,
    silence_s: Option<i64>,
    /// Liquid nitrogen below this is an alarm, millimetres.
    low_mm: Option<i64>,
    closed: Option<bool>,
}

/// What stands in a place.
#[derive(Serialize, ToSchema)]
pub(crate) struct PlaceView {
    #[schema(example = "T117-S4-K06-L12-P3")]
    place: String,
    /// `unit`, `segment`, `sample` or `product`.
    kind: &'static str,
    scheme: String,
    number: String,
    /// Of units only.
    status: Option<&'static str>,
    #[schema(value_type = String, format = DateTime)]
    placed_at: Timestamp,
    /// It no longer fits the class of the tank.
    misplaced: bool,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Only this rack.
    #[param(example = "S4-K06")]
    rack: Option<String>,
}

/// A move as it was scanned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "Z990117012046X", "to": "T117-S4-K06-L12-P3"}))]
pub(crate) struct MoveAsked {
    number: String,
    /// `unit` when left out.
    kind: Option<String>,
    /// Where it stands; left out, it is put in.
    from: Option<String>,
    /// Where it goes; left out, it is taken out.
    to: Option<String>,
    /// When it was done, where that is told later.
    #[schema(format = DateTime)]
    done_at: Option<String>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub(crate) struct MoveDone {
    /// `stored`, `moved` or `taken`.
    done: &'static str,
    from: Option<String>,
    to: Option<String>,
}

/// What was found in a tank or a rack.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rack": "S4-K06", "found": [{"place": "T117-S4-K06-L12-P3", "number": "Z990117012046X"}]}))]
pub(crate) struct CountAsked {
    rack: Option<String>,
    found: Vec<FoundThing>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FoundThing {
    place: String,
    number: String,
    kind: Option<String>,
}

/// Books beside hands.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountView {
    expected: i64,
    matched: i64,
    findings: Vec<FindingView>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct FindingView {
    /// `missing`, `unexpected`, `elsewhere` or `twice`.
    kind: &'static str,
    number: String,
    found: Option<String>,
    expected: Option<String>,
}

/// Tanks
///
/// All tanks by their codes, with what is in them.
#[utoipa::path(get, path = "/api/storage/tanks", operation_id = "list_tanks", tag = "storage", params(Pages),
    responses((status = 200, description = "A page of tanks", body = Page<TankView>)))]
pub(crate) async fn tanks(
    State(state): State<AppState>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, "/api/storage/tanks", [], pages.limit)?;
    let all = desk.store.storage(Timestamp::now()).await?;
    list.of_all(&all, pages.cursor.as_deref(), |one| &one.tank.code, tank_view)
}

/// Put a tank
///
/// Adds a tank, or changes it; what stands in it keeps its place.
#[utoipa::path(put, path = "/api/storage/tanks/{code}", operation_id = "put_tank", tag = "storage",
    params(("code" = String, Path, description = "Capital letters and digits", example = "T117")),
    request_body = TankWanted, responses((status = 204, description = "It is so")))]
pub(crate) async fn put(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(code): InPath<String>,
    Body(wanted): Body<TankWanted>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let expected = TankClass::ALL.into_iter().map(TankClass::code);
    let class = coded("class", Some(&wanted.class), TankClass::parse, expected)?;
    let thousandths = |celsius: f64| (celsius * 1_000.0).round() as i64;
    let tank = Tank {
        code: bounded("code", &code)?.to_owned(),
        room: bounded("room", &wanted.room)?.to_owned(),
        class: class.unwrap_or(TankClass::Quarantine),
        sectors: wanted.sectors,
        racks: wanted.racks,
        levels: wanted.levels,
        slots: wanted.slots,
        limits: TankLimits {
            warn_mc: wanted.warn_c.map(thousandths),
            critical_mc: wanted.critical_c.map(thousandths),
            delay_s: wanted.delay_s,
            silence_s: wanted.silence_s,
            low_mm: wanted.low_mm,
        },
        is_armed: false,
        is_closed: wanted.closed.unwrap_or_default(),
    };
    desk.store.put_tank(&tank, &desk.acting(reader.visitor.principal()?)).await?;
    Ok(axum::http::StatusCode::NO_CONTENT.into_response())
}

/// Places of a tank
///
/// What stands in a tank, or in one rack of it, in the order of the places.
#[utoipa::path(get, path = "/api/storage/tanks/{code}/places", operation_id = "list_places", tag = "storage",
    params(("code" = String, Path, example = "T117"), Which),
    responses((status = 200, description = "What stands there", body = Vec<PlaceView>),
        (status = 422, description = "A rack that cannot be read", body = crate::error::Problem,
            content_type = "application/problem+json")))]
pub(crate) async fn places(
    State(state): State<AppState>,
    InPath(code): InPath<String>,
    Asked(which): Asked<Which>,
) -> Result<Response, Failure> {
    let rack = which.rack.as_deref().map(rack_of).transpose()?;
    let content = state.desk().store.tank_content(&code, rack).await?;
    Ok(Json(content.iter().map(place_view).collect::<Vec<_>>()).into_response())
}

/// Move
///
/// Puts in, moves or takes out, as scanned. What the books say otherwise is refused, and the refusal is written down.
#[utoipa::path(post, path = "/api/storage/moves", operation_id = "move_stored", tag = "storage",
    request_body = MoveAsked, responses((status = 200, description = "Done", body = MoveDone)))]
pub(crate) async fn go(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Body(asked): Body<MoveAsked>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let kind = kind_of(asked.kind.as_deref().unwrap_or_default())?;
    let stored = stored_of(&desk.store, kind, bounded("number", &asked.number)?).await?;
    let (from, to) = (asked.from.as_deref().unwrap_or_default(), asked.to.as_deref().unwrap_or_default());
    let (from, to) = (scanned(from)?, scanned(to)?);
    let done_at = asked.done_at.as_deref().map(time_of).transpose()?;
    let wanted = StorageMove { stored: &stored, from: from.as_ref(), to: to.as_ref(), done_at };
    let moved = desk.store.move_stored(&wanted, &desk.acting(reader.visitor.principal()?)).await?;
    let [from, to] = [moved.from, moved.to].map(|place| place.map(|place| place.to_string()));
    Ok(Json(MoveDone { done: moved.kind, from, to }).into_response())
}

/// Count
///
/// Compares what was found in a tank or a rack with the books and keeps the result. No place changes.
#[utoipa::path(post, path = "/api/storage/tanks/{code}/counts", operation_id = "count_tank", tag = "storage",
    params(("code" = String, Path, example = "T117")), request_body = CountAsked,
    responses((status = 200, description = "What differs", body = CountView)))]
pub(crate) async fn count(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(code): InPath<String>,
    Body(asked): Body<CountAsked>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let rack = asked.rack.as_deref().map(rack_of).transpose()?;
    let mut counted = Vec::with_capacity(asked.found.len());
    for one in &asked.found {
        let kind = kind_of(one.kind.as_deref().unwrap_or_default())?;
        let stored = stored_of(&desk.store, kind, &one.number).await?;
        counted.push(Counted { position: Position::parse(&one.place)?, stored });
    }
    let acting = desk.acting(reader.visitor.principal()?);
    let result = desk.store.count_storage(&code, rack, &counted, &acting).await?;
    let finding = |one: qidai_bank::CountFinding| FindingView {
        kind: one.kind,
        number: one.number,
        found: one.found,
        expected: one.expected,
    };
    let findings = result.findings.into_iter().map(finding).collect();
    Ok(Json(CountView { expected: result.expected, matched: result.matched, findings }).into_response())
}

fn time_of(text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|_| {
        let sentence =
            format!("done_at is '{text}': expected a time with its zone, such as 2026-03-01T02:00:00Z.");
        Failure::refused("time_unreadable", sentence).with("value", text)
    })
}

fn tank_view(one: &Occupancy) -> TankView {
    let tank = &one.tank;
    let celsius = |limit: Option<i64>| limit.map(|mc| mc as f64 / 1_000.0);
    TankView {
        code: tank.code.clone(),
        room: tank.room.clone(),
        class: tank.class.code(),
        sectors: tank.sectors,
        racks: tank.racks,
        levels: tank.levels,
        slots: tank.slots,
        places: tank.capacity(),
        used: one.used,
        days_to_full: one.days_to_full,
        warn_c: celsius(tank.limits.warn_mc),
        critical_c: celsius(tank.limits.critical_mc),
        delay_s: tank.limits.delay_s,
        silence_s: tank.limits.silence_s,
        low_mm: tank.limits.low_mm,
        armed: tank.is_armed,
        closed: tank.is_closed,
        alarms: one.alarms,
    }
}

fn place_view(slot: &SlotView) -> PlaceView {
    PlaceView {
        place: slot.position.to_string(),
        kind: slot.stored.kind.code(),
        scheme: slot.stored.identity.scheme.clone(),
        number: slot.stored.written(),
        status: slot.status.map(qidai_bank::Status::code),
        placed_at: slot.placed_at,
        misplaced: slot.is_misplaced,
    }
}
