//! The conditions of a list of records, with their parameters.

use sea_orm::Value;

use crate::workflow::{Concept, FieldKind};
use crate::{Principal, RecordFilter, RecordOrder};

/// Characters of a value that its index knows.
const INDEXED: usize = 64;
/// Escapes `%` and `_` of a pattern.
const ESCAPE: char = '\\';

/// Conditions joined by AND.
#[derive(Default)]
pub(super) struct Conditions {
    texts: Vec<String>,
    pub(super) values: Vec<Value>,
}

impl Conditions {
    fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn places<'v>(&mut self, values: impl Iterator<Item = &'v str>) -> String {
        let places: Vec<String> = values.map(|value| self.place(value)).collect();
        places.join(", ")
    }

    /// Records of a concept that somebody may see and that are asked for.
    pub(super) fn of(concept: &Concept, filter: &RecordFilter, principal: &Principal) -> Self {
        let mut all = Self::default();
        let place = all.place(concept.code);
        all.texts.push(format!("r.concept = {place}"));
        if let Some(sites) = principal.sites_with(&concept.view) {
            let places = all.places(sites.into_iter());
            let own = if places.is_empty() { String::new() } else { format!(" OR r.site IN ({places})") };
            all.texts.push(format!("(r.site IS NULL{own})"));
        }
        if !filter.states.is_empty() {
            let places = all.places(filter.states.iter().map(String::as_str));
            all.texts.push(format!("r.state IN ({places})"));
        }
        if let Some(site) = &filter.site {
            let place = all.place(site.as_str());
            all.texts.push(format!("r.site = {place}"));
        }
        for (field, value) in &filter.fields {
            all.field_is(concept, field, value);
        }
        if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            all.text(concept, text);
        }
        all
    }

    fn field_is(&mut self, concept: &Concept, field: &str, value: &str) {
        let (of, name, value) = (self.place(concept.code), self.place(field), self.place(value));
        self.texts.push(format!(
            "r.record_id IN (SELECT f.record_id FROM record_field f WHERE f.concept = {of} AND f.field = {name} \
             AND SUBSTR(f.value, 1, {INDEXED}) = SUBSTR({value}, 1, {INDEXED}) AND f.value = {value})"
        ));
    }

    fn text(&mut self, concept: &Concept, text: &str) {
        let escaped: String = text
            .to_lowercase()
            .chars()
            .flat_map(|c| matches!(c, '%' | '_' | ESCAPE).then_some(ESCAPE).into_iter().chain([c]))
            .collect();
        let pattern = self.place(format!("%{escaped}%"));
        let searched: Vec<&str> =
            concept.fields.iter().filter(|field| field.is_searched).map(|field| field.code).collect();
        let number = format!("LOWER(r.number) LIKE {pattern} ESCAPE '{ESCAPE}'");
        if searched.is_empty() {
            self.texts.push(number);
            return;
        }
        let of = self.place(concept.code);
        let places = self.places(searched.into_iter());
        self.texts.push(format!(
            "({number} OR r.record_id IN (SELECT f.record_id FROM record_field f WHERE f.concept = {of} \
             AND f.field IN ({places}) AND LOWER(f.value) LIKE {pattern} ESCAPE '{ESCAPE}'))"
        ));
    }

    /// Records after a cursor, in the order of `sort`.
    pub(super) fn after(&mut self, sort: &Sort, cursor: Option<&str>) {
        let Some((serial, value)) = cursor.and_then(|cursor| cursor.split_once('~')) else { return };
        let Ok(serial) = serial.parse::<i64>() else { return };
        let sign = if sort.descending { "<" } else { ">" };
        let own = match sort.is_number {
            Some(true) => match value.parse::<i64>() {
                Ok(number) => self.place(number),
                Err(_) => return,
            },
            Some(false) => self.place(value),
            None => {
                let serial = self.place(serial);
                self.texts.push(format!("r.serial {sign} {serial}"));
                return;
            }
        };
        let (key, serial) = (&sort.key, self.place(serial));
        self.texts.push(format!("({key}, r.serial) {sign} ({own}, {serial})"));
    }

    pub(super) fn clause(&self) -> String {
        format!("WHERE {}", self.texts.join(" AND "))
    }
}

/// The key by which a list is ordered; records with the same key stand in the order of their numbers.
pub(super) struct Sort {
    pub(super) join: String,
    pub(super) key: String,
    /// Is the key a number or a text? `None`: it is the number of the record alone.
    pub(super) is_number: Option<bool>,
    pub(super) descending: bool,
}

impl Sort {
    pub(super) fn of(concept: &Concept, filter: &RecordFilter) -> Self {
        let sort = |join: String, key: &str, is_number| Self {
            join,
            key: key.to_owned(),
            is_number,
            descending: filter.descending,
        };
        match &filter.order {
            RecordOrder::Number => sort(String::new(), "r.serial", None),
            RecordOrder::Changed => sort(String::new(), "r.changed_at_us", Some(true)),
            RecordOrder::Field(code) => match concept.open_fields().find(|field| field.code == code) {
                None => sort(String::new(), "r.serial", None),
                Some(field) => {
                    // The code of a declared field: small letters, digits and _.
                    let join = format!(
                        "LEFT JOIN record_field s ON s.record_id = r.record_id AND s.field = '{}'",
                        field.code
                    );
                    match field.kind {
                        FieldKind::Number => {
                            let least = i64::MIN + 1;
                            let key = format!("COALESCE(CAST(s.value AS BIGINT), {least})");
                            sort(join, &key, Some(true))
                        }
                        _ => sort(join, "COALESCE(s.value, '')", Some(false)),
                    }
                }
            },
        }
    }

    pub(super) fn order(&self) -> String {
        let word = if self.descending { " DESC" } else { "" };
        match self.is_number {
            None => format!("ORDER BY r.serial{word}"),
            Some(_) => format!("ORDER BY {}{word}, r.serial{word}", self.key),
        }
    }
}
