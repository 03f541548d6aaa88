"""The rules of Kubernetes for names, and for the keys and values of labels and annotations.

Each function answers with what is wrong, in the words of the API server; "" for nothing.
"""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_NAME = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = rf"({_NAME})?"
_BAD_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or"
    " '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used"
    f" for validation is '{_SUBDOMAIN}')"
)
_BAD_VALUE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or"
    " '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',"
    f"  or '12345', regex used for validation is '{_VALUE}')"
)
_ALPHANUMERIC = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an"
    " alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
    f" validation is '{_NAME}')"
)
_BAD_DATA_KEY = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g."
    " 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is"
    " '[-._a-zA-Z0-9]+')"
)
LONGEST_SUBDOMAIN = 253
LONGEST_PART = 63


def wrong_subdomain(name: str) -> str:
    """What is wrong with the name of an object."""
    if len(name) > LONGEST_SUBDOMAIN:
        return f"must be no more than {LONGEST_SUBDOMAIN} characters"
    return "" if re.fullmatch(_SUBDOMAIN, name) else _BAD_SUBDOMAIN


def wrong_key(key: str) -> str:
    """What is wrong with the key of a label or annotation: `prefix/name` or `name`."""
    *prefixes, name = key.split("/")
    if len(prefixes) > 1:
        return (
            f"a qualified name {_ALPHANUMERIC} with an optional DNS subdomain prefix and '/'"
            " (e.g. 'example.com/MyName')"
        )
    for prefix in prefixes:
        if not prefix:
            return "prefix part must be non-empty"
        if wrong := wrong_subdomain(prefix):
            return f"prefix part {wrong}"
    if not name:
        return "name part must be non-empty"
    if len(name) > LONGEST_PART:
        return f"name part must be no more than {LONGEST_PART} characters"
    return "" if re.fullmatch(_NAME, name) else f"name part {_ALPHANUMERIC}"


def wrong_value(value: str) -> str:
    """What is wrong with the value of a label."""
    if len(value) > LONGEST_PART:
        return f"must be no more than {LONGEST_PART} characters"
    return "" if re.fullmatch(_VALUE, value) else _BAD_VALUE


def wrong_data_key(key: str) -> str:
    """What is wrong with a key of a config map or secret."""
    if len(key) > LONGEST_SUBDOMAIN:
        return f"must be no more than {LONGEST_SUBDOMAIN} characters"
    return "" if re.fullmatch(r"[-._a-zA-Z0-9]+", key) else _BAD_DATA_KEY
