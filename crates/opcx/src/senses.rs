//! Reading texts: at once where an event is accepted, and again, more slowly, behind what was decided.
//!
//! What is sent live is read by the fast tier when it is accepted; where that is not sure, the deep tier reads the text
//! again after the event was decided on. What comes from files is read by the fast tier alone: years of texts would keep
//! a deep tier busy for days, and nobody waits for an answer to them. Such a reading says that it was *hurried*, and `opcx
//! reread` tells what a second look would change.

use std::cell::RefCell;
use std::sync::Arc;

use opcx_core::event::CustomersWords;
use opcx_core::reading::Reading;
use opcx_emotion::{Choice, Reader, Scratch};
use opcx_engine::{ReadAgain, Waiting};

/// Reads one text.
pub type Sense = Arc<dyn Fn(CustomersWords<'_>) -> Reading + Send + Sync>;

/// Texts that may wait for their second look, some seconds of the deep tier's work on one core. What comes when so
/// many wait is read by the fast tier alone.
const WAITING_MAX: usize = 1_024;

/// How a running program reads.
pub struct Senses {
    /// At once.
    pub first: Sense,
    /// Again.
    pub again: ReadAgain,
    /// How many wait to be read again.
    pub waiting: Waiting,
}

/// Reads with the models in this binary.
#[must_use]
pub fn live() -> Senses {
    let waiting = Waiting::default();
    let reader = Reader::embedded();
    let first = {
        let (reader, waiting) = (reader.clone(), waiting.clone());
        sense(move |words, scratch| {
            let choice = if waiting.get() < WAITING_MAX { Choice::First } else { Choice::Hurried };
            reader.read(words, choice, scratch)
        })
    };
    let again = Arc::new(move |texts: &[CustomersWords<'_>]| {
        SCRATCH.with_borrow_mut(|scratch| {
            let read = reader.read_all(texts.iter().copied(), Choice::Second, scratch);
            read.into_iter().map(|(reading, _)| reading).collect()
        })
    });
    Senses { first, again, waiting }
}

/// Reads what comes from files.
#[must_use]
pub fn hurried() -> Sense {
    let reader = Reader::embedded();
    sense(move |words, scratch| reader.read(words, Choice::Hurried, scratch))
}

thread_local! {
    // One per core, kept: reading a text with the fast tier then allocates nothing but its result.
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

fn sense(read: impl Fn(CustomersWords<'_>, &mut Scratch) -> Reading + Send + Sync + 'static) -> Sense {
    Arc::new(move |words| SCRATCH.with_borrow_mut(|scratch| read(words, scratch)))
}
