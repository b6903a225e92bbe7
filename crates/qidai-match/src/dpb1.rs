//! What a mismatch at DPB1 means: the same, permissive, not permissive and for whom, or not known.
//!
//! A match comes before anything that is asked of T-cell epitopes. Typings that allow a match and a mismatch have the
//! category that holds for both: alleles that match are of one level. The levels are those of the release's table
//! (`tce/dpb_tce.csv`); without it nothing but a match is known.

use qidai_hla::epitope::{Permissiveness, TceLevels, TceVersion};
use qidai_hla::{Locus, LocusTyping};

use crate::count::compare;
use crate::genotype::{Interpreter, LocusGenotype};

/// What a donor's DPB1 is to a patient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dpb1 {
    /// Both alleles match, whatever the typings leave open.
    Match,
    /// Another allele of the same level.
    Permissive,
    /// The patient's level is the lower number: the graft reacts against the patient.
    NonPermissiveGvh,
    /// The donor's level is the lower number: the patient reacts against the graft.
    NonPermissiveHvg,
    /// Not typed, a group is not known, or the typings allow more than one answer.
    #[default]
    Unknown,
}

impl Dpb1 {
    /// The word used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Dpb1::Match => "match",
            Dpb1::Permissive => Permissiveness::Permissive.as_str(),
            Dpb1::NonPermissiveGvh => Permissiveness::NonPermissiveGvh.as_str(),
            Dpb1::NonPermissiveHvg => Permissiveness::NonPermissiveHvg.as_str(),
            Dpb1::Unknown => Permissiveness::Unknown.as_str(),
        }
    }

    /// Two people's.
    pub fn between(patient: &Dpb1Typing, donor: &Dpb1Typing, version: TceVersion) -> Dpb1 {
        Dpb1::of(&patient.genotype, &donor.genotype, patient.levels(version), donor.levels(version))
    }

    pub(crate) fn of(
        patient: &LocusGenotype,
        donor: &LocusGenotype,
        patient_levels: TceLevels,
        donor_levels: TceLevels,
    ) -> Dpb1 {
        if compare(patient, donor).worst == 2 {
            return Dpb1::Match;
        }
        match patient_levels.against(donor_levels) {
            Permissiveness::Permissive => Dpb1::Permissive,
            Permissiveness::NonPermissiveGvh => Dpb1::NonPermissiveGvh,
            Permissiveness::NonPermissiveHvg => Dpb1::NonPermissiveHvg,
            Permissiveness::Unknown => Dpb1::Unknown,
        }
    }
}

/// One person's DPB1, ready for comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dpb1Typing {
    pub(crate) genotype: LocusGenotype,
    /// The levels of both versions, see [`levels_of`].
    pub(crate) levels: u8,
}

impl Dpb1Typing {
    /// What a typing says; `None` for one of another locus.
    pub fn new(typing: &LocusTyping, interpreter: &Interpreter<'_>) -> Option<Dpb1Typing> {
        (typing.locus == Locus::DPB1).then(|| Dpb1Typing {
            genotype: interpreter.genotype(typing),
            levels: levels_of(typing, interpreter),
        })
    }

    fn levels(&self, version: TceVersion) -> TceLevels {
        unpacked(self.levels, version)
    }
}

/// The levels of a typing in one byte: version 2 in bits 0 to 2, version 1 in bits 3 to 5.
pub(crate) fn levels_of(typing: &LocusTyping, interpreter: &Interpreter<'_>) -> u8 {
    let bits = |version| TceLevels::of(typing, interpreter.release(), version).bits();
    bits(TceVersion::V2) | bits(TceVersion::V1) << 3
}

/// The levels of one version.
pub(crate) fn unpacked(levels: u8, version: TceVersion) -> TceLevels {
    TceLevels::from_bits(match version {
        TceVersion::V2 => levels,
        TceVersion::V1 => levels >> 3,
    })
}
