//! The link of LIS1-A / ASTM E1381: `<ENQ>`, frames of `<STX> n text <ETB|ETX> C1 C2 <CR><LF>`, `<EOT>`.
//!
//! Each frame is answered: a good one with `<ACK>`, a broken one with `<NAK>`, and the sender repeats it. After six
//! refusals the sender gives up. Every byte is kept, broken frames included.

use qidai_bank::Remark;

pub const ENQ: u8 = 0x05;
pub const STX: u8 = 0x02;
pub const ETX: u8 = 0x03;
pub const ETB: u8 = 0x17;
pub const EOT: u8 = 0x04;
pub const ACK: u8 = 0x06;
pub const NAK: u8 = 0x15;
const CR: u8 = 0x0d;
const LF: u8 = 0x0a;

/// Refusals in a row after which a sender gives up.
const REFUSALS_MAX: u8 = 6;
/// Bytes of a frame; newer analysers send up to 64,000 of text.
const FRAME_BYTES_MAX: usize = 65_000;
/// Bytes of one transmission: far more than any analyser sends.
const RAW_BYTES_MAX: usize = 4_000_000;

/// What follows from a byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signal {
    /// Send this byte back.
    Answer(u8),
    /// A transmission has ended; keep it. What it asks back was answered before.
    Ended(Transmission),
}

/// Everything from `<ENQ>` to `<EOT>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transmission {
    /// Every byte as it came.
    pub raw: Vec<u8>,
    /// The text of the good frames, one after the other.
    pub text: Vec<u8>,
    pub remarks: Vec<Remark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Nobody sends.
    Idle,
    /// Between frames.
    Between,
    /// Inside of a frame, up to and including its `<LF>`.
    Frame,
}

/// The receiving end of one connection.
#[derive(Debug)]
pub struct Receiver {
    at: At,
    frame: Vec<u8>,
    expected: u8,
    frames: u32,
    refusals: u8,
    transmission: Transmission,
}

impl Default for Receiver {
    fn default() -> Self {
        Self {
            at: At::Idle,
            frame: Vec::new(),
            expected: 1,
            frames: 0,
            refusals: 0,
            transmission: Transmission::default(),
        }
    }
}

