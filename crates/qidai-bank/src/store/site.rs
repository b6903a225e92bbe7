//! Sites.

use super::event::Event;
use super::row::RowReader;
use super::table::{Column, Table};
use super::{Store, StoreError, version};
use crate::{Acting, BankError, Permission, Refusal, Site, SiteKind, Uscc};

pub(super) static TABLE: Table = Table { name: "site", key: &["code"], counter: None, columns: || &COLUMNS };
const COLUMNS: [Column; 5] = [
    Column::text("code"),
    Column::text("name"),
    Column::text("kind"),
    Column::text("uscc"),
    Column::flag("active"),
];

impl Store {
    /// Adds a site, or changes it to this record. An identical record writes nothing.
    ///
    /// # Errors
    /// `permission_missing`, or the first problem of the record ([`Site::problems`] has all of them).
    pub async fn put_site(&self, site: &Site, acting: &Acting<'_>) -> Result<(), BankError> {
        let context = acting.allowed(Permission::SiteManage, None)?;
        if let Some(problem) = site.problems().into_iter().next() {
            return Err(problem.into());
        }
        let write = self.database.begin().await?;
        let known = read(&write.reader(), Some(&site.code)).await?.pop();
        let subject = format!("site/{}", site.code);
        version::require(write.reader(), &subject, acting).await?;
        let uscc = site.uscc.as_ref().map(|uscc| uscc.as_str().into());
        let event = match known {
            Some(known) if known == *site => return Ok(write.rollback().await?),
            Some(_) => Event::new("site_changed", subject).update(
                &TABLE,
                vec![site.code.as_str().into()],
                vec![
                    ("name", Some(site.name.as_str().into())),
                    ("kind", Some(site.kind.code().into())),
                    ("uscc", uscc),
                    ("active", Some(site.active.into())),
                ],
            ),
            None => Event::new("site_added", subject).insert(
                &TABLE,
                vec![
                    Some(site.code.as_str().into()),
                    Some(site.name.as_str().into()),
                    Some(site.kind.code().into()),
                    uscc,
                    Some(site.active.into()),
                ],
            ),
        };
        write.record(&context, vec![event]).await?;
        Ok(write.commit().await?)
    }

    /// All sites by their codes.
    pub async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        read(&self.database.reader(), None).await
    }

    /// The site of a code, or `None`.
    pub async fn site(&self, code: &str) -> Result<Option<Site>, StoreError> {
        Ok(read(&self.database.reader(), Some(code)).await?.pop())
    }
}

/// Refuses a code under which there is no site in use.
pub(super) async fn require(reader: super::database::Reader<'_>, code: &str) -> Result<(), BankError> {
    match read(&reader, Some(code)).await?.pop() {
        Some(site) if site.active => Ok(()),
        _ => {
            let sentence = format!("There is no site '{code}' in use: add it first, or check the code.");
            Err(Refusal::new("site_unknown", sentence).with("site", code).into())
        }
    }
}

async fn read(reader: &super::database::Reader<'_>, code: Option<&str>) -> Result<Vec<Site>, StoreError> {
    let condition = if code.is_some() { "WHERE code = $1" } else { "" };
    let sql = format!("SELECT {} FROM site {condition} ORDER BY code", TABLE.select_list());
    let rows = reader.all(&sql, code.map(sea_orm::Value::from)).await?;
    let site = |row| {
        let mut row = RowReader::new("site", row);
        Ok(Site {
            code: row.text()?,
            name: row.text()?,
            kind: row.code("kind", SiteKind::parse)?,
            uscc: row.optional_code("uscc", |text| Uscc::parse(text).ok())?,
            active: row.flag()?.unwrap_or_default(),
        })
    };
    rows.iter().map(site).collect()
}
