//! A server on the loopback that breaks off, lacks files, changes them; and folders.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::*;

/// What the server has, and how it misbehaves.
#[derive(Default)]
struct Site {
    files: BTreeMap<String, Vec<u8>>,
    /// How often a file is cut in the middle before it is given whole.
    cuts: BTreeMap<String, usize>,
    /// Another tag for each state.
    tag: u32,
    asked: Vec<String>,
}

/// Serves until the test ends.
fn serve(site: Site) -> (String, Arc<Mutex<Site>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/{{branch}}/", listener.local_addr().unwrap());
    let site = Arc::new(Mutex::new(site));
    let shared = Arc::clone(&site);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, &shared);
        }
    });
    (address, site)
}

fn answer(mut stream: TcpStream, site: &Mutex<Site>) {
    let mut head = Vec::new();
    for line in BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok) {
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let Some(path) = head.first().and_then(|line| line.split(' ').nth(1)) else { return };
    let path = path.trim_start_matches("/010/").to_owned();
    let header = |name: &str| {
        let of = |line: &String| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        };
        head.iter().find_map(of)
    };
    let mut site = site.lock().unwrap();
    let tag = format!("\"{}\"", site.tag);
    let from =
        header("range").and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    let from = from.filter(|_| header("if-range") == Some(tag.clone())).unwrap_or(0);
    site.asked.push(format!("{path} {from}"));
    let Some(bytes) = site.files.get(&path).cloned() else {
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return;
    };
    let status = if from == 0 { "200 OK".to_owned() } else { "206 Partial Content".to_owned() };
    let range = format!("Content-Range: bytes {from}-{}/{}\r\n", bytes.len() - 1, bytes.len());
    let range = if from == 0 { "" } else { &range };
    let rest = &bytes[from.min(bytes.len())..];
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nETag: {tag}\r\n{range}Connection: close\r\n\r\n",
        rest.len()
    );
    let cut = site.cuts.get_mut(&path).filter(|left| **left > 0).map(|left| *left -= 1).is_some();
    let rest = if cut { &rest[..rest.len() / 2] } else { rest };
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(rest));
}

const NEEDED: [&str; 6] = [
    "Allelelist.txt",
    "wmda/hla_nom.txt",
    "wmda/hla_nom_g.txt",
    "wmda/hla_nom_p.txt",
    "wmda/rel_dna_ser.txt",
    "wmda/rel_ser_ser.txt",
];

fn mini() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../qidai-hla/tests/data/mini")
}

/// The invented release with the publisher's kind of checksums.
fn site() -> Site {
    let mut site = Site::default();
    let mut sums = String::new();
    for file in NEEDED {
        let bytes = std::fs::read(mini().join(file)).unwrap();
        if let Some(name) = file.strip_prefix("wmda/") {
            let md5 = <md5::Md5 as md5::Digest>::digest(&bytes);
            let md5: String = md5.iter().map(|byte| format!("{byte:02x}")).collect();
            sums.push_str(&format!("MD5 ({name}) = {md5}\n"));
        }
        site.files.insert(file.to_owned(), bytes);
    }
    site.files.insert("wmda/md5checksum.txt".into(), sums.into_bytes());
    site
}

fn version() -> Option<ReleaseVersion> {
    Some("0.1.0".parse().unwrap())
}

fn fetch(address: &str, target: &Path) -> Result<Fetched, FetchError> {
    let source = Source::new(address, version(), None).unwrap();
    fetch_release(&source, version(), target)
}

fn code(error: FetchError) -> &'static str {
    crate::error::Failure::from(error).code()
}

#[test]
fn a_release_is_fetched_whole_and_a_second_time_refused() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("mini");
    let (address, _) = serve(site());
    let fetched = fetch(&address, &target).unwrap();
    assert_eq!((fetched.version.as_str(), fetched.verified), ("0.1.0", 5));
    assert!(
        fetched.files.contains(&"wmda/hla_nom_p.txt") && fetched.absent.contains(&"Allelelist_history.txt")
    );
    let there = reference::load_release(&target).unwrap();
    assert_eq!(there.allele_count(), fetched.alleles);
    assert!(!staging(&target).exists());
    assert_eq!(code(fetch(&address, &target).unwrap_err()), "fetch_target_exists");
    // A copy on another machine is fetched from the folder, and compared with the list that we wrote.
    let copy = dir.path().join("copy");
    let fetched = fetch(target.to_str().unwrap(), &copy).unwrap();
    assert_eq!(fetched.verified, fetched.files.len());
    std::fs::write(target.join("Allelelist.txt"), "edited").unwrap();
    let error = fetch(target.to_str().unwrap(), &dir.path().join("third")).unwrap_err();
    assert!(error.to_string().contains("Allelelist.txt was cut or edited"), "{error}");
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let mut broken = site();
    broken.cuts.insert("Allelelist.txt".into(), 2);
    let length = broken.files["Allelelist.txt"].len();
    let (address, site) = serve(broken);
    fetch(&address, &dir.path().join("mini")).unwrap();
    let asked = site.lock().unwrap().asked.clone();
    let of_list: Vec<&String> = asked.iter().filter(|asked| asked.starts_with("Allelelist.txt ")).collect();
    let half = length / 2;
    let then = half + (length - half) / 2;
    assert_eq!(
        of_list,
        ["Allelelist.txt 0", &format!("Allelelist.txt {half}"), &format!("Allelelist.txt {then}")]
    );
}

