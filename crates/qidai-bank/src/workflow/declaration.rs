//! A page of tables becomes a concept.

use super::sheet::{Mistake, Row, Sheet};
use super::{
    Amending, Badge, Choice, Clock, Concept, Condition, DocumentType, Field, FieldKind, Keeps, Label, Length,
    LengthUnit, Mover, Needed, PersonOf, Place, ProfileValue, Reminder, SiteRule, Start, State, Step, Target,
    Then,
};
use crate::{DocumentClass, Meaning, Permission, PersonKind, Role};

/// The sections with their columns. The table before the first heading is about the concept itself.
const SECTIONS: [(&str, &[&str]); 9] = [
    ("", &["property", "value"]),
    ("Fields", &["field", "中文", "English", "kind", "unit", "needed", "marks", "帮助", "help"]),
    ("Choices", &["field", "code", "中文", "English"]),
    ("Documents", &["document", "中文", "English"]),
    ("States", &["state", "中文", "English", "badge", "place", "amending"]),
    ("Moves", &["move", "from", "to", "中文", "English", "by", "when", "needs", "not by"]),
    ("Profile", &["value", "中文", "English", "is", "unit", "source"]),
    ("Clocks", &["clock", "中文", "English", "runs in", "from", "length", "when", "then"]),
    ("Reminders", &["reminder", "中文", "English", "runs in", "before", "days", "to"]),
];
const PROPERTIES: [&str; 10] =
    ["中文", "English", "number", "view", "create", "amend", "site", "title", "person", "kept in"];

/// Reads a page; `None` when not even its title and properties can be read.
pub(super) fn read(page: &'static str, text: &'static str) -> (Option<Concept>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let sheet = Sheet::read(page, text, &SECTIONS, &mut mistakes);
    let mut reader = Reader { sheet: &sheet, mistakes };
    let concept = reader.concept();
    (concept, reader.mistakes)
}

