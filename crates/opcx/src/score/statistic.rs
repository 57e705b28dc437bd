//! Shares and correlations with their intervals.

use super::report::Row;

/// The share of `count` among `n` with Wilson's interval of 95 %.
pub(super) fn share(part: &'static str, what: impl Into<String>, count: u64, n: u64) -> Row {
    let row = Row::new(part, what, n);
    if n == 0 {
        return row;
    }
    let (share, z, total) = (float(count) / float(n), 1.96_f64, float(n));
    let middle = share + z * z / (2.0 * total);
    let half = z * (share * (1.0 - share) / total + z * z / (4.0 * total * total)).sqrt();
    let scale = 1.0 + z * z / total;
    row.figure(share, Some([((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)]))
}

/// The harmonic mean of precision and recall, without an interval: there is no simple one.
pub(super) fn f1(part: &'static str, what: impl Into<String>, hit: u64, found: u64, there: u64) -> Row {
    let row = Row::new(part, what, there);
    if found + there == 0 { row } else { row.figure(2.0 * float(hit) / float(found + there), None) }
}

/// Spearman's rank correlation, equal values sharing their mean rank, with Fisher's interval of 95 %.
pub(super) fn rank_correlation(part: &'static str, what: impl Into<String>, pairs: &[(i64, i64)]) -> Row {
    let n = pairs.len() as u64;
    let row = Row::new(part, what, n);
    let Some(figure) = correlation(
        &ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>()),
        &ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>()),
    ) else {
        return row;
    };
    let interval = (n > 3 && figure.abs() < 1.0).then(|| {
        let (middle, half) = (figure.atanh(), 1.96 / (float(n) - 3.0).sqrt());
        [(middle - half).tanh(), (middle + half).tanh()]
    });
    row.figure(figure, interval)
}

/// Ranks from 1, equal values sharing their mean.
fn ranks(values: &[i64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|&at| values[at]);
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = order[from..].iter().take_while(|&&at| values[at] == values[order[from]]).count();
        #[allow(clippy::cast_precision_loss, reason = "far fewer than 2^52 customers")]
        let mean = from as f64 + (same as f64 + 1.0) / 2.0;
        for &at in &order[from..from + same] {
            ranks[at] = mean;
        }
        from += same;
    }
    ranks
}

fn correlation(one: &[f64], other: &[f64]) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "far fewer than 2^52 customers")]
    let n = one.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_one, mean_other) = (mean(one), mean(other));
    let mut product = 0.0;
    let (mut square_one, mut square_other) = (0.0, 0.0);
    for (a, b) in one.iter().zip(other) {
        let (a, b) = (a - mean_one, b - mean_other);
        product += a * b;
        square_one += a * a;
        square_other += b * b;
    }
    let scale = (square_one * square_other).sqrt();
    (scale > 0.0).then(|| product / scale)
}

fn float(count: u64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "far fewer than 2^52 events")]
    let float = count as f64;
    float
}
