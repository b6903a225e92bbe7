//! What a server does beside answering.

mod follow;
mod keep_count;

pub(crate) use follow::follow;
pub(crate) use keep_count::keep_count;
