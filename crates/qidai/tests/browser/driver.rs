//! A small WebDriver client (W3C WebDriver, 2018): a real Chromium, steered over HTTP by `chromedriver`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// The longest wait for one answer of the driver.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// A browser window with its driver process; both end with the value.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts a window, or gives nothing when `chromedriver` is not installed.
    pub fn start() -> Option<Browser> {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let port = port_said_by(&mut driver);
        let mut browser = Browser { driver, port, session: String::new() };
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"],
        });
        let wishes = json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}});
        let made = browser.call("POST", "/session", &json!({"capabilities": {"alwaysMatch": wishes}}));
        browser.session = made["sessionId"].as_str().unwrap().to_owned();
        Some(browser)
    }

    pub fn open(&self, address: &str) {
        self.command("url", &json!({"url": address}));
    }

    pub fn address(&self) -> String {
        self.call("GET", &format!("/session/{}/url", self.session), &Value::Null).as_str().unwrap().to_owned()
    }

    /// Sets the width and height of the page itself, without window frames.
    pub fn size(&self, width: u32, height: u32) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.chrome("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// `light` or `dark`.
    pub fn scheme(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.chrome("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// Runs a function body in the page and gives what it returns.
    pub fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({"script": script, "args": []}))
    }

    /// Waits until a script gives something true.
    #[track_caller]
    pub fn wait(&self, script: &str) {
        for _ in 0..100 {
            if self.run(script).as_bool() == Some(true) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("never true: {script}\n{}", self.run("return document.body.innerText"));
    }

    pub fn type_into(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.command(&format!("element/{element}/value"), &json!({"text": text}));
    }

    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.command(&format!("element/{element}/click"), &json!({}));
    }

    /// Runs a script in each page before its own, outside of its content policy.
    pub fn before_each_page(&self, script: &str) {
        self.chrome("Page.addScriptToEvaluateOnNewDocument", &json!({"source": script}));
    }

    /// Lets pages run their scripts or not. What the tests run themselves works all the same.
    pub fn scripts(&self, are_run: bool) {
        self.chrome("Emulation.setScriptExecutionDisabled", &json!({"value": !are_run}));
    }

    /// Presses keys one after another, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let strokes = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key.to_string()})));
        let actions: Vec<Value> = strokes.collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.command("actions", &json!({"actions": [keyboard]}));
    }

    /// The whole page as PNG.
    pub fn picture(&self) -> Vec<u8> {
        let parameters = json!({"format": "png", "captureBeyondViewport": true});
        bytes_of(self.asked("Page.captureScreenshot", &parameters)["data"].as_str().unwrap())
    }

    /// The page on paper as PDF; the paper is the one of the style sheet.
    pub fn paper(&self) -> Vec<u8> {
        let parameters = json!({"preferCSSPageSize": true, "printBackground": false});
        bytes_of(self.asked("Page.printToPDF", &parameters)["data"].as_str().unwrap())
    }

    /// What the page complained about, violations of the content policy included.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.command("se/log", &json!({"type": "browser"}));
        log.as_array().unwrap().iter().map(|entry| entry["message"].to_string()).collect()
    }

    fn element(&self, selector: &str) -> String {
        let found = self.command("element", &json!({"using": "css selector", "value": selector}));
        let (_, id) = found.as_object().unwrap().iter().next().unwrap();
        id.as_str().unwrap_or_else(|| panic!("{selector}: {found}")).to_owned()
    }

    fn chrome(&self, command: &str, parameters: &Value) {
        self.asked(command, parameters);
    }

    /// What Chromium itself answers (Chrome DevTools Protocol).
    fn asked(&self, command: &str, parameters: &Value) -> Value {
        self.command("goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    fn command(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}/{path}", self.session), body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        // A driver that says nothing for so long is broken; a test must end.
        stream.set_read_timeout(Some(ANSWER_MAX)).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        )
        .unwrap();
        let content = content_of(stream);
        let mut content: Value =
            serde_json::from_str(&content).unwrap_or_else(|error| panic!("{error}: {content}"));
        content["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let path = format!("/session/{}", self.session);
            let _ = stream.set_read_timeout(Some(ANSWER_MAX));
            let _ = write!(stream, "DELETE {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            let _ = stream.read(&mut [0; 1]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn port_said_by(driver: &mut Child) -> u16 {
    let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let said = lines.map(Result::unwrap).find(|line| line.contains("started successfully on port")).unwrap();
    let digits: String = said.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// The body of an answer, as long as its head says: the driver keeps the connection open.
fn content_of(stream: TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut content = vec![0; length];
    reader.read_exact(&mut content).unwrap();
    String::from_utf8(content).unwrap()
}

/// Base 64 (RFC 4648, 4) as Chromium writes it.
fn bytes_of(text: &str) -> Vec<u8> {
    let six = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let letters: Vec<u8> = text.bytes().filter(|letter| *letter != b'=').collect();
    let four = |letters: &[u8]| {
        let bits = letters.iter().fold(0_u32, |bits, letter| bits << 6 | u32::from(six(*letter)));
        let bits = bits << (6 * (4 - letters.len()));
        bits.to_be_bytes()[1..letters.len()].to_vec()
    };
    letters.chunks(4).flat_map(four).collect()
}
