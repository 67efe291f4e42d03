//! Charts as SVG that everybody can read: a title and a description for who listens, values written beside the marks,
//! patterns beside colours, and a table with the same figures.
//!
//! Colours are presentation attributes with a class (`serie-1` …): a style sheet may change them, none is needed.

use std::fmt::Write as _;

/// A drawing and the table that says the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// A whole `<svg>` element.
    pub svg: String,
    pub table: Table,
}

/// Plain figures under headings; the first column names the rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub caption: String,
    pub headings: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// A count that may be shown: groups of fewer than five persons never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    Count(i64),
    /// Between one and four.
    Few,
}

/// The smallest group that is shown.
pub const LEAST: i64 = 5;

impl Shown {
    pub fn of(count: i64) -> Self {
        if (1..LEAST).contains(&count) { Self::Few } else { Self::Count(count) }
    }

    /// As it is drawn: a small group has no length.
    fn drawn(self) -> i64 {
        match self {
            Self::Count(count) => count,
            Self::Few => 0,
        }
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => f.write_str(&thousands(*count)),
            Self::Few => f.write_str("moins de 5"),
        }
    }
}

/// As the French write numbers: `12 345`, the space narrow and unbreakable.
pub fn thousands(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = if count < 0 { "−".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// What a chart says of itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Unique in the page, ASCII.
    pub id: &'a str,
    pub title: &'a str,
    /// In a sentence or two, what is to be seen.
    pub description: &'a str,
    /// The headings of the table: what the rows are, then each series.
    pub headings: &'a [&'a str],
}

const WIDTH: i64 = 640;
const COLOURS: [&str; 4] = ["#1b5e8c", "#b4531a", "#4a7a2a", "#7a3d8f"];

impl Table {
    /// As HTML, with headers for rows and columns.
    pub fn html(&self) -> String {
        let mut html = format!("<table><caption>{}</caption><thead><tr>", escape(&self.caption));
        for heading in &self.headings {
            let _ = write!(html, "<th scope=\"col\">{}</th>", escape(heading));
        }
        html.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            html.push_str("<tr>");
            for (place, cell) in row.iter().enumerate() {
                let (open, close) = if place == 0 { ("<th scope=\"row\">", "</th>") } else { ("<td>", "</td>") };
                let _ = write!(html, "{open}{}{close}", escape(cell));
            }
            html.push_str("</tr>");
        }
        html + "</tbody></table>"
    }
}

/// One horizontal bar a line, its value written at its end.
pub fn bars(about: About<'_>, lines: &[(String, Shown)]) -> Chart {
    const LINE: i64 = 28;
    let most = lines.iter().map(|(_, value)| value.drawn()).max().unwrap_or(0).max(1);
    let mut drawing = String::new();
    for (place, (label, value)) in (0..).zip(lines) {
        let (y, length) = (place * LINE, value.drawn() * 280 / most);
        let _ = write!(
            drawing,
            "<text x=\"250\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <rect class=\"serie-1\" x=\"260\" y=\"{}\" width=\"{length}\" height=\"18\" fill=\"{}\"/>\
             <text x=\"{}\" y=\"{}\">{value}</text>",
            y + 18,
            escape(&shortened(label, 29)),
            y + 4,
            COLOURS[0],
            260 + length + 8,
            y + 18,
        );
    }
    let rows = lines.iter().map(|(label, value)| vec![label.clone(), value.to_string()]).collect();
    Chart { svg: svg(about, i64::try_from(lines.len()).unwrap_or(0) * LINE + 4, &drawing), table: table(about, rows) }
}

