//! One tank: from above, one rack from the front, and the place that was chosen.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::Timestamp;
use qidai_bank::{Permission, Position, SlotView, Tank};
use serde::Deserialize;

use super::grid::{self, LevelRow};
use super::ring::{self, RackShape, SectorName};
use super::watch::{self, AlarmView, ProbeView};
use super::{MoveForm, class_word, place_counts};
use crate::app::AppState;
use crate::error::{Failure, Kind};
use crate::pages::badge::Badge;
use crate::pages::{Frame, Reader, render, shown};
use crate::storage::rack_of;
use crate::words::Words;

#[derive(Template)]
#[template(path = "tank.html")]
struct TankPage {
    frame: Frame,
    code: String,
    room: String,
    /// Class, places, days to full, armed or not.
    context: Vec<String>,
    is_armed: bool,
    side: f64,
    racks: Vec<RackShape>,
    sectors: Vec<SectorName>,
    rack_capacity: i64,
    rack: String,
    rack_context: String,
    before: String,
    after: String,
    slots: Vec<String>,
    levels: Vec<LevelRow>,
    place: Option<PlaceView>,
    form: Option<MoveForm>,
    done: Option<String>,
    probes: Vec<ProbeView>,
    alarms: Vec<AlarmView>,
}

/// The chosen place.
struct PlaceView {
    code: String,
    /// What stands there; nothing when it is free.
    content: Option<ContentView>,
}

struct ContentView {
    number: String,
    badge: Option<Badge>,
    kind: String,
    address: Option<String>,
    since: String,
    is_misplaced: bool,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    rack: String,
    /// `L12-P3`.
    #[serde(default)]
    place: String,
    /// What was just done, after a move.
    #[serde(default)]
    done: String,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(code): Path<String>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let store = &state.desk().store;
    let tank = store.tank(&code).await?;
    let uses = store.rack_uses(&code).await?;
    let open = match wishes.rack.is_empty() {
        true => uses.first().map_or((1, 1), |first| (first.sector, first.rack)),
        false => rack_of(&wishes.rack)?,
    };
    let chosen = place_of(&wishes.place);
    let probe = |(level, slot)| Position { tank: code.clone(), sector: open.0, rack: open.1, level, slot };
    if !tank.has(&probe(chosen.unwrap_or((1, 1)))) {
        let sentence = format!("Tank {code} has no such rack or place: choose one in its picture.");
        return Err(Failure::new(Kind::NotFound, "place_unknown", sentence).with("tank", code));
    }
    let content = store.tank_content(&code, Some(open)).await?;
    let occupancy = store.storage(Timestamp::now()).await?;
    let days = occupancy.iter().find(|one| one.tank.code == code).and_then(|one| one.days_to_full);
    let used: i64 = uses.iter().map(|one| one.used).sum();
    let (probes, alarms) = watch::of_tank(&tank, &state, &reader).await?;
    let w = reader.lang.words();
    let may_move = reader.visitor.may(Permission::StorageMove);
    let place = chosen.map(probe);
    let there = |position: &Position| content.iter().find(|one| one.position == *position);
    let form = place.as_ref().filter(|_| may_move).map(|place| prefilled(place, there(place)).with_kinds(w));
    render(&TankPage {
        context: context(&tank, (used, days), w),
        is_armed: tank.is_armed,
        side: ring::SIDE,
        racks: ring::racks(&tank, &uses, open),
        sectors: ring::sector_names(&tank, &[]),
        rack_capacity: tank.rack_capacity(),
        rack: Position::rack_code(open.0, open.1),
        rack_context: place_counts(content.len() as i64, tank.rack_capacity(), w),
        before: beside(&tank, open, -1),
        after: beside(&tank, open, 1),
        slots: (1..=tank.slots).map(|slot| format!("P{slot}")).collect(),
        levels: grid::levels(&tank, open, &content, chosen, w),
        place: place.as_ref().map(|place| place_view(place, there(place), &state, w)),
        form,
        done: Some(wishes.done)
            .filter(|done| !done.is_empty())
            .and_then(|done| w.find(&format!("storage-page-done-{done}"), &[])),
        probes,
        alarms,
        room: tank.room.clone(),
        code,
        frame: Frame::new(&reader),
    })
}

fn context(tank: &Tank, (used, days): (i64, Option<i64>), w: &Words) -> Vec<String> {
    let days = match days {
        Some(days) => w.t1("storage-days-to-full", "days", days as f64),
        None => w.t("storage-does-not-fill"),
    };
    let mut context = vec![class_word(tank, w), place_counts(used, tank.capacity(), w), days];
    if tank.is_closed {
        context.push(w.t("tank-closed"));
    }
    context
}

/// `L12-P3` as level and slot.
fn place_of(text: &str) -> Option<(i64, i64)> {
    let (level, slot) = text.split_once('-')?;
    Some((level.strip_prefix('L')?.parse().ok()?, slot.strip_prefix('P')?.parse().ok()?))
}

/// The address of the rack before or after, around the ring.
fn beside(tank: &Tank, (sector, rack): (i64, i64), step: i64) -> String {
    let place = (sector - 1) * tank.racks + (rack - 1);
    let next = (place + step).rem_euclid(tank.sectors * tank.racks);
    let code = Position::rack_code(next / tank.racks + 1, next % tank.racks + 1);
    format!("/storage/tanks/{}?rack={code}#rack", tank.code)
}

/// The next scan is known: into a free place, or out of a full one.
fn prefilled(place: &Position, there: Option<&SlotView>) -> MoveForm {
    match there {
        Some(one) => MoveForm {
            from: place.to_string(),
            number: one.stored.written(),
            kind: one.stored.kind.code().to_owned(),
            ..MoveForm::default()
        },
        None => MoveForm { to: place.to_string(), ..MoveForm::default() },
    }
}

fn place_view(place: &Position, there: Option<&SlotView>, state: &AppState, w: &Words) -> PlaceView {
    let content = there.map(|one| ContentView {
        number: one.stored.written(),
        badge: one.status.map(|status| Badge::of_status(status, w)),
        kind: w.t(&format!("stored-kind-{}", one.stored.kind.code())),
        address: grid::page_of(one),
        since: shown::minute(one.placed_at, &state.desk().zone),
        is_misplaced: one.is_misplaced,
    });
    PlaceView { code: place.to_string(), content }
}

/// The page of a tank.
pub(crate) fn address_of(code: &str) -> String {
    format!("/storage/tanks/{}", shown::escaped(code))
}
