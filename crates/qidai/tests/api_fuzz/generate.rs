//! Requests: right ones from the examples of the document and from what answers said, and wrong ones of every kind.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

/// Values that answers told, by the name of their field: what a caller would send next.
#[derive(Default)]
pub struct Known {
    pub values: BTreeMap<String, BTreeSet<String>>,
    /// Id of the token that asks: revoked, it would ask nothing any more.
    pub own_token: String,
}

/// Fields whose values are sent back, with the parameters that take them.
const SENT_BACK: [(&str, &[&str]); 11] = [
    ("scheme", &["scheme"]),
    ("identity", &["identity", "number"]),
    ("written", &["identity", "number"]),
    ("staff_number", &["number", "owner"]),
    ("code", &["code", "role"]),
    ("id", &["id"]),
    ("figure", &["figure"]),
    ("subject", &["subject"]),
    ("next", &["cursor"]),
    ("status", &["status"]),
    ("bank_type", &["bank_type"]),
];
const KNOWN_MAX: usize = 40;

impl Known {
    pub fn learn(&mut self, body: &[u8]) {
        if let Ok(value) = serde_json::from_slice(body) {
            self.walk(&value, 0);
        }
    }

    fn walk(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(fields) if depth < 6 => {
                for (name, value) in fields {
                    let names = SENT_BACK.iter().filter(|(field, _)| field == name);
                    for parameter in names.flat_map(|(_, parameters)| *parameters) {
                        let values = self.values.entry((*parameter).to_owned()).or_default();
                        let text = value.as_str().filter(|text| *text != self.own_token);
                        if let Some(text) = text.filter(|_| values.len() < KNOWN_MAX) {
                            values.insert(text.to_owned());
                        }
                    }
                    self.walk(value, depth + 1);
                }
            }
            Value::Array(values) if depth < 6 => {
                values.iter().take(20).for_each(|value| self.walk(value, depth + 1));
            }
            _ => {}
        }
    }

    fn one_of(&self, name: &str, random: &mut StdRng) -> Option<String> {
        let values: Vec<&String> = self.values.get(name)?.iter().collect();
        values.choose(random).map(|text| (*text).clone())
    }
}

/// Texts that break programs: empty, endless, of other alphabets, of other languages' syntax, of other lengths.
const HOSTILE: [&str; 30] = [
    "",
    " ",
    "0",
    "-1",
    "1",
    "1.5",
    "1e309",
    "9223372036854775807",
    "9223372036854775808",
    "NaN",
    "null",
    "true",
    "'; DROP TABLE unit; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "a/b",
    "a%2Fb",
    "\u{202e}evil",
    "𝕊𝕠",
    "脐带血",
    "\u{fffd}",
    "é\u{301}",
    "~",
    "din~",
    "*",
    "{}",
    "[]",
    "2026-02-30",
    "-0001-01-01",
    "9999-12-31",
];
/// Parts of an address exactly as they are sent.
const RAW: [&str; 8] = ["%00", "%ff", "%", "%c3%28", "a%00b", "%e2%80%ae", "+", "%2e%2e"];

/// A request that is going to be sent.
pub struct Sent {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// As a visitor of the demonstration.
    is_without_token: bool,
}

