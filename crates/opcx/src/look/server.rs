use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::{StatusCode, Url, redirect};
use serde_json::Value;

use super::{Question, View};

/// Longest that an answer may take: the largest questions read a whole table.
const ANSWER_SECONDS_MAX: u64 = 60;

/// A running `opcx serve`, asked through its read API.
#[derive(Debug, Clone)]
pub struct Server {
    address: SocketAddr,
    key: String,
}

/// Why the server gave no view.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Nobody answers there.
    #[error(
        "{address} does not answer, although another process has the data open; if that is an import, wait for its \
         end; if it is `opcx serve`, it is starting or stopping"
    )]
    Silent {
        /// The server's address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// It knows another key.
    #[error(
        "{address} does not know this key, or it may not ask this; set the variable to the key that `opcx serve` was started with"
    )]
    OtherKey {
        /// The server's address.
        address: SocketAddr,
    },
    /// It refused.
    #[error("{0}")]
    Refused(String),
    /// It answered with something else.
    #[error("{address} answers with something else than opcx does; is it another version of opcx?")]
    Unreadable {
        /// The server's address.
        address: SocketAddr,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The program cannot ask anybody.
    #[error("no question can be sent from here")]
    Client(#[source] std::io::Error),
}

impl Server {
    /// The server that listens on `listen`, with a key that may read.
    #[must_use]
    pub fn new(listen: SocketAddr, key: String) -> Server {
        // One that listens everywhere also listens here.
        let ip = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        Server { address: SocketAddr::new(ip, listen.port()), key }
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// It does not answer, refuses, or answers with something else.
    pub fn ask(&self, question: &Question) -> Result<View, ServerError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ServerError::Client)?;
        let (status, body) = runtime
            .block_on(self.fetch(self.url(question)))
            .map_err(|source| ServerError::Silent { address: self.address, source })?;
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Err(ServerError::OtherKey { address: self.address });
        }
        if status != StatusCode::OK {
            let problem: Option<Value> = serde_json::from_slice(&body).ok();
            let detail = problem.as_ref().and_then(|problem| problem.get("detail")?.as_str());
            return Err(ServerError::Refused(detail.map_or_else(|| status.to_string(), str::to_owned)));
        }
        question.read(&body).map_err(|source| ServerError::Unreadable { address: self.address, source })
    }

    async fn fetch(&self, url: Url) -> Result<(StatusCode, Vec<u8>), reqwest::Error> {
        // Needed even where no cipher is; if another part chose first, theirs does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .tls_certs_only([])
            .timeout(Duration::from_secs(ANSWER_SECONDS_MAX))
            .build()?;
        let response = client.get(url).bearer_auth(&self.key).send().await?;
        let status = response.status();
        Ok((status, response.bytes().await?.to_vec()))
    }

    fn url(&self, question: &Question) -> Url {
        let (path, query) = question.address();
        let mut url =
            Url::parse(&format!("http://{}/v1", self.address)).expect("an address makes an address");
        url.path_segments_mut().expect("http addresses have paths").extend(path);
        let pairs = query.as_object().into_iter().flatten().filter_map(|(name, value)| match value {
            Value::Null => None,
            Value::String(text) => Some((name, text.clone())),
            value @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Some((name, value.to_string()))
            }
        });
        url.query_pairs_mut().extend_pairs(pairs);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opcx_insight::PromisesQuestion;

    #[test]
    fn a_question_becomes_an_address_that_nothing_in_it_can_break_out_of() {
        let server = Server::new("0.0.0.0:7700".parse().unwrap(), String::new());
        let who = Question::Customer("email:a/b?c=d@example.org".into());
        assert_eq!(
            server.url(&who).as_str(),
            "http://127.0.0.1:7700/v1/customers/email:a%2Fb%3Fc=d@example.org?"
        );
        let promises = Question::Promises(PromisesQuestion {
            promise: Some("a&b".into()),
            most: Some(5),
            ..PromisesQuestion::default()
        });
        assert_eq!(server.url(&promises).as_str(), "http://127.0.0.1:7700/v1/promises?most=5&promise=a%26b");
    }
}
