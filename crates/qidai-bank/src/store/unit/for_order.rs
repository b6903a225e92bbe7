//! A unit is kept for an order and given back; and its moves move the order that holds it (mission M11).

use sea_orm::Value;

use super::life::{self, Life};
use super::moves::{write_fields, write_move};
use crate::store::StoreError;
use crate::store::database::{Reader, WriteTransaction};
use crate::store::record::{Kept, by_number, move_by_clock};
use crate::workflow::{self, Target};
use crate::{Acting, BankError, Identity, Principal, Refusal, WriteContext};

/// Moves of a unit, and what each means for the order that holds it.
const TOLD: [(&str, &[&str]); 7] = [
    ("begin_recheck", &["test"]),
    ("pass_recheck", &["approve", "except"]),
    ("ship", &["ship"]),
    ("deliver", &["arrive"]),
    ("infuse", &["infuse"]),
    ("lapse", &["cancel_public", "cancel_family", "expire_public", "expire_family"]),
    ("fail", &["return", "discard", "to_research", "lose", "destroy"]),
];

/// How a unit stands towards orders.
pub(in crate::store) struct Standing {
    pub(in crate::store) state: &'static str,
    pub(in crate::store) bank_type: String,
    /// Number of the order that holds it.
    pub(in crate::store) order: Option<String>,
    /// Who it is kept for.
    pub(in crate::store) kept_for: Option<String>,
    /// May it be used for research? A unit without a consent here was carried over with its papers.
    pub(in crate::store) for_research: bool,
}

/// The identity in a field of the kind `unit`: `din/G1234…`.
pub(in crate::store) fn identity_in(field: &str) -> Option<Identity> {
    let (scheme, value) = field.split_once('/')?;
    Some(Identity { scheme: scheme.to_owned(), value: value.to_owned() })
}

/// The unit that a field names; `None` when there is none.
pub(in crate::store) async fn standing(
    reader: Reader<'_>,
    field: &str,
) -> Result<Option<Standing>, StoreError> {
    let Some(identity) = identity_in(field) else { return Ok(None) };
    let Some(life) = life::read(reader, &identity).await? else { return Ok(None) };
    let value = |code: &str| life.record.field(code).map(str::to_owned);
    let sql = "SELECT reserved_for FROM reservation WHERE unit_key = $1 AND is_open";
    let kept_for = match reader.first(sql, [Value::from(life.key)]).await? {
        Some(row) => Some(row.try_get_by_index(0)?),
        None => None,
    };
    Ok(Some(Standing {
        state: life.record.state.code,
        bank_type: value("bank_type").unwrap_or_default(),
        order: value("order"),
        kept_for,
        for_research: !life.consent_expected || life.record.field("consent_research") == Some("true"),
    }))
}

/// Keeps a unit for an order. One that the same centre holds already without an order stays reserved, with the day of the order.
pub(in crate::store) async fn keep(
    write: &WriteTransaction<'_>,
    unit: &str,
    (name, until): (&str, Option<&str>),
    by: (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let open = vec![("reserved_for", Some(name.to_owned())), ("reserved_until", until.map(str::to_owned))];
    let kept = Kept::open(open);
    if go(write, unit, "reserve", &kept, by).await? {
        return Ok(());
    }
    let Some(identity) = identity_in(unit) else { return Ok(()) };
    match life::read(write.reader(), &identity).await? {
        Some(life) => write_fields(write, &life, &kept, by.0).await.map_err(BankError::from),
        None => Err(life::unknown(&identity).into()),
    }
}

/// Gives a unit back to the shelf, with the segments that are left, where it was not yet taken out.
pub(in crate::store) async fn give_back(
    write: &WriteTransaction<'_>,
    unit: &str,
    segments: Option<&str>,
    by: (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let open = segments.map(|count| ("attached_segments", Some(count.to_owned())));
    let kept = Kept::open(open.into_iter().collect());
    for step in ["cancel_public", "cancel_family"] {
        if go(write, unit, step, &kept, by).await? {
            break;
        }
    }
    Ok(())
}

/// Makes a move that another record entails. Gives false, and does nothing, when the move does not begin in the state of the
/// unit, or is for units of the other kind of bank.
pub(in crate::store) async fn go(
    write: &WriteTransaction<'_>,
    unit: &str,
    step: &str,
    kept: &Kept,
    by: (&WriteContext<'_>, &Acting<'_>),
) -> Result<bool, BankError> {
    let Some(identity) = identity_in(unit) else { return Ok(false) };
    let Some(life) = life::read(write.reader(), &identity).await? else { return Ok(false) };
    let concept = life.record.concept;
    let begins = |step: &&workflow::Step| {
        let holds = step.when.as_ref().is_none_or(|when| when.holds(life.record.field(when.field)));
        holds && step.from.contains(&life.record.state.code)
    };
    let Some(step) = concept.step(step).filter(begins) else { return Ok(false) };
    let Target::State(to) = step.to else { return Ok(false) };
    let Some(to) = concept.state(to) else { return Ok(false) };
    write_move(write, &life, (step, to), kept, by).await?;
    Ok(true)
}

/// Moves the order that holds a unit, after a move of the unit.
pub(super) async fn tell(
    write: &WriteTransaction<'_>,
    life: &Life,
    step: &str,
    (context, acting): (&WriteContext<'_>, &Acting<'_>),
) -> Result<(), BankError> {
    let meant = TOLD.iter().find(|(_, moves)| moves.contains(&step));
    let (Some((meant, _)), Some(number)) = (meant, life.record.field("order")) else { return Ok(()) };
    let Some(concept) = workflow::concept("order") else { return Ok(()) };
    let Some(order) = by_number(write.reader(), concept, number).await? else { return Ok(()) };
    let begins = |step: &&workflow::Step| step.from.contains(&order.state.code);
    if concept.step(meant).filter(begins).is_none() {
        return Ok(());
    }
    let unit = Principal::system("unit");
    let acting = Acting { principal: &unit, ..*acting };
    move_by_clock(write, &order, meant, context, &acting).await?.map_err(BankError::from)
}

/// A unit that an order holds is given back by the order.
pub(in crate::store) async fn free_of_orders(
    reader: Reader<'_>,
    identity: &Identity,
) -> Result<(), BankError> {
    let field = format!("{}/{}", identity.scheme, identity.value);
    let Some(order) = standing(reader, &field).await?.and_then(|standing| standing.order) else {
        return Ok(());
    };
    let number = identity.written();
    let sentence =
        format!("Unit {number} is held by the order {order}: cancel the order, and the unit is free.");
    Err(Refusal::new("unit_held_by_order", sentence).with("number", number).with("order", order).into())
}
