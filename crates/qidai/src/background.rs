//! What a server does beside answering.

mod follow;
mod jobs;
mod keep_count;

pub(crate) use follow::follow;
pub(crate) use jobs::work;
pub(crate) use keep_count::keep_count;
