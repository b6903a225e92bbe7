//! Compares answers with what the document of the API promises.

use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::Told;

pub struct Judge<'a> {
    document: &'a Value,
    /// By path, method, status.
    validators: HashMap<(String, String, String), Validator>,
}

impl<'a> Judge<'a> {
    pub fn new(document: &'a Value) -> Judge<'a> {
        let mut judge = Judge { document, validators: HashMap::new() };
        let mut validators = HashMap::new();
        for (path, method, operation) in judge.operations() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let Some((_, schema)) = content(response) else { continue };
                let schema = json!({ "allOf": [schema], "components": document["components"] });
                let validator = jsonschema::draft202012::new(&schema).unwrap();
                validators.insert((path.to_owned(), method.to_owned(), status.clone()), validator);
            }
        }
        judge.validators = validators;
        judge
    }

    /// Path, method in small letters, operation.
    pub fn operations(&self) -> impl Iterator<Item = (&'a str, &'a str, &'a Value)> {
        let paths = self.document["paths"].as_object().unwrap();
        paths.iter().flat_map(|(path, item)| {
            let item = item.as_object().unwrap();
            item.iter().map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
        })
    }

    /// What is wrong with an answer.
    pub fn complaint(&self, path: &str, method: &str, told: &Told) -> Option<String> {
        let shown = || String::from_utf8_lossy(&told.body).chars().take(600).collect::<String>();
        if told.status >= 500 || told.status == 0 {
            return Some(format!("a failure of the program: {}", shown()));
        }
        let responses = &self.document["paths"][path][method]["responses"];
        let status = told.status.to_string();
        let Some(response) = responses.get(&status) else {
            return Some(format!("{status} is not documented: {}", shown()));
        };
        let Some((content_type, _)) = content(response) else {
            return (!told.body.is_empty()).then(|| format!("a body where none is documented: {}", shown()));
        };
        if content_type != "*/*" && content_type != told.content_type {
            return Some(format!("content type {}, documented is {content_type}", told.content_type));
        }
        if !content_type.ends_with("json") {
            return None;
        }
        let Ok(body) = serde_json::from_slice::<Value>(&told.body) else {
            return Some(format!("the body is no JSON: {}", shown()));
        };
        let validator = &self.validators[&(path.to_owned(), method.to_owned(), status)];
        let error = validator.iter_errors(&body).next()?;
        Some(format!("does not fit its schema: {error} at {}; {}", error.instance_path, shown()))
    }
}

/// The one media type of a response and its schema.
fn content(response: &Value) -> Option<(&str, &Value)> {
    let (content_type, content) = response["content"].as_object()?.iter().next()?;
    Some((content_type, &content["schema"]))
}
