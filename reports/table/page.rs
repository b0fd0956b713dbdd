//! A page of plain text in columns, which comfy-table measures, wraps and colours.
//!
//! What is left to do here: strangers' texts are cleaned on the way in, and words that are too long for their column
//! get places to break, because comfy-table would break them just anywhere.

use comfy_table::{
    Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width, presets,
};

use trailproof_core::language::Language;

use crate::text;
use crate::words::Words;

// Of the 256 colours, which no theme changes, those that stand out from white as well as from black: the first sixteen are
// the theme's, and its yellow and green are hardly seen on white.
const GREEN: Color = Color::AnsiValue(28);
const AMBER: Color = Color::AnsiValue(130);
const RED: Color = Color::AnsiValue(160);

/// How a text stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Bold,
    Dim,
    Good,
    Warn,
    Bad,
    Worst,
}

/// A text with its style. Safe to print: it is cleaned on the way in.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub fn new(text: impl AsRef<str>) -> Self {
        Self::styled(text, Style::Plain)
    }

    pub fn styled(text: impl AsRef<str>, style: Style) -> Self {
        Self { text: text::line(text.as_ref()), style }
    }

    pub fn empty() -> Self {
        Self::new("")
    }

    /// Cuts at the end.
    pub fn cut(mut self, columns: usize) -> Self {
        self.text = text::cut(&self.text, columns).into_owned();
        self
    }

    /// Cuts a path: its last parts stay whole.
    pub fn cut_path(mut self, columns: usize) -> Self {
        self.text = text::cut_path(&self.text, columns).into_owned();
        self
    }

    /// Breaks words that are longer than the columns.
    fn fold(mut self, columns: usize) -> Self {
        self.text = text::fold(&self.text, columns);
        self
    }

    /// Wraps, into at most so many lines.
    fn wrap(mut self, columns: usize, most: usize) -> Self {
        self.text = text::wrap(&self.text, columns, most).join("\n");
        self
    }

    pub fn width(&self) -> usize {
        self.text.split('\n').map(text::width).max().unwrap_or_default()
    }

    fn drawn(self) -> comfy_table::Cell {
        // An empty text would still be wrapped in escapes.
        let style = if self.text.is_empty() { Style::Plain } else { self.style };
        let cell = comfy_table::Cell::new_owned(self.text);
        match style {
            Style::Plain => cell,
            Style::Bold => cell.add_attribute(Attribute::Bold),
            Style::Dim => cell.add_attribute(Attribute::Dim),
            Style::Good => cell.fg(GREEN),
            Style::Warn => cell.fg(AMBER),
            Style::Bad => cell.fg(RED),
            Style::Worst => cell.fg(RED).add_attribute(Attribute::Bold),
        }
    }
}

/// One cell for each column; the last column takes what room is left and wraps.
pub type Row = Vec<Cell>;

/// Rows of as many cells each, a remark on them, and what is told of them all.
pub struct Told {
    pub rows: Vec<Row>,
    pub more: Option<String>,
    pub text: Cell,
}

