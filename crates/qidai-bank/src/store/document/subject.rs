//! What documents belong to, and who may see and add them.

use sea_orm::Value;

use crate::store::database::Reader;
use crate::store::person::{self, Head};
use crate::store::record;
use crate::workflow;
use crate::{Acting, Actor, BankError, Permission, Refusal, WriteContext};

/// Kinds of subjects: how a subject begins, who sees its documents, who adds them.
const KINDS: [(&str, &[Permission], &[Permission]); 4] = [
    ("unit", &[Permission::UnitView], &[Permission::UnitEnter]),
    ("freeze_run", &[Permission::UnitView], &[Permission::ProcessingRecord]),
    ("site", &[Permission::DocumentView], &[Permission::SiteManage]),
    ("person", &[Permission::PersonOpen], &[Permission::PersonEnter]),
];

/// A subject that exists.
pub(super) struct Belongs {
    /// Any of these is enough.
    view: &'static [Permission],
    add: &'static [Permission],
    /// Where it belongs; nothing for what belongs to no single site.
    site: Option<String>,
    /// Whose data its documents are.
    pub(super) person: Option<Head>,
}

impl Belongs {
    /// What is known of a document, not its content, is shown to who may see the subject.
    pub(super) fn may_see<'a>(&self, acting: &Acting<'a>) -> Result<Actor<'a>, Refusal> {
        self.may_any(self.view, acting)
    }

    pub(super) fn may_add<'a>(&self, acting: &Acting<'a>) -> Result<WriteContext<'a>, Refusal> {
        let actor = self.may_any(self.add, acting)?;
        Ok(WriteContext { reason: acting.reason, ..WriteContext::new(acting.now, actor, acting.ids) })
    }

    /// What is asked for, by the first permission that is there.
    fn may_any<'a>(&self, permissions: &[Permission], acting: &Acting<'a>) -> Result<Actor<'a>, Refusal> {
        let mut asked = permissions.iter().map(|permission| self.may(*permission, acting));
        let first =
            asked.next().unwrap_or_else(|| Err(Refusal::new("permission_missing", "Nobody may do this.")));
        first.or_else(|refusal| asked.find_map(Result::ok).ok_or(refusal))
    }

    /// A subject without a site is everybody's who has the permission somewhere.
    fn may<'a>(&self, permission: Permission, acting: &Acting<'a>) -> Result<Actor<'a>, Refusal> {
        let principal = acting.principal;
        if let Some(site) = self.site.as_deref() {
            let role = principal.may(permission, Some(site))?.role;
            let role = crate::Role::parse(role).map_or("none", crate::Role::code);
            return Ok(Actor { name: principal.name(), role, site: None });
        }
        let theirs = principal.grants().iter().find(|grant| grant.role.may(permission));
        principal.may(permission, theirs.and_then(|grant| grant.site.as_deref()))
    }
}

/// # Errors
/// `subject_unknown`, `person_erased`.
pub(super) async fn find(reader: Reader<'_>, subject: &str) -> Result<Belongs, BankError> {
    let (kind, key) = subject.split_once('/').ok_or_else(|| unknown(subject))?;
    if let Some(record) = record_of(reader, kind, key).await? {
        return Ok(record);
    }
    let rule = KINDS.iter().find(|(known, ..)| *known == kind);
    let (_, view, add) = *rule.ok_or_else(|| unknown(subject))?;
    let mut belongs = Belongs { view, add, site: None, person: None };
    match kind {
        "person" => {
            let head = person::readable(reader, key).await?;
            belongs.site.clone_from(&head.site);
            belongs.person = Some(head);
        }
        "freeze_run" => {
            require(reader, "SELECT 1 FROM freeze_run WHERE number = $1", &[key], subject).await?;
        }
        "site" => require(reader, "SELECT 1 FROM site WHERE code = $1", &[key], subject).await?,
        _ => {
            let (scheme, identity) = key.split_once('/').ok_or_else(|| unknown(subject))?;
            let sql = "SELECT 1 FROM unit WHERE scheme = $1 AND identity = $2";
            require(reader, sql, &[scheme, identity], subject).await?;
        }
    }
    Ok(belongs)
}

/// A record of a declared concept; its documents are sealed where it holds a person's data.
async fn record_of(reader: Reader<'_>, kind: &str, number: &str) -> Result<Option<Belongs>, BankError> {
    let Some(concept) = workflow::concept(kind) else { return Ok(None) };
    let Some(found) = record::by_number(reader, concept, number).await? else { return Ok(None) };
    let person = match &found.person_id {
        Some(id) => Some(person::readable(reader, id).await?),
        None => None,
    };
    Ok(Some(Belongs { view: &concept.view, add: &concept.amend, site: found.site, person }))
}

async fn require(reader: Reader<'_>, sql: &str, key: &[&str], subject: &str) -> Result<(), BankError> {
    let found = reader.first(sql, key.iter().map(|part| Value::from(*part))).await?;
    found.map(|_| ()).ok_or_else(|| unknown(subject).into())
}

fn unknown(subject: &str) -> Refusal {
    let sentence = format!("There is nothing called {subject} to which documents belong: check it.");
    Refusal::new("subject_unknown", sentence).with("subject", subject)
}
