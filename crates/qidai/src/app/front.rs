//! Who sends a request: the peer itself, or somebody behind a proxy that we trust.
//!
//! `X-Forwarded-…` headers can be written by anybody. They are believed when the peer is a trusted proxy, and removed
//! in any case, so that nothing behind this layer can read a forged one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, HeaderName, HeaderValue, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use subtle::ConstantTimeEq as _;

use super::guard::{host_of, without_port};

/// Headers by which a proxy tells of the request that it got.
const FORWARDED: [HeaderName; 6] = [
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-real-ip"),
    HeaderName::from_static("forwarded"),
];

/// Browsers keep to HTTPS for this long (RFC 6797).
const KEEP_TO_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What is known of the way to this server.
#[derive(Debug, Default)]
pub(crate) struct Front {
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Host names besides those of this machine, lower case.
    pub(crate) names: Vec<String>,
    pub(crate) metrics_token: Option<String>,
    /// The port itself speaks TLS.
    pub(crate) has_tls: bool,
}

/// Who sends one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// Unknown when a proxy does not say.
    pub(crate) address: Option<IpAddr>,
    /// Encrypted on its way to us, or to the proxy.
    pub(crate) is_https: bool,
    /// The host name is one that was set up.
    pub(crate) uses_known_name: bool,
    /// On this machine, or knows the token.
    pub(crate) may_measure: bool,
}

/// The outermost layer.
pub(crate) async fn meet(
    State(front): State<Arc<Front>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let uri = request.uri().clone();
    let client = front.client(peer.ip().to_canonical(), request.headers_mut(), &uri);
    let is_https = client.is_https;
    request.extensions_mut().insert(client);
    let mut response = next.run(request).await;
    if is_https {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, KEEP_TO_HTTPS);
    }
    response
}

impl Front {
    /// Reads and removes what a proxy says; a trusted one's host becomes the host of the request.
    fn client(&self, peer: IpAddr, headers: &mut HeaderMap, uri: &Uri) -> Client {
        let by_proxy = self.trusts(peer);
        let said = |headers: &HeaderMap, name: &str| {
            let value = headers.get(name).filter(|_| by_proxy)?;
            Some(value.to_str().ok()?.trim().to_ascii_lowercase())
        };
        let address = if by_proxy { self.sender(headers) } else { Some(peer) };
        let is_https = self.has_tls || said(headers, "x-forwarded-proto").as_deref() == Some("https");
        if let Some(host) =
            said(headers, "x-forwarded-host").and_then(|host| HeaderValue::from_str(&host).ok())
        {
            headers.insert(HOST, host);
        }
        for name in FORWARDED {
            headers.remove(name);
        }
        let host = host_of(headers, uri).unwrap_or_default();
        let uses_known_name = self.names.iter().any(|name| name == without_port(&host));
        let may_measure = address.is_some_and(|address| address.is_loopback()) || self.knows_token(headers);
        Client { address, is_https, uses_known_name, may_measure }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// Each proxy appends the peer that it saw: the last one that is no proxy of ours is the sender. What stands
    /// before that may be invented.
    fn sender(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let lines = headers.get_all("x-forwarded-for").iter().map(|line| line.to_str().unwrap_or("?"));
        let hops: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
        let mut addresses = hops.iter().rev().map(|hop| hop.trim().parse::<IpAddr>().ok());
        addresses.find(|address| !address.is_some_and(|address| self.trusts(address.to_canonical())))?
    }

    fn knows_token(&self, headers: &HeaderMap) -> bool {
        let (Some(token), Some(sent)) = (&self.metrics_token, headers.get(AUTHORIZATION)) else {
            return false;
        };
        let sent = sent.as_bytes().strip_prefix(b"Bearer ").unwrap_or_default();
        // Comparing in constant time, so that the answer's delay says nothing about the token.
        token.as_bytes().ct_eq(sent).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front() -> Front {
        Front {
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()],
            names: vec!["bank.example".to_owned()],
            metrics_token: Some("a-token-of-16-chars".to_owned()),
            has_tls: false,
        }
    }

    /// The client of a request with these headers, and what is left of them.
    fn client(peer: &str, sent: &[(&'static str, &str)]) -> (Client, HeaderMap) {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let client = front().client(peer.parse().unwrap(), &mut headers, &Uri::from_static("/"));
        (client, headers)
    }

    #[test]
    fn the_sender_is_the_last_hop_that_is_no_proxy_of_ours() {
        for (peer, said, sender) in [
            ("10.0.0.9", vec!["203.0.113.7"], Some("203.0.113.7")),
            ("10.0.0.9", vec!["127.0.0.1, 203.0.113.7, 10.1.1.1"], Some("203.0.113.7")),
            ("10.0.0.9", vec!["1.2.3.4", "203.0.113.7"], Some("203.0.113.7")),
            ("10.0.0.9", vec!["1.2.3.4, nobody"], None),
            ("10.0.0.9", vec![], None),
            ("203.0.113.8", vec!["127.0.0.1"], Some("203.0.113.8")),
        ] {
            let headers: Vec<(&'static str, &str)> =
                said.iter().map(|hop| ("x-forwarded-for", *hop)).collect();
            let sender = sender.map(|address| address.parse::<IpAddr>().unwrap());
            assert_eq!(client(peer, &headers).0.address, sender, "{peer} {said:?}");
        }
    }

    #[test]
    fn headers_of_strangers_are_neither_believed_nor_passed_on() {
        let forged = [
            ("host", "localhost:8787"),
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-host", "bank.example"),
            ("x-forwarded-proto", "https"),
            ("forwarded", "for=127.0.0.1"),
        ];
        let (stranger, headers) = client("203.0.113.8", &forged);
        assert!(!stranger.is_https && !stranger.uses_known_name && !stranger.may_measure, "{stranger:?}");
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["host"]);
        let (known, headers) = client("10.0.0.9", &forged);
        assert!(known.is_https && known.uses_known_name, "{known:?}");
        assert_eq!(headers.get("host").unwrap(), "bank.example");
        assert_eq!(headers.len(), 1);
    }

    #[test]
    fn measures_are_read_on_this_machine_or_with_the_token() {
        let token = ("authorization", "Bearer a-token-of-16-chars");
        let near = ("authorization", "Bearer a-token-of-16-charz");
        for (peer, sent, may) in [
            ("127.0.0.2", vec![], true),
            ("203.0.113.8", vec![], false),
            ("203.0.113.8", vec![token], true),
            ("203.0.113.8", vec![near], false),
            ("203.0.113.8", vec![("authorization", "a-token-of-16-chars")], false),
            // A proxy on this machine that does not say for whom it asks.
            ("127.0.0.1", vec![], false),
            ("127.0.0.1", vec![("x-forwarded-for", "203.0.113.8")], false),
        ] {
            assert_eq!(client(peer, &sent).0.may_measure, may, "{peer} {sent:?}");
        }
    }
}
