//! Who is at the other end: sessions of people, tokens of machines, and the demonstration's visitor.

pub(crate) mod cookie;
mod demo;
mod desk;
pub(crate) mod form_key;
mod visitor;

pub(crate) use desk::{DOCUMENT_MB_USUAL, Desk};
pub(crate) use visitor::{Shown, Visitor, know_visitor};
