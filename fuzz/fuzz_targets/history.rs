//! Lists of names and of withdrawn ones: read or refused; every name of every release that is read has a fate.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qidai_hla::history::{History, HistoryFile};

fuzz_target!(|input: (&str, &str, &str)| {
    let (first, second, deleted) = input;
    let files = [("first", first), ("second", second)].map(|(name, text)| HistoryFile { name, text });
    let deleted = HistoryFile { name: "deleted", text: deleted };
    let Ok(history) = History::read(&files, Some(deleted)) else { return };
    let Some(newest) = history.releases().last().map(|release| release.version) else { return };
    for known in history.releases() {
        for (name, _) in history.names_of(known.version) {
            assert!(history.migrate(&name, Some(known.version), newest).is_ok(), "{name}");
        }
    }
});
