//! The pages and the program fit together.

use expect_test::expect_file;

#[test]
fn the_pages_are_typed_by_the_document_that_opcx_serves() {
    let document = serde_json::to_string_pretty(&opcx::http::read::document()).unwrap();
    // `UPDATE_EXPECT=1 cargo test -p opcx --test pages` renews it; `npm run check` in `web/` then says what no
    // longer fits.
    expect_file!["../../../../web/openapi.json"].assert_eq(&format!("{document}\n"));
}
