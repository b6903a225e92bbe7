//! The criteria of a search in one line, as they stand on paper.

use crate::catalogue::SearchRequest;
use crate::words::Words;

/// Label and value of every criterion that was set.
pub(crate) fn line(request: &SearchRequest, w: &Words) -> Vec<(String, String)> {
    let patient = request.patient_text();
    let matches = |class: &str, least: Option<u8>| least.map(|least| format!("≥ {least}/{class}"));
    let classes: Vec<String> =
        [matches("6", request.min_x6), matches("8", request.min_x8), matches("10", request.min_x10)]
            .into_iter()
            .flatten()
            .collect();
    let entries = [
        ("patient-typing", Some(patient.replace('^', " ").replace('+', ", "))),
        ("weight", request.weight_kg.map(|weight| format!("{weight} kg"))),
        ("least-matches", (!classes.is_empty()).then(|| classes.join(&w.t("list-or")))),
        ("least-tnc", request.min_tnc_per_kg_e7.map(|dose| format!("≥ {dose}"))),
        ("least-cd34", request.min_cd34_per_kg_e5.map(|dose| format!("≥ {dose}"))),
        ("filters-label", filters(request, w)),
        ("filter-abo", (!request.abo.is_empty()).then(|| request.abo.join("/"))),
        ("filter-rhd", request.rhd.clone()),
        ("fact-sex", request.sex.as_ref().map(|sex| w.t(&format!("sex-{sex}")))),
        ("filter-collected", request.collected_from.map(|day| format!("≥ {day}"))),
        ("filter-accreditation", accreditation(request)),
        (
            "profile-label",
            (request.profile != "default").then(|| w.t(&format!("profile-{}", request.profile))),
        ),
        ("order-label", Some(w.t(&format!("order-{}", request.order)))),
    ];
    entries.into_iter().filter_map(|(key, value)| Some((w.t(key), value?))).collect()
}

fn accreditation(request: &SearchRequest) -> Option<String> {
    let names = || request.accreditation.iter().map(|name| name.to_uppercase()).collect::<Vec<_>>();
    (!request.accreditation.is_empty()).then(|| names().join(" + "))
}

fn filters(request: &SearchRequest, w: &Words) -> Option<String> {
    let on = [
        ("filter-own", !request.include_lists),
        ("filter-rbc_depleted", request.rbc_depleted),
        ("filter-segment", request.min_segments.is_some()),
        ("filter-not_computable", request.allow_not_computable),
    ];
    let names: Vec<String> = on.into_iter().filter(|(_, is_on)| *is_on).map(|(key, _)| w.t(key)).collect();
    (!names.is_empty()).then(|| names.join(&w.t("list-separator")))
}
