//! What became of a search: which units are new, changed or gone, between two states of a bank.
//!
//! Only what was touched between the two states is looked at, before and now; who was not touched answers as before. A unit counts when it passes
//! every rule, listed among the first or not.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::asked::Asked;
use super::{Catalogue, SearchAnswer, UnitHit};
use crate::words::Lang;

/// The differences between two answers.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub(crate) struct Repeated {
    /// They answer now and did not before; best first.
    pub(crate) new: Vec<UnitHit>,
    /// They answer as before, but something about them is another.
    pub(crate) changed: Vec<ChangedHit>,
    /// They answered before and do not now.
    pub(crate) gone: Vec<UnitHit>,
}

/// A unit of which something changed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct ChangedHit {
    /// The fields of the unit that are others.
    pub(crate) fields: Vec<String>,
    pub(crate) before: UnitHit,
    pub(crate) now: UnitHit,
}

/// Which unit of which list.
type Key = (Option<String>, String);

/// A rank says where a unit stood among others, reasons follow from the other fields.
const LEFT_OUT: [&str; 2] = ["rank", "reasons"];

impl Repeated {
    /// Asks both states.
    pub(crate) fn between(before: &Catalogue, now: &Catalogue, asked: &Asked) -> Repeated {
        let [before, now] = [before, now].map(|state| state.all_that_pass(asked));
        Repeated::of(before, now)
    }

    /// Lays two complete lists side by side.
    pub(crate) fn of(before: Vec<UnitHit>, now: Vec<UnitHit>) -> Repeated {
        let mut before: BTreeMap<Key, UnitHit> = before.into_iter().map(|unit| (key(&unit), unit)).collect();
        let mut repeated = Repeated::default();
        for unit in now {
            match before.remove(&key(&unit)) {
                None => repeated.new.push(unit),
                Some(old) => {
                    let fields = differing(&fields(&old), &fields(&unit));
                    if !fields.is_empty() {
                        repeated.changed.push(ChangedHit { fields, before: old, now: unit });
                    }
                }
            }
        }
        repeated.gone = before.into_values().collect();
        repeated.gone.sort_by_key(|unit| unit.rank);
        repeated
    }

    /// True when nothing differs.
    pub(crate) fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }

    /// The same with reasons in another language.
    pub(crate) fn told_in(mut self, lang: Lang) -> Repeated {
        let changed = self.changed.iter_mut().flat_map(|one| [&mut one.before, &mut one.now]);
        let all = self.new.iter_mut().chain(changed).chain(&mut self.gone);
        all.flat_map(|unit| &mut unit.reasons).for_each(|reason| reason.lang = lang);
        self
    }
}

impl Catalogue {
    /// Everybody who passes, best first.
    fn all_that_pass(&self, asked: &Asked) -> Vec<UnitHit> {
        let answer = self.found_by(asked, &asked.without_limit());
        self.dressed(&answer.hits, asked)
    }
}

fn key(unit: &UnitHit) -> Key {
    (unit.list.clone(), unit.din.clone())
}

fn fields(unit: &UnitHit) -> Map<String, Value> {
    match serde_json::to_value(unit) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Names of the fields that differ.
pub(crate) fn differing(before: &Map<String, Value>, now: &Map<String, Value>) -> Vec<String> {
    let is_same =
        |name: &str| before.get(name).zip(now.get(name)).is_some_and(|(one, other)| same(one, other));
    let is_other = |name: &&String| !LEFT_OUT.contains(&name.as_str()) && !is_same(name);
    now.keys().filter(is_other).cloned().collect()
}

/// A number that was written as text and read again may be another in its last digit.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let both = one.as_f64().zip(other.as_f64());
            one == other || both.is_some_and(|(one, other)| (one - other).abs() <= 1e-12 * one.abs().max(1.0))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        _ => one == other,
    }
}

/// Units of a kept answer beside those of a new one, by their fields: for answers of another release, of which only the text is left.
pub(crate) fn compared_with_text(kept: &[Value], now: &SearchAnswer) -> [Vec<String>; 3] {
    let id = |unit: &Map<String, Value>| {
        let text = |name: &str| unit.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        (text("list"), text("din"))
    };
    let mut before: BTreeMap<_, _> =
        kept.iter().filter_map(Value::as_object).map(|unit| (id(unit), unit.clone())).collect();
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for unit in &now.units {
        let unit = fields(unit);
        match before.remove(&id(&unit)) {
            None => new.push(id(&unit).1),
            Some(old) => {
                let names = differing(&old, &unit);
                if !names.is_empty() {
                    changed.push(format!("{} ({})", id(&unit).1, names.join(", ")));
                }
            }
        }
    }
    [new, changed, before.into_keys().map(|(_, din)| din).collect()]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_that_differ_are_named_and_last_digits_are_not() {
        let map = |value: Value| value.as_object().unwrap().clone();
        let before = map(json!({"rank": 1, "din": "U1", "p": [0.1, 0.2], "tnc_total": 1.0e9, "nima": []}));
        let now = map(
            json!({"rank": 7, "din": "U1", "p": [0.1, 0.200_000_000_000_000_03], "tnc_total": 1.1e9, "nima": []}),
        );
        assert_eq!(differing(&before, &now), ["tnc_total"]);
        assert!(differing(&before, &before).is_empty());
        assert_eq!(differing(&map(json!({})), &map(json!({"abo": null}))), ["abo"]);
    }
}
