//! *Did you mean*: the known word nearest to one that is unknown.

/// What to do about a name that stands nowhere: `mend`, such as `add it there`, or the name that was
/// meant.
pub(crate) fn mend_or_mean<'a>(mend: &str, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(wrong, &known) {
        Some(near) => format!("{mend}, or did you mean `{near}`?"),
        None if known.is_empty() => mend.to_owned(),
        None => format!("{mend}, or use one of {}", listed(&known)),
    }
}

/// The word that was meant or, when nothing is near, the first few that there are.
pub(crate) fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(wrong, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("use one of {}", listed(&known)),
    }
}

fn listed(known: &[&str]) -> String {
    let shown: Vec<String> = known.iter().take(SHOWN_MAX).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > SHOWN_MAX { " and others" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// How many known words a message lists.
const SHOWN_MAX: usize = 8;

/// Longer words are not compared: a distance costs their product.
const COMPARED_CHARS_MAX: usize = 64;

fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = |word: &str| -> Vec<char> {
        word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let wrong = plain(wrong);
    if wrong.len() > COMPARED_CHARS_MAX {
        return None;
    }
    let allowed = 1 + wrong.len() / 4;
    known
        .iter()
        .map(|name| (distance(&wrong, &plain(name)), *name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// Letters to change, add, leave out or swap (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let mut least = (above[j + 1] + 1).min(row[j] + 1).min(above[j] + usize::from(x != y));
            if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = core::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_slip_of_the_pen_finds_the_word_that_was_meant() {
        let known = ["Order Completed", "Order Shipped", "carrier"];
        let shown: Vec<String> = ["Order Complete", "order_shipped", "carreir", "banana"]
            .iter()
            .map(|wrong| did_you_mean(wrong, known))
            .collect();
        expect![[r#"
            did you mean `Order Completed`?
            did you mean `Order Shipped`?
            did you mean `carrier`?
            use one of `Order Completed`, `Order Shipped`, `carrier`"#]]
        .assert_eq(&shown.join("\n"));
    }
}
