//! Words of files that are wider than one type of the bank: yes and no, Chinese labels of states, blood groups in one
//! cell, lists of accreditations.

use qidai_bank::{Abo, RhD, Status};

/// Labels of the glossary, section H.
const STATUS_LABELS_ZH: &[(&str, Status)] = &[
    ("已登记", Status::Registered),
    ("采集包已发", Status::KitIssued),
    ("已采集", Status::Collected),
    ("运输中", Status::InTransit),
    ("已接收", Status::Received),
    ("拒收", Status::RejectedAtReceipt),
    ("制备中", Status::Processing),
    ("已制备", Status::Processed),
    ("待检冻存", Status::Quarantine),
    ("可检索", Status::Available),
    ("家庭保管", Status::FamilyHeld),
    ("已预留", Status::Reserved),
    ("复核检测中", Status::InReleaseTesting),
    ("已放行", Status::ReleaseApproved),
    ("已取出", Status::Retrieved),
    ("已发运", Status::Shipped),
    ("移植机构已接收", Status::ReceivedByTransplantCentre),
    ("已输注", Status::Infused),
    ("退回", Status::Returned),
    ("已废弃", Status::Discarded),
    ("转科研", Status::TransferredToResearch),
    ("转入公共库", Status::ConvertedToPublic),
    ("待评估", Status::UnderEvaluation),
    ("异常放行", Status::ExceptionalRelease),
    ("已验收", Status::Accepted),
    ("暂停", Status::Held),
    ("召回", Status::Recalled),
    ("遗失", Status::Lost),
    ("运输中损毁", Status::DestroyedInTransit),
];

/// A state by its code in either spelling or by its Chinese label.
pub(crate) fn status(text: &str) -> Option<Status> {
    let labelled = || STATUS_LABELS_ZH.iter().find(|(label, _)| *label == text).map(|(_, status)| *status);
    Status::parse(text).or_else(|| Status::parse(&text.replace([' ', '-'], "_"))).or_else(labelled)
}

/// Yes or no.
pub(crate) fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "是" | "有" => Some(true),
        "no" | "n" | "false" | "0" | "否" => Some(false),
        _ => None,
    }
}

/// `A+`, `ab-`, `O型阳性`, `B RhD(-)`, or the ABO group alone.
pub(crate) fn blood_group(text: &str) -> Option<(Abo, Option<RhD>)> {
    let plain: String = text
        .to_ascii_uppercase()
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '型' | '血' | ','))
        .collect();
    let group = ["AB", "A", "B", "O"].into_iter().find(|group| plain.starts_with(group))?;
    let abo = Abo::parse(group)?;
    let rest = plain[group.len()..].trim_start_matches("RH");
    let rest = if rest.len() > 1 { rest.trim_start_matches('D') } else { rest };
    if rest.is_empty() { Some((abo, None)) } else { Some((abo, Some(RhD::parse(rest)?))) }
}

/// FACT, AABB and WMDA in a list such as `FACT/AABB`; each is yes when it is named, and not known otherwise.
pub(crate) fn accreditation(text: &str) -> Option<(Option<bool>, Option<bool>, Option<bool>)> {
    let mut found = (None, None, None);
    for name in text.split(['/', ',', ';', '、', '+', ' ']).filter(|name| !name.is_empty()) {
        match name.to_ascii_uppercase().as_str() {
            "FACT" | "FACT-NETCORD" | "NETCORD-FACT" => found.0 = Some(true),
            "AABB" => found.1 = Some(true),
            "WMDA" => found.2 = Some(true),
            _ => return None,
        }
    }
    Some(found)
}
