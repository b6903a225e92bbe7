//! Nobody sees a link or a button that is refused to them: what a page offers, it may be used for.

use std::collections::BTreeSet;

use qidai_bank::{
    Acting, Actor, BankType, Identity, Room, Status, Tank, TankClass, TankLimits, UnitRecord, WriteContext,
};

use super::*;

/// Pages that lead on to others.
const PAGES: [&str; 20] = [
    "/",
    "/units",
    "/units/din/Z990119004217",
    "/units/din/Z990119004217/lab",
    "/units/din/Z990119004217/decision",
    "/lab",
    "/lab/qc",
    "/lab/messages",
    "/decisions",
    "/storage",
    "/storage/runs",
    "/storage/tanks/T1",
    "/requests",
    "/records",
    "/records/kit",
    "/notifications",
    "/board",
    "/history",
    "/documents?subject=unit/din/Z990119004217",
    "/admin/people",
];

/// Addresses behind an attribute, without their fragments.
fn addresses(page: &str, attribute: &str) -> BTreeSet<String> {
    let begin = format!("{attribute}=\"/");
    let all = page.split(begin.as_str()).skip(1).filter_map(|part| part.split('"').next());
    all.map(|rest| {
        format!("/{}", rest.split('#').next().unwrap_or_default()).replace("&#38;", "&").replace("&amp;", "&")
    })
    .collect()
}

async fn bank() -> Arc<Served> {
    let served = Arc::new(Served::new(false).await);
    let desk = served.state.desk();
    let mut unit = UnitRecord::new(Identity::din("Z990119004217").unwrap(), BankType::Public);
    unit.status = Status::Quarantine;
    let context = WriteContext::new(Timestamp::now(), Actor::administrator("test"), desk.sources().0);
    desk.store.add_units(&[unit], &context).await.unwrap();
    let keeper = Principal::console_as("keeper", Role::StorageCustodian);
    let (ids, random) = desk.sources();
    let acting = Acting::new(&keeper, Timestamp::now(), ids, random);
    desk.store.put_room(&Room { code: "R1".into(), name: "1".into(), site: None }, &acting).await.unwrap();
    let tank = Tank {
        code: "T1".into(),
        room: "R1".into(),
        class: TankClass::Quarantine,
        sectors: 1,
        racks: 1,
        levels: 1,
        slots: 2,
        limits: TankLimits::USUAL,
        is_armed: false,
        is_closed: false,
    };
    desk.store.put_tank(&tank, &acting).await.unwrap();
    served
}

#[tokio::test]
async fn nobody_sees_a_link_or_a_button_that_is_refused() {
    let served = bank().await;
    let mut wrong = Vec::new();
    for (place, role) in Role::all().enumerate() {
        let visitor = served.account(&format!("B{place:04}"), &[role]).await;
        let (mut links, mut forms) = (BTreeSet::new(), BTreeSet::new());
        for page in PAGES {
            let shown = visitor.get(page).await;
            assert_ne!(shown.status, StatusCode::TOO_MANY_REQUESTS);
            if shown.status == StatusCode::OK {
                links.extend(addresses(&shown.text, "href").into_iter().map(|to| (to, page)));
                forms.extend(addresses(&shown.text, "action").into_iter().map(|to| (to, page)));
            }
        }
        links.retain(|(to, _)| !to.starts_with("/static/"));
        forms.retain(|(to, _)| to != "/sign-out" && !to.contains('?'));
        let mut seen = BTreeSet::new();
        for (to, page) in links {
            if seen.insert(to.split('?').next().unwrap_or_default().to_owned()) {
                let answer = visitor.get(&to).await;
                if is_refused(&answer) {
                    wrong.push(format!("{}: {page} links to {to}", role.code()));
                }
            }
        }
        for (to, page) in forms {
            // A form of a search is asked for by the way it is written.
            let is_get = visitor.get(page).await.text.contains(&format!("method=\"get\" action=\"{to}\""));
            let answer = if is_get { visitor.get(&to).await } else { visitor.post_form(&to, "").await };
            if is_refused(&answer) {
                wrong.push(format!("{}: {page} has a form for {to}", role.code()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Refused for a permission; not for a form key, or for what else is missing.
fn is_refused(answer: &Answer) -> bool {
    assert_ne!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    answer.status == StatusCode::FORBIDDEN && answer.text.contains("permission_missing")
}
