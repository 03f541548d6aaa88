"""Artifacts in Alibaba Cloud's OSS, with the keys that the workflow names, or as anybody."""

from __future__ import annotations

from tui.artifacts.by_s3 import ByS3Store


class OssStore(ByS3Store):
    """Reads `oss` artifacts."""

    kind = "oss"
    scheme = "oss"
