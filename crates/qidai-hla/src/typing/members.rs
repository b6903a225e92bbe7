//! Collects what a text can stand for.

use super::limits::{settle, settle_when_long};
use super::{Alternatives, Category, Warning};
use crate::allele::AlleleName;
use crate::error::ErrorCode;
use crate::locus::Locus;
use crate::release::{AlleleId, ClassId, Release};

/// Names are followed through at most this many withdrawals; the longest real chain has three.
const RENAMES_MAX: usize = 16;

/// Alleles, classes and remarks gathered while reading; becomes [`Alternatives`].
#[derive(Default)]
pub(crate) struct Members {
    alleles: Vec<AlleleId>,
    classes: Vec<ClassId>,
    nulls: Vec<AlleleId>,
    settled: [usize; 3],
    name: Option<AlleleName>,
    pub warnings: Vec<Warning>,
}

/// Why a name stands for nothing.
pub(crate) struct NoSuchName {
    pub code: ErrorCode,
    pub expected: String,
    /// The name that was probably meant.
    pub guess: Option<AlleleName>,
}

impl Members {
    /// Adds alleles each of which is meant, nulls included (groups, XX, serology).
    pub(crate) fn add_all(&mut self, release: &Release, alleles: impl IntoIterator<Item = AlleleId>) {
        for allele in alleles {
            self.alleles.push(allele);
            match release.class_of(allele) {
                // Neighbours are mostly of one class; the rest is sorted out at the end.
                Some(class) if self.classes.last() == Some(&class) => {}
                Some(class) => self.classes.push(class),
                None => self.nulls.push(allele),
            }
        }
    }

    /// Adds what a complete or shortened name stands for, following withdrawn names to their successors.
    pub(crate) fn add_name(&mut self, release: &Release, name: &AlleleName) -> Result<(), NoSuchName> {
        let mut current = *name;
        for _ in 0..RENAMES_MAX {
            match find(release, &current) {
                Found::Exactly(allele) => self.add_all(release, [allele]),
                Found::Shortened(all) => self.add_shortened(release, all),
                Found::Nothing => {
                    current = successor(release, &current)?;
                    continue;
                }
            }
            self.name = Some(current);
            if current != *name {
                self.warn("allele_renamed", format!("{name} is now {current}"));
            }
            return Ok(());
        }
        Err(NoSuchName { code: ErrorCode::AlleleUnknown, expected: "a name in use".into(), guess: None })
    }

    /// The same for a name of an older release: one that has since got a suffix or another is the same allele.
    pub(crate) fn add_name_of_any_release(
        &mut self,
        release: &Release,
        name: &AlleleName,
    ) -> Result<(), NoSuchName> {
        let Err(none) = self.add_name(release, name) else { return Ok(()) };
        let Some(now) = none.guess else { return Err(none) };
        self.add_name(release, &now)?;
        self.warn("allele_renamed", format!("{name} is now {now}"));
        Ok(())
    }

    /// A short name without suffix stands for its expressed alleles; its null alleles are remembered
    /// (the name begins like theirs) but a laboratory that means them writes the suffix.
    fn add_shortened(&mut self, release: &Release, all: Vec<AlleleId>) {
        let expressed = all.iter().any(|a| release.class_of(*a).is_some());
        let nulls_before = self.nulls.len();
        self.add_all(release, all);
        if expressed {
            self.nulls.truncate(nulls_before);
        }
    }

    pub(crate) fn warn(&mut self, code: &'static str, sentence: String) {
        self.warnings.push(Warning { code, sentence });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.alleles.is_empty()
    }

    /// Sorts and de-duplicates; the caller sets what was written.
    pub(crate) fn finish(mut self, locus: Locus, category: Category) -> Alternatives {
        settle(&mut self.alleles);
        settle(&mut self.classes);
        settle(&mut self.nulls);
        Alternatives {
            locus,
            written: String::new(),
            category,
            alleles: self.alleles,
            classes: self.classes,
            may_be_null: !self.nulls.is_empty(),
            nulls: self.nulls,
            antigen: None,
            name: self.name.filter(|_| category == Category::Allele),
            warnings: self.warnings,
        }
    }

    /// Takes over what another piece stands for.
    pub(crate) fn absorb(&mut self, other: Alternatives) {
        self.alleles.extend(other.alleles);
        self.classes.extend(other.classes);
        self.nulls.extend(other.nulls);
        self.warnings.extend(other.warnings);
        let [alleles, classes, nulls] = &mut self.settled;
        settle_when_long(&mut self.alleles, alleles);
        settle_when_long(&mut self.classes, classes);
        settle_when_long(&mut self.nulls, nulls);
    }
}

enum Found {
    Exactly(AlleleId),
    Shortened(Vec<AlleleId>),
    Nothing,
}

fn find(release: &Release, name: &AlleleName) -> Found {
    if let Some(allele) = release.find(name) {
        return Found::Exactly(allele);
    }
    let all: Vec<AlleleId> = release
        .beginning_with(name)
        .map(AlleleId)
        .filter(|a| {
            let longer = release.name(*a);
            let has_more_fields = longer.fields().len() > name.fields().len();
            has_more_fields && (name.suffix().is_none() || longer.suffix() == name.suffix())
        })
        .collect();
    let shortens =
        !all.is_empty() && (name.suffix().is_some() || all.iter().any(|a| !release.name(*a).is_null()));
    if shortens { Found::Shortened(all) } else { Found::Nothing }
}

/// The name that took over from a withdrawn one; in the starter a long name's two-field form.
fn successor(release: &Release, name: &AlleleName) -> Result<AlleleName, NoSuchName> {
    if let Some(deleted) = release.deleted(name) {
        return deleted.successor.ok_or_else(|| NoSuchName {
            code: ErrorCode::AlleleDeleted,
            expected: format!("a name in use; this one was withdrawn ({})", deleted.reason),
            guess: None,
        });
    }
    if let Some(now) = release.renumbered(name) {
        return Ok(now);
    }
    if release.is_starter() && name.fields().len() > 2 && name.suffix().is_none() {
        return Ok(name.shortened(2));
    }
    let other = release.other_suffix(name).map(|suffix| name.with_suffix(suffix));
    let guess = other.filter(|o| o != name);
    let code = if guess.is_some() { ErrorCode::SuffixWrong } else { ErrorCode::AlleleUnknown };
    Err(NoSuchName { code, expected: format!("an allele of release {}", release.label()), guess })
}
