//! Sites: where something of the bank happens.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use qidai_bank::{Site, SiteKind, Uscc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cursor::Pages;
use super::{Asked, Body, InPath, List, Page, bounded, reason, version};
use crate::app::AppState;
use crate::auth::Desk;
use crate::error::{Failure, Kind};
use crate::pages::Reader;

/// A site.
#[derive(Serialize, ToSchema)]
pub(crate) struct SiteView {
    #[schema(example = "jinan")]
    code: String,
    name: String,
    /// `bank`, `collection_hospital`, `transplant_centre` or `workstation`.
    kind: &'static str,
    /// Unified social credit code of the institution (GB 32100).
    uscc: Option<String>,
    /// False when nothing happens there any more.
    active: bool,
}

/// A site as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "济南医院", "kind": "collection_hospital", "uscc": null, "active": true}))]
pub(crate) struct SiteWanted {
    /// The name people use.
    #[schema(min_length = 1, max_length = 1000)]
    name: String,
    /// `bank`, `collection_hospital`, `transplant_centre` or `workstation`.
    kind: String,
    /// Unified social credit code of the institution (GB 32100), where it has one.
    uscc: Option<String>,
    /// True when left out.
    active: Option<bool>,
    #[schema(max_length = 1000)]
    reason: Option<String>,
}

/// Sites
///
/// All sites by their codes, also those where nothing happens any more.
#[utoipa::path(get, path = "/api/sites", operation_id = "list_sites", tag = "people", params(Pages),
    responses((status = 200, description = "A page of sites", body = Page<SiteView>)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Asked(pages): Asked<Pages>,
) -> Result<Response, Failure> {
    let desk = state.desk();
    let list = List::new(&desk.keys, "/api/sites", [], pages.limit)?;
    let all = desk.store.sites().await?;
    list.of_all(&all, pages.cursor.as_deref(), |one| &one.code, view)
}

/// A site
///
/// One site; its `ETag` is needed to change it.
#[utoipa::path(get, path = "/api/sites/{code}", operation_id = "get_site", tag = "people",
    params(("code" = String, Path, example = "jinan")),
    responses((status = 200, description = "The site", body = SiteView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn get(
    State(state): State<AppState>,
    InPath(code): InPath<String>,
) -> Result<Response, Failure> {
    answer(state.desk(), &code, StatusCode::OK).await
}

/// Put a site
///
/// Adds a site (`If-None-Match: *`), or changes one (`If-Match` with its `ETag`). What is left out is empty afterwards.
#[utoipa::path(put, path = "/api/sites/{code}", operation_id = "put_site", tag = "people",
    params(("code" = String, Path, description = "1 to 32 small letters, digits, `-` and `_`", example = "jinan"),
        ("If-Match" = Option<String>, Header, description = "`ETag` of the site", example = "\"17\""),
        ("If-None-Match" = Option<String>, Header, description = "`*` for a new site", example = "*")),
    request_body = SiteWanted,
    responses((status = 200, description = "The site as it is now", body = SiteView,
        headers(("ETag" = String, description = "Its version"))),
        (status = 201, description = "The new site", body = SiteView,
        headers(("ETag" = String, description = "Its version")))))]
pub(crate) async fn put(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    InPath(code): InPath<String>,
    headers: HeaderMap,
    Body(wanted): Body<SiteWanted>,
) -> Result<Response, Failure> {
    let (desk, seen) = (state.desk(), version::seen(&headers)?);
    let acting = desk.acting(reader.visitor.principal()?).expecting(seen.version());
    let acting = reason(wanted.reason.as_ref())?.map_or(acting, |why| acting.because(why));
    let site = site_of(code, &wanted)?;
    if seen == version::Seen::Any && desk.store.site(&site.code).await?.is_none() {
        return Err(unknown(&site.code));
    }
    desk.store.put_site(&site, &acting).await?;
    let status = if seen == version::Seen::Nothing { StatusCode::CREATED } else { StatusCode::OK };
    answer(desk, &site.code, status).await
}

fn site_of(code: String, wanted: &SiteWanted) -> Result<Site, Failure> {
    let kind = SiteKind::parse(&wanted.kind).ok_or_else(|| {
        let expected = "bank, collection_hospital, transplant_centre, workstation";
        let value = bounded("kind", &wanted.kind).unwrap_or_default();
        let sentence = format!("'{value}' is no kind of a site: expected one of {expected}.");
        Failure::refused("site_kind_unknown", sentence).with("value", value).with("expected", expected)
    })?;
    let uscc = wanted.uscc.as_deref().map(|text| bounded("uscc", text).map(Uscc::parse)).transpose()?;
    let uscc = uscc
        .transpose()
        .map_err(|error| Failure::refused(error.code, format!("{}; {}.", error.reason, error.hint)))?;
    let name = bounded("name", wanted.name.trim())?.to_owned();
    Ok(Site { code, name, kind, uscc, active: wanted.active.unwrap_or(true) })
}

async fn answer(desk: &Desk, code: &str, status: StatusCode) -> Result<Response, Failure> {
    let site = desk.store.site(code).await?.ok_or_else(|| unknown(code))?;
    let version = desk.store.version_of(&format!("site/{code}")).await?;
    Ok(version::at(version, (status, Json(view(&site)))).into_response())
}

fn unknown(code: &str) -> Failure {
    let sentence = format!("There is no site '{code}' in use: add it first, or check the code.");
    Failure::new(Kind::NotFound, "site_unknown", sentence).with("site", code)
}

fn view(site: &Site) -> SiteView {
    SiteView {
        code: site.code.clone(),
        name: site.name.clone(),
        kind: site.kind.code(),
        uscc: site.uscc.as_ref().map(|uscc| uscc.as_str().to_owned()),
        active: site.active,
    }
}
