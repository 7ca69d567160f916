//! A progress bar on a terminal, for what takes longer than a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Counts steps, and shows them when it takes long.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// So many steps, counted in `unit`.
    pub fn new(steps: usize, unit: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        let template = format!("{{bar:30}} {{pos}}/{{len}} {unit}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self { bar, started: Instant::now() }
    }

    /// One step is done.
    pub fn advance(&self) {
        self.bar.inc(1);
        self.show();
    }

    /// So many steps are done, of so many: for work whose size is known only on the way.
    pub fn at(&self, done: usize, steps: usize) {
        self.bar.set_length(steps as u64);
        self.bar.set_position(done as u64);
        self.show();
    }

    fn show(&self) {
        let late = self.started.elapsed() > Duration::from_secs(1);
        if late && self.bar.is_hidden() && std::io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Takes the bar away while something is printed.
    pub fn hide_while<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
