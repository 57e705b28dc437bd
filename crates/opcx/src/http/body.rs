//! A request's body: collected and unpacked within limits of size, time and memory.

use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt;

use crate::segment::BODY_BYTES_MAX;

/// Longest time a sender may take for a body of [`BODY_BYTES_MAX`]: 35 kB/s, a slow mobile network.
pub const BODY_SECONDS_MAX: u64 = 30;
/// Most times that a packed body may grow; real ones grow 5 to 30 times.
pub const INFLATION_MAX: usize = 100;
/// Small bodies may grow more than [`INFLATION_MAX`] times, up to this many bytes.
const INFLATION_BYTES_FREE: usize = 64 * 1024;
/// Bytes of too long a body that are read and thrown away, so that its sender gets to read why it
/// is refused instead of seeing its connection break and trying again.
const DISCARDED_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes of bodies held at a time, over all requests; more is told to come again.
const HELD_BYTES_MAX: usize = 128 * 1024 * 1024;

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Longer than [`BODY_BYTES_MAX`], packed or unpacked.
    #[error("the body is longer than {BODY_BYTES_MAX} bytes; send smaller batches")]
    TooLarge,
    /// Unpacking gives far more than went in.
    #[error(
        "the body grows more than {INFLATION_MAX} times when unpacked; send it with less compression or in smaller batches"
    )]
    TooDense,
    /// Not gzip, though it says so.
    #[error("the body is not valid gzip")]
    NotGzip,
    /// Packed in a way that we do not know.
    #[error("the body's content encoding is not known; send it as gzip, or plain")]
    UnknownEncoding,
    /// The sender took too long.
    #[error("the body took too long to arrive; send it again")]
    TooSlow,
    /// The connection broke.
    #[error("the body broke off")]
    BrokeOff,
    /// Too many bodies at a time.
    #[error("too much is being received at the moment; send it again soon")]
    Overloaded,
}

/// The bytes of a body, counted as held until dropped.
#[derive(Debug)]
pub(super) struct Held<'c> {
    bytes: Vec<u8>,
    counted: Count<'c>,
}

impl Held<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Receives a body and unpacks it.
///
/// # Errors
/// It broke a limit, or is not what its headers say.
pub(super) async fn receive<'c>(
    headers: &HeaderMap,
    body: Body,
    within: Duration,
    held: &'c AtomicUsize,
) -> Result<Held<'c>, BodyError> {
    let packed = is_packed(headers)?;
    let received = tokio::time::timeout(within, collect(body, held));
    let received = received.await.map_err(|_| BodyError::TooSlow)??;
    if packed { unpack(&received, held) } else { Ok(received) }
}

/// The bytes of a plain body of another route, within the same limits of size and time.
///
/// # Errors
/// It broke a limit.
pub async fn bytes(body: Body) -> Result<Bytes, BodyError> {
    let alone = AtomicUsize::new(0);
    let received = tokio::time::timeout(Duration::from_secs(BODY_SECONDS_MAX), collect(body, &alone));
    Ok(received.await.map_err(|_| BodyError::TooSlow)??.bytes.into())
}

fn is_packed(headers: &HeaderMap) -> Result<bool, BodyError> {
    let Some(encoding) = headers.get(header::CONTENT_ENCODING) else { return Ok(false) };
    let encoding = encoding.to_str().unwrap_or("unknown").trim().to_ascii_lowercase();
    match encoding.as_str() {
        "" | "identity" => Ok(false),
        "gzip" | "x-gzip" => Ok(true),
        _ => Err(BodyError::UnknownEncoding),
    }
}

async fn collect(mut body: Body, held: &AtomicUsize) -> Result<Held<'_>, BodyError> {
    let mut received = Held { bytes: Vec::new(), counted: Count::none(held) };
    let mut discarded = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(chunk) = frame.map_err(|_| BodyError::BrokeOff)?.into_data() else { continue };
        if discarded > 0 || received.bytes.len() + chunk.len() > BODY_BYTES_MAX {
            received.bytes = Vec::new();
            discarded += chunk.len().max(1);
            if discarded > DISCARDED_BYTES_MAX {
                return Err(BodyError::TooLarge);
            }
            continue;
        }
        received.counted.add(chunk.len())?;
        received.bytes.extend_from_slice(&chunk);
    }
    if discarded > 0 { Err(BodyError::TooLarge) } else { Ok(received) }
}

