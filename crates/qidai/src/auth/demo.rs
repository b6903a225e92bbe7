//! The account as which visitors of the demonstration act. Nobody can sign in with it: its password is drawn and
//! forgotten.

use jiff::Timestamp;
use qidai_bank::{
    AccountState, Acting, Grant, IdSource, KeyRing, NewCredential, Principal, Role, Store, Token,
};

use crate::error::Failure;
use crate::{console, keys};

const STAFF_NUMBER: &str = "DEMO";
/// Sees everything there is to see, searches, and keeps accounts.
const ROLES: [Role; 4] = [Role::SearchCoordinator, Role::Auditor, Role::Director, Role::Administrator];

/// The id of the account, which is made when the bank has none.
///
/// # Errors
/// The bank cannot be written, or somebody ended the account.
pub(crate) async fn ensure_demo_account(store: &Store, ring: &KeyRing) -> Result<String, Failure> {
    match store.account(STAFF_NUMBER).await? {
        Some(account) if account.state == AccountState::Active => Ok(account.id),
        Some(account) => {
            let sentence = format!("The account {} of the demonstration was ended.", account.staff_number);
            Err(Failure::refused("demo_account_ended", sentence).with("staff_number", account.staff_number))
        }
        None => make(store, ring).await,
    }
}

async fn make(store: &Store, ring: &KeyRing) -> Result<String, Failure> {
    let principal = Principal::console(&console::system_user());
    let (ids, random) = (IdSource::new(|| uuid::Uuid::now_v7().to_string()), keys::random());
    let acting = Acting::new(&principal, Timestamp::now(), &ids, &random);
    let grants = ROLES.map(Grant::everywhere);
    let (account, link) =
        store.add_account(STAFF_NUMBER, &grants, &acting.because("visitors of the demonstration")).await?;
    let password = Token::new(&random).map_err(qidai_bank::BankError::from)?.reveal();
    let now = Timestamp::now();
    let code = ring.new_second_factor(&link).code(now);
    let chosen = NewCredential { password: &password, code: Some(&code) };
    let signed_in = store.use_link(&link, chosen, ring, now, (&ids, &random)).await?;
    store.end_session(&signed_in.token).await?;
    Ok(account.id)
}
