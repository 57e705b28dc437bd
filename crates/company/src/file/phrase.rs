//! Phrases: the few fixed ways in which people write when, how often and how many.

use opcx_core::map::{MomentIndex, Outcome};
use opcx_core::playbook::{Cap, Claim, Trigger};
use opcx_core::promise::{PromiseIndex, PromiseState};
use opcx_core::reading::Permille;
use opcx_core::time::Span;
use opcx_core::trust::Account;

use crate::names::Names;
use crate::nearest::did_you_mean;

/// What sets a playbook off: `promise NAME at risk`, `moment NAME bad`, `event KIND`,
/// `trust ACCOUNT below 400`, `silence 14d`.
pub(crate) fn trigger(text: &str, names: &Names) -> Result<Trigger, String> {
    let (first, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    let rest = rest.trim();
    match first {
        "event" => names.kind(rest).map(Trigger::Event),
        "promise" => promise(rest, names).map(|(promise, state)| Trigger::Promise(promise, state)),
        "moment" => moment(rest, names).map(|(moment, outcome)| Trigger::Moment(moment, outcome)),
        "trust" => trust(rest),
        "silence" => match Span::parse(rest) {
            Ok(span) if span > Span::ZERO => Ok(Trigger::Silence(span)),
            Ok(_) => Err("silence of no time is always there; write it like `silence 14d`".to_owned()),
            Err(error) => Err(error.to_string()),
        },
        _ => Err(format!(
            "`{}` sets nothing off; write `event KIND`, `moment NAME bad`, `promise NAME at risk`, \
             `trust ACCOUNT below 400` or `silence 14d`",
            cut(text)
        )),
    }
}

/// What a template claims: `promise NAME kept` or `event KIND`.
pub(crate) fn claim(text: &str, names: &Names) -> Result<Claim, String> {
    let (first, rest) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    match first {
        "event" => names.kind(rest.trim()).map(Claim::Happened),
        "promise" => promise(rest.trim(), names).map(|(promise, state)| Claim::Promise(promise, state)),
        _ => Err(format!("`{}` is no claim; write `event KIND` or `promise NAME kept`", cut(text))),
    }
}

fn promise(text: &str, names: &Names) -> Result<(PromiseIndex, PromiseState), String> {
    let found = PromiseState::ALL.into_iter().find_map(|state| {
        let name = text.strip_suffix(state.word())?;
        name.ends_with(char::is_whitespace).then(|| (name.trim(), state))
    });
    let Some((name, state)) = found else {
        return Err(format!(
            "`{}` does not end with a promise's state; write one of `open`, `at risk`, `kept`, `broken` \
             and `released` behind its name",
            cut(text)
        ));
    };
    Ok((names.promise(name)?, state))
}

fn moment(text: &str, names: &Names) -> Result<(MomentIndex, Outcome), String> {
    let found = text.rsplit_once(char::is_whitespace).and_then(|(name, word)| {
        let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)?;
        Some((name.trim(), outcome))
    });
    let Some((name, outcome)) = found else {
        return Err(format!(
            "`{}` does not end with how the moment went; write `good`, `neutral` or `bad` behind its name",
            cut(text)
        ));
    };
    Ok((names.moment(name)?, outcome))
}

fn trust(text: &str) -> Result<Trigger, String> {
    let unclear = || {
        format!(
            "`trust {}` is unclear; write an account, `below` or `above`, and a level from 1 to 1000, like \
             `trust reliability below 400`",
            cut(text)
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let [account, side, level] = words.as_slice() else { return Err(unclear()) };
    let Some(account) = Account::from_word(account) else {
        let accounts = Account::ALL.map(Account::word);
        return Err(format!("there is no account `{}`; {}", cut(account), did_you_mean(account, accounts)));
    };
    let level = level.parse::<u16>().ok().filter(|level| (1..=1000).contains(level)).ok_or_else(unclear)?;
    match *side {
        "below" => Ok(Trigger::TrustBelow(account, level)),
        "above" => Ok(Trigger::TrustAbove(account, level)),
        _ => Err(unclear()),
    }
}

/// How often: `1 per customer per 7d`.
pub(crate) fn cap(text: &str) -> Result<Cap, String> {
    let unclear = || format!("`{}` does not say how often; write it like `1 per customer per 7d`", cut(text));
    let words: Vec<&str> = text.split_whitespace().collect();
    let [times, "per", "customer", "per", span @ ..] = words.as_slice() else { return Err(unclear()) };
    let times = times.parse().ok().filter(|times| *times > 0).ok_or_else(unclear)?;
    let within = Span::parse(&span.join(" ")).map_err(|error| error.to_string())?;
    if within == Span::ZERO {
        return Err(unclear());
    }
    Ok(Cap { times, within })
}

/// A share: `5%`, `2.5%`, up to tenths.
pub(crate) fn share(text: &str) -> Result<Permille, String> {
    let unclear = || format!("`{}` is not a share; write it like `5%` or `2.5%`, below 100%", cut(text));
    let number = text.trim().strip_suffix('%').ok_or_else(unclear)?.trim();
    let (whole, tenths) = number.split_once('.').unwrap_or((number, "0"));
    let digits =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u16>().ok());
    let whole = digits(whole).flatten().filter(|whole| *whole < 100).ok_or_else(unclear)?;
    let tenths = digits(tenths).flatten().filter(|tenths| *tenths < 10).ok_or_else(unclear)?;
    Ok(Permille::new(whole * 10 + tenths))
}

fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
