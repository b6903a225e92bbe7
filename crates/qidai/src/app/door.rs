//! The door of a route: who may pass, and with which form.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use qidai_bank::Permission;

use crate::api::{is_json, json_expected};
use crate::auth::{Visitor, form_key};
use crate::error::{Failure, Kind};
use crate::pages::Reader;
use crate::upload::{Upload, is_upload};

/// Who may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Also who is not signed in. Such a route shows nothing of the bank.
    Everybody,
    /// Whoever is signed in; the page shows what they may see.
    SignedIn,
    /// Who has the permission, at whatever site; the act itself asks for its own site.
    Needs(Permission),
}

impl Door {
    /// # Errors
    /// `sign_in_needed`, `permission_missing`, or the outage that hides who it is.
    pub(crate) fn admits(self, visitor: &Visitor) -> Result<(), Failure> {
        match self {
            Door::Everybody => Ok(()),
            Door::SignedIn => visitor.principal().map(|_| ()),
            Door::Needs(permission) => {
                let principal = visitor.principal()?;
                if principal.may_somewhere(permission) {
                    return Ok(());
                }
                principal.may(permission, None).map(|_| ()).map_err(Failure::from)
            }
        }
    }

    /// As in the table of the route walk and the document of the API.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Door::Everybody => "everybody",
            Door::SignedIn => "signed_in",
            Door::Needs(permission) => permission.code(),
        }
    }
}

/// Lets a request through, or refuses it with the reason.
pub(super) async fn pass(door: Door, request: Request, next: Next) -> Result<Response, Failure> {
    let visitor =
        request.extensions().get::<Reader>().map(|reader| reader.visitor.clone()).unwrap_or_default();
    door.admits(&visitor)?;
    let request = match (door, visitor.form_key()) {
        (Door::Everybody, _) | (_, None) => request,
        (_, Some(key)) => with_form_key(request, key).await?,
    };
    Ok(next.run(request).await)
}

/// A form must carry the key of its session. A browser sends JSON, PUT or DELETE to another site only after asking that
/// site (Fetch standard, 3.2.2), and ours never agrees; so they need none. Under `/api/` nothing but JSON is read.
async fn with_form_key(request: Request, key: &str) -> Result<Request, Failure> {
    if *request.method() != Method::POST || is_json(request.headers()) {
        return Ok(request);
    }
    if request.uri().path().starts_with("/api/") && !is_upload(request.headers()) {
        return Err(json_expected());
    }
    let (mut parts, body) = request.into_parts();
    // The size was limited before (`guard`).
    let bytes = to_bytes(body, usize::MAX).await.map_err(|error| {
        Failure::refused("form_unreadable", "The form could not be read.").because(&error)
    })?;
    let has_key = if is_upload(&parts.headers) {
        let upload = Upload::read(&parts.headers, bytes.clone()).await?;
        let has_key = form_key::is(upload.text(form_key::FIELD), key);
        parts.extensions.insert(upload);
        has_key
    } else {
        form_key::stands_in(&bytes, key)
    };
    if !has_key {
        let sentence = "This form is from a session that has ended, or from another page: open the page again and \
                        send it from there. Nothing was changed.";
        return Err(Failure::new(Kind::Forbidden, "form_key_wrong", sentence));
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}
