//! One unit of the demonstration bank.

use jiff::civil::Date;
use qidai_bank::{
    BankType, Counts, DIN_SCHEME, Identity, Measure, Phase, Status, TestOutcome, Typing, UnitRecord,
};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::cohort::Collection;
use super::haplotype::Haplotype;
use super::processing::Method;
use super::role::{Progress, Role};
use super::typing_report::Style;
use super::{Generator, Lives, blood_group, life};

/// The facility code of the bank is invented like the bank. Two more digits follow.
const FACILITY: &str = "Z9D";
/// Sequence numbers of a year in a DIN.
const SEQUENCE_NUMBERS: u64 = 1_000_000;

impl Generator {
    /// The unit at a place.
    pub(super) fn unit(&self, place: u64) -> UnitRecord {
        let mut random = self.stream(place);
        let role = Role::draw(self.plan.mix.part(place), &mut random);
        let collected_on = self.collected_on(place, role, &mut random);
        loop {
            let unit = self.drawn(place, role, collected_on, &mut random);
            // Whoever asks for all lives asks for units that the rules of today would bank.
            let is_banked = role.status != Status::Available || life::passes(&unit);
            if self.plan.lives != Lives::All || is_banked {
                return unit;
            }
        }
    }

    fn drawn(&self, place: u64, role: Role, collected_on: Date, random: &mut ChaCha8Rng) -> UnitRecord {
        let collection = self.accepted_collection(role, random);
        let (abo, rhd) = blood_group::draw(random);

        let mut unit = UnitRecord::new(identity(place, collected_on), role.bank_type);
        unit.status = role.status;
        unit.collection_date = Some(collected_on);
        unit.birth_date = Some(collected_on);
        unit.sex = Some(collection.sex);
        unit.abo = Some(abo);
        unit.rhd = Some(rhd);
        self.laboratory.count_collected(&collection, &mut unit.counts);
        if role.progress >= Progress::Processed {
            self.process(&mut unit, &collection, collected_on.year(), random);
        }
        if role.progress >= Progress::Tested {
            screen(&mut unit, random);
            self.type_hla(&mut unit, collected_on, random);
        }
        if role.status == Status::Discarded {
            find_reason_to_discard(&mut unit, random);
        }
        unit
    }

    fn collected_on(&self, place: u64, role: Role, random: &mut ChaCha8Rng) -> Date {
        match role.collected_within_days() {
            Some(days) => self.calendar.ago(random.random_range(0..=days)),
            None => self.calendar.released(place as f64 / self.plan.mix.total() as f64),
        }
    }

    /// Collections are drawn until the bank would keep one; only a discarded unit may be of any quality.
    fn accepted_collection(&self, role: Role, random: &mut ChaCha8Rng) -> Collection {
        loop {
            let collection = self.cohort.draw(random);
            let kept = match (role.status, role.bank_type) {
                (Status::Received | Status::Discarded, _) => true,
                (_, BankType::Public) => collection.is_public_quality(),
                (_, BankType::Family) => collection.is_family_quality(),
            };
            if kept {
                return collection;
            }
        }
    }

    fn process(&self, unit: &mut UnitRecord, collection: &Collection, year: i16, random: &mut ChaCha8Rng) {
        let method = Method::draw(year, random);
        self.laboratory.count_processed(collection, method, year, &mut unit.counts, random);
        let asked_for = matches!(
            unit.status,
            Status::InReleaseTesting | Status::ReleaseApproved | Status::Infused | Status::Shipped
        );
        if asked_for || random.random_bool(0.02) {
            self.laboratory.count_thawed(&mut unit.counts, random);
        }
        unit.processing_method = Some(method.name.to_owned());
        unit.rbc_depleted = Some(year > 2003 || random.random_bool(0.5));
        freeze(unit, year, random);
        unit.fact_accredited = Some(year >= 2019);
        unit.aabb_accredited = Some(year >= 2014);
        unit.wmda_qualified = Some(year >= 2017);
    }

