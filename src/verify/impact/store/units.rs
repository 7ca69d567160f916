//! Units: test files, what was seen of them, and what they reached.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, SystemTime};

use rusqlite::{Transaction, TransactionBehavior, params};

use super::super::unit::{Function, Outcome, Test, Unit};
use super::{Store, StoreError, seconds};

/// How long a run that was too slow is believed.
const LATE: Duration = Duration::from_secs(3600);
/// Units that nobody made anew for so long belong to an interpreter or a test file that is gone.
const KEPT: Duration = Duration::from_secs(60 * 24 * 3600);

/// A unit as the database has it, without its tests.
#[derive(Debug)]
pub(in super::super) struct Known {
    pub(in super::super) id: i64,
    pub(in super::super) test_file: String,
    pub(in super::super) error: Option<String>,
    /// It was run together with other test files.
    pub(in super::super) together: bool,
    /// Files and the hashes that they had.
    pub(in super::super) loaded: Vec<(String, Vec<u8>)>,
}

impl Store {
    /// All units of a context.
    pub(in super::super) fn units(&self, context: &str) -> Result<Vec<Known>, StoreError> {
        let read = || {
            let mut loaded = self.connection.prepare_cached("SELECT file, hash FROM loaded WHERE unit = ?1")?;
            let mut units = self.connection.prepare_cached(
                "SELECT id, test_file, error, together FROM unit WHERE context = ?1 AND (until IS NULL OR until > ?2)",
            )?;
            let mut found = Vec::new();
            let rows = units.query_map(params![context, seconds(SystemTime::now())], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
            for row in rows {
                let (id, test_file, error, together) = row?;
                let files = loaded.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let loaded = files.collect::<rusqlite::Result<_>>()?;
                found.push(Known { id, test_file, error, together, loaded });
            }
            Ok(found)
        };
        self.asked(read())
    }

    /// Puts a unit in the place of the one before; `hashes` are those of the files that it loaded.
    pub(in super::super) fn put(
        &mut self,
        context: &str,
        unit: &Unit,
        hashes: &[(&str, Vec<u8>)],
    ) -> Result<(), StoreError> {
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
                "INSERT INTO unit (context, test_file, error, together, millis, made, until)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![context, unit.test_file, unit.error, unit.together, unit.millis, now, until],
            )?;
            let id = transaction.last_insert_rowid();
            for (file, hash) in hashes {
                let add = "INSERT INTO loaded (unit, file, hash) VALUES (?1, ?2, ?3)";
                transaction.prepare_cached(add)?.execute(params![id, file, hash])?;
            }
            // most functions are reached by many tests
            let mut numbers = HashMap::new();
            for function in &unit.imported {
                let function = number_of(&transaction, &mut numbers, function)?;
                let add = "INSERT INTO imported (unit, function) VALUES (?1, ?2)";
                transaction.prepare_cached(add)?.execute([id, function])?;
            }
            for (test, reached) in &unit.tests {
                let add = "INSERT INTO test (unit, name, outcome, millis) VALUES (?1, ?2, ?3, ?4)";
                transaction.prepare_cached(add)?.execute(params![id, test.id, test.outcome.word(), test.millis])?;
                let test = transaction.last_insert_rowid();
                for function in reached {
                    let function = number_of(&transaction, &mut numbers, function)?;
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
    pub(in super::super) fn reaching(
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
    pub(in super::super) fn functions(
        &self,
        units: &HashSet<i64>,
        file: &str,
    ) -> Result<BTreeMap<String, usize>, StoreError> {
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
    pub(in super::super) fn reached_once(
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
}

/// The number of a function, which it is given when it is met for the first time.
fn number_of<'a>(
    transaction: &Transaction<'_>,
    numbers: &mut HashMap<&'a Function, i64>,
    function: &'a Function,
) -> rusqlite::Result<i64> {
    if let Some(number) = numbers.get(function) {
        return Ok(*number);
    }
    let (file, name) = function;
    transaction
        .prepare_cached("INSERT INTO function (file, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([file, name])?;
    let number = transaction
        .prepare_cached("SELECT id FROM function WHERE file = ?1 AND name = ?2")?
        .query_row([file, name], |row| row.get(0))?;
    numbers.insert(function, number);
    Ok(number)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn unit(test_file: &str, tests: &[(&str, &[&str])]) -> Unit {
        let test = |(id, reached): &(&str, &[&str])| {
            let told = Test { id: (*id).to_owned(), outcome: Outcome::Passed, millis: 1.5 };
            (told, reached.iter().map(|name| ("shop.py".to_owned(), (*name).to_owned())).collect())
        };
        Unit { test_file: test_file.to_owned(), tests: tests.iter().map(test).collect(), ..Unit::default() }
    }

    fn all(store: &Store) -> HashSet<i64> {
        store.units("c").unwrap().into_iter().map(|unit| unit.id).collect()
    }

    pub(in super::super) fn names(store: &Store, function: &str) -> Vec<String> {
        let (tests, _) = store.reaching(&all(store), "shop.py", function).unwrap();
        tests.into_iter().map(|test| test.id).collect()
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
    fn what_runs_at_import_counts_for_every_test() {
        let mut store = Store::memory().unwrap();
        let imported = [("shop.py".to_owned(), "f".to_owned())].into();
        let unit = Unit { imported, ..unit("a.py", &[("a.py::x", &[]), ("a.py::y", &["f"])]) };
        store.put("c", &unit, &[]).unwrap();
        let (tests, at_import) = store.reaching(&all(&store), "shop.py", "f").unwrap();
        assert_eq!((tests.len(), at_import), (2, true));
        assert_eq!(store.functions(&all(&store), "shop.py").unwrap()["f"], 2);
    }
}
