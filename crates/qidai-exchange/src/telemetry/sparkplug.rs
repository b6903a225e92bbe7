//! Sparkplug B (Eclipse Sparkplug 3.0, chapter 6): births name metrics and give them aliases, data may carry only these.
//!
//! A metric is a reading when its name ends with `temp_c` or `level_mm`; what stands before names the probe: `upper/temp_c`
//! of device `T117` is probe `T117.upper`, `temp_c` is probe `T117`. A gap in `seq`, or an alias that no birth gave, asks the
//! node for its birth again.

use std::collections::HashMap;

use jiff::Timestamp;
use prost::Message;
use qidai_bank::{NewReading, is_sensor_code};

use super::{MessageError, Said, thousandths};

/// The payload, as far as readings need it; fields that are not here are skipped by their numbers.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Payload {
    /// Milliseconds since 1970.
    #[prost(uint64, optional, tag = "1")]
    pub(super) timestamp: Option<u64>,
    #[prost(message, repeated, tag = "2")]
    pub(super) metrics: Vec<Metric>,
    /// 0 to 255, over all messages of a node.
    #[prost(uint64, optional, tag = "3")]
    pub(super) seq: Option<u64>,
}

/// One metric.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Metric {
    #[prost(string, optional, tag = "1")]
    pub(super) name: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    pub(super) alias: Option<u64>,
    /// Milliseconds since 1970.
    #[prost(uint64, optional, tag = "3")]
    pub(super) timestamp: Option<u64>,
    #[prost(uint32, optional, tag = "4")]
    pub(super) datatype: Option<u32>,
    /// The probe did not answer.
    #[prost(bool, optional, tag = "7")]
    pub(super) is_null: Option<bool>,
    #[prost(oneof = "MetricValue", tags = "10, 11, 12, 13, 14")]
    pub(super) value: Option<MetricValue>,
}

/// The value of a metric.
#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum MetricValue {
    #[prost(uint32, tag = "10")]
    Int(u32),
    #[prost(uint64, tag = "11")]
    Long(u64),
    #[prost(float, tag = "12")]
    Float(f32),
    #[prost(double, tag = "13")]
    Double(f64),
    #[prost(bool, tag = "14")]
    Boolean(bool),
}

impl MetricValue {
    fn number(&self) -> Option<f64> {
        match self {
            // Signed numbers travel as their two's complement (6.4.16).
            Self::Int(number) => Some(f64::from(number.cast_signed())),
            Self::Long(number) => Some(number.cast_signed() as f64),
            Self::Float(number) => Some(f64::from(*number)),
            Self::Double(number) => Some(*number),
            Self::Boolean(_) => None,
        }
    }
}

/// An edge node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    pub group: String,
    pub edge: String,
}

impl Node {
    /// Where it hears orders.
    pub fn command_topic(&self) -> String {
        format!("spBv1.0/{}/NCMD/{}", self.group, self.edge)
    }

    /// The order to tell its birth again.
    pub fn rebirth_payload(&self, at: Timestamp) -> Vec<u8> {
        let millisecond = u64::try_from(at.as_millisecond()).ok();
        let metric = Metric {
            name: Some("Node Control/Rebirth".to_owned()),
            timestamp: millisecond,
            datatype: Some(11),
            value: Some(MetricValue::Boolean(true)),
            ..Metric::default()
        };
        Payload { timestamp: millisecond, metrics: vec![metric], seq: None }.encode_to_vec()
    }
}

/// What is known of nodes between messages.
#[derive(Debug, Default)]
pub struct Sparkplug {
    last_seq: HashMap<Node, u64>,
    /// Names by node, device and alias.
    names: HashMap<(Node, Option<String>, u64), String>,
}

impl Sparkplug {
    pub(super) fn read(
        &mut self,
        node: Node,
        kind: &str,
        device: Option<&str>,
        payload: &[u8],
    ) -> Result<Said, MessageError> {
        let is_birth = matches!(kind, "NBIRTH" | "DBIRTH");
        if !is_birth && !matches!(kind, "NDATA" | "DDATA") {
            // Deaths, commands and states hold no readings; a probe that is gone is silent.
            return Ok(Said::default());
        }
        let payload = Payload::decode(payload).map_err(|error| {
            let sentence =
                format!("The message of {}/{} is no Sparkplug B payload: {error}.", node.group, node.edge);
            MessageError::new("message_unreadable", sentence)
        })?;
        let has_gap = self.has_gap(&node, kind, payload.seq);
        let device = device.map(str::to_owned);
        let mut said = Said::default();
        for metric in &payload.metrics {
            let Some(name) = self.name_of(&node, &device, metric, is_birth) else {
                said.rebirth = Some(node.clone());
                continue;
            };
            let place = device.as_deref().unwrap_or(&node.edge);
            said.readings.extend(reading(place, &name, metric, &payload)?);
        }
        if has_gap {
            said.rebirth = Some(node);
        }
        Ok(said)
    }

    fn has_gap(&mut self, node: &Node, kind: &str, seq: Option<u64>) -> bool {
        let Some(seq) = seq else { return false };
        let last = self.last_seq.insert(node.clone(), seq);
        match (kind, last) {
            ("NBIRTH", _) => false,
            // The same message once more is no gap.
            (_, Some(last)) => seq != last && seq != (last + 1) % 256,
            (_, None) => true,
        }
    }

