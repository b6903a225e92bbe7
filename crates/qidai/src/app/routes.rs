//! A list of routes in which none can stand without its door.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::routing::{MethodRouter, delete, get, patch, post, put};

use super::AppState;
use super::door::{Door, pass};

/// Method, path and door.
pub(crate) type Entry = (&'static str, &'static str, Door);

/// Routes with their doors.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<AppState>,
    /// For the document of the API, and for the test that walks them all.
    list: Vec<Entry>,
}

impl Routes {
    pub(crate) fn get<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        door: Door,
        handler: H,
    ) -> Self {
        self.add(("GET", path, door), get(handler))
    }

    pub(crate) fn post<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        door: Door,
        handler: H,
    ) -> Self {
        self.add(("POST", path, door), post(handler))
    }

    pub(crate) fn put<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        door: Door,
        handler: H,
    ) -> Self {
        self.add(("PUT", path, door), put(handler))
    }

    pub(crate) fn patch<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        door: Door,
        handler: H,
    ) -> Self {
        self.add(("PATCH", path, door), patch(handler))
    }

    pub(crate) fn delete<H: Handler<T, AppState>, T: 'static>(
        self,
        path: &'static str,
        door: Door,
        handler: H,
    ) -> Self {
        self.add(("DELETE", path, door), delete(handler))
    }

    fn add(mut self, entry: Entry, method: MethodRouter<AppState>) -> Self {
        let (_, path, door) = entry;
        self.list.push(entry);
        let guarded =
            method.route_layer(from_fn(move |request: Request, next: Next| pass(door, request, next)));
        self.router = self.router.route(path, guarded);
        self
    }

    pub(crate) fn into_router(self) -> Router<AppState> {
        self.router
    }

    pub(crate) fn list(&self) -> &[Entry] {
        &self.list
    }
}
