//! Reading old texts again under the models of this program, in shadow: what would be read otherwise, and what would have
//! been decided otherwise for it. Nothing is changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use opcx_core::consent::Purpose;
use opcx_core::definitions::Definitions;
use opcx_core::event::{Category, CustomersWords, Event};
use opcx_core::log::Position;
use opcx_core::reading::Reading;
use opcx_core::record::Entry;
use opcx_emotion::{Choice, Reader, Scratch};
use opcx_store::{Logged, Store};
use serde::Serialize;

use crate::replay::{Comparison, RECORDS_MAX, compare, under, under_readings};

/// Records read at a time.
const PAGE_RECORDS: usize = 4_096;
/// Bytes read at a time.
const PAGE_BYTES: usize = 16 << 20;
/// Most characters of a text that is shown.
const QUOTE_CHARS_MAX: usize = 100;

/// What a second reading of everything came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Reread {
    /// Texts that were read again.
    pub texts: u64,
    /// The models that had read them, such as `fast 2`, and how many each.
    pub by: BTreeMap<String, u64>,
    /// How many go from one valence, or `unknown`, to another.
    pub valence: BTreeMap<String, BTreeMap<String, u64>>,
    /// How many have another valence, and how many ask for something else.
    pub valence_differs: u64,
    /// Of those whose valence stays, how many ask for something else.
    pub ask_differs: u64,
    /// The first texts whose valence is another.
    pub first: Vec<Differs>,
    /// What would have been decided otherwise; none if nobody asked, or the log is too long to be decided on again.
    pub decided: Option<Comparison>,
}

/// A text that is read otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differs {
    /// Its record.
    pub position: u64,
    /// What was read, and what is now.
    pub was: String,
    /// What is read now.
    pub is: String,
    /// The text, if the customer lets it be looked at for service.
    pub said: Option<String>,
}

/// Reads every text of the store again. At most `most` differing texts are listed.
///
/// # Errors
/// The store cannot be read.
pub fn reread(
    store: &Arc<dyn Store>,
    definitions: &Definitions,
    choice: Choice,
    most: usize,
    tell: &mut dyn FnMut(u64),
) -> anyhow::Result<Reread> {
    let mut told = Reread::default();
    let mut again = Again::new(choice);
    let (mut at, end) = (Position::START, store.end());
    while at < end {
        let page = store.read(at, PAGE_RECORDS, PAGE_BYTES)?;
        let Some(last) = page.last() else { break };
        at = last.position.next();
        let positions: Vec<Position> = page.iter().map(|logged| logged.position).collect();
        let stored = store.readings(&positions)?;
        for ((logged, was), is) in page.iter().zip(stored).zip(again.read(&page)) {
            let (Some(was), Some(is), Entry::Event(event)) = (was, is, &logged.record.entry) else {
                continue;
            };
            let differs = told.count(&was, &is);
            if differs && told.first.len() < most {
                let said = quoted(store, definitions, event)?;
                let (was, is) = (in_words(&was), in_words(&is));
                told.first.push(Differs { position: logged.position.get(), was, is, said });
            }
        }
        tell(told.texts);
    }
    Ok(told)
}

/// What would have been decided otherwise had the texts been read so; nothing if the log is too long.
///
/// # Errors
/// The store cannot be read.
pub fn decided_otherwise(
    store: &Arc<dyn Store>,
    definitions: &Arc<Definitions>,
    choice: Choice,
    most: usize,
) -> anyhow::Result<Option<Comparison>> {
    if store.end().get() > RECORDS_MAX {
        return Ok(None);
    }
    let go_on = &mut |_: u64| true;
    let mut again = Again::new(choice);
    let now = under(store, Position::START, definitions, go_on)?;
    let with = under_readings(store, Position::START, definitions, &mut |page| Ok(again.read(page)), go_on)?;
    match (now, with) {
        (Some(now), Some(with)) => Ok(Some(compare(&*now, &*with, most)?)),
        _ => Ok(None),
    }
}

/// Reads pages of records.
struct Again {
    reader: Reader,
    choice: Choice,
    scratch: Scratch,
}

impl Again {
    fn new(choice: Choice) -> Again {
        Again { reader: Reader::embedded(), choice, scratch: Scratch::default() }
    }

    fn read(&mut self, page: &[Logged]) -> Vec<Option<Reading>> {
        let texts: Vec<Option<CustomersWords<'_>>> =
            page.iter().map(|logged| logged.record.entry.event()?.customers_words()).collect();
        let words = texts.iter().flatten().copied();
        let mut readings = self.reader.read_all(words, self.choice, &mut self.scratch).into_iter();
        let mut next = || readings.next().map(|(reading, _)| reading);
        texts.iter().map(|text| text.and_then(|_| next())).collect()
    }
}

impl Reread {
    /// Counts a text. Returns whether its valence is another.
    fn count(&mut self, was: &Reading, is: &Reading) -> bool {
        self.texts += 1;
        let model = format!("{} {}", was.model.tier.word(), was.model.version);
        *self.by.entry(model).or_default() += 1;
        let [from, to] = [was, is].map(|reading| valence(reading).to_owned());
        let differs = from != to;
        *self.valence.entry(from).or_default().entry(to).or_default() += 1;
        self.valence_differs += u64::from(differs);
        self.ask_differs += u64::from(!differs && ask(was) != ask(is));
        differs
    }
}

fn valence(reading: &Reading) -> &'static str {
    reading.valence().map_or("unknown", opcx_core::reading::Valence::word)
}

fn ask(reading: &Reading) -> Option<&'static str> {
    Some(reading.felt()?.ask.word())
}

fn in_words(reading: &Reading) -> String {
    let ask = ask(reading).map_or(String::new(), |ask| format!(", asks: {ask}"));
    let emotion = reading.strongest().map_or(String::new(), |emotion| format!(", {}", emotion.word()));
    format!("{}{emotion}{ask}", valence(reading))
}

/// Law 4: a text is shown only as far as its customer lets it be looked at for service.
fn quoted(
    store: &Arc<dyn Store>,
    definitions: &Definitions,
    event: &Event,
) -> anyhow::Result<Option<String>> {
    let Some(strongest) = event.strongest() else { return Ok(None) };
    let owner = store.owner(strongest)?.map(|owner| store.customer(owner)).transpose()?.flatten();
    let Some(customer) = owner else { return Ok(None) };
    let grants = &customer.known.grants;
    let visible = [Category::Feedback, definitions.category_of(&event.kind)]
        .into_iter()
        .all(|category| grants.allow(category, Purpose::Service));
    let said = event.said.as_deref().filter(|_| visible);
    Ok(said.map(|said| {
        said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(QUOTE_CHARS_MAX).collect()
    }))
}
