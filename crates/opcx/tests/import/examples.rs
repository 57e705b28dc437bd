//! The example companies' mappings, on rows as they stand in the files they were written for.

use std::path::Path;

use expect_test::{Expect, expect};

use crate::rows::told;

#[allow(clippy::needless_pass_by_value, reason = "an expectation is written where it is passed")]
fn check(example: &str, mapping: &str, text: &str, expected: Expect) {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let loaded = opcx_company::load(&examples.join(example));
    let mapping = loaded.mappings.iter().find(|known| known.name == *mapping).unwrap();
    expected.assert_eq(&told(mapping, text));
}

#[test]
fn a_post_to_an_airline_is_read_and_what_others_judged_is_not() {
    check(
        "airline",
        "tweets",
        "tweet_id,airline_sentiment,airline_sentiment_confidence,negativereason,negativereason_confidence,airline,airline_sentiment_gold,name,negativereason_gold,retweet_count,text,tweet_coord,tweet_created,tweet_location,user_timezone\n\
         570306133677760513,neutral,1.0,,,Virgin America,,Ada_L,,0,@VirginAmerica What @somebody said.,,2015-02-24 11:35:52 -0800,,Eastern Time (US & Canada)\n\
         570300767074181121,negative,1.0,Can't Tell,0.6842,Delta,,bob,,0,\"@Delta seriously, \"\"again\"\".\nmy bag &amp; I\",\"[40.7, -73.9]\",2015-02-24 11:14:33 -0800,\"New York, NY\",\n\
         570300817074462722,negative,1.0,,,United,,,,0,who said this?,,2015-02-24 11:14:45 -0800,,\n\
         570300817074462723,negative,1.0,,,United,,cyd,,0,and when?,,24.2.2015 11:14,,\n",
        expect![[r#"
            line 2
              570306133677760513 2015-02-24T19:35:52Z Public Post by Customer handle:ada_l airline=Virgin America "@VirginAmerica What @somebody said."
            line 3
              570300767074181121 2015-02-24T19:14:33Z Public Post by Customer handle:bob airline=Delta "@Delta seriously, \"again\".\nmy bag &amp; I"
            line 5
              refused: nobody is named by `handle: name`
            line 6
              refused: `tweet_created` holds `24.2.2015 11:14`, and the mapping reads times as `%Y-%m-%d %H:%M:%S %z`
        "#]],
    );
}

#[test]
fn a_conversation_is_its_clients_and_bystanders_say_nothing() {
    check(
        "airline",
        "care",
        concat!(
            r#"{"session_id":"Lgw","split":"dev","company":"Delta","started_at":"2020-04-01T17:31:32Z","duration":"01:26:55.0","message_count":4,"turns":["#,
            r#"{"role":"agent","author":"Delta","datetime":"2020-04-01T17:31:32Z","text":"Anything we can do?"},"#,
            r#"{"role":"client","author":"user_1","datetime":"2020-04-01T17:33:00Z","text":"@Delta where is my refund?\n\nstill nothing"},"#,
            r#"{"role":"other","author":"user_2","datetime":"2020-04-01T17:34:00Z","text":"same here"},"#,
            r#"{"role":"agent","author":"Delta","datetime":"2020-04-01T18:58:27Z","text":"@user_1 It is on its way."}]}"#,
            "\n",
            r#"{"session_id":"Xyz","company":"Delta","turns":[{"role":"agent","author":"Delta","datetime":"2020-04-01T17:31:32Z","text":"Nobody asked."}]}"#,
            "\n",
        ),
        expect![[r#"
            line 1
              Lgw-1 2020-04-01T17:31:32Z Public Reply by Staff handle:user_1 company=Delta
              Lgw-2 2020-04-01T17:33:00Z Public Post by Customer handle:user_1 company=Delta "@Delta where is my refund?\n\nstill nothing"
              Lgw-4 2020-04-01T18:58:27Z Public Reply by Staff handle:user_1 company=Delta
              skipped
            line 2
              refused: item 1: nobody is named by `handle: author of the first item whose role is client`
        "#]],
    );
}

#[test]
fn a_line_of_the_companys_bus_is_what_happened_and_what_nobody_knows_is_refused() {
    check(
        "shop",
        "bus",
        concat!(
            r#"{"type":"track","messageId":"m-1","event":"Product Viewed","timestamp":"2026-09-07T08:00:00.000Z","userId":"u-1","anonymousId":"d-1","context":{"channel":"web"},"properties":{"product":"scale"}}"#,
            "\n",
            r#"{"type":"track","messageId":"m-2","event":"Order Completed","timestamp":"2026-09-07T08:05:00.000Z","userId":"u-1","context":{"traits":{"email":"Ada@Example.org","first_name":"Ada"},"channel":"app"},"properties":{"order_id":"o-1","order_value":54.00,"region":"north"}}"#,
            "\n",
            r#"{"type":"track","messageId":"m-3","event":"Message Received","timestamp":"2026-09-09T19:00:00.000Z","userId":"u-1","context":{"channel":"chat"},"properties":{"contact_id":"k-1","message":"where is it?"}}"#,
            "\n",
            r#"{"type":"track","messageId":"m-4","event":"Message Answered","timestamp":"2026-09-09T19:30:00.000Z","userId":"u-1","context":{"channel":"chat","by":"staff"},"properties":{"contact_id":"k-1","solved":true,"message":"I am so sorry, tomorrow"}}"#,
            "\n",
            r#"{"type":"track","messageId":"m-5","event":"Ordr Compelted","timestamp":"2026-09-10T10:00:00.000Z","userId":"u-1","context":{"channel":"web"},"properties":{}}"#,
            "\n",
            r#"{"type":"track","messageId":"m-6","event":"Public Post","timestamp":"2026-09-10T11:00:00.000Z","context":{"externalIds":[{"type":"handle","id":"ada_1"}],"traits":{"handle":"ada_1"},"channel":"social"},"properties":{"message":"late"}}"#,
            "\n",
        ),
        expect![[r#"
            line 1
              m-1 2026-09-07T08:00:00Z Product Viewed by Customer user_id:u-1+anonymous_id:d-1 product=scale
            line 2
              m-2 2026-09-07T08:05:00Z Order Completed by Customer user_id:u-1+email:ada@example.org first_name=Ada order_id=o-1 order_value=Number(54.0) region=north
            line 3
              m-3 2026-09-09T19:00:00Z Message Received by Customer user_id:u-1 contact_id=k-1 "where is it?"
            line 4
              m-4 2026-09-09T19:30:00Z Message Answered by Staff user_id:u-1 contact_id=k-1 solved=Bool(true)
            line 5
              refused: `event` holds `Ordr Compelted`, which the mapping's `kind` does not know; add it to its cases, or an `otherwise`
            line 6
              m-6 2026-09-10T11:00:00Z Public Post by Customer handle:ada_1 "late"
        "#]],
    );
}