impl Receiver {
    /// Takes bytes as they arrive, in pieces of any size.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Signal> {
        let mut signals = Vec::new();
        for byte in bytes {
            signals.extend(self.take_one(*byte));
        }
        signals
    }

    /// The connection is gone, or silent for too long: what was under way ends here, cut off.
    pub fn cut_off(&mut self) -> Option<Transmission> {
        if self.at == At::Idle {
            let is_noise = self.is_noise();
            self.told_outside();
            let ended = self.end();
            return (!is_noise).then_some(ended);
        }
        self.remark("frame_cut_off", "The transmission ended before its end was sent: the analyser sends it again, or must be asked to.");
        Some(self.end())
    }

    fn take_one(&mut self, byte: u8) -> Option<Signal> {
        self.transmission.raw.push(byte);
        if self.transmission.raw.len() > RAW_BYTES_MAX {
            self.remark("message_too_long", "The transmission is longer than any message: it was cut here.");
            return Some(Signal::Ended(self.end()));
        }
        match (self.at, byte) {
            (At::Frame, _) => self.in_frame(byte),
            (_, ENQ) => self.begin(),
            (At::Between, STX) => {
                self.frame.clear();
                self.at = At::Frame;
                None
            }
            (At::Between, EOT) => Some(Signal::Ended(self.end())),
            // Between frames nothing else is sent; what comes all the same is noise of the line, kept with the rest.
            (At::Between, _) => None,
            (At::Idle, STX) => Some(Signal::Answer(NAK)),
            // Nothing has begun. What comes all the same is kept, and told with what comes next.
            (At::Idle, _) => None,
        }
    }

    fn begin(&mut self) -> Option<Signal> {
        if self.at == At::Idle {
            self.told_outside();
        }
        if self.at == At::Between && self.frames > 0 {
            self.remark(
                "frame_begun_anew",
                "The analyser began anew without ending: what it had sent before is kept.",
            );
        }
        self.at = At::Between;
        self.expected = 1;
        Some(Signal::Answer(ACK))
    }

    /// Line ends, ends and answers without a beginning say nothing.
    fn is_noise(&self) -> bool {
        let says_nothing =
            |byte: &u8| byte.is_ascii_whitespace() || matches!(*byte, ENQ | EOT | ACK | NAK | 0);
        self.transmission.raw.iter().all(says_nothing)
    }

    fn told_outside(&mut self) {
        if !self.is_noise() {
            self.remark(
                "frame_outside",
                "Bytes came outside of any frame: they are kept, and nothing of them is read. Set the port to LIS1-A frames.",
            );
        }
    }

    fn in_frame(&mut self, byte: u8) -> Option<Signal> {
        if byte == STX && self.frame.len() > 1 {
            // A frame begins inside of another: the first has lost its end.
            self.frame.clear();
            return Some(self.refuse("frame_cut_off", "A frame has no end: it was asked for again."));
        }
        self.frame.push(byte);
        if self.frame.len() > FRAME_BYTES_MAX {
            self.at = At::Between;
            return Some(self.refuse(
                "frame_too_long",
                "A frame has no end within 65,000 bytes: it was asked for again.",
            ));
        }
        if byte != LF || !self.has_end() {
            return None;
        }
        self.at = At::Between;
        Some(self.judge())
    }

    /// `… <ETB|ETX> C1 C2 <CR> <LF>`
    fn has_end(&self) -> bool {
        let length = self.frame.len();
        length >= 6 && self.frame[length - 2] == CR && matches!(self.frame[length - 5], ETB | ETX)
    }

    fn judge(&mut self) -> Signal {
        let length = self.frame.len();
        let (body, tail) = self.frame.split_at(length - 4);
        let sum = body.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        let expected = format!("{sum:02X}");
        let found = String::from_utf8_lossy(&tail[..2]).into_owned();
        if !found.eq_ignore_ascii_case(&expected) {
            let sentence = format!(
                "A frame says its checksum is {found}, and it is {expected}: it was asked for again."
            );
            return self.refuse("frame_checksum_wrong", &sentence);
        }
        let number = body[0].wrapping_sub(b'0');
        let before = (self.expected + 7) % 8;
        if number == before && self.frames > 0 {
            self.remark("frame_repeated", "A frame came twice: it counts once.");
            return Signal::Answer(ACK);
        }
        if number != self.expected {
            let sentence = format!(
                "Frame {} came where {} was expected: it was asked for again.",
                char::from(body[0]),
                self.expected
            );
            return self.refuse("frame_number_wrong", &sentence);
        }
        let text = body[1..body.len() - 1].to_vec();
        self.transmission.text.extend_from_slice(&text);
        self.expected = (self.expected + 1) % 8;
        self.frames += 1;
        self.refusals = 0;
        Signal::Answer(ACK)
    }

    fn refuse(&mut self, code: &str, sentence: &str) -> Signal {
        self.remark(code, sentence);
        self.refusals += 1;
        if self.refusals >= REFUSALS_MAX {
            self.remark(
                "frame_given_up",
                "Six times in a row a frame was broken: look at the cable and the settings of the port.",
            );
        }
        Signal::Answer(NAK)
    }

    fn remark(&mut self, code: &str, sentence: &str) {
        let place = format!("frame {}", self.frames + 1);
        self.transmission.remarks.push(Remark::new(place, code, sentence));
    }

    fn end(&mut self) -> Transmission {
        let transmission = std::mem::take(&mut self.transmission);
        *self = Self::default();
        transmission
    }
}

/// A text in frames of at most 240 characters, from `<ENQ>` to `<EOT>`, as an analyser sends it: for tests and for
/// trying out a connection. Each record, ended by `<CR>`, has frames of its own.
pub fn frames_of(text: &[u8]) -> Vec<Vec<u8>> {
    const TEXT_MAX: usize = 240;
    let mut frames = vec![vec![ENQ]];
    let mut number = 1_u8;
    for record in text.split_inclusive(|byte| *byte == CR) {
        let parts: Vec<&[u8]> = record.chunks(TEXT_MAX).collect();
        for (at, part) in parts.iter().enumerate() {
            let end = if at + 1 == parts.len() { ETX } else { ETB };
            let body = [&[b'0' + number], *part, &[end]].concat();
            let sum = body.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
            frames.push([&[STX], body.as_slice(), format!("{sum:02X}\r\n").as_bytes()].concat());
            number = (number + 1) % 8;
        }
    }
    frames.push(vec![EOT]);
    frames
}