impl Sent {
    pub fn make(
        path: &str,
        method: &str,
        operation: &Value,
        document: &Value,
        known: &Known,
        random: &mut StdRng,
    ) -> Sent {
        // Some requests are right in all parts, some wrong in one or another, a few wrong in all.
        let wrongness = *[0.0, 0.0, 0.15, 0.4, 1.0].choose(random).unwrap();
        let mut sent = Sent {
            method: method.to_uppercase(),
            target: path.to_owned(),
            headers: vec![],
            body: vec![],
            is_without_token: random.random_bool(0.15),
        };
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let is_wrong = random.random_bool(wrongness);
            let value = parameter_value(parameter, is_wrong, known, random);
            match parameter["in"].as_str().unwrap() {
                "path" => sent.target = sent.target.replace(&format!("{{{name}}}"), &value),
                "query" if parameter["required"] == true || random.random_bool(0.5) => {
                    query.push(format!("{name}={value}"));
                }
                "header" if parameter["required"] == true || random.random_bool(0.4) => {
                    sent.headers.push((name.to_owned(), header_value(name, is_wrong, random)));
                }
                _ => {}
            }
        }
        if random.random_bool(wrongness * 0.3) {
            query.push(format!(
                "{}={}",
                escaped(HOSTILE.choose(random).unwrap()),
                RAW.choose(random).unwrap()
            ));
        }
        if !query.is_empty() {
            sent.target = format!("{}?{}", sent.target, query.join("&"));
        }
        sent.with_body(operation, document, wrongness, known, random);
        if random.random_bool(wrongness * 0.5) {
            sent.with_odd_header(random);
        }
        sent
    }

    fn with_body(
        &mut self,
        operation: &Value,
        document: &Value,
        wrongness: f64,
        known: &Known,
        random: &mut StdRng,
    ) {
        let Some(content) = operation["requestBody"]["content"].as_object() else { return };
        let (content_type, schema) = content.iter().next().unwrap();
        if content_type.starts_with("multipart/") {
            return self.with_form(wrongness, known, random);
        }
        let reference = schema["schema"]["$ref"].as_str().unwrap();
        let schema = document.pointer(&reference[1..]).unwrap();
        let mut body = schema["example"].clone();
        renew(&mut body, known, random);
        if random.random_bool(wrongness) {
            spoil(&mut body, random);
        }
        self.body = body.to_string().into_bytes();
        if random.random_bool(wrongness * 0.3) {
            self.body = broken_json(random);
        }
        let content_type = match random.random_bool(wrongness * 0.2) {
            true => {
                *["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=utf-16"]
                    .choose(random)
                    .unwrap()
            }
            false => "application/json",
        };
        self.headers.push(("Content-Type".to_owned(), content_type.to_owned()));
    }

    fn with_form(&mut self, wrongness: f64, known: &Known, random: &mut StdRng) {
        let mut wrong = |right: String| match random.random_bool(wrongness) {
            true => (*HOSTILE.choose(random).unwrap()).to_owned(),
            false => right,
        };
        let subject =
            known.values.get("subject").and_then(|all| all.iter().find(|one| one.starts_with("unit/")));
        let (subject, class) = (wrong(subject.cloned().unwrap_or_default()), wrong("report".to_owned()));
        let (name, content) = (wrong("note.txt".to_owned()), wrong("seen and weighed".to_owned()));
        self.headers.push(("Content-Type".to_owned(), "multipart/form-data; boundary=cut".to_owned()));
        self.body = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"subject\"\r\n\r\n{subject}\r\n--cut\r\n\
             Content-Disposition: form-data; name=\"class\"\r\n\r\n{class}\r\n--cut\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--cut--\r\n"
        )
        .into_bytes();
    }

    fn with_odd_header(&mut self, random: &mut StdRng) {
        let odd = [
            ("Accept-Language", "zh;q=x, é, en;q=-1"),
            ("Authorization", "Bearer"),
            ("Authorization", "Basic AAAA"),
            ("Cookie", "qidai=; lang=tlh; ="),
            ("Accept", "image/*"),
            ("If-None-Match", "\"x\""),
            ("Origin", "null"),
            ("Sec-Fetch-Site", "cross-site"),
            ("X-Forwarded-For", "1.2.3.4"),
            ("Content-Encoding", "gzip"),
            ("Expect", "100-continue"),
        ];
        let (name, value) = odd.choose(random).unwrap();
        self.headers.push(((*name).to_owned(), (*value).to_owned()));
    }

    /// As it goes over the wire. The token is left out where another credential, or none, is tried.
    pub fn bytes(&self, address: &str, token: &str) -> Vec<u8> {
        let mut text =
            format!("{} {} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n", self.method, self.target);
        if !self.is_without_token && !self.headers.iter().any(|(name, _)| name == "Authorization") {
            text.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// For whoever looks for the mistake.
    pub fn shown(&self) -> String {
        let cut = |text: &str| text.chars().take(500).collect::<String>();
        let body = String::from_utf8_lossy(&self.body);
        format!("{} {} {:?} {}", self.method, cut(&self.target), self.headers, cut(&body))
    }
}

fn parameter_value(parameter: &Value, is_wrong: bool, known: &Known, random: &mut StdRng) -> String {
    if is_wrong {
        return match random.random_range(0..10) {
            0 => (*RAW.choose(random).unwrap()).to_owned(),
            1 => "x".repeat(random.random_range(100..9_000)),
            _ => escaped(HOSTILE.choose(random).unwrap()),
        };
    }
    let name = parameter["name"].as_str().unwrap();
    if let Some(value) = known.one_of(name, random).filter(|_| random.random_bool(0.7)) {
        return escaped(&value);
    }
    if let Some(example) = parameter["example"].as_str() {
        return escaped(example);
    }
    match (name, kind(&parameter["schema"])) {
        ("known_at", _) => random.random_range(0..20).to_string(),
        ("order", _) => (*["number", "newest"].choose(random).unwrap()).to_owned(),
        (_, "integer") => random.random_range(1..5).to_string(),
        _ => "a".to_owned(),
    }
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(all) => all[0].as_str().unwrap_or_default(),
        one => one.as_str().unwrap_or_default(),
    }
}

