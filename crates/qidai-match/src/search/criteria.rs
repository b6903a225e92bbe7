//! What a unit must have to be listed, and the rule that keeps it out.

use super::facts::{Abo, Sex, StoredFacts};
use super::layout::Flags;
use super::near;
use super::order::Order;
use crate::class::{CLASS_LOCI, Packed};

/// What a unit must have to be listed. Nothing is required unless it is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Criteria {
    /// At least so many of 6 in the best case.
    pub min_x6: Option<u8>,
    /// At least so many of 8.
    pub min_x8: Option<u8>,
    /// At least so many of 10.
    pub min_x10: Option<u8>,
    /// Whether one of the given floors is enough, or each must be reached. Without any floor all pass.
    pub floors: Floors,
    /// Judge also units of which no class with a floor can be computed, by what their typing allows.
    pub allow_not_computable: bool,
    /// Cells per unit.
    pub min_tnc_total: Option<u64>,
    /// Cells per unit.
    pub min_cd34_total: Option<u64>,
    /// Cells per unit, by the matches of 8 in the best case; where x/8 cannot be computed the largest counts.
    pub tnc_by_x8: Option<DoseByClass>,
    /// The same for CD34+ cells.
    pub cd34_by_x8: Option<DoseByClass>,
    /// Collected on this day (days since 1970-01-01) or later.
    pub collected_from_day: Option<i32>,
    /// Sex.
    pub sex: Option<Sex>,
    /// One of these groups; empty is any.
    pub abo: Vec<Abo>,
    /// RhD.
    pub rhd_positive: Option<bool>,
    /// Red cells removed.
    pub rbc_depleted: bool,
    /// At least so many attached segments.
    pub min_segments: Option<u8>,
    /// All of these accreditations (bits as in [`super::Facts::accreditation`]).
    pub accreditation: u8,
    /// Own units.
    pub include_units: bool,
    /// External lists.
    pub include_lists: bool,
    /// The patient's blood group, for orders that ask for it.
    pub patient_abo: Option<Abo>,
    /// Order of the list.
    pub order: Order,
    /// How many are listed.
    pub limit: usize,
}

/// A floor for each number of matches of 8, from 0 to 8.
pub type DoseByClass = [u64; 9];

/// How several class floors work together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Floors {
    /// One of them is enough, as in "at least 4/6 or 4/8".
    Any,
    /// Each must be reached; a class that cannot be computed reaches none.
    All,
}

impl Default for Criteria {
    fn default() -> Self {
        Criteria {
            min_x6: Some(4),
            min_x8: Some(4),
            min_x10: None,
            floors: Floors::Any,
            allow_not_computable: false,
            min_tnc_total: None,
            min_cd34_total: None,
            tnc_by_x8: None,
            cd34_by_x8: None,
            collected_from_day: None,
            sex: None,
            abo: Vec::new(),
            rhd_positive: None,
            rbc_depleted: false,
            min_segments: None,
            accreditation: 0,
            include_units: true,
            include_lists: true,
            patient_abo: None,
            order: Order::default(),
            limit: 100,
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident => $name:literal),* $(,)?) => {
        /// Why a unit is not listed: the first rule that it fails, in this order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule { $($(#[$doc])* $variant),* }

        impl Rule {
            /// Every rule, in the order they are asked.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant),*];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Rule::$variant => $name),* }
            }

            /// The rule with this name.
            pub fn of_name(name: &str) -> Option<Rule> {
                Rule::ALL.iter().copied().find(|rule| rule.name() == name)
            }
        }
    };
}

rules! {
    /// The typing cannot be read under the release in force.
    TypingUnreadable => "typing_unreadable",
    /// Not among the sources asked for.
    SourceExcluded => "source_excluded",
    /// A required locus is untyped, so no class with a floor can be computed.
    ClassNotComputable => "class_not_computable",
    /// Too many mismatches.
    MatchesBelowFloor => "matches_below_floor",
    /// The typing can show what the patient has antibodies against.
    Antibody => "antibody",
    /// A TNC floor is set and the count is not recorded.
    TncMissing => "tnc_missing",
    /// Too few nucleated cells.
    TncBelowFloor => "tnc_below_floor",
    /// A CD34 floor is set and the count is not recorded.
    Cd34Missing => "cd34_missing",
    /// Too few CD34+ cells.
    Cd34BelowFloor => "cd34_below_floor",
    /// Collected too early, or not known when.
    CollectionDate => "collection_date",
    /// Another sex, or not recorded.
    Sex => "sex",
    /// Another blood group, or not recorded.
    Abo => "abo",
    /// Another RhD, or not recorded.
    RhD => "rhd",
    /// Red cells not removed, or not recorded.
    RbcDepletion => "rbc_depletion",
    /// Too few attached segments, or not recorded.
    AttachedSegments => "attached_segments",
    /// An accreditation is missing.
    Accreditation => "accreditation",
}

