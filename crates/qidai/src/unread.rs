//! What somebody brought and nobody can read: refused with its sentence, and kept as it came, so that nothing is lost.

use qidai_bank::{Acting, KeyRing, NewLabMessage, Remark, Store};

use crate::error::Failure;
use crate::words::Lang;

/// Characters of the name by which a file is found again.
const NAME_CHARS_MAX: usize = 120;

/// Keeps a content with the reason of its refusal, among the messages received: `protocol` is what it was meant to be
/// (`freezer`, `logger`, `scanner`, `unread`), `from` whose it is. The very same content is kept once. Who brings it was
/// let in by their door.
///
/// # Errors
/// Outages.
pub(crate) async fn keep(
    (store, keys): (&Store, &KeyRing),
    (protocol, from): (&'static str, &str),
    content: &[u8],
    refused: &Failure,
    acting: &Acting<'_>,
) -> Result<(), Failure> {
    let peer: String = from.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    let new = NewLabMessage {
        protocol,
        peer: &peer,
        content,
        sender_key: None,
        observations: Vec::new(),
        refused: Vec::new(),
        remarks: vec![Remark::new("file", refused.code(), refused.sentence(Lang::En))],
    };
    Ok(store.keep_unread(&new, keys, acting).await?)
}
