"""The table of fields and types that `argo-tui lint` reads, made from Argo's OpenAPI document.

python -m tests.support.fieldtable swagger.json           says whether the table is of that one
python -m tests.support.fieldtable swagger.json --write   makes it anew

The document is `api/openapi-spec/swagger.json` of a checkout of Argo. Only facts are taken: names
of types and fields, their types, which are required. `tui/domain/fields.py` says how they are
written.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parents[2] / "tui" / "sources" / "fields.json"
ARGO = "io.argoproj.workflow.v1alpha1."
KINDS = ("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow")
SHORTER = ("io.argoproj.workflow.v1alpha1.", "io.k8s.api.", "io.k8s.apimachinery.pkg.")
ANY_SCALAR = {
    ("Parameter", "value"),
    ("Parameter", "default"),
    ("Parameter", "enum"),
    ("ValueFrom", "default"),
}
"""Fields that are texts in the document, and take numbers and booleans too (`AnyString`)."""
NOT_REQUIRED = {
    ("ScriptTemplate", "image"),
    ("ScriptTemplate", "source"),
    ("core.v1.Container", "image"),
    ("CronWorkflowSpec", "schedules"),
    ("Workflow", "metadata"),
}
"""Fields that the document requires, and that Argo does without or has rules of its own for."""
SPECIAL = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "x",
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "v",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "s",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "s",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "*",
    f"{ARGO}Item": "*",
    f"{ARGO}Plugin": "*",
    f"{ARGO}Amount": "n",
}
SIMPLE = {"string": "s", "integer": "i", "number": "n", "boolean": "b"}


def table(document: Mapping[str, Any]) -> dict[str, Any]:
    """The types that the four kinds are made of: fields and their types, and what is required."""
    definitions = document["definitions"]
    found: dict[str, Any] = {}
    waiting = [f"{ARGO}{kind}" for kind in KINDS]
    while waiting:
        name = waiting.pop()
        short = shortened(name)
        if short in found:
            continue
        definition = definitions[name]
        fields: dict[str, str] = {}
        for field, schema in definition.get("properties", {}).items():
            is_scalar = (short, field) in ANY_SCALAR
            fields[field] = code(schema, definitions, waiting, is_scalar=is_scalar)
        entry: dict[str, Any] = {"fields": dict(sorted(fields.items()))}
        required = [each for each in definition.get("required", ()) if is_required(short, each)]
        if required:
            entry["required"] = sorted(required)
        found[short] = entry
    return dict(sorted(found.items()))


def is_required(type_name: str, field: str) -> bool:
    """Whether an object without it cannot be; what is required of pods is for the pods to say."""
    return (type_name, field) not in NOT_REQUIRED and not type_name.startswith("core.v1.")


def code(
    schema: Mapping[str, Any],
    definitions: Mapping[str, Any],
    waiting: list[str],
    *,
    is_scalar: bool = False,
) -> str:
    """How a type is written in the table."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in SPECIAL:
            return SPECIAL[name]
        definition = definitions[name]
        if definition.get("type") not in (None, "object"):
            return code(definition, definitions, waiting)
        waiting.append(name)
        return f"@{shortened(name)}"
    kind = schema.get("type")
    if kind == "array":
        return f"[]{code(schema['items'], definitions, waiting, is_scalar=is_scalar)}"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return "*" if inner is None else f"{{}}{code(inner, definitions, waiting)}"
    if is_scalar:
        return "v"
    return SIMPLE.get(str(kind), "*")


def shortened(name: str) -> str:
    """A name without what most begin with."""
    for beginning in SHORTER:
        name = name.removeprefix(beginning)
    return name


def written(found: Mapping[str, Any]) -> str:
    """A line for each type, so that differences can be read."""
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Compare, or write."""
    made = written(table(json.loads(Path(arguments[0]).read_text())))
    if "--write" in arguments:
        TABLE.write_text(made)
        return 0
    is_same = TABLE.read_text() == made
    print("the same" if is_same else "the table is of another document: --write makes it anew")
    return 0 if is_same else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
