//! Where random bytes come from: always given from outside, like ids.

use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

/// The operating system gave no random bytes. An outage: nothing secret is made without them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bytes: {0}")]
pub struct RandomUnavailable(pub String);

/// Gives random bytes: those of the operating system in production, repeatable ones in tests.
pub struct RandomSource(Box<Fill>);

type Fill = dyn Fn(&mut [u8]) -> Result<(), RandomUnavailable> + Send + Sync;

impl RandomSource {
    /// A source from any function that fills the bytes it is given so that nobody can guess them.
    pub fn new(fill: impl Fn(&mut [u8]) -> Result<(), RandomUnavailable> + Send + Sync + 'static) -> Self {
        Self(Box::new(fill))
    }

    /// The same bytes in every run: for tests and the demonstration, never for a real bank.
    pub fn seeded(seed: u64) -> Self {
        let block = AtomicU64::new(0);
        Self::new(move |bytes| {
            for chunk in bytes.chunks_mut(32) {
                let number = block.fetch_add(1, Ordering::Relaxed);
                let digest = Sha256::digest([seed.to_le_bytes(), number.to_le_bytes()].concat());
                chunk.copy_from_slice(digest.get(..chunk.len()).unwrap_or_default());
            }
            Ok(())
        })
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// The source has none.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], RandomUnavailable> {
        let mut bytes = [0; N];
        (self.0)(&mut bytes)?;
        Ok(bytes)
    }
}

impl std::fmt::Debug for RandomSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RandomSource")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_itself_and_no_other() {
        let draw = |source: &RandomSource| source.bytes::<40>().expect("bytes");
        let (a, b, c) = (RandomSource::seeded(1), RandomSource::seeded(1), RandomSource::seeded(2));
        let first = draw(&a);
        assert_eq!(first, draw(&b));
        assert_ne!(first, draw(&a));
        assert_ne!(first, draw(&c));
        assert_ne!(first[..8], first[32..]);
    }
}
