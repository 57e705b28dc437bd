//! What one system of the company tells: the event as it is sent, before anything happens to it on its way.

use opcx_core::time::Timestamp;

use crate::person::Number;

/// One thing that a system tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its number; in the events `m-` and this.
    pub number: u64,
    /// When it happened, by the clock of the system that tells it.
    pub at: Timestamp,
    /// When it really happened.
    pub really_at: Timestamp,
    /// What happened.
    pub kind: Kind,
    /// Where.
    pub channel: Channel,
    /// Whether somebody of the company did it.
    pub by_staff: bool,
    /// Whom it is about.
    pub who: Who,
    /// What is known about it.
    pub facts: Vec<(&'static str, Fact)>,
    /// What the customer said.
    pub said: Option<String>,
    /// What the customer allows, where they were asked: whether to look at what they browse.
    pub grants_browsing: Option<bool>,
}

/// By which identifiers a system knows somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    /// The account.
    pub user_id: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
    /// The name on a social network.
    pub handle: Option<String>,
    /// The device.
    pub anonymous_id: Option<String>,
    /// What to call them.
    pub first_name: Option<&'static str>,
    /// Who it really is, and which of their identifiers these are, a bit each: for the truth alone.
    pub(crate) really: (Number, u16),
}

/// One fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// A word.
    Word(&'static str),
    /// A whole number.
    Number(i64),
    /// An amount of money in cents, told in units.
    Money(i64),
    /// A time.
    Time(Timestamp),
    /// The number of an order.
    Order(u64),
    /// The number of a contact.
    Contact(u64),
    /// Yes or no.
    Flag(bool),
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($variant:ident => $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the variant's name says it")]
        pub enum $name { $($variant,)+ }

        impl $name {
            /// Every one of them.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// The word in events.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }
        }
    };
}
words! {
    /// What happened.
    Kind {
        Identified => "Identified",
        LoyaltyJoined => "Loyalty Joined",
        ProductViewed => "Product Viewed",
        ProductUnavailable => "Product Unavailable",
        CheckoutStarted => "Checkout Started",
        PaymentFailed => "Payment Failed",
        OrderCompleted => "Order Completed",
        OrderCancelled => "Order Cancelled",
        CollectionPromised => "Collection Promised",
        OrderShipped => "Order Shipped",
        ParcelScanned => "Parcel Scanned",
        OrderDelivered => "Order Delivered",
        CollectionReady => "Collection Ready",
        OrderCollected => "Order Collected",
        ReturnRequested => "Return Requested",
        RefundPaid => "Refund Paid",
        MessageReceived => "Message Received",
        MessageAnswered => "Message Answered",
        CallReceived => "Call Received",
        CustomerCalled => "Customer Called",
        ReviewWritten => "Review Written",
        PublicPost => "Public Post",
        SurveyAnswered => "Survey Answered",
        ReceiptPrinted => "Receipt Printed",
        DownloadStarted => "Download Started",
        DownloadFailed => "Download Failed",
        DownloadCompleted => "Download Completed",
        AppOpened => "App Opened",
        AppError => "App Error",
    }
}

words! {
    /// Where something happened.
    Channel {
        Web => "web",
        App => "app",
        Chat => "chat",
        Email => "email",
        Phone => "phone",
        Branch => "branch",
        Door => "door",
        Social => "social",
        Server => "server",
    }
}
