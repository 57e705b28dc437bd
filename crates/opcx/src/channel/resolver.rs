//! From a host name to addresses that were all checked.
//!
//! A name is looked up once per connection. If any address of the answer is forbidden the whole
//! answer is: an honest name has no mixed ones. The connection is handed only checked addresses and
//! never asks again, so a name that changes its answer between check and use (DNS rebinding) gains
//! nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::egress::Egress;

/// Asks for the addresses of a host name.
pub type Lookup = Arc<dyn Fn(String) -> Answering + Send + Sync>;

/// An answer that is under way.
pub type Answering = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks the operating system, with its search lists and hosts file.
#[must_use]
pub fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

/// Looks names up and checks the answers.
pub(super) struct Resolver {
    pub(super) lookup: Lookup,
    pub(super) egress: Arc<Egress>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (answering, egress) = ((self.lookup)(name.as_str().to_owned()), Arc::clone(&self.egress));
        Box::pin(async move {
            let addresses = answering.await?;
            if addresses.is_empty() {
                return Err(io::Error::other("its name has no address").into());
            }
            for address in &addresses {
                egress.check(*address)?;
            }
            // Port 0 leaves the port to the URL.
            let checked: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(checked)
        })
    }
}
