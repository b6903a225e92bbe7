//! A family's own units beside its member: matches, and how many haplotypes they share.

use qidai_bank::{Acting, FamilyUnit, Record, Store, workflow};
use qidai_hla::PersonTyping;
use qidai_match::family::{Kin, Parents, Sharing, sharing};
use qidai_match::{Classes, LocusCounts, MATCH_LOCI};
use serde::Serialize;

use crate::catalogue::{Catalogue, Range};
use crate::error::Failure;
use crate::typed_fields::one_line;

/// A unit of the family, or a relative, beside the patient.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct FamilyMember {
    /// Number of the unit, or of the relative's typing.
    pub(crate) number: String,
    /// `unit`, `mother`, `father` or `sibling`.
    pub(crate) what: String,
    /// `family` or `public`, and the unit's state; null for a relative.
    pub(crate) bank_type: Option<&'static str>,
    pub(crate) status: Option<&'static str>,
    /// What the patient is of the infant: `self`, `sibling`, `mother`, `father`, `other`.
    pub(crate) relation: String,
    pub(crate) typing: Option<String>,
    pub(crate) x6: Option<Range>,
    pub(crate) x8: Option<Range>,
    pub(crate) x10: Option<Range>,
    pub(crate) tnc_total: Option<i64>,
    pub(crate) cd34_total: Option<i64>,
    /// Numbers of shared haplotypes that the typings allow: of 0, 1, 2. Empty where they contradict the kinship.
    pub(crate) haplotypes: Vec<usize>,
    /// For each of 0, 1, 2 the locus that rules it out; null where none does.
    pub(crate) ruled_out_by: [Option<String>; 3],
    /// Loci at which both are typed.
    pub(crate) loci: Vec<String>,
    /// The typings fit no number: a recombination, a wrong typing, or no such kinship.
    pub(crate) contradicts: bool,
}

/// The family of a patient: its units, and its relatives that are typed.
///
/// # Errors
/// `permission_missing`, `record_unknown`, `family_not_linked`, `patient_not_typed`.
pub(crate) async fn family(
    store: &Store,
    catalogue: &Catalogue,
    number: &str,
    acting: &Acting<'_>,
) -> Result<Vec<FamilyMember>, Failure> {
    let patient = store.record(workflow::known("patient")?, number, acting.principal).await?;
    let units = store.family_units(&patient.number, acting).await?;
    let typings = store.patient_rows("patient_typing", &patient.number, None).await?;
    let in_force: Vec<&Record> =
        typings.iter().filter(|typing| matches!(typing.state.code, "entered" | "confirmed")).collect();
    let of = |subject: &str| in_force.iter().find(|typing| typing.field("subject") == Some(subject)).copied();
    let read = |typing: &Record| read(typing.field("typing").unwrap_or_default(), catalogue);
    let Some(own) = of("patient").and_then(read) else {
        let sentence = format!("{number} has no typing that can be read: enter it first.");
        return Err(Failure::refused("patient_not_typed", sentence).with("patient", number));
    };
    let (mother, father) = (of("mother").and_then(read), of("father").and_then(read));
    let parents = Parents { mother: mother.as_ref(), father: father.as_ref() };
    let beside = Beside { catalogue, own: &own, parents };
    let relatives = in_force.iter().filter(|typing| typing.field("subject") != Some("patient"));
    let mut members: Vec<FamilyMember> = units.iter().map(|unit| beside.unit(unit)).collect();
    members.extend(relatives.map(|typing| beside.relative(typing)));
    Ok(members)
}

fn read(text: &str, catalogue: &Catalogue) -> Option<PersonTyping> {
    PersonTyping::read_line(&one_line(text), &catalogue.nomenclature()).ok()
}

/// What everybody is compared with.
struct Beside<'a> {
    catalogue: &'a Catalogue,
    own: &'a PersonTyping,
    parents: Parents<'a>,
}

impl Beside<'_> {
    fn unit(&self, unit: &FamilyUnit) -> FamilyMember {
        // A parent is an ancestor of the infant; brothers and sisters have the same parents as it, and so has the infant itself.
        let (kin, parents) = match unit.relation.as_str() {
            "mother" | "father" => (Some(Kin::ParentAndChild), Parents::default()),
            "self" | "sibling" => (Some(Kin::Sibling), self.parents),
            _ => (None, self.parents),
        };
        let typing = unit.hla.as_deref().and_then(|hla| read(hla, self.catalogue));
        FamilyMember {
            bank_type: Some(unit.bank_type.code()),
            status: Some(unit.status.code()),
            tnc_total: unit.tnc_total,
            cd34_total: unit.cd34_total,
            typing: unit.hla.clone(),
            relation: unit.relation.clone(),
            ..self.member((unit.identity.written(), "unit"), typing.as_ref(), kin, parents)
        }
    }

    fn relative(&self, typing: &Record) -> FamilyMember {
        let subject = typing.field("subject").unwrap_or_default();
        let (kin, parents) = match subject {
            "sibling" => (Kin::Sibling, self.parents),
            _ => (Kin::ParentAndChild, Parents::default()),
        };
        let text = typing.field("typing").map(one_line);
        let read = text.as_deref().and_then(|text| read(text, self.catalogue));
        FamilyMember {
            typing: text,
            relation: typing.field("member").unwrap_or(subject).to_owned(),
            ..self.member((typing.number.clone(), subject), read.as_ref(), Some(kin), parents)
        }
    }

    fn member(
        &self,
        (number, what): (String, &str),
        typing: Option<&PersonTyping>,
        kin: Option<Kin>,
        parents: Parents<'_>,
    ) -> FamilyMember {
        let shared = typing.zip(kin).map(|(typing, kin)| sharing(self.own, typing, kin, parents));
        let classes = typing.map(|typing| self.classes(typing));
        let range =
            |of: fn(&Classes) -> Option<qidai_match::Matches>| classes.as_ref().and_then(of).map(Range::from);
        FamilyMember {
            number,
            what: what.to_owned(),
            bank_type: None,
            status: None,
            relation: String::new(),
            typing: None,
            x6: range(|classes| classes.x6),
            x8: range(|classes| classes.x8),
            x10: range(|classes| classes.x10),
            tnc_total: None,
            cd34_total: None,
            haplotypes: shared.as_ref().map(possible).unwrap_or_default(),
            ruled_out_by: shared.as_ref().map_or([const { None }; 3], ruled_out),
            loci: shared.as_ref().map(loci).unwrap_or_default(),
            contradicts: shared.as_ref().is_some_and(Sharing::is_contradiction),
        }
    }

    fn classes(&self, typing: &PersonTyping) -> Classes {
        let interpreter = self.catalogue.interpreter();
        let counts = MATCH_LOCI.map(|locus| {
            let of =
                |person: &PersonTyping| person[locus].as_ref().map(|typing| interpreter.genotype(typing));
            let (own, other) = (of(self.own), of(typing));
            LocusCounts::of(locus, own.as_ref(), other.as_ref(), interpreter.antigens())
        });
        Classes::of(&counts)
    }
}

fn possible(shared: &Sharing) -> Vec<usize> {
    (0..3).filter(|count| shared.possible[*count]).collect()
}

fn ruled_out(shared: &Sharing) -> [Option<String>; 3] {
    shared.ruled_out_by.map(|locus| locus.map(|locus| locus.name().to_owned()))
}

fn loci(shared: &Sharing) -> Vec<String> {
    shared.loci.iter().map(|locus| locus.name().to_owned()).collect()
}
