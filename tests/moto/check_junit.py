"""Holds a JUnit report against the schema that CI servers use, and against a recount of itself.

    python check_junit.py FILE XSD

Prints `ok N cases`, or what is wrong, with exit code 1.
"""

import sys
from collections import Counter

from junitparser import JUnitXml, TestSuite
from lxml import etree

OUTCOMES = ("failure", "error", "skipped")
COUNTERS = {"tests": None, "failures": "failure", "errors": "error", "skipped": "skipped"}
REQUIRED_ON_ROOT = {"tests", "failures", "errors"}  # the schema knows no `skipped` there


class Refused(Exception):
    """What is wrong with the report."""


def demand(holds, complaint):
    """Refuses the report where something does not hold."""
    if not holds:
        raise Refused(complaint)


def check_schema(tree, schema_path):
    """The report is valid."""
    schema = etree.XMLSchema(etree.parse(schema_path))
    demand(schema.validate(tree), f"not valid:\n{schema.error_log}")


def check_cases(cases):
    """Names are unique, a case has one outcome at most, and each outcome says something."""
    names = Counter((case.get("classname"), case.get("name")) for case in cases)
    twice = [name for name, count in names.items() if count > 1]
    demand(not twice, f"duplicate classname and name: {twice[:5]}")
    for case in cases:
        outcomes = [child for child in case if child.tag in OUTCOMES]
        demand(len(outcomes) <= 1, f"{case.get('name')}: more than one of {', '.join(OUTCOMES)}")
        for outcome in outcomes:
            demand((outcome.text or "").strip(), f"{case.get('name')}: empty {outcome.tag}")


def check_counters(element, required):
    """The counters that an element shows are what it holds, and those required are shown."""
    cases = list(element.iter("testcase"))
    for counter, tag in COUNTERS.items():
        held = sum(1 for case in cases if tag is None or case.find(tag) is not None)
        shown = element.get(counter)
        where = f"{element.tag} {element.get('name', '')}"
        demand(shown is not None or counter not in required, f"{where}: no attribute {counter}")
        demand(shown in (None, str(held)), f"{where}: {counter}={shown}, but it holds {held}")


def check_read_back(path, cases):
    """junitparser reads the same cases with the same outcomes."""
    read = JUnitXml.fromfile(path)
    suites = [read] if isinstance(read, TestSuite) else list(read)
    seen = Counter(
        (case.classname, case.name, *(type(result).__name__.lower() for result in case.result))
        for suite in suites
        for case in suite
    )
    written = Counter(
        (case.get("classname"), case.get("name"), *(child.tag for child in case if child.tag in OUTCOMES))
        for case in cases
    )
    demand(seen == written, "junitparser reads other cases or outcomes than the file holds")


def check(path, schema_path):
    """All checks; gives the number of cases."""
    tree = etree.parse(path)
    check_schema(tree, schema_path)
    root = tree.getroot()
    cases = list(root.iter("testcase"))
    check_cases(cases)
    for suite in root.iter("testsuite"):
        check_counters(suite, COUNTERS)
    if root.tag == "testsuites":
        check_counters(root, REQUIRED_ON_ROOT)
    check_read_back(path, cases)
    return len(cases)


def main():
    """Checks the file named on the command line."""
    if len(sys.argv) != 3:
        sys.exit("usage: check_junit.py FILE XSD")
    try:
        print(f"ok {check(*sys.argv[1:])} cases")
    except (Refused, etree.XMLSyntaxError) as wrong:
        sys.exit(str(wrong))


if __name__ == "__main__":
    main()
