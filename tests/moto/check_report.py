"""Holds a report against the reader that it is written for.

    python check_report.py asff|csv|gitlab|json|jsonl|ocsf|sarif FILE [SCHEMA...]

A schema is a JSON Schema; the first is the one that holds, the others are those it refers to. Prints `ok N entries`, or
what is wrong, with exit code 1.
"""

import csv
import json
import sys
from pathlib import Path

import botocore.session
import pandas
from botocore.validate import ParamValidator
from jsonschema import Draft7Validator, Draft202012Validator
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from referencing import Registry, Resource

ASFF_BATCH = 100
ASFF_BATCH_BYTES = 6_000_000
ASFF_FINDING_BYTES = 240_000
GITLAB_SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


class Refused(Exception):
    """What is wrong with the report."""


def demand(holds, complaint):
    """Refuses the report where something does not hold."""
    if not holds:
        raise Refused(complaint)


def read(path):
    """The file's text, which is UTF-8 without a byte order mark."""
    text = Path(path).read_bytes().decode("utf-8")
    demand(not text.startswith("\ufeff"), "begins with a byte order mark")
    return text


def lines(path):
    """A JSON value from each line."""
    return [json.loads(line) for line in read(path).splitlines()]


def check_asff(path, _schemas):
    """botocore takes each request, and it is within the limits that botocore does not look at."""
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    files = sorted(Path(path).rglob("*.json")) if Path(path).is_dir() else [path]
    number = 0
    for request in (request for file in files for request in lines(file)):
        report = ParamValidator().validate(request, shape)
        demand(not report.has_errors(), report.generate_report())
        findings = request["Findings"]
        demand(1 <= len(findings) <= ASFF_BATCH, f"{len(findings)} findings in a batch")
        demand(len(json.dumps(request).encode()) <= ASFF_BATCH_BYTES, "a batch is too large")
        for finding in findings:
            demand(len(json.dumps(finding).encode()) <= ASFF_FINDING_BYTES, "a finding is too large")
            for key, most in (("Id", 512), ("Title", 256), ("Description", 1024)):
                demand(1 <= len(finding[key]) <= most, f"{key} is too short or too long: {finding['Id']}")
            demand(len(finding["ProductFields"]) <= 50, "too many product fields")
        number += len(findings)
    return number


def check_csv(path, _schemas):
    """Python's csv and pandas read the same table, and leave account ids their zeros."""
    read(path)
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, strict=True)
    ragged = [row for row in rows if len(row) != len(header)]
    demand(not ragged, f"rows of another length than the header: {ragged[:3]}")
    formulas = [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    demand(not formulas, f"cells that a spreadsheet would run: {formulas[:3]}")
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    demand(list(frame.columns) == header, "pandas reads another header")
    demand(frame.to_numpy().tolist() == rows, "pandas reads other rows")
    guessed = pandas.read_csv(path)
    demand(len(guessed) == len(rows), "pandas reads another number of rows without being told how")
    demand(all(len(account) == 12 for account in frame["account_id"]), "an account id is not 12 digits")
    references = guessed["account_ref"].astype(str).tolist() if rows else []
    demand(references == frame["account_ref"].tolist(), "an account's reference is taken for a number")
    return len(rows)


def check_gitlab(path, _schemas):
    """Every entry has what GitLab's widget reads."""
    entries = json.loads(read(path))
    demand(isinstance(entries, list), "no list")
    for entry in entries:
        for key in ("description", "check_name", "fingerprint"):
            demand(isinstance(entry[key], str) and entry[key], f"{key} is missing: {entry}")
        demand(entry["severity"] in GITLAB_SEVERITIES, f"severity: {entry}")
        place = entry["location"]["path"]
        demand(place and not place.startswith(("/", "./")), f"no relative path: {place}")
        demand(isinstance(entry["location"]["lines"]["begin"], int), f"no line: {entry}")
    marks = {entry["fingerprint"] for entry in entries}
    demand(len(marks) == len(entries), "two entries have one fingerprint")
    return len(entries)


def valid(values, schemas, validator):
    """Every value follows the first schema."""
    documents = [json.loads(read(schema)) for schema in schemas]
    demand(documents, "a schema is needed")
    known = [(document["$id"], Resource.from_contents(document)) for document in documents]
    checker = validator(documents[0], registry=Registry().with_resources(known))
    for value in values:
        problem = next(checker.iter_errors(value), None)
        demand(problem is None, f"not valid: {problem and (list(problem.absolute_path), problem.message)}")


def check_json(path, schemas):
    """The report follows our own schema."""
    report = json.loads(read(path))
    valid([report], schemas, Draft202012Validator)
    return len(report["results"])


def check_jsonl(path, schemas):
    """Every line follows our own schema."""
    values = lines(path)
    valid(values, schemas, Draft202012Validator)
    return len(values)


def check_ocsf(path, _schemas):
    """The models of the standard take every event, and read back what was written."""
    events = lines(path)
    for event in events:
        read_back = ComplianceFinding(**event)
        demand(read_back.time == event["time"], "the time is another")
        demand(event["time"] > 10**12, "the time is not in milliseconds")
        demand(read_back.finding_info.uid == event["finding_info"]["uid"], "the identity is another")
        demand(read_back.compliance.status_id == event["compliance"]["status_id"], "the status is another")
        demand(event["type_uid"] == event["class_uid"] * 100 + event["activity_id"], "type_uid does not follow")
    return len(events)


def check_sarif(path, schemas):
    """The log follows the standard's schema, and every result has a place that GitHub takes."""
    log = json.loads(read(path))
    valid([log], schemas, Draft7Validator)
    (run,) = log["runs"]
    for result in run["results"]:
        (place,) = result["locations"]
        uri = place["physicalLocation"]["artifactLocation"]["uri"]
        demand(uri and ":" not in uri and " " not in uri, f"no relative path: {uri}")
        demand(result["partialFingerprints"]["primaryLocationLineHash"], "no fingerprint")
    return len(run["results"])


CHECKS = {
    "asff": check_asff,
    "csv": check_csv,
    "gitlab": check_gitlab,
    "json": check_json,
    "jsonl": check_jsonl,
    "ocsf": check_ocsf,
    "sarif": check_sarif,
}


def main():
    """Checks the file named on the command line."""
    if len(sys.argv) < 3 or sys.argv[1] not in CHECKS:
        sys.exit("usage: check_report.py asff|csv|gitlab|json|jsonl|ocsf|sarif FILE [SCHEMA...]")
    try:
        print(f"ok {CHECKS[sys.argv[1]](sys.argv[2], sys.argv[3:])} entries")
    except (Refused, ValueError, KeyError) as wrong:
        sys.exit(f"{type(wrong).__name__}: {wrong}")


if __name__ == "__main__":
    main()
