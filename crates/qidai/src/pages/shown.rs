//! Values as pages show them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qidai_bank::{Grant, Identity, Permission};

use crate::auth::Visitor;
use crate::words::{Lang, Words, thousands};

/// The label of this language, of a pair 中文, English.
pub(crate) fn label(lang: Lang, labels: (&'static str, &'static str)) -> &'static str {
    match lang {
        Lang::ZhCn => labels.0,
        Lang::En => labels.1,
    }
}

/// `quality @ jinan`, with the end of a role taken in an emergency.
pub(super) fn grant(grant: &Grant, lang: Lang, zone: &TimeZone) -> String {
    let role = label(lang, grant.role.labels());
    let site = grant.site.as_ref().map(|site| format!(" @ {site}")).unwrap_or_default();
    let until = grant.until.map(|until| format!(" → {}", minute(until, zone))).unwrap_or_default();
    format!("{role}{site}{until}")
}

/// `2026-11-24 15:20`, in the bank's zone.
pub(super) fn minute(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// `2026-11-24 15:20:07 CST`.
pub(super) fn second(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// A whole number with thousands separators.
pub(super) fn count(number: impl Into<i128>) -> String {
    thousands(&number.into().to_string())
}

/// Cells in units of ten to a power: `16.84` of 10⁸.
pub(crate) fn in_powers(cells: i64, power: i32) -> String {
    format!("{:.2}", cells as f64 / 10_f64.powi(power))
}

/// A DIN in its groups, country and facility, year, number, check character; another number as one.
pub(super) fn number_parts(identity: &Identity) -> Vec<String> {
    let written = identity.written();
    if identity.scheme != qidai_bank::DIN_SCHEME || written.len() != 14 || !written.is_ascii() {
        return vec![written];
    }
    [0..5, 5..7, 7..13, 13..14].into_iter().map(|part| written[part].to_owned()).collect()
}

/// The page of a unit.
pub(crate) fn unit_address(identity: &Identity) -> String {
    format!("/units/{}/{}", escaped(&identity.scheme), escaped(&identity.value))
}

/// As a part of a path or a value of a query.
pub(crate) fn escaped(text: &str) -> String {
    const NEEDED: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_');
    percent_encoding::utf8_percent_encode(text, NEEDED).to_string()
}

/// Where a subject of the history has a page of its own that the visitor may open.
pub(super) fn subject_address(subject: &str, visitor: &Visitor) -> Option<String> {
    let mut parts = subject.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("unit"), Some(scheme), Some(value)) if visitor.may(Permission::UnitView) => {
            Some(format!("/units/{}/{}", escaped(scheme), escaped(value)))
        }
        (Some("account"), Some(number), None) if visitor.may(Permission::AccountManage) => {
            Some(format!("/admin/people/{}", escaped(number)))
        }
        (Some(concept), Some(number), None) if super::records::may_see(concept, number, visitor) => {
            Some(super::records::record_address(concept, number))
        }
        (Some("person"), Some(_), None) if visitor.may(Permission::PersonOpen) => Some(documents_of(subject)),
        (Some("emergency"), Some(_), None) if visitor.may(Permission::EmergencyReview) => {
            Some("/admin/emergencies".to_owned())
        }
        _ => None,
    }
}

/// The list of the documents of a subject.
pub(super) fn documents_of(subject: &str) -> String {
    format!("/documents?subject={}", escaped(subject))
}

/// `1.4 MB`, in powers of ten, as browsers and file managers tell it.
pub(super) fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.0} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// The word of a code, or the code itself where there is no word.
pub(super) fn word(w: &Words, front: &str, code: &str) -> String {
    w.find(&format!("{front}-{code}"), &[]).unwrap_or_else(|| code.replace('_', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_groups_and_led_to() {
        let din = Identity::din("Z990117012046").unwrap();
        assert_eq!(number_parts(&din)[..3], ["Z9901", "17", "012046"]);
        assert_eq!(unit_address(&din), "/units/din/Z990117012046");
        let own = Identity { scheme: "jn".to_owned(), value: "a/b 1".to_owned() };
        assert_eq!(number_parts(&own), ["a/b 1"]);
        assert_eq!(unit_address(&own), "/units/jn/a%2Fb%201");
    }

    #[test]
    fn times_are_told_in_the_zone_of_the_bank() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at: Timestamp = "2026-11-24T07:20:07Z".parse().unwrap();
        assert_eq!(minute(at, &zone), "2026-11-24 15:20");
        assert_eq!(second(at, &zone), "2026-11-24 15:20:07 CST");
    }
}