fn unpack<'c>(packed: &Held<'_>, held: &'c AtomicUsize) -> Result<Held<'c>, BodyError> {
    let dense = (packed.bytes.len().saturating_mul(INFLATION_MAX)).max(INFLATION_BYTES_FREE);
    let most = dense.min(BODY_BYTES_MAX);
    let mut unpacked = Held { bytes: Vec::new(), counted: Count::none(held) };
    // One byte more than allowed tells "just fits" from "too long".
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut reader = MultiGzDecoder::new(packed.bytes.as_slice()).take(limit);
    reader.read_to_end(&mut unpacked.bytes).map_err(|_| BodyError::NotGzip)?;
    if unpacked.bytes.len() > most {
        return Err(if most == BODY_BYTES_MAX { BodyError::TooLarge } else { BodyError::TooDense });
    }
    unpacked.counted.add(unpacked.bytes.len())?;
    Ok(unpacked)
}

/// Bytes counted towards [`HELD_BYTES_MAX`] until dropped.
#[derive(Debug)]
struct Count<'c> {
    all: &'c AtomicUsize,
    own: usize,
}

impl<'c> Count<'c> {
    fn none(all: &'c AtomicUsize) -> Count<'c> {
        Count { all, own: 0 }
    }

    fn add(&mut self, bytes: usize) -> Result<(), BodyError> {
        self.own += bytes;
        if self.all.fetch_add(bytes, Ordering::Relaxed) + bytes > HELD_BYTES_MAX {
            return Err(BodyError::Overloaded);
        }
        Ok(())
    }
}

impl Drop for Count<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(self.own, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    async fn check(encoding: &str, body: Vec<u8>) -> Result<usize, BodyError> {
        let held = AtomicUsize::new(0);
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_ENCODING, encoding.parse().unwrap());
        let received =
            receive(&headers, Body::from(body), Duration::MAX, &held).await.map(|held| held.bytes().len());
        assert_eq!(held.load(Ordering::Relaxed), 0, "what was counted is given back");
        received
    }

    #[tokio::test]
    async fn limits_hold_packed_and_unpacked() {
        let text = |length| (0..length).map(|n| b"abcdefghijk"[(n * n / 7) % 11]).collect::<Vec<u8>>();
        assert_eq!(check("identity", text(BODY_BYTES_MAX)).await, Ok(BODY_BYTES_MAX));
        assert_eq!(check("identity", text(BODY_BYTES_MAX + 1)).await, Err(BodyError::TooLarge));
        assert_eq!(check("gzip", gzip(b"{}")).await, Ok(2));
        assert_eq!(check("gzip", Vec::new()).await, Err(BodyError::NotGzip));
        assert_eq!(check("gzip", b"{}".to_vec()).await, Err(BodyError::NotGzip));
        assert_eq!(check("br", b"{}".to_vec()).await, Err(BodyError::UnknownEncoding));
        let mut cut = gzip(&text(5_000));
        cut.truncate(cut.len() / 2);
        assert_eq!(check("gzip", cut).await, Err(BodyError::NotGzip));
    }

    #[tokio::test]
    async fn a_small_body_cannot_become_a_huge_one() {
        assert_eq!(check("gzip", gzip(&vec![b' '; 60_000])).await, Ok(60_000));
        assert_eq!(check("gzip", gzip(&vec![b' '; 600_000])).await, Err(BodyError::TooDense));
        assert_eq!(check("gzip", gzip(&vec![b' '; 40_000_000])).await, Err(BodyError::TooLarge));
    }

    #[tokio::test]
    async fn bodies_that_are_held_count_together() {
        let held = AtomicUsize::new(HELD_BYTES_MAX - 10);
        let refused = receive(&HeaderMap::new(), Body::from(vec![b'x'; 11]), Duration::MAX, &held).await;
        assert_eq!(refused.map(|held| held.bytes().len()), Err(BodyError::Overloaded));
        let taken = receive(&HeaderMap::new(), Body::from(vec![b'x'; 10]), Duration::MAX, &held).await;
        assert!(taken.is_ok());
    }
}