/// The class floors of a search, ready to be asked of every row.
pub(super) struct ClassFloors {
    floors: [Option<u8>; 3],
    needed: Floors,
    allow_not_computable: bool,
}

impl ClassFloors {
    pub(super) fn new(criteria: &Criteria) -> Self {
        ClassFloors {
            floors: [criteria.min_x6, criteria.min_x8, criteria.min_x10],
            needed: criteria.floors,
            allow_not_computable: criteria.allow_not_computable,
        }
    }

    /// The same with each floor one match lower.
    pub(super) fn lowered(&self) -> Self {
        let floors = self.floors.map(|floor| floor.map(|matches| matches.saturating_sub(1)));
        ClassFloors { floors, ..*self }
    }

    /// False for a sum of [`near::Near`] with which a row is below every floor, and would be with one match less.
    pub(super) fn may_pass(&self, sum: u8) -> bool {
        let [x6, x8] = near::matches(sum);
        // Of DQB1 the sum knows nothing.
        let best = [x6, x8, x8 + 2];
        let floors = self.floors.iter().zip(best).filter_map(|(floor, best)| Some(((*floor)?, best)));
        let mut asked = false;
        for (floor, best) in floors {
            asked = true;
            if best + 1 >= floor {
                return true;
            }
        }
        !asked
    }

    /// The rule of a row that may not pass, by what is untyped on either side.
    pub(super) fn rule_of_far(&self, untyped: u32) -> Rule {
        let is_missed = |(floor, loci): (&Option<u8>, u32)| floor.is_some() && untyped & loci == 0;
        if self.allow_not_computable || self.floors.iter().zip(CLASS_LOCI).any(is_missed) {
            Rule::MatchesBelowFloor
        } else {
            Rule::ClassNotComputable
        }
    }

    pub(super) fn failed(&self, packed: Packed) -> Option<Rule> {
        let computable = packed.classes();
        let sums = packed.sums();
        let (mut reached, mut missed, mut unknown) = (false, false, false);
        for (i, class) in [computable.x6, computable.x8, computable.x10].into_iter().enumerate() {
            let Some(floor) = self.floors[i] else { continue };
            match class.or(self.allow_not_computable.then_some(sums[i])) {
                Some(matches) if matches.best >= floor => reached = true,
                Some(_) => missed = true,
                None => unknown = true,
            }
        }
        let passes = match self.needed {
            Floors::Any => reached || !(missed || unknown),
            Floors::All => !(missed || unknown),
        };
        if passes {
            return None;
        }
        Some(if missed { Rule::MatchesBelowFloor } else { Rule::ClassNotComputable })
    }
}

/// What a row is judged by.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub flags: Flags,
    pub packed: Packed,
    /// The typing can show what the patient has antibodies against.
    pub has_antibody: &'a dyn Fn() -> bool,
    pub facts: &'a StoredFacts,
}

/// The first rule that a row fails, and whether the row would be listed if that rule were relaxed: dropped, or with a match less
/// asked for where it is about matches.
#[derive(Clone, Copy)]
pub(super) struct Failed {
    pub rule: Rule,
    pub alone: bool,
}

/// The rules of a search, ready to be asked of every row.
pub(super) struct Judge<'c> {
    criteria: &'c Criteria,
    floors: ClassFloors,
    lowered: ClassFloors,
}

impl<'c> Judge<'c> {
    pub(super) fn new(criteria: &'c Criteria) -> Self {
        let floors = ClassFloors::new(criteria);
        Judge { criteria, lowered: floors.lowered(), floors }
    }

