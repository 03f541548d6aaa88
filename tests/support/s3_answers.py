"""What tests of the S3 route ask with, and how they read its answers."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

MIB = 1 << 20

ODD_KEYS = [
    "plain",
    "with space",
    "plus+plus",
    "100%",
    "%41 is not A",
    "ünïcode/日本/🐳.txt",
    "a//b",
    "/leading",
    "dots/../up/./here",
    "q?a=b&c#d;e",
    "tilde~(paren)'quote'!*",
    "trailing/",
    'amp&<lt>"',
    "bell\x07",
]


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    """The code of an error that boto3 raised."""
    return str(error.value.response["Error"]["Code"])


def get(url: str, **headers: str) -> tuple[int, bytes]:
    """Ask for an address as it is."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body
