//! The score over the runs: a column for each, with what is proved, what might be, and how much was read.

use maud::{Markup, html};
use trailproof_core::assessment::Milli;
use trailproof_core::diff::{Points, Side};

use super::summary::grade;

/// So many runs have a column: three years of quarters.
const RUNS: usize = 12;

/// The columns, the oldest run first.
pub fn columns(sides: &[Side]) -> Markup {
    let shown = sides.get(sides.len().saturating_sub(RUNS)..).unwrap_or_default();
    let first = sides.len() - shown.len();
    html! {
        ol class="trend" aria-label="The score of each run, the oldest first" {
            @for (at, side) in shown.iter().enumerate() {
                @let before = (first + at).checked_sub(1).and_then(|before| sides.get(before));
                li {
                    (column(side))
                    span class="sr" { "Run of " }
                    span class="day" { (side.ended.strftime("%F")) }
                    strong { (side.proven) } " " (grade(side.grade))
                    span class="word" { "up to " (side.potential) ", " (side.coverage) " % read" }
                    @if let Some(before) = before { (moved(before, side)) }
                }
            }
        }
        @if first > 0 { p class="note" { "Shown are the last " (RUNS) " of " (sides.len()) " runs." } }
    }
}

/// A run's column: full is proved, light what might be.
fn column(side: &Side) -> Markup {
    let share = |milli: Milli| format!("{}", f64::from(milli.0) / 1000.0);
    let from = |milli: Milli| share(Milli(Milli::FULL.0.saturating_sub(milli.0)));
    let potential = side.potential.max(side.proven);
    html! {
        svg class="column" viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
            rect class="ground" width="10" height="100" {}
            rect class="possible" y=(from(potential)) width="10" height=(share(potential)) {}
            rect class="sure" y=(from(side.proven)) width="10" height=(share(side.proven)) {}
        }
    }
}

fn moved(before: &Side, side: &Side) -> Markup {
    let points = Points::between(before.proven, side.proven);
    let class = match points.0 {
        0 => "soft",
        1.. => "good",
        _ => "bad",
    };
    html! { span class={ "moved " (class) } { (points) span class="sr" { " points since the run before" } } }
}
