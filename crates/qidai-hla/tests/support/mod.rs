//! The real release that tests read, when it is there.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

pub mod table;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use qidai_hla::history::{History, HistoryFile};
use qidai_hla::typing::MacTable;
use qidai_hla::{Release, ReleaseFiles};

/// The folder of release files: `QIDAI_IMGT_HLA`, else the one beside the project; `None` is said aloud.
pub fn release_dir() -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/imgt-hla-3.58.0");
    let dir = std::env::var_os("QIDAI_IMGT_HLA").map_or(default, PathBuf::from);
    if dir.join("wmda/hla_nom.txt").exists() {
        return Some(dir);
    }
    eprintln!("skipped: no IPD-IMGT/HLA release (set QIDAI_IMGT_HLA to a folder with wmda/hla_nom.txt)");
    None
}

/// Every real release at hand: the one of [`release_dir`] and those beside it.
pub fn all_release_dirs() -> Vec<PathBuf> {
    let Some(dir) = release_dir() else { return Vec::new() };
    let beside = dir.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let mut dirs: Vec<PathBuf> = beside.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    dirs.retain(|other| other.join("wmda/hla_nom.txt").exists() && *other != dir);
    dirs.push(dir);
    dirs
}

/// The six texts of a release.
pub struct Texts(pub [String; 6]);

impl Texts {
    pub fn read(dir: &Path) -> Texts {
        let files = [
            "Allelelist.txt",
            "wmda/hla_nom.txt",
            "wmda/hla_nom_g.txt",
            "wmda/hla_nom_p.txt",
            "wmda/rel_dna_ser.txt",
            "wmda/rel_ser_ser.txt",
        ];
        Texts(files.map(|file| std::fs::read_to_string(dir.join(file)).unwrap()))
    }

    pub fn files(&self) -> ReleaseFiles<'_> {
        let [allele_list, nom, nom_g, nom_p, dna_ser, ser_ser] = &self.0;
        ReleaseFiles { allele_list, nom, nom_g, nom_p, dna_ser, ser_ser }
    }
}

/// The texts of the invented release.
pub fn mini_texts() -> Texts {
    Texts::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mini"))
}

/// The invented release in `tests/data/mini` with its table of invented codes.
pub fn mini() -> (Release, MacTable) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/mini");
    let release = Release::from_files(&mini_texts().files()).unwrap_or_else(|e| panic!("{e}"));
    let mac = MacTable::read(&std::fs::read_to_string(dir.join("mac.tsv")).unwrap()).unwrap();
    (release, mac)
}

pub fn release() -> Option<Release> {
    let texts = Texts::read(&release_dir()?);
    Some(Release::from_files(&texts.files()).unwrap_or_else(|e| panic!("{e}")))
}

/// The names of all releases, from the lists beside the real release; `None` is said aloud.
pub fn history() -> Option<History> {
    let dir = release_dir()?;
    let mut paths: Vec<PathBuf> = ["allelelist", "history"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(dir.join(folder)).ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .collect();
    paths.sort();
    if paths.is_empty() {
        eprintln!("skipped: no allele lists in {}", dir.display());
        return None;
    }
    let texts: Vec<(String, String)> = paths
        .iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()))
        .collect();
    let files: Vec<HistoryFile<'_>> = texts.iter().map(|(name, text)| HistoryFile { name, text }).collect();
    let deleted = std::fs::read_to_string(dir.join("Deleted_alleles.txt")).unwrap();
    let deleted = HistoryFile { name: "Deleted_alleles.txt", text: &deleted };
    let history = History::read(&files, Some(deleted)).unwrap_or_else(|e| panic!("{e}"));
    Some(history.with_successors_of(&release()?))
}

/// The real release with everything that lies beside it: the table of 2010 and the history.
pub fn whole_release() -> Option<Release> {
    let (dir, mut release) = (release_dir()?, release()?);
    if let Ok(text) = std::fs::read_to_string(dir.join("Nomenclature_2009.txt")) {
        release.add_old_names(&text).unwrap_or_else(|e| panic!("{e}"));
    }
    if let Some(history) = history() {
        release.add_history(Arc::new(history));
    }
    Some(release)
}

/// Every real release at hand, newest last.
pub fn all_releases() -> impl Iterator<Item = Release> {
    all_release_dirs()
        .into_iter()
        .map(|dir| Release::from_files(&Texts::read(&dir).files()).unwrap_or_else(|e| panic!("{e}")))
}

/// A table with one code.
pub fn any_code() -> MacTable {
    MacTable::read("code\talleles\nAB\t01/02\n").unwrap()
}
