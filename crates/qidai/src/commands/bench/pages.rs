//! `qidai bench pages`: how long pages take while several people click, on a server of this machine.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde::Serialize;

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
    /// Pages that are opened, in turn; without it a list of units, units of the list, their history, the history, the board.
    #[arg(long = "page", value_name = "PATH")]
    pages: Vec<String>,
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
    let kinds = kinds(args)?;
    let clicks: Vec<Click> = std::thread::scope(|scope| {
        let people: Vec<_> = (0..args.people as usize)
            .map(|person| {
                let kinds = &kinds;
                scope.spawn(move || clicks_of(args, kinds, person))
            })
            .collect();
        people.into_iter().flat_map(|person| person.join().unwrap_or_default()).collect()
    });
    let measured: Vec<Measured> =
        kinds.iter().enumerate().map(|(kind, (name, _))| measured(name, kind, &clicks)).collect();
    print(args, &measured)?;
    let is_whole = measured.iter().all(|page| page.failed == 0);
    Ok(if is_whole { Outcome::Done } else { Outcome::SomeRefused })
}

/// Kinds of pages with the addresses that stand for each.
fn kinds(args: &Args) -> Result<Vec<(String, Vec<String>)>, Failure> {
    if !args.pages.is_empty() {
        return Ok(args.pages.iter().map(|page| (page.clone(), vec![page.clone()])).collect());
    }
    let list = get(args, "/units").filter(|answer| is_good(answer)).ok_or_else(|| not_answered(args))?;
    let mut units: Vec<String> = list
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| address.starts_with("/units/"))
        .map(str::to_owned)
        .collect();
    units.dedup();
    let subject = |unit: &String| unit.replacen("/units/", "/history?subject=unit/", 1);
    let histories = units.iter().map(subject).collect();
    let one = |path: &str| (path.to_owned(), vec![path.to_owned()]);
    Ok(vec![
        one("/units"),
        ("unit".to_owned(), units),
        ("history of a unit".to_owned(), histories),
        one("/history"),
        one("/board"),
    ])
}

fn not_answered(args: &Args) -> Failure {
    let sentence = format!(
        "http://{}/units did not answer with a list: start qidai serve there, and give --cookie where it asks who comes.",
        args.address
    );
    Failure::outage("server_not_answering", sentence).with("address", args.address.to_string())
}

fn clicks_of(args: &Args, kinds: &[(String, Vec<String>)], person: usize) -> Vec<Click> {
    let (begun, mut clicks) = (Instant::now(), Vec::new());
    // People do not begin in the same moment.
    std::thread::sleep(Duration::from_millis(args.pause_ms * person as u64 / u64::from(args.people)));
    for click in person.. {
        if begun.elapsed().as_secs() >= args.seconds {
            break;
        }
        let kind = click % kinds.len();
        let Some(path) = kinds[kind].1.get(click / kinds.len() % kinds[kind].1.len().max(1)) else {
            continue;
        };
        let asked = Instant::now();
        let is_good = get(args, path).is_some_and(|answer| is_good(&answer));
        clicks.push((kind, asked.elapsed().as_secs_f64() * 1e3, is_good));
        std::thread::sleep(Duration::from_millis(args.pause_ms));
    }
    clicks
}

/// The whole answer; `None` when there is none.
fn get(args: &Args, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(args.address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
    let cookie = args.cookie.as_ref().map_or(String::new(), |cookie| format!("Cookie: qidai={cookie}\r\n"));
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{cookie}\r\n", args.address);
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

fn is_good(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200")
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
