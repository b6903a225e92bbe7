//! Asking a server as a browser would, one connection for each question.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Who asks, and whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Server<'a> {
    pub(super) address: SocketAddr,
    pub(super) cookie: Option<&'a str>,
}

/// A question: an address, and the form that is sent with it.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) path: String,
    pub(super) form: Option<String>,
}

impl Question {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { path: path.into(), form: None }
    }
}

impl Server<'_> {
    /// The whole answer; `None` when there is none. An answer that leads on is followed once.
    pub(super) fn ask(self, question: &Question) -> Option<String> {
        let answer = self.send(question)?;
        let leads_on = answer.starts_with("HTTP/1.1 303");
        match leads_on.then(|| header(&answer, "location: ")).flatten() {
            Some(path) => self.send(&Question::get(path)),
            None => Some(answer),
        }
    }

    /// A page.
    pub(super) fn page(self, path: &str) -> Option<String> {
        self.ask(&Question::get(path)).filter(|answer| is_good(answer))
    }

    fn send(self, question: &Question) -> Option<String> {
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        let cookie = self.cookie.map_or(String::new(), |cookie| format!("Cookie: qidai={cookie}\r\n"));
        let (verb, body) = match &question.form {
            Some(form) => ("POST", form.as_str()),
            None => ("GET", ""),
        };
        let kind = match &question.form {
            Some(form) => format!(
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nOrigin: http://{}\r\n",
                form.len(),
                self.address
            ),
            None => String::new(),
        };
        let request = format!(
            "{verb} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{kind}{cookie}\r\n{body}",
            question.path, self.address
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer).into_owned())
    }
}

pub(super) fn is_good(answer: &str) -> bool {
    answer.starts_with("HTTP/1.1 200")
}

fn header(answer: &str, name: &str) -> Option<String> {
    let head = answer.split("\r\n\r\n").next()?;
    let lines =
        head.lines().filter(|line| line.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name)));
    lines.filter_map(|line| line.get(name.len()..)).next().map(|value| value.trim().to_owned())
}

/// Addresses on a page that begin with something, each once, in their order.
pub(super) fn links(page: &str, begin: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for rest in page.split("href=\"").skip(1) {
        let Some(address) = rest.split('"').next().filter(|address| address.starts_with(begin)) else {
            continue;
        };
        let address = address.replace("&amp;", "&");
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_a_page_are_found_once() {
        let page = r#"<a href="/units/din/A">A</a><a href="/lab">L</a><a href="/units/din/A">A</a><a href="/units/x?a=1&amp;b=2">"#;
        assert_eq!(links(page, "/units/"), ["/units/din/A", "/units/x?a=1&b=2"]);
        assert_eq!(
            header("HTTP/1.1 303 See Other\r\nLocation: /search/7\r\n\r\n", "location: "),
            Some("/search/7".to_owned())
        );
    }
}
