//! A form with a file (`multipart/form-data`, RFC 7578), read once: by the door of its route, which needs the form's
//! key, or by the handler where there was no key to look for.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use futures::stream;
use multer::Multipart;

use crate::app::AppState;
use crate::error::Failure;

/// Fields of a form of ours, and bytes of each but the file.
const FIELDS_MAX: usize = 20;
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// The fields of a form, one of them a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Upload {
    texts: Vec<(String, String)>,
    /// The name that the sender gave, and the content.
    pub(crate) file: Option<(String, Bytes)>,
}

impl Upload {
    /// The text of a field; empty when it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim())
    }

    /// # Errors
    /// `form_unreadable`.
    pub(crate) async fn read(headers: &HeaderMap, body: Bytes) -> Result<Upload, Failure> {
        let boundary = boundary(headers).ok_or_else(|| unreadable("no form with a file was sent"))?;
        let body = stream::iter([Ok::<Bytes, std::convert::Infallible>(body)]);
        let mut parts = Multipart::new(body, boundary);
        let mut upload = Upload::default();
        while let Some(field) = parts.next_field().await.map_err(|error| unreadable(&error.to_string()))? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(str::to_owned);
            let content = field.bytes().await.map_err(|error| unreadable(&error.to_string()))?;
            upload.take(name, file_name, content)?;
        }
        Ok(upload)
    }

    fn take(&mut self, name: String, file_name: Option<String>, content: Bytes) -> Result<(), Failure> {
        match file_name {
            // A browser sends an empty file without a name where none was chosen.
            Some(file_name) if file_name.is_empty() && content.is_empty() => {}
            Some(_) if self.file.is_some() => return Err(unreadable("more than one file was sent")),
            Some(file_name) => self.file = Some((file_name, content)),
            None if self.texts.len() == FIELDS_MAX || content.len() > TEXT_BYTES_MAX => {
                return Err(unreadable("it has more fields, or longer ones, than any form of ours"));
            }
            None => self.texts.push((name, String::from_utf8_lossy(&content).into_owned())),
        }
        Ok(())
    }
}

/// Is it a form with a file?
pub(crate) fn is_upload(headers: &HeaderMap) -> bool {
    boundary(headers).is_some()
}

fn boundary(headers: &HeaderMap) -> Option<String> {
    multer::parse_boundary(headers.get(CONTENT_TYPE)?.to_str().ok()?).ok()
}

fn unreadable(detail: &str) -> Failure {
    let sentence = format!("The form could not be read: {detail}.");
    Failure::refused("form_unreadable", sentence).with("detail", detail)
}

impl FromRequest<AppState> for Upload {
    type Rejection = Failure;

    async fn from_request(mut request: Request<Body>, _: &AppState) -> Result<Upload, Failure> {
        if let Some(upload) = request.extensions_mut().remove::<Upload>() {
            return Ok(upload);
        }
        let (parts, body) = request.into_parts();
        // The size was limited before (`app::guard`).
        let bytes = to_bytes(body, usize::MAX).await.map_err(|error| unreadable(&error.to_string()))?;
        Upload::read(&parts.headers, bytes).await
    }
}
