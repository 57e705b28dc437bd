use opcx_store::StoreError;

/// Why the engine could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Who was erased could not be noted outside the store.
    #[error("who was erased could not be noted: {0}; it is tried again")]
    Note(#[source] std::io::Error),
}
