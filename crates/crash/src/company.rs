//! The company on trial, as a folder.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context as _;

/// The environment that the company's settings name: its write key, and the secret of its webhook.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [
    ("OPCX_CRASH_WRITE_KEY", WRITE_KEY),
    ("OPCX_CRASH_ADMIN_KEY", ADMIN_KEY),
    ("OPCX_CRASH_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
];
/// With which customers send.
pub(crate) const WRITE_KEY: &str = "write-key-of-the-trial";
/// With which they ask to be erased.
pub(crate) const ADMIN_KEY: &str = "admin-key-of-the-trial";

const FILES: [(&str, &str); 5] = [
    ("opcx.toml", include_str!("../company/opcx.toml")),
    ("vocabulary.yaml", include_str!("../company/vocabulary.yaml")),
    ("journeys/order.yaml", include_str!("../company/journeys/order.yaml")),
    ("playbooks/bought.yaml", include_str!("../company/playbooks/bought.yaml")),
    ("playbooks/late.yaml", include_str!("../company/playbooks/late.yaml")),
];

/// Writes the company into `folder`; its webhooks go to `receiver`.
///
/// # Errors
/// The folder cannot be written.
pub(crate) fn write(folder: &Path, receiver: SocketAddr) -> anyhow::Result<()> {
    for (path, text) in FILES {
        let path = folder.join(path);
        let above = path.parent().expect("every file lies in the folder");
        fs::create_dir_all(above)
            .and_then(|()| fs::write(&path, text.replace("RECEIVER", &receiver.to_string())))
            .with_context(|| format!("writing `{}`", path.display()))?;
    }
    Ok(())
}
