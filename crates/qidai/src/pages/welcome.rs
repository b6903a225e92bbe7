//! The page of a one-time link: its owner chooses a password and adds a second factor.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use qidai_bank::{Account, NewCredential, PASSWORD_LENGTH_MIN, Token};
use serde::Deserialize;

use super::{Frame, Reader, render, shown};
use crate::app::{AppState, Client};
use crate::auth::{Desk, cookie};
use crate::error::Failure;

/// How the bank is called in an authenticator app.
const ISSUER: &str = "qidai";

#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage {
    frame: Frame,
    link: String,
    staff_number: String,
    roles: Vec<String>,
    length_min: f64,
    code_needed: bool,
    /// The same secret as a picture and as a text in groups of four.
    picture: Option<Picture>,
    secret: String,
    refused: Option<(String, &'static str)>,
}

/// A QR code as one path of unit squares.
struct Picture {
    /// Squares in a row, with the quiet zone of four on both sides (ISO/IEC 18004, 5.3.8).
    size: usize,
    path: String,
}

#[derive(Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
    #[serde(default)]
    code: String,
}

/// The form of a link that can be used.
pub(crate) async fn show(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    client: Option<Extension<Client>>,
    Path(link): Path<String>,
) -> Result<Response, Failure> {
    take_attempt(&state, client.as_deref()).await?;
    let token = token_of(&link)?;
    let owner = state.desk().store.link_owner(&token, Timestamp::now()).await?;
    page(&reader, state.desk(), &owner, &token, None)
}

/// Uses the link and signs in.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(reader): Extension<Reader>,
    client: Option<Extension<Client>>,
    Path(link): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Failure> {
    take_attempt(&state, client.as_deref()).await?;
    let (desk, token) = (state.desk(), token_of(&link)?);
    let owner = desk.store.link_owner(&token, Timestamp::now()).await?;
    let again = |failure: Failure| -> Result<Response, Failure> {
        let said = (failure.sentence(reader.lang), failure.code());
        let page = page(&reader, desk, &owner, &token, Some(said))?;
        Ok(failure.on_page(page))
    };
    if sent.password != sent.again {
        let sentence = "The two passwords are not the same: write it twice.";
        return again(Failure::refused("passwords_differ", sentence));
    }
    let chosen = NewCredential { password: &sent.password, code: Some(&sent.code) };
    match desk.store.use_link(&token, chosen, &desk.keys, Timestamp::now(), desk.sources()).await {
        Ok(signed_in) => {
            let is_https = client.is_some_and(|client| client.is_https);
            Ok(cookie::give(Redirect::to("/"), &signed_in.token, is_https))
        }
        Err(error) if error.is_refusal() => again(error.into()),
        Err(error) => Err(error.into()),
    }
}

/// A link is a secret: guessing one is as slow as guessing a password.
async fn take_attempt(state: &AppState, client: Option<&Client>) -> Result<(), Failure> {
    let client = client.cloned().unwrap_or_default();
    state.limits().take_attempt(&state.desk().store, "link", &client).await
}

/// A text that is no token is refused like a token that nobody has.
fn token_of(link: &str) -> Result<Token, Failure> {
    Token::parse(link).ok_or_else(|| {
        let sentence = "This link cannot be used: it was used already, is too old, or was never given. Ask the \
                        administrator for a new one.";
        Failure::refused("link_invalid", sentence)
    })
}

fn page(
    reader: &Reader,
    desk: &Desk,
    owner: &Account,
    link: &Token,
    refused: Option<(String, &'static str)>,
) -> Result<Response, Failure> {
    let secret = desk.keys.new_second_factor(link);
    let letters: Vec<char> = secret.base32().chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    render(&WelcomePage {
        frame: Frame::new(reader),
        link: link.reveal(),
        staff_number: owner.staff_number.clone(),
        roles: owner.grants.iter().map(|grant| shown::grant(grant, reader.lang, &desk.zone)).collect(),
        length_min: PASSWORD_LENGTH_MIN as f64,
        code_needed: owner.grants.iter().any(|grant| grant.role.needs_second_factor()),
        picture: picture(&secret.address(ISSUER, &owner.staff_number)),
        secret: groups.join(" "),
        refused,
    })
}

/// Nothing when the text is too long for a picture: the secret stands beside it as text.
fn picture(text: &str) -> Option<Picture> {
    const QUIET: usize = 4;
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M).ok()?;
    let width = code.width();
    let dark = code.to_colors();
    let squares = dark.iter().enumerate().filter(|(_, color)| **color == qrcode::Color::Dark);
    let path =
        squares.map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET)).collect();
    Some(Picture { size: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_its_three_corners_and_its_quiet_zone() {
        let picture = picture("otpauth://totp/qidai:S001?secret=GEZDGNBVGY3TQOJQ&issuer=qidai").unwrap();
        let far = picture.size - 5;
        for corner in [(4, 4), (far, 4), (4, far)] {
            assert!(picture.path.contains(&format!("M{} {}h", corner.0, corner.1)), "{corner:?}");
        }
        assert!(!picture.path.contains("M0 ") && !picture.path.contains("M3 "));
    }
}
