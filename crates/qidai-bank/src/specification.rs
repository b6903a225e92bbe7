//! By which rules a unit is banked or released: versioned files, and what they say about the facts of a unit.
//!
//! A profile is a file under `profiles`, compiled in. A version that was used is never changed or removed: a new one is a
//! new file. So a decision can be made again years later, with the profile and the facts that it saw.

mod decision;
mod evaluate;
mod facts;
mod pareto;
mod profile;

pub use decision::{Again, Decision, Exception};
pub(crate) use evaluate::number;
pub use evaluate::{Evaluation, RuleOutcome, RuleResult, UnitOutcome};
pub(crate) use facts::facts_of;
pub use facts::{Fact, Facts};
pub use pareto::{ParetoRow, pareto};
pub use profile::{Comparator, Profile, Rule, Severity, profile, profiles};
