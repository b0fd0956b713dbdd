//! XML documents, built as a tree and escaped when written.

use std::borrow::Cow;

use quick_xml::escape::escape;

/// An element with attributes and either text or children.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    name: Cow<'static, str>,
    attributes: Vec<(&'static str, String)>,
    text: String,
    children: Vec<Element>,
    written: String,
}

impl Element {
    pub(crate) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
            written: String::new(),
        }
    }

    /// An element that holds text alone.
    pub(crate) fn leaf(name: &'static str, text: impl ToString) -> Self {
        Self { text: text.to_string(), ..Self::new(name) }
    }

    pub(crate) fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub(crate) fn child(mut self, child: Element) -> Self {
        self.children.push(child);
        self
    }

    pub(crate) fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children);
        self
    }

    /// Content that is XML already, behind all children.
    pub(crate) fn written(mut self, content: Content) -> Self {
        self.written.push_str(&content.0);
        self
    }

    /// The same element under another name.
    pub(crate) fn named(mut self, name: String) -> Self {
        self.name = Cow::Owned(name);
        self
    }

    /// A leaf, where there is something to say.
    pub(crate) fn maybe(self, name: &'static str, text: Option<impl ToString>) -> Self {
        match text {
            Some(text) => self.child(Self::leaf(name, text)),
            None => self,
        }
    }

    pub(crate) fn into_children(self) -> Vec<Element> {
        self.children
    }

    /// The document with this element as its root.
    pub(crate) fn document(&self) -> String {
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {name}=\"{}\"", escape(value.as_str())));
        }
        out.push('>');
        out.push_str(&escape(self.text.as_str()));
        for child in &self.children {
            child.write(out);
        }
        out.push_str(&self.written);
        out.push_str(&format!("</{}>", self.name));
    }
}

/// XML that is written as it is made, for answers so long that a tree would cost more than the answer.
#[derive(Debug, Default)]
pub(crate) struct Content(String);

impl Content {
    pub(crate) fn leaf(&mut self, name: &str, text: impl AsRef<str>) {
        self.open(name);
        self.0.push_str(&escape(text.as_ref()));
        self.close(name);
    }

    /// A leaf whose text needs no escape.
    pub(crate) fn plain(&mut self, name: &str, text: impl std::fmt::Display) {
        use std::fmt::Write;
        // Writing to a string cannot fail.
        let _ = write!(self.0, "<{name}>{text}</{name}>");
    }

    /// An element with all that the function writes in it.
    pub(crate) fn inside(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.open(name);
        fill(self);
        self.close(name);
    }

    fn open(&mut self, name: &str) {
        self.0.push('<');
        self.0.push_str(name);
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let root = Element::new("a").attribute("b", "\"<").child(Element::leaf("c", "x & <y>"));
        assert!(
            root.document().ends_with("<a b=\"&quot;&lt;\"><c>x &amp; &lt;y&gt;</c></a>"),
            "{}",
            root.document()
        );
    }

    #[test]
    fn what_is_written_at_once_reads_as_a_tree_would() {
        let mut content = Content::default();
        content.inside("b", |b| {
            b.leaf("c", "x & <y>");
            b.plain("d", 1);
        });
        let root = Element::new("a").written(content).named("z".to_owned());
        let text = "<z><b><c>x &amp; &lt;y&gt;</c><d>1</d></b></z>";
        assert!(root.document().ends_with(text), "{}", root.document());
    }
}
