//! The database of one project. Several lerps write to it at the same time: every change is one short transaction, so that neither
//! they nor `kill -9` leave half of one.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params};
use thiserror::Error;

use super::unit::{Function, Outcome, Test, Unit};

const SCHEMA: &str = include_str!("schema.sql");
/// `lerp` in ASCII: marks the file as ours.
const APPLICATION: i32 = 0x6c65_7270;
/// Of the schema.
const VERSION: i32 = 2;
/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a run that was too slow is believed.
const LATE: Duration = Duration::from_secs(3600);
/// Baselines that are kept: each text of a file has its own.
const BASELINES: i64 = 200;
/// Units that nobody made anew for so long belong to an interpreter or a test file that is gone.
const KEPT: Duration = Duration::from_secs(60 * 24 * 3600);

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

/// A unit as the database has it, without its tests.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: i64,
    pub(super) test_file: String,
    pub(super) error: Option<String>,
    /// Files and the hashes that they had.
    pub(super) loaded: Vec<(String, Vec<u8>)>,
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

    /// All units of a context.
    pub(super) fn units(&self, context: &str) -> Result<Vec<Known>, StoreError> {
        let read = || {
            let mut loaded = self.connection.prepare_cached("SELECT file, hash FROM loaded WHERE unit = ?1")?;
            let mut units = self.connection.prepare_cached(
                "SELECT id, test_file, error FROM unit WHERE context = ?1 AND (until IS NULL OR until > ?2)",
            )?;
            let mut found = Vec::new();
            let rows = units.query_map(params![context, seconds(SystemTime::now())], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
            for row in rows {
                let (id, test_file, error) = row?;
                let files = loaded.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
                found.push(Known { id, test_file, error, loaded: files.collect::<rusqlite::Result<_>>()? });
            }
            Ok(found)
        };
        self.asked(read())
    }

    /// Puts a unit in the place of the one before; `hashes` are those of the files that it loaded.
    pub(super) fn put(&mut self, context: &str, unit: &Unit, hashes: &[(&str, Vec<u8>)]) -> Result<(), StoreError> {
        let now = seconds(SystemTime::now());
        let until = unit.late.then(|| seconds(SystemTime::now() + LATE));
        let mut write = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let old = now - i64::try_from(KEPT.as_secs()).unwrap_or(i64::MAX);
            transaction.execute("DELETE FROM unit WHERE made < ?1", [old])?;
            transaction.execute(
                "DELETE FROM unit WHERE context = ?1 AND test_file = ?2",
                [context, unit.test_file.as_str()],
            )?;
            transaction.execute(
                "INSERT INTO unit (context, test_file, error, millis, made, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![context, unit.test_file, unit.error, unit.millis, now, until],
            )?;
            let id = transaction.last_insert_rowid();
            for (file, hash) in hashes {
                let add = "INSERT INTO loaded (unit, file, hash) VALUES (?1, ?2, ?3)";
                transaction.prepare_cached(add)?.execute(params![id, file, hash])?;
            }
            for function in &unit.imported {
                let function = number_of(&transaction, function)?;
                let add = "INSERT INTO imported (unit, function) VALUES (?1, ?2)";
                transaction.prepare_cached(add)?.execute([id, function])?;
            }
            for (test, reached) in &unit.tests {
                let add = "INSERT INTO test (unit, name, outcome, millis) VALUES (?1, ?2, ?3, ?4)";
                transaction.prepare_cached(add)?.execute(params![id, test.id, test.outcome.word(), test.millis])?;
                let test = transaction.last_insert_rowid();
                for function in reached {
                    let function = number_of(&transaction, function)?;
                    let add = "INSERT INTO reach (test, function) VALUES (?1, ?2)";
                    transaction.prepare_cached(add)?.execute([test, function])?;
                }
            }
            transaction.commit()
        };
        let written = write();
        self.asked(written)
    }

    /// Of some units, the tests that reach a function, and whether it ran at import.
    pub(super) fn reaching(
        &self,
        units: &HashSet<i64>,
        file: &str,
        function: &str,
    ) -> Result<(Vec<Test>, bool), StoreError> {
        const TESTS: &str = "
            SELECT unit.id, test.name, test.outcome, test.millis
            FROM test JOIN unit ON unit.id = test.unit
            WHERE test.id IN (
                SELECT reach.test FROM reach JOIN function ON function.id = reach.function
                WHERE function.file = ?1 AND function.name = ?2
                UNION
                SELECT test.id FROM imported JOIN function ON function.id = imported.function
                JOIN test ON test.unit = imported.unit
                WHERE function.file = ?1 AND function.name = ?2
            )
            ORDER BY unit.test_file, test.id";
        const IMPORTED: &str = "
            SELECT imported.unit FROM imported JOIN function ON function.id = imported.function
            WHERE function.file = ?1 AND function.name = ?2";
        let read = || {
            let mut statement = self.connection.prepare_cached(TESTS)?;
            let rows = statement.query_map([file, function], |row| {
                let outcome: String = row.get(2)?;
                let test = Test { id: row.get(1)?, outcome: Outcome::from_word(&outcome), millis: row.get(3)? };
                Ok((row.get(0)?, test))
            })?;
            let rows = rows.collect::<rusqlite::Result<Vec<(i64, Test)>>>()?;
            let tests = rows.into_iter().filter(|(unit, _)| units.contains(unit)).map(|(_, test)| test).collect();
            let mut statement = self.connection.prepare_cached(IMPORTED)?;
            let rows = statement.query_map([file, function], |row| row.get(0))?;
            let imported = rows.collect::<rusqlite::Result<Vec<i64>>>()?;
            Ok((tests, imported.iter().any(|unit| units.contains(unit))))
        };
        self.asked(read())
    }

    /// Of some units, the functions of a file that tests reach, and how many do.
    pub(super) fn functions(&self, units: &HashSet<i64>, file: &str) -> Result<BTreeMap<String, usize>, StoreError> {
        const PAIRS: &str = "
            SELECT function.name, test.unit, test.id FROM function
            JOIN reach ON reach.function = function.id JOIN test ON test.id = reach.test WHERE function.file = ?1
            UNION
            SELECT function.name, test.unit, test.id FROM function
            JOIN imported ON imported.function = function.id JOIN test ON test.unit = imported.unit
            WHERE function.file = ?1";
        let read = || {
            let mut statement = self.connection.prepare_cached(PAIRS)?;
            let rows = statement.query_map([file], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut counts = BTreeMap::new();
            for row in rows {
                let (name, unit): (String, i64) = row?;
                if units.contains(&unit) {
                    *counts.entry(name).or_default() += 1;
                }
            }
            Ok(counts)
        };
        self.asked(read())
    }

    /// The units, whatever became of their files since, of which a test reached a function of the file.
    pub(super) fn reached_once(
        &self,
        context: &str,
        file: &str,
        function: &str,
    ) -> Result<HashSet<String>, StoreError> {
        const FILES: &str = "
            SELECT unit.test_file FROM unit WHERE context = ?1 AND (
                id IN (SELECT test.unit FROM test JOIN reach ON reach.test = test.id
                    JOIN function ON function.id = reach.function WHERE function.file = ?2 AND function.name = ?3)
                OR id IN (SELECT imported.unit FROM imported JOIN function ON function.id = imported.function
                    WHERE function.file = ?2 AND function.name = ?3))";
        let read = || {
            let mut statement = self.connection.prepare_cached(FILES)?;
            statement.query_map([context, file, function], |row| row.get(0))?.collect()
        };
        self.asked(read())
    }

    /// What was written down under a key.
    pub(super) fn baseline(&self, key: &str) -> Result<Option<String>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare_cached("SELECT value FROM baseline WHERE key = ?1")?;
            statement.query_row([key], |row| row.get(0)).optional()
        };
        self.asked(read())
    }

    /// Writes it down, in the place of what was there.
    pub(super) fn put_baseline(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
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
    pub(super) fn put_flaky(&mut self, context: &str, ids: &[String]) -> Result<(), StoreError> {
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
    pub(super) fn flaky(&self, context: &str) -> Result<BTreeSet<String>, StoreError> {
        let read = || {
            let mut statement = self.connection.prepare_cached("SELECT test FROM flaky WHERE context = ?1")?;
            statement.query_map([context], |row| row.get(0))?.collect()
        };
        self.asked(read())
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

/// The number of a function, which it is given when it is met for the first time.
fn number_of(transaction: &Transaction<'_>, (file, name): &Function) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached("INSERT INTO function (file, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([file, name])?;
    transaction
        .prepare_cached("SELECT id FROM function WHERE file = ?1 AND name = ?2")?
        .query_row([file, name], |row| row.get(0))
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
    use super::*;

    fn unit(test_file: &str, tests: &[(&str, &[&str])]) -> Unit {
        let test = |(id, reached): &(&str, &[&str])| {
            let told = Test { id: (*id).to_owned(), outcome: Outcome::Passed, millis: 1.5 };
            (told, reached.iter().map(|name| ("shop.py".to_owned(), (*name).to_owned())).collect())
        };
        Unit { test_file: test_file.to_owned(), tests: tests.iter().map(test).collect(), ..Unit::default() }
    }

    fn all(store: &Store) -> HashSet<i64> {
        store.units("c").unwrap().into_iter().map(|unit| unit.id).collect()
    }

    fn names(store: &Store, function: &str) -> Vec<String> {
        let (tests, _) = store.reaching(&all(store), "shop.py", function).unwrap();
        tests.into_iter().map(|test| test.id).collect()
    }

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cache/shop.sqlite");
        (folder, file)
    }

    fn open(file: &Path) -> (Store, Option<String>) {
        Store::open(file, Path::new("/shop")).unwrap()
    }

    #[test]
    fn a_unit_takes_the_place_of_the_one_before() {
        let mut store = Store::memory().unwrap();
        let hashes = [("shop.py", vec![1, 2]), ("conftest.py", Vec::new())];
        store.put("c", &unit("b.py", &[("b.py::x", &["f", "g"]), ("b.py::y", &["g"])]), &hashes).unwrap();
        store.put("c", &unit("a.py", &[("a.py::z", &["g"])]), &[]).unwrap();
        store.put("other", &unit("b.py", &[("b.py::x", &["f"])]), &[]).unwrap();
        assert_eq!(names(&store, "g"), ["a.py::z", "b.py::x", "b.py::y"]);
        assert_eq!(names(&store, "f"), ["b.py::x"]);
        assert_eq!(names(&store, "nothing"), [""; 0]);
        assert_eq!(
            store.functions(&all(&store), "shop.py").unwrap(),
            [("f".to_owned(), 1), ("g".to_owned(), 3)].into()
        );
        let known = store.units("c").unwrap();
        let of_b = known.iter().find(|unit| unit.test_file == "b.py").unwrap();
        assert_eq!(of_b.loaded.len(), 2);

        store.put("c", &unit("b.py", &[("b.py::x", &[])]), &[]).unwrap();
        assert_eq!((names(&store, "f"), names(&store, "g")), (Vec::new(), vec!["a.py::z".to_owned()]));
        assert_eq!(store.reached_once("c", "shop.py", "g").unwrap(), ["a.py".to_owned()].into());
        assert_eq!(store.reached_once("other", "shop.py", "f").unwrap(), ["b.py".to_owned()].into());
    }

    #[test]
    fn a_run_that_was_too_slow_is_not_believed_for_ever() {
        let mut store = Store::memory().unwrap();
        store.put("c", &Unit { late: true, ..unit("a.py", &[]) }, &[]).unwrap();
        store.put("c", &unit("b.py", &[]), &[]).unwrap();
        assert_eq!(store.units("c").unwrap().len(), 2);
        store.connection.execute("UPDATE unit SET until = until - 3601", []).unwrap();
        let names: Vec<String> = store.units("c").unwrap().into_iter().map(|unit| unit.test_file).collect();
        assert_eq!(names, ["b.py"]);
    }

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

    #[test]
    fn what_runs_at_import_counts_for_every_test() {
        let mut store = Store::memory().unwrap();
        let imported = [("shop.py".to_owned(), "f".to_owned())].into();
        let unit = Unit { imported, ..unit("a.py", &[("a.py::x", &[]), ("a.py::y", &["f"])]) };
        store.put("c", &unit, &[]).unwrap();
        let (tests, at_import) = store.reaching(&all(&store), "shop.py", "f").unwrap();
        assert_eq!((tests.len(), at_import), (2, true));
        assert_eq!(store.functions(&all(&store), "shop.py").unwrap()["f"], 2);
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
