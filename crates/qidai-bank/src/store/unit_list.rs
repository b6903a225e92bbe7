//! Lists of units, a page at a time. A page begins after the last line of the page before, so the thousandth page
//! costs what the first one does; the indexes are those of `m0005_unit_lists`.

use jiff::civil::Date;
use sea_orm::Value;

use super::row::RowReader;
use super::{Store, StoreError};
use crate::{Abo, BankType, Identity, RhD, Sex, Status};

/// Which units, in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitFilter {
    pub bank_type: Option<BankType>,
    pub status: Option<Status>,
    /// The identity begins with this text.
    pub number: Option<String>,
    pub order: UnitOrder,
}

/// How a list of units is ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnitOrder {
    /// By identity.
    #[default]
    Number,
    /// By day of collection, the youngest first; units without one last.
    Newest,
}

impl UnitOrder {
    /// As in addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Newest => "newest",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Number, Self::Newest].into_iter().find(|order| order.code() == text)
    }
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLine {
    key: i64,
    pub identity: Identity,
    pub bank_type: BankType,
    pub status: Status,
    pub collection_date: Option<Date>,
    pub sex: Option<Sex>,
    pub abo: Option<Abo>,
    pub rhd: Option<RhD>,
    /// Cells per unit, before freezing, after processing.
    pub tnc_total: Option<i64>,
    /// Cells per unit, before freezing, after processing.
    pub cd34_total: Option<i64>,
}

impl UnitLine {
    /// Where a list goes on after this line; for [`Store::unit_page`] in the same order.
    pub fn cursor(&self, order: UnitOrder) -> String {
        match order {
            UnitOrder::Number => format!("{}~{}", self.identity.scheme, self.identity.value),
            UnitOrder::Newest => {
                let day = self.collection_date.map(|day| day.to_string()).unwrap_or_default();
                format!("{day}~{}", self.key)
            }
        }
    }
}

const COLUMNS: &str = "unit_key, scheme, identity, bank_type, status, collection_date, sex, abo, rhd, \
                       processed_tnc_total, processed_cd34_total";
/// A character after all that stand in identities: the end of a range of texts with the same beginning.
const LAST_CHARACTER: char = '\u{10FFFD}';

impl Store {
    /// At most `limit` units after a cursor of [`UnitLine::cursor`]; a text that is no cursor begins at the front.
    pub async fn unit_page(
        &self,
        filter: &UnitFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<UnitLine>, StoreError> {
        let mut conditions = Conditions::default();
        conditions.filter(filter);
        let order = match filter.order {
            UnitOrder::Number => {
                conditions.after_number(after);
                "identity, scheme"
            }
            UnitOrder::Newest => {
                conditions.after_day(after);
                "COALESCE(collection_date, '') DESC, unit_key DESC"
            }
        };
        let sql =
            format!("SELECT {COLUMNS} FROM unit {} ORDER BY {order} LIMIT {limit}", conditions.clause());
        let rows = self.database.reader().all(&sql, conditions.values).await?;
        rows.iter().map(|row| line(&mut RowReader::new("unit", row))).collect()
    }

    /// The identities with this value, of whatever scheme: for a scanned or typed number.
    pub async fn identities_of(&self, value: &str) -> Result<Vec<Identity>, StoreError> {
        let sql = "SELECT scheme, identity FROM unit WHERE identity = $1 ORDER BY scheme";
        let rows = self.database.reader().all(sql, [Value::from(value)]).await?;
        let identity = |row| {
            let mut row = RowReader::new("unit", row);
            Ok(Identity { scheme: row.text()?, value: row.text()? })
        };
        rows.iter().map(identity).collect()
    }
}

/// Conditions joined by AND, with their parameters.
#[derive(Default)]
struct Conditions {
    texts: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn filter(&mut self, filter: &UnitFilter) {
        if let Some(status) = filter.status {
            let place = self.place(status.code());
            self.texts.push(format!("status = {place}"));
        }
        if let Some(bank_type) = filter.bank_type {
            let place = self.place(bank_type.code());
            self.texts.push(format!("bank_type = {place}"));
        }
        if let Some(number) = filter.number.as_deref().filter(|number| !number.is_empty()) {
            let length = number.chars().count();
            let from = self.place(number);
            let to = self.place(format!("{number}{LAST_CHARACTER}"));
            self.texts.push(format!(
                "identity >= {from} AND identity <= {to} AND SUBSTR(identity, 1, {length}) = {from}"
            ));
        }
    }

    fn after_number(&mut self, after: Option<&str>) {
        let Some((scheme, value)) = after.and_then(|after| after.split_once('~')) else { return };
        let (value, scheme) = (self.place(value), self.place(scheme));
        self.texts.push(format!("(identity, scheme) > ({value}, {scheme})"));
    }

    fn after_day(&mut self, after: Option<&str>) {
        let parts = after.and_then(|after| after.split_once('~'));
        let Some((day, key)) = parts.and_then(|(day, key)| Some((day, key.parse::<i64>().ok()?))) else {
            return;
        };
        let (day, key) = (self.place(day), self.place(key));
        self.texts.push(format!("(COALESCE(collection_date, ''), unit_key) < ({day}, {key})"));
    }

    fn clause(&self) -> String {
        if self.texts.is_empty() { String::new() } else { format!("WHERE {}", self.texts.join(" AND ")) }
    }
}

fn line(row: &mut RowReader<'_>) -> Result<UnitLine, StoreError> {
    Ok(UnitLine {
        key: row.key()?,
        identity: Identity { scheme: row.text()?, value: row.text()? },
        bank_type: row.code("bank_type", BankType::parse)?,
        status: row.code("status", Status::parse)?,
        collection_date: row.date("collection_date")?,
        sex: row.optional_code("sex", Sex::parse)?,
        abo: row.optional_code("abo", Abo::parse)?,
        rhd: row.optional_code("rhd", RhD::parse)?,
        tnc_total: row.int()?,
        cd34_total: row.int()?,
    })
}
