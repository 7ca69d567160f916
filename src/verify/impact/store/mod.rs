//! The database of one project. Several lerps write to it at the same time: every change is one short transaction, so that neither
//! they nor `kill -9` leave half of one.

mod notes;
mod units;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use thiserror::Error;

const SCHEMA: &str = include_str!("schema.sql");
/// `lerp` in ASCII: marks the file as ours.
const APPLICATION: i32 = 0x6c65_7270;
/// Of the schema.
const VERSION: i32 = 3;
/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What went wrong with a database.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Its folder or its file can not be used.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// Another process has held it for too long.
    #[error("{0}: another process keeps the impact database locked")]
    Locked(PathBuf),
    /// SQLite says no.
    #[error("{0}: {1}")]
    Sqlite(PathBuf, rusqlite::Error),
    /// It is SQLite, but not of this version of lerp.
    #[error("{0}: made by another version of lerp, or by another program")]
    Foreign(PathBuf),
}

/// An open database.
#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
    file: PathBuf,
}

impl Store {
    /// Opens the file, or makes it. One that is broken or foreign is set aside; the second value says so.
    pub(super) fn open(file: &Path, root: &Path) -> Result<(Self, Option<String>), StoreError> {
        let failed = |error| StoreError::File(file.to_owned(), error);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        // two processes that both find it broken must not set each other's new one aside
        let _lock = lock(file)?;
        let error = match Self::connect(file) {
            Ok(store) => return Ok((store, None)),
            Err(error) if error.is_damage() => error,
            Err(error) => return Err(error),
        };
        let aside = file.with_extension("set-aside");
        fs::rename(file, &aside).map_err(failed)?;
        for ending in ["-wal", "-shm"] {
            let _ = fs::remove_file(beside(file, ending));
        }
        let store = Self::connect(file)?;
        let note = format!(
            "{error}; it was set aside as {} and a new impact database of {} is made",
            aside.display(),
            root.display()
        );
        Ok((store, Some(note)))
    }

    /// One that is gone with the process.
    pub(super) fn memory() -> Result<Self, StoreError> {
        Self::prepared(Connection::open_in_memory(), Path::new(":memory:"))
    }

    fn connect(file: &Path) -> Result<Self, StoreError> {
        Self::prepared(Connection::open(file), file)
    }

    fn prepared(connection: rusqlite::Result<Connection>, file: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::Sqlite(file.to_owned(), error);
        let mut connection = connection.map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
        // readers go on while another process writes
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).map_err(failed)?;
        // what a power cut takes is found out again; `kill -9` takes nothing
        connection.pragma_update(None, "synchronous", "normal").map_err(failed)?;
        let number = |connection: &Connection, name: &str| -> rusqlite::Result<i32> {
            connection.pragma_query_value(None, name, |row| row.get(0))
        };
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
        if tables == 0 {
            let make = |connection: &mut Connection| -> rusqlite::Result<()> {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                transaction.execute_batch(SCHEMA)?;
                transaction.pragma_update(None, "application_id", APPLICATION)?;
                transaction.pragma_update(None, "user_version", VERSION)?;
                transaction.commit()
            };
            make(&mut connection).map_err(failed)?;
        }
        let ours = (number(&connection, "application_id"), number(&connection, "user_version"));
        if (ours.0.map_err(failed)?, ours.1.map_err(failed)?) != (APPLICATION, VERSION) {
            return Err(StoreError::Foreign(file.to_owned()));
        }
        let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
        if sound != "ok" {
            let damage = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
            let what = sound.lines().last().unwrap_or_default();
            return Err(failed(rusqlite::Error::SqliteFailure(damage, Some(format!("it is damaged ({what})")))));
        }
        Ok(Self { connection, file: file.to_owned() })
    }

    fn asked<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|error| StoreError::Sqlite(self.file.clone(), error))
    }
}

impl StoreError {
    /// Whether the file is of no use, in contrast to one that can not be reached.
    fn is_damage(&self) -> bool {
        match self {
            Self::Foreign(_) => true,
            Self::Sqlite(_, rusqlite::Error::SqliteFailure(error, _)) => {
                matches!(error.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            }
            _ => false,
        }
    }
}

/// Waits for the lock beside a database; it is held while one is opened, and is the system's to free.
fn lock(file: &Path) -> Result<File, StoreError> {
    let path = beside(file, ".lock");
    let failed = |error| StoreError::File(path.clone(), error);
    let lock = File::options().create(true).append(true).open(&path).map_err(failed)?;
    let started = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) if started.elapsed() > PATIENCE => {
                return Err(StoreError::Locked(file.to_owned()));
            }
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::units::tests::{names, unit};
    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cache/shop.sqlite");
        (folder, file)
    }

    fn open(file: &Path) -> (Store, Option<String>) {
        Store::open(file, Path::new("/shop")).unwrap()
    }

    #[test]
    fn damaged_and_foreign_files_are_set_aside() {
        let check = |damage: &dyn Fn(&Path), expect: &str| {
            let (_folder, file) = place();
            let (mut store, note) = open(&file);
            assert_eq!(note, None);
            store.put("c", &unit("a.py", &[("a.py::x", &["f"])]), &[]).unwrap();
            drop(store);
            assert_eq!(names(&open(&file).0, "f"), ["a.py::x"], "it is kept");
            damage(&file);
            let (mut store, note) = open(&file);
            let note = note.unwrap_or_default();
            assert!(note.contains(expect) && note.contains("set aside"), "{note}");
            assert!(file.with_extension("set-aside").exists());
            assert_eq!(names(&store, "f"), [""; 0]);
            store.put("c", &unit("a.py", &[("a.py::x", &["f"])]), &[]).unwrap();
            drop(store);
            assert_eq!((names(&open(&file).0, "f"), open(&file).1), (vec!["a.py::x".to_owned()], None));
        };
        check(
            &|file| fs::write(file, "not a database, but long enough to be read as one: ".repeat(100)).unwrap(),
            "not a database",
        );
        check(
            &|file| {
                let mut bytes = fs::read(file).unwrap();
                bytes[4096..].fill(0xa5);
                fs::write(file, bytes).unwrap();
            },
            "it is damaged",
        );
        check(
            &|file| {
                let bytes = fs::read(file).unwrap();
                fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
            },
            "",
        );
        let run = |file: &Path, sql: &str| Connection::open(file).unwrap().execute_batch(sql).unwrap();
        check(&|file| run(file, "PRAGMA user_version = 99"), "another version");
        check(&|file| run(file, "PRAGMA application_id = 7"), "another version");
    }

    #[test]
    fn an_empty_file_is_a_new_database() {
        let (_folder, file) = place();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "").unwrap();
        assert_eq!(open(&file).1, None);
    }

    #[test]
    fn a_folder_that_can_not_be_made_is_an_error() {
        let (folder, file) = place();
        fs::write(folder.path().join("cache"), "a file").unwrap();
        assert!(matches!(Store::open(&file, Path::new("/shop")), Err(StoreError::File(..))));
    }

    #[test]
    fn many_writers_lose_nothing() {
        let (_folder, file) = place();
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let file = &file;
                scope.spawn(move || {
                    for number in 0..10 {
                        let (mut store, note) = open(file);
                        assert_eq!(note, None);
                        let name = format!("test_{writer}_{number}.py");
                        store.put("c", &unit(&name, &[(&name, &["f"])]), &[("shop.py", vec![0])]).unwrap();
                    }
                });
            }
        });
        assert_eq!(names(&open(&file).0, "f").len(), 40);
    }
}
