//! The profile and the order of a search: by name from the program, or from a page of the bank's own.

use qidai_match::selection::{self, OrderPage, PageError, Profile};

use super::SearchRequest;
use super::request::refuse;
use crate::error::Failure;

/// What a search selects by.
pub(crate) struct Selected {
    pub(crate) profile: Profile,
    pub(crate) order: OrderPage,
}

impl Selected {
    /// Finds and reads both pages.
    ///
    /// # Errors
    /// A name that there is no page of, or a page that cannot be read.
    pub(crate) fn of(request: &SearchRequest) -> Result<Selected, Failure> {
        let profile = match &request.profile_page {
            Some(page) => page,
            None => named(&selection::PROFILES, "search_profile_unknown", "profile", &request.profile)?,
        };
        let order = match &request.order_page {
            Some(page) => page,
            None => named(&selection::ORDERS, "order_unknown", "order", &request.order)?,
        };
        Ok(Selected {
            profile: Profile::read(profile).map_err(|error| unreadable("profile", &error))?,
            order: OrderPage::read(order).map_err(|error| unreadable("order", &error))?,
        })
    }

    /// Name and version, for receipts.
    pub(crate) fn profile_version(&self) -> String {
        format!("{} {}", self.profile.name, self.profile.version)
    }

    /// Name and version, for receipts.
    pub(crate) fn order_version(&self) -> String {
        format!("{} {}", self.order.name, self.order.version)
    }
}

fn named<'p>(pages: &[&'static str], code: &'static str, what: &str, name: &str) -> Result<&'p str, Failure> {
    selection::find(pages, name).ok_or_else(|| {
        let names: Vec<&str> = pages.iter().map(|page| selection::name_of(page)).collect();
        refuse(code, what, name, &names.join(", "))
    })
}

fn unreadable(what: &'static str, error: &PageError) -> Failure {
    let sentence = format!("The page of the {what} cannot be read: {error}.");
    Failure::refused("selection_page_unreadable", sentence)
        .with("what", what)
        .with("error", error.to_string())
}
