//! A page of plain text in columns, measured as a terminal measures and coloured only when asked to.
//!
//! Not a table crate: those break a long word at the column's edge, where a name that was cut in two can neither be
//! read nor searched for.

use crate::text;

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

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Good => "32",
            Self::Warn => "33",
            Self::Bad => "31",
            Self::Worst => "1;31",
        }
    }
}

/// A text with its style. Safe to print: it is cleaned on the way in.
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

    /// Cuts at the end.
    pub fn cut(mut self, columns: usize) -> Self {
        self.text = text::cut(&self.text, columns).into_owned();
        self
    }

    /// Cuts in the middle.
    pub fn cut_middle(mut self, columns: usize) -> Self {
        self.text = text::cut_middle(&self.text, columns).into_owned();
        self
    }
}

/// A line of a grid.
pub enum Row {
    /// One cell for each column; the last column takes what room is left and wraps.
    Cells(Vec<Cell>),
    /// A remark across the columns.
    Note(String),
}

/// Which way a column's cells lean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// The room between two columns.
const GAP: usize = 2;

/// The room that a label or a severity takes before its text.
pub const LABEL: usize = 10;

/// The page so far.
pub struct Page {
    pub width: usize,
    color: bool,
    out: String,
}

impl Page {
    pub fn new(width: usize, color: bool) -> Self {
        Self { width, color, out: String::new() }
    }

    pub fn finish(self) -> String {
        self.out
    }

    fn paint(&self, text: &str, style: Style) -> String {
        if self.color && style != Style::Plain && !text.is_empty() {
            format!("\u{1b}[{}m{text}\u{1b}[0m", style.code())
        } else {
            text.to_owned()
        }
    }

    fn push(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    pub fn blank(&mut self) {
        self.push("");
    }

    /// Pieces joined by middle dots; a line breaks only between pieces.
    pub fn headline(&mut self, pieces: &[String]) {
        let pieces: Vec<String> = pieces.iter().map(|piece| text::line(piece)).collect();
        for line in text::fill(pieces.iter().map(String::as_str), " · ", self.width) {
            let line = self.paint(&line, Style::Bold);
            self.push(&line);
        }
    }

    /// The title of a part, with a remark.
    pub fn section(&mut self, title: &str, remark: &str) {
        self.blank();
        let line =
            format!("{}  {}", self.paint(title, Style::Bold), self.paint(remark, Style::Dim));
        self.push(&line);
    }

    /// A label, and beside it a text that wraps.
    pub fn entry(&mut self, indent: usize, label: Cell, text: &str) {
        let room = self.width.saturating_sub(indent + LABEL);
        self.lines(indent, label, text::wrap(&text::line(text), room));
    }

    /// A label, and beside it pieces that stay whole.
    pub fn pieces(&mut self, indent: usize, label: Cell, pieces: &[String]) {
        let pieces: Vec<String> = pieces.iter().map(|piece| text::line(piece)).collect();
        let room = self.width.saturating_sub(indent + LABEL);
        self.lines(indent, label, text::fill(pieces.iter().map(String::as_str), " · ", room));
    }

    fn lines(&mut self, indent: usize, label: Cell, lines: Vec<String>) {
        let mut label = label;
        for line in lines {
            let gap = " ".repeat(LABEL.saturating_sub(text::width(&label.text)).max(1));
            let line = format!(
                "{}{}{gap}{line}",
                " ".repeat(indent),
                self.paint(&label.text, label.style)
            );
            self.push(&line);
            label = Cell::new("");
        }
    }

    /// Rows in columns, under heads where any column has one. A column in which every cell is empty is left out. Where
    /// the last column is too narrow for its longest word, its texts stand below their rows instead.
    pub fn grid(&mut self, indent: usize, columns: &[(&str, Align)], rows: &[Row]) {
        let layout = self.layout(indent, columns, rows);
        if columns.iter().any(|(head, _)| !head.is_empty()) {
            let heads: Vec<Cell> =
                columns.iter().map(|(head, _)| Cell::styled(head, Style::Dim)).collect();
            self.row(&layout, &heads);
        }
        for row in rows {
            match row {
                Row::Cells(cells) => self.row(&layout, cells),
                Row::Note(note) => {
                    let note = self.paint(&text::line(note), Style::Dim);
                    self.push(&format!("{}{note}", " ".repeat(indent)));
                }
            }
        }
    }

    fn layout(&self, indent: usize, columns: &[(&str, Align)], rows: &[Row]) -> Layout {
        let cells = |at: usize| {
            rows.iter().filter_map(move |row| match row {
                Row::Cells(cells) => cells.get(at).map(|cell| cell.text.as_str()),
                Row::Note(_) => None,
            })
        };
        let widths: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(at, (head, _))| {
                let most = cells(at).map(text::width).max().unwrap_or_default();
                if most == 0 { 0 } else { most.max(text::width(head)) }
            })
            .collect();
        let last = widths.iter().rposition(|width| *width > 0).unwrap_or_default();
        let before: usize =
            widths.iter().take(last).filter(|width| **width > 0).map(|width| width + GAP).sum();
        let room = self.width.saturating_sub(indent + before);
        let word =
            cells(last).flat_map(|text| text.split(' ')).map(text::width).max().unwrap_or_default();
        let columns = widths.into_iter().zip(columns.iter().map(|(_, align)| *align)).collect();
        if word > room {
            Layout { indent, columns, last, below: true, start: indent + GAP }
        } else {
            Layout { indent, columns, last, below: false, start: indent + before }
        }
    }

    fn row(&mut self, layout: &Layout, cells: &[Cell]) {
        let mut line = " ".repeat(layout.indent);
        let mut rest = Vec::new();
        for (at, (cell, (width, align))) in cells.iter().zip(&layout.columns).enumerate() {
            if *width == 0 {
                continue;
            }
            let mut shown = cell.text.clone();
            if at == layout.last {
                let room = self.width.saturating_sub(layout.start);
                if layout.below || text::width(&shown) > room {
                    rest = text::wrap(&shown, room);
                    shown = if layout.below || rest.is_empty() {
                        String::new()
                    } else {
                        rest.remove(0)
                    };
                }
            }
            let pad = " ".repeat(width.saturating_sub(text::width(&shown)));
            let shown = self.paint(&shown, cell.style);
            match align {
                Align::Left => line.extend([shown, pad]),
                Align::Right => line.extend([pad, shown]),
            }
            line.push_str(&" ".repeat(GAP));
        }
        self.push(&line);
        let style = cells.get(layout.last).map_or(Style::Plain, |cell| cell.style);
        for more in rest {
            let more = self.paint(&more, style);
            self.push(&format!("{}{more}", " ".repeat(layout.start)));
        }
    }
}

/// Where the columns of a grid stand.
struct Layout {
    indent: usize,
    columns: Vec<(usize, Align)>,
    /// The last column that is not empty.
    last: usize,
    /// Whether its texts stand below their rows.
    below: bool,
    /// Where its texts begin.
    start: usize,
}
