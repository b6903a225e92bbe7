//! Every route × every role × signed out, compared with a table that people read.

use super::*;
use crate::app::routes;

const TABLE: &str = include_str!("../../../tests/cases/routes.tsv");

/// Heads of the columns after method, path and door.
fn who() -> Vec<String> {
    std::iter::once("signed_out".to_owned()).chain(Role::all().map(|role| role.code().to_owned())).collect()
}

/// A request of a route, with something in place of its parameters.
async fn ask(visitor: &Visitor, method: &str, path: &str) -> Answer {
    let link = "0".repeat(64);
    let path =
        path.replace("{scheme}", "din").replace("{identity}", "Z990119004217").replace("{link}", &link);
    let path = path.replace("{id}", &link[..32]).replace("{number}", "S9999").replace("{figure}", "n8");
    let path = path.replace("{code}", "nowhere").replace("{role}", "quality").replace("{kind}", "licence");
    match method {
        "GET" => visitor.get(&path).await,
        "POST" if !path.starts_with("/api/") => visitor.post_form(&path, "").await,
        _ => {
            let request = Request::builder().method(method).uri(&path).header("host", "127.0.0.1:8787");
            let request = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
            visitor.send(request).await
        }
    }
}

/// `in`, `no` for a missing permission, `sign` where a sign-in is asked for.
fn met(answer: &Answer) -> &'static str {
    match answer.status {
        StatusCode::UNAUTHORIZED => "sign",
        StatusCode::FORBIDDEN if answer.text.contains("permission_missing") => "no",
        _ => "in",
    }
}

#[tokio::test]
async fn every_route_meets_everybody_as_the_table_says() {
    let served = Arc::new(Served::new(false).await);
    let mut visitors = vec![served.stranger()];
    for (place, role) in Role::all().enumerate() {
        visitors.push(served.account(&format!("S{place:04}"), &[role]).await);
    }
    let mut lines = vec![format!("method\tpath\tdoor\t{}", who().join("\t"))];
    let list = routes();
    // Whoever signs out is out: last.
    let (last, first): (Vec<_>, Vec<_>) = list.list().iter().partition(|(_, path, _)| *path == "/sign-out");
    for (method, path, door) in first.into_iter().chain(last) {
        let mut cells = Vec::new();
        for visitor in &visitors {
            cells.push(met(&ask(visitor, method, path).await));
        }
        lines.push(format!("{method}\t{path}\t{}\t{}", door.code(), cells.join("\t")));
    }
    let expected: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
    if std::env::var_os("QIDAI_SHOW_ROUTES").is_some() {
        println!("{}", lines.join("\n"));
    }
    for (line, expected) in lines.iter().zip(&expected) {
        assert_eq!(line, expected);
    }
    assert_eq!(lines.len(), expected.len(), "a route has no line, or a line no route:\n{}", lines.join("\n"));
}

#[test]
fn nothing_stands_beside_the_list() {
    let source = include_str!("../../app.rs");
    let product = source.split("#[cfg(test)]").next().unwrap();
    assert!(!product.contains(".route(") && !product.contains(".nest(") && !product.contains(".merge("));
}

#[test]
fn who_is_not_signed_in_meets_only_the_entrance() {
    let open: Vec<&str> = routes()
        .list()
        .iter()
        .filter(|(.., door)| door.code() == "everybody")
        .map(|(_, path, _)| *path)
        .collect();
    let entrance =
        ["/sign-in", "/welcome/{link}", "/healthz", "/readyz", "/metrics", "/static/", "/api/openapi.json"];
    for path in open {
        assert!(path == "/api" || entrance.iter().any(|front| path.starts_with(front)), "{path}");
    }
}
