//! Listens to the tanks for as long as the server runs.

use crate::app::AppState;
use crate::mqtt::{self, Broker, Writer};

/// Connects again whenever the broker is lost; readings are in the bank before they are acknowledged.
pub(crate) async fn listen(broker: Broker, state: AppState) {
    let (ids, random) = state.desk().sources();
    let writer = Writer { store: &state.desk().store, ids, random, keys: &state.desk().keys };
    mqtt::listen(&broker, &writer, |_| true).await;
}
