//! From reports of follow-ups to one course for each patient.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// A report of a follow-up that was handed in: its order, and its fields by code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    pub order: String,
    pub fields: BTreeMap<String, String>,
}

impl Report {
    fn field(&self, code: &str) -> Option<&str> {
        self.fields.get(code).map(String::as_str)
    }
}

/// What is known of a patient since the infusion, in days after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Number of the order.
    pub order: String,
    /// Last day on which something is known, or the day of death.
    pub last_day: u32,
    pub died: bool,
    /// First of three days with more than 0.5 × 10⁹/L neutrophils.
    pub neutrophils_day: Option<u32>,
    /// First day above 20 × 10⁹/L platelets without a transfusion for seven days.
    pub platelets_day: Option<u32>,
    /// Grade II to IV.
    pub acute_gvhd: Option<bool>,
    pub relapsed_day: Option<u32>,
    /// Reported as a failure of the graft.
    pub graft_failure: bool,
}

/// How a course ended for one question: engraftment, or what came before it.
pub type Ended = (u32, Option<bool>);

impl Course {
    /// For survival: day, and whether it is the day of death.
    pub fn survival(&self) -> (u32, bool) {
        (self.last_day, self.died)
    }

    /// For the incidence of neutrophil engraftment; death before it competes.
    pub fn neutrophils(&self) -> Ended {
        self.event(self.neutrophils_day)
    }

    /// For the incidence of platelet engraftment; death before it competes.
    pub fn platelets(&self) -> Ended {
        self.event(self.platelets_day)
    }

    fn event(&self, day: Option<u32>) -> Ended {
        match day {
            Some(day) => (day, Some(true)),
            None if self.died => (self.last_day, Some(false)),
            None => (self.last_day, None),
        }
    }
}

/// Courses of patients: `infused` has the day of the infusion by the number of its order. A day before the infusion says nothing. Who was infused and of whom nothing was reported has a course of length 0.
pub fn courses(infused: &BTreeMap<String, Date>, reports: &[Report]) -> Vec<Course> {
    let mut all: BTreeMap<&str, Course> =
        infused.keys().map(|order| (order.as_str(), begun(order))).collect();
    for report in reports {
        let order = report.order.as_str();
        let (Some(course), Some(begin)) = (all.get_mut(order), infused.get(order)) else { continue };
        add(course, report, *begin);
    }
    all.into_values().collect()
}

fn begun(order: &str) -> Course {
    Course {
        order: order.to_owned(),
        last_day: 0,
        died: false,
        neutrophils_day: None,
        platelets_day: None,
        acute_gvhd: None,
        relapsed_day: None,
        graft_failure: false,
    }
}

fn add(course: &mut Course, report: &Report, begin: Date) {
    let day = |field: &str| {
        let on: Date = report.field(field)?.parse().ok()?;
        days_between(begin, on)
    };
    let earlier = |known: Option<u32>, new: Option<u32>| match (known, new) {
        (Some(known), Some(new)) => Some(known.min(new)),
        (known, new) => known.or(new),
    };
    if let Some(seen) = day("seen_on") {
        let is_death = report.field("alive") == Some("no");
        // A death is the end, whatever a later report says of the day on which somebody was last seen.
        match (is_death, course.died) {
            (true, _) => course.last_day = seen,
            (false, false) => course.last_day = course.last_day.max(seen),
            (false, true) => {}
        }
        course.died |= is_death;
    }
    course.neutrophils_day = earlier(course.neutrophils_day, day("neutrophils_on"));
    course.platelets_day = earlier(course.platelets_day, day("platelets_on"));
    course.relapsed_day = earlier(course.relapsed_day, day("relapsed_on"));
    course.graft_failure |= matches!(report.field("graft_failure"), Some("primary" | "secondary"));
    let grade = report.field("acute_gvhd").map(|grade| matches!(grade, "grade_2" | "grade_3" | "grade_4"));
    course.acute_gvhd = match (course.acute_gvhd, grade) {
        (Some(known), Some(new)) => Some(known || new),
        (known, new) => known.or(new),
    };
}

fn days_between(from: Date, until: Date) -> Option<u32> {
    let days = from.until((jiff::Unit::Day, until)).ok()?.get_days();
    u32::try_from(days).ok()
}
