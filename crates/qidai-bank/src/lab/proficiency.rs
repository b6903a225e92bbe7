//! What an answer in a round of external quality assessment is worth (ISO 13528, as it is commonly quoted).
//!
//! | score | from | satisfactory | questionable | unsatisfactory |
//! |---|---|---|---|---|
//! | z | (x − X) / σ | at most 2 | between | at least 3 |
//! | z′ | (x − X) / √(σ² + u²), where the standard uncertainty u of X is more than 0.3 σ | at most 2 | between | at least 3 |
//! | En | (x − X) / √(Uₓ² + U²), expanded uncertainties, where there is no σ | at most 1 | – | more than 1 |
//!
//! A test without numbers agrees or does not.

use super::definition::{TestDefinition, ValueKind};
use super::value::scaled;
use crate::Problem;

/// What the provider and the laboratory wrote, in the unit of the test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProficiencyAnswer<'a> {
    pub reported: &'a str,
    pub assigned: &'a str,
    /// Standard deviation for proficiency assessment, σ.
    pub sd: Option<&'a str>,
    /// Standard uncertainty of the assigned value.
    pub u_assigned: Option<&'a str>,
    /// Expanded uncertainty of the reported value.
    pub expanded_reported: Option<&'a str>,
    /// Expanded uncertainty of the assigned value.
    pub expanded_assigned: Option<&'a str>,
}

/// Which score was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreKind {
    Z,
    ZPrime,
    En,
    /// Of a test without numbers.
    Agreement,
}

impl ScoreKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Z => "z",
            Self::ZPrime => "z_prime",
            Self::En => "en",
            Self::Agreement => "agreement",
        }
    }
}

/// An answer as it is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProficiencyScore {
    pub kind: ScoreKind,
    /// With two decimals, for people; absent where there are no numbers. The verdict is taken from exact numbers.
    pub score: Option<String>,
    /// `satisfactory`, `questionable` or `unsatisfactory`.
    pub verdict: &'static str,
}

/// Digits beyond those of the test that a deviation or an uncertainty may have.
const MORE_DECIMALS: u32 = 3;

impl TestDefinition {
    /// Judges an answer.
    ///
    /// # Errors
    /// `proficiency_scale_missing` where neither σ nor both expanded uncertainties are there, `proficiency_number_wrong`,
    /// and those of [`TestDefinition::read`].
    pub fn judge_answer(&self, answer: &ProficiencyAnswer<'_>) -> Result<ProficiencyScore, Problem> {
        if self.kind != ValueKind::Number {
            let (own, right) = (self.read(answer.reported, None)?, self.read(answer.assigned, None)?);
            let verdict = if own.value == right.value { "satisfactory" } else { "unsatisfactory" };
            return Ok(ProficiencyScore { kind: ScoreKind::Agreement, score: None, verdict });
        }
        let distance =
            self.amount("reported", answer.reported)? - self.amount("assigned", answer.assigned)?;
        let (kind, squared) = self.scale(answer)?;
        Ok(ProficiencyScore {
            kind,
            score: Some(format!("{:.2}", distance as f64 / (squared as f64).sqrt())),
            verdict: verdict(kind, distance, squared),
        })
    }

    /// The square of what the distance is divided by.
    fn scale(&self, answer: &ProficiencyAnswer<'_>) -> Result<(ScoreKind, i128), Problem> {
        let part = |field, text: Option<&str>| text.map(|text| self.size(field, text)).transpose();
        let (sd, u) = (part("sd", answer.sd)?, part("u_assigned", answer.u_assigned)?);
        let own = part("expanded_reported", answer.expanded_reported)?;
        let right = part("expanded_assigned", answer.expanded_assigned)?;
        match (sd, u, own.zip(right)) {
            (Some(sd), Some(u), _) if 10 * u > 3 * sd => Ok((ScoreKind::ZPrime, sd * sd + u * u)),
            (Some(sd), ..) => Ok((ScoreKind::Z, sd * sd)),
            (None, _, Some((own, right))) => Ok((ScoreKind::En, own * own + right * right)),
            (None, ..) => {
                let reason = "there is nothing to compare the distance with".to_owned();
                let hint =
                    "write the standard deviation of the round, or the expanded uncertainties of both values";
                Err(Problem::new("sd", "", "proficiency_scale_missing", reason, hint))
            }
        }
    }

    fn amount(&self, field: &str, text: &str) -> Result<i128, Problem> {
        self.read(text, None)?;
        scaled(text.trim(), self.decimals + MORE_DECIMALS, 0)
            .map(i128::from)
            .ok_or_else(|| number_wrong(field, text))
    }

    fn size(&self, field: &str, text: &str) -> Result<i128, Problem> {
        let size = scaled(text.trim(), self.decimals + MORE_DECIMALS, 0).filter(|size| *size > 0);
        size.map(i128::from).ok_or_else(|| number_wrong(field, text))
    }
}

fn verdict(kind: ScoreKind, distance: i128, squared: i128) -> &'static str {
    let within = |limit: i128| distance * distance <= limit * limit * squared;
    let below = |limit: i128| distance * distance < limit * limit * squared;
    match kind {
        ScoreKind::En if within(1) => "satisfactory",
        ScoreKind::En => "unsatisfactory",
        _ if within(2) => "satisfactory",
        _ if below(3) => "questionable",
        _ => "unsatisfactory",
    }
}

fn number_wrong(field: &str, text: &str) -> Problem {
    let reason = format!("'{text}' is no number that a score can be computed from");
    Problem::new(
        field,
        text,
        "proficiency_number_wrong",
        reason,
        "expected such as 0.25, above 0, with a point",
    )
}
