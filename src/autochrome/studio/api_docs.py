"""The page /docs: the HTTP API, made from its OpenAPI document. It needs no script and no other site."""

from collections.abc import Iterator
from html import escape
from typing import Any

Document = dict[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
body { color: #222; background: #fff; }
code { font: 0.95em ui-monospace, monospace; }
article { border-top: 1px solid #bbb; padding: 0.5rem 0 1rem; }
h3 code:first-child { display: inline-block; min-width: 4.5rem; }
table { border-collapse: collapse; } td { padding: 0.1rem 1rem 0.1rem 0; vertical-align: top; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1b1b1b; } a { color: #8ab4f8; } }
"""


def docs_page(document: Document) -> str:
    """The HTML page of an OpenAPI document."""
    info = document["info"]
    articles = "\n".join(_articles(document))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(info["title"])}: HTTP API</title><link rel="stylesheet" href="/docs/style.css"></head><body>
<h1>{escape(info["title"])}: HTTP API</h1>
<p>{escape(info["description"])}</p>
<p>One picture in one request: <code>curl -F file=@old.jpg -F vivid=1.2 ADDRESS/api/colorize -o new.jpg</code></p>
<p>For programs: <a href="/api/openapi.json">the OpenAPI document</a>. An error is
<code>{{"error": {{"kind": …, "message": …}}}}</code>. A studio with a token needs the header
<code>Authorization: Bearer TOKEN</code>.</p>
{articles}
</body></html>
"""


def _articles(document: Document) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method in _METHODS:
            if method in operations:
                yield _article(path, method, operations[method], document)


def _article(path: str, method: str, operation: Document, document: Document) -> str:
    rows = [
        _row(each["name"], f"in the {each['in']}", each["schema"], each.get("description", ""))
        for each in operation.get("parameters", ())
    ]
    bodies = operation.get("requestBody", {}).get("content", {})
    for media_type, body in bodies.items():
        rows.append(_row("body", media_type, body.get("schema", {}), ""))
    results = ", ".join(
        f"{code}: {escape(answer['description'])}"
        for code, answer in operation["responses"].items()
        if code < "300"
    )
    return (
        f"<article><h3><code>{method.upper()}</code> <code>{escape(path)}</code></h3>"
        f"<p>{escape(operation.get('summary', ''))}. {escape(operation.get('description', ''))}</p>"
        f"<table>{''.join(rows)}</table><p>{results}</p></article>"
    )


def _row(name: str, where: str, schema: Document, about: str) -> str:
    kind = schema.get("$ref", "").rpartition("/")[2] or _kind(schema)
    cells = (
        f"<code>{escape(name)}</code>",
        escape(where),
        escape(kind),
        escape(about or schema.get("description", "")),
    )
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _kind(schema: Document) -> str:
    """A type in words: 'number', 'jpg | png', 'integer'."""
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(_kind(each) for each in schema["anyOf"] if each.get("type") != "null")
    return str(schema.get("type", ""))
