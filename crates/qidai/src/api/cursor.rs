//! Lists in pages: how many, from where on, and where it goes on.
//!
//! A cursor is a place in one list under one filter, with a proof that this bank gave it out. One that was made up,
//! cut, or taken from another list is refused; none is ever read as "from the beginning".

use axum::Json;
use axum::http::HeaderValue;
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};
use qidai_bank::KeyRing;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use utoipa::{IntoParams, ToSchema};

use super::input::parameter_wrong;
use crate::error::{Failure, Kind};

/// Items of a page when nothing else is asked for, and the most that are given.
pub(crate) const LIMIT_USUAL: u32 = 50;
pub(crate) const LIMIT_MAX: u32 = 500;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Send it as `cursor` for the next page; null at the end.
    pub(crate) next: Option<String>,
}

/// How a list without filters is turned over.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Pages {
    /// Items of a page, 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<u32>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// A place that is a number of ours; the proof has been looked at.
pub(crate) fn number_of(place: &str) -> Result<u64, Failure> {
    place
        .parse()
        .map_err(|_| Failure::new(Kind::Malformed, "cursor_invalid", "This cursor is no place in this list."))
}

/// One list of one request: its name with all that filters it.
pub(crate) struct List<'a> {
    keys: &'a KeyRing,
    path: String,
    filter: Vec<(&'static str, String)>,
    limit: u32,
}

impl<'a> List<'a> {
    /// # Errors
    /// `parameter_wrong` for a limit out of range.
    pub(crate) fn new(
        keys: &'a KeyRing,
        path: impl Into<String>,
        filter: impl IntoIterator<Item = (&'static str, Option<String>)>,
        limit: Option<u32>,
    ) -> Result<List<'a>, Failure> {
        let limit = limit.unwrap_or(LIMIT_USUAL);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(parameter_wrong(format!("limit: found {limit}, expected 1 to {LIMIT_MAX}")));
        }
        let filter = filter.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        Ok(List { keys, path: path.into(), filter, limit })
    }

    /// Items of a page, and one more: whether there is a next page is seen by it.
    pub(crate) fn one_more(&self) -> u32 {
        self.limit + 1
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit as usize
    }

    /// The place that a cursor stands for.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub(crate) fn place(&self, cursor: Option<&str>) -> Result<Option<String>, Failure> {
        let Some(cursor) = cursor else { return Ok(None) };
        let place = cursor.split_once('.').and_then(|(place, proof)| {
            let place = unhex(place)?;
            let is_ours = |own: String| bool::from(own.as_bytes().ct_eq(proof.as_bytes()));
            let parts = self.parts(&place);
            let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            self.keys.proofs(&parts).any(is_ours).then_some(place)
        });
        let sentence = "This cursor was not given out for this list: take the one of the page before, with the same \
                        filters, or begin again without one.";
        place.map(Some).ok_or_else(|| Failure::new(Kind::Malformed, "cursor_invalid", sentence))
    }

    /// The answer; `next` is the place of the last item when there are more.
    pub(crate) fn answer<T: Serialize>(&self, items: Vec<T>, next: Option<String>) -> Response {
        let next = next.map(|place| self.cursor(&place));
        let link = next.as_deref().and_then(|next| HeaderValue::from_str(&self.link(next)).ok());
        let mut response = Json(Page { items, next }).into_response();
        if let Some(link) = link {
            response.headers_mut().insert(LINK, link);
        }
        response
    }

    /// A page of a list that is read whole, because it is short: from after the item of the place on.
    ///
    /// # Errors
    /// `cursor_invalid`; the item of the place is gone.
    pub(crate) fn of_all<I, T: Serialize>(
        &self,
        all: &[I],
        cursor: Option<&str>,
        place: impl Fn(&I) -> &str,
        shown: impl Fn(&I) -> T,
    ) -> Result<Response, Failure> {
        let from = match self.place(cursor)? {
            None => 0,
            Some(after) => {
                all.iter().position(|item| place(item) == after).map(|at| at + 1).ok_or_else(|| {
                    let sentence =
                        "The item at which this page would begin is gone: begin again without a cursor.";
                    Failure::new(Kind::Malformed, "cursor_invalid", sentence)
                })?
            }
        };
        let rest = all.get(from..).unwrap_or_default();
        let page = rest.get(..self.limit()).unwrap_or(rest);
        let next = page.last().filter(|_| rest.len() > page.len()).map(|last| place(last).to_owned());
        Ok(self.answer(page.iter().map(shown).collect(), next))
    }

    pub(crate) fn cursor(&self, place: &str) -> String {
        let parts = self.parts(place);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let proof = self.keys.proofs(&parts).next().unwrap_or_default();
        let place: String = place.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("{place}.{proof}")
    }

    /// What the proof covers. The size of the page is no part: it may change on the way.
    fn parts(&self, place: &str) -> Vec<Vec<u8>> {
        let front = [b"cursor".to_vec(), self.path.clone().into_bytes(), place.as_bytes().to_vec()];
        let filter = self.filter.iter().flat_map(|(name, value)| [(*name).to_owned(), value.clone()]);
        front.into_iter().chain(filter.map(String::into_bytes)).collect()
    }

    /// RFC 8288.
    fn link(&self, next: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.filter {
            query.append_pair(name, value);
        }
        query.append_pair("limit", &self.limit.to_string()).append_pair("cursor", next);
        format!("<{}?{}>; rel=\"next\"", self.path, query.finish())
    }
}

