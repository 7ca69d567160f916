//! What is written down whole: baselines, flaky tests.

use std::collections::BTreeSet;
use std::time::SystemTime;

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::{Store, StoreError, seconds};

/// Baselines that are kept: each text of a file has its own.
const BASELINES: i64 = 200;
impl Store {
    /// What was written down under a key.
    pub(in super::super) fn baseline(&self, key: &str) -> Result<Option<String>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare_cached("SELECT value FROM baseline WHERE key = ?1")?;
            statement.query_row([key], |row| row.get(0)).optional()
        };
        self.asked(read())
    }

    /// Writes it down, in the place of what was there.
    pub(in super::super) fn put_baseline(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        let now = seconds(SystemTime::now());
        let mut write = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let add = "INSERT OR REPLACE INTO baseline (key, value, made) VALUES (?1, ?2, ?3)";
            transaction.execute(add, params![key, value, now])?;
            let old = "DELETE FROM baseline WHERE key NOT IN (SELECT key FROM baseline ORDER BY made DESC LIMIT ?1)";
            transaction.execute(old, [BASELINES])?;
            transaction.commit()
        };
        let written = write();
        self.asked(written)
    }

    /// Remembers tests that do not agree with themselves.
    pub(in super::super) fn put_flaky(&mut self, context: &str, ids: &[String]) -> Result<(), StoreError> {
        let now = seconds(SystemTime::now());
        let mut write = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for id in ids {
                let add = "INSERT OR REPLACE INTO flaky (context, test, seen) VALUES (?1, ?2, ?3)";
                transaction.prepare_cached(add)?.execute(params![context, id, now])?;
            }
            transaction.commit()
        };
        let written = write();
        self.asked(written)
    }

    /// The tests that were remembered so.
    pub(in super::super) fn flaky(&self, context: &str) -> Result<BTreeSet<String>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare_cached("SELECT test FROM flaky WHERE context = ?1")?;
            statement.query_map([context], |row| row.get(0))?.collect()
        };
        self.asked(read())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_baselines_make_room() {
        let mut store = Store::memory().unwrap();
        for number in 0..BASELINES + 5 {
            store.put_baseline(&format!("{number:03}"), "x").unwrap();
            store.connection.execute("UPDATE baseline SET made = made - 1", []).unwrap();
        }
        store.put_baseline("010", "y").unwrap();
        let count: i64 = store.connection.query_row("SELECT count(*) FROM baseline", [], |row| row.get(0)).unwrap();
        assert_eq!((count, store.baseline("000").unwrap()), (BASELINES, None));
        assert_eq!(store.baseline("010").unwrap().as_deref(), Some("y"));
    }
}
