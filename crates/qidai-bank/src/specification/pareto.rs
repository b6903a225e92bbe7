//! Why units were rejected, the most frequent reason first. Every rejected unit has one reason, and the shares are 100 %.

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParetoRow {
    /// Id of a rule.
    pub reason: String,
    pub units: u64,
    /// Hundredths of a percent of all rejects.
    pub share_hundredths: u64,
    /// The same for this and all before it.
    pub cumulative_hundredths: u64,
}

/// Counts with shares that sum to exactly 100.00 %: what rounding leaves over goes to the largest remainders.
pub fn pareto(mut counts: Vec<(String, u64)>) -> Vec<ParetoRow> {
    const WHOLE: u64 = 10_000;
    counts.retain(|(_, units)| *units > 0);
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let total: u64 = counts.iter().map(|(_, units)| units).sum();
    if total == 0 {
        return Vec::new();
    }
    let mut shares: Vec<u64> = counts.iter().map(|(_, units)| units * WHOLE / total).collect();
    let left = WHOLE - shares.iter().sum::<u64>();
    let mut by_remainder: Vec<usize> = (0..counts.len()).collect();
    by_remainder.sort_by_key(|at| (std::cmp::Reverse(counts[*at].1 * WHOLE % total), *at));
    for at in by_remainder.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
        shares[at] += 1;
    }
    let mut before = 0;
    let row = |((reason, units), share_hundredths)| {
        before += share_hundredths;
        ParetoRow { reason, units, share_hundredths, cumulative_hundredths: before }
    };
    counts.into_iter().zip(shares).map(row).collect()
}