fn unhex(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    let bytes: Option<Vec<u8>> = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use qidai_bank::{MasterKey, RandomSource};

    use super::*;

    fn ring(seed: u64) -> KeyRing {
        KeyRing::new(MasterKey::new(&RandomSource::seeded(seed)).unwrap(), Vec::new())
    }

    fn list<'a>(keys: &'a KeyRing, path: &str, status: &str) -> List<'a> {
        List::new(keys, path, [("status", Some(status.to_owned())), ("bank", None)], None).unwrap()
    }

    #[test]
    fn a_cursor_counts_for_its_own_list_filter_and_bank() {
        let (ours, other_bank) = (ring(1), ring(2));
        let cursor = list(&ours, "/api/units", "available").cursor("din~Z990117012046");
        let read = |list: List<'_>, cursor: &str| list.place(Some(cursor)).map_err(|failure| failure.code());
        assert_eq!(
            read(list(&ours, "/api/units", "available"), &cursor),
            Ok(Some("din~Z990117012046".to_owned()))
        );
        let rotated = ours.rotated(MasterKey::new(&RandomSource::seeded(3)).unwrap());
        assert!(read(list(&rotated, "/api/units", "available"), &cursor).is_ok(), "older keys still prove");
        let refused = [
            read(list(&other_bank, "/api/units", "available"), &cursor),
            read(list(&ours, "/api/history", "available"), &cursor),
            read(list(&ours, "/api/units", "reserved"), &cursor),
        ];
        assert_eq!(refused, [const { Err("cursor_invalid") }; 3]);
        for forged in
            ["", ".", "00", "zz.00", &cursor[2..], &format!("{cursor}0"), &cursor.replace('.', ""), "é.é"]
        {
            assert_eq!(
                read(list(&ours, "/api/units", "available"), forged),
                Err("cursor_invalid"),
                "{forged}"
            );
        }
    }

    #[test]
    fn a_page_has_at_least_one_item_and_not_too_many() {
        let keys = ring(1);
        for (limit, fits) in [(0, false), (1, true), (LIMIT_MAX, true), (LIMIT_MAX + 1, false)] {
            assert_eq!(List::new(&keys, "/api/units", [], Some(limit)).is_ok(), fits, "{limit}");
        }
    }
}
