//! Who a request comes from, and whether they may do what it asks.
//!
//! A key comes as `Authorization`, from programs. A browser brings the cookie of its session instead, and brings
//! it along whoever's page asks; so a request with a cookie that changes anything has to prove that our own page
//! sent it: by the session's token, which other sites cannot know, and by what the browser says of where it
//! comes from, which other sites cannot change.

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use opcx_company::settings::PublicAddress;
use opcx_core::event::Name;

use super::keys::sent;
use super::session::Session;
use super::{Door, Problem, Role};

/// The header in which our own page sends the session's token.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// The session's cookie. With TLS in front its name also makes browsers refuse it from anywhere else.
const COOKIE: &str = "opcx-session";
const COOKIE_SECURE: &str = "__Host-opcx-session";

/// Somebody who may do what they ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// The name of their key, which is on the receipts of what they order.
    pub(super) name: Name,
    pub(super) role: Role,
    /// Their session, if they signed in.
    pub(super) session: Option<Session>,
}

/// Whom a request comes from, if they may do what `role` does.
///
/// # Errors
/// Nobody we know; somebody who may not do this; or a page of another site.
pub(super) fn caller<A>(door: &Door<A>, head: &Parts, role: Role) -> Result<Caller, Problem> {
    let caller = known(door, &head.headers)?;
    if caller.session.is_some() && changes_anything(&head.method) {
        own_page(door.public.as_ref(), &head.headers, caller.session.as_ref())?;
    }
    if !caller.role.includes(role) {
        let what = format!(
            "this needs the role {}, and {} has the role {}",
            role.word(),
            caller.name,
            caller.role.word()
        );
        return Err(Problem::new(StatusCode::FORBIDDEN, what));
    }
    Ok(caller)
}

/// By a key if there is one, right or wrong; otherwise by a session.
fn known<A>(door: &Door<A>, headers: &HeaderMap) -> Result<Caller, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        let key = sent(headers).ok_or_else(Problem::unauthorized)?;
        let key = door.keys.of_somebody(&key).ok_or_else(Problem::unauthorized)?;
        return Ok(Caller { name: key.name.clone(), role: key.role, session: None });
    }
    let token = token(headers, is_secure(door)).ok_or_else(Problem::unauthorized)?;
    let session = door.sessions.find(&token, door.viewers_clock.now()).ok_or_else(Problem::unauthorized)?;
    Ok(Caller { name: session.name.clone(), role: session.role, session: Some(session) })
}

fn changes_anything(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD)
}

/// Whether our own page sent this, and no other site.
///
/// # Errors
/// The browser says that it comes from elsewhere, or does not say; or the session's token is not with it. Without a
/// session, as when somebody signs in, there is no token to look for.
pub(super) fn own_page(
    public: Option<&PublicAddress>,
    headers: &HeaderMap,
    session: Option<&Session>,
) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let from_here = match (text("sec-fetch-site"), text("origin")) {
        // Every browser of today says it, and no page can.
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let asked = text("host").map(str::to_ascii_lowercase);
            let of_host = origin.split_once("://").is_some_and(|(_, host)| Some(host) == asked.as_deref());
            of_host || public.is_some_and(|public| public.to_string() == origin)
        }
        // No browser asks for a change without saying where it comes from.
        (None, None) => false,
    };
    if !from_here {
        let what =
            "this does not come from a page of opcx; programs send their key as `Authorization: Bearer KEY`";
        return Err(Problem::new(StatusCode::FORBIDDEN, what));
    }
    let Some(session) = session else { return Ok(()) };
    if text(CSRF_HEADER).is_some_and(|sent| session.csrf.is(sent)) {
        return Ok(());
    }
    let what =
        "the session's token is missing or another; send the `csrf` of `GET /v1/session` as `X-CSRF-Token`";
    Err(Problem::new(StatusCode::FORBIDDEN, what))
}

/// Whether cookies travel over TLS only.
pub(super) fn is_secure<A>(door: &Door<A>) -> bool {
    door.public.as_ref().is_some_and(PublicAddress::is_secure)
}

/// The token in the session's cookie.
pub(super) fn token(headers: &HeaderMap, secure: bool) -> Option<String> {
    let name = cookie_name(secure);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|all| all.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, token)| token.to_owned())
}

/// What makes a browser keep a token for so many seconds; with 0 it forgets it.
pub(super) fn cookie(token: &str, seconds: i64, secure: bool) -> String {
    let name = cookie_name(secure);
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

fn cookie_name(secure: bool) -> &'static str {
    if secure { COOKIE_SECURE } else { COOKIE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_our_own_page_may_ask_for_changes_with_a_cookie() {
        let public = "https://cx.example.org".parse().unwrap();
        let may = |pairs: &[(&'static str, &str)]| own_page(Some(&public), &headers(pairs), None).is_ok();
        assert!(may(&[("sec-fetch-site", "same-origin")]));
        assert!(!may(&[("sec-fetch-site", "same-site"), ("origin", "https://cx.example.org")]));
        assert!(!may(&[("sec-fetch-site", "cross-site")]));
        assert!(!may(&[("sec-fetch-site", "none")]));
        assert!(may(&[("origin", "http://127.0.0.1:7700"), ("host", "127.0.0.1:7700")]));
        assert!(may(&[("origin", "https://cx.example.org"), ("host", "10.0.0.7:7700")]));
        assert!(!may(&[("origin", "http://cx.example.org"), ("host", "10.0.0.7:7700")]));
        assert!(!may(&[("origin", "https://evil.example"), ("host", "127.0.0.1:7700")]));
        assert!(!may(&[("origin", "null"), ("host", "127.0.0.1:7700")]));
        assert!(!may(&[("host", "127.0.0.1:7700")]));
    }

    #[test]
    fn a_cookie_is_out_of_reach_of_scripts_and_other_sites_and_found_among_others() {
        let plain = "opcx-session=abc; Path=/; Max-Age=5; HttpOnly; SameSite=Strict";
        assert_eq!(cookie("abc", 5, false), plain);
        assert_eq!(cookie("abc", 5, true), format!("__Host-{plain}; Secure"));
        let sent = headers(&[("cookie", "a=b; opcx-session=abc;c=d")]);
        assert_eq!(token(&sent, false).as_deref(), Some("abc"));
        assert_eq!(token(&sent, true), None);
    }
}
