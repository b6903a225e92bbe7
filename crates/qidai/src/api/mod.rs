//! The doors for programs: JSON in, JSON out, one file per resource.

pub(crate) mod documents;
pub(crate) mod health;
pub(crate) mod operation;
pub(crate) mod search;
pub(crate) mod typing;

use axum::Json;
use axum::extract::rejection::JsonRejection;

use crate::error::Failure;

/// Takes the body, or says with its line and column what is wrong with it.
fn body<T>(json: Result<Json<T>, JsonRejection>) -> Result<T, Failure> {
    match json {
        Ok(Json(value)) => Ok(value),
        Err(error) => {
            Err(Failure::refused("json_unreadable", error.body_text()).with("detail", error.body_text()))
        }
    }
}
