use std::cell::RefCell;

use opcx_core::reading::Found;
use opcx_emotion::{Reader, Scratch};

pub(crate) fn check(bytes: &[u8]) {
    thread_local! {
        static READER: RefCell<(Reader, Scratch)> = RefCell::new((Reader::embedded(), Scratch::default()));
    }
    let text = String::from_utf8_lossy(bytes);
    READER.with_borrow_mut(|(reader, used)| {
        let reading = reader.read(&text, used);
        assert_eq!(reading, reader.read(&text, &mut Scratch::default()), "{text:?}");
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