/// A column a day, week or month, with one layer a series; the same in the legend and the table.
pub fn columns(about: About<'_>, series: &[&str], columns: &[(String, Vec<Shown>)]) -> Chart {
    const TOP: i64 = 30;
    const HEIGHT: i64 = 180;
    let sum = |values: &[Shown]| values.iter().map(|value| value.drawn()).sum::<i64>();
    let most = columns.iter().map(|(_, values)| sum(values)).max().unwrap_or(0).max(1);
    let count = i64::try_from(columns.len()).unwrap_or(1).max(1);
    let mut drawing = patterns(about.id, series.len());
    for (place, name) in (0..).zip(series) {
        let _ = write!(
            drawing,
            "<rect x=\"{}\" y=\"2\" width=\"16\" height=\"16\" class=\"serie-{}\" fill=\"{}\"/><text x=\"{}\" y=\"15\">{}</text>",
            50 + place * 145,
            place + 1,
            fill(about.id, usize::try_from(place).unwrap_or(0)),
            72 + place * 145,
            escape(name),
        );
    }
    let _ = write!(
        drawing,
        "<text x=\"44\" y=\"{}\" text-anchor=\"end\">{}</text><text x=\"44\" y=\"{}\" text-anchor=\"end\">0</text>\
         <path d=\"M48 {TOP}V{}H{WIDTH}\" fill=\"none\" stroke=\"currentColor\"/>",
        TOP + 10,
        thousands(most),
        TOP + HEIGHT,
        TOP + HEIGHT,
    );
    let room = WIDTH - 56;
    for (place, (label, values)) in (0..).zip(columns) {
        let (x, width) = (52 + place * room / count, (room / count - 2).max(1));
        let mut bottom = TOP + HEIGHT;
        for (layer, value) in values.iter().enumerate() {
            let height = value.drawn() * HEIGHT / most;
            bottom -= height;
            if height > 0 {
                let _ = write!(
                    drawing,
                    "<rect class=\"serie-{}\" x=\"{x}\" y=\"{bottom}\" width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
                    layer + 1,
                    fill(about.id, layer),
                );
            }
        }
        // As many dates as can be read, none cut at the edge.
        if place % (count / 6 + 1) == 0 && x <= WIDTH - 84 {
            let _ = write!(drawing, "<text x=\"{x}\" y=\"{}\">{}</text>", TOP + HEIGHT + 20, escape(label));
        }
    }
    let row = |(label, values): &(String, Vec<Shown>)| {
        [label.clone()].into_iter().chain(values.iter().map(ToString::to_string)).collect()
    };
    Chart { svg: svg(about, TOP + HEIGHT + 28, &drawing), table: table(about, columns.iter().map(row).collect()) }
}

/// A step of the script on the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub name: String,
    /// Conversations that came here, and those that went no further.
    pub reached: Shown,
    pub stopped: Shown,
}

/// A way between two nodes, by their places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    pub from: usize,
    pub to: usize,
    /// Conversations that took it.
    pub taken: Shown,
    /// It stands in the script; otherwise questions were skipped on it.
    pub written: bool,
}

/// The script's graph from top to bottom: boxes as long as what reached them, the part that stopped there, arcs as thick as
/// what went along.
pub fn graph(about: About<'_>, nodes: &[Node], ways: &[Way]) -> Chart {
    const LINE: i64 = 56;
    let most = nodes.iter().map(|node| node.reached.drawn()).max().unwrap_or(0).max(1);
    let mut drawing = patterns(about.id, 2);
    for way in ways {
        drawing.push_str(&arc(way, most, LINE));
    }
    for (place, node) in (0..).zip(nodes) {
        let y = place * LINE;
        let (reached, stopped) = (node.reached.drawn() * 300 / most, node.stopped.drawn() * 300 / most);
        let _ = write!(
            drawing,
            "<text x=\"110\" y=\"{0}\" text-anchor=\"end\">{1}</text>\
             <rect class=\"box\" x=\"120\" y=\"{2}\" width=\"300\" height=\"26\" fill=\"none\" stroke=\"currentColor\"/>\
             <rect class=\"serie-1\" x=\"120\" y=\"{2}\" width=\"{reached}\" height=\"26\" fill=\"{3}\"/>\
             <rect class=\"serie-2\" x=\"{4}\" y=\"{2}\" width=\"{stopped}\" height=\"26\" fill=\"{5}\"/>\
             <text x=\"120\" y=\"{6}\" class=\"small\">{7} atteints, {8} arrêts</text>",
            y + 22,
            escape(&shortened(&node.name, 15)),
            y + 4,
            COLOURS[0],
            120 + reached - stopped,
            fill(about.id, 1),
            y + 46,
            node.reached,
            node.stopped,
        );
    }
    let row = |node: &Node| vec![node.name.clone(), node.reached.to_string(), node.stopped.to_string()];
    let height = i64::try_from(nodes.len()).unwrap_or(0) * LINE;
    Chart { svg: svg(about, height, &drawing), table: table(about, nodes.iter().map(row).collect()) }
}

