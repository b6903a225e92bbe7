//! Which haplotype frequencies are used, and how the choice is told.

use qidai_match::frequency::FrequencySet;

use crate::demo::HAN_NORTH;
use crate::error::Failure;

/// The frequencies of the demonstration population: what there is when a bank has none of its own. They are synthetic, and every answer says so.
pub(crate) fn built_in() -> Result<FrequencySet, Failure> {
    FrequencySet::read(HAN_NORTH).map_err(|error| {
        Failure::outage("frequencies_empty", "The built-in frequencies cannot be read.").because(&error)
    })
}
