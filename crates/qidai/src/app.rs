//! The routes of the program, all in one list: this is its table of contents.

mod budget;
mod count;
mod door;
mod front;
mod guard;
mod headers;
mod once;
mod routes;
mod state;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use qidai_bank::Permission;
use tower_http::catch_panic::CatchPanicLayer;

use crate::auth::know_visitor;
use crate::error::{Failure, Kind, answer_failures};
use crate::{api, pages};

pub(crate) use door::Door;
pub(crate) use front::{Client, Front, meet};
pub(crate) use once::keeps_answers;
pub(crate) use routes::Entry;
pub(crate) use state::AppState;

use door::Door::{Everybody, Needs, SignedIn};
use routes::Routes;

/// Every route, grouped by who calls it, inside the layers that every request passes.
pub(crate) fn app(state: AppState) -> Router {
    let routes = routes()
        .into_router()
        .fallback(async || not_found())
        .method_not_allowed_fallback(async || method_not_allowed());
    layered(routes, state)
}

/// Method, path, door, handler.
pub(crate) fn routes() -> Routes {
    use Permission::{
        AccessLogView, AccountManage, EmergencyReview, EmergencyTake, FigureView, HistoryView, OrderManage,
        PatientView, ProcessingRecord, RecordSign, SearchRun, SiteManage, StorageMove, SystemManage,
        TestRecord, TestReview, UnitAccept, UnitEnter, UnitView,
    };
    Routes::default()
        // signing in and out
        .get("/sign-in", Everybody, pages::sign_in::show)
        .post("/sign-in", Everybody, pages::sign_in::run)
        .post("/sign-out", SignedIn, pages::sign_in::end)
        .get("/welcome/{link}", Everybody, pages::welcome::show)
        .post("/welcome/{link}", Everybody, pages::welcome::run)
        .get("/emergency", Needs(EmergencyTake), pages::emergency::show)
        .post("/emergency", Needs(EmergencyTake), pages::emergency::take)
        // searching for a patient
        .get("/", SignedIn, pages::start)
        .get("/search", Needs(SearchRun), pages::search::start)
        .post("/search", Needs(SearchRun), pages::search::run)
        .post("/search/draft", Needs(SearchRun), pages::search::keep_draft)
        .get("/search/{id}", Needs(SearchRun), pages::search::show)
        .post("/search/saved", Needs(SearchRun), pages::search::saved::act)
        .get("/search/{id}/compare", Needs(SearchRun), pages::search::compare::show)
        .get("/search/{id}/pairs", Needs(SearchRun), pages::search::pairs::show)
        .get("/search/{id}/excluded/{rule}", Needs(SearchRun), pages::search::kept_out::show)
        .get("/search/{id}/report/{format}", Needs(SearchRun), pages::search::report::download)
        // patients and search requests
        .get("/requests", Needs(PatientView), pages::requests::show)
        .get("/alerts", Needs(OrderManage), pages::alerts::show)
        .post("/alerts", Needs(OrderManage), pages::alerts::see)
        .post("/requests/{number}/search", Needs(OrderManage), pages::requests::run)
        .get("/requests/{number}/searches/{search}", Needs(PatientView), pages::requests::show_search)
        .get("/requests/{number}/report", Needs(PatientView), pages::requests::report)
        .get("/patients/{number}", Needs(PatientView), pages::patient::show)
        .post("/patients/{number}/search", Needs(OrderManage), pages::patient::search)
        .post("/patients/{number}/notes", Needs(SearchRun), pages::patient::note)
        .get("/patients/{number}/family", Needs(OrderManage), pages::patient::show_family)
        // names of HLA
        .get("/pools", SignedIn, pages::pools::show)
        .get("/profiles", Needs(SearchRun), pages::profiles::show)
        .get("/hla", SignedIn, pages::hla::show)
        // how likely a pair matches
        .get("/match", Needs(SearchRun), pages::matching::show)
        .post("/match", Needs(SearchRun), pages::matching::run)
        // units
        .get("/find", Needs(UnitView), pages::units::find)
        .get("/affected", Needs(UnitView), pages::affected::show)
        .get("/units", Needs(UnitView), pages::units::show)
        .get("/units.csv", Needs(UnitView), pages::units::export)
        .get("/listings", Needs(OrderManage), pages::listing::show)
        .post("/listings", Needs(OrderManage), pages::listing::run)
        .get("/units/new", Needs(UnitEnter), pages::unit::register::show)
        .post("/units/new", Needs(UnitEnter), pages::unit::register::run)
        .get("/units/import", Needs(UnitEnter), pages::unit::import::show)
        .post("/units/import", Needs(UnitEnter), pages::unit::import::run)
        .get("/units/{scheme}/{identity}", Needs(UnitView), pages::unit::show)
        .post("/units/{scheme}/{identity}/move", Needs(UnitView), pages::unit::act::move_on)
        .post("/units/{scheme}/{identity}/sign", Needs(RecordSign), pages::unit::act::sign)
        // the laboratory
        .get("/lab", Needs(UnitView), pages::lab::show)
        .get("/lab/qc", Needs(UnitView), pages::lab::qc::show)
        .post("/lab/qc", Needs(TestReview), pages::lab::qc::add)
        .post("/lab/qc/{id}", Needs(TestRecord), pages::lab::qc::measure)
        .get("/lab/files", Needs(TestRecord), pages::lab::files::show)
        .post("/lab/files", Needs(TestRecord), pages::lab::files::import)
        .get("/lab/messages", SignedIn, pages::lab::messages::list)
        .post("/lab/messages", Needs(TestRecord), pages::lab::messages::bring)
        .get("/lab/messages/{id}", SignedIn, pages::lab::messages::show)
        .post("/lab/messages/{id}", SignedIn, pages::lab::messages::open)
        .post("/lab/messages/{id}/assign", Needs(TestRecord), pages::lab::messages::assign)
        .post("/lab/messages/{id}/errors", Needs(TestRecord), pages::lab::messages::errors)
        .post("/lab/results/{id}", Needs(TestReview), pages::lab::review)
        .get("/units/{scheme}/{identity}/dossier/{format}", Needs(UnitView), pages::unit::dossier::download)
        .get("/units/{scheme}/{identity}/lab", Needs(UnitView), pages::lab::unit::show)
        .post("/units/{scheme}/{identity}/lab", Needs(TestRecord), pages::lab::unit::enter)
        .get("/units/{scheme}/{identity}/decision", Needs(UnitView), pages::decision::show)
        .post("/units/{scheme}/{identity}/decision", Needs(UnitView), pages::decision::act)
        .get("/decisions", Needs(UnitView), pages::decision::rejects)
        // cryostorage
        .get("/storage", Needs(UnitView), pages::storage::show)
        .post("/storage/move", Needs(StorageMove), pages::storage::go)
        .get("/storage/tanks/{code}", Needs(UnitView), pages::storage::tank::show)
        .get("/storage/runs", Needs(UnitView), pages::storage::runs::list)
        .post("/storage/runs", Needs(ProcessingRecord), pages::storage::runs::add)
        .get("/storage/runs/{number}", Needs(UnitView), pages::storage::runs::show)
        .post("/storage/alarms/{id}", Needs(StorageMove), pages::storage::watch::acknowledge)
        // documents and notifications
        .get("/documents", SignedIn, pages::documents::list)
        .post("/documents", SignedIn, pages::documents::add)
        .get("/documents/{id}", SignedIn, pages::document::show)
        .get("/documents/{id}/file", SignedIn, pages::document::download)
        .post("/documents/{id}/file", SignedIn, pages::document::open)
        .get("/documents/{id}/view", SignedIn, pages::document::view)
        .post("/documents/{id}/withdraw", SignedIn, pages::document::withdraw)
        .get("/notifications", SignedIn, pages::notifications::show)
        .post("/notifications", SignedIn, pages::notifications::mark)
        // registers
        .get("/records", SignedIn, pages::records::show)
        .get("/records/{kind}", SignedIn, pages::records::list::show)
        .get("/records/{kind}/csv", SignedIn, pages::records::export::csv)
        .get("/records/{kind}/xlsx", SignedIn, pages::records::export::xlsx)
        .get("/records/{kind}/new", SignedIn, pages::records::form::new)
        .post("/records/{kind}/new", SignedIn, pages::records::form::create)
        .get("/records/{kind}/{number}", SignedIn, pages::records::one::show)
        .get("/records/{kind}/{number}/amend", SignedIn, pages::records::form::amend)
        .post("/records/{kind}/{number}/amend", SignedIn, pages::records::form::change)
        .post("/records/{kind}/{number}/move", SignedIn, pages::records::act::move_on)
        .post("/records/{kind}/{number}/sign", SignedIn, pages::records::act::sign)
        .post("/records/{kind}/{number}/open", SignedIn, pages::records::act::open)
        .get("/certify", Needs(RecordSign), pages::records::show_certification)
        .post("/certify", Needs(RecordSign), pages::records::certify)
        // figures and traces
        .get("/board", Needs(FigureView), pages::board::show)
        .get("/outcomes", Needs(FigureView), pages::outcomes::show)
        .get("/coverage", Needs(FigureView), pages::coverage::show)
        .post("/coverage", Needs(FigureView), pages::coverage::run)
        .get("/history", Needs(HistoryView), pages::history::show)
        // running the bank
        .get("/admin/people", Needs(AccountManage), pages::people::show)
        .post("/admin/people", Needs(AccountManage), pages::people::add)
        .get("/admin/people/{number}", Needs(AccountManage), pages::people::one)
        .post("/admin/people/{number}", Needs(AccountManage), pages::people::change)
        .get("/admin/audit", Needs(HistoryView), pages::audit::show)
        .post("/admin/audit", Needs(HistoryView), pages::audit::run)
        .get("/admin/emergencies", Needs(EmergencyReview), pages::emergency::list)
        .post("/admin/emergencies", Needs(EmergencyReview), pages::emergency::review)
        // programs: searching, units
        .get("/api", Everybody, pages::api::show)
        .get("/api/openapi.json", Everybody, api::document::describe)
        .post("/api/search", Needs(SearchRun), api::search::run)
        .get("/api/search/profiles", Needs(SearchRun), api::profiles::list)
        .get("/api/pools", SignedIn, api::pools::list)
        .post("/api/search/report", Needs(SearchRun), api::search::report)
        .post("/api/search/explain", Needs(SearchRun), api::search::explain)
        .post("/api/search/excluded", Needs(SearchRun), api::search::excluded)
        .post("/api/match/explain", Needs(SearchRun), api::matching::explain)
        .post("/api/typing/check", Needs(SearchRun), api::typing::check)
        // programs: patients and search requests
        .get("/api/request-times", Needs(PatientView), api::requests::times)
        .get("/api/requests/{number}/searches", Needs(PatientView), api::requests::list)
        .post("/api/requests/{number}/searches", Needs(OrderManage), api::requests::run)
        .get("/api/requests/{number}/searches/{search}", Needs(PatientView), api::requests::one)
        .get("/api/requests/{number}/report", Needs(PatientView), api::requests::report)
        .get("/api/patients/{number}/family", Needs(OrderManage), api::requests::of_family)
        .post("/api/hgr/releases", Needs(OrderManage), api::requests::give)
        .get("/api/hla/explain", SignedIn, api::hla::explain)
        .get("/api/documents", SignedIn, api::documents::list)
        .post("/api/documents", SignedIn, api::documents::add)
        .get("/api/documents/{id}", SignedIn, api::documents::one)
        .get("/api/documents/{id}/content", SignedIn, api::documents::content)
        .post("/api/documents/{id}/content", SignedIn, api::documents::open)
        .post("/api/documents/{id}/withdraw", SignedIn, api::documents::withdraw)
        .get("/api/records/{kind}", SignedIn, api::records::list)
        .post("/api/records/{kind}", SignedIn, api::records::add)
        .get("/api/records/{kind}/{number}", SignedIn, api::records::get)
        .patch("/api/records/{kind}/{number}", SignedIn, api::records::amend)
        .post("/api/records/{kind}/{number}/moves", SignedIn, api::records::move_on)
        .get("/api/records/{kind}/{number}/signatures", SignedIn, api::signing::of_record)
        .post("/api/records/{kind}/{number}/signatures", SignedIn, api::signing::sign_record)
        .post("/api/records/{kind}/{number}/openings", SignedIn, api::signing::open)
        .get("/api/certification", Needs(RecordSign), api::signing::certification)
        .post("/api/certification", Needs(RecordSign), api::signing::certify)
        .get("/api/find", Needs(UnitView), api::find::find)
        .get("/api/affected", Needs(UnitView), api::affected::list)
        .get("/api/units", Needs(UnitView), api::units::list)
        .post("/api/listings", Needs(OrderManage), api::listings::make)
        .get("/api/units/{scheme}/{identity}", Needs(UnitView), api::units::get)
        .post("/api/units", Needs(UnitEnter), api::unit_life::register)
        .post("/api/units/imports", Needs(UnitEnter), api::unit_import::run)
        .get("/api/units/{scheme}/{identity}/dossier", Needs(UnitView), api::dossier::get)
        .get("/api/units/{scheme}/{identity}/life", Needs(UnitView), api::unit_life::get)
        .post("/api/units/{scheme}/{identity}/moves", Needs(UnitView), api::unit_life::move_on)
        .get("/api/units/{scheme}/{identity}/trace", Needs(UnitView), api::unit_life::trace)
        .get("/api/units/{scheme}/{identity}/signatures", Needs(UnitView), api::signing::of_unit)
        .post("/api/units/{scheme}/{identity}/signatures", Needs(RecordSign), api::signing::sign_unit)
        // programs: the laboratory
        .get("/api/lab/tests", Needs(UnitView), api::lab::list_tests)
        .get("/api/lab/results", Needs(UnitView), api::lab::list)
        .post("/api/lab/results/{id}/reviews", Needs(TestReview), api::lab::review)
        .get("/api/lab/messages", SignedIn, api::lab::messages::list)
        .post("/api/lab/messages", Needs(TestRecord), api::lab::messages::bring)
        .get("/api/lab/messages/{id}", SignedIn, api::lab::messages::one)
        .post("/api/lab/messages/{id}/content", SignedIn, api::lab::messages::open)
        .post("/api/lab/messages/{id}/assignments", Needs(TestRecord), api::lab::messages::assign)
        .post("/api/lab/files", Needs(TestRecord), api::lab::messages::files)
        .get("/api/lab/controls", Needs(UnitView), api::lab::controls::list)
        .post("/api/lab/controls", Needs(TestReview), api::lab::controls::add)
        .post("/api/lab/controls/{id}/points", Needs(TestRecord), api::lab::controls::measure)
        .get("/api/units/{scheme}/{identity}/results", Needs(UnitView), api::lab::of_unit)
        .post("/api/units/{scheme}/{identity}/results", Needs(TestRecord), api::lab::enter)
        .get("/api/profiles", Needs(UnitView), api::decisions::list_profiles)
        .get("/api/decisions", Needs(UnitView), api::decisions::counts)
        .get("/api/decisions/{id}/again", Needs(UnitView), api::decisions::again)
        .get("/api/units/{scheme}/{identity}/decisions", Needs(UnitView), api::decisions::of_unit)
        .post("/api/units/{scheme}/{identity}/decisions", Needs(UnitAccept), api::decisions::decide)
        // programs: cryostorage
        .get("/api/storage/tanks", Needs(UnitView), api::storage::tanks)
        .put("/api/storage/tanks/{code}", Needs(StorageMove), api::storage::put)
        .get("/api/storage/tanks/{code}/places", Needs(UnitView), api::storage::places)
        .post("/api/storage/tanks/{code}/counts", Needs(StorageMove), api::storage::count)
        .post("/api/storage/moves", Needs(StorageMove), api::storage::go)
        .get("/api/storage/runs", Needs(UnitView), api::freeze_runs::list)
        .post("/api/storage/runs", Needs(ProcessingRecord), api::freeze_runs::add)
        .get("/api/storage/runs/{number}", Needs(UnitView), api::freeze_runs::get)
        // programs: figures and traces
        .get("/api/figures", Needs(FigureView), api::figures::list)
        .get("/api/figures/{figure}/rows", Needs(FigureView), api::figures::rows)
        .get("/api/outcomes", Needs(FigureView), api::outcomes::get)
        .post("/api/coverage", Needs(FigureView), api::coverage::run)
        .get("/api/history", Needs(HistoryView), api::history::list)
        .get("/api/access-log", Needs(AccessLogView), api::access_log::list)
        .get("/api/audit", Needs(HistoryView), api::audit::get)
        .post("/api/audit", Needs(HistoryView), api::audit::begin)
        // programs: people
        .get("/api/me", SignedIn, api::me::get)
        .get("/api/sessions", SignedIn, api::me::sessions)
        .delete("/api/sessions/{id}", SignedIn, api::me::end)
        .get("/api/notifications", SignedIn, api::notifications::list)
        .get("/api/notifications/unread", SignedIn, api::notifications::unread)
        .post("/api/notifications/read", SignedIn, api::notifications::read)
        .post("/api/notifications/{id}/read", SignedIn, api::notifications::read_one)
        .get("/api/roles", SignedIn, api::roles::list)
        .get("/api/accounts", Needs(AccountManage), api::accounts::list)
        .post("/api/accounts", Needs(AccountManage), api::accounts::add)
        .get("/api/accounts/{number}", Needs(AccountManage), api::accounts::get)
        .post("/api/accounts/{number}/roles", Needs(AccountManage), api::accounts::give_role)
        .delete("/api/accounts/{number}/roles/{role}", Needs(AccountManage), api::accounts::take_role)
        .post("/api/accounts/{number}/disable", Needs(AccountManage), api::accounts::disable)
        .post("/api/accounts/{number}/link", Needs(AccountManage), api::accounts::link)
        .get("/api/sites", Needs(EmergencyTake), api::sites::list)
        .get("/api/sites/{code}", Needs(EmergencyTake), api::sites::get)
        .put("/api/sites/{code}", Needs(SiteManage), api::sites::put)
        .get("/api/tokens", Needs(SystemManage), api::tokens::list)
        .post("/api/tokens", Needs(SystemManage), api::tokens::add)
        .delete("/api/tokens/{id}", Needs(SystemManage), api::tokens::revoke)
        .get("/api/emergencies", Needs(EmergencyReview), api::emergencies::list)
        .post("/api/emergencies", Needs(EmergencyTake), api::emergencies::take)
        .post("/api/emergencies/{id}/review", Needs(EmergencyReview), api::emergencies::review)
        // who watches the server
        .get("/healthz", Everybody, api::health::healthz)
        .get("/readyz", Everybody, api::operation::readyz)
        .get("/metrics", Everybody, api::operation::metrics)
        // browsers
        .get("/static/qidai.css", Everybody, pages::assets::style)
        .get("/static/qidai.js", Everybody, pages::assets::script)
        .get("/static/bench.js", Everybody, pages::assets::bench)
        .get("/static/mark.svg", Everybody, pages::assets::mark)
}

