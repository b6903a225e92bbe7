//! Somebody who works with the bank: signed in, with an app that makes codes.

use std::time::Duration;

use jiff::Timestamp;
use qidai_bank::TotpSecret;

use super::server::{Reply, Server};
use super::staff::{PASSWORD, secret_of};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded";
/// Seconds of a code.
const STEP_S: i64 = 30;

#[derive(Clone)]
pub struct Person<'s> {
    /// `qidai=…`.
    pub cookie: String,
    pub has_signed: bool,
    server: &'s Server,
    key: String,
    secret: std::rc::Rc<TotpSecret>,
    last_step: std::rc::Rc<std::cell::Cell<i64>>,
}

fn between(text: &str, before: &str, after: &str) -> String {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in:\n{text}")).1;
    rest.split_once(after).unwrap().0.to_owned()
}

impl<'s> Person<'s> {
    /// Takes the link, and confirms once that signatures bind.
    pub fn comes(server: &'s Server, link: &str, number: &str) -> Person<'s> {
        let page = server.get(&format!("/welcome/{link}"), &[]);
        let secret = secret_of(&between(&page.body, "mono secret\">", "<"));
        let mut person = Person {
            cookie: String::new(),
            has_signed: false,
            server,
            key: String::new(),
            secret: std::rc::Rc::new(secret),
            last_step: std::rc::Rc::new(std::cell::Cell::new(0)),
        };
        let password = PASSWORD.replace(' ', "+");
        let code = person.code();
        let fields = format!("password={password}&again={password}&code={code}");
        let reply = server.send("POST", &format!("/welcome/{link}"), &[FORM], &fields);
        assert_eq!(reply.status, 303, "{number}: {}", reply.body);
        person.cookie = format!("qidai={}", between(&reply.head, "set-cookie: qidai=", ";"));
        person.key = between(&person.get("/units").body, "name=\"form_key\" value=\"", "\"");
        let code = person.code();
        person.post("/certify", &format!("back=/records&password={password}&code={code}"));
        person
    }

    /// A code that was not used before, as soon as there is one.
    pub fn code(&mut self) -> String {
        loop {
            let now = Timestamp::now().as_second() / STEP_S;
            let step = (self.last_step.get() + 1).max(now - 1);
            if step <= now + 1 {
                self.last_step.set(step);
                return self.secret.code(Timestamp::from_second(step * STEP_S).unwrap());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    fn send(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Reply {
        let cookie = format!("Cookie: {}", self.cookie);
        self.server.send(method, path, &[headers, &[cookie.as_str()]].concat(), body)
    }

    fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    fn post(&self, path: &str, fields: &str) -> String {
        let reply = self.send("POST", path, &[FORM], &format!("form_key={}&{fields}", self.key));
        assert_eq!(reply.status, 303, "{path}: {}", reply.body);
        between(&format!("{}\r\n", reply.head), "location: ", "\r\n")
    }

    /// A record of a register; its address, with the capitals that the head of an answer lost.
    pub fn creates(&self, kind: &str, fields: &str) -> String {
        let address = self.post(&format!("/records/{kind}/new"), fields);
        let (front, number) = address.rsplit_once('/').unwrap();
        format!("{front}/{}", number.to_uppercase())
    }

    pub fn moves(&self, address: &str, step: &str) {
        let version = between(&self.get(address).body, "name=\"version\" value=\"", "\"");
        self.post(&format!("{address}/move"), &format!("step={step}&version={version}"));
    }

    pub fn signs(&mut self, address: &str, meaning: &str) {
        let digest = between(&self.get(address).body, "name=\"digest\" value=\"", "\"");
        let code = if self.has_signed { String::new() } else { self.code() };
        self.has_signed = true;
        let password = PASSWORD.replace(' ', "+");
        let fields = format!("meaning={meaning}&digest={digest}&password={password}&code={code}");
        self.post(&format!("{address}/sign"), &fields);
    }

    pub fn attaches(&self, address: &str, class: &str) {
        let part = |head: &str, content: &str| {
            format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
        };
        let body = [
            part("name=\"form_key\"", &self.key),
            part("name=\"subject\"", address.trim_start_matches("/records/")),
            part("name=\"class\"", class),
            part("name=\"file\"; filename=\"certificate.txt\"", "certified"),
            "--edge--\r\n".to_owned(),
        ];
        let kind = "Content-Type: multipart/form-data; boundary=edge";
        let reply = self.send("POST", "/documents", &[kind], &body.concat());
        assert_eq!(reply.status, 303, "{address}: {}", reply.body);
    }
}
