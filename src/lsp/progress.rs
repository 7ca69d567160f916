//! Progress for what takes long enough to be noticed. The server starts it: editors send no token with code actions.

use crate::synthesis::Cancel;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tower_lsp::Client;
use tower_lsp::ls_types::ProgressToken;

/// What is done sooner has no progress.
const NOTICED: Duration = Duration::from_millis(300);

/// Running progresses by token.
#[derive(Default)]
pub struct Progresses {
    running: Arc<Mutex<HashMap<String, Cancel>>>,
    count: AtomicU64,
}

/// Ends the progress when it is dropped.
pub struct Running {
    _done: oneshot::Sender<()>,
}

impl Progresses {
    /// Shows a progress soon, unless the work is done by then. Its cancel button stops the work. A token is the client's,
    /// which need not be told to make one.
    pub fn start(&self, client: &Client, title: String, token: Option<ProgressToken>, cancel: &Cancel) -> Running {
        let (done, mut is_done) = oneshot::channel::<()>();
        let own = || ProgressToken::String(format!("lerp/{}", self.count.fetch_add(1, Ordering::Relaxed)));
        let (is_own, name) = (token.is_none(), token.unwrap_or_else(own));
        let (client, cancel, running) = (client.clone(), cancel.clone(), Arc::clone(&self.running));
        tokio::spawn(async move {
            if tokio::time::timeout(NOTICED, &mut is_done).await.is_ok() {
                return;
            }
            if is_own && client.create_work_done_progress(name.clone()).await.is_err() {
                return;
            }
            let token = key(&name);
            running.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), cancel);
            let shown = client.progress(name, title).with_cancel_button().begin().await;
            // never sent: the sender is dropped when the work is done
            let _ = is_done.await;
            running.lock().unwrap_or_else(PoisonError::into_inner).remove(&token);
            shown.finish().await;
        });
        Running { _done: done }
    }

    /// The user pressed cancel.
    pub fn cancel(&self, token: &ProgressToken) {
        if let Some(cancel) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&key(token)) {
            cancel.cancel();
        }
    }
}

/// A number and the text of its digits are two tokens.
fn key(token: &ProgressToken) -> String {
    match token {
        ProgressToken::String(text) => format!("s{text}"),
        ProgressToken::Number(number) => format!("n{number}"),
    }
}
