"""Artifacts in Google Cloud Storage.

Its door for the protocol of S3 takes HMAC keys, which no workflow names: a service account's key
opens only its other door. So what is public is read as it is, and the rest with an AWS profile of
this machine that holds HMAC keys, where the settings name one.
"""

from __future__ import annotations

from tui.artifacts.by_s3 import ByS3Store


class GcsStore(ByS3Store):
    """Reads `gcs` artifacts."""

    kind = "gcs"
    scheme = "gs"
    how = "name an AWS profile that holds HMAC keys in the settings, s3.profile; or "
