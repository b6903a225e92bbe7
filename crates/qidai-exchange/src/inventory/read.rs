//! A file as others, or we, wrote it.

use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::check::RecordProblem;
use super::{Content, Inventory, Record, UpdateMode};

/// Records of one file; a larger one is refused before it fills the memory.
const RECORDS_MAX: usize = 5_000_000;

/// Reads a file; its records are not yet checked. An empty file of changes has no inventory in it and is read as one.
///
/// # Errors
/// It is no such file: not XML, another root, attributes that say nothing.
pub fn read_inventory(text: &str) -> Result<Inventory, RecordProblem> {
    let mut reader = Reader::from_str(text);
    let mut state = Reading::default();
    loop {
        let event = reader.read_event().map_err(|error| {
            let place = format!("byte {}: {error}", reader.error_position());
            unreadable(&place)
        })?;
        match event {
            Event::Eof => break,
            // An entity of one's own could make a small file a large one.
            Event::DocType(_) => return Err(unreadable("a document type")),
            Event::Start(start) => state.begin(&start)?,
            Event::Empty(start) => {
                state.begin(&start)?;
                state.end()?;
            }
            Event::Text(text) => {
                if state.open.is_empty() && !text.trim_ascii().is_empty() {
                    return Err(unreadable("text outside of any element"));
                }
                state.text.push_str(&text.decode().map_err(|error| unreadable(&error.to_string()))?);
            }
            Event::GeneralRef(entity) => state.text.push_str(&meant(&entity)?),
            Event::CData(data) => {
                state.text.push_str(&data.decode().map_err(|error| unreadable(&error.to_string()))?);
            }
            Event::End(_) => state.end()?,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    state.finish()
}

fn unreadable(found: &str) -> RecordProblem {
    RecordProblem::new(
        "",
        "XML",
        found,
        "inventory_unreadable",
        "an inventory file: INVENTORIES with INVENTORY in it",
    )
}

/// A character by its number, or one of the five names of XML.
fn meant(entity: &quick_xml::events::BytesRef<'_>) -> Result<String, RecordProblem> {
    let known = entity.resolve_char_ref().map_err(|error| unreadable(&error.to_string()))?;
    if let Some(character) = known {
        return Ok(character.to_string());
    }
    let name = entity.decode().map_err(|error| unreadable(&error.to_string()))?;
    let plain = quick_xml::escape::resolve_predefined_entity(&name);
    plain.map(str::to_owned).ok_or_else(|| unreadable(&format!("the entity {name}")))
}

#[derive(Default)]
struct Reading {
    open: Vec<String>,
    text: String,
    made_at: Option<Timestamp>,
    inventory: Option<Inventory>,
    record: Record,
}

impl Reading {
    fn begin(&mut self, start: &BytesStart<'_>) -> Result<(), RecordProblem> {
        let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        match (self.open.len(), name.as_str()) {
            (0, "INVENTORIES") => self.made_at = self.time(start, "CREATION_TIME")?,
            (0, _) => return Err(unreadable(&format!("the element {name}"))),
            (1, "INVENTORY") if self.inventory.is_none() => self.inventory = Some(self.head(start)?),
            (1, _) => return Err(unreadable(&format!("a second inventory, or the element {name}"))),
            (2, _) => {
                let is_one = self.inventory.as_ref().is_some_and(|known| known.content.element() == name);
                if !is_one {
                    return Err(unreadable(&format!("the element {name} does not agree with CONTENT_TYPE")));
                }
                self.record = Record::default();
            }
            _ => {}
        }
        self.text.clear();
        self.open.push(name);
        if self.open.len() > 12 { Err(unreadable("elements too deep in one another")) } else { Ok(()) }
    }

    fn end(&mut self) -> Result<(), RecordProblem> {
        let path = self.open.get(3..).unwrap_or_default().join("/");
        if self.open.len() > 3 && !self.text.trim().is_empty() {
            self.record.set(path, self.text.trim());
        }
        if self.open.len() == 3
            && let Some(inventory) = &mut self.inventory
        {
            inventory.records.push(std::mem::take(&mut self.record));
            if inventory.records.len() > RECORDS_MAX {
                return Err(unreadable("more records than any registry has"));
            }
        }
        self.text.clear();
        self.open.pop();
        Ok(())
    }

    fn head(&self, start: &BytesStart<'_>) -> Result<Inventory, RecordProblem> {
        let needed = |name: &str| attribute(start, name)?.ok_or_else(|| missing(name));
        let content = needed("CONTENT_TYPE")?;
        let mode = needed("UPDATE_MODE")?;
        Ok(Inventory {
            listing_organization: needed("LISTING_ORGANIZATION")?,
            pool: needed("POOL")?,
            content: Content::parse(&content).ok_or_else(|| wrong("CONTENT_TYPE", &content, "D or C"))?,
            mode: UpdateMode::parse(&mode).ok_or_else(|| wrong("UPDATE_MODE", &mode, "FULL or DIFF"))?,
            made_at: self.made_at.unwrap_or_default(),
            snapshot_at: self.time(start, "SNAPSHOT_TIME")?,
            records: Vec::new(),
        })
    }

    fn time(&self, start: &BytesStart<'_>, name: &'static str) -> Result<Option<Timestamp>, RecordProblem> {
        let Some(text) = attribute(start, name)? else { return Ok(None) };
        let parsed =
            text.parse().map_err(|_| wrong(name, &text, "a time of UTC such as 2026-11-24T08:00:00Z"))?;
        Ok(Some(parsed))
    }

    fn finish(self) -> Result<Inventory, RecordProblem> {
        let made_at = self.made_at.ok_or_else(|| missing("CREATION_TIME"))?;
        if !self.open.is_empty() {
            return Err(unreadable("the file ends before its end"));
        }
        Ok(self.inventory.unwrap_or(Inventory {
            listing_organization: String::new(),
            pool: String::new(),
            content: Content::CordUnits,
            mode: UpdateMode::Diff,
            made_at,
            snapshot_at: None,
            records: Vec::new(),
        }))
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, RecordProblem> {
    let found = start.try_get_attribute(name).map_err(|error| unreadable(&error.to_string()))?;
    let Some(found) = found else { return Ok(None) };
    let text = String::from_utf8_lossy(&found.value).into_owned();
    Ok(Some(text))
}

fn missing(name: &str) -> RecordProblem {
    RecordProblem::new("", name, "", "inventory_field_missing", "a value")
}

fn wrong(name: &str, found: &str, expected: &str) -> RecordProblem {
    RecordProblem::new("", name, found, "inventory_value_wrong", expected)
}