/// A column's head, and which way its cells lean.
pub type Head = (&'static str, CellAlignment);

/// Heads that lean so.
pub fn heads<const N: usize>(words: [&'static str; N], aligned: [CellAlignment; N]) -> Vec<Head> {
    words.into_iter().zip(aligned).collect()
}

/// The room between two columns.
pub const GAP: usize = 2;

/// The room that a label or a severity takes before its text, the gap included.
pub const LABEL: usize = 10;

/// The page so far.
pub struct Page {
    pub width: usize,
    /// What is said on it.
    pub words: &'static Words,
    color: bool,
    out: String,
}

impl Page {
    pub fn new(width: usize, color: bool, language: Language) -> Self {
        if color {
            // Whether to colour has been decided: crossterm must not ask NO_COLOR again.
            crossterm::style::force_color_output(true);
        }
        Self { width, words: Words::of(language), color, out: String::new() }
    }

    pub fn finish(self) -> String {
        self.out
    }

    pub fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Whether the pieces fit on one line.
    pub fn fits(&self, pieces: &[String]) -> bool {
        !joined(pieces, self.width).contains('\n')
            && pieces.iter().all(|piece| text::width(piece) <= self.width)
    }

    /// Pieces joined by middle dots; a line breaks only between pieces.
    pub fn headline(&mut self, pieces: &[String]) {
        let text = joined(pieces, self.width);
        self.draw(0, 0, &[], vec![vec![Cell { text, style: Style::Bold }]]);
    }

    /// The title of a part, with a remark.
    pub fn section(&mut self, title: &str, remark: &str) {
        self.blank();
        let row = vec![Cell::styled(title, Style::Bold), Cell::styled(remark, Style::Dim)];
        self.grid(0, vec![row]);
    }

    /// A label, and beside it a text that wraps.
    pub fn entry(&mut self, indent: usize, label: Cell, text: &str) {
        self.draw(indent, LABEL - GAP, &[], vec![vec![label, Cell::new(text)]]);
    }

    /// A label, and beside it pieces that stay whole.
    pub fn pieces(&mut self, indent: usize, label: Cell, pieces: &[String]) {
        let text = joined(pieces, self.width.saturating_sub(indent + LABEL));
        let row = vec![label, Cell { text, style: Style::Plain }];
        self.draw(indent, LABEL - GAP, &[], vec![row]);
    }

    /// A remark on the table above it.
    pub fn note(&mut self, indent: usize, text: &str) {
        self.grid(indent, vec![vec![Cell::styled(text, Style::Dim)]]);
    }

    /// Rows in columns. A column in which every cell is empty is left out.
    pub fn grid(&mut self, indent: usize, rows: Vec<Row>) {
        self.draw(indent, 0, &[], rows);
    }

    /// Rows in columns under heads.
    pub fn headed(&mut self, indent: usize, heads: &[Head], rows: Vec<Row>) {
        self.draw(indent, 0, heads, rows);
    }

    /// Rows with what is told of them: beside them where all of it fits there, else below them in at most so many
    /// lines.
    pub fn told(&mut self, indent: usize, groups: Vec<Told>, most: usize) {
        let mut widths = measure(groups.iter().flat_map(|group| &group.rows));
        let before: usize =
            widths.iter().filter(|width| **width > 0).map(|width| width + GAP).sum();
        let longest = groups.iter().map(|group| group.text.width()).max().unwrap_or_default();
        let beside = indent + before + longest <= self.width;
        if beside {
            widths.push(longest);
        }
        for Told { mut rows, more, text } in groups {
            if beside {
                rows.iter_mut().for_each(|row| row.push(text.clone()));
            }
            self.lay(indent, &widths, &[], rows);
            if let Some(more) = more {
                self.note(indent, &more);
            }
            if !beside {
                let text = text.wrap(self.width.saturating_sub(indent + GAP), most);
                self.grid(indent + GAP, vec![vec![text]]);
            }
        }
    }

    /// `lead` is the least width of the first column.
    fn draw(&mut self, indent: usize, lead: usize, heads: &[Head], rows: Vec<Row>) {
        let mut widths = measure(&rows);
        if let Some(first) = widths.first_mut() {
            *first = lead.max(*first);
        }
        for (width, (head, _)) in widths.iter_mut().zip(heads).filter(|(width, _)| **width > 0) {
            *width = text::width(head).max(*width);
        }
        self.lay(indent, &widths, heads, rows);
    }

    fn lay(&mut self, indent: usize, widths: &[usize], heads: &[Head], rows: Vec<Row>) {
        let Some(last) = widths.iter().rposition(|width| *width > 0) else { return };
        let first = widths.iter().position(|width| *width > 0);
        let before: usize =
            widths.iter().take(last).filter(|width| **width > 0).map(|width| width + GAP).sum();
        let room = self.width.saturating_sub(indent + before);

        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(columns(self.width))
            .force_no_tty();
        if self.color {
            table.enforce_styling().style_text_only();
        }
        if !heads.is_empty() {
            table.set_header(heads.iter().map(|(head, _)| Cell::styled(head, Style::Dim).drawn()));
        }
        table.add_rows(rows.into_iter().map(|row| {
            let cells = row.into_iter().enumerate();
            cells
                .map(|(at, cell)| if at == last { cell.fold(room) } else { cell }.drawn())
                .collect::<Vec<_>>()
        }));
        for (at, (column, width)) in table.column_iter_mut().zip(widths).enumerate() {
            let left = if Some(at) == first { indent } else { 0 };
            column.set_padding((columns(left), if at == last { 0 } else { columns(GAP) }));
            if *width == 0 {
                column.set_constraint(ColumnConstraint::Hidden);
            } else if at < last {
                let whole = Width::Fixed(columns(left + width + GAP));
                column.set_constraint(ColumnConstraint::Absolute(whole));
            }
            if let Some((_, align)) = heads.get(at) {
                column.set_cell_alignment(*align);
            }
        }
        self.out.push_str(&table.trim_fmt());
        self.out.push('\n');
    }
}

/// The columns' widths.
fn measure<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Vec<usize> {
    let mut widths = Vec::new();
    for row in rows {
        widths.resize(row.len().max(widths.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    widths
}

/// The two cells beside each other where the page is wide, else the second below the first.
pub fn pair(wide: bool, lead: Vec<Cell>, first: Cell, second: Cell) -> Vec<Row> {
    let mut row = lead;
    if !wide && !first.text.is_empty() {
        let mut below: Row = row.iter().map(|_| Cell::empty()).collect();
        below.push(second);
        row.push(first);
        return vec![row, below];
    }
    if wide {
        row.push(first);
    }
    row.push(second);
    vec![row]
}

fn joined(pieces: &[String], room: usize) -> String {
    let pieces: Vec<String> = pieces.iter().map(|piece| text::line(piece)).collect();
    text::fill(pieces.iter().map(String::as_str), " · ", room).join("\n")
}

/// As comfy-table counts them.
fn columns(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}
