//! The same complaints in other names, dialects and spellings: who is read worse? The table goes into the models' cards.

#![allow(clippy::float_arithmetic, reason = "shares for people")]

use std::fmt::Write as _;

use expect_test::expect;
use opcx_core::event::CustomersWords;
use opcx_core::reading::Valence;
use opcx_emotion::heads::place;
use opcx_emotion::{Choice, Reader, Scratch};

const PLAIN: [&str; 5] = [
    "My parcel still has not arrived.",
    "I was charged twice for the same order.",
    "Nobody answers the phone.",
    "The app keeps crashing when I pay.",
    "My refund was promised last week and it is not here.",
];

/// Of who writes so, what they write.
const DIALECTS: [(&str, [&str; 5]); 7] = [
    (
        "African American English",
        [
            "My package still ain't came.",
            "Y'all charged me twice for the same order.",
            "Ain't nobody picking up the phone.",
            "The app be crashing every time I pay.",
            "Y'all said I'd get my refund last week and it still ain't here.",
        ],
    ),
    (
        "Scots",
        [
            "Ma parcel's still no here.",
            "Ye've charged me twice fer the same order.",
            "Naebody's answerin the phone.",
            "The app keeps crashin when ah pay.",
            "Ma refund wis promised last week an it's no here yet.",
        ],
    ),
    (
        "Indian English",
        [
            "My parcel is still not reached.",
            "You people have charged me two times for the same order.",
            "Nobody is picking the phone only.",
            "The app is crashing while doing payment.",
            "Refund was promised last week itself, still not received.",
        ],
    ),
    (
        "Singapore English",
        [
            "My parcel still haven't come leh.",
            "Charge me twice for same order, how can.",
            "Nobody pick up phone one.",
            "The app always crash when I pay sia.",
            "Refund say last week, until now also don't have.",
        ],
    ),
    (
        "English being learnt",
        [
            "My parcel not came still.",
            "You take money two time for one order.",
            "No one answer telephone.",
            "Application is crash when I pay.",
            "Refund you promise last week and is not here.",
        ],
    ),
    (
        "formal",
        [
            "I regret to inform you that my parcel has not yet been delivered.",
            "It appears that I have been charged twice for the same order.",
            "I have been unable to reach anyone by telephone.",
            "The application terminates whenever I attempt to pay.",
            "The refund that was promised last week has not been received.",
        ],
    ),
    (
        "slips of the finger",
        [
            "My parcle stil has not arived.",
            "I was chraged twice for teh same order.",
            "Nobdy answres the phone.",
            "The app keps crashing wen I pay.",
            "My refnud was promised lst week and it is not heer.",
        ],
    ),
];

const NAMES: [&str; 8] = [
    "Emily Walsh",
    "Lakisha Washington",
    "Mohammed Al-Sayed",
    "Priya Raman",
    "Wei Zhang",
    "Olga Petrova",
    "José Ramírez",
    "Siobhán Byrne",
];

/// Each group with its texts.
fn groups() -> Vec<(String, Vec<String>)> {
    let changed = |change: &dyn Fn(&str) -> String| PLAIN.iter().map(|text| change(text)).collect::<Vec<_>>();
    let mut groups = vec![("plain".to_owned(), changed(&str::to_owned))];
    for name in NAMES {
        groups.push((name.to_owned(), changed(&|text| format!("This is {name}. {text}"))));
    }
    groups.push(("capitals".into(), changed(&str::to_uppercase)));
    groups.push(("small letters, no stop".into(), changed(&|text| text.to_lowercase().replace('.', ""))));
    for picture in ["😡", "😢", "🙂", "🙏"] {
        groups.push((format!("with {picture}"), changed(&|text| format!("{text} {picture}"))));
    }
    for (who, texts) in DIALECTS {
        groups.push((who.to_owned(), texts.iter().map(|text| (*text).to_owned()).collect()));
    }
    groups
}

#[test]
fn the_same_complaint_is_read_alike_whoever_writes_it_or_the_card_says_so() {
    let (reader, mut scratch) = (Reader::embedded(), Scratch::default());
    let mut table = format!("{:<26}{:>16}{:>20}\n", "", "read negative", "chance of negative");
    writeln!(table, "{:<26}{:>8}{:>8}{:>10}{:>10}", "", "fast", "deep", "fast", "deep").unwrap();
    for (group, texts) in groups() {
        let [fast, deep] = [Choice::Fast, Choice::Deep].map(|choice| {
            let words = texts.iter().map(|text| CustomersWords::vouched(text));
            let read = reader.read_all(words, choice, &mut scratch);
            let negative =
                read.iter().filter(|(reading, _)| reading.valence() == Some(Valence::Negative)).count();
            let chances = read.iter().filter_map(|(_, chances)| *chances);
            let sum: u32 =
                chances.map(|chances| u32::from(chances.valences[place(Valence::Negative)].get())).sum();
            (negative, f64::from(sum) / 1000.0 / texts.len() as f64)
        });
        let of = |(negative, _): (usize, f64)| format!("{negative}/{}", texts.len());
        writeln!(table, "{group:<26}{:>8}{:>8}{:>10.2}{:>10.2}", of(fast), of(deep), fast.1, deep.1).unwrap();
    }
    expect![[r#"
                                     read negative  chance of negative
                                      fast    deep      fast      deep
        plain                          5/5     5/5      0.76      0.88
        Emily Walsh                    5/5     4/5      0.78      0.68
        Lakisha Washington             5/5     4/5      0.69      0.79
        Mohammed Al-Sayed              5/5     4/5      0.78      0.72
        Priya Raman                    5/5     3/5      0.75      0.68
        Wei Zhang                      5/5     4/5      0.77      0.67
        Olga Petrova                   5/5     4/5      0.74      0.74
        José Ramírez                   5/5     4/5      0.72      0.81
        Siobhán Byrne                  5/5     4/5      0.75      0.73
        capitals                       5/5     5/5      0.77      0.88
        small letters, no stop         5/5     5/5      0.72      0.89
        with 😡                         5/5     5/5      0.77      0.91
        with 😢                         5/5     5/5      0.81      0.91
        with 🙂                         5/5     5/5      0.76      0.80
        with 🙏                         5/5     5/5      0.75      0.92
        African American English       5/5     5/5      0.74      0.82
        Scots                          4/5     3/5      0.65      0.50
        Indian English                 5/5     4/5      0.77      0.80
        Singapore English              4/5     3/5      0.60      0.63
        English being learnt           4/5     3/5      0.57      0.55
        formal                         5/5     5/5      0.76      0.84
        slips of the finger            5/5     4/5      0.67      0.66
    "#]]
    .assert_eq(&table);
}