#[test]
fn a_broken_run_is_taken_up_by_the_next_unless_the_file_changed() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("mini");
    let mut broken = site();
    broken.cuts.insert("wmda/hla_nom_g.txt".into(), 4);
    let (address, site) = serve(broken);
    assert_eq!(code(fetch(&address, &target).unwrap_err()), "fetch_failed");
    assert!(!target.exists(), "nothing is in its place before it is whole");
    {
        let mut site = site.lock().unwrap();
        site.asked.clear();
        site.tag = 7;
    }
    fetch(&address, &target).unwrap();
    let asked = site.lock().unwrap().asked.clone();
    assert!(!asked.contains(&"Allelelist.txt 0".to_owned()), "whole files stay: {asked:?}");
    assert!(
        asked.contains(&"wmda/hla_nom_g.txt 0".to_owned()),
        "halves of two states are not joined: {asked:?}"
    );
}

#[test]
fn what_is_wrong_is_named_and_the_next_run_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut missing = site();
    missing.files.remove("wmda/hla_nom_p.txt");
    let (address, _) = serve(missing);
    let error = fetch(&address, &dir.path().join("a")).unwrap_err();
    assert!(error.to_string().contains("wmda/hla_nom_p.txt does not exist"), "{error}");

    let (address, shared) = serve(site());
    let good = shared.lock().unwrap().files["wmda/hla_nom.txt"].clone();
    shared.lock().unwrap().files.insert("wmda/hla_nom.txt".into(), good[..good.len() - 9].to_vec());
    let error = fetch(&address, &dir.path().join("b")).unwrap_err();
    assert!(error.to_string().contains("wmda/hla_nom.txt was cut or edited"), "{error}");
    assert_eq!(code(error), "fetch_checksum");
    shared.lock().unwrap().files.insert("wmda/hla_nom.txt".into(), good);
    fetch(&address, &dir.path().join("b")).unwrap();

    let mut mixed = site();
    mixed.files.remove("wmda/md5checksum.txt");
    let other = String::from_utf8(mixed.files["Allelelist.txt"].clone()).unwrap().replace("0.1.0", "0.2.0");
    mixed.files.insert("Allelelist.txt".into(), other.into_bytes());
    let (address, _) = serve(mixed);
    let error = fetch(&address, &dir.path().join("c")).unwrap_err();
    assert!(error.to_string().contains("Allelelist.txt is of version 0.2.0"), "{error}");
    assert!(!staging(&dir.path().join("c")).exists());

    let source = Source::new(mini().to_str().unwrap(), None, None).unwrap();
    let asked = Some("3.58.0".parse().unwrap());
    let error = fetch_release(&source, asked, &dir.path().join("d")).unwrap_err();
    assert_eq!(error.to_string(), "the files are of release 0.1.0, not 3.58.0: check --from");
    assert_eq!(code(Source::new("http://x/", None, Some("::")).unwrap_err()), "fetch_proxy");
    let nobody = fetch("http://127.0.0.1:9/", &dir.path().join("e")).unwrap_err();
    assert_eq!(code(nobody), "fetch_failed");
}

/// `text` as the only file of an archive.
fn zipped(text: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("numer.v3.txt", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(text.as_bytes()).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_table_of_codes_is_fetched_and_unpacked() {
    let dir = tempfile::tempdir().unwrap();
    let table = "LAST UPDATED: 09/30/20\nCODE\tSUBTYPE\n\nAA\t01/02/03/05\nAB\t01/02\n";
    let mut site = Site::default();
    site.files.insert("numer.zip".into(), zipped(table));
    site.files.insert("page.zip".into(), b"<html>".to_vec());
    site.cuts.insert("numer.zip".into(), 1);
    let (address, _) = serve(site);
    let address = address.replace("{branch}", "010");
    let target = dir.path().join("mac.txt");
    assert_eq!(fetch_mac(&format!("{address}numer.zip"), None, &target).unwrap(), 2);
    assert_eq!(std::fs::read_to_string(&target).unwrap(), table);
    assert_eq!(code(fetch_mac("x", None, &target).unwrap_err()), "fetch_target_exists");
    let copy = dir.path().join("copy.txt");
    assert_eq!(fetch_mac(target.to_str().unwrap(), None, &copy).unwrap(), 2, "from a file");
    let other = dir.path().join("other.txt");
    assert_eq!(code(fetch_mac(&format!("{address}none.zip"), None, &other).unwrap_err()), "fetch_not_found");
    assert_eq!(code(fetch_mac(&format!("{address}page.zip"), None, &other).unwrap_err()), "mac_table_line");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing stays behind");
}
