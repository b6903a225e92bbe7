//! A list of routes in which none can stand without its door.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::routing::{MethodRouter, get, post};

use super::AppState;
use super::door::{Door, pass};

/// Routes with their doors.
#[derive(Default)]
pub(crate) struct Routes {
    router: Router<AppState>,
    /// Method, path and door of each, for the test that walks them all.
    #[cfg(test)]
    list: Vec<(&'static str, &'static str, Door)>,
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

    fn add(mut self, entry: (&'static str, &'static str, Door), method: MethodRouter<AppState>) -> Self {
        let (_, path, door) = entry;
        #[cfg(test)]
        self.list.push(entry);
        let guarded =
            method.route_layer(from_fn(move |request: Request, next: Next| pass(door, request, next)));
        self.router = self.router.route(path, guarded);
        self
    }

    pub(crate) fn into_router(self) -> Router<AppState> {
        self.router
    }

    #[cfg(test)]
    pub(crate) fn list(&self) -> &[(&'static str, &'static str, Door)] {
        &self.list
    }
}
