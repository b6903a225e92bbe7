//! What a failing bank means for the person who asked.

use qidai_bank::StoreError;

use super::Failure;

impl From<&StoreError> for Failure {
    /// A database that cannot answer is an outage, never a "no".
    fn from(error: &StoreError) -> Failure {
        Failure::outage(error.code(), error.to_string()).because(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::from(&error)
    }
}
