//! The bars of `cargo xtask bench --svg`: how many times faster than CPython each program runs, on a logarithmic axis.

use crate::bench::{CPYTHON, Results, Row};
use crate::{Outcome, report};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::path::Path;

const COLOURS: &[RGBColor] = &[RGBColor(27, 94, 164), RGBColor(150, 190, 225), RGBColor(200, 120, 60)];
/// Pixels of a program's group of bars.
const GROUP: u32 = 34;

/// A row of the plot: its name and, per interpreter but CPython, the ratio.
type Bars = (String, Vec<Option<f64>>);

pub fn write(results: &Results, path: &Path) -> Outcome {
    let bars = bars(results);
    let size = (900, 110 + GROUP * bars.len() as u32);
    let area = SVGBackend::new(path, size).into_drawing_area();
    draw(&area, results, &bars).map_err(|e| format!("{}: {e}", path.display()))
}

/// The steady state where there is one, else the whole process; the mean of the suite comes last.
fn bars(results: &Results) -> Vec<Bars> {
    let others = CPYTHON + 1..results.subjects.len();
    let mut bars: Vec<Bars> = Vec::new();
    for row in &results.rows {
        let figure = if row.pyperformance {
            |c: &crate::bench::Cell| c.steady
        } else {
            |c: &crate::bench::Cell| c.wall
        };
        let name = if row.pyperformance { row.name.clone() } else { format!("{} (process)", row.name) };
        bars.push((name, others.clone().map(|s| report::ratio(row, s, figure)).collect()));
    }
    let suite: Vec<&Row> = results.rows.iter().filter(|row| row.pyperformance).collect();
    if suite.len() > 1 {
        let means = others.map(|s| report::geometric_mean(&suite, s, |cell| cell.steady)).collect();
        bars.push(("geometric mean".into(), means));
    }
    bars
}

fn draw(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    results: &Results,
    bars: &[Bars],
) -> Result<(), Box<dyn std::error::Error>> {
    let top = bars.iter().flat_map(|(_, r)| r).flatten().fold(20.0_f64, |a, b| a.max(*b)) * 1.3;
    let count = bars.len() as f64;
    area.fill(&WHITE)?;
    let title = format!("Times faster than {} ({})", results.subjects[CPYTHON].label, results.date);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(30)
        .y_label_area_size(210)
        .build_cartesian_2d((0.3..top).log_scale(), 0.0..count)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .disable_y_axis()
        .light_line_style(WHITE)
        .x_label_formatter(&|x| format!("{x}"))
        .draw()?;
    let subjects = results.subjects.len() - 1;
    for (s, subject) in results.subjects[CPYTHON + 1..].iter().enumerate() {
        let colour = COLOURS[s % COLOURS.len()];
        let rectangles = bars.iter().enumerate().filter_map(|(i, (_, ratios))| {
            let height = 0.8 / subjects as f64;
            let y = count - i as f64 - 0.1 - height * s as f64;
            ratios[s].map(|ratio| Rectangle::new([(1.0, y), (ratio.max(0.3), y - height)], colour.filled()))
        });
        chart
            .draw_series(rectangles)?
            .label(subject.label.clone())
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour.filled()));
    }
    chart.draw_series(LineSeries::new([(1.0, 0.0), (1.0, count)], BLACK))?;
    let style = ("sans-serif", 14).into_font().color(&BLACK);
    for (i, (name, ratios)) in bars.iter().enumerate() {
        let first = ratios.first().copied().flatten().map_or(String::new(), |r| format!("  {r:.1}"));
        let (_, y) = chart.backend_coord(&(1.0, count - i as f64 - 0.5));
        area.draw_text(&format!("{name}{first}"), &style, (16, y - 7))?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .border_style(BLACK)
        .background_style(WHITE.mix(0.9))
        .draw()?;
    area.present()?;
    Ok(())
}
