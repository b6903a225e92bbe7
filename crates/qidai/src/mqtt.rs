//! Readings over MQTT: QoS 1, a session that the broker keeps while we are away, and an acknowledgement only when the
//! readings are committed. What was not acknowledged comes again, and is then recognised.

use std::time::Duration;

use jiff::Timestamp;
use qidai_bank::{
    Acting, IdSource, KeyRing, NewLabMessage, NewReading, Principal, RandomSource, Remark, Store, Taken,
};
use qidai_exchange::telemetry::{Messages, TOPICS};
use rumqttc::{AsyncClient, Event, EventLoop, Incoming, MqttOptions, Publish, QoS};
use tokio::sync::mpsc;

use crate::error::Failure;

/// Messages that are written together.
const BATCH: usize = 400;
/// Messages between the network and the bank.
const WAITING: usize = 4_000;
/// Pause before the broker, or the bank, is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How long a broker may say nothing.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// Where the broker is, and under which name it keeps our session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broker {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) client: String,
}

impl Broker {
    /// Reads `host:port`; without a port it is 1883.
    ///
    /// # Errors
    /// A half sentence that says what was expected.
    pub(crate) fn parse(text: &str) -> Result<Broker, String> {
        let (host, port) = text.rsplit_once(':').unwrap_or((text, "1883"));
        let port = port.parse().map_err(|_| "expected host:port, such as 127.0.0.1:1883".to_owned())?;
        if host.is_empty() || host.contains(['/', '@', ' ']) {
            return Err("expected host:port, such as 127.0.0.1:1883".to_owned());
        }
        Ok(Broker { host: host.to_owned(), port, client: "qidai".to_owned() })
    }

    fn options(&self) -> MqttOptions {
        let mut options = MqttOptions::new(&self.client, &self.host, self.port);
        options.set_clean_session(false);
        options.set_manual_acks(true);
        options.set_keep_alive(KEEP_ALIVE);
        options.set_inflight(u16::MAX - 1);
        options.set_max_packet_size(MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX);
        options
    }
}

/// What has come so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard {
    pub(crate) messages: u64,
    pub(crate) unreadable: u64,
    pub(crate) taken: Taken,
}

impl Heard {
    pub(crate) fn add(&mut self, taken: Taken) {
        self.taken.new += taken.new;
        self.taken.duplicates += taken.duplicates;
        self.taken.raised += taken.raised;
        self.taken.ended += taken.ended;
        for sensor in taken.unknown {
            if !self.taken.unknown.contains(&sensor) {
                tracing::warn!(
                    sensor,
                    "readings of a probe that nobody has entered are kept and not watched"
                );
                self.taken.unknown.push(sensor);
            }
        }
    }
}

/// Who writes, with what ids need.
pub(crate) struct Writer<'a> {
    pub(crate) store: &'a Store,
    pub(crate) ids: &'a IdSource,
    pub(crate) random: &'a RandomSource,
    /// Under which messages that cannot be read are kept.
    pub(crate) keys: &'a KeyRing,
}

impl Writer<'_> {
    /// Keeps readings as what came at a time.
    ///
    /// # Errors
    /// Outages only.
    pub(crate) async fn take(&self, readings: &[NewReading], now: Timestamp) -> Result<Taken, Failure> {
        let system = Principal::system("telemetry");
        let acting = Acting::new(&system, now, self.ids, self.random);
        let mut sum = Heard::default();
        for part in readings.chunks(qidai_bank::READINGS_MAX) {
            sum.add(self.store.take_readings(part, &acting).await?);
        }
        Ok(sum.taken)
    }
}

