//! Events as the company's systems drop them into files, one file a system: Segment's calls from shop and app,
//! tables from warehouse, carriers, tills and the tool for feedback, transcripts from the contact centre.
//!
//! * **Once** – each event stands in one file, under the id that the truth names it by. What [`super::segment`] writes of
//!   all events stands in `events.jsonl` and nowhere beside these.
//! * **Gauges** – [`Gauges`] are what systems tell of themselves and of no customer: stock every morning, latency every
//!   quarter of an hour.
//! * **Bad lines** – a line cut off has too few columns; other slips are those of [`crate::Shape`].

mod gauges;
mod table;
mod transcript;

pub use gauges::Gauges;

use super::segment;
use crate::message::Kind;
use crate::transport::Sent;

/// A system that drops a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variant's name says it")]
pub enum System {
    WebAndApp,
    Warehouse,
    Carriers,
    Tills,
    ContactCentre,
    Feedback,
}

impl System {
    /// Every system.
    pub const ALL: [System; 6] = [
        System::WebAndApp,
        System::Warehouse,
        System::Carriers,
        System::Tills,
        System::ContactCentre,
        System::Feedback,
    ];

    /// The name of its file, and of the mapping that reads it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            System::WebAndApp => "web-and-app",
            System::Warehouse => "warehouse",
            System::Carriers => "carrier-scans",
            System::Tills => "till-receipts",
            System::ContactCentre => "transcripts",
            System::Feedback => "feedback",
        }
    }

    /// The file.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            System::WebAndApp => "web-and-app.jsonl",
            System::Warehouse => "warehouse.csv",
            System::Carriers => "carrier-scans.csv",
            System::Tills => "till-receipts.csv",
            System::ContactCentre => "transcripts.jsonl",
            System::Feedback => "feedback.csv",
        }
    }

    /// The one system that tells of such things.
    #[must_use]
    pub const fn of(kind: Kind) -> System {
        match kind {
            Kind::Identified
            | Kind::ProductViewed
            | Kind::ProductUnavailable
            | Kind::CheckoutStarted
            | Kind::PaymentFailed
            | Kind::OrderCompleted
            | Kind::OrderCancelled
            | Kind::ReturnRequested
            | Kind::DownloadStarted
            | Kind::DownloadFailed
            | Kind::DownloadCompleted
            | Kind::AppOpened
            | Kind::AppError => System::WebAndApp,
            Kind::OrderShipped | Kind::RefundPaid => System::Warehouse,
            Kind::ParcelScanned | Kind::OrderDelivered => System::Carriers,
            Kind::ReceiptPrinted
            | Kind::LoyaltyJoined
            | Kind::CollectionPromised
            | Kind::CollectionReady
            | Kind::OrderCollected => System::Tills,
            Kind::MessageReceived | Kind::MessageAnswered | Kind::CallReceived | Kind::CustomerCalled => {
                System::ContactCentre
            }
            Kind::ReviewWritten | Kind::PublicPost | Kind::SurveyAnswered => System::Feedback,
        }
    }

    /// The line of column names, where it has one.
    #[must_use]
    pub fn header(self) -> Option<String> {
        table::of(self).map(|columns| {
            let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            names.join(",")
        })
    }
}

/// Adds an event as its system writes it, without an end of line.
pub fn write(sent: &Sent, to: &mut Vec<u8>) {
    let system = System::of(sent.message.kind);
    match table::of(system) {
        Some(columns) => table::write(columns, sent, to),
        None if system == System::ContactCentre => transcript::write(sent, to),
        None => segment::write(sent, to),
    }
}

#[cfg(test)]
mod tests;
