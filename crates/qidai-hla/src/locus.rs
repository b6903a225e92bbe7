//! Loci, and the shapes "one for each locus" and "one for each of the two chromosomes".

use std::fmt;
use std::ops::{Index, IndexMut};

macro_rules! loci {
    ($($name:ident),* $(,)?) => {
        /// A gene of the HLA region that has names in IPD-IMGT/HLA.
        ///
        /// The order is the order of the release files' usual reports: class I, class II, others.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        #[allow(missing_docs)]
        pub enum Locus { $($name),* }

        impl Locus {
            /// Every locus, in order.
            pub const ALL: &'static [Locus] = &[$(Locus::$name),*];
            const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];
        }
    };
}

loci! {
    A, C, B, DRB1, DRB3, DRB4, DRB5, DQA1, DQB1, DPA1, DPB1,
    E, F, G, H, J, K, L, N, P, R, S, T, U, V, W, Y,
    DMA, DMB, DOA, DOB, DPA2, DPB2, DQA2, DQB2, DRA, DRB2, DRB6, DRB7, DRB8, DRB9,
    HFE, MICA, MICB, TAP1, TAP2,
}

impl Locus {
    /// The loci of a person's typing that the program keeps, in chromosome order where it matters.
    pub const TYPED: [Locus; 11] = [
        Locus::A,
        Locus::C,
        Locus::B,
        Locus::DRB1,
        Locus::DRB3,
        Locus::DRB4,
        Locus::DRB5,
        Locus::DQA1,
        Locus::DQB1,
        Locus::DPA1,
        Locus::DPB1,
    ];

    /// The locus's name as IPD-IMGT/HLA writes it, e.g. `DRB1`.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Finds a locus by its exact upper-case name.
    pub fn from_name(name: &str) -> Option<Locus> {
        Self::NAMES.iter().position(|n| *n == name).map(|i| Self::ALL[i])
    }

    /// True for the classical class I loci A, B and C.
    pub fn is_class_i(self) -> bool {
        matches!(self, Locus::A | Locus::B | Locus::C)
    }

    /// How many digits the first field has at least: MICA, MICB and HFE write three.
    pub(crate) fn first_field_width(self) -> usize {
        if matches!(self, Locus::MICA | Locus::MICB | Locus::HFE) { 3 } else { 2 }
    }
}

impl fmt::Display for Locus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One value for each locus of [`Locus::TYPED`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PerLocus<T>([T; Locus::TYPED.len()]);

impl<T> PerLocus<T> {
    /// Makes a value for each typed locus.
    pub fn from_fn(mut make: impl FnMut(Locus) -> T) -> Self {
        PerLocus(std::array::from_fn(|i| make(Locus::TYPED[i])))
    }

    /// The same shape with each value changed.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> PerLocus<U> {
        PerLocus(self.0.map(change))
    }

    /// Pairs the values of two shapes, locus by locus.
    pub fn zip<U>(self, other: PerLocus<U>) -> PerLocus<(T, U)> {
        let mut others = other.0.into_iter();
        let mut own = self.0.into_iter();
        // Both arrays have the same length, so both iterators have a value for each index.
        PerLocus(std::array::from_fn(|_| match (own.next(), others.next()) {
            (Some(a), Some(b)) => (a, b),
            _ => unreachable!("two arrays of one length"),
        }))
    }

    /// The values alone, in order of the loci.
    pub fn into_values(self) -> impl Iterator<Item = T> {
        self.0.into_iter()
    }

    /// Walks the loci with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Locus, &T)> {
        Locus::TYPED.iter().copied().zip(self.0.iter())
    }

    /// The same walk, to change the values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Locus, &mut T)> {
        Locus::TYPED.iter().copied().zip(self.0.iter_mut())
    }
}

impl<T> Index<Locus> for PerLocus<T> {
    type Output = T;

    /// # Panics
    /// When the locus is not in [`Locus::TYPED`].
    fn index(&self, locus: Locus) -> &T {
        &self.0[locus as usize]
    }
}

impl<T> IndexMut<Locus> for PerLocus<T> {
    fn index_mut(&mut self, locus: Locus) -> &mut T {
        &mut self.0[locus as usize]
    }
}

/// One value for each of a person's two chromosomes; the order carries no meaning unless phase is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pair<T>(
    /// The first position, as written.
    pub T,
    /// The second position, as written.
    pub T,
);

impl<T> Pair<T> {
    /// The same shape with both values changed.
    pub fn map<U>(self, mut change: impl FnMut(T) -> U) -> Pair<U> {
        Pair(change(self.0), change(self.1))
    }

    /// Both values by reference.
    pub fn as_ref(&self) -> Pair<&T> {
        Pair(&self.0, &self.1)
    }

    /// Pairs up position by position.
    pub fn zip<U>(self, other: Pair<U>) -> Pair<(T, U)> {
        Pair((self.0, other.0), (self.1, other.1))
    }

    /// Walks the two positions.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        [&self.0, &self.1].into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_loci_are_the_first_of_all() {
        for (i, locus) in Locus::TYPED.iter().enumerate() {
            assert_eq!(*locus as usize, i, "{locus}: PerLocus indexes by the enum's number");
        }
    }

    #[test]
    fn names_find_their_locus() {
        for locus in Locus::ALL {
            assert_eq!(Locus::from_name(locus.name()), Some(*locus));
        }
        assert_eq!(Locus::from_name("Cw"), None);
    }

    #[test]
    fn per_locus_maps_and_zips_in_order() {
        let names = PerLocus::from_fn(|l| l.name().len());
        let doubled = names.clone().map(|n| n * 2);
        for (locus, (one, two)) in names.zip(doubled).iter() {
            assert_eq!((locus.name().len(), locus.name().len() * 2), (*one, *two));
        }
    }
}
