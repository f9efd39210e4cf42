//! The conformance suite on the embedded store: each case a named test on a folder of its own.

use std::sync::Arc;

use async_trait::async_trait;
use libtest_mimic::{Arguments, Failed, Trial};
use parking_lot::Mutex;
use rightful_store::conformance::{Backend, CASES, CaseFn, Ending};
use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey, Store, StoreError};

struct Embedded {
    dir: tempfile::TempDir,
    store: Mutex<Option<Arc<EmbeddedStore>>>,
}

impl Embedded {
    fn open(&self) -> Result<(), StoreError> {
        let options = EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32]);
        let (store, _) = EmbeddedStore::open(self.dir.path(), options)?;
        *self.store.lock() = Some(Arc::new(store));
        Ok(())
    }
}

#[async_trait]
impl Backend for Embedded {
    fn store(&self) -> Arc<dyn Store> {
        let store = self.store.lock();
        Arc::clone(store.as_ref().expect("it is open between restarts")) as Arc<dyn Store>
    }

    async fn restart(&self, ending: Ending) -> Result<(), StoreError> {
        let store = self.store.lock().take().expect("it is open between restarts");
        match ending {
            Ending::Closed => store.close(),
            Ending::Abandoned => {}
        }
        drop(Arc::into_inner(store).expect("no case keeps the store over a restart"));
        self.open()
    }
}

fn run(case: CaseFn) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    let backend = Embedded { dir: tempfile::tempdir()?, store: Mutex::new(None) };
    backend.open()?;
    runtime.block_on(case(Arc::new(backend))).map_err(Failed::from)
}

fn main() {
    let trials = CASES.iter().map(|(name, case)| Trial::test(*name, move || run(*case))).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
