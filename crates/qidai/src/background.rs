//! What a server does beside answering.

mod figures;
mod follow;
mod jobs;
mod keep_count;
mod listen;
mod pools;
mod prepare;
mod watched;

pub(crate) use figures::keep_figures;
pub(crate) use follow::follow;
pub(crate) use jobs::work;
pub(crate) use keep_count::keep_count;
pub(crate) use listen::listen;
pub(crate) use pools::keep_pools;
pub(crate) use prepare::prepare;
