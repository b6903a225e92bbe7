//! `/api`: the API for people, made of the same document that programs read.

use askama::Template;
use axum::Extension;
use axum::response::Response;
use serde_json::Value;

use super::{Frame, Reader, label, render};
use crate::api::document::DOCUMENT;
use crate::error::Failure;
use crate::words::Lang;

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    frame: Frame,
    groups: Vec<Group>,
    schemas: Vec<Schema>,
}

/// Operations about one thing.
struct Group {
    name: String,
    anchor: String,
    operations: Vec<Operation>,
}

struct Operation {
    anchor: String,
    method: String,
    path: String,
    summary: String,
    /// Who may, in words.
    door: String,
    parameters: Vec<Parameter>,
    /// Name of the schema of the body.
    body: Option<String>,
    answers: Vec<Answer>,
    curl: String,
}

struct Parameter {
    name: String,
    place: String,
    kind: String,
    is_needed: bool,
    /// In English; the names say it in both languages.
    about: String,
}

struct Answer {
    status: String,
    schema: Option<String>,
}

struct Schema {
    name: String,
    fields: Vec<Parameter>,
}

pub(crate) async fn show(Extension(reader): Extension<Reader>) -> Result<Response, Failure> {
    render(&ApiPage {
        groups: groups(reader.lang),
        schemas: schemas(reader.lang),
        frame: Frame::new(&reader),
    })
}

fn groups(lang: Lang) -> Vec<Group> {
    let w = lang.words();
    let tags = DOCUMENT["tags"].as_array().into_iter().flatten();
    tags.filter_map(|tag| tag["name"].as_str())
        .map(|tag| Group {
            name: w.t(&format!("api-tag-{}", tag.replace(' ', "-"))),
            anchor: tag.replace(' ', "-"),
            operations: operations(tag, lang),
        })
        .collect()
}

fn operations(tag: &str, lang: Lang) -> Vec<Operation> {
    let paths = DOCUMENT["paths"].as_object().into_iter().flatten();
    let all = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    });
    all.filter(|(.., operation)| operation["tags"][0] == tag)
        .map(|(path, method, operation)| view(path, method, operation, lang))
        .collect()
}

fn view(path: &str, method: &str, operation: &Value, lang: Lang) -> Operation {
    let w = lang.words();
    let id = text(&operation["operationId"]);
    let body = operation.pointer("/requestBody/content/application~1json/schema");
    let answers = operation["responses"].as_object().into_iter().flatten().map(|(status, response)| Answer {
        status: status.clone(),
        schema: response["content"]
            .as_object()
            .and_then(|content| content.values().next())
            .map(|c| kind(&c["schema"])),
    });
    Operation {
        anchor: id.to_owned(),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: w.t(&format!("api-op-{}", id.replace('_', "-"))),
        door: door(text(&operation["x-door"]), lang),
        parameters: parameters(operation, lang),
        body: body.map(kind),
        answers: answers.collect(),
        curl: curl(path, method, operation),
    }
}

fn door(code: &str, lang: Lang) -> String {
    match qidai_bank::Permission::parse(code) {
        Some(permission) => format!("{} ({code})", label(lang, permission.labels())),
        None => lang.words().t(&format!("api-door-{}", code.replace('_', "-"))),
    }
}

fn parameters(operation: &Value, lang: Lang) -> Vec<Parameter> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    all.map(|one| Parameter {
        name: text(&one["name"]).to_owned(),
        place: lang.words().t(&format!("api-in-{}", text(&one["in"]))),
        kind: kind(&one["schema"]),
        is_needed: one["required"] == true,
        about: about(one, lang),
    })
    .collect()
}

/// Descriptions are written beside the code, in English.
fn about(value: &Value, lang: Lang) -> String {
    if lang == Lang::En { text(&value["description"]).to_owned() } else { String::new() }
}

/// `string`, `integer | null`, `[UnitLine]`, `UnitLine`.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for of in ["oneOf", "anyOf", "allOf"] {
        if let Some(all) = schema[of].as_array() {
            return all.iter().map(kind).collect::<Vec<_>>().join(" | ");
        }
    }
    let own = match &schema["type"] {
        Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join(" | "),
        one => text(one).to_owned(),
    };
    match (own.as_str(), schema["format"].as_str()) {
        (array, _) if array.starts_with("array") => format!("[{}]{}", kind(&schema["items"]), &array[5..]),
        ("", _) => "any".to_owned(),
        (_, Some(format)) => format!("{own} ({format})"),
        _ => own,
    }
}

