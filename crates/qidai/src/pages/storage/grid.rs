//! A rack from the front: levels from the top, slots from the left, as it hangs in the tank.

use qidai_bank::{Position, SlotView, Status, StoredKind, Tank};

use super::position_address;
use crate::pages::badge::Badge;
use crate::pages::shown;
use crate::words::Words;

/// One level with its slots.
pub(super) struct LevelRow {
    pub(super) name: String,
    pub(super) slots: Vec<SlotCell>,
}

/// One slot.
pub(super) struct SlotCell {
    pub(super) address: String,
    /// `empty`, or the family of the badge of what stands there.
    pub(super) family: &'static str,
    /// What stands there, in words.
    pub(super) title: String,
    pub(super) is_chosen: bool,
}

/// The levels of a rack, the highest first.
pub(super) fn levels(
    tank: &Tank,
    (sector, rack): (i64, i64),
    content: &[SlotView],
    chosen: Option<(i64, i64)>,
    w: &Words,
) -> Vec<LevelRow> {
    let row = |level: i64| LevelRow {
        name: format!("L{level:02}"),
        slots: (1..=tank.slots)
            .map(|slot| {
                let position = Position { tank: tank.code.clone(), sector, rack, level, slot };
                let there = content.iter().find(|one| one.position == position);
                SlotCell {
                    address: format!("{}#place", position_address(&position)),
                    family: there.map_or("empty", family),
                    title: format!(
                        "{position}: {}",
                        there.map_or_else(|| w.t("storage-free"), |one| said(one, w))
                    ),
                    is_chosen: chosen == Some((level, slot)),
                }
            })
            .collect(),
    };
    (1..=tank.levels).rev().map(row).collect()
}

/// What stands in a place, in words.
pub(super) fn said(slot: &SlotView, w: &Words) -> String {
    let state = match slot.status {
        Some(status) => Badge::of_status(status, w).word,
        None => w.t(&format!("stored-kind-{}", slot.stored.kind.code())),
    };
    let mut text = format!("{} · {state}", slot.stored.written());
    if slot.is_misplaced {
        text.push_str(" · ");
        text.push_str(&w.t("storage-misplaced"));
    }
    text
}

fn family(slot: &SlotView) -> &'static str {
    match (slot.is_misplaced, slot.status) {
        (true, _) => "stop",
        (false, Some(status)) => status_family(status),
        (false, None) => "done",
    }
}

fn status_family(status: Status) -> &'static str {
    Badge::of_status(status, crate::words::Lang::En.words()).family
}

/// The page of what stands in a place; other things than units have none.
pub(super) fn page_of(slot: &SlotView) -> Option<String> {
    (slot.stored.kind == StoredKind::Unit).then(|| shown::unit_address(&slot.stored.identity))
}
