"""Where the demo's artifacts are, as workflows and clients are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SECRET = "argo-artifacts"


@dataclass(frozen=True, slots=True)
class S3Place:
    """The demo's S3 server, seen from a client."""

    endpoint: str = "127.0.0.1:9000"
    """Host and port, no scheme (argo.md 8.2)."""
    bucket: str = "artifacts"
    access_key: str = "demo"
    secret_key: str = "demo-secret"
    insecure: bool = True
    region: str = "us-east-1"
    secret: str = SECRET
    """Name of the Secret that holds both keys, in each namespace."""

    def location(self) -> dict[str, Any]:
        """The `s3` part of an artifact repository."""
        return {
            "endpoint": self.endpoint,
            "bucket": self.bucket,
            "insecure": self.insecure,
            "region": self.region,
            "accessKeySecret": {"name": self.secret, "key": "accesskey"},
            "secretKeySecret": {"name": self.secret, "key": "secretkey"},
        }

    def repository(self) -> dict[str, Any]:
        """The artifact repository."""
        key_format = "{{workflow.name}}/{{pod.name}}"
        return {"archiveLogs": True, "s3": {**self.location(), "keyFormat": key_format}}

    def repository_ref(self, named: dict[str, Any] | None) -> dict[str, Any]:
        """`status.artifactRepositoryRef`, the repository embedded (argo.md 1.3, 8.2).

        `named` is where a config map names it; None where only the controller's own settings do.
        """
        return {**(named or {"default": True}), "artifactRepository": self.repository()}
