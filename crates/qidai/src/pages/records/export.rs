//! A list as a file: CSV, read and sent piece by piece, or a workbook. Codes as in the API; no cell is a formula.

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::stream;
use qidai_bank::workflow::Concept;
use qidai_bank::{MediaType, Principal, RecordFilter, RecordLine};
use rust_xlsxwriter::Workbook;

use super::concept_of;
use super::list::Wishes;
use crate::app::AppState;
use crate::csv_row::{csv_row, harmless};
use crate::demo::export_failure;
use crate::error::Failure;
use crate::pages::Reader;

/// Lines that are read at once.
const PIECE_LINES: u32 = 1_000;
/// Rows of a sheet, header included (ECMA-376 18.3.1.73; Excel's own limit).
const SHEET_ROWS_MAX: usize = 1_048_576;

/// `/records/{kind}/csv`
pub(crate) async fn csv(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(kind): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let concept = concept_of(&kind)?;
    let filter = Wishes::of(concept, &pairs).filter;
    let principal = reader.visitor.principal()?.clone();
    // Whoever may not see the register gets a refusal, not a file that breaks off.
    state.desk().store.record_page(concept, &filter, (None, 1), &principal).await?;
    let head = csv_row(head(concept)).map(Bytes::from).map_err(|error| export_failure(&error))?;
    let begin = Some((state, filter, principal, None::<String>));
    let pieces = stream::unfold(begin, move |rest| async move {
        let (state, filter, principal, after) = rest?;
        let (piece, next) = match piece(&state, concept, (&filter, after.as_deref()), &principal).await {
            Ok((lines, next)) => (csv_of(concept, &lines), next),
            // The connection breaks off: half a file must not look like a whole one.
            Err(failure) => (Err(std::io::Error::other(failure.code())), None),
        };
        Some((piece, next.map(|after| (state, filter, principal, Some(after)))))
    });
    let body = stream::StreamExt::chain(stream::iter([Ok(head)]), pieces);
    Ok(file(concept, "csv", "text/csv; charset=utf-8", Body::from_stream(body)))
}

/// `/records/{kind}/xlsx`
pub(crate) async fn xlsx(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(kind): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let concept = concept_of(&kind)?;
    let (filter, principal) = (Wishes::of(concept, &pairs).filter, reader.visitor.principal()?);
    let (mut rows, mut after) = (vec![head(concept)], None);
    loop {
        let (lines, next) = piece(&state, concept, (&filter, after.as_deref()), principal).await?;
        rows.extend(lines.iter().map(|line| cells(concept, line)));
        after = next;
        if after.is_none() || rows.len() >= SHEET_ROWS_MAX {
            break;
        }
    }
    rows.truncate(SHEET_ROWS_MAX);
    let written = tokio::task::spawn_blocking(move || workbook(&rows)).await.map_err(std::io::Error::other);
    let written = written.and_then(|written| written.map_err(std::io::Error::other));
    let bytes = written.map_err(|error| export_failure(&error))?;
    Ok(file(concept, "xlsx", MediaType::Xlsx.code(), Body::from(bytes)))
}

fn workbook(rows: &[Vec<String>]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            // Text, never a number or a formula: a number of a record is not calculated with.
            sheet.write_string(row, column, harmless(cell).as_ref())?;
        }
    }
    book.save_to_buffer()
}

async fn piece(
    state: &AppState,
    concept: &'static Concept,
    (filter, after): (&RecordFilter, Option<&str>),
    principal: &Principal,
) -> Result<(Vec<RecordLine>, Option<String>), Failure> {
    let lines = state.desk().store.record_page(concept, filter, (after, PIECE_LINES), principal).await?;
    let is_last = lines.len() < PIECE_LINES as usize;
    let next = lines.last().filter(|_| !is_last).map(|last| last.cursor().to_owned());
    Ok((lines, next))
}

fn head(concept: &'static Concept) -> Vec<String> {
    let fields = concept.open_fields().map(|field| field.code.to_owned());
    ["number", "state", "site"].map(str::to_owned).into_iter().chain(fields).collect()
}

fn cells(concept: &'static Concept, line: &RecordLine) -> Vec<String> {
    let fields = concept.open_fields().map(|field| line.field(field.code).unwrap_or_default().to_owned());
    let own = [line.number.clone(), line.state.code.to_owned(), line.site.clone().unwrap_or_default()];
    own.into_iter().chain(fields).collect()
}

fn csv_of(concept: &'static Concept, lines: &[RecordLine]) -> std::io::Result<Bytes> {
    let mut text = Vec::new();
    for line in lines {
        text.extend(csv_row(cells(concept, line))?);
    }
    Ok(Bytes::from(text))
}

fn file(concept: &Concept, extension: &str, media_type: &'static str, body: Body) -> Response {
    let disposition = format!("attachment; filename=\"{}.{extension}\"", concept.code);
    let mut response = ([(CONTENT_TYPE, media_type)], body).into_response();
    if let Ok(value) = disposition.parse() {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}
