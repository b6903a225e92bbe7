//! PNG and JPEG, walked from part to part without decoding a pixel.

use super::Flaw;

/// Most pixels of an image: a scanner's A3 sheet at 600 dpi has 70 million.
const PIXELS_MAX: u64 = 100_000_000;

/// PNG (ISO/IEC 15948, 5): signature, chunks, `IEND` last.
pub(super) fn check_png(bytes: &[u8]) -> Result<(), Flaw> {
    const KIND: &str = "PNG";
    let damaged = || Flaw::Damaged(KIND);
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n").ok_or_else(damaged)?;
    let (mut is_first, mut has_pixels) = (true, false);
    loop {
        let (length, behind) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        let (kind, behind) = behind.split_first_chunk::<4>().ok_or_else(damaged)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| damaged())?;
        let data = behind.get(..length).ok_or_else(damaged)?;
        // Behind the data stand four bytes of checksum.
        rest = behind.get(length.saturating_add(4)..).ok_or_else(damaged)?;
        match (is_first, kind) {
            (true, b"IHDR") => check_pixels(number(data, 0), number(data, 4))?,
            (true, _) | (false, b"IHDR") => return Err(damaged()),
            (false, b"IDAT") => has_pixels = true,
            (false, b"IEND") => break,
            (false, _) => {}
        }
        is_first = false;
    }
    match (has_pixels, rest.is_empty()) {
        (false, _) => Err(damaged()),
        (true, false) => Err(Flaw::Appended(KIND)),
        (true, true) => Ok(()),
    }
}

fn number(bytes: &[u8], at: usize) -> u64 {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map_or(0, |four: [u8; 4]| u64::from(u32::from_be_bytes(four)))
}

/// JPEG (ITU-T T.81, annex B): segments with their lengths, scans, the end-of-image marker.
pub(super) fn check_jpeg(bytes: &[u8]) -> Result<(), Flaw> {
    const KIND: &str = "JPEG";
    let mut at = 2;
    let mut has_frame = false;
    loop {
        let marker = next_marker(bytes, &mut at).ok_or(Flaw::Damaged(KIND))?;
        match marker {
            0xd9 => break,
            0x01 | 0xd0..=0xd7 => continue,
            0xd8 => return Err(Flaw::Damaged(KIND)),
            _ => {}
        }
        let segment = segment(bytes, at).ok_or(Flaw::Damaged(KIND))?;
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let side =
                |at| segment.get(at..at + 2).map_or(0, |two| u64::from(two[0]) << 8 | u64::from(two[1]));
            check_pixels(side(5), side(3))?;
            has_frame = true;
        }
        at += segment.len();
        if marker == 0xda {
            skip_scan(bytes, &mut at);
        }
    }
    let behind = bytes.get(at..).unwrap_or_default();
    // Cameras put a second, smaller picture behind the first (CIPA DC-007).
    let is_harmless = behind.iter().all(|byte| *byte == 0) || behind.starts_with(&[0xff, 0xd8, 0xff]);
    match (has_frame, is_harmless) {
        (false, _) => Err(Flaw::Damaged(KIND)),
        (true, false) => Err(Flaw::Appended(KIND)),
        (true, true) => Ok(()),
    }
}

/// The marker at this place; the place is behind it afterwards.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    if *bytes.get(*at)? != 0xff {
        return None;
    }
    // Any number of fill bytes may stand in front of a marker.
    while *bytes.get(*at)? == 0xff {
        *at += 1;
    }
    *at += 1;
    bytes.get(*at - 1).copied()
}

/// A segment with its two bytes of length.
fn segment(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let length = usize::from(*bytes.get(at)?) << 8 | usize::from(*bytes.get(at + 1)?);
    if length < 2 { None } else { bytes.get(at..at + length) }
}

/// To the next marker that is neither a stuffed byte nor a restart.
fn skip_scan(bytes: &[u8], at: &mut usize) {
    while let (Some(first), Some(second)) = (bytes.get(*at), bytes.get(*at + 1)) {
        if *first == 0xff && !matches!(second, 0x00 | 0xd0..=0xd7 | 0xff) {
            return;
        }
        *at += 1;
    }
    *at = bytes.len();
}

fn check_pixels(width: u64, height: u64) -> Result<(), Flaw> {
    let pixels = width.saturating_mul(height);
    if pixels > PIXELS_MAX {
        return Err(Flaw::Bomb(format!(
            "the picture has {width} × {height} pixels, at most {PIXELS_MAX} are kept"
        )));
    }
    Ok(())
}
