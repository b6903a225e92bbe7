//! Signed checkpoints of the history, kept outside the database.
//!
//! Whoever can write to the database can cut events off its end and compute all hashes anew. A checkpoint says which
//! hash an event had at a time, under a key that is not in the database: up to the last checkpoint, nothing can be
//! cut or rewritten unseen.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::audit::{Finding, Head};
use crate::digest::{bytes_of, hexadecimal};
use crate::{RandomSource, RandomUnavailable};

/// First bytes of what is signed.
const FORM: &str = "qidai-checkpoint-1";

/// One line of a checkpoint file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Number of the last event.
    pub sequence: u64,
    /// Its hash, lower-case hexadecimal.
    pub hash: String,
    /// When it was signed.
    pub time: Timestamp,
    /// Ed25519 over `qidai-checkpoint-1`, sequence, hash and time, a line feed after each; hexadecimal.
    pub signature: String,
}

impl Checkpoint {
    /// Signs the head of a history.
    pub fn sign(head: &Head, time: Timestamp, key: &CheckpointKey) -> Self {
        let hash = hexadecimal(&head.hash);
        let signature = key.0.sign(message(head.sequence, &hash, time).as_bytes());
        Self { sequence: head.sequence, hash, time, signature: hexadecimal(&signature.to_bytes()) }
    }

    /// Was it signed with the private half of this key?
    pub fn is_signed_by(&self, key: &CheckpointPublicKey) -> bool {
        let Some(bytes) = bytes_of::<64>(&self.signature) else { return false };
        let message = message(self.sequence, &self.hash, self.time);
        key.0.verify_strict(message.as_bytes(), &Signature::from_bytes(&bytes)).is_ok()
    }

    /// A line of JSON, with its line feed.
    ///
    /// # Errors
    /// None that is known; the JSON library reserves them.
    pub fn to_line(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string(self)? + "\n")
    }

    /// Reads a line.
    ///
    /// # Errors
    /// It is not JSON of these fields.
    pub fn parse(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }
}

fn message(sequence: u64, hash: &str, time: Timestamp) -> String {
    format!("{FORM}\n{sequence}\n{hash}\n{time}\n")
}

/// A checkpoint file, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CheckpointFile {
    /// Whose signature holds; all that can be read, where there was no key to check them with.
    pub checkpoints: Vec<Checkpoint>,
    /// Lines that are none, or that this bank's key did not sign.
    pub findings: Vec<Finding>,
}

impl CheckpointFile {
    /// Reads the lines of a file. A last line without its line feed was being written when the program was killed, and
    /// counts for nothing.
    pub fn read(text: &str, key: Option<&CheckpointPublicKey>) -> Self {
        let mut file = Self::default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for (line, number) in whole.lines().zip(1..) {
            let place = |code| Finding::new(code, "checkpoints", format!("line {number}"));
            match Checkpoint::parse(line) {
                Err(error) => file.findings.push(place("checkpoint_unreadable").found(error.to_string())),
                Ok(checkpoint) if key.is_some_and(|key| !checkpoint.is_signed_by(key)) => {
                    file.findings.push(place("checkpoint_signature_wrong"));
                }
                Ok(checkpoint) => file.checkpoints.push(checkpoint),
            }
        }
        file
    }
}

/// The key that checkpoints are signed with. Never printed.
pub struct CheckpointKey(SigningKey);

impl CheckpointKey {
    /// A new key.
    ///
    /// # Errors
    /// There are no random bytes.
    pub fn new(random: &RandomSource) -> Result<Self, RandomUnavailable> {
        Ok(Self(SigningKey::from_bytes(&random.bytes()?)))
    }

    /// From 64 hexadecimal digits, as its file holds it.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self(SigningKey::from_bytes(&bytes_of(text.trim())?)))
    }

    /// The content of its file.
    pub fn to_text(&self) -> String {
        hexadecimal(self.0.as_bytes()) + "\n"
    }

    pub fn public(&self) -> CheckpointPublicKey {
        CheckpointPublicKey(self.0.verifying_key())
    }
}

impl std::fmt::Debug for CheckpointKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CheckpointKey")
    }
}

/// The half of the key that everyone may know. Who verifies a bank compares it with a copy of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointPublicKey(VerifyingKey);

impl CheckpointPublicKey {
    /// From 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        VerifyingKey::from_bytes(&bytes_of(text.trim())?).ok().map(Self)
    }

    /// 64 hexadecimal digits.
    pub fn to_text(&self) -> String {
        hexadecimal(self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_holds_for_what_it_says_and_for_nothing_else() {
        let key = CheckpointKey::new(&RandomSource::seeded(1)).expect("bytes");
        let head = Head { sequence: 7, hash: [9; 32] };
        let signed = Checkpoint::sign(&head, Timestamp::UNIX_EPOCH, &key);
        assert_eq!(Checkpoint::parse(&signed.to_line().expect("a line")).expect("reads"), signed);
        assert!(signed.is_signed_by(&key.public()));
        let other_key = CheckpointKey::new(&RandomSource::seeded(2)).expect("bytes").public();
        assert!(!signed.is_signed_by(&other_key));
        let moved = Checkpoint { sequence: 6, ..signed.clone() };
        let replaced = Checkpoint { hash: hexadecimal(&[8; 32]), ..signed.clone() };
        let later = Checkpoint { time: Timestamp::MAX, ..signed.clone() };
        let cut = Checkpoint { signature: signed.signature[..126].to_owned(), ..signed };
        for forged in [moved, replaced, later, cut] {
            assert!(!forged.is_signed_by(&key.public()), "{forged:?}");
        }
    }

    #[test]
    fn a_file_keeps_what_is_signed_and_names_the_other_lines() {
        let key = CheckpointKey::new(&RandomSource::seeded(1)).expect("bytes");
        let stranger = CheckpointKey::new(&RandomSource::seeded(2)).expect("bytes");
        let line = |sequence, key: &CheckpointKey| {
            let head = Head { sequence, hash: [1; 32] };
            Checkpoint::sign(&head, Timestamp::UNIX_EPOCH, key).to_line().expect("a line")
        };
        let torn = line(4, &key);
        let text =
            [line(1, &key), line(2, &stranger), "nothing\n".to_owned(), torn[..20].to_owned()].concat();
        let file = CheckpointFile::read(&text, Some(&key.public()));
        assert_eq!(file.checkpoints.iter().map(|c| c.sequence).collect::<Vec<_>>(), [1]);
        let told: Vec<_> = file.findings.iter().map(|f| (f.code, f.row.as_str())).collect();
        assert_eq!(told, [("checkpoint_signature_wrong", "line 2"), ("checkpoint_unreadable", "line 3")]);
        let unchecked = CheckpointFile::read(&text, None);
        assert_eq!((unchecked.checkpoints.len(), unchecked.findings.len()), (2, 1));
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = CheckpointKey::new(&RandomSource::seeded(3)).expect("bytes");
        let again = CheckpointKey::parse(&key.to_text()).expect("reads");
        assert_eq!(again.public(), key.public());
        assert_eq!(CheckpointPublicKey::parse(&key.public().to_text()), Some(key.public()));
        assert!(CheckpointKey::parse("12").is_none() && CheckpointPublicKey::parse("").is_none());
    }
}
