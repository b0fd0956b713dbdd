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
}

impl Element {
    pub(crate) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
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
        out.push_str(&format!("</{}>", self.name));
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
}
