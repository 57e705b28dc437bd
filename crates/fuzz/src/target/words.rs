use core::fmt::{Debug, Display};

use opcx_core::calendar::{Date, LocalTime, Opening, Zone};
use opcx_core::case::CaseId;
use opcx_core::customer::{CustomerId, DeedId};
use opcx_core::delivery::ParcelId;
use opcx_core::due::{AtRisk, Due};
use opcx_core::identity::{Identifier, IdentifierKind};
use opcx_core::promise::PromiseId;
use opcx_core::time::{Span, parse_rfc3339};

pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    reads_the_same(text, parse_rfc3339);
    reads_the_same(text, |text| Due::parse(text).ok());
    reads_the_same(text, |text| AtRisk::parse(text).ok());
    reads_the_same(text, |text| text.parse::<Date>().ok());
    reads_the_same(text, |text| text.parse::<LocalTime>().ok());
    reads_the_same(text, |text| text.parse::<Opening>().ok());
    reads_the_same(text, |text| Zone::new(text).ok());
    reads_the_same(text, CustomerId::parse);
    reads_the_same(text, DeedId::parse);
    reads_the_same(text, CaseId::parse);
    reads_the_same(text, PromiseId::parse);
    reads_the_same(text, |text| text.parse::<ParcelId>().ok());
    // A span is shown by its largest two units, so what is written says less.
    if let Ok(span) = Span::parse(text) {
        let shown = Span::parse(&span.to_string()).expect("what is shown is a span");
        assert!(shown <= span, "{text:?} is shown as {shown}");
    }
    for kind in IdentifierKind::ALL {
        let Ok(identifier) = Identifier::new(kind, text) else { continue };
        assert!(!identifier.value().is_empty());
        assert_eq!(Identifier::new(kind, identifier.value()), Ok(identifier), "{kind:?} {text:?}");
    }
}

fn reads_the_same<T: Display + Debug + PartialEq>(text: &str, parse: impl Fn(&str) -> Option<T>) {
    let Some(read) = parse(text) else { return };
    let written = read.to_string();
    assert_eq!(parse(&written).as_ref(), Some(&read), "{text:?} is written {written:?}");
}
