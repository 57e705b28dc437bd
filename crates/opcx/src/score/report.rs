use std::fmt;

use opcx_sim::truth::Played;
use serde::Serialize;

/// Everything that was compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What was played.
    pub played: Played,
    /// The figures.
    pub rows: Vec<Row>,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What it is about: identities, readings, moments, promises, trust, decisions.
    pub part: &'static str,
    /// What it is.
    pub what: String,
    /// The figure; none where nothing could be compared.
    pub figure: Option<f64>,
    /// Its interval of 95 %, where there is a simple one.
    pub interval: Option<[f64; 2]>,
    /// Of how many.
    pub n: u64,
    /// What it should reach at least.
    pub floor: Option<f64>,
}

impl Row {
    pub(super) fn new(part: &'static str, what: impl Into<String>, n: u64) -> Row {
        Row { part, what: what.into(), figure: None, interval: None, n, floor: None }
    }

    pub(super) fn figure(self, figure: f64, interval: Option<[f64; 2]>) -> Row {
        Row { figure: Some(figure), interval, ..self }
    }

    pub(super) fn floor(self, floor: f64) -> Row {
        Row { floor: Some(floor), ..self }
    }

    /// Whether it reaches its floor; unknown where it has none or no figure.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        Some(self.figure? >= self.floor?)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Played { scenario, seed, customers, start, end } = &self.played;
        writeln!(f, "scenario {scenario}, seed {seed}, {customers} customers, {start} to {end}")?;
        let mut part = "";
        for row in &self.rows {
            if row.part != part {
                part = row.part;
                writeln!(f, "\n{part}")?;
            }
            let figure = row.figure.map_or_else(|| "–".to_owned(), |figure| format!("{figure:.3}"));
            let interval =
                row.interval.map(|[low, high]| format!(" ({low:.3} to {high:.3})")).unwrap_or_default();
            let floor = match (row.floor, row.is_met()) {
                (Some(floor), Some(true)) => format!("  floor {floor:.3}, met"),
                (Some(floor), Some(false)) => format!("  floor {floor:.3}, MISSED"),
                (Some(_) | None, _) => String::new(),
            };
            writeln!(f, "  {:<62} {figure:>9}{interval:<20} n {:>8}{floor}", row.what, row.n)?;
        }
        Ok(())
    }
}