/// To the right of the boxes; dashed where questions were skipped.
fn arc(way: &Way, most: i64, line: i64) -> String {
    let place = |index: usize| i64::try_from(index).unwrap_or(0) * line + 17;
    let (from, to) = (place(way.from), place(way.to));
    let bulge = 430 + (to - from).abs().min(6 * line) / 2;
    let thick = (way.taken.drawn() * 12 / most).max(1);
    let dashed = if way.written { "" } else { " stroke-dasharray=\"6 4\"" };
    format!(
        "<path class=\"way\" d=\"M420 {from}C{bulge} {from} {bulge} {to} 426 {to}\" fill=\"none\" stroke=\"currentColor\" \
         stroke-opacity=\"0.45\" stroke-width=\"{thick}\"{dashed}/><path d=\"M420 {to}l8 -4v8z\" fill=\"currentColor\"/>"
    )
}

fn svg(about: About<'_>, height: i64, drawing: &str) -> String {
    let About { id, title, description, .. } = about;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\" viewBox=\"0 0 {WIDTH} {height}\" \
         aria-labelledby=\"{id}-title {id}-desc\" font-size=\"14\" fill=\"currentColor\"><title id=\"{id}-title\">{}</title>\
         <desc id=\"{id}-desc\">{}</desc>{drawing}</svg>",
        escape(title),
        escape(description)
    )
}

fn table(about: About<'_>, rows: Vec<Vec<String>>) -> Table {
    let headings = about.headings.iter().map(|heading| (*heading).to_owned()).collect();
    Table { caption: about.title.to_owned(), headings, rows }
}

/// The first series is plain, the others are hatched in their own way.
fn patterns(id: &str, series: usize) -> String {
    const MARKS: [&str; 4] = ["", "M0 8L8 0", "M0 4H8", "M4 0V8M0 4H8"];
    let pattern = |place: usize| {
        format!(
            "<pattern id=\"{id}-p{place}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect width=\"8\" height=\"8\" \
             fill=\"{}\"/><path d=\"{}\" stroke=\"#fff\" stroke-width=\"1.5\"/></pattern>",
            COLOURS[place % 4],
            MARKS[place % 4]
        )
    };
    format!("<defs>{}</defs>", (1..series).map(pattern).collect::<String>())
}

fn fill(id: &str, place: usize) -> String {
    if place == 0 { COLOURS[0].to_owned() } else { format!("url(#{id}-p{place})") }
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Text made harmless in HTML and SVG, in attributes too.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About<'static> =
        About { id: "x", title: "Objectifs <b>", description: "Les objectifs.", headings: &["Objectif", "Nombre"] };

    #[test]
    fn small_groups_are_never_shown() {
        let shown: Vec<String> = [0, 1, 4, 5, 12_345].map(|count| Shown::of(count).to_string()).to_vec();
        assert_eq!(shown, ["0", "moins de 5", "moins de 5", "5", "12\u{202f}345"]);
        let chart = bars(ABOUT, &[("a".to_owned(), Shown::of(3)), ("b".to_owned(), Shown::of(10))]);
        assert!(chart.svg.contains("width=\"0\"") && chart.svg.contains("width=\"280\""));
        assert!(!chart.table.html().contains(">3<"));
    }

    #[test]
    fn a_chart_is_said_and_shown_and_harmless() {
        let values = vec![("<script>".to_owned(), vec![Shown::of(7), Shown::of(9)])];
        let charts = [
            bars(ABOUT, &[("<script>".to_owned(), Shown::of(7))]),
            columns(ABOUT, &["Web", "Matrix"], &values),
            graph(
                ABOUT,
                &[Node { name: "<script>".to_owned(), reached: Shown::of(9), stopped: Shown::of(2) }],
                &[Way { from: 0, to: 0, taken: Shown::of(7), written: false }],
            ),
        ];
        for chart in charts {
            assert!(chart.svg.contains("role=\"img\"") && chart.svg.contains("<desc id=\"x-desc\">Les objectifs."));
            assert!(chart.svg.contains("Objectifs &lt;b&gt;"));
            let html = format!("{}{}", chart.svg, chart.table.html());
            assert!(html.contains("scope=\"row\"") && !html.contains("<script") && !html.contains("style="));
        }
    }
}
