//! People who work with a bank, from the link that is made for them to the cookie of their session.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)]

use qidai_bank::TotpSecret;

use super::support::qidai;

pub const PASSWORD: &str = "four quiet herons wading";

/// A bank without units, in a file; and the token of its first administrator's link.
pub fn init(folder: &std::path::Path) -> (String, String) {
    let bank = folder.join("bank.sqlite").to_str().unwrap().to_owned();
    let made = qidai(&["init", "--bank", &bank], "");
    assert_eq!(made.exit, Some(0), "{}", made.err);
    (bank, token_in(&made.out))
}

/// A new account; the token of its one-time link.
pub fn link(bank: &str, number: &str, role: &str) -> String {
    let said = qidai(&["user", "--bank", bank, "add", number, "--role", role], "");
    assert_eq!(said.exit, Some(0), "{}", said.err);
    token_in(&said.out)
}

fn token_in(said: &str) -> String {
    said.split("/welcome/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

/// The secret from its text in base 32 (RFC 4648), as a person types it into an app.
pub fn secret_of(text: &str) -> TotpSecret {
    let letters = text.chars().filter(|c| !c.is_whitespace());
    let (mut bits, mut width, mut bytes) = (0_u32, 0, Vec::new());
    for letter in letters {
        bits = bits << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap() as u32;
        width += 5;
        if width >= 8 {
            width -= 8;
            bytes.push((bits >> width & 0xff) as u8);
        }
    }
    TotpSecret::new(bytes.try_into().unwrap())
}
