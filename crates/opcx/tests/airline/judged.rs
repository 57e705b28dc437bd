use std::collections::HashMap;
use std::path::Path;

use opcx_core::log::Position;
use opcx_core::map::Outcome;
use opcx_core::reading::Valence;
use opcx_core::record::Entry;
use opcx_store::Store;

/// Most records of the log, and most moments, that the posts make.
const MOST: usize = 100_000;

/// A post as people judged it, and as the engine did.
pub(crate) struct Post {
    pub(crate) customer: String,
    pub(crate) airline: String,
    /// What people saw in it.
    pub(crate) seen: Valence,
    /// What people saw as its reason; empty unless negative.
    pub(crate) reason: String,
    /// What the model read in it, if it could tell.
    pub(crate) read: Option<Valence>,
    /// How its moment in public went.
    pub(crate) went: Outcome,
    /// The moments that it was recognised at.
    pub(crate) moments: Vec<String>,
}

/// Which of the engine's judgements is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sight {
    /// The valence that the model read.
    Reading,
    /// How the moment went.
    Outcome,
}

impl Post {
    pub(crate) fn seen_badly(&self) -> bool {
        self.seen == Valence::Negative
    }

    pub(crate) fn read_badly(&self) -> bool {
        self.read == Some(Valence::Negative)
    }

    pub(crate) fn went_badly(&self) -> bool {
        self.went == Outcome::Bad
    }

    /// The engine's judgement in people's words; what it could not tell counts as neutral.
    pub(crate) fn judged(&self, sight: Sight) -> Valence {
        match sight {
            Sight::Reading => self.read.unwrap_or(Valence::Neutral),
            Sight::Outcome => match self.went {
                Outcome::Bad => Valence::Negative,
                Outcome::Neutral => Valence::Neutral,
                Outcome::Good => Valence::Positive,
            },
        }
    }
}

/// Every post of the log beside its row in the file. A post that stands there twice has the judgement
/// that stands first.
pub(crate) fn judged(store: &dyn Store, file: &Path) -> Vec<Post> {
    let mut moments: HashMap<Position, Vec<(String, Outcome)>> = HashMap::new();
    for moment in store.moments(Position::new(0)..store.end(), MOST).unwrap() {
        moments.entry(moment.position).or_default().push((moment.moment.to_string(), moment.outcome));
    }
    let labels = labels(file);
    let records = store.read(Position::new(0), MOST, usize::MAX).unwrap();
    let positions: Vec<Position> = records.iter().map(|logged| logged.position).collect();
    let readings = store.readings(&positions).unwrap();
    let posts: Vec<Post> = records
        .into_iter()
        .zip(readings)
        .filter_map(|(logged, reading)| {
            let Entry::Event(event) = logged.record.entry else { return None };
            let (airline, seen, reason) = labels[event.id.as_str()].clone();
            let passed = moments.remove(&logged.position).unwrap_or_default();
            let in_public = passed.iter().find(|(moment, _)| moment == "in-public");
            let &(_, went) = in_public.expect("every post is said in public");
            Some(Post {
                customer: event.who.first().expect("somebody said it").to_string(),
                airline,
                seen,
                reason,
                read: reading.and_then(|reading| reading.valence()),
                went,
                moments: passed.into_iter().map(|(moment, _)| moment).collect(),
            })
        })
        .collect();
    assert_eq!(posts.len(), labels.len(), "every post of the file is in the log");
    posts
}

/// Airline, judgement and reason by the post's id.
fn labels(file: &Path) -> HashMap<String, (String, Valence, String)> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let [id, airline, seen, reason] =
        ["tweet_id", "airline", "airline_sentiment", "negativereason"].map(column);
    let mut labels = HashMap::new();
    for row in reader.records() {
        let row = row.unwrap();
        let valences = [Valence::Negative, Valence::Neutral, Valence::Positive];
        let valence = valences.into_iter().find(|valence| valence.word() == &row[seen]).unwrap();
        let label = (row[airline].to_owned(), valence, row[reason].to_owned());
        labels.entry(row[id].to_owned()).or_insert(label);
    }
    labels
}
