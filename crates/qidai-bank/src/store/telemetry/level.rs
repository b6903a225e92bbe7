//! The level of the liquid nitrogen: below its limit there is an alarm, once, until it is well above again.

use sea_orm::Value;

use super::alarm::{self, Place, TABLE};
use crate::store::StoreError;
use crate::store::database::WriteTransaction;
use crate::store::event::Event;
use crate::telemetry::Excursion;
use crate::{Acting, AlarmKind};

/// An alarm ends so far above the limit: liquid that is poured in makes waves.
const WELL_ABOVE_MM: i64 = 10;

/// Sees one level, and says whether an alarm was raised and whether one ended. What comes late, behind a newer reading,
/// raises an alarm that has ended, and ends none.
pub(super) async fn see(
    write: &WriteTransaction<'_>,
    place: &Place<'_>,
    (at_us, level_mm, low_mm): (i64, i64, i64),
    is_newest: bool,
    acting: &Acting<'_>,
) -> Result<(bool, bool), StoreError> {
    if level_mm >= low_mm && (level_mm < low_mm + WELL_ABOVE_MM || !is_newest) {
        return Ok((false, false));
    }
    let condition = "WHERE sensor = $1 AND kind = 'low' AND (ended_at_us IS NULL OR $2 BETWEEN began_at_us AND ended_at_us) \
                     ORDER BY began_at_us DESC LIMIT 1";
    let values = [Value::from(place.sensor), at_us.into()];
    let known = alarm::select(write.reader(), condition, values).await?.pop();
    let is_low = level_mm < low_mm;
    let (kind, set) = match (known, is_low) {
        (None, false) => return Ok((false, false)),
        (None, true) => {
            let ended = (!is_newest).then_some(at_us);
            let low = Excursion {
                began_us: at_us,
                until_us: at_us,
                peak_mc: level_mm,
                area_mc_s: 0,
                is_critical: false,
            };
            let event = alarm::raised(AlarmKind::Low, place, &low, ended, acting);
            write.record(&alarm::context(acting), vec![event]).await?;
            return Ok((true, ended.is_some()));
        }
        (Some(known), true) if known.least_mm.is_some_and(|least| least <= level_mm) => {
            return Ok((false, false));
        }
        (Some(known), true) => (("alarm_grew", known.id), vec![("least_mm", Some(level_mm.into()))]),
        (Some(known), false) if known.ended_at.is_some() => return Ok((false, false)),
        (Some(known), false) => (("alarm_ended", known.id), vec![("ended_at_us", Some(at_us.into()))]),
    };
    let event = Event::new(kind.0, format!("tank/{}", place.tank));
    let event = event.update(&TABLE, vec![kind.1.as_str().into()], set);
    write.record(&alarm::context(acting), vec![event]).await?;
    Ok((false, kind.0 == "alarm_ended"))
}
