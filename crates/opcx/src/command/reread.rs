//! `opcx reread`: what the models of this program read in old texts.

use crate::cli::Folder;
use crate::emotion::Tier;
use crate::house::Company;
use crate::reread::{Reread, decided_otherwise, reread};

use super::{End, replay};

/// What `opcx reread` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Which tier reads.
    #[arg(long, value_enum, default_value_t = Tier::Auto)]
    tier: Tier,
    /// Also decide on the log again with the new readings, and tell what would have been decided otherwise.
    #[arg(long)]
    decide: bool,
    /// How many differing texts, decisions, promises and moments to list.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    most: usize,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Texts between two words about how far it has come.
const TELL_EVERY_TEXTS: u64 = 20_000;

/// Reads every text of the folder's log again and prints what differs; nothing is changed.
///
/// # Errors
/// The folder has faults, another process has the data open, or the data cannot be read.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let company = Company::load(&arguments.folder.folder)?;
    let store = company.open_store()?;
    let (choice, most) = (arguments.tier.choice(), arguments.most);
    let mut said = 0;
    let tell = &mut |texts: u64| {
        if texts >= said + TELL_EVERY_TEXTS {
            eprintln!("opcx: {texts} texts read");
            said = texts;
        }
    };
    let mut told = reread(&store, &company.definitions, choice, most, tell)?;
    if arguments.decide {
        told.decided = decided_otherwise(&store, &company.definitions, choice, most)?;
        if told.decided.is_none() {
            eprintln!(
                "opcx: the log is too long to be decided on again in memory; only readings are compared"
            );
        }
    }
    super::print(&if arguments.json { serde_json::to_string(&told)? + "\n" } else { in_words(&told) })?;
    Ok(if told.valence_differs > 0 { End::Found } else { End::Fine })
}

fn in_words(told: &Reread) -> String {
    let by: Vec<String> = told.by.iter().map(|(model, texts)| format!("{model}: {texts}")).collect();
    let mut text = format!(
        "{} texts read again ({}).\n{} have another valence; of the others, {} ask for something else.\n",
        told.texts,
        by.join(", "),
        told.valence_differs,
        told.ask_differs
    );
    if told.texts > 0 {
        text += &format!(
            "\n{:<12}{:>12}{:>12}{:>12}{:>12}\n",
            "was", "negative", "neutral", "positive", "unknown"
        );
        for (from, to) in &told.valence {
            text += &format!("{from:<12}");
            for word in ["negative", "neutral", "positive", "unknown"] {
                text += &format!("{:>12}", to.get(word).copied().unwrap_or_default());
            }
            text.push('\n');
        }
    }
    for one in &told.first {
        let said = one.said.as_deref().unwrap_or("(not to be looked at)");
        text += &format!("\nrecord {}: {said}\n  was: {}\n  is:  {}\n", one.position, one.was, one.is);
    }
    if let Some(decided) = &told.decided {
        text += "\nWith these readings:\n";
        text += &replay::in_words(decided);
    }
    text
}
