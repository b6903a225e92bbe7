//! `GET /api/openapi.json`: the API described in OpenAPI 3.1.
//!
//! What a handler takes and answers stands at the handler. What all have in common – who may pass, what is refused
//! before a handler is reached, keys and limits – is added here from the list of routes, so that neither can be
//! forgotten.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, PathItem, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use super::{
    access_log, accounts, affected, audit, coverage, decisions, documents, dossier, emergencies, figures,
    find, freeze_runs, history, hla, lab, listings, matching, me, notifications, outcomes, pools, profiles,
    records, requests, roles, search, signing, sites, storage, tokens, typing, unit_import, unit_life, units,
};
use crate::app::{Door, Entry, keeps_answers, routes};
use crate::error::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "qidai",
        description = "The API of a cord blood bank. Sentences are in the language of Accept-Language (zh-CN, en); \
                       codes and field names are the same in all. What is not known is null, never 0.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    paths(
        describe,
        search::run, search::report, search::explain, search::excluded, pools::list, profiles::list, typing::check, hla::explain,
        matching::explain,
        unit_import::run, unit_life::register, unit_life::get, unit_life::move_on, unit_life::trace,
        listings::make, units::list, units::get, find::find, affected::list, dossier::get,
        lab::list_tests, lab::list, lab::of_unit, lab::enter, lab::review,
        lab::messages::list, lab::messages::bring, lab::messages::one, lab::messages::open, lab::messages::assign,
        lab::messages::files, lab::controls::list, lab::controls::add, lab::controls::measure,
        storage::tanks, storage::put, storage::places, storage::count, storage::go,
        freeze_runs::list, freeze_runs::get, freeze_runs::add,
        decisions::list_profiles, decisions::counts, decisions::of_unit, decisions::decide, decisions::again,
        figures::list, figures::rows, outcomes::get, coverage::run, history::list, access_log::list, audit::get, audit::begin,
        me::get, me::sessions, me::end, roles::list,
        accounts::list, accounts::add, accounts::get, accounts::give_role, accounts::take_role, accounts::disable,
        accounts::link,
        sites::list, sites::get, sites::put,
        documents::list, documents::add, documents::one, documents::content, documents::open,
        documents::withdraw,
        notifications::list,
        notifications::unread,
        notifications::read,
        notifications::read_one,
        requests::run, requests::list, requests::one, requests::report, requests::of_family, requests::times,
        requests::give,
        records::list, records::add, records::get, records::amend, records::move_on,
        signing::of_record, signing::of_unit, signing::sign_record, signing::sign_unit, signing::open,
        signing::certification, signing::certify,
        tokens::list, tokens::add, tokens::revoke,
        emergencies::list, emergencies::take, emergencies::review,
    ),
    components(schemas(Problem)),
    tags(
        (name = "search", description = "Searching for a patient"),
        (name = "requests", description = "Patients, search requests, what may leave the country"),
        (name = "units", description = "Units"),
        (name = "laboratory", description = "Tests, results and their review"),
        (name = "storage", description = "Tanks and what stands in them"),
        (name = "documents", description = "Files of units, sites and persons"),
        (name = "registers", description = "Records of each declared kind"),
        (name = "figures and traces", description = "Figures, history, access log, verification"),
        (name = "people", description = "Accounts, roles, sites, tokens, emergencies"),
        (name = "document", description = "This document"),
    ),
    security(("session" = []), ("token" = [])),
    modifiers(&Doors),
)]
struct Written;

/// The document, made once.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| every_field_is_told(serde_json::to_value(Written::openapi()).unwrap_or_default()));

/// This document
///
/// The API in OpenAPI 3.1. It holds nothing of the bank.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "get_openapi", tag = "document", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = Object)))]
pub(crate) async fn describe() -> Response {
    static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

/// Adds what doors and layers do.
struct Doors;

impl Modify for Doors {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let components = api.components.get_or_insert_with(Default::default);
        let session =
            ApiKeyValue::with_description("qidai", "The session of a browser; over HTTPS `__Host-qidai`.");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
        let token = token.description(Some("A token of a machine: 64 hexadecimal digits."));
        components.add_security_scheme("token", SecurityScheme::Http(token.build()));
        let list = routes();
        for (path, item) in &mut api.paths.paths {
            for (method, operation) in operations(item) {
                let entry = list.list().iter().find(|(known, at, _)| *known == method && at == path);
                if let Some(entry) = entry {
                    complete(operation, *entry);
                }
            }
        }
    }
}

/// Answers tell every field, null where it is not known; of what is sent, fields may be left out.
fn every_field_is_told(mut document: Value) -> Value {
    let mut sent = Vec::new();
    for item in document["paths"].as_object().into_iter().flat_map(|paths| paths.values()) {
        for operation in item.as_object().into_iter().flat_map(|item| item.values()) {
            references(&operation["requestBody"], &mut sent);
        }
    }
    let mut at = 0;
    while let Some(name) = sent.get(at).cloned() {
        references(&document["components"]["schemas"][name], &mut sent);
        at += 1;
    }
    let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
    schemas.filter(|(name, _)| !sent.contains(name)).for_each(|(_, schema)| require_all(schema));
    document
}

