//! Somebody who acts, and what they may do.

use jiff::Timestamp;

use crate::refusal::Refusal;
use crate::{Actor, Permission, Role};

/// What the names of the program itself begin with; those of people and machines begin otherwise.
const SYSTEM: &str = "system:";

/// A role at one site, or at all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    /// Code of the site; `None` is every site.
    pub site: Option<String>,
    /// Set when the role was taken in an emergency: until then.
    pub until: Option<Timestamp>,
}

impl Grant {
    /// A role at every site.
    pub fn everywhere(role: Role) -> Self {
        Self { role, site: None, until: None }
    }

    /// A role at one site.
    pub fn at(role: Role, site: impl Into<String>) -> Self {
        Self { role, site: Some(site.into()), until: None }
    }

    fn covers(&self, site: Option<&str>) -> bool {
        match (&self.site, site) {
            (None, _) => true,
            (Some(own), Some(site)) => own == site,
            // What belongs to no site belongs to all; only who works at all of them may touch it.
            (Some(_), None) => false,
        }
    }
}

/// Who came in by which door, with what they may do. Made by the store from an account, a session or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// As in the history: `staff:S0012`, `token:ID`, `console:chen`. Never a person's own name.
    name: String,
    account_id: Option<String>,
    grants: Vec<Grant>,
    /// What a machine's token is limited to.
    scopes: Option<Vec<Permission>>,
}

impl Principal {
    /// Whoever can open the bank and its keys acts with the rights of the administrator.
    pub fn console(system_user: &str) -> Self {
        Self {
            name: format!("console:{system_user}"),
            account_id: None,
            grants: vec![Grant::everywhere(Role::Administrator)],
            scopes: None,
        }
    }

    /// Whoever can open the bank and its keys, acting in another role than the administrator's; the history says so.
    pub fn console_as(system_user: &str, role: Role) -> Self {
        Self { grants: vec![Grant::everywhere(role)], ..Self::console(system_user) }
    }

    /// The program itself: clocks and jobs. It has no role, and makes only what declarations say.
    pub fn system(name: &str) -> Self {
        Self { name: format!("{SYSTEM}{name}"), account_id: None, grants: Vec::new(), scopes: None }
    }

    pub(crate) fn account(account_id: &str, staff_number: &str, grants: Vec<Grant>) -> Self {
        let name = format!("staff:{staff_number}");
        Self { name, account_id: Some(account_id.to_owned()), grants, scopes: None }
    }