/// Listens until `told` says that it is enough; it is shown what came after every commit.
pub(crate) async fn listen(
    broker: &Broker,
    writer: &Writer<'_>,
    mut told: impl FnMut(&Heard) -> bool,
) -> Heard {
    let (client, events) = AsyncClient::new(broker.options(), WAITING);
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let network = tokio::spawn(receive(client.clone(), events, sender));
    let (mut messages, mut heard) = (Messages::default(), Heard::default());
    let mut batch: Vec<Publish> = Vec::with_capacity(BATCH);
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        let readings = read(&batch, &mut messages, (writer, &mut heard), &client).await;
        keep(&readings, writer, &mut heard).await;
        for message in batch.drain(..) {
            // A broker that is gone sends it again.
            let _ = client.ack(&message).await;
        }
        if !told(&heard) {
            break;
        }
    }
    network.abort();
    heard
}

/// Everything readable of a batch, in its order.
async fn read(
    batch: &[Publish],
    messages: &mut Messages,
    (writer, heard): (&Writer<'_>, &mut Heard),
    client: &AsyncClient,
) -> Vec<NewReading> {
    let mut readings = Vec::with_capacity(batch.len());
    for message in batch {
        heard.messages += 1;
        match messages.read(&message.topic, &message.payload) {
            Ok(said) => {
                readings.extend(said.readings);
                if let Some(node) = said.rebirth {
                    let order = node.rebirth_payload(Timestamp::now());
                    let _ = client.publish(node.command_topic(), QoS::AtMostOnce, false, order).await;
                }
            }
            Err(error) => {
                heard.unreadable += 1;
                tracing::warn!(
                    topic = message.topic,
                    code = error.code,
                    "a message of a tank cannot be read"
                );
                let remark = Remark::new("message", error.code, error.to_string());
                keep_unread(message, remark, writer).await;
            }
        }
    }
    readings
}

/// What cannot be read is kept as it came, before it is acknowledged.
async fn keep_unread(message: &Publish, remark: Remark, writer: &Writer<'_>) {
    let system = Principal::system("telemetry");
    let new = NewLabMessage {
        protocol: "mqtt",
        peer: &message.topic,
        content: &message.payload,
        sender_key: None,
        observations: Vec::new(),
        refused: Vec::new(),
        remarks: vec![remark],
    };
    loop {
        let acting = Acting::new(&system, Timestamp::now(), writer.ids, writer.random);
        match writer.store.keep_unread(&new, writer.keys, &acting).await {
            Ok(()) => return,
            Err(error) => Failure::from(error).write_log("keeping a message of a tank"),
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Writes until it is written: nothing is acknowledged before.
async fn keep(readings: &[NewReading], writer: &Writer<'_>, heard: &mut Heard) {
    loop {
        match writer.take(readings, Timestamp::now()).await {
            Ok(taken) => return heard.add(taken),
            Err(failure) => failure.write_log("keeping readings"),
        }
        tokio::time::sleep(AGAIN_AFTER).await;
    }
}

/// Hands on what the broker sends; connects again whenever the connection is lost.
async fn receive(client: AsyncClient, mut events: EventLoop, sender: mpsc::Sender<Publish>) {
    let mut is_lost = false;
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Incoming::ConnAck(_))) => {
                is_lost = false;
                for topic in TOPICS {
                    let _ = client.subscribe(topic, QoS::AtLeastOnce).await;
                }
            }
            Ok(Event::Incoming(Incoming::Publish(message))) => {
                if sender.send(message).await.is_err() {
                    return;
                }
            }
            Ok(_) => {}
            Err(error) => {
                if !is_lost {
                    tracing::warn!(%error, "the broker of readings cannot be reached; trying again");
                }
                is_lost = true;
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_is_a_host_and_a_port() {
        let read = |text| Broker::parse(text).map(|broker| (broker.host, broker.port));
        assert_eq!(read("broker.bank"), Ok(("broker.bank".to_owned(), 1883)));
        assert_eq!(read("127.0.0.1:2883"), Ok(("127.0.0.1".to_owned(), 2883)));
        for wrong in ["", ":1883", "mqtt://host", "user@host:1883", "host:port"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
