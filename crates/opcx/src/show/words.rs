//! Figures, times and numbers as people read them.

use opcx_insight::{At, Experience, Figure, Mean, Share, Window};

/// What a reader must know about figures that are not shown.
pub(super) const TOO_FEW: &str = "– means fewer than 10 observations, which is too few for a figure.";

/// Characters of a whole bar.
const BAR: usize = 10;

/// `38 % (35–41, n 1,204)`: the share, the ends of its 95 % interval, and of how many. `n` is told
/// also where the figure is not.
pub(super) fn share(figure: &Figure<Share>, n: u64) -> String {
    match figure {
        Figure::Suppressed { .. } => format!("– (n {})", count(n)),
        Figure::Shown(share) => {
            // An interval wider than two points does not carry a decimal.
            let decimals = usize::from(share.high - share.low < 0.02);
            let percent = |share: f64| format!("{:.decimals$}", share * 100.0);
            let (low, high) = (percent(share.low), percent(share.high));
            format!("{} % ({low}–{high}, n {})", percent(share.share), count(share.n))
        }
    }
}

/// `−0.35 (−0.40 to −0.30, n 912)`.
pub(super) fn mean(figure: &Figure<Mean>, n: u64, decimals: usize) -> String {
    match figure {
        Figure::Suppressed { .. } => format!("– (n {})", count(n)),
        Figure::Shown(mean) => {
            let number = |value: f64| format!("{value:.decimals$}").replace('-', "−");
            format!(
                "{} ({} to {}, n {})",
                number(mean.mean),
                number(mean.low),
                number(mean.high),
                count(mean.n)
            )
        }
    }
}

/// A share as a bar: full characters up to the lower end of the interval, light ones up to the upper.
pub(super) fn bar(figure: &Figure<Share>) -> String {
    let Some(share) = figure.shown() else { return String::new() };
    let mut bar = String::new();
    for step in 0..BAR {
        let middle = (f64::from(u8::try_from(step).unwrap_or(0)) + 0.5) / 10.0;
        bar.push(match () {
            () if middle <= share.low => '█',
            () if middle <= share.high => '▒',
            () => '·',
        });
    }
    bar
}

/// A line of figures in time: higher is worse, a gap is too few observations.
pub(super) fn sparkline<'a>(figures: impl Iterator<Item = &'a Figure<Share>>) -> String {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    figures
        .map(|figure| match figure.shown() {
            None => ' ',
            Some(share) => {
                let above = |height: &&char| {
                    let at = HEIGHTS.iter().position(|known| known == *height).unwrap_or(0);
                    share.share * 8.0 >= f64::from(u8::try_from(at).unwrap_or(0))
                };
                *HEIGHTS.iter().rev().find(above).unwrap_or(&HEIGHTS[0])
            }
        })
        .collect()
}

/// Emotions that are named in a row of a table; a moment's page names more, with figures.
const EMOTIONS: usize = 2;

/// The emotions that were most often the strongest, without their figures.
pub(super) fn mostly(experience: &Experience) -> String {
    let words: Vec<&str> =
        experience.emotions.iter().take(EMOTIONS).map(|emotion| emotion.emotion.as_str()).collect();
    words.join(", ")
}

/// `1,204`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1,204 events`, `1 event`.
pub(super) fn counted(number: u64, word: &str) -> String {
    format!("{} {word}{}", count(number), if number == 1 { "" } else { "s" })
}

/// `2015-02-20 18:00`, in UTC.
pub(super) fn time(at: At) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute}"),
        _ => text,
    }
}

pub(super) fn time_or(at: Option<At>, otherwise: &str) -> String {
    at.map_or_else(|| otherwise.to_owned(), time)
}

/// As of when, and over which window.
pub(super) fn as_of(as_of: Option<At>, window: Option<&Window>) -> String {
    let as_of = as_of.map_or_else(|| "before the first event".to_owned(), |at| format!("{} UTC", time(at)));
    match window {
        None | Some(Window { since: None, until: None }) => format!("as of {as_of}"),
        Some(Window { since, until }) => {
            let (since, until) = (time_or(*since, "the beginning"), time_or(*until, "now"));
            format!("as of {as_of}, from {since} to {until}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_carry_their_interval_and_n_and_no_more_digits_than_the_interval_allows() {
        assert_eq!(share(&Share::of(458, 1_204), 1_204), "38 % (35–41, n 1,204)");
        assert_eq!(share(&Share::of(45_800, 120_400), 120_400), "38.0 % (37.8–38.3, n 120,400)");
        assert_eq!(share(&Share::of(3, 9), 9), "– (n 9)");
        assert_eq!(mean(&Mean::of(-350, 13_250, 10, 100), 10, 2), "−0.35 (−0.43 to −0.27, n 10)");
    }

    #[test]
    fn a_bar_is_full_where_the_share_surely_is_and_light_where_it_may_be() {
        assert_eq!(bar(&Share::of(50, 100)), "████▒▒····");
        assert_eq!(bar(&Share::of(0, 5)), "");
    }

    #[test]
    fn a_sparkline_rises_with_the_share_and_has_gaps() {
        let figures = [Share::of(0, 20), Share::of(10, 20), Share::of(1, 2), Share::of(20, 20)];
        assert_eq!(sparkline(figures.iter()), "▁▅ █");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
    }
}
