//! Work on several things at a time, with the results in the order of the things.

use anyhow::Result;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::channel;

/// Trees of deeply nested code are walked by recursion: 500 levels and more must fit. Pages that are not touched cost
/// nothing.
pub const STACK: usize = 64 << 20;

/// Gives each task to one of `jobs` threads; `take` sees the results in the order of the tasks, as early as possible.
pub fn ordered<T: Send, R: Send>(
    tasks: Vec<T>,
    jobs: usize,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    let tasks = Mutex::new(tasks.into_iter().enumerate());
    std::thread::scope(|scope| {
        let (results, finished) = channel();
        for _ in 0..jobs {
            let (results, tasks, work) = (results.clone(), &tasks, &work);
            let next = move || tasks.lock().ok().and_then(|mut tasks| tasks.next());
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
                while let Some((at, task)) = next() {
                    // nobody listens any more: a result could not be printed
                    if results.send((at, work(task))).is_err() {
                        break;
                    }
                }
            })?;
        }
        drop(results);
        let (mut next, mut early) = (0, BTreeMap::new());
        for (at, result) in finished {
            early.insert(at, result);
            while let Some(result) = early.remove(&next) {
                take(result)?;
                next += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_come_in_the_order_of_the_tasks() {
        let mut seen = Vec::new();
        let slow_first = |n: u64| {
            std::thread::sleep(Duration::from_millis(20 / (n + 1)));
            n
        };
        ordered((0..20).collect(), 4, slow_first, |n| {
            seen.push(n);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_ends_the_work() {
        let result = ordered((0..1000).collect(), 2, |n: i32| n, |_| anyhow::bail!("stop"));
        assert_eq!(result.unwrap_err().to_string(), "stop");
    }
}
