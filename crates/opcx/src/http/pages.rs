//! The pages: built from `web/`, and in the program itself, so that nothing is fetched at run time.
//!
//! * Files whose names hold their content's hash are kept by browsers for ever; others are asked for again, and
//!   answered with 304 if they are the same.
//! * Files were packed when the program was built, so that answering costs nothing.
//! * Any other address that a person opens is a page within the pages: `/customers/c12`. Programs get a 404.
//! * Nothing but our own files may run, be shown or be called ([`POLICY`]); no script stands within a page.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Problem;

/// What a page may do: run, show and call our own files only. `blob:` is for charts that are saved as pictures;
/// `'unsafe-inline'` is nowhere.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

/// Where files stand whose names hold their content's hash.
const FOR_EVER: &str = "/assets/";
/// What is a program's, never a person's page.
const PROGRAMS: [&str; 2] = ["/v1/", FOR_EVER];

/// One built file.
struct File {
    path: &'static str,
    kind: &'static str,
    tag: &'static str,
    plain: &'static [u8],
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

/// Every built file; none in a program that was built without pages.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Answers what no other route answers.
pub(super) async fn answer(request: Request) -> Response {
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return nothing();
    }
    if let Some(file) = FILES.iter().find(|file| file.path == path && file.path != "/index.html") {
        return send(file, request.headers());
    }
    if path != "/" && (PROGRAMS.iter().any(|start| path.starts_with(start)) || !is_person(request.headers()))
    {
        return nothing();
    }
    match FILES.iter().find(|file| file.path == "/index.html") {
        Some(index) => send(index, request.headers()),
        None => Problem::new(
            StatusCode::NOT_FOUND,
            "this opcx was built without pages; build it without OPCX_PAGES=none, or use `opcx show`",
        )
        .into_response(),
    }
}

fn nothing() -> Response {
    let what =
        "there is nothing at this address; events go to `/v1/batch`, and `/v1/openapi.json` lists the rest";
    Problem::new(StatusCode::NOT_FOUND, what).into_response()
}

/// Whether somebody opens an address in a browser.
fn is_person(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn send(file: &File, headers: &HeaderMap) -> Response {
    let is_same = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == file.tag.as_bytes());
    let (encoding, bytes) = packed(file, headers);
    let body = if is_same { Body::empty() } else { Body::from(bytes) };
    let mut response = Response::new(body);
    if is_same {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let keep =
        if file.path.starts_with(FOR_EVER) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let told = [
        (header::CONTENT_TYPE, file.kind),
        (header::ETAG, file.tag),
        (header::CACHE_CONTROL, keep),
        (header::VARY, "Accept-Encoding"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    for (name, value) in told {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    // What the pages show belongs to no window that opened them, nor to one that they opened.
    response.headers_mut().insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    response
}

/// The smallest form that a browser takes.
fn packed(file: &File, headers: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
    let takes = headers.get(header::ACCEPT_ENCODING).and_then(|takes| takes.to_str().ok()).unwrap_or("");
    let does_take = |encoding: &str| {
        takes.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            parts.next() == Some(encoding) && !parts.any(|weight| weight == "q=0")
        })
    };
    if let Some(brotli) = file.brotli.filter(|_| does_take("br")) {
        return (Some("br"), brotli);
    }
    if let Some(gzip) = file.gzip.filter(|_| does_take("gzip")) {
        return (Some("gzip"), gzip);
    }
    (None, file.plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.body(Body::empty()).unwrap()).await
    }

    fn said(response: &Response, name: &str) -> String {
        response.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    const PERSON: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

    #[tokio::test]
    async fn whatever_address_a_person_opens_is_a_page_and_a_program_is_told_that_there_is_nothing() {
        let status = async |path, headers| get(path, headers).await.status().as_u16();
        if FILES.is_empty() {
            assert_eq!(status("/", &[PERSON]).await, 404, "built without pages");
            return;
        }
        assert_eq!(status("/", &[]).await, 200);
        assert_eq!(status("/customers/c12?period=28d", &[PERSON]).await, 200);
        assert_eq!(status("/customers/c12", &[("accept", "application/json")]).await, 404);
        assert_eq!(status("/v1/nothing", &[PERSON]).await, 404);
        assert_eq!(status("/assets/of-an-older-program.js", &[PERSON]).await, 404);
    }

    #[tokio::test]
    async fn pages_are_asked_for_anew_and_files_named_by_their_content_never() {
        let Some(script) = FILES.iter().find(|file| file.path.starts_with(FOR_EVER)) else { return };
        let page = get("/", &[PERSON]).await;
        assert_eq!(said(&page, "cache-control"), "no-cache");
        assert_eq!(said(&page, "content-security-policy"), POLICY);
        let again = get("/", &[PERSON, ("if-none-match", &said(&page, "etag"))]).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let file = get(script.path, &[]).await;
        assert_eq!(said(&file, "cache-control"), "public, max-age=31536000, immutable");
    }

    #[test]
    fn the_smallest_form_that_a_browser_takes_is_sent() {
        let file = File {
            path: "/a.js",
            kind: "text/javascript",
            tag: "\"1\"",
            plain: b"plain",
            brotli: Some(b"br"),
            gzip: Some(b"gz"),
        };
        let sent = |takes: &str| {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(takes).unwrap())]);
            packed(&file, &headers).0
        };
        assert_eq!(sent("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(sent("gzip, br;q=0"), Some("gzip"));
        assert_eq!(sent("deflate"), None);
    }

    #[test]
    fn no_script_or_style_stands_within_a_page() {
        for page in FILES.iter().filter(|file| file.kind.starts_with("text/html")) {
            let text = std::str::from_utf8(page.plain).unwrap();
            assert!(!text.contains("<style") && !text.contains(" style="));
            for script in text.split("<script").skip(1) {
                assert!(
                    script.split_once("</script>").is_some_and(|(script, _)| script.ends_with('>')),
                    "{script}"
                );
            }
        }
    }
}
