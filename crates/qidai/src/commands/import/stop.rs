//! Why an import ends before its file does.

use std::path::Path;

use qidai_exchange::mapping::MappingError;
use qidai_exchange::table::TableError;
use qidai_exchange::{Issue, PlanError};

use crate::error::Failure;

/// The end of an import.
pub(super) enum Stop {
    /// The file cannot be used, and this is what is wrong with it.
    Refused(Vec<Issue>),
    /// The program could not work, or was called wrongly.
    Failed(Box<Failure>),
}

impl Stop {
    /// A file that cannot be used, or cannot be read at all.
    pub(super) fn table(error: &TableError, file: &Path) -> Stop {
        if error.is_outage() {
            let sentence = format!("{}: {error}; {}.", file.display(), error.hint());
            return Failure::outage(error.code(), sentence)
                .with("file", file.display().to_string())
                .with("error", error.to_string())
                .because(error)
                .into();
        }
        Stop::Refused(vec![error.to_issue()])
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(Box::new(failure))
    }
}

impl From<MappingError> for Stop {
    fn from(error: MappingError) -> Stop {
        match error {
            MappingError::Io(_) => Failure::outage(error.code(), format!("{error}.")).into(),
            _ => Failure::refused(error.code(), format!("{error}.")).into(),
        }
    }
}

impl From<PlanError> for Stop {
    fn from(error: PlanError) -> Stop {
        match error {
            PlanError::Mapping(error) => error.into(),
            PlanError::Header(issues) => Stop::Refused(issues),
        }
    }
}
