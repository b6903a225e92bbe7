//! HL7 v2 over MLLP: `<VT> message <FS><CR>`; ORU^R01 in, an acknowledgement out.

mod reading;

use jiff::Timestamp;
use qidai_bank::Remark;

pub use reading::read;

const VT: u8 = 0x0b;
const FS: u8 = 0x1c;
const CR: u8 = 0x0d;
/// Bytes of one message; a report with a picture has a few megabytes.
const MESSAGE_BYTES_MAX: usize = 16_000_000;

/// The receiving end of one connection.
#[derive(Debug, Default)]
pub struct Receiver {
    buffer: Vec<u8>,
    in_message: bool,
}

/// A message as it came, without its frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framed {
    pub bytes: Vec<u8>,
    pub remarks: Vec<Remark>,
    /// False for what came outside of any frame: it is kept, and not answered.
    pub is_framed: bool,
}

impl Receiver {
    /// Takes bytes as they arrive; gives the messages that are complete.
    pub fn take(&mut self, bytes: &[u8]) -> Vec<Framed> {
        bytes.iter().filter_map(|byte| self.take_one(*byte)).collect()
    }

    /// The connection is gone: what was under way ends here, cut off.
    pub fn cut_off(&mut self) -> Option<Framed> {
        let ended = if self.in_message {
            self.end(
                "frame_cut_off",
                "The message ended before its end was sent: the sender sends it again, or must be asked to.",
            )
        } else {
            self.outside()
        };
        self.in_message = false;
        ended
    }

    fn take_one(&mut self, byte: u8) -> Option<Framed> {
        match (self.in_message, byte) {
            (false, VT) => {
                let before = self.outside();
                self.in_message = true;
                return before;
            }
            (true, VT) => {
                return self.end("frame_cut_off", "A message has no end: another began inside of it.");
            }
            (true, CR) if self.buffer.last() == Some(&FS) => {
                self.buffer.pop();
                let ended = self.end("", "");
                self.in_message = false;
                return ended;
            }
            (_, byte) => self.buffer.push(byte),
        }
        if self.buffer.len() < MESSAGE_BYTES_MAX {
            return None;
        }
        let ended = self.end("message_too_long", "The message is longer than any: it was cut here.");
        self.in_message = false;
        ended
    }

    /// What came since the last message. Line ends between messages say nothing.
    fn outside(&mut self) -> Option<Framed> {
        if self.buffer.iter().all(|byte| byte.is_ascii_whitespace() || matches!(*byte, 0 | FS)) {
            self.buffer.clear();
            return None;
        }
        self.end(
            "frame_outside",
            "Bytes came outside of any frame: they are kept, and nothing is answered. Set the sender to MLLP.",
        )
    }

    fn end(&mut self, code: &str, sentence: &str) -> Option<Framed> {
        let bytes = std::mem::take(&mut self.buffer);
        let remarks = match code {
            "" => Vec::new(),
            code => vec![Remark::new("message", code, sentence)],
        };
        (!bytes.is_empty()).then_some(Framed { bytes, remarks, is_framed: self.in_message })
    }
}

/// A message in its frame.
pub fn framed(message: &[u8]) -> Vec<u8> {
    [&[VT], message, &[FS, CR]].concat()
}

/// Delimiters and names of a message: what its answer needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    field: char,
    component: char,
    repeat: char,
    escape: char,
    sender: String,
    facility: String,
    /// MSH-10.
    pub control_id: String,
    kind: String,
    version: String,
    encoding: Option<String>,
}

/// Reads the head of a message; `None` when it has none.
pub fn head(bytes: &[u8]) -> Option<Head> {
    // The head is written in letters that all encodings share.
    let text =
        String::from_utf8_lossy(bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next()?).into_owned();
    let text: String = text.trim_start_matches('\u{feff}').chars().filter(|c| !c.is_control()).collect();
    let mut letters = text.strip_prefix("MSH")?.chars();
    let signs = [letters.next()?, letters.next()?, letters.next()?, letters.next()?];
    let [field, component, repeat, escape] = signs;
    let are_signs = signs.iter().all(|sign| !sign.is_alphanumeric() && !sign.is_whitespace());
    let are_different = signs.iter().enumerate().all(|(at, sign)| !signs[..at].contains(sign));
    if !are_signs || !are_different {
        return None;
    }
    let fields: Vec<&str> = text.split(field).collect();
    let of = |at: usize| fields.get(at - 1).map_or("", |field| field.trim()).to_owned();
    Some(Head {
        field,
        component,
        repeat,
        escape,
        sender: of(3),
        facility: of(4),
        control_id: of(10),
        kind: of(9),
        version: of(12),
        encoding: Some(of(18)).filter(|name| !name.is_empty()),
    })
}

/// The answer to a message: `AA` taken, `AE` kept with what is wrong, `AR` not read. `said` is the first sentence.
pub fn answer(head: Option<&Head>, code: &str, said: &str, now: Timestamp) -> Vec<u8> {
    let time = now.strftime("%Y%m%d%H%M%S").to_string();
    let control = head.map_or("", |head| head.control_id.as_str());
    let version = head.map_or("2.5.1", |head| if head.version.is_empty() { "2.5.1" } else { &head.version });
    let (to, facility) = head.map_or(("", ""), |head| (head.sender.as_str(), head.facility.as_str()));
    let said = said
        .replace('\\', "\\E\\")
        .replace('|', "\\F\\")
        .replace('^', "\\S\\")
        .replace('&', "\\T\\")
        .replace('~', "\\R\\");
    let said = said.replace(['\r', '\n'], " ");
    let text = format!(
        "MSH|^~\\&|qidai||{to}|{facility}|{time}+0000||ACK^R01|{control}-{time}|P|{version}||||||UNICODE UTF-8\r\
         MSA|{code}|{control}|{said}\r"
    );
    framed(text.as_bytes())
}