    pub(super) fn failed(&self, row: &Judged<'_>) -> Option<Failed> {
        if let Some(rule) = self.not_asked(row.flags) {
            return Some(Failed { rule, alone: false });
        }
        // Most rows end at the floor, before all their facts are unpacked.
        if let Some(rule) = self.floors.failed(row.packed) {
            let is_near = rule == Rule::MatchesBelowFloor && self.lowered.failed(row.packed).is_none();
            return Some(Failed { rule, alone: is_near && self.first_two(row)[0].is_none() });
        }
        let [first, second] = self.first_two(row);
        first.map(|rule| Failed { rule, alone: second.is_none() })
    }

    /// False for a row that is too far to be looked at closer.
    pub(super) fn may_pass(&self, sum: u8) -> bool {
        self.floors.may_pass(sum)
    }

    /// The rule of such a row.
    pub(super) fn rule_of_far(&self, flags: Flags, untyped: u32) -> Rule {
        self.not_asked(flags).unwrap_or_else(|| self.floors.rule_of_far(flags.untyped() | untyped))
    }

    fn not_asked(&self, flags: Flags) -> Option<Rule> {
        if !flags.is_readable() {
            return Some(Rule::TypingUnreadable);
        }
        let is_asked = if flags.is_own() { self.criteria.include_units } else { self.criteria.include_lists };
        (!is_asked).then_some(Rule::SourceExcluded)
    }

    /// The first two rules that fail behind the class floors.
    fn first_two(&self, row: &Judged<'_>) -> [Option<Rule>; 2] {
        let antibody = (row.has_antibody)().then_some(Rule::Antibody);
        let doses = self.doses_failed(row).into_iter().flatten();
        let mut failing = antibody.into_iter().chain(doses).chain(facts_failed(self.criteria, row.facts));
        [failing.next(), failing.next()]
    }

    fn doses_failed(&self, row: &Judged<'_>) -> [Option<Rule>; 2] {
        let below = |floor: Option<u64>, count: Option<u64>, missing: Rule, below: Rule| match (floor, count)
        {
            (Some(_), None) => Some(missing),
            (Some(floor), Some(count)) if count < floor => Some(below),
            _ => None,
        };
        let criteria = self.criteria;
        let tnc = higher(criteria.min_tnc_total, criteria.tnc_by_x8.as_ref(), row.packed);
        let cd34 = higher(criteria.min_cd34_total, criteria.cd34_by_x8.as_ref(), row.packed);
        [
            below(tnc, row.facts.tnc_total(), Rule::TncMissing, Rule::TncBelowFloor),
            below(cd34, row.facts.cd34_total(), Rule::Cd34Missing, Rule::Cd34BelowFloor),
        ]
    }
}

/// The higher of a floor for all and the one of the class.
fn higher(total: Option<u64>, by_class: Option<&DoseByClass>, packed: Packed) -> Option<u64> {
    let of_class = by_class.and_then(|floors| match packed.classes().x8 {
        Some(matches) => floors.get(usize::from(matches.best)).copied(),
        // What cannot be computed is no reason to ask for less.
        None => floors.iter().copied().max(),
    });
    total.max(of_class)
}

/// A required fact that is not recorded is not a pass.
fn facts_failed<'c>(criteria: &'c Criteria, stored: &StoredFacts) -> impl Iterator<Item = Rule> + use<'c> {
    let facts = stored.facts();
    let from = criteria.collected_from_day;
    let has_abo = facts.abo.is_some_and(|abo| criteria.abo.contains(&abo));
    let segments = criteria.min_segments;
    let wrong = [
        (from.is_some() && facts.collection_day < from, Rule::CollectionDate),
        (criteria.sex.is_some() && facts.sex != criteria.sex, Rule::Sex),
        (!criteria.abo.is_empty() && !has_abo, Rule::Abo),
        (criteria.rhd_positive.is_some() && facts.rhd_positive != criteria.rhd_positive, Rule::RhD),
        (criteria.rbc_depleted && facts.rbc_depleted != Some(true), Rule::RbcDepletion),
        (segments.is_some() && facts.attached_segments < segments, Rule::AttachedSegments),
        (facts.accreditation & criteria.accreditation != criteria.accreditation, Rule::Accreditation),
    ];
    wrong.into_iter().filter(|(fails, _)| *fails).map(|(_, rule)| rule)
}
