//! The starter company in a temporary folder, as `opcx init` writes it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use opcx::house::Company;
use opcx::import::{File, Tally, Work, import, lane};
use opcx::senses::hurried;
use opcx_core::playbook::Mode;
use opcx_engine::Memory;
use opcx_store::{Embedded, Settings, Store};

/// A company and a place for its data.
pub(crate) struct Shop {
    folder: tempfile::TempDir,
}

/// The header of the starter's orders.
pub(crate) const HEADER: &str = "order_id,status,changed_at,customer_id,email,total,carrier,promised_at\n";

impl Shop {
    pub(crate) fn open() -> Shop {
        let shop = Shop { folder: tempfile::tempdir().expect("a folder for a test") };
        for (path, text) in opcx_company::starter() {
            shop.write(&path, &text);
        }
        shop
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a path within the folder")).expect("a writable folder");
        fs::write(&path, text).expect("a writable folder");
        path
    }

    pub(crate) fn rewrite(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder.path().join(path)).expect("a file of the company");
        assert!(text.contains(from), "`{path}` holds `{from}`");
        self.write(path, text.replace(from, to));
    }

    pub(crate) fn company(&self) -> Company {
        Company::load(&self.path()).expect("a company without faults")
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        let settings = Settings { segment_bytes: 1 << 20, ..Settings::default() };
        Arc::new(Embedded::open(&self.company().data(), &settings).expect("data that nobody else has open"))
    }

    /// Imports a file with the mapping `orders`.
    pub(crate) fn import(
        &self,
        store: &Arc<dyn Store>,
        name: &str,
        text: impl AsRef<[u8]>,
    ) -> anyhow::Result<Tally> {
        self.import_as(store, name, text, Mode::Shadow)
    }

    /// The same in a mode.
    pub(crate) fn import_as(
        &self,
        store: &Arc<dyn Store>,
        name: &str,
        text: impl AsRef<[u8]>,
        mode: Mode,
    ) -> anyhow::Result<Tally> {
        let company = self.company();
        let work = Work {
            store,
            definitions: &company.definitions,
            sense: hurried(),
            mapping: company.mapping("orders")?,
            lane: lane(company.mapping("orders")?, mode),
            room: &self.path(),
            memory: &Arc::new(Memory::unlimited()),
        };
        import(&work, File::open(&self.write(name, text))?, &mut |_, _| {})
    }
}