    pub(crate) fn token(token_id: &str, owner: Principal, scopes: Vec<Permission>) -> Self {
        Self { name: format!("token:{token_id}"), scopes: Some(scopes), ..owner }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The account, where there is one; the console has none.
    pub fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// Is it the program itself?
    pub fn is_system(&self) -> bool {
        self.name.starts_with(SYSTEM)
    }

    /// Machines sign nothing and open no emergency.
    pub fn is_machine(&self) -> bool {
        self.scopes.is_some()
    }

    /// May this be done at this site (`None`: it belongs to no site)? Gives the actor for the history, with the role
    /// whose right is used.
    ///
    /// # Errors
    /// `permission_missing`, naming the permission; `permission_missing_at_site` when it is there for other sites.
    pub fn may<'a>(&'a self, permission: Permission, site: Option<&'a str>) -> Result<Actor<'a>, Refusal> {
        self.may_as(permission, site, |_| true)
    }

    /// The same for the first of some permissions that is there.
    ///
    /// # Errors
    /// That of the first of them.
    pub fn may_any<'a>(
        &'a self,
        permissions: &[Permission],
        site: Option<&'a str>,
    ) -> Result<Actor<'a>, Refusal> {
        let mut first = None;
        for permission in permissions {
            match self.may(*permission, site) {
                Ok(actor) => return Ok(actor),
                Err(refusal) => {
                    first.get_or_insert(refusal);
                }
            }
        }
        let nobody = || Refusal::new("permission_missing", "Nobody may do this.");
        Err(first.unwrap_or_else(nobody))
    }

    /// The sites at which one of some permissions is there; `None` when it is there for all of them.
    pub fn sites_with(&self, permissions: &[Permission]) -> Option<Vec<&str>> {
        let in_scope =
            |permission: &&Permission| self.scopes.as_ref().is_none_or(|scopes| scopes.contains(permission));
        let permissions: Vec<&Permission> = permissions.iter().filter(in_scope).collect();
        let counts = |grant: &&Grant| permissions.iter().any(|permission| grant.role.may(**permission));
        self.grants.iter().filter(counts).map(|grant| grant.site.as_deref()).collect()
    }

    /// The same, but only in a role that serves a purpose.
    pub(crate) fn may_as<'a>(
        &'a self,
        permission: Permission,
        site: Option<&'a str>,
        serves: impl Fn(Role) -> bool,
    ) -> Result<Actor<'a>, Refusal> {
        let in_scope = self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&permission));
        let may = |grant: &&Grant| in_scope && grant.role.may(permission) && serves(grant.role);
        let mut with_it = self.grants.iter().filter(may).peekable();
        if with_it.peek().is_none() {
            return Err(missing("permission_missing", &self.name, permission, None));
        }
        match with_it.find(|grant| grant.covers(site)) {
            Some(grant) => Ok(Actor { name: &self.name, role: grant.role.code(), site }),
            None => Err(missing("permission_missing_at_site", &self.name, permission, site)),
        }
    }

    /// Is the permission there, at whatever site? For menus; what is done is asked with [`Principal::may`].
    pub fn may_somewhere(&self, permission: Permission) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(&permission))
            && self.grants.iter().any(|grant| grant.role.may(permission))
    }

    /// The actor where no permission is asked for: signing in and out, one's own password.
    pub(crate) fn as_actor(&self) -> Actor<'_> {
        let none = if self.is_system() { "system" } else { "none" };
        let role = self.grants.first().map_or(none, |grant| grant.role.code());
        Actor { name: &self.name, role, site: None }
    }
}

fn missing(code: &'static str, name: &str, permission: Permission, site: Option<&str>) -> Refusal {
    let place = match site {
        Some(site) => format!(" at site {site}"),
        None if code == "permission_missing_at_site" => " for what belongs to no single site".to_owned(),
        None => String::new(),
    };
    let (_, english) = permission.labels();
    let sentence = format!(
        "{name} lacks the permission {}{place} ({english}): ask the administrator for a role that has it.",
        permission.code()
    );
    Refusal::new(code, sentence)
        .with("actor", name)
        .with("permission", permission.code())
        .with("site", site.unwrap_or("none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_counts_at_its_site() {
        let grants = vec![Grant::at(Role::Collection, "jinan"), Grant::everywhere(Role::Outreach)];
        let midwife = Principal::account("a-1", "S0012", grants);
        let allowed = midwife.may(Permission::CollectionRecord, Some("jinan")).expect("her site");
        assert_eq!((allowed.name, allowed.role, allowed.site), ("staff:S0012", "collection", Some("jinan")));
        for (permission, site, code) in [
            (Permission::CollectionRecord, Some("qingdao"), "permission_missing_at_site"),
            (Permission::CollectionRecord, None, "permission_missing_at_site"),
            (Permission::PersonErase, Some("jinan"), "permission_missing"),
        ] {
            let refusal = midwife.may(permission, site).expect_err("not hers");
            assert_eq!(refusal.code, code);
            assert!(refusal.sentence.contains(permission.code()), "{refusal}");
        }
        assert!(midwife.may(Permission::OutreachManage, None).is_ok());
    }

    #[test]
    fn a_token_does_no_more_than_its_scopes_and_its_owner() {
        let owner = Principal::account("a-1", "S0012", vec![Grant::everywhere(Role::Technologist)]);
        let scopes = vec![Permission::TestRecord, Permission::PersonErase];
        let analyser = Principal::token("t-1", owner, scopes);
        assert_eq!(analyser.may(Permission::TestRecord, None).expect("in scope").name, "token:t-1");
        assert!(analyser.may(Permission::UnitView, None).is_err(), "the owner may, the token not");
        assert!(analyser.may(Permission::PersonErase, None).is_err(), "the owner may not");
    }
}
