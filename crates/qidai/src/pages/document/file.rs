//! A kept file as an answer: exactly its bytes, and nothing that lets them run.

use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
};
use axum::response::{IntoResponse, Response};
use qidai_bank::{OpenDocument, Preview};

use crate::pages::shown::escaped;

/// Nothing is loaded, nothing runs, and the file has an origin of its own, if a browser shows it after all.
const LOCKED: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
/// A browser's own viewer of PDF needs its style and does not start in a sandbox.
const PDF_VIEWER: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; \
                          form-action 'none'; frame-ancestors 'none'";
const SAME_ORIGIN: (HeaderName, &str) =
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin");

/// The file as a download.
pub(crate) fn attachment(opened: OpenDocument) -> Response {
    answer(opened, "attachment", LOCKED)
}

/// What browsers show themselves; anything else is a download here too.
pub(super) fn inline(opened: OpenDocument) -> Response {
    match opened.document.media_type.preview() {
        Preview::Image => answer(opened, "inline", LOCKED),
        Preview::Pdf => answer(opened, "inline", PDF_VIEWER),
        Preview::Text | Preview::None => attachment(opened),
    }
}

fn answer(opened: OpenDocument, disposition: &str, policy: &'static str) -> Response {
    let disposition = content_disposition(disposition, &opened.file_name);
    let headers =
        [(CONTENT_TYPE, opened.document.media_type.code()), (CONTENT_SECURITY_POLICY, policy), SAME_ORIGIN];
    let mut response = (headers, opened.content).into_response();
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// Both forms of a name (RFC 6266, appendix D): plain letters for old programs, and the name itself.
fn content_disposition(disposition: &str, name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    format!("{disposition}; filename=\"{plain}\"; filename*=UTF-8''{}", escaped(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_header_is_only_a_name() {
        assert_eq!(
            content_disposition("attachment", "报告 1\".pdf"),
            "attachment; filename=\"__ 1_.pdf\"; filename*=UTF-8''%E6%8A%A5%E5%91%8A%201%22%2Epdf"
        );
    }
}
