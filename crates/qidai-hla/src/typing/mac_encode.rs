//! From a list of alleles to its multiple allele code.
//!
//! A code is the same whatever order its alleles are written in, so lists are compared sorted. A list of one first field
//! is looked for as second fields (`01/02`, a generic code) and as whole names (`02:01/02:02`), another list as whole
//! names only. The code stands behind the first field that the list has most often, the lowest on a tie.

use rustc_hash::FxHashMap;

use super::MacTable;
use super::mac::most_frequent_first_field;
use crate::allele::AlleleName;
use crate::locus::Locus;

/// The codes of a table by what they stand for.
#[derive(Clone, Debug, Default)]
pub struct MacIndex {
    codes: FxHashMap<Box<str>, Box<str>>,
}

impl MacIndex {
    /// Turns a table round. Of two codes with the same alleles the shorter, then the first of the alphabet, is kept.
    pub fn new(table: &MacTable) -> MacIndex {
        let mut codes: FxHashMap<Box<str>, Box<str>> = FxHashMap::default();
        for (code, alleles) in table.iter() {
            let before = |a: &str, b: &str| (a.len(), a) < (b.len(), b);
            let place = codes.entry(sorted(alleles).into()).or_insert_with(|| code.into());
            if before(code, place) {
                *place = code.into();
            }
        }
        MacIndex { codes }
    }

    /// The code of two-field names of one locus, e.g. `A*02:AB`; `None` when the table has none, or when there are fewer
    /// than two names.
    ///
    /// ```
    /// use qidai_hla::typing::{MacIndex, MacTable};
    /// let table = MacTable::read("code\talleles\nAB\t01/02\nBYHR\t25:01/26:01\n").unwrap();
    /// let index = MacIndex::new(&table);
    /// let code = |names: &[&str]| {
    ///     index.encode(&names.iter().map(|name| name.parse().unwrap()).collect::<Vec<_>>())
    /// };
    /// assert_eq!(code(&["A*02:02", "A*02:01"]).as_deref(), Some("A*02:AB"));
    /// assert_eq!(code(&["A*26:01", "A*25:01"]).as_deref(), Some("A*25:BYHR"));
    /// assert_eq!(code(&["A*02:01", "A*02:03"]), None);
    /// ```
    pub fn encode(&self, names: &[AlleleName]) -> Option<String> {
        let mut names: Vec<AlleleName> = names.to_vec();
        names.sort_unstable();
        names.dedup();
        let locus = names.first()?.locus();
        if names.len() < 2 || names.iter().any(|name| name.locus() != locus || name.fields().len() != 2) {
            return None;
        }
        let first = most_frequent_first_field(names.iter())?;
        let fields = |name: &AlleleName| fields_of(name, 0);
        let second = |name: &AlleleName| fields_of(name, 1);
        let one_field = names.iter().all(|name| name.fields()[0] == first);
        let generic = if one_field { self.find(names.iter().map(second)) } else { None };
        let code = generic.or_else(|| self.find(names.iter().map(fields)))?;
        Some(format!("{locus}*{first:0width$}:{code}", width = Locus::first_field_width(locus)))
    }

    fn find(&self, members: impl Iterator<Item = String>) -> Option<&str> {
        let list = members.collect::<Vec<_>>().join("/");
        self.codes.get(&*sorted(&list)).map(|code| &**code)
    }
}

/// `02:01N` from field 0 on, `01N` from field 1 on.
fn fields_of(name: &AlleleName, from: usize) -> String {
    let text = name.to_string();
    let fields = text.split_once('*').map_or("", |(_, fields)| fields);
    fields.splitn(2, ':').nth(from).filter(|_| from == 1).unwrap_or(fields).to_owned()
}

/// Members in the order of text, each once.
fn sorted(list: &str) -> String {
    let mut members: Vec<&str> = list.split('/').collect();
    members.sort_unstable();
    members.dedup();
    members.join("/")
}
