//! Long texts of the history in a tenth of the room.
//!
//! What is hashed is the text; how it is kept is the store's own matter. Most of an event are names of tables and columns,
//! which stand in a dictionary that the program brings along. Short texts, and those that a search reads, stay as they are.

use std::cell::RefCell;
use std::sync::{Mutex, OnceLock};

use zstd::bulk::{Compressor, Decompressor};

/// The first byte of what is packed: with which dictionary. Another dictionary gets another number, and this one stays.
const FORM: u8 = 1;
/// Events of a demonstration bank, one of each kind: whatever is like them takes next to nothing.
const WORDS: &[u8] = include_bytes!("packing_words.txt");
/// Below it, packing saves less than it costs.
const TEXT_MIN_BYTES: usize = 256;
/// No event is longer; a number that a forger wrote takes no memory.
const TEXT_MAX_BYTES: usize = 64 << 20;
/// Of zstd: a higher one takes three times the time for a twentieth less.
const LEVEL: i32 = 3;

/// A text in little room, or `None` where it stays as it is.
pub(super) fn pack(text: &str) -> Option<Vec<u8>> {
    static PACKER: OnceLock<Option<Mutex<Compressor<'static>>>> = OnceLock::new();
    if !(TEXT_MIN_BYTES..=TEXT_MAX_BYTES).contains(&text.len()) {
        return None;
    }
    let packer = PACKER.get_or_init(|| Compressor::with_dictionary(LEVEL, WORDS).ok().map(Mutex::new));
    let packed = packer.as_ref()?.lock().ok()?.compress(text.as_bytes()).ok()?;
    (packed.len() + 1 < text.len()).then(|| [&[FORM], packed.as_slice()].concat())
}

/// The text again.
///
/// # Errors
/// Why these bytes are no packed text.
pub(super) fn unpack(bytes: &[u8]) -> Result<String, String> {
    thread_local! {
        static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    let Some((&FORM, frame)) = bytes.split_first() else {
        return Err(format!("packed in form {:?}, and known is {FORM}", bytes.first()));
    };
    let declared = zstd::zstd_safe::get_frame_content_size(frame).ok().flatten();
    let length = declared.and_then(|length| usize::try_from(length).ok());
    let Some(length) = length.filter(|length| *length <= TEXT_MAX_BYTES) else {
        return Err(format!("packed text of {declared:?} bytes, and at most {TEXT_MAX_BYTES} are written"));
    };
    let text = UNPACKER.with_borrow_mut(|unpacker| {
        let unpacker = match unpacker {
            Some(unpacker) => unpacker,
            None => unpacker.insert(Decompressor::with_dictionary(WORDS)?),
        };
        unpacker.decompress(frame, length)
    });
    let text = text.map_err(|error| error.to_string())?;
    String::from_utf8(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was() {
        let seed: u64 = rand::random();
        println!("seed {seed}");
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let words: Vec<&str> = std::str::from_utf8(WORDS).expect("a text").split('"').collect();
        for _ in 0..500 {
            let count = random.random_range(0..400);
            let pieces = (0..count).map(|_| match random.random_range(0..4) {
                0 => random.random::<u64>().to_string(),
                1 => "脐带血".to_owned(),
                _ => words[random.random_range(0..words.len())].to_owned(),
            });
            let text: String = pieces.collect();
            match pack(&text) {
                Some(packed) => assert_eq!(unpack(&packed).as_deref(), Ok(text.as_str())),
                None => assert!(text.len() < 2 * TEXT_MIN_BYTES, "{} bytes stayed as they were", text.len()),
            }
        }
    }

    #[test]
    fn what_is_no_packed_text_is_told() {
        let whole = pack(&"a recorded change of a unit, ".repeat(40)).expect("long enough");
        let mut other_form = whole.clone();
        other_form[0] = 2;
        let cut = &whole[..whole.len() - 3];
        for (bytes, said) in
            [(&[][..], "form None"), (&other_form, "form Some(2)"), (&[1, 2, 3], "bytes"), (cut, "")]
        {
            let refused = unpack(bytes).expect_err("not a text");
            assert!(refused.contains(said), "{refused}");
        }
    }
}