    fn name_of(
        &mut self,
        node: &Node,
        device: &Option<String>,
        metric: &Metric,
        is_birth: bool,
    ) -> Option<String> {
        let key = |alias: u64| (node.clone(), device.clone(), alias);
        if let Some(name) = &metric.name {
            if let Some(alias) = metric.alias.filter(|_| is_birth) {
                self.names.insert(key(alias), name.clone());
            }
            return Some(name.clone());
        }
        self.names.get(&key(metric.alias?)).cloned()
    }
}

/// A reading, where the metric is one.
fn reading(
    place: &str,
    name: &str,
    metric: &Metric,
    payload: &Payload,
) -> Result<Option<NewReading>, MessageError> {
    let (probe, what) = name.rsplit_once('/').map_or(("", name), |(probe, what)| (probe, what));
    if !matches!(what, "temp_c" | "level_mm") {
        return Ok(None);
    }
    let sensor = if probe.is_empty() { place.to_owned() } else { format!("{place}.{probe}") };
    if !is_sensor_code(&sensor) {
        let sentence =
            format!("'{sensor}' is no code of a probe: Latin letters, digits, '-', '_', '.' and '/'.");
        return Err(MessageError::new("message_value_wrong", sentence));
    }
    let millisecond = metric.timestamp.or(payload.timestamp).and_then(|at| i64::try_from(at).ok());
    let device_at = millisecond.and_then(|at| Timestamp::from_millisecond(at).ok()).ok_or_else(|| {
        let sentence = format!("{sensor}: neither the metric nor the payload has a timestamp.");
        MessageError::new("message_time_missing", sentence)
    })?;
    let number = metric.value.as_ref().and_then(MetricValue::number);
    let number = number.filter(|_| metric.is_null != Some(true));
    let is_temperature = what == "temp_c";
    let temperature = number.filter(|_| is_temperature).map(|celsius| thousandths(&sensor, celsius));
    Ok(Some(NewReading {
        device_at,
        device_sequence: payload.seq.and_then(|seq| i64::try_from(seq).ok()),
        temperature_mc: temperature.transpose()?,
        level_mm: number
            .filter(|level| !is_temperature && level.abs() < 1e6)
            .map(|level| level.round() as i64),
        quality: if number.is_some() { "good" } else { "bad" }.to_owned(),
        sensor,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: Option<&str>, alias: Option<u64>, celsius: f64) -> Metric {
        let value = Some(MetricValue::Double(celsius));
        Metric { name: name.map(str::to_owned), alias, value, ..Metric::default() }
    }

    fn read(sparkplug: &mut Sparkplug, kind: &str, seq: u64, metrics: Vec<Metric>) -> Said {
        let payload = Payload { timestamp: Some(1_772_323_200_000), metrics, seq: Some(seq) }.encode_to_vec();
        let node = Node { group: "bank".to_owned(), edge: "room2".to_owned() };
        sparkplug.read(node, kind, Some("T117"), &payload).unwrap()
    }

    #[test]
    fn data_with_an_alias_is_known_from_its_birth() {
        let mut sparkplug = Sparkplug::default();
        let unknown = read(&mut sparkplug, "DDATA", 3, vec![metric(None, Some(1), -190.0)]);
        assert!(unknown.readings.is_empty());
        assert_eq!(unknown.rebirth.unwrap().command_topic(), "spBv1.0/bank/NCMD/room2");
        let birth =
            vec![metric(Some("upper/temp_c"), Some(1), -190.5), metric(Some("fill/valve"), Some(2), 1.0)];
        let born = read(&mut sparkplug, "DBIRTH", 4, birth);
        assert_eq!((born.readings.len(), born.rebirth), (1, None));
        let data = read(&mut sparkplug, "DDATA", 5, vec![metric(None, Some(1), -189.25)]);
        let [reading] = &data.readings[..] else { panic!("{data:?}") };
        assert_eq!((reading.sensor.as_str(), reading.temperature_mc), ("T117.upper", Some(-189_250)));
    }

    #[test]
    fn a_gap_in_the_sequence_asks_for_a_rebirth_and_keeps_what_came() {
        let mut sparkplug = Sparkplug::default();
        read(&mut sparkplug, "NBIRTH", 0, Vec::new());
        for (seq, is_gap) in
            [(1, false), (1, false), (2, false), (4, true), (5, false), (255, true), (0, false)]
        {
            let said = read(&mut sparkplug, "DDATA", seq, vec![metric(Some("temp_c"), None, -190.0)]);
            assert_eq!((said.readings.len(), said.rebirth.is_some()), (1, is_gap), "{seq}");
        }
    }

    #[test]
    fn a_probe_that_does_not_answer_is_bad_and_no_zero() {
        let mut sparkplug = Sparkplug::default();
        let silent = Metric { is_null: Some(true), ..metric(Some("temp_c"), None, 0.0) };
        let said = read(&mut sparkplug, "DBIRTH", 0, vec![silent]);
        assert_eq!((said.readings[0].temperature_mc, said.readings[0].quality.as_str()), (None, "bad"));
    }
}
