//! Profiles and orders of the bank's own: found by their names, read rule by rule, used only when they are signed.
//!
//! They are records of the register `search_profile`. A search that asks for one by name gets its page put into the request, so that the receipt
//! holds what was used, whatever becomes of the record.

use qidai_bank::workflow::{self, Concept};
use qidai_bank::{
    BankError, Coverage, Meaning, Principal, Problem, Record, RecordFilter, Refusal, Role, Store,
};
use qidai_match::selection::{self, ListedPage, ORDERS, PROFILES, PageKind};

use crate::catalogue::SearchRequest;
use crate::error::Failure;

/// The register.
pub(crate) const CONCEPT: &str = "search_profile";
/// Records that are read at once.
const PAGE: u32 = 200;

/// A page, and where it comes from.
pub(crate) struct Known {
    pub(crate) page: ListedPage,
    pub(crate) text: String,
    /// The record; absent for a page of the program.
    pub(crate) record: Option<Record>,
}

/// The register of profiles.
///
/// # Errors
/// The program has no such register, which would be a defect.
pub(crate) fn concept() -> Result<&'static Concept, Failure> {
    Ok(workflow::known(CONCEPT).map_err(BankError::from)?)
}

/// Every page of the program, then the bank's own, newest first.
///
/// # Errors
/// The database fails.
pub(crate) async fn all(store: &Store) -> Result<Vec<Known>, Failure> {
    let of_program = PROFILES.iter().chain(&ORDERS).filter_map(|text| {
        let page = ListedPage::read(text).ok()?;
        Some(Known { page, text: (*text).to_owned(), record: None })
    });
    let mut all: Vec<Known> = of_program.collect();
    all.extend(own(store, &[]).await?);
    Ok(all)
}

/// The bank's own pages in some states, newest first; in all when none is named. A page that can no longer be read is left out.
async fn own(store: &Store, states: &[&str]) -> Result<Vec<Known>, Failure> {
    let filter = RecordFilter {
        states: states.iter().map(|state| (*state).to_owned()).collect(),
        ..RecordFilter::default()
    };
    let reader = Principal::console_as("search", Role::SearchCoordinator);
    let (concept, mut all, mut after) = (concept()?, Vec::new(), None::<String>);
    loop {
        let lines = store.record_page(concept, &filter, (after.as_deref(), PAGE), &reader).await?;
        let Some(last) = lines.last() else { break };
        after = Some(last.cursor().to_owned());
        for line in &lines {
            let record = store.record(concept, &line.number, &reader).await?;
            let Some(text) = record.field("page").map(str::to_owned) else { continue };
            match ListedPage::read(&text) {
                Ok(page) => all.push(Known { page, text, record: Some(record) }),
                Err(error) => tracing::warn!(number = %line.number, %error, "a profile cannot be read"),
            }
        }
    }
    all.sort_by(|a, b| (&a.page.name, b.page.version).cmp(&(&b.page.name, a.page.version)));
    Ok(all)
}

/// A request in which names of the bank's own pages are replaced by the pages themselves.
///
/// # Errors
/// `search_profile_unsigned`: there is such a page, and no signature covers it as it is.
pub(crate) async fn resolved(store: &Store, request: SearchRequest) -> Result<SearchRequest, Failure> {
    let mut request = request;
    if is_own(&PROFILES, &request.profile, request.profile_page.as_deref()) {
        request.profile_page = signed(store, PageKind::Profile, &request.profile).await?;
    }
    if is_own(&ORDERS, &request.order, request.order_page.as_deref()) {
        request.order_page = signed(store, PageKind::Order, &request.order).await?;
    }
    Ok(request)
}

/// A name that no page of the program has, where no page is given.
fn is_own(pages: &[&'static str], name: &str, page: Option<&str>) -> bool {
    page.is_none() && !name.is_empty() && selection::find(pages, name).is_none()
}

/// Whether a request names pages that only the bank can have.
pub(crate) fn names_own(request: &SearchRequest) -> bool {
    is_own(&PROFILES, &request.profile, request.profile_page.as_deref())
        || is_own(&ORDERS, &request.order, request.order_page.as_deref())
}

/// The newest page of a name that is in force and covered by its signature; `None` where the bank has none of this name.
async fn signed(store: &Store, kind: PageKind, name: &str) -> Result<Option<String>, Failure> {
    let known = own(store, &["drafted", "in_force"]).await?;
    let named: Vec<&Known> =
        known.iter().filter(|one| one.page.kind == kind && one.page.name == name).collect();
    for one in &named {
        let Some(record) = &one.record else { continue };
        if record.state.code == "in_force" {
            let signatures = store.signatures(&record.canonical()).await?;
            let covers = signatures.iter().any(|signature| {
                signature.meaning == Meaning::Approved
                    && signature.coverage(&record.canonical()) == Coverage::Covers
            });
            return if covers { Ok(Some(one.text.clone())) } else { Err(unsigned(name, &record.number)) };
        }
    }
    let draft = named.iter().find_map(|one| one.record.as_ref());
    draft.map_or(Ok(None), |record| Err(unsigned(name, &record.number)))
}

fn unsigned(name: &str, number: &str) -> Failure {
    let sentence = format!(
        "The page {name} ({number}) is not covered by a signature: the medical director signs it and puts it in force before a search uses it."
    );
    Failure::refused("search_profile_unsigned", sentence).with("value", name).with("number", number)
}

/// Whether a record of the register says what its page says, before it is written; other registers have nothing to say here.
///
/// # Errors
/// `search_profile_unreadable`: the page cannot be read, or name, version and kind are not those of the page.
pub(crate) fn check(concept: &Concept, fields: &[(String, String)]) -> Result<(), BankError> {
    if concept.code != CONCEPT {
        return Ok(());
    }
    let value = |code: &str| fields.iter().find(|(known, _)| known == code).map(|(_, text)| text.as_str());
    let Some(text) = value("page").filter(|text| !text.trim().is_empty()) else { return Ok(()) };
    let problem = |field: &str, found: &str, reason: String| {
        let hint = "write it as the pages of `qidai profiles show` are written";
        Problem::new(field, found, "search_profile_unreadable", reason, hint)
    };
    let page = match ListedPage::read(text) {
        Ok(page) => page,
        Err(error) => {
            return Ok(Refusal::if_any(vec![problem("page", &error.found.clone(), error.to_string())])?);
        }
    };
    let is_taken = selection::find(&PROFILES, &page.name).or(selection::find(&ORDERS, &page.name)).is_some();
    let is_one = page.name != "default" && !is_taken;
    let expected = format!("{} {}", page.name, page.version);
    let told = [
        ("name_version", expected.as_str(), value("name_version").is_none_or(|text| text.trim() == expected)),
        ("kind", page.kind.as_str(), value("kind").is_none_or(|kind| kind == page.kind.as_str())),
        ("page", "a name that no page of the program has", is_one),
    ];
    let wrong = told.into_iter().filter(|(.., fits)| !fits).map(|(field, expected, _)| {
        problem(field, value(field).unwrap_or_default(), format!("the page says {expected}"))
    });
    Ok(Refusal::if_any(wrong.collect())?)
}
