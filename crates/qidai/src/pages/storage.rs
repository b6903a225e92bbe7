//! The cryostorage: all tanks, and the move that was scanned.

mod chart;
mod grid;
mod ring;
pub(crate) mod runs;
pub(crate) mod tank;
pub(crate) mod watch;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use qidai_bank::{Occupancy, Permission, Position, StorageMove, StoredKind, Tank};
use serde::Deserialize;

use super::records::late;
use super::{Frame, Reader, render, shown};
use crate::app::AppState;
use crate::error::Failure;
use crate::storage::{kind_of, scanned, stored_of};
use crate::words::Words;

#[derive(Template)]
#[template(path = "storage.html")]
struct StoragePage {
    frame: Frame,
    rooms: Vec<RoomView>,
    tanks: i64,
    used: String,
    capacity: String,
    alarms: i64,
    form: Option<MoveForm>,
    refused: Option<(String, &'static str)>,
}

struct RoomView {
    name: String,
    code: String,
    context: String,
    tanks: Vec<TankView>,
}

/// A tank among all.
struct TankView {
    code: String,
    address: String,
    used: String,
    /// 0 to 4.
    level: usize,
    class: String,
    has_alarm: bool,
    /// The whole of it in words.
    title: String,
}

/// What is scanned for a move, as it was typed.
#[derive(Default, Clone, Deserialize)]
pub(crate) struct MoveForm {
    #[serde(default)]
    from: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    to: String,
    /// When it was done, where it is entered later.
    #[serde(default)]
    done_at: String,
    #[serde(default)]
    reason: String,
    #[serde(skip)]
    kinds: Vec<(&'static str, String)>,
}

#[derive(Deserialize)]
pub(crate) struct Wishes {
    #[serde(default)]
    from: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    to: String,
}

/// The page of a place: its tank, with the rack open and the place chosen.
pub(crate) fn position_address(position: &Position) -> String {
    let rack = Position::rack_code(position.sector, position.rack);
    format!("/storage/tanks/{}?rack={rack}&place=L{}-P{}", position.tank, position.level, position.slot)
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Query(wishes): Query<Wishes>,
) -> Result<Response, Failure> {
    let form = MoveForm { from: wishes.from, number: wishes.number, to: wishes.to, ..MoveForm::default() };
    page(&state, &reader, form, None).await
}

/// Makes the move that was scanned and shows the place.
pub(crate) async fn go(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Form(form): Form<MoveForm>,
) -> Result<Response, Failure> {
    match moved(&state, &reader, &form).await {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(failure) if failure.is_refusal() => {
            let said = (failure.sentence(reader.lang), failure.code());
            let page =
                page(&state, &Reader { address: "/storage?".to_owned(), ..reader }, form, Some(said)).await?;
            Ok(failure.on_page(page))
        }
        Err(failure) => Err(failure),
    }
}

async fn moved(state: &AppState, reader: &Reader, form: &MoveForm) -> Result<String, Failure> {
    let desk = state.desk();
    let stored = stored_of(&desk.store, kind_of(&form.kind)?, &form.number).await?;
    let (from, to) = (scanned(&form.from)?, scanned(&form.to)?);
    let done_at = late::moment(&form.done_at, &desk.zone)?;
    let asked = StorageMove { stored: &stored, from: from.as_ref(), to: to.as_ref(), done_at };
    let (acting, reason) = (desk.acting(reader.visitor.principal()?), form.reason.trim());
    let acting = if reason.is_empty() { acting } else { acting.because(reason) };
    let moved = desk.store.move_stored(&asked, &acting).await?;
    let place = moved.to.as_ref().or(moved.from.as_ref());
    let address = place.map_or_else(|| "/storage?".to_owned(), position_address);
    Ok(format!("{address}&done={}", moved.kind))
}

async fn page(
    state: &AppState,
    reader: &Reader,
    form: MoveForm,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let (store, w) = (&state.desk().store, reader.lang.words());
    let all = store.storage(Timestamp::now()).await?;
    let rooms = store.rooms().await?;
    let rooms = rooms.into_iter().map(|room| {
        let tanks = all.iter().filter(|one| one.tank.room == room.code);
        let (used, capacity) = sums(tanks.clone());
        RoomView {
            context: place_counts(used, capacity, w),
            tanks: tanks.map(|one| tank_view(one, w)).collect(),
            name: room.name,
            code: room.code,
        }
    });
    let (used, capacity) = sums(all.iter());
    render(&StoragePage {
        rooms: rooms.collect(),
        tanks: i64::try_from(all.len()).unwrap_or(i64::MAX),
        used: shown::count(used),
        capacity: shown::count(capacity),
        alarms: all.iter().map(|one| one.alarms).sum(),
        form: reader.visitor.may(Permission::StorageMove).then(|| form.with_kinds(w)),
        refused,
        frame: Frame::new(reader),
    })
}

impl MoveForm {
    fn with_kinds(self, w: &Words) -> MoveForm {
        let kinds = StoredKind::ALL.map(|kind| (kind.code(), w.t(&format!("stored-kind-{}", kind.code()))));
        MoveForm { kinds: kinds.into(), ..self }
    }
}

fn sums<'a>(tanks: impl Iterator<Item = &'a Occupancy>) -> (i64, i64) {
    tanks.fold((0, 0), |(used, capacity), one| (used + one.used, capacity + one.tank.capacity()))
}

fn place_counts(used: i64, capacity: i64, w: &Words) -> String {
    w.say("storage-places", &[("used", (used as f64).into()), ("capacity", (capacity as f64).into())])
}

/// What a tank is for, in words.
fn class_word(tank: &Tank, w: &Words) -> String {
    w.t(&format!("tank-class-{}", tank.class.code()))
}

fn tank_view(one: &Occupancy, w: &Words) -> TankView {
    let class = class_word(&one.tank, w);
    let days = match one.days_to_full {
        Some(days) => w.t1("storage-days-to-full", "days", days as f64),
        None => w.t("storage-does-not-fill"),
    };
    let places = place_counts(one.used, one.tank.capacity(), w);
    TankView {
        title: [one.tank.code.clone(), class.clone(), places, days].join(&w.t("list-separator")),
        address: format!("/storage/tanks/{}", one.tank.code),
        code: one.tank.code.clone(),
        used: shown::count(one.used),
        level: level_of(one.used, one.tank.capacity()),
        has_alarm: one.alarms > 0,
        class,
    }
}

/// The shade of a part: 0 empty, 1 to 4 by thirds, the last from 14 of 15 on.
fn level_of(used: i64, capacity: i64) -> usize {
    match (used, capacity) {
        (..=0, _) => 0,
        (used, capacity) if used * 3 < capacity => 1,
        (used, capacity) if used * 3 < capacity * 2 => 2,
        (used, capacity) if used * 15 < capacity * 14 => 3,
        _ => 4,
    }
}
