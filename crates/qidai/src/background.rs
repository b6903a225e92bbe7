//! What a server does beside answering.

mod follow;

pub(crate) use follow::follow;