fn header_value(name: &str, is_wrong: bool, random: &mut StdRng) -> String {
    let right: &[&str] = match name {
        "If-Match" => &["*", "\"1\"", "\"30\""],
        "If-None-Match" => &["*"],
        _ => &["a", "b", "0198f2c4-0000-7000-8000-000000000000"],
    };
    let wrong = ["", "W/\"1\"", "\"-1\"", "\"99999999999999999999\"", "é", "a b", "\"1\", \"2\""];
    match is_wrong {
        true if random.random_bool(0.2) => "k".repeat(200),
        true => (*wrong.choose(random).unwrap()).to_owned(),
        false => (*right.choose(random).unwrap()).to_owned(),
    }
}

/// Puts in what makes a right body new, or known, again.
fn renew(body: &mut Value, known: &Known, random: &mut StdRng) {
    let Some(fields) = body.as_object_mut() else { return };
    if let Some(number) = fields.get_mut("staff_number") {
        *number = json!(format!("F{}", random.random_range(0..1_000_000)));
    }
    if let Some(owner) = fields.get_mut("owner") {
        *owner = known.one_of("owner", random).map_or(owner.clone(), Value::from);
    }
    if let Some(expires) = fields.get_mut("expires_at") {
        *expires = json!((jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string());
    }
    if let Some(grants) = fields.get_mut("grants") {
        *grants = json!([{ "role": "quality" }]);
    }
    if let Some(role) = fields.get_mut("role") {
        *role = json!(known.one_of("role", random).unwrap_or_else(|| "quality".to_owned()));
        fields.insert("site".to_owned(), Value::Null);
    }
}

/// Makes one part of a body wrong.
fn spoil(body: &mut Value, random: &mut StdRng) {
    let hostile = hostile_value(random);
    let Some(fields) = body.as_object_mut().filter(|_| random.random_bool(0.9)) else {
        *body = hostile;
        return;
    };
    let names: Vec<String> = fields.keys().cloned().collect();
    match (random.random_range(0..4), names.choose(random)) {
        (0, Some(name)) => {
            fields.remove(name);
        }
        (1, _) => {
            fields.insert((*HOSTILE.choose(random).unwrap()).to_owned(), hostile);
        }
        (_, Some(name)) => {
            fields.insert(name.clone(), hostile);
        }
        (_, None) => {}
    }
}

fn hostile_value(random: &mut StdRng) -> Value {
    match random.random_range(0..12) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(1.5e300),
        4 => json!(u64::MAX),
        5 => json!([]),
        6 => json!({}),
        7 => json!("\u{0}"),
        8 => json!("x".repeat(random.random_range(1_000..200_000))),
        9 => json!([[[["a"]]], {"b": [null]}]),
        10 => json!(vec!["a"; 2_000]),
        _ => json!(HOSTILE.choose(random).unwrap()),
    }
}

fn broken_json(random: &mut StdRng) -> Vec<u8> {
    match random.random_range(0..7) {
        0 => b"{".to_vec(),
        1 => Vec::new(),
        2 => b"\xff\xfe{}".to_vec(),
        3 => "[".repeat(100_000).into_bytes(),
        4 => b"{\"a\":1,\"a\":2}".to_vec(),
        5 => b"{\"limit\":99999999999999999999999999999999999999}".to_vec(),
        _ => "{\"a\":".repeat(300).into_bytes(),
    }
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
