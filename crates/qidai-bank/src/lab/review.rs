//! Who may do what with a result: one table.

use super::definition::TestDefinition;
use super::result::{EnteredBy, ResultState, TestResult};
use crate::{Principal, Refusal};

/// What somebody who looks at a result says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Review {
    /// It is right.
    Agree,
    /// It is wrong, or its test was: do it again.
    Reject,
}

impl Review {
    pub fn code(self) -> &'static str {
        match self {
            Self::Agree => "agree",
            Self::Reject => "reject",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        [Self::Agree, Self::Reject].into_iter().find(|review| review.code() == code)
    }
}

/// State, what is said, people who must agree, next state. What is not here is refused.
///
/// Source: mission M06, `Entered → TechReviewed → Approved → (Amended vN)`, dual review for infection markers, HLA, ABO.
const MOVES: [(ResultState, Review, u8, ResultState); 6] = [
    (ResultState::Entered, Review::Agree, 1, ResultState::Approved),
    (ResultState::Entered, Review::Agree, 2, ResultState::Reviewed),
    (ResultState::Reviewed, Review::Agree, 2, ResultState::Approved),
    (ResultState::Entered, Review::Reject, 1, ResultState::Rejected),
    (ResultState::Entered, Review::Reject, 2, ResultState::Rejected),
    (ResultState::Reviewed, Review::Reject, 2, ResultState::Rejected),
];

impl ResultState {
    /// The state after a review of a test that needs so many people.
    pub fn after(self, review: Review, reviews: u8) -> Option<Self> {
        MOVES
            .iter()
            .find(|(from, said, people, _)| (*from, *said, *people) == (self, review, reviews))
            .map(|row| row.3)
    }
}

impl TestResult {
    /// Where a review leads, when this person may make it.
    ///
    /// # Errors
    /// `result_not_pending`; `four_eyes` for who entered it or has agreed before.
    pub(crate) fn reviewed_by(&self, review: Review, principal: &Principal) -> Result<ResultState, Refusal> {
        let next = self.state.after(review, self.test.reviews);
        let next = next.ok_or_else(|| not_pending(self))?;
        let before = std::iter::once(&self.entered).chain(&self.reviewed);
        if before.into_iter().any(|one| is_same(one, principal)) {
            let sentence = format!(
                "{} of {} is looked at by somebody who neither entered it nor has agreed before: ask a colleague.",
                self.test.en,
                self.unit.written()
            );
            return Err(Refusal::new("four_eyes", sentence)
                .with("number", self.unit.written())
                .with("move", review.code()));
        }
        Ok(next)
    }
}

fn is_same(one: &EnteredBy, principal: &Principal) -> bool {
    match (&one.account_id, principal.account_id()) {
        (Some(before), Some(now)) => before == now,
        _ => one.actor == principal.name(),
    }
}

fn not_pending(result: &TestResult) -> Refusal {
    let sentence = format!(
        "{} of {} is '{}': only what was entered and not yet approved is looked at.",
        result.test.en,
        result.unit.written(),
        result.state.code()
    );
    Refusal::new("result_not_pending", sentence)
        .with("test", result.test.code)
        .with("number", result.unit.written())
        .with("state", result.state.code())
}

/// A second result while the first still waits would leave it open which one counts.
pub(crate) fn pending(test: &TestDefinition, number: &str, since: &TestResult) -> Refusal {
    let sentence = format!(
        "{} of {number} has a result that waits for review ({}): approve or reject that one first.",
        test.en,
        since.shown()
    );
    Refusal::new("result_pending", sentence)
        .with("test", test.code)
        .with("number", number)
        .with("value", since.shown())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All states × what is said × how many people: what is not in the table is refused.
    #[test]
    fn from_and_to() {
        let mut table = Vec::new();
        for state in ResultState::ALL {
            for review in [Review::Agree, Review::Reject] {
                for people in [1, 2] {
                    let next = state.after(review, people).map_or("refused", ResultState::code);
                    table.push(format!("{} {} {people}: {next}", state.code(), review.code()));
                }
            }
        }
        assert_eq!(
            table,
            [
                "entered agree 1: approved",
                "entered agree 2: reviewed",
                "entered reject 1: rejected",
                "entered reject 2: rejected",
                "reviewed agree 1: refused",
                "reviewed agree 2: approved",
                "reviewed reject 1: refused",
                "reviewed reject 2: rejected",
                "approved agree 1: refused",
                "approved agree 2: refused",
                "approved reject 1: refused",
                "approved reject 2: refused",
                "rejected agree 1: refused",
                "rejected agree 2: refused",
                "rejected reject 1: refused",
                "rejected reject 2: refused",
                "superseded agree 1: refused",
                "superseded agree 2: refused",
                "superseded reject 1: refused",
                "superseded reject 2: refused",
            ]
        );
    }
}
