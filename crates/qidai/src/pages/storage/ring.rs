//! A tank from above: sectors around the middle, the racks of each in an inner and an outer row.
//!
//! Drawn as SVG by the server; every rack is a link with its number, so that it is read, clicked and tabbed to.

use std::f64::consts::TAU;

use qidai_bank::{Position, RackUse, Tank};

use super::level_of;

/// Side of the picture.
pub(super) const SIDE: f64 = 420.0;
const MIDDLE: f64 = SIDE / 2.0;
/// Radii of the rows.
const INNER: (f64, f64) = (86.0, 143.0);
const OUTER: (f64, f64) = (145.0, 202.0);
/// Radius of the names of sectors.
const NAMES: f64 = 66.0;
/// The gap between two sectors, of the whole circle.
const GAP: f64 = 0.008;

/// One rack.
pub(super) struct RackShape {
    pub(super) code: String,
    pub(super) address: String,
    pub(super) path: String,
    /// Where its number stands.
    pub(super) x: String,
    pub(super) y: String,
    pub(super) used: i64,
    pub(super) level: usize,
    pub(super) is_open: bool,
}

/// The name of a sector.
pub(super) struct SectorName {
    pub(super) name: String,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) has_alarm: bool,
}

/// The racks of a tank; `open` is the one that is looked into.
pub(super) fn racks(tank: &Tank, uses: &[RackUse], open: (i64, i64)) -> Vec<RackShape> {
    let inside = inner_racks(tank.racks);
    let all = (1..=tank.sectors).flat_map(|sector| (1..=tank.racks).map(move |rack| (sector, rack)));
    let shape = |(sector, rack): (i64, i64)| {
        let (row, at, of) = match rack <= inside {
            true => (INNER, rack - 1, inside),
            false => (OUTER, rack - 1 - inside, tank.racks - inside),
        };
        let (from, to) = span(sector, tank.sectors);
        let step = (to - from) / of as f64;
        let (from, to) = (from + step * at as f64, from + step * (at + 1) as f64);
        let (x, y) = point((row.0 + row.1) / 2.0, (from + to) / 2.0);
        let used = uses.iter().find(|one| (one.sector, one.rack) == (sector, rack)).map_or(0, |one| one.used);
        let code = Position::rack_code(sector, rack);
        RackShape {
            address: format!("/storage/tanks/{}?rack={code}#rack", tank.code),
            code,
            path: wedge(row, from, to),
            x: format!("{x:.1}"),
            y: format!("{:.1}", y + 4.0),
            used,
            level: level_of(used, tank.rack_capacity()),
            is_open: open == (sector, rack),
        }
    };
    all.map(shape).collect()
}

pub(super) fn sector_names(tank: &Tank, alarmed: &[i64]) -> Vec<SectorName> {
    let name = |sector: i64| {
        let (from, to) = span(sector, tank.sectors);
        let (x, y) = point(NAMES, (from + to) / 2.0);
        let (x, y) = (format!("{x:.1}"), format!("{:.1}", y + 4.0));
        SectorName { name: format!("S{sector}"), x, y, has_alarm: alarmed.contains(&sector) }
    };
    (1..=tank.sectors).map(name).collect()
}

/// Racks of the inner row: there is less room.
fn inner_racks(racks: i64) -> i64 {
    if racks < 4 { 0 } else { racks * 3 / 8 }
}

/// Where a sector begins and ends, as parts of the circle from the top, clockwise.
fn span(sector: i64, sectors: i64) -> (f64, f64) {
    let part = 1.0 / sectors as f64;
    let gap = if sectors > 1 { GAP.min(part / 8.0) } else { 0.0 };
    (part * (sector - 1) as f64 + gap, part * sector as f64 - gap)
}

fn point(radius: f64, part: f64) -> (f64, f64) {
    let angle = part * TAU;
    (MIDDLE + radius * angle.sin(), MIDDLE - radius * angle.cos())
}

/// A piece of a ring.
fn wedge((inner, outer): (f64, f64), from: f64, to: f64) -> String {
    // A whole circle has no beginning and no end: it is drawn as nearly one.
    let to = to.min(from + 0.9995);
    let large = u8::from(to - from > 0.5);
    let [(ax, ay), (bx, by)] = [point(outer, from), point(outer, to)];
    let [(cx, cy), (dx, dy)] = [point(inner, to), point(inner, from)];
    format!(
        "M{ax:.1} {ay:.1}A{outer} {outer} 0 {large} 1 {bx:.1} {by:.1}L{cx:.1} {cy:.1}A{inner} {inner} 0 {large} 0 {dx:.1} {dy:.1}Z"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use qidai_bank::{TankClass, TankLimits};

    fn tank(sectors: i64, racks: i64) -> Tank {
        Tank {
            code: "T1".to_owned(),
            room: "R1".to_owned(),
            class: TankClass::Released,
            sectors,
            racks,
            levels: 15,
            slots: 5,
            limits: TankLimits::default(),
            is_armed: false,
            is_closed: false,
        }
    }

    #[test]
    fn every_rack_of_every_size_is_drawn_once_and_inside() {
        for (sectors, racks) in [(6, 8), (1, 1), (1, 12), (4, 3), (12, 20), (200, 200)] {
            let shapes = super::racks(&tank(sectors, racks), &[], (1, 1));
            assert_eq!(shapes.len() as i64, sectors * racks);
            let mut codes: Vec<&str> = shapes.iter().map(|shape| shape.code.as_str()).collect();
            codes.dedup();
            assert_eq!(codes.len(), shapes.len());
            for shape in &shapes {
                let [x, y] = [&shape.x, &shape.y].map(|text| text.parse::<f64>().unwrap());
                assert!((0.0..=SIDE).contains(&x) && (0.0..=SIDE).contains(&y), "{x} {y}");
            }
        }
        let used = [RackUse { sector: 4, rack: 6, used: 71 }];
        let shapes = super::racks(&tank(6, 8), &used, (4, 6));
        let open = shapes.iter().find(|shape| shape.is_open).unwrap();
        assert_eq!((open.code.as_str(), open.used, open.level), ("S4-K06", 71, 4));
    }
}
