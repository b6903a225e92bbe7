//! The key that every form carries. A page of another site cannot read it, and so cannot send our forms; a form of a
//! session that has ended is refused.

use qidai_bank::Token;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

/// Name of the field.
pub(crate) const FIELD: &str = "form_key";

/// The key of a session: what a form shows does not lead back to the session's own secret.
pub(crate) fn of_session(token: &Token) -> String {
    digest(token.reveal().as_bytes())
}

/// The key of visitors who come in without a session, from the secret that a bank has for them.
pub(crate) fn of_visitors(secret: &str) -> String {
    digest(secret.as_bytes())
}

/// Does a form carry this key? The comparison takes the same time wherever they differ.
pub(crate) fn stands_in(form: &[u8], key: &str) -> bool {
    let mut fields = url::form_urlencoded::parse(form);
    let sent = fields.find(|(name, _)| name == FIELD);
    sent.is_some_and(|(_, sent)| is(&sent, key))
}

/// Is what was sent this key?
pub(crate) fn is(sent: &str, key: &str) -> bool {
    sent.as_bytes().ct_eq(key.as_bytes()).into()
}

fn digest(secret: &[u8]) -> String {
    let digest = Sha256::new().chain_update(b"qidai-form-1:").chain_update(secret).finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_wherever_it_stands_and_no_other() {
        let token = |digit: &str| Token::parse(&digit.repeat(64)).unwrap();
        let key = of_session(&token("a"));
        assert_eq!(key.len(), 32);
        assert!(stands_in(format!("a=1&form_key={key}&b=2").as_bytes(), &key));
        for form in ["", "form_key=", &format!("key={key}"), &format!("form_key={}", of_session(&token("b")))]
        {
            assert!(!stands_in(form.as_bytes(), &key), "{form}");
        }
    }
}
