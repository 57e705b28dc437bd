//! libFuzzer around one target, which `OPCX_FUZZ_TARGET` names.

#![no_main]

use std::sync::LazyLock;

use opcx_fuzz::Target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("OPCX_FUZZ_TARGET").expect("`cargo xtask fuzz` names the target");
    Target::named(&name).expect("`cargo xtask fuzz` knows the targets")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (TARGET.check)(bytes));
