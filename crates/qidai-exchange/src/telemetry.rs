//! Messages of tanks over MQTT: plain JSON, and Sparkplug B.

mod plain;
mod sparkplug;

use qidai_bank::NewReading;

pub use sparkplug::{Node, Sparkplug};

/// Topics that a server subscribes to, all with QoS 1.
pub const TOPICS: [&str; 2] = ["qidai/v1/+/+/telemetry", "spBv1.0/#"];

/// Why a message was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct MessageError {
    /// Stable, such as `message_time_missing`.
    pub code: &'static str,
    pub sentence: String,
}

impl MessageError {
    fn new(code: &'static str, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into() }
    }
}

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    pub readings: Vec<NewReading>,
    /// A node from which something is missing: ask it for its birth again (`Node Control/Rebirth`).
    pub rebirth: Option<Node>,
}

/// Reads messages in the order in which they come.
#[derive(Debug, Default)]
pub struct Messages {
    sparkplug: Sparkplug,
}

impl Messages {
    /// # Errors
    /// `message_topic_unknown`, `message_unreadable`, `message_time_missing`, `message_value_wrong`,
    /// `sparkplug_alias_unknown`.
    pub fn read(&mut self, topic: &str, payload: &[u8]) -> Result<Said, MessageError> {
        let parts: Vec<&str> = topic.split('/').collect();
        match parts[..] {
            ["qidai", "v1", site, device, "telemetry"] => plain::read(site, device, payload),
            ["spBv1.0", group, kind, edge, ref device @ ..] => {
                let node = Node { group: group.to_owned(), edge: edge.to_owned() };
                self.sparkplug.read(node, kind, device.first().copied(), payload)
            }
            _ => {
                let sentence =
                    format!("'{topic}' is no topic of readings: expected {}.", TOPICS.join(" or "));
                Err(MessageError::new("message_topic_unknown", sentence))
            }
        }
    }
}

/// Degrees as thousandths; what no probe can measure is refused.
fn thousandths(name: &str, celsius: f64) -> Result<i64, MessageError> {
    if celsius.is_finite() && (-273.15..=200.0).contains(&celsius) {
        return Ok((celsius * 1_000.0).round() as i64);
    }
    let sentence = format!("{name} is {celsius}: expected −273.15 to 200 °C.");
    Err(MessageError::new("message_value_wrong", sentence))
}
