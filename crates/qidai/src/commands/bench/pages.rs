//! `qidai bench pages`: how long pages take while several people click, on a server of this machine.

mod http;
mod kinds;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde::Serialize;

use http::{Server, is_good};
use kinds::Kind;

use crate::commands::{Outcome, stream};
use crate::error::Failure;

#[derive(clap::Args)]
pub(in crate::commands) struct Args {
    /// Address of a running `qidai serve` on this machine. Pages of a bank that asks who comes need --cookie.
    #[arg(long, value_name = "ADDRESS", default_value = crate::commands::serve::DEFAULT_LISTEN)]
    address: SocketAddr,
    /// Value of the cookie `qidai` of somebody who is signed in.
    #[arg(long, value_name = "TOKEN", env = "QIDAI_COOKIE", hide_env_values = true)]
    cookie: Option<String>,
    /// Pages that are opened, in turn; without it those of a day: units, scans, timelines, traces, results, worklists, tanks,
    /// registers, the history, the board.
    #[arg(long = "page", value_name = "PATH")]
    pages: Vec<String>,
    /// Search for patients instead, by the form of the page, and open each answer.
    #[arg(long, conflicts_with = "pages")]
    search: bool,
    /// How many people click.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    people: u32,
    /// How long.
    #[arg(long, value_name = "S", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// How long each looks at a page before the next click.
    #[arg(long, value_name = "MS", default_value_t = 500)]
    pause_ms: u64,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Table,
    Json,
}

/// One kind of page. Times are wall clock, from the connection to the last byte.
#[derive(Debug, Serialize)]
struct Measured {
    page: String,
    clicks: usize,
    median_ms: f64,
    p95_ms: f64,
    max_ms: f64,
    /// Answers that were none, or another status than 200.
    failed: usize,
}

/// A click: which kind of page, how long it took, whether it came.
type Click = (usize, f64, bool);

pub(super) fn run(args: &Args) -> Result<Outcome, Failure> {
    if !args.address.ip().is_loopback() {
        let sentence = format!("{} is not on this machine: other machines are not loaded.", args.address);
        return Err(
            Failure::refused("address_not_loopback", sentence).with("address", args.address.to_string())
        );
    }
    let server = Server { address: args.address, cookie: args.cookie.as_deref() };
    let kinds = match (args.search, args.pages.as_slice()) {
        (true, _) => kinds::searches(server)?,
        (false, []) => kinds::of_a_day(server)?,
        (false, pages) => kinds::named(pages),
    };
    let clicks: Vec<Click> = std::thread::scope(|scope| {
        let people: Vec<_> = (0..args.people as usize)
            .map(|person| {
                let kinds = &kinds;
                scope.spawn(move || clicks_of(args, server, kinds, person))
            })
            .collect();
        people.into_iter().flat_map(|person| person.join().unwrap_or_default()).collect()
    });
    let measured: Vec<Measured> =
        kinds.iter().enumerate().map(|(at, kind)| measured(&kind.name, at, &clicks)).collect();
    print(args, &measured)?;
    let is_whole = measured.iter().all(|page| page.failed == 0);
    Ok(if is_whole { Outcome::Done } else { Outcome::SomeRefused })
}

fn clicks_of(args: &Args, server: Server<'_>, kinds: &[Kind], person: usize) -> Vec<Click> {
    let (begun, mut clicks) = (Instant::now(), Vec::new());
    // People do not begin in the same moment.
    std::thread::sleep(Duration::from_millis(args.pause_ms * person as u64 / u64::from(args.people)));
    for click in person.. {
        if begun.elapsed().as_secs() >= args.seconds {
            break;
        }
        let kind = click % kinds.len();
        let questions = &kinds[kind].questions;
        // Each begins with another one, so that not all look at the same.
        let Some(question) = questions.get((click / kinds.len() + 7 * person) % questions.len().max(1))
        else {
            continue;
        };
        let asked = Instant::now();
        let is_good = server.ask(question).is_some_and(|answer| is_good(&answer));
        clicks.push((kind, asked.elapsed().as_secs_f64() * 1e3, is_good));
        std::thread::sleep(Duration::from_millis(args.pause_ms));
    }
    clicks
}

fn measured(name: &str, kind: usize, clicks: &[Click]) -> Measured {
    let of_kind = clicks.iter().filter(|(of, ..)| *of == kind);
    let failed = of_kind.clone().filter(|(.., is_good)| !is_good).count();
    let mut times: Vec<f64> = of_kind.map(|(_, ms, _)| *ms).collect();
    times.sort_by(f64::total_cmp);
    let at = |q: f64| times.get(((times.len() as f64 * q) as usize).min(times.len().saturating_sub(1)));
    let time = |q: f64| at(q).copied().unwrap_or(f64::NAN);
    Measured {
        page: name.to_owned(),
        clicks: times.len(),
        median_ms: time(0.5),
        p95_ms: time(0.95),
        max_ms: time(1.0),
        failed,
    }
}

fn print(args: &Args, measured: &[Measured]) -> Result<(), Failure> {
    if args.format == Format::Json {
        let json = serde_json::json!({ "people": args.people, "seconds": args.seconds, "pause_ms": args.pause_ms, "pages": measured });
        return stream::say(&serde_json::to_string_pretty(&json).unwrap_or_default());
    }
    let mut text = format!(
        "{:<24}{:>8}{:>12}{:>10}{:>10}{:>8}",
        "page", "clicks", "median ms", "p95 ms", "max ms", "failed"
    );
    for page in measured {
        text.push_str(&format!(
            "\n{:<24}{:>8}{:>12.1}{:>10.1}{:>10.1}{:>8}",
            page.page, page.clicks, page.median_ms, page.p95_ms, page.max_ms, page.failed
        ));
    }
    stream::say(&text)
}