/// The last layer added is the first that a request meets.
fn layered(routes: Router<AppState>, state: AppState) -> Router {
    routes
        .layer(from_fn_with_state(state.clone(), once::once))
        .layer(from_fn_with_state(state.clone(), guard::bounded_body))
        .layer(from_fn(guard::same_origin))
        .layer(from_fn(guard::loopback_host))
        .layer(from_fn(guard::readable_address))
        .layer(CatchPanicLayer::custom(|_| defect()))
        .layer(from_fn_with_state(state.clone(), budget::within))
        .layer(from_fn_with_state(state.clone(), count::answers))
        .layer(from_fn(answer_failures))
        .layer(from_fn_with_state(state.clone(), know_visitor))
        .layer(from_fn_with_state(state.clone(), pages::know_reader))
        .layer(from_fn(headers::always))
        .with_state(state)
}

fn not_found() -> Failure {
    Failure::new(Kind::NotFound, "page_not_found", "There is no page under this address.")
}

fn method_not_allowed() -> Failure {
    Failure::new(Kind::MethodNotAllowed, "method_not_allowed", "This address does not answer to this method.")
}

/// A defect of the program itself: the person gets a constant sentence, the log has been told by the panic.
fn defect() -> Response {
    use axum::response::IntoResponse;
    Failure::outage("internal_error", "The program made a mistake; nothing was changed.").into_response()
}

#[cfg(test)]
mod tests;
