use std::cell::RefCell;

use opcx_core::event::CustomersWords;
use opcx_core::reading::Found;
use opcx_emotion::{Choice, Reader, Scratch};

pub(crate) fn check(bytes: &[u8]) {
    thread_local! {
        static READER: RefCell<(Reader, Scratch)> = RefCell::new((Reader::embedded(), Scratch::default()));
    }
    let text = String::from_utf8_lossy(bytes);
    READER.with_borrow_mut(|(reader, used)| {
        let words = CustomersWords::vouched(&text);
        let reading = reader.read(words, Choice::Fast, used);
        assert_eq!(reading, reader.read(words, Choice::Fast, &mut Scratch::default()), "{text:?}");
        match &reading.found {
            Found::Unknown(_) => {}
            Found::Felt(felt) => {
                assert!(!felt.emotions.is_empty(), "{text:?}");
                assert!(felt.emotions.is_sorted_by(|before, after| before.1 >= after.1), "{text:?}");
                assert!((-1000..=1000).contains(&felt.valence_permille), "{text:?}");
            }
        }
    });
}
