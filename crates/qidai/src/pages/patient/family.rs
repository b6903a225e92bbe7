//! A family's own units beside its member.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::app::AppState;
use crate::catalogue::Range;
use crate::error::Failure;
use crate::pages::{Frame, Reader, in_powers, render};
use crate::requests::{FamilyMember, family};
use crate::words::Words;

#[derive(Template)]
#[template(path = "patient_family.html")]
struct FamilyPage {
    frame: Frame,
    number: String,
    members: Vec<MemberRow>,
}

struct MemberRow {
    number: String,
    what: String,
    relation: String,
    state: String,
    classes: [String; 3],
    /// `0`, `1`, `2`, and whether the typings allow it.
    haplotypes: [(usize, bool); 3],
    told: String,
    contradicts: bool,
    doses: [String; 2],
    typing: Option<String>,
}

pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    Path(number): Path<String>,
) -> Result<Response, Failure> {
    let (desk, w) = (state.desk(), reader.lang.words());
    let acting = desk.acting(reader.visitor.principal()?);
    let members = family(&desk.store, &state.catalogue(), &number, &acting).await?;
    render(&FamilyPage {
        members: members.iter().map(|member| row(member, w)).collect(),
        frame: Frame::new(&reader),
        number,
    })
}

fn row(member: &FamilyMember, w: &Words) -> MemberRow {
    let class = |range: Option<Range>, most: u8| match range {
        None => "–".to_owned(),
        Some(range) if range.best == range.worst => format!("{}/{most}", range.best),
        Some(range) => format!("{}–{}/{most}", range.worst, range.best),
    };
    let cells =
        |count: Option<i64>, power| count.map_or_else(|| "–".to_owned(), |cells| in_powers(cells, power));
    let word =
        |front: &str, code: &str| w.find(&format!("{front}-{code}"), &[]).unwrap_or_else(|| code.to_owned());
    let kept =
        [member.bank_type.map(|code| word("bank", code)), member.status.map(|code| word("status", code))];
    MemberRow {
        number: member.number.clone(),
        what: w.t(&format!("family-what-{}", member.what)),
        relation: word("family-relation", &member.relation),
        state: kept.into_iter().flatten().collect::<Vec<_>>().join(" · "),
        classes: [class(member.x6, 6), class(member.x8, 8), class(member.x10, 10)],
        haplotypes: [0, 1, 2].map(|count| (count, member.haplotypes.contains(&count))),
        told: told(member, w),
        contradicts: member.contradicts,
        doses: [cells(member.tnc_total, 7), cells(member.cd34_total, 5)],
        typing: member.typing.clone(),
    }
}

/// Why these numbers: which locus rules out which.
fn told(member: &FamilyMember, w: &Words) -> String {
    if member.contradicts {
        return w.t("family-contradicts");
    }
    if member.loci.is_empty() {
        return w.t("family-nothing-typed");
    }
    let ruled = member.ruled_out_by.iter().enumerate().filter_map(|(count, locus)| {
        let values = [("count", (count as f64).into()), ("locus", locus.clone()?.into())];
        Some(w.say("family-ruled-out", &values))
    });
    let ruled: Vec<String> = ruled.collect();
    if ruled.is_empty() { w.t("family-open") } else { ruled.join(" ") }
}
