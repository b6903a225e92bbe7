//! n2: searches for requesters in the country and abroad.

use super::{Figure, Rule};

/// One for each search that was run from a request and left a receipt; a look at the search page is none.
pub(super) const FIGURE: Figure =
    Figure { number: "n2", query: "search.count", version: 1, rule: Rule::Searches };
