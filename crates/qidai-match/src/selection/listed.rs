//! A page of either kind, rule by rule, for people to read; and two pages side by side.

use super::order::COLUMNS as ORDER_COLUMNS;
use super::page::{Page, PageError};
use super::profile::COLUMNS as PROFILE_COLUMNS;
use super::{OrderPage, Profile};

/// What a page is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageKind {
    /// Floors.
    Profile,
    /// What decides first.
    Order,
}

impl PageKind {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            PageKind::Profile => "profile",
            PageKind::Order => "order",
        }
    }
}

/// A page as texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPage {
    /// Which kind.
    pub kind: PageKind,
    /// As searches ask for it.
    pub name: String,
    /// Counted up with each change.
    pub version: u32,
    /// What it is called in Chinese, in English.
    pub called: [String; 2],
    /// Its rules, in their order.
    pub rules: Vec<ListedRule>,
}

/// One rule as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRule {
    /// What it is about, and for which classes or doses.
    pub rule: String,
    /// The least value with its unit, or the values of a key.
    pub value: String,
    /// Who says so.
    pub source: String,
    /// The source was read for it.
    pub checked: bool,
}

/// How one rule of two pages differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// On the first page; absent where it is new.
    pub before: Option<ListedRule>,
    /// On the second page; absent where it is gone.
    pub after: Option<ListedRule>,
}

impl ListedPage {
    /// Reads a page of whichever kind.
    ///
    /// # Errors
    /// The first line that is wrong for the kind that its columns belong to.
    pub fn read(text: &str) -> Result<ListedPage, PageError> {
        match OrderPage::read(text) {
            Ok(order) => {
                let page = Page::read(text, &ORDER_COLUMNS)?;
                let rules = page.rows.iter().filter_map(|row| match row.cells[..] {
                    [key, values, source, checked] => Some(rule(key, "", values, "", source, checked)),
                    _ => None,
                });
                let (rules, called) = (rules.collect(), [order.zh, order.en]);
                Ok(ListedPage {
                    kind: PageKind::Order,
                    name: order.name,
                    version: order.version,
                    called,
                    rules,
                })
            }
            Err(of_order) => {
                // A page with the columns of an order is told what is wrong with it as an order.
                let is_order = Page::read(text, &ORDER_COLUMNS).is_ok();
                let profile = Profile::read(text).map_err(|error| if is_order { of_order } else { error })?;
                let page = Page::read(text, &PROFILE_COLUMNS)?;
                let rules = page.rows.iter().filter_map(|row| match row.cells[..] {
                    [name, class, least, unit, source, checked] => {
                        Some(rule(name, class, least, unit, source, checked))
                    }
                    _ => None,
                });
                let (rules, called) = (rules.collect(), [profile.zh, profile.en]);
                let (kind, name, version) = (PageKind::Profile, profile.name, profile.version);
                Ok(ListedPage { kind, name, version, called, rules })
            }
        }
    }

    /// The rules that are others on another page: changed and gone ones in the order of this page, then new ones.
    pub fn changes(&self, other: &ListedPage) -> Vec<RuleChange> {
        let of = |page: &ListedPage, name: &str| page.rules.iter().find(|rule| rule.rule == name).cloned();
        let mut all: Vec<RuleChange> = self
            .rules
            .iter()
            .map(|before| RuleChange { before: Some(before.clone()), after: of(other, &before.rule) })
            .filter(|change| change.before != change.after)
            .collect();
        let new = other.rules.iter().filter(|rule| of(self, &rule.rule).is_none());
        all.extend(new.map(|after| RuleChange { before: None, after: Some(after.clone()) }));
        all
    }
}

fn rule(name: &str, class: &str, value: &str, unit: &str, source: &str, checked: &str) -> ListedRule {
    let joined = |one: &str, two: &str| format!("{one} {two}").trim().to_owned();
    ListedRule {
        rule: joined(name, class),
        value: joined(value, unit),
        source: source.to_owned(),
        checked: checked == "read",
    }
}

/// A page under another name and version.
pub fn renamed(text: &str, name: &str, version: u32) -> String {
    let line = |line: &str| match line.strip_prefix("| version |") {
        Some(_) => format!("| version | {version} |"),
        None => line.to_owned(),
    };
    let rest: Vec<String> = text.lines().skip(1).map(line).collect();
    format!("# {name}\n{}\n", rest.join("\n"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{ORDERS, PROFILES, find};
    use super::*;

    #[test]
    fn every_page_of_the_program_is_listed_rule_by_rule() {
        for page in PROFILES {
            let listed = ListedPage::read(page).unwrap();
            assert_eq!(listed.kind, PageKind::Profile);
            assert_eq!(listed.rules.len(), Profile::read(page).unwrap().rules.len());
            assert!(listed.rules.iter().all(|rule| !rule.source.is_empty() && !rule.value.is_empty()));
        }
        for page in ORDERS {
            let listed = ListedPage::read(page).unwrap();
            assert_eq!(
                (listed.kind, listed.rules.len()),
                (PageKind::Order, OrderPage::read(page).unwrap().keys.len())
            );
        }
    }

    #[test]
    fn a_copy_differs_in_nothing_until_it_is_changed() {
        let page = find(&PROFILES, "single_malignant_uk").unwrap();
        let copy = renamed(page, "ours", 3);
        let (old, new) = (ListedPage::read(page).unwrap(), ListedPage::read(&copy).unwrap());
        assert_eq!((new.name.as_str(), new.version), ("ours", 3));
        assert!(old.changes(&new).is_empty());
        let edited = copy.replace("| tnc | 8/8 | 3.0 |", "| tnc | 8/8 | 2.5 |").replace("| cd34 |", "| x6 |");
        let edited = edited.replace("| x6 |  | 1.5 |", "| x6 |  | 4 |");
        let changes = old.changes(&ListedPage::read(&edited).unwrap());
        let told: Vec<_> = changes
            .iter()
            .map(|change| {
                let value = |rule: &Option<ListedRule>| rule.as_ref().map(|rule| rule.rule.clone());
                (value(&change.before), value(&change.after))
            })
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told, [(some("tnc 8/8"), some("tnc 8/8")), (some("cd34"), None), (None, some("x6"))]);
    }
}
