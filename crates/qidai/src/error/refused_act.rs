//! Acts that were refused to somebody leave a line in the log: which route, which account, which request – by number,
//! and never what was sent.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;

use super::{Failure, Kind};
use crate::auth::{Shown, Visitor};
use crate::pages::Reader;

/// Codes of refusals that concern who somebody is or what they may do, beside those whose kind says so. A form that was
/// filled in wrongly is none of them.
const OF_ACCESS: [&str; 13] = [
    "sign_in_wrong",
    "sign_in_locked",
    "sign_in_too_often",
    "code_wrong",
    "code_used",
    "link_invalid",
    "own_account",
    "own_emergency",
    "emergency_role_excluded",
    "account_disabled",
    "permission_missing",
    "permission_missing_at_site",
    "body_too_large",
];

/// Who tries what.
pub(super) struct Attempt {
    request: String,
    method: Method,
    /// The pattern of the route: the address itself may hold a number or a link.
    route: Option<MatchedPath>,
    visitor: Visitor,
}

impl Attempt {
    pub(super) fn of(request: &Request, reader: &Reader, id: &str) -> Attempt {
        Attempt {
            request: id.to_owned(),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            visitor: reader.visitor.clone(),
        }
    }

    /// One line for each refused act, at the level that is written without being asked for.
    pub(super) fn write_log_when_refused(&self, failure: &Failure) {
        if !self.is_worth_a_line(failure) {
            return;
        }
        let route = self.route.as_ref().map_or("none", MatchedPath::as_str);
        let (request, code) = (self.request.as_str(), failure.code());
        let (account, shown) = (self.account(), self.shown());
        tracing::warn!(code, request, route, account, shown, "refused");
    }

    /// Whoever opens a page before signing in is no attacker; who shows a credential that opens nothing, or sends a
    /// form without one, may be.
    fn is_worth_a_line(&self, failure: &Failure) -> bool {
        match failure.kind {
            Kind::Forbidden => true,
            Kind::SignInNeeded => self.shown() != "nothing" || self.method != Method::GET,
            _ => OF_ACCESS.contains(&failure.code()),
        }
    }

    /// As in the history: `staff:S0012`, `token:ID`; `-` for nobody.
    fn account(&self) -> &str {
        self.visitor.principal().map_or("-", |principal| principal.name())
    }

    fn shown(&self) -> &'static str {
        match self.visitor {
            Visitor::Unrecognised(Shown::Session) => "unknown session",
            Visitor::Unrecognised(Shown::Token) => "unknown token",
            Visitor::Person(_) => "session",
            Visitor::Machine(_) => "token",
            Visitor::SignedOut | Visitor::Unknown(_) => "nothing",
        }
    }
}
