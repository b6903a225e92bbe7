//! Puts the lists of all releases together: for each accession, which name it bore from when to when.

use std::ops::RangeInclusive;

use super::error::HistoryError;
use super::lists::List;
use super::{History, KnownRelease, ReleaseVersion};
use crate::allele::AlleleName;

/// A release gives up some names (6 of 17,344 at most); one in a hundred is a cut file.
const LOST_SHARE_MAX: f64 = 0.01;

/// One name of one accession in consecutive releases.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub accession: u32,
    /// Indices of the first and last release.
    pub releases: RangeInclusive<u16>,
    /// `None` for a name of before 2010, which `old` has.
    pub name: Option<AlleleName>,
    old: Option<Box<str>>,
}

impl Span {
    /// The name as it was written.
    pub(crate) fn written(&self) -> String {
        match (&self.name, &self.old) {
            (Some(name), _) => name.to_string(),
            (None, old) => old.as_deref().unwrap_or_default().to_owned(),
        }
    }
}

/// From this release on an accession that is gone stays gone; before, some were left out of single releases.
fn since_2010() -> ReleaseVersion {
    ReleaseVersion::new(3, 1, 0)
}

/// What an accession was last called.
struct Last<'a> {
    text: &'a str,
    span: u32,
    release: u16,
}

/// `all`: file and list, oldest release first, each release once.
pub(super) fn build(all: &[(&str, List<'_>)]) -> Result<History, HistoryError> {
    let mut spans: Vec<Span> = Vec::with_capacity(60_000);
    let greatest = all.iter().flat_map(|(_, list)| &list.names).map(|(accession, _)| *accession).max();
    let mut last: Vec<Option<Last<'_>>> = Vec::new();
    last.resize_with(greatest.unwrap_or(0) as usize + 1, || None);
    let mut releases = Vec::with_capacity(all.len());
    for (index, (file, list)) in all.iter().enumerate() {
        let index = index as u16;
        for (accession, text) in &list.names {
            add(&mut spans, &mut last, (index, list.version >= since_2010()), *accession, text)
                .map_err(|problem| HistoryError::new(file, 0, problem, text))?;
        }
        if let Some((before, _)) = index.checked_sub(1).map(|i| &all[i as usize]) {
            not_cut(&last, index, (before, file))?;
        }
        releases.push(KnownRelease {
            version: list.version,
            date: list.date.clone(),
            name_count: list.names.len(),
        });
    }
    spans.sort_by_key(|span| (span.accession, *span.releases.start()));
    Ok(indexed(releases, spans))
}

fn add<'a>(
    spans: &mut Vec<Span>,
    last: &mut [Option<Last<'a>>],
    (release, is_regular): (u16, bool),
    accession: u32,
    text: &'a str,
) -> Result<(), String> {
    match &mut last[accession as usize] {
        Some(known) if known.release == release => {
            return Err(format!("HLA{accession:05} stands in the list twice"));
        }
        Some(known) if known.release + 1 < release && is_regular => {
            return Err(format!(
                "HLA{accession:05} is in releases before and after, but in none between: a list was cut or edited"
            ));
        }
        Some(known) if known.text == text && known.release + 1 == release => {
            let span = &mut spans[known.span as usize];
            span.releases = *span.releases.start()..=release;
            known.release = release;
            return Ok(());
        }
        _ => {}
    }
    last[accession as usize] = Some(Last { text, span: spans.len() as u32, release });
    let name = text.parse::<AlleleName>().ok().filter(|_| is_since_2010(text));
    let old = name.is_none().then(|| text.into());
    spans.push(Span { accession, releases: release..=release, name, old });
    Ok(())
}

/// `A*0101` could be read as a first field of today; three-digit first fields (`MICA*001`) are the same then and now.
fn is_since_2010(text: &str) -> bool {
    let fields = text.split_once('*').map_or(text, |(_, fields)| fields);
    let digits = fields.trim_end_matches(|c: char| c.is_ascii_uppercase());
    fields.contains(':') || digits.len() < 4
}

fn not_cut(last: &[Option<Last<'_>>], release: u16, files: (&str, &str)) -> Result<(), HistoryError> {
    let known = || last.iter().flatten();
    let before = known().filter(|l| l.release + 1 >= release).count();
    let lost = known().filter(|l| l.release + 1 == release).count();
    if lost as f64 > LOST_SHARE_MAX * before as f64 && lost > 10 {
        let problem = format!("{lost} of {before} names of {} are not in it; the file was cut", files.0);
        return Err(HistoryError::new(files.1, 0, problem, files.1));
    }
    Ok(())
}

fn indexed(releases: Vec<KnownRelease>, spans: Vec<Span>) -> History {
    let mut history = History { releases, ..History::default() };
    for (at, span) in spans.iter().enumerate() {
        let at = at as u32;
        match (&span.name, &span.old) {
            (Some(name), _) => history.by_name.push((*name, at)),
            (None, Some(old)) => history.by_text.entry(old.clone()).or_default().push(at),
            (None, None) => {}
        }
        let place = history.of_accession.entry(span.accession).or_insert(at..=at);
        *place = *place.start()..=at;
    }
    history.by_name.sort_unstable();
    history.spans = spans;
    history
}