    /// Public units are typed within weeks; an old typing is repeated when somebody asked for the unit once. Of
    /// family units few are typed.
    fn type_hla(&self, unit: &mut UnitRecord, collected_on: Date, random: &mut ChaCha8Rng) {
        if unit.bank_type == BankType::Family && random.random_bool(0.85) {
            return;
        }
        let from_mother = self.population.draw(random);
        let from_father = self.population.draw(random);
        let pair = [&from_mother, &from_father];
        let first_on = self.calendar.plus(collected_on, random.random_range(14..60));
        let style = Style::draw(first_on.year(), random);
        unit.typings.push(self.report(pair, style, first_on, random));
        let mother_typed = random.random_bool(if collected_on.year() >= 2012 { 0.35 } else { 0.05 });
        if mother_typed {
            let not_inherited = self.population.draw(random);
            let mother = [&from_mother, &not_inherited];
            unit.mother_typings.push(self.report(mother, style, first_on, random));
        }
        if style != Style::FiveLoci && random.random_bool(0.25) {
            let years = random.random_range(4..10) * 365;
            let again_on = self.calendar.plus(collected_on, years);
            unit.typings.push(self.report(pair, Style::FiveLoci, again_on, random));
            unit.identity_confirmed = Some(true);
        }
    }

    fn report(&self, pair: [&Haplotype; 2], style: Style, typed_on: Date, random: &mut ChaCha8Rng) -> Typing {
        Typing {
            method: Some(style.method(typed_on.year()).to_owned()),
            typed_on: Some(typed_on),
            ..self.reporter.write(pair, style, random)
        }
    }
}

/// A valid DIN of the invented facility; the place makes it unique.
fn identity(place: u64, collected_on: Date) -> Identity {
    let value = format!(
        "{FACILITY}{:02}{:02}{:06}",
        place / SEQUENCE_NUMBERS % 100,
        collected_on.year() % 100,
        place % SEQUENCE_NUMBERS
    );
    Identity { scheme: DIN_SCHEME.to_owned(), value }
}

/// The bag: about 25 ml with cryoprotectant; in the first years other bags were in use.
fn freeze(unit: &mut UnitRecord, year: i16, random: &mut ChaCha8Rng) {
    let other_bag = year < 2006 && random.random_bool(0.4);
    let volume_ul =
        if other_bag { random.random_range(28_000..60_000) } else { random.random_range(24_200..26_300) };
    unit.cryovolume_ul = Some(volume_ul / 100 * 100);
    // One part of cryoprotectant for four parts of cells.
    unit.counts.set(Phase::Processed, Measure::Volume, Some(volume_ul / 125 * 100));
    let segments = if year < 2003 { 0..=1 } else { 2..=3 };
    unit.attached_segments = Some(random.random_range(segments));
}

/// A unit that was released has passed its infection markers and sterility test. CMV antibodies of the mother
/// are common and no reason to refuse; haemoglobinopathy was not tested for in the first years.
fn screen(unit: &mut UnitRecord, random: &mut ChaCha8Rng) {
    unit.idm = Some(TestOutcome::Negative);
    unit.microbial_growth = Some(TestOutcome::Negative);
    let mother_had_cmv = random.random_bool(0.92);
    unit.cmv = Some(if mother_had_cmv { TestOutcome::Positive } else { TestOutcome::Negative });
    if unit.collection_date.is_some_and(|day| day.year() >= 2008) {
        let trait_found = random.random_bool(0.006);
        unit.haemoglobinopathy =
            Some(if trait_found { TestOutcome::Positive } else { TestOutcome::Negative });
    }
}

/// Most units are discarded because they are small, which their counts show; others for a test result.
fn find_reason_to_discard(unit: &mut UnitRecord, random: &mut ChaCha8Rng) {
    let small = is_small(&unit.counts);
    let contaminated = random.random_bool(if small { 0.03 } else { 0.8 });
    unit.microbial_growth = Some(if contaminated { TestOutcome::Positive } else { TestOutcome::Negative });
    let infected = if small { random.random_bool(0.01) } else { !contaminated };
    unit.idm = Some(if infected { TestOutcome::Positive } else { TestOutcome::Negative });
}

fn is_small(counts: &Counts) -> bool {
    let collected = |measure| counts.get(Phase::Collected, measure).unwrap_or_default();
    collected(Measure::Volume) < 60_000 || collected(Measure::TncTotal) < 800_000_000
}
