//! Why a request is not served, and the protocol's code for it.

use super::server::Shared;
use tower_lsp::jsonrpc::{Error, ErrorCode};
use tower_lsp::ls_types::MessageType;

/// `RequestFailed` of the protocol: the request was right, but can not be done.
const REQUEST_FAILED: i64 = -32803;

/// Why there is no edit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The document has another version by now.
    #[error("the document was changed in the meantime")]
    Stale,
    /// It is no longer wanted.
    #[error("cancelled")]
    Cancelled,
    /// The client did not open it.
    #[error("the document is not open: {0}")]
    NotOpen(String),
    /// The request asks for nothing that there is.
    #[error("{0}")]
    Invalid(String),
    /// It can not be done, and why: for the user.
    #[error("{0}")]
    Impossible(String),
    /// There is no edit that may be applied, and why: for the user, who has done nothing wrong.
    #[error("{0}")]
    Unsuitable(String),
    /// A bug.
    #[error("internal error, please report it: {0}")]
    Internal(String),
}

impl Shared {
    /// Shows the user why there is no edit, and returns it; what is not for the user stays an error.
    pub async fn explain(&self, failure: Failure) -> Result<String, Error> {
        let (kind, reason) = match failure {
            Failure::Unsuitable(reason) => (MessageType::INFO, reason),
            Failure::Impossible(reason) => (MessageType::ERROR, reason),
            other => return Err(other.into()),
        };
        self.client.show_message(kind, format!("lerp: {reason}")).await;
        Ok(reason)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let code = match &failure {
            Failure::Stale => ErrorCode::ContentModified,
            Failure::Cancelled => ErrorCode::RequestCancelled,
            Failure::NotOpen(_) | Failure::Invalid(_) => ErrorCode::InvalidParams,
            Failure::Impossible(_) | Failure::Unsuitable(_) => ErrorCode::ServerError(REQUEST_FAILED),
            Failure::Internal(_) => ErrorCode::InternalError,
        };
        Self { code, message: failure.to_string().into(), data: None }
    }
}
