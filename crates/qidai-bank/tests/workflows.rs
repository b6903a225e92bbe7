//! The declarations hold together, and what they say is what experts wrote down beside them.

#![allow(clippy::expect_used, clippy::panic, reason = "a broken expectation fails the test")]

use qidai_bank::workflow;

#[test]
fn the_declarations_hold_together() {
    let told: Vec<String> = workflow::mistakes().iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert_eq!(workflow::concepts().len(), 5);
}
