//! Values of rows, as the history writes them and as the databases give them out: both are JSON.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::store::table;

/// A value that may borrow from the text it was read from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Unknown,
    Int(i64),
    Flag(bool),
    Text(Cow<'a, str>),
    /// A number that no column of ours holds.
    Strange(String),
}

impl Value<'_> {
    /// As a person reads it; `None` for what is not known.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::Int(number) => Some(number.to_string()),
            Self::Flag(flag) => Some(flag.to_string()),
            Self::Text(text) => Some(text.to_string()),
            Self::Strange(text) => Some(text.clone()),
        }
    }

    pub(super) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Unknown => Value::Unknown,
            Self::Int(number) => Value::Int(number),
            Self::Flag(flag) => Value::Flag(flag),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Strange(text) => Value::Strange(text),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor(PhantomData))
    }
}

struct ValueVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for ValueVisitor<'a> {
    type Value = Value<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text, true, false or null")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Value::Unknown)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Value::Int(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(number).map_or_else(|_| Value::Strange(number.to_string()), Value::Int))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Value::Strange(number.to_string()))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }
}

/// Columns with their values.
#[derive(Debug)]
pub(super) struct Columns<'a>(pub(super) Vec<(Cow<'a, str>, Value<'a>)>);

/// A name that may borrow.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Columns<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ColumnsVisitor(PhantomData))
    }
}

struct ColumnsVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for ColumnsVisitor<'a> {
    type Value = Columns<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("columns with their values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut columns = Vec::with_capacity(24);
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, Value<'de>>()? {
            columns.push((name, value));
        }
        Ok(Columns(columns))
    }
}

/// One change of one row.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) table: Cow<'a, str>,
    pub(super) key: Vec<Value<'a>>,
    pub(super) old: Option<Columns<'a>>,
    pub(super) new: Option<Columns<'a>>,
}

/// A change as [`crate::store::event::Recorded`] or [`crate::store::event_rows`] wrote it.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    table: Cow<'a, str>,
    #[serde(borrow, default)]
    key: Vec<Value<'a>>,
    #[serde(borrow, default)]
    old: Option<Columns<'a>>,
    #[serde(borrow, default)]
    new: Option<Columns<'a>>,
    #[serde(borrow, default)]
    same: Option<Columns<'a>>,
    #[serde(borrow, default)]
    columns: Vec<Name<'a>>,
    #[serde(borrow, default)]
    rows: Option<Vec<Vec<Value<'a>>>>,
}

/// The changes of an event, one for each row.
pub(super) fn changes_of(text: &[u8]) -> Result<Vec<Change<'_>>, serde_json::Error> {
    // Asked once for all of it: read from bytes, each text in it would be asked by itself.
    let text = std::str::from_utf8(text).map_err(de::Error::custom)?;
    let written: Vec<Written<'_>> = serde_json::from_str(text)?;
    let mut changes = Vec::with_capacity(written.len());
    for mut one in written {
        let Some(rows) = one.rows.take() else {
            changes.push(Change { table: one.table, key: one.key, old: one.old, new: one.new });
            continue;
        };
        for row in rows {
            changes.push(row_of(&one, row)?);
        }
    }
    Ok(changes)
}

fn row_of<'a>(told: &Written<'a>, row: Vec<Value<'a>>) -> Result<Change<'a>, serde_json::Error> {
    if row.len() != told.columns.len() {
        let reason = format!("a row of {} has {} values", told.table, row.len());
        return Err(de::Error::custom(reason));
    }
    let mut columns = Vec::with_capacity(24);
    columns.extend(told.same.iter().flat_map(|same| same.0.iter().cloned()));
    columns.extend(told.columns.iter().map(|name| name.0.clone()).zip(row));
    let named = |name: &&str| {
        let known = columns.iter().find(|(known, _)| known == name);
        known.map_or(Value::Unknown, |(_, value)| value.clone())
    };
    let key = table::audited(&told.table).map(|(_, table)| table.key).unwrap_or_default();
    let key = key.iter().map(named).collect();
    Ok(Change { table: told.table.clone(), key, old: None, new: Some(Columns(columns)) })
}