struct Reader<'s> {
    sheet: &'s Sheet,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn wrong(&mut self, line: usize, what: String) {
        self.mistakes.push(Mistake { page: self.sheet.page, line, what });
    }

    /// A value that was read, or a mistake and `None`.
    fn expect<T>(&mut self, row: &Row, column: &str, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.wrong(row.line, format!("'{}' is no {column}", row.get(column)));
        }
        read
    }

    fn rows<T>(&mut self, section: &str, read: impl Fn(&mut Self, &Row) -> Option<T>) -> Vec<T> {
        let rows: Vec<Row> = self.sheet.rows(section).cloned().collect();
        rows.iter().filter_map(|row| read(self, row)).collect()
    }

    /// The row of a property of the concept.
    fn property(&mut self, name: &str) -> Option<Row> {
        self.sheet.rows("").find(|row| row.get("property") == name).cloned()
    }

    fn text_of(&mut self, name: &str) -> &'static str {
        self.property(name).map_or("", |row| row.get("value"))
    }

    fn concept(&mut self) -> Option<Concept> {
        let unknown: Vec<(usize, &str)> = self
            .sheet
            .rows("")
            .map(|row| (row.line, row.get("property")))
            .filter(|(_, name)| !PROPERTIES.contains(name))
            .collect();
        for (line, name) in unknown {
            self.wrong(line, format!("there is no property '{name}', only {}", PROPERTIES.join(", ")));
        }
        if self.sheet.title.is_empty() {
            self.wrong(0, "the page has no title '# code'".to_owned());
            return None;
        }
        Some(Concept {
            code: self.sheet.title,
            label: Label { zh: self.text_of("中文"), en: self.text_of("English") },
            prefix: self.text_of("number"),
            view: self.permissions_of("view"),
            create: self.permissions_of("create"),
            amend: self.permissions_of("amend"),
            site: self.site_rule(),
            person: self.person_of(),
            keeps: if self.text_of("kept in").is_empty() { Keeps::Records } else { Keeps::OwnTable },
            title: self.text_of("title"),
            fields: self.fields(),
            states: self.rows("States", Self::state),
            steps: self.rows("Moves", Self::step),
            documents: self.rows("Documents", |reader, row| {
                let class = reader.expect(row, "document", DocumentClass::parse(row.get("document")))?;
                Some(DocumentType { class, label: label(row) })
            }),
            profile: self.rows("Profile", Self::profile_value),
            clocks: self.rows("Clocks", Self::clock),
            reminders: self.rows("Reminders", Self::reminder),
        })
    }

    fn permissions_of(&mut self, property: &'static str) -> Vec<Permission> {
        let Some(row) = self.property(property) else { return Vec::new() };
        self.permissions(&row, "value")
    }

    fn permissions(&mut self, row: &Row, column: &str) -> Vec<Permission> {
        let mut permissions = Vec::new();
        for code in row.list(column) {
            match Permission::parse(code) {
                Some(permission) => permissions.push(permission),
                None => self.wrong(row.line, format!("there is no permission '{code}'")),
            }
        }
        permissions
    }

    fn roles(&mut self, row: &Row, codes: impl Iterator<Item = &'static str>) -> Vec<Role> {
        let mut roles = Vec::new();
        for code in codes {
            match Role::parse(code) {
                Some(role) => roles.push(role),
                None => self.wrong(row.line, format!("there is no role '{code}'")),
            }
        }
        roles
    }

    fn site_rule(&mut self) -> SiteRule {
        match self.text_of("site") {
            "must" => SiteRule::Must,
            "may" => SiteRule::May,
            "never" => SiteRule::Never,
            other => {
                self.wrong(0, format!("the property site is '{other}', expected must, may or never"));
                SiteRule::Never
            }
        }
    }

    fn person_of(&mut self) -> Option<PersonOf> {
        let text = self.text_of("person");
        if let Some(field) = text.strip_prefix("field ") {
            return Some(PersonOf::Field(field.trim()));
        }
        PersonKind::parse(text).map(PersonOf::Kind)
    }

    fn fields(&mut self) -> Vec<Field> {
        let choices: Vec<(&'static str, Choice)> = self.rows("Choices", |_, row| {
            Some((row.get("field"), Choice { code: row.get("code"), label: label(row) }))
        });
        let mut fields = self.rows("Fields", Self::field);
        for field in &mut fields {
            if let FieldKind::Choice(own) = &mut field.kind {
                own.extend(
                    choices.iter().filter(|(of, _)| *of == field.code).map(|(_, choice)| choice.clone()),
                );
            }
        }
        fields
    }

    fn field(&mut self, row: &Row) -> Option<Field> {
        let kind = self.expect(row, "kind", FieldKind::read(row.get("kind")))?;
        let needed = self.expect(row, "needed", Needed::read(row.get("needed")))?;
        const MARKS: [&str; 5] = ["unique", "personal", "listed", "searched", "computed"];
        let marks: Vec<&str> = row.list("marks").collect();
        for mark in marks.iter().filter(|mark| !MARKS.contains(mark)) {
            self.wrong(row.line, format!("there is no mark '{mark}', only {}", MARKS.join(", ")));
        }
        Some(Field {
            code: row.get("field"),
            label: label(row),
            kind,
            unit: row.get("unit"),
            needed,
            is_personal: marks.contains(&"personal"),
            is_unique: marks.contains(&"unique"),
            is_listed: marks.contains(&"listed"),
            is_searched: marks.contains(&"searched"),
            is_computed: marks.contains(&"computed"),
            help: Label { zh: row.get("帮助"), en: row.get("help") },
        })
    }

    fn state(&mut self, row: &Row) -> Option<State> {
        Some(State {
            code: row.get("state"),
            label: label(row),
            badge: self.expect(row, "badge", Badge::read(row.get("badge")))?,
            place: self.expect(row, "place", Place::read(row.get("place")))?,
            amending: self.expect(row, "amending", Amending::read(row.get("amending")))?,
        })
    }

    fn step(&mut self, row: &Row) -> Option<Step> {
        let when = self.condition(row)?;
        let mover = match row.get("by") {
            "system" => Mover::System,
            _ => Mover::With(self.permissions(row, "by")),
        };
        let to = match row.get("to") {
            "back" => Target::Back,
            state => Target::State(state),
        };
        let mut step = Step {
            code: row.get("move"),
            label: label(row),
            from: row.list("from").collect(),
            to,
            mover,
            when,
            needs_reason: false,
            needs_fields: Vec::new(),
            needs_documents: Vec::new(),
            needs_signature: None,
            not_by: row.list("not by").collect(),
        };
        for need in row.list("needs") {
            if !add_need(&mut step, need) {
                let what =
                    format!("'{need}' is no need: reason, field CODE, document CODE, signature MEANING");
                self.wrong(row.line, what);
            }
        }
        Some(step)
    }

    /// The cell `when`: nothing, a condition, or a mistake and `None`.
    fn condition(&mut self, row: &Row) -> Option<Option<Condition>> {
        match row.get("when") {
            "" => Some(None),
            text => Some(Some(self.expect(row, "when", Condition::read(text))?)),
        }
    }

    fn profile_value(&mut self, row: &Row) -> Option<ProfileValue> {
        Some(ProfileValue {
            code: row.get("value"),
            label: label(row),
            value: self.expect(row, "is", row.get("is").parse().ok())?,
            unit: self.expect(row, "unit", LengthUnit::read(row.get("unit")))?,
            source: row.get("source"),
        })
    }

    fn clock(&mut self, row: &Row) -> Option<Clock> {
        let start = match row.get("from") {
            "entering" => Start::Entering,
            field => Start::Field(self.expect(row, "from", field.strip_prefix("field "))?),
        };
        let length = match row.get("length") {
            "0" => Length::Zero,
            value => Length::Profile(value),
        };
        let then = match row.get("then").split_once(' ') {
            Some(("notify", roles)) => {
                let roles = roles.split(',').map(str::trim);
                Some(Then::Notify(self.roles(row, roles)))
            }
            Some(("move", step)) => Some(Then::Move(step.trim())),
            Some(("raise", "nonconformance")) => Some(Then::Raise),
            _ => None,
        };
        Some(Clock {
            code: row.get("clock"),
            label: label(row),
            runs_in: row.list("runs in").collect(),
            start,
            length,
            when: self.condition(row)?,
            then: self.expect(row, "then", then)?,
        })
    }

    fn reminder(&mut self, row: &Row) -> Option<Reminder> {
        let days: Option<Vec<u32>> = row.list("days").map(|days| days.parse().ok()).collect();
        Some(Reminder {
            code: row.get("reminder"),
            label: label(row),
            runs_in: row.list("runs in").collect(),
            field: row.get("before"),
            days_before: self.expect(row, "days", days)?,
            to: self.roles(row, row.list("to")),
        })
    }
}

fn label(row: &Row) -> Label {
    Label { zh: row.get("中文"), en: row.get("English") }
}

/// Adds what a move needs; false when it is no need.
fn add_need(step: &mut Step, need: &'static str) -> bool {
    match need.split_once(' ') {
        None if need == "reason" => step.needs_reason = true,
        Some(("field", field)) => step.needs_fields.push(field.trim()),
        Some(("document", class)) => match DocumentClass::parse(class.trim()) {
            Some(class) => step.needs_documents.push(class),
            None => return false,
        },
        Some(("signature", meaning)) => match Meaning::parse(meaning.trim()) {
            Some(meaning) => step.needs_signature = Some(meaning),
            None => return false,
        },
        _ => return false,
    }
    true
}
