//! Profiles and orders as data: what a search asks for, rule by rule with its source, and what decides in a list.
//!
//! Each is one page of tables in `selection/` of this crate; a bank writes its own in the same form. A page has a version, which searches
//! write down. `checked` says whether the source was `read` for the rule, or is `recalled` from the literature and waits
//! for the bank's medical director.

mod listed;
mod order;
mod page;
mod profile;

pub use listed::{ListedPage, ListedRule, PageKind, RuleChange, renamed};
pub use order::OrderPage;
pub use page::PageError;
pub use profile::{Doses, Profile, ProfileRule, RuleKind};

/// The pages of the program.
pub const PROFILES: [&str; 7] = [
    include_str!("../selection/profiles/default.md"),
    include_str!("../selection/profiles/single_malignant.md"),
    include_str!("../selection/profiles/single_malignant_uk.md"),
    include_str!("../selection/profiles/single_nonmalignant.md"),
    include_str!("../selection/profiles/double_each.md"),
    include_str!("../selection/profiles/china_malignant.md"),
    include_str!("../selection/profiles/china_nonmalignant.md"),
];

/// The orders of the program.
pub const ORDERS: [&str; 5] = [
    include_str!("../selection/orders/default.md"),
    include_str!("../selection/orders/cd34.md"),
    include_str!("../selection/orders/dose.md"),
    include_str!("../selection/orders/nmdp.md"),
    include_str!("../selection/orders/sm.md"),
];

/// The name that a page begins with; empty when it has none.
pub fn name_of(page: &str) -> &str {
    page.lines().next().and_then(|line| line.strip_prefix("# ")).map_or("", str::trim)
}

/// A page of the program by its name.
pub fn find(pages: &[&'static str], name: &str) -> Option<&'static str> {
    pages.iter().copied().find(|page| name_of(page) == name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::search::OrderKey;

    #[test]
    fn every_page_can_be_read_and_is_called_once() {
        for page in PROFILES {
            let profile = Profile::read(page).unwrap();
            assert!(profile.rules.iter().all(|rule| !rule.source.is_empty()), "{}", profile.name);
            assert!(find(&ORDERS, &profile.order).is_some(), "{} names an order", profile.name);
        }
        for page in ORDERS {
            let order = OrderPage::read(page).unwrap();
            assert!(order.keys.iter().all(|key| !key.source.is_empty()), "{}", order.name);
        }
        let mut names: Vec<&str> = PROFILES.iter().map(|page| name_of(page)).collect();
        names.dedup();
        assert_eq!(names.len(), PROFILES.len());
    }

    #[test]
    fn a_sliding_dose_is_a_floor_for_each_class() {
        let uk = Profile::read(find(&PROFILES, "single_malignant_uk").unwrap()).unwrap();
        let doses = uk.doses(30.0);
        let [lower @ .., whole] = doses.tnc_by_x8.unwrap();
        assert_eq!((lower, whole), ([1_500_000_000; 8], 900_000_000));
        assert_eq!((doses.tnc_total, doses.cd34_total), (None, Some(4_500_000)));
    }

    #[test]
    fn bands_need_a_weight() {
        let page = OrderPage::read(find(&ORDERS, "default").unwrap()).unwrap();
        let bands = |order: &crate::search::Order| {
            order.keys.iter().find_map(|key| match key {
                OrderKey::Cd34Band(from) => Some(from.clone()),
                _ => None,
            })
        };
        assert_eq!(bands(&page.order(Some(20.0))), Some(vec![4_000_000, 3_000_000, 2_000_000]));
        assert_eq!(bands(&page.order(None)), None);
    }

    #[test]
    fn a_page_that_is_wrong_says_where() {
        let wrong = PROFILES[1].replace("| cd34 |", "| cd43 |");
        let error = Profile::read(&wrong).unwrap_err();
        assert!(error.to_string().contains("cd43"), "{error}");
        assert!(Profile::read("nothing").is_err());
        let no_number = PROFILES[1].replace("| 2.5 |", "| much |");
        assert!(Profile::read(&no_number).unwrap_err().line > 10);
    }
}
