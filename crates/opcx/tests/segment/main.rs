//! The Segment tracking API from outside: requests in, entries of the log and replies out.

mod events;
mod laws;
mod replies;
mod sdks;
mod server;
mod shapes;
mod wire;
