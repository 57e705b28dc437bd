//! Counts, shown in the Prometheus text format.
//!
//! A few atomics of our own. Names and labels are fixed at build time, so that no sender can make
//! the list grow. Other parts add theirs with [`Metrics::watch`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::segment::Reason;

/// What is counted.
#[derive(Default)]
pub struct Metrics {
    /// Events appended.
    pub accepted: Tally,
    /// Events that were recognised as repeats, and not appended again.
    pub repeats: Tally,
    /// Bytes of bodies, after unpacking.
    pub body_bytes: Tally,
    /// Requests being answered.
    pub in_flight: Gauge,
    rejected: [Tally; Reason::CODES.len()],
    replies: Mutex<BTreeMap<(&'static str, u16), u64>>,
    watched: Mutex<Vec<Watched>>,
}

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Tally(AtomicU64);

/// A count that goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

/// How a value behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
}

struct Watched {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    value: Box<dyn Fn() -> u64 + Send + Sync>,
}

impl Tally {
    /// Adds to the count.
    pub fn add(&self, more: usize) {
        self.0.fetch_add(u64::try_from(more).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The count.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Gauge {
    /// Counts one more until the guard is dropped.
    pub(super) fn enter(&self) -> Inside<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Inside(self)
    }
}

/// One that is counted in a [`Gauge`].
pub(super) struct Inside<'g>(&'g Gauge);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counts messages that went to the rejected list.
    pub(super) fn count_rejected(&self, reason: &Reason, messages: usize) {
        if let Some(at) = Reason::CODES.iter().position(|code| *code == reason.code()) {
            self.rejected[at].add(messages);
        }
    }

    /// Counts a reply.
    pub(super) fn count_reply(&self, route: &'static str, status: u16) {
        let mut replies = self.replies.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *replies.entry((route, status)).or_default() += 1;
    }

    /// Shows a value of another part from now on, under a name such as `opcx_outbox_waiting`.
    pub fn watch(
        &self,
        name: &'static str,
        help: &'static str,
        kind: Kind,
        value: impl Fn() -> u64 + Send + Sync + 'static,
    ) {
        let watched = Watched { name, help, kind, value: Box::new(value) };
        self.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(watched);
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut single = |name: &str, help: &str, kind: Kind, value: &dyn fmt::Display| {
            head(f, name, help, kind)?;
            writeln!(f, "{name} {value}")
        };
        single(
            "opcx_events_accepted_total",
            "Events appended to the log.",
            Kind::Counter,
            &self.accepted.get(),
        )?;
        single("opcx_events_repeated_total", "Repeats left out.", Kind::Counter, &self.repeats.get())?;
        single("opcx_body_bytes_total", "Bytes of bodies, unpacked.", Kind::Counter, &self.body_bytes.get())?;
        let in_flight = self.in_flight.0.load(Ordering::Relaxed);
        single("opcx_requests_in_flight", "Requests being answered.", Kind::Gauge, &in_flight)?;
        for watched in self.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter() {
            single(watched.name, watched.help, watched.kind, &(watched.value)())?;
        }

        head(f, "opcx_events_rejected_total", "Messages put on the rejected list.", Kind::Counter)?;
        for (code, tally) in Reason::CODES.iter().zip(&self.rejected) {
            writeln!(f, "opcx_events_rejected_total{{reason=\"{code}\"}} {}", tally.get())?;
        }
        head(f, "opcx_requests_total", "Requests answered.", Kind::Counter)?;
        let replies = self.replies.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for ((route, status), count) in replies.iter() {
            writeln!(f, "opcx_requests_total{{route=\"{route}\",status=\"{status}\"}} {count}")?;
        }
        Ok(())
    }
}

fn head(f: &mut fmt::Formatter<'_>, name: &str, help: &str, kind: Kind) -> fmt::Result {
    let kind = match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
    };
    writeln!(f, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn counts_are_shown_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        metrics.accepted.add(3);
        metrics.count_rejected(&Reason::NoIdentifier, 2);
        metrics.count_reply("/v1/batch", 200);
        metrics.count_reply("/v1/batch", 200);
        metrics.count_reply("/v1/batch", 429);
        metrics.watch("opcx_outbox_waiting", "Parcels to be sent.", Kind::Gauge, || 7);
        let inside = metrics.in_flight.enter();
        expect![[r##"
            # HELP opcx_events_accepted_total Events appended to the log.
            # TYPE opcx_events_accepted_total counter
            opcx_events_accepted_total 3
            # HELP opcx_events_repeated_total Repeats left out.
            # TYPE opcx_events_repeated_total counter
            opcx_events_repeated_total 0
            # HELP opcx_body_bytes_total Bytes of bodies, unpacked.
            # TYPE opcx_body_bytes_total counter
            opcx_body_bytes_total 0
            # HELP opcx_requests_in_flight Requests being answered.
            # TYPE opcx_requests_in_flight gauge
            opcx_requests_in_flight 1
            # HELP opcx_outbox_waiting Parcels to be sent.
            # TYPE opcx_outbox_waiting gauge
            opcx_outbox_waiting 7
            # HELP opcx_events_rejected_total Messages put on the rejected list.
            # TYPE opcx_events_rejected_total counter
            opcx_events_rejected_total{reason="not_a_message"} 0
            opcx_events_rejected_total{reason="event_too_large"} 0
            opcx_events_rejected_total{reason="type_unknown"} 0
            opcx_events_rejected_total{reason="event_missing"} 0
            opcx_events_rejected_total{reason="event_too_long"} 0
            opcx_events_rejected_total{reason="no_user_anon_id"} 2
            opcx_events_rejected_total{reason="too_many_properties"} 0
            opcx_events_rejected_total{reason="batch_excess"} 0
            # HELP opcx_requests_total Requests answered.
            # TYPE opcx_requests_total counter
            opcx_requests_total{route="/v1/batch",status="200"} 2
            opcx_requests_total{route="/v1/batch",status="429"} 1
        "##]]
        .assert_eq(&metrics.to_string());
        drop(inside);
        assert!(metrics.to_string().contains("\nopcx_requests_in_flight 0\n"));
    }
}