/// Names of the schemas that a part of the document refers to, each once.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|one| one.rsplit('/').next());
            if let Some(name) = name.filter(|name| !found.iter().any(|known| known == name)) {
                found.push(name.to_owned());
            }
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

fn require_all(schema: &mut Value) {
    for of in ["oneOf", "allOf"] {
        schema.get_mut(of).and_then(Value::as_array_mut).into_iter().flatten().for_each(require_all);
    }
    let names = schema["properties"].as_object().map(|fields| fields.keys().cloned().collect::<Vec<_>>());
    if let (Some(names), Some(schema)) = (names, schema.as_object_mut()) {
        schema.insert("required".to_owned(), names.into());
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all = [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn complete(operation: &mut Operation, entry: Entry) {
    let (method, path, door) = entry;
    operation
        .extensions
        .get_or_insert_default()
        .merge(ExtensionsBuilder::new().add("x-door", door.code()).build());
    if method == "POST" && keeps_answers(path) {
        let key = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .min_length(Some(1))
            .max_length(Some(128))
            .pattern(Some("^[!-~]+$"));
        let parameter = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("The same key and body again give the same answer; it is carried out once."))
            .schema(Some(key.build()));
        operation.parameters.get_or_insert_default().push(parameter.build());
    }
    for (status, about) in refusals(operation, entry) {
        let known = &mut operation.responses.responses;
        known.entry(status.to_string()).or_insert_with(|| RefOr::T(problem(status, about)));
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            for (name, about) in LIMIT_HEADERS {
                let number = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer)).build();
                let header = HeaderBuilder::new().description(Some(about)).schema(number).build();
                response.headers.insert(name.to_owned(), header);
            }
        }
    }
}

const LIMIT_HEADERS: [(&str, &str); 3] = [
    ("RateLimit-Limit", "Requests of this sender in a minute"),
    ("RateLimit-Remaining", "What is left of them"),
    ("RateLimit-Reset", "Seconds until the next minute"),
];

/// What can be refused at this door, besides what the handler says itself.
fn refusals(operation: &Operation, (method, path, door): Entry) -> Vec<(u16, &'static str)> {
    let takes_version = operation.parameters.iter().flatten().any(|parameter| parameter.name == "If-Match");
    let takes_json =
        operation.request_body.as_ref().is_some_and(|body| body.content.contains_key("application/json"));
    let all = [
        (true, 400, "The address, a parameter, a cursor or a header cannot be read"),
        (door != Door::Everybody, 401, "Nobody is signed in, or no longer"),
        (true, 403, "Not allowed: the permission, the name of the server, or the page that sent it"),
        (path.contains('{'), 404, "There is no such thing"),
        (
            method == "POST" && keeps_answers(path),
            409,
            "A request with this Idempotency-Key is under way, or nobody knows its end",
        ),
        (takes_version, 412, "It was changed since it was read"),
        (true, 413, "The body is larger than 1 MiB, or a file than is kept"),
        (true, 414, "The address is longer than 8 KiB"),
        (takes_json || method == "POST", 415, "The body is not JSON"),
        (operation.request_body.is_some(), 422, "What was sent cannot be accepted; the sentence says why"),
        (takes_version, 428, "The version must be named"),
        (true, 429, "Too many requests"),
        (true, 500, "The program could not work; nothing is a \"no\""),
    ];
    all.into_iter().filter(|(applies, ..)| *applies).map(|(_, status, about)| (status, about)).collect()
}

fn problem(status: u16, about: &str) -> utoipa::openapi::Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let mut response = ResponseBuilder::new().description(about).content("application/problem+json", content);
    let text = |about: &str| {
        let text = ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build();
        HeaderBuilder::new().description(Some(about)).schema(text).build()
    };
    if status == 401 {
        response = response.header("WWW-Authenticate", text("Bearer"));
    }
    if matches!(status, 409 | 429) {
        response = response.header("Retry-After", text("Seconds after which it may succeed"));
    }
    response.build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn documented() -> BTreeSet<(String, String)> {
        let paths = DOCUMENT["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
        });
        operations.collect()
    }

    #[test]
    fn every_route_of_the_api_is_described_and_nothing_else() {
        let list = routes();
        let served = list.list().iter().filter(|(_, path, _)| path.starts_with("/api/"));
        let served: BTreeSet<_> =
            served.map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
        assert_eq!(documented(), served);
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(values) => values.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        references(&DOCUMENT, &mut found);
        assert!(found.len() > 100, "{}", found.len());
        for reference in found {
            let at = reference.strip_prefix('#').unwrap();
            assert!(DOCUMENT.pointer(at).is_some(), "{reference}");
        }
        assert_eq!(DOCUMENT["openapi"], "3.1.0");
    }

    #[test]
    fn every_operation_says_who_may_and_has_an_example_of_its_body() {
        for (method, path) in documented() {
            let operation = &DOCUMENT["paths"][&path][method.to_lowercase()];
            assert!(operation["x-door"].is_string(), "{method} {path}");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{method} {path}");
            let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            if let Some(reference) = body.as_str() {
                let schema = DOCUMENT.pointer(&reference[1..]).unwrap();
                assert!(!schema["example"].is_null(), "{method} {path} has no example");
            }
        }
    }
}
