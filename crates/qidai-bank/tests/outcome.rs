//! Curves against what another program says, and against properties that hold for every curve.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

use qidai_bank::outcome::{Estimate, cumulative_incidence, median_days, survival};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

/// A row: name of the data, kind of curve, data, expected points, source.
fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    let lines = include_str!("cases/outcome.tsv").lines();
    lines.filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        assert_eq!(cells.len(), 5, "row: {line}");
        cells
    })
}

/// `6x 6x 6+`: an event on day 6, twice, and somebody not seen after it; `o` is the competing event.
fn data(text: &str) -> Vec<(u32, char)> {
    text.split(' ')
        .map(|one| {
            let (day, kind) = one.split_at(one.len() - 1);
            (day.parse().expect("a day"), kind.chars().next().expect("a kind"))
        })
        .collect()
}

/// Day, value, band.
type Point = (u32, f64, Option<(f64, f64)>);

/// `6:0.8571/0.6197-0.9516`, or without a band.
fn expected(text: &str) -> Vec<Point> {
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let point = |one: &str| {
        let (day, rest) = one.split_once(':').expect("a colon");
        let (value, band) = rest.split_once('/').expect("a slash");
        let band = (band != "none").then(|| band.split_once('-').expect("a band"));
        (day.parse().expect("a day"), number(value), band.map(|(low, high)| (number(low), number(high))))
    };
    text.split(' ').map(point).collect()
}

fn assert_near(name: &str, found: &[(u32, Estimate)], wanted: &[Point]) {
    assert_eq!(found.len(), wanted.len(), "{name}: {found:?}");
    let near = |one: f64, other: f64| (one - other).abs() < 6e-5;
    for ((day, estimate), (wanted_day, value, band)) in found.iter().zip(wanted) {
        assert_eq!(day, wanted_day, "{name}");
        assert!(near(estimate.value, *value), "{name}, day {day}: {estimate:?}, expected {value}");
        match (estimate.band, band) {
            (Some((low, high)), Some((wanted_low, wanted_high))) => {
                let is_near = near(low, *wanted_low) && near(high, *wanted_high);
                assert!(is_near, "{name}, day {day}: {low}-{high}, expected {wanted_low}-{wanted_high}");
            }
            (found, wanted) => assert_eq!(found.is_some(), wanted.is_some(), "{name}, day {day}: {found:?}"),
        }
    }
}

#[test]
fn curves_are_those_of_another_program() {
    for row in rows() {
        let [name, kind, written, points, _] = row[..] else { panic!("five cells") };
        let found: Vec<(u32, Estimate)> = match kind {
            "survival" => {
                let patients: Vec<_> = data(written).iter().map(|(day, kind)| (*day, *kind == 'x')).collect();
                survival(&patients).iter().map(|point| (point.day, point.survival)).collect()
            }
            "incidence" => {
                let event = |kind: char| match kind {
                    'x' => Some(true),
                    'o' => Some(false),
                    _ => None,
                };
                let patients: Vec<_> = data(written).iter().map(|(day, kind)| (*day, event(*kind))).collect();
                cumulative_incidence(&patients).iter().map(|point| (point.day, point.incidence)).collect()
            }
            other => panic!("no curve is a '{other}'"),
        };
        assert_near(name, &found, &expected(points));
    }
}

#[test]
fn half_are_dead_on_the_median_day() {
    let curve = survival(&[(1, true), (2, true), (3, true), (4, true)]);
    assert_eq!(median_days(&curve), Some(2));
    assert_eq!(median_days(&survival(&[(1, true), (2, false), (3, false)])), None);
    assert!(survival(&[]).is_empty() && cumulative_incidence(&[]).is_empty());
}

/// Without anybody lost, survival is the share of the living, and the incidence the share of those who had the event.
#[test]
fn with_everybody_seen_to_the_end_curves_are_shares() {
    let seed = std::env::var("QIDAI_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_240_611);
    eprintln!("seed {seed}");
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for _ in 0..300 {
        let count = random.random_range(1..60_usize);
        let days: Vec<(u32, bool)> =
            (0..count).map(|_| (random.random_range(0..40), random.random_range(0..3) > 0)).collect();
        let everybody: Vec<(u32, bool)> = days.iter().map(|(day, _)| (*day, true)).collect();
        for point in survival(&everybody) {
            let alive = everybody.iter().filter(|(day, _)| *day > point.day).count();
            assert!((point.survival.value - alive as f64 / count as f64).abs() < 1e-9, "{everybody:?}");
        }
        let competing: Vec<_> = days.iter().map(|(day, is_event)| (*day, Some(*is_event))).collect();
        for point in cumulative_incidence(&competing) {
            let had = days.iter().filter(|(day, is_event)| *is_event && *day <= point.day).count();
            assert!((point.incidence.value - had as f64 / count as f64).abs() < 1e-9, "{days:?}");
            let is_inside =
                |(low, high): (f64, f64)| low <= point.incidence.value && point.incidence.value <= high;
            assert!(point.incidence.band.is_none_or(is_inside), "{point:?}");
        }
    }
}
