//! What a running server counts, and how it is: for `/metrics` and `/readyz`.
//!
//! A label is a route, a method, a status or a code: never an id, an address or a typing.

use std::sync::atomic::AtomicU64;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Seconds that a request or a search may take: from what a search needs to what nobody waits for.
const BUCKETS_S: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// A database that was silent for longer is not there. A new snapshot of a large bank takes a while as well.
const SILENCE_MAX: Duration = Duration::from_secs(60);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    /// The pattern, such as `/search/{id}`.
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Version {
    version: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolName {
    /// As it is configured.
    pool: String,
}

type Times = Family<Route, Histogram, fn() -> Histogram>;

/// Counters of one server.
pub(crate) struct Monitor {
    registry: Registry,
    requests: Family<Answered, Counter>,
    request_times: Times,
    search_times: Histogram,
    database_errors: Family<Code, Counter>,
    generation: Gauge,
    bank_generation: Gauge,
    snapshot_age: Gauge<f64, AtomicU64>,
    pool_rows: Family<PoolName, Gauge>,
    pool_problem: Family<PoolName, Gauge>,
    pulse: RwLock<Pulse>,
}

/// How the database was when it was last asked.
#[derive(Debug, Clone, Copy)]
struct Pulse {
    answered: Option<Instant>,
    /// Code of the last failure, when nothing was answered since.
    failure: Option<&'static str>,
    /// When the snapshot in use was put there.
    snapshot_since: Instant,
    snapshot_generation: u64,
}

/// Whether a server can do its work, one word for each part: `ok`, or a code.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Readiness {
    pub(crate) database: &'static str,
    pub(crate) migrations: &'static str,
    pub(crate) snapshot: &'static str,
}

impl Readiness {
    pub(crate) fn is_ready(&self) -> bool {
        [self.database, self.migrations, self.snapshot].iter().all(|part| *part == "ok")
    }
}

fn times() -> Histogram {
    Histogram::new(BUCKETS_S)
}

impl Monitor {
    /// Begins with a snapshot of this generation and a database that has not been asked yet.
    pub(crate) fn new(generation: u64) -> Monitor {
        let monitor = Monitor {
            registry: Registry::with_prefix("qidai"),
            requests: Family::default(),
            request_times: Family::new_with_constructor(times),
            search_times: times(),
            database_errors: Family::default(),
            generation: Gauge::default(),
            bank_generation: Gauge::default(),
            snapshot_age: Gauge::default(),
            pool_rows: Family::default(),
            pool_problem: Family::default(),
            pulse: RwLock::new(Pulse {
                answered: None,
                failure: None,
                snapshot_since: Instant::now(),
                snapshot_generation: generation,
            }),
        };
        monitor.registered()
    }

    fn registered(mut self) -> Monitor {
        let build: Family<Version, Gauge> = Family::default();
        build.get_or_create(&Version { version: env!("CARGO_PKG_VERSION") }).set(1);
        let registry = &mut self.registry;
        registry.register("build", "The version that runs", build);
        registry.register("requests", "Requests answered", self.requests.clone());
        let help = "Time until a request was answered";
        registry.register_with_unit("request", help, Unit::Seconds, self.request_times.clone());
        registry.register_with_unit("search", "Time of a search", Unit::Seconds, self.search_times.clone());
        registry.register("database_errors", "The database could not answer", self.database_errors.clone());
        registry.register("snapshot_generation", "History number of the snapshot", self.generation.clone());
        registry.register("bank_generation", "History number of the bank", self.bank_generation.clone());
        registry.register("pool_rows", "Rows of a pool that is searched", self.pool_rows.clone());
        let help = "1 while the file of a pool cannot be used";
        registry.register("pool_problem", help, self.pool_problem.clone());
        let help = "Time since the snapshot in use was put there";
        registry.register_with_unit("snapshot_age", help, Unit::Seconds, self.snapshot_age.clone());
        self
    }

    /// A request was answered. `method` and `route` are words of ours, never what was sent.
    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        self.requests.get_or_create(&Answered { method, route: route.clone(), status }).inc();
        self.request_times.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    /// A pool as it is: how many rows are searched, and whether its file cannot be used.
    pub(crate) fn pool(&self, name: &str, rows: usize, has_problem: bool) {
        let name = PoolName { pool: name.to_owned() };
        self.pool_rows.get_or_create(&name).set(rows as i64);
        self.pool_problem.get_or_create(&name).set(i64::from(has_problem));
    }

    /// A search was answered.
    pub(crate) fn searched(&self, took: Duration) {
        self.search_times.observe(took.as_secs_f64());
    }

    /// The database could not answer a request or the server itself.
    pub(crate) fn database_failed(&self, code: &'static str) {
        self.database_errors.get_or_create(&Code { code }).inc();
    }

    /// The database was asked how far its history is, and answered.
    pub(crate) fn bank_answered(&self, generation: u64) {
        let mut pulse = self.pulse.write().unwrap_or_else(PoisonError::into_inner);
        pulse.answered = Some(Instant::now());
        pulse.failure = None;
        self.bank_generation.set(i64::try_from(generation).unwrap_or(i64::MAX));
    }

    /// The database was asked, and could not answer.
    pub(crate) fn bank_silent(&self, code: &'static str) {
        self.pulse.write().unwrap_or_else(PoisonError::into_inner).failure = Some(code);
        self.database_failed(code);
    }

    /// From now on searches see a snapshot of this generation.
    pub(crate) fn snapshot_replaced(&self, generation: u64) {
        let mut pulse = self.pulse.write().unwrap_or_else(PoisonError::into_inner);
        pulse.snapshot_since = Instant::now();
        pulse.snapshot_generation = generation;
    }

    pub(crate) fn readiness(&self) -> Readiness {
        let pulse = self.pulse();
        let is_silent = pulse.answered.is_none_or(|answered| answered.elapsed() > SILENCE_MAX);
        let is_newer = pulse.failure == Some("database_newer_than_program");
        Readiness {
            database: match pulse.failure {
                Some(code) if !is_newer => code,
                _ if is_silent => "database_silent",
                _ => "ok",
            },
            migrations: if is_newer { "database_newer_than_program" } else { "ok" },
            // A server without a snapshot has not begun to listen.
            snapshot: "ok",
        }
    }

    /// All counters, in the text format of OpenMetrics.
    ///
    /// # Errors
    /// None that is known; the format reserves them.
    pub(crate) fn metrics(&self) -> Result<String, std::fmt::Error> {
        let pulse = self.pulse();
        self.generation.set(i64::try_from(pulse.snapshot_generation).unwrap_or(i64::MAX));
        self.snapshot_age.set(pulse.snapshot_since.elapsed().as_secs_f64());
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn pulse(&self) -> Pulse {
        *self.pulse.read().unwrap_or_else(PoisonError::into_inner)
    }
}