/// A command for a shell in which `$QIDAI` is the address of the server and `$TOKEN` a token.
fn curl(path: &str, method: &str, operation: &Value) -> String {
    let mut line = String::from("curl");
    if method != "get" {
        line.push_str(&format!(" -X {}", method.to_uppercase()));
    }
    line.push_str(" -H \"Authorization: Bearer $TOKEN\"");
    let all = operation["parameters"].as_array().into_iter().flatten();
    for header in all.filter(|one| one["in"] == "header" && one["required"] == true) {
        line.push_str(&format!(" -H '{}: {}'", text(&header["name"]), text(&header["example"])));
    }
    line.push_str(&format!(" \"$QIDAI{path}\""));
    let body =
        operation.pointer("/requestBody/content/application~1json/schema/$ref").and_then(Value::as_str);
    if let Some(schema) = body.and_then(|reference| DOCUMENT.pointer(&reference[1..])) {
        line.push_str(&format!(" -H 'Content-Type: application/json' -d '{}'", schema["example"]));
    }
    line
}

fn schemas(lang: Lang) -> Vec<Schema> {
    let all = DOCUMENT["components"]["schemas"].as_object().into_iter().flatten();
    all.map(|(name, schema)| Schema { name: name.clone(), fields: fields(schema, lang) }).collect()
}

/// The fields of an object, or what stands in its place.
fn fields(schema: &Value, lang: Lang) -> Vec<Parameter> {
    let parts = schema["allOf"].as_array().into_iter().flatten();
    let mut found: Vec<Parameter> = parts.flat_map(|part| fields(part, lang)).collect();
    let needed = |name: &str| {
        schema["required"].as_array().into_iter().flatten().any(|one| one.as_str() == Some(name))
    };
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, value)| Parameter {
        name: name.clone(),
        place: String::new(),
        kind: kind(value),
        is_needed: needed(name),
        about: about(value, lang),
    });
    found.extend(own);
    if found.is_empty() {
        let one = Parameter {
            name: String::new(),
            place: String::new(),
            kind: kind(schema),
            is_needed: true,
            about: about(schema, lang),
        };
        found.push(one);
    }
    found
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_operation_and_door_has_its_words_in_both_languages() {
        for lang in Lang::ALL {
            let groups = groups(lang);
            assert!(groups.iter().map(|group| group.operations.len()).sum::<usize>() > 30);
            for group in &groups {
                assert!(!group.name.starts_with("api-") && !group.operations.is_empty(), "{}", group.name);
                for one in &group.operations {
                    assert!(!one.summary.starts_with("api-op-"), "{} needs api-op-…", one.anchor);
                    assert!(!one.door.starts_with("api-door-"), "{}", one.door);
                    assert!(one.parameters.iter().all(|one| !one.place.starts_with("api-in-")));
                }
            }
        }
    }

    #[test]
    fn a_command_can_be_copied_as_it_stands() {
        let operation = &DOCUMENT["paths"]["/api/accounts/{number}/roles"]["post"];
        let line = curl("/api/accounts/{number}/roles", "post", operation);
        assert!(
            line.starts_with("curl -X POST -H \"Authorization: Bearer $TOKEN\" -H 'If-Match: \"17\"'"),
            "{line}"
        );
        assert!(line.contains("-d '{\"role\":\"collection\""), "{line}");
    }

    #[test]
    fn kinds_are_told_in_short() {
        for (schema, said) in [
            (r##"{"type":["integer","null"],"format":"int64"}"##, "integer | null (int64)"),
            (r##"{"type":"array","items":{"$ref":"#/components/schemas/UnitLine"}}"##, "[UnitLine]"),
            (r##"{"oneOf":[{"type":"null"},{"$ref":"#/components/schemas/Unit"}]}"##, "null | Unit"),
            ("{}", "any"),
        ] {
            assert_eq!(kind(&serde_json::from_str(schema).unwrap()), said);
        }
    }
}
