use std::sync::{Arc, LazyLock};

use opcx_core::reading::{Model, Reading, Tier};

use crate::fast;

/// The bytes of a text that are read; what follows is left unread. A message of 4 KiB has said
/// what its writer feels, and an endless one must not hold up the others.
pub const TEXT_BYTES_MAX: usize = 4096;

/// Reads what a customer feels from what they wrote.
///
/// Cheap to clone and to share between threads: clones share one model. Which tier reads a text is
/// the reader's own business, so a deeper one changes nothing for those who call it.
#[derive(Debug, Clone)]
pub struct Reader {
    fast: Arc<fast::Model>,
}

/// Memory that is reused from text to text; one for each thread that reads.
#[derive(Debug, Default)]
pub struct Scratch {
    fast: fast::Scratch,
}

impl Reader {
    /// The reader with the model that ships with the program.
    #[must_use]
    pub fn embedded() -> Reader {
        static MODEL: LazyLock<Arc<fast::Model>> = LazyLock::new(|| {
            Arc::new(fast::file::decode(fast::EMBEDDED).expect("a test reads the embedded model"))
        });
        Reader { fast: Arc::clone(&MODEL) }
    }

    /// A reader with another model of the first tier, such as one just trained.
    #[must_use]
    pub fn with(model: fast::Model) -> Reader {
        Reader { fast: Arc::new(model) }
    }

    /// What the writer of `text` feels, as far as the model can tell.
    ///
    /// Equal texts give equal readings, on every machine, whatever was read before. Of a text
    /// longer than [`TEXT_BYTES_MAX`] the beginning is read.
    pub fn read(&self, text: &str, scratch: &mut Scratch) -> Reading {
        let beginning = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        Reading {
            model: Model { tier: Tier::Fast, version: self.fast.version },
            found: self.fast.read(beginning, &mut scratch.fast),
        }
    }

    /// One reading for each text, in their order.
    pub fn read_all<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Vec<Reading> {
        let mut scratch = Scratch::default();
        texts.into_iter().map(|text| self.read(text, &mut scratch)).collect()
    }
}
