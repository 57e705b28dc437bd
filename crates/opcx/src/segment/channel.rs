//! Where it happened: the channel of a message.

use opcx_core::event::Name;

use super::context::Context;
use super::message::{Call, Message};

const WEB: &str = "web";
const APP: &str = "app";
const SERVER: &str = "server";

/// Longest channel name in bytes.
const CHANNEL_BYTES_MAX: usize = 64;

/// The channel. In this order: what the sender says itself (`context.channel`, or `channel` of the
/// message); which library sent it; a page or screen call; traces of a device, app or web page;
/// else `server`.
pub(super) fn channel(call: Call, message: &Message<'_>) -> Name {
    let context = &message.context;
    let said = context.text("channel").or(message.channel.0.as_deref()).map(str::trim);
    if let Some(said) = said.filter(|said| !said.is_empty() && said.len() <= CHANNEL_BYTES_MAX) {
        return match said.to_lowercase().as_str() {
            "browser" => Name::const_new(WEB),
            "mobile" => Name::const_new(APP),
            other => Name::from(other),
        };
    }
    let of_library = context.text("library.name").and_then(of_library);
    Name::const_new(of_library.unwrap_or_else(|| of_traces(call, context)))
}

/// The channel that an SDK is made for.
fn of_library(library: &str) -> Option<&'static str> {
    const APPS: [&str; 9] =
        ["ios", "swift", "kotlin", "android", "react-native", "flutter", "xamarin", "unity", "cordova"];
    const SERVERS: [&str; 11] =
        ["node", "python", "-go", "ruby", "java", "php", "rust", ".net", "csharp", "clojure", "http"];
    // What most senders are, without a search.
    match library {
        "analytics.js" => return Some(WEB),
        "@segment/analytics-node" | "analytics-python" => return Some(SERVER),
        _ => {}
    }
    let library = library.to_lowercase();
    // Before the rest, since `javascript` also begins like `java`.
    if library.contains("analytics.js") || library.contains("javascript") || library.contains("ajs") {
        return Some(WEB);
    }
    if APPS.iter().any(|app| library.contains(app)) {
        return Some(APP);
    }
    SERVERS.iter().any(|server| library.contains(server)).then_some(SERVER)
}

fn of_traces(call: Call, context: &Context<'_>) -> &'static str {
    match call {
        Call::Page => WEB,
        Call::Screen => APP,
        Call::Identify | Call::Track | Call::Group | Call::Alias => {
            if context.tells_of("device") || context.tells_of("app") {
                APP
            } else if context.tells_of("page") || context.tells_of("userAgent") {
                WEB
            } else {
                SERVER
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_channel_is_what_the_sender_says_or_what_its_library_is_made_for() {
        let cases = [
            r#"{"context": {"channel": "Branch"}}"#,
            r#"{"channel": "mobile", "context": {"library": {"name": "RudderLabs JavaScript SDK"}}}"#,
            r#"{"context": {"library": {"name": "analytics.js", "version": "npm:next-1.70.0"}}}"#,
            r#"{"context": {"library": {"name": "RudderLabs JavaScript SDK"}}}"#,
            r#"{"context": {"library": {"name": "@segment/analytics-node"}, "page": {"url": "x"}}}"#,
            r#"{"context": {"library": {"name": "analytics-python"}}}"#,
            r#"{"context": {"library": {"name": "analytics-go"}}}"#,
            r#"{"context": {"library": {"name": "analytics-java"}}}"#,
            r#"{"context": {"library": {"name": "analytics-kotlin"}}}"#,
            r#"{"context": {"library": {"name": "analytics-swift"}}}"#,
            r#"{"context": {"library": "analytics-react-native", "device": {"type": "ios"}}}"#,
            r#"{"context": {"userAgent": "Mozilla/5.0"}}"#,
            r#"{"context": {"application": "none of these"}}"#,
            r#"{}"#,
        ];
        let shown: String = cases
            .iter()
            .map(|json| {
                let message: Message<'_> = serde_json::from_str(json).unwrap();
                format!("{:10} {json}\n", channel(Call::Track, &message))
            })
            .collect();
        expect![[r#"
            branch     {"context": {"channel": "Branch"}}
            app        {"channel": "mobile", "context": {"library": {"name": "RudderLabs JavaScript SDK"}}}
            web        {"context": {"library": {"name": "analytics.js", "version": "npm:next-1.70.0"}}}
            web        {"context": {"library": {"name": "RudderLabs JavaScript SDK"}}}
            server     {"context": {"library": {"name": "@segment/analytics-node"}, "page": {"url": "x"}}}
            server     {"context": {"library": {"name": "analytics-python"}}}
            server     {"context": {"library": {"name": "analytics-go"}}}
            server     {"context": {"library": {"name": "analytics-java"}}}
            app        {"context": {"library": {"name": "analytics-kotlin"}}}
            app        {"context": {"library": {"name": "analytics-swift"}}}
            app        {"context": {"library": "analytics-react-native", "device": {"type": "ios"}}}
            web        {"context": {"userAgent": "Mozilla/5.0"}}
            server     {"context": {"application": "none of these"}}
            server     {}
        "#]]
        .assert_eq(&shown);
    }

    #[test]
    fn a_page_is_seen_on_the_web_and_a_screen_in_an_app() {
        let message = Message::default();
        assert_eq!(channel(Call::Page, &message), "web");
        assert_eq!(channel(Call::Screen, &message), "app");
    }
}
